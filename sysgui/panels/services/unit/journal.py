"""What a unit has said, and systemd of it: the end of its journal, and what comes after that."""

from collections.abc import Iterable, Iterator

import msgspec

from sysgui.panels.services.units import USER
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.journal import JOURNALCTL, SYSTEM_FILE, JournalFiles, Stamp, user_file
from sysgui.system.printable import printable
from sysgui.system.problem import Problem

# So many lines are shown of a unit; the Logs tab has all.
MOST_LINES = 500

_FIELDS = "MESSAGE,PRIORITY,_PID,SYSLOG_IDENTIFIER,_COMM"

_ARGV = (
    JOURNALCTL, "--no-pager", "--quiet", "--all", "--output=json", f"--output-fields={_FIELDS}",
)  # fmt: skip


class Line(msgspec.Struct, frozen=True, gc=False):
    """One entry.

    Attributes:
        cursor: The journal's own name of it.
        time: When it came, in seconds since 1970 (journald's clock).
        priority: From 0, emergency, to 7, debug; 6 where none was given (syslog(3)).
        identifier: Who says it, such as `systemd` or `nginx`.
        pid: Of who says it; 0 is not known.
        text: What is said, on one line: nothing of it acts on a terminal.
    """

    cursor: str
    time: float
    priority: int
    identifier: str
    pid: int
    text: str


class UnitJournal(msgspec.Struct, frozen=True):
    """The end of a unit's journal.

    Attributes:
        scope: Whose manager runs the unit.
        name: The unit; "" is none.
        lines: The oldest first.
        hidden: Whether this user may not read it.
        fresh: How many of the lines have come since the reading before; all of them at first.
    """

    scope: str
    name: str
    lines: list[Line]
    hidden: bool = False
    fresh: int = 0


class UnitJournalProbe:
    """Reads the journal of the unit that it was last asked about, and then only what is new.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._stamp: Stamp | None = None
        self._last = UnitJournal("", "", [])

    def read(self, scope: str = "system", name: str = "") -> UnitJournal:
        """Returns the end of it.

        Raises:
            Problem: `no-program` without journalctl, `journal-unreadable` if it fails.
        """
        if (self._last.scope, self._last.name) != (scope, name):
            self._stamp, self._last = None, UnitJournal(scope, name, [])
        if not name:
            return self._last
        stamp = self._files(scope).stamp()
        if stamp is None:
            return UnitJournal(scope, name, [], hidden=True)
        if stamp == self._stamp and stamp:
            return msgspec.structs.replace(self._last, fresh=0)
        self._last, self._stamp = self._read_on(scope, name), stamp
        return self._last

    def _files(self, scope: str) -> JournalFiles:
        own = (user_file(self._host.uid()),) if scope == USER else ()
        return JournalFiles(self._host, (SYSTEM_FILE, *own))

    def _read_on(self, scope: str, name: str) -> UnitJournal:
        before = self._last.lines
        since = (f"--after-cursor={before[-1].cursor}",) if before else ()
        unit = f"--user-unit={name}" if scope == USER else f"--unit={name}"
        output = self._host.run([*_ARGV, f"--lines={MOST_LINES}", *since, unit])
        if output.status:
            error = output.stderr.decode("utf-8", "replace").strip()
            raise Problem(
                "journal-unreadable", _("The journal cannot be read: {error}").format(error=error)
            )
        new = list(lines_of(output.stdout.splitlines()))
        return UnitJournal(scope, name, [*before, *new][-MOST_LINES:], fresh=len(new))


class _Entry(msgspec.Struct, frozen=True):
    cursor: str = msgspec.field(name="__CURSOR", default="")
    time: str = msgspec.field(name="__REALTIME_TIMESTAMP", default="0")
    # A list of numbers where it is no text, and null where it is too long; lists where a field
    # stands there more than once.
    message: object = msgspec.field(name="MESSAGE", default="")
    priority: object = msgspec.field(name="PRIORITY", default="6")
    identifier: object = msgspec.field(name="SYSLOG_IDENTIFIER", default="")
    comm: object = msgspec.field(name="_COMM", default="")
    pid: object = msgspec.field(name="_PID", default="0")


_DECODER = msgspec.json.Decoder(_Entry)


def lines_of(entries: Iterable[bytes]) -> Iterator[Line]:
    """Reads what `journalctl --output=json` prints; what is no entry is left out."""
    for raw in entries:
        try:
            entry = _DECODER.decode(raw)
            time = int(entry.time) / 1e6
        except (msgspec.DecodeError, ValueError, OverflowError):
            continue
        priority = _text(entry.priority)
        pid = _text(entry.pid)
        yield Line(
            cursor=entry.cursor,
            time=time,
            priority=int(priority) if priority in set("01234567") else 6,
            identifier=_text(entry.identifier) or _text(entry.comm),
            pid=int(pid) if pid.isascii() and pid.isdigit() and len(pid) < 10 else 0,
            text=_text(entry.message),
        )


def _text(value: object) -> str:
    if isinstance(value, str):
        return printable(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, list) and value:
        if all(isinstance(each, int) and 0 <= each < 256 for each in value):
            return printable(bytes(value))
        return _text(value[0])
    return ""
