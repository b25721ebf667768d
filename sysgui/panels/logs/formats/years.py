"""The years of times that are written without one, such as `Nov 27 08:00:01`.

They are worked out from the end of the log backwards. It was last written to when the file says; no
line is younger than that, and each is of the year that brings it nearest to the line after it. So a
new year is one, and a clock that was wrong for a while takes nothing else with it.

Of a large log only samples are looked at for that, and each line is of the year that brings it
nearest to one of the two beside it. A log that was silent for more than half a year is told wrongly
where it was written to afterwards for longer than it then seems to have been silent.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .calendar import LEAP, days_before_month
from .log import Log, read_lines
from .stamps import Read

Days = npt.NDArray[np.int64]

# As if each year had a 29 February.
YEAR = 366
_HALF = YEAR // 2
_LEAP_DAY = 59

# A clock may be so many days ahead of that of the disk.
_AHEAD = 2

# So many places are looked at, and so many bytes at each, and no time is longer.
_SAMPLES = 1024
_LENGTH = 1024
_TIME = 64

# Where a log makes no sense, it is left as it is after so many corrections.
_PATIENCE = 64

# In eight years there is a leap year, whatever the century.
_LEAP_YEARS_APART = 8


class _Samples(NamedTuple):
    """What is known of some lines.

    Attributes:
        offsets: Where they start in the log.
        days: Of the year.
        years: Which.
    """

    offsets: Days
    days: Days
    years: Days


_NOTHING = np.zeros(0, np.int64)


def days_of(read: Read) -> Days:
    """Returns the days of the year, from 0 on and as if it was a leap year; -1 for none."""
    before = days_before_month(np.clip(read.month, 1, 12))
    return np.where(read.valid & (read.day > 0) & (read.day < 32), before + read.day - 1, -1)


class Years:
    """Works out the years of one log's lines.

    Args:
        days: Returns where the times of some lines start, and which days they name; -1 for none.
        text: The log.
        written: When it was last written to, in days since 1970.
    """

    def __init__(self, days: Callable[[bytes], tuple[Days, Days]], text: Log, written: int) -> None:
        self._days = days
        self._text = text
        self._reached = 0
        self._samples = _Samples(_NOTHING, _NOTHING, _NOTHING)
        self._end = _year_and_day(written)
        self._stale = True

    def change(self, block: int, written: int) -> None:
        """Takes note that the log has changed from a block on, and when, in days since 1970."""
        self._end = _year_and_day(written)
        self._stale = True
        # Before that block all offsets are what they were.
        offsets = self._samples.offsets
        kept = bisect_left(offsets, block, key=lambda offset: self._text.block_of(int(offset)))
        self._samples = _Samples(*(each[:kept] for each in self._samples))
        self._reached = int(offsets[kept - 1]) + 1 if kept else 0

    def of(self, days: Days, offsets: Days) -> Days:
        """Returns the years of lines.

        Args:
            days: Which days of the year they name; -1 for none.
            offsets: Where in the log their times start, ascending, shape (lines,).

        Raises:
            OSError: As pread(2) says.
        """
        if self._stale:
            self._sample()
            self._settle()
            self._stale = False
        years = np.full(len(days), self._end[0])
        known = days >= 0
        if known.any():
            years[known] = self._by_samples(days[known], offsets[known])
        return years

    def _by_samples(self, days: Days, offsets: Days) -> Days:
        """Returns the years that bring each line nearest to the sample before it, or behind it."""
        samples = self._samples
        first, last = np.searchsorted(samples.offsets, [offsets[0], offsets[-1]]).tolist()
        first = max(0, first - 1)
        here = _Samples(*(each[first : last + 1] for each in samples))
        moments = np.append(here.years * YEAR + here.days, self._end[0] * YEAR + self._end[1])
        place = np.searchsorted(here.offsets, offsets)
        years, distance = _nearest_to(moments[place], days)
        by_before, distance_before = _nearest_to(moments[np.maximum(place - 1, 0)], days)
        years = np.where(distance_before < distance, by_before, years)
        years[years * YEAR + days > self._latest] -= 1
        return np.asarray(years)

    @property
    def _latest(self) -> int:
        return self._end[0] * YEAR + self._end[1] + _AHEAD

    def _sample(self) -> None:
        """Looks at what has not been looked at yet."""
        size = self._text.size
        step = max(_LENGTH, size // _SAMPLES)
        held = bytearray()
        begins, shifts, ends = [0], [0], [0]
        for begin in range(self._reached, size, step):
            # The newline before the first line may be the byte before.
            offset = max(0, begin - 1)
            piece = read_lines(self._text, offset, _LENGTH + _TIME)
            first = piece.find(b"\n", 0, _LENGTH) + 1 if begin else 0
            if begin and not first:
                continue
            begins.append(len(held))
            shifts.append(offset + first - len(held))
            ends.append(begin + min(step, _LENGTH))
            held += piece[first:] + b"\n"
        self._reached = size
        starts, days = self._days(bytes(held))
        piece_of = np.searchsorted(begins, starts, side="right") - 1
        offsets = starts + np.array(shifts)[piece_of]
        kept = (days >= 0) & (offsets < np.array(ends)[piece_of])
        known = self._samples
        offsets, once = np.unique(np.append(known.offsets, offsets[kept]), return_index=True)
        days = np.append(known.days, days[kept])[once]
        self._samples = _Samples(offsets, days, np.zeros(len(offsets), np.int64))

    def _settle(self) -> None:
        """Works out the years of the samples."""
        days = self._samples.days
        years, odd = _backwards(days, self._end)
        if odd and not self._ends_now(years):
            # There was no such 29 February: the file was copied since, and all of it is older.
            for earlier in range(1, _LEAP_YEARS_APART + 1):
                end = self._end[0] - earlier, self._end[1]
                shifted, still_odd = _backwards(days, end)
                if not still_odd:
                    years, self._end = shifted, end
                    break
        self._samples = self._samples._replace(years=years)

    def _ends_now(self, years: Days) -> bool:
        """Tells whether the last line is about as old as the file."""
        last = int(years[-1]) * YEAR + int(self._samples.days[-1])
        return abs(self._end[0] * YEAR + self._end[1] - last) <= _AHEAD


def _nearest(days: Days, after: tuple[int, int]) -> Days:
    """Returns the years of lines that bring each nearest to the line after it.

    Args:
        days: Of the year, of each line.
        after: Year and day of what comes after the last line.
    """
    steps = np.diff(days, append=after[1])
    turns = (steps < -_HALF).astype(np.int64) - (steps > _HALF)
    return np.asarray(after[0] - np.cumsum(turns[::-1])[::-1])


def _nearest_to(moments: Days, days: Days) -> tuple[Days, Days]:
    """Returns the years that bring days nearest to some moments, and how far they are then."""
    years = (moments - days + _HALF) // YEAR
    return years, np.abs(years * YEAR + days - moments)


def _backwards(days: Days, end: tuple[int, int]) -> tuple[Days, bool]:
    """Returns the years of the lines of a log, and whether a 29 February did not fit in.

    Args:
        days: Of the year, of each line.
        end: Year and day of the end of the log.
    """
    years = _nearest(days, end)
    latest = end[0] * YEAR + end[1] + _AHEAD
    for _attempt in range(_PATIENCE):
        late = years * YEAR + days > latest
        if not late.any():
            break
        _take_back(years, days, late)
    odd = False
    for _attempt in range(_PATIENCE):
        wrong = np.flatnonzero((days == _LEAP_DAY) & ~LEAP[np.clip(years, 0, 9999)])
        if not len(wrong):
            break
        odd = True
        years[: wrong[-1] + 1] -= 1
    return years, odd


def _take_back(years: Days, days: Days, late: npt.NDArray[np.bool_]) -> None:
    """Takes back by a year what is younger than the log.

    If the lines before it go on where those behind it do, only the clock was wrong meanwhile. Else
    there was a long silence, and what came before is older too.
    """
    edges = np.diff(late.astype(np.int8), prepend=0, append=0)
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    inside = (begins > 0) & (ends < len(days))
    before = days[np.maximum(begins - 1, 0)]
    behind = days[np.minimum(ends, len(days) - 1)]
    meanwhile = inside & (before <= behind)
    if meanwhile[-1]:
        for begin, end in zip(begins[meanwhile].tolist(), ends[meanwhile].tolist(), strict=True):
            years[begin:end] -= 1
    else:
        years[: ends[-1]] -= 1


def _year_and_day(days: int) -> tuple[int, int]:
    """Returns the year, and the day of it as if it was a leap year, of a day since 1970."""
    date = np.datetime64(days, "D")
    year, month = date.astype("M8[Y]"), date.astype("M8[M]")
    number = int(month.astype(int)) % 12 + 1
    before = int(days_before_month(np.array([number]))[0])
    return int(year.astype(int)) + 1970, before + int((date - month.astype("M8[D]")).astype(int))
