"""What values a part has: of a journal by its index, of JSON by a sample of the lines.

Of JSON the fields themselves are told, too: those of the part "".
"""

from collections import Counter
from datetime import datetime

import msgspec

from sysgui.system.host import Host
from sysgui.system.problem import unreadable

from .formats.field_names import counted, fields, sample
from .formats.fields import keys_of
from .journal.index import JournalIndex
from .journal.source import is_journal, source_of
from .merged.sources import is_merged, sources_of
from .names import path_of
from .text.follow import Followed

# The field that each part of an entry is, by systemd.journal-fields(7).
FIELDS = {
    "unit": "_SYSTEMD_UNIT",
    "identifier": "SYSLOG_IDENTIFIER",
    "pid": "_PID",
    "host": "_HOSTNAME",
    "boot": "_BOOT_ID",
}

# More are not offered.
MOST = 1000

_SECOND = 1_000_000


class PartValue(msgspec.Struct, frozen=True):
    """A value.

    Attributes:
        text: What it is.
        entries: How many entries have it; of JSON, how many lines that were looked at.
        first: When the first of a boot's came, in seconds since 1970; 0 of others.
        last: When the last of a boot's came; likewise.
    """

    text: str
    entries: int
    first: float = 0.0
    last: float = 0.0

    @property
    def span(self) -> str:
        """From when to when it was, in the local zone; "" if that is not told."""
        if not self.first:
            return ""
        moments = (datetime.fromtimestamp(time).astimezone() for time in (self.first, self.last))
        return " … ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in moments)


class PartValues(msgspec.Struct, frozen=True):
    """The values of a part.

    Attributes:
        source: By which the log is opened.
        part: What they are values of.
        values: Those that most entries have come first; of boots, the latest.
        cut: Whether there are more.
    """

    source: str
    part: str
    values: list[PartValue]
    cut: bool = False


class ValuesProbe:
    """Reads values.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, source: str = "", part: str = "") -> PartValues:
        """Returns the values that a part has; none of what is neither a journal nor JSON.

        Args:
            source: By which the log is opened, or several.
            part: One of `FIELDS`, or a field of JSON; "" is all of these.

        Raises:
            Problem: `no-program`, `journal-unreadable`, if the index is not enough;
                `unreadable`, `not-a-file`.
        """
        if source and not (is_merged(source) or is_journal(source)):
            found = self._of_json(source, part)
            return PartValues(source, part, found[:MOST], cut=len(found) > MOST)
        paths = [each.path for each in sources_of(source)] if is_merged(source) else [source]
        indexes = [JournalIndex(self._host, source_of(path)) for path in paths if is_journal(path)]
        if part not in FIELDS:
            return PartValues(source, part, [])
        found = _boots(indexes) if part == "boot" else _counted(indexes, FIELDS[part])
        return PartValues(source, part, found[:MOST], cut=len(found) > MOST)

    def _of_json(self, source: str, part: str) -> list[PartValue]:
        followed = Followed(self._host, path_of(source), ())
        try:
            rows = sample(followed.text)
        except OSError as error:
            raise unreadable(source, error) from error
        ways = fields(rows)
        if part:
            named = next((name for name in ways if name.casefold() == part.casefold()), "")
            return _most(counted(rows, ways.get(named, keys_of(part))))
        return [PartValue(name, sum(counted(rows, keys).values())) for name, keys in ways.items()]


def _most(counts: Counter[str]) -> list[PartValue]:
    return [PartValue(text, entries) for text, entries in counts.most_common()]


def _counted(indexes: list[JournalIndex], field: str) -> list[PartValue]:
    counts: Counter[str] = Counter()
    for index in indexes:
        counts.update({value.text: value.entries for value in index.values(field).values})
    return _most(counts)


def _boots(indexes: list[JournalIndex]) -> list[PartValue]:
    found = [
        PartValue(boot.name, boot.entries, boot.first / _SECOND, boot.last / _SECOND)
        for index in indexes
        for boot in index.boots().boots
    ]
    return sorted(found, key=lambda boot: -boot.first)
