"""The table of processes, swept as cheaply as Python can: one pread of /proc/PID/stat each.

What is asked how often:

- /proc/PID/stat of every process, at each sweep, through a descriptor that is kept. It stays bound
  to its process: when the pid is given to another, reading it fails with ESRCH.
- /proc/PID/io of processes whose stat line has moved since the sweep before, and of a sixteenth of
  the others, in turn. A rate is always taken over the time since that process's own last reading.
- /proc/PID/statm likewise.
- Owner and command line when a process is new, when its name changes, and of a sixteenth in turn.
"""

import os
import resource
from collections.abc import Callable
from weakref import WeakValueDictionary

import msgspec

from sysgui.system.host import CLOCK_TICKS, PAGE_SIZE, Host
from sysgui.system.printable import printable
from sysgui.system.problem import unreadable
from sysgui.system.process_files import full_name, parse_io, split_stat
from sysgui.system.rates import rate

# Two questions within this many seconds are answered by one sweep.
SAME_MOMENT = 0.4

# After a longer pause the average since the sweep before would pass for the present.
STALE = 15.0

# Idle processes are asked for I/O, owner and command line at every TURNS-th sweep.
TURNS = 16

# A young process is still becoming what it will be (fork, setuid, exec).
YOUNG_SWEEPS = 3

# Descriptors left to the rest of the program.
SPARE_DESCRIPTORS = 128

LONGEST_COMMAND = 4096

PF_KTHREAD = 0x00200000  # include/linux/sched.h: flags field of /proc/PID/stat


class Process(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One process at one moment. Its identity is pid *and* start.

    Attributes:
        pid: Process id.
        start: When it started, in clock ticks since boot (/proc/PID/stat, field 22).
        parent: Process id of its parent; 0 has none.
        name: Its name; where the kernel cut it at 15 characters, the rest from the command line.
        uid: Effective user id.
        user: Name of that user.
        state: The kernel's letter: R, S, D, Z, T, t, I, X.
        cpu: Percentage of one core since the sweep before; None at first.
        cpu_time: Seconds of CPU it has used, user and system.
        rss: Resident memory in bytes (/proc/PID/statm).
        read_rate: Bytes per second from storage; None if unknown or not ours to see.
        write_rate: Bytes per second to storage; None if unknown or not ours to see.
        threads: How many threads it has.
        nice: Nice value, -20 to 19.
        command: Command line; of kernel threads and zombies the name in brackets, as in ps(1).
        kernel: Whether it is a thread of the kernel.
    """

    pid: int
    start: int
    parent: int
    name: str
    uid: int
    user: str
    state: str
    cpu: float | None
    cpu_time: float
    rss: int
    read_rate: float | None
    write_rate: float | None
    threads: int
    nice: int
    command: str
    kernel: bool

    @property
    def key(self) -> tuple[int, int]:
        """What this process is, and none that gets its pid later."""
        return self.pid, self.start


class _Tracked:
    """What is remembered of one process between sweeps."""

    __slots__ = (
        "comm",
        "command",
        "io",
        "io_at",
        "io_fd",
        "io_refused",
        "name",
        "process",
        "stat",
        "stat_fd",
        "sweeps",
        "ticks",
        "uid",
    )

    def __init__(self) -> None:
        self.stat_fd = -1
        self.io_fd = -1
        self.io_refused = False
        self.stat = b""
        self.comm = b""
        self.name = ""
        self.command = ""
        self.uid = 0
        self.ticks: int | None = None
        self.io: tuple[int, int] | None = None
        self.io_at = 0.0
        self.sweeps = 0
        self.process: Process | None = None

    def forget(self) -> None:
        """Becomes as new: the pid has another process now."""
        self.close()
        self.__init__()  # type: ignore[misc]

    def close(self) -> None:
        for fd in (self.stat_fd, self.io_fd):
            if fd >= 0:
                os.close(fd)
        self.stat_fd = self.io_fd = -1


class ProcessTable:
    """Sweeps over the processes of a machine and remembers what it needs for rates.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._tracked: dict[int, _Tracked] = {}
        self._swept_at: float | None = None
        self._turn = 0
        self._processes: list[Process] = []
        self._room = _descriptors() - SPARE_DESCRIPTORS

    def sweep(self) -> list[Process]:
        """Returns all processes that can be seen, in the order of their pids.

        Asked again at the same moment, it answers from the sweep before.
        """
        now = self._host.monotonic()
        elapsed = 0.0 if self._swept_at is None else now - self._swept_at
        if self._swept_at is not None and 0 <= elapsed < SAME_MOMENT and self._host.live:
            return self._processes
        if elapsed > STALE:
            elapsed = 0.0
        self._turn = (self._turn + 1) % TURNS
        self._swept_at = now
        self._processes = self._sweep(now, elapsed)
        return self._processes

    def _sweep(self, now: float, elapsed: float) -> list[Process]:
        tracked = self._tracked
        processes: list[Process] = []
        seen = self._pids()
        for pid in seen:
            known = tracked.get(pid)
            if known is None:
                known = tracked[pid] = _Tracked()
            process = self._look(pid, known, now, elapsed)
            if process is None:
                tracked.pop(pid).close()
            else:
                processes.append(process)
        if len(tracked) > len(processes):
            for pid in tracked.keys() - set(seen):
                tracked.pop(pid).close()
        return processes

    def _pids(self) -> list[int]:
        try:
            names = self._host.names("/proc")
        except OSError as error:
            raise unreadable("/proc", error) from error
        return sorted(int(name) for name in names if name.isdecimal())

    def _look(self, pid: int, known: _Tracked, now: float, elapsed: float) -> Process | None:
        """Reads one process; None if it ended between being listed and being read."""
        stat = self._read_stat(pid, known)
        if stat is None and known.sweeps:
            # The pid was given to another process: look at that one.
            known.forget()
            stat = self._read_stat(pid, known)
        if stat is None:
            return None
        before = known.process
        moved = stat != known.stat
        turn = (pid + self._turn) % TURNS == 0 or known.sweeps < YOUNG_SWEEPS
        known.sweeps += 1
        if before is not None and not moved and not turn and before.cpu == 0.0:
            if before.read_rate or before.write_rate:
                turn = True
            else:
                return before
        try:
            return self._renew(pid, known, stat, now, elapsed, moved=moved, turn=turn)
        except (FileNotFoundError, ProcessLookupError):
            return None

    def _read_stat(self, pid: int, known: _Tracked) -> bytes | None:
        fd = -1
        try:
            if known.stat_fd >= 0:
                return os.pread(known.stat_fd, 2048, 0)
            fd = self._host.open(f"/proc/{pid}/stat")
            stat = os.pread(fd, 2048, 0)
            if fd < self._room and self._host.live:
                known.stat_fd = fd
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None  # It has ended; or hidepid=1 lists it, and lets nobody look.
        finally:
            if fd >= 0 and known.stat_fd != fd:
                os.close(fd)
        return stat or None

    def _renew(
        self,
        pid: int,
        known: _Tracked,
        stat: bytes,
        now: float,
        elapsed: float,
        *,
        moved: bool,
        turn: bool,
    ) -> Process:
        comm, fields = split_stat(stat)
        start = int(fields[19])
        if known.process is not None and known.process.start != start:
            # Read through no descriptor of its own, another process is told by its start only.
            known.forget()
            known.sweeps = 1
            turn = moved = True
        kernel = bool(int(fields[6]) & PF_KTHREAD)
        if turn or comm != known.comm:
            self._identify(pid, known, comm, kernel=kernel)
        ticks = int(fields[11]) + int(fields[12])
        used = rate(known.ticks, ticks, elapsed)
        known.ticks = ticks
        known.stat = stat
        if moved or turn:
            rates = self._io_rates(pid, known, now)
        else:
            rates = (known.process.read_rate, known.process.write_rate) if known.process else _NO_IO
        known.process = Process(
            pid=pid,
            start=start,
            parent=int(fields[1]),
            name=known.name,
            uid=known.uid,
            user=self._host.user(known.uid),
            state=fields[0].decode(),
            cpu=None if used is None else 100.0 * used / CLOCK_TICKS,
            cpu_time=ticks / CLOCK_TICKS,
            rss=0 if kernel else self._resident(pid) * PAGE_SIZE,
            read_rate=rates[0],
            write_rate=rates[1],
            threads=int(fields[17]),
            nice=int(fields[16]),
            command=known.command,
            kernel=kernel,
        )
        return known.process

    def _identify(self, pid: int, known: _Tracked, comm: bytes, *, kernel: bool) -> None:
        known.comm = comm
        known.uid = self._host.owner(f"/proc/{pid}")
        arguments = b"" if kernel else self._command_line(pid).rstrip(b"\0")
        known.name = printable(full_name(comm, arguments))
        if arguments:
            known.command = printable(arguments.replace(b"\0", b" "))
        else:
            known.command = f"[{known.name}]"

    def _resident(self, pid: int) -> int:
        """Returns the resident pages. The rss of stat lags behind by up to 64 pages a processor."""
        fd = self._host.open(f"/proc/{pid}/statm")
        try:
            return int(os.read(fd, 128).split(None, 2)[1])
        finally:
            os.close(fd)

    def _command_line(self, pid: int) -> bytes:
        try:
            fd = self._host.open(f"/proc/{pid}/cmdline")
        except PermissionError:
            return b""
        try:
            return os.read(fd, LONGEST_COMMAND)
        finally:
            os.close(fd)

    def _io_rates(self, pid: int, known: _Tracked, now: float) -> tuple[float | None, float | None]:
        # Asking for what was refused costs as much as being answered.
        if known.io_refused and known.sweeps % TURNS:
            return _NO_IO
        counted = self._read_io(pid, known)
        known.io_refused = counted is None
        before, known.io = known.io, counted
        seconds, known.io_at = now - known.io_at, now
        if counted is None or before is None:
            return _NO_IO
        if seconds > STALE and counted != before:
            return _NO_IO  # Nobody knows when in that time it was.
        return rate(before[0], counted[0], seconds), rate(before[1], counted[1], seconds)

    def _read_io(self, pid: int, known: _Tracked) -> tuple[int, int] | None:
        try:
            if known.io_fd >= 0:
                return parse_io(os.pread(known.io_fd, 512, 0))
            fd = self._host.open(f"/proc/{pid}/io")
        except OSError:
            return None  # Another's process (EACCES), or one that has just ended.
        try:
            counted = parse_io(os.pread(fd, 512, 0))
        except OSError:
            os.close(fd)
            return None
        if fd < self._room // 2 and self._host.live:
            known.io_fd = fd
        else:
            os.close(fd)
        return counted

    def close(self) -> None:
        """Closes every kept descriptor and forgets what was read."""
        for known in self._tracked.values():
            known.close()
        self._tracked.clear()
        self._swept_at = None

    def __del__(self) -> None:
        self.close()


_NO_IO: tuple[None, None] = (None, None)


_tables: "WeakValueDictionary[Host, ProcessTable]" = WeakValueDictionary()


def table(host: Host) -> ProcessTable:
    """Returns the one table of a machine in this program: who asks at one moment shares a sweep.

    It lives, with the descriptors that it keeps, as long as somebody holds it.
    """
    found = _tables.get(host)
    if found is None:
        found = _tables[host] = ProcessTable(host)
    return found


def most(
    processes: list[Process], figure: Callable[[Process], float | None], count: int
) -> list[Process]:
    """Returns the `count` processes with the highest figure above 0, the highest first."""
    ranked = [(value, process) for process in processes if (value := figure(process))]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].pid))
    return [process for _, process in ranked[:count]]


def _descriptors() -> int:
    """Raises the soft limit of open files to the hard one and returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard and hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else soft
