"""Compressed logs: unpacked into a file without a name, which is read while it grows.

What is compressed is told by how it begins, and not by its name: a rotation, or a copy, gives any.

The file is in the folder for temporary files, belongs to this process alone, and is gone with it,
however it ends. What is damaged is read as far as it goes.
"""

import bz2
import lzma
import os
import re
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol

import zstandard

from sysgui.system.i18n import _

# So much of the packed file is read in one go, in bytes.
PIECE = 1 << 16

# Of bzip2 and xz so much is handed out in one go: made for that, 40 bytes of bzip2 hold 45 MB.
_MOST = 1 << 22

# Of zstd, which knows no such limit, so much is unpacked in one go; four bytes may hold 128 KiB. A
# byte of gzip holds no more than a thousand.
_OF_ZSTD = 1 << 10


class Decompressor(Protocol):
    """Unpacks one stream."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the stream."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """Returns what some more of the packed data holds."""
        ...


class Packing(NamedTuple):
    """How data is packed.

    Attributes:
        make: Makes what unpacks one stream.
        at_once: So much is unpacked in one go, in bytes.
    """

    make: Callable[[], Decompressor]
    at_once: int = PIECE


# What packed data begins with, and what unpacks it: RFC 1952, bzip2's first block or the end that
# an empty file has, the .xz file format, and RFC 8878 with its frames to be skipped, as pzstd
# writes them.
_PACKINGS: Sequence[tuple[re.Pattern[bytes], Packing]] = (
    (re.compile(rb"\x1f\x8b\x08"), Packing(lambda: zlib.decompressobj(wbits=31))),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), Packing(bz2.BZ2Decompressor)),
    (re.compile(rb"\xfd7zXZ\0"), Packing(lzma.LZMADecompressor)),
    (
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        Packing(lambda: zstandard.ZstdDecompressor().decompressobj(), _OF_ZSTD),
    ),
)

# So many bytes tell.
_HEAD = 10

# The ends of names that say so.
_ENDINGS = (".gz", ".bz2", ".xz", ".zst")

# What the libraries raise for data that is damaged.
_DAMAGE = (zlib.error, OSError, EOFError, lzma.LZMAError, zstandard.ZstdError)


class DamagedError(Exception):
    """Something packed cannot be unpacked; the message says so, translated."""


# So many files are unpacked at once: the libraries do that without the interpreter's lock.
THREADS = min(4, len(os.sched_getaffinity(0)))


class Copying(Protocol):
    """What is copied bit by bit into what can be read."""

    @property
    def finished(self) -> bool:
        """Whether it has come to the end, or can go no further."""
        ...

    def go_on(self, seconds: float) -> None:
        """Copies more of it, for about `seconds`."""
        ...


def go_on_at_once(copies: Sequence[Copying], seconds: float) -> None:
    """Goes on with several, each in a thread of its own, for about `seconds`.

    Raises:
        OSError: As one of them says.
    """
    if len(copies) == 1:
        copies[0].go_on(seconds)
    elif copies:
        with ThreadPoolExecutor(len(copies), "unpack") as pool:
            for done in [pool.submit(copy.go_on, seconds) for copy in copies]:
                done.result()


def is_named_packed(path: str) -> bool:
    """Tells whether the name of a file says that it is compressed, which need not be true."""
    return path.endswith(_ENDINGS)


def packing_of(data: bytes) -> Packing | None:
    """Returns what unpacks data that begins so; None if it is not compressed."""
    return next((packing for magic, packing in _PACKINGS if magic.match(data)), None)


def packing_of_file(descriptor: int) -> Packing | None:
    """Returns what unpacks an open file; None if it is not compressed.

    Raises:
        OSError: As pread(2) says.
    """
    return packing_of(os.pread(descriptor, _HEAD, 0))


class Unpacker:
    """Unpacks what comes, piece by piece.

    Args:
        packing: How it is packed.
    """

    def __init__(self, packing: Packing) -> None:
        self._packing = packing
        self._stream = packing.make()
        self._begun = False

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Yields what the next piece holds, some at a time; all of it is to be taken.

        Raises:
            DamagedError: The rest cannot be unpacked.
        """
        step = self._packing.at_once
        for at in range(0, len(data), step):
            yield from self._unpacked(data[at : at + step])

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                # Several streams, one after another, are one file; what pads the end is none.
                if not data.strip(b"\0"):
                    return
                self._stream = self._packing.make()
            self._begun = True
            try:
                yield from _held(self._stream, data)
            except _DAMAGE as error:
                raise DamagedError(_not_all(str(error))) from error
            data = self._stream.unused_data if self._stream.eof else b""

    def end(self) -> None:
        """Takes note that nothing comes any more.

        Raises:
            DamagedError: Something is missing.
        """
        if self._begun and not self._stream.eof:
            raise DamagedError(_not_all(_("it ends too early")))


def _held(stream: Decompressor, data: bytes) -> Iterator[bytes]:
    """Yields what some more of a stream holds."""
    if not isinstance(stream, bz2.BZ2Decompressor | lzma.LZMADecompressor):
        yield stream.decompress(data)
        return
    yield stream.decompress(data, _MOST)
    while not (stream.eof or stream.needs_input):
        yield stream.decompress(b"", _MOST)


def _not_all(why: str) -> str:
    return _("Not all of it could be unpacked: {error}.").format(error=why)


class Unpacking:
    """Unpacks a file bit by bit.

    Args:
        descriptor: Of the packed file, which is closed with it.
        packing: How it is packed.

    Attributes:
        finished: Whether it has come to the end, or can go no further.
        trouble: Why not all of it could be unpacked; "" if nothing is wrong.

    Raises:
        OSError: As open(2) says of the folder for temporary files.
    """

    def __init__(self, descriptor: int, packing: Packing) -> None:
        self._unpacker = Unpacker(packing)
        self._packed = os.fdopen(descriptor, "rb", buffering=0)
        self._pieces: Iterator[bytes] = iter(())
        self._out = tempfile.TemporaryFile(prefix="sysgui-log-", buffering=0)  # noqa: SIM115
        self.finished = False
        self.trouble = ""

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of both files; whoever has a duplicate of the descriptor goes on reading."""
        for name in ("_packed", "_out"):
            file = getattr(self, name, None)
            if file is not None:
                file.close()

    def descriptor(self) -> int:
        """Returns a descriptor of what is unpacked, which the caller closes."""
        return os.dup(self._out.fileno())

    def go_on(self, seconds: float) -> None:
        """Unpacks more of it, for about `seconds`."""
        until = time.monotonic() + seconds
        while not self.finished:
            try:
                self._step()
            except OSError as error:
                self._give_up(_not_all(error.strerror or str(error)))
            except DamagedError as error:
                self._give_up(str(error))
            if time.monotonic() >= until:
                return

    def _step(self) -> None:
        piece = next(self._pieces, None)
        if piece is not None:
            self._write(piece)
        elif data := self._packed.read(PIECE):
            self._pieces = self._unpacker.unpack(data)
        else:
            self._unpacker.end()
            self.finished = True

    def _write(self, data: bytes) -> None:
        place = 0
        while place < len(data):
            place += self._out.write(data[place:])

    def _give_up(self, why: str) -> None:
        self.finished = True
        self.trouble = why
