"""systemctl gets what was asked for, if the unit is what was previewed and the login stays."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper.operation import MOST_TARGETS, Request
from sysgui.helper.operations import program, systemctl
from sysgui.helper.operations.unit import CONTROL, RELOAD
from sysgui.helper.plan import Plan

from .rig import PROGRAM, Caller, Journal, agreed, as_root, asked, code_of, outcome, python

# It answers from a file, and notes in another what it was told to change.
FAKE = """
import json, os, sys, time
words = sys.argv[1:]
world = json.load(open(f"{place}/world"))
assert words[:3] == ["--system", "--no-pager", "--no-ask-password"], words
words = words[3:]
exec(world["first"])
if words[0] == "show" and "--" in words:
    names, wanted = words[3:], words[1].partition("=")[2].split(",")
    for name in names:
        unit = {"Names": name, "LoadState": "not-found", "ActiveState": "inactive"}
        unit.update(world["units"].get(name, {}))
        print("\\n".join(f"{k}={v}" for k, v in unit.items() if k in wanted))
        print()
elif words[0] == "show":
    print(f"UnitsLoadTimestampMonotonic={world['loaded']}")
elif words[0] == "is-enabled":
    state = world["units"].get(words[2], {}).get("UnitFileState", "not-found")
    print(state)
    sys.exit(state != "enabled")
else:
    about = {
        "words": words, "environ": dict(os.environ), "place": os.getcwd(),
        "streams": [os.readlink(f"/proc/self/fd/{n}") for n in (0, 2)],
        "fds": len(os.listdir("/proc/self/fd")),
    }
    with open(f"{place}/told", "a") as told:
        print(json.dumps(about), file=told)
    exec(world["act"])
"""

LOADED = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "running",
    "UnitFileState": "enabled",
    "FragmentPath": "/usr/lib/systemd/system/web.service",
    "InvocationID": "5e1f",
    "NRestarts": "0",
}


class World:
    """What the fake systemctl knows, and has been told.

    Args:
        place: A directory of its own.

    Attributes:
        units: Properties by the name of the unit.
        act: What it does besides when it is told to change something.
        first: What it does before anything else.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.units: dict[str, dict[str, str]] = {"web.service": dict(LOADED)}
        self.loaded = "100"
        self.act = self.first = "pass"
        self.program = place / "systemctl"
        code = FAKE.replace("{place}", str(place))
        self.program.write_text(f"#!{sys.executable} -IS\n{code}")
        self.program.chmod(0o755)
        self.put()

    def put(self, **changes: Any) -> None:
        """Makes it know what it is to know from now on."""
        for name, value in changes.items():
            setattr(self, name, value)
        known = {name: getattr(self, name) for name in ("units", "loaded", "act", "first")}
        new = self.place / "new"
        new.write_text(json.dumps(known))
        new.replace(self.place / "world")

    def unit(self, name: str, **properties: str) -> None:
        self.units[name] = {**LOADED, **properties}
        self.put()

    @property
    def told(self) -> list[dict[str, Any]]:
        told = self.place / "told"
        return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []

    @property
    def words(self) -> list[list[str]]:
        return [each["words"] for each in self.told]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.setattr(systemctl, "SYSTEMCTL", str(made.program))
    monkeypatch.setattr(program, "RHYTHM", 0.001)
    return made


def planned(*targets: str, **arguments: Any) -> Plan:
    return Plan(CONTROL, Request("r1", targets, arguments))


def facts(target: str, verb: str = "stop") -> dict[str, Any]:
    plan = planned(target, verb=verb)
    plan.close()
    return dict(plan.facts[0])


def refused(target: str, verb: str) -> str:
    return code_of(lambda: planned(target, verb=verb))


# What it is told


TOLD = {
    "start": "start", "stop": "stop", "restart": "restart", "reload": "reload",
    "enable": "enable", "enable-now": "enable --now", "disable": "disable",
    "disable-now": "disable --now", "mask": "mask", "mask-now": "mask --now",
    "unmask": "unmask|unmask --runtime", "reset-failed": "reset-failed",
}  # fmt: skip


@pytest.mark.parametrize(("verb", "words"), TOLD.items())
def test_systemctl_is_told_what_was_asked_for_and_nothing_else(
    caller: Caller, journal: Journal, world: World, verb: str, words: str
) -> None:
    assert agreed(caller, CONTROL, asked(["web.service"], verb=verb)) == "done"
    assert world.words == [[*each.split(), "--", "web.service"] for each in words.split("|")]
    assert caller.frames()[1:] == [{"frame": "item", "target": "web.service", "code": "done"}]
    assert journal.results() == ["", "done"]


def test_there_are_no_other_verbs(caller: Caller, journal: Journal, world: World) -> None:
    for verb in ("isolate", "kill", "edit", "set-property", "poweroff", "try-restart", "Start", ""):
        given = asked(["web.service"], verb=verb)
        caller.say(given)
        assert outcome(caller, CONTROL, given) == "grammar", verb
    given = asked(["web.service"])
    caller.say(given)
    assert outcome(caller, CONTROL, given) == "grammar"
    assert world.told == journal.entries() == []


NAMES = [
    "a.service", "systemd-fsck@dev-disk-by\\x2dlabel-a.service", "getty@tty1.service", "a:b.timer",
    "dev-disk-by\\x2duuid-12.swap", "x" * 247 + ".service", ".a.mount", "A_b.automount", "a.slice",
    "session-1.scope", "multi-user.target", "a.b.path", "ssh.socket",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_of_any_name_is_named_as_it_is(
    caller: Caller, journal: Journal, world: World, name: str
) -> None:
    world.unit(name)
    assert agreed(caller, CONTROL, asked([name], verb="stop")) == "done"
    assert world.words == [["stop", "--", name]]
    assert journal.entries()[-1]["SYSGUI_TARGETS"] == f"verb=stop {name}"


@pytest.mark.parametrize(
    "name",
    [
        "-a.service", "--now.service", "-.mount", "a", ".service", "a.device", "a.snapshot", "",
        "a.service ", "a b.service", "a\n.service", "a.service\n", "*.service", "a?.service",
        "[a].service", "../a.service", "/etc/a.service", "a%20.service", "ä.service", "a.Service",
        "x" * 248 + ".service", "a$b.service", 'a".service', "a;b.service",
    ],
)  # fmt: skip
def test_nothing_else_is_a_unit(caller: Caller, journal: Journal, world: World, name: str) -> None:
    given = asked([name], verb="stop")
    caller.say(given)
    assert outcome(caller, CONTROL, given) == "grammar"
    assert world.told == journal.entries() == []


def test_many_go_with_one_prompt_and_each_says_what_became_of_it(
    caller: Caller, journal: Journal, world: World
) -> None:
    names = [f"n{number}.service" for number in range(MOST_TARGETS)]
    for name in names:
        world.unit(name)
    world.put(act="sys.exit(words[-1] == 'n3.service')")
    assert agreed(caller, CONTROL, asked(names, verb="restart")) == "partly"
    _plan, *items = caller.frames()
    assert [item["target"] for item in items] == names
    assert [item["target"] for item in items if item["code"] != "done"] == ["n3.service"]
    assert items[3]["code"] == "failed"
    assert journal.results() == ["", "partly"]


@pytest.mark.parametrize("end", ["sys.exit(1)", "sys.exit(5)", "os.kill(os.getpid(), 9)"])
def test_what_systemd_could_not_do_has_failed(
    caller: Caller, journal: Journal, world: World, end: str
) -> None:
    world.put(act=end)
    assert agreed(caller, CONTROL, asked(["web.service"], verb="start")) == "failed"
    assert journal.results() == ["", "failed"]


def test_where_systemctl_is_not_installed_it_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned("web.service", verb="start")
    monkeypatch.setattr(systemctl, "SYSTEMCTL", "/nonexistent/systemctl")
    assert refused("web.service", "start") == "failed"
    assert code_of(plan.targets[0].act) == "failed"
    plan.close()


def test_the_program_is_named_by_its_whole_path() -> None:
    assert systemctl.SYSTEMCTL == "/usr/bin/systemctl"


@as_root
def test_nothing_of_the_callers_reaches_it(world: World, journal: Journal, tmp_path: Path) -> None:
    code = PROGRAM.replace(
        "audit.SOCKET =",
        f"from sysgui.helper.operations import systemctl\n"
        f"systemctl.SYSTEMCTL = {str(world.program)!r}\n"
        f"audit.SOCKET =",
    )
    hostile = {
        "PATH": str(tmp_path), "SYSTEMD_PAGER": "/tmp/pager", "PAGER": "/tmp/pager",
        "SYSTEMD_UNIT_PATH": str(tmp_path), "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/tmp/bus",
        "SYSTEMCTL_SKIP_SYSV": "1", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    given = asked(["web.service"], verb="mask")
    world.put()
    plan = planned("web.service", verb="mask")
    plan.close()
    lines = [json.dumps(given), json.dumps({"apply": plan.digest}), ""]
    with subprocess.Popen(
        python(code, journal.path, "unit-control", "verb=mask", "web.service"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **hostile},
        cwd=tmp_path,
    ) as helper:
        assert helper.stdin is not None
        assert helper.stdout is not None
        # The end of its input would mean: stop.
        helper.stdin.write("\n".join(lines).encode())
        helper.stdin.flush()
        answer = helper.stdout.read()
    assert json.loads(answer.splitlines()[-1]) == {"frame": "result", "code": "done"}
    (about,) = world.told
    assert about["environ"] == {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    assert about["place"] == "/"
    assert about["streams"] == ["/dev/null", "/dev/null"]
    assert about["fds"] == 4  # The three, and the one that lists them.


# What the plan says


def test_the_plan_says_what_the_unit_is(world: World) -> None:
    expected = {**LOADED, "Names": "web.service"}
    del expected["NRestarts"]
    assert facts("web.service") == expected


def test_a_unit_without_some_properties_is_told_without_them(world: World) -> None:
    world.units["web.socket"] = {"LoadState": "loaded", "ActiveState": "active"}
    world.put()
    assert facts("web.socket") == {
        "Names": "web.socket", "LoadState": "loaded", "ActiveState": "active",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ActiveState", "failed"), ("SubState", "exited"), ("InvocationID", "77aa"),
        ("FragmentPath", "/etc/systemd/system/web.service"), ("UnitFileState", "masked"),
        ("LoadState", "bad-setting"), ("Names", "web.service other.service"),
    ],
)  # fmt: skip
def test_what_is_different_from_the_preview_is_not_done(
    caller: Caller, journal: Journal, world: World, name: str, value: str
) -> None:
    given = asked(["web.service"], verb="restart")
    plan = planned("web.service", verb="restart")
    plan.close()
    world.unit("web.service", **{name: value})
    caller.say(given, {"apply": plan.digest})
    assert outcome(caller, CONTROL, given) == "changed"
    assert world.told == []
    assert journal.results() == ["", "changed"]


def test_one_that_restarts_itself_all_the_time_can_be_stopped_all_the_same(
    caller: Caller, journal: Journal, world: World
) -> None:
    world.unit("web.service", NRestarts="41", ActiveState="activating", SubState="auto-restart")
    plan = planned("web.service", verb="stop")
    plan.close()
    world.unit("web.service", NRestarts="42", InvocationID="77aa")
    given = asked(["web.service"], verb="stop")
    caller.say(given, {"apply": plan.digest})
    assert outcome(caller, CONTROL, given) == "done"


def test_a_unit_that_is_nowhere_is_gone(world: World) -> None:
    assert refused("nowhere.service", "start") == "gone"
    assert refused("nowhere@.service", "enable") == "gone"


def test_one_without_a_file_that_still_runs_or_has_failed_is_there(world: World) -> None:
    world.unit("ghost.service", LoadState="not-found", ActiveState="failed")
    assert facts("ghost.service", "reset-failed")["ActiveState"] == "failed"


def test_of_a_template_only_the_file_is_looked_at(world: World) -> None:
    world.units["a@.service"] = {"UnitFileState": "disabled"}
    world.put()
    for verb in ("enable", "enable-now", "disable", "mask", "unmask"):
        assert facts("a@.service", verb) == {"UnitFileState": "disabled"}
    for verb in ("start", "stop", "restart", "reload", "reset-failed"):
        assert refused("a@.service", verb) == "grammar"


@pytest.mark.parametrize(
    "first",
    [
        "sys.exit(1)",
        "print('LoadState=loaded\\nActiveState=active'); sys.exit(1)",
        "print('LoadState=loaded\\nActiveState=active\\n\\nLoadState=loaded'); sys.exit(0)",
    ],
)
def test_what_systemd_does_not_answer_to_is_not_done(world: World, first: str) -> None:
    world.put(first=first)
    assert refused("web.service", "start") == "failed"


def test_an_answer_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemctl, "MOST", 1 << 20)
    world.put(first="while True: os.write(1, b'x' * 4096)")
    assert refused("web.service", "start") == "too-much"
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_answer_comes_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemctl, "WITHIN", 0.0)
    world.put(first="import signal; signal.pause()")
    assert refused("web.service", "start") == "failed"
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# What lets one log in


LOGIN = [
    "dbus.service", "dbus-broker.service", "polkit.service", "systemd-logind.service",
    "systemd-journald.service", "init.scope",
]  # fmt: skip


@pytest.mark.parametrize("name", LOGIN)
def test_what_lets_one_log_in_is_protected(world: World, name: str) -> None:
    world.unit(name)
    for verb in ("stop", "disable", "disable-now", "mask", "mask-now"):
        assert refused(name, verb) == "protected"
    for verb in ("start", "reload", "enable", "unmask", "reset-failed"):
        assert refused(name, verb) == ""
    bus = name.startswith("dbus") or name == "init.scope"
    assert refused(name, "restart") == ("protected" if bus else "")


@pytest.mark.parametrize(
    "relation", ["RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "PropagatesStopTo"]
)
def test_what_would_take_the_login_with_it_is_protected(world: World, relation: str) -> None:
    below = r"below\x2dall.service"
    world.unit(below, **{relation: r'"a\\x2db.socket" other.service'})
    world.unit(r"a\x2db.socket", RequiredBy="a.service dbus.service")
    world.unit("other.service", RequiredBy=r'"below\\x2dall.service"')  # In a circle.
    assert refused(below, "stop") == "protected"
    assert refused(r"a\x2db.socket", "restart") == "protected"
    assert refused("other.service", "mask-now") == "protected"
    assert refused("a.service", "stop") == "gone"
    assert refused(below, "start") == ""


def test_another_name_of_it_does_not_help(world: World) -> None:
    alias = "dbus-org.freedesktop.login1.service"
    world.unit(alias, Names=f"systemd-logind.service {alias}")
    assert refused(alias, "stop") == "protected"


def test_nothing_is_done_if_it_comes_to_carry_the_login_meanwhile(
    caller: Caller, journal: Journal, world: World
) -> None:
    given = asked(["web.service"], verb="stop")
    plan = planned("web.service", verb="stop")
    plan.close()
    world.unit("web.service", RequiredBy="polkit.service")
    caller.say(given, {"apply": plan.digest})
    assert outcome(caller, CONTROL, given) == "protected"
    assert world.told == []


# Who does not want to wait


def waiting(world: World) -> Callable[[], None]:
    """Has it wait while it changes something; what is returned waits until it does."""
    fifo = world.place / "waits"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    world.put(act=f"import signal; print(file=open({str(fifo)!r}, 'w')); signal.pause()")

    def waits() -> None:
        select.select([reader], [], [])
        os.close(reader)

    return waits


def test_what_is_under_way_is_left_to_systemd_when_the_caller_goes(
    caller: Caller, journal: Journal, world: World
) -> None:
    world.unit("other.service")
    names = ["web.service", "other.service"]
    waits = waiting(world)

    def go() -> None:
        waits()
        caller.end(caller.ours_in)

    going = threading.Thread(target=go)
    going.start()
    assert agreed(caller, CONTROL, asked(names, verb="start")) == "cancelled"
    going.join()
    assert world.words == [["start", "--", "web.service"]]
    assert caller.frames()[1:] == [
        {"frame": "item", "target": "web.service", "code": "cancelled"},
    ]
    assert journal.results() == ["", "cancelled"]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_who_stays_gets_the_answer_however_long_it_takes(
    caller: Caller, journal: Journal, world: World
) -> None:
    fifo = world.place / "gate"
    os.mkfifo(fifo)
    world.put(act=f"open({str(fifo)!r}).read()")
    looked = []

    def let(session: Any) -> Any:
        wanted = session._wanted

        def look() -> bool:
            looked.append(True)
            if len(looked) == 3:
                fifo.write_text("")
            return bool(wanted())

        session._wanted = look
        return session

    given = asked(["web.service"], verb="start")
    plan = planned("web.service", verb="start")
    plan.close()
    caller.say(given, {"apply": plan.digest})
    assert let(caller.session()).run(CONTROL, ["verb=start", "web.service"]) == "done"
    assert len(looked) >= 3


# All files anew


def test_systemd_reads_its_files_anew(caller: Caller, journal: Journal, world: World) -> None:
    assert agreed(caller, RELOAD, asked(["systemd"])) == "done"
    assert world.words == [["daemon-reload"]]
    plan = caller.frames()[0]
    assert plan["items"] == [{"target": "systemd", "loaded": "100"}]
    assert journal.results() == ["", "done"]


def test_if_somebody_else_had_it_read_them_meanwhile_nothing_is_done(
    caller: Caller, journal: Journal, world: World
) -> None:
    plan = Plan(RELOAD, Request("r1", ["systemd"], {}))
    plan.close()
    world.put(loaded="200")
    caller.say(asked(["systemd"]), {"apply": plan.digest})
    assert outcome(caller, RELOAD, asked(["systemd"])) == "changed"
    assert world.told == []


def test_what_cannot_be_read_has_failed(caller: Caller, journal: Journal, world: World) -> None:
    world.put(act="sys.exit(1)")
    assert agreed(caller, RELOAD, asked(["systemd"])) == "failed"
    world.put(first="sys.exit(1)")
    assert code_of(lambda: Plan(RELOAD, Request("r1", ["systemd"], {}))) == "failed"


def test_only_systemd_itself_is_reloaded_so(caller: Caller, world: World, journal: Journal) -> None:
    for name in ("web.service", "Systemd", ""):
        caller.say(asked([name]))
        assert outcome(caller, RELOAD, asked([name])) == "grammar"
    assert world.told == journal.entries() == []
