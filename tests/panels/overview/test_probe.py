"""The overview in one reading, against the tools of this machine."""

import os
import platform
import subprocess
from pathlib import Path

import msgspec
import psutil
import pytest
from roots.hosts import DEBIAN, SteppedHost, process_files, write_machine
from roots.spawned import obedient

from sysgui.panels.overview.probe import (
    TOP,
    Machine,
    Overview,
    OverviewProbe,
    TopProbe,
    read_machine,
)
from sysgui.system.host import Host


def test_the_machine_is_what_uname_and_os_release_say() -> None:
    machine = read_machine(Host())
    argv = ["sh", "-c", '. /etc/os-release && printf %s "$PRETTY_NAME"']
    assert machine.system == subprocess.run(argv, stdout=subprocess.PIPE).stdout.decode()
    assert (machine.hostname, machine.kernel) == (platform.node(), platform.release())
    assert machine.model in Path("/proc/cpuinfo").read_text()


def test_a_machine_that_tells_nothing_of_itself_is_shown_without(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/etc/os-release": b"NAME=x\n\xff"}, hostname="box")
    assert read_machine(Host(str(tmp_path))) == Machine("box", "", "", "")


def test_what_a_machine_calls_itself_does_nothing_to_a_terminal(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/etc/os-release": b'PRETTY_NAME="A\x1b[2J"\n'})
    assert read_machine(Host(str(tmp_path))).system == r"A\x1b[2J"


def test_the_five_with_most_memory_are_those_of_psutil() -> None:
    with obedient() as child:
        child.run("keep = bytearray(400_000_000)")
        child.run("keep[::4096] = b'x' * len(keep[::4096])")
        top = TopProbe(SteppedHost()).read()
        assert top.cpu == []
        assert child.pid in [process.pid for process in top.memory]
        sizes = [process.rss for process in top.memory]
        assert sizes == sorted(sizes, reverse=True)
        assert len(sizes) == TOP
        said = sorted(p.info["memory_info"].rss for p in psutil.process_iter(["memory_info"]))
        assert sizes[-1] == pytest.approx(said[-TOP], rel=0.3)


def test_who_burns_cpu_is_at_the_top() -> None:
    host = SteppedHost()
    probe = TopProbe(host)
    with obedient() as child:
        for _ in range(2):
            probe.read()
            host.step()
        child.run("burn(0.5)")
        top = probe.read()
    assert top.cpu[0].cpu >= 48
    assert child.pid in [process.pid for process in top.cpu]


def test_idle_processes_are_not_among_those_that_use_cpu(tmp_path: Path) -> None:
    files = {**process_files(7), **process_files(8)}
    host = SteppedHost(write_machine(tmp_path, files))
    probe = TopProbe(host)
    for _ in range(3):
        assert probe.read().cpu == []
        host.step()
    write_machine(tmp_path, process_files(8, ticks=30))
    assert [(process.pid, process.cpu) for process in probe.read().cpu] == [(8, 30.0)]


def test_a_reading_holds_all_parts_and_survives_its_way_through_json() -> None:
    host = SteppedHost()
    probe = OverviewProbe(host)
    probe.read()
    host.step()
    overview = probe.read()
    assert overview.totals.elapsed == 1.0
    assert overview.filesystems
    assert overview.top.memory
    assert msgspec.json.decode(msgspec.json.encode(overview), type=Overview) == overview


def test_the_recorded_debian_is_read() -> None:
    overview = OverviewProbe(Host(str(DEBIAN))).read()
    assert overview.machine.system == "Debian GNU/Linux 12 (bookworm)"
    assert [each.mount_point for each in overview.filesystems] == ["/"]
    assert os.getpid() not in {process.pid for process in overview.top.memory[TOP:]}
