"""An axis of time: where its ticks stand on the user's clock, and what is written at them."""

import datetime as dt
import math
import time as clock
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MINUTE, HOUR, DAY = 60, 3600, 86400

# What divides an hour or a day, then days.
_WITHIN = tuple(n * MINUTE for n in (1, 2, 5, 10, 15, 30)) + tuple(
    n * HOUR for n in (1, 2, 3, 6, 12)
)
_DAYS = (1, 2, 7, 14, 28, 91, 182, 364)


class Tick(NamedTuple):
    """A place on the axis.

    Attributes:
        time: In seconds since 1970.
        text: What stands there: a time of day; at midnight the date.
    """

    time: float
    text: str


def ticks(begin: float, end: float, most: int) -> Sequence[Tick]:
    """Returns the ticks between two times, at round times of the user's clock.

    Args:
        begin: In seconds since 1970.
        end: Likewise.
        most: So many have room.
    """
    span = max(0.0, end - begin)
    room = max(1, most)
    step = next((step for step in _WITHIN if span / step <= room), 0)
    if step:
        made = _within_days(begin, end, step)
    else:
        fewest = math.ceil(span / DAY / room)
        days = next((days for days in _DAYS if days >= fewest), fewest)
        made = _at_midnights(begin, end, days)
    return [tick for tick in made if begin <= tick.time <= end]


def _within_days(begin: float, end: float, step: int) -> Iterator[Tick]:
    for midnight in _midnights(begin, end):
        for number in range(DAY // step):
            # On the clock, which may be set on or back in between.
            time = _at(midnight, number * step)
            yield Tick(time, _written(time, "%H:%M") if number else _date(time))


def _at_midnights(begin: float, end: float, days: int) -> Iterator[Tick]:
    for midnight in _midnights(begin, end):
        if midnight.toordinal() % days == 0:
            time = _at(midnight)
            yield Tick(time, _written(time, "%Y-%m-%d") if days > _DAYS[-1] else _date(time))


def _midnights(begin: float, end: float) -> Iterator[dt.date]:
    day = dt.date(*clock.localtime(begin)[:3])
    while _at(day) <= end:
        yield day
        day += dt.timedelta(days=1)


def _at(day: dt.date, seconds: int = 0) -> float:
    # Not as seconds: those it would count on over an hour that the clock leaves out.
    hours, minutes = divmod(seconds // MINUTE, 60)
    return clock.mktime((*day.timetuple()[:3], hours, minutes, 0, 0, 0, -1))


def _date(time: float) -> str:
    date = _written(time, "%m-%d")
    return _written(time, "%Y-%m-%d") if date == "01-01" else date


def _written(time: float, form: str) -> str:
    return clock.strftime(form, clock.localtime(time))


def moment(time: float) -> str:
    """Writes a time as one reads it in a list: always with its date."""
    return _written(time, "%Y-%m-%d %H:%M:%S")
