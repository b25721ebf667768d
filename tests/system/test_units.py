"""Figures as they are written: few digits, the right unit, and back again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.system import units

COUNTS = st.floats(min_value=0, max_value=9e20) | st.integers(min_value=0, max_value=2**69)
POWERS = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6, "B": 0}


def read_back(text: str, step: int) -> float:
    figure, _space, unit = text.partition(units.SPACE)
    return float(figure) * step ** POWERS[unit[0]]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (999.4 * 1024, "999 KiB"),
        (999.5 * 1024, "1.0 MiB"),
        (10 * 1024**3, "10.0 GiB"),
        (2**70, "1024 EiB"),
    ],
)
def test_sizes(count: float, text: str) -> None:
    assert units.size(count) == text.replace(" ", units.SPACE)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B/s"), (999.7, "1.0 kB/s"), (184_000_000, "184 MB/s"), (99_949, "99.9 kB/s")],
)
def test_rates(count: float, text: str) -> None:
    assert units.rate(count) == text.replace(" ", units.SPACE)


@given(COUNTS)
def test_a_size_read_back_is_the_size_to_its_last_digit(count: float) -> None:
    # Three digits count, or a tenth of the unit.
    assert read_back(units.size(count), 1024) == pytest.approx(count, rel=0.051, abs=0.51)
    assert read_back(units.amount(count), 1000) == pytest.approx(count, rel=0.051, abs=0.51)


@given(COUNTS)
def test_a_size_has_at_most_four_characters_before_its_unit(count: float) -> None:
    for text in (units.size(count), units.amount(count)):
        assert len(text.partition(units.SPACE)[0]) <= 4


@given(COUNTS, COUNTS)
def test_more_is_never_written_as_less(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert read_back(units.size(less), 1024) <= read_back(units.size(more), 1024)
    assert read_back(units.amount(less), 1000) <= read_back(units.amount(more), 1000)


@given(st.floats(min_value=0, max_value=1e6))
def test_percentages_keep_one_decimal_below_a_hundred(share: float) -> None:
    text = units.percent(share).partition(units.SPACE)[0]
    assert float(text) == pytest.approx(share, abs=0.051 if share < 99.95 else 0.51)
    assert re.fullmatch(r"\d{1,2}\.\d|\d{3,}", text)


def test_what_is_not_known_is_a_dash_everywhere() -> None:
    for write in (units.size, units.rate, units.amount, units.percent, units.decimal):
        assert write(None) == units.UNKNOWN
    assert units.duration(None) == units.UNKNOWN


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0_s"),
        (59.9, "59_s"),
        (60, "1_min"),
        (3 * 86_400 + 4 * 3600 + 59, "3_d 4_h"),
        (86_400, "1_d"),
        (-5, "0_s"),
        (61, "1_min 1_s"),
    ],
)
def test_durations_have_at_most_two_units(seconds: float, text: str) -> None:
    assert units.duration(seconds) == text.replace("_", units.SPACE)


@given(st.integers(min_value=0, max_value=10**9))
def test_a_duration_read_back_lacks_less_than_its_last_unit(seconds: int) -> None:
    lengths = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
    parts = [part.split(units.SPACE) for part in units.duration(seconds).split(" ")]
    total = sum(int(count) * lengths[unit] for count, unit in parts)
    assert 0 <= seconds - total < lengths[parts[-1][1]]


def test_round_figures_lose_their_decimal_on_scales() -> None:
    assert units.short("1.0 kB") == "1 kB"
    assert units.short("1.5 kB") == "1.5 kB"


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (13_000_000, "13 000 000")])
def test_how_many_there_are_is_written_in_groups_of_three(number: int, text: str) -> None:
    assert units.count(number) == text.replace(" ", units.SPACE)
