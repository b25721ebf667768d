"""The last minutes of many figures, in rings of numpy, ready to be drawn without a copy."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# How far beyond its first sample a history still answers, in seconds.
NEAR = 2.0


class History:
    """Samples of named series that share their times.

    Each array is twice as long as what is kept and filled from the middle on, so that the kept part
    is always one slice.

    Args:
        capacity: How many samples are kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._end = 0
        self._times = np.empty(2 * capacity)
        self._series: dict[str, Floats] = {}

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
            self._series[name] = np.full(2 * self._capacity, np.nan)
        for name, series in self._series.items():
            value = values.get(name)
            series[self._end] = np.nan if value is None else value
        self._end += 1

    def _fold(self) -> None:
        keep = self._capacity
        self._times[:keep] = self._times[keep:]
        for name, series in list(self._series.items()):
            series[:keep] = series[keep:]
            if np.isnan(series[:keep]).all():
                del self._series[name]  # Its disk or interface has been gone for all that time.
        self._end = keep

    @property
    def names(self) -> list[str]:
        """The series, oldest first."""
        return list(self._series)

    @property
    def last_time(self) -> float | None:
        """When the newest sample was taken."""
        return float(self._times[self._end - 1]) if self._end else None

    def ages(self, seconds: float) -> Floats:
        """Returns how long ago each sample of the last `seconds` was, as negative seconds.

        Shape (n,), ascending, the newest being 0.
        """
        times = self._times[self._begin(seconds) : self._end]
        return times - times[-1] if len(times) else times

    def values(self, name: str, seconds: float) -> Floats:
        """Returns a series over the last `seconds`; NaN is a gap. Shape as that of `ages`."""
        begin = self._begin(seconds)
        series = self._series.get(name)
        return np.full(self._end - begin, np.nan) if series is None else series[begin : self._end]

    def at(self, name: str, age: float, seconds: float) -> float | None:
        """Returns the value of the sample nearest to `age`; None in a gap, or before the first."""
        ages = self.ages(seconds)
        if not len(ages) or age < ages[0] - NEAR:
            return None
        value = float(self.values(name, seconds)[int(np.abs(ages - age).argmin())])
        return None if np.isnan(value) else value

    def _begin(self, seconds: float) -> int:
        first = max(0, self._end - self._capacity)
        if not self._end:
            return 0
        kept = self._times[first : self._end]
        # One sample older, so that the curve reaches the left edge.
        begin = int(np.searchsorted(kept, kept[-1] - seconds, side="right")) - 1
        return first + max(0, begin)
