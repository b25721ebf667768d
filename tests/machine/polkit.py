"""An ordinary user at a seat of the machine, with the application and an authentication agent."""

from __future__ import annotations

import json
import os
import select
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kit import wait_until

from sysgui.helper.table import TABLE

from .debian import CHECKOUT, DEPENDENCIES, PATIENCE, end

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping, Sequence

    from .debian import Machine

HELPER = "/usr/libexec/sysgui/helper"
POLICY = "/usr/share/polkit-1/actions/org.sysgui.policy"
RULES = "/etc/polkit-1/rules.d/10-test.rules"

PASSWORD = "correct horse"

PYTHON = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}
CLIENT = ["/usr/bin/python3", f"{CHECKOUT}/tests/machine/client.py"]

# What logind takes for somebody who sits in front of the machine. No more than that: where control
# groups are of the first version, a user's manager takes a minute and a half to end.
SEAT = {"XDG_SEAT": "seat0", "XDG_SESSION_TYPE": "x11", "XDG_SESSION_CLASS": "user"}
MANAGER = "user@.service"


def ordered(operation: str, targets: Sequence[str], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Returns an `Order` as JSON; what is told to the helper alone stands apart."""
    secret = TABLE[operation].secret if operation in TABLE else ()
    return {
        "operation": operation,
        "targets": targets,
        "arguments": {name: value for name, value in arguments.items() if name not in secret},
        "secret": {name: value for name, value in arguments.items() if name in secret},
    }


class Client:
    """The application in the machine, as tests/machine/client.py describes it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._read = b""
        self._lines: deque[dict[str, Any]] = deque()
        self.next("started")

    def order(
        self, operation: str, *targets: str, agree: bool | None = True, **arguments: Any
    ) -> None:
        """Starts an errand; with `agree` None its preview waits for `say(agree=…)`."""
        self.say(order=ordered(operation, targets, arguments), agree=agree)

    def say(self, **what: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def answer(self, **answer: Any) -> None:
        """Has the agent answer its last prompt."""
        self.say(answer=answer)

    def give(self, password: str) -> bool:
        """Types a password; whether it was right."""
        self.answer(password=password)
        return bool(self.next("right"))

    def next(self, kind: str) -> Any:
        """Returns what the next line of a kind says; those of other kinds wait for their turn."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for line in self._lines:
                if kind in line:
                    self._lines.remove(line)
                    return line[kind]
            self._take(deadline)

    def waiting(self, kind: str) -> int:
        """Returns how many lines of a kind have come that nobody asked for."""
        return sum(kind in line for line in self._lines)

    def outcome(self) -> str | None:
        """Waits for the errand's end and returns the code of its problem."""
        code: str | None = self.next("problem")
        return code

    def frames(self) -> list[dict[str, Any]]:
        """Returns the frames that have come."""
        return [self.next("frame") for _each in range(self.waiting("frame"))]

    def _take(self, deadline: float) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        left = max(0.0, deadline - time.monotonic())
        assert select.select([stdout], [], [], left)[0], f"waited in vain; came: {self._lines}"
        piece = os.read(stdout.fileno(), 1 << 16)
        if not piece:
            _said, errors = self._process.communicate(timeout=PATIENCE)
            raise AssertionError(f"the client ended with {self._process.returncode}: {errors}")
        *lines, self._read = (self._read + piece).split(b"\n")
        self._lines.extend(json.loads(line) for line in lines)

    def close(self) -> None:
        """Ends it in order, with its agent."""
        self._process.communicate(timeout=PATIENCE)


@contextmanager
def seated(machine: Machine, user: str = "alice", *, agent: bool = True) -> Iterator[Client]:
    """Logs a user in at the machine's seat and starts the application there."""
    with running(machine, _login(user, CLIENT, {**SEAT, **PYTHON}), "root") as client:
        if agent:
            client.say(agent=True)
            client.next("ready")
        yield client


def _login(user: str, argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Returns the command that runs another one in a session of logind's."""
    variables = [f"-pEnvironment={name}={value}" for name, value in env.items()]
    unit = ["--pipe", "--wait", "--quiet", "--collect", f"-pUser={user}", "-pPAMName=login"]
    return ["systemd-run", *unit, *variables, "--", *argv]


@contextmanager
def running(machine: Machine, argv: Sequence[str], user: str) -> Iterator[Client]:
    """Starts the application as it is, in no session."""
    process = machine.spawn(argv, user=user, env=PYTHON)
    with _ended(process):
        client = Client(process)
        yield client
        client.close()


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        end(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def installed(machine: Machine, user: str = "alice") -> Iterator[None]:
    """Installs the helper, gives the administrator a password, and lets a user log in often."""
    machine.output([f"{CHECKOUT}/installer/stage", "/"])
    machine.output(["cp", "-a", "/etc/shadow", "/etc/pam.d/common-auth", "/run"])
    machine.output(["chpasswd"], input=f"root:{PASSWORD}\n")
    # Two seconds after each wrong password are for those who guess.
    machine.output(["sed", "-i", "s/pam_unix.so/& nodelay/", "/etc/pam.d/common-auth"])
    machine.output(["systemctl", "mask", "--runtime", "--quiet", MANAGER])
    try:
        # Who logs in while logind is putting away his last session gets none.
        stays = machine.spawn(_login(user, ["sh", "-c", "echo there; exec cat"], {}))
        with _ended(stays):
            assert stays.stdout is not None
            assert stays.stdout.readline() == "there\n"
            yield
            stays.communicate(timeout=PATIENCE)
    finally:
        machine.output(["systemctl", "unmask", "--runtime", "--quiet", MANAGER])
        machine.output(["mv", "/run/shadow", "/etc/shadow"])
        machine.output(["mv", "/run/common-auth", "/etc/pam.d/common-auth"])
        machine.output(["rm", "-rf", "/usr/libexec/sysgui", POLICY])


@contextmanager
def rule(machine: Machine, body: str) -> Iterator[None]:
    """Lets polkit judge by a rule as long as the context is open."""
    machine.write(RULES, f"polkit.addRule(function(action, subject) {{ {body} }});\n")
    restart_polkit(machine)
    try:
        yield
    finally:
        machine.output(["rm", "-f", RULES])
        restart_polkit(machine)


def restart_polkit(machine: Machine) -> None:
    """Has it read its rules now: it would by itself, but nobody knows when it has."""
    machine.run(["systemctl", "reset-failed", "polkit"])  # It may not start often in a row.
    machine.output(["systemctl", "restart", "polkit"])


@contextmanager
def sleeping(machine: Machine, count: int = 1, user: str = "bob") -> Iterator[list[str]]:
    """Processes of a user, named as targets."""
    script = f"for each in $(seq {count}); do sleep 1000 & echo $!; done; wait"
    process = machine.spawn(["/bin/sh", "-c", script], user=user)
    assert process.stdout is not None
    with _ended(process):
        pids = [process.stdout.readline().strip() for _each in range(count)]
        until = f"for pid in {' '.join(pids)}; do until grep -qx sleep /proc/$pid/comm; do :; done;"
        starts = machine.output(["sh", "-c", f"{until} cut -d' ' -f22 /proc/$pid/stat; done"])
        yield [f"{pid}:{start}:sleep" for pid, start in zip(pids, starts.split(), strict=True)]


def living(machine: Machine, targets: Sequence[str]) -> list[str]:
    """Returns those of the processes that are there, and are no zombies."""
    pids = ",".join(target.split(":")[0] for target in targets)
    shown = machine.run(["ps", "-o", "pid=,state=", "-p", pids]).stdout.splitlines()
    alive = {pid for pid, state in map(str.split, shown) if state != "Z"}
    return [target for target in targets if target.split(":")[0] in alive]


def await_death(machine: Machine, targets: Sequence[str]) -> None:
    """Waits until none of the processes lives: a signal is sent at once, and taken in its turn."""
    wait_until(lambda: living(machine, targets) == [], "the end of the processes", PATIENCE)


def entries(machine: Machine, operation: str, word: str = "") -> list[Mapping[str, str]]:
    """Returns what the journal says of an operation, where a word is among its targets."""
    machine.output(["journalctl", "--sync"])
    # All: what is long it would leave out.
    query = ["journalctl", "--all", "-o", "json", f"SYSGUI_OPERATION={operation}"]
    lines = machine.output(query)
    found: list[dict[str, str]] = [json.loads(line) for line in lines.splitlines()]
    return [entry for entry in found if word in entry["SYSGUI_TARGETS"].split()]


def left_running(machine: Machine) -> str:
    """Returns what runs of the way to root."""
    return machine.run(["pgrep", "-l", "-x", "helper|pkexec|run0|polkit-agent-h.*"]).stdout


def await_end(machine: Machine) -> None:
    """Waits until a helper that has been heard of has ended, whether its parent knows or not.

    Between the right password and its start there is none yet, which looks the same.
    """
    until = "while ps -C helper -o state= | grep -qv Z; do :; done"
    machine.output(["sh", "-c", until], timeout=PATIENCE)
