"""What the journal's catalogue says of an entry: why it was written, and what can be done."""

import re

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.journal import JOURNALCTL
from sysgui.system.printable import printable
from sysgui.system.problem import Problem

from .entries import JournalEntries
from .export import Fields, text_of
from .reading import identity, time_of
from .source import source_of
from .wanted import Wanted

_ID = re.compile(r"[0-9a-f]{32}")

# A field of the entry, in a text of the catalogue.
_FIELD = re.compile(r"@([A-Z0-9_]{1,64})@")

# So many entries of one moment are looked at.
_AT_ONCE = 1000


class Explanation(msgspec.Struct, frozen=True):
    """What the catalogue says.

    Attributes:
        subject: What happened, in a line.
        text: All of it, of several lines.
        support: Where more is to be learnt: an address; "" if nothing is said of that.
    """

    subject: str
    text: str
    support: str = ""


class ExplainedProbe:
    """Looks into the catalogue.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, source: str = "", offset: int = 0) -> Explanation:
        """Returns what is said of an entry.

        Args:
            source: By which the journal is opened.
            offset: The entry's identity, as a line has it.

        Raises:
            Problem: `unexplained`, `no-entry`; `no-program`, `journal-unreadable`.
        """
        entries = JournalEntries(self._host, source_of(source))
        time = time_of(offset)
        page = entries.page(_AT_ONCE, wanted=Wanted(since=time, until=time), cut=0)
        cursor = next((each.cursor for each in page.entries if identity(each) == offset), "")
        fields = entries.fields(cursor) if cursor else {}
        if not fields:
            raise Problem("no-entry", _("The entry is not in the journal any more."))
        return self._explained(fields)

    def _explained(self, fields: Fields) -> Explanation:
        message_id = text_of(fields, b"MESSAGE_ID")
        if not _ID.fullmatch(message_id):
            raise _unexplained(_("The entry has no MESSAGE_ID by which it could be found there."))
        told = self._host.run([JOURNALCTL, "--no-pager", "--dump-catalog", message_id])
        head, _gap, body = told.stdout.decode("utf-8", "replace").partition("\n\n")
        if told.status or not body.strip():
            raise _unexplained(
                _("Who wrote it has put nothing there for {id}.").format(id=message_id)
            )
        headers = dict(line.partition(": ")[::2] for line in head.splitlines() if ": " in line)

        def value(match: re.Match[str]) -> str:
            return text_of(fields, match[1].encode()) or match[0]

        return Explanation(
            _shown(_FIELD.sub(value, headers.get("Subject", ""))),
            _shown(_FIELD.sub(value, body)),
            _shown(headers.get("Support", "")),
        )


def _shown(text: str) -> str:
    """Returns a text of several lines as it can be shown."""
    return "\n".join(printable(line.encode()) for line in text.strip().split("\n"))


def _unexplained(why: str) -> Problem:
    return Problem("unexplained", _("The journal's catalogue says nothing of this entry."), why)
