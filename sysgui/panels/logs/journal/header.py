"""The beginning of a file of the journal: what kind it is, and where in it things are."""

import os
import struct

import msgspec

MAGIC = b"LPKSHHRH"
# Signature, flags, state, four ids, then numbers up to the monotonic time of the last entry. Of
# what came into the format later, only the number of fields is needed.
_LAYOUT = struct.Struct("<8sIIB7x16s16s16s16s15Q")
_FIELDS, _WITH_ARRAYS = 216, 232

_COMPACT = 1 << 4
_KNOWN = (1 << 5) - 1
_SEALED = 1 << 0
_OFFLINE, _ONLINE, _ARCHIVED = range(3)

# Objects begin at multiples of it. In such units all places fit into 32 bits, with room to add.
UNIT = 8
LARGEST = UNIT << 31

# Times are earlier, as systemd has it, in microseconds since 1970: than the year 3111.
LATEST = 1 << 55

# An entry is never smaller, nor is the table of fields, which systemd gives 5 KiB, ever so large.
_ENTRY = 64
_LARGEST_TABLE = 4 << 20


class Doubt(Exception):
    """A file of the journal that is not understood; journalctl may do better."""


class Header(msgspec.Struct, frozen=True):
    """What a file says of itself.

    Attributes:
        compact: Whether places within it take 32 bits.
        online: Whether it is being written to, or was when the machine went down.
        file_id: Its name; a copy has the same.
        seqnum_id: What its entries are counted with.
        start: Where its first object may begin, in bytes.
        size: As much of it is in use, in bytes.
        field_table: Where its table of fields begins and how long it is, in bytes.
        fields: How many fields it has; None if it does not say.
        entries: How many it has.
        entry_array: Where the list of them begins.
        first: The time of the first entry, in microseconds since 1970.
        last: The time of the last entry.
    """

    compact: bool
    online: bool
    file_id: bytes
    seqnum_id: bytes
    start: int
    size: int
    field_table: tuple[int, int]
    fields: int | None
    entries: int
    entry_array: int
    first: int
    last: int


def read_header(fd: int) -> Header:
    """Reads it, and checks all that journalctl checks before it opens a file.

    Raises:
        Doubt: It is none, damaged, or of a kind that is not known.
        OSError: As pread(2) says.
    """
    raw = os.pread(fd, _FIELDS + UNIT, 0)
    if len(raw) < _FIELDS + UNIT or not raw.startswith(MAGIC):
        raise Doubt("no file of the journal")
    _magic, compatible, flags, state, file_id, _machine, _boot, seqnum_id, *numbers = (
        _LAYOUT.unpack_from(raw)
    )
    length, arena, data, data_size, field, field_size, tail, _objects, entries = numbers[:9]
    _tail_seqnum, _head_seqnum, array, first, last, _monotonic = numbers[9:]
    size = length + arena
    if flags & ~_KNOWN:
        raise Doubt("a kind of file that is not known")
    least = _WITH_ARRAYS if compatible & _SEALED else _LAYOUT.size
    if state > _ARCHIVED or length < least or length % UNIT or entries > size // _ENTRY:
        raise Doubt("a damaged header")
    if size > min(os.fstat(fd).st_size, LARGEST) or tail > size:
        raise Doubt("a file that is cut off, or too large")
    if max(first, last) >= LATEST:
        raise Doubt("a time that is none")
    _check_table(data, data_size, (length, size))
    _check_table(field, field_size, (length, min(size, field + _LARGEST_TABLE)))
    return Header(
        compact=bool(flags & _COMPACT),
        online=state == _ONLINE,
        file_id=file_id,
        seqnum_id=seqnum_id,
        start=length,
        size=size,
        field_table=(field, field_size),
        fields=struct.unpack_from("<Q", raw, _FIELDS)[0] if length >= _FIELDS + UNIT else None,
        entries=entries,
        entry_array=array,
        first=first,
        last=last,
    )


def _check_table(place: int, length: int, within: tuple[int, int]) -> None:
    start, end = within
    if place < start or place % UNIT or length % 16 or not 0 < length <= end - place:
        raise Doubt("a damaged table")
