r"""Texts that are read otherwise than they are written: in another encoding, or with colours.

What is searched, understood, cut and shown is UTF-8 without colours everywhere else: such a text is
copied so into a file without a name, and copied on as it grows. That costs the room of the log once
more, and nothing else; logs of this kind are rare, and seldom large. What an encoding does not
allow stays visible (`\xd8`). So a query sees what is shown: `re:ERROR: gone` finds a line although
its first word is red, and `Müller` one of Windows-1252. What a line is in the file is found again
by its place among the lines of a piece, which both have in common.

A text whose begin, middle and end tell nothing of another encoding or of colours is read as it is;
so is one that is long, unless it is UTF-16: to copy it would take longer than anybody waits.
"""

import codecs
import os
import re
import tempfile
import time
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from sysgui.system.i18n import _

from .blocks import BLOCK, Text, write_at

UTF_16_LE, UTF_16_BE, WITH_MARK, LATIN = "UTF-16LE", "UTF-16BE", "UTF-8 BOM", "Windows-1252"

# So much is looked at, at the begin, in the middle and at the end.
SAMPLE = 1 << 16

# What is longer is copied only if it could not be read otherwise, in bytes.
LONG = 1 << 30

# So much is copied in one go, in bytes.
PIECE = 1 << 18

# The byte order marks.
_MARKS = (
    (codecs.BOM_UTF8, WITH_MARK),
    (codecs.BOM_UTF16_LE, UTF_16_LE),
    (codecs.BOM_UTF16_BE, UTF_16_BE),
)
_MARK_OF = {encoding: mark for mark, encoding in _MARKS}

# What no text holds; an escape and a form feed it may.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_IN_UTF_8 = re.compile(rb"[\xc3-\xf4][\x80-\xbf]|\xc2[\xa0-\xbf]")

# In a text of UTF-16 without a mark so large a part of every second byte is zero, and of the others
# (U+2013, a dash) so small a one would be no text of bytes.
_MOSTLY = 0.7
_SELDOM = 0.1

# Five bytes of Windows-1252 mean nothing: they stay what they are.
_LATIN_SIGNS = "".join(
    bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(256)
)

# What colours the text behind it, and what goes with it.
_COLOURS = re.compile(rb"\x1b\[[0-9;:]*[mK]")

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


class Kind(NamedTuple):
    """How a text is written.

    Attributes:
        encoding: What it is in; "": UTF-8, or nothing that is known.
        coloured: Whether sequences in it colour words.
    """

    encoding: str = ""
    coloured: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether a sign is two bytes or four, so that a newline is too."""
        return self.encoding in (UTF_16_LE, UTF_16_BE)


PLAIN = Kind()


def kind_of(first: bytes, others: bytes = b"") -> Kind:
    """Returns how a text is written.

    Args:
        first: How it begins.
        others: What stands elsewhere in it.
    """
    sample = first + others
    return Kind(_encoding_of(first, sample), _COLOURS.search(sample) is not None)


def _encoding_of(first: bytes, sample: bytes) -> str:
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding
    for encoding, zeros, letters in ((UTF_16_LE, 1, 0), (UTF_16_BE, 0, 1)):
        half, other = first[zeros::2], first[letters::2]
        is_empty = len(half) > 1 and half.count(0) > _MOSTLY * len(half)
        if is_empty and len(_CONTROLS.findall(other)) < _SELDOM * len(half):
            return encoding
    if not _NOT_ASCII.search(sample) or _CONTROLS.search(sample) or _IN_UTF_8.search(sample):
        return ""
    return LATIN


def kind_of_file(descriptor: int) -> Kind:
    """Returns how an open file is written.

    Raises:
        OSError: As pread(2) says.
    """
    size = os.fstat(descriptor).st_size
    places = {size // 2, max(0, size - SAMPLE)} if size > SAMPLE else set()
    others = b"".join(os.pread(descriptor, SAMPLE, place) for place in sorted(places))
    kind = kind_of(os.pread(descriptor, SAMPLE, 0), others)
    return kind if kind.is_wide or size <= LONG else PLAIN


def text_of(data: bytes, encoding: str) -> str:
    """Returns what a line of a file says; what is invalid in it stays visible."""
    if encoding == LATIN:
        return codecs.charmap_decode(data, "strict", _LATIN_SIGNS)[0]
    return data.decode("utf-8", "backslashreplace")


def without_colours(data: bytes) -> bytes:
    """Returns lines without the sequences that only colour them (SGR)."""
    return _COLOURS.sub(b"", data) if b"\x1b" in data else data


class Recoder:
    """Writes a text in UTF-8 and without colours, piece by piece.

    Args:
        kind: How it is written.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._mark = _MARK_OF.get(kind.encoding, b"")
        self._decoder: codecs.IncrementalDecoder | None = None
        if kind.is_wide:
            self._decoder = codecs.getincrementaldecoder(kind.encoding)("backslashreplace")

    def recode(self, data: bytes) -> bytes:
        """Returns what the next piece says, but for the mark that the text begins with."""
        if self._mark:
            data, self._mark = self._without_mark(data)
        if self._decoder is not None:
            data = self._decoder.decode(data).encode()
        elif self._kind.encoding == LATIN:
            data = text_of(data, LATIN).encode()
        return without_colours(data) if self._kind.coloured else data

    def _without_mark(self, data: bytes) -> tuple[bytes, bytes]:
        """Returns what is left of a piece, and of the mark, which may come in pieces itself."""
        length = min(len(data), len(self._mark))
        if self._mark[:length] != data[:length]:
            return data, b""
        return data[length:], self._mark[length:]


class _Lines(NamedTuple):
    """The lines of a piece.

    Attributes:
        number: Of the piece.
        lines: As they are in the file.
        there: Where they start in the file.
        here: Where they start in the copy.
    """

    number: int
    lines: list[bytes]
    there: list[int]
    here: list[int]


_NO_LINES = _Lines(-1, [], [], [])


class Recoded(Text):
    """A file that is read otherwise than it is written, as far as it has been copied.

    Args:
        descriptor: Of the file; it is closed with this object.
        kind: How it is written.
        block: The size of a block, in bytes.
        buffer: See `Text`.

    Attributes:
        kind: The same.
        trouble: Why not all of it could be copied; "" if nothing is wrong.
    """

    def __init__(
        self, descriptor: int, kind: Kind, block: int = BLOCK, buffer: bytearray | None = None
    ) -> None:
        self._source = descriptor
        with tempfile.TemporaryFile(prefix="sysgui-log-") as file:
            super().__init__(os.dup(file.fileno()), 0, block, buffer)
        self._recoder = Recoder(kind)
        self._taken = self._there = 0
        # Where the pieces begin, each with a line: in the file, and here.
        self._pieces: list[tuple[int, int]] = []
        self._held = _NO_LINES
        self.kind = kind
        self.trouble = ""

    @property
    def finished(self) -> bool:
        """Whether all that the file has by now is copied."""
        return bool(self.trouble) or self._taken >= os.fstat(self._source).st_size

    def go_on(self, seconds: float) -> None:
        """Copies more of it, for about `seconds`.

        Raises:
            OSError: As pread(2) says.
        """
        until = time.monotonic() + seconds
        while not self.trouble and (data := os.pread(self._source, PIECE, self._taken)):
            self._take(data)
            if time.monotonic() >= until:
                return

    def _take(self, data: bytes) -> None:
        # A sequence, or a sign, that is cut off would be taken for something else.
        whole = data[: data.rfind(b"\n") + 1] or data
        if not self._taken or os.pread(self._source, 1, self._taken - 1) == b"\n":
            self._pieces.append((self._taken, self._there))
        try:
            self._there = write_at(self._fd, self._recoder.recode(whole), self._there)
        except OSError as error:
            self.trouble = _("Not all of it could be read: {error}.").format(error=error.strerror)
        self._taken += len(whole)
        self._held = _NO_LINES

    def written(self, offset: int) -> tuple[int, bytes]:
        """Returns where in the file the line starts that starts here at `offset`, and what it is.

        Raises:
            OSError: As pread(2) says.
        """
        number = bisect_right(self._pieces, offset, key=lambda piece: piece[1]) - 1
        if self._held.number != number:
            self._held = self._lines_of(number)
        place = bisect_right(self._held.here, offset) - 1
        return self._held.there[place], self._held.lines[place]

    def _lines_of(self, number: int) -> _Lines:
        begin, begin_here = self._pieces[number]
        end, end_here = [*self._pieces, (self._taken, self._there)][number + 1]
        lines = _LINE.findall(os.pread(self._source, end - begin, begin))
        here = _LINE.findall(os.pread(self._fd, end_here - begin_here, begin_here))
        return _Lines(
            number,
            lines,
            list(accumulate(map(len, lines), initial=begin)),
            list(accumulate(map(len, here), initial=begin_here)),
        )

    def identity(self) -> os.stat_result:
        """Returns what fstat(2) says of the file."""
        return os.fstat(self._source)

    def duplicate(self) -> int:
        """Returns another descriptor of the file."""
        return os.dup(self._source)

    def as_written(self) -> Text:
        """Returns the bytes of the file, as far as they have been copied."""
        return Text(os.dup(self._source), self._taken, buffer=bytearray())

    def read_from(self, other: Text) -> None:
        """Reads the same bytes from another file from now on, which is closed."""
        self._source, other._fd = other._fd, self._source
        other.close()

    def available(self) -> int:
        """Returns how much of it there is to be read by now, in bytes of UTF-8."""
        return self._there

    def close(self) -> None:
        """Closes both files."""
        super().close()
        if self._source >= 0:
            os.close(self._source)
            self._source = -1
