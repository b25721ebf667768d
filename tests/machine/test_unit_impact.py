"""What is said to stop is what stops: compared with systemd, for graphs of units made by chance."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from .boot import boot
from .conftest import CHECKOUT as HERE
from .debian import CHECKOUT, DEPENDENCIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .build import System
    from .debian import Machine

UNITS = "/usr/local/lib/systemd/system"
PYTHON = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}

TELL = """
import json, sys
import msgspec
from sysgui.panels.services.control.impact import ImpactProbe
from sysgui.panels.services.control.sentences import sentences
from sysgui.system.host import Host
impact = ImpactProbe(Host()).read(sys.argv[1], sys.argv[2:])
print(json.dumps({**msgspec.to_builtins(impact), "sentences": sentences(impact)}))
"""

# Waits until systemd has nothing left to do.
REST = "while systemctl list-jobs | grep -Eq '(running|waiting)$'; do :; done"
# A unit goes on to start, or to end, though its job may be over.
MOVES = "systemctl list-units --no-legend --state=activating,deactivating | grep -q ."

ROUNDS = 24
SIZE = 9

RELATIONS = (
    "Requires", "BindsTo", "PartOf", "Requisite", "Wants", "PropagatesStopTo", "StopPropagatedFrom",
)  # fmt: skip


@pytest.fixture(scope="module")
def controlled(debian: System) -> Iterator[Machine]:
    with boot(debian, HERE) as machine:
        yield machine


@contextmanager
def units(machine: Machine, texts: Mapping[str, str]) -> Iterator[None]:
    """Units of a test's own."""
    for name, text in texts.items():
        machine.write(f"{UNITS}/{name}", text)
    machine.output(["systemctl", "daemon-reload"])
    try:
        yield
    finally:
        machine.run(["systemctl", "stop", "--", *texts])
        machine.output(["rm", "-f", "--", *(f"{UNITS}/{name}" for name in texts)])
        machine.output(["systemctl", "daemon-reload"])
        machine.run(["systemctl", "reset-failed"])


def told(machine: Machine, verb: str, *names: str, user: str = "root") -> dict[str, Any]:
    done = machine.output(["/usr/bin/python3", "-c", TELL, verb, *names], user=user, env=PYTHON)
    answer: dict[str, Any] = json.loads(done)
    return answer


def up(machine: Machine, names: Sequence[str]) -> set[str]:
    """Returns those that have something to stop, when systemd has nothing left to do."""
    show = 'exec systemctl show --property=ActiveState --value -- "$@"'
    script = f"{REST}; while {MOVES}; do :; done; {REST}; {show}"
    states = machine.output(["sh", "-c", script, "sh", *names]).split()
    assert len(states) == len(names)
    found = zip(names, states, strict=True)
    return {name for name, state in found if state not in ("inactive", "failed")}


def invocations(machine: Machine, names: Sequence[str]) -> dict[str, str]:
    """Returns what each run of a unit is called; a restart is another one."""
    words = ["systemctl", "show", "--property=Id,InvocationID", "--", *names]
    blocks = machine.output(words).strip().split("\n\n")
    found = [dict(line.split("=", 1) for line in block.splitlines()) for block in blocks]
    return {each["Id"]: each["InvocationID"] for each in found}


def graph(chance: random.Random, prefix: str) -> dict[str, str]:
    """Returns services that hang together in any way, in circles as well."""
    names = [f"{prefix}{number}.service" for number in range(SIZE)]
    texts = {}
    for place, name in enumerate(names):
        lines = ["[Unit]", "StartLimitIntervalSec=0"]
        for _each in range(chance.choice((0, 1, 1, 2))):
            other = chance.choice([each for each in names if each != name])
            lines.append(f"{chance.choice(RELATIONS)}={other}")
            # Half of them are ordered, so that there is no circle in that.
            if names.index(other) < place and chance.random() < 0.5:
                lines.append(f"After={other}")
        if chance.random() < 0.2:
            lines.append("StopWhenUnneeded=yes")
        lines.append("[Service]")
        # Some end by themselves, and what requires them stays.
        ends = chance.random() < 0.15
        lines += ["Type=oneshot", "ExecStart=/bin/true"] if ends else ["ExecStart=/bin/sleep 9999"]
        texts[name] = "\n".join(lines) + "\n"
    return texts


def shown(verb: str, chosen: Sequence[str], before: set[str], texts: Mapping[str, str]) -> str:
    """Returns a graph for a human to look at."""
    lines = [f"{verb} {' '.join(chosen)}, up {' '.join(sorted(before))}"]
    lines += [f"{name}: {' '.join(text.split()[2:])}" for name, text in texts.items()]
    return "\n".join(lines)


def test_what_is_said_to_stop_is_what_stops(controlled: Machine) -> None:
    machine, chance = controlled, random.Random(4)
    rounds = [graph(chance, f"r{number}n") for number in range(ROUNDS)]
    everything = {name: text for texts in rounds for name, text in texts.items()}
    script = "import json, sys\nfor n, t in json.load(sys.stdin).items(): open(n, 'w').write(t)"
    write = f'mkdir -p {UNITS} && cd {UNITS} && exec /usr/bin/python3 -c "$1"'
    machine.output(["sh", "-c", write, "sh", script], input=json.dumps(everything))
    machine.output(["systemctl", "daemon-reload"])
    counted = doubted = 0
    for texts in rounds:
        names = list(texts)
        for _again in range(2):
            # One after the other: what another has brought with it has to be there, or gone, first.
            start = f'for name; do systemctl start "$name"; {REST}; done'
            machine.run(["sh", "-c", start, "sh", *chance.sample(names, SIZE)])
            before = up(machine, names)
            chosen = chance.sample(sorted(before), min(len(before), chance.choice((1, 1, 2))))
            if not chosen:
                continue
            verb = chance.choice(("stop", "stop", "restart"))
            runs = invocations(machine, names)
            impact = told(machine, verb, *chosen)
            done = machine.run(["systemctl", verb, *chosen])
            after = up(machine, names)
            if done.returncode:
                # One of the two was told to stop by the other, and its restart was cancelled.
                assert verb == "restart", done.stderr
                lost = {*impact["unmet"], *impact["doubtful"]} & set(chosen)
                assert "cancel" in done.stderr or lost, done.stderr
                continue
            stopped = before - after - set(chosen)
            about = shown(verb, chosen, before, texts)
            if verb == "restart":
                ends, may = set(impact["ends"]), set(impact["may_end"])
                assert ends <= stopped <= ends | may, about
                now = invocations(machine, names)
                stopped |= {name for name in before & after if now[name] != runs[name]} - set(
                    chosen
                )
            stops, may = set(impact["stops"]), set(impact["may_end"])
            assert stops <= stopped <= stops | may, about
            counted += len(stopped)
            doubted += len(may)
        machine.run(["systemctl", "stop", *names])
    assert counted > ROUNDS  # Otherwise the graphs were too thin to show anything.
    assert doubted < counted / 10


SLEEPS = "[Service]\nExecStart=/bin/sleep 9999\n"
SLOW = f"{SLEEPS}ExecStartPre=/bin/sleep 0.1\nExecStop=/bin/sleep 0.2\n"
# Takes one connection each, and ends with it.
ANSWERS = "[Service]\nExecStart=/bin/sh -c 'sleep 9999'\nStandardInput=socket\n"


# Comes up after d was given up, or before d has stopped.
LATE = "ExecStartPre=/bin/sh -c 'while systemctl list-jobs | grep -q d.service; do :; done'\n"
EARLY = "ExecStartPost=/bin/touch /run/early\n"
WAITS = "ExecStop=/bin/sh -c 'until test -e /run/early; do :; done'\n"


@pytest.mark.parametrize("late", [False, True])
def test_what_is_said_not_to_come_up_again_does_not(controlled: Machine, late: bool) -> None:
    machine = controlled
    texts = {
        "a.service": f"[Unit]\nPartOf=z.service\n{SLOW}",
        # It asks for one that is restarted, too: that is up when it matters, however long it takes.
        "b.service": f"[Unit]\nRequisite=a.service\n{SLEEPS}",
        "c.service": f"[Unit]\nRequisite=x.service\nPartOf=z.service\n{SLEEPS}",
        "d.service": "[Unit]\nRequisite=x.service\nAfter=x.service\nPartOf=z.service\n"
        + (SLEEPS if late else SLEEPS + WAITS),
        "e.service": f"[Unit]\nRequires=d.service\nAfter=d.service\n{SLEEPS}",
        "f.service": f"[Unit]\nBindsTo=d.service\n{SLEEPS}{LATE if late else EARLY}",
        "g.service": f"[Unit]\nRequires=d.service\n{SLOW}",
        "x.service": SLEEPS,
        "z.service": SLOW,
    }
    with units(machine, texts):
        for name in ("x.service", *texts):
            machine.output(["systemctl", "start", name])
        machine.output(["systemctl", "kill", "--signal=KILL", "x.service"])
        ends = "while systemctl is-active --quiet x.service; do :; done"
        machine.output(["sh", "-c", ends])
        before = up(machine, list(texts))
        assert before == texts.keys() - {"x.service"}
        impact = told(machine, "restart", "z.service")
        assert (impact["ends"], impact["may_end"]) == (["d.service", "e.service"], ["f.service"])
        for sentence in (
            "d.service does not come up again: it needs x.service to be up.",
            "f.service may stay down: it needs d.service, but does not wait for it (After=).",
        ):
            assert sentence in impact["sentences"]
        machine.output(["rm", "-f", "/run/early"])
        machine.output(["systemctl", "restart", "z.service"])
        stopped = before - up(machine, list(texts))
        assert stopped == set(impact["ends"] + (impact["may_end"] if late else []))


def test_what_nothing_needs_stops_again_after_a_restart(controlled: Machine) -> None:
    machine = controlled
    texts = {
        "idle.service": f"[Unit]\nStopWhenUnneeded=yes\n{SLEEPS}",
        # It is up before that one is, and so does not stand against its end.
        "part.service": f"[Unit]\nPartOf=idle.service\nBefore=idle.service\n{SLEEPS}",
        "user.service": f"[Unit]\nWants=idle.service\n{SLEEPS}",
    }
    with units(machine, texts):
        for needed in (True, False):
            others = ["part.service", *(["user.service"] if needed else [])]
            machine.output(["systemctl", "start", *others])
            before = up(machine, list(texts))
            assert before == {*others, *(["idle.service"] if needed else [])}
            impact = told(machine, "restart", "idle.service")
            assert (impact["stops"], impact["ends"]) == (["part.service"], [])
            assert impact["doubtful"] == ({} if needed else {"idle.service": []})
            assert impact["may_end"] == ([] if needed else ["part.service"])
            assert needed != any("nothing needs it" in each for each in impact["sentences"])
            machine.output(["systemctl", "restart", "idle.service"])
            assert up(machine, list(texts)) == (before if needed else set())
            machine.output(["systemctl", "stop", *texts])


def wait_active(machine: Machine, name: str) -> None:
    until = 'until systemctl is-active --quiet "$1"; do :; done'
    machine.output(["sh", "-c", until, "sh", name])


def test_what_is_said_to_start_it_again_does(controlled: Machine) -> None:
    machine = controlled
    texts = {
        r"a\x2db.service": SLEEPS,
        r"a\x2db.socket": "[Socket]\nListenStream=/run/a.sock\n",
        "c.service": SLEEPS,
        "c.timer": "[Timer]\nOnUnitInactiveSec=1s\nAccuracySec=1us\n",
        "d.service": SLEEPS,
        "d.path": "[Path]\nPathChanged=/run/d\n",
        "e.service": SLEEPS,
        "f.service": f"[Unit]\nUpholds=e.service\n{SLEEPS}",
        "g.service": f"[Unit]\nRequires=c.service\n{SLEEPS}",
    }
    with units(machine, texts):
        machine.output(["systemctl", "start", *(name for name in texts if "service" not in name)])
        machine.output(["systemctl", "start", *texts])
        bell = "import socket; socket.socket(socket.AF_UNIX).connect('/run/a.sock')"
        poke = ["/usr/bin/python3", "-c", bell]
        for name, by, word, act in (
            (r"a\x2db.service", r"a\x2db.socket", "next connection", poke),
            ("c.service", "c.timer", "when its time comes", ["true"]),
            ("d.service", "d.path", "what it watches", ["touch", "/run/d"]),
            ("e.service", "f.service", "at once", ["true"]),
        ):
            impact = told(machine, "stop", name)
            assert impact["returns"] == {name: [by]}
            (said,) = [each for each in impact["sentences"] if by in each]
            assert word in said
            machine.output(["systemctl", "stop", name])
            machine.output(act)
            wait_active(machine, name)
        # With what would start it again stopped as well nothing does.
        machine.output(["systemctl", "stop", "c.timer"])
        assert told(machine, "stop", "c.service")["returns"] == {}
        assert told(machine, "stop", "f.service", "e.service")["returns"] == {}
        # Of one that goes down with another, it is said too.
        machine.output(["systemctl", "start", "g.service", "c.timer"])
        assert told(machine, "disable-now", "c.service", "g.service")["returns"] == {
            "c.service": ["c.timer"],
        }


def test_what_is_enabled_is_there_after_the_next_boot(boot_machine: Any) -> None:
    machine = boot_machine()
    assert told(machine, "stop", "cron.service")["at_boot"] == ["cron.service"]
    assert told(machine, "disable-now", "cron.service")["at_boot"] == []
    machine.output(["systemctl", "disable", "--quiet", "cron.service"])
    assert told(machine, "stop", "cron.service")["at_boot"] == []


def test_who_masks_is_told_what_it_keeps_from_starting(controlled: Machine) -> None:
    machine = controlled
    texts = {"a.service": SLEEPS, "b.service": f"[Unit]\nRequires=a.service\n{SLEEPS}"}
    with units(machine, texts):
        machine.output(["systemctl", "start", "b.service"])
        impact = told(machine, "mask", "a.service")
        assert (impact["stops"], impact["runs"]) == ([], ["a.service"])
        assert impact["requires"] == ["b.service"]
        machine.output(["systemctl", "mask", "--quiet", "a.service"])
        assert up(machine, list(texts)) == set(texts)
        machine.output(["systemctl", "stop", "a.service", "b.service"])
        assert machine.run(["systemctl", "start", "b.service"]).returncode != 0
        machine.output(["systemctl", "unmask", "--quiet", "a.service"])


# The session

MANAGER = "user@.service"


@pytest.fixture
def keyed(controlled: Machine) -> Iterator[Sequence[str]]:
    """How alice comes in by ssh."""
    machine = controlled
    # Where control groups are of the first version, a user's manager takes long to end.
    machine.output(["systemctl", "mask", "--runtime", "--quiet", MANAGER])
    script = (
        "umask 77; mkdir .ssh; ssh-keygen -q -N '' -f .ssh/id; cp .ssh/id.pub .ssh/authorized_keys"
    )
    machine.output(["sh", "-c", f"cd /home/alice && {script}"], user="alice")
    options = ["-i", "/home/alice/.ssh/id", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes"]
    yield ["ssh", "-q", *options, "alice@127.0.0.1"]
    machine.output(["rm", "-r", "/home/alice/.ssh"])
    machine.output(["systemctl", "unmask", "--runtime", "--quiet", MANAGER])


def by_ssh(machine: Machine, way: Sequence[str], verb: str, name: str) -> dict[str, Any]:
    words = " ".join(f"{key}={value}" for key, value in PYTHON.items())
    machine.write("/tmp/tell.py", TELL)
    line = f"{words} /usr/bin/python3 /tmp/tell.py {verb} {name}"
    answer: dict[str, Any] = json.loads(machine.output([*way, line], user="alice"))
    return answer


def test_who_has_come_by_ssh_is_told_before_stopping_it(
    controlled: Machine, keyed: Sequence[str]
) -> None:
    machine = controlled
    impact = by_ssh(machine, keyed, "stop", "ssh.service")
    assert impact["carries"] == {"ssh.service": "login"}
    assert impact["remote"] is True
    assert any("may not come back" in each for each in impact["sentences"])
    # By its other name too.
    assert by_ssh(machine, keyed, "mask", "sshd.service")["carries"] == {"sshd.service": "login"}
    assert by_ssh(machine, keyed, "stop", "nginx.service")["carries"] == {}
    assert by_ssh(machine, keyed, "disable-now", "user.slice")["carries"]["user.slice"] == "session"
    # Whoever is not in a session has come through nothing.
    assert told(machine, "stop", "ssh.service")["carries"] == {}


def test_the_session_that_one_sits_in_is_named(controlled: Machine, keyed: Sequence[str]) -> None:
    machine = controlled
    scope = machine.output([*keyed, "grep -o 'session-[^/]*scope' /proc/self/cgroup"], user="alice")
    assert scope.startswith("session-")
    words = " ".join(f"{key}={value}" for key, value in PYTHON.items())
    machine.write("/tmp/tell.py", TELL)
    find = "grep -o -m1 'session-[^/]*scope' /proc/self/cgroup | head -1"
    line = f"{words} /usr/bin/python3 /tmp/tell.py stop $({find})"
    impact = json.loads(machine.output([*keyed, line], user="alice"))
    (name,) = impact["names"]
    # The user's slice goes with his last session.
    assert {**impact["carries"], "user-1000.slice": "session"} == {
        name: "session",
        "user-1000.slice": "session",
    }
    assert [each.partition(":")[0] for each in impact["sentences"] if "working" in each] == [
        f"You are working in {name}",
    ]


# What is started


def test_what_ends_the_machine_is_known(controlled: Machine) -> None:
    expected = {
        "poweroff.target": "off",
        "runlevel0.target": "off",
        "systemd-poweroff.service": "off",
        "halt.target": "halt",
        "reboot.target": "reboot",
        "runlevel6.target": "reboot",
        "ctrl-alt-del.target": "reboot",
        "systemd-reboot.service": "reboot",
        "kexec.target": "kexec",
        "exit.target": "exit",
        "rescue.target": "repair",
        "runlevel1.target": "repair",
        "emergency.target": "repair",
        "suspend.target": "sleep",
        "suspend-then-hibernate.target": "sleep",
        "hibernate.target": "hibernate",
        "hybrid-sleep.target": "hibernate",
    }
    for name, fate in expected.items():
        assert list(told(controlled, "start", name)["befalls"].values())[:1] == [fate], name
    for name in ("multi-user.target", "nginx.service", "cron.service", "network-online.target"):
        impact = told(controlled, "start", name)
        assert (impact["befalls"], impact["opposed"]) == ({}, []), name


def test_what_is_said_to_make_room_is_what_stops(controlled: Machine) -> None:
    machine = controlled
    texts = {
        "c0.service": "[Unit]\nConflicts=c1.service\nWants=c2.service\n",
        "c1.service": "",
        "c2.service": "",
        "c3.service": "[Unit]\nConflicts=c2.service\n",
        "c4.service": "[Unit]\nRequires=c3.service\nAfter=c3.service\n",
        "c5.service": "[Unit]\nWants=c3.service\n",
    }
    texts = {name: f"{text}[Service]\nExecStart=/bin/sleep 9999\n" for name, text in texts.items()}
    with units(machine, texts):
        machine.output(["systemctl", "start", "c1.service", "c4.service", "c5.service"])
        before = up(machine, list(texts))
        for verb in ("start", "restart"):
            impact = told(machine, verb, "c0.service")
            assert impact["opposed"] == ["c1.service", "c3.service"]
            assert impact["stops"] == ["c1.service", "c3.service", "c4.service"]
        machine.output(["systemctl", "start", "c0.service"])
        assert before - up(machine, list(texts)) == set(impact["stops"])
