"""A log that this user may not read, read by the helper: with an administrator's password.

What the helper sends is written into a file without a name, in the folder for temporary files, that
belongs to this process alone. The child that reads logs opens it as `/proc/PID/fd/N`: the kernel
lets in who runs as the same user and may look into this process, and nobody else; no name stands
anywhere, and with this process it is gone. A descriptor passed on would need a second channel to
the child, and be lost with every child that is started anew. The file is written to as the log
is, so that it is followed as any other: after a rotation, and after a truncation, what comes next
goes on where it ended. What is compressed is unpacked on its way, whatever its name is; what was
rotated away before is asked for with the log, so that there is one prompt, and comes first. A
journal is written to in all places at once: it is read as it is now, and opened when all of it is
there; journalctl opens nothing without a name, so that it has one for as long as this process has
it open.
"""

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import IO, NamedTuple

from sysgui.system.elevation import MOST_TARGETS, Errand, Order, Piece, quoted
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .arriving import Arriving
from .file.rotated import older_files
from .journal.source import JOURNAL_FILE, PREFIX
from .text.unpack import DamagedError, is_named_packed


class Opened(NamedTuple):
    """A log that can be opened now.

    Attributes:
        path: The log's.
        source: The name by which it is opened.
        older: How many files that were rotated away from it come before it.
        left_out: How many do not: so many at once are not read.
    """

    path: str
    source: str
    older: int = 0
    left_out: int = 0


def order_for(path: str, older: Sequence[str] = ()) -> Order:
    """Returns what is asked of the helper; what is called compressed is not followed.

    Args:
        path: The log's.
        older: What was rotated away from it, the oldest first.
    """
    follows = not (is_named_packed(path) or _is_journal(path))
    targets = [_target(each) for each in (*older, path)]
    return Order("file-read", targets, {"follow": "yes"} if follows else {})


def _target(path: str) -> str:
    return "/".join(quoted(part) for part in os.fsencode(path).split(b"/"))


def _is_journal(path: str) -> bool:
    return path.endswith(JOURNAL_FILE)


class RootReading:
    """Reads one log after the other as root, each until it is cancelled; a probe for a poller.

    Args:
        host: The machine.
        opened: Called as soon as a log can be opened; in the thread that reads.
        spoilt: Called with a problem of what was rotated away; the rest is read all the same.
    """

    def __init__(
        self,
        host: Host,
        opened: Callable[[Opened], None],
        spoilt: Callable[[Problem], None] = lambda _problem: None,
    ) -> None:
        self._host = host
        self._opened = opened
        self._spoilt = spoilt
        self._errand: Errand | None = None
        self._file: IO[bytes] | None = None
        self._turn = self._over = 0
        self._closed = False
        self._lock = threading.Lock()

    def turn(self) -> int:
        """Returns the number of the next reading, which `cancel` ends also before it has begun."""
        self._turn += 1
        return self._turn

    def read(self, path: str = "", turn: int = 0, *, older: bool = False) -> None:
        """Asks for a password, and reads for as long as nobody cancels.

        Args:
            path: The log's.
            turn: Which reading it is, as `turn` says.
            older: Whether what was rotated away from it is wanted as its begin.

        Raises:
            Problem: As `Errand` says; `no-room`, `damaged`.
        """
        before = older_files(self._host, path) if older and not _is_journal(path) else []
        read = before[-(MOST_TARGETS - 1) :]
        order = order_for(path, read)
        with self._lock:
            # Before the other is let go of: it must not be opened by the same name.
            file = _file_for(path)
            self._drop()
            self._file = file
            self._errand = Errand(self._host, order)
            if turn <= self._over:
                self._errand.cancel()
        opened = Opened(path, _name_of(path, file), len(read), len(before) - len(read))
        arriving = Arriving(file, order.targets, follows="follow" in order.arguments)
        try:
            self._take_all(self._errand, arriving, opened)
        finally:
            with self._lock:
                self._errand = None
                if self._closed:
                    self._drop()

    def _take_all(self, errand: Errand, arriving: Arriving, opened: Opened) -> None:
        is_whole = _is_journal(opened.path)  # It is opened when all of it is there.
        is_told = False
        try:
            with closing(errand.stream()) as frames:
                for frame in frames:
                    if not isinstance(frame, Piece):
                        continue
                    if not (is_told or is_whole):
                        is_told = True
                        self._opened(opened)
                    arriving.take(frame.facts)
                    for problem in arriving.spoilt():
                        self._spoilt(problem)
                    if arriving.is_over:
                        errand.cancel()
                        break
            arriving.end()
        except DamagedError as error:
            errand.cancel()
            raise Problem("damaged", str(error)) from error
        if is_whole:
            self._opened(opened)

    def cancel(self) -> None:
        """Ends the reading; what came stays. Callable from any thread."""
        with self._lock:
            self._over = self._turn
            errand = self._errand
        if errand is not None:
            errand.cancel()

    def close(self) -> None:
        """Ends the reading, and lets go of what came."""
        self.cancel()
        with self._lock:
            self._closed = True
            if self._errand is None:
                self._drop()

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _file_for(path: str) -> IO[bytes]:
    if _is_journal(path):
        return tempfile.NamedTemporaryFile(prefix="sysgui-log-", suffix=JOURNAL_FILE, buffering=0)
    return tempfile.TemporaryFile(prefix="sysgui-log-", buffering=0)


def _name_of(path: str, file: IO[bytes]) -> str:
    """Returns the name by which what came is opened."""
    return (
        f"{PREFIX}{file.name}" if _is_journal(path) else f"/proc/{os.getpid()}/fd/{file.fileno()}"
    )
