"""A process held fast: signals reach what was chosen, or nothing."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from roots.hosts import process_files, write_machine
from roots.reused import run_among_own_pids
from roots.spawned import started

from sysgui.panels.processes.handle import ProcessHandle
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.processes import Process, ProcessTable


def seen(pid: int, host: Host | None = None) -> Process:
    table = ProcessTable(host or Host())
    found = {process.pid: process for process in table.sweep()}[pid]
    table.close()
    return found


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with started("/bin/sleep", "1000") as child:
        yield child


class Recording(Host):
    """This machine, whose signals are noted instead of sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[signal.Signals] = []
        self.niced: list[tuple[int, int]] = []

    def send_signal(self, pidfd: int, number: signal.Signals) -> None:
        self.sent.append(number)

    def set_nice(self, pid: int, nice: int) -> None:
        self.niced.append((pid, nice))


def test_a_signal_reaches_the_process(sleeper: "subprocess.Popen[bytes]") -> None:
    with ProcessHandle(Host(), seen(sleeper.pid)) as handle:
        assert not handle.ended
        handle.signal(signal.SIGTERM)
        assert sleeper.wait() == -signal.SIGTERM
        assert handle.ended


def test_a_process_is_stopped_and_goes_on(sleeper: "subprocess.Popen[bytes]") -> None:
    with ProcessHandle(Host(), seen(sleeper.pid)) as handle:
        handle.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED)
        assert psutil.Process(sleeper.pid).status() == psutil.STATUS_STOPPED
        handle.signal(signal.SIGCONT)
        os.waitid(os.P_PID, sleeper.pid, os.WCONTINUED)
        assert psutil.Process(sleeper.pid).status() != psutil.STATUS_STOPPED


def test_a_nice_value_is_set(sleeper: "subprocess.Popen[bytes]") -> None:
    with ProcessHandle(Host(), seen(sleeper.pid)) as handle:
        handle.renice(7)
    assert psutil.Process(sleeper.pid).nice() == 7


def test_a_process_that_ended_before_is_gone(sleeper: "subprocess.Popen[bytes]") -> None:
    process = seen(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    host = Recording()
    with pytest.raises(Problem) as caught:
        ProcessHandle(host, process)
    assert caught.value.code == "process-gone"
    assert host.sent == []


def test_a_process_that_ended_meanwhile_gets_neither_signal_nor_nice_value(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    with ProcessHandle(Host(), seen(sleeper.pid)) as handle:
        sleeper.kill()
        sleeper.wait()
        for act in (lambda: handle.signal(signal.SIGTERM), lambda: handle.renice(5)):
            with pytest.raises(Problem) as caught:
                act()
            assert caught.value.code == "process-gone"
            assert "sleep" in caught.value.message


def test_a_zombie_has_ended_although_the_kernel_would_take_a_signal_for_it(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(sleeper.pid).status() == psutil.STATUS_ZOMBIE
    os.kill(sleeper.pid, signal.SIGTERM)  # No error: nobody would know that nothing came of it.
    with ProcessHandle(Host(), seen(sleeper.pid)) as handle, pytest.raises(Problem) as caught:
        handle.signal(signal.SIGTERM)
    assert caught.value.code == "process-gone"
    assert str(os.getpid()) in caught.value.hint


def test_another_process_with_the_same_pid_is_not_signalled(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    other = msgspec.structs.replace(seen(sleeper.pid), start=seen(sleeper.pid).start - 1)
    host = Recording()
    with pytest.raises(Problem) as caught:
        ProcessHandle(host, other)
    assert caught.value.code == "process-gone"
    assert host.sent == []
    assert sleeper.poll() is None


REUSED = """
import os, signal, subprocess, time
from roots.reused import successor
from sysgui.panels.processes.handle import ProcessHandle
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.processes import ProcessTable
first = subprocess.Popen(["/bin/sleep", "1000"])
chosen = next(each for each in ProcessTable(Host()).sweep() if each.pid == first.pid)
early = ProcessHandle(Host(), chosen)
until = time.monotonic() + 0.05  # What starts in another tick of the kernel starts at another time.
while time.monotonic() < until:
    os.sched_yield()
first.kill()
first.wait()
second = successor(first.pid, ["/bin/sleep", "2000"])
for act in (
    lambda: ProcessHandle(Host(), chosen).signal(signal.SIGKILL),
    lambda: early.signal(signal.SIGKILL),
    lambda: early.renice(19),
):
    try:
        act()
    except Problem as problem:
        assert problem.code == "process-gone", problem
    else:
        raise AssertionError("somebody else was hit")
assert second.poll() is None
assert os.getpriority(os.PRIO_PROCESS, second.pid) == os.getpriority(os.PRIO_PROCESS, 0)
second.kill()
second.wait()
print("spared")
"""


def test_a_process_that_the_kernel_gave_a_reused_pid_is_spared() -> None:
    assert run_among_own_pids(REUSED) == "spared\n"


class Forbidding(Host):
    """This machine, on which nothing is ours to do."""

    def send_signal(self, pidfd: int, number: signal.Signals) -> None:
        raise PermissionError

    def set_nice(self, pid: int, nice: int) -> None:
        raise PermissionError


@pytest.mark.parametrize("nice", [-5, 5])
def test_what_is_not_permitted_is_said_with_what_can_be_done(
    sleeper: "subprocess.Popen[bytes]", nice: int
) -> None:
    with ProcessHandle(Forbidding(), seen(sleeper.pid)) as handle:
        for act in (lambda: handle.signal(signal.SIGTERM), lambda: handle.renice(nice)):
            with pytest.raises(Problem) as caught:
                act()
            assert caught.value.code == "not-permitted"
            assert caught.value.hint
    assert sleeper.poll() is None


def test_only_who_would_run_before_others_is_told_that_this_is_for_administrators(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    process = seen(sleeper.pid)
    with ProcessHandle(Forbidding(), process) as handle:
        for nice, is_ahead in ((process.nice - 1, True), (process.nice, False)):
            with pytest.raises(Problem) as caught:
                handle.renice(nice)
            assert ("before others" in caught.value.message) == is_ahead


def test_the_name_of_whoever_came_after_it_is_not_taken_for_its_own(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    class Quick(Host):
        """Gives the pid to another process while the name is being read."""

        def read(self, path: str) -> bytes:
            if not path.endswith("/comm"):
                return super().read(path)
            sleeper.kill()
            sleeper.wait()
            return b"another\n"

    process = seen(sleeper.pid)
    with ProcessHandle(Host(), process) as handle:
        assert handle.target() == f"{process.pid}:{process.start}:sleep"
    with ProcessHandle(Quick(), process) as handle, pytest.raises(Problem) as caught:
        handle.target()
    assert caught.value.code == "process-gone"


def test_a_recorded_process_cannot_be_held(tmp_path: Path) -> None:
    host = Host(str(write_machine(tmp_path, process_files(7))))
    with pytest.raises(Problem) as caught:
        ProcessHandle(host, seen(7, host))
    assert caught.value.code == "not-recorded"


def test_letting_go_twice_is_letting_go(sleeper: "subprocess.Popen[bytes]") -> None:
    handle = ProcessHandle(Host(), seen(sleeper.pid))
    handle.close()
    handle.close()
    assert handle._fd == -1
