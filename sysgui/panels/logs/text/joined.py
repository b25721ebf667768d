"""Several files, read one after another as one text: a log and what was rotated away before."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from .blocks import BLOCK, Block, Text
from .recode import Recoded


class Original(NamedTuple):
    """A line as it is in its file; of a file of UTF-16, in UTF-8.

    Attributes:
        pieces: The line, its newline included if it has one.
        offset: Where in the log it starts.
        encoding: In which it is; "": UTF-8, or nothing that is known.
        told: What the log tells of it, by name, if that was asked for.
    """

    pieces: Iterator[bytes]
    offset: int
    encoding: str = ""
    told: Mapping[str, str | int] = {}


class Joined:
    """Texts as one; each begins a block and a line of its own.

    Args:
        parts: The oldest first; at least one.
    """

    def __init__(self, parts: Sequence[Text]) -> None:
        self.parts = list(parts)
        self.measure()

    def measure(self) -> None:
        """Learns anew how long the parts are; called whenever one has changed."""
        self._bytes = [0, *accumulate(part.size for part in self.parts)]
        self._blocks = [0, *accumulate(len(part) for part in self.parts)]

    @property
    def size(self) -> int:
        """Of all parts, in bytes."""
        return self._bytes[-1]

    def __len__(self) -> int:
        """Returns the number of blocks."""
        return self._blocks[-1]

    def close(self) -> None:
        """Closes all parts."""
        for part in self.parts:
            part.close()

    def first_block_of(self, place: int) -> int:
        """Returns the number of the block with which the part at a place begins."""
        return self._blocks[place]

    def offset_of(self, place: int) -> int:
        """Returns where in the text the part at a place begins, in bytes."""
        return self._bytes[place]

    def block_of(self, offset: int) -> int:
        """Returns the number of the block that holds the byte at `offset`."""
        if offset >= self.size:
            return len(self)
        place, base = self._holding(offset)
        return self._blocks[place] + self.parts[place].block_of(offset - base)

    def lines_in(self, number: int) -> int:
        """Counts the lines that start in a block."""
        place = self._having(number)
        return self.parts[place].lines_in(number - self._blocks[place])

    def block(self, number: int) -> Block:
        """Reads the lines that start in a block; the next call may overwrite their `data`."""
        place = self._having(number)
        block = self.parts[place].block(number - self._blocks[place])
        return block.shift(self._blocks[place], self._bytes[place])

    def read(self, offset: int, count: int) -> bytes:
        """Reads `count` bytes at `offset`, fewer at the end of the part that holds it."""
        if offset >= self.size:
            return b""
        place, base = self._holding(offset)
        return self.parts[place].read(offset - base, count)

    def line_end(self, offset: int) -> int:
        """Returns where the line that `offset` lies in ends, its newline included."""
        if offset >= self.size:
            return self.size
        place, base = self._holding(offset)
        return base + self.parts[place].line_end(offset - base)

    def rest(self, block: Block) -> Iterator[bytes]:
        """Yields what `block.data` lacks of the last line, in pieces that overlap a little."""
        place, base = self._holding(block.offset)
        start = block.offset - base
        yield from self.parts[place].pieces(start, start + len(block.data), block.end - base)

    def original(self, block: Block, start: int) -> Original:
        """Returns a line of a block as it is in its file.

        Args:
            block: The last that was read.
            start: Where in its `data` the line starts.

        Raises:
            OSError: As pread(2) says.
        """
        offset = block.offset + start
        return self.original_at(offset) or Original(self.line(block, start), offset)

    def original_at(self, offset: int) -> Original | None:
        """Returns the line that starts at a place as it is in its file; None if it is no other.

        Raises:
            OSError: As pread(2) says.
        """
        place, base = self._holding(offset)
        part = self.parts[place]
        if not isinstance(part, Recoded) or part.kind.is_wide:
            return None
        there, line = part.written(offset - base)
        return Original(iter([line]), base + there, part.kind.encoding)

    def line(self, block: Block, start: int) -> Iterator[bytes]:
        """Yields a line of a block, its newline included, in pieces: it may be of any length.

        Args:
            block: The last that was read.
            start: Where in its `data` the line starts.

        Raises:
            OSError: As pread(2) says.
        """
        held = bytes(block.line_at(start))
        yield held
        offset = block.offset + start + len(held)
        if start + len(held) < len(block.data):
            return
        while offset < block.end and (piece := self.read(offset, min(BLOCK, block.end - offset))):
            yield piece
            offset += len(piece)

    def _holding(self, offset: int) -> tuple[int, int]:
        """Returns the place of the part that holds a byte, and where that begins."""
        place = bisect_right(self._bytes, offset) - 1
        return place, self._bytes[place]

    def _having(self, number: int) -> int:
        return bisect_right(self._blocks, number) - 1
