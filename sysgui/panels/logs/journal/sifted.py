"""One pass through a journal's entries for what is wanted: rows, and which of them are found."""

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from itertools import islice

from sysgui.panels.logs.asked import Wish

from .entries import Entry, JournalEntries
from .known import Known
from .near import Picker
from .question import EntrySight, Question
from .reading import text_of
from .row_reader import BATCH, WHOLE
from .sieve import Sieve, chosen
from .tally import Columns
from .wanted import Wanted


class Sifted:
    """Looks for what is wanted from the earliest entry on, and then among those that come.

    Where the index has told which entries are rows, they are looked through for what is searched
    for only, and if nothing is, for nothing.

    Args:
        wish: What is wanted.
        question: The same, as it is asked of the journal.
        zone: In which times are told.
        columns: What the index says of the entries to be looked through, if it was asked.

    Attributes:
        known: The rows, as far as they are known.
        up_to: When the last entry came that was looked at, in microseconds since 1970; 0: none was.
        complaint: What the journal's reader said at its end; "" for nothing.
    """

    def __init__(
        self, wish: Wish, question: Question, zone: dt.tzinfo, columns: Columns | None = None
    ) -> None:
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

    def begin(self, entries: JournalEntries, wanted: Wanted) -> None:
        """Begins to read the entries, if they have to be read."""
        if self._rest is not None or self._search is not None:
            self._opened = entries.stream(wanted, WHOLE)
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
        if self._rest is not None:
            self.take(batch)
        else:
            # These rows are known.
            for place in chosen(self.sight(batch), self._search).nonzero()[0].tolist():
                self.known.add_hit(self._looked_through + place)
        self._looked_through += len(batch)
        self.up_to = batch[-1].time if batch else self.up_to
        if len(batch) < BATCH:
            self._opened = self._stream = None

    def take(self, entries: Sequence[Entry]) -> None:
        """Takes those of some entries that are wanted as the next rows."""
        if not entries:
            return
        sight = self.sight(entries)
        wanted = chosen(sight, self._rest).tolist()
        found = chosen(sight, self._search).tolist()
        for entry, is_wanted, is_found in zip(entries, wanted, found, strict=True):
            for picked in self._picker.pick(entry, is_wanted, is_found):
                row = self.known.add(picked.entry, near=picked.near, gap=picked.gap)
                if picked.found and self._search is not None:
                    self.known.add_hit(row)

    def sight(self, entries: Sequence[Entry]) -> EntrySight:
        """Looks at some entries."""
        return self._sieve.sight(entries, [text_of(each, self._zone)[0] for each in entries])
