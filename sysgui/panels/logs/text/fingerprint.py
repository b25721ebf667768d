"""By what it is told whether a file still is the one that was read, and goes on behind that."""

from .blocks import Text

# As many bytes at the begin and at the end of what is known are compared.
KNOWN = 256


class Fingerprint:
    """The first and the last bytes of what is known of a file.

    Args:
        text: The bytes of the file, as far as it is known.

    Attributes:
        written: When it was last written to, in nanoseconds since 1970.

    Raises:
        OSError: As fstat(2) and pread(2) say.
    """

    def __init__(self, text: Text) -> None:
        # Before anything is read: what is written meanwhile then shows by another time.
        self.written = text.identity().st_mtime_ns
        self._size = text.size
        self._head = text.read(0, KNOWN)
        self._tail_at = max(0, text.size - KNOWN)
        self._tail = text.read(self._tail_at, KNOWN)

    def fits(self, text: Text) -> bool:
        """Tells whether a file begins with all that is known.

        Raises:
            OSError: As fstat(2) and pread(2) say.
        """
        if text.available() < self._size:
            return False
        head = text.read(0, len(self._head)) == self._head
        return head and text.read(self._tail_at, len(self._tail)) == self._tail

    def is_of(self, text: Text) -> bool:
        """Tells whether a file still is the one that was read; most often without reading it.

        Raises:
            OSError: As fstat(2) and pread(2) say.
        """
        about = text.identity()
        same = about.st_size == self._size and about.st_mtime_ns == self.written
        return same or self.fits(text)
