"""What the way to root costs: the helper's start, its memory, and the window while it is gone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from roots.doors import DONE, ITEM, PLAN, Door

from sysgui.panels.processes.view import ProcessesView
from sysgui.system.host import Host
from sysgui.ui.frames import FrameTrace

from .conftest import Table
from .measure import median, running

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

ROUNDS = 30

# Runs as root in a mount namespace of its own, with a journal of its own that takes everything.
# The first frame of an operation that changes something is its preview: there the helper has
# checked, audited and bound all, and waits, so that the kernel can be asked for its peak memory.
DRIVER = r"""
import json, os, socket, subprocess, sys, time
helper, rounds = sys.argv[1], int(sys.argv[2])
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
os.makedirs("/run/systemd/journal")
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
python = ["/usr/bin/python3", "-IS", "-c"]
SAY = "print(open('/proc/self/status').read())"

def peak(status):
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6

def bare():
    started = time.monotonic()
    subprocess.run([*python, "pass"], check=True)
    ended = time.monotonic() - started
    return ended, peak(subprocess.run([*python, SAY], capture_output=True, text=True).stdout)

def start(target):
    request = {"request": "x", "targets": [target], "arguments": {"signal": "CONT"}}
    argv = [helper, "process-signal", "signal=CONT", target]
    started = time.monotonic()
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        frame = json.loads(process.stdout.readline())
        first = time.monotonic() - started
        assert frame["frame"] == "plan", frame
        memory = peak(open(f"/proc/{process.pid}/status").read())
        process.stdin.close()
        process.stdout.read()
    assert b"begin" in journal.recv(1 << 16)
    assert b"cancelled" in journal.recv(1 << 16)
    return first, memory

with subprocess.Popen(["sleep", "1000"]) as sleep:
    # It is `sleep` once it has been executed, which Popen has waited for.
    stat = open(f"/proc/{sleep.pid}/stat").read().rpartition(")")[2].split()
    target = f"{sleep.pid}:{stat[19]}:sleep"
    found = [[bare(), start(target)] for _round in range(rounds + 1)][1:]
    sleep.kill()
print(json.dumps(found))
"""


def test_the_helper_starts_soon_and_is_small(tmp_path: Path, table: Table) -> None:
    assert os.geteuid() == 0, "only root can have the helper do something"
    subprocess.run([str(ROOT / "installer" / "stage"), str(tmp_path)], check=True)
    helper = tmp_path / "usr/libexec/sysgui/helper"
    measured = subprocess.run(
        ["unshare", "--mount", "/usr/bin/python3", "-c", DRIVER, str(helper), str(ROUNDS)],
        stdout=subprocess.PIPE,
        check=True,
    )
    rounds = json.loads(measured.stdout)
    (bare, bare_memory), (ours, memory) = (
        [median([each[which][what] for each in rounds]) for what in (0, 1)] for which in (0, 1)
    )
    worst = max(each[1][1] for each in rounds)
    table.row(
        "helper: start to its first frame",
        f"{ours * 1000:.0f} ms",
        f"python3 -IS -c pass {bare * 1000:.0f} ms",
        f"{ours / bare:.1f} x",
        "60 ms",
        met=ours <= 0.060,
    )
    table.row(
        "helper: peak memory (VmHWM)",
        f"{worst:.1f} MB",
        f"python3 -IS {bare_memory:.1f} MB",
        f"{memory / bare_memory:.1f} x",
        "16 MB",
        met=worst <= 16.0,
    )
    assert ours <= 0.060
    assert worst <= 16.0


# As pkexec with a prompt that is open for two seconds, and then the helper.
PROMPT = f"""
import sys, time
time.sleep(2)
sys.stdin.readline()
print('{PLAN}', flush=True)
sys.stdin.readline()
print('{ITEM}')
print('{DONE}')
"""


class Elevated(Door):
    """This machine, with somebody in front of it to whom no process belongs, and a helper."""

    def __init__(self) -> None:
        super().__init__(PROMPT)
        self.user = 54_321

    def exists(self, path: str) -> bool:
        return super().exists(path) or Host.exists(self, path)

    def stat(self, path: str) -> os.stat_result:
        return Host.stat(self, path) if path.startswith("/proc") else super().stat(path)


@pytest.fixture
def crowd() -> Iterator[None]:
    argv = [sys.executable, str(HERE / "crowd.py"), "590"]
    with running(argv, os.environ) as program:
        assert program.stderr is not None
        assert program.stderr.readline() == "ready\n"
        yield


@pytest.mark.usefixtures("crowd")
def test_the_window_does_not_stall_during_an_action(
    qtbot: Any, panel_context: Any, table: Table
) -> None:
    context = panel_context(Elevated(), tempo=1.0)
    view = ProcessesView(context)
    context.shell.views.append(view)
    view.resize(1280, 800)
    view.show()
    qtbot.waitUntil(lambda: view._readings > 2, timeout=20_000)
    # One that stays; that program of the test's does nothing to it.
    view._table.select([row.pid for row in view._model.rows].index(os.getpid()))
    stop = next(action for action in view.actions() if "Stop the selected" in action.text())
    qtbot.waitUntil(stop.isEnabled)
    trace = FrameTrace(view)
    for _round in range(5):
        QTimer.singleShot(0, stop.trigger)  # A turn of the event loop, as by a key.
        qtbot.waitUntil(view._elevation.isVisible)
        qtbot.waitUntil(lambda: not view._elevation.isVisible(), timeout=20_000)
    trace.stop()
    worst = max(trace.durations) * 1000
    table.row(
        "window (offscreen) during an action as root, 590 processes, prompt open for 2 s",
        f"longest turn of {len(trace.durations)}: {worst:.0f} ms",
        "",
        "",
        "none over 50 ms",
        met=worst <= 50.0,
    )
    assert worst <= 50.0
