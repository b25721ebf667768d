"""The helper as installed, through the machine's own polkit, for an ordinary user."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .debian import CHECKOUT, DEPENDENCIES
from .polkit import POLICY, ordered, rule, sleeping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .debian import Machine

MESSAGE_ID = "5c1f2d83a7f34e1c9d0b6a4e8f7b2c91"

HELPER = "/usr/libexec/sysgui/helper"
ERRAND = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}

# An order as JSON on the command line; what came of it as a line of JSON.
CLIENT = """
import json, sys
import msgspec
from sysgui.system.elevation import Errand, Order
from sysgui.system.host import Host
from sysgui.system.problem import Problem
try:
    frames = Errand(Host(), msgspec.convert(json.loads(sys.argv[1]), Order)).run()
    print(json.dumps({"frames": [msgspec.to_builtins(frame) for frame in frames]}))
except Problem as problem:
    print(json.dumps({"problem": problem.code}))
"""


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Iterator[Machine]:
    machine.output([f"{CHECKOUT}/installer/stage", "/"])
    yield machine
    machine.output(["rm", "-rf", "/usr/libexec/sysgui", POLICY])


def allowing(action: str) -> str:
    return f'if (action.id == "{action}") return polkit.Result.YES;'


def order(machine: Machine, operation: str, *targets: str, **arguments: Any) -> dict[str, Any]:
    asked = ordered(operation, targets, arguments)
    done = machine.run(
        ["/usr/bin/python3", "-c", CLIENT, json.dumps(asked)], user="alice", env=ERRAND
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def alive(machine: Machine, target: str) -> bool:
    return machine.run(["kill", "-0", target.split(":")[0]]).returncode == 0


def entries(machine: Machine) -> list[Mapping[str, str]]:
    machine.output(["journalctl", "--sync"])
    lines = machine.output(["journalctl", "-o", "json", "SYSLOG_IDENTIFIER=sysgui-helper"])
    return [json.loads(line) for line in lines.splitlines()]


def codes(answer: Mapping[str, Any]) -> Sequence[str]:
    return [frame["code"] for frame in answer["frames"] if "code" in frame]


def test_every_operation_has_an_action_of_its_own(installed: Machine) -> None:
    from sysgui.helper.table import TABLE

    for name, operation in TABLE.items():
        said = installed.output(["pkaction", "--verbose", "--action-id", f"org.sysgui.{name}"])
        assert f"org.freedesktop.policykit.exec.path -> {HELPER}" in said
        assert f"org.freedesktop.policykit.exec.argv1 -> {name}" in said
        assert operation.message in said
        assert "implicit any:      no" in said
        assert "implicit inactive: no" in said


def test_what_is_allowed_is_done_to_anothers_process_and_stands_in_the_journal(
    installed: Machine,
) -> None:
    with (
        sleeping(installed) as (target,),
        rule(installed, allowing("org.sysgui.process-signal")),
    ):
        answer = order(installed, "process-signal", target, signal="TERM")
        assert codes(answer) == ["done", "done"]
        assert answer["frames"][0]["items"][0]["name"] == "sleep"
        pid = target.split(":")[0]
        installed.output(["sh", "-c", f"while kill -0 {pid} 2>/dev/null; do :; done"])
    alice = installed.output(["id", "-u", "alice"]).strip()
    begin, finish = entries(installed)[-2:]
    for entry in (begin, finish):
        assert entry["_UID"] == "0"
        assert entry["SYSGUI_CALLER_UID"] == alice
        assert entry["SYSGUI_OPERATION"] == "process-signal"
        assert entry["SYSGUI_TARGETS"] == f"signal=TERM {target}"
        assert entry["SYSGUI_REQUEST"] == begin["SYSGUI_REQUEST"]
    assert finish["SYSGUI_RESULT"] == "done"
    assert finish["SYSGUI_PLAN_SHA256"] == answer["frames"][0]["digest"]


def test_what_is_refused_is_not_done(installed: Machine) -> None:
    refusing = 'if (action.id == "org.sysgui.process-signal") return polkit.Result.NO;'
    with sleeping(installed) as (target,), rule(installed, refusing):
        answer = order(installed, "process-signal", target, signal="KILL")
        assert answer == {"problem": "refused"}
        assert alive(installed, target)


def test_where_nobody_can_be_asked_that_is_said(installed: Machine) -> None:
    asking = 'if (action.id == "org.sysgui.process-signal") return polkit.Result.AUTH_ADMIN;'
    with sleeping(installed) as (target,), rule(installed, asking):
        answer = order(installed, "process-signal", target, signal="KILL")
        assert answer == {"problem": "no-agent"}
        assert alive(installed, target)


def test_an_unknown_operation_is_refused_though_the_fall_back_action_let_it_start(
    installed: Machine,
) -> None:
    with rule(installed, allowing("org.freedesktop.policykit.exec")):
        for words in ([], ["no-such-operation"], ["--version"], ["Process-Signal"]):
            done = installed.run(["pkexec", HELPER, *words], user="alice", input="{}\n")
            assert json.loads(done.stdout) == {
                "frame": "error", "code": "unknown-operation", "field": "",
            }  # fmt: skip
            assert (done.returncode, done.stderr) == (12, "")


def test_a_process_that_is_not_the_one_that_was_meant_is_left_alone(installed: Machine) -> None:
    with (
        sleeping(installed) as (target,),
        rule(installed, allowing("org.sysgui.process-signal")),
    ):
        pid, start, name = target.split(":")
        for other, code in (
            (f"{pid}:{int(start) - 1}:{name}", "gone"),
            (f"{pid}:{start}:slept", "changed"),
            ("1:0:systemd", "gone"),
        ):
            answer = order(installed, "process-signal", other, signal="KILL")
            assert answer == {"problem": code}, other
        assert alive(installed, target)


def test_the_machine_is_protected_from_losing_those_that_let_one_log_in(
    installed: Machine,
) -> None:
    with rule(installed, allowing("org.sysgui.process-signal")):
        for unit in ("dbus.service", "polkit.service", "systemd-logind.service"):
            pid = installed.output(["systemctl", "show", "-P", "MainPID", unit]).strip()
            stat = installed.read(f"/proc/{pid}/stat")
            name = installed.read(f"/proc/{pid}/comm").strip()
            target = f"{pid}:{stat.rpartition(')')[2].split()[19]}:{name}"
            answer = order(installed, "process-signal", target, signal="KILL")
            assert answer == {"problem": "protected"}, unit


def test_a_process_is_scheduled_as_was_asked(installed: Machine) -> None:
    with (
        sleeping(installed) as (target,),
        rule(installed, allowing("org.sysgui.process-adjust")),
    ):
        pid = target.split(":")[0]
        answer = order(
            installed, "process-adjust", target,
            nice=5, io="idle", affinity=[0], oom=500,
        )  # fmt: skip
        assert codes(answer) == ["done", "done"], answer
        assert installed.output(["ps", "-o", "ni=", "-p", pid]).strip() == "5"
        assert installed.output(["ionice", "-p", pid]).strip() == "idle"
        assert installed.output(["taskset", "-cp", pid]).endswith(": 0\n")
        assert installed.read(f"/proc/{pid}/oom_score_adj") == "500\n"
        before = answer["frames"][0]["items"][0]
        assert (before["nice"], before["oom"]) == (0, 0)


def test_what_only_root_may_read_is_what_root_reads(installed: Machine) -> None:
    with (
        sleeping(installed) as (target,),
        rule(installed, allowing("org.sysgui.process-inspect")),
    ):
        pid = target.split(":")[0]
        answer = order(installed, "process-inspect", target)
        told: dict[str, str] = {}
        links = {}
        for frame in answer["frames"][:-1]:
            facts = frame["facts"]
            if "data" in facts:
                told[facts["path"]] = told.get(facts["path"], "") + facts["data"]
            elif "link" in facts:
                links[facts["path"]] = facts["link"]
        assert told["environ"] == installed.read(f"/proc/{pid}/environ")
        assert told["cgroup"] == installed.read(f"/proc/{pid}/cgroup")
        assert "rchar" in told["io"]
        for name, leads in links.items():
            assert installed.output(["readlink", f"/proc/{pid}/{name}"]) == f"{leads}\n"
        numbers = set(installed.output(["ls", f"/proc/{pid}/fd"]).split())
        assert {name.partition("/")[2] for name in links if name.startswith("fd/")} == numbers


def test_a_log_of_root_alone_is_read(installed: Machine) -> None:
    log = "/var/log/sysgui-test/only root.log"
    target = "/var/log/sysgui-test/only%20root.log"
    text = "".join(f"line {number}\n" for number in range(5000))
    installed.write(log, text, mode=0o600)
    with rule(installed, allowing("org.sysgui.file-read")):
        answer = order(installed, "file-read", target)
        facts = [frame["facts"] for frame in answer["frames"][:-1]]
        assert facts[0] == {"target": target, "event": "opened", "size": len(text)}
        assert "".join(each["data"] for each in facts[1:]) == text
        last = order(installed, "file-read", target, offset=-5, length=4)["frames"][1]["facts"]
        assert last["data"] == text[-5:-1]
        # A service that owns its directory of logs cannot have others' files read to it.
        installed.output(["ln", "-sf", "/etc/shadow", "/var/log/sysgui-test/link"])
        assert order(installed, "file-read", "/var/log/sysgui-test/link") == {
            "problem": "not-a-file"
        }
        assert order(installed, "file-read", "/etc/shadow") == {"problem": "grammar"}
    installed.output(["rm", "-r", "/var/log/sysgui-test"])


def test_what_was_done_is_shown_to_who_may_see_it(installed: Machine) -> None:
    with (
        sleeping(installed) as (target,),
        rule(installed, allowing("org.sysgui.process-signal")),
    ):
        assert codes(order(installed, "process-signal", target, signal="TERM"))[-1] == "done"
    pid, _start, name = target.split(":")
    installed.output(["journalctl", "--sync"])
    query = f'objects~"({pid})" and operation=process-signal'
    shown = installed.sysgui("audit", query, "--json")
    *_earlier, done = [json.loads(line) for line in shown.stdout.splitlines()]
    assert done["targets"] == ["signal=TERM", f"{name} ({pid})"]
    assert (done["user"], done["result"]) == ("alice", "done")
    assert done["began"] <= done["ended"]
    said = installed.output(
        ["journalctl", f"SYSGUI_REQUEST={done['request']}", "--output=short-iso"]
    )
    assert len(said.splitlines()) == 2


def test_who_may_not_read_the_journal_is_told_so_and_may_ask_for_it(installed: Machine) -> None:
    refused = installed.sysgui("audit", user="alice")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "systemd-journal" in refused.stderr
    installed.output(["journalctl", "--sync"])
    fields = ("_PID", "SYSGUI_OPERATION", "SYSGUI_REQUEST", "SYSGUI_RESULT")
    match = (f"MESSAGE_ID={MESSAGE_ID}", "-o", "json", f"--output-fields={','.join(fields)}")
    expected = installed.output(["journalctl", *match]).splitlines()
    with rule(installed, allowing("org.sysgui.audit-read")):
        answer = order(installed, "audit-read")
    *pieces, last = answer["frames"]
    assert {piece["frame"] for piece in pieces} == {"piece"}
    assert (last["frame"], last["code"]) == ("result", "done")
    told = "".join(piece["facts"]["data"] for piece in pieces).encode("latin-1")
    entries = [json.loads(line) for line in told.splitlines()]
    assert len(expected) >= 2
    for entry, line in zip(entries, expected, strict=False):
        for name, value in json.loads(line).items():
            assert entry[name] == value
    # Its own beginning, at most, has come since.
    assert {entry["SYSGUI_OPERATION"] for entry in entries[len(expected) :]} <= {"audit-read"}


def test_what_others_write_in_the_helpers_name_is_nothing_that_was_done(
    installed: Machine,
) -> None:
    forged = f"MESSAGE=x\nMESSAGE_ID={MESSAGE_ID}\nSYSGUI_OPERATION=forged\nSYSGUI_CALLER_UID=0\n"
    installed.output(["logger", "--journald"], user="alice", input=forged)
    installed.output(["journalctl", "--sync"])
    assert "forged" in installed.output(["journalctl", "SYSGUI_OPERATION=forged", "-o", "export"])
    assert "forged" not in installed.sysgui("audit", "--json").stdout
    with rule(installed, allowing("org.sysgui.audit-read")):
        assert "forged" not in json.dumps(order(installed, "audit-read"))


def test_an_operation_on_more_than_the_journal_shows_unasked_is_shown_whole(
    installed: Machine,
) -> None:
    # Fields of more than 4096 bytes are left out by journalctl, unless one insists.
    names = [f"/var/log/sysgui-test/{number:02}{'x' * 200}" for number in range(32)]
    with rule(installed, allowing("org.sysgui.file-read")):
        assert order(installed, "file-read", *names) == {"problem": "gone"}
    installed.output(["journalctl", "--sync"])
    shown = installed.sysgui("audit", "operation=file-read", "--json").stdout.splitlines()
    assert json.loads(shown[-1])["targets"] == names


def test_the_installation_can_be_checked(installed: Machine) -> None:
    with rule(installed, allowing("org.sysgui.self-check")):
        answer = order(installed, "self-check")
    facts = answer["frames"][0]["facts"]
    assert facts["uid"] == 0
    assert facts["caller"] == int(installed.output(["id", "-u", "alice"]))
    assert facts["writable"] == []


def test_a_helper_that_others_could_change_is_not_started(installed: Machine) -> None:
    with rule(installed, allowing("org.sysgui.self-check")):
        installed.output(["chmod", "o+w", "/usr/libexec/sysgui"])
        try:
            assert order(installed, "self-check") == {"problem": "helper-unsafe"}
        finally:
            installed.output(["chmod", "o-w", "/usr/libexec/sysgui"])
        assert codes(order(installed, "self-check")) == ["done"]
