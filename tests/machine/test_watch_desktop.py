"""Who asked for it is shown each change once, on the desktop of his own session's bus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .debian import CHECKOUT, DEPENDENCIES, PATIENCE
from .polkit import rule
from .watched import crash, install, service

if TYPE_CHECKING:
    from .conftest import Boot
    from .debian import Machine

# As Debian's dbus-user-session has them, which a desktop brings and the machine lacks.
SOCKET = """[Socket]
ListenStream=%t/bus
ExecStartPost=-/bin/systemctl --user set-environment DBUS_SESSION_BUS_ADDRESS=unix:path=%t/bus
[Install]
WantedBy=sockets.target
"""
BUS = """[Unit]
Requires=dbus.socket
[Service]
Type=notify
ExecStart=/usr/bin/dbus-daemon --session --address=systemd: --nofork --nopidfile
"""

ALLOWED = """
    if (subject.user == "alice" && action.id.indexOf("org.sysgui.watch-") == 0)
        return polkit.Result.YES;
"""

SHOWN = "/home/alice/shown"


class Desktop:
    """Alice's, with a manager of her own that runs whether she is logged in or not."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        uid = machine.output(["id", "-u", "alice"]).strip()
        self._env = {"XDG_RUNTIME_DIR": f"/run/user/{uid}"}
        machine.write("/etc/systemd/user/dbus.socket", SOCKET)
        machine.write("/etc/systemd/user/dbus.service", BUS)
        machine.output(["systemctl", "--global", "enable", "dbus.socket"])
        machine.output(["loginctl", "enable-linger", "alice"])
        machine.output(["systemctl", "start", f"user@{uid}.service"])

    def output(self, *argv: str) -> str:
        return self.machine.output(argv, user="alice", env=self._env)

    def sysgui(self, *words: str) -> None:
        done = self.machine.sysgui(*words, user="alice", env=self._env)
        assert (done.returncode, done.stderr) == (0, "")

    def appears(self) -> None:
        """From now on something shows messages."""
        self.output(
            "systemd-run", "--user", "--quiet", "--unit=desktop", "--property=Type=dbus",
            "--property=BusName=org.freedesktop.Notifications",
            f"--setenv=PYTHONPATH={DEPENDENCIES}", "--setenv=PYTHONDONTWRITEBYTECODE=1",
            "/usr/bin/python3", f"{CHECKOUT}/tests/machine/notifications.py", SHOWN,
        )  # fmt: skip

    def shown(self, count: int) -> list[dict[str, Any]]:
        """Waits until so many messages were shown, and returns all."""
        until = f"until [ $(cat {SHOWN} 2>/dev/null | wc -l) -ge {count} ]; do :; done"
        self.machine.output(["sh", "-c", until], timeout=PATIENCE)
        # Whatever else there might be to show is shown by then.
        self.output("systemctl", "--user", "start", "sysgui-notify.service")
        return [json.loads(line) for line in self.machine.read(SHOWN).splitlines()]


@pytest.fixture
def desktop(boot_machine: Boot) -> Desktop:
    machine = boot_machine()
    install(machine)
    return Desktop(machine)


def test_a_crash_and_its_recovery_are_each_shown_once(desktop: Desktop) -> None:
    desktop.appears()
    script = crash("kill -SEGV $$")
    with (
        rule(desktop.machine, ALLOWED),
        service(desktop.machine, "shown.service", script) as watched,
    ):
        desktop.sysgui("watch", "add", "shown", "--notify", "--no-mail", "--grace", "0")
        enabled = desktop.output("systemctl", "--user", "is-enabled", "sysgui-notify.path")
        assert enabled == "enabled\n"
        watched.systemctl("start")
        watched.await_event("failed")
        watched.await_running()
        watched.sweep()
        watched.sweep()
        failed, recovered = desktop.shown(2)
    assert failed == {
        "application": "Sysgui", "icon": "dialog-error", "summary": "Sysgui",
        "body": "shown.service has failed", "urgency": 2,
    }  # fmt: skip
    assert recovered == {
        "application": "Sysgui", "icon": "dialog-information", "summary": "Sysgui",
        "body": "shown.service runs again", "urgency": 1,
    }  # fmt: skip


def test_what_happened_while_there_was_no_desktop_is_shown_when_there_is(
    desktop: Desktop,
) -> None:
    with (
        rule(desktop.machine, ALLOWED),
        service(desktop.machine, "shown.service", "exit 1", restart="no", quick="") as watched,
    ):
        desktop.sysgui("watch", "add", "shown", "--notify", "--no-mail", "--no-restart")
        watched.systemctl("start")
        watched.await_event("given-up")
        desktop.appears()
        # As when she logs in again.
        desktop.output("systemctl", "--user", "restart", "default.target")
        (failed,) = desktop.shown(1)
    assert failed["body"] == "shown.service has failed, and is not started again"
