"""Where in each line of a block the time begins."""

from typing import Any

import hyperscan
import numpy as np

from sysgui.panels.logs.text.blocks import Block, Starts

from .form import Place
from .stamps import UNKNOWN, Bytes, gathered

_DIGITS = 9

# A priority has up to three digits.
_PRIORITY = 5


class Places:
    """Finds where the times of a block's lines begin.

    Args:
        place: What stands before them.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._ends: list[int] = []
        self._database: hyperscan.Database | None = None
        if place.expression:
            self._database = hyperscan.Database()
            self._database.compile(
                expressions=[f"^{place.expression}".encode()],
                ids=[0],
                flags=[hyperscan.HS_FLAG_MULTILINE],
            )
            self._scratch = hyperscan.Scratch(self._database)
        append = self._ends.append
        self._note = lambda _number, _from, end, _flags, _context: append(end)

    def find(self, block: Block) -> Starts:
        """Returns a place in the block's `data` for each line; UNKNOWN where there is none."""
        if self._database is not None:
            return self._behind_expression(block)
        data = np.frombuffer(block.data, np.uint8)
        places = block.starts
        if self._place.mark:
            return _behind_mark(data, places, ord(self._place.mark))
        if self._place.priority:
            places = _behind_priority(data, places)
        literal = self._place.literal.encode("ascii")
        if not literal:
            return places
        columns = gathered(data, np.maximum(places, 0), len(literal))
        wanted = np.frombuffer(literal, np.uint8)
        found = (columns == wanted[:, None]).all(axis=0) & (places >= 0)
        return np.where(found, places + len(literal), UNKNOWN)

    def _behind_expression(self, block: Block) -> Starts:
        self._ends.clear()
        # The stubs know of bytes only; a memoryview is taken as it is, without a copy.
        view: Any = block.data
        assert self._database is not None  # noqa: S101 - for the type checker
        self._database.scan(view, match_event_handler=self._note, scratch=self._scratch)
        ends = np.array(self._ends, np.int64)
        places = np.full(len(block.starts), UNKNOWN)
        # Backwards, so that of several in a line the first is kept.
        lines = np.searchsorted(block.starts, ends[::-1] - 1, side="right") - 1
        places[lines] = ends[::-1] - self._place.into
        return places


def _behind_mark(data: Bytes, starts: Starts, mark: int) -> Starts:
    """Returns where the lines go on behind the first of a character."""
    marks = np.append(np.flatnonzero(data == mark), len(data))
    places = marks[np.searchsorted(marks, starts)] + 1
    places[places > np.append(starts[1:], len(data))] = UNKNOWN
    return places


def _behind_priority(data: Bytes, starts: Starts) -> Starts:
    """Returns where the lines go on behind a priority such as `<13>`, if they begin with one."""
    first = data[starts] == ord("<")
    if not first.any():
        return starts
    columns = gathered(data, starts, _PRIORITY)
    places = starts.copy()
    digits = first
    for column in range(1, _PRIORITY):
        ended = digits & (columns[column] == ord(">")) & (column > 1)
        places[ended] = starts[ended] + column + 1
        digits = digits & (columns[column] - ord("0") <= _DIGITS)
    return places
