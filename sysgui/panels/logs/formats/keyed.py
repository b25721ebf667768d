r"""Forms whose parts have names: an object of JSON in each line, and logfmt (`level=info msg="…"`).

Which names mean what is told by a log's own lines, since every program has names of its own. Only
names of the object itself count, none of an object in it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from .form import ISO, NO_TIME, SECONDS, Form, Part, Place

# MongoDB's time is an object of its own.
_OF_MONGODB = "t.$date"

# What the parts are called: systemd's names, and those of the loggers that are much used.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "time": (
        "time", "timestamp", "@timestamp", "ts", "t", "datetime", "asctime", "eventTime", "date",
        "__REALTIME_TIMESTAMP", "Timestamp", "Time", "@t", _OF_MONGODB,
    ),
    "level": ("level", "severity", "lvl", "loglevel", "levelname", "log.level", "PRIORITY",
        "error_severity", "Level", "@l"),
    "host": ("host", "hostname", "_HOSTNAME"),
    "unit": ("unit", "_SYSTEMD_UNIT"),
    "identifier": (
        "identifier", "SYSLOG_IDENTIFIER", "logger", "logger_name", "name", "program", "app",
        "service", "component", "caller",
    ),
    "pid": ("pid", "_PID", "process_id"),
    "message": ("message", "msg", "MESSAGE", "event", "log", "text", "@m", "@mt"),
}  # fmt: skip

# The levels of bunyan and pino, by syslog's; and those of MongoDB.
_TENS: Mapping[int, str] = {2: "60", 3: "50", 4: "40", 6: "30", 7: "[12]0"}
_NUMBERS = range(10, 61, 10)
_LETTERS: Mapping[int, str] = {2: "F", 3: "E", 4: "W", 6: "I", 7: "D[1-5]?"}
_SHOWN_ONLY = ("time", "level", "message")

# What the form is called.
JSON = "json"

# So large a part of the lines is of the form, at least.
_MOST = 0.6

_DATE = re.compile(r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{9,19}(?:\.[0-9]+)?")

_SPACE = r"[ \t]*"
_STRING = r"\"(?:[^\"\\\r\n]|\\[^\r\n])*\""
_BARE = r"[^\"{}\[\], \t\r\n]+"
_NESTED = r"[{\[][}\]]"
for _depth in range(3):
    _NESTED = rf"[{{\[](?:[^\"{{}}\[\]\r\n]|{_STRING}|{_NESTED})*[}}\]]"
_VALUE = f"(?:{_STRING}|{_BARE}|{_NESTED})"
_BEFORE = rf"{_SPACE}\{{(?:{_SPACE}{_STRING}{_SPACE}:{_SPACE}{_VALUE}{_SPACE},)*{_SPACE}"

_OF_NAME = r" =\"\r\n"
_PAIR_VALUE = rf"(?:{_STRING}|[^ \"\r\n]*)"
_PAIR = f"[^{_OF_NAME}]+={_PAIR_VALUE}"
_PAIRS = re.compile(rf"{_PAIR}(?: +{_PAIR})+ *\r?\Z")
_SPLIT = re.compile(rf"([^ =\"\r\n]+)=({_STRING}|[^ \"\r\n]*)")


def keyed(lines: Sequence[bytes]) -> Form | None:
    """Returns the form of lines whose parts have names; None if they are of another.

    Args:
        lines: At least one.
    """
    for name, read, made in ((JSON, _object, _in_json), ("logfmt", _pairs, _in_logfmt)):
        found = [read(line) for line in lines]
        rows = [row for row in found if row]
        if len(rows) >= _MOST * len(lines):
            form = _form(name, rows, made)
            if form.parts or name == JSON:
                return form
    return None


def _object(line: bytes) -> Mapping[str, Any]:
    if not line.lstrip().startswith(b"{"):
        return {}
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _pairs(line: bytes) -> Mapping[str, Any]:
    text = line.decode("utf-8", "backslashreplace").rstrip("\n")
    if not _PAIRS.match(text):
        return {}
    return {name: value.strip('"') for name, value in _SPLIT.findall(text)}


def _form(
    name: str, rows: Sequence[Mapping[str, Any]], made: Callable[[str, str, str, Any], Part]
) -> Form:
    parts: dict[str, Part] = {}
    written, place = NO_TIME, Place()
    levels: Mapping[int, str] = {}
    for part, names in _NAMES.items():
        counts = [
            sum(isinstance(_value(row, each), str | int | float) for row in rows) for each in names
        ]
        if not max(counts):
            continue
        key = names[counts.index(max(counts))]
        values = [value for row in rows if isinstance(value := _value(row, key), str | int | float)]
        value = values[0]
        if part == "time":
            written = _written(value)
            if written == NO_TIME:
                continue
        parts[part] = made(part, key, _class_of(part), value)
        levels = levels or _own_levels(part, key, values)
        if part == "time":
            # The first digit is a part of it, so that all ways to match end there.
            place = Place(expression=_first_digit(parts[part]), into=1)
    if "time" not in parts and len(parts) < 2:
        return Form(name, "")
    begins = r"[ \t]*\{" if name == JSON else ""
    return Form(name, begins, written, place, parts, levels)


def _value(row: Mapping[str, Any], key: str) -> Any:
    """Returns what an object has by a name."""
    if key != _OF_MONGODB:
        return row.get(key)
    time = row.get("t")
    return time.get("$date") if isinstance(time, dict) else None


def _written_key(key: str) -> str:
    if key == _OF_MONGODB:
        return rf"t\"{_SPACE}:{_SPACE}\{{{_SPACE}\"\$date"
    return re.escape(key)


def _own_levels(part: str, key: str, values: Sequence[Any]) -> Mapping[int, str]:
    """Returns how objects tell their level if not by its name; nothing if by that."""
    if key == _OF_MONGODB:
        return _levels("s", {number: f'"{letter}"' for number, letter in _LETTERS.items()})
    if part == "level" and all(number in _NUMBERS for number in values):
        return _levels(key, _TENS)
    return {}


def _levels(key: str, values: Mapping[int, str]) -> Mapping[int, str]:
    """Returns by level what an object holds that has one of some values by a name."""
    return {
        level: rf"[{{,]{_SPACE}\"{key}\"{_SPACE}:{_SPACE}{value}{_SPACE}[,}}]"
        for level, value in values.items()
    }


def _first_digit(time: Part) -> str:
    """Returns what stands before a time, and its first digit."""
    return time.before.replace("(?P<quote>", "(?:") + "[0-9]"


def _written(value: Any) -> int:
    text = str(value)
    if _DATE.match(text):
        return ISO
    return SECONDS if _NUMBER.fullmatch(text) else NO_TIME


def _class_of(part: str) -> str:
    return "[0-9]" if part == "pid" else ""


def _in_json(part: str, key: str, inside: str, value: Any) -> Part:
    before = rf"{_BEFORE}\"{_written_key(key)}\"{_SPACE}:{_SPACE}"
    asked = part not in _SHOWN_ONLY
    if not isinstance(value, str):
        return Part(before, inside or r"[^\"{}\[\], \t\r\n]", rf"{_SPACE}[,}}]", asked=asked)
    if part == "message":
        return Part(before + r"\"", r"(?:[^\"\\\r\n]|\\[^\r\n])", r"\"", asked=False)
    return Part(before + r"\"", inside or r"[^\"\\\r\n]", r"\"", asked=asked)


def _in_logfmt(part: str, key: str, inside: str, _value: Any) -> Part:
    named, other = f"{re.escape(key)}=", f"{_other_name(key)}={_PAIR_VALUE}"
    if part in _SHOWN_ONLY:
        inside = r"(?(quote)(?:[^\"\\\r\n]|\\[^\r\n])|[^ \"\r\n])"
        return Part(rf"(?:{other} +)*{named}(?P<quote>\")?", inside, asked=False)
    # What is quoted holds a space, as no name of a machine or a program does.
    none = r"[^0-9 \"\r\n]" if inside else r"\\"
    no_value = rf"{named}(?:{_STRING}|[^ \"\r\n]*{none}[^ \"\r\n]*)?"
    # Of a name that comes twice the first value is shown, and found.
    before = f"(?:(?:{other}|{no_value}) +)*{named}"
    return Part(before, inside or r"[^ \"\\\r\n]", r"(?: |\r?$)")


def _other_name(name: str) -> str:
    """Returns an expression for any other name: hyperscan does not look ahead."""
    other = f"[^{_OF_NAME}]+"
    for place in reversed(range(len(name))):
        letter = re.escape(name[place])
        other = f"(?:[^{_OF_NAME}{letter}][^{_OF_NAME}]*|{letter}{other})"
        if place:
            other += "?"  # A name may be the begin of this one.
    return other
