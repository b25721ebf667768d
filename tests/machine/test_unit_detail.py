"""All that is told of one unit is what systemd's own tools tell of it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from .debian import CHECKOUT, DEPENDENCIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .debian import Machine

PROBES = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}

# A probe's name, and what it is asked, as JSON on the command line.
ASK = """
import importlib, json, sys
import msgspec
from sysgui.system.host import Host
module, name, question = sys.argv[1:]
probe = getattr(importlib.import_module(f"sysgui.panels.services.{module}"), name)(Host())
print(msgspec.json.encode(probe.read(**json.loads(question))).decode())
"""

UNIT = r"""
[Unit]
Description=A unit with everything
Documentation=man:sysgui(1)
Requires=nginx.service
After=nginx.service

[Service]
Environment=PLAIN=1 "SPACED=a b" API_TOKEN=sesame
ExecStart=/bin/sh -c "echo said; sleep 1002 & exec sleep 1001"
"""
NAME = r"sysgui-test-a\x2db@c.service"
TEMPLATE = r"/etc/systemd/system/sysgui-test-a\x2db@.service"
DROP_IN = f"/etc/systemd/system/{NAME}.d/10-more.conf"


@pytest.fixture(scope="module")
def unit(machine: Machine) -> Iterator[Machine]:
    machine.write(TEMPLATE, UNIT)
    machine.write(DROP_IN, "[Service]\nEnvironment=MORE=2\n")
    machine.output(["systemctl", "daemon-reload"])
    machine.output(["systemctl", "start", NAME])
    # It has said its word, and is what it stays.
    until = "until pgrep -fx 'sleep 1002' && pgrep -fx 'sleep 1001'; do :; done"
    machine.output(["sh", "-c", until])
    yield machine
    machine.output(["systemctl", "stop", NAME])
    machine.output(["rm", "-r", TEMPLATE, f"/etc/systemd/system/{NAME}.d"])
    machine.output(["systemctl", "daemon-reload"])


def ask(machine: Machine, module: str, probe: str, user: str = "root", **question: Any) -> Any:
    argv = ["/usr/bin/python3", "-c", ASK, module, probe, json.dumps(question)]
    return json.loads(machine.output(argv, user=user, env=PROBES))


def path_of(machine: Machine, name: str) -> str:
    call = [
        "busctl",
        "--json=short",
        "call",
        "org.freedesktop.systemd1",
        "/org/freedesktop/systemd1",
    ]
    said = machine.output([*call, "org.freedesktop.systemd1.Manager", "GetUnit", "s", name])
    path: str = json.loads(said)["data"][0]
    return path


def detail(machine: Machine, name: str, user: str = "alice") -> Any:
    path = path_of(machine, name)
    return ask(machine, "unit.detail", "DetailProbe", user, scope="system", name=name, path=path)


def shown(machine: Machine, name: str, *properties: str) -> dict[str, str]:
    words = [word for each in properties for word in ("-p", each)]
    text = machine.output(["systemctl", "show", *words, "--", name])
    return dict(line.split("=", 1) for line in text.splitlines())


def test_its_properties_and_relations_are_systemds(unit: Machine) -> None:
    told = detail(unit, NAME)
    said = shown(
        unit, NAME, "MainPID", "ActiveState", "SubState", "Description", "NRestarts", "Result",
        "Requires", "RequiredBy", "After", "ControlGroup",
    )  # fmt: skip
    for name in ("MainPID", "ActiveState", "SubState", "Description", "NRestarts", "Result"):
        assert str(told["properties"][name]) == said[name]
    for name in ("Requires", "After"):
        assert set(told["relations"][name]) == set(shlex.split(said[name]))
    assert "nginx.service" in told["relations"]["Requires"]
    assert NAME in detail(unit, "nginx.service")["relations"]["RequiredBy"]
    assert told["documentation"] == ["man:sysgui(1)"]


def test_a_counter_that_is_not_kept_is_missing(unit: Machine) -> None:
    told = detail(unit, NAME)
    assert 2**64 - 1 not in told["properties"].values()


def test_its_files_come_in_the_order_in_which_they_are_read(unit: Machine) -> None:
    told = detail(unit, NAME)
    # Each file is preceded by a comment with its path.
    paths = [
        line.removeprefix("# ")
        for line in unit.output(["systemctl", "cat", "--", NAME]).splitlines()
        if line.startswith("# /")
    ]
    assert [each["path"] for each in told["texts"]] == paths == [TEMPLATE, DROP_IN]
    assert {each["origin"] for each in told["texts"]} == {"administrator"}
    assert detail(unit, "nginx.service")["texts"][0]["origin"] == "distribution"
    assert "Description=A unit with everything" in told["texts"][0]["text"]


def test_its_secrets_are_nowhere(unit: Machine) -> None:
    told = detail(unit, NAME)
    assert "sesame" not in json.dumps(told)
    assert [tuple(each) for each in told["environment"]] == [
        ("PLAIN", "1"), ("SPACED", "a b"), ("API_TOKEN", "••••••"), ("MORE", "2"),
    ]  # fmt: skip


def test_its_processes_are_those_of_its_control_group(unit: Machine) -> None:
    told = detail(unit, NAME)
    group = shown(unit, NAME, "ControlGroup")["ControlGroup"]
    # Where the host's hierarchy is not the unified one there is nothing to be read.
    listing = unit.run(["cat", f"/sys/fs/cgroup{group}/cgroup.procs"])
    assert {str(each["pid"]) for each in told["members"]} == set(listing.stdout.split())
    for each in told["members"]:
        line = unit.output(["ps", "-o", "args=", "-p", str(each["pid"])]).strip()
        assert each["command"] == line


def test_what_is_not_loaded_is_not_asked_for(unit: Machine) -> None:
    unit.write("/etc/systemd/system/sysgui-idle.service", "[Service]\nExecStart=/bin/true\n")
    unit.output(["systemctl", "daemon-reload"])
    told = ask(
        unit, "unit.detail", "DetailProbe", "alice", scope="system", name="sysgui-idle.service",
        file="/etc/systemd/system/sysgui-idle.service",
    )  # fmt: skip
    assert (told["loaded"], told["properties"]) == (False, {})
    assert told["texts"][0]["text"].startswith("[Service]\n")
    loaded = unit.output(["systemctl", "list-units", "--all", "--plain", "--no-legend"])
    assert "sysgui-idle" not in loaded
    unit.output(["rm", "/etc/systemd/system/sysgui-idle.service"])


def test_a_unit_that_has_gone_is_told_as_not_found(unit: Machine) -> None:
    path = "/org/freedesktop/systemd1/unit/gone_2eservice"
    told = ask(unit, "unit.detail", "DetailProbe", scope="system", name="gone.service", path=path)
    assert told["properties"]["LoadState"] == "not-found"
    assert (told["texts"], told["members"]) == ([], [])


def test_a_file_of_ten_megabytes_is_cut(unit: Machine) -> None:
    place = "/etc/systemd/system/sysgui-long.service"
    script = f"(echo '[Service]'; yes '# nothing' | head -c 10000000) > {place}"
    unit.output(["sh", "-c", script])
    told = ask(
        unit, "unit.detail", "DetailProbe", scope="system", name="sysgui-long.service", file=place
    )
    (text,) = told["texts"]
    assert not text["whole"]
    assert len(text["text"]) == 1 << 18
    unit.output(["rm", place])


def test_its_journal_is_journalctls(unit: Machine) -> None:
    unit.output(["journalctl", "--sync"])
    told = ask(unit, "unit.journal", "UnitJournalProbe", scope="system", name=NAME)
    said = unit.output(["journalctl", f"--unit={NAME}", "--output=cat", "--quiet"]).splitlines()
    assert [each["text"] for each in told["lines"]] == said
    assert "said" in said
    hidden = ask(unit, "unit.journal", "UnitJournalProbe", "alice", scope="system", name=NAME)
    assert (hidden["hidden"], hidden["lines"]) == (True, [])


def test_its_exposure_is_systemds(unit: Machine) -> None:
    told = ask(unit, "unit.exposure", "ExposureProbe", scope="system", name="nginx.service")
    last = unit.output(["systemd-analyze", "security", "--no-pager", "nginx.service"]).splitlines()[
        -1
    ]
    assert f"{told['level']:.1f} {told['word']}" in last
    open_checks = [each for each in told["checks"] if each["set"] is False]
    assert told["checks"][: len(open_checks)] == open_checks
    weights = [float(each["exposure"]) for each in open_checks]
    assert weights == sorted(weights, reverse=True)
