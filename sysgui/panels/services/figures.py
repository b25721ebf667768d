"""Memory, CPU and tasks of units, from the files of their control groups: systemd is not asked."""

from collections.abc import Sequence

import msgspec

from sysgui.system.host import Host
from sysgui.system.rates import rate

ROOT = "/sys/fs/cgroup"


class Figures(msgspec.Struct, frozen=True, gc=False):
    """What the kernel counts for one control group; None is not counted, or not yet known.

    Attributes:
        memory: Bytes in use, with caches: `memory.current`.
        cpu: Percent of one core since the reading before.
        cpu_time: Seconds computed: `usage_usec` of `cpu.stat`.
        tasks: Processes and threads: `pids.current`.
    """

    memory: int | None = None
    cpu: float | None = None
    cpu_time: float | None = None
    tasks: int | None = None


class Reading(msgspec.Struct, frozen=True):
    """The figures of the groups that were asked for.

    Attributes:
        time: Seconds since 1970.
        groups: By the path of the group; what is gone has none.
        unified: Whether there are control groups of version 2: else nothing is counted.
    """

    time: float
    groups: dict[str, Figures]
    unified: bool = True


class FiguresProbe:
    """Reads figures; CPU is that since the reading before.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._unified = host.exists(f"{ROOT}/cgroup.controllers")
        self._before: dict[str, tuple[float, int]] = {}

    def read(self, groups: Sequence[str] = ()) -> Reading:
        """Reads the figures of control groups, such as `/system.slice/ssh.service`."""
        if not self._unified:
            return Reading(self._host.now(), {}, unified=False)
        found = {}
        used: dict[str, tuple[float, int]] = {}
        for group in groups:
            figures = self._read(group, used)
            if figures is not None:
                found[group] = figures
        self._before = used
        return Reading(self._host.now(), found)

    def _read(self, group: str, used: dict[str, tuple[float, int]]) -> Figures | None:
        place = f"{ROOT}{group}"
        now = self._host.monotonic()
        try:
            stat = self._host.read(f"{place}/cpu.stat")
        except OSError:
            return None
        usage = int(stat.split(None, 2)[1]) if stat.startswith(b"usage_usec ") else None
        share = None
        if usage is not None:
            used[group] = now, usage
            then, before = self._before.get(group, (now, None))
            per_second = rate(before, usage, now - then)
            share = None if per_second is None else per_second / 1e4
        return Figures(
            memory=self._number(f"{place}/memory.current"),
            cpu=share,
            cpu_time=None if usage is None else usage / 1e6,
            tasks=self._number(f"{place}/pids.current"),
        )

    def _number(self, path: str) -> int | None:
        try:
            return int(self._host.read(path))
        except (OSError, ValueError):
            return None  # The group has no such controller, or is gone.
