"""A large log that is opened again: what was saved counts only for the same bytes."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sysgui.panels.logs.file import saved
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.text.blocks import BLOCK
from sysgui.panels.logs.text.scan import Scan
from sysgui.system.host import Host

LINE = "2026-11-{:02}T08:{:02}:00 vm app[1]: {} {:08}{}\n"
WORDS = "INFO", "WARNING", "ERROR", "plain"


def lines(begin: int, count: int) -> bytes:
    return "".join(
        LINE.format(
            n // 60_000 % 28 + 1, n // 1000 % 60, WORDS[n * n % 7 % 4], n, "x" * (n * n % 701)
        )
        for n in range(begin, begin + count)
    ).encode()


@pytest.fixture(scope="module")
def written() -> bytes:
    return lines(0, 120_000)


@pytest.fixture
def log(tmp_path: Path, written: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(saved, "LARGE", 4)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "app.log"
    path.write_bytes(written)
    assert len(written) > 20 * BLOCK
    return path


class Opened:
    """A log that was looked through to its end.

    Attributes:
        page: What is known then.
        looked_through: In how many blocks it was looked for levels.
    """

    def __init__(self, path: Path) -> None:
        self.looked_through = 0
        count = Scan.sight

        def sight(scan: Scan, number: int) -> object:
            self.looked_through += 1
            return count(scan, number)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Scan, "sight", sight)
            probe = PageProbe(Host())
            page = probe.read(source=str(path), seconds=1.0, bins=50, times=40)
            while not page.settled:
                page = probe.read(source=str(path), seconds=1.0, bins=50, times=40)
        self.page = page
        probe.close()


def told(page: Page) -> tuple[object, ...]:
    return page.lines, page.rows, page.levels, page.strip, page.timeline, page.shown[-1]


def uncached(path: Path, tmp_path: Path) -> Page:
    """Returns what is told of a copy, of which nothing is known."""
    copy = tmp_path / "copy.log"
    copy.write_bytes(path.read_bytes())
    return Opened(copy).page


def test_it_is_not_looked_through_again(log: Path, written: bytes) -> None:
    first, again = Opened(log), Opened(log)
    assert told(again.page) == told(first.page)
    assert first.page.lines == written.count(b"\n")
    assert first.page.levels[3] == written.count(b": ERROR ")
    assert first.looked_through > len(written) // BLOCK
    assert again.looked_through < 20


def test_what_has_come_since_is_counted(log: Path, tmp_path: Path) -> None:
    Opened(log)
    with log.open("ab") as file:
        file.write(lines(120_000, 20_000))
    again = Opened(log)
    assert told(again.page) == told(uncached(log, tmp_path))
    assert again.looked_through < 40 < Opened(tmp_path / "copy.log").looked_through + 40


def changed_at(place: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        about = path.stat()
        with path.open("r+b") as file:
            file.seek(place)
            file.write(b"\n\n\n")
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + 1))

    return change


def rewritten(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"ERROR", b"error"))


def cut(path: Path) -> None:
    os.truncate(path, 9 * BLOCK)


def replaced(path: Path) -> None:
    """By a longer file, that has the same inode for all we know."""
    path.write_bytes(lines(7, 150_000))


@pytest.mark.parametrize("change", [changed_at(0), changed_at(5 * BLOCK), rewritten, cut, replaced])
def test_another_file_is_looked_through(
    log: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    Opened(log)
    change(log)
    assert told(Opened(log).page) == told(uncached(log, tmp_path))


@pytest.mark.parametrize("damage", [b"", b"x", b"\0" * 5000])
def test_what_is_damaged_is_ignored_and_written_anew(log: Path, damage: bytes) -> None:
    first = Opened(log)
    (file,) = (log.parent / "cache" / "sysgui" / "logs").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage or whole[:-1] + b"\xff")
    again = Opened(log)
    assert told(again.page) == told(first.page)
    assert again.looked_through > 20
    assert file.read_bytes() == whole


def test_another_zone_tells_other_times(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    first = Opened(log)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert Opened(log).page.timeline.begin == first.page.timeline.begin - 9 * 3600


def test_without_a_place_to_save_it_is_read_all_the_same(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Opened(log)
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/full/nowhere")
    assert told(Opened(log).page) == told(first.page)
