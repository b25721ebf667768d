"""A log from end to end in small: where lines of which level are, and where what was found is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.counts import Counts
from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.text.wanted import Condition, Sight

# Of worst levels: a line without one, and a part without lines.
NO_LEVEL, NO_LINE = 8, 9

# Of the first so many blocks it is known in how fine parts where in them something is: a log of
# more is shown in parts that have several blocks each.
BLOCKS, PARTS = 512, 512

_Bytes = npt.NDArray[np.uint8]
_Numbers = npt.NDArray[np.int64]


class Relief:
    """Learns what is where, in the pass that finds the rows.

    Args:
        rows: What selects the rows.
        levels: What selects the rows of each level, 0 to 7.
        hits: What selects those that are found; None if nothing is searched for.
    """

    def __init__(
        self, rows: Condition, levels: Sequence[Condition], hits: Condition | None
    ) -> None:
        self._rows = rows
        self._levels = levels
        self._hits = hits
        self._worst: list[_Bytes] = []
        self._found: list[_Numbers] = []

    def watch(self, sight: Sight) -> None:
        """Learns of the next block."""
        if sight.block.number != len(self._worst) or len(self._worst) >= BLOCKS:
            return
        rows = sight.select(self._rows)
        worst = np.full(PARTS, NO_LINE, np.uint8)
        found = np.zeros(PARTS, np.int64)
        if len(rows):
            worst[_parts_of(rows, rows)] = NO_LEVEL
            for level in reversed(range(len(NAMES))):
                worst[_parts_of(sight.select(self._levels[level]), rows)] = level
            if self._hits is not None:
                np.add.at(found, _parts_of(sight.select(self._hits), rows), 1)
        self._worst.append(worst)
        self._found.append(found)

    def forget_from(self, block: int) -> None:
        """Forgets what has changed."""
        del self._worst[block:], self._found[block:]

    def kept(self, blocks: int) -> bytes:
        """Returns where in the first blocks lines of which level are, but not what is found."""
        return b"".join(worst.tobytes() for worst in self._worst[:blocks])

    def take(self, kept: bytes) -> None:
        """Takes what is known of the first blocks."""
        self._worst = [*np.frombuffer(kept, np.uint8).reshape(-1, PARTS)]
        self._found = [np.zeros(PARTS, np.int64) for _worst in self._worst]

    def strip(
        self, parts: int, total: int, rows: Counts, levels: Sequence[Counts], hits: Counts | None
    ) -> list[tuple[int, int]]:
        """Returns for equal parts of the rows the worst level of each, and how many hits it has.

        Args:
            parts: How many parts.
            total: How many rows there are, known or not.
            rows: How many each block has.
            levels: How many of each level it has.
            hits: How many are found in it.
        """
        if not parts or not rows.known or not total:
            return []
        worst, found = np.full(parts, NO_LINE), np.zeros(parts, np.int64)
        ends = np.cumsum(rows.numbers)
        fine = min(len(self._worst), rows.known)
        if fine:
            # A block's rows are taken to lie evenly in it.
            shares = (np.arange(PARTS) + 0.5) / PARTS
            begins = ends[:fine] - rows.numbers[:fine]
            at = begins[:, None] + rows.numbers[:fine, None] * shares
            part_of = _bounded(at * parts / total, parts).ravel()
            # They come in order, so that each part is one run: to take these is much quicker.
            firsts = np.flatnonzero(np.diff(part_of, prepend=-1))
            runs = np.minimum.reduceat(np.concatenate(self._worst[:fine]), firsts)
            worst[part_of[firsts]] = runs
            if hits is not None:
                runs = np.add.reduceat(np.concatenate(self._found[:fine]), firsts)
                found[part_of[firsts]] = runs
        middles = (ends - rows.numbers / 2)[fine:]
        part_of = _bounded(middles * parts / total, parts)
        worst[part_of[rows.numbers[fine:] > 0]] = np.minimum(
            worst[part_of[rows.numbers[fine:] > 0]], NO_LEVEL
        )
        for level, counts in enumerate(levels):
            np.minimum.at(worst, part_of[counts.numbers[fine : rows.known] > 0], level)
        if hits is not None:
            np.add.at(found, part_of, hits.numbers[fine : rows.known])
        return list(zip(worst.tolist(), found.tolist(), strict=True))


def _parts_of(some: Starts, rows: Starts) -> _Numbers:
    """Returns in which parts of a block some of its rows are."""
    return np.asarray(np.searchsorted(rows, some) * PARTS // len(rows))


def _bounded(places: npt.NDArray[np.float64], parts: int) -> _Numbers:
    return np.minimum(places.astype(np.int64), parts - 1)
