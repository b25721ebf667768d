"""Figures of control groups, from the files of a recorded machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from roots.hosts import SteppedHost, write_machine

from sysgui.panels.services.figures import ROOT, Figures, FiguresProbe

GROUP = "/system.slice/ssh.service"


def group(usage: int, **files: str) -> dict[str, str | bytes]:
    stat = f"usage_usec {usage}\nuser_usec 1\nsystem_usec 2\n"
    found: dict[str, str | bytes] = {f"{ROOT}/cgroup.controllers": "cpu memory pids\n"}
    found[f"{ROOT}{GROUP}/cpu.stat"] = stat
    for name, text in files.items():
        found[f"{ROOT}{GROUP}/{name.replace('_', '.')}"] = text
    return found


def test_figures_are_those_of_the_groups_files(tmp_path: Path) -> None:
    write_machine(
        tmp_path, group(1_500_000, memory_current="123456\n", pids_current="3\n"), now=7.0
    )
    host = SteppedHost(tmp_path)
    probe = FiguresProbe(host)
    first = probe.read([GROUP, "/gone.slice"])
    assert first.groups == {GROUP: Figures(123456, None, 1.5, 3)}
    assert (first.time, first.unified) == (7.0, True)
    host.step(2.0)
    write_machine(tmp_path, group(2_500_000))
    # A second of computing within two seconds.
    assert probe.read([GROUP]).groups[GROUP].cpu == pytest.approx(50.0)


def test_a_group_that_is_made_anew_has_no_rate(tmp_path: Path) -> None:
    write_machine(tmp_path, group(9_000_000))
    host = SteppedHost(tmp_path)
    probe = FiguresProbe(host)
    probe.read([GROUP])
    host.step(2.0)
    write_machine(tmp_path, group(5))
    assert probe.read([GROUP]).groups[GROUP].cpu is None


def test_a_group_without_a_controller_is_not_counted_for_it(tmp_path: Path) -> None:
    write_machine(tmp_path, group(1_000_000, pids_current="max\n"))
    found = FiguresProbe(SteppedHost(tmp_path)).read([GROUP])
    assert found.groups[GROUP] == Figures(None, None, 1.0, None)


def test_where_control_groups_are_of_version_one_nothing_is_counted(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/sys/fs/cgroup/memory/tasks": "1\n"})
    found = FiguresProbe(SteppedHost(tmp_path)).read([GROUP])
    assert (found.groups, found.unified) == ({}, False)
