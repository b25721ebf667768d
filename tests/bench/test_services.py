"""What the list of services is held to, beside the systemd of a booted machine with 1,000 units."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from kit import FakeShell
from machine.boot import boot
from machine.build import system
from machine.debian import Machine
from PySide6.QtCore import QEventLoop, QTimer

from sysgui.panels.services.view import ServicesView
from sysgui.system.host import Host
from sysgui.system.reader import Reader
from sysgui.system.settings import Settings
from sysgui.ui.panel import Context

from .conftest import Table
from .measure import cpu_share, median, running
from .test_figures import ROOT, SYSGUI, lines

UNITS = 1000
ROUNDS = 10
IDLE = 600.0

# A target that is up keeps in memory what it wants, though none of it can be started.
MAKE = f"""
import os
place = "/etc/systemd/system"
os.mkdir(place + "/many.target.wants")
for number in range({UNITS}):
    with open(f"{{place}}/many-{{number}}.service", "w") as file:
        file.write("[Unit]\\nDescription=One of many\\nConditionPathExists=/nowhere\\n"
                   "[Service]\\nExecStart=/bin/true\\n")
    name = f"many-{{number}}.service"
    os.symlink(f"../{{name}}", f"{{place}}/many.target.wants/{{name}}")
with open(place + "/many.target", "w") as file:
    file.write("[Unit]\\nDescription=Many\\n")
with open(place + "/crash.service", "w") as file:
    file.write("[Service]\\nExecStart=/usr/bin/sleep 1000\\n")
"""

# Kills the main process and says when; its clock is ours.
CRASH = """
pid=$(systemctl show --value -p MainPID crash.service)
exec python3 -c 'import os, sys, time; os.kill(int(sys.argv[1]), 11); print(time.time())' "$pid"
"""


@pytest.fixture(scope="module")
def crowded(pytestconfig: pytest.Config) -> Iterator[Machine]:
    with (
        system(str(pytestconfig.getoption("--machine")), ROOT) as built,
        boot(built, ROOT) as machine,
    ):
        machine.output(["/usr/bin/python3", "-c", MAKE])
        machine.output(["systemctl", "daemon-reload"], timeout=300)
        machine.output(["systemctl", "start", "many.target"], timeout=300)
        listed = machine.output(["systemctl", "list-units", "--all", "--no-legend", "many-*"])
        assert len(listed.splitlines()) == UNITS
        yield machine


@pytest.fixture
def bus(crowded: Machine) -> str:
    return f"unix:path=/proc/{crowded.pid}/root/run/dbus/system_bus_socket"


@pytest.fixture
def context(look: Any, bus: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    made = Context(Host(), Reader(), Settings(None), FakeShell())
    yield made
    made.shell.stop()  # type: ignore[attr-defined]


def opened(context: Context) -> tuple[ServicesView, float]:
    """Opens the panel; seconds until its first rows are painted."""
    loop = QEventLoop()
    began = time.monotonic()
    view = ServicesView(context)
    view.resize(1000, 700)
    view.figured.connect(loop.quit)
    view.show()
    loop.exec()
    assert view._model.rowCount() > UNITS
    view._table.viewport().repaint()
    return view, time.monotonic() - began


def seen(view: ServicesView, true: Any) -> float:
    """Lets time go by until something is true of the painted rows; returns when it was."""
    loop = QEventLoop()
    when: list[float] = []

    def look(_reading: object = None) -> None:
        if true() and not when:
            view._table.viewport().repaint()
            when.append(time.time())
            loop.quit()

    # After the view's own slot, so that the row is as the reading says.
    view._stream.reading.connect(look)
    QTimer.singleShot(0, look)
    loop.exec()
    view._stream.reading.disconnect(look)
    return when[0]


def state(view: ServicesView) -> str:
    place = view._model.place(("system", "crash.service"))
    return str(view._model.row(place).active) if place >= 0 else ""


def test_the_first_rows_come_soon_and_a_crash_is_seen(
    context: Context, crowded: Machine, table: Table, qtbot: Any
) -> None:
    took = []
    for _ in range(ROUNDS):
        view, seconds = opened(context)
        took.append(seconds)
        seen(view, lambda view=view: view._settled)
        view.hide()
        context.shell.views.append(view)  # type: ignore[attr-defined]
    view, _seconds = opened(context)
    seen(view, lambda: view._settled)
    late = []
    for _ in range(ROUNDS):
        crowded.output(["systemctl", "reset-failed"])
        crowded.output(["systemctl", "restart", "crash.service"])
        seen(view, lambda: state(view) == "active")
        killed = float(crowded.output(["sh", "-c", CRASH]))
        late.append(seen(view, lambda: state(view) == "failed") - killed)
    view.hide()
    context.shell.views.append(view)  # type: ignore[attr-defined]
    first, worst = median(took[1:]), max(late)
    table.row(
        f"first rows of Services, {UNITS} more units", f"{1000 * first:.0f} ms", "",
        f"worst {1000 * max(took[1:]):.0f} ms", "150 ms", met=first <= 0.15,
    )  # fmt: skip
    table.row(
        "a crash shows in its row", f"{1000 * median(late):.0f} ms", "",
        f"worst {1000 * worst:.0f} ms", "300 ms", met=worst <= 0.3,
    )  # fmt: skip
    assert first <= 0.15
    assert worst <= 0.3


def test_ten_minutes_cost_little_and_load_no_unit(
    env: Mapping[str, str], bus: str, crowded: Machine, table: Table, tmp_path: Path
) -> None:
    match = "type='signal',interface='org.freedesktop.systemd1.Manager',member='UnitNew'"
    argv = ["busctl", f"--address={bus}", "--json=short", f"--match={match}", "monitor"]
    heard = tmp_path / "heard"
    with heard.open("w") as told, subprocess.Popen(argv, stdout=told) as monitor:
        panel = [*SYSGUI, "--panel", "services", "--timings"]
        with running(panel, {**env, "DBUS_SYSTEM_BUS_ADDRESS": bus}) as program:
            lines(program, "rates")
            share = cpu_share(program.pid, IDLE)
        # A question as we must never ask it, to know that the monitor would have heard ours.
        crowded.output(["systemctl", "show", "-p", "Id", "asked.service"])
        while "asked.service" not in heard.read_text():
            os.sched_yield()
        monitor.terminate()
    names = [json.loads(line)["payload"]["data"][0] for line in heard.read_text().splitlines()]
    loaded = [name for name in names if name != "asked.service"]
    table.row(
        "CPU, Services tab, ten minutes", f"{share:.2f} %", "",
        f"{len(loaded)} units loaded", "0.3 % of a core, none", met=share <= 0.3 and not loaded,
    )  # fmt: skip
    assert share <= 0.3
    assert loaded == []
