"""Some lines of a log that follow one another, with what is known of each."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sysgui.panels.logs.text.blocks import Block

Numbers = npt.NDArray[np.int64]

# Where the parts of a line stand: from which character on, and up to which.
Parts = Mapping[str, tuple[int, int]]

# Of a line that says no level.
NO_LEVEL = 8

# With the first of these parts begins what a line says.
_SAID = ("identifier", "level", "action", "message")

# As much of a line is looked at for its parts, in bytes.
_SHOWN = 4096


class Knowing(Protocol):
    """What knows the parts of the lines of a batch."""

    def parts(self, row: int, text: str) -> Parts:
        """Returns where the parts of a line stand."""
        ...

    def value(self, row: int, name: str, text: str) -> str:
        """Returns what a line is asked for by a name such as "identifier"; "" if it has none."""
        ...


class Batch:
    """Lines, and what is known of each.

    Args:
        data: The lines, each with a newline at its end.
        levels: How severe each is, 0 to 7, or `NO_LEVEL`.
        times: When each was written, in microseconds since 1970; -1: not known.
        offsets: By which the log knows each.
        knowing: What knows their parts.
        sources: Of which of several logs each is; None: of the only one.

    Attributes:
        data: The same.
        levels: The same.
        times: The same.
        sources: The same.
        starts: Where in `data` each line starts.
    """

    __slots__ = ("_knowing", "_offsets", "data", "levels", "sources", "starts", "times")

    def __init__(
        self,
        data: bytes,
        levels: Numbers,
        times: Numbers,
        offsets: Sequence[int] | Numbers,
        knowing: Knowing,
        sources: Numbers | None = None,
    ) -> None:
        self.data, self.levels, self.times = data, levels, times
        self._offsets, self._knowing, self.sources = offsets, knowing, sources
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
        self.starts = np.zeros(len(ends), np.int64)
        self.starts[1:] = ends[:-1] + 1

    def __len__(self) -> int:
        """Returns how many lines there are."""
        return len(self.starts)

    def line(self, row: int) -> bytes:
        """Returns a line without what ends it."""
        return self.line_at(int(self.starts[row]))

    def line_at(self, start: int) -> bytes:
        """Returns the line that starts at a place of `data`, without what ends it."""
        return self.data[start : self.data.index(b"\n", start)].removesuffix(b"\r")

    def block(self) -> Block:
        """Returns the same lines to be searched."""
        last = int(self.starts[-1]) if len(self) else 0
        return Block(0, 0, self.data, (0, last, len(self.data)), len(self.data))

    def text(self, row: int) -> str:
        """Returns a line as it is shown, or its begin if it is long."""
        return self.line(row)[:_SHOWN].decode("utf-8", "backslashreplace")

    def offset(self, row: int) -> int:
        """Returns by what the log knows a line."""
        return int(self._offsets[row])

    def rows_at(self, places: Numbers) -> Numbers:
        """Returns which lines the bytes at some places of `data` belong to."""
        return np.searchsorted(self.starts, places, side="right") - 1

    def value(self, row: int, name: str) -> str:
        """Returns what a line is asked for by a name such as "identifier"; "" if it has none."""
        return self._knowing.value(row, name, self.text(row))

    def head(self, row: int) -> int:
        """Returns where what is said begins, in bytes: behind when and where it was."""
        text = self.text(row)
        parts = self._knowing.parts(row, text)
        begins = sorted(parts[name][0] for name in _SAID if name in parts)
        begin = next((at for at in begins if at and text[at - 1] == " "), 0)
        return len(text[:begin].encode("utf-8", "backslashreplace"))
