"""From the time of a place to that of the world, for whole arrays.

`zoneinfo` knows the offset of one moment. What is needed are the moments at which it changes: they
are found once a year, by asking it once for each week and then between two weeks that differ.
"""

import datetime as dt
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from sysgui.system.host import Host

Moments = npt.NDArray[np.int64]

SECOND = 1_000_000
_WEEK = 7 * 86_400

# Before the one there was little of what can be looked up, after the other nothing can be known.
_FIRST, _LAST = 1900, 2200

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Zone:
    """A time zone.

    Args:
        rules: What knows its offsets.
    """

    def __init__(self, rules: dt.tzinfo) -> None:
        self._rules = rules
        self._years: tuple[int, int] | None = None
        self._changes: Moments = np.zeros(0, np.int64)
        self._offsets: Moments = np.zeros(1, np.int64)
        self._names: dict[str, int] = {}

    def offset_named(self, name: str, year: int) -> int | None:
        """Returns the seconds east of Greenwich for a name such as CEST; None if it has none such.

        Args:
            name: What stands behind a time.
            year: About when.
        """
        if name in ("UTC", "GMT", "Z"):
            return 0
        self._learn(year, year)
        return self._names.get(name)

    def utc(self, local: Moments, before: int = -1) -> Moments:
        """Returns the moments since 1970 of what the zone's clocks showed, in microseconds.

        Of an hour that comes twice the first is taken, until the clocks are seen to go back; what
        they never show is taken as if they had not been put forward yet.

        Args:
            local: What they showed, as if it were UTC, in the order of the log.
            before: What came before the first of them in the log; -1: not known.
        """
        if not len(local):
            return local
        # numpy's years: twelve months are no fixed time, so that it counts them itself.
        ends = np.array([local.min(), local.max()]).astype("M8[us]").astype("M8[Y]")
        first, last = (ends.astype(np.int64) + 1970).tolist()
        self._learn(first, last)
        if not len(self._changes):
            return np.asarray(local - self._offsets[0] * SECOND)
        # Both put forward and put back, the clocks show what is later of the two at the change.
        thresholds = (self._changes + np.maximum(self._offsets[:-1], self._offsets[1:])) * SECOND
        spans = np.searchsorted(thresholds, local, side="right")
        self._take_second(local, spans, thresholds, before)
        moments: Moments = local - self._offsets[spans] * SECOND
        return moments

    def local(self, moment: int) -> int:
        """Returns what the zone's clocks show at a moment, in microseconds since 1970."""
        return moment + self._offset(moment // SECOND) * SECOND

    def _take_second(
        self, local: Moments, spans: Moments, thresholds: Moments, before: int
    ) -> None:
        """Corrects the spans of lines in an hour that comes twice, from its second time on."""
        first, last = int(spans.min()), min(int(spans.max()), len(self._changes) - 1)
        for change in range(first, last + 1):
            back = int(self._offsets[change] - self._offsets[change + 1]) * SECOND
            if back <= 0:
                continue
            end = int(thresholds[change])
            twice = np.flatnonzero((spans == change) & (local >= end - back))
            if not len(twice):
                continue
            steps = np.diff(local[twice], prepend=local[twice[0]])
            # Lines that are out of order by a little do not put the clocks back.
            again = np.logical_or.accumulate(steps < -back // 2)
            if before >= int(self._changes[change]) * SECOND and twice[0] == 0:
                again[:] = True
            spans[twice[again]] = change + 1

    def _learn(self, first: int, last: int) -> None:
        """Finds the changes of the years that are not known yet."""
        first = min(max(first - 1, _FIRST), _LAST)
        last = min(max(last + 1, _FIRST), _LAST)
        if self._years:
            if self._years[0] <= first and last <= self._years[1]:
                return
            first, last = min(first, self._years[0]), max(last, self._years[1])
        self._years = (first, last)
        begin = int(dt.datetime(first, 1, 1, tzinfo=dt.UTC).timestamp())
        end = int(dt.datetime(last + 1, 1, 1, tzinfo=dt.UTC).timestamp())
        changes = list(self._changes_between(begin, end))
        self._changes = np.array([moment for moment, _offset in changes], np.int64)
        offsets = [self._offset(begin), *(offset for _moment, offset in changes)]
        self._offsets = np.array(offsets, np.int64)

    def _changes_between(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Yields when the offset changes, in seconds since 1970, and what it is from then on."""
        offset = self._offset(begin)
        for moment in range(begin, end, _WEEK):
            after = self._offset(moment + _WEEK)
            if after == offset:
                continue
            low, high = moment, moment + _WEEK
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self._offset(middle) == offset else (low, middle)
            yield high, after
            offset = after

    def _offset(self, moment: int) -> int:
        at = _EPOCH + dt.timedelta(seconds=moment)
        there = at.astimezone(self._rules)
        offset = there.utcoffset() or dt.timedelta()
        self._names[there.tzname() or ""] = int(offset.total_seconds())
        return int(offset.total_seconds())


def zone_of(host: Host, name: str = "") -> ZoneInfo:
    """Returns the zone of a name, else the machine's own, else UTC.

    Args:
        host: The machine.
        name: As the variable TZ has it.
    """
    try:
        if name.lstrip(":"):
            return ZoneInfo(name.lstrip(":"))
        return ZoneInfo.from_file(io.BytesIO(host.read("/etc/localtime")))
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")
