"""Services of a test's own that are watched, and what is written down of them."""

from __future__ import annotations

import json
import os
import select
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from sysgui.helper.operations.watch import ARGUMENTS

from .debian import CHECKOUT, DEPENDENCIES, PATIENCE, end

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .debian import Machine

MESSAGE_ID = "1d6e0b8f4c5a4f0e9b7a2d3c8e5f6a90"

# Of those who look at watched units.
LOCK = "/var/lib/sysgui/lock"

CLIENT = """
import json, sys
import msgspec
from sysgui.system.elevation import Errand, Order
from sysgui.system.host import Host
from sysgui.system.problem import Problem
try:
    frames = Errand(Host(), msgspec.convert(json.load(sys.stdin), Order)).run()
    print(json.dumps({"frames": [msgspec.to_builtins(frame) for frame in frames]}))
except Problem as problem:
    print(json.dumps({"problem": problem.code}))
"""

WANTED: Mapping[str, Any] = {"restart": "yes", "mail": "no", "notify": "no", "grace": 0}


def install(machine: Machine) -> None:
    """Lays out the helper and what systemd starts."""
    machine.output([f"{CHECKOUT}/installer/stage", "/"])
    machine.output(["systemctl", "daemon-reload"])


def order(machine: Machine, operation: str, *targets: str, **more: Any) -> dict[str, Any]:
    """Has the helper do something, by the application's own way to it."""
    asked = {"operation": operation, "targets": targets, **more}
    env = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = machine.run(["/usr/bin/python3", "-c", CLIENT], input=json.dumps(asked), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


class Event(NamedTuple):
    """What was written down of a unit."""

    kind: str
    told: bool
    failures: int
    cause: str
    at: float


class Service:
    """A service of a test, which is watched.

    Args:
        machine: Where.
        name: Of its unit.
    """

    def __init__(self, machine: Machine, name: str) -> None:
        self.machine = machine
        self.name = name

    def systemctl(self, *words: str) -> str:
        return self.machine.run(["systemctl", *words, "--", self.name]).stdout

    def show(self, name: str) -> str:
        return self.systemctl("show", "-P", name).strip()

    def events(self) -> list[Event]:
        self.machine.output(["journalctl", "--sync"])
        said = self.machine.output(["journalctl", "-q", "-o", "json", *self._match])
        return [_event(line) for line in said.splitlines()]

    @property
    def _match(self) -> Sequence[str]:
        return (f"MESSAGE_ID={MESSAGE_ID}", f"SYSGUI_UNIT={self.name}", "_UID=0")

    def told(self) -> list[str]:
        return [event.kind for event in self.events() if event.told]

    def await_event(self, kind: str, count: int = 1) -> Event:
        """Waits until something has happened to it so many times, and all has come of it."""
        event = self._await_event(kind, count)
        # Who has written the event down goes on to tell it and to act, and has the lock till then.
        self.machine.output(["flock", LOCK, "true"])
        return event

    def _await_event(self, kind: str, count: int) -> Event:
        follow = ["journalctl", "-q", "-f", "-n", "all", "-o", "json", *self._match]
        process = self.machine.spawn(follow)
        deadline = time.monotonic() + PATIENCE
        try:
            assert process.stdout is not None
            for line in _lines(process.stdout.fileno(), deadline):
                event = _event(line)
                count -= event.kind == kind
                if not count:
                    return event
        finally:
            end(process)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        raise AssertionError(f"{kind} did not come: {self.events()}")

    def await_running(self) -> None:
        """Waits until it runs."""
        self.await_sub("running")

    def await_sub(self, *states: str) -> None:
        """Waits until it is in one of some states (SubState), as systemd has them."""
        script = """
            name=$1; shift
            while :; do
                state=$(systemctl show -P SubState -- "$name")
                for each; do [ "$state" != "$each" ] || exit 0; done
            done
        """
        self.machine.output(["sh", "-c", script, "sh", self.name, *states])

    def await_another(self, run: str) -> None:
        """Waits until it is in another run (InvocationID) than one that it was in."""
        script = """
            while run=$(systemctl show -P InvocationID -- "$1"); [ "$run" = "$2" ] || [ ! "$run" ]
            do :; done
        """
        self.machine.output(["sh", "-c", script, "sh", self.name, run])

    def await_port(self, port: int) -> None:
        """Waits until something takes connections: systemd calls it running before."""
        script = 'until ss -Hltn "sport = :$1" | grep -q .; do sleep 0.1; done'
        self.machine.output(["sh", "-c", script, "sh", str(port)])

    def await_run(self, number: int) -> None:
        """Waits until it has been started so many times, as `NTH` counts."""
        flag = f"/run/{self.name.partition('.')[0]}.flag"
        script = 'until [ "$(cat "$1" 2>/dev/null)" = "$2" ]; do sleep 0.1; done'
        words = ["timeout", str(round(PATIENCE)), "sh", "-c", script, "sh", flag, str(number)]
        done = self.machine.run(words, timeout=2 * PATIENCE)
        if done.returncode:
            said = ["journalctl", "-q", "--no-pager", "-n", "60", "-o", "short-precise"]
            log = self.machine.output([*said, f"--unit={self.name}"])
            count = self.machine.run(["cat", flag]).stdout
            raise AssertionError(f"run {number} did not come, but {count!r}: {log}")

    def sweep(self) -> None:
        """Has all units looked at, as once a minute: as they are now, or later."""
        # One that is under way may have looked at them before, and systemd starts no second one.
        under_way = "[ $(systemctl show -P ActiveState $1) = inactive ] || systemctl start $1"
        words = ["sh", "-c", f"{under_way}; exec systemctl start $1"]
        self.machine.output([*words, "sh", "sysgui-watch.service"])


def _event(line: str) -> Event:
    entry = json.loads(line)
    return Event(
        entry["SYSGUI_EVENT"],
        entry["SYSGUI_TOLD"] == "yes",
        int(entry["SYSGUI_FAILURES"]),
        entry["SYSGUI_CAUSE"],
        int(entry["__REALTIME_TIMESTAMP"]) / 1e6,
    )


def _lines(descriptor: int, deadline: float) -> Iterator[str]:
    read = b""
    while select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            return
        *lines, read = (read + piece).split(b"\n")
        yield from (line.decode() for line in lines)


# The nth time that it runs; the first time it fails.
NTH = "n=$(($(cat {flag} 2>/dev/null || echo 0) + 1)); echo $n >{flag}; "
ONCE = NTH + "[ $n -gt 1 ] || {end}; exec sleep 1000"

# What a watch says, made quick; and so many failures are too many, however slowly they come.
QUICK = (
    "[Service]\nRestartSec=50ms\nRestartSteps=0\n"
    "[Unit]\nStartLimitBurst=4\nStartLimitIntervalSec=1h\n"
)


@contextmanager
def service(
    machine: Machine,
    name: str,
    script: str = "exec sleep 1000",
    *,
    unit: str = "",
    settings: str = "",
    quick: str = QUICK,
    **wanted: Any,
) -> Iterator[Service]:
    """A service of its own that is watched as long as the context is open."""
    template = f"{name.partition('@')[0]}@.service" if "@" in name else name
    path = f"/etc/systemd/system/{template}"
    flag = f"/run/{name.partition('.')[0].partition('@')[0]}.flag"
    command = script.replace("{flag}", flag).replace("$", "$$")
    body = "" if "Type=oneshot" in settings else "Type=exec\n"
    machine.write(
        path, f"[Unit]\n{unit}\n[Service]\n{body}ExecStart=/bin/sh -c '{command}'\n{settings}\n"
    )
    if quick:
        if machine.release == "bookworm":
            quick = quick.replace("RestartSteps=0\n", "")
        machine.write(f"/etc/systemd/system/{name}.d/99-test.conf", quick)
    machine.output(["systemctl", "daemon-reload"])
    try:
        arguments = {**WANTED, **wanted}
        ordered = {key: arguments[key] for key in ARGUMENTS if key in arguments}
        answer = order(machine, "watch-set", name, arguments=ordered)
        assert answer["frames"][-1]["code"] == "done", answer
        made = Service(machine, name)
        made.sweep()  # What fails before it is looked at first is not told: that counts from here.
        yield made
    finally:
        machine.run(["systemctl", "stop", "--", name])
        order(machine, "watch-remove", name)
        machine.output(["rm", "-rf", path, f"/etc/systemd/system/{name}.d", flag])
        machine.output(["systemctl", "daemon-reload"])
        machine.run(["systemctl", "reset-failed", "--", name])


def crash(status: str = "kill -SEGV $$") -> str:
    return ONCE.replace("{end}", status)
