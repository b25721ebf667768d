"""What a line must hold for an expression to match it.

Vectorscan 5.4.12, which is in all wheels of hyperscan from 0.7.30 to 0.9.1, loses matches of some
expressions that run on over nearly any character, such as `^.*[{,] ?"s"` (its issue 358, mended in
5.4.13). So for these the lines that hold a text without which they cannot match are asked of the
`regex` module, unless hyperscan has found them.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .dialect import tokens

_REPEAT = re.compile(r"[*+]|\{[0-9]*,?[0-9]*\}")
_AT_LEAST_ONCE = re.compile(r"\+|\{0*[1-9].*")

# What stands for more of the 128 characters of ASCII than a word may hold is nearly any.
_WIDE = 64

_ESCAPED = re.compile(r"\\[^a-zA-Z0-9\s]")
_PLAIN = re.compile(r"[^\\.^$*+?{}\[\]|()\r\n]")
_FLAGS = re.compile(r"\(\?[a-zA-Z]*[ix]")
_NAME = re.compile(r"\?(:|P<[^>]*>)")

_Texts = tuple[str, ...]


def needed(source: str) -> _Texts | None:
    """Returns texts of ASCII one of which is in each line that an expression matches.

    Args:
        source: The expression, one of `re`.

    Returns:
        The texts; none if there may be no such; None if nothing is known to be lost.
    """
    parts = tokens(source)
    repeated = {part for part, after in pairwise(parts) if _REPEAT.fullmatch(after)}
    # Of a group that is repeated it may be any part.
    if not any(map(_is_wide, parts if ")" in repeated else repeated)):
        return None
    return () if _FLAGS.search(source) else _of_any(parts)


def _is_wide(part: str) -> bool:
    """Tells whether a part stands for nearly any character."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fits = re.compile(part).fullmatch
    except re.error:
        return False
    return sum(fits(chr(code)) is not None for code in range(128)) >= _WIDE


def _of_any(parts: Sequence[str]) -> _Texts:
    """Returns texts one of which is in whatever an expression matches, of several alternatives."""
    found = [max(_of_one(branch), key=_rarity, default=()) for branch in _branches(parts)]
    return tuple(dict.fromkeys(text for texts in found for text in texts)) if all(found) else ()


def _branches(parts: Sequence[str]) -> list[list[list[str]]]:
    """Returns the alternatives of an expression: parts, a group with all that is in it as one."""
    branches: list[list[list[str]]] = [[]]
    depth = 0
    for part in parts:
        if depth:
            branches[-1][-1].append(part)
        elif part == "|":
            branches.append([])
        else:
            branches[-1].append([part])
        depth += (part == "(") - (part == ")")
    return branches


def _of_one(branch: Sequence[Sequence[str]]) -> Iterator[_Texts]:
    """Yields texts of which one each is in whatever an alternative matches."""
    text = ""
    for parts, after in pairwise([*branch, [""]]):
        repeat = _REPEAT.fullmatch(after[0])
        may_lack = after[0] == "?" or (repeat and not _AT_LEAST_ONCE.fullmatch(after[0]))
        character = "" if may_lack or len(parts) > 1 else _character(parts[0])
        text += character
        if text and (repeat or not character):
            yield (text,)
            text = ""
        if len(parts) > 1 and not may_lack and (inside := _of_group("".join(parts[1:-1]))):
            yield inside
    if text:
        yield (text,)


def _of_group(source: str) -> _Texts:
    """Returns the texts that a group needs; none of one that only looks ahead or back."""
    name = _NAME.match(source)
    if source.startswith("?") and name is None:
        return ()
    return _of_any(tokens(source[name.end() :] if name else source))


def _character(part: str) -> str:
    """Returns the character of ASCII that a part is; "" if it is none, or more than one."""
    is_one = _ESCAPED.fullmatch(part) or _PLAIN.fullmatch(part)
    return part[-1] if is_one and part.isascii() else ""


def _rarity(texts: _Texts) -> float:
    """Returns how rare texts seem: words are rarer than numbers, spaces and the like."""
    return min(sum(1.0 if each.isalpha() else 0.3 for each in text) for text in texts)
