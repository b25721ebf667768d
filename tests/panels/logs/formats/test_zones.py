"""What the clocks of a place showed, against what zoneinfo says of each moment by itself."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.formats.calendar import NO_DAY, days_since_1970, month_of
from sysgui.panels.logs.formats.zones import SECOND, Zone, zone_of
from sysgui.system.host import Host

# Half and quarter hours, a day that was left out, Ramadan, the south, changes at midnight.
NAMES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Santiago",
    "Atlantic/Azores",
    "UTC",
)


def naive(*numbers: int) -> dt.datetime:
    """Returns what clocks show, wherever they are."""
    return dt.datetime(*numbers, tzinfo=dt.UTC).replace(tzinfo=None)


ZONES = {name: Zone(ZoneInfo(name)) for name in NAMES}
MOMENTS = st.datetimes(naive(1901, 1, 1), naive(2199, 12, 31))


def shown(moment: dt.datetime) -> int:
    """Returns what clocks show, in microseconds, as if it were UTC."""
    return round((moment.replace(tzinfo=dt.UTC) - EPOCH) / dt.timedelta(microseconds=1))


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@given(st.sampled_from(NAMES), st.lists(MOMENTS, min_size=1, max_size=9))
@example("Europe/Berlin", [naive(2026, 3, 29, 2, 30)])
@example("Europe/Berlin", [naive(2026, 10, 25, 2, 30)])
@example("Europe/Berlin", [naive(2038, 1, 19, 4, 14, 8)])
@example("Pacific/Apia", [naive(2011, 12, 30, 12)])
@example("UTC", [naive(1970, 1, 1)])
def test_the_moment_is_the_one_that_zoneinfo_names(name: str, local: list[dt.datetime]) -> None:
    local.sort()
    found = ZONES[name].utc(np.array([shown(each) for each in local])).tolist()
    there = ZoneInfo(name)
    assert found == [shown(each.replace(tzinfo=there).astimezone(dt.UTC)) for each in local]


def test_an_hour_that_comes_twice_is_told_by_the_clocks_going_back() -> None:
    # Every ten minutes from 1 h before to 2 h after the change at 01:00 UTC, 25 October 2026.
    change = round(dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC).timestamp()) * SECOND
    moments = [change + minutes * 60 * SECOND for minutes in range(-60, 120, 10)]
    berlin = ZoneInfo("Europe/Berlin")
    local = [
        shown(dt.datetime.fromtimestamp(moment / SECOND, berlin).replace(tzinfo=None))
        for moment in moments
    ]
    zone = ZONES["Europe/Berlin"]
    assert zone.utc(np.array(local)).tolist() == moments
    # From the middle of the second time on, if it is known what came before.
    assert local[8] == local[2]
    assert zone.utc(np.array(local[8:]), before=moments[7]).tolist() == moments[8:]
    assert zone.utc(np.array(local[8:])).tolist() == [*moments[2:6], *moments[12:]]
    # Two lines that are out of order by a little change nothing.
    swapped = [local[0], local[2], local[1], local[3]]
    assert zone.utc(np.array(swapped)).tolist() == [moments[i] for i in (0, 2, 1, 3)]


@pytest.mark.parametrize(
    ("name", "year", "east"),
    [
        ("CET", 2026, 3600),
        ("CEST", 2026, 7200),
        ("UTC", 2026, 0),
        ("GMT", 1970, 0),
        ("EST", 2026, None),
    ],
)
def test_a_zone_knows_the_names_of_its_own_offsets(name: str, year: int, east: int | None) -> None:
    assert ZONES["Europe/Berlin"].offset_named(name, year) == east


@given(MOMENTS, st.sampled_from(NAMES))
def test_what_the_clocks_show_is_what_zoneinfo_says(moment: dt.datetime, name: str) -> None:
    there = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert ZONES[name].local(shown(moment)) == shown(there)


def test_the_zone_of_a_machine_is_that_of_its_own_file(tmp_path: Path) -> None:
    assert zone_of(Host(str(tmp_path))).key == "UTC"
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/localtime").write_bytes(b"damaged")
    assert zone_of(Host(str(tmp_path))).key == "UTC"
    kolkata = Path("/usr/share/zoneinfo/Asia/Kolkata").read_bytes()
    (tmp_path / "etc/localtime").write_bytes(kolkata)
    there = zone_of(Host(str(tmp_path))).utcoffset(naive(2026, 1, 1))
    assert there == dt.timedelta(hours=5, minutes=30)
    assert zone_of(Host(str(tmp_path)), "Europe/Berlin").key == "Europe/Berlin"
    assert zone_of(Host(str(tmp_path)), ":Europe/Berlin").key == "Europe/Berlin"
    assert zone_of(Host(str(tmp_path)), "../etc/passwd").key == "UTC"
    assert zone_of(Host(str(tmp_path)), "No/Such").key == "UTC"


@given(st.integers(1, 9999), st.integers(0, 14), st.integers(0, 33))
@example(2000, 2, 29)
@example(1900, 2, 29)
@example(1970, 1, 1)
def test_days_are_counted_as_the_calendar_has_them(year: int, month: int, day: int) -> None:
    [found] = days_since_1970(np.array([year]), np.array([month]), np.array([day])).tolist()
    try:
        expected = (dt.date(year, month, day) - dt.date(1970, 1, 1)).days
    except ValueError:
        expected = NO_DAY
    assert found == expected


def test_months_are_told_by_their_english_names() -> None:
    names = [dt.date(2026, month, 1).strftime("%b") for month in range(1, 13)]
    others = ["jan", "JAN", "Xan", "Mai", "Okt", "Dez", "   ", "Jax", "Aen"]
    letters = np.array([list(name.encode()) for name in names + others], np.uint8).T
    assert month_of(*letters).tolist() == [*range(1, 13), *[0] * len(others)]
