"""Where a line leads outside of its log: its unit, its process, what the machine did then."""

import re
from typing import NamedTuple

from sysgui.system import units
from sysgui.system.history import KEPT
from sysgui.system.host import CLOCK_TICKS, Host
from sysgui.system.i18n import _
from sysgui.system.process_files import split_stat

from .line import Line

_SECOND = 1_000_000

# A line may be told a moment before its process is said to have started: clocks are not that exact.
_EARLIER = 1.0

# What systemd's manager, and those of users, are units of: what they say is of other units.
_MANAGERS = re.compile(r"init\.scope|user@\d+\.service")
_UNIT = re.compile(
    r"(?<![\w@.:\\-])[A-Za-z0-9_](?:[\w@:\\-]|\.(?=\w))*\."
    r"(?:service|socket|timer|mount|automount|path|target|swap|slice|scope|device)(?![\w-]|\.\w)"
)


class Lead(NamedTuple):
    """A way out of the log.

    Attributes:
        to: What is opened there: a unit, the identity of a process, a moment; None: nothing is.
        why: Why nothing is, translated; "" if something is, or nobody would expect it.
    """

    to: object = None
    why: str = ""


def unit_lead(line: Line) -> Lead:
    """Returns the unit that said the line; of what a manager says, the unit that it is about."""
    if line.unit and not _MANAGERS.fullmatch(line.unit):
        return Lead(line.unit)
    named = _UNIT.search(_message(line))
    return Lead(named[0] if named else None)


def process_lead(line: Line, host: Host) -> Lead:
    """Returns the process that wrote the line, if it is still there."""
    pid = _part(line, "pid")
    if not pid.isascii() or not pid.isdigit() or not 0 < len(pid) < 10:
        return Lead()
    if not _is_here(line, host):
        return Lead(why=_("The line is of another machine."))
    if line.time < 0:
        return Lead(why=_("The line does not say when it was written, nor so by which process."))
    try:
        _name, fields = split_stat(host.read(f"/proc/{int(pid)}/stat"))
        start = int(fields[19])
    except (OSError, ValueError, IndexError):
        return Lead(why=_("The process {pid} has ended.").format(pid=pid))
    started = host.now() - host.since_boot() + start / CLOCK_TICKS
    if started > line.time / _SECOND + _EARLIER:
        return Lead(
            why=_("The process has ended; another has the number {pid} now.").format(pid=pid)
        )
    return Lead((int(pid), start))


def overview_lead(line: Line, host: Host) -> Lead:
    """Returns the moment of the line, if what the machine did then may still be known."""
    if line.time < 0:
        return Lead()
    if not _is_here(line, host):
        return Lead(why=_("The line is of another machine."))
    moment = line.time / _SECOND
    age = host.now() - moment
    if age < -_EARLIER:
        return Lead(why=_("The line is of a time that is yet to come."))
    if age > KEPT:
        kept, ago = units.duration(KEPT), units.duration(age)
        text = _("The overview keeps the last {kept}; the line is {ago} old.")
        return Lead(why=text.format(kept=kept, ago=ago))
    return Lead(moment)


def _is_here(line: Line, host: Host) -> bool:
    """Tells whether a line is of this machine, as far as it says."""
    named = _part(line, "host").casefold()
    own = host.hostname().casefold()
    return not named or named.split(".")[0] == own.split(".")[0] or named == "localhost"


def _part(line: Line, name: str) -> str:
    start, end = line.parts.get(name, (0, 0))
    return line.text[start:end]


def _message(line: Line) -> str:
    start, end = line.parts.get("message", (0, len(line.text)))
    return line.text[start:end]
