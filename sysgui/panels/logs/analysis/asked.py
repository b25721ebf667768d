"""How the lines behind a figure are asked for, of this log and within what was looked at."""

import re
from collections.abc import Sequence

from sysgui.system.query_values import quote

_INVALID = "\N{REPLACEMENT CHARACTER}"
_META = re.compile(r"([\\.^$*+?{}\[\]|()\"])")


class Asked:
    """Writes queries.

    Args:
        base: Which lines were looked at; "" is all.
        exact: Whether `=` compares the parts of this log as the lines have them; else it asks an
            index, which may mean more by it.
    """

    def __init__(self, base: str, *, exact: bool) -> None:
        self._base = base.strip()
        self._exact = exact

    def all_of(self, *conditions: str) -> str:
        """Returns what asks for the lines that were looked at, and of which all this holds."""
        base = [f"({self._base})"] if self._base and conditions else [self._base]
        return " and ".join(filter(None, [*base, *conditions]))

    def part(self, name: str, value: str) -> str:
        """Returns what asks for the lines with a part; with none if that is ""."""
        if not value:
            return f"{name}=-"
        # What is not UTF-8 is told as `\xff`, which an expression only is compared with.
        if self._exact and "\\" not in value:
            return f"{name}={quote(value)}"
        escaped = _META.sub(r"\\\1", value)
        return f'{name}:re:"^{escaped}$"'

    def line(self, line: bytes) -> str:
        """Returns what asks for a line, and others with the same text."""
        text = line.decode("utf-8", "replace")[:_LONGEST]
        if text.isprintable() and _INVALID not in text:
            return f"case:{quote(text)}"
        # What cannot be seen cannot be typed either.
        shown = (sign if sign.isprintable() and sign != _INVALID else "\0" for sign in text)
        return 'case:re:"{}"'.format(_META.sub(r"\\\1", "".join(shown)).replace("\0", "."))

    def times(self, begin: int, end: int) -> Sequence[str]:
        """Returns what asks for the lines from one second on up to another, which is excluded."""
        return f"since:@{begin}", f"until:@{end - 1}"


# As much of a line has room in a query.
_LONGEST = 800
