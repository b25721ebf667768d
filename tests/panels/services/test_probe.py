"""Readings of units: whole ones, and the stream of changes that ends when nobody looks any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kit import PATIENCE
from roots.hosts import write_machine

from sysgui.panels.services import manager, probe
from sysgui.panels.services.probe import Changes, LiveProbe, Services, ServicesProbe
from sysgui.panels.services.units import Unit
from sysgui.system.problem import Problem

from .fakes import NOW, Door

CGROUP = "/sys/fs/cgroup"
SSH = "/system.slice/ssh.service"


def fill(door: Door) -> None:
    systemd = door.systemd
    systemd.add("ssh.service", MainPID=7, ControlGroup=SSH)
    systemd.properties["ssh.service", "ActiveEnterTimestamp"] = int((NOW - 90) * 1e6)
    systemd.add("cron.service", "failed", "failed")
    systemd.file("ssh.service")
    systemd.file("rsync.service", "disabled")
    door.managers["user"].add("pipewire.service")


@pytest.fixture
def stepped(tmp_path: Path) -> Door:
    write_machine(
        tmp_path,
        {
            f"{CGROUP}/cgroup.controllers": "memory",
            f"{CGROUP}{SSH}/cpu.stat": "usage_usec 2000000\n",
            f"{CGROUP}{SSH}/memory.current": "4096\n",
        },
    )
    door = Door(tmp_path)
    fill(door)
    return door


# Whole readings.


def test_a_whole_reading_has_all_that_is_known_of_both_managers(stepped: Door) -> None:
    reading = ServicesProbe(stepped).read()
    found = {unit.key: unit for unit in reading.units}
    assert set(found) == {
        ("system", "ssh.service"), ("system", "cron.service"), ("system", "rsync.service"),
        ("user", "pipewire.service"),
    }  # fmt: skip
    ssh = found["system", "ssh.service"]
    assert (ssh.pid, ssh.since, ssh.memory, ssh.cpu_time) == (7, NOW - 90, 4096, 2.0)
    assert (ssh.enabled, ssh.changed, ssh.seen) == ("enabled", False, NOW)
    assert reading.missing == {}
    assert stepped.systemd.loaded == []
    assert all(not manager.buses for manager in stepped.managers.values())


def test_a_reading_is_json_and_back(stepped: Door) -> None:
    reading = ServicesProbe(stepped).read()
    assert msgspec.json.decode(msgspec.json.encode(reading), type=Services) == reading


def test_without_a_manager_of_ones_own_it_is_said_and_the_systems_is_read(stepped: Door) -> None:
    del stepped.managers["user"]
    reading = ServicesProbe(stepped).read()
    assert {unit.scope for unit in reading.units} == {"system"}
    assert reading.missing == {"user": "There is no bus. Start one."}


def test_without_systemd_there_is_nothing_to_read(stepped: Door) -> None:
    stepped.systemd.away = True
    with pytest.raises(Problem) as problem:
        ServicesProbe(stepped).read()
    assert problem.value.code == "no-systemd"
    assert stepped.systemd.buses == []


def test_a_manager_that_reloads_for_ever_ends_no_reading(stepped: Door) -> None:
    stepped.systemd.before = lambda call: (
        stepped.systemd.tell("Reloading", True) if call.member == "ListUnitFiles" else None
    )
    assert len(ServicesProbe(stepped).read(["system"]).units) >= 2


# The stream.


class Stream:
    """A live probe that is read in a thread, as the window's poller does."""

    def __init__(self, door: Door, scope: str = "system") -> None:
        self.door = door
        self.probe = LiveProbe(door)
        self.scope = scope
        self.units: dict[str, Unit] = {}
        self.told: list[Changes] = []
        self.problems: list[Problem] = []
        self._turn = threading.Condition()
        self._stop = False
        self._thread = threading.Thread(target=self._read)

    def start(self) -> None:
        self._thread.start()

    def _read(self) -> None:
        while not self._stop:
            try:
                answer: Any = self.probe.read(self.scope)
            except Problem as problem:
                answer = problem
            with self._turn:
                self._take(answer)
                self._turn.notify_all()

    def _take(self, answer: Changes | Problem) -> None:
        if isinstance(answer, Problem):
            self.problems.append(answer)
            return
        self.told.append(answer)
        if answer.whole:
            self.units.clear()
        self.units.update({unit.name: unit for unit in answer.changed})
        for name in answer.gone:
            self.units.pop(name, None)

    def wait(self, true: Callable[[], Any]) -> None:
        with self._turn:
            assert self._turn.wait_for(true, PATIENCE)

    def stop(self) -> None:
        self._stop = True
        while self._thread.is_alive():
            self.probe.rest()
            self._thread.join(0.01)


@pytest.fixture
def door() -> Door:
    made = Door(real=True)
    fill(made)
    return made


@pytest.fixture
def stream(door: Door) -> Iterator[Stream]:
    made = Stream(door)
    made.start()
    yield made
    made.stop()


def test_the_first_reading_is_all_that_is_loaded_after_two_calls(door: Door) -> None:
    probe = LiveProbe(door)
    changes = probe.read()
    assert changes.whole
    assert {unit.name for unit in changes.changed} == {"ssh.service", "cron.service"}
    assert [call.member for call in door.systemd.calls] == ["Subscribe", "ListUnits"]
    probe.rest()
    assert probe.read().resting
    assert door.systemd.buses == []


def test_files_follow_and_then_it_is_settled(stream: Stream) -> None:
    stream.wait(lambda: "rsync.service" in stream.units)
    stream.wait(lambda: stream.told[-1].settled)


def test_what_changes_is_told_and_nothing_else(door: Door, stream: Stream) -> None:
    stream.wait(lambda: "rsync.service" in stream.units and stream.told[-1].settled)
    before = len(stream.told)
    door.systemd.change("ssh.service", "failed", "failed")
    stream.wait(lambda: stream.units["ssh.service"].active == "failed")
    # A look at the files, which comes when it is due, has nothing to tell but that it is over.
    told = stream.told[before:]
    assert [unit.name for changes in told for unit in changes.changed] == ["ssh.service"]
    assert not any(changes.whole or changes.gone for changes in told)


def test_a_flood_of_signals_is_told_a_few_times_a_second(door: Door, stream: Stream) -> None:
    stream.wait(lambda: "rsync.service" in stream.units and stream.told[-1].settled)
    before, began = len(stream.told), time.monotonic()
    for number in range(2000):
        door.systemd.change("ssh.service", "active", f"s{number}")
    stream.wait(lambda: stream.units["ssh.service"].sub == "s1999")
    # One at once, one after each while, and one when the files were looked at.
    assert len(stream.told) - before <= 3 + (time.monotonic() - began) / manager.COALESCED


def test_details_come_when_somebody_looks(door: Door, stream: Stream) -> None:
    stream.wait(lambda: "rsync.service" in stream.units)
    stream.probe.look(["ssh.service"])
    stream.wait(lambda: stream.units["ssh.service"].control_group == SSH)
    assert stream.units["ssh.service"].pid == 7
    assert stream.units["cron.service"].since is None
    assert door.systemd.loaded == []


def test_another_scope_is_another_connection(door: Door, stream: Stream) -> None:
    stream.wait(lambda: "ssh.service" in stream.units)
    stream.scope = "user"
    stream.probe.rest()
    stream.wait(lambda: "pipewire.service" in stream.units)
    assert "ssh.service" not in stream.units
    assert door.systemd.buses == []


def test_whoever_rests_has_no_connection_and_begins_anew(door: Door, stream: Stream) -> None:
    stream.wait(lambda: "ssh.service" in stream.units)
    first = door.systemd.buses[0]
    door.systemd.units["cron.service"][3] = "active"
    stream.probe.rest()
    stream.wait(lambda: stream.units["cron.service"].active == "active")
    assert first.closed


def test_files_are_listed_anew_only_if_any_is_another_than_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "LOOK_FIRST", 0.01)
    monkeypatch.setattr(probe, "LOOK_EVERY", 0.01)
    door = Door(write_machine(tmp_path, {"/lib/systemd/system/ssh.service": ""}), real=True)
    fill(door)
    listed = partial(door.systemd.asked, "ListUnitFiles")
    stream = Stream(door)
    stream.start()
    stream.wait(lambda: "rsync.service" in stream.units)
    stream.wait(lambda: stream.probe._stamp is not None and stream.told[-1].settled)
    for _ in range(3):
        stream.units.clear()
        stream.probe.rest()
        stream.wait(lambda: "rsync.service" in stream.units)
        # It is told at once with the units that are loaded.
        assert stream.units["ssh.service"].enabled == "enabled"
    assert len(listed()) == 1
    # Put there by hand, without a word to systemd.
    door.systemd.file("new.service")
    write_machine(tmp_path, {"/lib/systemd/system/new.service": ""})
    stream.wait(lambda: "new.service" in stream.units)
    assert len(listed()) == 2
    stream.stop()


def test_a_unit_that_has_just_changed_is_asked_for_its_files_when_it_is_calm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "LOOK_FIRST", 0.01)
    monkeypatch.setattr(probe, "LOOK_EVERY", 0.01)
    door = Door(write_machine(tmp_path, {"/lib/systemd/system/ssh.service": ""}), real=True)
    fill(door)
    door.systemd.properties["", "UnitsLoadFinishTimestamp"] = 1  # Before any file was written.
    stream = Stream(door)
    stream.start()
    try:
        stream.wait(lambda: stream.probe._stamp is not None and stream.told[-1].settled)
        door.systemd.change("ssh.service", "inactive", "dead")
        door.systemd.properties["ssh.service", "DropInPaths"] = []
        write_machine(tmp_path, {"/lib/systemd/system/ssh.service.d/x.conf": "[Unit]\n"})
        stream.wait(lambda: stream.units["ssh.service"].changed)
    finally:
        stream.stop()


def test_a_file_that_comes_just_as_files_are_listed_first_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "LOOK_FIRST", 0.01)
    monkeypatch.setattr(probe, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(manager, "FILES_AGAIN", 0.01)
    door = Door(write_machine(tmp_path, {"/lib/systemd/system/ssh.service": ""}), real=True)
    fill(door)

    def write() -> None:
        """Too late for the first list, and for all others in time."""
        if len(door.systemd.asked("ListUnitFiles")) == 1:
            write_machine(tmp_path, {"/lib/systemd/system/new.service": ""})
        else:
            door.systemd.file("new.service")

    door.systemd.before = lambda call: write() if call.member == "ListUnitFiles" else None
    stream = Stream(door)
    stream.start()
    try:
        stream.wait(lambda: "new.service" in stream.units)
    finally:
        stream.stop()


def test_a_bus_that_breaks_off_is_told_once_and_made_anew(door: Door, stream: Stream) -> None:
    stream.wait(lambda: "ssh.service" in stream.units)
    door.systemd.units["cron.service"][3] = "active"
    door.systemd.buses[0].break_off()
    stream.wait(lambda: stream.units["cron.service"].active == "active")
    assert [problem.code for problem in stream.problems] == ["bus-gone"]
    assert len(door.systemd.buses) == 1


def test_where_there_is_no_bus_it_is_not_asked_for_all_the_time(door: Door) -> None:
    del door.managers["user"]
    stream = Stream(door, "user")
    stream.start()
    stream.wait(lambda: len(stream.problems) == 2)
    assert stream.problems[0].code == "no-bus"
    assert len(door.opened) <= 3
    stream.stop()


def test_an_end_while_it_waits_to_try_again_is_no_wait(door: Door) -> None:
    door.systemd.away = True
    stream = Stream(door)
    stream.start()
    stream.wait(lambda: len(stream.problems) >= 1)
    stream.stop()
    assert door.systemd.buses == []


def test_an_end_between_two_readings_leaves_no_connection(door: Door) -> None:
    probe = LiveProbe(door)
    probe.read()
    del probe
    assert door.systemd.buses == []


def test_five_thousand_units_are_listed_with_what_changes_meanwhile(door: Door) -> None:
    for number in range(5000):
        door.systemd.add(f"unit-{number}@x\\x2dy.service")
    stream = Stream(door)
    stream.start()
    stream.wait(lambda: len(stream.units) >= 5002)
    for number in range(0, 5000, 7):
        door.systemd.change(f"unit-{number}@x\\x2dy.service", "failed", "failed")
    failed = len(range(0, 5000, 7)) + 1
    stream.wait(lambda: sum(unit.active == "failed" for unit in stream.units.values()) == failed)
    stream.stop()
