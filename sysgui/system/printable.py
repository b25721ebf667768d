"""Names and command lines as they can be shown: a process may call itself anything."""

import unicodedata


def printable(raw: bytes) -> str:
    r"""Decodes a name from the kernel so that it can be shown on one line, on any terminal.

    Bytes that are not UTF-8, control characters, escape sequences, line breaks and the marks that
    turn the direction of text become backslash escapes (`\n`, `\x1b`, `\u202e`): nothing is
    dropped, and nothing of it acts.
    """
    text = raw.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def width(text: str) -> int:
    """Returns how many cells of a terminal a text takes: East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def printable_text(text: str) -> str:
    """Does what `printable` does, for a file name that Python decoded with surrogate escapes."""
    if text.isprintable():
        return text
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half of a surrogate pair, which stands for no byte: what was typed or decoded may have it.
        raw = text.encode("utf-8", "backslashreplace")
    return printable(raw)
