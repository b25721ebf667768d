"""Kinds of requests: how, what for and how answered, with what varies in the path left open.

A request's shape is made of its status, its method and its path up to the query string, and not of
its line: of that, the client, the time and the browser tell nothing of what is asked for. As of
messages, a template's figure is the number of lines that its pattern matches.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import regex

from sysgui.panels.logs.formats.form import Form, Part

from .batch import Batch
from .shapes import Shapes, shapes_of
from .templates import ANYTHING, CROWD, FIGURE, IDENTITY, LONGEST, SHOWN, Common, Pieces, merged

# What a request's line must be able to tell.
_PARTS = ("status", "method", "path")

# A status is written in letters in a shape: there, digits vary.
_IN_LETTERS = bytes.maketrans(b"0123456789", b"abcdefghij")
_IN_DIGITS = str.maketrans("abcdefghij", "0123456789")

_QUERY_STRING = re.compile(rb"\?[^\n]*")
_SEPARATORS = re.compile("(/)")

# From here on in the pieces, what stands between slashes may vary: behind status and method, and
# behind the first slash.
_FIRST = 6

_SIGNS = {sign: f"\\{sign}" for sign in r'\.^$*+?{}[]|()"'}
_IN_PATHS = str.maketrans(
    {**_SIGNS, FIGURE: r"\w*\d\w*", "\x01": r"[\x00-\x04]", ANYTHING: r"[^/?]+"}
)
# Of all digits, those of other scripts are left in a shape.
_IN_SHAPES = str.maketrans({**_SIGNS, FIGURE: r"[\w\x00]*[\x00\d][\w\x00]*", ANYTHING: r"[^/?]+"})


class RequestTemplate(NamedTuple):
    """What requests have in common.

    Attributes:
        pieces: The status, the method, and what the path consists of, with what separates them.
        cut: Whether paths go on behind it.
    """

    pieces: Pieces
    cut: bool

    @property
    def text(self) -> str:
        """What is shown of it: `#` is a word with a digit, `*` anything up to a slash."""
        status, method = self._answer
        path = "".join(self.pieces[4:]).translate(SHOWN) + ("…" if self.cut else "")
        return f"{' '.join(filter(None, [method, path])) or '-'} → {status}"

    @property
    def words(self) -> set[str]:
        """What of it does not vary, status and method included."""
        return {*self._answer, *re.findall(r"[^\W\d_]{3,}", "".join(self.pieces[4:]).lower())}

    @property
    def query(self) -> str:
        """What asks for its lines in the language of logs."""
        status, method = self._answer
        path = self._expression(_IN_PATHS, r"(?:\?.*)?")
        asks = f'path:re:"{path}"' if self._has_path else "path=-"
        return f"method={method or '-'} and {asks} and status={status}"

    @property
    def is_open(self) -> bool:
        """Whether anything may stand somewhere in it, of any length."""
        return ANYTHING in self.pieces and not self.cut

    def shapes(self) -> "regex.Pattern[str]":
        """Returns what finds the shapes of its lines: in a query, capitals do not matter."""
        begin = "".join(self.pieces[:4])
        if not self._has_path:
            return regex.compile(f"^{begin}$")
        return regex.compile(f"^{begin}(?i:{self._expression(_IN_SHAPES, '')[1:]})")

    @property
    def _answer(self) -> tuple[str, str]:
        """The status and the method."""
        return self.pieces[0].translate(_IN_DIGITS), self.pieces[2]

    @property
    def _has_path(self) -> bool:
        return any(self.pieces[4:])

    def _expression(self, signs: dict[int, str], behind: str) -> str:
        path = "".join(self.pieces[4:]).translate(signs)
        return f"^{path}{'' if self.cut else behind + '$'}"


class RequestShapes:
    """Reads of each line what was asked for.

    Args:
        form: Of the log's lines; one that `tells_requests`.
    """

    def __init__(self, form: Form) -> None:
        # What stands before the first of them stands before all, and is read once.
        begin = form.parts["method"].before
        told = "".join(f"(?={_told(form.parts[name], begin)}|)" for name in _PARTS)
        line = f"^(?:{begin}{told})?[^\\n]*\\n"
        self._line = re.compile(line.encode("ascii"), re.MULTILINE)

    def count(self, batch: Batch, requests: Shapes, others: Shapes) -> None:
        """Counts the lines of a batch: those that tell a status as requests.

        Args:
            batch: The batch.
            requests: Where requests are counted.
            others: Where all other lines are, by what they look like.
        """
        told = self._line.findall(batch.data)
        rows = [row for row, (status, _method, _path) in enumerate(told) if status]
        asked = b"".join(
            [
                b"%b %b %b\n" % (status.translate(_IN_LETTERS), method, path)
                for status, method, path in told
                if status
            ]
        )
        requests.add(batch, rows, shapes_of(_valid(_QUERY_STRING.sub(b"", asked))))
        if len(rows) < len(told):
            left = sorted({*range(len(told))} - {*rows})
            lines = b"".join([batch.line(row) + b"\n" for row in left])
            others.add(batch, left, shapes_of(lines))


def tells_requests(form: Form) -> bool:
    """Tells whether lines of a form are requests."""
    return all(name in form.parts and form.parts[name].asked for name in _PARTS)


def request_templates_of(shapes: Shapes) -> dict[Common, list[bytes]]:
    """Returns the templates of all requests, and of which shapes each was made."""
    groups: dict[tuple[int, bool], dict[Pieces, list[bytes]]] = defaultdict(dict)
    for shape, first in shapes.firsts.items():
        pieces, cut = _template(shape, cut=first.cut)
        groups[len(pieces), cut].setdefault(pieces, []).append(shape)
    return {
        RequestTemplate(pieces, cut): of
        for (_length, cut), group in groups.items()
        for pieces, of in merged(group, _varies).items()
    }


def _told(part: Part, begin: str) -> str:
    """Returns an expression for a part of a line, on from where the method may stand."""
    return f"{part.before.removeprefix(begin)}({part.inside}+){part.behind}"


def _valid(asked: bytes) -> bytes:
    """Returns what was asked for as queries see it: with what is not UTF-8 written out."""
    try:
        asked.decode()
    except UnicodeDecodeError:
        return asked.decode("utf-8", "backslashreplace").encode()
    return asked


def _template(shape: bytes, *, cut: bool) -> RequestTemplate:
    """Returns what is open in a path by how it is written."""
    status, method, path = shape.decode("utf-8", "replace").split(" ", 2)
    pieces = [_open(piece) for piece in _SEPARATORS.split(path)]
    if cut:
        pieces[-1] = ANYTHING if pieces[-1] else ""
    template = RequestTemplate((status, " ", method, " ", *pieces), cut)
    while len(template.query) > LONGEST and len(template.pieces) > _FIRST + 1:
        template = RequestTemplate((*template.pieces[:-3], ANYTHING), cut=True)
    return template


def _open(word: str) -> str:
    identity = IDENTITY.fullmatch(word)
    return identity[1] + ANYTHING + identity[2] if identity else word


def _varies(place: int, words: Sequence[str]) -> bool:
    # Sites have many pages beside one another; of more than that, none is of interest by itself.
    return place >= _FIRST and len(words) >= CROWD
