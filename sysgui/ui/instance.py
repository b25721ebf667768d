"""One instance per user: a second start hands its wish to the first and ends.

A lock says who is first, so that a socket left by a killed instance is never mistaken for one.
"""

import contextlib
import fcntl
import os
import socket
import stat
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

LONGEST_WISH = 4096

# A second start waits this long for the first to show what it wished, in seconds.
PATIENCE = 2.0


class Wish(msgspec.Struct, frozen=True):
    """What a second start wants of the first.

    Attributes:
        panel: The tab to show, or "".
        token: The activation token of the one who started it (XDG_ACTIVATION_TOKEN), or "".
    """

    panel: str = ""
    token: str = ""


def runtime_directory() -> Path:
    """Returns a directory that is this user's alone: XDG_RUNTIME_DIR, or one beneath /tmp.

    Raises:
        PermissionError: If the one beneath /tmp belongs to somebody else.
    """
    configured = os.environ.get("XDG_RUNTIME_DIR", "")
    if configured.startswith("/") and Path(configured).is_dir():
        path = Path(configured) / "sysgui"
    else:
        path = Path("/tmp") / f"sysgui-{os.getuid()}"  # noqa: S108 - its owner is checked below
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{path} belongs to somebody else")
    return path


class Instance(QObject):
    """The claim to be the one instance, and the ear for later starts.

    Args:
        directory: Where lock and socket lie.

    Signals:
        wished: A `Wish` of a later start.
    """

    wished = Signal(object)

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._path = directory / "instance.socket"
        self._lock = os.open(directory / "instance.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        self._socket: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None

    def claim(self) -> bool:
        """Becomes the one instance, if no other is."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._notifier = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._listen)
        return True

    def hand_over(self, wish: Wish) -> bool:
        """Tells the first instance what is wanted, and waits until that is done.

        Returns:
            False if it does not listen (yet). One that listens and is busy has got the wish.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind("")  # An address that the kernel chooses, to be answered at.
            ear.settimeout(PATIENCE)
            try:
                ear.sendto(msgspec.json.encode(wish), str(self._path))
            except OSError:
                return False
            with contextlib.suppress(TimeoutError):
                ear.recv(1)
        return True

    @Slot()
    def _listen(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(BlockingIOError, msgspec.DecodeError):
            data, sender = self._socket.recvfrom(LONGEST_WISH)
            self.wished.emit(msgspec.json.decode(data, type=Wish))
            if sender:
                with contextlib.suppress(OSError):  # It may have gone.
                    self._socket.sendto(b"", sender)

    def close(self) -> None:
        """Gives the claim up."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
        if self._socket is not None:
            self._socket.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()
            self._socket = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
