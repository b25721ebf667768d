"""Entries as `journalctl --output=export` prints them, whatever bytes they hold.

A field is a line, or, if it holds what would break one, its name on a line, its length in 8 bytes,
and so many bytes. An empty line ends an entry.
"""

import io
import struct
from collections.abc import Iterator

from sysgui.system.printable import printable

# The fields of an entry; of those that it has several times, all.
Fields = dict[bytes, list[bytes]]

# Of an entry that says none of the levels of syslog(3), 0 to 7.
NO_LEVEL = 8
LEVELS = {b"%d" % level: level for level in range(NO_LEVEL)}

# As much is kept of one field; the rest of it is read and dropped.
MOST = 1 << 20

# As much is kept of all fields of one entry.
MOST_OF_ENTRY = 16 << 20

_LENGTH = struct.Struct("<Q")
_DIGITS = 18  # So many fit into 64 bits.
_NOTHING = (b"",)


class Exported:
    """Reads entries from a stream, one after the other.

    Args:
        stream: Where they come from; it may end anywhere.

    Attributes:
        is_over: Whether the stream has ended.
        is_cut: Whether it has ended within an entry, which is left out.
        lengths: Of the fields of the last entry that were cut, in bytes.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self.is_over = False
        self.is_cut = False
        self.lengths: dict[bytes, int] = {}

    def __iter__(self) -> Iterator[Fields]:
        """Yields the entries."""
        fields: Fields = {}
        lengths: dict[bytes, int] = {}
        kept = 0
        read = self._stream.readline
        while line := read(MOST):
            if line == b"\n":
                if fields:
                    self.lengths = lengths
                    yield fields
                fields, lengths, kept = {}, {}, 0
                continue
            name, equals, value = line.partition(b"=")
            if equals:
                whole, length = self._rest_of_line(value)
            else:
                name = line.removesuffix(b"\n")
                whole, value, length = self._binary(name != line)
            if not whole:
                fields = fields or {name: []}
                break
            kept += len(line) + len(value)
            if kept <= MOST_OF_ENTRY:
                fields.setdefault(name, []).append(value.removesuffix(b"\n") if equals else value)
                if length:
                    lengths[name] = length
        self.is_over, self.is_cut = True, bool(fields)

    def _rest_of_line(self, value: bytes) -> tuple[bool, int]:
        """Reads to the end of the line; returns whether there is one, and how long it is if cut."""
        if value.endswith(b"\n"):
            return True, 0
        length = len(value)
        while more := self._stream.readline(MOST):
            length += len(more)
            if more.endswith(b"\n"):
                return True, length - 1
        return False, length

    def _binary(self, named: bool) -> tuple[bool, bytes, int]:  # noqa: FBT001 - as it was found
        head = self._stream.read(_LENGTH.size) if named else b""
        if len(head) < _LENGTH.size:
            return False, b"", 0
        (length,) = _LENGTH.unpack(head)
        value = self._stream.read(min(length, MOST))
        left = length - len(value)
        # The newline behind it.
        left += 1
        while left and (more := self._stream.read(min(left, MOST))):
            left -= len(more)
        return not left, value, length if length > MOST else 0


def time_of(entry: Fields) -> int:
    """Returns when an entry came, in microseconds since 1970; 0 if it does not say."""
    return number_of(entry, b"__REALTIME_TIMESTAMP")


def level_of(entry: Fields) -> int:
    """Returns the level of an entry, of two the more severe; `NO_LEVEL` if it has none."""
    values = entry.get(b"PRIORITY", ())
    return min((LEVELS[value] for value in values if value in LEVELS), default=NO_LEVEL)


def number_of(entry: Fields, name: bytes) -> int:
    """Returns a field that is a number; 0 if it is none."""
    text = entry.get(name, _NOTHING)[0]
    return int(text) if text.isdigit() and len(text) < _DIGITS else 0


def text_of(entry: Fields, *names: bytes) -> str:
    """Returns the first of some fields that there is, printable; "" if there is none."""
    return next((printable(entry[name][0]) for name in names if name in entry), "")
