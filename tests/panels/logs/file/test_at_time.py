"""The first line of a time, against looking at every line."""

import datetime as dt
import random
from pathlib import Path

import pytest

from sysgui.panels.logs.file.at_time import first_at
from sysgui.panels.logs.file.understood import Understood
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import TIME
from sysgui.panels.logs.text.follow import Followed
from sysgui.system.host import Host

BEGIN = dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC)
SECOND = 1_000_000


def microseconds(second: float) -> int:
    return round((BEGIN.timestamp() + second) * SECOND)


def written(seconds: list[int], filler: str = "") -> list[str]:
    return [
        f"{BEGIN + dt.timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ} app: no {n} {filler}\n"
        for n, second in enumerate(seconds)
    ]


def found(path: Path, time: int) -> int | None:
    followed = Followed(Host(), str(path))
    return first_at(followed.text, Understood(Host(), followed).times, time)


@pytest.mark.parametrize("jitter", [0, 1, 90])
def test_it_is_the_first_of_all_lines_that_is_as_late(tmp_path: Path, jitter: int) -> None:
    chance = random.Random(jitter)
    # Three blocks and more; written by several programs, none of which is far behind.
    seconds = [n + chance.randint(-jitter, 0) for n in range(30_000)]
    lines = written(seconds, "x" * 90)
    path = tmp_path / "log"
    path.write_text("".join(lines))
    for second in (-5, 0, 1, 777, 12_345, 29_998 - jitter):
        first = next(n for n, at in enumerate(seconds) if at >= second)
        assert found(path, microseconds(second)) == sum(map(len, lines[:first]))
    assert found(path, microseconds(30_001)) == path.stat().st_size


def test_a_line_that_is_longer_than_blocks_is_in_the_way_of_nothing(tmp_path: Path) -> None:
    lines = [*written(list(range(100))), "y" * (5 << 20) + "\n", *written(list(range(100, 200)))]
    path = tmp_path / "log"
    path.write_text("".join(lines))
    for second in (50, 150):
        expected = sum(map(len, lines[: second + (second >= 100)]))
        assert found(path, microseconds(second)) == expected


def test_what_tells_no_time_has_none(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("just\nwords\n")
    assert found(path, 0) is None
    path.write_text("")
    assert found(path, 0) is None


def test_the_row_is_that_of_what_a_query_lets_through(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(written(list(range(100)))))
    probe = PageProbe(Host())

    def sought(query: str, second: float) -> tuple[int, int] | None:
        page: Page | None = None
        while page is None or not page.settled:
            page = probe.read(str(path), query, seek=(TIME, microseconds(second), False))
        return page.sought

    assert sought("", 41.5) == (42, 0)
    # no 5, no 15, no 25 …
    assert sought(r're:"no \d?5 "', 16) == (2, 0)
    assert sought("", 1000) == (99, 0)
