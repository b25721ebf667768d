"""Text of others, made fit for a mail, a terminal and a log."""

from __future__ import annotations

import unicodedata

# Controls, formats (bidirectional ones among them), halves of pairs, spaces that look like one.
_HIDDEN = ("C", "Z")


def printable(text: str) -> str:
    """Returns a text on one line in which nothing acts on what shows it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in " \t":
        return " "
    if unicodedata.category(character).startswith(_HIDDEN):
        return character.encode("unicode_escape").decode("ascii")
    return character
