"""The rows of several logs as one strip: the worst of each part of it, and its hits."""

from collections.abc import Sequence

import numpy as np

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.file.relief import NO_LINE
from sysgui.panels.logs.journal.log import JournalLog

from .order import Order


def strip_of(
    logs: Sequence[OpenLog | JournalLog], order: Order, parts: int
) -> list[tuple[int, int]]:
    """Returns for equal parts of the rows the worst level of each, and how many hits it has.

    Args:
        logs: The logs.
        order: The rows of all of them.
        parts: So many are wanted.
    """
    worst, hits = np.full(parts, NO_LINE), np.zeros(parts, np.int64)
    for place, log in enumerate(logs):
        # In parts so fine that the rows of others between them leave no gap.
        its = np.array(log.strip(2 * parts), np.int64).reshape(-1, 2)
        if not len(its) or not len(order):
            continue
        rows = (np.arange(len(its)) + 0.5) * log.matched / len(its)
        part = np.minimum(order.share(place, rows) * parts // len(order), parts - 1)
        np.minimum.at(worst, part, its[:, 0])
        np.add.at(hits, part, its[:, 1])
    return list(zip(worst.tolist(), hits.tolist(), strict=True)) if len(order) else []
