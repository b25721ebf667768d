"""Queries for the lines of a time that was chosen by hand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.formats.moments import moment
from sysgui.panels.logs.formats.zones import SECOND, Zone
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.window.ways_on import ways_on
from sysgui.panels.logs.window.within import query_at_any_time, query_with, query_within

BERLIN = ZoneInfo("Europe/Berlin")

# date -ud "2026-11-27 08:00" +%s
BEGIN = 1_795_766_400


@pytest.mark.parametrize(
    ("query", "others"),
    [
        ("", ""),
        ("sshd", "sshd "),
        ("a or b", "(a or b) "),
        ("(a or b) c", "(a or b) c "),
        ('"this or that" (not (a or b))', '"this or that" (not (a or b)) '),
        ("(a or b) since:2026-01-01 until:today", "(a or b) "),
        ("since:2026-01-01T00:00:00 until:@5", ""),
        ("since:2026-01-01 x", "since:2026-01-01 x "),
    ],
)
def test_the_time_is_added_to_what_is_asked_for_or_takes_the_place_of_another(
    query: str, others: str
) -> None:
    within = query_within(query, BEGIN, BEGIN + 60, UTC)
    assert within == f"{others}since:2026-11-27T08:00:00 until:2026-11-27T08:00:59"
    assert query_at_any_time(within) == others.strip()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "pid=1"),
        ("sshd", "sshd pid=1"),
        ("a or b", "(a or b) pid=1"),
        ("a or b since:today until:@5", "(a or b) pid=1 since:today until:@5"),
        ("since:today until:@5", "pid=1 since:today until:@5"),
    ],
)
def test_a_term_is_added_to_all_that_is_asked_for(query: str, expected: str) -> None:
    assert query_with("pid=1", query) == expected


@pytest.mark.parametrize(
    ("text", "parts", "ways"),
    [
        ("", {}, []),
        (
            "R&D[7]: x y",
            {"identifier": (0, 3), "pid": (4, 5), "message": (8, 11)},
            [("Show only identifier R&&D", "identifier=R&D"), ("Show only pid 7", "pid=7")],
        ),
        (
            "::1 or\x1b",
            {"client": (0, 3), "user": (4, 7)},
            [("Show only client ::1", 'client="::1"'), ("Show only user or\\x1b", "user=or\x1b")],
        ),
    ],
)
def test_the_parts_of_a_line_lead_on(
    text: str, parts: dict[str, tuple[int, int]], ways: list[tuple[str, str]]
) -> None:
    line = Line(offset=0, text=text, length=len(text), parts=parts)
    assert [(way.text, way.query("")) for way in ways_on(line, UTC)][2:] == ways


@given(
    st.one_of(st.integers(0, 4_000_000_000), st.integers(1_792_879_200, 1_792_900_800)),
    st.integers(1, 100_000),
)
def test_what_is_written_names_the_seconds_that_were_chosen(begin: int, length: int) -> None:
    since, until = query_within("", begin, begin + length, BERLIN).split(" ")
    now = datetime(2026, 11, 27, tzinfo=UTC).timestamp()
    first = moment(since.removeprefix("since:"), Zone(BERLIN), now)
    last = moment(until.removeprefix("until:"), Zone(BERLIN), now)
    assert first is not None
    assert last is not None
    assert (first.begin, last.end) == (begin * SECOND, (begin + length) * SECOND)
