"""When the lines of a log were written, against the moments from which the log was made."""

import datetime as dt
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.formats.log import Log
from sysgui.panels.logs.formats.recognise import form_of
from sysgui.panels.logs.formats.table import FORMS
from sysgui.panels.logs.formats.times import Surroundings, Times
from sysgui.panels.logs.formats.zones import Zone
from sysgui.panels.logs.text.blocks import Text
from sysgui.panels.logs.text.joined import Joined
from tests.panels.logs.text import test_blocks

from .samples import BOOT, STACK, STACK_TIMES

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
BERLIN = Zone(ZoneInfo("Europe/Berlin"))
UTC = Zone(ZoneInfo("UTC"))
FORM = {form.name: form for form in FORMS}


# A time stands whole in any block.
SMALL, LARGE = 128, 1 << 20


def opened(data: bytes, block: int = SMALL) -> AbstractContextManager[Text]:
    return test_blocks.opened(data, block)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def micros(moment: dt.datetime) -> int:
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def all_times(times: Times, text: Log, order: Callable[[int], Sequence[int]] = range) -> list[int]:
    """Returns the times of all lines of a log, read in some order of its blocks."""
    found = {number: times.times(text.block(number)).tolist() for number in order(len(text))}
    return [time for number in range(len(text)) for time in found[number]]


def syslog(*moments: dt.datetime) -> bytes:
    return b"".join(f"{each:%b %e %H:%M:%S} vm a: b\n".encode() for each in moments)


def years(data: bytes, written: dt.datetime, block: int = LARGE) -> list[int]:
    """Returns the years that the lines of a log are given."""
    with opened(data, block) as text:
        times = Times(FORM["syslog"], text, Surroundings(UTC, micros(written)))
        found = all_times(times, text)
        assert found == all_times(times, text, lambda blocks: range(blocks)[::-1])
    return [(EPOCH + dt.timedelta(microseconds=time)).year for time in found]


# Years


GAPS = st.lists(st.integers(0, 180 * 86_400), min_size=1, max_size=40)


@given(GAPS, st.datetimes(utc("2001-01-01").replace(tzinfo=None)), st.sampled_from([SMALL, LARGE]))
@example([0], utc("2024-03-01").replace(tzinfo=None), SMALL)
@example([1] * 3, utc("2025-01-01T00:00:01").replace(tzinfo=None), SMALL)
def test_the_years_are_those_in_which_the_lines_were_written(
    gaps: list[int], last: dt.datetime, block: int
) -> None:
    moment = last.replace(tzinfo=dt.UTC, microsecond=0)
    if moment.year > 9000:
        moment = moment.replace(year=2024, day=1)
    moments = [moment]
    for gap in gaps:
        moments.append(moments[-1] - dt.timedelta(seconds=gap))
    moments.reverse()
    assert years(syslog(*moments), moment, block) == [each.year for each in moments]


def test_the_new_year_and_the_29_february_are_passed() -> None:
    moments = [utc(day) for day in ("2023-12-31", "2024-01-01", "2024-02-29", "2024-03-01")]
    assert years(syslog(*moments), utc("2024-03-01T12:00")) == [2023, 2024, 2024, 2024]
    # Of a log that goes on being written to, long after.
    moments.append(utc("2026-02-01"))
    assert years(syslog(*moments[2:]), utc("2026-02-01")) == [2024, 2025, 2026]


def test_a_log_without_its_29_february_was_copied_since() -> None:
    lines = syslog(utc("2024-02-28"), utc("2024-02-29"), utc("2024-03-01"), utc("2024-06-01"))
    assert years(lines, utc("2026-11-27")) == [2024] * 4


def test_no_line_is_younger_than_the_log() -> None:
    # Between these lies more than half a year, so that the next year would be nearer.
    lines = syslog(utc("2026-01-05"), utc("2026-12-20"))
    assert years(lines, utc("2026-12-20")) == [2026, 2026]
    lines = syslog(utc("2026-03-01"), utc("2026-11-27"))
    assert years(lines, utc("2026-11-27")) == [2026, 2026]
    assert years(syslog(utc("2025-12-20")), utc("2026-11-27")) == [2025]
    # But by as much as two clocks differ.
    assert years(syslog(utc("2026-11-28")), utc("2026-11-27")) == [2026]


def test_a_clock_that_was_wrong_takes_no_other_line_with_it() -> None:
    wrong = utc("2026-01-01T00:00:05")
    lines = syslog(utc("2026-11-20"), wrong, utc("2026-11-21"), wrong, utc("2026-11-22"))
    found = years(lines, utc("2026-11-22"))
    assert [found[0], found[2], found[4]] == [2026] * 3
    lines = syslog(utc("2026-12-31"), utc("2027-01-01"), utc("2026-12-31"), utc("2027-01-01"))
    assert years(lines, utc("2027-01-01")) == [2026, 2027, 2026, 2027]


def test_years_of_a_large_log_are_told_by_samples() -> None:
    begin = utc("2021-06-01")
    # Five years in 6 MB; the samples leave out most of it.
    moments = [begin + dt.timedelta(minutes=each * 10) for each in range(270_000)]
    data = syslog(*moments)
    assert years(data, moments[-1], 1 << 16) == [each.year for each in moments]


def test_a_clock_that_was_wrong_between_the_samples_made_no_younger_lines() -> None:
    begin = utc("2026-11-20")
    moments = [begin + dt.timedelta(seconds=each) for each in range(220_000)]
    moments[::100] = [utc("2026-01-01T00:00:05")] * len(moments[::100])
    found = years(syslog(*moments), moments[-1], 1 << 16)
    assert set(found) == {2026}


def test_the_years_go_on_from_one_file_to_the_next() -> None:
    days = ["2024-12-31", "2025-06-01", "2025-11-01", "2026-04-01", "2026-09-01"]
    lines = [syslog(utc(day)) for day in days]
    # The last line of the first lacks its newline.
    with opened(lines[0] + lines[1][:-1]) as old, opened(lines[2]) as middle, opened(b"") as new:
        log = Joined([old, middle, new])
        times = Times(FORM["syslog"], log, Surroundings(UTC, micros(utc("2025-11-01"))))
        assert all_times(times, log) == [micros(utc(day)) for day in days[:3]]
        # One in the middle gets longer: it is being unpacked.
        os.write(middle.duplicate(), lines[3] + lines[4])
        middle.size += len(lines[3] + lines[4])
        log.measure()
        times.change(log.first_block_of(1), micros(utc("2026-09-01")))
        assert all_times(times, log) == [micros(utc(day)) for day in days]


def test_a_record_goes_on_in_the_next_file() -> None:
    first, second = b"2026-11-27 08:00:01 begin", b"\tmore\n2026-11-27 08:00:02 x\n"
    with opened(first) as old, opened(second) as new:
        log = Joined([old, new])
        times = Times(form_of(log), log, Surroundings(UTC, 0))
        at = micros(utc("2026-11-27T08:00:01"))
        assert times.times(log.block(1)).tolist() == [at, at + 1_000_000]
        assert all_times(times, log) == [at, at, at + 1_000_000]


def test_what_a_log_grows_by_is_of_the_year_in_which_it_grows() -> None:
    before, after = syslog(utc("2026-12-30"), utc("2026-12-31")), syslog(utc("2027-01-01"))
    with opened(before + after + syslog(utc("2027-08-01")), 64) as text:
        whole = text.size
        text.size = len(before)
        times = Times(FORM["syslog"], text, Surroundings(UTC, micros(utc("2026-12-31"))))
        all_times(times, text)
        for size, written in ((len(before + after), "2027-01-01"), (whole, "2027-08-01")):
            text.size = size
            times.change(text.block_of(size - 1), micros(utc(written)))
            found = all_times(times, text)
        expected = ("2026-12-30", "2026-12-31", "2027-01-01", "2027-08-01")
        assert found == [micros(utc(day)) for day in expected]


@given(st.binary(max_size=300), st.integers(-(10**6), 10**6))
@example(b"Feb 30 00:00:00 a b\nXyz 99 99:99:99\nFeb 29 24:00:00 \n", 0)
def test_a_damaged_log_has_times_or_none(data: bytes, written: int) -> None:
    for name in FORM:
        with opened(data * 3) as text:
            times = Times(FORM[name], text, Surroundings(BERLIN, written * 86_400 * 10**6, BOOT))
            assert len(all_times(times, text)) == sum(map(text.lines_in, range(len(text))))


# Records and blocks


def test_a_record_goes_on_in_the_next_block_whatever_is_read_first() -> None:
    data = STACK * 40
    with opened(data) as text:
        orders: list[Callable[[int], Sequence[int]]] = [range, lambda blocks: range(blocks)[::-1]]
        for order in orders:
            times = Times(form_of(text), text, Surroundings(BERLIN, 0))
            assert all_times(times, text, order) == STACK_TIMES * 40


def test_of_a_record_that_began_very_far_before_the_time_is_not_looked_for() -> None:
    data = b"2026-11-27 08:00:01 begin\n" + b"\tx\n" * 1_000_000
    with opened(data, LARGE) as text:
        about = Surroundings(UTC, 0)
        last = text.block(len(text) - 1)
        assert set(Times(FORM["iso"], text, about).times(last).tolist()) == {-1}
        assert len(set(all_times(Times(FORM["iso"], text, about), text))) == 1


def test_a_time_at_the_border_of_what_is_looked_back_at_is_whole() -> None:
    line = b"2026-11-27T08:00:01.500000+00:00 begin\n"
    for length in range(4096 - 60, 4096 + 20):
        record = line + b"\t" + b"x" * length + b"\n"
        with opened(record + b"\tmore\n", len(record)) as text:
            times = Times(FORM["iso"], text, Surroundings(BERLIN, 0))
            found = times.times(text.block(1)).tolist()
        assert found == [micros(utc("2026-11-27T08:00:01.5"))]


def test_an_hour_that_comes_twice_is_told_across_blocks() -> None:
    begin = utc("2026-10-25T00:00")
    moments = [begin + dt.timedelta(minutes=each) for each in range(180)]
    berlin = ZoneInfo("Europe/Berlin")
    data = b"".join(f"{m.astimezone(berlin):%Y-%m-%d %H:%M:%S} x\n".encode() for m in moments)
    with opened(data, 256) as text:
        times = Times(FORM["iso"], text, Surroundings(BERLIN, 0))
        assert all_times(times, text) == [micros(each) for each in moments]


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01"),
        ("2038-01-19T03:14:08Z", "2038-01-19T03:14:08"),
        ("2106-02-07T06:28:16Z", "2106-02-07T06:28:16"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
        ("2199-07-01 12:00:00", "2199-07-01T10:00"),
        ("2500-07-01 12:00:00", "2500-07-01T11:00"),
        ("1969-12-31T23:00:00Z", "1969-12-31T23:00"),
    ],
)
def test_any_year_may_be_written(line: str, moment: str) -> None:
    later = "2026-11-27T08:00:00Z"
    with opened(f"{line} x\n{later} x\n{line} x\n".encode()) as text:
        times = Times(FORM["iso"], text, Surroundings(BERLIN, 0))
        # Times that go back stay as they are.
        expected = [micros(utc(moment)), micros(utc("2026-11-27T08:00")), micros(utc(moment))]
        assert all_times(times, text) == expected


def test_the_kernels_times_are_not_known_without_that_of_the_start() -> None:
    with opened(b"[    1.500000] x\n") as text:
        assert all_times(Times(FORM["kernel"], text, Surroundings(UTC, 0)), text) == [-1]
        times = Times(FORM["kernel"], text, Surroundings(UTC, 0, BOOT))
        assert all_times(times, text) == [BOOT + 1_500_000]


def test_lines_with_and_without_a_zone_may_stand_together() -> None:
    data = b"2026-07-01T12:00:00+05:30 a\n2026-07-01 12:00:00 b\n2026-07-01T12:00:00.25Z c\n"
    with opened(data) as text:
        times = Times(FORM["iso"], text, Surroundings(BERLIN, 0))
        expected = ("2026-07-01T06:30", "2026-07-01T10:00", "2026-07-01T12:00:00.25")
        assert all_times(times, text) == [micros(utc(each)) for each in expected]


def test_the_first_of_several_names_of_an_object_counts_and_none_of_an_inner_one() -> None:
    data = b"""\
{"a":{"time":"2001-01-01T00:00:00Z"},"time":"2026-11-27T08:00:01Z","msg":"\\"time\\":\\"x"}
{"time": "2026-11-27T08:00:02Z", "b":[{"time":1}]}
{"time":null}
{"a":1}
no object
"""
    with opened(data) as text:
        times = Times(form_of(text), text, Surroundings(UTC, 0))
        first = micros(utc("2026-11-27T08:00:01"))
        assert all_times(times, text) == [first, *[first + 1_000_000] * 4]
