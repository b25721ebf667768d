"""One line of a log, all of it, into a file of the user's: it may be longer than memory."""

from collections.abc import Iterator
from pathlib import Path

from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .file.opened import OpenLog
from .journal.log import JournalLog
from .merged.log import MergedLog

# Of an entry of a journal no more is written, in bytes.
MOST = 1 << 26


def save_line(log: OpenLog | JournalLog | MergedLog, row: int, path: str) -> int:
    """Writes the line of a row to a file, and returns how many bytes that were.

    Raises:
        OSError: As pread(2) says.
        Problem: `not-written`; of a journal, what `JournalLog` says.
    """
    pieces = log.pieces(row) if isinstance(log, OpenLog) else _text(log, row)
    written = 0
    try:
        with Path(path).open("wb") as file:
            for piece in pieces:
                written += file.write(piece)
    except OSError as error:
        told = _("{path} cannot be written: {error}.")
        raise Problem("not-written", told.format(path=path, error=error.strerror)) from error
    return written


def _text(log: JournalLog | MergedLog, row: int) -> Iterator[bytes]:
    for line in log.rows(row, 1, MOST)[1]:
        yield line.text.encode("utf-8", "backslashreplace") + b"\n"
