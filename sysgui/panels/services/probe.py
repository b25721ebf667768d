"""Readings of the units: whole, for scripts, and as a stream of changes, for the window."""

import math
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .figures import Figures, FiguresProbe, Reading
from .manager import COALESCED, Manager
from .stale import Files, Suspect
from .units import SYSTEM, USER, Unit, UnitFile

# A first change after a while is told at once, with what comes together with it.
TOGETHER = 0.02

# When the files on disk are looked at first, and how often, in seconds.
LOOK_FIRST = 1.0
LOOK_EVERY = 15.0

# After a failure it is tried again, later each time, in seconds.
RETRIES = (0.2, 1.0, 2.0, 5.0)

# A whole reading waits so long for systemd, in seconds.
PATIENCE = 30.0

_NOTHING = Figures()


class Services(msgspec.Struct, frozen=True):
    """All units, with all that is known of them.

    Attributes:
        time: Seconds since 1970.
        units: Of the system's manager and of the user's own.
        missing: Why a manager could not be asked, by its scope.
    """

    time: float
    units: list[Unit]
    missing: dict[str, str] = {}


class Changes(msgspec.Struct, frozen=True):
    """What differs from the reading before.

    Attributes:
        scope: Whose manager it is.
        time: Seconds since 1970.
        whole: Whether `changed` is everything: forget what was told before.
        changed: New units, and those of which anything changed.
        gone: The names of those that are no more.
        settled: Whether all is known that was asked for.
        resting: Whether nothing was read, because nobody looks.
    """

    scope: str
    time: float
    whole: bool = False
    changed: list[Unit] = []
    gone: list[str] = []
    settled: bool = False
    resting: bool = False


class ServicesProbe:
    """Reads all units of both managers, with the details of all that are loaded.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._figures = FiguresProbe(host)

    def read(self, scopes: Sequence[str] = (SYSTEM, USER), window: float = 0.0) -> Services:
        """Asks the managers; that one of several is missing is told, and no failure.

        Args:
            scopes: Which managers.
            window: For how long CPU is measured, in seconds; else it is since the reading before.

        Raises:
            Problem: `no-bus`, `no-systemd`, … of the first.
        """
        units: list[Unit] = []
        missing = {}
        for scope in scopes:
            try:
                units += self._read(scope)
            except Problem as problem:
                if scope == scopes[0]:
                    raise
                missing[scope] = str(problem)
        return Services(self._host.now(), self._with_figures(units, window), missing)

    def _read(self, scope: str) -> list[Unit]:
        manager = Manager(self._host, scope)
        try:
            manager.open()
            self._settle(manager)
            manager.look([unit.name for unit in manager.units])
            files = Files(self._host)
            suspects = files.suspects(manager.units, manager.places, manager.loaded_at)
            manager.check(suspects)
            self._settle(manager)
            return list(manager.units)
        finally:
            manager.close()

    def _settle(self, manager: Manager) -> None:
        deadline = self._host.monotonic() + PATIENCE
        while self._host.monotonic() < deadline:
            later = manager.work()
            if not manager.busy:
                return
            manager.take(manager.bus.wait(1.0 if later is None else min(1.0, later)))

    def _with_figures(self, units: list[Unit], window: float) -> list[Unit]:
        groups = [unit.control_group for unit in units if unit.control_group]
        if window:
            self._figures.read(groups)
            time.sleep(window)
        reading = self._figures.read(groups)
        found = [with_figures(unit, reading) for unit in units]
        return [msgspec.structs.replace(unit, seen=reading.time) for unit in found]


def with_figures(unit: Unit, reading: Reading) -> Unit:
    """Returns a unit with what the kernel counts for it; the same if nothing differs."""
    found = reading.groups.get(unit.control_group or "", _NOTHING)
    figures = (found.memory, found.cpu, found.cpu_time, found.tasks)
    if figures == (unit.memory, unit.cpu, unit.cpu_time, unit.tasks):
        return unit
    memory, cpu, cpu_time, tasks = figures
    return msgspec.structs.replace(unit, memory=memory, cpu=cpu, cpu_time=cpu_time, tasks=tasks)


class _Kept(NamedTuple):
    """A list of files, and what the directories were like when it was told."""

    places: Sequence[str]
    stamp: int
    files: Mapping[str, UnitFile]


class LiveProbe:
    """Tells what changes as it changes: a reading lasts until something has.

    One connection stays open from one reading to the next, until nobody looks any more.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._files = Files(host)
        self._lock = threading.Lock()
        self._manager: Manager | None = None
        self._wanted: Sequence[str] | None = None
        self._rest = threading.Event()
        self._failures = 0
        self._told_at = 0.0
        self._look_at = 0.0
        self._suspects: set[Suspect] = set()
        self._stamp: int | None = None
        self._looked_at: tuple[object, ...] | None = None
        # The list of files takes systemd its time: nobody asks again while no file has changed.
        self._kept: dict[str, _Kept] = {}

    # In any thread.

    def look(self, names: Sequence[str]) -> None:
        """Says at which units somebody looks: a reading that is settled follows.

        Their details are asked for, if they are not known and that may be done.
        """
        with self._lock:
            self._wanted = names
            if self._manager is not None:
                self._manager.bus.interrupt()

    def rest(self) -> None:
        """Ends the reading that is under way, or the next, and with it the connection."""
        self._rest.set()
        with self._lock:
            if self._manager is not None:
                self._manager.bus.interrupt()

    # In the thread that reads.

    def read(self, scope: str = SYSTEM) -> Changes:
        """Returns all units when it is asked first, then waits for changes and returns those.

        Raises:
            Problem: As `Manager` says; the next reading begins anew, after a while.
        """
        if self._failures:
            self._rest.wait(RETRIES[min(self._failures, len(RETRIES)) - 1])
        self._failures += 1
        try:
            changes = self._read(scope)
            self._failures = 0
        finally:
            if self._failures:
                self._close()
        return changes

    def _read(self, scope: str) -> Changes:
        if self._rest.is_set():
            return self._resting(scope)
        manager = self._manager
        if manager is None or manager.scope != scope:
            self._close()
            return self._open(scope)
        return self._follow(manager)

    def _open(self, scope: str) -> Changes:
        manager = Manager(self._host, scope)
        with self._lock:
            self._manager = manager
        manager.open()
        manager.tell()
        self._told_at = self._host.monotonic()
        # Of a recorded machine no clock goes on, and no file changes.
        self._look_at = self._told_at + LOOK_FIRST if self._host.live else math.inf
        self._suspects = set()
        self._stamp = self._looked_at = None
        kept = self._kept.get(scope)
        if kept is not None and self._files.stamp(kept.places) == kept.stamp:
            manager.adopt_files(kept.files)
            self._stamp = kept.stamp
            manager.tell()
        return Changes(scope, self._host.now(), whole=True, changed=list(manager.units))

    def _follow(self, manager: Manager) -> Changes:
        due: float | None = None
        was_busy = manager.busy
        while not self._rest.is_set():
            was_busy |= self._pass_on(manager)
            if self._stamp is None and manager.places and self._host.live:
                # Before they are listed: else what changes just then would never be seen.
                self._stamp = self._files.stamp(manager.places)
            later = manager.work()
            now = self._host.monotonic()
            if now >= self._look_at:
                self._look_at_files(manager)
                continue
            if was_busy and not manager.busy:
                due = now
            was_busy = manager.busy
            if manager.dirty and due is None:
                together = max(now + TOGETHER, self._told_at + COALESCED)
                due = together if self._host.live else now
            if due is not None and now >= due:
                changed, gone = manager.tell()
                self._told_at = now
                return Changes(
                    manager.scope, self._host.now(), changed=changed, gone=gone,
                    settled=not manager.busy,
                )  # fmt: skip
            ends = [self._look_at - now]
            ends += [] if later is None else [later]
            ends += [] if due is None else [due - now]
            ends = [end for end in ends if end < math.inf]
            manager.take(manager.bus.wait(max(0.0, min(ends)) if ends else None))
        return self._resting(manager.scope)

    def _pass_on(self, manager: Manager) -> bool:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is None:
            return False
        manager.look(wanted)
        return True

    def _look_at_files(self, manager: Manager) -> None:
        now = self._host.monotonic()
        if not manager.places or not manager.loaded_at or manager.files is None:
            self._look_at = now + LOOK_FIRST  # It has not said yet where they are, and whose.
            return
        self._look_at = now + LOOK_EVERY
        stamp = self._files.stamp(manager.places)
        if self._stamp != stamp:
            manager.list_files_again()
        self._stamp = stamp
        # One that was loaded long ago may be listed only now.
        loaded = frozenset(unit.name for unit in manager.units if unit.loaded)
        if self._looked_at == (stamp, manager.loaded_at, loaded):
            return
        self._looked_at = stamp, manager.loaded_at, loaded
        found = self._files.suspects(manager.units, manager.places, manager.loaded_at)
        left = manager.check(found - self._suspects)
        self._suspects = found - left
        if left:
            self._look_at, self._looked_at = now + LOOK_FIRST, None

    def _resting(self, scope: str) -> Changes:
        self._close()
        self._rest.clear()
        return Changes(scope, self._host.now(), resting=True)

    def _close(self) -> None:
        with self._lock:
            manager, self._manager = self._manager, None
        if manager is None:
            return
        files = manager.files
        if files and self._stamp is not None:
            self._kept[manager.scope] = _Kept(manager.places, self._stamp, files)
        manager.close()

    def __del__(self) -> None:
        self._close()
