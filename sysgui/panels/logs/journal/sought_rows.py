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
        complete: Whether no row is missing among them, whatever is known of hits.
        settled: Whether these are all, and all hits.
        since: Behind which time all are known in any case, in microseconds since 1970; None: none.
    """

    def __init__(
        self,
        known: Known,
        reader: RowReader,
        complete: bool,  # noqa: FBT001
        *,
        settled: bool,
        since: int | None = None,
    ) -> None:
        self._known = known
        self._reader = reader
        self._complete = complete
        self._settled = settled
        self._since = since

    @property
    def errors(self) -> Rows:
        """The rows that are errors."""
        return self._known.worse_than(_ERROR + 1)

    def at_line(self, offset: int) -> tuple[int, int] | None:
        """Returns the row of an entry, or the one behind its place.

        Raises:
            Problem: As `row_of` says.
        """
        return self._bounded(self.row_of(offset)[0], time_of(offset))

    def at_time(self, time: int) -> tuple[int, int] | None:
        """Returns the first row of a time, in microseconds since 1970, or of a later one."""
        return self._bounded(self._known.at(time).start, time)

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
        is_known = back or (kind != HITS and self._complete) or self._is_known_on_from(offset)
        if not (0 <= place < len(rows) and is_known):
            # Back from the very begin, the last one is the next.
            if not (self._settled or (back and offset < 0 and self._since is not None)):
                return None
            place %= len(rows)
        return int(rows[place]), place

    def _is_known_on_from(self, offset: int) -> bool:
        """Tells whether nothing is missing behind an entry, among what is known."""
        return self._settled or self._since is None or time_of(offset) > self._since

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

    def _bounded(self, row: int, time: int) -> tuple[int, int] | None:
        """Returns a row of a time, or the last one, as soon as all are known on from it."""
        last = len(self._known) - 1
        is_known = self._settled or (self._since is not None and time > self._since)
        return (min(row, last), 0) if is_known and last >= 0 else None
