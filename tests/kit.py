"""What several tests of the window share: a window that only remembers, and the real program."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

CHECKOUT = Path(__file__).parents[1]

# The program is up, or has ended, within this many seconds even on a busy machine.
PATIENCE = 30.0


def wait_until(true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> None:
    """Waits outside of any event loop until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.005)


class FakeShell:
    """A window that only remembers what panels asked of it."""

    def __init__(self) -> None:
        self.pollers: list[Any] = []
        self.views: list[Any] = []  # A view must not go before its pollers are stopped.
        self.opened: list[tuple[str, dict[str, Any]]] = []

    def open(self, panel: str, **arguments: Any) -> None:
        self.opened.append((panel, arguments))

    def watch(self, poller: Any) -> None:
        self.pollers.append(poller)

    def stop(self) -> None:
        """Stops every poller, as the real one does."""
        for poller in self.pollers:
            poller.quit()
        for poller in self.pollers:
            assert poller.wait(10_000)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Returns what a program of the test sees: a home of its own, no display, nothing else."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(home / "config"),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "error",
        "QT_QPA_PLATFORM": "offscreen",
        "QT_QPA_PLATFORMTHEME": "none",
        **more,
    }


class Program:
    """The real program in a process of its own, ended at the latest with the test.

    Args:
        home: Its home, settings and runtime directory.
        arguments: Of its command line.
        script: What is run instead of `-m sysgui`.
        variables: Set in its environment; an empty one is unset.
    """

    def __init__(
        self, home: Path, *arguments: str, script: Path | None = None, **variables: str
    ) -> None:
        self.home = home
        run = [str(script)] if script else ["-m", "sysgui"]
        env = {k: v for k, v in environment(home, **variables).items() if v}
        self._stderr = (home / f"stderr-{time.monotonic_ns()}").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, *run, *arguments],
            cwd=home,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        self._psutil = psutil.Process(self.process.pid)
        self.children: set[psutil.Process] = set()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def look(self) -> set[psutil.Process]:
        """Returns its children, and notes them, to see later whether they have ended."""
        try:
            found = set(self._psutil.children(recursive=True))
        except psutil.NoSuchProcess:
            found = set()
        self.children |= found
        return found

    def wait_for_reader(self) -> psutil.Process:
        """Waits until the window's event loop runs and has started the child that reads."""
        wait_until(lambda: self.look() or not self.running, "the child that reads")
        assert self.running, self.stderr
        return next(iter(self.look()))

    def send(self, signal: int) -> None:
        """Sends a signal."""
        self.look()
        self.process.send_signal(signal)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Waits for the end and returns the exit status."""
        return self.process.wait(seconds)

    @property
    def stderr(self) -> str:
        """What it wrote there, without what the offscreen platform says of itself."""
        lines = Path(self._stderr.name).read_text().splitlines(keepends=True)
        return "".join(line for line in lines if "This plugin does not support" not in line)

    @property
    def stdout(self) -> str:
        """What it wrote in all; waits for its end."""
        assert self.process.stdout is not None
        return self.process.stdout.read().decode()

    def children_left(self) -> list[psutil.Process]:
        """Returns the children that outlive it."""
        _gone, alive = psutil.wait_procs(list(self.children), timeout=PATIENCE)
        return alive

    def close(self) -> None:
        """Ends it and all its children by force."""
        self.look()
        if self.running:
            self.process.kill()
        self.process.wait()
        for child in self.children:
            if child.is_running():
                child.kill()
        psutil.wait_procs(list(self.children), timeout=5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._stderr.close()


def in_dialog(kind: type, act: Callable[[Any], None]) -> list[Any]:
    """Lets `act` use the next dialog or menu of that kind; returns the list that will hold it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    seen: list[Any] = []

    def look() -> None:
        opened = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if not isinstance(opened, kind):
            QTimer.singleShot(5, look)
            return
        seen.append(opened)
        try:
            act(opened)
        finally:
            if opened.isVisible():
                opened.close()

    QTimer.singleShot(0, look)
    return seen


def visible_texts(widget: Any) -> list[str]:
    """Returns what the labels in a widget say."""
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def problem_text(view: Any) -> str:
    """Returns what the problem bar of a panel says; "" while it is hidden."""
    from PySide6.QtWidgets import QLabel

    return view.problems.findChild(QLabel).text() if view.problems.isVisible() else ""
