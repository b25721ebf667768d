"""Hours in a minute: at twenty times its rhythm nothing may grow and nothing may stay behind."""

import faulthandler
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from kit import Program, wait_until

DRIVEN = Path(__file__).with_name("driven.py")

TEMPO = 20
EVERY = 0.25
MAY_GROW = 2 << 20

SHORT, LONG = 30.0, 600.0

_OF_A_PROCESS = re.compile(r"/proc/(\d+)/(?:stat|io)")


@contextmanager
def churn() -> Iterator[None]:
    """Lets processes come and go, twenty a second, some for a moment, some for a while."""
    ended = threading.Event()

    def breed() -> None:
        alive: list[subprocess.Popen[bytes]] = []
        turn = 0
        while not ended.wait(0.05):
            turn += 1
            alive.append(subprocess.Popen(["/bin/sleep", str(0.02 * (turn % 50))]))
            alive = [child for child in alive if child.poll() is None]
        for child in alive:
            child.wait()

    breeder = threading.Thread(target=breed)
    breeder.start()
    try:
        yield
    finally:
        ended.set()
        breeder.join()


def memory(pid: int) -> tuple[int, int]:
    """Returns a process's memory in bytes, and the part of it that is not files.

    The share of a library's pages that is counted for it (PSS) grows when another program that uses
    the library ends: only the rest can tell a leak.
    """
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    everything, own, files = (
        int(text.partition(f"\n{name}:")[2].split()[0]) << 10
        for name in ("Pss", "Pss_Anon", "Pss_File")
    )
    return everything, max(own, everything - files)


def files(pid: int) -> list[str]:
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        with suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found


@dataclass
class Samples:
    """What was seen of the window and the child that reads for it."""

    window: list[tuple[int, int]] = field(default_factory=list)
    reader: list[tuple[int, int]] = field(default_factory=list)
    window_files: list[int] = field(default_factory=list)
    reader_files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def take(self, window: int, reader: int) -> None:
        self.window.append(memory(window))
        self.reader.append(memory(reader))
        self.window_files.append(len(files(window)))
        kept = [f for f in files(reader) if not _OF_A_PROCESS.fullmatch(f)]
        self.reader_files.append(len(kept))
        self.threads.append(len(os.listdir(f"/proc/{window}/task")))

    def figures(self) -> str:
        window, reader = (
            " of ".join(f"{statistics.median(kind) / 2**20:.1f}" for kind in (own, everything))
            for everything, own in (zip(*self.window, strict=True), zip(*self.reader, strict=True))
        )
        return (
            f"own memory of PSS in MiB: window {window}, reader {reader}; "
            f"descriptors {min(self.window_files)} + {min(self.reader_files)}, "
            f"threads {min(self.threads)}"
        )

    @property
    def memory(self) -> float:
        """The median of what is not files."""
        return statistics.median(
            own + of_reader
            for (_all, own), (_pss, of_reader) in zip(self.window, self.reader, strict=True)
        )


def watch(program: Program, reader: psutil.Process, seconds: float) -> Samples:
    samples = Samples()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert program.running, program.stderr
        assert reader.is_running(), "the child that reads was started anew"
        samples.take(program.pid, reader.pid)
        time.sleep(EVERY)
    return samples


def soak(start: Callable[..., Program], seconds: float) -> tuple[Samples, Samples]:
    """Returns what was seen in the second third, and in the last."""
    program = start("--tempo", str(TEMPO), script=DRIVEN)
    reader = program.wait_for_reader()
    third = seconds / 3
    with churn():
        watch(program, reader, third)
        before = watch(program, reader, third)
        children = program.look()
        after = watch(program, reader, third)
    sys.stdout.write(f"second third: {before.figures()}\n")
    sys.stdout.write(f"last third:   {after.figures()}\n")
    # None was started anew; the tab of logs has one of its own.
    assert program.look() == children
    assert {reader} < children
    assert len(children) == 2

    found = (_OF_A_PROCESS.fullmatch(file) for file in files(reader.pid))
    ended = {match[0] for match in found if match and not psutil.pid_exists(int(match[1]))}
    # Meanwhile others end: on a busy machine there is always one that was not missed yet.
    wait_until(lambda: ended.isdisjoint(files(reader.pid)), "descriptors of ended processes closed")
    program.send(signal.SIGTERM)
    assert program.wait(10) == 0
    assert program.stderr == ""
    assert program.children_left() == []
    return before, after


def judge(before: Samples, after: Samples) -> None:
    assert after.memory - before.memory < MAY_GROW
    assert min(after.window_files) <= min(before.window_files)
    assert min(after.reader_files) <= min(before.reader_files)
    assert min(after.threads) <= min(before.threads)


def test_half_a_minute_of_restless_use_leaves_nothing_behind(start) -> None:
    judge(*soak(start, SHORT))


@pytest.mark.long
def test_ten_minutes_of_restless_use_leave_nothing_behind(start) -> None:
    faulthandler.cancel_dump_traceback_later()  # It takes long, and is no dead lock.
    judge(*soak(start, LONG))
