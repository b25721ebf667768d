"""Ticks of time: round on the user's clock, few enough to be read, the date where a day begins."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sysgui.panels.services.watch.axis import DAY, HOUR, MINUTE, ticks


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(text: str) -> float:
    return time.mktime(time.strptime(f"{text}:00"[:19], "%Y-%m-%d %H:%M:%S"))


@pytest.mark.parametrize("span", [MINUTE, HOUR, 5 * HOUR, DAY, 7 * DAY, 90 * DAY, 3000 * DAY])
@pytest.mark.parametrize("most", [1, 4, 9])
def test_there_are_never_more_than_have_room(span: int, most: int) -> None:
    begin = at("2026-03-04 05:06:07")
    found = ticks(begin, begin + span, most)
    assert len(found) <= most + 1
    assert all(begin <= tick.time <= begin + span for tick in found)
    assert [tick.time for tick in found] == sorted({tick.time for tick in found})


def test_they_stand_at_round_times_and_midnight_says_the_date() -> None:
    found = ticks(at("2026-11-26 19:10"), at("2026-11-27 08:00"), 6)
    assert [tick.text for tick in found] == ["21:00", "11-27", "03:00", "06:00"]
    assert found[1].time == at("2026-11-27 00:00")


def test_days_are_named_by_their_date_and_years_by_their_first() -> None:
    found = ticks(at("2026-12-29 12:00"), at("2027-01-03 12:00"), 6)
    assert [tick.text for tick in found] == ["12-30", "12-31", "2027-01-01", "01-02", "01-03"]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_clock_that_is_set_leaves_them_at_their_times(day: str) -> None:
    begin = at(f"{day} 00:00")
    found = ticks(begin, begin + DAY, 8)
    assert [tick.text for tick in found[1:8]] == [f"{hour:02}:00" for hour in range(3, 24, 3)]
    for tick in found[1:8]:
        assert time.strftime("%H:%M", time.localtime(tick.time)) == tick.text
