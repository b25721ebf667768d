"""Which logs the machine has."""

import os
import stat
from collections.abc import Generator, Iterator
from itertools import islice

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import N_, _, ngettext
from sysgui.system.printable import printable_text

from .journal.source import JOURNAL_FILE, PREFIX, listing, source_of
from .names import named

FOLDER = "/var/log"

# As deep, and as many names in all and of one folder, are looked at.
DEPTH = 3
MOST = 20_000
MOST_OF_ONE = 5000

# What stands beneath it is no text, and has a tab, or a program, of its own.
_NOT_TEXT = ("journal", "private")
_BINARY = ("wtmp", "btmp", "lastlog", "faillog", "tallylog")
_ENDINGS = (".journal", ".journal~", ".sqlite", ".db", ".png")
PACKED = (".gz", ".xz", ".zst", ".bz2")


# The journals by which names they are opened, and what they are called here. What other machines
# send, systemd-journal-remote puts into a folder of its own.
JOURNALS = (
    ("system", N_("Journal")),
    ("user", N_("Journal: yours")),
    ("/var/log/journal/remote", N_("Journal: of others")),
)


class LogFile(msgspec.Struct, frozen=True):
    """A file that is a log, or a journal.

    Attributes:
        path: Where it is, as `names` tells it; of a journal, the name that it is opened by, such
            as `journal:system`.
        name: Beneath /var/log, printable; of a journal, what it is called, translated.
        size: In bytes; of a journal, of those of its files that this user may read.
        changed: When it was last written to, in seconds since 1970; 0 is not known.
        readable: Whether this user may read it.
        packed: Whether it is compressed.
        kind: `journal`, `text`, or how it is compressed: `gz`, `xz`, `zst`, `bz2`.
    """

    path: str
    name: str
    size: int
    changed: float
    readable: bool
    packed: bool
    kind: str = "text"


class Logs(msgspec.Struct, frozen=True):
    """The logs that were found.

    Attributes:
        files: The journals; then what lies beneath /var/log, the last written first.
        hidden: How many folders this user may not look into.
        cut: Whether there are more than were looked at.
    """

    files: list[LogFile]
    hidden: int = 0
    cut: bool = False


class LogsProbe:
    """Lists the journals and the files beneath a folder.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._folder = FOLDER
        self._hidden = 0
        self._left = MOST
        self._cut = False

    def read(self, folder: str = FOLDER) -> Logs:
        """Returns what is there now.

        Args:
            folder: The folder. Only beneath /var/log the journals of the machine are listed.
        """
        self._folder = folder.rstrip("/")
        self._hidden, self._left, self._cut = 0, MOST, False
        files = list(self._found())
        files.sort(key=lambda file: (-file.changed, file.name))
        # Of a recorded machine, journalctl does not tell.
        of_machine = self._host.live and self._folder == FOLDER
        journals = [self._journal(name, _(title)) for name, title in JOURNALS if of_machine]
        there = [journal for journal in journals if journal is not None]
        return Logs([*there, *files], self._hidden, cut=self._cut)

    def _journal(self, name: str, title: str) -> LogFile | None:
        path = f"{PREFIX}{name}"
        there = listing(self._host, source_of(path))
        sizes, changes = [0], [0.0]
        for file in there.paths:
            try:
                about = self._host.stat(file)
            except OSError:
                continue  # It was rotated away.
            sizes.append(about.st_size)
            changes.append(about.st_mtime)
        if not (there.paths or there.hidden):
            return None
        return LogFile(
            path, title, sum(sizes), max(changes), bool(there.paths), packed=False, kind="journal"
        )

    def _found(self) -> Iterator[LogFile]:
        """Yields the files, those of a folder before those of the folders in it."""
        folders = [self._folder]
        for _depth in range(DEPTH):
            inner: list[str] = []
            for folder in folders:
                inner += yield from self._beneath(folder)
            folders = inner

    def _beneath(self, folder: str) -> Generator[LogFile, None, list[str]]:
        """Yields the files of a folder, and returns the folders in it."""
        inner: list[str] = []
        names = self._names(folder)
        if any(name.endswith(JOURNAL_FILE) for name in names):
            journal = self._journal(folder, f"{self._name(folder)}/")
            if journal is not None:
                yield journal
        for name in names:
            path = f"{folder}/{name}"
            try:
                about = self._host.stat(path)
            except OSError:
                continue  # It went, or leads nowhere.
            if stat.S_ISDIR(about.st_mode):
                if not (folder == FOLDER and name in _NOT_TEXT):
                    inner.append(path)
            elif stat.S_ISREG(about.st_mode) and not _is_binary(name):
                yield self._file(path, about)
        return inner

    def _names(self, folder: str) -> list[str]:
        """Returns as many names of a folder as may be looked at."""
        most = min(self._left, MOST_OF_ONE)
        try:
            names = sorted(islice(self._host.each_name(folder), most + 1))
        except OSError:
            self._hidden += 1
            return []
        self._left -= len(names)
        self._cut = self._cut or len(names) > most
        return names[:most]

    def _file(self, path: str, about: os.stat_result) -> LogFile:
        packed = path.endswith(PACKED)
        return LogFile(
            path=named(path),
            name=self._name(path),
            size=about.st_size,
            changed=about.st_mtime,
            readable=self._host.may_read(path),
            packed=packed,
            kind=path.rpartition(".")[2] if packed else "text",
        )

    def _name(self, path: str) -> str:
        return printable_text(path.removeprefix(f"{self._folder}/"))


def _is_binary(name: str) -> bool:
    return name.split(".")[0] in _BINARY or name.endswith(_ENDINGS)


def left_out(logs: Logs) -> str:
    """Returns what the list lacks, translated; "" if nothing."""
    said = []
    if logs.cut:
        said.append(_("There are more files than are listed; any can be opened by its name."))
    if logs.hidden:
        text = ngettext(
            "{n} folder may not be looked into.", "{n} folders may not be looked into.", logs.hidden
        )
        said.append(text.format(n=logs.hidden))
    return " ".join(said)
