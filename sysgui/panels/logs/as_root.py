"""A log that this user may not read, read by the helper: with an administrator's password.

What the helper sends is written into a file without a name, in the folder for temporary files, that
belongs to this process alone. The child that reads logs opens it as `/proc/PID/fd/N`: the kernel
lets in who runs as the same user and may look into this process, and nobody else; no name stands
anywhere, and with this process it is gone. A descriptor passed on would need a second channel to
the child, and be lost with every child that is started anew. The file is written to as the log
is, so that it is followed as any other: after a rotation, and after a truncation, what comes next
goes on where it ended. What is compressed is unpacked on its way, whatever its name is. A journal
is written to in all places at once: it is read as it is now, and opened when all of it is there;
journalctl opens nothing without a name, so that it has one for as long as this process has it open.
"""

import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from typing import IO

from sysgui.system.elevation import Errand, Order, Piece, quoted
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .journal.source import JOURNAL_FILE, PREFIX
from .text.unpack import DamagedError, Unpacker, is_named_packed, packing_of


def order_for(path: str) -> Order:
    """Returns what is asked of the helper; what is called compressed is not followed."""
    target = "/".join(quoted(part) for part in os.fsencode(path).split(b"/"))
    follows = not (is_named_packed(path) or _is_journal(path))
    return Order("file-read", [target], {"follow": "yes"} if follows else {})


def _is_journal(path: str) -> bool:
    return path.endswith(JOURNAL_FILE)


class RootReading:
    """Reads one log after the other as root, each until it is cancelled; a probe for a poller.

    Args:
        host: The machine.
        opened: Called with a path, and the name by which that log can be opened, as soon as it is
            there; in the thread that reads.
    """

    def __init__(self, host: Host, opened: Callable[[str, str], None]) -> None:
        self._host = host
        self._opened = opened
        self._errand: Errand | None = None
        self._file: IO[bytes] | None = None
        self._turn = self._over = 0
        self._closed = False
        self._lock = threading.Lock()

    def turn(self) -> int:
        """Returns the number of the next reading, which `cancel` ends also before it has begun."""
        self._turn += 1
        return self._turn

    def read(self, path: str = "", turn: int = 0) -> None:
        """Asks for a password, and reads for as long as nobody cancels.

        Args:
            path: The log's.
            turn: Which reading it is, as `turn` says.

        Raises:
            Problem: As `Errand` says; `no-room`, `damaged`.
        """
        with self._lock:
            self._drop()
            self._file = _file_for(path)
            order = order_for(path)
            self._errand = Errand(self._host, order)
            if turn <= self._over:
                self._errand.cancel()
        try:
            self._take_all(path, self._errand, self._file, follows="follow" in order.arguments)
        finally:
            with self._lock:
                self._errand = None
                if self._closed:
                    self._drop()

    def _take_all(self, path: str, errand: Errand, file: IO[bytes], *, follows: bool) -> None:
        unpacker: Unpacker | None = None
        size = came = 0
        try:
            with closing(errand.stream()) as frames:
                for frame in frames:
                    facts = frame.facts if isinstance(frame, Piece) else {}
                    if facts.get("event") == "opened":
                        size = facts.get("size", 0)
                        self._tell(path, file, whole=False)
                    data = str(facts.get("data", "")).encode("latin-1")
                    packing = packing_of(data) if not came else None
                    unpacker = Unpacker(packing) if packing is not None else unpacker
                    came += len(data)
                    for piece in unpacker.unpack(data) if unpacker is not None else (data,):
                        _write(file, piece)
                    if unpacker is not None and follows and came >= size:
                        errand.cancel()
                        break  # What is compressed is not written to any more.
            if unpacker is not None:
                unpacker.end()
        except DamagedError as error:
            errand.cancel()
            raise Problem("damaged", str(error)) from error
        self._tell(path, file, whole=True)

    def _tell(self, path: str, file: IO[bytes], *, whole: bool) -> None:
        """Tells by which name what came is opened, as soon as it can be."""
        if _is_journal(path):
            if whole:
                self._opened(path, f"{PREFIX}{file.name}")
        elif not whole:
            self._opened(path, f"/proc/{os.getpid()}/fd/{file.fileno()}")

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


def _write(file: IO[bytes], data: bytes) -> None:
    try:
        while data:
            data = data[file.write(data) :]
    except OSError as error:
        raise Problem(
            "no-room",
            _("What comes cannot be kept: {error}.").format(error=error.strerror),
            _("TMPDIR names another folder for temporary files."),
        ) from error
