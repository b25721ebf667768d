"""`sysgui services`: on a recorded machine, beside what busctl had printed there, and on a fake."""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from roots.hosts import DEBIAN, write_machine

from sysgui.panels.services import command
from sysgui.panels.services.columns import COLUMNS, LANGUAGE, coarse, column, moment, order
from sysgui.panels.services.units import Unit
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .fakes import NOW, Door

SPACE = "\N{NARROW NO-BREAK SPACE}"


def run(host: Host, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), host)


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def listed(member: str) -> list[Any]:
    """What busctl printed on the recorded machine."""
    runs = json.loads((DEBIAN / "recorded.json").read_text())["runs"]
    (answer,) = (runs[argv] for argv in runs if argv.endswith(f"Manager {member}"))
    return json.loads(base64.b64decode(answer["stdout"]))["data"][0]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    door = Door(write_machine(tmp_path, {}))
    systemd = door.systemd
    systemd.add("ssh.service", MainPID=7, NRestarts=3)
    systemd.properties["ssh.service", "ActiveEnterTimestamp"] = int((NOW - 7500) * 1e6)
    systemd.add("cron.service", "failed", "failed")
    systemd.add("gone.service", "inactive", "dead", load="not-found")
    systemd.add("apt.timer", "active", "waiting", NextElapseUSecRealtime=int((NOW + 90) * 1e6))
    systemd.file("rsync.service", "disabled")
    door.managers["user"].add("pipewire.service")
    return door


def test_all_loaded_units_of_a_recorded_machine_are_those_that_busctl_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(Host(str(DEBIAN)), "--all", "--json") == 0
    found = {each["name"]: each for each in map(json.loads, printed(capsys))}
    units = {row[0]: row for row in listed("ListUnits")}
    files = {Path(path).name: state for path, state in listed("ListUnitFiles")}
    assert set(found) == set(units) | set(files)
    for name, row in units.items():
        unit = found[name]
        said = [unit[key] for key in ("name", "description", "load", "active", "sub")]
        assert said == row[:5]
    for name, state in files.items():
        assert found[name]["enabled"] == state


def test_services_that_are_loaded_are_printed_with_what_failed_first(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(door) == 0
    header, *lines = printed(capsys)
    assert header.split()[:3] == ["Name", "State", "Sub-state"]
    assert [line.split()[0] for line in lines] == ["cron.service", "ssh.service"]
    assert "✗ failed" in lines[0]
    assert f"2{SPACE}h ago" in lines[1]
    assert door.systemd.loaded == []


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (["state=failed"], ["cron.service"]),
        (["type=timer"], ["apt.timer"]),
        (["--user"], ["pipewire.service"]),
        (["enabled=no", "--all"], ["rsync.service"]),
        (["load=not-found"], ["gone.service"]),
        (["restarts>2"], ["ssh.service"]),
        (["--limit", "1"], ["cron.service"]),
        (["--sort", "name", "--all"], ["apt.timer", "cron.service", "gone.service", "rsync.service",
                                       "ssh.service"]),
        (["--sort", "restarts"], ["ssh.service", "cron.service"]),
        (["--sort", "restarts", "--ascending"], ["cron.service", "ssh.service"]),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_printed(
    door: Door, capsys: pytest.CaptureFixture[str], argv: list[str], names: list[str]
) -> None:
    assert run(door, *argv, "--json") == 0
    found = [msgspec.json.decode(line, type=Unit).name for line in printed(capsys)]
    assert found == names


def test_a_name_is_printed_so_that_it_can_be_given_to_the_next_command(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    door.systemd.add(r"srv-my\x2ddata.service")
    assert run(door, "my-data") == 0
    _header, line = printed(capsys)
    assert line.startswith("srv-my\\x2ddata.service  active")


def test_timers_are_printed_with_when_they_run(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    run(door, "type=timer")
    header, line = printed(capsys)
    assert "Next run" in header
    assert f"in 1{SPACE}min" in line


def test_nothing_found_is_a_status_of_its_own(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(door, "nosuch") == 1
    assert len(printed(capsys)) == 1


def test_a_query_that_is_none_and_a_bus_that_is_none_are_problems(door: Door) -> None:
    with pytest.raises(Problem) as problem:
        run(door, "frob=1")
    assert problem.value.code == "bad-query"
    del door.managers["user"]
    with pytest.raises(Problem) as problem:
        run(door, "--user")
    assert problem.value.code == "no-bus"


# The columns.


def test_every_column_says_where_it_comes_from_and_can_be_asked_and_sorted() -> None:
    unit = Unit("system", "a.service")
    for each in COLUMNS:
        assert each.source
        assert isinstance(each.text(unit), str)
        order(each.name)(unit)
    assert column("mem").title == "Memory"


def test_what_is_not_known_is_a_dash_and_matches_nothing() -> None:
    unit = Unit("system", "a.service")
    for name in ("mem", "cpu", "cputime", "tasks", "restarts", "pid", "since", "next", "last"):
        assert column(name).text(unit) == "–", name  # noqa: RUF001
        assert not LANGUAGE.compile(f"{name}<1").matches(unit)
        assert LANGUAGE.compile(f"{name}=-").matches(unit)


@pytest.mark.parametrize(
    ("state", "load", "written"),
    [
        ("active", "loaded", "active"),
        ("failed", "loaded", "✗ failed"),
        ("failed", "not-found", "✗ failed"),
        ("activating", "loaded", "… activating"),
        ("inactive", "not-found", "⚠ not-found"),
        ("inactive", "bad-setting", "⚠ bad-setting"),
        ("inactive", "masked", "inactive"),
        ("", "", "–"),  # noqa: RUF001
    ],
)
def test_states_are_told_by_a_sign_as_well(state: str, load: str, written: str) -> None:
    assert column("state").text(Unit("system", "a.service", active=state, load=load)) == written


def test_states_are_sorted_by_who_wants_somebody() -> None:
    units = [
        Unit("system", f"{state or 'none'}.service", active=state, load="loaded", path="/x")
        for state in ("inactive", "", "active", "failed", "activating")
    ]
    ranks = {unit.active: order("state")(unit) for unit in units}
    known = sorted((state for state in ranks if ranks[state] is not None), key=ranks.__getitem__)
    assert known == ["failed", "activating", "active", "inactive"]
    assert ranks[""] is None
    # What only has a file does not matter as much as what is loaded.
    filed = [Unit("system", "b.service", active=state) for state in ("inactive", "active")]
    assert [order("state")(unit) > ranks[unit.active] for unit in filed] == [True, True]


@pytest.mark.parametrize(
    ("state", "answer"),
    [("enabled", "yes"), ("enabled-runtime", "yes"), ("disabled", "no"), ("static", "static")],
)
def test_enabled_is_asked_by_yes_and_no(state: str, answer: str) -> None:
    unit = Unit("system", "a.service", enabled=state)
    assert LANGUAGE.compile(f"enabled={answer}").matches(unit)
    assert column("enabled").text(unit) == state


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7300, "2 h"), (200_000, "2 d")],
)
def test_spans_are_written_with_their_largest_unit(seconds: float, written: str) -> None:
    assert coarse(seconds).replace(SPACE, " ") == written


def test_a_moment_that_is_not_known_is_a_dash() -> None:
    assert moment(None) == moment(0.0) == "–"  # noqa: RUF001


@pytest.mark.parametrize(
    ("ahead", "written"), [(-5.0, "now"), (0.9, "now"), (1.5, "in 1 s"), (3700.0, "in 1 h")]
)
def test_what_is_due_is_due_now(ahead: float, written: str) -> None:
    unit = Unit("system", "a.timer", next_run=NOW + ahead, seen=NOW)
    assert column("next").text(unit).replace(SPACE, " ") == written
