"""How many rows were written when, against counting them one by one."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs import timeline
from sysgui.panels.logs.formats.recognise import form_of
from sysgui.panels.logs.formats.times import Surroundings, Times
from sysgui.panels.logs.formats.zones import SECOND, Zone
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.text.blocks import Text
from sysgui.panels.logs.text.levels import Levels
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import AtLevel, Everything
from sysgui.panels.logs.timeline import TimeCounts, Timeline, together
from sysgui.system.host import Host

from .text.test_blocks import opened

# What a line says of its level, and what that is: 0 to 7, or 8 for none.
SAID = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "hello": 8}

Row = tuple[int, str]


def line(row: Row) -> str:
    when = datetime.fromtimestamp(row[0], UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}Z vm app[1]: {row[1]} something\n"


def counted(rows: list[Row], width: int) -> Counter[tuple[int, int]]:
    return Counter((when // width, SAID[word]) for when, word in rows)


def told(counts: TimeCounts) -> Counter[tuple[int, int]]:
    begin = counts.begin // counts.width
    return +Counter(
        {
            (begin + at, level): n
            for at, one in enumerate(counts.bins)
            for level, n in enumerate(one)
        }
    )


def settled(probe: PageProbe, path: Path, **arguments: object) -> Page:
    while True:
        page = probe.read(source=str(path), times=100, **arguments)  # type: ignore[arg-type]
        if page.settled:
            return page


def counted_through(text: Text) -> Timeline:
    rules = Levels()
    levels = [AtLevel([level], rules) for level in range(8)]
    times = Times(form_of(text), text, Surroundings(Zone(UTC), 0))
    found = Timeline(times, Everything(), levels)
    wanted = {"rows": Everything(), **{str(n): each for n, each in enumerate(levels)}}
    Scan(text, wanted, found.count).go_on(float("inf"))
    return found


near = st.integers(1_795_700_000, 1_795_700_300)
anywhere = st.integers(0, 4_000_000_000)
rows = st.tuples(st.one_of(near, near, near, anywhere), st.sampled_from(sorted(SAID)))


@given(st.lists(rows, min_size=1, max_size=80), st.integers(2, 40), st.integers(2, 30))
def test_each_line_is_counted_once_in_its_bin(written: list[Row], most: int, kept: int) -> None:
    data = "".join(map(line, written)).encode()
    with pytest.MonkeyPatch.context() as patch, opened(data, 256) as text:
        patch.setattr(timeline, "MOST", kept)
        counts = counted_through(text).counts(most)
    begin, end = counts.begin, counts.begin + counts.width * len(counts.bins)
    inside = [row for row in written if begin <= row[0] < end]
    assert told(counts) == counted(inside, counts.width)
    assert counts.outside == len(written) - len(inside) <= 2 * (len(written) >= 10)
    assert len(counts.bins) <= most
    assert any(counts.bins[0]) and any(counts.bins[-1])  # noqa: PT018


@pytest.mark.parametrize(
    ("strays", "outside"),
    [
        ([0], 1),
        ([2_147_483_648], 1),
        ([0, 2_147_483_648], 2),
        ([1_795_700_000 + 300 * 86_400], 0),
        ([0, 1], 0),
    ],
)
def test_one_line_of_another_age_leaves_the_others_their_room(
    strays: list[int], outside: int
) -> None:
    """One that is dated 1970, or 2038; not one of the same year, nor several."""
    others = list(range(1_795_700_000, 1_795_700_100))
    written = [(when, "ERROR") for when in [*strays, *others]]
    with opened("".join(map(line, written)).encode(), 256) as text:
        counts = counted_through(text).counts(100)
    assert counts.outside == outside
    assert (counts.width == 1) == bool(outside)
    assert told(counts).total() + outside == len(written)


@pytest.mark.parametrize(("lines", "outside"), [(9, 0), (10, 1)])
def test_of_ten_lines_one_is_a_stray_and_of_fewer_none(lines: int, outside: int) -> None:
    written = [(0, "ERROR"), *((1_795_700_000 + n, "ERROR") for n in range(lines - 1))]
    with opened("".join(map(line, written)).encode(), 256) as text:
        assert counted_through(text).counts(100).outside == outside


def test_what_has_changed_is_not_counted_until_it_is_looked_at() -> None:
    written = [(1_795_700_000 + n, "ERROR") for n in range(20)]
    with opened("".join(map(line, written)).encode(), 256) as text:
        found = counted_through(text)
    assert found.forget_from(1)
    before = [row for n, row in enumerate(written) if n * len(line(row)) < 256]
    assert told(found.counts(100)) == counted(before, 1)


@pytest.mark.parametrize(
    ("seconds", "begin"), [(0, 600), (29, 600), (31, 660), (-29, 600), (-31, 540), (3600, 4200)]
)
def test_a_clock_that_is_set_right_moves_bins_as_a_whole(seconds: int, begin: int) -> None:
    bins = [[0, 0, 0, 2, 0, 0, 0, 0, 1], [0] * 9, [0, 0, 0, 0, 0, 0, 0, 0, 5]]
    moved = together([(TimeCounts(600, 60, bins, outside=3), seconds * SECOND)], 40)
    assert moved == TimeCounts(begin, 60, bins, outside=3)


def test_what_lies_in_one_bin_of_several_logs_is_added_up() -> None:
    first, second = [[1] * 9, [2] * 9], [[10] * 9]
    several = [(TimeCounts(0, 60, first), 0), (TimeCounts(60, 60, second, outside=1), 0)]
    assert together(several, 40) == TimeCounts(0, 60, [[1] * 9, [12] * 9], outside=1)
    later = (TimeCounts(120, 60, second), 0)
    # Three of a minute are too many: the next width is of five.
    assert together([several[0], later], 2) == TimeCounts(0, 300, [[13] * 9])
    assert together([(TimeCounts(0, 1, []), 0)], 40).bins == []


def test_every_width_is_a_multiple_of_the_one_before() -> None:
    assert all(
        wider % width == 0
        for width, wider in zip(timeline.WIDTHS, timeline.WIDTHS[1:], strict=False)
    )


WRITTEN = [(1_795_700_000 + n // 7, "ERROR" if n % 50 == 3 else "hello") for n in range(60_000)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(map(line, WRITTEN)))
    return path


def test_the_rows_of_a_query_are_counted(log: Path) -> None:
    probe = PageProbe(Host())
    counts = settled(probe, log).timeline
    assert told(counts) == counted(WRITTEN, counts.width)
    assert counts.width == 300
    begin, end = 1_795_700_000 + 60, 1_795_700_000 + 120
    page = settled(probe, log, query=f"level<=err since:@{begin} until:@{end}")
    errors = [(when, word) for when, word in WRITTEN if word == "ERROR" and begin <= when <= end]
    assert told(page.timeline) == counted(errors, page.timeline.width)
    assert page.timeline.width == 1


@pytest.mark.parametrize("apart", [1, 8])
def test_a_log_that_grows_is_counted_on(
    log: Path, monkeypatch: pytest.MonkeyPatch, apart: int
) -> None:
    monkeypatch.setattr(timeline, "APART", apart)
    probe = PageProbe(Host())
    settled(probe, log)
    more = [(1_795_709_000 + n, "WARNING") for n in range(30)]
    with log.open("a") as file:
        file.writelines(map(line, more))
    counts = settled(probe, log).timeline
    assert told(counts) == counted(WRITTEN + more, counts.width)


def test_a_log_that_has_changed_before_its_end_is_counted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "APART", 1)
    older, path = tmp_path / "app.log.1", tmp_path / "app.log"
    # Two blocks, of which the second changes as soon as what comes after it is counted.
    older.write_text("".join(map(line, WRITTEN[:40_000])))
    path.write_text("".join(map(line, WRITTEN[40_000:])))
    os.utime(older, (1, 1))
    probe = PageProbe(Host())
    settled(probe, path, older=True)
    with older.open("a") as file:
        file.write(line(WRITTEN[0]))
    counts = settled(probe, path, older=True).timeline
    assert told(counts) == counted([*WRITTEN, WRITTEN[0]], counts.width)


def test_where_no_time_is_known_there_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_text("hello\n" * 50)
    assert settled(PageProbe(Host()), path).timeline.bins == []
