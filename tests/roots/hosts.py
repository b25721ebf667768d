"""Hosts for tests: this machine or a recorded one, with clocks and doors in the test's hand."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from sysgui.system.host import Host

DEBIAN = Path(__file__).parent / "debian12"


class SteppedHost(Host):
    """A machine whose monotonic clock moves when it is told to, so that no test need sleep.

    Attributes:
        clock: What the clock shows.
        wall: What the time of day is; None is the machine's own.
    """

    def __init__(self, root: str | Path = "/") -> None:
        super().__init__(str(root))
        self.clock = 1000.0
        self.wall: float | None = None

    def monotonic(self) -> float:
        return self.clock

    def now(self) -> float:
        return super().now() if self.wall is None else self.wall

    def step(self, seconds: float = 1.0) -> None:
        self.clock += seconds


class GuardedHost(SteppedHost):
    """A machine at whose door something happens whenever a file is opened or looked at.

    Attributes:
        before: Called with the path; what it raises is what the machine answers.
    """

    before: Callable[[str], Any] = staticmethod(lambda path: None)

    def open(self, path: str) -> int:
        self.before(path)
        return super().open(path)

    def stat(self, path: str) -> os.stat_result:
        self.before(path)
        return super().stat(path)

    def link(self, path: str) -> str:
        self.before(path)
        return super().link(path)


def write_machine(root: Path, files: Mapping[str, str | bytes], **answers: Any) -> Path:
    """Writes a recorded machine, or more of it, and returns its root.

    Args:
        root: The directory.
        files: What lies where, such as `/proc/stat`.
        answers: What `recorded.json` says; left out, it stays as it is.
    """
    for path, data in files.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
    root.mkdir(parents=True, exist_ok=True)
    if answers:
        (root / "recorded.json").write_bytes(msgspec.json.encode(answers))
    return root


def stat_line(
    pid: int,
    name: bytes = b"sleeper",
    *,
    state: str = "S",
    parent: int = 1,
    flags: int = 0,
    ticks: int = 0,
    start: int = 100,
) -> bytes:
    """Writes a line of /proc/PID/stat as the kernel does (proc_pid_stat(5))."""
    # state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime …
    fields = [state, parent, pid, pid, 0, -1, flags, 1, 0, 0, 0, ticks, 0, 0, 0, 20, 0, 1, 0, start]
    fields += [4096 * 100, 50, 2**64 - 1] + [0] * 27
    return b"%d (%s) " % (pid, name) + " ".join(map(str, fields)).encode() + b"\n"


def process_files(
    pid: int, name: bytes = b"sleeper", *, command: bytes = b"sleeper\0", **more: Any
) -> dict[str, bytes]:
    """Returns the files of one process for `write_machine`."""
    io = b"rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
    return {
        f"/proc/{pid}/stat": stat_line(pid, name, **more),
        f"/proc/{pid}/statm": b"200 50 10 1 0 20 0\n",
        f"/proc/{pid}/cmdline": command,
        f"/proc/{pid}/io": io + b"cancelled_write_bytes: 0\n",
    }
