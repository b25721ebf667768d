"""Several logs that are read as one: by which name they are opened, and what each is called."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from sysgui.panels.logs.names import path_of
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

# What stands before the sources in the name that several logs are opened by. No path begins so.
_PREFIX = "merged:"

# No more are read as one: each has files open.
MOST = 64

_UNITS: Mapping[str, int] = {
    "us": 1,
    "ms": 1000,
    "s": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{0,6})?)(us|ms|s|min|m|h|d)?")
_OFFSET = re.compile(rf"([+-]?)((?:{_PART.pattern})+)")

# No clock is wrong by more: a hundred years.
_FARTHEST = 36_525 * _UNITS["d"]


class Source(msgspec.Struct, frozen=True):
    """A log that is read together with others.

    Attributes:
        path: By which it is opened alone.
        offset: What is added to its times, in microseconds: how much its clock is behind.
        hidden: Whether its lines are left out.
    """

    path: str
    offset: int = 0
    hidden: bool = False


class SourceState(msgspec.Struct, frozen=True):
    """What is known of a log that is read together with others.

    Attributes:
        name: What it is called among them.
        path: By which it is opened alone.
        offset: What is added to its times, in microseconds.
        hidden: Whether its lines are left out.
        form: What the form of its lines is called; "" if it is not open.
        trouble: Why not all of it is there; "" if nothing is wrong.
    """

    name: str
    path: str
    offset: int
    hidden: bool
    form: str
    trouble: str


def is_merged(name: str) -> bool:
    """Tells whether what is opened as a log is several."""
    return name.startswith(_PREFIX)


def name_of(sources: Sequence[Source]) -> str:
    """Returns by which name several logs are opened as one, whatever bytes their paths have."""
    listed = [[source.path, source.offset, source.hidden] for source in sources]
    return _PREFIX + json.dumps(listed, separators=(",", ":"))


def sources_of(name: str) -> list[Source]:
    """Returns the logs that a name means.

    Raises:
        Problem: `no-log`, if it is no such name.
    """
    try:
        told = json.loads(name.removeprefix(_PREFIX))
        listed = msgspec.convert(told, list[tuple[str, int, bool]])
    except (ValueError, msgspec.ValidationError) as error:
        message = _("“{name}” names no logs.").format(name=printable_text(name))
        raise Problem("no-log", message, _("Choose them in the list.")) from error
    # There is nothing to learn from the same log twice.
    found = {path: Source(path, offset, hidden) for path, offset, hidden in reversed(listed)}
    return [*reversed(found.values())][:MOST]


def title_of(name: str) -> str:
    """Returns how somebody reads which log, or logs, a name means."""
    if not is_merged(name):
        return printable_text(name)
    return ", ".join(short_names([source.path for source in sources_of(name)]))


def offset_of(typed: str) -> int | None:
    """Returns what a typed offset adds to times, in microseconds; None if it is none.

    Such as `+1.5s`, `-2h`, `1h30m`; a bare number is of seconds.
    """
    found = _OFFSET.fullmatch(typed.strip().casefold())
    if found is None:
        return None
    amount = sum(
        (Decimal(number) * _UNITS[unit or "s"] for number, unit in _PART.findall(found[2])),
        Decimal(),
    )
    offset = int(amount.to_integral_value())
    return (-offset if found[1] == "-" else offset) if offset <= _FARTHEST else None


def offset_text(offset: int) -> str:
    """Returns an offset as it can be typed; "" for none."""
    if not offset:
        return ""
    sign, left = ("-" if offset < 0 else "+"), abs(offset)
    text = ""
    for unit in ("d", "h", "m"):
        number, left = divmod(left, _UNITS[unit])
        text += f"{number}{unit}" if number else ""
    if left or not text:
        text += f"{left / _UNITS['s']:f}".rstrip("0").rstrip(".") + "s"
    return sign + text


def short_names(paths: Sequence[str]) -> list[str]:
    """Returns printable names that tell logs apart: the ends of their paths, as short as can be.

    Args:
        paths: Each once.
    """
    parts = [path_of(path).split("/") for path in paths]
    names = []
    for pieces in parts:
        length = 1
        while length < len(pieces) and _how_many(parts, pieces[-length:]) > 1:
            length += 1
        names.append(printable_text("/".join(pieces[-length:])))
    return names


def _how_many(parts: Sequence[Sequence[str]], end: Sequence[str]) -> int:
    return sum(pieces[-len(end) :] == end for pieces in parts)
