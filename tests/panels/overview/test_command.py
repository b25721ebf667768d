"""`sysgui overview`, line by line, on a machine whose figures are known."""

import argparse
import re
from pathlib import Path

import msgspec
import pytest
from roots.hosts import process_files, write_machine

from sysgui.panels.overview import command
from sysgui.panels.overview.probe import Overview
from sysgui.system import units
from sysgui.system.host import Host

GIB = 1 << 20  # In the KiB of /proc/meminfo.

MEMINFO = f"""MemTotal: {8 * GIB} kB
MemFree: {1 * GIB} kB
MemAvailable: {5 * GIB} kB
Buffers: 0 kB
Cached: {4 * GIB} kB
Shmem: {1 * GIB} kB
SwapTotal: {2 * GIB} kB
SwapFree: {1 * GIB} kB
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    (tmp_path / "sys/block/sda").mkdir(parents=True)
    return write_machine(
        tmp_path,
        {
            "/proc/stat": "cpu  1 2 3 4 5 6 7 8\ncpu0 1 2 3 4 5 6 7 8\n",
            "/proc/meminfo": MEMINFO,
            "/proc/loadavg": "0.10 1.25 12.50 1/2 3\n",
            "/proc/diskstats": "8 0 sda 1 0 8 0 1 0 8 0 0 0 0\n",
            "/proc/net/dev": "\n\neth0: 5 0 0 0 0 0 0 0 6 0 0 0 0 0 0 0\n",
            "/proc/self/mountinfo": "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n",
            "/etc/os-release": 'PRETTY_NAME="Test OS 1"\n',
            **process_files(7, b"eater"),
        },
        hostname="box",
        kernel="6.1.0",
        since_boot=3 * 86_400 + 4 * 3600,
        spaces={
            "/": {"size": 100 << 30, "free": 50 << 30, "available": 40 << 30, "inodes": 1,
                  "inodes_free": 1}
        },
    )  # fmt: skip


def run(root: Path, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), Host(str(root)))


def test_each_figure_has_its_line(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(machine) == 0
    text = capsys.readouterr().out.replace(units.SPACE, " ")
    lines = [re.sub(r" {2,}", "  ", line) for line in text.splitlines()]
    assert lines == [
        "box  Test OS 1 · 6.1.0 · up 3 d 4 h",
        f"CPU  {units.UNKNOWN}  cores {units.UNKNOWN}",
        "Load  0.10 1.25 12.50  over 1, 5 and 15 min",
        "Memory  3.0 GiB of 8.0 GiB  cache 3.0 GiB · shared 1.0 GiB · free 1.0 GiB · swap 1.0 GiB",
        f"Pressure  CPU {units.UNKNOWN} · memory {units.UNKNOWN} · I/O {units.UNKNOWN}",
        f"Disk  sda  read {units.UNKNOWN} · write {units.UNKNOWN} · busy {units.UNKNOWN}",
        f"Network  eth0  ↓ {units.UNKNOWN} · ↑ {units.UNKNOWN}",
        "Files  /  56 % of 100 GiB · 40.0 GiB available",
        "Most memory  200 KiB  eater (7)",
    ]


def test_as_json_it_is_one_line(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(machine, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    overview = msgspec.json.decode(line, type=Overview)
    assert overview.totals.memory.used == 3 << 30
    assert overview.totals.since_boot == 3 * 86_400 + 4 * 3600
