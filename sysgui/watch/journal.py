"""What the journal is told of watched services, and what it says of them."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
from typing import Any, Mapping, NamedTuple, Sequence

from .printable import printable
from .programs import JOURNALCTL, Failed, run

# journalctl MESSAGE_ID=… shows all that became of watched services.
MESSAGE_ID = "1d6e0b8f4c5a4f0e9b7a2d3c8e5f6a90"

SOCKET = "/run/systemd/journal/socket"

NOTICE = "5"
WARNING = "4"

# Of one invocation, in a message; and of one line.
LINES = 20
LONGEST = 400
LOOKED_AT = 200  # So many entries, to find an invocation's last.

_IDS = ("INVOCATION_ID", "_SYSTEMD_INVOCATION_ID")
FIELDS = "MESSAGE,UNIT_RESULT,EXIT_CODE,EXIT_STATUS,SYSLOG_IDENTIFIER," + ",".join(_IDS)
_INVOCATION = re.compile(r"[0-9a-f]{32}")


def write(message: str, priority: str, fields: Mapping[str, str]) -> None:
    """Writes an entry. A journal that is not there is nothing that could be told to anybody."""
    entry = {
        "MESSAGE": message,
        "MESSAGE_ID": MESSAGE_ID,
        "PRIORITY": priority,
        "SYSLOG_IDENTIFIER": "sysgui-watch",
        **{f"SYSGUI_{name}": value for name, value in fields.items()},
    }
    datagram = b"".join(_field(name, value) for name, value in entry.items())
    with contextlib.suppress(OSError), socket.socket(
        socket.AF_UNIX, socket.SOCK_DGRAM
    ) as journal:  # fmt: skip
        journal.settimeout(5.0)
        journal.connect(SOCKET)
        journal.send(datagram)


def _field(name: str, value: str) -> bytes:
    # With its length before it: no value can pose as another field.
    raw = value.encode("utf-8", "backslashreplace")
    return name.encode("ascii") + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"


class Said(NamedTuple):
    """What the journal has of an invocation.

    Attributes:
        lines: The last ones, each fit to be shown.
        result: What systemd said was the result, if it is among them; "" otherwise.
        code: How its main process ended: `exited`, `killed` or `dumped`; "" if not told.
        status: With which exit status or signal, as it is told: a number or a name.
    """

    lines: Sequence[str] = ()
    result: str = ""
    code: str = ""
    status: str = ""


def last(unit: str, invocation: str) -> Said:
    """Returns the last that an invocation, or else the unit, has said, and systemd has of it."""
    known, match = _INVOCATION.fullmatch(invocation), [f"_SYSTEMD_UNIT={unit}", "+", f"UNIT={unit}"]
    if known:  # Of what ends too soon, the journal finds out the unit, and no invocation.
        match.insert(1, "_TRANSPORT=stdout")
        match += [word for name in _IDS for word in ("+", f"{name}={invocation}")]
    words = ["--output=json", f"--output-fields={FIELDS}", f"--lines={LOOKED_AT}", *match]
    with contextlib.suppress(Failed):  # What it said last may be on its way to the journal.
        run([*JOURNALCTL, "--sync"], within=2.0)
    try:
        _status, said = run([*JOURNALCTL, *words], within=5.0, most=16 << 20)
    except Failed:
        return Said()
    entries: Sequence[Mapping[str, Any]] = [_entry(line) for line in said.splitlines()]
    entries = (_of(entries, invocation) if known else entries)[-LINES:]
    return Said(
        lines=[_line(entry) for entry in entries if entry],
        result=_latest(entries, "UNIT_RESULT"),
        code=_latest(entries, "EXIT_CODE"),
        status=_latest(entries, "EXIT_STATUS"),
    )


def _of(entries: Sequence[Mapping[str, Any]], invocation: str) -> Sequence[Mapping[str, Any]]:
    """Returns an invocation's entries: one that names none belongs to the next that does."""
    whose = [next((entry[name] for name in _IDS if name in entry), "") for entry in entries]
    latest = next(filter(None, reversed(whose)), "")
    for place, name in reversed([*enumerate(whose)]):
        whose[place] = latest = name or latest
    return [entry for entry, name in zip(entries, whose) if name == invocation]


def _entry(line: bytes) -> Mapping[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _line(entry: Mapping[str, Any]) -> str:
    text = f"{_text(entry, 'SYSLOG_IDENTIFIER')}: {_text(entry, 'MESSAGE')}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _text(entry: Mapping[str, Any], name: str) -> str:
    """Returns a field; journalctl writes what is no plain text as a list of bytes."""
    value = entry.get(name)
    if isinstance(value, list):
        value = bytes(b for b in value if type(b) is int and 0 <= b < 256).decode(
            "utf-8", "replace"
        )
    return printable(value) if isinstance(value, str) else "…"


def _latest(entries: Sequence[Mapping[str, Any]], name: str) -> str:
    for entry in reversed(entries):
        if isinstance(entry.get(name), str):
            return _text(entry, name)
    return ""
