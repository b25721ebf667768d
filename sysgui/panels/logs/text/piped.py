"""What comes through a pipe, as a text that grows: read as it comes, and forgotten when it can be.

It is held in a file without a name: in memory, and no more than some megabytes of it, as long as
nobody needs to look back; in the folder for temporary files, and all of it, where the time of a
line is asked for, which the lines around it may tell.

What is compressed is unpacked; what is UTF-16 becomes UTF-8; all else is read as it is, colours and
bytes of other encodings too.
"""

import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator

from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .blocks import BLOCK, Text
from .joined import Joined
from .recode import PLAIN, Recoder, kind_of
from .unpack import PIECE as PACKED_PIECE
from .unpack import DamagedError, Unpacker, packing_of

# So much is read before it is looked at, while there is more; and kept in memory, in bytes.
PIECE = 1 << 20
KEPT = 16 << 20


class Piped:
    """What comes through a descriptor.

    Args:
        descriptor: Of a pipe, or of anything that can be read to its end.
        now: Tells the time, in seconds since 1970.

    Attributes:
        text: What came, but for what was forgotten.
        epoch: 0: what came does not change.
        forgotten: How many bytes were.
        ended: Whether all has come, or no more can be unpacked.
        trouble: Why not all could be unpacked; "" if nothing is wrong.
    """

    epoch = 0

    def __init__(self, descriptor: int, now: Callable[[], float]) -> None:
        self._descriptor = descriptor
        self._now = now
        self._kept = -1
        self._unpacker: Unpacker | None = None
        # What the last piece holds, as far as it was not taken.
        self._left: Iterator[bytes] | None = None
        self._recoder: Recoder | None = None
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self.text = Joined([_in_memory(b"")])
        self.forgotten = 0
        self.ended = self._begun = False
        self.trouble = ""

    @property
    def written(self) -> int:
        """When the last of it came, in microseconds since 1970: just now."""
        return int(self._now() * 1e6)

    @property
    def ready(self) -> bool:
        """Whether there is more to be read at once."""
        return self._left is not None or (not self.ended and bool(self._poll.poll(0)))

    def wait(self) -> None:
        """Waits until more has come, or all has.

        Raises:
            BrokenPipeError: Nobody reads any more what is printed.
        """
        both = select.poll()
        both.register(self._descriptor, select.POLLIN)
        both.register(sys.stdout.fileno(), 0)
        if not any(ready == self._descriptor for ready, _events in both.poll()):
            raise BrokenPipeError

    def refresh(self) -> int | None:
        """Takes what has come; returns the first block that has changed, None if none has.

        Raises:
            OSError: As read(2) says.
            Problem: `no-room`.
        """
        part = self.text.parts[0]
        size = part.size
        while self.ready and part.size - size < PIECE:
            if self._left is None:
                self._left = self._unpacked(self._next())
            # What is packed may be many thousand times as long: not all is taken at once.
            plain = next(self._left, None)
            if plain is None:
                self._left = None
            else:
                self._take(part, plain)
        if part.size == size:
            return None
        self.text.measure()
        return part.block_of(part.line_start(size))

    def _next(self) -> bytes:
        """Returns the next piece, as it came; an empty one at the end."""
        is_plain = self._begun and self._unpacker is None
        data = os.read(self._descriptor, PIECE if is_plain else PACKED_PIECE)
        self.ended = not data
        if not self._begun:
            self._begun = True
            packing = packing_of(data)
            self._unpacker = Unpacker(packing) if packing is not None else None
        return data

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        """Yields what the next piece holds."""
        if self._unpacker is None:
            yield data
            return
        try:
            if data:
                yield from self._unpacker.unpack(data)
            else:
                self._unpacker.end()
        except DamagedError as error:
            self.ended, self.trouble = True, str(error)

    def _take(self, part: Text, data: bytes) -> None:
        if not data:
            return  # So far a compressed stream may have told nothing of what it holds.
        if self._recoder is None:
            kind = kind_of(data)
            self._recoder = Recoder(kind if kind.is_wide else PLAIN)
        _append(part, self._recoder.recode(data))

    def is_intact(self) -> bool:
        """Tells that what came stays as it is."""
        return True

    def keep_all(self) -> None:
        """Keeps all that comes from now on, on the disk.

        Raises:
            Problem: `no-room`.
        """
        self._kept = 0
        with tempfile.TemporaryFile(prefix="sysgui-log-") as file:
            self._go_on_in(Text(os.dup(file.fileno()), 0), 0)

    def forget(self) -> int:
        """Forgets the lines that were looked at, if it is time to; returns how many bytes went."""
        part = self.text.parts[0]
        if self._kept >= 0 or part.size < KEPT:
            return 0
        gone = part.line_start(part.size)
        if gone:
            self._go_on_in(_in_memory(b""), gone)
            self.forgotten += gone
        return gone

    def _go_on_in(self, text: Text, begin: int) -> None:
        old = self.text.parts[0]
        for offset in range(begin, old.size, BLOCK):
            _append(text, old.read(offset, BLOCK))
        self.text.parts[0] = text
        old.close()
        self.text.measure()


def _in_memory(data: bytes) -> Text:
    text = Text(os.memfd_create("sysgui-log"), 0)
    _append(text, data)
    return text


def _append(text: Text, data: bytes) -> None:
    try:
        text.append(data)
    except OSError as error:
        raise Problem(
            "no-room",
            _("What comes cannot be kept: {error}.").format(error=error.strerror),
            _("TMPDIR names another folder; a query without a time keeps next to nothing."),
        ) from error
