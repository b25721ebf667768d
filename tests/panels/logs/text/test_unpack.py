"""Compressed logs, made by the libraries that know how; read whole, or as far as they go."""

import bz2
import errno
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.unpack import Unpacking
from sysgui.system.host import Host

PACK: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
}

LINES = [f"Nov 27 08:00:00 vm app[{number}]: line {number * 7919}" for number in range(20_000)]
TEXT = "".join(f"{line}\n" for line in LINES).encode()


def unpacked(path: Path) -> tuple[bytes, str]:
    """Returns all that can be unpacked, and what is said of it."""
    unpacking = Unpacking(Host(), str(path))
    fd = unpacking.descriptor()
    try:
        while not unpacking.finished:
            unpacking.go_on(0.001)
        return os.pread(fd, len(TEXT) * 3, 0), unpacking.trouble
    finally:
        os.close(fd)
        unpacking.close()


@pytest.mark.parametrize("ending", PACK)
def test_all_of_it_is_there(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    path.write_bytes(PACK[ending](TEXT))
    assert unpacked(path) == (TEXT, "")


@pytest.mark.parametrize("ending", PACK)
def test_several_streams_are_one_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    path.write_bytes(PACK[ending](TEXT) + PACK[ending](b"more\n"))
    assert unpacked(path) == (TEXT + b"more\n", "")


@pytest.mark.parametrize("ending", PACK)
@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_of_a_file_that_was_cut_comes_what_there_is(
    tmp_path: Path, ending: str, part: float
) -> None:
    path = tmp_path / f"log{ending}"
    packed = PACK[ending](TEXT)
    path.write_bytes(packed[: round(len(packed) * part)])
    found, trouble = unpacked(path)
    assert TEXT.startswith(found)
    assert bool(trouble) == (part > 0)


@pytest.mark.parametrize("ending", PACK)
def test_damage_is_said(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    packed = bytearray(PACK[ending](TEXT))
    packed[len(packed) // 2] ^= 0xFF
    packed[:0] = b""
    path.write_bytes(packed)
    found, trouble = unpacked(path)
    assert trouble or found != TEXT
    path.write_bytes(b"no such thing")
    assert unpacked(path)[1]


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(TEXT))
    unpacking = Unpacking(Host(), str(path))

    class Full:
        def write(self, _data: bytes) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self) -> None:
            pass

    unpacking._out.close()
    monkeypatch.setattr(unpacking, "_out", Full())
    unpacking.go_on(1e9)
    assert unpacking.finished
    assert os.strerror(errno.ENOSPC) in unpacking.trouble
    unpacking.close()


def test_nothing_is_left_of_it_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(TEXT))
    unpacking = Unpacking(Host(), str(path))
    unpacking.go_on(1e9)
    assert list((tmp_path / "temporary").iterdir()) == []
    unpacking.close()


def settled(path: Path) -> Page:
    probe = PageProbe(Host())
    while not (page := probe.read(source=str(path), query="re:9\\b", row=0, count=9)).settled:
        pass
    return page


@pytest.mark.parametrize("ending", PACK)
def test_it_is_searched_as_any_log_is(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    path.write_bytes(PACK[ending](TEXT))
    page = settled(path)
    found = [(n, line) for n, line in enumerate(LINES, 1) if line.endswith("9") or "9]" in line]
    assert (page.lines, page.rows) == (len(LINES), len(found))
    assert [(line.number, line.text) for line in page.shown] == found[:9]


def test_a_set_of_rotated_files_is_one_log(tmp_path: Path) -> None:
    pieces = [TEXT[:300_000], TEXT[300_000:500_000], TEXT[500_000:900_000], TEXT[900_000:]]
    for number, ending, piece in zip((3, 2, 1), (".gz", ".zst", ""), pieces, strict=False):
        data = PACK[ending](piece) if ending else piece
        (tmp_path / f"log.{number}{ending}").write_bytes(data)
    (tmp_path / "log").write_bytes(pieces[3])
    older = [str(tmp_path / name) for name in ("log.3.gz", "log.2.zst", "log.1")]
    followed = Followed(Host(), str(tmp_path / "log"), older)
    while not followed.unpacked:
        followed.unpack(0.001)
        followed.refresh()
    followed.refresh()
    text = followed.text
    assert text.size == len(TEXT)
    whole, offset = b"", 0
    while offset < text.size:
        piece = text.read(offset, 1 << 20)
        whole, offset = whole + piece, offset + len(piece)
    assert whole == TEXT
