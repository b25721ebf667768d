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
from .words import Cause

# journalctl MESSAGE_ID=… shows all that became of watched services.
MESSAGE_ID = "1d6e0b8f4c5a4f0e9b7a2d3c8e5f6a90"

SOCKET = "/run/systemd/journal/socket"

NOTICE = "5"
WARNING = "4"

# Of one invocation, in a message; and of one line.
LINES = 20
LONGEST = 400
LOOKED_AT = 200  # So many entries, to find an invocation's last.

# What systemd has done with a unit, by the id of its message (sd-messages.h).
STEPS = {
    "de5b426a63be47a7b6ac3eaac82e2f6f": "stopping",
    "d9b373ed55a64feb8242e02dbe79a49c": "failed",
    "7ad2d189f7e94e70a38c781354912448": "ended",
    "5eb03494b6584870a536b337290809b3": "scheduled",
}

_IDS = ("INVOCATION_ID", "_SYSTEMD_INVOCATION_ID")
FIELDS = "MESSAGE,UNIT_RESULT,EXIT_STATUS,COMMAND,SYSLOG_IDENTIFIER," + ",".join(_IDS)
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
        cause: Why it ended, as far as systemd says so among them.
    """

    lines: Sequence[str] = ()
    cause: Cause = Cause()


def last(unit: str, invocation: str) -> Said:
    """Returns the last that an invocation, or else the unit, has said, and systemd has of it."""
    known, match = _INVOCATION.fullmatch(invocation), [f"_SYSTEMD_UNIT={unit}", "+", f"UNIT={unit}"]
    if known:  # Of what ends too soon, the journal finds out the unit, and no invocation.
        match.insert(1, "_TRANSPORT=stdout")
        match += [word for name in _IDS for word in ("+", f"{name}={invocation}")]
    entries = _entries(FIELDS, match)
    entries = (_of(entries, invocation) if known else entries)[-LINES:]
    status, main = _latest(entries, "EXIT_STATUS"), _latest(entries, "COMMAND") in ("", "ExecStart")
    return Said(
        lines=tuple(_line(entry) for entry in entries if entry),
        cause=Cause(_latest(entries, "UNIT_RESULT"), status if main else ""),
    )


def steps(unit: str) -> Sequence[tuple[str, str]]:
    """Returns what systemd has done of late: the invocation, and the step, the oldest first.

    Of what was stopped only that counts which is not started again at once.
    """
    fields = "MESSAGE_ID,INVOCATION_ID,JOB_TYPE"
    found = []
    for entry in _entries(fields, [f"UNIT={unit}", "_PID=1"]):
        step = STEPS.get(str(entry.get("MESSAGE_ID", "")), "")
        if step and (step != "stopping" or entry.get("JOB_TYPE") == "stop"):
            found.append((str(entry.get("INVOCATION_ID", "")), step))
    return found


def _entries(fields: str, words: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    with contextlib.suppress(Failed):  # What was said last may be on its way to the journal.
        run([*JOURNALCTL, "--sync"], within=2.0)
    asked = ["--output=json", f"--output-fields={fields}", f"--lines={LOOKED_AT}", *words]
    try:
        _status, said = run([*JOURNALCTL, *asked], within=5.0, most=16 << 20)
    except Failed:
        return []
    return [_entry(line) for line in said.splitlines()]


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
    found = (each for each in reversed(entries) if isinstance(each.get(name), str))
    return next((_text(each, name) for each in found), "")
