"""What is asked of a journal, against the entries that journalctl prints."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sysgui.panels.logs.formats.zones import Zone
from sysgui.panels.logs.journal.entries import JournalEntries
from sysgui.panels.logs.journal.question import language, split
from sysgui.panels.logs.journal.sieve import Sieve, chosen
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.panels.logs.query import QueryError
from sysgui.system.host import Host

from .conftest import level, tell

ASKED = language(Zone(ZoneInfo("UTC")), lambda: 1_800_000_000.0)
NOON = 1_764_244_800_000_000  # date -d '2025-11-27 12:00 UTC' +%s


@pytest.mark.parametrize(
    ("query", "wanted", "is_all"),
    [
        ("", Wanted(), True),
        ("level<=err", Wanted(worst=3), True),
        ("level<crit unit=nginx", Wanted(worst=1, units=("nginx",)), True),
        ("(unit=nginx or unit=cron.service) pid=7", Wanted(units=("nginx", "cron.service"),
         pids=(7,)), True),
        ("identifier=a host=b boot=c", Wanted(identifiers=("a",), hosts=("b",), boots=("c",)),
         True),
        ("since:2025-11-27T12:00 since:@1 until:@1764244800",
         Wanted(since=NOON, until=NOON + 999_999), True),
        ("unit=nginx gone", Wanted(units=("nginx",)), False),
        ("unit=nginx unit=cron", Wanted(units=("nginx",)), False),
        ("level<=err level<=crit", Wanted(worst=3), False),
        ("unit=nginx or pid=1", Wanted(), False),
        ("unit=nginx or gone", Wanted(), False),
        ("not unit=nginx", Wanted(), False),
        ("level>=err", Wanted(), False),
        ("unit~ngi identifier!=a pid=x host=- boot=re:1", Wanted(), False),
    ],
)  # fmt: skip
def test_what_the_index_is_asked_for(query: str, wanted: Wanted, is_all: bool) -> None:
    question = split(ASKED.compile(query))
    assert question.wanted == wanted
    assert (question.rest is None) == is_all


Told = dict[str, Any]


def says(name: str, *others: str) -> Callable[[Told], str]:
    return lambda told: next((str(told[key]) for key in (name, *others) if key in told), "")


unit = says("_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT")
identifier = says("SYSLOG_IDENTIFIER", "_COMM")
pid = says("_PID", "SYSLOG_PID")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("unit=nginx or identifier=cat", lambda e: unit(e) == "nginx.service"
         or identifier(e) == "cat"),
        ("unit~NGINX", lambda e: "nginx" in unit(e)),
        ("unit=-", lambda e: not unit(e)),
        ("unit!=-", lambda e: bool(unit(e))),
        ("unit!=nginx.service", lambda e: unit(e) not in ("nginx.service", "")),
        (r"identifier=re:^n.t", lambda e: bool(re.search("^n.t", identifier(e)))),
        (r"identifier!=re:^n.t", lambda e: identifier(e) != ""
         and not re.search("^n.t", identifier(e))),
        ("not pid=1", lambda e: pid(e) != "1"),
        ("level>err", lambda e: 3 < level(e) < 8),
        ("level=-", lambda e: level(e) == 8),
        ("not level<=err", lambda e: level(e) > 3),
        ("not since:@0", lambda _e: False),
    ],
)  # fmt: skip
def test_what_is_tried_entry_by_entry(
    journal: Path, query: str, expected: Callable[[Told], bool]
) -> None:
    rest = split(ASKED.compile(query)).rest
    assert rest is not None
    source = JournalSource(files=(str(journal),))
    entries = JournalEntries(Host(), source).page(10_000).entries
    sight = Sieve([rest]).sight(entries, [entry.text for entry in entries])
    found = [e.cursor for e, is_so in zip(entries, chosen(sight, rest), strict=True) if is_so]
    told = tell(journal)
    assert found == [e["__CURSOR"] for e in told if expected(e)]


def test_a_text_is_found_in_each_of_its_lines(journal: Path) -> None:
    source = JournalSource(files=(str(journal),))
    entries = JournalEntries(Host(), source).page(3).entries
    query = ASKED.compile("second")
    sight = Sieve([query]).sight(entries, ["first\nsecond", "first", "a SECOND\nthird"])
    assert chosen(sight, query).tolist() == [True, False, True]


@pytest.mark.parametrize("query", ["since:never", "until:re:1", "since:-", "unit=re:(", "since>1"])
def test_what_is_no_question_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        ASKED.compile(query)
