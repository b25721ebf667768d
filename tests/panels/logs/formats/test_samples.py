"""What real lines say: of which form they are, when they were written, and by whom."""

import re
from zoneinfo import ZoneInfo

import pytest

from sysgui.panels.logs.formats.recognise import form_of, recognised
from sysgui.panels.logs.formats.spans import parts_of
from sysgui.panels.logs.formats.table import FORMS
from sysgui.panels.logs.formats.times import Surroundings, Times
from sysgui.panels.logs.formats.zones import Zone
from tests.panels.logs.text.test_blocks import opened

from .samples import BERLIN, BOOT, SAMPLES, STACK, STACK_TIMES, WRITTEN, Sample

# Forms whose times are numbers of seconds.
COUNTED = "kernel", "kernel-level", "audit", "journal-unix", "seconds"

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.line[:40])


def times_in(data: bytes, zone: str = BERLIN) -> list[int]:
    """Returns the times of all lines of a log."""
    with opened(data, 1 << 20) as text:
        times = Times(form_of(text), text, Surroundings(Zone(ZoneInfo(zone)), WRITTEN, BOOT))
        return times.times(text.block(0)).tolist()


def test_every_form_has_a_sample() -> None:
    assert {form.name for form in FORMS} | {"json", "logfmt"} == {each.form for each in SAMPLES}


@each_sample
def test_the_form_of_a_line_is_recognised(sample: Sample) -> None:
    line = sample.line.encode()
    assert recognised([line]).name == sample.form
    assert recognised([line] * 3 + [b"  and more of it"]).name == sample.form


@each_sample
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_line_was_written_when_date_says(sample: Sample, end: str) -> None:
    line = sample.line.encode()
    assert times_in(line + end.encode()) == [sample.time]
    assert times_in(line + b"\n" + line + end.encode()) == [sample.time] * 2


@each_sample
def test_the_parts_of_a_line_are_told(sample: Sample) -> None:
    form = recognised([sample.line.encode()])
    spans = parts_of(sample.line, form)
    found = {name: sample.line[first:end] for name, (first, end) in spans.items()}
    assert found == sample.parts


@each_sample
def test_a_time_that_is_cut_is_none(sample: Sample) -> None:
    if sample.form in (*COUNTED, "python-plain", "json", "logfmt"):
        return  # These have none, or one that goes on for as long as there are digits.
    line, time = sample.line.encode(), sample.parts["time"].encode()
    place = line.index(time)
    clock = re.search(rb"[0-9]:[0-9]{2}:[0-9]", time)
    assert clock
    seconds = clock.end()
    for length in range(not place, seconds):
        cut = line[: place + length]
        assert times_in(line + b"\n" + cut)[1] == sample.time
        form = recognised([line])
        with opened(cut + b"\n", 1 << 20) as text:
            about = Surroundings(Zone(ZoneInfo(BERLIN)), WRITTEN, BOOT)
            assert set(Times(form, text, about).times(text.block(0)).tolist()) <= {-1}
        with opened(cut, 1 << 20) as text:
            assert set(Times(form, text, about).times(text.block(0)).tolist()) <= {-1}


def test_lines_of_no_form_are_text() -> None:
    assert recognised([]).name == "text"
    assert recognised([b"", b"  "]).name == "text"
    assert recognised([b"Font directories:", b"\t/usr/share/fonts"]).name == "text"
    assert recognised([b"\x7fELF\x02\x01", b"\x00\xff" * 40]).name == "text"
    assert recognised([b"{not json", b"{}", b"{]"]).name == "text"
    assert recognised([b"a=b"] * 9).name == "text"
    assert recognised([b"2026-11-27 is a day", b"2026-11-27 08:00 is a minute"]).name == "text"
    assert times_in(b"Font directories:\n\t/usr\n") == [-1, -1]


def test_one_time_in_a_long_text_makes_no_form_of_it() -> None:
    lines = [b"some text that goes on"] * 200
    assert recognised([*lines, b"2026-11-27 08:00:00 once"]).name == "text"


def test_objects_without_a_time_or_with_other_lines_between_are_told() -> None:
    assert recognised([b'{"a":1}', b'{"a":2}']).name == "json"
    assert recognised([b'{"a":1}', b"x", b"y"]).name == "text"
    assert recognised([b'{"msg":"x","pid":1}'] * 8 + [b"Traceback"]).name == "json"


TRACEBACK = b"""\
2005-03-19 15:10:26,618 - shop.cart - ERROR - could not add
Traceback (most recent call last):
  File "<stdin>", line 3, in <module>
ZeroDivisionError: division by zero
"""
STATEMENT = b"""\
2026-11-27 09:50:13.917 CET [21744] postgres@shop ERROR:  division by zero
2026-11-27 09:50:13.917 CET [21744] postgres@shop STATEMENT:  select 1/0;
\t -- two lines
"""
HISTORY = b"""\

Start-Date: 2026-11-27  08:06:23
Commandline: apt-get install -y qemu-system-x86
Install: qemu-system-x86:amd64 (1:7.2+dfsg-7+deb12u18+b3)
End-Date: 2026-11-27  08:06:29
"""


def test_a_line_without_a_time_has_that_of_its_record() -> None:
    assert times_in(STACK) == STACK_TIMES
    assert times_in(TRACEBACK) == [1_111_241_426_618_000] * 4
    assert times_in(STATEMENT) == [1_795_769_413_917_000] * 3
    start = 1_795_763_183_000_000
    assert times_in(HISTORY) == [-1, start, start, start, start + 6_000_000]


def test_a_request_without_a_time_takes_none_of_the_next_line() -> None:
    line = b'127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326\n'
    at = 971_211_336_000_000
    assert times_in(line + b"x\n" + line + b"x [\n" + b"127.0.0.1") == [at] * 5
    assert times_in(b"x\n" + line * 2) == [-1, at, at]
