"""What is sought in a journal is found from its end on, and is in the end what a pass on from its
begin finds.
"""

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.asked import Wish
from sysgui.panels.logs.formats.zones import Zone
from sysgui.panels.logs.journal import sifted
from sysgui.panels.logs.journal.entries import Entry, JournalEntries
from sysgui.panels.logs.journal.log import JournalLog
from sysgui.panels.logs.journal.question import around, language
from sysgui.panels.logs.journal.sifted import Sifted
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import ERRORS, HITS, LINE, TIME
from sysgui.system.host import Host

from .conftest import level, tell

EVERY = Wanted()

# All entries are looked through of some for the one, of some for the other.
ASKED = [
    ("", "native", 0),
    ("native", "", 0),
    ("native", "9", 0),
    ("not native", "e", 2),
    ("re:native.1[0-9]$ or lines", "1", 1),
    ("9", "native", 3),
    ("level<=err", "a", 0),
    ("level<=err", "a", 1),
    ("absent", "", 2),
]


def looked_through(log: JournalLog, look: Callable[[], None] = lambda: None) -> JournalLog:
    """Looks a journal through, a batch at a time."""
    for _time in range(9999):
        log.refresh()
        log.go_on(0.0)
        if log.settled:
            return log
        look()
    raise AssertionError("it does not end")


def shown(log: JournalLog) -> list[Line]:
    return log.rows(0, log.matched, 4096)[1]


def opened(journal: Path, asked: tuple[str, str, int], *, backwards: bool) -> JournalLog:
    log = JournalLog(Host(), f"journal:{journal.parent}", backwards=backwards)
    log.ask(*asked)
    return log


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifted, "BATCH", 17)


@pytest.mark.parametrize("asked", ASKED)
def test_it_is_the_same_in_the_end_and_its_end_on_the_way(
    journal: Path, asked: tuple[str, str, int]
) -> None:
    whole = looked_through(opened(journal, asked, backwards=False))
    expected = shown(whole)
    offsets = [line.offset for line in expected]
    hits = [line.offset for line in expected if line.hit]
    log = opened(journal, asked, backwards=True)
    ways: list[tuple[list[int], list[int]]] = []

    def look() -> None:
        rows = shown(log)
        ways.append(([line.offset for line in rows], [line.offset for line in rows if line.hit]))
        if asked[1]:
            assert log.hits == len(ways[-1][1])

    looked_through(log, look)
    assert shown(log) == expected
    for told, found in ways:
        assert told == offsets[len(offsets) - len(told) :]
        assert found == hits[len(hits) - len(found) :]
    assert (log.matched, log.hits, log.near) == (whole.matched, whole.hits, whole.near)
    assert log.levels() == whole.levels()
    assert (log.strip(20), log.timeline(50)) == (whole.strip(20), whole.timeline(50))
    printed, as_expected = (
        [line for some in each.written(original=False) for line in some] for each in (log, whole)
    )
    assert printed == as_expected
    # What was read is as what is read anew.
    log.known._kept.clear()
    assert shown(log) == expected
    whole.close()
    log.close()


@pytest.mark.parametrize("asked", [asked for asked in ASKED if asked[1]])
def test_the_last_that_is_found_is_there_long_before_the_first(
    journal: Path, asked: tuple[str, str, int]
) -> None:
    whole = looked_through(opened(journal, asked, backwards=False))
    found = [line.offset for line in shown(whole) if line.hit]
    log = opened(journal, asked, backwards=True)
    told: list[int] = []

    def look() -> None:
        assert log.seek(HITS, -1, back=False) is None
        last = log.seek(HITS, -1, back=True)
        if last is not None:
            row, place = last
            assert place == log.hits - 1
            told.append(log.rows(row, 1, 4096)[1][0].offset)
            # Of what is known, each leads to the one before; and to the one behind.
            if place:
                assert log.seek(HITS, told[-1], back=True) == (
                    log.known.hits[place - 1], place - 1
                )  # fmt: skip
        # Where nothing has been looked through yet, the next one on is not known.
        assert log.seek(HITS, 1000, back=False) is None

    looked_through(log, look)
    assert told
    assert set(told) == {found[-1]}
    whole.close()
    log.close()


def test_errors_that_the_index_knows_do_not_wait(journal: Path) -> None:
    errors = [place for place, each in enumerate(tell(journal)) if level(each) <= 3]
    log = opened(journal, ("", "native", 0), backwards=True)
    seen: list[object] = []

    def look() -> None:
        if log.matched:
            seen.append(log.seek(ERRORS, 1000, back=False))

    looked_through(log, look)
    assert set(seen[1:]) == {(errors[0], 0)}
    log.close()


def test_a_time_and_a_line_are_found_as_soon_as_all_behind_them_is_known(journal: Path) -> None:
    asked = ("native", "", 0)
    whole = looked_through(opened(journal, asked, backwards=False))
    lines = shown(whole)
    late = lines[-3]
    log = opened(journal, asked, backwards=True)
    waited: list[bool] = []

    def look() -> None:
        for kind, place in ((LINE, late.offset), (TIME, late.time)):
            at = log.seek(kind, place, back=False)
            waited.append(at is None)
            if at is not None:
                assert log.rows(at[0], 1, 4096)[1][0].offset == late.offset

    looked_through(log, look)
    assert waited[:2] == [True, True]
    assert waited[-2:] == [False, False]
    whole.close()
    log.close()


class Some(JournalEntries):
    """A journal that has some entries."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(Host(), JournalSource())
        self._some = entries

    def stream(
        self, wanted: Wanted = EVERY, cut: int = 0, *, backwards: bool = False
    ) -> Generator[Entry, None, str]:
        yield from reversed(self._some) if backwards else self._some
        return ""


@given(
    wanted=st.lists(st.booleans(), max_size=60),
    came=st.lists(st.booleans(), max_size=20),
    context=st.integers(0, 4),
    batch=st.integers(1, 9),
)
def test_what_comes_then_has_the_same_rows_near_it(
    wanted: list[bool], came: list[bool], context: int, batch: int
) -> None:
    made = [
        Entry(f"i={n:x}", n // 3, n % 9 - 1, "host", "", "x", 1, "yes" if is_so else "no", 3, "b")
        for n, is_so in enumerate([*wanted, *came])
    ]
    compiled = language(Zone(dt.UTC), lambda: 0.0).compile
    wish = Wish(compiled("yes"), compiled("level<=err"), context=context)
    question = around(compiled("yes"))
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifted, "BATCH", batch)
        for backwards in (True, False):
            sift = Sifted(wish, question, dt.UTC, backwards=backwards)
            sift.begin(Some(made[: len(wanted)]), EVERY)
            while not sift.is_over:
                sift.go_on()
                if len(sift.known) % 2:
                    sift.put()
            sift.put()
            sift.take(made[len(wanted) :])
            known = sift.known
            rows = range(len(known))
            told.append(
                [
                    (
                        known.kept(row, 4096),
                        known.is_near(row),
                        known.has_gap(row),
                        known.is_hit(row),
                        known.place(row),
                    )
                    for row in rows
                ]
            )
            assert known.near + sum(known.counts) == len(known)
            assert known.hits.tolist() == [row for row in rows if known.is_hit(row)]
    assert told[0] == told[1]


def test_rows_are_asked_for_by_the_numbers_that_they_had(journal: Path) -> None:
    probe = PageProbe(Host())

    def ask(row: int, shift: int) -> Page:
        return probe.read(
            source=f"journal:{journal.parent}", query="native", row=row, count=3, shift=shift,
            seconds=0.0,
        )  # fmt: skip

    page = ask(-1, 0)
    while page.rows < 3:
        page = ask(-1, 0)
    row, shift = page.first, page.shift[0]
    asked = [line.offset for line in page.shown]
    while not page.settled:
        page = ask(row, shift)
        assert [line.offset for line in page.shown] == asked
    assert page.shift[0] > shift
    assert page.first == row + page.shift[0] - shift
    probe.close()
