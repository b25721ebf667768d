"""How many rows were written when, by level: counted exactly, in the pass that finds the rows.

The times of ten million lines are not kept. They are counted by the second, and as soon as there
are too many seconds by more of them: each width is a multiple of the one before, so that nothing
needs to be looked at again.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from .formats.stamps import UNKNOWN
from .formats.times import Times
from .formats.zones import SECOND
from .text.wanted import Condition, Sight

_DAY = 86_400

# The widths of bins, in seconds; each is a multiple of the one before.
WIDTHS = (
    *(1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600),
    *(_DAY << power for power in range(16)),
)

# So many numbers are kept, of one bin and level each.
MOST = 8192

# Rows that lie further than so many seconds from all others are left out if they are few: one in so
# many at each end, or one of at least so many.
FAR = 365 * _DAY
FEW = 1000
FEWEST = 10

# The counts of so many blocks are kept apart: they may change as the log grows.
APART = 8

# Levels 0 to 7, and none.
LEVELS = 9

_Numbers = npt.NDArray[np.int64]


class TimeCounts(msgspec.Struct, frozen=True):
    """How many rows were written when.

    Attributes:
        begin: When the first bin begins, in seconds since 1970.
        width: Of each bin, in seconds.
        bins: For each of them how many rows are of each level, 0 to 7, and of none; empty if there
            are none at all.
        outside: How many rows are in none of them: they are dated far away from nearly all.
    """

    begin: int
    width: int
    bins: list[list[int]]
    outside: int = 0


NO_TIMES = TimeCounts(0, 1, [])


class _Counts(NamedTuple):
    """Counts of bins and levels.

    Attributes:
        width: Which of `WIDTHS` the bins have.
        keys: The number of the bin since 1970 times `LEVELS`, and the level; ascending.
        counts: The same long.
    """

    width: int
    keys: _Numbers
    counts: _Numbers

    def widened(self, width: int) -> "_Counts":
        """Returns the same in wider bins."""
        if width == self.width:
            return self
        bins, levels = np.divmod(self.keys, LEVELS)
        wider = bins * WIDTHS[self.width] // WIDTHS[width]
        return _Counts(width, *_summed(wider * LEVELS + levels, self.counts))


class Kept(NamedTuple):
    """When the rows of the first blocks were written.

    Attributes:
        blocks: Of so many.
        width: Which of `WIDTHS` the bins have.
        keys: As in `_Counts`.
        counts: The same long.
    """

    blocks: int
    width: int
    keys: _Numbers
    counts: _Numbers


_NONE = np.zeros(0, np.int64)


class Timeline:
    """Counts the rows of a log by time and level, block by block.

    Args:
        times: Of the log.
        rows: What selects the rows.
        levels: What selects the rows of each level, 0 to 7.
    """

    def __init__(self, times: Times, rows: Condition, levels: Sequence[Condition]) -> None:
        self._times = times
        self._rows = rows
        self._levels = levels
        self._sum = _Counts(0, _NONE, _NONE)
        self._apart: OrderedDict[int, _Counts] = OrderedDict()
        self._first_apart = 0

    def count(self, sight: Sight) -> None:
        """Counts the rows of the next block.

        Raises:
            OSError: As pread(2) says.
        """
        self._apart[sight.block.number] = self._counted(sight)
        if len(self._apart) >= 2 * APART:
            self._fold()

    def forget_from(self, block: int) -> bool:
        """Forgets what has changed; tells whether it could: else all is to be counted anew."""
        if block < self._first_apart:
            self._sum, self._first_apart = _Counts(0, _NONE, _NONE), 0
            self._apart.clear()
            return False
        for number in [number for number in self._apart if number >= block]:
            del self._apart[number]
        return True

    def kept(self) -> Kept:
        """Returns what is known of the blocks that will hardly change any more."""
        return Kept(self._first_apart, *self._sum)

    def take(self, kept: Kept) -> None:
        """Takes what is known of the first blocks."""
        self._first_apart = kept.blocks
        self._sum = _Counts(kept.width, kept.keys, kept.counts)

    def counts(self, most: int) -> TimeCounts:
        """Returns what is known so far.

        Args:
            most: As many bins at most, 2 or more.
        """
        known = _added([self._sum, *self._apart.values()])
        if most < 2 or not len(known.keys):
            return NO_TIMES
        every, known = known.counts.sum(), _of_one_time(known)
        width = known.width
        first, last = (int(known.keys[place] // LEVELS) * WIDTHS[width] for place in (0, -1))
        while last // WIDTHS[width] - first // WIDTHS[width] >= most and width + 1 < len(WIDTHS):
            width += 1
        known = known.widened(width)
        first_bin, last_bin = int(known.keys[0] // LEVELS), int(known.keys[-1] // LEVELS)
        bins = np.zeros((last_bin - first_bin + 1) * LEVELS, np.int64)
        bins[known.keys - first_bin * LEVELS] = known.counts
        by_bin = bins.reshape(-1, LEVELS).tolist()
        outside = int(every - known.counts.sum())
        return TimeCounts(first_bin * WIDTHS[width], WIDTHS[width], by_bin, outside)

    def _counted(self, sight: Sight) -> _Counts:
        width = self._sum.width
        rows = sight.select(self._rows)
        if not len(rows):
            return _Counts(width, _NONE, _NONE)
        times, starts = self._times.times(sight.block), sight.block.starts
        if len(rows) < len(starts):
            times = times[np.searchsorted(starts, rows)]
        levels = np.full(len(rows), LEVELS - 1)
        for level, condition in enumerate(self._levels):
            levels[np.searchsorted(rows, sight.select(condition))] = level
        keys = times // (WIDTHS[width] * SECOND) * LEVELS + levels
        return _Counts(width, *_tallied(keys[times != UNKNOWN]))

    def _fold(self) -> None:
        """Adds to the sum what will hardly change any more."""
        ready = [self._apart.popitem(last=False) for _turn in range(len(self._apart) - APART)]
        self._sum = _added([self._sum, *(counts for _number, counts in ready)])
        self._first_apart = ready[-1][0] + 1
        while len(self._sum.keys) > MOST and self._sum.width + 1 < len(WIDTHS):
            self._sum = self._sum.widened(self._sum.width + 1)


def few_of(total: int) -> int:
    """Returns how many of so many rows are few enough, at either end, to be left out."""
    return max(total // FEW, int(total >= FEWEST))


def around_most(low: int, high: int) -> tuple[int, int]:
    """Returns the first and the last second that is shown of a log.

    One line that a clock which was wrong has dated 1970 would leave all others a single bar. What
    is about as far from the others as these are from each other is of their time.

    Args:
        low: The first second of all rows but few.
        high: The last one.
    """
    near = max(high - low, FAR)
    return low - near, high + near


def _of_one_time(known: _Counts) -> _Counts:
    """Returns the counts without the few that lie far from all others."""
    total = int(known.counts.sum())
    few, sums = few_of(total), np.cumsum(known.counts)
    seconds = known.keys // LEVELS * WIDTHS[known.width]
    low = seconds[np.searchsorted(sums, few, side="right")]
    high = seconds[np.searchsorted(sums, total - few)]
    first, last = around_most(int(low), int(high))
    begin, end = seconds.searchsorted((first, last + 1))
    return _Counts(known.width, known.keys[begin:end], known.counts[begin:end])


def together(several: Sequence[tuple[TimeCounts, int]], most: int) -> TimeCounts:
    """Adds up the counts of several logs.

    Args:
        several: Of each its counts, in no more bins than `most`; and what is added to its times, in
            microseconds. That moves its bins as a whole, to the nearest.
        most: As many bins at most, 2 or more.
    """
    filled = [(counts, offset) for counts, offset in several if counts.bins]
    if not filled:
        return NO_TIMES
    begins = [
        counts.begin + round(offset / SECOND / counts.width) * counts.width
        for counts, offset in filled
    ]
    last = max(
        begin + (len(counts.bins) - 1) * counts.width
        for begin, (counts, _offset) in zip(begins, filled, strict=True)
    )
    width = max(counts.width for counts, _offset in filled)
    fitting = (
        each for each in WIDTHS if each >= width and last // each - min(begins) // each < most
    )
    width = next(fitting, WIDTHS[-1])
    first = min(begins) // width
    bins = np.zeros((last // width - first + 1, LEVELS), np.int64)
    for begin, (counts, _offset) in zip(begins, filled, strict=True):
        times = begin + np.arange(len(counts.bins)) * counts.width
        np.add.at(bins, times // width - first, np.array(counts.bins))
    outside = sum(counts.outside for counts, _offset in filled)
    return TimeCounts(first * width, width, bins.tolist(), outside)


def _added(several: Sequence[_Counts]) -> _Counts:
    width = max(counts.width for counts in several)
    wide = [counts.widened(width) for counts in several]
    keys = np.concatenate([counts.keys for counts in wide])
    return _Counts(width, *_summed(keys, np.concatenate([counts.counts for counts in wide])))


def _summed(keys: _Numbers, counts: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Returns each key once, ascending, with the sum of its counts."""
    if not len(keys):
        return keys, counts
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
    return keys[firsts], np.add.reduceat(counts, firsts)


def _tallied(keys: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Returns each key once, ascending, with how often it comes."""
    if not len(keys):
        return _NONE, _NONE
    first = int(keys.min())
    if int(keys.max()) - first > 8 * len(keys):
        found, counts = np.unique(keys, return_counts=True)
        return found, counts.astype(np.int64)
    # Most lines of a block are of much the same time.
    dense = np.bincount(keys - first)
    places = np.flatnonzero(dense)
    return places + first, dense[places].astype(np.int64)
