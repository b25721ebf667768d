"""Of which form a log is, told by some of its lines."""

import re
from collections.abc import Sequence
from functools import cache

from .form import TEXT, Form
from .keyed import JSON, keyed
from .log import Log, read_lines
from .table import FORMS

# So many bytes are looked at, at each end of a log, and so many of its lines.
_SAMPLE = 1 << 16
_LINES = 300

# A more particular form needs so large a part of the lines that the most general one has.
_ALMOST_ALL = 0.6


def form_of(log: Log) -> Form:
    """Returns the form of a log.

    Raises:
        OSError: As pread(2) says.
    """
    first = read_lines(log, 0, _SAMPLE).split(b"\n")
    last = read_lines(log, max(0, log.size - _SAMPLE), _SAMPLE).split(b"\n")
    # What is cut at an end of what was read is no line.
    return recognised([*first[:-1][:_LINES], *last[1:][-_LINES:]] or first)


def recognised(lines: Sequence[bytes]) -> Form:
    """Returns the form of a log.

    Args:
        lines: Some of its lines: the first and the last few hundred are enough.
    """
    filled = [line for line in lines if line.strip()]
    if not filled:
        return TEXT
    found = keyed(filled)
    if found and found.name == JSON:
        return found
    counts = [_count(form, filled) for form in FORMS]
    # Those of the audit are pairs, too.
    if found and max(counts) < _ALMOST_ALL * len(filled):
        return found
    enough = [
        count and count >= form.share * len(filled)
        for form, count in zip(FORMS, counts, strict=True)
    ]
    most = max(
        (count for count, is_enough in zip(counts, enough, strict=True) if is_enough), default=0
    )
    for form, count, is_enough in zip(FORMS, counts, enough, strict=True):
        if is_enough and count >= _ALMOST_ALL * most:
            return form
    return TEXT


def _count(form: Form, lines: Sequence[bytes]) -> int:
    begins = _compiled(form.begins)
    return sum(begins.match(line) is not None for line in lines)


@cache
def _compiled(expression: str) -> re.Pattern[bytes]:
    return re.compile(expression.encode("ascii"))
