"""What a value may look like: ASCII, bounded, and nothing that a program takes for an option.

A grammar returns the value as it will be used, or refuses it. What it returns has one way only to
be written on the command line (`written`), so that what was authenticated is what is done.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Sequence

from .refusal import Refusal

Grammar = Callable[[Any], Any]

_SAFE = re.compile(r"[A-Za-z0-9._+-]")


def integer(least: int, most: int) -> Grammar:
    """Accepts whole numbers from `least` to `most`; a bool is none."""

    def accept(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Refusal("grammar")
        return value

    return accept


def choice(options: Sequence[str]) -> Grammar:
    """Accepts one of some words."""

    def accept(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            raise Refusal("grammar")
        return value

    return accept


def text(pattern: str, most: int) -> Grammar:
    """Accepts what wholly matches a pattern, is ASCII, is short enough, and starts with no dash."""
    compiled = re.compile(pattern, re.ASCII)

    def accept(value: Any) -> str:
        if (
            not isinstance(value, str)
            or len(value) > most
            or value.startswith("-")
            or not value.isascii()
            or not compiled.fullmatch(value)
        ):
            raise Refusal("grammar")
        return value

    return accept


def integers(least: int, most: int, count: int) -> Grammar:
    """Accepts an ascending list of up to `count` different whole numbers."""
    one = integer(least, most)

    def accept(value: Any) -> list[int]:
        if not isinstance(value, list) or not 1 <= len(value) <= count:
            raise Refusal("grammar")
        found = [one(each) for each in value]
        if any(a >= b for a, b in zip(found, found[1:])):
            raise Refusal("grammar")
        return found

    return accept


def written(value: Any) -> str:
    """Returns how an accepted value stands on the command line, for a human to read there.

    Ascending numbers are written as the kernel writes lists of CPUs: 0-3,8.
    """
    if not isinstance(value, list):
        return str(value)
    runs: list[list[int]] = []
    for number in value:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def quoted(raw: bytes) -> str:
    """Writes any bytes in letters, digits and percent signs: a name that a process gave itself."""
    return "".join(chr(b) if _SAFE.match(chr(b)) else f"%{b:02X}" for b in raw)
