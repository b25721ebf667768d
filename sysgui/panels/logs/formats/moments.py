r"""Lines asked for by when they were written, and how a moment is typed.

    since:"2026-11-27 08:00"      that minute and what comes after, in the zone of the log's times
    since:2026-11-27              that day; with a T and without quotes: since:2026-11-27T08:00:05
    until:2026-11-27              up to the end of that day
    since:yesterday until:today   from the beginning of the one to the end of the other
    since:08:30                   today at that time
    since:-2h30m                  as long ago; since:"2h30m ago", since:"2 days ago" likewise
    since:@1764230400             seconds since 1970
    since:2026-11-27T08:00+01:00  in another zone than that of the log; Z likewise

What is named by less than a second (a minute, a day) is meant with all of it: `until:08:30` holds
08:30:59.
"""

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.patterns import Pattern
from sysgui.panels.logs.text.wanted import Condition, Sight
from sysgui.system.i18n import _
from sysgui.system.query_values import Value, refuse

from .parts import Select
from .stamps import DAY, UNKNOWN
from .times import Times
from .zones import SECOND, Zone

_MINUTE = 60 * SECOND
_WORDS: Mapping[str, int] = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]+|\Z)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?\Z")
_ZONED = re.compile(
    r"([0-9].*:[0-9]{2}(?:\.[0-9]{1,6})?) ?(?:(z|utc)|([+-])([01][0-9]|2[0-3]):?([0-5][0-9]))\Z"
)
_PART = re.compile(
    r"([0-9]{1,9})(us|ms|s(?:ec(?:onds?)?)?|m(?:in(?:utes?)?)?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)"
)
_AGO = re.compile(rf"-((?:{_PART.pattern})+)\Z")
_UNITS: Mapping[str, int] = {
    "us": 1,
    "ms": 1000,
    "s": SECOND,
    "m": _MINUTE,
    "h": 60 * _MINUTE,
    "d": DAY,
    "w": 7 * DAY,
}
_EPOCH = re.compile(r"@([0-9]{1,12})(?:\.([0-9]{1,6}))?\Z")


class Span(NamedTuple):
    """What was named by a moment: from when on, and up to when, in microseconds since 1970."""

    begin: int
    end: int


class Written:
    """Selects the lines that were written within some time.

    Args:
        times: Of the log whose lines these are.
        since: The first moment that is wanted, in microseconds since 1970; None: any.
        until: The first moment that is not wanted any more; None: none.
    """

    # A year that is not written is told by where in the log the line stands.
    placed = True

    def __init__(self, times: Times, since: int | None, until: int | None) -> None:
        self._times = times
        self._since = since
        self._until = until

    def shifted(self, by: int) -> "Written":
        """Returns what selects the lines that were written so much later, in microseconds."""
        since, until = (
            None if moment is None else moment + by for moment in (self._since, self._until)
        )
        return Written(self._times, since, until)

    def patterns(self) -> Iterator[Pattern]:
        """Yields nothing."""
        return iter(())

    def select(self, sight: Sight) -> Starts:
        """Returns the lines of that time; of none that is not known.

        Raises:
            OSError: As pread(2) says.
        """
        times = self._times.times(sight.block)
        wanted = times != UNKNOWN
        if self._since is not None:
            wanted &= times >= self._since
        if self._until is not None:
            wanted &= times < self._until
        return np.asarray(sight.block.starts[wanted])


def time_selects(times: Times, zone: Zone, now: Callable[[], float]) -> Mapping[str, Select]:
    """Returns what asks for lines by their time, by name.

    Args:
        times: Of the log whose lines these are.
        zone: In which moments are meant.
        now: Returns seconds since 1970.
    """
    return {name: functools.partial(_select, times, zone, now, name) for name in ("since", "until")}


def _select(
    times: Times, zone: Zone, now: Callable[[], float], name: str, sign: str, value: Value
) -> Condition:
    named = None if value.unknown or value.source else moment(value.text, zone, now())
    if named is None or sign not in ("=", ":", "~"):
        expected = _("a time such as 2026-11-27T08:00, 08:30, today or -2h")
        refuse(value.column, expected, value.text or '""')
    if name == "since":
        return Written(times, named.begin, None)
    return Written(times, None, named.end)


def moment(text: str, zone: Zone, now: float) -> Span | None:
    """Returns what a typed moment names; None if it names none.

    Args:
        text: As typed.
        zone: In which it is meant.
        now: Seconds since 1970.
    """
    text = text.strip().casefold()
    present = int(now * SECOND)
    if text == "now":
        return Span(present, present + 1)
    if text.endswith(" ago"):  # As systemd has it.
        text = "-" + "".join(text.removesuffix("ago").split())
    if ago := _AGO.match(text):
        then = present - sum(
            int(count) * (_UNITS.get(unit) or _UNITS[unit[0]])
            for count, unit in _PART.findall(ago[1])
        )
        return Span(then, then + 1)
    if epoch := _EPOCH.match(text):
        return _second(int(epoch[1]) * SECOND, epoch[2])
    if zoned := _ZONED.match(text):
        text, zone = zoned[1], _fixed(*zoned.groups()[1:])
    return _on_a_day(text.replace("t", " ") if text[:1].isdigit() else text, zone, present)


def _fixed(universal: str | None, sign: str, hours: str, minutes: str) -> Zone:
    """Returns the zone that is so far east (+) or west of Greenwich, or there."""
    if universal:
        return Zone(dt.UTC)
    east = dt.timedelta(hours=int(hours), minutes=int(minutes))
    return Zone(dt.timezone(-east if sign == "-" else east))


def _on_a_day(text: str, zone: Zone, present: int) -> Span | None:
    """Returns what a date, a time, or both name."""
    word, _space, clock = text.partition(" ")
    if date := _DATE.match(text):
        day, clock = _day(*map(int, date.groups())), text[date.end() :]
        if day is None:
            return None
    else:
        today = zone.local(present) // DAY * DAY
        day = today + _WORDS.get(word, 0) * DAY
        clock = clock if word in _WORDS else text
    if not clock:
        return Span(_utc(zone, day), _utc(zone, day + DAY)) if text else None
    within = _within_day(clock)
    return within and Span(_utc(zone, day + within.begin), _utc(zone, day + within.end))


def _within_day(clock: str) -> Span | None:
    """Returns what a time of day names, from midnight on."""
    found = _CLOCK.match(clock)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return None
    begin = (int(found[1]) * 60 + int(found[2])) * _MINUTE
    if found[3] is None:
        return Span(begin, begin + _MINUTE)
    return _second(begin + int(found[3]) * SECOND, found[4])


def _second(begin: int, fraction: str | None) -> Span:
    """Returns a second, or the part of it that is named."""
    if fraction is None:
        return Span(begin, begin + SECOND)
    begin += int(fraction.ljust(6, "0"))
    return Span(begin, begin + 10 ** (6 - len(fraction)))


def _day(year: int, month: int, day: int) -> int | None:
    try:
        return (dt.date(year, month, day) - dt.date(1970, 1, 1)).days * DAY
    except ValueError:
        return None


def _utc(zone: Zone, local: int) -> int:
    return int(zone.utc(np.array([local]))[0])
