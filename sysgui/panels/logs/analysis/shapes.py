"""What lines look like when their figures do not count: quickly, for all lines of a batch.

A shape is a line in which each word that holds a digit is one byte, `FIGURE`. So lines that differ
in nothing but numbers, addresses, identities and the like have the same shape, and of a million
lines a few hundred different shapes are left, which can be looked at one by one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .batch import Batch

# What stands for a word with a digit. A line that holds this byte itself is taken to hold `OTHER`,
# and so are the next, which mean something in what is made of shapes.
FIGURE, OTHER = 0x00, 0x01
RESERVED = range(5)

# As much of a shape is looked at, in bytes.
LONGEST = 500

# So many shapes are told apart; the lines of further ones are only counted.
MOST = 20_000

# As much of the first line of a shape is kept, in bytes.
_KEPT = 1000

_DIGITS = b"0123456789"
_MASK = bytes(
    FIGURE if byte in _DIGITS else OTHER if byte in RESERVED else byte for byte in range(256)
)
_WORD = re.compile(rb"[A-Za-z_]*(?:\x00[A-Za-z_]*)+")
_LETTERS = b"_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IS_LETTER = bytes(byte in _LETTERS for byte in range(256))

_Bytes = npt.NDArray[np.uint8]


class First(NamedTuple):
    """The first line of a shape.

    Attributes:
        line: Its begin.
        time: When it was written, in microseconds since 1970; -1: not known.
        level: How severe it is, 0 to 7; 8 is none.
        head: So much of it is not the message: when, where.
        cut: Whether the shape is that of its begin only.
    """

    line: bytes
    time: int
    level: int
    head: int
    cut: bool


class Shapes:
    """Counts the lines of each shape.

    Attributes:
        counts: How many lines there are of each shape.
        firsts: The first line of each, in the order of the log.
        others: How many lines there are of shapes that are not told apart.
    """

    def __init__(self) -> None:
        self.counts: Counter[bytes] = Counter()
        self.firsts: dict[bytes, First] = {}
        self.others = 0

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        if len(batch):
            self.add(batch, range(len(batch)), shapes_of(batch.data))

    def add(self, batch: Batch, rows: Sequence[int], shapes: Sequence[bytes]) -> None:
        """Counts some lines of a batch, each with what is taken for its shape."""
        counts = Counter(shapes)
        if len(self.firsts) < MOST:
            self._take_firsts(batch, rows, shapes, counts.keys() - self.firsts.keys())
        untold = counts.keys() - self.firsts.keys()
        self.others += sum(counts.pop(shape) for shape in untold)
        self.counts.update(counts)

    def _take_firsts(
        self, batch: Batch, rows: Sequence[int], shapes: Sequence[bytes], unseen: set[bytes]
    ) -> None:
        """Takes note of the first line of each shape that was never seen before."""
        if not unseen:
            return
        for row, shape in zip(rows, shapes, strict=True):
            if shape not in unseen:
                continue
            unseen.discard(shape)
            self.firsts[shape] = First(
                batch.line(row)[:_KEPT],
                int(batch.times[row]),
                int(batch.levels[row]),
                batch.head(row),
                len(shape) > LONGEST,
            )
            if not unseen or len(self.firsts) >= MOST:
                return


def shape_of(text: bytes) -> bytes:
    """Returns the shape of a line, or of a part of one that ends where a word does."""
    return _WORD.sub(b"\x00", text.translate(_MASK))[: LONGEST + 1]


def shapes_of(data: bytes) -> list[bytes]:
    """Returns the shapes of lines that end in a newline each, as `shape_of` has them."""
    masked = np.frombuffer(data.translate(_MASK), np.uint8)
    letters = np.frombuffer(data.translate(_IS_LETTER), np.bool_)
    figures = masked == FIGURE
    # From each digit on, to either side, the letters of its word go.
    gone = np.zeros(len(masked), np.bool_)
    places = np.flatnonzero(figures[:-1] & letters[1:]) + 1
    while len(places):
        gone[places] = True
        places = places + 1
        places = places[letters[places]]
    places = np.flatnonzero(figures[1:] & letters[:-1])
    while len(places):
        places = places[~gone[places]]
        gone[places] = True
        places = places - 1
        places = places[letters[places]]
    held = _without_repeats(masked[~gone]).tobytes()
    if b"\r" in held:
        held = held.replace(b"\r\n", b"\n")
    lines = held.split(b"\n")
    lines.pop()  # Behind the last newline there is none.
    if max(map(len, lines)) > LONGEST:
        lines = [line[: LONGEST + 1] for line in lines]
    return lines


def _without_repeats(masked: _Bytes) -> _Bytes:
    """Returns bytes of which each run of figures is one."""
    figures = masked == FIGURE
    kept = np.ones(len(masked), np.bool_)
    np.logical_and(figures[1:], figures[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])
    return masked[kept]
