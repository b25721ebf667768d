"""What the journal's panel is held to, beside journalctl, on two million entries of a machine."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from machine.boot import boot
from machine.build import system
from machine.debian import Machine

from sysgui.panels.logs.journal.entries import JournalEntries
from sysgui.panels.logs.journal.index import JournalIndex
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.system.host import Host

from .conftest import ROOT, Table
from .measure import median

UNITS = 50
EACH = 40_000
ROUNDS = 5
SCREEN = 100

CONFIGURED = """[Journal]
Storage=persistent
RateLimitIntervalSec=0
SystemMaxUse=8G
ForwardToSyslog=no
"""

SAY = f"""
import random, socket, sys
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.connect("/run/systemd/journal/socket")
chance = random.Random(sys.argv[1])
levels = chance.choices(range(8), (1, 2, 10, 200, 500, 1000, 7000, 1200), k={EACH})
for number, level in enumerate(levels):
    journal.send(
        b"MESSAGE=request %d took %d ms\\nPRIORITY=%d\\nSYSLOG_IDENTIFIER=app\\nREQUEST=%d\\n"
        % (number, chance.randrange(3000), level, number)
    )
"""

SERVICE = """[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /opt/say.py %i
"""


@pytest.fixture(scope="module")
def journal(pytestconfig: pytest.Config) -> Iterator[Path]:
    """The folder of a journal of two million entries."""
    with (
        system(str(pytestconfig.getoption("--machine")), ROOT) as built,
        boot(built, ROOT) as machine,
    ):
        fill(machine)
        (found,) = Path(f"/proc/{machine.pid}/root/var/log/journal").iterdir()
        yield found


def fill(machine: Machine) -> None:
    machine.write("/etc/systemd/journald.conf.d/bench.conf", CONFIGURED)
    machine.write("/etc/systemd/system/say@.service", SERVICE)
    machine.write("/opt/say.py", SAY)
    machine.output(["systemctl", "daemon-reload"])
    machine.output(["systemctl", "restart", "systemd-journald.service"])
    machine.output(["journalctl", "--flush"])
    for number in range(UNITS):
        machine.output(["systemctl", "start", f"say@{number}.service"], timeout=600)
    machine.output(["journalctl", "--sync"], timeout=600)
    # It says nothing more meanwhile.
    machine.output(["systemctl", "mask", "--runtime", "cron.service", "--now"])
    machine.output(["journalctl", "--rotate"], timeout=600)


def export(journal: Path, *options: str) -> list[str]:
    return ["journalctl", "--quiet", "--output=export", f"--directory={journal}", *options]


def told(journal: Path) -> Counter[str]:
    """Counts levels by what journalctl prints; an entry of none has no such line."""
    argv = export(journal, "--output-fields=PRIORITY")
    found: Counter[str] = Counter()
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(("PRIORITY=", "__CURSOR=")):
                found[line.rstrip() if line[0] == "P" else "entries"] += 1
    return found


def seconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def test_histogram(journal: Path, table: Table) -> None:
    index = JournalIndex(Host(), JournalSource(directory=str(journal)))
    tally = index.count(bins=300).tally
    found = told(journal)
    levels = [found[f"PRIORITY={level}"] for level in range(8)]
    equal = tally.levels == [*levels, found["entries"] - sum(levels)]
    assert found["entries"] >= UNITS * EACH

    ours, theirs = [], []
    for _round in range(ROUNDS):
        ours.append(seconds(lambda: index.count(bins=300)))
        theirs.append(
            seconds(lambda: subprocess.run(export(journal), stdout=subprocess.DEVNULL, check=True))
        )
    ratio = median(ours) / median(theirs)
    met = equal and ratio <= 0.2
    table.row(
        f"journal, {found['entries']:,} entries: histogram per level",
        f"{median(ours):.2f} s, {'exact' if equal else 'NOT exact'}",
        f"journalctl -o export {median(theirs):.2f} s",
        f"{ratio:.2f}x",
        "0.2x, exact",
        met=met,
    )
    assert met


def test_units(journal: Path, table: Table) -> None:
    index = JournalIndex(Host(), JournalSource(directory=str(journal)))
    values = index.values("_SYSTEMD_UNIT")
    argv = ["journalctl", "--quiet", f"--directory={journal}", "-F", "_SYSTEMD_UNIT"]
    names = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert {value.text for value in values.values} == set(names)
    ours = [1000 * seconds(lambda: index.values("_SYSTEMD_UNIT")) for _round in range(ROUNDS)]
    theirs = [
        1000 * seconds(lambda: subprocess.run(argv, capture_output=True, check=True))
        for _round in range(ROUNDS)
    ]
    met = median(ours) <= 50
    table.row(
        f"journal: list of {len(names)} units, with counts",
        f"{median(ours):.1f} ms",
        f"journalctl -F {median(theirs):.1f} ms",
        "",
        "50 ms",
        met=met,
    )
    assert met


@pytest.mark.parametrize("backwards", [True, False])
def test_first_screen(journal: Path, table: Table, *, backwards: bool) -> None:
    entries = JournalEntries(Host(), JournalSource(directory=str(journal)))
    assert len(entries.page(SCREEN, backwards=backwards).entries) == SCREEN
    ours = [
        1000 * seconds(lambda: entries.page(SCREEN, backwards=backwards))
        for _round in range(ROUNDS)
    ]
    met = median(ours) <= 150
    where = "last" if backwards else "first"
    table.row(
        f"journal: the {where} {SCREEN} entries",
        f"{median(ours):.0f} ms",
        "",
        "",
        "150 ms",
        met=met,
    )
    assert met


def test_memory(journal: Path, table: Table) -> None:
    """In a child that has imported all it needs, and then counts."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from sysgui.panels.logs.journal.index import JournalIndex\n"
        "from sysgui.panels.logs.journal.source import JournalSource\n"
        "from sysgui.system.host import Host\n"
        "def peak():\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    return int(status.partition('VmHWM:')[2].split()[0])\n"
        "index = JournalIndex(Host(), JournalSource(directory=sys.argv[1]))\n"
        "before = peak()\n"
        "index.count(bins=300)\n"
        "print(peak() - before)\n"
    )
    argv = [sys.executable, "-c", script, str(journal)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=env)
    megabytes = int(done.stdout) / 1024
    met = megabytes <= 50
    table.row("journal: memory for the histogram", f"{megabytes:.0f} MB", "", "", "50 MB", met=met)
    assert met
