"""Times in fixed columns, against what Python's datetime says of each by itself."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.formats.stamps import (
    TAIL,
    UNKNOWN,
    gathered,
    read,
    read_seconds,
    read_tail,
)

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TIMES = st.datetimes(dt.datetime(1000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None))
ISO = "YYYY-mm-ddTHH:MM:SS"

TEMPLATES = {
    ISO: "%Y-%m-%dT%H:%M:%S",
    "YYYY-mm-dd  HH:MM:SS": "%Y-%m-%d  %H:%M:%S",
    "dd/bbb/YYYY:HH:MM:SS": "%d/%b/%Y:%H:%M:%S",
    "www bbb dd HH:MM:SS YYYY": "%a %b %e %H:%M:%S %Y",
    "www bbb dd HH:MM:SS.ffffff YYYY": "%a %b %d %H:%M:%S.%f %Y",
    "bbb dd, YYYY HH:MM:SS Aw": "%b %d, %Y %I:%M:%S %p",
}


def columns(*texts: str, width: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Returns the texts as columns, as they are gathered from a block."""
    data = "\n".join(texts).encode()
    starts = np.array([0, *(len(text.encode()) + 1 for text in texts[:-1])]).cumsum()
    return gathered(np.frombuffer(data, np.uint8), starts, width or max(map(len, texts)))


def moments(template: str, *texts: str) -> list[int]:
    return read(columns(*texts, width=len(template)), template).moment().tolist()


@given(
    st.sampled_from(sorted(TEMPLATES)),
    st.lists(TIMES, min_size=1, max_size=5),
)
def test_what_strftime_writes_is_read(template: str, times: list[dt.datetime]) -> None:
    texts = [time.strftime(TEMPLATES[template]) for time in times]
    if "f" not in template:
        times = [time.replace(microsecond=0) for time in times]
    expected = [(t.replace(tzinfo=dt.UTC) - EPOCH) // dt.timedelta(microseconds=1) for t in times]
    assert moments(template, *texts) == expected


@given(st.sampled_from(sorted(TEMPLATES)), st.data())
def test_a_text_with_another_character_in_it_is_no_time(template: str, data: st.DataObject) -> None:
    text = dt.datetime(2026, 11, 27, 8, 0, 1, tzinfo=dt.UTC).strftime(TEMPLATES[template])
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.sampled_from("x\n\x00é#")) + text[place + 1 :]
    if template[place] == "w" and changed[place] in "xé":
        return  # Any letter will do for the names of the days; of others the first byte does.
    assert moments(template, changed) == [UNKNOWN]


@pytest.mark.parametrize(
    "text",
    ["2026-02-29T08:00:01", "2026-13-01T08:00:01", "2026-00-01T08:00:01", "2026-11-31T08:00:01",
     "2026-11-27T24:00:01", "2026-11-27T08:60:01", "2026-11-27T08:00:61", "2026-11-27T08:00:0",
     "2026-11- 7T08:00:0\n", ""],
)  # fmt: skip
def test_what_no_calendar_and_no_clock_shows_is_no_time(text: str) -> None:
    assert moments(ISO, text) == [UNKNOWN]


def test_a_leap_second_is_the_next_minutes_first() -> None:
    assert moments(ISO, "2016-12-31T23:59:60") == moments(ISO, "2017-01-01T00:00:00")


# The zones' names that are known here.
NAMED = {"UTC": 0, "CET": 3600, "CEST": 7200}.get


def tails(*texts: str) -> list[tuple[int, int, bool, int]]:
    found = read_tail(columns(*texts, width=TAIL), NAMED)
    return list(zip(*(each.tolist() for each in found), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0, False, 0)),
        (" x", (0, 0, False, 0)),
        (".5 x", (500_000, 0, False, 2)),
        (",123 x", (123_000, 0, False, 4)),
        (".123456789Z", (123_456, 0, True, 11)),
        (".123456789123", (123_456, 0, False, 10)),
        (". x", (0, 0, False, 0)),
        ("Z x", (0, 0, True, 1)),
        ("z x", (0, 0, True, 1)),
        ("+01:00 x", (0, 3600, True, 6)),
        ("-0730 x", (0, -27_000, True, 5)),
        ("+01 x", (0, 3600, True, 3)),
        ("+1 x", (0, 0, False, 0)),
        (" +0100 x", (0, 3600, True, 6)),
        (" -05:00 x", (0, -18_000, True, 7)),
        (" +01 x", (0, 0, False, 0)),
        (" - x", (0, 0, False, 0)),
        (".562264131 -0400 EDT", (562_264, -14_400, True, 16)),
        (".118 UTC [7]", (118_000, 0, True, 8)),
        (" CEST [7]", (0, 7200, True, 5)),
        (" INFO x", (0, 0, False, 0)),
        (" UTCXY x", (0, 0, False, 0)),
        (" UT", (0, 0, False, 0)),
    ],
)
def test_fraction_and_zone_are_read(text: str, expected: tuple[int, int, bool, int]) -> None:
    assert tails(text) == [expected]
    # Beside one that has its zone at another column.
    assert tails(text, ".5+02:00", "Z") == [expected, (500_000, 7200, True, 8), (0, 0, True, 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("    0.000000]", 0),
        (" 1234.567890]", 1_234_567_890),
        ("123456.000001]", 123_456_000_001),
        ("1364481363.243:24287)", 1_364_481_363_243_000),
        ("1364481363,", 1_364_481_363_000_000),
        ("1364481363", 1_364_481_363_000_000),
        ("1531171074631,", 1_531_171_074_631_000),
        ("1531171074631.5,", 1_531_171_074_631_000),
        ("1531171074631123,", 1_531_171_074_631_123),
        ("1531171074631123456,", 1_531_171_074_631_123),
        ("4102444800.5", 4_102_444_800_500_000),
        ("", None),
        ("x", None),
        (".5", None),
        ("  ]", None),
        ("9999999999999999999", None),
    ],
)
def test_numbers_of_seconds_are_read(text: str, expected: int | None) -> None:
    for others in ((), ("12.5", "x")):
        found, known = read_seconds(columns(text, *others, width=26))
        assert bool(known[0]) is (expected is not None)
        assert expected is None or found[0] == expected


@given(st.binary(max_size=40), st.lists(st.integers(0, 50), max_size=9), st.integers(1, 12))
@example(b"", [0], 3)
def test_columns_are_those_of_the_data_and_nothing_behind_it(
    data: bytes, places: list[int], width: int
) -> None:
    found = gathered(np.frombuffer(data, np.uint8), np.array(places, np.int64), width)
    expected = [data[place : place + width].ljust(width, b"\0") for place in places]
    assert [bytes(column) for column in found.T] == expected
