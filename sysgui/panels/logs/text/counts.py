"""How many lines each block of a text has, and so which block a row lies in."""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


class Counts:
    """A number for each block, known from the first block on up to some block."""

    __slots__ = ("_ends", "_numbers", "known")

    def __init__(self) -> None:
        self._numbers: Numbers = np.zeros(64, np.int64)
        self._ends: Numbers | None = None
        self.known = 0

    @property
    def numbers(self) -> Numbers:
        """The numbers of the known blocks, shape (known,)."""
        return self._numbers[: self.known]

    @property
    def total(self) -> int:
        """The sum over the known blocks."""
        return int(self._sums()[-1]) if self.known else 0

    def take(self, numbers: Numbers) -> None:
        """Sets the numbers of the first blocks, shape (blocks,)."""
        self._numbers = np.concatenate((numbers, np.zeros(64, np.int64)))
        self.known = len(numbers)
        self._ends = None

    def append(self, number: int) -> None:
        """Adds the number of the next block."""
        if self.known == len(self._numbers):
            self._numbers = np.concatenate((self._numbers, np.zeros_like(self._numbers)))
        self._numbers[self.known] = number
        self.known += 1
        self._ends = None

    def cut(self, known: int) -> None:
        """Forgets all blocks from number `known` on: they have changed."""
        self.known = min(self.known, known)
        self._ends = None

    def before(self, block: int) -> int:
        """Returns the sum over the blocks before `block`."""
        return int(self._sums()[min(block, self.known) - 1]) if block and self.known else 0

    def locate(self, row: int) -> tuple[int, int]:
        """Returns the block in which a row lies, and its place among that block's.

        Raises:
            IndexError: If there is no such row in the known blocks.
        """
        if not 0 <= row < self.total:
            raise IndexError(row)
        block = int(np.searchsorted(self._sums(), row, side="right"))
        return block, row - self.before(block)

    def _sums(self) -> Numbers:
        if self._ends is None:
            self._ends = np.cumsum(self.numbers)
        return self._ends
