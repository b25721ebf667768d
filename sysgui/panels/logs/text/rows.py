"""The lines that a condition selects, as rows that can be asked for by number."""

from collections import OrderedDict

import numpy as np

from .blocks import Starts
from .counts import Counts
from .scan import Scan

# Where the selected lines of a block are is remembered for so many lines in all: 8 bytes each.
REMEMBERED = 500_000


class Rows:
    """Finds the rows of a scan.

    Args:
        scan: Has counted them.
        name: The condition's name in the scan.
    """

    def __init__(self, scan: Scan, name: str) -> None:
        self._scan = scan
        self._name = name
        self._kept: OrderedDict[int, Starts] = OrderedDict()
        self._held = 0

    def __len__(self) -> int:
        """Returns how many rows are known."""
        return self.counts.total

    @property
    def counts(self) -> Counts:
        """How many each known block has."""
        return self._scan.counts[self._name]

    def forget_from(self, block: int) -> None:
        """Forgets what has changed."""
        for number in [number for number in self._kept if number >= block]:
            self._held -= len(self._kept.pop(number))

    def offsets(self, first: int, count: int) -> list[int]:
        """Returns where in the text the lines of some rows start, in bytes.

        Args:
            first: The first row, counted from 0.
            count: As many, fewer at the end.

        Raises:
            OSError: As pread(2) says.
        """
        counts = self.counts
        found: list[int] = []
        row = max(0, first)
        while len(found) < count and row < counts.total:
            block, place = counts.locate(row)
            starts = self.starts(block)[place : place + count - len(found)]
            if not len(starts):
                break  # The text has become shorter than what was counted.
            found += starts.tolist()
            row += len(starts)
        return found

    def row_at(self, offset: int) -> int:
        """Returns the first row whose line starts at `offset` of the text, or behind it.

        Raises:
            OSError: As pread(2) says.
        """
        counts = self.counts
        block = self._scan.text.block_of(offset)
        if block >= counts.known:
            return counts.total
        place = int(np.searchsorted(self.starts(block), offset))
        return counts.before(block) + place

    def starts(self, block: int) -> Starts:
        """Returns where in the text the rows of a block start.

        Raises:
            OSError: As pread(2) says.
        """
        if block in self._kept:
            self._kept.move_to_end(block)
            return self._kept[block]
        sight = self._scan.sight(block)
        starts = sight.select(self._scan.condition(self._name)) + sight.block.offset
        self._kept[block] = starts
        self._held += len(starts)
        while self._held > REMEMBERED and len(self._kept) > 1:
            _oldest, dropped = self._kept.popitem(last=False)
            self._held -= len(dropped)
        return starts
