"""Processes that tests start and steer: each line written to one is a statement that it runs."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_OBEDIENT = """
import ctypes, os, signal, socket, sys, threading, time
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class Obedient:
    """A Python that runs what it is told, a line at a time, and says when it has done it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pid = process.pid

    def run(self, statement: str) -> None:
        """Has a statement executed, and returns when that is done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@contextmanager
def obedient(argv: Sequence[str] = (sys.executable,)) -> Iterator[Obedient]:
    """Starts one that waits for what it is told, and ends with the context."""
    with subprocess.Popen(
        [*argv, "-u", "-c", _OBEDIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        child = Obedient(process)
        try:
            child.run("pass")
            yield child
        finally:
            process.kill()


def state_of(pid: int) -> str:
    """Returns the letter of a process's state."""
    stat = Path(f"/proc/{pid}/stat").read_bytes()
    return chr(stat.rpartition(b") ")[2][0])


def await_state(pid: int, state: str) -> None:
    """Waits until the kernel has done what it was asked."""
    while (now := state_of(pid)) != state:
        assert now not in "ZX", "it has ended"
        os.sched_yield()


@contextmanager
def started(*argv: str, **options: object) -> Iterator["subprocess.Popen[bytes]"]:
    """Starts a program that sleeps, and waits until it does; it ends with the context."""
    with subprocess.Popen(argv, **options) as process:  # type: ignore[call-overload]
        try:
            await_state(process.pid, "S")
            yield process
        finally:
            process.kill()
