"""The doors to the machine: the only code that opens system files, starts programs, reads clocks.

A `Host` has a root. With `/` it is this machine; with another directory it is a recorded one, whose
files lie beneath it as they lay on the machine, and whose other answers (clocks, file system sizes,
programs' output) stand in `recorded.json` beside them.
"""

import grp
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from sysgui.system.i18n import _
from sysgui.system.kept_file import KeptFile
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

if TYPE_CHECKING:
    from sysgui.system.bus import Bus

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")  # The unit of the times in /proc/PID/stat, per second.
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")  # The unit of rss in /proc/PID/stat, in bytes.

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Space(msgspec.Struct, frozen=True):
    """What statvfs(3) says of a mounted file system, in bytes and inodes."""

    size: int
    free: int
    available: int
    inodes: int
    inodes_free: int


class Output(msgspec.Struct, frozen=True):
    """What a program left behind when it had ended."""

    status: int
    stdout: bytes
    stderr: bytes


class Recorded(msgspec.Struct, frozen=True):
    """The answers of a recorded machine that are not files (`recorded.json` under its root)."""

    now: float = 0.0
    since_boot: float = 0.0
    uid: int = 0
    hostname: str = ""
    kernel: str = ""
    owners: dict[str, int] = msgspec.field(default_factory=dict)
    spaces: dict[str, Space] = msgspec.field(default_factory=dict)
    runs: dict[str, Output] = msgspec.field(default_factory=dict)


class Host:
    """One machine, live or recorded.

    Args:
        root: The directory beneath which the machine's files lie.
    """

    def __init__(self, root: str = "/") -> None:
        self.root = root.rstrip("/")
        self.live = not self.root
        self._recorded = Recorded()
        if not self.live:
            self._recorded = _load_recording(self.root)
        self._users: dict[int, str] = {}

    # Files.

    def read(self, path: str) -> bytes:
        """Reads a whole file, such as `/proc/stat`.

        Raises:
            OSError: As open(2) and read(2) say.
        """
        fd = self.open(path)
        try:
            chunks = [os.read(fd, 1 << 16)]
            # /proc hands out a page at a time: only an empty read is the end.
            while chunks[-1]:
                chunks.append(os.read(fd, 1 << 16))
            return b"".join(chunks)
        finally:
            os.close(fd)

    def open(self, path: str, flags: int = 0) -> int:
        """Opens a file for repeated reading and returns its descriptor, which the caller closes.

        Args:
            path: The file's.
            flags: More of those that open(2) takes.
        """
        return os.open(self.root + path, os.O_RDONLY | os.O_CLOEXEC | flags)

    def names(self, path: str) -> list[str]:
        """Lists the names in a directory, in the kernel's order."""
        return os.listdir(self.root + path)

    def each_name(self, path: str) -> Iterator[str]:
        """Yields the names in a directory, however many there are."""
        with os.scandir(self.root + path) as entries:
            for entry in entries:
                yield entry.name

    def link(self, path: str) -> str:
        """Reads where a symbolic link leads."""
        return os.readlink(self.root + path)

    def owner(self, path: str) -> int:
        """Returns the uid that owns a path; of `/proc/PID`, the effective uid of the process."""
        found = self.stat(path).st_uid
        # A recorded file belongs to whoever has checked it out.
        return self._recorded.owners.get(path, found)

    def stat(self, path: str) -> os.stat_result:
        """Returns owner, mode, size and times of a path."""
        return os.stat(self.root + path)

    def exists(self, path: str) -> bool:
        """Tells whether a path exists."""
        return os.path.exists(self.root + path)

    def may_read(self, path: str) -> bool:
        """Tells whether this user may read a path (access(2))."""
        return os.access(self.root + path, os.R_OK)

    def space(self, mount_point: str) -> Space:
        """Returns how full the file system at `mount_point` is (statvfs(3)).

        Raises:
            OSError: As statvfs(3) says; ENOENT on a machine that was recorded without it.
        """
        if not self.live:
            if mount_point not in self._recorded.spaces:
                raise FileNotFoundError(mount_point)
            return self._recorded.spaces[mount_point]
        found = os.statvfs(mount_point)
        unit = found.f_frsize
        return Space(
            size=found.f_blocks * unit,
            free=found.f_bfree * unit,
            available=found.f_bavail * unit,
            inodes=found.f_files,
            inodes_free=found.f_ffree,
        )

    def keep(self, path: str) -> KeptFile:
        """Returns a file that is opened once and read many times."""
        return KeptFile(self, path)

    # Clocks and names.

    def now(self) -> float:
        """Returns the time of day in seconds since 1970, which may jump (CLOCK_REALTIME)."""
        return time.time() if self.live else self._recorded.now

    def monotonic(self) -> float:
        """Returns seconds that only ever go forward, for rates (CLOCK_MONOTONIC)."""
        return time.monotonic() if self.live else self._recorded.since_boot

    def since_boot(self) -> float:
        """Returns the seconds since boot, sleep included (CLOCK_BOOTTIME)."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) if self.live else self._recorded.since_boot

    def uid(self) -> int:
        """Returns the effective uid of the person in front of the machine."""
        return os.geteuid() if self.live else self._recorded.uid

    def hostname(self) -> str:
        """Returns the node name of uname(2)."""
        return os.uname().nodename if self.live else self._recorded.hostname

    def kernel(self) -> str:
        """Returns the kernel's release of uname(2), such as `6.1.0-31-amd64`."""
        return os.uname().release if self.live else self._recorded.kernel

    def user(self, uid: int) -> str:
        """Returns the name of a uid (NSS; /etc/passwd of a recorded machine), or the number."""
        name = self._users.get(uid)
        if name is None:
            name = self._users[uid] = printable_text(self._look_up_user(uid))
        return name

    def _look_up_user(self, uid: int) -> str:
        if self.live:
            try:
                return pwd.getpwuid(uid).pw_name
            except KeyError:
                return str(uid)
        return self._listed("/etc/passwd", uid)

    def group(self, gid: int) -> str:
        """Returns the name of a gid, or the number."""
        if self.live:
            try:
                return printable_text(grp.getgrgid(gid).gr_name)
            except KeyError:
                return str(gid)
        return printable_text(self._listed("/etc/group", gid))

    def _listed(self, path: str, number: int) -> str:
        """Returns the name that a recorded list gives a number, or the number."""
        try:
            lines = self.read(path).decode("utf-8", "surrogateescape").splitlines()
        except OSError:
            return str(number)
        for line in lines:
            fields = line.split(":")
            if len(fields) > 2 and fields[2] == str(number):
                return fields[0]
        return str(number)

    # Programs.

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        """Runs a program to its end, without a shell, with a fixed PATH and locale.

        Args:
            argv: The program and its arguments.
            timeout: Seconds after which it is killed.

        Raises:
            Problem: `no-program`, `program-timeout`, or `not-recorded`.
        """
        if not self.live:
            recorded = self._recorded.runs.get(" ".join(argv))
            if recorded is None:
                raise self._not_recorded(" ".join(argv))
            return recorded
        try:
            done = subprocess.run(  # noqa: S603 - an argument vector, never a shell
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                env=_environment(),
                check=False,
            )
        except FileNotFoundError as error:
            raise Problem(
                "no-program",
                _("{program} is not installed.").format(program=argv[0]),
            ) from error
        except subprocess.TimeoutExpired as error:
            raise Problem(
                "program-timeout",
                _("{program} did not end within {seconds:.0f} s.").format(
                    program=argv[0], seconds=timeout
                ),
            ) from error
        return Output(done.returncode, done.stdout, done.stderr)

    def spawn(
        self,
        argv: Sequence[str],
        extra_environment: Mapping[str, str] | None = None,
        *,
        errors: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Starts a program whose standard input and output are pipes, in a session of its own.

        A session of its own: a Ctrl+C in the terminal is for the application, which then ends its
        children in order.

        Args:
            argv: The program and its arguments.
            extra_environment: Besides the fixed one.
            errors: Whether standard error is a pipe too.

        Raises:
            Problem: `not-recorded`.
            OSError: As execve(2) says.
        """
        if not self.live:
            raise self._not_recorded(" ".join(argv))
        return subprocess.Popen(  # noqa: S603 - an argument vector, never a shell
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if errors else None,
            bufsize=0,
            start_new_session=True,
            env={**_environment(), **(extra_environment or {})},
        )

    # D-Bus.

    def bus(self, kind: str) -> "Bus":
        """Connects the calling thread to a bus; it closes the connection.

        Args:
            kind: `system`, or `user` for that of the user's own session.

        Raises:
            Problem: `no-bus`.
        """
        # Most never ask for one.
        if not self.live:
            from sysgui.system.recorded_bus import RecordedBus

            return RecordedBus(kind, lambda argv: self.run(argv).stdout)
        from sysgui.system.live_bus import LiveBus

        if kind == "system":
            given = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
            return LiveBus(kind, given or "unix:path=/run/dbus/system_bus_socket")
        address, direct = self._address_of_user()
        return LiveBus(kind, address, direct=direct)

    def _address_of_user(self) -> tuple[str, bool]:
        # Where systemd opened the session, its bus is that of the user's manager. The variable may
        # name one that a program started for itself.
        place = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{self.uid()}"
        # Without dbus-user-session there is no bus, and systemd has a socket of its own.
        for name, direct in (("bus", False), ("systemd/private", True)):
            if self.exists(f"{place}/{name}"):
                return f"unix:path={place}/{name}", direct
        return os.environ.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={place}/bus", False

    # Processes.

    def pidfd(self, pid: int) -> int:
        """Opens a descriptor that stays bound to the process that has `pid` now (pidfd_open(2)).

        Raises:
            Problem: `not-recorded`.
            OSError: ESRCH if there is none.
        """
        if not self.live:
            raise self._not_recorded(f"pidfd {pid}")
        return os.pidfd_open(pid)

    def send_signal(self, pidfd: int, number: signal.Signals) -> None:
        """Signals the process that `pidfd` is bound to (pidfd_send_signal(2))."""
        signal.pidfd_send_signal(pidfd, number)

    def set_nice(self, pid: int, nice: int) -> None:
        """Sets the nice value of a process (setpriority(2))."""
        os.setpriority(os.PRIO_PROCESS, pid, nice)

    def name_program(self, name: str) -> None:
        """Gives this program a name of its own in process lists (/proc/self/comm)."""
        if self.live:
            Path("/proc/self/comm").write_text(name)

    def _not_recorded(self, what: str) -> Problem:
        return Problem(
            "not-recorded",
            _("The recorded machine {root} has no answer for “{what}”.").format(
                root=self.root, what=what
            ),
            _("Record it again with this included, or look at this machine instead."),
        )


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PYTHONPATH")
    }
    return {**kept, "PATH": _PATH, "LC_ALL": "C.UTF-8"}


def _load_recording(root: str) -> Recorded:
    path = Path(root)
    if not path.is_dir():
        raise Problem(
            "no-root",
            _("{root} is not a directory.").format(root=root),
            _("Name the directory beneath which the machine's /proc and /sys were recorded."),
        )
    try:
        return msgspec.json.decode((path / "recorded.json").read_bytes(), type=Recorded)
    except FileNotFoundError:
        return Recorded()
    except msgspec.DecodeError as error:
        raise Problem(
            "bad-recording",
            _("{root}/recorded.json cannot be read: {error}").format(root=root, error=error),
        ) from error
