"""From the application to root and back, through a real polkit with a real agent, as a user."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from sysgui.helper.table import TABLE

from . import polkit
from .boot import boot
from .conftest import CHECKOUT as HERE
from .debian import CHECKOUT, PATIENCE
from .polkit import (
    HELPER,
    PASSWORD,
    await_death,
    await_end,
    entries,
    left_running,
    living,
    rule,
    seated,
    sleeping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .build import System
    from .debian import Machine
    from .polkit import Client

LOG = "/var/log/dpkg.log"

FROM_TO = "from=a@example.org to=b@example.org"
DROP_IN = "[Service]\n"
DIGEST = hashlib.sha256(DROP_IN.encode()).hexdigest()

# Of every operation: its targets, its arguments, and how an administrator reads them. {} is a
# process of another user.
ORDERS: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "self-check": ([], {}, "self-check"),
    "process-signal": (["{}"], {"signal": "TERM"}, "process-signal signal=TERM {}"),
    "process-adjust": (
        ["{}"],
        {"nice": 5, "io": "best-effort:7", "affinity": [0, 1], "oom": -17},
        "process-adjust nice=5 io=best-effort:7 affinity=0-1 oom=-17 {}",
    ),
    "process-inspect": (["{}"], {}, "process-inspect {}"),
    "file-read": ([LOG], {"offset": -9}, f"file-read offset=-9 {LOG}"),
    "audit-read": ([], {}, "audit-read"),
    "unit-control": (
        ["cron.service", r"system-a\x2db.slice"],
        {"verb": "stop"},
        r"unit-control verb=stop cron.service system-a\x2db.slice",
    ),
    "manager-reload": (["systemd"], {}, "manager-reload systemd"),
    "unit-write": (
        ["cron.service"],
        {
            "place": "drop-in",
            "start": "no",
            "digest": DIGEST,
            "texts": [DROP_IN],
        },
        f"unit-write place=drop-in start=no digest={DIGEST} cron.service",
    ),
    "watch-set": (
        ["cron.service"],
        {"restart": "yes", "mail": "no", "notify": "no"},
        "watch-set restart=yes mail=no notify=no cron.service",
    ),
    "watch-remove": (["cron.service"], {}, "watch-remove cron.service"),
    "watch-mail": (
        ["mail.example.org:587"],
        {
            "security": "starttls",
            "user": "me",
            "from": "a@example.org",
            "to": "b@example.org",
            "password": "sesame",
        },
        f"watch-mail security=starttls user=me {FROM_TO} mail.example.org:587",
    ),
    "watch-test": (["localhost:25"], {}, "watch-test localhost:25"),
}

# What changes nothing may be done again for some minutes. The check of the installation need not.
KEPT = {"process-inspect", "file-read", "audit-read"}


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Iterator[Machine]:
    with polkit.installed(machine):
        yield machine


@pytest.fixture
def alice(installed: Machine) -> Iterator[Client]:
    with seated(installed) as client:
        yield client


@pytest.fixture
def target(installed: Machine) -> Iterator[str]:
    with sleeping(installed) as (one,):
        yield one


def order(client: Client, name: str, target: str, *, agree: bool | None = True) -> None:
    targets, arguments, _shown = ORDERS[name]
    client.order(name, *(each.format(target) for each in targets), agree=agree, **arguments)


def results(machine: Machine, operation: str, target: str) -> list[str]:
    """What the journal says became of it: nothing at its begin."""
    return [entry.get("SYSGUI_RESULT", "") for entry in entries(machine, operation, target)]


# The answers to a prompt.


def test_who_gives_the_administrators_password_has_it_done(
    installed: Machine, alice: Client, target: str
) -> None:
    order(alice, "process-signal", target)
    assert alice.next("prompt")["users"] == ["root"]
    assert living(installed, [target]) == [target]
    assert alice.give(PASSWORD)
    assert alice.outcome() is None
    assert [frame["frame"] for frame in alice.frames()] == ["plan", "item", "result"]
    await_death(installed, [target])
    uid = installed.output(["id", "-u", "alice"]).strip()
    begin, finish = entries(installed, "process-signal", target)
    assert begin["SYSGUI_CALLER_UID"] == finish["SYSGUI_CALLER_UID"] == uid
    assert finish["SYSGUI_RESULT"] == "done"
    assert left_running(installed) == ""


def test_a_second_try_may_be_the_right_one(alice: Client) -> None:
    alice.order("self-check")
    alice.next("prompt")
    assert not alice.give("wrong")
    assert alice.give(PASSWORD)
    assert alice.outcome() is None


def test_wrong_passwords_are_a_refusal(installed: Machine, alice: Client, target: str) -> None:
    order(alice, "process-signal", target)
    alice.next("prompt")
    assert [alice.give(word) for word in ("wrong", "", PASSWORD.upper())] == [False] * 3
    alice.say(answer={"give up": True})
    assert alice.outcome() == "refused"
    assert nothing_was_done(installed, target)


def test_a_prompt_that_is_closed_is_no_refusal(
    installed: Machine, alice: Client, target: str
) -> None:
    order(alice, "process-signal", target)
    alice.next("prompt")
    alice.answer(dismiss=True)
    assert alice.outcome() == "dismissed"
    assert nothing_was_done(installed, target)


def test_where_nobody_asks_that_is_said(installed: Machine, alice: Client, target: str) -> None:
    alice.say(agent=False)
    alice.next("left")
    order(alice, "process-signal", target)
    assert alice.outcome() == "no-agent"
    assert nothing_was_done(installed, target)


def test_an_agent_that_dies_is_a_refusal(installed: Machine, alice: Client, target: str) -> None:
    order(alice, "process-signal", target)
    alice.next("prompt")
    alice.say(agent=False)
    assert alice.outcome() == "refused"
    assert nothing_was_done(installed, target)


def test_a_polkit_that_does_not_run_has_refused_nothing(
    installed: Machine, alice: Client, target: str
) -> None:
    installed.output(["systemctl", "mask", "--runtime", "--quiet", "--now", "polkit"])
    try:
        order(alice, "process-signal", target)
        assert alice.outcome() == "not-asked"
    finally:
        installed.output(["systemctl", "unmask", "--runtime", "--quiet", "polkit"])
        polkit.restart_polkit(installed)
    assert nothing_was_done(installed, target)


def test_who_does_not_sit_at_the_machine_is_not_even_asked(installed: Machine, target: str) -> None:
    with polkit.running(installed, polkit.CLIENT, "alice") as remote:
        order(remote, "process-signal", target)
        assert remote.outcome() == "refused"
    assert nothing_was_done(installed, target)


def nothing_was_done(machine: Machine, target: str) -> bool:
    assert living(machine, [target]) == [target]
    assert entries(machine, "process-signal", target) == []
    assert left_running(machine) == ""
    return True


# What the prompt says, and how often it comes.


def test_every_operation_is_tried_here() -> None:
    assert ORDERS.keys() == TABLE.keys()


@pytest.mark.parametrize("name", ORDERS)
def test_the_prompt_names_the_operation_and_its_object(
    alice: Client, target: str, name: str
) -> None:
    order(alice, name, target)
    prompt = alice.next("prompt")
    assert prompt["action"] == f"org.sysgui.{name}"
    what, _colon, shown = prompt["message"].partition(": ")
    assert what.startswith("Authentication is required to ")
    assert shown == f"{HELPER} {ORDERS[name][2].format(target)}"
    alice.answer(dismiss=True)
    assert alice.outcome() == "dismissed"


@pytest.mark.parametrize("name", ORDERS)
def test_only_for_what_changes_nothing_one_password_lasts_a_while(
    alice: Client, target: str, name: str
) -> None:
    for turn in range(2):
        order(alice, name, target, agree=False)
        if turn == 0 or name not in KEPT:
            alice.next("prompt")
            assert alice.give(PASSWORD)
        # Where there is nothing to be changed the helper says so: that it was asked is the point.
        assert alice.outcome() in (None, "cancelled", "gone")
    assert alice.waiting("prompt") == 0


def test_a_password_for_one_operation_is_none_for_another(alice: Client, target: str) -> None:
    for name in sorted(KEPT):
        order(alice, name, target)
        assert alice.next("prompt")["action"] == f"org.sysgui.{name}"
        assert alice.give(PASSWORD)
        assert alice.outcome() is None


def test_for_32_objects_one_question_is_asked(installed: Machine, alice: Client) -> None:
    with sleeping(installed, 32) as targets:
        alice.order("process-signal", *targets, signal="KILL")
        assert alice.next("prompt")["message"].endswith(
            f": {HELPER} process-signal signal=KILL {' '.join(targets)}"
        )
        assert alice.give(PASSWORD)
        assert alice.outcome() is None
        assert alice.waiting("prompt") == 0
        await_death(installed, targets)
        plan, *items, result = alice.frames()
        assert [item["target"] for item in plan["items"]] == targets
        assert [(item["target"], item["code"]) for item in items] == [(t, "done") for t in targets]
        assert result == {"frame": "result", "code": "done"}
        assert results(installed, "process-signal", targets[-1]) == ["", "done"]


# Cancelled, in every phase.


def test_cancelled_while_the_prompt_is_open(installed: Machine, alice: Client, target: str) -> None:
    order(alice, "process-signal", target)
    alice.next("prompt")
    alice.say(cancel=True)
    assert alice.outcome() == "cancelled"
    assert alice.next("withdrew") is True
    assert not alice.give(PASSWORD), "polkit took a password for a question that was withdrawn"
    assert nothing_was_done(installed, target)


def test_cancelled_while_the_preview_waits(installed: Machine, alice: Client, target: str) -> None:
    order(alice, "process-signal", target, agree=None)
    alice.next("prompt")
    assert alice.give(PASSWORD)
    (item,) = alice.next("frame")["items"]
    assert item["target"] == target
    alice.say(cancel=True)
    alice.next("cancelled")
    await_end(installed)
    alice.say(agree=True)  # Too late.
    assert alice.outcome() == "cancelled"
    assert living(installed, [target]) == [target]
    assert results(installed, "process-signal", target) == ["", "cancelled"]
    assert left_running(installed) == ""


# Waits at a gate before it does what the real one does.
GATED = '#!/bin/sh\nread word </run/gate\nexec /run/ionice "$@"\n'

# Says when somebody is at the gate, and opens it when it is told to.
KEEPER = "exec 3>/run/gate; echo there; read word; umount -l /usr/bin/ionice; echo go >&3"


def test_cancelled_between_two_of_many(installed: Machine, alice: Client) -> None:
    installed.output(["cp", "/usr/bin/ionice", "/run/ionice"])
    installed.write("/run/gated", GATED, mode=0o755)
    installed.output(["sh", "-c", "mkfifo /run/gate; mount --bind /run/gated /usr/bin/ionice"])
    with (
        sleeping(installed, 3) as targets,
        installed.spawn(["sh", "-c", KEEPER]) as keeper,
    ):
        alice.order("process-adjust", *targets, io="idle")
        alice.next("prompt")
        assert alice.give(PASSWORD)
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "there\n"
        alice.say(cancel=True)
        alice.next("cancelled")
        keeper.communicate("open\n", timeout=PATIENCE)
        assert alice.outcome() is None
        items = [frame for frame in alice.frames() if frame["frame"] == "item"]
        assert [(item["target"], item["code"]) for item in items] == [
            (targets[0], "done"), (targets[1], "cancelled"), (targets[2], "cancelled"),
        ]  # fmt: skip
        pids = [target.split(":")[0] for target in targets]
        classes = installed.output(["ionice", "-p", *pids]).splitlines()
        assert [line == "idle" for line in classes] == [True, False, False]
        assert results(installed, "process-adjust", targets[0]) == ["", "partly"]
    assert left_running(installed) == ""
    installed.output(["rm", "/run/gate", "/run/gated", "/run/ionice"])


def test_cancelled_while_a_log_is_followed(installed: Machine, alice: Client) -> None:
    log = "/var/log/sysgui-followed.log"
    installed.write(log, "one\n", mode=0o600)
    alice.order("file-read", log, follow="yes")
    alice.next("prompt")
    assert alice.give(PASSWORD)
    assert alice.next("frame")["facts"]["event"] == "opened"
    assert alice.next("frame")["facts"]["data"] == "one\n"
    installed.output(["sh", "-c", f"echo two >>{log}"])
    assert alice.next("frame")["facts"]["data"] == "two\n"
    alice.say(cancel=True)
    assert alice.outcome() == "cancelled"
    assert results(installed, "file-read", log) == ["", "cancelled"]
    assert left_running(installed) == ""
    installed.output(["rm", log])


def test_an_application_that_ends_leaves_nothing_behind(installed: Machine, target: str) -> None:
    with seated(installed) as client:
        order(client, "process-signal", target, agree=None)
        client.next("prompt")
        assert client.give(PASSWORD)
        client.next("frame")
        installed.output(["pkill", "-KILL", "-u", "alice", "-f", "client.py"])
        await_end(installed)
        assert living(installed, [target]) == [target]
        assert results(installed, "process-signal", target) == ["", "cancelled"]


def test_a_preview_that_nobody_answers_lapses(
    installed: Machine, alice: Client, target: str
) -> None:
    session = "/usr/libexec/sysgui/lib/sysgui_helper/session.py"
    installed.output(["sed", "-i", "s/^APPLY_WITHIN = 300.0$/APPLY_WITHIN = 0.1/", session])
    assert "APPLY_WITHIN = 0.1\n" in installed.read(session)
    try:
        order(alice, "process-signal", target, agree=None)
        alice.next("prompt")
        assert alice.give(PASSWORD)
        alice.next("frame")
        await_end(installed)
        alice.say(agree=True)
        assert alice.outcome() == "timeout"
    finally:
        installed.output([f"{CHECKOUT}/installer/stage", "/"])
    assert living(installed, [target]) == [target]
    assert results(installed, "process-signal", target) == ["", "timeout"]


# Other ways to root.

RUN0 = "/usr/bin/run0"

TELL_WAY = """
from sysgui.system.host import Host
from sysgui.system.transport import transport
print(*transport(Host()))
"""

UNITS = "org.freedesktop.systemd1.manage-units"

# As patient as systemd is, but for a second.
HASTY = f'#!/bin/sh\nSYSTEMD_BUS_TIMEOUT=1 exec {RUN0}.real "$@"\n'


@pytest.fixture(scope="module")
def bare(debian: System) -> Iterator[Machine]:
    """A machine without pkexec, as distributions begin to be."""
    with boot(debian, HERE) as machine, polkit.installed(machine):
        machine.output(["mv", "/usr/bin/pkexec", "/usr/bin/pkexec.away"])
        yield machine


@pytest.fixture
def alice_there(bare: Machine) -> Iterator[Client]:
    """Alice, where there is no pkexec."""
    with seated(bare) as client:
        yield client


@pytest.fixture
def other(bare: Machine) -> Iterator[str]:
    with sleeping(bare) as (one,):
        yield one


def has_run0(machine: Machine, client: Client, target: str) -> bool:
    """Tells whether there is a way to root; of a machine without one it holds that that is said."""
    if machine.release != "bookworm":
        return True
    order(client, "process-signal", target)
    assert client.outcome() == "no-transport"
    assert nothing_was_done(machine, target)
    return False


def test_the_way_is_pkexec_where_there_is_one(installed: Machine) -> None:
    told = installed.output(["python3", "-c", TELL_WAY], user="alice", env=polkit.PYTHON)
    assert told == "/usr/bin/pkexec --disable-internal-agent\n"


def test_run0_is_there_since_debian_13(bare: Machine) -> None:
    there = bare.run(["test", "-x", RUN0]).returncode == 0
    assert there == (bare.release != "bookworm")


def test_through_run0_it_is_done_for_who_gives_the_password(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    order(alice_there, "process-signal", other, agree=None)
    assert alice_there.next("prompt")["action"] == UNITS
    assert alice_there.give(PASSWORD)
    assert alice_there.next("frame")["frame"] == "plan"
    links = bare.output(["sh", "-c", "readlink /proc/$(pgrep -x helper)/fd/[01]"]).splitlines()
    assert [link.partition(":")[0] for link in links] == ["pipe", "pipe"]
    alice_there.say(agree=True)
    assert alice_there.outcome() is None
    await_death(bare, [other])
    begin, finish = entries(bare, "process-signal", other)
    assert begin["SYSGUI_CALLER_UID"] == bare.output(["id", "-u", "alice"]).strip()
    assert finish["SYSGUI_RESULT"] == "done"


def test_through_run0_what_a_rule_allows_is_done_and_nothing_without(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    alice_there.say(agent=False)
    alice_there.next("left")
    order(alice_there, "process-signal", other)
    assert alice_there.outcome() == "no-agent"
    with rule(bare, f'if (action.id == "{UNITS}") return polkit.Result.NO;'):
        order(alice_there, "process-signal", other)
        assert alice_there.outcome() == "refused"
    assert nothing_was_done(bare, other)
    with rule(bare, f'if (action.id == "{UNITS}") return polkit.Result.YES;'):
        order(alice_there, "process-signal", other)
        assert alice_there.outcome() is None
    await_death(bare, [other])


def test_through_run0_each_change_is_asked_for_anew(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    for _turn in range(2):
        order(alice_there, "process-signal", other, agree=False)
        alice_there.next("prompt")
        assert alice_there.give(PASSWORD)
        assert alice_there.outcome() == "cancelled"
    assert living(bare, [other]) == [other]


@pytest.mark.parametrize("answer", [{"dismiss": True}, {"give up": True}])
def test_through_run0_who_gives_no_password_is_refused(
    bare: Machine, alice_there: Client, other: str, answer: dict[str, bool]
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    order(alice_there, "process-signal", other)
    alice_there.next("prompt")
    assert not alice_there.give("wrong")
    alice_there.say(answer=answer)
    # systemd does not say which of the two it was.
    assert alice_there.outcome() == "refused"
    assert nothing_was_done(bare, other)


def test_through_run0_a_question_that_nobody_answers_lapses(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    bare.output(["mv", RUN0, f"{RUN0}.real"])
    bare.write(RUN0, HASTY, mode=0o755)
    try:
        order(alice_there, "process-signal", other)
        alice_there.next("prompt")
        assert alice_there.outcome() == "timeout"
        assert alice_there.next("withdrew") is True
    finally:
        bare.output(["mv", f"{RUN0}.real", RUN0])
    assert nothing_was_done(bare, other)


def test_through_run0_it_can_be_cancelled_while_the_prompt_is_open(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    order(alice_there, "process-signal", other)
    alice_there.next("prompt")
    alice_there.say(cancel=True)
    assert alice_there.outcome() == "cancelled"
    assert alice_there.next("withdrew") is True
    assert not alice_there.give(PASSWORD)
    assert nothing_was_done(bare, other)


def test_through_run0_it_can_be_cancelled_while_the_preview_waits(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    order(alice_there, "process-signal", other, agree=None)
    alice_there.next("prompt")
    assert alice_there.give(PASSWORD)
    alice_there.next("frame")
    alice_there.say(cancel=True)
    alice_there.next("cancelled")
    await_end(bare)
    alice_there.say(agree=True)
    assert alice_there.outcome() == "cancelled"
    assert living(bare, [other]) == [other]
    assert results(bare, "process-signal", other) == ["", "cancelled"]
    assert left_running(bare) == ""


def test_through_run0_it_can_be_cancelled_while_a_log_is_followed(
    bare: Machine, alice_there: Client, other: str
) -> None:
    if not has_run0(bare, alice_there, other):
        return
    alice_there.order("file-read", LOG, offset=-1, follow="yes")
    alice_there.next("prompt")
    assert alice_there.give(PASSWORD)
    assert alice_there.next("frame")["facts"]["event"] == "opened"
    alice_there.say(cancel=True)
    assert alice_there.outcome() == "cancelled"
    await_end(bare)
    assert results(bare, "file-read", LOG) == ["", "cancelled"]
    assert left_running(bare) == ""


def test_root_needs_no_way_to_root(bare: Machine, other: str) -> None:
    with polkit.running(bare, polkit.CLIENT, "root") as root:
        order(root, "process-signal", other, agree=None)
        assert root.next("frame")["frame"] == "plan"
        parent = bare.output(["sh", "-c", "ps -o args= -p $(ps -C helper -o ppid=)"])
        assert parent.split() == polkit.CLIENT
        root.say(agree=True)
        assert root.outcome() is None
    await_death(bare, [other])
    assert [entry["SYSGUI_CALLER_UID"] for entry in entries(bare, "process-signal", other)] == [
        "0", "0",
    ]  # fmt: skip
