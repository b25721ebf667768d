"""`sysgui processes` on a recorded machine, and the columns of which its table is made."""

import argparse
from pathlib import Path

import msgspec
import pytest
from roots.hosts import DEBIAN, process_files, write_machine

from sysgui.panels.processes import command
from sysgui.panels.processes.columns import COLUMNS, LANGUAGE, STATES, column
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.processes import Process


def run(root: Path, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), Host(str(root)))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    return write_machine(
        tmp_path,
        {
            **process_files(7, b"alpha", command=b"/bin/alpha\0-v\0", ticks=5),
            **process_files(8, b"Beta", command=b"beta\0", state="R"),
            **process_files(9, b"kworker/0:1", command=b"", flags=0x200000, state="I"),
        },
        owners={"/proc/8": 33},
        since_boot=10.0,
    )


def test_the_table_has_a_header_and_a_line_a_process(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(machine) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == [word for column in COLUMNS for word in column.title.split()]
    assert len(lines) == 3
    assert {line.split()[0] for line in lines} == {"alpha", "Beta", "kworker/0:1"}
    assert all(line.index("Command" if line is header else line.split()[-1]) for line in lines)


def test_the_last_column_is_written_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = b"x" * 3000
    run(write_machine(tmp_path, process_files(7, command=long + b"\0")))
    assert long.decode() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "pids"),
    [
        (["alpha"], [7]),
        (["state=R"], [8]),
        (["user=33"], [8]),
        (["not", "command~bin"], [9, 8]),
        (["--sort", "pid", "--ascending"], [7, 8, 9]),
        (["--sort", "pid"], [9, 8, 7]),
        (["--sort", "name"], [7, 8, 9]),
        (["--sort", "pid", "--limit", "1"], [9]),
    ],
)
def test_queries_and_order(
    machine: Path, argv: list[str], pids: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(machine, "--json", *argv) == 0
    lines = capsys.readouterr().out.splitlines()
    found = [msgspec.json.decode(line, type=Process).pid for line in lines]
    assert found == pids or sorted(found) == sorted(pids) == [8, 9]


def test_nothing_found_is_status_one(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(machine, "no-such-process", "--json") == 1
    assert capsys.readouterr().out == ""


def test_a_bad_query_is_a_problem_that_tells_the_column(machine: Path) -> None:
    with pytest.raises(Problem, match="column 5") as caught:
        run(machine, "cpu>", "--json")
    assert caught.value.code == "bad-query"


def test_that_others_are_hidden_is_said_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(write_machine(tmp_path, process_files(7), uid=1000))
    assert "hidepid" in capsys.readouterr().err


def test_the_recorded_debian_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(DEBIAN, "user=messagebus", "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert msgspec.json.decode(line, type=Process).name == "dbus-daemon"


# Columns


def test_columns_have_names_titles_and_sources() -> None:
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert all(column.title and column.source for column in COLUMNS)
    assert column("pid").name == "pid"
    with pytest.raises(KeyError):
        column("no-such-column")


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_be_asked_for_by_its_own_letter(tmp_path: Path, state: str) -> None:
    states = "".join(STATES)
    machine = write_machine(
        tmp_path,
        {
            path: data
            for pid, letter in enumerate(states, 1)
            for path, data in process_files(pid, state=letter).items()
        },
    )
    found = [
        process.state
        for process in _all(machine)
        if LANGUAGE.compile(f"state={state}").matches(process)
    ]
    assert found == [state]


def _all(root: Path) -> list[Process]:
    return command.ProcessesProbe(Host(str(root))).read().processes


def test_the_names_of_columns_are_asked_without_regard_to_capitals(machine: Path) -> None:
    query = LANGUAGE.compile("name=beta")
    assert [process.pid for process in _all(machine) if query.matches(process)] == [8]
