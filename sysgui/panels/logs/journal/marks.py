"""Which time a row of a journal has: marks, from which journalctl reads on to the row."""

from collections.abc import Sequence

import msgspec
import numpy as np

from .select import Times


class Marks(msgspec.Struct, frozen=True):
    """Some rows of a journal, as its entries are sorted by time.

    Attributes:
        rows: How many rows there are.
        every: How many rows lie between two marks.
        marks: For row 0 and every `every`th one its time, in microseconds since 1970, and how many
            rows before it have the same.
    """

    rows: int
    every: int
    marks: list[tuple[int, int]]

    def place(self, row: int) -> tuple[int, int]:
        """Returns a time, and how many entries from that time on are passed over to reach a row.

        Raises:
            IndexError: If there is no such row.
        """
        if not 0 <= row < self.rows:
            raise IndexError(row)
        time, same = self.marks[row // self.every]
        return time, same + row % self.every

    def near(self, time: int) -> int:
        """Returns a row that lies not after a time, and fewer than `every` rows before it."""
        low, high = 0, len(self.marks)
        while low < high:
            middle = (low + high) // 2
            if self.marks[middle][0] <= time:
                low = middle + 1
            else:
                high = middle
        return max(0, low - 1) * self.every


def marks_of(parts: Sequence[Times], every: int) -> Marks:
    """Returns marks of the entries of all parts.

    Args:
        parts: When the entries of each file came.
        every: So many rows lie between two marks.
    """
    times = np.concatenate(parts) if parts else np.empty(0, np.int64)
    times.sort(kind="stable")  # Nearly sorted as it is.
    marked = times[::every]
    same = np.arange(len(marked)) * every - times.searchsorted(marked)
    pairs = zip(marked.tolist(), same.tolist(), strict=True)
    return Marks(len(times), every, list(pairs))
