"""What is searched for, in the form in which hyperscan finds it and the form that decides.

A literal is found as its bytes, and that is the whole truth. A regular expression is of the syntax
of Python's `re`. For lines of plain ASCII hyperscan's answer is taken, where need be confirmed; a
line that holds anything else is asked of the `regex` module alone, since hyperscan sees bytes where
the user means characters. `regex` can be given a time limit; `re` cannot be stopped.
"""

import functools
import re
import string
import warnings
from typing import NamedTuple

import regex

from sysgui.system.i18n import _

from .dialect import for_hyperscan, plain_braces, unrolled
from .needed import needed

# How long one line may be tried, in seconds: a pattern may need longer than the world has.
PATIENCE = 0.2

# Hyperscan takes expressions of up to 16,000 bytes; a longer literal is one for `regex`.
_LONGEST = 15_000

# `regex` writes out what is repeated: at ten million times a letter it takes 3 GB and 7 s.
_MOST_REPEATED = 100_000

# Where the letters end that have a small and a capital form.
_LAST_CASED = 0x1F000


class PatternError(Exception):
    """A regular expression that is none; the message says why, `place` where (from 0)."""

    def __init__(self, why: str, place: int) -> None:
        super().__init__(why)
        self.place = place


class Pattern(NamedTuple):
    """Something to search for.

    Attributes:
        expression: For hyperscan.
        caseless: Whether capitals do not matter.
        decides: What tells of lines that are not plain ASCII, and of all candidates if `confirm`;
            None where the bytes are the whole truth.
        confirm: Whether hyperscan may find more than there is.
        within: A match must end within so many bytes from the start of its line; 0: anywhere.
        text: What `expression` is for, where that is one text; else empty.
        needed: Where hyperscan may find less than there is: one of these is in each line that
            matches; none if nothing is known of these. None where it finds all.
    """

    expression: bytes
    caseless: bool
    decides: "regex.Pattern[str] | None" = None
    confirm: bool = False
    within: int = 0
    text: bytes = b""
    needed: tuple[bytes, ...] | None = None

    @property
    def is_text(self) -> bool:
        """Whether its bytes are all that is to be known of it."""
        return self.decides is None and not self.within


def literal(text: str, *, case: bool = False, word: bool = False) -> Pattern:
    """Returns the search for a text as it stands.

    Args:
        text: Not empty, in one line.
        case: Whether capitals matter.
        word: Whether it must be no part of a longer word.
    """
    if word:
        source = re.escape(text) if case else either_case(text)
        left = r"\b" if re.match(r"\w", text) else ""
        right = r"\b" if re.search(r"\w\Z", text) else ""
        return expression(f"{left}{source}{right}", case=True)
    if case or text.isascii():
        data = text.encode("utf-8", "surrogateescape")
        return Pattern(escaped(data), not case, text=data)
    either = either_case(text)
    found = for_hyperscan(either).expression.encode()
    if len(found) > _LONGEST:
        return expression(either, case=True)
    return Pattern(found, caseless=False)


def expression(source: str, *, case: bool = False) -> Pattern:
    """Returns the search for a regular expression.

    Raises:
        PatternError: If it is none.
    """
    flags = 0 if case else regex.IGNORECASE
    if unrolled(source) > _MOST_REPEATED:
        raise PatternError(_("it repeats too much"), 0)
    try:
        with warnings.catch_warnings():
            # Of what may be read otherwise one day; that is nothing to a user.
            warnings.simplefilter("ignore")
            decides = regex.compile(plain_braces(source), flags)
    except regex.error as error:
        place = getattr(error, "pos", None) or 0
        raise PatternError(getattr(error, "msg", str(error)), place) from error
    except (RecursionError, OverflowError, ValueError) as error:
        raise PatternError(str(error), 0) from error
    found = for_hyperscan(source)
    expressed = found.expression.encode("utf-8", "surrogateescape")
    texts = needed(source)
    held = None if texts is None else tuple(text.encode() for text in texts)
    return Pattern(expressed, not case, decides, found.confirm, needed=held)


@functools.cache
def _cased() -> str:
    """Returns all letters that have a small and a capital form."""
    letters = map(chr, range(0x80, _LAST_CASED))
    return "".join(each for each in letters if each.lower() != each or each.upper() != each)


def either_case(text: str) -> str:
    """Returns an expression of `re` for a text whose letters may be small or capital ones."""
    return "".join(map(_either, text))


def ways_of(letter: str) -> set[str]:
    """Returns the ways in which a letter is written, small and capital.

    A letter of ASCII has its two; what `re` takes for one of another is found by asking it.
    """
    if letter.isascii():
        return {letter, letter.lower(), letter.upper()}
    every = string.ascii_letters + _cased()
    return {letter, *re.findall(re.escape(letter), every, re.IGNORECASE)}


def _either(letter: str) -> str:
    """Returns the same as an expression."""
    written = [re.escape(way) for way in sorted(ways_of(letter))]
    return written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"


def escaped(data: bytes) -> bytes:
    """Returns the expression for some bytes as they are."""
    return b"".join(b"\\x%02x" % byte for byte in data)
