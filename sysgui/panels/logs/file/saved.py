"""What is known of a large log, saved for when it is opened again.

Saved are the numbers of lines and levels of each block, and how many lines were written when: all
that one pass over the log tells, for whoever asks nothing particular. It counts for the file of the
same device and inode only if that begins with the same bytes, and if the block before the last that
is known is the same; and if it has not grown, only if it was not written to. What came behind that
is counted anew, as is what the last blocks hold: they may change as a log grows.
"""

import hashlib
import os
from collections.abc import Mapping

import msgspec
import numpy as np

from sysgui.panels.logs.formats.form import SINCE_BOOT
from sysgui.panels.logs.text.blocks import BLOCK, Text
from sysgui.panels.logs.text.counts import Counts, Numbers
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.timeline import Kept
from sysgui.system.cache import Cache, cache_directory
from sysgui.system.host import Host

from .relief import Relief
from .understood import Understood

# Of another form is what another version has saved.
VERSION = 5

# So many blocks are looked through quickly: it is not worth it. It is saved again after as many.
LARGE = 32

# So many logs are remembered, in so many bytes: an index takes 20 bytes for each mebibyte of log,
# and 256 more for each of the first gibibyte.
MOST, LARGEST = 64, 64 << 20


class Index(msgspec.Struct, frozen=True):
    """What is saved.

    Attributes:
        version: `VERSION`.
        about: What tells what else it depends on: the form of the lines, the zone, the rules.
        size: Of the file, in bytes, when it was saved.
        written: When it was last written to, in nanoseconds since 1970.
        ends: What tells that the file is the same, as far as it is known.
        blocks: So many are known.
        counts: By what is counted, the numbers of these blocks.
        times: How many lines were written when: the width, the keys, the counts.
        relief: Where in the first of them lines of which level are.
    """

    version: int
    about: bytes
    size: int
    written: int
    ends: bytes
    blocks: int
    counts: dict[str, bytes]
    times: tuple[int, bytes, bytes]
    relief: bytes


class SavedIndex:
    """The saved index of a log.

    Args:
        host: The machine; nothing is saved of a recorded one.
        followed: The log.
        understood: What is understood of it.

    Attributes:
        blocks: Of so many blocks it knows.
    """

    def __init__(self, host: Host, followed: Followed, understood: Understood) -> None:
        self._host, self._followed = host, followed
        self._understood = understood
        self._cache = Cache(cache_directory() / "logs", MOST, LARGEST)
        self._index = self._loaded()
        self.blocks = self._index.blocks if self._index else 0

    def counts(self, name: str) -> Numbers:
        """Returns the numbers of the known blocks, shape (blocks,)."""
        return _numbers(self._index.counts[name]) if self._index else np.zeros(0, np.int64)

    @property
    def times(self) -> Kept | None:
        """When the lines of the known blocks were written; None if nothing is known."""
        if self._index is None:
            return None
        width, keys, counts = self._index.times
        return Kept(self.blocks, width, np.frombuffer(keys, "<i8"), np.frombuffer(counts, "<i8"))

    @property
    def relief(self) -> bytes:
        """Where in the first known blocks lines of which level are."""
        return self._index.relief if self._index else b""

    def forget(self) -> None:
        """Takes note that the log has become another."""
        self._index, self.blocks = None, 0

    def save(self, counts: Mapping[str, Counts], times: Kept, relief: Relief) -> None:
        """Saves what is known of all of the log, if that is worth it.

        Args:
            counts: By what is counted; lines, and levels.
            times: When the lines of the first blocks were written.
            relief: Where lines of which level are.

        Raises:
            OSError: As fstat(2) and pread(2) say.
        """
        blocks, text = times.blocks, self._text()
        if text is None or blocks < self.blocks + LARGE:
            return
        about = text.identity()
        index = Index(
            version=VERSION,
            about=self._about(),
            size=text.size,
            written=about.st_mtime_ns if about.st_size == text.size else 0,
            ends=_ends_of(text, blocks),
            blocks=blocks,
            counts={
                name: number.numbers[:blocks].astype("<i4").tobytes()
                for name, number in counts.items()
            },
            times=(
                times.width,
                times.keys.astype("<i8").tobytes(),
                times.counts.astype("<i8").tobytes(),
            ),
            relief=relief.kept(blocks),
        )
        # What was read may be another file's if this one has been cut meanwhile.
        if self._followed.is_intact():
            self._cache.put(_name_of(about), msgspec.msgpack.encode(index))
            self._index, self.blocks = index, blocks

    def _text(self) -> Text | None:
        """Returns the file, if it is one of which anything is saved."""
        # The times since a start are others after the next.
        can = self._host.live and self._understood.form.written != SINCE_BOOT
        text = self._followed.only if can else None
        return text if text is not None and len(text) >= LARGE else None

    def _loaded(self) -> Index | None:
        text = self._text()
        if text is None:
            return None
        about = text.identity()
        data = self._cache.get(_name_of(about))
        try:
            index = msgspec.msgpack.decode(data or b"", type=Index)
        except msgspec.DecodeError:
            return None
        if (index.version, index.about) != (VERSION, self._about()) or index.size > text.size:
            return None
        if index.size == text.size and index.written != about.st_mtime_ns:
            return None
        return index if index.ends == _ends_of(text, index.blocks) else None

    def _about(self) -> bytes:
        digest = hashlib.blake2b(digest_size=16)
        form, patterns = self._understood.form, list(self._understood.rules.patterns())
        digest.update(repr((form, patterns, os.environ.get("TZ", ""))).encode())
        try:
            digest.update(self._host.read("/etc/localtime"))
        except OSError:
            digest.update(b"UTC")
        return digest.digest()


def _numbers(data: bytes) -> Numbers:
    return np.frombuffer(data, "<i4").astype(np.int64)


def _name_of(about: os.stat_result) -> str:
    return f"{about.st_dev:x}-{about.st_ino:x}"


def _ends_of(text: Text, blocks: int) -> bytes:
    """Returns what is the same as long as the first and the last of some blocks are."""
    digest = hashlib.blake2b(digest_size=32)
    for block in (0, blocks - 1):
        digest.update(text.read(block * BLOCK, BLOCK))
    return digest.digest()
