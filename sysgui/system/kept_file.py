"""A file of /proc or /sys that is read again and again, through one descriptor."""

import os
from typing import TYPE_CHECKING

from sysgui.system.problem import unreadable

if TYPE_CHECKING:
    from sysgui.system.host import Host


class KeptFile:
    """Opens a file once and reads it many times; `Host.keep` hands these out.

    Args:
        host: The machine.
        path: The file's path on it.
    """

    __slots__ = ("_fd", "_host", "_room", "path")

    def __init__(self, host: "Host", path: str) -> None:
        self._host = host
        self.path = path
        self._fd = -1
        self._room = 1 << 12

    def need(self) -> bytes:
        """Reads a file that every machine has.

        Raises:
            Problem: `unreadable`.
        """
        try:
            return self.read()
        except OSError as error:
            raise unreadable(self.path, error) from error

    def read(self) -> bytes:
        """Reads the whole file as it is now.

        Raises:
            OSError: As open(2) and pread(2) say; the next call opens it anew.
        """
        if self._fd < 0:
            self._fd = self._host.open(self.path)
        try:
            return self._read()
        except OSError:
            self.close()
            raise

    def _read(self) -> bytes:
        data = os.pread(self._fd, self._room, 0)
        position = len(data)
        while more := os.pread(self._fd, self._room, position):
            data += more
            position += len(more)
        self._room = max(self._room, 2 * position)
        return data

    def close(self) -> None:
        """Closes the descriptor; a later read opens the file again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()
