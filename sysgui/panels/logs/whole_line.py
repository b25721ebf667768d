"""One line of a log, all of it, into a file of the user's: it may be longer than memory."""

from collections.abc import Iterator

from sysgui.system.new_file import NewFile

from .file.opened import OpenLog
from .journal.log import JournalLog
from .merged.log import MergedLog

# Of an entry of a journal no more is written, in bytes.
MOST = 1 << 26


def save_line(log: OpenLog | JournalLog | MergedLog, row: int, path: str) -> int:
    """Writes the line of a row to a file, and returns how many bytes that were.

    Another file may be replaced: whoever named it was asked.

    Raises:
        OSError: As pread(2) says.
        Problem: `unwritable`, `not-a-file`; of a journal, what `JournalLog` says.
    """
    pieces = log.pieces(row) if isinstance(log, OpenLog) else _text(log, row)
    written = 0
    with NewFile(path, replaces=True) as new:
        for piece in pieces:
            with new.writing():
                written += new.file.write(piece)
        new.finish()
    return written


def _text(log: JournalLog | MergedLog, row: int) -> Iterator[bytes]:
    for line in log.rows(row, 1, MOST)[1]:
        yield line.text.encode("utf-8", "backslashreplace") + b"\n"
