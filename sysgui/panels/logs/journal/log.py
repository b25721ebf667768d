"""A journal that is read as a log: its entries are the rows."""

import os
import time
from collections.abc import Iterator, Sequence

from sysgui.panels.logs.asked import Asked, Wish
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.sought import LINE, NUMBER, TIME
from sysgui.panels.logs.timeline import TimeCounts
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .entries import Entry, JournalEntries
from .follow import Follower
from .followed import Followed
from .index import Doubtful, JournalIndex
from .known import Known
from .question import Question, around, language, split
from .reading import Place, identity, line_of, written
from .row_reader import WHOLE, RowReader, up_to
from .sifted import Sifted
from .sought_rows import SoughtRows
from .source import HOW_TO_SEE, listing, source_of, why_hidden
from .terms import Terms
from .wanted import Wanted

# So many of the last entries are shown before the index has been asked.
FIRST = 200

_APART = 1000  # So many marks lie apart, in rows.
_NEVER = 1 << 63


class JournalLog:
    """A journal that is read as a log.

    What the index tells is known at once. Where a query asks for more than that, or something is
    searched for, the entries are read one after the other.

    Args:
        host: The machine.
        path: By which it is opened, such as `journal:system`.
        backwards: Whether from the latest on, at which one looks first; else from the earliest on.

    Attributes:
        path: The same.
        older: A journal has no other begin: False.
        epoch: A journal never becomes another: 0.
        form: What the form of the lines is called.
        language: What can be asked of it.

    Raises:
        Problem: `no-journal`.
    """

    def __init__(self, host: Host, path: str, *, backwards: bool = False) -> None:
        self._backwards = backwards
        self.path, self.older, self.epoch, self.form = path, False, 0, "journal"
        self._host = host
        self._source = source_of(path)
        self._entries = JournalEntries(host, self._source)
        self._index = JournalIndex(host, self._source)
        self._zone = zone_of(host, os.environ.get("TZ", ""))
        self.language = language(Zone(self._zone), host.now)
        self._asked = Asked()
        self._wish = Wish()
        self._terms = Terms(self._index)
        self._question = Question(Wanted())
        self._sifted = Sifted(self._wish, self._question, self._zone)
        self._followed: Followed | None = None
        self._waiting: list[Entry] = []
        self._is_seen = self._is_counted = False
        self._lines = self._bytes = self._hidden = 0
        self._stamps: frozenset[tuple[int, int]] = frozenset()
        self._complaint = ""  # Of what was streamed.
        self._doubtful: list[Doubtful] = []

    def close(self) -> None:
        """Ends what goes on for it; it can be gone on with."""
        self._is_counted = False
        self._sifted.close()
        if self._followed is not None:
            self._followed.end()
        self._followed = None

    # What is wanted.

    def ask(self, query: str, search: str, context: int = 0) -> None:
        """Sets which entries are rows, and what to look for among them, as it is typed.

        Args:
            query: Which entries are.
            search: What to look for; what is a row only as it stands near others is not found.
            context: So many entries before and after each that is asked for are rows too.

        Raises:
            QueryError: If that cannot be asked of a journal; what was asked before still is.
        """
        self.want(self._asked.wish(query, search, self.language, context))

    def want(self, wish: Wish) -> None:
        """Sets which entries are rows, and what to look for among them."""
        before, query = self._wish, wish.query
        if query is not before.query:
            self._terms = Terms(self._index, wish.terms)
        if not wish.finds_as(before):
            self._wish = wish
            self._question = around(query) if query and wish.context else split(query)
            self._is_counted = False
            self._sifted.close()
            self._sifted = Sifted(wish, self._question, self._zone)

    def refresh(self) -> None:
        """Takes what has come to the journal.

        Raises:
            Problem: `journal-unreadable`, if it cannot be followed.
        """
        if not self._is_counted or self._followed is None:
            return
        try:
            came = self._followed.take()
        except Problem:
            self._is_counted = False  # With the next question all begins anew.
            raise
        self._lines += len(came)
        self._waiting += came
        if self._sifted.is_over:
            self._sifted.take(self._of_time(self._waiting))
            self._waiting = []
        # What went with a file leaves no gap. What was sifted stays as it is: it is at hand.
        if self._question.rest is None:
            stamps = listing(self._host, self._source).stamps
            self._is_counted = stamps == self._stamps

    def go_on(self, seconds: float) -> None:
        """Looks through more of the journal, for about `seconds`.

        Raises:
            Problem: `no-program`, `journal-unreadable`, `not-recorded`.
        """
        if not self._is_counted:
            self._look()
        if not self._is_seen and self._question.rest is None:
            # The end is there at once, however long the rest takes.
            self._is_seen = True
            wanted = self._question.wanted
            for entry in self._entries.page(FIRST, wanted=wanted, backwards=True).entries:
                self.known.add(entry)
            return
        until = time.monotonic() + seconds
        if not self._is_counted:
            self._count()
        else:
            self._terms.go_on()
        while not self._sifted.is_over:
            self._sifted.go_on()
            if time.monotonic() >= until:
                break
        self._sifted.put()

    def _look(self) -> None:
        """Looks which files there are."""
        there = listing(self._host, self._source)
        if there.hidden and not there.paths:
            raise Problem("journal-unreadable", why_hidden(there.hidden), _(HOW_TO_SEE))
        self._stamps, self._hidden = there.stamps, there.hidden
        self._bytes = sum(map(self._size, there.paths))

    def _size(self, path: str) -> int:
        try:
            return self._host.stat(path).st_size
        except OSError:
            return 0  # It was rotated away.

    def _count(self) -> None:
        """Begins anew: asks the index, and follows what comes after that."""
        self.close()
        newest = self._entries.page(1, backwards=True, cut=0).entries
        asked = self._question.wanted
        cursor = newest[0].cursor if newest else ""
        self._followed = Followed(Follower(self._host, self._source, asked, after=cursor))
        self._waiting = []
        wanted = up_to(asked, newest[0].time if newest else 0)
        listed = self._index.columns(wanted)
        self._hidden, self._doubtful = listed.hidden, listed.doubtful
        self._lines = len(listed.columns.times)
        if asked != Wanted():
            self._lines = self._index.count().tally.entries
        self._sifted = Sifted(
            self._wish, self._question, self._zone, listed.columns, backwards=self._backwards
        )
        self._sifted.begin(self._entries, wanted)
        self._terms.count()
        self._is_counted = self._is_seen = True

    def _of_time(self, entries: Sequence[Entry]) -> list[Entry]:
        """Returns the entries of the time that is wanted: followed is whatever comes."""
        wanted = self._question.wanted
        since, until = wanted.since or 0, wanted.until
        return [
            each for each in entries if each.time >= since and (until is None or each.time <= until)
        ]

    # What is known.

    @property
    def known(self) -> Known:
        """The rows that are known."""
        return self._sifted.known

    @property
    def identity(self) -> str:
        """What tells it from others: an entry's offset is its own for ever."""
        return self.path

    @property
    def size(self) -> int:
        """Of its files, in bytes."""
        return self._bytes

    @property
    def lines(self) -> int:
        """How many entries are known of."""
        return max(self._lines, len(self.known))

    @property
    def matched(self) -> int:
        """How many rows are known of."""
        return len(self.known)

    @property
    def near(self) -> int:
        """How many of them are rows only because they stand near others."""
        return self.known.near

    def terms(self) -> list[tuple[str, int]]:
        """Returns the conditions of which the query consists, as `OpenLog.terms` does.

        Of what the index is not able to tell the number is -1.
        """
        return self._terms.counts

    @property
    def hits(self) -> int:
        """How many rows are found; -1 if nothing is searched for."""
        return -1 if self._wish.search is None else len(self.known.hits)

    @property
    def scanned(self) -> float:
        """Which part of the entries is looked through for rows and hits, 0 to 1."""
        return self._sifted.done if self._is_counted else 0.0

    @property
    def settled(self) -> bool:
        """Whether all of the journal has been looked through."""
        return self._is_counted and self._sifted.is_over

    @property
    def shift(self) -> tuple[int, int]:
        """How many rows, and hits, have come before those that were known before them."""
        return self.known.shift, self.known.hits_shift

    def reached(self, *, hits: bool) -> int | None:
        """Returns before which time all rows, or hits, are known; None: all there are.

        In microseconds since 1970.
        """
        if not self._is_counted:
            return 0
        is_known = self._sifted.is_over or (self._question.rest is None and not hits)
        return None if is_known else self._sifted.up_to

    @property
    def undecided(self) -> int:
        """How many entries could not be decided in time."""
        return self._sifted.undecided

    @property
    def trouble(self) -> str:
        """Why not all of it could be read; "" if nothing is wrong."""
        if self._lost:
            return _("Not all of the journal could be read: {error}").format(error=self._lost)
        return f"{why_hidden(self._hidden)} {_(HOW_TO_SEE)}" if self._hidden else ""

    @property
    def complete(self) -> bool:
        """Whether all of it could be read that this user may read."""
        return not self._lost

    @property
    def _lost(self) -> str:
        lost = (*(each.lost for each in self._doubtful), self._sifted.complaint, self._complaint)
        return next(filter(None, lost), "")

    @property
    def encoding(self) -> str:
        """Of the journal "": it is in UTF-8, or in bytes of its own."""
        return ""

    def levels(self) -> list[int]:
        """Returns how many rows are of each level, 0 to 7, and of none."""
        return list(self.known.counts)

    def strip(self, parts: int) -> list[tuple[int, int]]:
        """Returns for equal parts of the rows the worst level of each, and how many hits it has."""
        return self.known.strip(parts)

    def timeline(self, most: int) -> TimeCounts:
        """Returns how many rows came when, in so many bins at most."""
        return self.known.timeline(most)

    # Rows.

    def seek(self, kind: str, offset: int, back: bool) -> tuple[int, int] | None:  # noqa: FBT001
        """Finds the next row of a kind; as `OpenLog.seek` does.

        Raises:
            Problem: As `go_on` says.
        """
        if kind == NUMBER:
            return self._seek_number(offset)
        sought = self.sought
        if kind == TIME:
            return sought.at_time(offset)
        return sought.at_line(offset) if kind == LINE else sought.next_of(kind, offset, back=back)

    def _seek_number(self, number: int) -> tuple[int, int] | None:
        if self._wish.query is None or not self.settled:
            row = min(number, len(self.known)) - 1
            return (max(0, row), 0) if self.settled and len(self.known) else None
        marks = self._index.marks(Wanted(), _APART).marks
        since, passed = marks.place(max(0, min(number, marks.rows) - 1))
        page = self._entries.page(passed + 1, wanted=Wanted(since=since), cut=0)
        return self.sought.at_line(identity(page.entries[-1]))

    @property
    def sought(self) -> SoughtRows:
        """Finds rows as they are known now."""
        # Looked through from the end on, all behind that time is known.
        since = (self._sifted.up_to or _NEVER) if self._backwards else None
        told = self._question.rest is None
        return SoughtRows(self.known, self._reader, told, settled=self.settled, since=since)

    def rows(self, row: int, count: int, cut: int) -> tuple[int, list[Line]]:
        """Returns some rows, and the number of the first of them.

        Args:
            row: The first wanted; -1: the last `count` rows.
            count: As many, fewer at the end.
            cut: So many bytes of each message.

        Raises:
            Problem: As `go_on` says.
        """
        known = len(self.known)
        first = max(0, known - count) if row < 0 else min(row, known)
        read = self._reader.read(first, min(count, known - first), cut)
        return first, [
            line_of(entry, cut, self._zone, self._place(row))
            for row, entry in enumerate(read, first)
        ]

    def _place(self, row: int) -> Place:
        known, numbered = self.known, self._is_counted and self._wish.query is None
        return Place(
            row + 1 if numbered else 0, known.is_hit(row), known.is_near(row), known.has_gap(row)
        )

    def written(self, *, original: bool) -> Iterator[list[bytes]]:
        """Yields all rows that are known as they are printed, some at a time, or none for a while.

        Args:
            original: Entries are told in one way only.

        Raises:
            Problem: As `go_on` says.
        """
        for entries in self._reader.batches():
            yield [f"{written(entry, self._zone)}\n".encode() for entry in entries]

    def stream(self) -> Iterator[Entry]:
        """Yields the entries of all rows, from the earliest on, beside what is shown.

        Raises:
            Problem: As `go_on` says.
        """
        self._look()
        self._complaint = yield from self._reader.stream()

    def line(self, entry: Entry) -> Line:
        """Returns an entry as a line."""
        return line_of(entry, WHOLE, self._zone, Place())

    @property
    def _reader(self) -> RowReader:
        """Reads the rows as they are known now."""
        asked, known = self._question, self.known
        return RowReader(self._entries, known, asked, self._sifted.sight, self._wish.context)
