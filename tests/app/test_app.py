"""The real program as its user meets it: pictures, no display, signals, a second start, bugs."""

import os
import signal
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from kit import CHECKOUT, PATIENCE, Program, wait_until
from PySide6.QtGui import QImage

Start = Callable[..., Program]

PANELS = ("overview", "processes")


def quiet_end(program: Program) -> None:
    """Asserts that it ends, with status 0, in silence, and leaves nobody behind."""
    assert program.wait() == 0, program.stderr
    assert program.stderr == ""
    assert program.children_left() == []


# Pictures.


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_of_the_asked_size_is_written_without_a_display(
    start: Start, tmp_path: Path, panel: str, theme: str
) -> None:
    program = start(
        "--screenshot", "out.png", "--panel", panel, "--theme", theme, "--size", "1100x720",
        QT_QPA_PLATFORM="", QT_QPA_PLATFORMTHEME="",
    )  # fmt: skip
    assert program.wait() == 0
    assert program.stderr == ""
    assert program.stdout == ""
    picture = QImage(str(tmp_path / "out.png"))
    assert (picture.width(), picture.height()) == (1100, 720)
    ground = picture.pixelColor(1099, 360).lightness()
    assert (ground > 200) if theme == "light" else (ground < 60)
    colors = {picture.pixel(x, y) for x in range(0, 1100, 3) for y in range(0, 720, 3)}
    assert len(colors) > 20
    assert not (tmp_path / "config").exists()  # A picture changes no settings.


def test_a_picture_that_cannot_be_saved_is_a_message_and_status_one(start: Start) -> None:
    program = start("--screenshot", "/proc/none/out.png", "--size", "640x480")
    assert program.wait() == 1
    assert "/proc/none/out.png" in program.stderr
    assert "Traceback" not in program.stderr


# Where no window can be opened.


def test_without_a_display_it_says_what_works_without_one(start: Start) -> None:
    program = start(QT_QPA_PLATFORM="")
    assert program.wait() == 1
    assert "no display" in program.stderr
    assert "--screenshot" in program.stderr
    assert "--help" in program.stderr
    assert "Traceback" not in program.stderr


def test_a_display_that_does_not_answer_is_named(start: Start) -> None:
    program = start(QT_QPA_PLATFORM="", DISPLAY=":987")
    assert program.wait() == 1
    assert ":987" in program.stderr
    assert "--screenshot" in program.stderr


def test_a_wayland_display_that_does_not_answer_is_named(start: Start) -> None:
    program = start(QT_QPA_PLATFORM="", WAYLAND_DISPLAY="wayland-987")
    assert program.wait() == 1
    assert "wayland-987" in program.stderr
    assert "--screenshot" in program.stderr


@pytest.mark.parametrize("arguments", [["--panel", "nothing"], ["--size", "large"]])
def test_arguments_that_make_no_sense_are_told_and_nothing_is_opened(
    start: Start, arguments: list[str]
) -> None:
    program = start(*arguments)
    assert program.wait() in (1, 2)
    assert arguments[1] in program.stderr or "WIDTHxHEIGHT" in program.stderr
    assert "Traceback" not in program.stderr
    assert program.children_left() == []


def test_an_unknown_panel_is_told_with_those_there_are(start: Start) -> None:
    program = start("--panel", "nothing")
    program.wait()
    for name in ("nothing", *PANELS):
        assert name in program.stderr


# The end.

MOMENTS: dict[str, Callable[[Program], object]] = {
    "as the lock is taken": lambda p: wait_until(
        lambda: (p.home / "run/sysgui/instance.lock").exists(), "lock"
    ),
    "as the socket is there": lambda p: wait_until(
        lambda: (p.home / "run/sysgui/instance.socket").exists(), "socket"
    ),
    "as the reader starts": lambda p: p.wait_for_reader(),
    "as the reader has begun to read": lambda p: reads(p),
}


def reads(program: Program) -> None:
    reader = program.wait_for_reader()
    wait_until(lambda: "/proc/1/stat" in targets(reader.pid), "a sweep over the processes")


def targets(pid: int) -> list[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            continue
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.replace(" ", "-"))
def test_a_signal_ends_it_soon_and_in_order(start: Start, moment: str, number: int) -> None:
    began = time.monotonic()
    program = start("--panel", "processes")
    MOMENTS[moment](program)
    program.send(number)
    sent = time.monotonic()
    quiet_end(program)
    # What has begun to start must have started before it can end; a busy machine takes its time.
    assert time.monotonic() - sent < 1.0 + max(3.0, sent - began)


def test_two_signals_are_as_one(start: Start) -> None:
    program = start()
    program.wait_for_reader()
    program.send(signal.SIGTERM)
    program.send(signal.SIGINT)
    quiet_end(program)


def test_what_was_shown_is_remembered_when_a_signal_ends_it(start: Start, tmp_path: Path) -> None:
    program = start("--panel", "processes", "--size", "900x640")
    program.wait_for_reader()
    program.send(signal.SIGTERM)
    quiet_end(program)
    saved = (tmp_path / "config/sysgui/settings.json").read_text()
    assert '"panel": "processes"' in saved
    assert '"width": 900' in saved
    assert stat.S_IMODE((tmp_path / "config/sysgui").stat().st_mode) == 0o700


def test_when_the_window_is_killed_the_child_that_reads_ends_by_itself(start: Start) -> None:
    program = start("--panel", "processes")
    reader = program.wait_for_reader()
    program.send(signal.SIGKILL)
    program.wait()
    _gone, alive = psutil.wait_procs([reader], timeout=PATIENCE)
    assert not alive


# A second start.


def saved_panel(home: Path) -> str:
    return (home / "config/sysgui/settings.json").read_text()


def test_a_second_start_hands_over_its_panel_and_ends(start: Start, tmp_path: Path) -> None:
    first = start("--panel", "overview")
    first.wait_for_reader()
    second = start("--panel", "processes")
    quiet_end(second)  # Which it does when the first has shown what was wished.
    assert first.running
    first.send(signal.SIGTERM)
    quiet_end(first)
    assert '"panel": "processes"' in saved_panel(tmp_path)


def test_a_second_start_without_a_panel_leaves_the_one_that_is_shown(
    start: Start, tmp_path: Path
) -> None:
    first = start("--panel", "processes")
    first.wait_for_reader()
    quiet_end(start())
    first.send(signal.SIGTERM)
    quiet_end(first)
    assert '"panel": "processes"' in saved_panel(tmp_path)


def test_of_several_starts_at_once_one_stays(start: Start) -> None:
    programs = [start() for _ in range(4)]
    wait_until(lambda: sum(p.running for p in programs) == 1, "the others end")
    [stays] = [p for p in programs if p.running]
    for other in programs:
        if other is not stays:
            quiet_end(other)
    stays.wait_for_reader()
    stays.send(signal.SIGTERM)
    quiet_end(stays)


def test_a_killed_first_is_no_hindrance_to_the_next(start: Start, tmp_path: Path) -> None:
    first = start()
    first.wait_for_reader()
    first.send(signal.SIGKILL)
    first.wait()
    assert (tmp_path / "run/sysgui/instance.socket").exists()
    second = start()
    second.wait_for_reader()
    second.send(signal.SIGTERM)
    quiet_end(second)


def test_a_recorded_machine_and_a_picture_are_shown_beside_the_first(
    start: Start, tmp_path: Path
) -> None:
    first = start()
    first.wait_for_reader()
    picture = start("--screenshot", "out.png", "--size", "640x480")
    assert picture.wait() == 0
    assert (tmp_path / "out.png").exists()
    assert first.running
    recorded = start("--root", str(CHECKOUT / "tests/roots/debian12"))
    recorded.wait_for_reader()
    for program in (recorded, first):
        program.send(signal.SIGTERM)
        quiet_end(program)


def test_a_wish_from_a_stranger_version_is_ignored(start: Start, tmp_path: Path) -> None:
    first = start()
    first.wait_for_reader()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.sendto(b'{"panel": "from-the-future"}', str(tmp_path / "run/sysgui/instance.socket"))
    quiet_end(start("--panel", "processes"))
    first.send(signal.SIGTERM)
    quiet_end(first)


# Bugs.

BUGGY = """
import sys, threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from sysgui import app, cli
from sysgui.ui.shell import Shell

def fail():
    raise ZeroDivisionError("in a slot")

def fail_in_thread():
    raise KeyError("in a thread")

class Buggy(app.Application):
    def run(self, *arguments):
        self.steps = [fail, threading.Thread(target=fail_in_thread).start]
        self.said = ""
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.step)
        self.timer.start(20)
        return super().run(*arguments)

    def step(self):
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, Shell)]
        if not found:
            return
        bar = found[0]._problems
        text = bar.findChild(QLabel).text() if bar.isVisible() else ""
        if text == self.said and self.said != "":
            return
        if text:
            print(text, flush=True)
            self.said = text
        if self.steps:
            QTimer.singleShot(0, self.steps.pop(0))
        elif text:
            self._qt.quit()

app.Application = Buggy
sys.exit(cli.main(sys.argv[1:]))
"""


def test_an_exception_in_a_slot_and_one_in_a_thread_are_shown_and_it_lives_on(
    start: Start, tmp_path: Path
) -> None:
    """PySide6 hands exceptions of slots to sys.excepthook: this pins it."""
    script = tmp_path / "buggy.py"
    script.write_text(BUGGY)
    program = start(script=script)
    assert program.wait() == 0
    shown = program.stdout.splitlines()
    assert len(shown) == 2
    assert "ZeroDivisionError: in a slot" in shown[0]
    assert "KeyError: 'in a thread'" in shown[1]
    assert "ZeroDivisionError" in program.stderr
    assert "KeyError" in program.stderr


# Options.


def test_trace_frames_says_how_many_frames_were_in_time(start: Start) -> None:
    program = start("--trace-frames")
    reads_or_draws = program.wait_for_reader()
    assert reads_or_draws.is_running()
    program.send(signal.SIGTERM)
    assert program.wait(5) == 0
    assert "within 16 ms" in program.stderr
    assert program.children_left() == []


def test_a_recorded_machine_that_is_none_is_told(start: Start) -> None:
    program = start("--root", "/no/such/machine")
    assert program.wait() == 1
    assert "/no/such/machine" in program.stderr
    assert "Traceback" not in program.stderr
