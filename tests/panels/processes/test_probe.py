"""The readings of the process panel: whole, and as changes."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roots.hosts import GuardedHost, SteppedHost, process_files, write_machine
from roots.spawned import started

from sysgui.panels.processes.probe import Changes, ChangesProbe, ProcessesProbe, hidden
from sysgui.system.host import Host
from sysgui.system.processes import Process, ProcessTable


def test_a_reading_is_a_sweep_with_its_time() -> None:
    reading = ProcessesProbe(Host()).read()
    assert os.getpid() in {process.pid for process in reading.processes}
    assert reading.time == pytest.approx(Path("/proc/self").lstat().st_ctime, abs=3600 * 24 * 3650)
    assert not reading.hidden


def test_a_reading_survives_its_way_through_json() -> None:
    reading = ProcessesProbe(Host()).read()
    assert msgspec.json.decode(msgspec.json.encode(reading), type=type(reading)) == reading


def test_the_first_reading_of_changes_is_whole_and_an_idle_machine_has_none(
    tmp_path: Path,
) -> None:
    host = SteppedHost(write_machine(tmp_path, {**process_files(7), **process_files(8)}))
    probe = ChangesProbe(host)
    first = probe.read()
    assert (first.whole, [process.pid for process in first.changed]) == (True, [7, 8])
    host.step()
    assert len(probe.read().changed) == 2  # Their rates are known now.
    for _ in range(40):
        host.step()
        again = probe.read()
        assert (again.whole, again.changed, again.gone) == (False, [], [])


def test_asked_for_the_whole_it_forgets_what_it_told(tmp_path: Path) -> None:
    host = SteppedHost(write_machine(tmp_path, process_files(7)))
    probe = ChangesProbe(host)
    probe.read()
    whole = probe.read(whole=True)
    assert (whole.whole, len(whole.changed), whole.gone) == (True, 1, [])


def test_a_reused_pid_is_one_that_went_and_one_that_came(tmp_path: Path) -> None:
    host = SteppedHost(write_machine(tmp_path, process_files(7, start=5)))
    probe = ChangesProbe(host)
    probe.read()
    host.step()
    write_machine(tmp_path, process_files(7, start=50))
    changes = probe.read()
    assert [process.key for process in changes.changed] == [(7, 50)]
    assert changes.gone == [(7, 5)]


STATES = st.dictionaries(
    st.integers(min_value=1, max_value=6),
    st.tuples(st.integers(min_value=1, max_value=2), st.integers(min_value=0, max_value=2)),
)


class Scripted:
    """A table whose sweeps were written before."""

    def __init__(self) -> None:
        self.processes: list[Process] = []

    def sweep(self) -> list[Process]:
        return self.processes


def processes(state: dict[int, tuple[int, int]]) -> list[Process]:
    plain: dict[str, Any] = {
        "parent": 0, "name": "", "uid": 0, "user": "", "state": "S", "cpu": None, "cpu_time": 0,
        "read_rate": None, "write_rate": None, "threads": 1, "nice": 0, "command": "",
        "kernel": False,
    }  # fmt: skip
    return [Process(pid=pid, start=start, rss=rss, **plain) for pid, (start, rss) in state.items()]


def apply(known: dict[tuple[int, int], Process], changes: Changes) -> None:
    if changes.whole:
        known.clear()
    for key in changes.gone:
        del known[key]
    known |= {process.key: process for process in changes.changed}


@settings(max_examples=50)
@given(st.lists(st.tuples(STATES, st.booleans()), max_size=8))
def test_changes_applied_one_after_the_other_give_what_is_there(
    states: list[tuple[dict[int, tuple[int, int]], bool]],
) -> None:
    probe = ChangesProbe(Host())
    scripted = Scripted()
    probe._table = scripted  # type: ignore[assignment]
    known: dict[tuple[int, int], Process] = {}
    for state, whole in states:
        scripted.processes = processes(state)
        changes = probe.read(whole=whole)
        if not changes.whole:
            told = {process.key: process for process in changes.changed}
            assert not any(known.get(key) == process for key, process in told.items())
        apply(known, changes)
        assert known == {process.key: process for process in scripted.processes}


def test_a_process_that_starts_and_ends_is_told_of() -> None:
    host = SteppedHost()
    probe = ChangesProbe(host)
    probe.read()
    with started("/bin/sleep", "1000") as child:
        host.step()
        born = next(process for process in probe.read().changed if process.pid == child.pid)
    host.step()
    assert born.key in probe.read().gone


def test_all_that_ask_about_a_machine_share_one_table() -> None:
    host = SteppedHost()
    one, other = ProcessesProbe(host), ProcessesProbe(host)
    assert one.read().processes is other.read().processes
    assert isinstance(one._table, ProcessTable)


@pytest.mark.parametrize(
    ("uid", "answer", "expected"),
    [
        (0, FileNotFoundError, False),
        (1000, FileNotFoundError, True),  # hidepid=2
        (1000, PermissionError, True),  # hidepid=1
        (1000, None, False),
    ],
)
def test_that_others_are_hidden_is_told_by_pid_one(
    tmp_path: Path, uid: int, answer: type[OSError] | None, expected: bool
) -> None:
    class Machine(GuardedHost):
        def exists(self, path: str) -> bool:
            return answer is None or not path.startswith("/proc/1/")

    assert hidden(Machine(write_machine(tmp_path, process_files(1), uid=uid))) is expected
