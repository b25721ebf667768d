"""Entries of a journal that are sought: by their identity or time, or as the next of a kind."""

from sysgui.panels.logs.sought import HITS

from .known import Known, Rows
from .reading import identity, time_of
from .row_reader import BATCH, WHOLE, RowReader

_ERROR = 3


class SoughtRows:
    """Finds rows as they are known now: each, and its place among its like.

    Args:
        known: The rows that are known.
        reader: Reads them.
        settled: Whether these are all.
    """

    def __init__(self, known: Known, reader: RowReader, *, settled: bool) -> None:
        self._known = known
        self._reader = reader
        self._settled = settled

    @property
    def errors(self) -> Rows:
        """The rows that are errors."""
        return self._known.worse_than(_ERROR + 1)

    def at_line(self, offset: int) -> tuple[int, int] | None:
        """Returns the row of an entry, or the one behind its place.

        Raises:
            Problem: As `row_of` says.
        """
        return self._bounded(self.row_of(offset)[0])

    def at_time(self, time: int) -> tuple[int, int] | None:
        """Returns the first row of a time, in microseconds since 1970, or of a later one."""
        return self._bounded(self._known.at(time).start)

    def next_of(self, kind: str, offset: int, *, back: bool) -> tuple[int, int] | None:
        """Returns the next hit or error, on from an entry or back from it, round the ends.

        Raises:
            Problem: As `row_of` says.
        """
        rows = self._known.hits if kind == HITS else self.errors
        if not len(rows):
            return None
        row, is_there = self.row_of(offset)
        # Not the row itself, going on from it.
        place = int(rows.searchsorted(row + (is_there and not back))) - back
        if not 0 <= place < len(rows):
            if not self._settled:
                return None
            place %= len(rows)
        return int(rows[place]), place

    def row_of(self, offset: int) -> tuple[int, bool]:
        """Returns the row of an entry, or of the one behind its place; and if it is there.

        Raises:
            Problem: `no-program`, `journal-unreadable`.
        """
        rows = self._known.at(time_of(offset))
        if len(rows) > 1:
            entries = self._reader.read(rows.start, min(len(rows), BATCH), WHOLE)
            offsets = [identity(entry) for entry in entries]
            if offset in offsets:
                return rows.start + offsets.index(offset), True
        return rows.start, len(rows) > 0

    def _bounded(self, row: int) -> tuple[int, int] | None:
        """Returns a row, or the last one, as soon as all are known."""
        last = len(self._known) - 1
        return (min(row, last), 0) if self._settled and last >= 0 else None
