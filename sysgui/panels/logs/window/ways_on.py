"""What leads on from a line: to those like it, of the same program, of about the same time."""

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from sysgui.panels.logs.likeness import query_for_lines_like
from sysgui.panels.logs.line import Line
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.query_values import quote, shortened

from .within import query_with, query_within

# What is no more the same in another line, or no part to ask for.
_OWN = ("time", "level", "message")

# So much before and after a line is shown around it, in seconds.
AROUND = 30

_SECOND = 1_000_000

# What a request is told by: what is named so, or has the form of a UUID.
_REQUEST = re.compile(
    r"(?:request|req|trace|correlation|transaction)[-_ ]?id[\"']?[=:] ?[\"']?"
    r"(?P<named>[\w.:-]{4,80})"
    r"|(?<![\w-])(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])",
    re.IGNORECASE,
)
# So many of a line are offered.
_MOST_REQUESTS = 2


class WayOn(NamedTuple):
    """A way from a line to others.

    Attributes:
        text: What it is called, translated.
        query: Returns the query for what is shown then, for the one that is asked now.
    """

    text: str
    query: Callable[[str], str]


def ways_on(line: Line, zone: dt.tzinfo) -> Iterator[WayOn]:
    """Yields where a line leads.

    Args:
        line: The line.
        zone: In which the log's times are meant.
    """
    if not line.text.strip():
        return
    like = query_for_lines_like(line.text)
    yield _with(_("Show only lines like this"), like)
    yield _with(_("Show no lines like this"), f"not {like}")
    for name, (start, end) in line.parts.items():
        if name not in _OWN:
            value = line.text[start:end]
            text = _("Show only {part} {value}")
            text = text.format(part=name, value=printable_text(shortened(value)))
            yield _with(text, f"{name}={quote(value)}")
    for name in _requests(line.text):
        text = _("Show only lines with {id}").format(id=printable_text(shortened(name)))
        yield _with(text, quote(name))
    if line.time >= 0:
        second = line.time // _SECOND
        text = _("Show all of {n} seconds before and after").format(n=AROUND)
        around = query_within("", second - AROUND, second + AROUND + 1, zone)
        yield WayOn(text, lambda _query: around)


def _requests(text: str) -> list[str]:
    found = (match["named"] or match["uuid"] for match in _REQUEST.finditer(text))
    return list(islice(dict.fromkeys(found), _MOST_REQUESTS))


def _with(text: str, term: str) -> WayOn:
    # A menu takes what follows an ampersand for a key.
    return WayOn(text.replace("&", "&&"), functools.partial(query_with, term))
