"""What can be found out again, kept for the next time: bounded, and never missed.

Without a folder, or room in it, nothing is kept, and nobody is told. What is damaged or was left by
somebody else is as good as not there.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from sysgui.system.replace import replace

_DIGEST = 16


def cache_directory() -> Path:
    """Returns the application's directory under XDG_CACHE_HOME (Base Directory Specification)."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    # The specification wants a relative path ignored.
    base = Path(configured) if configured.startswith("/") else Path.home() / ".cache"
    return base / "sysgui"


class Cache:
    """Files in a folder, of which the oldest make room for new ones.

    Args:
        folder: Where they lie.
        most: So many at most.
        largest: So many bytes in all at most.
    """

    def __init__(self, folder: Path, most: int, largest: int) -> None:
        self._folder = folder
        self._most = most
        self._largest = largest

    def get(self, name: str) -> bytes | None:
        """Returns what was kept by a name; None if nothing was, or not as it is now."""
        path = self._folder / name
        try:
            held = path.read_bytes()
            os.utime(path)  # What is used is kept longer.
        except OSError:
            return None
        digest, data = held[:_DIGEST], held[_DIGEST:]
        return data if digest == _digest(data) else None

    def put(self, name: str, data: bytes) -> None:
        """Keeps something by a name, if it can."""
        if len(data) + _DIGEST > self._largest:
            return
        with contextlib.suppress(OSError):
            replace(self._folder / name, _digest(data) + data)
            self._make_room()

    def _make_room(self) -> None:
        total = 0
        for number, (_used, size, path) in enumerate(sorted(self._held(), reverse=True)):
            total += size
            if number >= self._most or total > self._largest:
                path.unlink(missing_ok=True)

    def _held(self) -> Iterator[tuple[int, int, Path]]:
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                about = path.stat()
                yield about.st_mtime_ns, about.st_size, path


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
