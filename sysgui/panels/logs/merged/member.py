"""A log as one of several that are read as one: its rows stand in order of time."""

from array import array
from bisect import bisect_left
from typing import Protocol

import numpy as np

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.formats.stamps import UNKNOWN
from sysgui.panels.logs.journal.known import Known
from sysgui.panels.logs.journal.log import JournalLog
from sysgui.panels.logs.journal.reading import time_of
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.sought import ERRORS, HITS, ROWS

from .clock import InTime
from .order import Keys, Ordered

# By so many of its rows it is told about when the others of a journal stand.
_MARKS = 1000


class Member(Protocol):
    """What is asked of a log for its lines to stand among those of others."""

    @property
    def log(self) -> OpenLog | JournalLog:
        """The log."""
        ...

    @property
    def tells_time(self) -> bool:
        """Whether its lines say when they were written, as far as they were looked at."""
        ...

    def ordered(self, kind: str) -> Ordered | None:
        """Returns the rows of a kind (`ROWS`, `HITS`, `ERRORS`); None if none are looked for."""
        ...

    def place(self, kind: str, offset: int) -> tuple[int, bool]:
        """Returns which of a kind's rows a line is, or would be; and whether it is one."""
        ...

    def row_of(self, kind: str, place: int) -> int:
        """Returns the row that one of a kind is."""
        ...

    def key_of(self, offset: int) -> int:
        """Returns when a line stands."""
        ...

    def latest(self, count: int) -> Keys:
        """Returns about when the last lines stand, whatever is known of all others."""
        ...

    def latest_lines(self, count: int, cut: int) -> list[Line]:
        """Returns the last lines, with so many bytes of each."""
        ...


class TextMember:
    """A text.

    Args:
        log: The text, opened so that the times of its lines are learned.

    Attributes:
        log: The same.
    """

    def __init__(self, log: OpenLog) -> None:
        self.log = log

    @property
    def tells_time(self) -> bool:
        """Whether its lines say when they were written, as far as they were looked at."""
        return self.log.tells_time

    def ordered(self, kind: str) -> Ordered | None:
        """Returns the rows of a kind."""
        rows = self.log.rows_of(kind)
        return InTime(rows, self.log.clock, complete=self.log.settled) if rows is not None else None

    def place(self, kind: str, offset: int) -> tuple[int, bool]:
        """Returns which of a kind's rows a line is, or would be; and whether it is one."""
        rows = self.log.rows_of(kind)
        if rows is None:
            return 0, False
        place = rows.row_at(offset)
        return place, rows.offsets(place, 1) == [offset]

    def row_of(self, kind: str, place: int) -> int:
        """Returns the row that one of a kind is."""
        rows, of_kind = self.log.rows_of(ROWS), self.log.rows_of(kind)
        if rows is None or of_kind is None or kind == ROWS:
            return place
        (offset,) = of_kind.offsets(place, 1) or (self.log.size,)
        return rows.row_at(offset)

    def key_of(self, offset: int) -> int:
        """Returns when a line stands."""
        return self.log.clock.at(offset)

    def latest(self, count: int) -> Keys:
        """Returns about when the last lines stand."""
        return self.log.clock.glance(self.log.shown.last(count))

    def latest_lines(self, count: int, cut: int) -> list[Line]:
        """Returns the last lines."""
        return self.log.shown.at(self.log.shown.last(count), cut)


class JournalMember:
    """A journal.

    Args:
        log: The journal.

    Attributes:
        log: The same.
        tells_time: A journal always does.
    """

    tells_time = True

    def __init__(self, log: JournalLog) -> None:
        self.log = log
        self._of: Known | None = None
        self._keys = array("q")

    def ordered(self, kind: str) -> Ordered | None:
        """Returns the rows of a kind."""
        reached = self.log.reached(hits=kind == HITS)
        if kind == ROWS:
            return Entries(self._learned(), None, reached)
        places = self._places(kind)
        return Entries(self._learned(), places, reached) if places is not None else None

    def place(self, kind: str, offset: int) -> tuple[int, bool]:
        """Returns which of a kind's rows an entry is, or would be; and whether it is one."""
        row, is_there = self.log.sought.row_of(offset)
        places = self._places(kind)
        if places is None:
            return row, is_there
        place = int(np.searchsorted(places, row))
        return place, is_there and place < len(places) and int(places[place]) == row

    def row_of(self, kind: str, place: int) -> int:
        """Returns the row that one of a kind is."""
        places = self._places(kind)
        return place if places is None else int(places[place])

    def key_of(self, offset: int) -> int:
        """Returns when an entry stands."""
        row, is_there = self.log.sought.row_of(offset)
        keys = self._learned()
        return keys[row] if is_there else time_of(offset)

    def latest(self, count: int) -> Keys:
        """Returns when the last entries stand."""
        return np.array(self._learned()[-count:], np.int64)

    def latest_lines(self, count: int, cut: int) -> list[Line]:
        """Returns the last entries."""
        return self.log.rows(-1, count, cut)[1]

    def _places(self, kind: str) -> Keys | None:
        """Returns which rows are of a kind; None: all."""
        if kind == HITS:
            return self.log.known.hits if self.log.hits >= 0 else None
        return self.log.sought.errors if kind == ERRORS else None

    def _learned(self) -> "array[int]":
        """Returns when each row stands."""
        known = self.log.known
        if known is not self._of:
            self._of, self._keys = known, array("q")
        if len(self._keys) < len(known):
            new = np.maximum.accumulate(known.times(len(self._keys)))
            last = self._keys[-1] if self._keys else UNKNOWN
            self._keys.frombytes(np.maximum(new, last).tobytes())
        return self._keys


class Entries:
    """Rows of a journal that stand in order of time.

    Args:
        keys: When each entry that is a row stands.
        places: Which of them these are; None: all.
        reached: Before which time all are known; None: all there are.

    Attributes:
        reached: The same.
    """

    def __init__(self, keys: "array[int]", places: Keys | None, reached: int | None) -> None:
        self._keys = keys
        self._places = places
        self.reached = reached

    def __len__(self) -> int:
        """Returns how many are known."""
        return len(self._keys if self._places is None else self._places)

    def rank(self, time: int) -> int:
        """Returns how many stand before a time."""
        row = bisect_left(self._keys, time)
        return row if self._places is None else int(np.searchsorted(self._places, row))

    def bounds(self, time: int) -> tuple[int, int]:
        """Returns how many stand before a time at least, and at most: that is known."""
        rank = self.rank(time)
        return rank, rank

    def keys(self, first: int, count: int) -> Keys:
        """Returns when some rows stand, from a row on; fewer at the end."""
        if self._places is None:
            return np.array(self._keys[first : first + count], np.int64)
        rows = self._places[first : first + count].tolist()
        return np.array([self._keys[row] for row in rows], np.int64)

    def marks(self) -> tuple[Keys, Keys]:
        """Returns some rows, and when they stand."""
        last = len(self) - 1
        rows = np.unique(np.linspace(0, last, min(len(self), _MARKS)).astype(np.int64))
        keys = [int(self.keys(row, 1)[0]) for row in rows.tolist()]
        return rows, np.array(keys, np.int64)


# Where nothing is looked for.
NONE = Entries(array("q"), None, None)
