"""A text as it is painted, and where its characters stand in that."""

from sysgui.system.printable import printable_text

# A tab goes on to the next multiple of so many characters.
TAB = 8

# From here on a character is two units of UTF-16, in which Qt counts.
_TWO_UNITS = "\U00010000"


def printable_line(text: str) -> str:
    """Returns a text as it is painted: nothing in it can act."""
    return printable_text(text.expandtabs(TAB))


class Shown:
    """A part of a line as it is painted.

    Args:
        line: The line.
        begin: From which character on it is shown.
        end: Up to which.

    Attributes:
        text: What is painted.
    """

    def __init__(self, line: str, begin: int, end: int) -> None:
        self._begin = begin
        self._raw = line[begin:end]
        self.text = printable_line(self._raw)
        self._is_same = self.text == self._raw
        self._is_narrow = max(self.text, default="") < _TWO_UNITS

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Returns where in `text` some characters of the line stand, as far as they are shown."""
        return self._place(start - self._begin), self._place(end - self._begin)

    def _place(self, at: int) -> int:
        at = min(max(0, at), len(self._raw))
        return at if self._is_same else len(printable_line(self._raw[:at]))

    def units(self, start: int, end: int) -> tuple[int, int]:
        """Returns where characters of `text` stand as Qt counts."""
        return self._units(start), self._units(end)

    def _units(self, at: int) -> int:
        if self._is_narrow:
            return at
        return sum(1 + (character >= _TWO_UNITS) for character in self.text[:at])
