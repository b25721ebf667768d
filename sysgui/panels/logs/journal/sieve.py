"""Entries tried with conditions on what they say."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sysgui.panels.logs.text.blocks import Block
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.levels import Levels
from sysgui.panels.logs.text.needles import Needles
from sysgui.panels.logs.text.patterns import Pattern
from sysgui.panels.logs.text.wanted import Condition

from .entries import Entry
from .question import EntrySight

Chosen = npt.NDArray[np.bool_]


class Sieve:
    """Tries entries with conditions.

    Args:
        conditions: The conditions.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        # An entry's level is given: it is not looked for in its text.
        told = set(Levels().patterns())
        asked = dict.fromkeys(pattern for each in conditions for pattern in each.patterns())
        self._patterns: list[Pattern] = [pattern for pattern in asked if pattern not in told]
        self._needles = Needles(self._patterns) if self._patterns else None

    @property
    def undecided(self) -> int:
        """How many entries could not be decided in time."""
        return self._needles.undecided if self._needles else 0

    def sight(self, entries: Sequence[Entry], texts: Sequence[str]) -> EntrySight:
        """Looks at entries.

        Args:
            entries: The entries.
            texts: How each of them reads.
        """
        lines = [text.replace("\n", " ").encode("utf-8", "replace") + b"\n" for text in texts]
        held = b"".join(lines)
        last = len(held) - len(lines[-1]) if lines else 0
        block = Block(0, 0, held, (0, last, len(held)), len(held))
        found = self._needles.find(_NOTHING_MORE, block) if self._needles else []
        return EntrySight(block, dict(zip(self._patterns, found, strict=True)), entries)


def chosen(sight: EntrySight, condition: Condition | None) -> Chosen:
    """Returns which of the entries a condition selects, shape (entries,); None is all."""
    if condition is None:
        return np.ones(len(sight.entries), bool)
    return np.isin(sight.block.starts, sight.select(condition), assume_unique=True)


# Where the rest of a block's last line would be read from; these have all of it.
_NOTHING_MORE = Joined([])
