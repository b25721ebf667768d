"""What a typed moment names, and which lines it asks for.

Where systemd knows a form too, the expected moments are those that `systemd-analyze timestamp`
printed for it, with TZ=Europe/Berlin and at NOW.
"""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.formats.moments import moment, time_selects
from sysgui.panels.logs.formats.recognise import form_of
from sysgui.panels.logs.formats.times import Surroundings, Times
from sysgui.panels.logs.formats.zones import Zone
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import All, Condition
from sysgui.system.query import QueryError
from sysgui.system.query_values import Value
from tests.panels.logs.text.test_blocks import opened, starts_of

from .samples import STACK
from .test_parts import scanned

SECOND = 1_000_000
ZONE = Zone(ZoneInfo("Europe/Berlin"))

# date -d "2026-11-27 09:00 UTC" +%s
NOW = 1_795_770_000.25


@pytest.mark.parametrize(
    ("text", "begin", "length"),
    [
        ("2026-11-27", 1_795_734_000, 86_400),
        ("today", 1_795_734_000, 86_400),
        ("Today", 1_795_734_000, 86_400),
        ("yesterday", 1_795_647_600, 86_400),
        ("tomorrow", 1_795_820_400, 86_400),
        ("2026-11-27 08:00", 1_795_762_800, 60),
        ("2026-11-27T08:00", 1_795_762_800, 60),
        ("2026-11-27t08:00:05", 1_795_762_805, 1),
        (" 2026-11-27  8:00:05 ", 1_795_762_805, 1),
        ("08:00", 1_795_762_800, 60),
        ("today 08:00:05", 1_795_762_805, 1),
        ("@1764230400", 1_764_230_400, 1),
        ("2024-02-29 23:59", 1_709_247_540, 60),
        # What TZ=Europe/Berlin date -d says: an hour that comes twice, and other zones.
        ("2026-10-25T02:30+01:00", 1_792_891_800, 60),
        ("2026-10-25T02:30+02:00", 1_792_888_200, 60),
        ("2026-10-25 01:30 UTC", 1_792_891_800, 60),
        ("2026-10-25T01:30:05.25Z", 1_792_891_805.25, 0.01),
        ("2026-11-27T08:00:05-0530", 1_795_786_205, 1),
        ("08:00+01:00", 1_795_762_800, 60),
        # Days of 23 and of 25 hours.
        ("2026-03-29", 1_774_738_800, 23 * 3600),
        ("2026-10-25", 1_792_879_200, 25 * 3600),
        ("now", NOW, 0.000001),
        ("-1s", NOW - 1, 0.000001),
        ("-2h30m", NOW - 9_000, 0.000001),
        ("-1d", NOW - 86_400, 0.000001),
        ("-1w1ms", NOW - 604_800.001, 0.000001),
        ("-90min", NOW - 5_400, 0.000001),
        ("2h30m ago", NOW - 9_000, 0.000001),
        ("2 days 3 hours ago", NOW - 183_600, 0.000001),
        ("-1hour5sec", NOW - 3_605, 0.000001),
        ("1 Week 20 minutes 7ms ago", NOW - 606_000.007, 0.000001),
        ("2026-11-27 08:00:05.25", 1_795_762_805.25, 0.01),
        ("@1764230400.5", 1_764_230_400.5, 0.1),
    ],
)
def test_a_moment_is_the_one_that_systemd_names(text: str, begin: float, length: float) -> None:
    named = moment(text, ZONE, NOW)
    assert named
    assert named.begin == round(begin * SECOND)
    assert named.end == round((begin + length) * SECOND)


@pytest.mark.parametrize(
    "text",
    ["", "-", "x", "2026", "2026-02-29", "2026-13-01", "2026-11-27 25:00", "24:00", "08:60",
     "08:00:60", "8", "2026-11-27 x", "today x", "@", "@-1", "-5", "-5x", "now now", "\0",
     "+1h", "08:00 today", "ago", "2h", "2 ago", "2 moons ago", "today ago",
     "08:00+25:00", "08:00+1", "2026-11-27+01:00", "08:00 CESTA"],
)  # fmt: skip
def test_what_names_no_moment_is_none(text: str) -> None:
    assert moment(text, ZONE, NOW) is None


@given(st.text(alphabet="0123456789-:@.T todaynwhs", max_size=20))
def test_anything_names_a_time_that_has_a_length_or_none(text: str) -> None:
    named = moment(text, ZONE, NOW)
    assert named is None or named.begin < named.end


LOG = b"""\
begins without a time
2026-11-27 07:59:59,999 - a - INFO - one
2026-11-27 08:00:00,000 - a - ERROR - two
Traceback (most recent call last):
2026-11-27 08:00:59,999 - a - INFO - three
2026-11-27 08:01:00,000 - a - INFO - four
"""


def asked(data: bytes, *asked_for: tuple[str, str, str]) -> list[int]:
    """Returns the numbers of the lines that are found."""
    with opened(data, 1 << 20) as text:
        times = Times(form_of(text), text, Surroundings(ZONE, 0))
        asks = time_selects(times, ZONE, lambda: NOW)
        made: list[Condition] = [
            asks[name](sign, Value(7, value, unknown=value == "-", source=None))
            for name, sign, value in asked_for
        ]
        return scanned(All(made), data)


def test_lines_are_asked_for_by_when_they_were_written() -> None:
    since, until = ("since", "~", "2026-11-27 08:00"), ("until", "~", "2026-11-27 08:00")
    assert asked(LOG, since) == [2, 3, 4, 5]
    assert asked(LOG, until) == [1, 2, 3, 4]
    assert asked(LOG, since, until) == [2, 3, 4]
    assert asked(LOG, ("since", "=", "today"), ("until", "=", "07:59:59.9")) == [1]
    assert asked(LOG, ("since", "=", "2026-11-28")) == []
    assert asked(b"no time\n", ("since", "=", "1970-01-01")) == []


def test_the_lines_of_a_record_are_asked_for_together_across_blocks() -> None:
    data = STACK * 3
    for block in (256, 1 << 20):
        with opened(data, block) as text:
            times = Times(form_of(text), text, Surroundings(ZONE, 0))
            asks = time_selects(times, ZONE, lambda: NOW)
            second = asks["until"]("=", Value(1, "2018-03-22 12:35:47"))
            scan = Scan(text, {"asked": second})
            scan.go_on(60)
            rows = Rows(scan, "asked")
            starts = starts_of(data)
            found = [starts.index(offset) for offset in rows.offsets(0, len(rows))]
        assert found == [*range(8), *range(9, 17), *range(18, 26)]


@pytest.mark.parametrize(("sign", "value"), [("=", "x"), ("=", "-"), ("!=", "today"), ("~", "")])
def test_what_is_no_time_is_refused_where_it_stands(sign: str, value: str) -> None:
    with pytest.raises(QueryError) as caught:
        asked(LOG, ("since", sign, value))
    assert caught.value.column == 7
    assert "expected a time such as 2026-11-27T08:00" in caught.value.message
