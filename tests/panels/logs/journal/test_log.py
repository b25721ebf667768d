"""A journal as the tab and the command line see it, against what journalctl prints of it."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from kit import wait_until

from sysgui.panels.logs.journal import known, row_reader, sifted, terms
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import ERRORS, HITS, LINE, NUMBER, TIME
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import Entries, level, levels, tell, time
from .test_follow import FrailHost

Told = dict[str, Any]


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[PageProbe]:
    monkeypatch.setenv("TZ", "UTC")
    made = PageProbe(Host())
    yield made
    made.close()


def settled(probe: PageProbe, folder: Path, **arguments: Any) -> Page:
    """Asks until all of the journal has been looked through."""
    while True:
        page = probe.read(source=f"journal:{folder}", **arguments)
        if page.settled:
            return page


def message(told: Told) -> str:
    """Returns a message as bytes that are not UTF-8 leave it."""
    said = told.get("MESSAGE", "")
    return bytes(said).decode("utf-8", "replace") if isinstance(said, list) else str(said)


def texts(page: Page) -> list[str]:
    return [line.text[slice(*line.parts["message"])] if "message" in line.parts else ""
            for line in page.shown]  # fmt: skip


def expected(told: Entries) -> list[str]:
    return [message(each)[:4096] for each in told]


def test_the_first_page_is_the_end(probe: PageProbe, journal: Path) -> None:
    page = probe.read(source=f"journal:{journal.parent}", count=20, seconds=0.0)
    assert texts(page) == expected(tell(journal)[-20:])
    assert not page.settled


def test_rows_are_the_entries(probe: PageProbe, journal: Path) -> None:
    told = tell(journal)
    page = settled(probe, journal.parent, row=70, count=50)
    assert (page.lines, page.rows, page.hits, page.form) == (len(told), len(told), -1, "journal")
    assert page.size == journal.stat().st_size
    assert (page.first, page.shown[0].number, page.scanned) == (70, 71, 1.0)
    assert texts(page) == expected(told[70:120])
    assert [line.time for line in page.shown] == [time(each) for each in told[70:120]]
    assert [line.level for line in page.shown] == [
        -1 if level(each) == 8 else level(each) for each in told[70:120]
    ]
    assert page.levels == levels(told)
    assert page.trouble == ""
    every = settled(probe, journal.parent, row=0, count=999).shown
    assert len({line.offset for line in every}) == len(told)


def test_a_line_reads_as_journalctl_prints_it(probe: PageProbe, journal: Path) -> None:
    argv = ["journalctl", "--utc", "--quiet", "-o", "short-iso-precise", f"--file={journal}"]
    printed = Host().run([*argv, "-u", "nginx"]).stdout.decode().splitlines()
    page = settled(probe, journal.parent, query="unit=nginx", row=0, count=len(printed))
    # Its time is that at which the program spoke, where it is known: journald's comes after.
    stamp = re.compile(r"2026-11-27T08:49:[0-9]{2}\.[0-9]{6}\+00:?00 ")
    assert all(stamp.match(line) for line in [*printed, *(line.text for line in page.shown)])
    assert [stamp.sub("", line.text) for line in page.shown] == [
        stamp.sub("", line) for line in printed
    ]


ASKED: list[tuple[str, Callable[[Told], bool]]] = [
    ("level<=err", lambda e: level(e) <= 3),
    ("identifier=native", lambda e: e.get("SYSLOG_IDENTIFIER") == "native"),
    ('"ive 1"', lambda e: "ive 1" in whole(e)),
    ('level<=err not "ive 1"', lambda e: level(e) <= 3 and "ive 1" not in whole(e)),
    ('level>err or "ive 1"', lambda e: 3 < level(e) < 8 or "ive 1" in whole(e)),
    (r"re:\[1\]:", lambda e: e.get("_PID") == "1"),
]


def whole(told: Told) -> str:
    names = ("_HOSTNAME", "SYSLOG_IDENTIFIER")
    return " ".join([*(str(told.get(name, "")) for name in names), message(told)]).casefold()


@pytest.mark.parametrize(("query", "wanted"), ASKED)
@pytest.mark.parametrize("most", [50_000, 7])
def test_a_query(
    probe: PageProbe, journal: Path, query: str, wanted: Callable[[Told], bool],
    most: int, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Also where few entries can be kept, and are read anew."""
    monkeypatch.setattr(known, "MOST_KEPT", most)
    told = tell(journal)
    of_them = [each for each in told if wanted(each)]
    assert 5 < len(of_them) < len(told)
    page = settled(probe, journal.parent, query=query, row=3, count=40)
    assert (page.rows, page.lines) == (len(of_them), len(told))
    assert texts(page) == expected(of_them[3:43])
    assert page.levels == levels(of_them)
    assert {line.number for line in page.shown} == {0}


def test_how_far_it_is_is_told(
    probe: PageProbe, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sifted, "BATCH", 50)
    monkeypatch.setattr(row_reader, "BATCH", 50)
    total = len(tell(journal))
    scanned = []
    while True:
        page = probe.read(source=f"journal:{journal.parent}", query="e", seconds=0.0)
        scanned.append(page.scanned)
        if page.settled:
            break
    assert scanned[:3] == [50 * n / total for n in (1, 2, 3)]
    assert scanned[-1] == 1.0


@pytest.mark.parametrize("query", ["", "level<=warning", "e"])
def test_what_is_found_among_the_rows(probe: PageProbe, journal: Path, query: str) -> None:
    rows = settled(probe, journal.parent, query=query, row=0, count=999).shown
    page = settled(probe, journal.parent, query=query, search='"ive 1"', row=0, count=999)
    hits = [row for row, line in enumerate(rows) if "ive 1" in line.text.casefold()]
    assert 0 < page.hits == len(hits) < len(rows)
    assert [row for row, line in enumerate(page.shown) if line.hit] == hits
    place = len(hits) // 2
    for back in (False, True):
        # Neither is the line itself.
        offset = rows[hits[place]].offset
        page = settled(probe, journal.parent, query=query, search='"ive 1"',
                       seek=(HITS, offset, back))  # fmt: skip
        wanted = place - 1 if back else place + 1
        assert page.sought == (hits[wanted], wanted)


def test_the_next_error_and_the_one_before(probe: PageProbe, journal: Path) -> None:
    rows = settled(probe, journal.parent, row=0, count=999).shown
    errors = [row for row, line in enumerate(rows) if 0 <= line.level <= 3]
    for place, row in enumerate(errors):
        after, before = (place + 1) % len(errors), (place - 1) % len(errors)
        for back, wanted in ((False, after), (True, before)):
            page = settled(probe, journal.parent, seek=(ERRORS, rows[row].offset, back))
            assert page.sought == (errors[wanted], wanted)


@pytest.mark.parametrize("query", ["level<=err", "not level<=err"])
def test_a_line_is_found_again_in_another_query(
    probe: PageProbe, journal: Path, query: str
) -> None:
    line = settled(probe, journal.parent, query=query, row=4, count=1).shown[0]
    row, _place = settled(probe, journal.parent, seek=(LINE, line.offset, False)).sought or (-1, 0)
    again = settled(probe, journal.parent, row=row, count=1).shown[0]
    assert (again.offset, again.text) == (line.offset, line.text)
    by_number = settled(probe, journal.parent, query=query, seek=(NUMBER, again.number, False))
    assert by_number.sought == (4, 0)
    assert settled(probe, journal.parent, seek=(NUMBER, 12, False)).sought == (11, 0)


@pytest.mark.parametrize("row", [0, 7, 30])
def test_entries_near_others_are_rows(probe: PageProbe, journal: Path, row: int) -> None:
    told = tell(journal)
    wanted = [n for n, each in enumerate(told) if level(each) <= 2]
    near = sorted({m for n in wanted for m in range(n - 2, n + 3) if 0 <= m < len(told)})
    asked = {"query": "level<=crit", "context": 2, "row": row, "count": 20, "times": 50}
    page = settled(probe, journal.parent, **asked)
    assert (page.rows, page.near) == (len(near), len(near) - len(wanted))
    expected = near[row : row + 20]
    assert [line.time for line in page.shown] == [time(told[n]) for n in expected]
    assert [not line.near for line in page.shown] == [n in wanted for n in expected]
    gaps = [line.gap for line in page.shown][1:]
    assert gaps == [b - a > 1 for a, b in pairwise(expected)]
    assert sum(map(sum, page.timeline.bins)) == len(wanted)


def test_what_is_near_is_found_again_when_it_is_not_at_hand(
    probe: PageProbe, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"query": "level<=crit", "context": 2}
    whole = settled(probe, journal.parent, **asked, row=0, count=1000).shown
    monkeypatch.setattr(known, "MOST_KEPT", 1)
    other = PageProbe(Host())
    for row in (0, 1, 5, 11, len(whole) - 3):
        page = settled(other, journal.parent, **asked, row=row, count=3)
        assert [line.text for line in page.shown] == [line.text for line in whole[row : row + 3]]
    other.close()


def test_terms_are_counted_that_the_index_knows(
    probe: PageProbe, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "EVERY", -1.0)
    for _turn in range(2):
        page = settled(probe, journal.parent, query="level<=err unit=nginx stopped")
        assert page.terms == [
            ("level<=err", len(tell(journal, "-p", "err"))),
            ("unit=nginx", len(tell(journal, "-u", "nginx"))),
            ("stopped", -1),
        ]


@pytest.mark.parametrize("query", ["", "not level<=err"])
def test_a_time_is_found_in_the_rows(probe: PageProbe, journal: Path, query: str) -> None:
    told = [each for each in tell(journal) if not query or level(each) > 3]
    middle = time(told[len(told) // 2])
    for wanted in (0, middle, middle + 1, 1 << 62):
        later = [row for row, each in enumerate(told) if time(each) >= wanted]
        page = settled(probe, journal.parent, query=query, seek=(TIME, wanted, False))
        assert page.sought == (later[0] if later else len(told) - 1, 0)


def test_the_strip_has_the_worst_of_each_part(probe: PageProbe, journal: Path) -> None:
    told = [level(each) for each in tell(journal)]
    for parts in (1, 7, len(told), 3 * len(told)):
        strip = settled(probe, journal.parent, search='"ive 1"', bins=parts).strip
        worst = [9] * parts
        for row, each in enumerate(told):
            at = row * parts // len(told)
            worst[at] = min(worst[at], each)
        assert [each for each, _hits in strip] == worst
        hits = sum("ive 1" in whole(each) for each in tell(journal))
        assert sum(number for _worst, number in strip) == hits


@pytest.mark.parametrize("most", [2, 10, 1000])
def test_the_timeline_counts_all(probe: PageProbe, journal: Path, most: int) -> None:
    told = tell(journal, "-p", "err")
    counted = settled(probe, journal.parent, query="level<=err", times=most).timeline
    assert 0 < len(counted.bins) <= most
    for number, found in enumerate(counted.bins):
        begin = (counted.begin + number * counted.width) * 1_000_000
        within = [each for each in told if 0 <= time(each) - begin < counted.width * 1_000_000]
        assert found == levels(within)
    assert sum(map(sum, counted.bins)) == len(told)


def test_a_long_message_is_cut_and_can_be_had_whole(probe: PageProbe, journal: Path) -> None:
    long = max(tell(journal), key=lambda told: len(message(told)))
    row = [each["__CURSOR"] for each in tell(journal)].index(long["__CURSOR"])
    size = len(message(long).encode())
    assert size > 100
    for cut in (10, 4096, 1 << 20, 10):
        line = settled(probe, journal.parent, row=row, count=1, cut=cut).shown[0]
        assert line.text[slice(*line.parts["message"])] == message(long)[:cut]
        assert line.cut == (size > cut)


class LateHost(FrailHost):
    """A machine to whose journal the entries after a time come while it is followed."""

    def __init__(self, last: int) -> None:
        super().__init__(1 << 20, "exec sleep 1000")
        self._until = last

    def spawn(self, argv: Sequence[str], *arguments: Any, **options: Any) -> Any:
        if "--follow" in argv:
            return super().spawn(argv, *arguments, **options)
        words = list(argv)
        if "--reverse" in words:
            words.insert(words.index("--reverse"), f"--until=@{self._until / 1e6:.6f}")
        return Host().spawn(words, *arguments, **options)


@pytest.mark.parametrize("query", ["", "level<=err", "not level<=err", "level<=err native"])
def test_what_comes_is_taken_in(journal: Path, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    told = tell(journal)
    whole_probe, late = PageProbe(Host()), PageProbe(LateHost(time(told[120])))
    everything = {"query": query, "search": "a", "row": 0, "count": 999}
    all_of_it = settled(whole_probe, journal.parent, **everything)
    first = settled(late, journal.parent, **everything)
    pages = [first]

    def is_there() -> bool:
        pages.append(settled(late, journal.parent, **everything))
        return pages[-1].rows >= all_of_it.rows

    wait_until(is_there, "all entries")
    assert 0 < first.rows < all_of_it.rows
    assert pages[-1].shown == all_of_it.shown
    assert (pages[-1].levels, pages[-1].hits) == (all_of_it.levels, all_of_it.hits)
    late.close()
    whole_probe.close()


def test_a_file_that_comes_or_goes_leaves_no_gap(
    probe: PageProbe, journal: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    shutil.copy(journal, folder / "one.journal")
    assert settled(probe, folder).rows == len(tell(journal))
    (folder / "one.journal").unlink()
    assert settled(probe, folder).rows == 0


def test_an_empty_journal(probe: PageProbe, tmp_path: Path) -> None:
    page = settled(probe, tmp_path, query="e", search="e", bins=3, seek=(HITS, -1, False))
    assert (page.rows, page.lines, page.hits, page.shown, page.strip) == (0, 0, 0, [], [])
    assert settled(probe, tmp_path, seek=(NUMBER, 1, False)).sought is None


def test_who_may_not_read_all_is_told_why(
    probe: PageProbe, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(journal, journal.with_name("user-1.journal"))
    may_read = Host.may_read
    monkeypatch.setattr(
        Host, "may_read", lambda host, path: "user-" not in path and may_read(host, path)
    )
    page = settled(probe, journal.parent)
    assert page.trouble.startswith("1 file or folder of this journal is closed to you")
    assert "systemd-journal" in page.trouble


def test_who_may_read_nothing_is_told_why(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Host, "may_read", lambda _host, path: not path.endswith(".journal"))
    with pytest.raises(Problem, match="is closed to you") as refused:
        PageProbe(Host()).read(source=f"journal:{journal.parent}")
    assert refused.value.code == "journal-unreadable"
    assert "usermod -aG systemd-journal" in refused.value.hint


@pytest.mark.parametrize("name", ["", "nobody", "user/"])
def test_a_journal_that_there_is_not(probe: PageProbe, name: str) -> None:
    with pytest.raises(Problem) as refused:
        probe.read(source=f"journal:{name}")
    assert refused.value.code == "no-journal"
