"""Readings of the process list: whole, for scripts, and as changes, for the window."""

import msgspec

from sysgui.system.host import Host
from sysgui.system.processes import Process, table


class Processes(msgspec.Struct, frozen=True):
    """All processes that can be seen.

    Attributes:
        time: Seconds since 1970.
        processes: In the order of their pids.
        hidden: Whether the kernel keeps other users' processes from us (hidepid).
    """

    time: float
    processes: list[Process]
    hidden: bool


class Changes(msgspec.Struct, frozen=True):
    """What differs from the reading before.

    Attributes:
        time: Seconds since 1970.
        whole: Whether `changed` is everything: forget what was told before.
        changed: New processes, and those of which any figure changed.
        gone: Pid and start of those that ended.
        hidden: Whether the kernel keeps other users' processes from us (hidepid).
    """

    time: float
    whole: bool
    changed: list[Process]
    gone: list[tuple[int, int]]
    hidden: bool


class ProcessesProbe:
    """Reads all processes; rates are those since the reading before.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._table = table(host)

    def read(self) -> Processes:
        """Sweeps over the processes."""
        processes = self._table.sweep()
        return Processes(self._host.now(), processes, hidden(self._host))


class ChangesProbe:
    """Reads all processes and tells what changed since it was last asked.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._table = table(host)
        self._told: dict[tuple[int, int], Process] = {}

    def read(self, *, whole: bool = False) -> Changes:
        """Sweeps, compares, and returns the difference; with `whole`, everything."""
        told = {} if whole else self._told
        now = {process.key: process for process in self._table.sweep()}
        self._told = now
        # An unchanged process is the very same object, so this compares few by value.
        changed = [
            process
            for key, process in now.items()
            if told.get(key) is not process and told.get(key) != process
        ]
        return Changes(
            time=self._host.now(),
            whole=not told,
            changed=changed,
            gone=[key for key in told if key not in now],
            hidden=hidden(self._host),
        )


def hidden(host: Host) -> bool:
    """Tells whether /proc is mounted so that others' processes are not listed (proc(5))."""
    # Pid 1 belongs to root, so that only such a mount can hide it (hidepid=1 hides its files).
    return host.uid() != 0 and not host.exists("/proc/1/stat")
