"""Rows of a file that are sought: by their line, number or time, or as the next of their kind."""

from sysgui.panels.logs.formats.times import Times
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.rows import Rows

from .at_time import first_at


class SoughtRows:
    """Finds rows as they are known now: each, and its place among its like.

    Args:
        text: The log's.
        times: Reads when its lines were written.
        numbered: All its lines, as far as they are counted.
        rows: Those that are rows.
        settled: Whether all of the log has been looked through.
    """

    def __init__(
        self, text: Joined, times: Times, numbered: Rows, rows: Rows, *, settled: bool
    ) -> None:
        self._text = text
        self._times = times
        self._numbered = numbered
        self._rows = rows
        self._settled = settled

    def at_line(self, offset: int) -> tuple[int, int] | None:
        """Returns the row of a line, or the one behind where it would stand."""
        row = self._rows.row_at(offset)
        return (min(row, len(self._rows) - 1), 0) if self._settled and len(self._rows) else None

    def at_number(self, number: int) -> tuple[int, int] | None:
        """Returns the row of the line with a number, or the one behind where it would stand."""
        (offset,) = self._numbered.offsets(number - 1, 1) or (self._text.size,)
        return self.at_line(offset)

    def at_time(self, time: int) -> tuple[int, int] | None:
        """Returns the first row of a time or a later one.

        Args:
            time: In microseconds since 1970.

        Raises:
            OSError: As pread(2) says.
        """
        if not self._settled:
            return None
        offset = first_at(self._text, self._times, time)
        return self.at_line(offset) if offset is not None else None

    def next_of(self, rows: Rows, offset: int, *, back: bool) -> tuple[int, int] | None:
        """Returns the next of some rows, on from a line or back from it, round the log's ends."""
        if not len(rows):
            return None
        place = rows.row_at(offset) - 1 if back else rows.row_at(offset + 1)
        if not 0 <= place < len(rows):
            if not self._settled:
                return None
            place %= len(rows)
        (found,) = rows.offsets(place, 1) or (-1,)
        return (self._rows.row_at(found), place) if found >= 0 else None
