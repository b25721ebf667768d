"""Entries counted by level and time."""

from collections.abc import Iterable

import msgspec
import numpy as np

from .export import NO_LEVEL
from .select import Levels, Times

_GROUPS = NO_LEVEL + 1


class Columns:
    """When some entries came, and of which level they are.

    Args:
        times: In microseconds since 1970, shape (entries,).
        levels: Of the same shape.
    """

    __slots__ = ("levels", "times")

    def __init__(self, times: Times, levels: Levels) -> None:
        self.times = times
        self.levels = levels

    def between(self, since: int | None, until: int | None) -> "Columns":
        """Returns those that did not come before `since` nor after `until`."""
        if since is None and until is None:
            return self
        kept = np.ones(len(self.times), bool)
        if since is not None:
            kept &= self.times >= since
        if until is not None:
            kept &= self.times <= until
        return Columns(self.times[kept], self.levels[kept])


def joined(parts: Iterable[Columns]) -> Columns:
    """Returns the entries of all parts, sorted by time."""
    held = list(parts)
    times = np.concatenate([np.empty(0, np.int64), *(part.times for part in held)])
    levels = np.concatenate([np.empty(0, np.uint8), *(part.levels for part in held)])
    order = times.argsort(kind="stable")  # Nearly sorted as it is.
    return Columns(times[order], levels[order])


class Tally(msgspec.Struct, frozen=True):
    """How many entries there are of each level, and when.

    Attributes:
        levels: How many are of each level, 0 to 7, and of none.
        first: When the earliest came, in microseconds since 1970; None if there is none.
        last: When the latest came.
        start: When the first bin begins.
        width: Of each bin, in microseconds; the last may be shorter.
        bins: For each of `levels`, how many came in each bin.
    """

    levels: list[int]
    first: int | None = None
    last: int | None = None
    start: int = 0
    width: int = 1
    bins: list[list[int]] = []

    @property
    def entries(self) -> int:
        """How many there are of any level, and of none."""
        return sum(self.levels)


class Axis(msgspec.Struct, frozen=True):
    """A part of time in equal bins.

    Attributes:
        start: Where it begins, in microseconds since 1970.
        width: Of each bin, in microseconds.
        bins: How many there are.
    """

    start: int
    width: int
    bins: int

    @property
    def end(self) -> int:
        """Where the last bin ends."""
        return self.start + self.width * self.bins


def axis(start: int, end: int, bins: int) -> Axis:
    """Returns the axis from `start` to `end`, which is excluded, in at most `bins` bins."""
    bins = max(0, min(bins, end - start))
    width = -(-(end - start) // bins) if bins else 1
    return Axis(start, width, bins)


def tally(columns: Columns, on: Axis) -> Tally:
    """Counts entries.

    Args:
        columns: The entries.
        on: What has bins. Entries beside it are counted in `levels` only.
    """
    levels = np.bincount(columns.levels, minlength=_GROUPS)
    inside = columns.between(on.start, on.end - 1)
    cells = inside.levels * np.int64(on.bins) + (inside.times - on.start) // on.width
    bins = np.bincount(cells, minlength=_GROUPS * on.bins).reshape(_GROUPS, on.bins)
    times = columns.times
    first, last = (int(times.min()), int(times.max())) if len(times) else (None, None)
    return Tally(levels.tolist(), first, last, on.start, on.width, bins.tolist())


def added(parts: Iterable[Tally], on: Axis) -> Tally:
    """Adds up what was counted on the same axis."""
    levels = np.zeros(_GROUPS, np.int64)
    bins = np.zeros((_GROUPS, on.bins), np.int64)
    ends: list[int] = []
    for part in parts:
        levels += np.array(part.levels)
        bins += np.array(part.bins, np.int64)
        ends += [end for end in (part.first, part.last) if end is not None]
    first, last = min(ends, default=None), max(ends, default=None)
    return Tally(levels.tolist(), first, last, on.start, on.width, bins.tolist())
