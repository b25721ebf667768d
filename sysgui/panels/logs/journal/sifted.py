"""One pass through a journal's entries for what is wanted: rows, and which of them are found."""

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from itertools import islice

from sysgui.panels.logs.asked import Wish

from .entries import Entry, JournalEntries
from .known import Known
from .near import Picked, Picker
from .question import EntrySight, Question
from .reading import text_of
from .row_reader import BATCH, WHOLE
from .sieve import Sieve, chosen
from .tally import Columns
from .wanted import Wanted


class Sifted:
    """Looks for what is wanted among all entries, and then among those that come.

    It begins with the earliest entry, or with the latest: what is found then comes before what has
    been found, and is there when `put` is called, for what was before it is moved.

    Where the index has told which entries are rows, they are looked through for what is searched
    for only, and if nothing is, for nothing.

    Args:
        wish: What is wanted.
        question: The same, as it is asked of the journal.
        zone: In which times are told.
        columns: What the index says of the entries to be looked through, if it was asked.
        backwards: Whether it begins with the latest entry.

    Attributes:
        known: The rows, as far as they are known.
        backwards: The same.
        up_to: When the last entry came that was looked at, in microseconds since 1970; 0: none was.
        complaint: What the journal's reader said at its end; "" for nothing.
    """

    def __init__(
        self,
        wish: Wish,
        question: Question,
        zone: dt.tzinfo,
        columns: Columns | None = None,
        *,
        backwards: bool = False,
    ) -> None:
        self.backwards = backwards
        self.known = Known(columns if question.rest is None else None)
        self.up_to = 0
        self.complaint = ""
        self._rest, self._search, self._zone = question.rest, wish.search, zone
        self._sieve = Sieve([each for each in (self._rest, self._search) if each is not None])
        self._picker = Picker(wish.context)
        self._looked_through = 0
        self._to_look_through = len(columns.times) if columns is not None else 0
        self._opened: Generator[Entry, None, str] | None = None
        self._stream: Iterator[Entry] | None = None
        # Found since `put`, the latest first; and the very last entries, with whether each is
        # wanted: on from them it is told what is near those that come.
        self._picked: list[Picked] = []
        self._found: list[int] = []
        self._latest: list[tuple[Entry, bool]] = []

    def begin(self, entries: JournalEntries, wanted: Wanted) -> None:
        """Begins to read the entries, if they have to be read."""
        if self._rest is not None or self._search is not None:
            self._opened = entries.stream(wanted, WHOLE, backwards=self.backwards)
            self._stream = self._noted(self._opened)

    def close(self) -> None:
        """Reads no more."""
        if self._opened is not None:
            self._opened.close()
        self._opened = self._stream = None

    def _noted(self, stream: Generator[Entry, None, str]) -> Iterator[Entry]:
        self.complaint = yield from stream

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to be read, or no more."""
        return self._stream is None

    @property
    def done(self) -> float:
        """Which part of the entries is looked through, 0 to 1."""
        is_over = self._stream is None
        return 1.0 if is_over else min(1.0, self._looked_through / max(1, self._to_look_through))

    @property
    def undecided(self) -> int:
        """How many entries could not be decided in time."""
        return self._sieve.undecided

    def go_on(self) -> None:
        """Tries the next entries.

        Raises:
            Problem: As `JournalEntries` says.
        """
        batch = list(islice(self._stream or (), BATCH))
        if self._rest is None:
            self._find(batch)  # These rows are known.
        elif self.backwards:
            self._take_earlier(batch)
        else:
            self.take(batch)
        self._looked_through += len(batch)
        self.up_to = batch[-1].time if batch else self.up_to
        if len(batch) < BATCH:
            self._opened = self._stream = None
            if self.backwards:
                self._turn()

    def _find(self, batch: Sequence[Entry]) -> None:
        places = chosen(self.sight(batch), self._search).nonzero()[0] + self._looked_through
        if self.backwards:
            self._found += (self._to_look_through - 1 - places).tolist()
        else:
            for row in places.tolist():
                self.known.add_hit(row)

    def _take_earlier(self, batch: Sequence[Entry]) -> None:
        """Takes those of some entries that are wanted as the rows before all others."""
        for entry, is_wanted, is_found in self._sifted(batch):
            if len(self._latest) <= 2 * self._picker.context:
                self._latest.append((entry, is_wanted))
            for picked in self._picker.pick(entry, is_wanted, is_found):
                # What is left out lies between this entry and the one that came after it.
                if picked.gap:
                    self._mark_gap()
                self._picked.append(picked._replace(gap=False))

    def _mark_gap(self) -> None:
        if self._picked:
            self._picked[-1] = self._picked[-1]._replace(gap=True)
        elif len(self.known):
            self.known.add_gap(0)

    def put(self) -> None:
        """Has what has been found before all else be known."""
        if self._picked:
            self.known.put_before(self._picked)
        if self._found:
            # An index that knows of fewer entries than there are leaves some without a row.
            self.known.put_hits_before([row for row in self._found if row >= 0])
        self._picked, self._found = [], []

    def _turn(self) -> None:
        """Goes on with what comes behind the last entry."""
        if self._picker.leaves_out:
            self._mark_gap()
        self.put()
        self._picker = Picker(self._picker.context)
        for entry, is_wanted in reversed(self._latest):
            for _row in self._picker.pick(entry, is_wanted, found=False):
                pass

    def take(self, entries: Sequence[Entry]) -> None:
        """Takes those of some entries that are wanted as the next rows."""
        for entry, is_wanted, is_found in self._sifted(entries):
            for picked in self._picker.pick(entry, is_wanted, is_found):
                row = self.known.add(picked.entry, near=picked.near, gap=picked.gap)
                if picked.found:
                    self.known.add_hit(row)

    def _sifted(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bool, bool]]:
        """Returns of each of some entries whether it is wanted, and found."""
        if not entries:
            return iter(())
        sight = self.sight(entries)
        wanted = chosen(sight, self._rest).tolist()
        is_sought = self._search is not None
        found = chosen(sight, self._search).tolist() if is_sought else [False] * len(entries)
        return zip(entries, wanted, found, strict=True)

    def sight(self, entries: Sequence[Entry]) -> EntrySight:
        """Looks at some entries."""
        return self._sieve.sight(entries, [text_of(each, self._zone)[0] for each in entries])
