"""What is done as root, seen from the window: it lives on, whatever the way to root does."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from kit import FakeShell, visible_texts
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from roots.doors import OBEDIENT, Door

from sysgui.system.elevation import Item, Order, Result
from sysgui.system.problem import Problem
from sysgui.ui.elevation import ElevationBar

ORDER = Order("process-signal", ["7:8:x"], {"signal": "TERM"})
SEVERAL = Order("process-signal", ["7:8:x", "8:8:x"], {"signal": "TERM"})

# As pkexec with a prompt that nobody answers, and as a helper that is root's: signals and the end
# of its input do not end it.
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"frame":"plan","digest":"abc","items":[]}', flush=True)
while True:
    time.sleep(1000)
"""


class Watched(Door):
    """Notes in which thread it is asked for anything, and in which its program is waited for."""

    def __init__(self, script: str) -> None:
        super().__init__(script)
        self.threads: set[int] = set()
        self.processes: list[subprocess.Popen[bytes]] = []

    def exists(self, path: str) -> bool:
        self.threads.add(threading.get_ident())
        return super().exists(path)

    def spawn(
        self,
        argv: Sequence[str],
        extra_environment: Mapping[str, str] | None = None,
        *,
        errors: bool = False,
    ) -> "subprocess.Popen[bytes]":
        process = super().spawn(argv, extra_environment, errors=errors)
        wait = process.wait

        def noted(timeout: float | None = None) -> int:
            self.threads.add(threading.get_ident())
            return wait(timeout)

        process.wait = noted  # type: ignore[method-assign]
        self.processes.append(process)
        return process


def is_deaf(process: "subprocess.Popen[bytes]") -> bool:
    """Tells whether it ignores SIGTERM by now (proc(5): a mask, the first signal in bit 0)."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    ignored = next(line.split()[1] for line in lines if line.startswith("SigIgn:"))
    return bool(int(ignored, 16) & 1 << (signal.SIGTERM - 1))


class Window:
    """A bar in a panel, and what it said."""

    def __init__(self, host: Door) -> None:
        self.shell = FakeShell()
        self.panel = QWidget()
        self.bar = ElevationBar(host, self.shell.watch, self.panel)
        QVBoxLayout(self.panel).addWidget(self.bar)
        self.said: list[Any] = []
        for told in (self.bar.done, self.bar.failed, self.bar.bug):
            told.connect(self.said.append)
        self.panel.show()

    def press_cancel(self) -> None:
        self.bar.findChild(QPushButton).click()


@pytest.fixture
def windows(look: Any) -> Iterator[Any]:
    made: list[Window] = []

    def make(host: Door) -> Window:
        made.append(Window(host))
        return made[-1]

    yield make
    for window in made:
        window.shell.stop()
        window.panel.close()
        window.panel.deleteLater()


def test_what_is_done_is_told_in_the_windows_thread(qtbot, windows) -> None:
    host = Watched(OBEDIENT)
    window = windows(host)
    threads: list[bool] = []
    window.bar.done.connect(
        lambda _frames: threads.append(QThread.currentThread() == window.bar.thread())
    )
    window.bar.do(ORDER, "Ending x")
    assert any("waiting for an administrator's password" in t for t in visible_texts(window.bar))
    qtbot.waitUntil(lambda: not window.bar.isVisible())
    assert threads == [True]
    assert window.said[0][-2:] == [Item("7:8:x", "done"), Result("done")]


def test_when_the_password_was_given_it_is_not_asked_for_any_more(qtbot, windows) -> None:
    window = windows(
        Door(
            """
import sys
sys.stdin.readline()
print('{"frame":"plan","digest":"abc","items":[]}', flush=True)
sys.stdin.read()
print('{"frame":"result","code":"cancelled"}')
"""
        )
    )
    for _again in range(2):
        window.bar.do(ORDER, "Ending x")
        assert "Ending x: waiting for an administrator's password …" in visible_texts(window.bar)
        qtbot.waitUntil(lambda: "Ending x: at work …" in visible_texts(window.bar))
        assert window.bar.accessibleName() == "Ending x: at work …"
        window.press_cancel()
        qtbot.waitUntil(lambda: not window.bar.isVisible())


def test_the_window_never_waits_for_the_way_to_root(qtbot, windows) -> None:
    # Were anything of it waited for in the window's thread, that would be for ever.
    host = Watched(DEAF)
    window = windows(host)
    window.bar.do(ORDER, "Ending x")
    qtbot.waitUntil(lambda: bool(host.processes) and is_deaf(host.processes[0]))
    (process,) = host.processes
    window.press_cancel()
    window.bar.do(ORDER, "Ending x")
    assert [problem.code for problem in window.said] == ["busy"]
    turns: list[int] = []
    ticks = QTimer(window.panel)
    ticks.timeout.connect(lambda: turns.append(len(turns)))
    ticks.start(0)
    qtbot.waitUntil(lambda: len(turns) > 10)
    assert window.bar.isVisible()
    assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: not window.bar.isVisible())
    assert host.threads
    assert threading.get_ident() not in host.threads


def test_what_was_not_come_to_is_named(qtbot, windows) -> None:
    host = Door(
        """
import sys
sys.stdin.readline()
print('{"frame":"plan","digest":"abc","items":[]}', flush=True)
sys.stdin.readline()
print('{"frame":"item","target":"7:8:x","code":"done"}')
print('{"frame":"result","code":"partly"}')
"""
    )
    window = windows(host)
    window.bar.do(SEVERAL, "Ending two")
    qtbot.waitUntil(lambda: not window.bar.isVisible())
    problem, frames = window.said
    assert isinstance(problem, Problem)
    assert problem.code == "not-all-done"
    assert "8:8:x" in problem.message
    assert "7:8:x" not in problem.message
    assert frames[-1] == Result("partly")


def test_a_bug_in_the_way_to_root_is_told_and_the_next_order_is_taken(
    qtbot, windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = windows(Door(OBEDIENT))
    with monkeypatch.context() as patched:
        patched.setattr("sysgui.system.elevation.transport", lambda _host: 1 // 0)
        window.bar.do(ORDER, "Ending x")
        qtbot.waitUntil(lambda: not window.bar.isVisible())
    assert window.said.pop().summary.startswith("ZeroDivisionError")
    window.bar.do(ORDER, "Ending x")
    qtbot.waitUntil(lambda: not window.bar.isVisible())
    assert window.said[0][-1] == Result("done")
