"""Which journal is read, where its files lie, and which of them this user may read."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import N_, _, ngettext
from sysgui.system.journal import PLACES, SYSTEM_FILE, user_file
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

# Of `JournalSource.scope`: all that this user may see, what the system says, what his own programs
# say.
EVERYTHING, SYSTEM, USER = "", "system", "user"

# What a journal is opened by as a log, and what may stand behind it besides a path.
PREFIX = "journal:"
NAMES: Mapping[str, str] = {"system": SYSTEM, "user": USER, "all": EVERYTHING}

# What whoever may not read a journal can do.
HOW_TO_SEE = N_("An administrator can add you: usermod -aG systemd-journal …")

JOURNAL_FILE = ".journal"
ENDINGS = (JOURNAL_FILE, f"{JOURNAL_FILE}~")
_MACHINE = re.compile(r"[0-9a-f]{32}")

# What journalctl takes for a pattern in the name of a file.
_PATTERN = re.compile(r"([*?\[\\])")
_ESCAPED = r"\\\1"


class JournalSource(msgspec.Struct, frozen=True):
    """A journal: that of this machine, a directory of files, or single files.

    Attributes:
        scope: Of this machine's: `EVERYTHING`, `SYSTEM` or `USER`.
        directory: Where the files lie instead, such as those received from other machines.
        files: The files instead.
    """

    scope: str = EVERYTHING
    directory: str = ""
    files: tuple[str, ...] = ()

    def options(self) -> list[str]:
        """Returns how journalctl is told."""
        if self.files:
            return [f"--file={_PATTERN.sub(_ESCAPED, path)}" for path in self.files]
        if self.directory:
            return [f"--directory={self.directory}"]
        return [f"--{self.scope}"] if self.scope else []


def is_journal(path: str) -> bool:
    """Tells whether what is opened as a log is a journal: `journal:system`, `journal:/a/folder`."""
    return path.startswith(PREFIX)


def source_of(path: str) -> JournalSource:
    """Returns the journal that is opened by a name.

    Raises:
        Problem: `no-journal`: none has such a name.
    """
    name = path.removeprefix(PREFIX)
    if name.startswith("/"):
        is_file = name.endswith(ENDINGS)
        return JournalSource(files=(name,)) if is_file else JournalSource(directory=name)
    if name not in NAMES:
        raise Problem(
            "no-journal",
            _("There is no journal “{name}”.").format(name=printable_text(name)),
            _("Journals are: {names}, and “journal:” with a path: journal:./here.").format(
                names=", ".join(f"{PREFIX}{each}" for each in NAMES)
            ),
        )
    return JournalSource(scope=NAMES[name])


class Listing(msgspec.Struct, frozen=True):
    """The files of a journal.

    Attributes:
        paths: Those that this user may read.
        hidden: How many files, or folders of them, he may not: with any, he sees a part only.
        stamps: What tells the files apart from others of the same names: device and inode.
    """

    paths: list[str]
    hidden: int
    stamps: frozenset[tuple[int, int]] = frozenset()


def listing(host: Host, source: JournalSource) -> Listing:
    """Finds the files that journalctl would open, as far as they are there."""
    hidden = 0
    stamps: dict[tuple[int, int], str] = {}
    for path in _paths(host, source):
        try:
            about = host.stat(path)
        except FileNotFoundError:
            continue
        except OSError:
            hidden += 1
            continue
        if host.may_read(path):
            stamps.setdefault((about.st_dev, about.st_ino), path)
        else:
            hidden += 1
    hidden += sum(1 for folder in _folders(host, source) if not _may_list(host, folder))
    return Listing(sorted(stamps.values()), hidden, frozenset(stamps))


def active_file(host: Host, path: str) -> str:
    """Returns the file to which journald writes now what the system says; "" if there is none.

    Args:
        host: The machine.
        path: By which the journal is opened.
    """
    if path.removeprefix(PREFIX) not in (*NAMES, ""):
        return ""
    files = [f"{folder}/{SYSTEM_FILE}" for folder in _folders(host, JournalSource(SYSTEM))]
    return next(filter(host.exists, files), "")


def _may_list(host: Host, folder: str) -> bool:
    return not host.exists(folder) or host.may_read(folder)


def _paths(host: Host, source: JournalSource) -> Iterator[str]:
    if source.files:
        yield from source.files
        return
    for folder in _folders(host, source):
        for name in _names(host, folder):
            if name.endswith(ENDINGS) and _is_wanted(host, source, name):
                yield f"{folder}/{name}"


def _folders(host: Host, source: JournalSource) -> list[str]:
    if source.files:
        return []
    if source.directory:
        folder = source.directory.rstrip("/")
        below = [name for name in _names(host, folder) if _MACHINE.fullmatch(name)]
        return [folder, *(f"{folder}/{name}" for name in below)]
    try:
        machine = host.read("/etc/machine-id").decode("ascii", "replace").strip()
    except OSError:
        return []
    return [f"{place}/{machine}" for place in PLACES] if _MACHINE.fullmatch(machine) else []


def _is_wanted(host: Host, source: JournalSource, name: str) -> bool:
    if source.directory or source.scope == EVERYTHING:
        return True
    whole = SYSTEM_FILE if source.scope == SYSTEM else user_file(host.uid())
    # system.journal, system@….journal, system@….journal~
    begin = whole.removesuffix(".journal")
    return name.startswith((f"{begin}.", f"{begin}@"))


def _names(host: Host, folder: str) -> list[str]:
    try:
        return host.names(folder)
    except OSError:
        return []


def name_of(path: str) -> str:
    """Returns a file's name, printable."""
    return printable_text(path.rpartition("/")[2])


def why_hidden(files: int) -> str:
    """Returns why so many files of a journal cannot be read."""
    return ngettext(
        "{n} file or folder of this journal is closed to you: only root and the groups adm and "
        "systemd-journal see all.",
        "{n} files or folders of this journal are closed to you: only root and the groups adm and "
        "systemd-journal see all.",
        files,
    ).format(n=files)
