"""Lines together with those that stand near them, as `grep -C` has them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .blocks import Readable, Starts
from .patterns import Pattern
from .scan import Scan
from .wanted import Condition, Sight

_CHOSEN = "chosen"


class _Edges(NamedTuple):
    """What of a block matters to its neighbours.

    Attributes:
        lines: How many start in it.
        first: How many stand before the first that is chosen; -1 if none is.
        last: How many stand behind the last that is chosen; -1 if none is.
    """

    lines: int
    first: int
    last: int


class Around:
    """Selects the lines that another condition does, and some before and after each of them.

    Args:
        condition: The other.
        lines: How many before, and how many after.
        text: What they are lines of: those of one block may be near to those of the next.
    """

    placed = True

    def __init__(self, condition: Condition, lines: int, text: Readable) -> None:
        self._condition = condition
        self._lines = lines
        self._text = text
        self._scan = Scan(text, {_CHOSEN: condition})
        self._known: dict[int, _Edges] = {}

    def patterns(self) -> Iterator[Pattern]:
        """Yields those of the other."""
        return self._condition.patterns()

    def forget_from(self, block: int) -> int:
        """Forgets what has changed; returns the first block for whose lines that may matter."""
        lines = 0
        while block and lines < self._lines:
            block -= 1
            lines += self._edges(block).lines
        self._known = {number: edges for number, edges in self._known.items() if number < block}
        return block

    def select(self, sight: Sight) -> Starts:
        """Returns the lines that are chosen, and those near them.

        Raises:
            OSError: As pread(2) says.
        """
        number, starts = sight.block.number, sight.block.starts
        chosen = np.searchsorted(starts, sight.select(self._condition))
        self._known[number] = _edges_of(len(starts), chosen)
        steps = np.zeros(len(starts) + 1, np.int64)
        np.add.at(steps, np.maximum(chosen - self._lines, 0), 1)
        np.add.at(steps, np.minimum(chosen + self._lines + 1, len(starts)), -1)
        near = np.cumsum(steps[:-1]) > 0
        near[: self._reach(number, -1)] = True
        near[max(0, len(starts) - self._reach(number, 1)) :] = True
        # All blocks are read into the same buffer: what was in it is needed on.
        self._text.block(number)
        return np.asarray(starts[near])

    def _reach(self, number: int, step: int) -> int:
        """Returns how many lines of a block are near to those chosen before it, or after it."""
        away = 0
        while away < self._lines and 0 <= (number := number + step) < len(self._text):
            edges = self._edges(number)
            between = edges.last if step < 0 else edges.first
            if between >= 0:
                return max(0, self._lines - away - between)
            away += edges.lines
        return 0

    def _edges(self, number: int) -> _Edges:
        if number not in self._known:
            sight = self._scan.sight(number)
            starts = sight.block.starts
            chosen = np.searchsorted(starts, sight.select(self._condition))
            self._known[number] = _edges_of(len(starts), chosen)
        return self._known[number]


def _edges_of(lines: int, chosen: Starts) -> _Edges:
    if not len(chosen):
        return _Edges(lines, -1, -1)
    return _Edges(lines, int(chosen[0]), lines - 1 - int(chosen[-1]))
