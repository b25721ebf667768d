"""Lines of a text in blocks, against what splitting the whole of it says."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.text.blocks import Text
from sysgui.panels.logs.text.counts import Counts

TEXTS = st.lists(st.sampled_from([b"\n", b"\n\n", b"a", b"bcd", b"\xff\r", b"e" * 40]), max_size=60)


@contextmanager
def opened(data: bytes, block: int = 16) -> Iterator[Text]:
    """Opens bytes as a text with small blocks."""
    fd = os.memfd_create("text")
    os.write(fd, data)
    text = Text(fd, len(data), block)
    try:
        yield text
    finally:
        text.close()


def lines_of(data: bytes) -> list[bytes]:
    """Splits as POSIX defines lines: a last one may lack its newline."""
    return [line for line in data.replace(b"\n", b"\n\0").split(b"\0") if line]


def starts_of(data: bytes) -> list[int]:
    """Returns where the lines start."""
    starts, place = [], 0
    for line in lines_of(data):
        starts.append(place)
        place += len(line)
    return starts


@given(TEXTS.map(b"".join))
@example(b"")
@example(b"\n")
@example(b"x" * 16 + b"\n")
@example(b"x" * 15 + b"\n" + b"y" * 16)
def test_each_line_lies_in_the_block_in_which_it_starts(data: bytes) -> None:
    with opened(data) as text:
        found = []
        for number in range(len(text)):
            block = text.block(number)
            here = (block.starts + block.offset).tolist()
            assert all(start // 16 == number for start in here)
            assert text.lines_in(number) == len(here)
            found += here
        assert found == starts_of(data)


@given(TEXTS.map(b"".join))
def test_a_block_ends_where_its_last_line_does(data: bytes) -> None:
    ends = {
        start: start + len(line)
        for start, line in zip(starts_of(data), lines_of(data), strict=True)
    }
    with opened(data) as text:
        for number in range(len(text)):
            block = text.block(number)
            if len(block.starts):
                assert block.end == ends[block.offset + int(block.starts[-1])]
                held = bytes(block.data) if block.whole else bytes(block.data[:-1])
                assert data[block.offset :].startswith(held)


@given(st.binary(min_size=100, max_size=900))
def test_what_a_long_line_lacks_is_read_in_pieces_that_leave_no_gap(data: bytes) -> None:
    line = data.replace(b"\n", b"_")
    with opened(line + b"\nnext\n") as text:
        block = text.block(0)
        held, reached = bytes(block.data), len(block.data)
        for piece in text.rest(block):
            assert len(piece) <= 17 + 16
            place = line.find(piece.removesuffix(b"\n"), max(0, reached - 1), len(line))
            assert place >= 0
            held = held[:place] + piece
            reached = len(held)
        assert held == line + b"\n"


@given(TEXTS.map(b"".join), st.integers(0, 80))
def test_the_line_of_a_place_is_found_by_looking_back(data: bytes, place: int) -> None:
    with opened(data) as text:
        for number in range(len(text)):
            block = text.block(number)
            if place < len(block.data):
                at = block.offset + place
                expected = max(start for start in starts_of(data) if start <= at)
                assert block.starts_of([place]) == [expected - block.offset]


def test_a_file_that_shrinks_while_it_is_read_gives_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\nthree\n" * 10)
    text = Text(os.open(path, os.O_RDWR), 140, 16)
    os.truncate(path, 20)
    assert bytes(text.block(0).data)
    assert not len(text.block(5).data)
    assert text.lines_in(5) == 0
    text.close()


@given(st.lists(st.integers(0, 5), max_size=200))
def test_a_row_lies_where_the_sum_of_the_blocks_before_says(numbers: list[int]) -> None:
    counts = Counts()
    for number in numbers:
        counts.append(number)
    rows = [(block, place) for block, number in enumerate(numbers) for place in range(number)]
    assert counts.total == len(rows)
    assert [counts.locate(row) for row in range(counts.total)] == rows
    for row in (-1, counts.total):
        with pytest.raises(IndexError):
            counts.locate(row)


@given(st.lists(st.integers(0, 5), max_size=200), st.integers(0, 220))
def test_what_was_cut_is_counted_anew(numbers: list[int], known: int) -> None:
    counts = Counts()
    for number in numbers:
        counts.append(number)
    counts.cut(known)
    counts.append(7)
    assert counts.numbers.tolist() == [*numbers[:known], 7]
    assert counts.before(min(known, len(numbers))) == sum(numbers[:known])
