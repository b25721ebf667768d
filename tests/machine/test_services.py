"""Units as a real systemd has them, held against what its own tools say; and what breaks."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from kit import wait_until

from .boot import boot
from .conftest import CHECKOUT
from .debian import CHECKOUT as INSIDE
from .debian import DEPENDENCIES, PATIENCE, end

if TYPE_CHECKING:
    from .build import System
    from .conftest import Boot
    from .debian import Machine

ATTEMPTS = 10

# Follows a manager, a line a reading, until its input ends; each line of that names what is seen.
FOLLOW = """
import json, sys, threading
import msgspec
from sysgui.panels.services import manager, probe as panel
from sysgui.panels.services.probe import LiveProbe
from sysgui.system.host import Host
from sysgui.system.problem import Problem
panel.LOOK_EVERY = 1.0  # Not every fifteen seconds: tests would wait for it.
manager.AWAY = float(sys.argv[2])  # A busy machine takes its time to execute systemd anew.
probe, over = LiveProbe(Host()), threading.Event()
def listen():
    for line in sys.stdin:
        probe.look(json.loads(line))
    over.set()
    probe.rest()
threading.Thread(target=listen, daemon=True).start()
while not over.is_set():
    try:
        told = msgspec.to_builtins(probe.read(sys.argv[1]))
    except Problem as problem:
        told = {"problem": problem.code}
    print(json.dumps(told), flush=True)
"""
PYTHON = {"PYTHONPATH": f"{INSIDE}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}
OF_ALICE = {"XDG_RUNTIME_DIR": "/run/user/1000"}


class Stream:
    """What the window is told, as it comes."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self._read = b""
        self.units: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []
        self.wholes = 0
        self.told_settled = False

    def look(self, *names: str) -> None:
        self.told_settled = False
        self._process.stdin.write(json.dumps(names) + "\n")
        self._process.stdin.flush()

    def read(self) -> dict[str, Any]:
        stdout = self._process.stdout.fileno()
        while b"\n" not in self._read:  # What has been read already is not to be waited for.
            assert select.select([stdout], [], [], PATIENCE)[0], "nothing is told"
            piece = os.read(stdout, 1 << 16)
            assert piece, self._process.stderr.read()
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        told: dict[str, Any] = json.loads(line)
        if "problem" in told:
            self.problems.append(told["problem"])
            return told
        self.told_settled = told["settled"]
        if told["whole"]:
            self.wholes += 1
            self.units.clear()
        self.units.update({unit["name"]: unit for unit in told["changed"]})
        for name in told["gone"]:
            self.units.pop(name, None)
        return told

    def until(self, true: Callable[[], Any]) -> None:
        while not true():
            self.read()

    def settle(self) -> None:
        """Reads until all is known that was asked for last."""
        self.until(lambda: self.told_settled)
        self.told_settled = False

    def state(self, name: str) -> str:
        return str(self.units.get(name, {}).get("active"))


@contextmanager
def following(machine: Machine, scope: str = "system", user: str = "root") -> Iterator[Stream]:
    env = {**PYTHON, **OF_ALICE} if user == "alice" else PYTHON
    argv = ["/usr/bin/python3", "-c", FOLLOW, scope, str(PATIENCE)]
    process = machine.spawn(argv, user=user, env=env)
    try:
        stream = Stream(process)
        stream.read()
        yield stream
        assert process.stdin is not None
        process.stdin.close()
        assert process.stdout is not None
        process.stdout.read()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    finally:
        end(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def probed(machine: Machine, user: str = "root") -> dict[tuple[str, str], dict[str, Any]]:
    env = OF_ALICE if user == "alice" else {}
    done = machine.sysgui("probe", "services", "--json", user=user, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    return {(unit["scope"], unit["name"]): unit for unit in json.loads(done.stdout)["units"]}


def systemctl(machine: Machine, *words: str, user: str = "root", scope: str = "system") -> Any:
    argv = ["systemctl", f"--{scope}", "--no-pager", "--output=json", *words]
    return json.loads(machine.output(argv, user=user, env=OF_ALICE))


def shown(machine: Machine, name: str, *properties: str) -> dict[str, str]:
    (found,) = all_shown(machine, [name], *properties)
    return found


def all_shown(machine: Machine, names: Sequence[str], *properties: str) -> list[dict[str, str]]:
    argv = ["systemctl", "show", "--timestamp=unix", "-p", ",".join(properties), "--", *names]
    blocks = machine.output(argv).strip("\n").split("\n\n")
    return [dict(line.split("=", 1) for line in block.splitlines()) for block in blocks]


@pytest.fixture(scope="module")
def homely(debian: System) -> Iterator[Machine]:
    """A machine with a manager of alice's own, though she is not logged in.

    Its own machine: in a container systemd 257 does not notice when the last process of such a
    manager has ended, and waits for minutes to stop it.
    """
    with boot(debian, CHECKOUT) as machine:
        machine.output(["loginctl", "enable-linger", "alice"])
        machine.output(["systemctl", "start", "user@1000.service"])
        yield machine


@contextmanager
def unit(machine: Machine, name: str, text: str) -> Iterator[str]:
    """Installs a unit of the test's own, and takes it away again."""
    path = f"/etc/systemd/system/{name}"
    machine.write(path, text)
    machine.output(["systemctl", "daemon-reload"])
    try:
        yield name
    finally:
        instance = name.replace("@.", "@*.")
        machine.run(["systemctl", "stop", "--", instance])
        machine.run(["systemctl", "reset-failed", "--", instance])
        machine.output(["rm", "-rf", "--", path, f"{path}.d"])
        machine.output(["systemctl", "daemon-reload"])


SLEEP = "[Service]\nExecStart=/usr/bin/sleep 1000\n"


# The list.


@pytest.mark.parametrize("user", ["root", "alice"])
def test_units_are_those_that_systemctl_lists(machine: Machine, user: str) -> None:
    for _attempt in range(ATTEMPTS):
        before = systemctl(machine, "list-units", "--all", user=user)
        found = probed(machine, user)
        if before == systemctl(machine, "list-units", "--all", user=user):
            break
    ours = {
        name: [each["load"], each["active"], each["sub"], each["description"]]
        for (scope, name), each in found.items()
        if scope == "system" and each["load"]
    }
    assert ours == {
        each["unit"]: [each["load"], each["active"], each["sub"], each["description"]]
        for each in before
    }


@pytest.mark.parametrize("user", ["root", "alice"])
def test_files_are_those_that_systemctl_lists(machine: Machine, user: str) -> None:
    for _attempt in range(ATTEMPTS):  # Whoever logs in or out has units with files, too.
        files = systemctl(machine, "list-unit-files", user=user)
        found = probed(machine, user)
        if files == systemctl(machine, "list-unit-files", user=user):
            break
    assert len(files) > 100
    for each in files:
        assert found["system", each["unit_file"]]["enabled"] == each["state"]
    there = {each["unit_file"] for each in files}
    assert {name for (_scope, name), each in found.items() if not each["load"]} <= there


def test_ones_own_units_are_those_of_ones_own_manager(homely: Machine) -> None:
    machine = homely
    for _attempt in range(ATTEMPTS):
        before = systemctl(machine, "list-units", "--all", user="alice", scope="user")
        found = probed(machine, "alice")
        if before == systemctl(machine, "list-units", "--all", user="alice", scope="user"):
            break
    ours = {name for (scope, name), each in found.items() if scope == "user" and each["load"]}
    assert ours == {each["unit"] for each in before}
    told = machine.sysgui("services", "--user", "--all", "--json", user="alice", env=OF_ALICE)
    names = {json.loads(line)["name"] for line in told.stdout.splitlines()}
    assert ours <= names


def test_who_has_no_manager_of_ones_own_is_told_so_and_sees_the_systems(machine: Machine) -> None:
    done = machine.sysgui("services", "--user", user="bob")
    assert done.returncode == 1
    assert "systemd opened the session" in done.stderr
    done = machine.sysgui("probe", "services", "--json", user="bob")
    reading = json.loads(done.stdout)
    assert set(reading["missing"]) == {"user"}
    assert {each["scope"] for each in reading["units"]} == {"system"}


# Details.


def test_details_of_services_are_those_that_systemctl_shows(machine: Machine) -> None:
    about = (
        "Id", "ActiveState", "MainPID", "NRestarts", "ControlGroup", "ActiveEnterTimestamp",
        "NeedDaemonReload", "UnitFileState",
    )  # fmt: skip
    for _attempt in range(ATTEMPTS):  # Some end by themselves, a while after they were needed.
        units = systemctl(machine, "list-units", "--all", "--type=service")
        names = [each["unit"] for each in units if each["load"] == "loaded"]
        before = all_shown(machine, names, *about)
        found = probed(machine)
        if before == all_shown(machine, names, *about):
            break
    seen = 0
    for said in before:
        each = found["system", said["Id"]]
        assert each["active"] == said["ActiveState"]
        assert (each["pid"] or 0) == int(said["MainPID"])
        assert each["restarts"] == int(said["NRestarts"])
        assert each["changed"] == (said["NeedDaemonReload"] == "yes")
        assert each["enabled"] == said["UnitFileState"]
        if each["active"] == "active":
            seen += 1
            assert each["control_group"] == said["ControlGroup"]
            assert int(each["since"]) == int(said["ActiveEnterTimestamp"].removeprefix("@"))
    assert seen >= 5


def test_timers_run_when_systemctl_says(machine: Machine) -> None:
    def elapsed() -> Sequence[tuple[str, int | None]]:
        return [(each["unit"], each["last"]) for each in systemctl(machine, *listing)]

    listing = ("list-timers", "--all")
    for _attempt in range(ATTEMPTS):
        listed = systemctl(machine, *listing)
        found = probed(machine)
        if [(each["unit"], each["last"]) for each in listed] == elapsed():
            break
    assert len(listed) >= 4
    for each in listed:
        ours = found["system", each["unit"]]
        if each["next"]:
            # By the clock that only goes forward, each answer is another by some microseconds.
            assert ours["next_run"] == pytest.approx(each["next"] / 1e6, abs=2.0)
        assert (ours["last_run"] or 0) == pytest.approx((each["last"] or 0) / 1e6)


def test_figures_of_units_are_those_of_their_control_groups(machine: Machine) -> None:
    """Where the host's control groups are of version 1 nothing is counted, and systemd agrees."""
    unified = machine.run(["test", "-e", "/sys/fs/cgroup/cgroup.controllers"]).returncode == 0
    found = probed(machine)["system", "nginx.service"]
    said = shown(machine, "nginx.service", "MemoryCurrent", "TasksCurrent", "CPUUsageNSec")
    for field, name in (("memory", "MemoryCurrent"), ("tasks", "TasksCurrent")):
        if unified and said[name].isdecimal():
            assert found[field] == pytest.approx(int(said[name]), rel=0.1)
        else:
            assert found[field] is None


# Live.


def test_a_crash_and_a_start_are_told(machine: Machine) -> None:
    with unit(machine, "crash.service", SLEEP) as name, following(machine) as stream:
        machine.output(["systemctl", "start", name])
        stream.until(lambda: stream.state(name) == "active")
        pid = int(shown(machine, name, "MainPID")["MainPID"])
        assert stream.units[name]["pid"] == pid
        machine.output(["kill", "-SEGV", str(pid)])
        stream.until(lambda: stream.state(name) == "failed")
        assert stream.units[name]["pid"] == 0
        assert stream.wholes == 1


def test_an_ordinary_user_is_told_as_well(machine: Machine) -> None:
    with unit(machine, "crash.service", SLEEP) as name, following(machine, user="alice") as stream:
        machine.output(["systemctl", "start", name])
        stream.until(lambda: stream.state(name) == "active")
        machine.output(["systemctl", "stop", name])
        stream.until(lambda: stream.state(name) == "inactive")


def test_ones_own_manager_tells_as_well(homely: Machine) -> None:
    machine = homely
    # Without a process: that one ends is sometimes noticed late by such a manager in a container.
    run = ["systemd-run", "--user", "--unit=mine", "--remain-after-exit", "true"]
    with following(machine, "user", "alice") as stream:
        machine.output(run, user="alice", env=OF_ALICE)
        stream.until(lambda: stream.state("mine.service") == "active")
        machine.output(["systemctl", "--user", "stop", "mine"], user="alice", env=OF_ALICE)
        # It is gone then, unless what it ran could not be ended through its control group: where
        # those are of version 1 the user's own systemd may not.
        stream.until(lambda: stream.state("mine.service") in ("None", "inactive", "failed"))


def test_a_unit_that_vanishes_while_it_is_looked_at_is_gone(machine: Machine) -> None:
    with following(machine) as stream:
        machine.output(["systemd-run", "--unit=brief", "sleep", "1000"])
        stream.until(lambda: stream.state("brief.service") == "active")
        stream.look("brief.service")
        stream.until(lambda: stream.units["brief.service"]["control_group"])
        machine.output(["systemctl", "stop", "brief"])
        stream.until(lambda: "brief.service" not in stream.units)


def test_a_unit_that_vanishes_as_soon_as_its_file_is_listed_is_gone(machine: Machine) -> None:
    """systemd keeps a file for it as long as it is loaded, and lists that among the others."""
    machine.output(["systemd-run", "--unit=briefer", "sleep", "1000"])
    with following(machine) as stream:
        stream.until(lambda: stream.units["briefer.service"]["enabled"] == "transient")
        machine.output(["systemctl", "stop", "briefer"])
        stream.until(lambda: "briefer.service" not in stream.units)


def test_instances_with_escapes_in_their_names_are_told(machine: Machine) -> None:
    with unit(machine, "some@.service", SLEEP), following(machine) as stream:
        name = "some@a\\x2db-c.service"
        machine.output(["systemctl", "start", "--", name])
        stream.until(lambda: stream.state(name) == "active")
        stream.look(name)
        stream.until(lambda: stream.units[name]["pid"])
        assert stream.units[name]["pid"] == int(shown(machine, name, "MainPID")["MainPID"])
        stream.until(lambda: "some@.service" in stream.units)
        assert stream.units["some@.service"]["active"] == ""


def test_what_is_enabled_is_told(machine: Machine) -> None:
    text = SLEEP + "[Install]\nWantedBy=multi-user.target\n"
    with unit(machine, "able.service", text) as name, following(machine) as stream:
        stream.until(lambda: stream.units.get(name, {}).get("enabled") == "disabled")
        machine.output(["systemctl", "enable", name])
        stream.until(lambda: stream.units[name]["enabled"] == "enabled")
        machine.output(["systemctl", "disable", name])
        machine.output(["systemctl", "start", name])
        stream.until(lambda: stream.units[name]["enabled"] == "disabled")
        assert stream.wholes == 1


def test_what_has_changed_on_disk_is_told_until_it_is_loaded(machine: Machine) -> None:
    more = "/etc/systemd/system/able.service.d/more.conf"

    def says_systemd() -> dict[str, str]:
        return shown(machine, "able.service", "NeedDaemonReload", "DropInPaths")

    with unit(machine, "able.service", SLEEP) as name, following(machine) as stream:
        machine.output(["systemctl", "start", name])
        for nice in (5, 6):
            # The first is new: systemd itself sees its directory only when it looks for others.
            machine.write(more, f"[Service]\nNice={nice}\n")
            stream.until(lambda: stream.units.get(name, {}).get("changed"))
            said = says_systemd()
            assert said["NeedDaemonReload"] == "yes" or said["DropInPaths"] == ""
            changed = {each["name"] for each in stream.units.values() if each["changed"]}
            assert changed == {name}
            machine.output(["systemctl", "daemon-reload"])
            stream.until(lambda: not stream.units[name]["changed"])
            assert says_systemd() == {"NeedDaemonReload": "no", "DropInPaths": more}


# Never a unit loaded by us.


@contextmanager
def loads(machine: Machine) -> Iterator[list[str]]:
    """Lists the names of the units that are loaded meanwhile, as another on the bus hears it."""
    match = "type='signal',interface='org.freedesktop.systemd1.Manager',member='UnitNew'"
    process = machine.spawn(["busctl", "--json=short", f"--match={match}", "monitor"])
    assert process.stdout is not None
    found: list[str] = []

    def hear_of(name: str) -> None:
        """Has a unit loaded by asking, as we must never, and waits until that is heard."""
        machine.output(["systemctl", "show", "-p", "Id", "--", name])
        while (heard := json.loads(process.stdout.readline())["payload"]["data"][0]) != name:  # type: ignore[union-attr]
            found.append(heard)

    try:
        # systemd tells, because logind has subscribed; and from here on it is heard.
        wait_until(lambda: _is_heard(machine, process), "the monitor", PATIENCE)
        hear_of("first.service")
        found.clear()
        yield found
        hear_of("last.service")
    finally:
        end(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _is_heard(machine: Machine, process: Any) -> bool:
    machine.output(["systemctl", "show", "-p", "Id", "--", "heard.service"])
    return bool(select.select([process.stdout], [], [], 0.2)[0])


def test_nothing_is_loaded_by_us_however_often_we_look(machine: Machine) -> None:
    with loads(machine) as found:
        for user in ("root", "alice"):
            probed(machine, user)
        with following(machine) as stream:
            stream.settle()
            for _ in range(5):
                stream.look(*stream.units)
                stream.settle()
            details = [each["since"] for each in stream.units.values() if each["load"] == "loaded"]
            assert sum(since is not None for since in details) > 50
    assert found == []


# What breaks.


def test_a_systemd_that_executes_itself_anew_is_followed_on(boot_machine: Boot) -> None:
    machine = boot_machine()
    with following(machine) as stream:
        stream.settle()
        before = set(stream.units)
        machine.output(["systemctl", "daemon-reexec"])
        machine.output(["systemctl", "stop", "nginx.service"])
        stream.until(lambda: stream.state("nginx.service") == "inactive")
        machine.output(["systemctl", "start", "nginx.service"])
        stream.until(lambda: stream.state("nginx.service") == "active")
        assert before <= set(stream.units)
        assert stream.problems == []


def test_a_bus_that_is_killed_is_told_and_joined_again(boot_machine: Boot) -> None:
    machine = boot_machine()
    with following(machine) as stream:
        stream.settle()
        machine.output(["kill", "-KILL", shown(machine, "dbus.service", "MainPID")["MainPID"]])
        stream.until(lambda: stream.problems)
        stream.until(lambda: stream.wholes == 2)
        machine.output(["systemctl", "stop", "nginx.service"])
        stream.until(lambda: stream.state("nginx.service") == "inactive")
        assert set(stream.problems) <= {"bus-gone", "bus-timeout", "no-bus", "no-systemd"}


def test_without_a_bus_it_is_said_with_what_to_do(boot_machine: Boot) -> None:
    machine = boot_machine()
    machine.output(["systemctl", "stop", "dbus.socket", "dbus.service"])
    done = machine.sysgui("services")
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not answer" in done.stderr
    assert "systemctl start dbus.socket" in done.stderr


# A target that stays up, and with it in memory the units that it wants but cannot start.
MAKE = """
import os
place = "/etc/systemd/system"
os.mkdir(f"{place}/many.target.wants")
for number in range(5000):
    with open(f"{place}/many-{number}.service", "w") as file:
        file.write("[Unit]\\nDescription=One of many\\nConditionPathExists=/nowhere\\n"
                   "[Service]\\nType=oneshot\\nExecStart=/bin/true\\n")
    os.symlink(f"../many-{number}.service", f"{place}/many.target.wants/many-{number}.service")
with open(f"{place}/many.target", "w") as file:
    file.write("[Unit]\\nDescription=Many\\n")
"""


@pytest.mark.long
def test_five_thousand_units_are_listed_and_followed(boot_machine: Boot) -> None:
    machine = boot_machine()
    machine.output(["/usr/bin/python3", "-c", MAKE])
    machine.output(["systemctl", "daemon-reload"], timeout=300)
    machine.output(["systemctl", "start", "many.target"], timeout=300)
    listed = systemctl(machine, "list-units", "--all", "many-*.service")
    assert len(listed) == 5000
    with following(machine) as stream:
        assert {each["unit"] for each in listed} <= set(stream.units)
        machine.output(["systemctl", "stop", "nginx.service"])
        stream.until(lambda: stream.state("nginx.service") == "inactive")
        stream.look(*stream.units)
        stream.settle()
        assert stream.units["nginx.service"]["restarts"] == 0
