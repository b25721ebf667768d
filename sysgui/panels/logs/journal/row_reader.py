"""The entries that are rows of a journal, read: some of them, or all from the earliest on."""

from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import islice

import msgspec

from sysgui.panels.logs.text.wanted import Condition

from .entries import CUT, Entry, JournalEntries
from .known import Known, shortened
from .near import Picker
from .question import EntrySight, Question
from .sieve import chosen
from .wanted import Wanted

# As much of a message is looked through, in bytes; and so many entries at once.
WHOLE = 1 << 20
BATCH = 250


class RowReader:
    """Reads rows.

    Args:
        entries: The journal's.
        known: The rows.
        question: What is asked of the journal.
        sight: Looks at entries.
        context: How many entries before and after each that is asked for are rows too.
    """

    def __init__(
        self,
        entries: JournalEntries,
        known: Known,
        question: Question,
        sight: Callable[[Sequence[Entry]], EntrySight],
        context: int,
    ) -> None:
        self._entries = entries
        self._known = known
        self._question = question
        self._sight = sight
        self._context = context

    def read(self, first: int, count: int, cut: int) -> list[Entry]:
        """Returns the entries of rows that are known.

        Args:
            first: The first of them.
            count: As many.
            cut: So many bytes of each message.

        Raises:
            Problem: As `JournalEntries` says.
        """
        found = [self._known.kept(row, cut) for row in range(first, first + count)]
        missing = [place for place, entry in enumerate(found) if entry is None]
        if missing:
            begin, end = missing[0], missing[-1] + 1
            read = self._read_anew(first + begin, end - begin, max(cut, CUT))
            for place, entry in enumerate(read, begin):
                found[place] = shortened(entry, cut)
                self._known.keep(first + place, entry)
        return [entry for entry in found if entry is not None]

    def _read_anew(self, row: int, count: int, cut: int) -> list[Entry]:
        begin = self._known.before(row) if self._context else row
        since, passed = self._known.place(begin)
        passed += row - begin
        wanted = msgspec.structs.replace(self._question.wanted, since=since)
        rest = self._question.rest
        stream = self._entries.stream(wanted, cut if rest is None else WHOLE)
        try:
            rows = stream if rest is None else self._chosen(stream, rest)
            return list(islice(rows, passed, passed + count))
        finally:
            stream.close()

    def _chosen(self, stream: Iterator[Entry], rest: Condition) -> Iterator[Entry]:
        picker = Picker(self._context)
        while batch := list(islice(stream, BATCH)):
            wanted = chosen(self._sight(batch), rest).tolist()
            for entry, is_wanted in zip(batch, wanted, strict=True):
                for picked in picker.pick(entry, is_wanted, found=False):
                    yield picked.entry

    def stream(self) -> Generator[Entry, None, str]:
        """Yields the entries of all rows, from the earliest on, beside what is shown.

        Returns:
            Why they are not all; "" if nothing is wrong.

        Raises:
            Problem: As `JournalEntries` says.
        """
        rest = self._question.rest
        stream = self._entries.stream(self._question.wanted, WHOLE)
        complaints: list[str] = []

        def noted() -> Iterator[Entry]:
            complaints.append((yield from stream))

        try:
            yield from noted() if rest is None else self._chosen(noted(), rest)
        finally:
            stream.close()
        return "".join(complaints)

    def batches(self) -> Iterator[list[Entry]]:
        """Yields the entries of all rows that are known, some at a time, or none for a while.

        Raises:
            Problem: As `JournalEntries` says.
        """
        if self._context:
            for first in range(0, len(self._known), BATCH):
                yield self.read(first, min(BATCH, len(self._known) - first), WHOLE)
            return
        last = self._known.place(len(self._known) - 1)[0] if len(self._known) else 0
        stream = self._entries.stream(up_to(self._question.wanted, last), WHOLE)
        try:
            while batch := list(islice(stream, BATCH)):
                picked = chosen(self._sight(batch), self._question.rest).tolist()
                yield [entry for entry, is_so in zip(batch, picked, strict=True) if is_so]
        finally:
            stream.close()


def up_to(wanted: Wanted, last: int) -> Wanted:
    """Returns what is wanted up to a time."""
    until = last if wanted.until is None else min(wanted.until, last)
    return msgspec.structs.replace(wanted, until=until)
