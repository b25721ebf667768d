"""A text in blocks of two mebibytes, each of which can be looked at on its own.

A line belongs to the block in which it starts. So a block is read together with the end of its last
line, and whatever is counted per block (lines, matches, levels) adds up, in whatever order the
blocks are looked at. Nothing is kept per line: of a text of 100 GB, an index of a number a block is
a quarter of a megabyte, and the lines of a block are found again in a millisecond when needed.
"""

import math
import os
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

BLOCK = 1 << 21
NEWLINE = 0x0A

# So much beyond a block, as a part of it, is read in one go: most lines end there.
_BEYOND = 1 / 128

# Two pieces of a longer line share so much of a piece: what lies across their border is found.
_SHARED = 1 / 256


Starts = npt.NDArray[np.int64]


class Block:
    """The lines that start in one block.

    Attributes:
        number: The block's place, counted from 0.
        offset: Where in the text `data` begins, in bytes.
        data: The lines, nothing if none starts here; of a last line that goes on for longer than
            another block, the first part.
        end: Where in the text the last line ends, its newline included.
    """

    __slots__ = ("_held", "_last", "_skipped", "_starts", "data", "end", "number", "offset")

    def __init__(
        self,
        number: int,
        offset: int,
        held: bytes | bytearray,
        span: tuple[int, int, int],
        end: int,
    ) -> None:
        """Takes what was read.

        Args:
            number: The block's place.
            offset: Where in the text `held` begins.
            held: What was read.
            span: Where in it the first line starts, the last line starts, and the lines end.
            end: Where in the text the last line ends.
        """
        first, last, stop = span
        self.number = number
        self.offset = offset + first
        self.data = memoryview(held)[first:stop]
        self.end = end
        self._held = held
        self._skipped = first
        self._last = last - first
        self._starts: Starts | None = None

    def shift(self, blocks: int, bytes_before: int) -> "Block":
        """Gives the block the place it has in a text that begins so much earlier."""
        self.number += blocks
        self.offset += bytes_before
        self.end += bytes_before
        return self

    @property
    def whole(self) -> bool:
        """Whether `data` holds all of the last line."""
        return self.offset + len(self.data) >= self.end

    @property
    def split(self) -> bool:
        """Whether its lines have been found already."""
        return self._starts is not None

    @property
    def starts(self) -> Starts:
        """Where in `data` each line starts, ascending, shape (lines,)."""
        if self._starts is None:
            newlines = np.flatnonzero(np.frombuffer(self.data[: self._last], np.uint8) == NEWLINE)
            self._starts = np.zeros(len(newlines) + bool(len(self.data)), np.int64)
            self._starts[1:] = newlines + 1
        return self._starts

    def line_at(self, start: int) -> memoryview:
        """Returns the line that starts at `start` of `data`, its newline included."""
        first = self._skipped
        end = self._held.find(b"\n", first + start, first + len(self.data))
        return self.data[start : end + 1 - first] if end >= 0 else self.data[start:]

    def having(self, text: bytes, places: Iterable[int]) -> list[int]:
        """Returns those of some places in `data` at which a text stands."""
        first, stop, stands = self._skipped, self._skipped + len(self.data), self._held.startswith
        return [place for place in places if place >= 0 and stands(text, first + place, stop)]

    def starts_of(self, places: Iterable[int]) -> list[int]:
        """Returns for bytes at some places where in `data` the line of each starts."""
        first, find = self._skipped, self._held.rfind
        return [
            before + 1 - first if (before := find(b"\n", first, first + place)) >= 0 else 0
            for place in places
        ]


class Readable(Protocol):
    """What can be looked through block by block."""

    @property
    def size(self) -> int:
        """Of all of it, in bytes."""
        ...

    def __len__(self) -> int:
        """Returns the number of blocks."""
        ...

    def block_of(self, offset: int) -> int:
        """Returns the number of the block that holds the byte at `offset`."""
        ...

    def lines_in(self, number: int) -> int:
        """Counts the lines that start in a block."""
        ...

    def block(self, number: int) -> Block:
        """Reads the lines that start in a block; the next call may overwrite their `data`."""
        ...

    def rest(self, block: Block) -> Iterator[bytes]:
        """Yields what `block.data` lacks of the last line, in pieces that overlap a little."""
        ...


def write_at(descriptor: int, data: bytes, offset: int) -> int:
    """Writes all of it to a place in a file, and returns where that ends.

    Raises:
        OSError: As pwrite(2) says.
    """
    left = memoryview(data)
    while left:
        written = os.pwrite(descriptor, left, offset)
        offset += written
        left = left[written:]
    return offset


def buffer_of(block: int) -> bytearray:
    """Returns where blocks of a size can be read into."""
    return bytearray(1 + block + math.ceil(block * _BEYOND))


class Text:
    """An open file that is read in blocks; it may grow meanwhile.

    Args:
        fd: Its descriptor, which is closed with this object.
        size: As many bytes of it are looked at; what came later is not there yet.
        block: The size of a block, in bytes.
        buffer: Where blocks are read into; several texts may share one of `buffer_of`.
    """

    def __init__(
        self, fd: int, size: int, block: int = BLOCK, buffer: bytearray | None = None
    ) -> None:
        self._fd = fd
        self.size = size
        self._block = block
        self._beyond = math.ceil(block * _BEYOND)
        self._buffer = buffer_of(block) if buffer is None else buffer

    def __len__(self) -> int:
        """Returns the number of blocks."""
        return -(-self.size // self._block)

    def block_of(self, offset: int) -> int:
        """Returns the number of the block that holds the byte at `offset`."""
        return offset // self._block

    def close(self) -> None:
        """Closes the descriptor."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()

    def identity(self) -> os.stat_result:
        """Returns what fstat(2) says of the file."""
        return os.fstat(self._fd)

    def available(self) -> int:
        """Returns how much there is to be read by now, in bytes."""
        return self.identity().st_size

    def read(self, offset: int, count: int) -> bytes:
        """Reads `count` bytes at `offset`, fewer at the end.

        Raises:
            OSError: As pread(2) says.
        """
        return os.pread(self._fd, max(0, min(count, self.size - offset)), offset)

    def lines_in(self, number: int) -> int:
        """Counts the lines that start in a block, more quickly than `block` finds them.

        Raises:
            OSError: As pread(2) says.
        """
        offset = number * self._block
        # A line starts after each newline: the one before the block counts, its own last not.
        begin = max(0, offset - 1)
        filled = self._fill(begin, min(offset + self._block, self.size) - 1 - begin)
        data = np.frombuffer(memoryview(self._buffer)[:filled], np.uint8)
        return int(np.count_nonzero(data == NEWLINE)) + (number == 0 and self.size > 0)

    def block(self, number: int) -> Block:
        """Reads the lines that start in a block; the next call overwrites their `data`.

        Raises:
            OSError: As pread(2) says.
        """
        offset = number * self._block
        begin = max(0, offset - 1)
        filled = self._fill(begin, offset + self._block + self._beyond - begin)
        # The newline at the very end of the text begins no line, nor does the block's own last.
        border = min(offset + self._block, self.size) - 1 - begin
        first = self._buffer.find(b"\n", 0, min(border, filled)) + 1 if number else 0
        if (number and not first) or not filled:
            return Block(number, offset, b"", (0, 0, 0), offset)
        last = max(first, self._buffer.rfind(b"\n", 0, min(border, filled)) + 1)
        found = self._buffer.find(b"\n", last, filled)
        if found >= 0:
            return Block(number, begin, self._buffer, (first, last, found + 1), begin + found + 1)
        end = self.line_end(begin + filled)
        kept = min(end, begin + filled + self._block)
        held = bytes(self._buffer[:filled]) + self.read(begin + filled, kept - begin - filled)
        return Block(number, begin, held, (first, last, len(held)), end)

    def _fill(self, offset: int, count: int) -> int:
        """Reads into the buffer, and returns how many bytes it has got."""
        view = memoryview(self._buffer)[: max(0, min(count, self.size - offset))]
        got = 0
        while got < len(view) and (more := os.preadv(self._fd, [view[got:]], offset + got)):
            got += more
        return got

    def line_end(self, offset: int) -> int:
        """Returns where the line that `offset` lies in ends, its newline included."""
        while offset < self.size:
            piece = os.pread(self._fd, min(self._block, self.size - offset), offset)
            if not piece:
                break
            found = piece.find(b"\n")
            if found >= 0:
                return offset + found + 1
            offset += len(piece)
        return min(offset, self.size)

    def line_start(self, offset: int) -> int:
        """Returns where the line starts that ends at `offset`, or would start there."""
        end = offset
        while end > 0:
            begin = max(0, end - self._block)
            found = os.pread(self._fd, end - begin, begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
        return 0

    def append(self, data: bytes) -> None:
        """Writes more to its end, if it is a file of our own.

        Raises:
            OSError: As pwrite(2) says.
        """
        self.size = write_at(self._fd, data, self.size)

    def duplicate(self) -> int:
        """Returns another descriptor of the same file."""
        return os.dup(self._fd)

    def as_written(self) -> "Text":
        """Returns the bytes of the file, as far as it is known."""
        return self

    def read_from(self, other: "Text") -> None:
        """Reads the same bytes from another file from now on, which is closed."""
        self._fd, other._fd = other._fd, self._fd
        other.close()

    def rest(self, block: Block) -> Iterator[bytes]:
        """Yields what `block.data` lacks of the last line, in pieces that overlap a little."""
        yield from self.pieces(block.offset, block.offset + len(block.data), block.end)

    def pieces(self, first: int, offset: int, end: int) -> Iterator[bytes]:
        """Yields what lies between two places, in pieces that overlap a little.

        Args:
            first: What lies before is in no piece.
            offset: Where the first piece begins, but for what it shares with what lies before.
            end: Where the last piece ends.
        """
        shared = math.ceil(self._block * _SHARED)
        while offset < end:
            begin = max(first, offset - shared)
            piece = os.pread(self._fd, min(offset + self._block, end) - begin, begin)
            if len(piece) <= offset - begin:
                return
            yield piece
            offset = begin + len(piece)
