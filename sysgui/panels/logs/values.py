"""What values a part of a journal's entries has: by the index, without reading an entry."""

from collections import Counter
from datetime import datetime

import msgspec

from sysgui.system.host import Host

from .journal.index import JournalIndex
from .journal.source import is_journal, source_of
from .merged.sources import is_merged, sources_of

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
        entries: How many entries have it.
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
        """Returns the values that a part has; none of what is no journal.

        Args:
            source: By which the log is opened, or several.
            part: One of `FIELDS`.

        Raises:
            Problem: `no-program`, `journal-unreadable`, if the index is not enough.
        """
        paths = [each.path for each in sources_of(source)] if is_merged(source) else [source]
        indexes = [JournalIndex(self._host, source_of(path)) for path in paths if is_journal(path)]
        if part not in FIELDS:
            return PartValues(source, part, [])
        found = _boots(indexes) if part == "boot" else _counted(indexes, FIELDS[part])
        return PartValues(source, part, found[:MOST], cut=len(found) > MOST)


def _counted(indexes: list[JournalIndex], field: str) -> list[PartValue]:
    counts: Counter[str] = Counter()
    for index in indexes:
        counts.update({value.text: value.entries for value in index.values(field).values})
    return [PartValue(text, entries) for text, entries in counts.most_common()]


def _boots(indexes: list[JournalIndex]) -> list[PartValue]:
    found = [
        PartValue(boot.name, boot.entries, boot.first / _SECOND, boot.last / _SECOND)
        for index in indexes
        for boot in index.boots().boots
    ]
    return sorted(found, key=lambda boot: -boot.first)
