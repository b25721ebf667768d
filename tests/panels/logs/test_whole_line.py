"""All of a line in a file, against the bytes that were written."""

import errno
import os
from pathlib import Path

import pytest

from sysgui.panels.logs.page import Page, PageProbe
from sysgui.system.host import Host
from sysgui.system.problem import Problem

LONG = b"begin " + bytes(range(0x20, 0x7F)) * 60_000 + b" end"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(b"short\r\n" + LONG + b"\nno newline")
    return path


def saved(log: Path, row: int, to: Path, **more: object) -> Page:
    probe = PageProbe(Host())
    while not probe.read(str(log)).settled:
        pass
    return probe.read(str(log), row=row, count=1, cut=0, save=str(to), **more)


@pytest.mark.parametrize(
    ("row", "line"), [(0, b"short\r\n"), (1, LONG + b"\n"), (2, b"no newline")]
)
def test_it_is_what_stands_in_the_log(log: Path, tmp_path: Path, row: int, line: bytes) -> None:
    to = tmp_path / "out"
    assert saved(log, row, to).saved == len(line)
    assert to.read_bytes() == line


def test_where_nothing_can_be_written_that_is_said(log: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be written"):
        saved(log, 0, tmp_path / "absent/out")


def test_where_there_is_no_room_what_was_there_stays(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    to = tmp_path / "out"
    to.write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Problem, match="No space left"):
            saved(log, 1, to)
    assert to.read_text() == "old"
    assert saved(log, 1, to).saved == to.stat().st_size


def test_nothing_is_written_unless_asked_for(log: Path) -> None:
    assert PageProbe(Host()).read(str(log)).saved == -1
