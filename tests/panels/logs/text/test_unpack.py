"""Compressed logs, made by the libraries that know how; read whole, or as far as they go."""

import bz2
import errno
import fcntl
import gzip
import itertools
import lzma
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import zstandard

from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.piped import Piped
from sysgui.panels.logs.text.unpack import PIECE, Packing, Unpacking, packing_of_file
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
    descriptor = os.open(path, os.O_RDONLY)
    packing = packing_of_file(descriptor)
    if packing is None:
        os.close(descriptor)
        return path.read_bytes(), ""
    unpacking = Unpacking(descriptor, packing)
    fd = unpacking.descriptor()
    try:
        while not unpacking.finished:
            unpacking.go_on(0.001)
        return os.pread(fd, len(TEXT) * 3, 0), unpacking.trouble
    finally:
        os.close(fd)
        unpacking.close()


def begun(path: Path) -> Unpacking:
    descriptor = os.open(path, os.O_RDONLY)
    packing: Packing | None = packing_of_file(descriptor)
    assert packing is not None
    return Unpacking(descriptor, packing)


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


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(TEXT))
    unpacking = begun(path)

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
    unpacking = begun(path)
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


def read(path: Path, older: Sequence[str] = ()) -> tuple[bytes, str]:
    """Returns all that a log says, and what is said of it."""
    followed = Followed(Host(), str(path), older)
    followed.unpack_all()
    text, whole = followed.text, b""
    while len(whole) < text.size:
        whole += text.read(len(whole), 1 << 20)
    return whole, followed.trouble


@pytest.mark.parametrize("name", ["messages-old", "log.1", "log.gz", "log.xz"])
@pytest.mark.parametrize("ending", PACK)
def test_it_is_told_by_what_it_is_and_not_by_its_name(
    tmp_path: Path, ending: str, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(PACK[ending](TEXT))
    assert read(path) == (TEXT, "")
    assert settled(path).lines == len(LINES)
    path.write_bytes(TEXT)
    assert read(path) == (TEXT, "")


@pytest.mark.parametrize(
    "argv",
    [["gzip"], ["bzip2"], ["xz"], ["zstd", "-q"], ["pzstd", "-q"], ["pigz"], ["zopfli", "-c"]],
    ids=lambda argv: argv[0],
)
@pytest.mark.parametrize("text", [TEXT, b""], ids=["lines", "nothing"])
def test_what_the_programs_write_is_recognised(
    tmp_path: Path, argv: Sequence[str], text: bytes
) -> None:
    if shutil.which(argv[0]) is None:
        pytest.skip(f"no {argv[0]}")
    path = tmp_path / "old"
    path.write_bytes(subprocess.run(argv, input=text, capture_output=True, check=True).stdout)
    assert read(path) == (text, "")


def test_a_log_that_is_replaced_by_a_compressed_one_goes_on_with_what_that_says(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n")
    followed = Followed(Host(), str(path))
    path.rename(tmp_path / "away")
    path.write_bytes(gzip.compress(b"two\nthree\n"))
    followed.refresh()
    followed.unpack_all()
    assert followed.text.read(0, 100) + followed.text.read(4, 100) == b"one\ntwo\nthree\n"


def rle(count: int) -> bytes:
    """Returns a frame of zstd with blocks of 128 KiB, each of four bytes: RFC 8878, 3.1.1.2."""
    size, last, repeated = 1 << 17, 1, 1 << 1
    block = (size << 3 | repeated).to_bytes(3, "little") + b"\n"
    return b"\x28\xb5\x2f\xfd\x00\x38" + block * count + bytes((last, 0, 0))


BOMBS = {".zst": rle(16_000), ".bz2": bz2.compress(bytes(45_000_000) * 2),
         ".xz": lzma.compress(bytes(200_000_000), preset=0)}  # fmt: skip


@pytest.mark.parametrize("ending", BOMBS)
def test_what_holds_very_much_is_unpacked_bit_by_bit(tmp_path: Path, ending: str) -> None:
    """Not even a second of it would fit in memory, and somebody waits for the first of it."""
    path = tmp_path / f"log{ending}"
    path.write_bytes(BOMBS[ending])
    assert len(BOMBS[ending]) < PIECE
    unpacking = begun(path)
    fd = unpacking.descriptor()
    sizes = [0]
    while sizes[-1] < 64 << 20:
        unpacking.go_on(0.0)
        sizes.append(os.fstat(fd).st_size)
    os.close(fd)
    unpacking.close()
    assert max(b - a for a, b in itertools.pairwise(sizes)) <= 34 << 20


@pytest.mark.parametrize("ending", BOMBS)
def test_what_holds_very_much_comes_through_a_pipe_bit_by_bit(ending: str) -> None:
    out, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, 1 << 17)
    os.write(into, BOMBS[ending])
    os.close(into)
    piped = Piped(out, time.time)
    sizes = [0]
    while piped.ready and sizes[-1] < 64 << 20:
        piped.refresh()
        sizes.append(piped.text.size)
    os.close(out)
    assert sizes[-1] > 1
    assert max(b - a for a, b in itertools.pairwise(sizes)) <= 34 << 20
