"""How soon a crash of a watched service is told, by the systemd of a booted machine."""

from collections.abc import Iterator

import pytest
from machine.boot import boot
from machine.build import system
from machine.debian import Machine
from machine.watched import install, service

from .conftest import Table
from .measure import median
from .test_figures import ROOT

ROUNDS = 10

# Kills the main process and says when; its clock is that of the journal.
CRASH = """
pid=$(systemctl show --value -P MainPID "$1")
exec python3 -c 'import os, sys, time; os.kill(int(sys.argv[1]), 11); print(time.time())' "$pid"
"""


@pytest.fixture
def machine(pytestconfig: pytest.Config) -> Iterator[Machine]:
    with (
        system(str(pytestconfig.getoption("--machine")), ROOT) as built,
        boot(built, ROOT) as booted,
    ):
        install(booted)
        yield booted


def test_a_crash_is_told_soon(machine: Machine, table: Table) -> None:
    late = []
    with service(machine, "crash.service") as watched:
        watched.systemctl("start")
        for number in range(1, ROUNDS + 1):
            watched.await_running()
            machine.output(["systemctl", "reset-failed", "sysgui-watch.service"])
            watched.sweep()
            killed = float(machine.output(["sh", "-c", CRASH, "sh", watched.name]))
            late.append(watched.await_event("failed", number).at - killed)
    table.row(
        "a crash is told as an alert", f"{1000 * median(late):.0f} ms", "",
        f"worst {1000 * max(late):.0f} ms", "2 s", met=max(late) <= 2,
    )  # fmt: skip
    assert max(late) <= 2
