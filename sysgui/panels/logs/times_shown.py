"""How the time of a line is told: what the clocks showed, how long ago, how much later."""

import datetime as dt
from collections.abc import Callable, Mapping

from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable_text
from sysgui.system.units import duration

from .formats.zones import SECOND
from .line import Line

WRITTEN, LOCAL, UTC, AGO, LATER = "written", "local", "utc", "ago", "later"

# By which names they are remembered, and what they are called.
MODES: Mapping[str, str] = {
    WRITTEN: N_("As written"),
    LOCAL: N_("Local time"),
    UTC: N_("UTC"),
    AGO: N_("How long ago"),
    LATER: N_("Difference to the marked line"),
}

# The last that can be written in any zone, about the end of the year 9998.
_LAST = 253_370_678_400 * SECOND

_MINUTE = 60
_LENGTHS = (86_400, 3600, _MINUTE, 1)


class TimesShown:
    """Tells the times of lines in one way at a time.

    Args:
        zone: Where the clocks are meant that stand on the wall.
        now: Returns seconds since 1970.

    Attributes:
        mode: The way, one of `MODES`.
        written: Whether the lines have a time as text: an entry of a journal has it as a number.
        mark: From when on differences are counted, in microseconds since 1970; -1 if from nowhere.
    """

    def __init__(self, zone: dt.tzinfo, now: Callable[[], float]) -> None:
        self.mode = WRITTEN
        self.written = True
        self.mark = -1
        self._zone = zone
        self._now = now

    def text(self, line: Line) -> str:
        """Returns the time of a line, printable; "" if it tells none."""
        mode = self.mode
        if mode == WRITTEN and self.written and "time" in line.parts:
            begin, end = line.parts["time"]
            return printable_text(line.text[begin:end])
        if line.time < 0 or (mode == LATER and self.mark < 0):
            return ""
        if mode == LATER:
            return later(line.time - self.mark)
        if mode == AGO:
            return ago(round(self._now()) - line.time // SECOND)
        return clock(line.time, dt.UTC if mode == UTC else self._zone)


def clock(time: int, zone: dt.tzinfo) -> str:
    """Returns what the clocks of a zone show, with as much of the second as is known."""
    time = min(time, _LAST)
    moment = dt.datetime.fromtimestamp(time // SECOND, zone)
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    if rest := time % SECOND:
        text += f".{rest // 1000:03}"
    return text + ("Z" if zone is dt.UTC else "")


def ago(seconds: int) -> str:
    """Returns how long ago something was, in its largest unit."""
    away = abs(seconds)
    largest = next((length for length in _LENGTHS if away >= length), 1)
    told = duration(away // largest * largest)
    return _("{time} ago").format(time=told) if seconds >= 0 else _("in {time}").format(time=told)


def later(microseconds: int) -> str:
    """Returns how much later something was, or how much earlier with a minus."""
    sign, away = "-" if microseconds < 0 else "+", abs(microseconds)
    if away < _MINUTE * SECOND:
        return f"{sign}{away / SECOND:.3f} {_('s')}"
    return sign + duration(away // SECOND)
