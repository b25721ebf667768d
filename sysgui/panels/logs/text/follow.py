"""A log that is written to, and rotated, while it is read: nothing is lost, nothing comes twice.

It may be compressed, whatever its name says, and what was rotated away before may come before it.

What was read stays where it is: the file that was rotated away is kept open, and what is written to
it still is read; the one that has its name now comes after it, and what was rotated away unseen in
between. A file that was copied and cut (copytruncate) is looked for under the names that rotation
gives, and read from the copy on.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence

from sysgui.panels.logs.file.regular import open_file
from sysgui.panels.logs.permission import not_permitted
from sysgui.system.host import Host
from sysgui.system.problem import unreadable

from .beside import Beside, bytes_of, same
from .blocks import BLOCK, Text, buffer_of
from .fingerprint import Fingerprint
from .joined import Joined
from .recode import PLAIN, Recoded, kind_of_file
from .unpack import THREADS, Copying, Unpacking, go_on_at_once, packing_of_file

# So many files are kept open; then the oldest is forgotten.
MOST_PARTS = 256

# So often it is looked what lies beside the file, as long as that changes meanwhile.
TURNS = 20

# So long is copied, each time it is looked at, of what has come to a file that is read as a copy.
A_LITTLE = 0.03


class Followed:
    """A file by its name, and what has had that name since it was opened.

    Args:
        host: The machine.
        path: The file's.
        older: What was rotated away before, the oldest first.
        block: The size of a block, in bytes.

    Attributes:
        text: All of it, as one text. Whatever becomes of a file, what was read of it stays the
            same part of the text.
        epoch: Counts how often what was known has been lost: cut without a copy.
        cuts: Counts how often a file was cut. What was read of it since the last look before may
            be anything.

    Raises:
        Problem: `unreadable`, `not-permitted`, `not-a-file`.
    """

    def __init__(
        self, host: Host, path: str, older: Sequence[str] = (), block: int = BLOCK
    ) -> None:
        self._host = host
        self._path = path
        self._block = block
        self._buffer = buffer_of(block)
        self._beside = Beside(host, path)
        self._unpackings: list[Unpacking] = []
        # Whether the last part is: what is compressed is not written to any more.
        self._is_packed = False
        self.epoch = self.cuts = 0
        self.text = Joined([self._open(each) for each in (*older, path)])
        self._known = Fingerprint(self.text.parts[-1].as_written())
        # What was written to since then, in nanoseconds, need not be known yet.
        self._since = self._known.written

    @property
    def unpacked(self) -> bool:
        """Whether nothing is left to be unpacked, or copied into UTF-8."""
        return all(copy.finished for copy in self._copies)

    @property
    def only(self) -> Text | None:
        """The file, if nothing else is read, and it is read as it is."""
        part, *others = self.text.parts
        return None if others or self._copies else part

    @property
    def _copies(self) -> list[Unpacking | Recoded]:
        return [*self._unpackings, *self._recoded()]

    def _recoded(self) -> Iterator[Recoded]:
        return (part for part in self.text.parts if isinstance(part, Recoded))

    @property
    def encoding(self) -> str:
        """In which encoding it is; "" if in UTF-8, or in nothing that is known."""
        encodings = (part.kind.encoding for part in self._recoded())
        return next(filter(None, encodings), "")

    @property
    def written(self) -> int:
        """When the file was last written to, in microseconds since 1970."""
        named = self.text.parts[-1].identity()
        if self._is_packed:
            # If it went: what was unpacked of it is as old as when it was opened.
            with contextlib.suppress(OSError):
                named = self._host.stat(self._path)
        return named.st_mtime_ns // 1000

    @property
    def trouble(self) -> str:
        """Why not all could be unpacked, or copied; "" if nothing is wrong."""
        return next(filter(None, (each.trouble for each in self._copies)), "")

    @property
    def packed(self) -> list[Copying]:
        """What is left to be unpacked, or copied, the oldest first."""
        return [each for each in self._copies if not each.finished]

    def unpack(self, seconds: float) -> None:
        """Unpacks, or copies, more of what cannot be read as it is, for about `seconds`.

        Raises:
            OSError: As pread(2) says.
        """
        go_on_at_once(self.packed[:THREADS], seconds)

    def unpack_all(self) -> None:
        """Unpacks, or copies, all that cannot be read as it is.

        Raises:
            OSError: As fstat(2) and pread(2) say.
        """
        while not self.unpacked:
            self.unpack(float("inf"))
        self.refresh()

    def refresh(self) -> int | None:
        """Looks what has become of the file.

        Returns:
            The first block that has changed; None if nothing has.

        Raises:
            OSError: As fstat(2) and pread(2) say.
            Problem: If another file has the name now, and cannot be read.
        """
        parts = self.text.parts
        changed: list[int] = []
        for part in self._recoded():
            part.go_on(A_LITTLE)
        if not self.is_intact():
            changed.append(self._replace_by_copy())
        changed.append(self._grown_last())
        if not self._is_packed and self._was_replaced(parts[-1]):
            changed.append(self._take_the_new())
            while len(parts) > MOST_PARTS:
                parts.pop(0).close()
                self._lose()
                changed.append(0)
        # Also what was rotated away is written to until its writer opens the new one. It is looked
        # at last: so what came before some line is seen with it.
        self.text.measure()
        changed += [self._grown(place) for place in range(len(parts) - 1)]
        changed = [block for block in changed if block >= 0]
        if not changed:
            return None
        self.text.measure()
        return min(changed)

    def is_intact(self) -> bool:
        """Tells whether what is known of the file still is there: it was not cut since.

        Raises:
            OSError: As fstat(2) and pread(2) say.
        """
        return self._known.is_of(self.text.parts[-1].as_written())

    def _open(self, path: str) -> Text:
        try:
            return self._unpacked(open_file(self._host, path))
        except PermissionError as error:
            log = self._path if path != self._path else ""
            raise not_permitted(self._host, path, log) from error
        except OSError as error:
            raise unreadable(path, error) from error

    def _unpacked(self, fd: int) -> Text:
        """Returns what comes last for now, unpacked if it is packed."""
        packing = packing_of_file(fd)
        self._is_packed = packing is not None
        if packing is None:
            return self._text(fd)
        unpacking = Unpacking(fd, packing)
        self._unpackings.append(unpacking)
        # Its first lines tell how it is written.
        unpacking.go_on(0.0)
        return self._text(unpacking.descriptor())

    def _text(self, fd: int) -> Text:
        kind = kind_of_file(fd)
        if kind == PLAIN:
            return Text(fd, os.fstat(fd).st_size, self._block, self._buffer)
        recoded = Recoded(fd, kind, self._block, self._buffer)
        recoded.go_on(0.0)
        recoded.size = recoded.available()
        return recoded

    # What becomes of files. Each returns the first block that changes, or -1.

    def _grown(self, place: int) -> int:
        """Has a part be as long as its file is."""
        part = self.text.parts[place]
        size = part.available()
        if size <= part.size:
            return -1
        first = self.text.first_block_of(place) + part.block_of(part.line_start(part.size))
        part.size = size
        return first

    def _grown_last(self) -> int:
        """Has the last part be as long as its file is, unless that is cut just then."""
        self.text.measure()
        part, before = self.text.parts[-1], self.text.parts[-1].size
        if not before and not isinstance(part, Recoded):
            return self._begun(part)
        first = self._grown(len(self.text.parts) - 1)
        if first >= 0:
            known = Fingerprint(part.as_written())
            if not self._known.fits(part.as_written()):
                part.size = before
                return -1
            self._known = known
        return first

    def _begun(self, part: Text) -> int:
        """Has the last part begin, and what was rotated away unseen come before it."""
        parts = self.text.parts
        for _turn in range(TURNS):
            state, new = self._beside.state(), bytes_of(part.duplicate())
            if not new.size:
                return -1
            known = Fingerprint(new)
            with contextlib.suppress(FileNotFoundError):
                between = self._beside.between(new, parts, self._since)
                if state == self._beside.state() and known.fits(new):
                    # What is unpacked may have had nothing so far.
                    open_as = self._text if self._is_packed else self._unpacked
                    begun = open_as(part.duplicate())
                    self._known = Fingerprint(begun.as_written())
                    parts[-1:] = [*(self._text(text.duplicate()) for text in between), begun]
                    part.close()
                    return self.text.first_block_of(len(parts) - 1 - len(between))
        return -1

    def _take_the_new(self) -> int:
        """Reads the file that has the name now."""
        try:
            new = bytes_of(open_file(self._host, self._path))
        except FileNotFoundError:
            return -1  # It is being rotated again.
        except OSError as error:
            raise unreadable(self._path, error) from error
        old = self.text.parts[-1]
        about = old.identity()
        if about.st_nlink == 0 and old.size and self._known.fits(new):
            # Written anew under the same name, as editors do: it is all there again.
            old.read_from(new)
        else:
            self._since = about.st_mtime_ns if old.size else self._since
            self._add(new.duplicate())
        return self._grown_last()

    def _replace_by_copy(self) -> int:
        """Reads the known part of a file that was cut from its copy."""
        parts = self.text.parts
        part, place = parts[-1], len(parts) - 1
        for _turn in range(TURNS):
            state = self._beside.state()
            with contextlib.suppress(FileNotFoundError):
                copy, written = self._beside.copy(self._known)
                if copy is not None or state == self._beside.state():
                    break
        else:
            return -1
        self.cuts += 1
        self._since = part.identity().st_mtime_ns if copy is None else written
        self._add(part.duplicate())
        if copy is None:
            parts.pop(place).close()
            self._lose()
            return 0
        part.read_from(copy)
        first = self._grown(place)
        return first if first >= 0 else self.text.first_block_of(place) + len(part)

    def _add(self, fd: int) -> None:
        """Has another part come last; what it has by now is read as it grows."""
        new = Text(fd, 0, self._block, self._buffer)
        self.text.parts.append(new)
        self._known = Fingerprint(new)

    def _was_replaced(self, part: Text) -> bool:
        try:
            named = self._host.stat(self._path)
        except OSError:
            return False  # Nobody has made the new one yet.
        return same(named) != same(part.identity())

    def _lose(self) -> None:
        """Notes that places in the text mean other lines now."""
        self.epoch += 1
