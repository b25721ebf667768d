"""What this program itself costs, its children included, as a user's top(1) would say."""

import msgspec

from sysgui.system.host import CLOCK_TICKS, PAGE_SIZE, Host
from sysgui.system.process_files import split_stat
from sysgui.system.rates import rate


class Cost(msgspec.Struct, frozen=True):
    """The program and all its descendants.

    Attributes:
        cpu: Percentage of one core since the reading before; None at first.
        rss: Resident memory in bytes, added up, as top's RES column.
        processes: How many processes they are.
    """

    cpu: float | None
    rss: int
    processes: int


class CostProbe:
    """Reads /proc/PID/stat and statm of this process and of all that it has started.

    Args:
        host: This machine; a recorded one knows nothing of us.
        pid: Whose cost it is.
    """

    def __init__(self, host: Host, pid: int) -> None:
        self._host = host
        self._pid = pid
        self._ticks: dict[int, int] = {}
        self._read_at: float | None = None

    def read(self) -> Cost:
        """Adds up the CPU time since the reading before, and the memory now."""
        now = self._host.monotonic()
        elapsed = 0.0 if self._read_at is None else now - self._read_at
        before, self._ticks, rss = self._ticks, {}, 0
        for pid in self._family(self._pid):
            fields = self._fields(pid)
            if fields is not None:
                # Time of its own, and of its children that have ended and been waited for.
                self._ticks[pid] = sum(int(ticks) for ticks in fields[11:15])
                rss += self._resident(pid) * PAGE_SIZE
        self._read_at = now
        # A child that has ended is gone from the list, and its time stands in its parent's.
        used = sum(self._ticks.values()) - sum(before.values())
        per_second = rate(0, max(0, used), elapsed)
        return Cost(
            cpu=None if per_second is None else 100.0 * per_second / CLOCK_TICKS,
            rss=rss,
            processes=len(self._ticks),
        )

    def _resident(self, pid: int) -> int:
        try:
            return int(self._host.read(f"/proc/{pid}/statm").split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return 0

    def _fields(self, pid: int) -> list[bytes] | None:
        try:
            return split_stat(self._host.read(f"/proc/{pid}/stat"))[1]
        except (FileNotFoundError, ProcessLookupError):
            return None

    def _family(self, pid: int) -> list[int]:
        """Returns a process and all its descendants (/proc/PID/task/TID/children)."""
        family = [pid]
        for parent in family:  # It grows while it is walked.
            for task in self._tasks(parent):
                try:
                    found = self._host.read(f"/proc/{parent}/task/{task}/children")
                except (FileNotFoundError, ProcessLookupError):
                    continue  # It has just ended, or the kernel keeps no such list.
                family += [int(child) for child in found.split()]
        return family

    def _tasks(self, pid: int) -> list[str]:
        try:
            return self._host.names(f"/proc/{pid}/task")
        except (FileNotFoundError, ProcessLookupError):
            return []
