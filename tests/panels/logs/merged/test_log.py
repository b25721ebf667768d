"""Several logs as one, against a merge of plain Python that knows the time of each line."""

import datetime as dt
import functools
import gzip
import heapq
import os
import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.file import opened
from sysgui.panels.logs.merged.log import MergedLog
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import ERRORS, HITS, LINE, NUMBER
from sysgui.panels.logs.text.follow import Followed
from sysgui.system.host import Host
from sysgui.system.problem import Problem

BEGIN = 1_795_766_400_000_000  # date -ud "2026-11-27 08:00" +%s, in microseconds
SECOND = 1_000_000


class Said(NamedTuple):
    """A line, and when it was written, in microseconds since `BEGIN`; None if it does not say."""

    time: int | None
    text: str

    @property
    def line(self) -> str:
        if self.time is None:
            return f"    {self.text}"
        moment = dt.datetime.fromtimestamp(BEGIN // SECOND, dt.UTC)
        moment += dt.timedelta(microseconds=self.time)
        return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z vm app[1]: {self.text}"


Log = Sequence[Said]


class Expected(NamedTuple):
    """A line where it is expected."""

    key: int
    member: int
    order: int
    text: str


def keyed(log: Log, member: int, offset: int) -> Iterator[Expected]:
    """Yields lines with the latest time up to each; what comes before the first has that."""
    first = next(said.time for said in log if said.time is not None)
    times = accumulate((first if said.time is None else said.time for said in log), max)
    for order, (time, said) in enumerate(zip(times, log, strict=True)):
        yield Expected(time + offset, member, order, said.line)


def merged(logs: Sequence[Log], offsets: Sequence[int]) -> list[Expected]:
    each = (keyed(log, n, at) for n, (log, at) in enumerate(zip(logs, offsets, strict=True)))
    return list(heapq.merge(*each))


def write(path: Path, log: Log) -> None:
    path.write_text("".join(f"{said.line}\n" for said in log))
    # It is no younger than its lines, whatever the clock of this machine says.
    os.utime(path, (BEGIN // SECOND + 3600,) * 2)


def settled(probe: PageProbe, sources: Sequence[Source], **arguments: object) -> Page:
    """Asks until all have been looked through."""
    while True:
        page = probe.read(source=name_of(sources), **arguments)  # type: ignore[arg-type]
        if page.settled:
            return page


def shown(page: Page) -> list[tuple[int, str]]:
    return [(line.source, line.text) for line in page.shown]


def told(expected: Sequence[Expected]) -> list[tuple[int, str]]:
    return [(each.member, each.text) for each in expected]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "Followed", functools.partial(Followed, block=512))


# Few moments, so that many are the same; most go on from the line before, some go back.
said = st.builds(
    Said,
    st.one_of(st.none(), st.integers(0, 30).map(lambda tick: tick * 700_000)),
    st.sampled_from(["fine", "ERROR gone", "slow, needle", "ERROR needle " + "x" * 90]),
)
log = st.lists(said, min_size=1, max_size=60).filter(
    lambda lines: any(each.time is not None for each in lines)
)
rising = log.map(
    lambda lines: [
        each._replace(time=None if each.time is None else each.time + 400_000 * place)
        for place, each in enumerate(lines)
    ]
)
offsets = st.sampled_from([0, 0, 1, -700_000, 2_500_000])


@settings(max_examples=25)
@given(
    logs=st.lists(log | rising, min_size=1, max_size=4),
    shifts=st.lists(offsets, min_size=4, max_size=4),
    block=st.sampled_from([64, 256, 1 << 20]),
    rows=st.tuples(st.integers(0, 250), st.integers(1, 40)),
)
def test_lines_come_in_the_order_of_time(
    logs: list[Log], shifts: list[int], block: int, rows: tuple[int, int]
) -> None:
    shifts = shifts[: len(logs)]
    expected = merged(logs, shifts)
    first, count = rows
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(opened, "Followed", functools.partial(Followed, block=block))
        sources = []
        for number, (lines, shift) in enumerate(zip(logs, shifts, strict=True)):
            path = Path(folder, f"{number}.log")
            write(path, lines)
            sources.append(Source(str(path), shift))
        probe = PageProbe(Host())
        page = settled(probe, sources, row=first, count=count)
        assert page.rows == page.lines == len(expected)
        assert page.first == min(first, len(expected))
        assert shown(page) == told(expected[first : first + count])
        assert [line.number for line in page.shown] == [
            *range(page.first + 1, page.first + 1 + len(page.shown))
        ]
        assert told(expected[-count:]) == shown(settled(probe, sources, row=-1, count=count))
        assert page.levels[3] == sum("ERROR" in each.text for each in expected)

        errors = [row for row, each in enumerate(expected) if "ERROR" in each.text]
        some = settled(probe, sources, query="error", row=0, count=400)
        assert shown(some) == told([expected[row] for row in errors])

        every = settled(probe, sources, search="needle", row=0, count=400).shown
        hits = [row for row, each in enumerate(expected) if "needle" in each.text]
        for row in {0, len(every) // 2}:
            for kind, among in ((HITS, hits), (ERRORS, errors)):
                ahead = [place for place, found in enumerate(among) if found > row]
                behind = [place for place, found in enumerate(among) if found < row]
                for back, wanted in ((False, (ahead or [0])[0]), (True, (behind or [-1])[-1])):
                    seek = kind, every[row].offset, back
                    sought = settled(probe, sources, search="needle", seek=seek).sought
                    assert sought == ((among[wanted], wanted % len(among)) if among else None)
            seek = LINE, every[row].offset, False
            assert settled(probe, sources, search="needle", seek=seek).sought == (row, 0)
            seek = NUMBER, row + 1, False
            assert settled(probe, sources, search="needle", seek=seek).sought == (row, 0)


@settings(max_examples=40)
@given(
    logs=st.lists(log | rising, min_size=1, max_size=4),
    shifts=st.lists(offsets, min_size=4, max_size=4),
    block=st.sampled_from([64, 256]),
    query=st.sampled_from(["", "error"]),
)
def test_what_is_known_is_the_begin_of_all_however_far_they_were_looked_through(
    logs: list[Log], shifts: list[int], block: int, query: str
) -> None:
    expected = merged(logs, shifts[: len(logs)])
    rows = [each for each in expected if query.upper() in each.text]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(opened, "Followed", functools.partial(Followed, block=block))
        sources = []
        for number, lines in enumerate(logs):
            path = Path(folder, f"{number}.log")
            write(path, lines)
            sources.append(Source(str(path), shifts[number]))
        read = MergedLog(Host(), name_of(sources))
        read.ask(query, "")
        known = -1
        while not read.settled:
            read.go_on(0.0)
            known, before = read.matched, known
            assert known >= before
            _first, lines_shown = read.rows(0, 400, 1000)
            assert [(line.source, line.text) for line in lines_shown] == told(rows[:known])
        assert known == len(rows)
        read.close()


LEFT = [Said(tick * SECOND, f"left {tick}") for tick in range(0, 40, 2)]
RIGHT = [
    Said(None, "goes on with what is gone"),
    *(Said(tick * SECOND, "ERROR " * (tick == 7) + f"right {tick}") for tick in range(1, 40, 2)),
]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "left.log", tmp_path / "right.log"
    for path, lines in zip(paths, (LEFT, RIGHT), strict=True):
        write(path, lines)
    return paths


def sources_of(pair: Sequence[Path], *shifts: int, hidden: Sequence[int] = ()) -> list[Source]:
    each = zip(pair, shifts or [0] * len(pair), strict=True)
    return [Source(str(path), at, number in hidden) for number, (path, at) in enumerate(each)]


def test_another_offset_moves_what_is_open(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = PageProbe(Host())
    before = settled(probe, sources_of(pair), row=0, count=99)
    monkeypatch.setattr(Host, "open", None)  # Nothing is opened for that.
    shifts = (0, 3 * SECOND + 1)
    page = probe.read(source=name_of(sources_of(pair, *shifts)), row=0, count=99)
    assert (page.settled, page.epoch) == (True, before.epoch)
    assert shown(page) == told(merged([LEFT, RIGHT], shifts))
    assert {line.offset for line in page.shown} == {line.offset for line in before.shown}
    assert page.identity == before.identity != ""
    late = next(line for line in page.shown if "right 7" in line.text)
    assert late.time == BEGIN + 10 * SECOND + 1
    assert [state.offset for state in page.sources] == [*shifts]


def test_for_another_offset_nothing_is_looked_through_again(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = PageProbe(Host())
    settled(probe, sources_of(pair), query="right or even", search="error")
    monkeypatch.setattr(opened, "Scan", None)
    page = probe.read(
        source=name_of(sources_of(pair, 0, SECOND)), query="right or even", search="error"
    )
    assert (page.settled, page.rows, page.hits) == (True, len(RIGHT) - 1, 1)


def test_a_hidden_log_is_left_out_and_comes_back(pair: tuple[Path, Path]) -> None:
    probe = PageProbe(Host())
    both = settled(probe, sources_of(pair), row=0, count=99)
    page = settled(probe, sources_of(pair, hidden=[0]), row=0, count=99)
    assert shown(page) == told([each for each in merged([LEFT, RIGHT], (0, 0)) if each.member])
    assert page.lines == len(RIGHT)
    again = settled(probe, sources_of(pair), row=0, count=99)
    assert shown(again) == shown(both)


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("source=left.log", ["left"]),
        ("source!=left.log", ["right", "goes on"]),
        ("source~RIGHT and error", ["right 7"]),
        ("source=re:^le", ["left"]),
        ("source=left.log or error", ["left", "right 7"]),
        ("not source~left", ["right", "goes on"]),
        ("source=- or error", ["right 7"]),
    ],
)
def test_lines_are_asked_for_by_the_log_they_are_of(
    pair: tuple[Path, Path], query: str, texts: list[str]
) -> None:
    page = settled(PageProbe(Host()), sources_of(pair), query=query, row=0, count=99)
    expected = [
        (each.member, each.text)
        for each in merged([LEFT, RIGHT], (0, 0))
        if any(text in each.text for text in texts)
    ]
    assert (shown(page), page.refused) == (expected, "")


def test_a_log_may_be_asked_for_by_its_path(pair: tuple[Path, Path]) -> None:
    page = settled(PageProbe(Host()), sources_of(pair), query=f'source="{pair[1]}"')
    assert (page.rows, page.refused) == (len(RIGHT), "")


def test_a_log_of_another_name_is_refused(pair: tuple[Path, Path]) -> None:
    probe = PageProbe(Host())
    page = settled(probe, sources_of(pair), query="source=middle.log")
    assert "left.log, right.log" in page.refused
    assert page.rows == len(LEFT) + len(RIGHT)


ACCESS = (
    '10.0.0.1 - - [27/Nov/2026:08:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"\n'
    '10.0.0.2 - - [27/Nov/2026:08:00:11 +0000] "GET /b HTTP/1.1" 404 5 "-" "-"\n'
)


@pytest.fixture
def mixed(pair: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    path = tmp_path / "access.log"
    path.write_text(ACCESS)
    return pair[0], path


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=404", [(1, ACCESS.splitlines()[1])]),
        ("not status=404 and source~access", [(1, ACCESS.splitlines()[0])]),
        ("status=404 or pid=1 and word:4", [(0, LEFT[2].line), (1, ACCESS.splitlines()[1])]),
        ("status=- and word:4", [(0, LEFT[2].line)]),
        ("status!=- and since:2026-11-27T08:00:05", [(1, ACCESS.splitlines()[1])]),
    ],
)
def test_each_log_is_asked_in_its_own_language(
    mixed: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    expected: list[tuple[int, str]],
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    page = settled(PageProbe(Host()), sources_of(mixed), query=query, row=0, count=99)
    assert (shown(page), page.refused) == (expected, "")


def count_of(lines: Sequence[str], text: str) -> int:
    return sum(text in line for line in lines)


def test_each_condition_has_its_count_in_all_of_them(mixed: tuple[Path, Path]) -> None:
    lines = [*(said.line for said in LEFT), *ACCESS.splitlines()]
    page = settled(PageProbe(Host()), sources_of(mixed), query="status=404 or pid=1 and 3")
    assert page.terms == [
        ("status=404", 1),
        ("pid=1", len(LEFT)),
        ("3", count_of(lines, "3")),
    ]
    page = settled(PageProbe(Host()), sources_of(mixed), query="source~left 1")
    # Of the other nothing is wanted: nobody looks into it for more.
    assert page.terms == [("source~left", len(LEFT)), ("1", -1)]
    page = settled(PageProbe(Host()), sources_of(mixed, hidden=[1]), query="left or 3")
    assert page.terms == [("left", len(LEFT)), ("3", count_of(lines[: len(LEFT)], "3"))]


def test_what_none_of_them_has_is_refused(mixed: tuple[Path, Path]) -> None:
    page = settled(PageProbe(Host()), sources_of(mixed), query="colour=red")
    assert "colour" in page.refused


@pytest.mark.parametrize("shift", [0, 5 * SECOND])
def test_times_are_asked_for_by_the_clock_of_all(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    probe = PageProbe(Host())
    asked = "since:2026-11-27T08:00:10 until:2026-11-27T08:00:19"
    settled(probe, sources_of(pair), query=asked)
    page = settled(probe, sources_of(pair, 0, shift), query=asked, row=0, count=99)
    # A line without a time is asked for as the line before it, and before the first there is none.
    expected = [
        each
        for each in merged([LEFT, RIGHT], (0, shift))
        if 10 * SECOND <= each.key < 20 * SECOND and "goes on" not in each.text
    ]
    assert shown(page) == told(expected)


def test_bins_are_those_of_all_moved_by_the_offset(pair: tuple[Path, Path]) -> None:
    page = settled(PageProbe(Host()), sources_of(pair, 0, 60 * SECOND), times=1000)
    counts = page.timeline
    found = {
        counts.begin + place * counts.width: sum(levels)
        for place, levels in enumerate(counts.bins)
        if sum(levels)
    }
    wanted: dict[int, int] = {}
    for line, shift in [(LEFT, 0), (RIGHT, 60)]:
        for each in line:
            if each.time is not None:
                at = BEGIN // SECOND + each.time // SECOND + shift
                wanted[at] = wanted.get(at, 0) + 1
    assert (counts.width, found) == (1, wanted)


def test_a_line_from_years_to_come_holds_none_up(pair: tuple[Path, Path]) -> None:
    hours = 100_000
    odd = [*LEFT[:5], Said(hours * 3600 * SECOND, "in 2038"), *LEFT[5:]]
    write(pair[0], odd)
    page = settled(PageProbe(Host()), sources_of(pair), row=0, count=99)
    # It stands with the line before it, as one without a time does.
    expected = merged(
        [[each._replace(time=None) if each == odd[5] else each for each in odd], RIGHT], (0, 0)
    )
    texts = [odd[5].line if each.text == "    in 2038" else each.text for each in expected]
    assert [line.text for line in page.shown] == texts


def test_the_strip_tells_where_the_errors_are(pair: tuple[Path, Path]) -> None:
    page = settled(PageProbe(Host()), sources_of(pair), search='"right 7"', bins=4)
    # A text tells by its blocks, of which this one has but one: in the middle of the log.
    assert [worst for worst, _hits in page.strip].count(3) == 1
    assert sum(hits for _worst, hits in page.strip) == 1


def test_a_log_that_grows_is_merged_on(pair: tuple[Path, Path], small_blocks: None) -> None:
    probe = PageProbe(Host())
    settled(probe, sources_of(pair))
    logs: list[list[Said]] = [list(LEFT), list(RIGHT)]
    for number, new in [
        (0, [Said(50 * SECOND, "ERROR late"), Said(None, "of it")]),
        (1, [Said(45 * SECOND, "later, but before")]),
        (1, [Said(50 * SECOND, "at the same time"), Said(20 * SECOND, "a clock went back")]),
    ]:
        logs[number] += new
        with pair[number].open("a") as file:
            file.write("".join(f"{each.line}\n" for each in new))
        page = settled(probe, sources_of(pair), row=0, count=99)
        assert shown(page) == told(merged(logs, (0, 0)))
        assert page.epoch == 0


def test_a_rotation_goes_on_and_a_cut_begins_anew(pair: tuple[Path, Path]) -> None:
    probe = PageProbe(Host())
    settled(probe, sources_of(pair))
    pair[0].rename(f"{pair[0]}.1")
    new = [Said(60 * SECOND, "a new file")]
    write(pair[0], new)
    page = settled(probe, sources_of(pair), row=0, count=99)
    assert (shown(page), page.epoch) == (told(merged([[*LEFT, *new], RIGHT], (0, 0))), 0)
    write(pair[1], new)
    page = settled(probe, sources_of(pair), row=0, count=99)
    assert (shown(page), page.epoch) == (told(merged([[*LEFT, *new], new], (0, 0))), 1)


def test_one_that_cannot_be_read_leaves_the_others(pair: tuple[Path, Path], tmp_path: Path) -> None:
    three = [*pair, tmp_path / "gone.log"]
    probe = PageProbe(Host())
    page = settled(probe, sources_of(three), row=0, count=99)
    assert shown(page) == told(merged([LEFT, RIGHT], (0, 0)))
    assert page.trouble.startswith("gone.log: ")
    assert [bool(state.trouble) for state in page.sources] == [False, False, True]
    # It comes.
    write(three[2], [Said(5 * SECOND, "here")])
    page = settled(probe, sources_of(three), row=0, count=99)
    assert shown(page) == told(merged([LEFT, RIGHT, [Said(5 * SECOND, "here")]], (0, 0, 0)))
    assert page.trouble == ""


def test_if_none_can_be_read_that_is_the_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem) as raised:
        PageProbe(Host()).read(source=name_of(sources_of([tmp_path / "a", tmp_path / "b"])))
    assert raised.value.code == "unreadable"


def test_lines_that_say_no_time_have_no_place(pair: tuple[Path, Path], tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("no time\n" * 5)
    page = settled(PageProbe(Host()), sources_of([*pair, plain]), row=0, count=99)
    assert shown(page) == told(merged([LEFT, RIGHT], (0, 0)))
    assert page.trouble.startswith("plain: ")


def test_what_is_compressed_is_one_of_them(pair: tuple[Path, Path]) -> None:
    packed = pair[1].with_name("right.log.gz")
    packed.write_bytes(gzip.compress(pair[1].read_bytes()))
    page = settled(PageProbe(Host()), sources_of([pair[0], packed]), row=0, count=99)
    assert (shown(page), page.trouble) == (told(merged([LEFT, RIGHT], (0, 0))), "")


def test_the_end_is_there_before_all_was_looked_through(
    pair: tuple[Path, Path], small_blocks: None
) -> None:
    page = PageProbe(Host()).read(source=name_of(sources_of(pair)), count=5, seconds=0.0)
    assert not page.settled
    assert shown(page) == told(merged([LEFT, RIGHT], (0, 0))[-5:])


def test_a_file_of_any_name_is_one_of_them(pair: tuple[Path, Path], tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \n:\"'.log")
    os.rename(pair[1], odd)
    sources = [Source(str(pair[0])), Source(odd)]
    page = settled(PageProbe(Host()), sources, row=0, count=99)
    assert shown(page) == told(merged([LEFT, RIGHT], (0, 0)))
    assert page.sources[1].name == "caf\\xe9 \\n:\"'.log"


def test_what_names_no_logs_is_refused() -> None:
    with pytest.raises(Problem) as raised:
        PageProbe(Host()).read(source="merged:[3")
    assert raised.value.code == "no-log"
