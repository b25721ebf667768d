"""Rows of a journal found by their time."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.journal.entries import JournalEntries
from sysgui.panels.logs.journal.index import JournalIndex
from sysgui.panels.logs.journal.marks import marks_of
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.system.host import Host

from .conftest import tell, time

PARTS = st.lists(st.lists(st.integers(1, 30), max_size=40), max_size=3)


@given(PARTS, st.integers(1, 7))
def test_a_row_is_reached_from_its_place(parts: list[list[int]], every: int) -> None:
    ordered = sorted(time for part in parts for time in part)
    marks = marks_of([np.array(part, np.int64) for part in parts], every)
    assert marks.rows == len(ordered)
    for row in range(len(ordered)):
        start, passed = marks.place(row)
        assert [time for time in ordered if time >= start][passed] == ordered[row]
    for row in (-1, len(ordered)):
        with pytest.raises(IndexError):
            marks.place(row)


@given(PARTS, st.integers(1, 7), st.integers(0, 31))
def test_a_row_near_a_time(parts: list[list[int]], every: int, at: int) -> None:
    ordered = sorted(time for part in parts for time in part)
    row = marks_of([np.array(part, np.int64) for part in parts], every).near(at)
    assert row == 0 or ordered[row] <= at
    assert not ordered[row + every :] or ordered[row + every] > at


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        (Wanted(), []),
        (Wanted(worst=3), ["-p", "err"]),
        (Wanted(units=("nginx.service",)), ["-u", "nginx"]),
    ],
)
def test_any_row_is_read(journal: Path, wanted: Wanted, options: list[str]) -> None:
    told = tell(journal, *options)
    source = JournalSource(files=(str(journal),))
    marked = JournalIndex(Host(), source).marks(wanted, 10)
    assert (marked.marks.rows, marked.doubtful) == (len(told), [])
    for row in (0, 1, len(told) // 2, len(told) - 1):
        since, passed = marked.marks.place(row)
        assert passed < 10
        from_there = msgspec.structs.replace(wanted, since=since)
        page = JournalEntries(Host(), source).page(passed + 3, wanted=from_there)
        cursors = [entry.cursor for entry in page.entries[passed:]]
        assert cursors == [entry["__CURSOR"] for entry in told[row : row + 3]]


def test_rows_of_some_time(journal: Path) -> None:
    told = tell(journal)
    wanted = Wanted(since=time(told[20]), until=time(told[29]))
    marked = JournalIndex(Host(), JournalSource(files=(str(journal),))).marks(wanted, 4)
    assert marked.marks.rows == 10
    assert [at for at, _same in marked.marks.marks] == [time(told[row]) for row in (20, 24, 28)]


def test_a_damaged_file_has_the_rows_that_journalctl_reads(journal: Path) -> None:
    data = bytearray(journal.read_bytes())
    data[184 + 7] = 255  # When its first entry came.
    journal.write_bytes(data)
    marked = JournalIndex(Host(), JournalSource(files=(str(journal),))).marks(Wanted(), 50)
    assert len(marked.doubtful) == 1
    told = [time(entry) for entry in tell(journal)]
    assert marked.marks.rows == len(told)
    assert [at for at, _same in marked.marks.marks] == told[::50]
