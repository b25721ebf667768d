"""Which lines are worth being looked at closely: hyperscan reads all of them at once."""

import functools
from collections.abc import Sequence

import hyperscan
import numpy as np
import numpy.typing as npt

from sysgui.panels.logs.text.blocks import NEWLINE

Numbers = npt.NDArray[np.int64]

_FLAGS = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_CASELESS


class Triggers:
    """Finds where some expressions match, in any case.

    Args:
        expressions: For hyperscan; none matches nothing.
    """

    def __init__(self, expressions: Sequence[bytes]) -> None:
        self._ends: list[list[int]] = [[] for _expression in expressions]
        self._database = _made(tuple(expressions)) if expressions else None
        if self._database is not None:
            self._scratch = hyperscan.Scratch(self._database)
        appends = [ends.append for ends in self._ends]

        def note(number: int, _from: int, end: int, _flags: int, _context: object) -> None:
            appends[number](end)

        self._note = note

    def ends(self, text: bytes) -> Sequence[Sequence[int]]:
        """Returns where the matches of each expression end, ascending; good until the next call."""
        for ends in self._ends:
            ends.clear()
        if self._database is not None and text:
            self._database.scan(text, match_event_handler=self._note, scratch=self._scratch)
        return self._ends

    def lines(self, text: bytes, starts: Numbers) -> list[list[int]]:
        """Returns for each expression in which lines its matches end, each once, ascending.

        Args:
            text: Some lines.
            starts: Where each of them starts, as `starts_of` says.
        """
        return [_places(ends, starts) if ends else [] for ends in self.ends(text)]


def starts_of(text: bytes) -> Numbers:
    """Returns where each line of a text starts."""
    newlines = np.flatnonzero(np.frombuffer(text, np.uint8) == NEWLINE)
    starts = np.zeros(len(newlines) + 1, np.int64)
    starts[1:] = newlines + 1
    return starts


def _places(ends: Sequence[int], starts: Numbers) -> list[int]:
    places = np.searchsorted(starts, np.array(ends, np.int64) - 1, side="right") - 1
    first = np.ones(len(places), bool)
    np.not_equal(places[1:], places[:-1], out=first[1:])
    found: list[int] = places[first].tolist()
    return found


# Whatever is redacted, the rules are among a few sets; what was learnt is each time another one.
@functools.lru_cache(8)
def _made(expressions: tuple[bytes, ...]) -> hyperscan.Database:
    database = hyperscan.Database()
    count = len(expressions)
    database.compile(expressions=list(expressions), ids=list(range(count)), flags=[_FLAGS] * count)
    return database
