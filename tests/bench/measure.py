"""What a program and all its descendants cost: CPU, memory, and when its window came."""

import os
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psutil

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(argv: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Starts a program in a session of its own, and ends all of it afterwards."""
    program = subprocess.Popen(
        list(argv),
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield program
    finally:
        family = tree(program.pid)
        for process in family:
            _signal(process, signal.SIGTERM)
        _gone, alive = psutil.wait_procs(family, timeout=5)
        for process in alive:
            _signal(process, signal.SIGKILL)
        program.wait()
        if program.stderr is not None:
            program.stderr.close()


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and all its descendants, those included that have ended."""
    total = 0.0
    for process in tree(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def cpu_share(pid: int, seconds: float) -> float:
    """Percentage of one core over the next `seconds`."""
    before, start = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return 100.0 * (cpu_seconds(pid) - before) / (time.monotonic() - start)


def pss(pid: int) -> float:
    """Proportional memory of a process and its descendants, in MB (1e6 bytes)."""
    total = 0
    for process in tree(pid):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
