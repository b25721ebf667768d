"""What the helper has written into the journal, made into one row for each thing that it did."""

import re
import time as clock
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from sysgui.system.journal import JOURNALCTL
from sysgui.system.printable import printable, printable_text

# As many entries of the journal are read; each thing that was done has two.
MOST_ENTRIES = 4000

# As the helper has it (sysgui/helper/audit.py).
MESSAGE_ID = "5c1f2d83a7f34e1c9d0b6a4e8f7b2c91"

FIELDS = (
    "_PID", "SYSGUI_OPERATION", "SYSGUI_TARGETS", "SYSGUI_CALLER_UID", "SYSGUI_REQUEST",
    "SYSGUI_PLAN_SHA256", "SYSGUI_RESULT", "SYSGUI_DURATION_MS",
)  # fmt: skip

# --all: otherwise long lists of targets are left out. _UID is journald's own word: what others than
# root have written with this MESSAGE_ID is left out.
_MATCHES = (f"MESSAGE_ID={MESSAGE_ID}", "_UID=0")
_ARGV = (
    JOURNALCTL, "--no-pager", "--quiet", "--system", "--all", "--output=json",
    f"--output-fields={','.join(FIELDS)}",
)  # fmt: skip
ARGV = (*_ARGV, f"--lines={MOST_ENTRIES}", *_MATCHES)


def argv_from(cursor: str) -> tuple[str, ...]:
    """Returns how journalctl is asked for an entry and all that came after it."""
    return (*_ARGV, f"--cursor={cursor}", *_MATCHES)


# Until the year 5138, and no number that a calendar or a float could not take.
_MICROSECONDS = re.compile(r"[0-9]{1,17}")
_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_UID = re.compile(r"[0-9]{1,10}")

_PROCESS = re.compile(r"([0-9]+):[0-9]+:([A-Za-z0-9._+%-]*)")


class Done(msgspec.Struct, frozen=True, gc=False):
    """One thing that was done, or was begun and refused.

    Attributes:
        cursor: The journal's own name of its first entry: no two have the same.
        began: When it began, in seconds since 1970 (journald's clock); None if the journal does not
            go back to that.
        ended: When it ended; None if no end was written.
        operation: Its name in the helper's table.
        targets: How, and to what it was done, for a human to read.
        user: On whose behalf.
        result: `done`, or the helper's code of why not; "" if no end was written.
        duration: Seconds from the request to the end; None if no end was written.
        request: The caller's name for it: two callers may have chosen the same.
        plan: The digest of what was shown before it was done; "" if nothing was changed.
    """

    cursor: str
    began: float | None
    ended: float | None
    operation: str
    targets: tuple[str, ...]
    user: str
    result: str
    duration: float | None
    request: str
    plan: str

    @property
    def time(self) -> float:
        """When it began, as far as is known."""
        return self.began or self.ended or 0.0

    @property
    def local_time(self) -> str:
        """That on the clock of the user's time zone."""
        return local_time(self.time)

    @property
    def objects(self) -> str:
        """The targets on one line."""
        return " ".join(self.targets)


def local_time(time: float) -> str:
    """Writes a time on the clock of the user's time zone."""
    return clock.strftime("%Y-%m-%d %H:%M:%S", clock.localtime(time))


# What the two entries of one thing have in common: boot, pid, caller, request. A caller may give
# two things the same name, even while both go on; but a helper does one thing and ends.
_Key = tuple[str, str, str, str]


class Ledger:
    """The journal's entries, as they come, made into rows.

    Args:
        user: Returns the name of a uid.

    Attributes:
        last: The cursor of the last entry that was taken; "" before the first.
        count: How many were taken.
    """

    def __init__(self, user: Callable[[int], str]) -> None:
        self.last = ""
        self.count = 0
        self._user = user
        self._rows: dict[str, Done] = {}
        self._open: dict[_Key, str] = {}

    def rows(self) -> list[Done]:
        """Returns a row for each thing, in the order in which they began."""
        return list(self._rows.values())

    def take(self, lines: Iterable[bytes]) -> None:
        """Takes entries as `journalctl --output=json` prints them, the oldest first.

        What is no entry is passed over; what an entry does not say stays empty.
        """
        for line in lines:
            entry = entry_of(line)
            cursor = cursor_of(entry)
            if cursor:
                self.last = cursor
                self.count += 1
                self._take(cursor, entry)

    def _take(self, cursor: str, entry: dict[str, Any]) -> None:
        row = self._row(cursor, entry)
        key = (_text(entry, "_BOOT_ID"), _text(entry, "_PID"), row.user, row.request)
        if row.ended is None:
            self._open[key] = cursor
            self._rows[cursor] = row
            return
        begun = self._rows.get(self._open.pop(key, ""))
        if begun is not None:
            row = msgspec.structs.replace(row, cursor=begun.cursor, began=begun.began)
        self._rows[row.cursor] = row

    def _row(self, cursor: str, entry: dict[str, Any]) -> Done:
        time = _number(entry, "__REALTIME_TIMESTAMP", _MICROSECONDS, 1e6) or 0.0
        caller = _text(entry, "SYSGUI_CALLER_UID")
        result = _text(entry, "SYSGUI_RESULT")
        return Done(
            cursor=cursor,
            began=None if result else time,
            ended=time if result else None,
            operation=_text(entry, "SYSGUI_OPERATION"),
            targets=tuple(map(readable, _text(entry, "SYSGUI_TARGETS").split())),
            user=self._user(int(caller)) if _UID.fullmatch(caller) else caller,
            result=result,
            duration=_number(entry, "SYSGUI_DURATION_MS", _MILLISECONDS, 1e3),
            request=_text(entry, "SYSGUI_REQUEST"),
            plan=_text(entry, "SYSGUI_PLAN_SHA256"),
        )


def entry_of(line: bytes) -> dict[str, Any]:
    """Reads a line of journalctl's; empty if it is no entry."""
    try:
        entry: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        return {}
    return entry


def cursor_of(entry: dict[str, Any]) -> str:
    """Returns the journal's name of an entry; "" if it has none."""
    return _text(entry, "__CURSOR")


def _number(
    entry: dict[str, Any], name: str, grammar: re.Pattern[str], unit: float
) -> float | None:
    text = _text(entry, name)
    return int(text) / unit if grammar.fullmatch(text) else None


def _text(entry: dict[str, Any], name: str) -> str:
    """Returns a field; journalctl writes what is no plain text as a list of bytes."""
    value = entry.get(name)
    if isinstance(value, str):
        return printable_text(value)
    if isinstance(value, list) and all(type(byte) is int and 0 <= byte < 256 for byte in value):
        return printable(bytes(value))
    return ""


def readable(word: str) -> str:
    """Writes one of the helper's words for a human: `sleep (4711)`, `signal=TERM`, a path."""
    process = _PROCESS.fullmatch(word)
    if process is not None:
        return f"{printable(unquote_to_bytes(process[2]))} ({process[1]})"
    return printable(unquote_to_bytes(word)) if word.startswith("/") else word
