"""Damaged files of the journal: what is told of them is true, or is told by journalctl."""

import argparse
import random
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sysgui.panels.logs import command
from sysgui.panels.logs.journal.files import JournalFile
from sysgui.panels.logs.journal.header import Doubt
from sysgui.panels.logs.journal.index import JournalIndex
from sysgui.panels.logs.journal.select import known, levels, times
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.system.host import Host

from . import conftest
from .conftest import KINDS, unpacked

WHOLE = {kind: unpacked(kind) for kind in KINDS}

# Where the header, the two tables, and the first objects lie; and any place at all.
PLACES = st.one_of(
    st.integers(0, 272), st.integers(0, 120_000), st.integers(0, min(map(len, WHOLE.values())) - 1)
)
FLIPS = st.lists(st.tuples(PLACES, st.integers(1, 255)), min_size=1, max_size=4)


def damaged(kind: str, flips: list[tuple[int, int]]) -> bytes:
    data = bytearray(WHOLE[kind])
    for place, bits in flips:
        data[place] ^= bits
    return bytes(data)


def look(path: Path) -> int:
    """Asks a file for all that the index is ever asked for."""
    with JournalFile(Host(), str(path)) as file:
        found = levels(file)
        assert len(times(file, None)) == len(found)
        for field, _place in list(file.fields()):
            # One whose values are packed is no reason not to ask for the next.
            with suppress(Doubt):
                for _text, value in known(file, field):
                    assert len(file.entries_of(value)) <= len(found)
        return len(found)


@pytest.fixture(scope="module")
def folder() -> object:
    with TemporaryDirectory() as made:
        yield Path(made)


@settings(max_examples=150)
@given(kind=st.sampled_from(KINDS), flips=FLIPS)
# A value whose first entry lies beyond all files.
@example(kind="regular", flips=[(281769, 1), (38877, 16)])
def test_whatever_a_file_holds_it_raises_nothing_but_a_doubt(
    folder: Path, kind: str, flips: list[tuple[int, int]]
) -> None:
    path = folder / "flipped.journal"
    path.write_bytes(damaged(kind, flips))
    with suppress(Doubt):
        # An entry is 64 bytes at the least.
        assert look(path) <= len(WHOLE[kind]) // 64


@settings(max_examples=50)
@given(kind=st.sampled_from(KINDS), length=st.integers(0, 400_000), zeros=st.integers(0, 5000))
def test_a_file_that_is_cut_off_raises_nothing_but_a_doubt(
    folder: Path, kind: str, length: int, zeros: int
) -> None:
    path = folder / "cut.journal"
    path.write_bytes(WHOLE[kind][:length] + bytes(zeros))
    if length + zeros < len(WHOLE[kind]):
        with pytest.raises(Doubt):
            look(path)
    else:
        with suppress(Doubt):
            look(path)


@settings(max_examples=50)
@given(data=st.binary(max_size=600))
def test_any_other_file_raises_nothing_but_a_doubt(folder: Path, data: bytes) -> None:
    path = folder / "other.journal"
    path.write_bytes(data)
    with pytest.raises(Doubt):
        look(path)


@settings(max_examples=25)
@given(kind=st.sampled_from(KINDS), flips=FLIPS)
# PRIORITY is called otherwise.
@example(kind="compact", flips=[(38990, 16)])
def test_counts_of_a_damaged_file_are_true_or_journalctls(
    folder: Path, kind: str, flips: list[tuple[int, int]]
) -> None:
    """What journalctl cannot read of an entry (its text) is no reason not to count it."""
    whole, path = folder / "whole.journal", folder / "flipped.journal"
    whole.write_bytes(WHOLE[kind])
    path.write_bytes(damaged(kind, flips))
    counted = JournalIndex(Host(), JournalSource(files=(str(path),))).count(bins=3)
    told = conftest.levels(conftest.tell(path))
    if counted.doubtful:
        # Where it gives up, it may do so earlier in one form than in another.
        assert counted.tally.levels == told or counted.doubtful[0].lost
    else:
        true = conftest.levels(conftest.tell(whole))
        assert counted.tally.levels in (true, told)


@pytest.mark.parametrize("place", [184, 192])
@pytest.mark.parametrize("kind", KINDS)
def test_a_header_that_tells_an_impossible_time(tmp_path: Path, kind: str, place: int) -> None:
    path = tmp_path / "late.journal"
    path.write_bytes(damaged(kind, [(place + 7, 128)]))
    counted = JournalIndex(Host(), JournalSource(files=(str(path),))).count(bins=3)
    assert counted.tally.levels == conftest.levels(conftest.tell(path))
    assert [doubtful.why for doubtful in counted.doubtful] == ["a time that is none"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_becomes_shorter_while_it_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "shorter.journal"
    path.write_bytes(WHOLE[kind])
    with JournalFile(Host(), str(path)) as file:
        path.write_bytes(WHOLE[kind][:100_000])
        with pytest.raises(Doubt):
            times(file, None)


@pytest.mark.parametrize("kind", KINDS)
def test_that_not_all_was_read_is_told_alike_by_lines_and_analysis(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, flips = tmp_path / "flipped.journal", random.Random(1)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    told = []
    for _time in range(4):
        places = [(flips.randrange(4000, len(WHOLE[kind])), 0x41) for _flip in range(60)]
        path.write_bytes(damaged(kind, places))
        for options in ([], ["--analyze"]):
            status = command.run(parser.parse_args([f"journal:{path}", *options]), Host())
            is_said = "Not all of the journal could be read" in capsys.readouterr().err
            assert status == (2 if is_said else 0)
            told.append(status)
    assert told[::2] == told[1::2]
    assert 2 in told
