"""A log that is rotated while it is read: each line is there, once, whatever way it was rotated."""

import gzip
import itertools
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.text.follow import MOST_PARTS, Followed
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import Everything
from sysgui.system.host import Host
from sysgui.system.problem import Problem


def lines(followed: Followed) -> list[bytes]:
    """Reads all lines, block by block."""
    text, found = followed.text, []
    for number in range(len(text)):
        block = text.block(number)
        for start in block.starts.tolist():
            offset = block.offset + start
            found.append(text.read(offset, text.line_end(offset) - offset).rstrip(b"\n"))
    return found


class Writer:
    """A program that writes a log, and what rotates it.

    Args:
        path: The log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path.open("ab", buffering=0)
        self.written: list[bytes] = []

    def write(self, count: int) -> None:
        for _each in range(count):
            line = b"line %d" % len(self.written)
            self.written.append(line)
            self.file.write(line + b"\n")

    def _older(self) -> None:
        for number, ending in itertools.product(range(9, 0, -1), ("", ".gz")):
            old = self.path.with_name(f"{self.path.name}.{number}{ending}")
            if old.exists():
                old.rename(self.path.with_name(f"{self.path.name}.{number + 1}{ending}"))

    def rename(self) -> None:
        """Rotates as logrotate does with `create`: the old file is written to for a while."""
        self._older()
        self.path.rename(self.path.with_name(f"{self.path.name}.1"))
        self.path.touch()
        self.write(3)
        self.file.close()
        self.file = self.path.open("ab", buffering=0)

    def copytruncate(self) -> None:
        self._older()
        shutil.copyfile(self.path, self.path.with_name(f"{self.path.name}.1"))
        os.truncate(self.path, 0)

    def reopen(self) -> None:
        self.file.close()
        self.file = self.path.open("ab", buffering=0)

    def recreate(self) -> None:
        self.file.close()
        self.path.unlink()
        self.file = self.path.open("ab", buffering=0)


WAYS: dict[str, Callable[[Writer], None]] = {
    "rename": Writer.rename,
    "copytruncate": Writer.copytruncate,
    "recreate": Writer.recreate,
}


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "app.log")
    writer.write(50)
    yield writer
    writer.file.close()


def follow(writer: Writer) -> Followed:
    return Followed(Host(), str(writer.path), block=64)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("after", [0, 1, 200])
def test_nothing_is_lost_and_nothing_comes_twice(writer: Writer, way: str, after: int) -> None:
    followed = follow(writer)
    for _turn in range(5):
        WAYS[way](writer)
        writer.write(after)
        followed.refresh()
        writer.write(7)
        followed.refresh()
    followed.refresh()
    assert lines(followed) == writer.written
    assert followed.epoch == 0


def compress(writer: Writer) -> None:
    """Compresses the youngest that was rotated away, as gzip(1) does."""
    old = writer.path.with_name(f"{writer.path.name}.1")
    about = old.stat()
    packed = old.with_name(f"{old.name}.gz")
    packed.write_bytes(gzip.compress(old.read_bytes()))
    os.utime(packed, ns=(about.st_atime_ns, about.st_mtime_ns))
    old.unlink()


@pytest.mark.parametrize("ways", list(itertools.product(["rename", "copytruncate"], repeat=3)))
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("begun", [0, 50])
def test_what_is_rotated_several_times_between_two_looks(
    tmp_path: Path, ways: tuple[str, ...], packed: bool, begun: int
) -> None:
    writer = Writer(tmp_path / "app.log")
    writer.write(begun)
    followed = follow(writer)
    for _turn in range(2):
        for way in ways:
            writer.write(5)
            WAYS[way](writer)
            if packed:
                compress(writer)
        writer.write(5)
        followed.refresh()
        assert lines(followed) == writer.written
    assert followed.epoch == 0
    writer.file.close()


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*WAYS, "write", "write", "look"]), max_size=25), st.integers())
def test_whatever_happens_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    writer = Writer(tmp_path_factory.mktemp("log") / "app.log")
    writer.write(5)
    followed = follow(writer)
    for step in steps:
        if step == "write":
            writer.write(chance.randrange(1, 40))
        elif step in WAYS:
            if step == "recreate":
                followed.refresh()  # What nobody has opened goes with its name.
            WAYS[step](writer)
        followed.refresh()
    followed.refresh()
    try:
        assert lines(followed) == writer.written
    finally:
        writer.file.close()


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("before", "packed", "after"),
    [
        ("app.log.1", "app.log.2.gz", "app.log.1"),
        # As the kubelet does: the one before is compressed when the next is rotated away.
        ("app.log.20261126-101112", "app.log.20261126-101112.gz", "app.log.20261127-101112"),
    ],
)
def test_what_was_rotated_away_long_ago_does_not_come_again_when_it_is_compressed(
    writer: Writer, before: str, packed: str, after: str, late: bool
) -> None:
    folder = writer.path.parent
    (folder / before).write_bytes(b"of the day before\n" * 20)
    os.utime(folder / before, (1.7e9, 1.7e9))
    followed = follow(writer)
    (folder / packed).write_bytes(gzip.compress((folder / before).read_bytes()))
    (folder / before).unlink()
    writer.path.rename(folder / after)
    if late:
        writer.write(1)
    writer.reopen()
    writer.write(3)
    followed.refresh()
    assert lines(followed) == writer.written


def test_counts_follow_what_changes(writer: Writer) -> None:
    followed = follow(writer)
    scan = Scan(followed.text, {"rows": Everything()})
    scan.go_on(1e9)
    for way in (*WAYS, *WAYS):
        WAYS[way](writer)
        writer.write(11)
        while (changed := followed.refresh()) is not None:
            scan.forget_from(changed)
            scan.go_on(1e9)
        assert scan.counts["rows"].total == len(writer.written)


def test_a_line_that_goes_on_is_one(writer: Writer) -> None:
    followed = follow(writer)
    writer.file.write(b"begun")
    followed.refresh()
    assert lines(followed) == [*writer.written, b"begun"]
    writer.file.write(b" and ended\n")
    changed = followed.refresh()
    assert lines(followed) == [*writer.written, b"begun and ended"]
    assert changed is not None


def test_what_was_cut_without_a_copy_is_another_log(writer: Writer) -> None:
    followed = follow(writer)
    os.truncate(writer.path, 0)
    writer.write(2)
    followed.refresh()
    assert lines(followed) == writer.written[-2:]
    assert followed.epoch == 1


def test_a_cut_is_seen_also_when_more_was_written_than_before(writer: Writer) -> None:
    followed = follow(writer)
    writer.copytruncate()
    writer.write(500)
    followed.refresh()
    assert lines(followed) == writer.written


def test_an_editor_that_writes_the_file_anew_doubles_nothing(writer: Writer) -> None:
    followed = follow(writer)
    new = writer.path.with_name("new")
    new.write_bytes(writer.path.read_bytes() + b"more\n")
    new.rename(writer.path)
    followed.refresh()
    assert lines(followed) == [*writer.written, b"more"]


def test_while_nobody_has_made_the_new_one_the_old_is_read(writer: Writer) -> None:
    followed = follow(writer)
    writer.path.unlink()
    assert followed.refresh() is None
    writer.write(3)
    followed.refresh()
    assert lines(followed) == writer.written


def test_a_new_one_that_may_not_be_read_is_said(writer: Writer, tmp_path: Path) -> None:
    followed = follow(writer)
    writer.path.unlink()
    writer.path.mkdir()
    with pytest.raises(Problem) as refused:
        followed.refresh()
    assert refused.value.code == "not-a-file"
    assert lines(followed) == writer.written


def test_the_oldest_is_let_go_when_there_are_too_many(writer: Writer) -> None:
    followed = follow(writer)
    for _turn in range(MOST_PARTS + 3):
        writer.recreate()
        writer.write(1)
        followed.refresh()
    assert len(followed.text.parts) <= MOST_PARTS
    assert lines(followed) == writer.written[-MOST_PARTS:]
    assert followed.epoch > 0
