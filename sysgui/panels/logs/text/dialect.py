"""Python's regular expressions, written for hyperscan: what the one takes for the other.

Hyperscan follows PCRE and sees bytes, all lines of a block at once, carriage returns included. Its
answer counts for lines of plain ASCII only; for these the translation finds all that `re` would.
"""

import re
import unicodedata
import warnings
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      \\N\{[^}]*\} | \\[pPgx]\{[^}]*\} | \\x[0-9a-fA-F]{2} | \\u[0-9a-fA-F]{4}
    | \\U[0-9a-fA-F]{8} | \\[0-7]{1,3} | \\.
    | \[\^?\]?(?:\\.|[^\]\\])*\]
    | \{[0-9]+\} | \{[0-9]*,[0-9]*\}
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
_REPEAT = re.compile(r"\{([0-9]*)(?:,[0-9]*)?\}")
_CHARACTER = re.compile(r"\\[NuU].+|\\?[^\x00-\x7f]", re.DOTALL)
_NOT_AS_PYTHON = re.compile(r"[^\x00-\x7f]|\\[NuUv]")

# "$" must pass over a carriage return, which hyperscan takes for a part of the line; "." must not.
_WRITTEN = {"\\A": "^", "\\Z": r"(?:\r?$)", "\\z": r"(?:\r?$)", "$": r"(?:\r?$)", ".": r"[^\r\n]"}
_WRITTEN |= {"\\v": r"\x0b", "{": r"\{"}

# Free spacing has comments, in which nothing is what it looks like; "-m" takes our "^" away.
_BEYOND = re.compile(r"\(\?[a-zA-Z]*(?:x|-[a-zA-Z]*m)")

# What is no ASCII, and yet is found in it where capitals do not matter.
_ASCII_TOO = {"\N{KELVIN SIGN}": "[kK]", "\N{LATIN SMALL LETTER LONG S}": "[sS]"}
_ASCII_TOO |= dict.fromkeys("\N{LATIN SMALL LETTER DOTLESS I}", "[iI]")
_ASCII_TOO |= dict.fromkeys("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "[iI]")


class Written(NamedTuple):
    """An expression for hyperscan.

    Attributes:
        expression: The expression.
        confirm: Whether it may find more than there is.
    """

    expression: str
    confirm: bool


def tokens(source: str) -> list[str]:
    """Returns the parts of an expression: characters, escapes, classes, repeats, signs."""
    return _TOKEN.findall(source)


def plain_braces(source: str) -> str:
    """Returns an expression whose braces are what they are to `re`: not fuzzy ones of `regex`."""
    return "".join(r"\{" if part == "{" else part for part in tokens(source))


def unrolled(source: str) -> int:
    """Returns how long an expression is if what it repeats is written as often as it must occur.

    As much memory and time is needed to compile it.
    """
    totals, lasts = [0], [0]
    for part in tokens(source):
        repeat = _REPEAT.fullmatch(part)
        if repeat:
            times = max(1, int(repeat[1] or 0))
            totals[-1] += lasts[-1] * (times - 1)
            lasts[-1] *= times
        elif part == ")" and len(totals) > 1:
            lasts.pop()
            lasts[-1] = totals.pop()
            totals[-1] += lasts[-1]
        else:
            totals[-1] += 1
            lasts[-1] = lasts[-1] if part.isspace() else 1
        if part == "(":
            totals.append(0)
            lasts.append(0)
    return sum(totals)


def for_hyperscan(source: str) -> Written:
    """Translates an expression that Python understands."""
    if _BEYOND.search(source):
        return Written("^", confirm=True)
    written = [_written(part) for part in tokens(source)]
    return Written("".join(each.expression for each in written), any(e.confirm for e in written))


def _written(part: str) -> Written:
    if part in _WRITTEN:
        return Written(_WRITTEN[part], confirm=False)
    if part.startswith("{,"):
        return Written("{0" + part[1:], confirm=False)
    if part.startswith("[") and len(part) > 1:
        # One of the characters of ASCII, if there are others in it: which of them, is asked later.
        rough = bool(_NOT_AS_PYTHON.search(part))
        return Written(r"[\x00-\x7f]" if rough else part, rough or _ends_lines(part))
    if _CHARACTER.fullmatch(part):
        return _character(_meant(part))
    rough = part in ("\n", "\r") or (part.startswith("\\") and _ends_lines(part))
    return Written(part, rough)


def _meant(part: str) -> str:
    """Returns the character that an escape names."""
    if part.startswith("\\N"):
        return unicodedata.lookup(part[3:-1])
    return chr(int(part[2:], 16)) if part[:2] in ("\\u", "\\U") else part[-1]


def _character(character: str) -> Written:
    """Writes one character as a group, so that what follows repeats all of its bytes."""
    # Half of a surrogate pair is in no line; what stands for an invalid byte is that byte.
    half = "\ud800" <= character <= "\udfff" and not "\udc80" <= character <= "\udcff"
    encoded = character.encode("utf-8", "surrogatepass" if half else "surrogateescape")
    escaped = "".join(f"\\x{byte:02x}" for byte in encoded)
    if character in _ASCII_TOO:
        return Written(f"(?:{escaped}|{_ASCII_TOO[character]})", confirm=True)
    return Written(f"(?:{escaped})", confirm=character in "\r\n")


def _ends_lines(part: str) -> bool:
    """Tells whether a class or an escape takes what ends a line, so that it runs on over it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = re.compile(part)
    except (re.error, OverflowError):
        return True
    return any(compiled.match(end) for end in "\r\n")
