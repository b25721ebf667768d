"""Kinds of requests: how, what for and how answered, with what varies in the path left open.

A request's shape is made of its status, its method and its path up to the query string, and not of
its line: of that, the client, the time and the browser tell nothing of what is asked for. As of
messages, a template's figure is the number of lines that its pattern matches.
"""

import re
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import regex

from .batch import Batch
from .request_readers import Names, Reader, Told
from .shapes import Shapes, shapes_of
from .templates import ANYTHING, CROWD, FIGURE, IDENTITY, LONGEST, SHOWN, Common, Pieces, merged

# With one of them a shape begins: digits would vary.
_MARKS = string.ascii_lowercase

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
        pieces: The status behind the mark of its names, the method, and what the path consists of,
            with what separates them.
        cut: Whether paths go on behind it.
        names: How queries ask for it.
    """

    pieces: Pieces
    cut: bool
    names: Names

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
        names = self.names
        if not names.method:
            path = self._expression(_IN_PATHS, r"(?:\?\S*)?(?: |$)", f"{method} ")
            return f'{names.path}:re:"{path}" and {names.status}={status}'
        path = self._expression(_IN_PATHS, r"(?:\?.*)?$")
        asks = f'{names.path}:re:"{path}"' if self._has_path else f"{names.path}=-"
        return f"{names.method}={method or '-'} and {asks} and {names.status}={status}"

    @property
    def is_open(self) -> bool:
        """Whether anything may stand somewhere in it, of any length."""
        return ANYTHING in self.pieces and not self.cut

    def shapes(self) -> "regex.Pattern[str]":
        """Returns what finds the shapes of its lines: in a query, capitals do not matter."""
        begin = "".join(self.pieces[:4])
        if not self._has_path:
            return regex.compile(f"^{begin}$")
        return regex.compile(f"^{begin}(?i:{self._expression(_IN_SHAPES, '$')[1:]})")

    @property
    def _answer(self) -> tuple[str, str]:
        """The status and the method."""
        return self.pieces[0][1:].translate(_IN_DIGITS), self.pieces[2]

    @property
    def _has_path(self) -> bool:
        return any(self.pieces[4:])

    def _expression(self, signs: dict[int, str], behind: str, before: str = "") -> str:
        path = "".join(self.pieces[4:]).translate(signs)
        return f"^{before}{path}{'' if self.cut else behind}"


class RequestShapes:
    """Reads of each line what was asked for.

    Args:
        readers: What reads the lines of each log, by its number among several; at least one.

    Attributes:
        names: How queries ask for requests, by the mark with which their shapes begin.
    """

    def __init__(self, readers: Mapping[int, Reader]) -> None:
        different = dict.fromkeys(reader.names for reader in readers.values())
        # As many ways to ask as there are marks, which no program's log comes near to.
        self.names = dict(zip(_MARKS, different, strict=False))
        marks = {names: mark.encode() for mark, names in self.names.items()}
        self._readers = [
            (number, marks[reader.names], reader)
            for number, reader in readers.items()
            if reader.names in marks
        ]

    @property
    def others(self) -> list[str]:
        """What asks for lines that are no requests."""
        return [names.others for names in self.names.values() if names.others]

    def count(self, batch: Batch, requests: Shapes, others: Shapes) -> None:
        """Counts the lines of a batch: those that are requests as such.

        Args:
            batch: The batch.
            requests: Where requests are counted.
            others: Where all other lines are, by what they look like.
        """
        told = self._told(batch)
        rows = [row for row, one in enumerate(told) if one is not None and one[1][0]]
        asked = b"".join(
            [
                b"%b%b %b %b\n" % (mark, status.translate(_IN_LETTERS), method, path)
                for mark, (status, method, path) in filter(None, told)
                if status
            ]
        )
        if rows:
            requests.add(batch, rows, shapes_of(_valid(_QUERY_STRING.sub(b"", asked))))
        left = [row for row, one in enumerate(told) if one is None]
        if left:
            lines = b"".join([batch.line(row) + b"\n" for row in left])
            others.add(batch, left, shapes_of(lines))

    def _told(self, batch: Batch) -> list[tuple[bytes, Told] | None]:
        """Returns what each line says, and the mark of how it is asked for."""
        if batch.sources is None:
            ((_number, mark, reader),) = self._readers
            return [one and (mark, one) for one in reader.read(batch.data)]
        found: list[tuple[bytes, Told] | None] = [None] * len(batch)
        for number, mark, reader in self._readers:
            rows = np.flatnonzero(batch.sources == number).tolist()
            read = reader.read(b"".join([batch.line(row) + b"\n" for row in rows]))
            for row, one in zip(rows, read, strict=True):
                found[row] = one and (mark, one)
        return found


def request_templates_of(shapes: Shapes, names: Mapping[str, Names]) -> dict[Common, list[bytes]]:
    """Returns the templates of all requests, and of which shapes each was made.

    Args:
        shapes: Of the requests.
        names: How queries ask for them, by the mark with which a shape begins.
    """
    groups: dict[tuple[int, bool], dict[Pieces, list[bytes]]] = defaultdict(dict)
    for shape, first in shapes.firsts.items():
        pieces, cut, _names = _template(shape, names, cut=first.cut)
        groups[len(pieces), cut].setdefault(pieces, []).append(shape)
    return {
        RequestTemplate(pieces, cut, names[pieces[0][0]]): of
        for (_length, cut), group in groups.items()
        for pieces, of in merged(group, _varies).items()
    }


def _valid(asked: bytes) -> bytes:
    """Returns what was asked for as queries see it: with what is not UTF-8 written out."""
    try:
        asked.decode()
    except UnicodeDecodeError:
        return asked.decode("utf-8", "backslashreplace").encode()
    return asked


def _template(shape: bytes, names: Mapping[str, Names], *, cut: bool) -> RequestTemplate:
    """Returns what is open in a path by how it is written."""
    status, method, path = shape.decode("utf-8", "replace").split(" ", 2)
    pieces = [_open(piece) for piece in _SEPARATORS.split(path)]
    if cut:
        pieces[-1] = ANYTHING if pieces[-1] else ""
    its = names[status[0]]
    template = RequestTemplate((status, " ", method, " ", *pieces), cut, its)
    while len(template.query) > LONGEST and len(template.pieces) > _FIRST + 1:
        template = RequestTemplate((*template.pieces[:-3], ANYTHING), cut=True, names=its)
    return template


def _open(word: str) -> str:
    identity = IDENTITY.fullmatch(word)
    return identity[1] + ANYTHING + identity[2] if identity else word


def _varies(place: int, words: Sequence[str]) -> bool:
    # Sites have many pages beside one another; of more than that, none is of interest by itself.
    return place >= _FIRST and len(words) >= CROWD
