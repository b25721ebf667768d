"""The command line as a user has it: a process, its exit status, what it prints and where."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from roots.hosts import DEBIAN, process_files, write_machine

import sysgui
import sysgui.panels
from sysgui import cli
from sysgui.panels.audit.probe import Audit
from sysgui.panels.logs.probe import Logs
from sysgui.panels.overview.probe import Overview
from sysgui.panels.processes.probe import Processes
from sysgui.panels.services.probe import Services
from sysgui.system.i18n import PSEUDO_VARIABLE
from sysgui.system.panel import find_panels

CHECKOUT = Path(__file__).parents[1]
PANELS = [panel.name for panel in find_panels(sysgui.panels)[0]]
KINDS = {
    "overview": Overview,
    "processes": Processes,
    "services": Services,
    "logs": Logs,
    "audit": Audit,
}


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([more.pop("first", ""), str(CHECKOUT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path.strip(":"), "PYTHONDONTWRITEBYTECODE": "1", **more}


def run(*argv: str, **options: Any) -> subprocess.CompletedProcess[str]:
    env = environment(**options.pop("env", {}))
    return subprocess.run(
        [sys.executable, "-m", "sysgui", *argv],
        capture_output=True, encoding="utf-8", env=env, cwd="/", **options,
    )  # fmt: skip


def recorded(*argv: str) -> subprocess.CompletedProcess[str]:
    return run(*argv, "--root", str(DEBIAN))


def said_in_a_line(done: subprocess.CompletedProcess[str], status: int) -> str:
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("sysgui: ")
    return done.stderr


# Help and versions


def test_help_names_every_command_and_the_version_is_that_of_the_program() -> None:
    helped = run("--help")
    assert helped.returncode == 0
    assert all(name in helped.stdout for name in (*PANELS, "probe", "doctor"))
    assert run("--version").stdout == f"sysgui {sysgui.__version__}\n"


@pytest.mark.parametrize("name", [*PANELS, "watch", "probe", "doctor"])
def test_each_command_has_help(name: str) -> None:
    helped = run(name, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert "--root" in helped.stdout


@pytest.mark.parametrize(
    "argv",
    [
        ["no-such-command"],
        ["--size", "10"],
        ["--size", "axb"],
        ["--size", "5x5"],
        ["probe", "no-such-probe"],
        ["processes", "--sort", "beauty"],
        ["probe", "overview", "--count", "many"],
    ],
)
def test_what_is_not_understood_is_status_two_with_the_usage(argv: list[str]) -> None:
    done = run(*argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: sysgui")


def test_help_is_translated() -> None:
    assert "⟦" in run("--help", env={PSEUDO_VARIABLE: "1"}).stdout


# Probes


def conforms(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """Tells whether a value is of a JSON schema: as much of it as msgspec writes."""
    if "$ref" in schema:
        return conforms(value, definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return any(conforms(value, option, definitions) for option in schema["anyOf"])
    known = {
        "type", "title", "description", "properties", "required", "items", "prefixItems",
        "minItems", "maxItems", "additionalProperties", "propertyNames", "default",
    }  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    return _CHECKS[schema["type"]](value, schema, definitions)


def _object(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    if not isinstance(value, dict) or not set(schema.get("required", ())) <= set(value):
        return False
    properties = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    return all(
        conforms(each, properties[name], definitions)
        if name in properties
        else not other or conforms(each, other, definitions)
        for name, each in value.items()
    ) and (not properties or set(value) <= set(properties))


def _array(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    if not isinstance(value, list):
        return False
    first = schema.get("prefixItems", [])
    rest = schema.get("items") or {}
    kinds = [*first, *([rest] * (len(value) - len(first)))]
    length = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
    return length and all(
        not kind or conforms(each, kind, definitions)
        for each, kind in zip(value, kinds, strict=True)
    )


_CHECKS = {
    "object": _object,
    "array": _array,
    "string": lambda value, *_: isinstance(value, str),
    "boolean": lambda value, *_: isinstance(value, bool),
    "integer": lambda value, *_: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value, *_: isinstance(value, (int, float)) and not isinstance(value, bool),
    "null": lambda value, *_: value is None,
}


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("root", ["/", str(DEBIAN)], ids=["live", "recorded"])
def test_every_line_of_a_probe_is_of_its_schema(name: str, root: str) -> None:
    schema = json.loads(run("probe", name, "--schema").stdout)
    done = run("probe", name, "--json", "--count", "3", "--interval", "0.01", "--root", root)
    if (name, root) == ("services", "/") and not Path("/run/systemd/system").is_dir():
        said_in_a_line(done, 1)  # As sd_booted(3) tells: there is no systemd to ask.
        return
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert conforms(json.loads(line), schema, schema["$defs"])
        msgspec.json.decode(line, type=KINDS[name])


def test_the_validator_of_these_tests_finds_what_is_wrong() -> None:
    schema = json.loads(run("probe", "processes", "--schema").stdout)
    (line,) = recorded("probe", "processes", "--json").stdout.splitlines()
    for spoil in (
        lambda reading: reading.pop("time"),
        lambda reading: reading.update(hidden=None),
        lambda reading: reading["processes"][0].update(pid="1"),
        lambda reading: reading["processes"][0].update(cpu="0"),
        lambda reading: reading["processes"].append(5),
        lambda reading: reading.update(more=1),
    ):
        reading = json.loads(line)
        assert conforms(reading, schema, schema["$defs"])
        spoil(reading)
        assert not conforms(reading, schema, schema["$defs"])


def test_without_json_a_reading_is_written_over_several_lines() -> None:
    done = recorded("probe", "processes")
    assert len(done.stdout.splitlines()) > 20
    assert json.loads(done.stdout) == json.loads(recorded("probe", "processes", "--json").stdout)


def test_an_endless_probe_ends_with_its_reader_or_with_the_terminals_interrupt() -> None:
    argv = [sys.executable, "-m", "sysgui", "probe", "processes", "--json", "--count", "0"]
    argv += ["--interval", "0", "--root", str(DEBIAN)]
    for end, status in (
        (lambda process: process.send_signal(signal.SIGINT), 130),
        (lambda process: process.stdout.close(), 141),
    ):
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            end(process)
            if not process.stdout.closed:
                process.stdout.read()
            assert (process.stderr.read(), process.wait()) == (b"", status)


# Commands on a recorded machine


def test_the_overview_of_a_recorded_machine() -> None:
    done = recorded("overview")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("debian  Debian GNU/Linux 12 (bookworm) · ")
    assert {line.split()[0] for line in lines[1:]} >= {"CPU", "Load", "Memory", "Files", "Most"}
    overview = msgspec.json.decode(recorded("overview", "--json").stdout, type=Overview)
    assert overview.machine.hostname == "debian"


def test_the_processes_of_a_recorded_machine() -> None:
    done = recorded("processes", "user=root", "and", "nginx", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["name"] == "nginx"
    assert recorded("processes", "no-such-process").returncode == 1


@pytest.mark.parametrize("command", ["processes", "overview"])
def test_the_root_may_stand_before_the_command_or_behind_it(command: str) -> None:
    before = run("--root", str(DEBIAN), command, "--json")
    behind = run(command, "--json", "--root", str(DEBIAN))
    assert before.stdout == behind.stdout != ""
    assert before.returncode == behind.returncode == 0


@pytest.mark.parametrize(
    ("query", "column"), [("cpu>", 5), ("(a", 3), ("cpux>5", 1), ('"a', 3), ("a or", 5)]
)
def test_a_bad_query_is_one_line_that_tells_the_column(query: str, column: int) -> None:
    said = said_in_a_line(recorded("processes", query), 1)
    assert len(said.splitlines()) == 1
    assert f"column {column}: " in said


# Bad circumstances


def test_a_reader_that_has_seen_enough_is_no_trouble(tmp_path: Path) -> None:
    for pid in range(1, 3000, 3):
        write_machine(tmp_path, process_files(pid, command=b"x" * 200 + b"\0"))
    for more in ([], ["--json"]):
        argv = [sys.executable, "-m", "sysgui", "processes", "--root", str(tmp_path), *more]
        with subprocess.Popen(
            argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline()
            process.stdout.close()
            assert (process.stderr.read(), process.wait()) == (b"", 141)


def test_a_reader_that_never_looks_is_no_trouble_either() -> None:
    argv = [sys.executable, "-m", "sysgui", "processes", "--root", str(DEBIAN)]
    for options in (["--json"], []):
        read, write = os.pipe()
        os.close(read)
        try:
            done = subprocess.run(
                [*argv, *options], stdout=write, stderr=subprocess.PIPE, env=environment()
            )
        finally:
            os.close(write)
        assert (done.stderr, done.returncode) == (b"", 141)


# Those that end by themselves (argparse) among them. What is unbuffered fails elsewhere.
PRINTING = [["--help"], ["processes"], ["doctor", "--json"], ["logs"]]


def redirected(how: str, *command: str) -> subprocess.CompletedProcess[str]:
    script = f'exec "$0" -m sysgui "$@" {how}'
    argv = ["/bin/sh", "-c", script, sys.executable, *command]
    env = {**environment(), "PYTHONUNBUFFERED": ""}
    return subprocess.run(argv, stderr=subprocess.PIPE, text=True, env=env)


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_a_full_disk_is_said_in_a_line(command: list[str]) -> None:
    done = redirected(">/dev/full", *command)
    assert done.returncode in (1, 2)
    assert done.stderr == f"sysgui: {os.strerror(errno.ENOSPC)}\n"


@pytest.mark.parametrize("command", PRINTING, ids=" ".join)
def test_an_output_that_was_closed_is_said_in_a_line(command: list[str]) -> None:
    done = redirected(">&-", *command)
    assert done.returncode in (1, 2)
    assert done.stderr == f"sysgui: {os.strerror(errno.EBADF)}\n"


def test_who_closes_all_streams_is_told_by_the_status() -> None:
    for command in (["processes"], ["logs", "-"]):
        done = redirected("<&- >&- 2>&-", *command, "--root", str(DEBIAN))
        assert done.returncode in (1, 2)


def test_an_input_that_was_closed_is_no_empty_log() -> None:
    done = redirected("<&-", "logs", "-")
    assert (done.returncode, done.stderr) == (2, f"sysgui: {os.strerror(errno.EBADF)}\n")


def test_a_terminal_that_knows_ascii_only_gets_what_it_can_show() -> None:
    done = run("overview", "--root", str(DEBIAN), env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2013" in done.stdout


@pytest.mark.parametrize("command", [["overview"], ["processes"], ["probe", "overview"]])
def test_a_root_that_is_no_machine_is_said_in_a_line(command: list[str], tmp_path: Path) -> None:
    assert "not a directory" in said_in_a_line(run(*command, "--root", "/no/such"), 1)
    assert "/proc" in said_in_a_line(run(*command, "--root", str(tmp_path)), 1)


def test_names_that_would_act_on_a_terminal_do_not(tmp_path: Path) -> None:
    write_machine(tmp_path, process_files(7, b"a\x1b[2J\nb\xff", command=b"\x07\0"))
    done = run("processes", "--root", str(tmp_path))
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    assert r"a\x1b[2J\nb\xff" in done.stdout


def test_a_bug_is_status_seventy_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(package: object) -> None:
        raise ZeroDivisionError("whatever")

    monkeypatch.setattr(cli, "find_panels", broken)
    assert cli.main(["processes"]) == 70
    said = capsys.readouterr().err
    assert "ZeroDivisionError: whatever" in said
    assert "this is a bug" in said


def test_without_qt_the_window_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "PySide6.py").write_text("raise ImportError('libEGL.so.1 is missing')")
    done = run(env={"first": str(tmp_path)})
    assert "libEGL.so.1" in said_in_a_line(done, 1)
    assert "sysgui doctor" in done.stderr


@pytest.mark.parametrize(
    "command", [["overview"], ["processes"], ["probe", "overview"], ["doctor"]]
)
def test_no_command_imports_qt_or_numpy(command: list[str], tmp_path: Path) -> None:
    for name in ("PySide6", "numpy", "pyqtgraph", "shiboken6"):
        (tmp_path / f"{name}.py").write_text("raise SystemError('a command imported this')")
    done = run(*command, "--root", str(DEBIAN), env={"first": str(tmp_path)})
    assert "SystemError" not in done.stderr
    assert done.returncode in (0, 1)


def test_the_doctor_prints_its_findings_as_lines_of_json() -> None:
    done = run("doctor", "--json")
    assert done.returncode in (0, 1)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    missing = [finding for finding in findings if finding["state"] == "missing"]
    assert bool(missing) == bool(done.returncode)
