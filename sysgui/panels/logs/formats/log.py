"""A log as it is needed here: block by block, and by the place of its bytes."""

from typing import Protocol

from sysgui.panels.logs.text.blocks import NEWLINE, Readable


class Log(Readable, Protocol):
    """What can be looked through block by block, and read at any place."""

    def read(self, offset: int, count: int) -> bytes:
        """Reads bytes at a place; fewer at the end of the log, or of one of its files."""
        ...


def read_lines(log: Log, offset: int, count: int) -> bytes:
    """Reads bytes on through the files that a log consists of, each with lines of its own.

    Raises:
        OSError: As pread(2) says.
    """
    held = bytearray(log.read(offset, count))
    while len(held) < count and (more := log.read(offset + len(held), count - len(held))):
        if held:
            # Where the last line of a file lacks its newline, the next begins one all the same.
            held[-1] = NEWLINE
        held += more
    return bytes(held)
