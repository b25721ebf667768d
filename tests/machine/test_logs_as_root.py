"""A log that only root may read, shown to an ordinary user by a real polkit and helper."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import CHECKOUT
from .debian import PATIENCE, end
from .polkit import await_end, entries, left_running, rule
from .supplies import INSIDE, Supplies, apt, bare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .build import System
    from .debian import Machine

PYTHON = "/usr/lib/sysgui/bin/python"

LOG = "/var/log/only root.log"
TARGET = "/var/log/only%20root.log"

ALLOWED = 'if (action.id == "org.sysgui.file-read") return polkit.Result.YES;'

# What the window does, without one: a child reads pages of the log, the helper's answer is what it
# is given instead. Says what the child says of the log itself, and then the lines as they come.
WINDOW = f"""
import json, queue, sys, threading, time
from sysgui.panels.logs.as_root import RootReading
from sysgui.panels.logs.page import Page
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.reader import Reader

reader, opened = Reader(), queue.Queue()
pages = reader.probe("logs.page", Page)

def say(what):
    print(json.dumps(what), flush=True)

try:
    pages.read(source={LOG!r})
except Problem as problem:
    say([problem.code, problem.message, problem.hint])
reading = RootReading(Host(), lambda log: opened.put(log.source))
asked = {{"path": {LOG!r}, "turn": reading.turn()}}
thread = threading.Thread(target=reading.read, kwargs=asked)
thread.start()
source = opened.get(timeout={PATIENCE})
for line in sys.stdin:
    shown, until = [], time.monotonic() + {PATIENCE}
    while len(shown) < int(line) and time.monotonic() < until:
        shown = [line.text for line in pages.read(source=source, seconds=0.0).shown]
    say(shown)
threading.excepthook = lambda _caught: None
reading.close()
thread.join()
reader.stop()
"""


@pytest.fixture
def installed(debian: System, given: Supplies, made: Path) -> Iterator[Machine]:
    with bare(debian, given, made, CHECKOUT) as machine:
        apt(machine, "install", f"{INSIDE}/{made.name}")
        machine.write(LOG, "one\ntwo\n", mode=0o640)
        machine.output(["chgrp", "adm", LOG])
        with rule(machine, ALLOWED):
            yield machine


@contextmanager
def window(machine: Machine) -> Iterator[Callable[[int], Any]]:
    """Runs what the window does; asks it for so many lines."""
    process = machine.spawn([PYTHON, "-I", "-c", WINDOW], user="alice")
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin is not None
    assert stdout is not None
    assert stderr is not None

    def ask(count: int) -> Any:
        if count:
            stdin.write(f"{count}\n")
            stdin.flush()
        line = stdout.readline()
        return json.loads(line) if line else stderr.read()

    try:
        yield ask
        stdin.close()
        assert process.wait(PATIENCE) == 0
    finally:
        end(process)
        for stream in (stdin, stdout, stderr):
            stream.close()


def test_it_is_said_who_may_read_it_shown_and_followed(installed: Machine) -> None:
    with window(installed) as ask:
        code, message, hint = ask(0)
        assert (code, message) == ("not-permitted", f"Only root and the group adm may read {LOG}.")
        assert "usermod -aG adm" in hint
        assert ask(2) == ["one", "two"]
        installed.output(["sh", "-c", f"echo three >> '{LOG}'"])
        assert ask(3) == ["one", "two", "three"]
        installed.output(["sh", "-c", f"mv '{LOG}' '{LOG}.1'; echo four > '{LOG}'"])
        assert ask(4) == ["one", "two", "three", "four"]
    await_end(installed)
    begin, finish = entries(installed, "file-read", TARGET)
    assert begin["_UID"] == "0"
    assert finish["SYSGUI_RESULT"] == "cancelled"
    assert left_running(installed) == ""
    # And the command says the same, to whoever may not.
    installed.output(["chgrp", "adm", LOG])
    installed.output(["chmod", "640", LOG])
    done = installed.run(["sysgui", "logs", LOG], user="alice")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith(f"sysgui: {message}\n")
    assert f"sudo sysgui logs {LOG}" in done.stderr
    assert installed.output(["sysgui", "logs", LOG]) == "four\n"


# Says how many files come before the log, and the lines of all.
SET = f"""
import json, queue, threading
from sysgui.panels.logs.as_root import RootReading
from sysgui.panels.logs.page import Page
from sysgui.system.host import Host
from sysgui.system.reader import Reader

reader, opened = Reader(), queue.Queue()
pages = reader.probe("logs.page", Page)
reading = RootReading(Host(), opened.put)
asked = {{"path": {LOG!r}, "turn": reading.turn(), "older": True}}
thread = threading.Thread(target=reading.read, kwargs=asked)
thread.start()
log = opened.get(timeout={PATIENCE})
shown = []
while not shown or shown[-1] != "three":
    shown = [line.text for line in pages.read(source=log.source, seconds=0.0).shown]
print(json.dumps([log.older, log.left_out, shown]))
threading.excepthook = lambda _caught: None
reading.close()
thread.join()
reader.stop()
"""


def test_what_was_rotated_away_comes_with_it(installed: Machine) -> None:
    for command in (
        f"mv '{LOG}' '{LOG}.2'",
        f"gzip '{LOG}.2'",
        f"touch -d '2 days ago' '{LOG}.2.gz'",
        f"printf 'two and a half' > '{LOG}.1'",
        f"touch -d yesterday '{LOG}.1'",
        f"echo three > '{LOG}'",
        f"chmod 600 '{LOG}'*",
    ):
        installed.output(["sh", "-c", command])
    done = installed.run([PYTHON, "-I", "-c", SET], user="alice")
    assert done.stderr == ""
    assert json.loads(done.stdout) == [2, 0, ["one", "two", "two and a half", "three"]]
    await_end(installed)
    begin, finish = entries(installed, "file-read", TARGET)
    assert begin["SYSGUI_TARGETS"] == f"follow=yes {TARGET}.2.gz {TARGET}.1 {TARGET}"
    assert begin["_UID"] == "0"
    assert finish["SYSGUI_RESULT"] == "cancelled"
    assert left_running(installed) == ""


# Says what the child says of the journal, where it is, and the last that it holds.
JOURNAL = """
import json, queue, threading
from sysgui.panels.logs.as_root import RootReading
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.permission import place_as_root
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.reader import Reader

reader, opened, host = Reader(), queue.Queue(), Host()
pages = reader.probe("logs.page", Page)
try:
    pages.read(source="journal:system")
except Problem as problem:
    print(json.dumps(problem.code))
place = place_as_root(host, "journal:system")
print(json.dumps(place))
reading = RootReading(host, lambda log: opened.put(log.source))
reading.read(path=place, turn=reading.turn())
page = pages.read(source=opened.get())
while not page.settled:
    page = pages.read(source=page.asked[0])
print(json.dumps([line.text for line in page.shown]))
reading.close()
reader.stop()
"""


def test_the_journal_is_shown_as_it_is_now(installed: Machine) -> None:
    installed.output(["logger", "-t", "herald", "hear ye"])
    installed.output(["journalctl", "--flush"])
    installed.output(["journalctl", "--sync"])
    done = installed.run([PYTHON, "-I", "-c", JOURNAL], user="alice")
    assert done.stderr == ""
    code, place, shown = map(json.loads, done.stdout.splitlines())
    assert code == "journal-unreadable"
    assert installed.output(["stat", "-c", "%a", place]) == "640\n"
    assert any("herald" in line and "hear ye" in line for line in shown)
    left = installed.output(["sh", "-c", "find /tmp /var/tmp -name 'sysgui-log-*'"])
    assert left == ""
