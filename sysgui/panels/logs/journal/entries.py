"""Entries of a journal, from any of them on, forwards or backwards, as journalctl prints them.

Not from the files themselves: that takes 26 µs an entry in this interpreter, journalctl's print 11,
and 15 ms to start it; and what is packed would need a library for each way of packing.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from itertools import islice

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text

from .child import journalctl, unreadable_journal
from .export import NO_LEVEL, Exported, Fields, level_of, number_of, text_of, time_of
from .source import JournalSource
from .wanted import Wanted

# The part of a message that is taken unless somebody asks for all of it, in bytes.
CUT = 4096

FIELDS = (
    "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "_COMM", "_HOSTNAME", "_PID",
    "_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT",
)  # fmt: skip

# As journalctl itself writes cursors; nothing else is handed to it.
CURSOR = re.compile(r"[a-z]=[0-9a-f]+(;[a-z]=[0-9a-f]+)*")

CURSOR_FIELD = b"__CURSOR"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a journal.

    Attributes:
        cursor: The journal's name of it.
        time: When journald took it, in microseconds since 1970.
        level: 0 (emerg) to 7 (debug); -1 if it says nothing of that.
        host: The machine's name.
        unit: The unit that said it, of the system's manager or else of a user's; "" is none.
        identifier: What the program calls itself.
        pid: Of the process; 0 is not known.
        text: The message, as far as it was asked for; it may have several lines. Invalid bytes are
            U+FFFD.
        length: Of all of the message, in bytes.
        boot: The boot, as 32 digits.
    """

    cursor: str
    time: int
    level: int
    host: str
    unit: str
    identifier: str
    pid: int
    text: str
    length: int
    boot: str


class EntryPage(msgspec.Struct, frozen=True):
    """Entries that follow each other.

    Attributes:
        entries: The oldest first.
        is_end: Whether there are none beyond, in the direction that was asked for.
        complaint: Why journalctl gave up before it came to the end; "" if it did not.
    """

    entries: list[Entry]
    is_end: bool
    complaint: str = ""


class JournalEntries:
    """Reads entries; each answer is of the moment.

    Args:
        host: The machine.
        source: The journal.
    """

    def __init__(self, host: Host, source: JournalSource) -> None:
        self._host = host
        self._source = source

    def page(
        self,
        count: int,
        *,
        wanted: Wanted = Wanted(),  # noqa: B008 - it is frozen
        beyond: str = "",
        backwards: bool = False,
        cut: int = CUT,
    ) -> EntryPage:
        """Returns the next entries.

        Args:
            count: So many.
            wanted: Of these.
            beyond: The cursor of the entry behind which they stand; "" is the very first, or the
                very last if `backwards`. It need not be there any more.
            backwards: Whether those before are meant.
            cut: So many bytes of each message are taken.

        Raises:
            Problem: `no-program` without journalctl; `journal-unreadable` if it tells nothing.
        """
        options = _options(self._source, wanted, beyond, backwards=backwards)
        with journalctl(self._host, options) as child:
            exported = Exported(child.stream)
            entries = new_entries(exported, beyond, cut)
            found = list(islice(_within(entries, wanted, backwards=backwards), count))
            is_end = len(found) < count
            # Of one that goes on, but not with what is wanted, there is no end to wait for.
            complaint = child.complaint() if exported.is_over else ""
        if complaint and not found:
            raise unreadable_journal(complaint)
        return EntryPage(found[::-1] if backwards else found, is_end, complaint)

    def stream(
        self,
        wanted: Wanted = Wanted(),  # noqa: B008 - it is frozen
        cut: int = CUT,
        *,
        backwards: bool = False,
    ) -> Generator[Entry, None, str]:
        """Yields entries, the oldest first, and returns why journalctl gave up; "" if it did not.

        Whoever takes no more closes it, and journalctl ends.

        Args:
            wanted: Of these.
            cut: So many bytes of each message are taken.
            backwards: Whether the newest come first.

        Raises:
            Problem: `no-program` without journalctl.
        """
        options = _options(self._source, wanted, "", backwards=backwards)
        with journalctl(self._host, options) as child:
            exported = Exported(child.stream)
            yield from _within(new_entries(exported, "", cut), wanted, backwards=backwards)
            return child.complaint() if exported.is_over else ""

    def fields(self, cursor: str) -> Fields:
        """Returns all that an entry says; nothing if it is not there any more.

        Raises:
            Problem: As `page` says.
        """
        with journalctl(
            self._host, [*self._source.options(), f"--cursor={_sane(cursor)}"]
        ) as child:
            entry = next(iter(Exported(child.stream)), None)
            complaint = "" if entry else child.complaint()
        if complaint:
            raise unreadable_journal(complaint)
        # It leads to what comes next if there is none of that name.
        return entry if entry and text_of(entry, CURSOR_FIELD) == cursor else {}


def new_entries(exported: Exported, last: str, cut: int) -> Iterator[Entry]:
    """Yields entries as they are printed, without the one that was the last before."""
    for fields in exported:
        if text_of(fields, CURSOR_FIELD) != last:
            yield entry_of(fields, cut, exported.lengths)


def options_from(source: JournalSource, cursor: str) -> list[str]:
    """Returns how journalctl is told to begin with an entry, and which fields are needed.

    With that entry, not after it: had it gone, it would leave out the next as well.
    """
    begin = [f"--cursor={_sane(cursor)}"] if cursor else []
    return [f"--output-fields={','.join(FIELDS)}", *source.options(), *begin]


def _sane(cursor: str) -> str:
    """Returns a cursor that journalctl wrote.

    Raises:
        Problem: `journal-unreadable`: it is none.
    """
    if not CURSOR.fullmatch(cursor):
        raise unreadable_journal(_("“{text}” names no entry.").format(text=printable_text(cursor)))
    return cursor


def _options(source: JournalSource, wanted: Wanted, beyond: str, *, backwards: bool) -> list[str]:
    if beyond:
        # It takes a cursor or times.
        wanted = msgspec.structs.replace(wanted, since=None, until=None)
    reverse = ["--reverse"] if backwards else []
    return [*options_from(source, beyond), *reverse, *wanted.options()]


def _within(entries: Iterator[Entry], wanted: Wanted, *, backwards: bool) -> Iterator[Entry]:
    """Yields entries up to where a time ends what is wanted."""
    for entry in entries:
        early = wanted.since is not None and entry.time < wanted.since
        late = wanted.until is not None and entry.time > wanted.until
        if early if backwards else late:
            return
        if not early and not late:
            yield entry


def entry_of(fields: Fields, cut: int, lengths: Mapping[bytes, int]) -> Entry:
    """Returns what is shown of an entry.

    Args:
        fields: All that was read of it.
        cut: So many bytes of the message are taken.
        lengths: Of what was not read to its end.
    """
    message = fields.get(b"MESSAGE", (b"",))[0]
    level = level_of(fields)
    return Entry(
        cursor=text_of(fields, CURSOR_FIELD),
        time=time_of(fields),
        level=-1 if level == NO_LEVEL else level,
        host=text_of(fields, b"_HOSTNAME"),
        unit=text_of(fields, b"_SYSTEMD_UNIT", b"_SYSTEMD_USER_UNIT"),
        identifier=text_of(fields, b"SYSLOG_IDENTIFIER", b"_COMM"),
        pid=number_of(fields, b"_PID") or number_of(fields, b"SYSLOG_PID"),
        text=message[:cut].decode("utf-8", "replace"),
        length=lengths.get(b"MESSAGE", len(message)),
        boot=text_of(fields, b"_BOOT_ID"),
    )
