"""One file of systemd's journal, read for its index: never for the text of an entry.

Each value of each field has a list of the entries that have it, and each entry's head tells its
time; so what is of interest is counted without unpacking anything. The format is systemd's
JOURNAL_FILE_FORMAT, whose writers may be at work meanwhile, and may have been broken: whatever is
not as it must be raises `Doubt`, and journalctl is asked instead.

All is read by pread(2). A mapped file that somebody makes shorter would end this program.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from sysgui.system.host import Host

from .header import LARGEST, LATEST, UNIT, Doubt, read_header

# Where something lies in a file, in units of 8 bytes: objects begin at such places only.
Places = npt.NDArray[np.uint32]

# The first 64 bytes of entries, shape (entries, 8).
Heads = npt.NDArray[np.uint64]

# Columns of `Heads`.
SEQNUM, TIME, MONOTONIC, BOOT, HASH = 2, 3, 4, 5, 7

_DATA, _FIELD, _ENTRY, _ARRAY = 1, 2, 3, 6
_OBJECT = struct.Struct("<BB6xQ")
_FIELD_OBJECT = struct.Struct("<BB6xQQQQ")
_DATA_OBJECT = struct.Struct("<BB6xQQQQQQQ")
_ARRAY_OBJECT = struct.Struct("<BB6xQQ")
_COMPACT_DATA = _DATA_OBJECT.size + 8
_PACKED = 0b111

_WORDS = 8
_ENTRY_SIZE = _WORDS * UNIT

# So much is read at once. Entries lie beside each other: most of it is needed.
_WINDOW = 4 << 20

# A name or a value that is longer is none that anybody would choose from a list.
_LONGEST = 4096


class Stored(msgspec.Struct, frozen=True):
    """A value of a field.

    Attributes:
        place: Where in the file it lies, in bytes.
        text: The value; None if it is packed, or very long.
        entries: How many entries have it.
        first: Where the first of them lies.
        array: Where the list of the others begins; 0 if there are none.
    """

    place: int
    text: bytes | None
    entries: int
    first: int
    array: int


class JournalFile:
    """An open file of the journal, as it is when it is opened: later entries are not there yet.

    Args:
        host: The machine.
        path: Where the file is.

    Raises:
        Doubt: It is none, damaged, or of a kind that is not known.
        OSError: As open(2) and pread(2) say.
    """

    def __init__(self, host: Host, path: str) -> None:
        # What has such a name may be a pipe.
        self._fd = host.open(path, os.O_NONBLOCK)
        self._all: Places | None = None
        self._values: frozenset[int] | None = None
        try:
            self.header: Final = read_header(self._fd)
        except (Doubt, OSError):
            self.close()
            raise
        self._width = 4 if self.header.compact else 8
        self._head = _COMPACT_DATA if self.header.compact else _DATA_OBJECT.size
        self._size = self.header.size
        self._last = self.header.entries - 1

    def __enter__(self) -> "JournalFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()

    # Fields and their values.

    def fields(self) -> Iterator[tuple[bytes, int]]:
        """Yields the name of each field, and where its newest value lies.

        Raises:
            Doubt: As everywhere here.
        """
        offset, size = self.header.field_table
        count = 0
        for (head,) in struct.iter_unpack("<Q8x", self._read(offset, size)):
            place, before = head, 0
            while place:
                # Colliding names are appended: what leads back would lead in circles.
                if place <= before:
                    raise Doubt("fields in a circle")
                found = self._object(place, _FIELD, _FIELD_OBJECT)
                _flags, length, _hash, following, newest = found
                yield self._read(place + _FIELD_OBJECT.size, length - _FIELD_OBJECT.size), newest
                place, before = following, place
                count += 1
        told = self.header.fields
        if told is not None and (count < told or (count > told and not self.header.online)):
            raise Doubt("fields that are not found")

    def _newest_of(self, field: bytes) -> int:
        """Returns where the newest value of a field lies; 0 if nobody uses it."""
        found = dict(self.fields())
        if field not in found:
            # A damaged name is none that is looked for; but its values tell.
            for name, newest in found.items():
                if newest and self._prefix(newest, len(name) + 1) not in (name + b"=", b""):
                    raise Doubt("a field of another name")
        return found.get(field, 0)

    def _prefix(self, place: int, count: int) -> bytes:
        """Returns the first bytes of a value with its field's name; nothing if it is packed."""
        flags, length, *_numbers = self._object(place, _DATA, _DATA_OBJECT)
        return b"" if flags & _PACKED else self._read(place + self._head, min(count, length))

    def values(self, field: bytes) -> Iterator[Stored]:
        """Yields the values of a field, the newest first.

        Raises:
            Doubt: As everywhere here.
        """
        place = self._newest_of(field)
        before = LARGEST
        while place:
            # A new value leads to those before it.
            if place >= before:
                raise Doubt("values in a circle")
            found = self._object(place, _DATA, _DATA_OBJECT)
            flags, length, _hash, _hashed, following, first, array, entries = found
            # What was written without its entry, because the machine went down, is no value.
            if entries or place in self._newest():
                text = None if flags & _PACKED else self._value(place, length, field)
                yield Stored(place, text, entries, first, array)
            place, before = following, place

    def _value(self, place: int, length: int, field: bytes) -> bytes | None:
        start = self._head
        if length - start > _LONGEST:
            return None
        name, equals, value = self._read(place + start, length - start).partition(b"=")
        if name != field or not equals:
            raise Doubt("a value of another field")
        return value

    # Lists of entries.

    def entries(self) -> Places:
        """Returns where all entries lie, ascending.

        Raises:
            Doubt: As everywhere here.
        """
        if self._all is None:
            self._all = self._listed(self.header.entry_array, self.header.entries)
            self._all = self._all[: self.header.entries]
        return self._all

    def entries_of(self, value: Stored) -> Places:
        """Returns where in `entries` those with a value stand, ascending.

        Raises:
            Doubt: As everywhere here.
        """
        places = np.empty(min(value.entries, 1), np.uint32)
        if value.entries:
            places[0] = self._checked(value.first) // UNIT
        if value.array or value.entries > 1:
            others = self._listed(value.array, value.entries - 1)
            places = np.concatenate((places, others))
        rows = self._rows(places)
        if value.place in self._newest() and (not len(rows) or rows[-1] < self._last):
            rows = np.append(rows, np.uint32(self._last))
        return rows

    def _newest(self) -> frozenset[int]:
        """Returns where the values of the last entry lie: a writer may be about to list it."""
        if self._values is None:
            known = self.header.online and self.header.entries > 0
            self._values = frozenset(self.items(int(self.entries()[-1])) if known else ())
        return self._values

    def _rows(self, places: Places) -> Places:
        if np.any(places[1:] <= places[:-1]):
            raise Doubt("entries out of order")
        every = self.entries()
        if not len(every):
            return every
        # What has come since the file was opened is not there yet.
        places = places[: int(places.searchsorted(every[-1], side="right"))]
        rows = every.searchsorted(places)
        if np.any(every[rows] != places):
            raise Doubt("an entry that the file does not list")
        return rows.astype(np.uint32)

    def _listed(self, place: int, count: int) -> Places:
        """Follows a chain of arrays; it may hold more than `count` by now if there is a writer."""
        parts: list[Places] = []
        got, before = 0, 0
        while place:
            if place <= before:
                raise Doubt("arrays in a circle")
            part, following = self._array(place, count)
            used = int(np.count_nonzero(part))
            if np.any(part[used:]) or (following and used < len(part)):
                raise Doubt("an array with a gap")
            parts.append(part[:used])
            got += used
            place, before = following, place
        if got < count or (got > count and not self.header.online):
            raise Doubt("a list of another length")
        found = np.concatenate(parts) if parts else np.empty(0, np.uint32)
        if np.any(found[1:] <= found[:-1]):
            raise Doubt("entries out of order")
        return found

    def _array(self, place: int, count: int) -> tuple[Places, int]:
        # In this order: once there is a following one, this one is full.
        _flags, length, following = self._object(place, _ARRAY, _ARRAY_OBJECT)
        room = length - _ARRAY_OBJECT.size
        # An array is at most twice as long as all before it; a writer may have added one since.
        if room % self._width or room // self._width > 8 * (count + 4):
            raise Doubt("an array of an impossible size")
        items = np.frombuffer(
            self._read(place + _ARRAY_OBJECT.size, room), "<u4" if self._width == 4 else "<u8"
        )
        if np.any(items % UNIT) or not self._has(int(items.max(initial=0)) + _ENTRY_SIZE):
            raise Doubt("an entry outside of the file")
        return (items // UNIT).astype(np.uint32), following

    # Entries.

    def heads(self, places: Places) -> Iterator[tuple[int, Heads]]:
        """Yields the heads of entries, as many at a time as lie near each other.

        Args:
            places: Where they lie, ascending.

        Yields:
            The number of the first of them within `places`, and the heads.

        Raises:
            Doubt: As everywhere here.
        """
        words = np.empty(_WINDOW // UNIT, np.dtype("<u8"))
        columns = np.arange(_WORDS, dtype=np.int64)
        done = 0
        while done < len(places):
            start = int(places[done])
            end = int(places.searchsorted(np.uint32(start + len(words) - _WORDS), side="right"))
            within = places[done:end].astype(np.int64) - start
            self._fill(words[: int(within[-1]) + _WORDS], start * UNIT)
            found = words[within[:, None] + columns]
            self._check(found)
            yield done, found
            done = end

    def _check(self, heads: Heads) -> None:
        item = 4 if self.header.compact else 16
        sizes = heads[:, 1]
        if (
            np.any(heads[:, 0] & np.uint64(0xFFFF) != _ENTRY)
            or np.any(sizes <= _ENTRY_SIZE)
            or not self._has(int(sizes.max()))
            or np.any((sizes - np.uint64(_ENTRY_SIZE)) % np.uint64(item))
            or np.any(heads[:, SEQNUM] == 0)
            or np.any(heads[:, TIME] - np.uint64(1) >= LATEST - 1)
            or np.any(heads[:, MONOTONIC] >= LATEST)
        ):
            raise Doubt("an entry that is none")

    def items(self, place: int) -> Sequence[int]:
        """Returns where the values of one entry lie, in bytes.

        Args:
            place: Where the entry lies, in units of 8 bytes.

        Raises:
            Doubt: As everywhere here.
        """
        offset = place * UNIT
        _flags, length = self._object(offset, _ENTRY, _OBJECT)
        if length > _WINDOW:
            raise Doubt("an entry with too many values")
        raw = self._read(offset + _ENTRY_SIZE, length - _ENTRY_SIZE)
        return [item for (item,) in struct.iter_unpack("<I" if self._width == 4 else "<Q8x", raw)]

    def says(self, row: int, field: bytes) -> bool:
        """Tells whether an entry has a field, by itself and not by any list.

        Raises:
            Doubt: As everywhere here.
        """
        begin = field + b"="
        items = self.items(int(self.entries()[row]))
        return any(self._prefix(item, len(begin)) == begin for item in items)

    # Bytes.

    def _object(self, place: int, kind: int, layout: struct.Struct) -> tuple[int, ...]:
        """Reads flags, length and what else stands in numbers at the beginning of an object."""
        found, *numbers = layout.unpack(self._read(self._checked(place), layout.size))
        length = numbers[1]
        if found != kind or length < layout.size or not self._has(place + length):
            raise Doubt("an object of another kind")
        if kind == _FIELD and length - layout.size > _LONGEST:
            raise Doubt("a name that is too long")
        return tuple(numbers)

    def _checked(self, place: int) -> int:
        if place % UNIT or place < self.header.start or not self._has(place + UNIT):
            raise Doubt("a place outside of the file")
        return place

    def _has(self, end: int) -> bool:
        """Whether the file goes on up to there: one that is written to grows."""
        if end > self._size and self.header.online:
            self._size = min(os.fstat(self._fd).st_size, LARGEST)
        return end <= self._size

    def _read(self, offset: int, count: int) -> bytes:
        if count < 0 or not self._has(offset + count):
            raise Doubt("a place outside of the file")
        found = os.pread(self._fd, count, offset)
        if len(found) < count:
            raise Doubt("the file became shorter")
        return found

    def _fill(self, words: npt.NDArray[np.uint64], offset: int) -> None:
        view = words.data.cast("B")
        if os.preadv(self._fd, [view], offset) < len(view):
            raise Doubt("the file became shorter")
