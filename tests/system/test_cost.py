"""What the program costs, against psutil for it and its children."""

import os
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from roots.hosts import SteppedHost, process_files, write_machine
from roots.spawned import obedient

from sysgui.system.cost import CostProbe


def family() -> list[psutil.Process]:
    own = psutil.Process()
    return [own, *own.children(recursive=True)]


# What a reading itself may take or give back.
SLACK = 1 << 20


def resident() -> int:
    return sum(process.memory_info().rss for process in family())


def seconds() -> float:
    """All time that the family and its ended members have used."""
    return sum(
        times.user + times.system + times.children_user + times.children_system
        for times in (process.cpu_times() for process in family())
    )


def burn(amount: float) -> None:
    until = time.process_time() + amount
    while time.process_time() < until:
        pass


def test_memory_and_number_are_those_of_this_process_and_its_children() -> None:
    with obedient() as child, obedient() as other:
        child.run("import subprocess; deep = subprocess.Popen(['/bin/sleep', '1000'])")
        probe = CostProbe(SteppedHost(), os.getpid())
        probe.read()
        before, cost, after = resident(), probe.read(), resident()
        assert cost.processes == len(family()) == 4
        assert min(before, after) - SLACK <= cost.rss <= max(before, after) + SLACK
        child.run("deep.kill(); deep.wait()")
        assert other.pid


def test_cpu_is_that_of_this_process_and_its_children() -> None:
    host = SteppedHost()
    probe = CostProbe(host, os.getpid())
    with obedient() as child:
        assert probe.read().cpu is None
        before = seconds()
        burn(0.1)
        child.run("burn(0.2)")
        host.step()
        cost = probe.read()
        used = seconds() - before
        # Each of four counters is cut off at a tick of 10 ms.
        assert cost.cpu == pytest.approx(100 * used, abs=4.1)
        assert cost.cpu >= 26


def test_a_child_that_ends_does_not_have_its_whole_life_counted_again() -> None:
    host = SteppedHost()
    probe = CostProbe(host, os.getpid())
    with obedient() as child:
        probe.read()
        child.run("burn(0.3)")
        host.step()
        assert probe.read().cpu >= 26
    host.step()
    assert probe.read().cpu <= 15
    host.step()
    assert probe.read().processes == 1


def test_a_child_that_began_and_ended_in_between_is_counted() -> None:
    host = SteppedHost()
    probe = CostProbe(host, os.getpid())
    probe.read()
    with obedient() as child:
        child.run("burn(0.3)")
    host.step()
    assert probe.read().cpu >= 26


def test_children_of_threads_are_found() -> None:
    with obedient() as child:
        child.run("import subprocess; from concurrent.futures import ThreadPoolExecutor")
        child.run("pool = ThreadPoolExecutor(); start = lambda: subprocess.Popen(['sleep', '99'])")
        child.run("deep = pool.submit(start).result()")
        assert CostProbe(SteppedHost(), child.pid).read().processes == 2
        child.run("deep.kill(); deep.wait()")


def test_a_process_that_has_ended_costs_nothing() -> None:
    child = subprocess.Popen(["/bin/true"])
    child.wait()
    cost = CostProbe(SteppedHost(), child.pid).read()
    assert (cost.rss, cost.processes, cost.cpu) == (0, 0, None)


def test_a_kernel_without_lists_of_children_gives_the_process_alone(tmp_path: Path) -> None:
    write_machine(tmp_path, process_files(7, ticks=5))
    (tmp_path / "proc/7/task/7").mkdir(parents=True)
    host = SteppedHost(tmp_path)
    probe = CostProbe(host, 7)
    assert probe.read().processes == 1
    host.step()
    write_machine(tmp_path, process_files(7, ticks=30))
    assert probe.read().cpu == 25.0
