"""A log that is written to fast and rotated all the time: each line is read, once."""

import functools
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from sysgui.panels.logs.page import PageProbe
from sysgui.system.host import Host

from . import flood

RATE = 5_000

# So many rows are read at once in the end.
AT_ONCE = 20_000

LINE = re.compile(r" line (\d{7})$")

# How many times it is rotated, and how many seconds lie between.
FLOODS = [
    pytest.param(20, 1.0, id="20"),
    pytest.param(100, 6.0, id="100", marks=pytest.mark.long),
]


class Flood:
    """A log that is being written.

    Attributes:
        end: How many lines it has in the end, once that is known.
    """

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program
        self._changed = threading.Condition()
        self._read = 0
        self.end = sys.maxsize
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def has_read(self, number: int) -> None:
        """Tells that so many lines were read by now."""
        with self._changed:
            self._read = number
            self._changed.notify_all()

    def join(self) -> None:
        """Waits until the program has ended."""
        self._thread.join()

    def _is_read(self, number: int) -> bool:
        return self._read >= number

    def _answer(self) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        for said in self._program.stdout:
            what, number = said.split()
            if what == "end":
                self.end = int(number)
            else:
                with self._changed:
                    self._changed.wait_for(functools.partial(self._is_read, int(number)))
            self._program.stdin.write("\n")
            self._program.stdin.flush()


@contextmanager
def flooded(path: Path, rotations: int, apart: float, ways: Sequence[str]) -> Iterator[Flood]:
    argv = [sys.executable, flood.__file__, str(path), str(RATE), str(rotations), str(apart), *ways]
    path.write_bytes(flood.line(0))
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        running = Flood(program)
        try:
            yield running
        finally:
            program.kill()
            running.has_read(sys.maxsize)
            running.join()


def number_of(line: str) -> int:
    found = LINE.search(line)
    assert found is not None, line
    return int(found[1])


@pytest.mark.parametrize(("rotations", "apart"), FLOODS)
def test_the_command_prints_each_line_once(tmp_path: Path, rotations: int, apart: float) -> None:
    path = tmp_path / "app.log"
    argv = [sys.executable, "-m", "sysgui", "logs", str(path), "--follow", "--since", "2026-01-01"]
    with flooded(path, rotations, apart, list(flood.WAYS)) as running:
        read = []
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            for said in program.stdout:
                read.append(number_of(said))
                running.has_read(read[-1] + 1)
                if read[-1] + 1 == running.end:
                    break
            program.kill()
        written = range(running.end)
    counts = Counter(read)
    lost = [number for number in written if number not in counts]
    assert lost == []
    assert [number for number in counts if counts[number] > 1] == []


@pytest.mark.parametrize(("rotations", "apart"), FLOODS)
def test_the_window_has_each_line_once(tmp_path: Path, rotations: int, apart: float) -> None:
    path = tmp_path / "app.log"
    probe = PageProbe(Host())
    ways = [way for way in flood.WAYS if way != "truncate"]
    with flooded(path, rotations, apart, ways) as running:
        number = 0
        while number < running.end:
            page = probe.read(source=str(path), search="line")
            # The last may not be complete, or gone again just now.
            if whole := LINE.search(page.shown[-1].text):
                number = int(whole[1]) + 1
                running.has_read(number)
        while not page.settled:
            page = probe.read(source=str(path), search="line")
        written = running.end
    assert (page.rows, page.hits, page.levels[3]) == (written, written, written // 3)
    for first in range(0, written, AT_ONCE):
        shown = probe.read(source=str(path), row=first, count=AT_ONCE).shown
        numbers = range(first, min(first + AT_ONCE, written))
        assert [number_of(line.text) for line in shown] == list(numbers)
