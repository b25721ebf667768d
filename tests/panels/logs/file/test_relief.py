"""A log in small, against where its lines are."""

from pathlib import Path

import pytest

from sysgui.panels.logs.asked import Wish
from sysgui.panels.logs.file import relief
from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.file.relief import NO_LEVEL, NO_LINE
from sysgui.panels.logs.query import condition_of
from sysgui.system.host import Host

PARTS = 40

# In a log of two blocks and more; one line is one of 20,000.
ERRORS, WARNINGS, HITS = (50, 7_300, 19_990), (7_301, 12_345), (0, 9_999, 19_995)


def text(row: int, *, hit: bool) -> str:
    word = "ERROR" if row in ERRORS else "WARNING" if row in WARNINGS else "fine"
    return f"{word} {row} {'needle' if hit else ''} {'.' * 110}"


def opened(tmp_path: Path) -> OpenLog:
    path = tmp_path / "log"
    path.write_text("".join(f"{text(row, hit=row in HITS)}\n" for row in range(20_000)))
    made = OpenLog(Host(), str(path))
    made.want(Wish(search=condition_of("needle")))
    return made


def strip(log: OpenLog) -> list[tuple[int, int]]:
    log.refresh()
    while not log.settled:
        log.go_on(1.0)
    return log.strip(PARTS)


def expected(rows: int) -> list[tuple[int, int]]:
    worst, hits = [NO_LEVEL] * PARTS, [0] * PARTS
    for level, marked in ((4, WARNINGS), (3, ERRORS)):
        for row in marked:
            worst[row * PARTS // rows] = level
    for row in HITS:
        hits[row * PARTS // rows] += 1
    return list(zip(worst, hits, strict=True))


def test_each_part_has_what_is_in_it_however_few_blocks_there_are(tmp_path: Path) -> None:
    log = opened(tmp_path)
    assert strip(log) == expected(20_000)


def test_what_comes_later_moves_the_rest(tmp_path: Path) -> None:
    log = opened(tmp_path)
    strip(log)
    with Path(log.path).open("a") as file:
        file.write("fine\n" * 5_000)
    assert strip(log) == expected(25_000)


def test_of_a_large_log_each_block_is_in_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(tmp_path)
    monkeypatch.setattr(relief, "BLOCKS", 1)
    found = strip(log)
    assert sum(hits for _worst, hits in found) == len(HITS)
    assert [worst for worst, _hits in found].count(3) == 3
    assert NO_LINE in [worst for worst, _hits in found]


def test_nothing_is_known_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert strip(OpenLog(Host(), str(tmp_path / "empty"))) == []
