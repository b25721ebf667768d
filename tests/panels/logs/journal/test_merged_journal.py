"""A journal and a text as one log, against journalctl's entries merged by plain Python."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from kit import wait_until

from sysgui.panels.logs.journal import row_reader, sifted
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import ERRORS, HITS, LINE
from sysgui.system.host import Host

from .conftest import Entries, tell, time
from .test_log import LateHost, message

SECOND = 1_000_000

# What a text says at the time of each tenth entry, and just before the next.
TEXTS = ("of the same time", "ERROR just before", "  goes on")

Row = tuple[int, int, int, str]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(sifted, "BATCH", 50)
    monkeypatch.setattr(row_reader, "BATCH", 50)


@pytest.fixture
def probe() -> Iterator[PageProbe]:
    made = PageProbe(Host())
    yield made
    made.close()


@pytest.fixture
def told(journal: Path) -> Entries:
    return tell(journal)


@pytest.fixture
def text(told: Entries, tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line}\n" for _key, _member, _order, line in lines(told)))
    return path


def lines(told: Entries) -> list[Row]:
    """Returns the lines of the text, and when each stands."""
    found: list[tuple[int, str]] = []
    for place in range(0, len(told) - 1, 10):
        at, after = time(told[place]), time(told[place + 1])
        found.append((at, f"{stamp(at)} vm app[1]: {TEXTS[0]} {place}"))
        if after - at > 1:
            found.append((after - 1, f"{stamp(after - 1)} vm app[1]: {TEXTS[1]} {place}"))
            found.append((after - 1, TEXTS[2]))
    return [(at, 1, order, line) for order, (at, line) in enumerate(found)]


def stamp(time: int) -> str:
    moment = dt.datetime.fromtimestamp(time // SECOND, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time % SECOND:06}Z"


def merged(told: Entries, offset: int = 0, entries: Sequence[bool] = ()) -> list[Row]:
    """Returns all rows: the journal is the first of the two, and its clock is so much behind."""
    said = [
        (time(entry) + offset, 0, order, message(entry)[:4096])
        for order, entry in enumerate(told)
        if not entries or entries[order]
    ]
    return sorted([*said, *lines(told)])


def sources(journal: Path, text: Path, offset: int = 0) -> str:
    return name_of([Source(f"journal:{journal.parent}", offset), Source(str(text))])


def settled(probe: PageProbe, source: str, **arguments: Any) -> Page:
    while True:
        page = probe.read(source=source, **arguments)
        if page.settled:
            return page


def shown(page: Page) -> list[tuple[int, str]]:
    return [
        (line.source, line.text[slice(*line.parts.get("message", (0, 0)))]
         if line.source == 0 else line.text)
        for line in page.shown
    ]  # fmt: skip


def expected(rows: Sequence[Row]) -> list[tuple[int, str]]:
    return [(member, text) for _key, member, _order, text in rows]


@pytest.mark.parametrize("offset", [0, -1, 3 * SECOND])
def test_entries_and_lines_come_in_the_order_of_time(
    probe: PageProbe, journal: Path, text: Path, told: Entries, offset: int
) -> None:
    rows = merged(told, offset)
    source = sources(journal, text, offset)
    for first in (0, len(rows) // 2, len(rows) - 20):
        page = settled(probe, source, row=first, count=50)
        assert (page.rows, page.lines, page.trouble) == (len(rows), len(rows), "")
        assert shown(page) == expected(rows[first : first + 50])
    assert {line.time + 0 for line in page.shown if line.source == 0} == {
        key for key, member, _order, _text in rows[first:] if member == 0
    }


def test_the_end_is_there_at_once(
    probe: PageProbe, journal: Path, text: Path, told: Entries
) -> None:
    page = probe.read(source=sources(journal, text), count=20, seconds=0.0)
    assert not page.settled
    assert shown(page) == expected(merged(told)[-20:])


def test_what_is_asked_for_and_found(
    probe: PageProbe, journal: Path, text: Path, told: Entries
) -> None:
    """Through the journal's index, and by looking at each entry."""
    chosen = [entry.get("SYSLOG_IDENTIFIER") == "native" for entry in told]
    source = sources(journal, text)
    page = settled(probe, source, query="identifier=native or identifier=app", row=0, count=999)
    rows = [row for row in merged(told, entries=chosen) if TEXTS[2] != row[3]]
    assert shown(page) == expected(rows)
    found = settled(probe, source, search='"ive 1" or "just before"', row=0, count=999)
    hits = [row for row, line in enumerate(found.shown) if line.hit]
    assert len(hits) == found.hits
    assert {found.shown[row].source for row in hits} == {0, 1}
    place = len(hits) // 2
    for back, wanted in ((False, place + 1), (True, place - 1)):
        seek = HITS, found.shown[hits[place]].offset, back
        page = settled(probe, source, search='"ive 1" or "just before"', seek=seek)
        assert page.sought == (hits[wanted], wanted)


def test_errors_of_both_are_sought(probe: PageProbe, journal: Path, text: Path) -> None:
    source = sources(journal, text, 3 * SECOND)
    every = settled(probe, source, row=0, count=999).shown
    errors = [row for row, line in enumerate(every) if 0 <= line.level <= 3]
    assert {every[row].source for row in errors} == {0, 1}
    for place, row in enumerate(errors[:20]):
        for back, wanted in ((False, (place + 1) % len(errors)), (True, place - 1)):
            page = settled(probe, source, seek=(ERRORS, every[row].offset, back))
            assert page.sought == (errors[wanted], wanted % len(errors))
        assert settled(probe, source, seek=(LINE, every[row].offset, False)).sought == (row, 0)


def test_only_what_one_is_asked_for_is_looked_through(
    probe: PageProbe, journal: Path, text: Path, told: Entries, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(probe, sources(journal, text))
    monkeypatch.setattr(Host, "spawn", None)  # No journalctl is started for that.
    page = settled(probe, sources(journal, text), query="source~app and (same or before)", row=0)
    assert {line.source for line in page.shown} == {1}


def test_what_comes_to_the_journal_is_merged_on(journal: Path, text: Path, told: Entries) -> None:
    late = PageProbe(LateHost(time(told[120])))
    everything: dict[str, Any] = {"row": 0, "count": 999}
    first = settled(late, sources(journal, text), **everything)
    pages = [first]

    def is_there() -> bool:
        pages.append(settled(late, sources(journal, text), **everything))
        return pages[-1].rows >= len(merged(told))

    wait_until(is_there, "all entries")
    late.close()
    assert first.rows < len(merged(told))
    assert shown(pages[-1]) == expected(merged(told))
