"""Real units, controlled by an ordinary user through polkit and the helper."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from kit import wait_until

from . import polkit
from .boot import boot
from .conftest import CHECKOUT as HERE
from .debian import CHECKOUT, DEPENDENCIES, PATIENCE
from .polkit import entries, rule, seated
from .test_helper import codes, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .build import System
    from .debian import Machine

ALLOWING = """
if (subject.user == "alice" && /^org.sysgui.(unit-control|manager-reload)$/.test(action.id))
    return polkit.Result.YES;
"""

UNITS = "/etc/systemd/system"
PYTHON = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}

SLEEPS = "[Service]\nExecStart=/bin/sleep 1000\n"
INSTALL = "[Install]\nWantedBy=multi-user.target\n"


@pytest.fixture(scope="module")
def controlled(debian: System) -> Iterator[Machine]:
    """A machine of its own, in which alice may control units."""
    with (
        boot(debian, HERE) as machine,
        polkit.installed(machine),
        rule(machine, ALLOWING),
    ):
        yield machine


@contextmanager
def units(machine: Machine, **texts: str) -> Iterator[None]:
    """Units of a test's own; a name's last `_` stands for the dot."""
    names = {name.rpartition("_")[0] + "." + name.rpartition("_")[2]: name for name in texts}
    with named(machine, {unit: texts[name] for unit, name in names.items()}):
        yield


@contextmanager
def named(machine: Machine, texts: dict[str, str]) -> Iterator[None]:
    """Units of a test's own."""
    for name, text in texts.items():
        machine.write(f"{UNITS}/{name}", text)
    machine.output(["systemctl", "daemon-reload"])
    try:
        yield
    finally:
        there = [name for name in texts if "@." not in name]
        machine.run(["systemctl", "kill", "--signal=KILL", "--", *there])
        machine.run(["systemctl", "stop", "--", *there])
        machine.run(["systemctl", "disable", "--quiet", "--", *texts])
        machine.output(["rm", "-f", *(f"{UNITS}/{name}" for name in texts)])
        machine.output(["systemctl", "daemon-reload"])
        machine.run(["systemctl", "reset-failed"])


def control(machine: Machine, verb: str, *names: str) -> list[str]:
    """Returns the code of each unit and of all."""
    answer = order(machine, "unit-control", *names, verb=verb)
    return list(codes(answer)) if "frames" in answer else [answer["problem"]]


def state(machine: Machine, name: str, what: str = "ActiveState") -> str:
    return machine.output(
        ["systemctl", "show", f"--property={what}", "--value", "--", name]
    ).strip()


def enabled(machine: Machine, name: str) -> str:
    return machine.run(["systemctl", "is-enabled", "--", name]).stdout.strip()


def test_a_service_is_started_restarted_reloaded_and_stopped(controlled: Machine) -> None:
    machine, name = controlled, "nginx.service"
    assert control(machine, "stop", name) == ["done", "done"]
    assert state(machine, name) == "inactive"
    assert control(machine, "start", name) == ["done", "done"]
    assert state(machine, name) == "active"
    first = state(machine, name, "InvocationID")
    assert control(machine, "reload", name) == ["done", "done"]
    assert state(machine, name, "InvocationID") == first
    assert control(machine, "restart", name) == ["done", "done"]
    assert state(machine, name, "InvocationID") not in ("", first)
    begin, finish = entries(machine, "unit-control", name)[-2:]
    assert begin["SYSGUI_TARGETS"] == "verb=restart nginx.service"
    assert (finish["SYSGUI_RESULT"], finish["_UID"]) == ("done", "0")


def test_what_is_enabled_or_masked_is_so_at_the_next_boot(controlled: Machine) -> None:
    machine, name = controlled, "a.service"
    with units(machine, a_service=SLEEPS + INSTALL):
        assert control(machine, "enable", name) == ["done", "done"]
        assert (enabled(machine, name), state(machine, name)) == ("enabled", "inactive")
        assert control(machine, "disable", name) == ["done", "done"]
        assert control(machine, "enable-now", name) == ["done", "done"]
        assert (enabled(machine, name), state(machine, name)) == ("enabled", "active")
        assert control(machine, "disable", name) == ["done", "done"]
        assert (enabled(machine, name), state(machine, name)) == ("disabled", "active")
        assert control(machine, "disable-now", name) == ["done", "done"]
        assert (enabled(machine, name), state(machine, name)) == ("disabled", "inactive")
    name = "cron.service"
    assert control(machine, "mask", name) == ["done", "done"]
    assert (enabled(machine, name), state(machine, name)) == ("masked", "active")
    assert control(machine, "restart", name) == ["failed", "failed"]
    assert control(machine, "unmask", name) == ["done", "done"]
    for words in (["--runtime"], ["--runtime", "--now"]):
        machine.output(["systemctl", "mask", *words, name])
        assert control(machine, "unmask", name) == ["done", "done"]
        assert enabled(machine, name) == "enabled"
    assert control(machine, "mask-now", name) == ["done", "done"]
    assert (enabled(machine, name), state(machine, name)) == ("masked", "inactive")
    assert control(machine, "unmask", name) == ["done", "done"]
    assert control(machine, "start", name) == ["done", "done"]
    assert enabled(machine, name) == "enabled"


def test_templates_and_names_with_signs_are_units_like_others(controlled: Machine) -> None:
    machine = controlled
    names = [r"a\x2db@c\x2dd.service", "e:f@.service"]
    texts = {r"a\x2db@.service": SLEEPS + INSTALL, "e:f@.service": SLEEPS + INSTALL}
    with named(machine, texts):
        assert control(machine, "start", names[0]) == ["done", "done"]
        assert state(machine, names[0]) == "active"
        assert control(machine, "stop", names[0]) == ["done", "done"]
        assert state(machine, names[0]) == "inactive"
        # Without an instance by default only an instance can be enabled.
        assert control(machine, "enable", "e:f@1.service") == ["done", "done"]
        assert enabled(machine, "e:f@1.service") == "enabled"
        assert control(machine, "disable", "e:f@1.service") == ["done", "done"]
        assert control(machine, "start", names[1]) == ["grammar"]
        assert control(machine, "mask", names[1]) == ["failed", "failed"]  # Its file is there.
    assert control(machine, "mask", "getty@.service") == ["done", "done"]
    assert enabled(machine, "getty@.service") == "masked"
    assert control(machine, "unmask", "getty@.service") == ["done", "done"]


def test_what_fails_is_told_and_can_be_forgotten(controlled: Machine) -> None:
    machine = controlled
    with units(
        machine,
        a_service="[Service]\nType=oneshot\nExecStart=/bin/false\n",
        b_service=SLEEPS,
        c_service="[Unit]\nRequires=a.service\nAfter=a.service\n" + SLEEPS,
    ):
        assert control(machine, "start", "a.service", "b.service", "c.service") == [
            "failed", "done", "failed", "partly",
        ]  # fmt: skip
        assert state(machine, "a.service") == "failed"
        assert state(machine, "b.service") == "active"
        assert control(machine, "reset-failed", "a.service") == ["done", "done"]
        assert state(machine, "a.service") == "inactive"
        assert control(machine, "reload", "b.service") == ["failed", "failed"]
        assert control(machine, "start", "nowhere.service") == ["gone"]


def test_one_that_does_not_want_to_stop_is_killed_in_its_time(controlled: Machine) -> None:
    machine, name = controlled, "a.service"
    # A signal that does nothing to it, from its first moment on.
    stubborn = "KillSignal=SIGWINCH\nTimeoutStopSec=1\n"
    with units(machine, a_service=SLEEPS + stubborn):
        assert control(machine, "start", name) == ["done", "done"]
        assert control(machine, "stop", name) == ["done", "done"]
        assert (state(machine, name), state(machine, name, "Result")) == ("failed", "timeout")


def test_one_that_ends_and_is_started_again_all_the_time_can_be_stopped(
    controlled: Machine,
) -> None:
    machine, name = controlled, "a.service"
    flaps = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/false\n"
    with units(machine, a_service=flaps + "Restart=always\nRestartSec=1ms\n"):
        machine.output(["systemctl", "start", "--no-block", name])
        count = ["systemctl", "show", "--property=NRestarts", "--value", name]
        machine.output(["sh", "-c", f"until test $({' '.join(count)}) -gt 3; do :; done"])
        assert control(machine, "stop", name) == ["done", "done"]
        assert state(machine, name) in ("inactive", "failed")
        assert state(machine, name, "SubState") != "auto-restart"


def test_what_is_under_way_when_the_user_has_enough_is_brought_to_its_end(
    controlled: Machine,
) -> None:
    machine, name = controlled, "a.service"
    waits = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/cat /run/gate\n"
    machine.output(["mkfifo", "/run/gate"])
    with units(machine, a_service=waits), seated(machine, agent=False) as alice:
        alice.order("unit-control", name, verb="start")
        until = f"until systemctl show -P ActiveState {name} | grep -qx activating; do :; done"
        machine.output(["sh", "-c", until], timeout=PATIENCE)
        alice.say(cancel=True)
        alice.next("cancelled")
        assert alice.outcome() == "cancelled"
        polkit.await_end(machine)
        assert state(machine, name) == "activating"
        machine.output(["sh", "-c", ": >/run/gate"])
        machine.output(["systemctl", "start", name])  # Waits for the job that is there.
        assert (state(machine, name), state(machine, name, "Result")) == ("active", "success")
        assert entries(machine, "unit-control", name)[-1]["SYSGUI_RESULT"] == "cancelled"
    machine.output(["rm", "/run/gate"])


GATED = """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'until test -e /run/gate; do sleep 0.1; done'
"""

# Once the unit is on its way. Some releases lose whoever waits then, and some do not.
ANEW = """
until systemctl show -P ActiveState a.service | grep -qx activating; do :; done
systemctl daemon-reexec
while pgrep -fx '/usr/bin/systemctl .* start -- a.service' && ! test -e /run/gate; do
    systemctl show -P Job a.service | grep -q . && : >/run/gate
done
"""


def test_what_systemd_is_still_at_after_it_was_executed_anew_is_no_failure(
    controlled: Machine,
) -> None:
    machine, name = controlled, "a.service"
    with units(machine, a_service=GATED):
        process = machine.spawn(["sh", "-c", ANEW])
        status, said, errors = services(machine, "start", "a")
        process.communicate()
        if status:
            assert said == ""
            assert "systemd is still at it (activating)" in errors
            machine.output(["sh", "-c", ": >/run/gate"])
            machine.output(["systemctl", "start", name])
        assert state(machine, name) == "active"
    machine.output(["rm", "/run/gate"])


def test_the_login_cannot_be_taken_away(controlled: Machine) -> None:
    machine = controlled
    names = ("dbus.service", "polkit.service", "systemd-logind.service", "systemd-journald.service")
    # What these stand on: systemd would stop them with it.
    below = ("dbus.socket", "system.slice", "sysinit.target")
    for name in (*names, *below, "dbus-org.freedesktop.login1.service"):
        for verb in ("stop", "mask-now", "disable-now"):
            assert control(machine, verb, name) == ["protected"], (verb, name)
    for name in ("dbus.service", *below):
        assert control(machine, "restart", name) == ["protected"], name
    for name in names:
        assert state(machine, name) == "active"
        assert enabled(machine, name) in ("static", "enabled")
    assert control(machine, "restart", "systemd-logind.service") == ["done", "done"]
    polkit.restart_polkit(machine)


def test_what_was_written_is_read_after_a_reload(controlled: Machine) -> None:
    machine, name = controlled, "a.service"
    with units(machine, a_service=f"[Unit]\nDescription=one\n{SLEEPS}"):
        machine.output(["systemctl", "start", name])
        machine.write(f"{UNITS}/{name}", f"[Unit]\nDescription=two\n{SLEEPS}")
        assert state(machine, name, "Description") == "one"
        assert codes(order(machine, "manager-reload", "systemd")) == ["done", "done"]
        assert state(machine, name, "Description") == "two"


def test_who_is_not_allowed_to_does_nothing(controlled: Machine) -> None:
    machine, name = controlled, "nginx.service"
    before = state(machine, name, "InvocationID")
    with polkit.running(machine, polkit.CLIENT, "bob") as bob:
        bob.order("unit-control", name, verb="restart")
        assert bob.outcome() == "refused"
    assert state(machine, name, "InvocationID") == before


# The command line


def services(machine: Machine, *words: str, user: str = "alice") -> tuple[int, str, str]:
    done = machine.sysgui("services", *words, user=user)
    return done.returncode, done.stdout, done.stderr


def test_from_the_command_line_a_user_stops_and_starts_what_the_rule_lets_him(
    controlled: Machine,
) -> None:
    machine = controlled
    status, said, _errors = services(machine, "stop", "nginx")
    assert (status, state(machine, "nginx.service")) == (1, "active")
    assert "nginx.service comes up again at the next boot." in said
    status, said, errors = services(machine, "stop", "nginx", "--yes")
    assert (status, errors, state(machine, "nginx.service")) == (0, "", "inactive")
    assert said.endswith("nginx.service was stopped.\n")
    assert services(machine, "start", "nginx", "cron")[:2] == (
        0, "cron.service: It runs already.\nnginx.service was started.\n",
    )  # fmt: skip
    assert state(machine, "nginx.service") == "active"
    assert services(machine, "disable", "--now", "nginx", "--yes")[0] == 0
    assert (enabled(machine, "nginx.service"), state(machine, "nginx.service")) == (
        "disabled", "inactive",
    )  # fmt: skip
    assert services(machine, "enable", "--now", "nginx", user="root")[0] == 0
    assert (enabled(machine, "nginx.service"), state(machine, "nginx.service")) == (
        "enabled", "active",
    )  # fmt: skip
    status, _said, errors = services(machine, "stop", "dbus", "--yes")
    assert (status, "Nobody could log in without it" in errors) == (1, True)
    status, _said, errors = services(machine, "stop", "dbus.socket", "--yes")
    assert (status, "dbus.service" in errors) == (1, True)
    status, said, errors = services(machine, "start", "poweroff.target", user="root")
    assert (status, said) == (
        1, "poweroff.target turns the machine off: all that runs on it ends, for everybody.\n",
    )  # fmt: skip
    assert "no terminal" in errors
    assert not entries(machine, "unit-control", "poweroff.target")
    status, said, _errors = services(machine, "--json", "--", "nginx")
    assert (status, '"name":"nginx.service"' in said) == (0, True)


def test_what_fails_is_told_with_the_last_lines_of_its_journal(controlled: Machine) -> None:
    machine = controlled
    script = "printf 'no port \\033[2J left\\n'; exit 3"
    with units(
        machine,
        a_service=f'[Service]\nType=oneshot\nExecStart=/bin/sh -c "{script}"\n',
        b_service="[Unit]\nRequires=a.service\nAfter=a.service\n" + SLEEPS,
        c_service="[Service]\nUser=nobody-of-that-name\nExecStart=/bin/true\nType=oneshot\n",
        d_service="[Service]\nExecStart=/nonexistent\nType=oneshot\n",
        e_service="[Service]\nExecStart=/bin/sleep 9\nExecStartPre=/bin/true\n"
        "ExecStartPre=/bin/false\n",
        f_service="[Service]\nType=notify\nExecStart=/bin/sleep 9\nTimeoutStartSec=1\n",
        g_service="[Unit]\nConditionPathExists=/nonexistent\n" + SLEEPS,
        h_service="[Service]\nExecStart=relative/path\nType=nonsense\nExecStart=\n",
    ):
        status, _said, errors = services(machine, "start", "a", user="root")
        assert status == 1
        assert "Its main process ended with status 3." in errors
        # What is no text stands in the journal as bytes; here nothing of it acts.
        assert "no port \\x1b[2J left" in errors
        assert "\x1b" not in errors
        for name, words in (
            ("b", "It needs a.service, and that did not start."),
            ("c", "its user (User=) does not exist"),
            ("d", "its program (ExecStart=) is not there"),
            ("e", "/bin/false (ExecStartPre=) ended with status 1."),
            ("f", "Result: timeout"),
            ("g", "A condition in its file"),
            ("h", "systemd cannot read its file"),
        ):
            status, _said, errors = services(machine, "start", name, user="root")
            assert (status, words in errors) == (1, True), (name, errors)
        # alice may not read the system's journal.
        _status, _said, errors = services(machine, "start", "a")
        assert "adm or systemd-journal" in errors
        assert "no port" not in errors


# Starts a unit, and has more patience with the journal than anybody who waits for the answer.
PATIENT = f"""
import sys
from sysgui.cli import main
from sysgui.panels.services.control import failure
failure.SYNC = {PATIENCE}
sys.exit(main(["services", "start", "a"]))
"""


def test_the_last_lines_are_told_though_the_journal_is_late(controlled: Machine) -> None:
    machine = controlled
    text = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo no port left; exit 3'\n"
    argv = ["/usr/bin/python3", "-c", PATIENT]

    def to_journald(signal: str) -> None:
        script = 'kill -"$1" "$(systemctl show -P MainPID systemd-journald.service)"'
        machine.output(["sh", "-c", script, "sh", signal])

    def waits_for_journald() -> bool:
        return machine.run(["pgrep", "-x", "journalctl"]).returncode == 0

    with units(machine, a_service=text):
        to_journald("STOP")
        try:
            process = machine.spawn(argv, env=PYTHON)
            waits = lambda: waits_for_journald() or process.poll() is not None  # noqa: E731
            wait_until(waits, "journalctl", PATIENCE)
        finally:
            to_journald("CONT")
        _said, errors = process.communicate(timeout=PATIENCE)
        assert "ended with status 3" in errors
        assert "no port left" in errors


def test_after_too_many_starts_it_is_told_how_to_go_on(controlled: Machine) -> None:
    machine = controlled
    limits = "[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1h\n"
    fails = "[Service]\nType=oneshot\nExecStart=/bin/false\n"
    with units(machine, a_service=limits + fails):
        for _each in range(3):
            status, _said, errors = services(machine, "start", "a")
        assert status == 1
        assert "forget the failure" in errors, errors
        assert services(machine, "reset-failed", "a")[:2] == (
            0, "The failure of a.service is forgotten.\n",
        )  # fmt: skip
        assert "Result: exit-code" in services(machine, "start", "a")[2]


@pytest.fixture
def own(controlled: Machine) -> Iterator[dict[str, str]]:
    """Where alice's own manager is reached."""
    machine = controlled
    machine.output(["systemctl", "unmask", "--runtime", "--quiet", polkit.MANAGER])
    uid = machine.output(["id", "-u", "alice"]).strip()
    machine.output(["systemctl", "start", f"user@{uid}.service"])
    yield {"XDG_RUNTIME_DIR": f"/run/user/{uid}"}
    # It takes long to end where control groups are of the first version.
    machine.run(["systemctl", "kill", "--signal=KILL", f"user@{uid}.service"])
    machine.output(["systemctl", "mask", "--runtime", "--quiet", polkit.MANAGER])


def test_the_users_own_units_need_no_password(controlled: Machine, own: dict[str, str]) -> None:
    machine = controlled
    place = "/home/alice/.config/systemd/user"
    machine.output(["install", "-d", "-o", "alice", place], user="root")
    own_install = "[Install]\nWantedBy=default.target\n"
    machine.write(f"{place}/mine.service", SLEEPS + own_install, owner="alice")
    machine.write(f"{place}/bad.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n")
    machine.output(["chown", "-R", "alice", "/home/alice/.config"])
    count = len(entries(machine, "unit-control"))

    def mine(*words: str) -> tuple[int, str, str]:
        done = machine.sysgui("services", *words, "--user", user="alice", env=own)
        return done.returncode, done.stdout, done.stderr

    def active(name: str) -> str:
        words = ["systemctl", "--user", "is-active", name]
        return machine.run(words, user="alice", env=own).stdout.strip()

    assert mine("daemon-reload")[0] == 0
    assert mine("enable", "--now", "mine") == (
        0, "mine.service was started, and is at each boot from now on.\n", "",
    )  # fmt: skip
    assert active("mine.service") == "active"
    assert mine("stop", "mine", "--yes")[0] == 0
    assert active("mine.service") == "inactive"
    status, _said, errors = mine("start", "bad")
    assert (status, "ended with status 1" in errors) == (1, True), errors
    assert len(entries(machine, "unit-control")) == count
    machine.output(["rm", "-r", "/home/alice/.config"])


# Waits for units of the user's own, until systemd has a job for the last of them; then ends that.
ENDS = """
import json, sys, threading
import msgspec
from sysgui.panels.services.control.orders import OwnUnits
from sysgui.panels.services.systemctl import show
from sysgui.system.host import Host
how, *names = sys.argv[1:]
host, ended = Host(), threading.Event()
own = OwnUnits(host)
def end():
    while not show(host, "user", names, ("Job",))[names[-1]].get("Job", "").isdigit():
        assert not ended.is_set()
    getattr(own, how)()
thread = threading.Thread(target=end)
thread.start()
frames = own.read("start", names)
ended.set()
thread.join()
print(json.dumps([frame.code for frame in frames[1:]]))
"""


def test_a_job_of_the_users_own_can_be_left_or_withdrawn(
    controlled: Machine, own: dict[str, str]
) -> None:
    machine, place = controlled, "/run/systemd/user"
    machine.output(["mkdir", "-p", place])
    long = "[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n"
    machine.write(f"{place}/long.service", long)
    machine.write(f"{place}/other.service", long)
    machine.write(f"{place}/later.service", f"[Unit]\nAfter=long.service\n{SLEEPS}")
    env = {**own, **PYTHON}

    def mine(*words: str) -> str:
        return machine.run(["systemctl", "--user", *words], user="alice", env=own).stdout.strip()

    def start(how: str, *names: str) -> list[str]:
        argv = ["/usr/bin/python3", "-c", ENDS, how, *names]
        found: list[str] = json.loads(machine.output(argv, user="alice", env=env))
        return found

    mine("daemon-reload")
    assert start("leave", "long.service") == ["cancelled", "cancelled"]
    assert mine("show", "-P", "Job", "long.service").isdigit()
    assert mine("is-active", "long.service") == "activating"
    # What waits for another has not begun: without its job it never does.
    assert start("withdraw", "later.service") == ["withdrawn", "withdrawn"]
    assert mine("list-jobs", "--no-legend", "--plain").split()[1:3] == ["long.service", "start"]
    assert mine("is-active", "later.service") == "inactive"
    # What has begun goes on.
    assert start("withdraw", "other.service") == ["withdrawn", "withdrawn"]
    assert mine("is-active", "other.service") == "activating"
    assert mine("show", "-P", "Job", "other.service") in ("", "0")
    mine("stop", "long.service", "other.service")
    machine.output(["sh", "-c", f"cd {place} && rm long.service other.service later.service"])
