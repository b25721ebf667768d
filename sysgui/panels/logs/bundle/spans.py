"""Where in lines something stands that may be private, and which thing it is."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

import regex

# What is redacted on request. Where two lie over one another, the first of them counts.
TOKEN, EMAIL, IP, HOST, USER = "token", "email", "ip", "host", "user"
KINDS = (TOKEN, EMAIL, IP, HOST, USER)

# No expression here takes longer for twice the text than twice the time. Should one all the same,
# it is given up after so many seconds.
PATIENCE = 20.0

# So many values are remembered, with what was said of them: in most logs the same ones come again.
# But for longer ones, in bytes, of which there could be more than fit in memory.
MOST_REMEMBERED, LONGEST_REMEMBERED = 20_000, 256


# A part of a text that may be private: where it starts, where what is behind it starts, a key (the
# same for the same thing, however it is written), and whether the same word means the same thing
# wherever it stands. There are several in each line: a plain tuple is made in half the time.
Span = tuple[int, int, bytes, bool]


# What a value is, which was found by what stands around it: so many of its bytes count, from the
# first on, and as in `Span` its key, and whether it spreads.
Said = tuple[int, bytes, bool]


Find = Callable[[bytes], Iterable[Span]]
Say = Callable[[bytes], Said | None]


class Rule(NamedTuple):
    """Finds what is private in lines.

    Attributes:
        kind: One of `KINDS`.
        trigger: An expression for hyperscan, in any case: no line that it does not match has
            anything that is found. The more it leaves out, the quicker it all is.
        find: Tells what there is in some lines, in their order; nothing runs over a line's end.
        spreads: Whether anything that it finds may spread.
    """

    kind: str
    trigger: bytes
    find: Find
    spreads: bool = False


Match = regex.Match[bytes]
Pattern = regex.Pattern[bytes]


def compiled(expression: bytes, *, caseless: bool = False) -> Pattern:
    """Returns an expression, ready to be searched for in lines."""
    return regex.compile(expression, regex.MULTILINE | (regex.IGNORECASE if caseless else 0))


def compiled_for_re(expression: bytes, *, caseless: bool = False) -> "re.Pattern[bytes]":
    """Returns an expression for `re`: some are three times as quick there.

    It cannot be stopped there, so it must be one that looks at no byte more than a few times: one
    that begins only where a word or a line does, and never goes back in it.
    """
    return re.compile(expression, re.MULTILINE | (re.IGNORECASE if caseless else 0))


def matches(pattern: Pattern, text: bytes) -> Iterator[Match]:
    """Yields the matches in a text.

    Raises:
        TimeoutError: It takes too long.
    """
    return pattern.finditer(text, timeout=PATIENCE)


class Values:
    """Finds what depends on a value alone, once what stands around it is right.

    Args:
        pattern: Its first group is the value.
        say: Says what a value is; None, that it is nothing private.
        is_short: Whether a match is never longer than a few bytes, so that no time can be lost: to
            look at the clock takes as long as to find an address.

    Attributes:
        pattern: The same.
    """

    def __init__(
        self, pattern: "Pattern | re.Pattern[bytes]", say: Say, *, is_short: bool = False
    ) -> None:
        if is_short or isinstance(pattern, re.Pattern):
            self._matches: Callable[[bytes], Iterator[Match | re.Match[bytes]]] = pattern.finditer
        else:
            self._matches = partial(matches, pattern)
        self.pattern = pattern
        self._say = say
        self._remembered: dict[bytes, Said | None] = {}

    def __call__(self, text: bytes) -> list[Span]:
        """Returns what there is in some lines."""
        remembered, found = self._remembered, []
        for match in self._matches(text):
            start, end = match.span(1)
            value = text[start:end]
            try:
                said = remembered[value]
            except KeyError:
                said = self._asked(value)
            if said is not None:
                length, key, spreads = said
                found.append((start, start + length, key, spreads))
        return found

    def _asked(self, value: bytes) -> Said | None:
        said = self._say(value)
        if len(value) <= LONGEST_REMEMBERED:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[value] = said
        return said


def lines_of(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields where each line starts, and the line."""
    at = 0
    for line in text.split(b"\n"):
        yield at, line
        at += len(line) + 1
