"""What systemd starts is small, is run by any system's Python, and its units bound it."""

from __future__ import annotations

import ast
import configparser
from pathlib import Path

import pytest
from helper.test_size import later, lines

from sysgui.watch.judge import LADDER

CHECKOUT = Path(__file__).parents[2]
SOURCES = CHECKOUT / "sysgui" / "watch"
FILES = sorted(SOURCES.rglob("*.py"))
UNITS = sorted((CHECKOUT / "resources" / "systemd").rglob("*.*"))
SERVICES = [path for path in UNITS if path.suffix == ".service" and path.parent.name == "system"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_python_3_9_runs_it_and_it_is_read_at_a_sitting(path: Path) -> None:
    assert later(path.read_text()) == []
    assert lines(path) <= 350
    assert sum(map(lines, FILES)) <= 1800


def test_programs_have_fixed_paths_and_no_shell() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "run":
                (argv, *_rest) = node.args
                assert isinstance(argv, ast.List)
                first = ast.unparse(argv.elts[0])
                assert first in ("*SYSTEMCTL", "*JOURNALCTL", "*BUSCTL"), first


def settings(path: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text())
    return {key: value for name in parser.sections() for key, value in parser[name].items()}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_may_do_little_and_ends(path: Path) -> None:
    found = settings(path)
    assert found["Type"] == "oneshot"
    assert found["NoNewPrivileges"] == found["PrivateTmp"] == found["PrivateDevices"] == "yes"
    assert found["ProtectSystem"] == "strict"
    assert found["CapabilityBoundingSet"] == ""
    assert "TimeoutStartSec" in found
    assert "MemoryMax" in found
    # Who speaks with others is nobody; who is root speaks with nobody.
    assert (found.get("DynamicUser") == "yes") == ("AF_INET" in found["RestrictAddressFamilies"])
    assert (found.get("PrivateNetwork") == "yes") == (found.get("DynamicUser") != "yes")


def test_there_is_a_timer_for_each_time_after_which_one_is_started_again() -> None:
    for seconds in LADDER:
        path = CHECKOUT / f"resources/systemd/system/sysgui-again-{seconds}@.timer"
        assert settings(path)["OnActiveSec"] == f"{seconds}s"
    assert f"AGAIN = {LADDER}" in (CHECKOUT / "sysgui/helper/operations/watch.py").read_text()


def test_every_program_that_a_unit_starts_is_one_of_ours() -> None:
    for path in UNITS:
        for line in path.read_text().splitlines():
            if line.startswith("Exec"):
                program = line.partition("=")[2].lstrip("+").split()[0]
                directory, _slash, name = program.rpartition("/")
                assert directory == "/usr/libexec/sysgui"
                assert (SOURCES / f"{name}.py").exists()
                assert name in (CHECKOUT / "installer" / "stage").read_text()
