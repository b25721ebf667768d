"""The journal of a machine that writes to it: counted, read and followed while its files change."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sysgui.panels.logs.journal.entries import JournalEntries
from sysgui.panels.logs.journal.follow import Follower
from sysgui.panels.logs.journal.index import JournalIndex
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.system.host import Host

from .debian import CHECKOUT as INSIDE
from .debian import DEPENDENCIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .conftest import Boot
    from .debian import Machine

# No limits, and files so small that they are rotated all the time.
CONFIGURED = """[Journal]
Storage=persistent
RateLimitIntervalSec=0
SystemMaxFileSize=4M
"""

# What is vacuumed before anybody can have read it is lost to all: whoever writes is only so many
# steps ahead of who reads. That fits into fourteen files of 1,800 entries; more of them are kept,
# and what is older was read before.
STEP, LEAD = 2_500, 8
KEPT = 24

# Writes numbered entries through the native protocol, at an even rate; after the `lead` it waits at
# each step for a line.
FLOOD = """
import socket, sys, time
count, rate, lead, step = map(int, sys.argv[1:])
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.connect("/run/systemd/journal/socket")
start = time.monotonic()
for number in range(count):
    if rate and number % 50 == 0:
        time.sleep(max(0, start + number / rate - time.monotonic()))
    if lead and number % step == 0 and number >= lead * step:
        sys.stdin.readline()
    journal.send(
        b"MESSAGE=flood %d\\nPRIORITY=%d\\nSYSLOG_IDENTIFIER=flood\\nNUMBER=%d\\n"
        % (number, number % 8, number)
    )
"""

FLOODED = Wanted(identifiers=("flood",))


@pytest.fixture
def writing(boot_machine: Boot) -> Machine:
    machine = boot_machine()
    machine.write("/etc/systemd/journald.conf.d/test.conf", CONFIGURED)
    machine.output(["systemctl", "restart", "systemd-journald.service"])
    machine.output(["journalctl", "--flush"])
    return machine


def source(machine: Machine) -> JournalSource:
    folder = Path(f"/proc/{machine.pid}/root/var/log/journal")
    (found,) = folder.iterdir()
    return JournalSource(directory=str(found))


def flooding(count: int, rate: int = 0, lead: int = 0) -> list[str]:
    return ["/usr/bin/python3", "-c", FLOOD, *map(str, (count, rate, lead, STEP))]


def flood(machine: Machine, count: int) -> None:
    machine.output(flooding(count), timeout=600)


def settle(machine: Machine) -> None:
    machine.output(["journalctl", "--sync"])


def levels(machine: Machine, *options: str) -> Counter[str]:
    told = machine.output(["journalctl", "-q", "-o", "json", "--output-fields=PRIORITY", *options])
    return Counter(json.loads(line).get("PRIORITY", "8") for line in told.splitlines())


def test_counts_are_journalctls(writing: Machine) -> None:
    flood(writing, 20_000)
    settle(writing)
    index = JournalIndex(Host(), source(writing))
    counted = index.count(FLOODED)
    assert counted.tally.levels == [2500] * 8 + [0]
    every = index.count()
    assert every.doubtful == []
    told = levels(writing)
    # Nobody else may have said anything meanwhile.
    while told != (again := levels(writing)):
        told, every = again, index.count()
    assert every.tally.levels == [told[str(level)] for level in range(9)]
    units = {value.text: value.entries for value in index.values("_SYSTEMD_UNIT").values}
    names = writing.output(["journalctl", "-q", "-F", "_SYSTEMD_UNIT"]).split()
    assert set(names) == set(units)


def test_counts_while_entries_come(writing: Machine) -> None:
    """Each is of one moment: levels take turns, so none is ahead by more than one."""
    flood(writing, 8)
    steps, count = 0, 24 * STEP
    counts = []
    index = JournalIndex(Host(), source(writing))
    with writing.spawn(flooding(count, 0, 1)) as writer:
        assert writer.stdin is not None
        while writer.poll() is None:
            counted = index.count(FLOODED)
            counts.append(counted.tally.entries)
            if len([doubtful for doubtful in counted.doubtful if doubtful.name == ""]) == 0:
                found = counted.tally.levels[:8]
                assert max(found) - min(found) <= 1, counted
            # It goes on to write when its last step was seen, and is counted meanwhile.
            if steps < min(counts[-1] // STEP, count // STEP - 1):
                steps += 1
                writer.stdin.write("\n")
                writer.stdin.flush()
        _said, errors = writer.communicate()
    assert (writer.returncode, errors) == (0, "")
    settle(writing)
    assert counts == sorted(counts)
    assert len(set(counts)) >= steps == count // STEP - 1
    assert index.count(FLOODED).tally.levels == [7501] * 8 + [0]


def vacuum(machine: Machine, times: int, found: Sequence[int], over: threading.Event) -> None:
    """Rotates and vacuums, each time when what was written before has been found."""
    last = ["journalctl", "-q", "-n", "1", "-o", "cat", "--identifier=flood"]
    words = ["journalctl", "-q", "--rotate", f"--vacuum-files={KEPT}"]
    for _number in range(times):
        written = int(machine.output(last).removeprefix("flood "))
        while not found or found[-1] < written:
            if over.wait(0.02):
                return
        machine.output(words, timeout=600)
        if over.wait(0.5):
            return


@pytest.mark.parametrize(
    ("vacuums", "rate"), [(20, 5_000), pytest.param(100, 5_000, marks=pytest.mark.long)]
)
def test_followed_through_vacuums(writing: Machine, vacuums: int, rate: int) -> None:
    """Rotated and vacuumed all the time, while entries come as fast as they can be read."""
    count = vacuums * rate
    flood(writing, 1)
    settle(writing)
    (begin,) = JournalEntries(Host(), source(writing)).page(1, backwards=True).entries
    follower = Follower(Host(), source(writing), FLOODED, after=begin.cursor)
    over = threading.Event()
    found: list[int] = []
    steps = 0
    thread = threading.Thread(target=vacuum, args=(writing, vacuums, found, over))
    thread.start()
    with writing.spawn(flooding(count, rate, LEAD)) as writer:
        assert writer.stdin is not None
        failing = threading.Thread(target=lambda: writer.wait() and follower.end())
        failing.start()
        for entry in follower:
            found.append(int(entry.text.removeprefix("flood ")))
            if found[-1] == count - 1:
                break
            # As many as it waits for: whoever has written all reads no more.
            while steps < min(found[-1] // STEP, count // STEP - LEAD):
                steps += 1
                writer.stdin.write("\n")
                writer.stdin.flush()
        over.set()
        thread.join()
        failing.join()
        _said, errors = writer.communicate()
    assert (writer.returncode, errors) == (0, "")
    missing = sorted(set(range(count)) - set(found))
    twice = [number for number, times in Counter(found).items() if times > 1]
    assert (missing[:10], twice[:10]) == ([], []), (len(missing), len(twice), follower.restarts)
    assert found == list(range(count))
    # There was something to lose.
    assert JournalIndex(Host(), source(writing)).count(FLOODED).tally.entries < count


def test_an_ordinary_user_is_told_that_he_sees_a_part(writing: Machine) -> None:
    """By the files: that journalctl hides some it says in prose only."""
    script = (
        "from sysgui.panels.logs.journal.source import JournalSource, listing\n"
        "from sysgui.system.host import Host\n"
        "print(listing(Host(), JournalSource()).hidden)\n"
    )
    env = {"PYTHONPATH": f"{INSIDE}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}
    argv = ["/usr/bin/python3", "-c", script]
    assert int(writing.output(argv, user="alice", env=env)) > 0
    assert int(writing.output(argv, env=env)) == 0
