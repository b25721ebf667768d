"""The rows of a journal that are known: when each came, of which level it is, and some entries."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from sysgui.panels.logs.formats.zones import SECOND
from sysgui.panels.logs.timeline import (
    FAR,
    LEVELS,
    NO_TIMES,
    WIDTHS,
    TimeCounts,
    around_most,
    few_of,
)

from .entries import CUT, Entry
from .export import NO_LEVEL
from .near import Picked
from .tally import Columns

# So many entries are kept at hand. What a query lets through seldom is all among them; of what
# it lets through often, any part is read anew in no time.
MOST_KEPT = 50_000

# Of the worst level of a part of the rows: there are none.
NO_ROW = NO_LEVEL + 1

# In place of a level: the row was not asked for, but stands near others.
NEAR = NO_ROW

Rows = npt.NDArray[np.int64]


class Known:
    """Rows, the earliest first.

    Args:
        columns: Those that are known without their entries.

    Attributes:
        counts: How many are of each level, 0 to 7, and of none.
        near: How many were not asked for, but stand near others.
        shift: How many rows have been put before those that were known first: by so much a row's
            number is another now. Without it, it is kept here what is known of a row.
        hits_shift: How many hits have been put before others.
    """

    def __init__(self, columns: Columns | None = None) -> None:
        self._times = array("q")
        self._levels = bytearray()
        self._hits = array("q")
        self._gaps: set[int] = set()
        self._kept: dict[int, Entry] = {}
        self._timed = (0, 0, NO_TIMES)
        if columns is not None:
            self._times.frombytes(columns.times.astype(np.int64).tobytes())
            self._levels += columns.levels.astype(np.uint8).tobytes()
        self.near = self.shift = self.hits_shift = 0
        self.counts = [self._levels.count(level) for level in range(NO_LEVEL + 1)]

    def __len__(self) -> int:
        """Returns how many rows are known."""
        return len(self._times)

    def add(self, entry: Entry, *, near: bool = False, gap: bool = False) -> int:
        """Takes an entry as the last row, and returns that.

        Args:
            entry: The entry.
            near: Whether it was not asked for, but stands near others.
            gap: Whether entries between it and the row before are left out.
        """
        row = len(self)
        level = entry.level if entry.level >= 0 else NO_LEVEL
        self._times.append(entry.time)
        self._levels.append(NEAR if near else level)
        if near:
            self.near += 1
        else:
            self.counts[level] += 1
        if gap:
            self.add_gap(row)
        self.keep(row, entry)
        return row

    def put_before(self, picked: Sequence[Picked]) -> None:
        """Takes entries as the rows before all others, the latest of them first."""
        levels = bytearray()
        for place, (entry, _found, near, gap) in enumerate(picked, 1 + self.shift):
            level = entry.level if entry.level >= 0 else NO_LEVEL
            levels.append(NEAR if near else level)
            self.near += near
            self.counts[level] += not near
            self._keep(-place, entry)
            if gap:
                self._gaps.add(-place)
        self._times = array("q", [each.entry.time for each in reversed(picked)]) + self._times
        self._levels = levels[::-1] + self._levels
        self.shift += len(picked)
        last = len(picked) - 1
        found = [last - place for place, each in enumerate(picked) if each.found]
        if found:
            self.put_hits_before(found)

    def put_hits_before(self, rows: Sequence[int]) -> None:
        """Notes that rows are found, the last of them first; all stand before those noted yet."""
        self._hits = array("q", [row - self.shift for row in reversed(rows)]) + self._hits
        self.hits_shift += len(rows)

    def is_near(self, row: int) -> bool:
        """Tells whether a row was not asked for, but stands near others."""
        return self._levels[row] == NEAR

    def has_gap(self, row: int) -> bool:
        """Tells whether entries between a row and the one before are left out."""
        return row - self.shift in self._gaps

    def add_gap(self, row: int) -> None:
        """Notes that entries between a row and the one before are left out."""
        self._gaps.add(row - self.shift)

    def before(self, row: int) -> int:
        """Returns a row, not behind another, from which on it can be told anew what is near."""
        while row and (self.is_near(row) or self._times[row - 1] == self._times[row]):
            row -= 1
        return row

    def add_hit(self, row: int) -> None:
        """Notes that a row is found; no row before one that was noted."""
        self._hits.append(row - self.shift)

    def keep(self, row: int, entry: Entry) -> None:
        """Keeps the entry of a row at hand."""
        self._keep(row - self.shift, entry)

    def _keep(self, place: int, entry: Entry) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[place] = shortened(entry, CUT)

    def kept(self, row: int, cut: int) -> Entry | None:
        """Returns the entry of a row if as much of it as is asked for is at hand."""
        entry = self._kept.get(row - self.shift)
        if entry is None or entry.length > CUT < cut:
            return None
        return shortened(entry, cut)

    def place(self, row: int) -> tuple[int, int]:
        """Returns when a row came, and how many before it came at the same time."""
        time = self._times[row]
        before = row
        while before and self._times[before - 1] == time:
            before -= 1
        return time, row - before

    def at(self, time: int) -> range:
        """Returns the rows of a time; none, where they would stand, if there are none."""
        first = bisect_left(self._times, time)
        return range(first, bisect_right(self._times, time, first))

    def times(self, first: int) -> Rows:
        """Returns when each row came, from a row on."""
        return np.array(self._times[first:], np.int64)

    @property
    def hits(self) -> Rows:
        """The rows that are found."""
        return np.array(self._hits, np.int64) + self.shift

    def is_hit(self, row: int) -> bool:
        """Tells whether a row is found."""
        found = row - self.shift
        place = bisect_left(self._hits, found)
        return place < len(self._hits) and self._hits[place] == found

    def worse_than(self, level: int) -> Rows:
        """Returns the rows of a more severe level."""
        return np.flatnonzero(np.frombuffer(bytes(self._levels), np.uint8) < level)

    def timeline(self, most: int) -> TimeCounts:
        """Returns how many rows came when, by level, in so many bins at most."""
        if not most or not len(self):
            return NO_TIMES
        if self._timed[:2] != (len(self), most):
            self._timed = (len(self), most, self._timeline(most))
        return self._timed[2]

    def _timeline(self, most: int) -> TimeCounts:
        levels = np.frombuffer(bytes(self._levels), np.uint8)
        asked = levels != NEAR
        seconds, levels = np.array(self._times, np.int64)[asked] // SECOND, levels[asked]
        number = len(seconds)
        if not number:
            return NO_TIMES
        first, last = int(seconds.min()), int(seconds.max())
        if last - first > FAR:
            few = few_of(len(seconds))
            low, high = np.partition(seconds, (few, len(seconds) - 1 - few))[[few, -1 - few]]
            shown_first, shown_last = around_most(int(low), int(high))
            shown = (seconds >= shown_first) & (seconds <= shown_last)
            seconds, levels = seconds[shown], levels[shown]
            first, last = int(seconds.min()), int(seconds.max())
        fitting = (width for width in WIDTHS if last // width - first // width < most)
        width = next(fitting, WIDTHS[-1])
        bins = seconds // width - first // width
        keys = bins * LEVELS + levels
        counts = np.bincount(keys, minlength=(last // width - first // width + 1) * LEVELS)
        by_bin = counts.reshape(-1, LEVELS).tolist()
        return TimeCounts(first // width * width, width, by_bin, number - len(seconds))

    def strip(self, parts: int) -> list[tuple[int, int]]:
        """Returns for equal parts of the rows the worst level of each, and how many are found."""
        if not parts or not len(self):
            return []
        levels = np.frombuffer(bytes(self._levels), np.uint8)
        worst = np.full(parts, NO_ROW)
        if len(self) < parts:
            worst[np.arange(len(self)) * parts // len(self)] = levels
        else:
            # The first row of each part: the parts of `row * parts // rows`.
            firsts = -(-np.arange(parts) * len(self) // parts)
            worst = np.minimum.reduceat(levels, firsts)
        hits = np.bincount(self.hits * parts // len(self), minlength=parts)
        return list(zip(worst.tolist(), hits.tolist(), strict=True))


def shortened(entry: Entry, cut: int) -> Entry:
    """Returns an entry with so many bytes of its message, as far as they are whole characters."""
    if len(entry.text) * 4 <= cut or len(encoded := entry.text.encode()) <= cut:
        return entry
    return msgspec.structs.replace(entry, text=encoded[:cut].decode("utf-8", "ignore"))
