"""`sysgui audit` on a recorded machine."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.audit import PANEL, command
from sysgui.panels.audit.columns import COLUMNS
from sysgui.panels.audit.entries import ARGV
from sysgui.panels.audit.probe import Audit, AuditProbe
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from . import RECORDED, write_journal


def run(root: Path, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), Host(str(root)))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    return write_journal(tmp_path, RECORDED["debian12"], ARGV)


def test_the_table_has_a_header_and_a_line_for_each_the_latest_last(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(machine) == 0
    output = capsys.readouterr()
    header, *lines = output.out.splitlines()
    assert header.split() == [column.title for column in COLUMNS]
    assert [line.split()[2] for line in lines] == [
        "process-adjust", "process-signal", "process-signal", "process-signal", "process-signal",
        "file-read",
    ]  # fmt: skip
    assert lines[0].split()[3:5] == ["alice", "done"]
    assert lines[2].endswith(r"signal=KILL gone \x1b[31m (4000000)")
    assert "no end known" in lines[-1]
    assert output.err == ""


@pytest.mark.parametrize(
    ("argv", "requests"),
    [
        ([], 6),
        (["user=bob"], 1),
        (["operation=process-signal", "and", "not", "result=done"], 3),
        (["--limit", "2"], 2),
        (["--limit", "100"], 6),
        (["sleep", "--limit", "1"], 1),
    ],
)
def test_queries_and_limits(
    machine: Path, argv: list[str], requests: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(machine, "--json", *argv) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(found) == requests
    began = [done["began"] for done in found]
    assert began == sorted(began)


def test_a_limit_keeps_the_last(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(machine, "--json", "--limit", "1")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["request"] == "killed"


def test_a_line_of_json_says_all_that_the_window_shows(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(machine, "--json", "user=bob")
    done = json.loads(capsys.readouterr().out)
    assert done["targets"][0] == "signal=CONT"
    assert (done["request"], done["result"], len(done["plan"])) == ("same", "cancelled", 64)
    assert done["began"] < done["ended"]


@pytest.mark.parametrize("argv", [["no-such-thing"], ["--limit", "0"], ["--limit", "-1"]])
def test_nothing_found_is_status_one(
    machine: Path, argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(machine, "--json", *argv) == 1
    assert capsys.readouterr().out == ""


def test_where_nothing_was_done_there_is_a_header_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = write_journal(tmp_path, [], ARGV)
    assert run(machine) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_bad_query_is_a_problem_that_tells_the_column(machine: Path) -> None:
    with pytest.raises(Problem, match="column 6") as caught:
        run(machine, "user=", "--json")
    assert caught.value.code == "bad-query"


@pytest.mark.parametrize("argv", [[], ["--json"]])
def test_who_may_not_read_it_is_told_what_to_do(
    machine: Path, argv: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_probe: Any) -> Audit:
        return Audit([], hidden=True)

    monkeypatch.setattr(AuditProbe, "read", read)
    with pytest.raises(Problem, match="systemd-journal") as caught:
        run(machine, *argv)
    assert "sudo" in caught.value.hint


def test_that_there_may_be_older_ones_is_said_on_standard_error(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = AuditProbe(Host(str(machine))).read().done

    def read(_probe: Any) -> Audit:
        return Audit(found, cut=True)

    monkeypatch.setattr(AuditProbe, "read", read)
    assert run(machine, "--json") == 0
    output = capsys.readouterr()
    assert len(output.out.splitlines()) == 6
    assert "older" in output.err


def test_what_help_says_names_every_option() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    said = parser.format_help()
    assert all(word in said for word in ("--json", "--limit", "QUERY", "operation="))


def test_the_manifest_leads_to_what_it_names(machine: Path) -> None:
    assert PANEL.command() is command
    assert PANEL.probe()(Host(str(machine))).read() == AuditProbe(Host(str(machine))).read()
