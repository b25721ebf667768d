"""The whole way: package, menu, window, another user's process, polkit, journal."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from kit import wait_until
from screen import screen, window, x

from .conftest import CHECKOUT
from .debian import PATIENCE, end
from .polkit import await_end
from .supplies import INSIDE, Supplies, apt, bare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .build import System
    from .debian import Machine

ENTRY = "/usr/share/applications/sysgui.desktop"

RULE = """
polkit.addRule(function(action, subject) {
    if (action.id == "org.sysgui.process-signal" && subject.user == "alice")
        return polkit.Result.YES;
});
"""


@pytest.fixture
def display() -> Iterator[str]:
    with screen("-ac") as found:
        yield found


@pytest.fixture
def desktop(
    display: str, debian: System, given: Supplies, made: Path
) -> Iterator[tuple[Machine, dict[str, str]]]:
    """A machine with the package, and what a user's session on its screen has set."""
    with bare(debian, given, made, CHECKOUT, "--bind-ro=/tmp/.X11-unix") as machine:
        apt(machine, "install", f"{INSIDE}/{made.name}", "libglib2.0-bin")
        machine.write("/etc/polkit-1/rules.d/10-test.rules", RULE)
        machine.output(["systemctl", "restart", "polkit"])
        machine.output(["install", "-d", "-o", "alice", "-m", "700", "/run/user/1000"])
        yield machine, {"DISPLAY": display, "XDG_RUNTIME_DIR": "/run/user/1000"}


@contextmanager
def running(machine: Machine, user: str, *argv: str) -> Iterator[str]:
    """A process of a user; its pid."""
    process = machine.spawn(["/bin/sh", "-c", 'echo $$; exec "$@"', "sh", *argv], user=user)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        end(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def lives(machine: Machine, pid: str) -> bool:
    return machine.run(["kill", "-0", pid]).returncode == 0


def said(machine: Machine) -> list[dict[str, str]]:
    machine.output(["journalctl", "--sync"])
    text = machine.output(["journalctl", "--output=json", "SYSLOG_IDENTIFIER=sysgui-helper"])
    return [json.loads(line) for line in text.splitlines()]


def asked(hand: dict[str, str], seconds: int) -> bool:
    """Has the keyboard ask for the end of the first row; whether that was heard in some seconds."""
    # A question that comes late is closed first: what is typed next would take its focus away.
    x(hand, "key", "Escape", "ctrl+f", "Down", "Delete")
    waiting = ["timeout", str(seconds), "xdotool", "search", "--sync", "--onlyvisible", "--name"]
    done = subprocess.run([*waiting, "^End sleep"], env=hand, capture_output=True, check=False)
    return done.returncode == 0


def test_from_the_menu_to_the_end_of_anothers_process(
    desktop: tuple[Machine, dict[str, str]],
) -> None:
    machine, session = desktop
    hand = {**os.environ, "DISPLAY": session["DISPLAY"]}
    # What the launcher starts keeps its streams.
    launch = f"exec gio launch {ENTRY} </dev/null >/tmp/log 2>&1"
    with running(machine, "bob", "sleep", "98765") as pid:
        machine.output(["sh", "-c", launch], user="alice", env=session)
        x(hand, "windowactivate", "--sync", window(hand, "Sysgui$"))
        x(hand, "key", "alt+2", "ctrl+f")
        x(hand, "type", f"pid={pid}")
        # On a busy machine there may be no row yet, and then nothing is asked.
        assert any(asked(hand, seconds) for seconds in (2, 4, 8, 16, 32, 64))
        # The question's way out has the focus; what is asked is one step away.
        x(hand, "windowactivate", "--sync", window(hand, "^End sleep"))
        x(hand, "key", "shift+Tab", "space")
        wait_until(lambda: not lives(machine, pid), "the end of the process", PATIENCE)
    await_end(machine)  # It writes down how it went.
    assert machine.read("/tmp/log") == ""
    begin, finish = said(machine)
    alice = machine.output(["id", "-u", "alice"]).strip()
    for found in (begin, finish):
        assert found["_UID"] == "0"
        assert found["SYSGUI_CALLER_UID"] == alice
        assert found["SYSGUI_OPERATION"] == "process-signal"
        assert found["SYSGUI_TARGETS"].startswith(f"signal=TERM {pid}:")
        assert found["SYSGUI_TARGETS"].endswith(":sleep")
    assert finish["SYSGUI_RESULT"] == "done"
    # What pkexec itself says it has started.
    started = machine.output(["journalctl", "--identifier=pkexec", "--output=cat"])
    assert f"COMMAND=/usr/libexec/sysgui/helper process-signal {finish['SYSGUI_TARGETS']}" in (
        started
    )
