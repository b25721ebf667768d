"""The totals of the machine, cheap enough to be read all the time: CPU, memory, disks, networks.

Sources: /proc/stat, /proc/meminfo, /proc/loadavg, /proc/pressure/*, /proc/diskstats, /proc/net/dev.
"""

import msgspec

from sysgui.system.host import Host
from sysgui.system.kept_file import KeptFile
from sysgui.system.printable import printable
from sysgui.system.rates import SHORTEST, rate

# /proc/diskstats counts in sectors of this size, whatever the disk's own are
# (Documentation/admin-guide/iostats.rst).
SECTOR = 512

# Memory, or files on disks that are listed themselves: counting them would count twice.
_NOT_DISKS = ("loop", "ram", "zram", "fd")


class Cpu(msgspec.Struct, frozen=True):
    """What the processors did since the reading before, in percent (/proc/stat).

    Attributes:
        busy: Share of all processors' time that was neither idle nor waiting for I/O.
        user: Running programs, niced ones and guests included.
        system: In the kernel, interrupts included.
        waiting: Idle with I/O outstanding (iowait).
        stolen: Taken by the hypervisor for other machines (steal).
        cores: The busy share of each core, keyed by its number.
    """

    busy: float | None
    user: float | None
    system: float | None
    waiting: float | None
    stolen: float | None
    cores: dict[int, float | None]


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Where the memory is, in bytes (/proc/meminfo).

    `programs + shared + cache + free` is `total`. `used` is `total - available`, as free(1) says.

    Attributes:
        total: MemTotal.
        available: What new programs could have without swapping (MemAvailable).
        programs: Neither free nor cache nor shared: programs and the kernel itself.
        shared: Shmem, tmpfs included.
        cache: Page cache, buffers and reclaimable slabs, without `shared`.
        free: MemFree.
        swap_total: SwapTotal.
        swap_used: SwapTotal - SwapFree.
    """

    total: int
    available: int
    programs: int
    shared: int
    cache: int
    free: int
    swap_total: int
    swap_used: int

    @property
    def used(self) -> int:
        """What programs could not have now: `total - available`."""
        return self.total - self.available


class Pressure(msgspec.Struct, frozen=True):
    """Share of time, in percent, in which work stood still for want of a resource (PSI).

    Each is the growth of the `some` line's total in /proc/pressure since the reading before. None
    where the kernel does not keep it, or at the first reading.
    """

    cpu: float | None
    memory: float | None
    io: float | None


class Disk(msgspec.Struct, frozen=True):
    """One disk's traffic: totals in bytes, rates in bytes per second (/proc/diskstats).

    Attributes:
        name: The kernel's name, such as `nvme0n1`.
        read: Bytes read since boot.
        written: Bytes written since boot.
        read_rate: Bytes per second.
        write_rate: Bytes per second.
        busy: Percentage of the time with at least one request under way.
    """

    name: str
    read: int
    written: int
    read_rate: float | None
    write_rate: float | None
    busy: float | None


class Interface(msgspec.Struct, frozen=True):
    """One network interface's traffic, in bytes and bytes per second (/proc/net/dev)."""

    name: str
    received: int
    sent: int
    receive_rate: float | None
    send_rate: float | None


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of the whole machine.

    Attributes:
        time: Seconds since 1970.
        elapsed: Seconds since the reading before, over which rates were taken; None at the first.
        since_boot: Seconds since boot.
        cpu: The processors.
        memory: The memory, in bytes.
        load: Runnable and uninterruptible tasks, averaged over 1, 5 and 15 minutes.
        pressure: Time lost for want of a resource.
        disks: Every disk, in the kernel's order; partitions, loops and RAM disks left out.
        interfaces: Every network interface, in the kernel's order.
    """

    time: float
    elapsed: float | None
    since_boot: float
    cpu: Cpu
    memory: Memory
    load: tuple[float, float, float]
    pressure: Pressure
    disks: list[Disk]
    interfaces: list[Interface]


class TotalsProbe:
    """Reads the totals; rates are those since its own reading before.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._stat = host.keep("/proc/stat")
        self._meminfo = host.keep("/proc/meminfo")
        self._loadavg = host.keep("/proc/loadavg")
        self._diskstats = host.keep("/proc/diskstats")
        self._net = host.keep("/proc/net/dev")
        self._pressure = {
            name: host.keep(f"/proc/pressure/{name}") for name in ("cpu", "memory", "io")
        }
        self._read_at: float | None = None
        self._times: dict[str, list[int]] = {}
        self._stalled: dict[str, int | None] = {}
        self._disks: dict[str, tuple[int, int, int]] = {}
        self._traffic: dict[str, tuple[int, int]] = {}

    def read(self) -> Totals:
        """Reads everything once, in a tenth of a millisecond of CPU."""
        now = self._host.monotonic()
        # A first reading has no time before it; 0 makes every rate None.
        elapsed = 0.0 if self._read_at is None else now - self._read_at
        totals = Totals(
            time=self._host.now(),
            elapsed=None if self._read_at is None else elapsed,
            since_boot=self._host.since_boot(),
            cpu=self._read_cpu(elapsed),
            memory=parse_meminfo(self._meminfo.need()),
            load=parse_loadavg(self._loadavg.need()),
            pressure=self._read_pressure(elapsed),
            disks=self._read_disks(elapsed),
            interfaces=self._read_interfaces(elapsed),
        )
        self._read_at = now
        return totals

    def _read_cpu(self, elapsed: float) -> Cpu:
        before, self._times = self._times, parse_stat(self._stat.need())
        if elapsed < SHORTEST:
            before = {}  # In so few ticks of the kernel each is a large share.
        shares = {name: _shares(before.get(name), times) for name, times in self._times.items()}
        user, system, waiting, stolen, busy = shares.pop("cpu", _UNKNOWN)
        return Cpu(
            busy=busy,
            user=user,
            system=system,
            waiting=waiting,
            stolen=stolen,
            cores={int(name[3:]): share[4] for name, share in shares.items()},
        )

    def _read_pressure(self, elapsed: float) -> Pressure:
        before = self._stalled
        self._stalled = {name: _stalled(file) for name, file in self._pressure.items()}
        shares = {
            name: _percent_of_time(rate(before.get(name), now, elapsed), 1e6)
            for name, now in self._stalled.items()
        }
        return Pressure(**shares)

    def _read_disks(self, elapsed: float) -> list[Disk]:
        before, self._disks = self._disks, parse_diskstats(_if_kept(self._diskstats))
        for name in set(self._disks) - self._whole_disks():
            del self._disks[name]
        disks = []
        for name, (read, written, busy_ms) in self._disks.items():
            earlier = before.get(name, (None, None, None))
            disks.append(
                Disk(
                    name=name,
                    read=read,
                    written=written,
                    read_rate=rate(earlier[0], read, elapsed),
                    write_rate=rate(earlier[1], written, elapsed),
                    busy=_percent_of_time(rate(earlier[2], busy_ms, elapsed), 1e3),
                )
            )
        return disks

    def _whole_disks(self) -> set[str]:
        """Returns the names that have a directory of their own in /sys/block: no partition has."""
        try:
            names = self._host.names("/sys/block")
        except OSError:
            return set(self._disks)  # A container without /sys: show what there is.
        return {name.replace("!", "/") for name in names}

    def _read_interfaces(self, elapsed: float) -> list[Interface]:
        before, self._traffic = self._traffic, parse_net_dev(_if_kept(self._net))
        interfaces = []
        for name, (received, sent) in self._traffic.items():
            earlier = before.get(name, (None, None))
            interfaces.append(
                Interface(
                    name=name,
                    received=received,
                    sent=sent,
                    receive_rate=rate(earlier[0], received, elapsed),
                    send_rate=rate(earlier[1], sent, elapsed),
                )
            )
        return interfaces


def _if_kept(file: KeptFile) -> bytes:
    """Reads a file that some containers and kernels do without."""
    try:
        return file.read()
    except OSError:
        return b""


def parse_stat(data: bytes) -> dict[str, list[int]]:
    """Returns the clock ticks of `cpu` (all) and each `cpuN` from /proc/stat.

    Each list has user, nice, system, idle, iowait, irq, softirq and steal; guest times stand in
    user and nice already.
    """
    times = {}
    for line in data.split(b"\n"):
        if not line.startswith(b"cpu"):
            break  # The cpu lines come first; interrupts behind them are long.
        name, *fields = line.split()
        ticks = [int(field) for field in fields[:8]]
        times[name.decode()] = ticks + [0] * (8 - len(ticks))
    return times


_UNKNOWN: tuple[None, ...] = (None,) * 5


def _shares(before: list[int] | None, after: list[int]) -> tuple[float | None, ...]:
    """Returns user, system, waiting, stolen and busy as percentages of the time that passed."""
    if before is None:
        return _UNKNOWN
    # iowait may go back (Documentation/filesystems/proc.rst): a step back counts as none.
    grown = [max(0, b - a) for a, b in zip(before, after, strict=True)]
    total = sum(grown)
    if not total:
        return _UNKNOWN
    user, nice, system, idle, waiting, irq, softirq, stolen = grown
    parts = (user + nice, system + irq + softirq, waiting, stolen, total - idle - waiting)
    return tuple(100.0 * part / total for part in parts)


def parse_meminfo(data: bytes) -> Memory:
    """Returns the memory from /proc/meminfo, whose figures are in KiB."""
    kib = {}
    for line in data.splitlines():
        name, _, value = line.partition(b":")
        kib[name] = int(value.split()[0]) << 10 if value else 0
    total, free, shared = kib.get(b"MemTotal", 0), kib.get(b"MemFree", 0), kib.get(b"Shmem", 0)
    cache = kib.get(b"Cached", 0) + kib.get(b"Buffers", 0) + kib.get(b"SReclaimable", 0) - shared
    # The kernel adds these up one after the other: with much going on, cache may exceed the rest.
    cache = max(0, min(cache, total - free - shared))
    return Memory(
        total=total,
        available=kib.get(b"MemAvailable", free + cache),
        programs=total - free - shared - cache,
        shared=shared,
        cache=cache,
        free=free,
        swap_total=kib.get(b"SwapTotal", 0),
        swap_used=kib.get(b"SwapTotal", 0) - kib.get(b"SwapFree", 0),
    )


def parse_loadavg(data: bytes) -> tuple[float, float, float]:
    """Returns the three averages of /proc/loadavg."""
    one, five, fifteen = data.split()[:3]
    return float(one), float(five), float(fifteen)


def _stalled(file: KeptFile) -> int | None:
    """Returns the microseconds that some task stood still, or None where there is no PSI."""
    try:
        data = file.read()
    except OSError:
        return None  # Not built in, or switched off at boot (EOPNOTSUPP).
    return int(data.partition(b"total=")[2].split()[0])


def _percent_of_time(per_second: float | None, unit: float) -> float | None:
    return None if per_second is None else min(100.0, 100.0 * per_second / unit)


def parse_diskstats(data: bytes) -> dict[str, tuple[int, int, int]]:
    """Returns bytes read, bytes written and milliseconds busy of each block device."""
    disks = {}
    for line in data.splitlines():
        fields = line.split()
        if len(fields) < 13:
            continue  # Before Linux 2.6.25 partitions had four figures.
        name = printable(fields[2])
        if not name.startswith(_NOT_DISKS):
            disks[name] = (int(fields[5]) * SECTOR, int(fields[9]) * SECTOR, int(fields[12]))
    return disks


def parse_net_dev(data: bytes) -> dict[str, tuple[int, int]]:
    """Returns bytes received and sent of each interface from /proc/net/dev."""
    traffic = {}
    for line in data.splitlines()[2:]:
        # A name may hold a colon (an old alias): the figures come behind the last one.
        name, _, figures = line.rpartition(b":")
        fields = figures.split()
        traffic[printable(name.strip())] = (int(fields[0]), int(fields[8]))
    return traffic
