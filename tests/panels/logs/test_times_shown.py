"""How times of lines are told, against what `date` says of them."""

import datetime as dt
import subprocess
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.times_shown import AGO, LATER, LOCAL, MODES, UTC, WRITTEN, TimesShown

ZONE = ZoneInfo("America/New_York")
NOW = 1_795_766_400
SECOND = 1_000_000


def told(mode: str, time: int, *, mark: int = -1) -> str:
    shown = TimesShown(ZONE, lambda: NOW)
    shown.mode, shown.mark = mode, mark
    return shown.text(Line(0, "Nov 27 03:00:00 x", 17, time=time, parts={"time": (0, 15)}))


def date(seconds: int, zone: str) -> str:
    return subprocess.run(
        ["date", f"--date=@{seconds}", "+%Y-%m-%d %H:%M:%S"],
        env={"TZ": zone}, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


@pytest.mark.parametrize("seconds", [0, 1_793_512_799, 1_793_512_800, NOW, 4_102_444_799])
def test_a_clock_shows_what_date_prints(seconds: int) -> None:
    assert told(LOCAL, seconds * SECOND) == date(seconds, "America/New_York")
    assert told(UTC, seconds * SECOND) == date(seconds, "UTC") + "Z"
    assert told(UTC, seconds * SECOND + 7_999) == date(seconds, "UTC") + ".007Z"


def test_as_written_is_as_written_unless_nothing_is() -> None:
    assert told(WRITTEN, NOW * SECOND) == "Nov 27 03:00:00"
    shown = TimesShown(ZONE, lambda: NOW)
    shown.written = False
    line = Line(0, "x", 1, time=NOW * SECOND, parts={"time": (0, 1)})
    assert shown.text(line) == date(NOW, "America/New_York")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0\u202fs ago"),
        (59, "59\u202fs ago"),
        (61, "1\u202fmin ago"),
        (3 * 3600 + 1800, "3\u202fh ago"),
        (400 * 86_400, "400\u202fd ago"),
        (-61, "in 1\u202fmin"),
    ],
)
def test_how_long_ago(seconds: int, text: str) -> None:
    assert told(AGO, (NOW - seconds) * SECOND) == text


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0, "+0.000 s"),
        (1_500, "+0.002 s"),
        (-59_999_000, "-59.999 s"),
        (60 * SECOND, "+1\u202fmin"),
        (-3_725 * SECOND, "-1\u202fh 2\u202fmin"),
    ],
)
def test_how_much_later(time: int, text: str) -> None:
    assert told(LATER, NOW * SECOND + time, mark=NOW * SECOND) == text


@pytest.mark.parametrize("mode", [LOCAL, UTC, AGO, LATER])
def test_what_tells_no_time_has_none(mode: str) -> None:
    assert told(mode, -1, mark=NOW) == ""
    assert told(LATER, NOW) == ""


@given(st.sampled_from(list(MODES)), st.integers(0, 1 << 62), st.integers(0, 1 << 62))
def test_any_time_can_be_told(mode: str, time: int, mark: int) -> None:
    shown = TimesShown(dt.UTC, lambda: NOW)
    shown.mode, shown.mark = mode, mark
    assert shown.text(Line(0, "", 0, time=time))
