"""What is watched and what becomes of it, read again only when a file has changed that tells it."""

from collections.abc import Sequence

import msgspec

from sysgui.system.host import Host
from sysgui.system.journal import JournalFiles, Stamp

from .watches import (
    DROP_IN,
    MOST_EVENTS,
    SETTINGS,
    STATE,
    SYSTEM,
    Event,
    HistoryProbe,
    Mail,
    Watches,
    WatchesProbe,
)


class FollowedWatches:
    """Reads what is watched; costs next to nothing while nothing of it changes.

    Whoever writes one of these files writes a new one and gives it the name of the old: a file, or
    the folder where its name stands, then is another, and that is all that is looked at.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._probe = WatchesProbe(host)
        self._stamp: object = None
        self._is_settled = False
        self._last = Watches([], Mail())

    def read(self) -> Watches:
        """Returns what is watched; the same object as before if nothing has changed."""
        stamp = self._now()
        changed = stamp != self._stamp
        # Once more after each change: within one tick of the clock a folder may change twice.
        if changed or not self._is_settled:
            found = self._probe.kept()
            if found != self._last:
                self._last = found
        self._stamp, self._is_settled = stamp, not changed
        return self._last

    def _now(self) -> Sequence[tuple[int, int] | None]:
        drop_ins = [f"{SYSTEM}/{unit}.d/{DROP_IN}" for unit in self._probe.units()]
        kept = [STATE, f"{STATE}/watches", SETTINGS]
        return [self._told(path) for path in (*drop_ins, *kept)]

    def _told(self, path: str) -> tuple[int, int] | None:
        try:
            about = self._host.stat(path)
        except OSError:
            return None
        return about.st_ino, about.st_mtime_ns


class History(msgspec.Struct, frozen=True):
    """What became of watched services.

    Attributes:
        events: The oldest first.
        hidden: Whether this user may not read it.
    """

    events: list[Event]
    hidden: bool = False


class FollowedHistory:
    """Reads what became of watched services, and then only what is new.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._probe = HistoryProbe(host)
        self._files = JournalFiles(host)
        self._stamp: Stamp | None = None
        self._cursor = ""
        self._last = History([])

    def read(self) -> History:
        """Returns it; the same object as before if nothing has happened.

        Raises:
            Problem: `no-program` without journalctl; `journal-unreadable`.
        """
        stamp = self._files.stamp()
        if stamp is None:
            return History([], hidden=True)
        if stamp != self._stamp or not stamp:
            new, self._cursor = self._probe.after(self._cursor)
            self._stamp = stamp
            if new:
                self._last = History([*self._last.events, *new][-MOST_EVENTS:])
        return self._last
