"""systemd's journal, as far as this user may see it: whether there is anything new, without asking.

journald sees to it that each entry changes the time of its file: that is how others know.
"""

from collections.abc import Sequence

from sysgui.system.host import Host

JOURNALCTL = "/usr/bin/journalctl"

# Where journald keeps its files: on disk, or until the next boot only.
PLACES = ("/var/log/journal", "/run/log/journal")

SYSTEM_FILE = "system.journal"

Stamp = Sequence[tuple[int, int]]


class JournalFiles:
    """The files that journald writes to now.

    Args:
        host: The machine.
        names: Which of them: that of the system, if nothing else is said.
    """

    def __init__(self, host: Host, names: Sequence[str] = (SYSTEM_FILE,)) -> None:
        self._host = host
        self._names = names

    def stamp(self) -> Stamp | None:
        """Tells the journal from what it was before; None if there is one that may not be read."""
        stamps, hidden = [], False
        for path in self._paths():
            try:
                about = self._host.stat(path)
            except PermissionError:
                hidden = True
            except OSError:
                continue
            else:
                if self._host.may_read(path):
                    stamps.append((about.st_ino, about.st_mtime_ns))
                else:
                    hidden = True
        return None if hidden and not stamps else stamps

    def _paths(self) -> list[str]:
        try:
            machine = self._host.read("/etc/machine-id").decode("ascii", "replace").strip()
        except OSError:
            return []
        return [f"{place}/{machine}/{name}" for place in PLACES for name in self._names]


def user_file(uid: int) -> str:
    """Returns the name of the file that a user's own entries are in."""
    return f"user-{uid}.journal"
