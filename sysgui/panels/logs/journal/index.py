"""How many entries a journal has of each level and when, and what values its fields have.

Told by the index of each file. A file that raises a doubt is read by journalctl instead, and what
is returned says so; so is all of the journal, if its files change as fast as they are looked at.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

from sysgui.system.host import Host

from . import asked
from .copies import may_share
from .files import JournalFile
from .header import Doubt, Header
from .marks import Marks, marks_of
from .select import Times, known, levels, rows, times
from .source import JournalSource, listing, name_of
from .tally import Axis, Columns, Tally, added, axis, joined, tally
from .wanted import Wanted

_Found = TypeVar("_Found")

# Asks journalctl about a source; returns what it found, and what it complained of.
_Asked = Callable[[JournalSource], tuple[_Found, str]]

# So often a journal is looked at anew because a file came or went meanwhile.
_ATTEMPTS = 3

_BOOT = b"_BOOT_ID"

# So many different values are told apart.
MOST_VALUES = 100_000


class Doubtful(msgspec.Struct, frozen=True):
    """A file that was read by journalctl instead of by its index.

    Attributes:
        name: The file's, printable; "" is all of the journal.
        why: For a report, untranslated.
        lost: What journalctl could not read either, in its words; "" is nothing.
    """

    name: str
    why: str
    lost: str = ""


class Counted(msgspec.Struct, frozen=True):
    """How many entries there are.

    Attributes:
        tally: By level and time.
        hidden: How many files this user may not read: with any, there may be more entries.
        doubtful: What was not counted by the index.
    """

    tally: Tally
    hidden: int = 0
    doubtful: list[Doubtful] = []


class Marked(msgspec.Struct, frozen=True):
    """Which time some rows have.

    Attributes:
        marks: The rows.
        hidden: As in `Counted`.
        doubtful: As in `Counted`.
    """

    marks: Marks
    hidden: int = 0
    doubtful: list[Doubtful] = []


class Listed(NamedTuple):
    """When some entries came, and of which level each is.

    Attributes:
        columns: The entries, sorted by time.
        hidden: As in `Counted`.
        doubtful: As in `Counted`.
    """

    columns: Columns
    hidden: int
    doubtful: list[Doubtful]


class Value(msgspec.Struct, frozen=True):
    """A value of a field.

    Attributes:
        text: What it is; bytes that are not UTF-8 as surrogates, as in `Wanted`.
        entries: How many entries have it.
    """

    text: str
    entries: int


class Values(msgspec.Struct, frozen=True):
    """The values of a field.

    Attributes:
        values: Those that most entries have come first.
        cut: Whether there are more than were told apart.
        hidden: As in `Counted`.
        doubtful: As in `Counted`.
    """

    values: list[Value]
    cut: bool = False
    hidden: int = 0
    doubtful: list[Doubtful] = []


class Boot(msgspec.Struct, frozen=True):
    """A boot of a machine.

    Attributes:
        name: 32 digits.
        first: When the first of its entries came, in microseconds since 1970.
        last: When the last came.
        entries: How many it has.
    """

    name: str
    first: int
    last: int
    entries: int


class Boots(msgspec.Struct, frozen=True):
    """The boots that a journal knows.

    Attributes:
        boots: The earliest first.
        hidden: As in `Counted`.
        doubtful: As in `Counted`.
    """

    boots: list[Boot]
    hidden: int = 0
    doubtful: list[Doubtful] = []


class JournalIndex:
    """Asks the index of a journal's files; each answer is of the moment.

    Args:
        host: The machine.
        source: The journal.
    """

    def __init__(self, host: Host, source: JournalSource) -> None:
        self._host = host
        self._source = source

    def count(
        self,
        wanted: Wanted = Wanted(),  # noqa: B008 - it is frozen
        bins: int = 0,
        span: tuple[int, int] | None = None,
    ) -> Counted:
        """Counts entries by level, and by time in equal parts.

        Args:
            wanted: Which.
            bins: In so many parts.
            span: From when to when the parts are, in microseconds since 1970, the end excluded;
                None is from the first entry of the journal to its last, wanted or not.

        Raises:
            Problem: `no-program` or `journal-unreadable`, if the index is not enough.
        """
        if span:
            return self._count(wanted, axis(*span, bins))
        start, last = self.span() if bins else (0, -1)
        counted = self._count(wanted, axis(start, last + 1, bins))
        first, latest = counted.tally.first, counted.tally.last
        # A clock that was set, or new entries: the first and the last are not the outermost.
        if (
            bins
            and first is not None
            and latest is not None
            and not start <= first <= latest <= last
        ):
            around = axis(min(start, first), max(last, latest) + 1, bins)
            return self._count(wanted, around)
        return counted

    def span(self) -> tuple[int, int]:
        """Returns when the first and the last entry came; (0, -1) if there is none.

        Raises:
            Problem: As `count` says.
        """
        found, _hidden, _doubtful = self._each(
            lambda file: (file.header.first, file.header.last) if file.header.entries else None,
            lambda source: asked.span(self._host, source),
        )
        spans = [span for span in found if span]
        if not spans:
            return 0, -1
        return min(first for first, _last in spans), max(last for _first, last in spans)

    def _count(self, wanted: Wanted, on: Axis) -> Counted:
        found, hidden, doubtful = self._each(
            lambda file: tally(_columns(file, wanted), on),
            lambda source: asked.tally_of(self._host, source, wanted, on),
        )
        return Counted(added(found, on), hidden, doubtful)

    def columns(self, wanted: Wanted) -> Listed:
        """Returns when entries came, and their levels, sorted as `marks` has them.

        Raises:
            Problem: As `count` says.
        """
        found, hidden, doubtful = self._each(
            lambda file: _columns(file, wanted),
            lambda source: asked.columns_of(self._host, source, wanted),
        )
        return Listed(joined(found), hidden, doubtful)

    def marks(self, wanted: Wanted, every: int) -> Marked:
        """Returns which time some rows have, so that any row can be read without those before it.

        Rows are sorted by time. Where a clock was set back, journalctl's order is another.

        Args:
            wanted: Which entries are rows.
            every: So many rows lie between two marks.

        Raises:
            Problem: As `count` says.
        """
        found, hidden, doubtful = self._each(
            lambda file: _times(file, wanted),
            lambda source: asked.times_of(self._host, source, wanted),
        )
        return Marked(marks_of(found, every), hidden, doubtful)

    def values(self, field: str) -> Values:
        """Returns what values a field has.

        Raises:
            Problem: As `count` says.
        """
        name = field.encode()
        found, hidden, doubtful = self._each(
            lambda file: [(text, value.entries) for text, value in known(file, name)],
            lambda source: asked.values(self._host, source, field),
        )
        sums: dict[bytes, int] = {}
        cut = False
        for part in found:
            for text, entries in part:
                if text not in sums and len(sums) >= MOST_VALUES:
                    cut = True
                    continue
                sums[text] = sums.get(text, 0) + entries
        ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        values = [Value(text.decode("utf-8", "surrogateescape"), n) for text, n in ordered]
        return Values(values, cut, hidden, doubtful)

    def boots(self) -> Boots:
        """Returns the boots.

        Raises:
            Problem: As `count` says.
        """
        found, hidden, doubtful = self._each(
            lambda file: list(_boots(file)), lambda source: asked.boots(self._host, source)
        )
        merged: dict[str, Boot] = {}
        for name, first, last, entries in (boot for part in found for boot in part):
            before = merged.get(name, Boot(name, first, last, 0))
            merged[name] = Boot(
                name, min(first, before.first), max(last, before.last), before.entries + entries
            )
        ordered = sorted(merged.values(), key=lambda boot: (boot.first, boot.name))
        return Boots(ordered, hidden, doubtful)

    def _each(
        self, of_index: Callable[[JournalFile], _Found], of_journalctl: _Asked[_Found]
    ) -> tuple[list[_Found], int, list[Doubtful]]:
        """Asks each file, or journalctl about it, and about all if the files do not stay."""
        for _attempt in range(_ATTEMPTS):
            there = listing(self._host, self._source)
            found, doubtful, opened = [], [], []
            try:
                for path in there.paths:
                    try:
                        part, header = self._sure(path, of_index)
                    except Doubt as doubt:
                        part, lost = of_journalctl(JournalSource(files=(path,)))
                        doubtful.append(Doubtful(name_of(path), str(doubt), lost))
                    else:
                        opened.append((path, header))
                    found.append(part)
                if may_share(opened, self._boots_of):
                    return self._whole("files with the same entries", of_journalctl)
            except FileNotFoundError:
                continue
            if listing(self._host, self._source).stamps == there.stamps:
                return found, there.hidden, doubtful
        return self._whole("files that come and go", of_journalctl)

    def _boots_of(self, path: str) -> frozenset[bytes]:
        names, _header = self._sure(path, lambda file: {text for text, _v in known(file, _BOOT)})
        return frozenset(names)

    def _sure(self, path: str, of_index: Callable[[JournalFile], _Found]) -> tuple[_Found, Header]:
        """Asks a file, twice if its writer may have been in the middle of something."""
        try:
            return self._once(path, of_index)
        except Doubt:
            return self._once(path, of_index)

    def _once(self, path: str, of_index: Callable[[JournalFile], _Found]) -> tuple[_Found, Header]:
        try:
            with JournalFile(self._host, path) as file:
                return of_index(file), file.header
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Doubt(error.strerror or str(error)) from error

    def _whole(
        self, why: str, of_journalctl: _Asked[_Found]
    ) -> tuple[list[_Found], int, list[Doubtful]]:
        found, lost = of_journalctl(self._source)
        hidden = listing(self._host, self._source).hidden
        return [found], hidden, [Doubtful("", why, lost)]


def _times(file: JournalFile, wanted: Wanted) -> Times:
    found = times(file, rows(file, wanted))
    if wanted.since is not None:
        found = found[found >= wanted.since]
    return found if wanted.until is None else found[found <= wanted.until]


def _columns(file: JournalFile, wanted: Wanted) -> Columns:
    chosen = rows(file, wanted)
    found = levels(file)
    columns = Columns(times(file, chosen), found if chosen is None else found[chosen])
    return columns.between(wanted.since, wanted.until)


def _boots(file: JournalFile) -> Iterator[tuple[str, int, int, int]]:
    for text, value in known(file, _BOOT):
        of_it = file.entries_of(value)
        if len(of_it):
            ends = times(file, of_it[[0, -1]] if len(of_it) > 1 else of_it)
            yield text.decode("ascii", "replace"), int(ends[0]), int(ends[-1]), len(of_it)
