"""The last minutes of many figures, in rings that are ready to be drawn without a copy."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from math import isnan, nan

# So long the overview keeps what it has recorded, in seconds.
KEPT = 900

# How far beyond its first sample a history still answers, in seconds.
NEAR = 2.0


class History:
    """Samples of named series that share their times.

    Each array has room for twice what is kept and is filled until it is full; then its newer half
    becomes its older one. So what is kept is always one slice.

    Args:
        capacity: How many samples are kept at least.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._end = 0
        self._times = _empty(capacity)
        self._series: dict[str, array[float]] = {}

    def append(self, time: float, values: Mapping[str, float | None]) -> None:
        """Adds a sample; what is None, or missing, is a gap.

        Args:
            time: Seconds on a clock that only goes forward.
            values: By series; a name not seen before begins a series.
        """
        if self._end == 2 * self._capacity:
            self._fold()
        self._times[self._end] = time
        for name in values.keys() - self._series.keys():
            self._series[name] = _empty(self._capacity)
        for name, series in self._series.items():
            value = values.get(name)
            series[self._end] = nan if value is None else value
        self._end += 1

    def _fold(self) -> None:
        keep = self._capacity
        self._times[:keep] = self._times[keep:]
        for name, series in list(self._series.items()):
            series[:keep] = series[keep:]
            if all(map(isnan, series[:keep])):
                del self._series[name]  # Its disk or interface has been gone for all that time.
        self._end = keep

    @property
    def names(self) -> list[str]:
        """The series, oldest first."""
        return list(self._series)

    def times(self, seconds: float) -> memoryview:
        """Returns when the samples of the last `seconds` were taken: doubles, ascending.

        One sample older is among them, so that a curve reaches the left edge.
        """
        return memoryview(self._times)[self._begin(seconds) : self._end]

    def values(self, name: str, seconds: float) -> memoryview | None:
        """Returns a series over the last `seconds` as doubles; NaN is a gap.

        As long as `times`; None if there is no such series.
        """
        series = self._series.get(name)
        if series is None:
            return None
        return memoryview(series)[self._begin(seconds) : self._end]

    def covers(self, age: float) -> bool:
        """Tells whether anything was recorded at an age, in negative seconds."""
        first = max(0, self._end - self._capacity)
        return self._end > 0 and self._times[self._end - 1] + age >= self._times[first] - NEAR

    def at(self, name: str, age: float) -> float | None:
        """Returns the value of the sample nearest to `age`; None in a gap, or before the first.

        Args:
            name: The series.
            age: Seconds before the newest sample, negative.
        """
        series = self._series.get(name)
        if series is None or not self._end:
            return None
        if not self.covers(age):
            return None
        moment = self._times[self._end - 1] + age
        first = max(0, self._end - self._capacity)
        place = bisect_left(self._times, moment, first, self._end - 1)
        if place > first and moment - self._times[place - 1] < self._times[place] - moment:
            place -= 1
        value = series[place]
        return None if isnan(value) else value

    def _begin(self, seconds: float) -> int:
        first = max(0, self._end - self._capacity)
        if not self._end:
            return 0
        oldest = self._times[self._end - 1] - seconds
        return max(first, bisect_right(self._times, oldest, first, self._end) - 1)


def _empty(capacity: int) -> "array[float]":
    return array("d", [nan]) * (2 * capacity)
