"""Where in a line something stands that may be private, and which thing it is."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import regex

# What is redacted on request. Where two lie over one another, the first of them counts.
TOKEN, EMAIL, IP, HOST, USER = "token", "email", "ip", "host", "user"
KINDS = (TOKEN, EMAIL, IP, HOST, USER)

# No expression here takes longer for twice the line than twice the time. Should one all the same,
# it is given up after so many seconds.
PATIENCE = 20.0


class Span(NamedTuple):
    """A part of a line that may be private.

    Attributes:
        start: Its first byte in the line.
        end: The first byte behind it.
        kind: One of `KINDS`.
        key: The same for the same thing, however it is written.
        spreads: Whether the same word means the same thing wherever it stands.
    """

    start: int
    end: int
    kind: str
    key: bytes
    spreads: bool = False


Find = Callable[[bytes], Iterator[Span]]


class Rule(NamedTuple):
    """Finds what is private in a line.

    Attributes:
        kind: One of `KINDS`.
        trigger: An expression for hyperscan, in any case: no line that it does not match has
            anything that is found.
        find: Yields what there is in a line, which has no newline.
    """

    kind: str
    trigger: bytes
    find: Find


Match = regex.Match[bytes]
Pattern = regex.Pattern[bytes]


def compiled(expression: bytes, *, caseless: bool = False) -> Pattern:
    """Returns an expression, ready to be searched for."""
    return regex.compile(expression, regex.IGNORECASE if caseless else 0)


def matches(pattern: Pattern, line: bytes) -> Iterator[Match]:
    """Yields the matches in a line.

    Raises:
        TimeoutError: It takes too long.
    """
    return pattern.finditer(line, timeout=PATIENCE)
