"""Where the parts of one line stand, for columns and for what a click on them leads to."""

import re
from collections.abc import Mapping
from functools import cache

from .form import Form, Part

Span = tuple[int, int]


def parts_of(line: str, form: Form) -> Mapping[str, Span]:
    """Returns the parts that a line has: from which character on, and up to which.

    Args:
        line: Without its newline; it may be cut at its end.
        form: The log's.
    """
    found: dict[str, Span] = {}
    for name, part in form.parts.items():
        match = shape_of(part).match(line)
        if match is not None and match["value"] != part.nil:
            found[name] = match.span("value")
    return found


def part_of(line: str, form: Form, name: str) -> str:
    """Returns one part of a line; "" if it has none."""
    part = form.parts.get(name)
    match = shape_of(part).match(line) if part is not None else None
    return "" if match is None or match["value"] == form.parts[name].nil else match["value"]


@cache
def shape_of(part: Part) -> re.Pattern[str]:
    """Returns what matches lines that have a part, from their start on: it is the group `value`."""
    return re.compile(f"{part.before}(?P<value>{part.inside}+){part.behind}", re.ASCII)
