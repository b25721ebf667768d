"""Units that were made here run as they were meant, and go away again without a trace."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from sysgui.panels.services.make.forms import ServiceForm, texts_of
from sysgui.panels.services.make.writing import Writing
from sysgui.panels.services.make.writing import order as order_of

from . import polkit
from .test_helper import ERRAND, allowing, codes, order, rule
from .test_unit_detail import ASK, PROBES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .debian import Machine

FORM = ServiceForm(
    name="copies", description="Copies", command="/bin/sh -c 'echo here; exec sleep 1000'",
    scope="user", at_boot=True, hardening=(),
)  # fmt: skip
FOLDER = "/home/alice/.config/systemd/user"


@pytest.fixture(scope="module")
def session(machine: Machine) -> Iterator[Machine]:
    """A machine on which alice's own manager runs."""
    # Else logind ends it when she has logged out, which others may have done some seconds ago.
    machine.output(["loginctl", "enable-linger", "alice"])
    machine.output(["systemctl", "start", "user@1000.service"])
    yield machine
    # It takes long to end where control groups are of the first version.
    machine.run(["systemctl", "kill", "--signal=KILL", "user@1000.service"])
    machine.output(["loginctl", "disable-linger", "alice"])
    machine.run(["systemctl", "stop", "user@1000.service"])
    machine.run(["systemctl", "reset-failed", "user@1000.service"])


def env(**more: str) -> dict[str, str]:
    return {**PROBES, "XDG_RUNTIME_DIR": "/run/user/1000", **more}


def own(machine: Machine, *words: str) -> str:
    return machine.run(["systemctl", "--user", *words], user="alice", env=env()).stdout.strip()


def write(machine: Machine, texts: dict[str, str], **more: Any) -> tuple[int, str]:
    question = json.dumps({"texts": texts, **more})
    argv = ["/usr/bin/python3", "-c", ASK, "make.writing", "OwnUnitFiles", question]
    done = machine.run(argv, user="alice", env=env())
    return done.returncode, done.stdout + done.stderr


def files(machine: Machine) -> str:
    return machine.run(["find", FOLDER, "!", "-type", "d"]).stdout


def test_ones_own_service_is_written_started_and_taken_away(session: Machine) -> None:
    texts = texts_of(FORM)
    assert write(session, texts, start=True)[0] == 0
    assert own(session, "is-active", "copies.service") == "active"
    assert own(session, "is-enabled", "copies.service") == "enabled"
    assert session.read(f"{FOLDER}/copies.service") == texts["copies.service"]
    assert write(session, dict.fromkeys(texts, ""))[0] == 0
    assert own(session, "is-active", "copies.service") == "inactive"
    assert files(session) == ""


def test_ones_own_timer_starts_its_service(session: Machine) -> None:
    form = msgspec.structs.replace(FORM, command="/bin/true", calendar="daily")
    texts = texts_of(form)
    assert write(session, texts, start=True)[0] == 0
    assert own(session, "is-active", "copies.timer") == "active"
    assert own(session, "show", "-P", "Triggers", "copies.timer") == "copies.service"
    assert write(session, dict.fromkeys(reversed(texts), ""))[0] == 0
    assert files(session) == ""


def test_what_systemd_cannot_use_is_put_back(session: Machine) -> None:
    good = texts_of(FORM)
    assert write(session, good)[0] == 0
    bad = {"copies.service": "# Made by Sysgui\n[Service]\nType=oneshot\nRestart=always\n"}
    status, said = write(session, bad)
    assert status != 0
    assert "all is as it was before" in said
    assert session.read(f"{FOLDER}/copies.service") == good["copies.service"]
    assert own(session, "show", "-P", "LoadState", "copies.service") == "loaded"
    write(session, dict.fromkeys(good, ""))


def test_what_does_not_start_is_put_back(session: Machine) -> None:
    status, said = write(
        session, texts_of(msgspec.structs.replace(FORM, command="/nowhere")), start=True
    )
    assert status != 0
    assert "did not start" in said
    assert files(session) == ""


def test_nobody_elses_unit_is_written_over(session: Machine) -> None:
    session.write(f"{FOLDER}/copies.service", "[Service]\nExecStart=/bin/true\n", owner="alice")
    status, said = write(session, texts_of(FORM))
    assert status != 0
    assert "not made here" in said
    assert session.read(f"{FOLDER}/copies.service") == "[Service]\nExecStart=/bin/true\n"
    session.output(["rm", f"{FOLDER}/copies.service"])


# Writes one after the other, each through the helper; for null, what takes back the one before.
BACK = """
import json, sys
import msgspec
from sysgui.panels.services.make.writing import Writing, order, undo_of
from sysgui.system.elevation import Errand
from sysgui.system.host import Host
from sysgui.system.problem import Problem
back = None
for line in sys.stdin:
    asked = json.loads(line)
    writing = Writing(**asked) if asked else back
    try:
        frames = Errand(Host(), order(writing)).run()
    except Problem as problem:
        print(problem.code, flush=True)
        continue
    print(frames[-1].code, flush=True)
    back = undo_of(writing, frames)
"""


# The system's, through the helper and the machine's own polkit.


@pytest.fixture
def installed(machine: Machine) -> Iterator[Machine]:
    with polkit.installed(machine):
        yield machine


def through_helper(machine: Machine, texts: dict[str, str], **more: Any) -> dict[str, Any]:
    made = order_of(Writing(texts, **more))
    with rule(machine, allowing("org.sysgui.unit-write")):
        return order(machine, made.operation, *made.targets, **made.arguments, **made.secret)


def test_a_unit_of_the_system_is_written_and_taken_away(installed: Machine) -> None:
    form = msgspec.structs.replace(FORM, scope="system", calendar="daily")
    texts = texts_of(form)
    assert codes(through_helper(installed, texts, start=True)) == ["done", "done", "done"]
    assert installed.read("/etc/systemd/system/copies.timer") == texts["copies.timer"]
    assert installed.output(["systemctl", "is-active", "copies.timer"]) == "active\n"
    assert installed.output(["systemctl", "is-enabled", "copies.timer"]) == "enabled\n"
    gone = dict.fromkeys(reversed(texts), "")
    assert codes(through_helper(installed, gone)) == ["done", "done", "done"]
    left = installed.output(["find", "/etc/systemd", "-name", "copies*"])
    assert left == ""
    assert installed.run(["systemctl", "is-active", "copies.timer"]).stdout == "inactive\n"


def test_a_drop_in_of_the_system_is_what_systemd_goes_by(installed: Machine) -> None:
    text = "[Service]\nMemoryMax=64M\n"
    assert codes(through_helper(installed, {"cron.service": text}, drop_in=True))[-1] == "done"
    shown = ["systemctl", "show", "-P", "MemoryMax", "cron.service"]
    assert installed.output(shown) == f"{64 << 20}\n"
    assert codes(through_helper(installed, {"cron.service": ""}, drop_in=True))[-1] == "done"
    assert installed.output(shown) == "infinity\n"
    assert installed.run(["ls", "/etc/systemd/system/cron.service.d"]).returncode != 0


@contextmanager
def going_back(machine: Machine) -> Iterator[Callable[[Any], str]]:
    """What writes for alice, who may, and takes it back; it tells how it went."""
    process = machine.spawn(["/usr/bin/python3", "-c", BACK], user="alice", env=ERRAND)
    assert process.stdin is not None
    assert process.stdout is not None

    def write(asked: Any) -> str:
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        return str(process.stdout.readline().strip())

    with rule(machine, allowing("org.sysgui.unit-write")):
        yield write
        process.communicate()


def test_a_drop_in_is_put_back_as_it_was_and_not_over_anybodys_change(installed: Machine) -> None:
    machine, place = installed, "/etc/systemd/system/cron.service.d/60-sysgui.conf"
    shown = ["systemctl", "show", "-P", "MemoryMax", "cron.service"]
    small, large = "[Service]\nMemoryMax=64M\n", "[Service]\nMemoryMax=1G\n"

    def asked(text: str, before: str) -> dict[str, Any]:
        texts, then = {"cron.service": text}, {"cron.service": before}
        return {"texts": texts, "drop_in": True, "before": then}

    with going_back(machine) as write:
        assert write(asked(small, "")) == "done"
        assert write(asked(large, small)) == "done"
        assert machine.output(shown) == f"{1 << 30}\n"
        assert write(None) == "done"
        assert (machine.read(place), machine.output(shown)) == (small, f"{64 << 20}\n")
        # And forth, and back again.
        assert write(None) == "done"
        assert machine.read(place) == large
        machine.write(place, large + "# somebody's\n")
        assert write(None) == "changed"
        assert write(asked(small, large)) == "changed"
        assert machine.read(place) == large + "# somebody's\n"
        machine.write(place, large)
        assert write(None) == "done"
        assert machine.read(place) == small
        assert write(asked("", small)) == "done"
    assert machine.run(["ls", place]).returncode != 0
    assert machine.output(shown) == "infinity\n"


def test_a_new_timer_is_taken_back_and_made_again(installed: Machine) -> None:
    form = msgspec.structs.replace(FORM, scope="system", calendar="daily")
    active = ["systemctl", "is-active", "copies.timer"]
    with going_back(installed) as write:
        assert write({"texts": texts_of(form), "start": True}) == "done"
        for left, state in (("", "inactive\n"), (None, "active\n"), ("", "inactive\n")):
            assert write(None) == "done"
            assert installed.run(active).stdout == state
            found = installed.output(["find", "/etc/systemd", "-name", "copies*"])
            assert left is None or found == left


def test_a_unit_of_the_system_that_cannot_start_leaves_nothing(installed: Machine) -> None:
    form = msgspec.structs.replace(FORM, scope="system", command="/nowhere")
    answer = through_helper(installed, texts_of(form), start=True)
    assert codes(answer)[-1] == "failed"
    assert installed.output(["find", "/etc/systemd", "-name", "copies*"]) == ""
    assert installed.output(["systemctl", "list-units", "--failed", "--no-legend", "copies*"]) == ""


def test_the_distributions_unit_is_not_hidden(installed: Machine) -> None:
    answer = through_helper(installed, {"cron.service": texts_of(FORM)["copies.service"]})
    assert answer == {"problem": "protected"}
    assert "Made by Sysgui" not in installed.output(["systemctl", "cat", "cron.service"])
