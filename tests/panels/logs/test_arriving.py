"""A log and what was rotated away from it, as the helper's own operation sends them."""

import gzip
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.helper.grammar import quoted
from sysgui.helper.operations import file
from sysgui.panels.logs.arriving import Arriving
from sysgui.panels.logs.text.unpack import DamagedError


class Helper:
    """What the helper does for several files, one look at a time."""

    def __init__(self, paths: list[Path]) -> None:
        self.targets = ["".join(f"/{quoted(os.fsencode(name))}" for name in path.parts[1:])
                        for path in paths]  # fmt: skip
        self._tails = [file.Tail(target, 0) for target in self.targets]

    def read(self) -> Iterator[Mapping[str, Any]]:
        for tail in self._tails:
            yield from tail.read(file.ALL)

    def follow(self) -> Iterator[Mapping[str, Any]]:
        for tail in self._tails:
            yield from tail.follow()

    def close(self) -> None:
        for tail in self._tails:
            tail.close()


@pytest.fixture(autouse=True)
def _beneath_any_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "ROOTS", (tempfile.gettempdir(),))
    monkeypatch.setattr(file, "PIECE", 3)


def take(arriving: Arriving, frames: Iterator[Mapping[str, Any]]) -> None:
    for facts in frames:
        arriving.take(facts)


def lines_of(data: bytes) -> list[bytes]:
    return data.removesuffix(b"\n").split(b"\n") if data else []


@given(files=st.lists(st.tuples(st.text("a\n").map(str.encode), st.booleans()), min_size=1))
def test_all_lines_come_in_order_each_as_one_of_its_own(files: list[tuple[bytes, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as out:
        paths = [Path(folder, f"log.{number}") for number in range(len(files))]
        for path, (data, packed) in zip(paths, files, strict=True):
            path.write_bytes(gzip.compress(data) if packed else data)
        helper = Helper(paths)
        arriving = Arriving(out, helper.targets, follows=False)
        take(arriving, helper.read())
        arriving.end()
        helper.close()
        out.seek(0)
        assert lines_of(out.read()) == [line for data, _packed in files for line in lines_of(data)]


def test_what_is_rotated_while_it_is_followed_comes_once(tmp_path: Path) -> None:
    log, first, second = (tmp_path / name for name in ("log", "log.1", "log.2"))
    second.write_text("one\n")
    first.write_text("two\n")
    log.write_text("three\n")
    helper = Helper([second, first, log])
    with tempfile.TemporaryFile() as out:
        arriving = Arriving(out, helper.targets, follows=True)
        take(arriving, helper.read())
        # Its writer has not heard of the rotation that made it an older one.
        with first.open("a") as late:
            late.write("two and a half\n")
        take(arriving, helper.follow())
        first.replace(second)
        log.replace(first)
        log.write_text("four\n")
        take(arriving, helper.follow())
        with log.open("a") as growing:
            growing.write("five\n")
        take(arriving, helper.follow())
        out.seek(0)
        said = out.read().decode().splitlines()
    helper.close()
    assert said == ["one", "two", "three", "two and a half", "four", "five"]


@pytest.mark.parametrize("follows", [True, False])
def test_of_a_damaged_one_the_rest_is_missing_and_that_is_said(
    tmp_path: Path, follows: bool
) -> None:
    older, log = tmp_path / "log.1", tmp_path / "log"
    older.write_bytes(gzip.compress(os.urandom(1000))[:500])
    log.write_text("last\n")
    helper = Helper([older, log])
    with tempfile.TemporaryFile() as out:
        arriving = Arriving(out, helper.targets, follows=follows)
        take(arriving, helper.read())
        arriving.end()
        (problem,) = arriving.spoilt()
        assert "too early" in problem.message
        assert "log.1" in problem.hint
        assert not list(arriving.spoilt())
        assert not arriving.is_over
        out.seek(0)
        assert out.read().endswith(b"last\n")
    helper.close()


def test_of_a_damaged_log_itself_that_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(gzip.compress(b"some lines\n")[:-4])
    helper = Helper([log])
    with tempfile.TemporaryFile() as out:
        arriving = Arriving(out, helper.targets, follows=False)
        take(arriving, helper.read())
        with pytest.raises(DamagedError):
            arriving.end()
    helper.close()
