"""A bell between threads: it can be waited for beside sockets."""

import os
import threading


class Bell:
    """What another thread rings to wake one that waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def fileno(self) -> int:
        """Returns what to poll."""
        return self._fd

    def ring(self) -> None:
        """Rings; once it is closed nobody hears it."""
        with self._lock:
            if self._fd >= 0:
                os.eventfd_write(self._fd, 1)

    def hush(self) -> bool:
        """Tells whether it rang since it was last asked."""
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Gives up the descriptor, which another may have the next moment."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1
