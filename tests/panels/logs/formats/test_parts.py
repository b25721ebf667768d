"""Which lines are asked for by a part, against regular expressions for one line at a time.

These were written anew from each program's documentation, and know nothing of the table.
"""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.expressions import remembering
from sysgui.panels.logs.formats.form import Form
from sysgui.panels.logs.formats.parts import selects
from sysgui.panels.logs.formats.recognise import recognised
from sysgui.panels.logs.formats.spans import parts_of
from sysgui.panels.logs.formats.table import FORMS
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import Condition
from sysgui.system.query import QueryError
from sysgui.system.query_values import Value
from tests.panels.logs.text.test_blocks import opened, starts_of

from .samples import SAMPLES

FORM = {form.name: form for form in FORMS}
FORM["json"] = recognised([b'{"time":"2026-11-27T08:00:01Z","host":"vm","pid":7,"logger":"a.b"}'])
FORM["logfmt"] = recognised([b"time=2026-11-27T08:00:01Z host=vm pid=7 logger=a.b"])

MONTH_DAY = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})?"
ISO_ZONE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
REQUEST = (
    r"(?P<client>[^ \t]+) [^ \t]+ (?:-(?= \[)|(?P<user>[^\[\r\n]+)) \[\d\d/[A-Z][a-z]{2}/\d{4}:"
    r"\d\d:\d\d:\d\d [+-]\d{4}\] "
)


def tagged(time: str) -> list[str]:
    head = rf"(?:<\d{{1,3}}>)?{time} "
    return [
        rf"{head}(?P<host>[^ \t]+) ",
        rf"{head}[^ \t]+ (?P<identifier>[^ \t:\[]+)(?:\[(?P<pid>\d+)\])?:",
    ]


# For each form the expressions that each name some parts; the first of a name counts.
ORACLES: Mapping[str, list[str]] = {
    "syslog": tagged(MONTH_DAY),
    "syslog-iso": tagged(ISO_ZONE),
    "rfc5424": [
        rf"<\d{{1,3}}>1 (?:-|{ISO_ZONE}) (?:-(?= )|(?P<host>[^ \t]+)) ",
        rf"<\d{{1,3}}>1 (?:-|{ISO_ZONE}) [^ \t]+ (?:-(?= )|(?P<identifier>[^ \t]+)) ",
        rf"<\d{{1,3}}>1 (?:-|{ISO_ZONE}) [^ \t]+ [^ \t]+ (?:-(?= )|(?P<pid>[^ \t]+)) ",
    ],
    "access": [
        r"(?P<client>[^ \t]+) ",
        REQUEST,
        REQUEST.replace("?P<client>", "").replace("?P<user>", "") + r'"(?P<method>[A-Z]+) ',
        REQUEST.replace("?P<client>", "").replace("?P<user>", "")
        + r'"(?:[A-Z]+(?= ))? (?P<path>[^ "\\]+)[ "\\]',
        REQUEST.replace("?P<client>", "").replace("?P<user>", "")
        + r'"(?:[^"\\]|\\.)*" (?P<status>\d+) ',
    ],
    "nginx-error": [r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]+\] (?P<pid>\d+)#"],
    "python": [r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})? - (?P<identifier>[^ \t]+) - "],
    "logfmt": [
        r'(?:[^ ="]+=(?:"(?:[^"\\]|\\.)*"|[^ "]*) +)*?host=(?P<host>[^ "\\]+)(?: |\Z)',
        r'(?:[^ ="]+=(?:"(?:[^"\\]|\\.)*"|[^ "]*) +)*?pid=(?P<pid>[0-9]+)(?: |\Z)',
        r'(?:[^ ="]+=(?:"(?:[^"\\]|\\.)*"|[^ "]*) +)*?logger=(?P<identifier>[^ "\\]+)(?: |\Z)',
    ],
}


def part_of(form: str, name: str, line: str) -> str | None:
    """Returns what a part of a line is, as the documentation has it."""
    for expression in ORACLES[form]:
        if f"?P<{name}>" in expression:
            found = re.match(expression, line, re.ASCII)
            return found[name] if found else None
    raise AssertionError(name)


def asked(form: Form, name: str, sign: str, value: Value, data: bytes) -> list[int]:
    """Returns the numbers of the lines that are found."""
    return scanned(selects(form)[name](sign, value), data)


def scanned(condition: Condition, data: bytes) -> list[int]:
    with opened(data, 1 << 20) as text:
        scan = Scan(text, {"asked": condition})
        scan.go_on(60)
        rows = Rows(scan, "asked")
        starts = starts_of(data)
        return [starts.index(offset) for offset in rows.offsets(0, len(rows))]


def holds(part: str | None, sign: str, value: str) -> bool:
    """Tells whether a part compares with a value."""
    if part is None:
        return False
    part, value = part.lower(), value.lower()
    return {"=": part == value, "!=": part != value, "~": value in part}[sign]


HEADS = {
    "syslog": "Nov 14 22:13:20 ",
    "syslog-iso": "2024-05-03T10:17:01.123456+02:00 ",
    "rfc5424": "<34>1 2003-10-11T22:14:15.003Z ",
    "access": "",
    "nginx-error": "2018/03/22 12:35:47 [error] ",
    "python": "2005-03-19 15:10:26,618 - ",
    "logfmt": "",
}
PIECES = {
    "access": ["::1", " - ", "-", "joe", "joe x", ' [10/Oct/2000:13:55:36 -0700] "', "GET",
               " /a", '" ', "200 ", "404 ", '\\"', "\\x16", " HTTP/1.0"],
    "logfmt": ["host=", "pid=", "logger=", "vm", "7", "a.b", " ", '"', "=", 'msg="a b" ', "\\"],
    "nginx-error": ["812", "#", "812#7: ", "x"],
}  # fmt: skip
TAGGED = ["vm", "VM", " ", "sshd", "[7]", "[", "]", "7", ":", ": ", "-", "a", "é", "\t", "<3>"]


def lines_of(form: str) -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(PIECES.get(form, TAGGED)), max_size=12).map("".join)
    samples = st.sampled_from([each.line for each in SAMPLES if each.form == form])
    return st.one_of(pieces.map(lambda rest: HEADS[form] + rest), pieces, samples)


VALUES = st.sampled_from(
    ["vm", "VM", "v", "sshd", "SSH", "7", "12", "-", "a.b", "a", "é", "É", "GET", "get", "/a",
     "200", "0", "::1", "joe", "\\", "vm ", ":", "[", "9" * 40]
)  # fmt: skip


@settings(max_examples=300)
@given(st.data())
def test_a_part_is_what_the_documentation_calls_so(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(sorted(ORACLES)))
    lines = data.draw(st.lists(lines_of(form), min_size=1, max_size=6))
    name = data.draw(st.sampled_from([n for n in selects(FORM[form]) if n != "unit"]))
    text = data.draw(VALUES)
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    held = "".join(f"{line}{end}" for line in lines).encode()
    parts = [part_of(form, name, line) for line in lines]
    for sign in ("=", "!=", "~"):
        expected = [number for number, part in enumerate(parts) if holds(part, sign, text)]
        assert asked(FORM[form], name, sign, Value(1, text), held) == expected, (name, sign)
    known = [number for number, part in enumerate(parts) if part is not None]
    others = [number for number in range(len(lines)) if number not in known]
    unknown = Value(1, "-", unknown=True)
    assert asked(FORM[form], name, "!=", unknown, held) == known
    assert asked(FORM[form], name, "=", unknown, held) == others
    shown = [parts_of(line, FORM[form]).get(name) for line in lines]
    assert [span and line[slice(*span)] for line, span in zip(lines, shown, strict=True)] == parts
    pattern = Value(1, "re:^v|s$", source="^v|s$")
    expected = [n for n in known if re.search("^v|s$", parts[n] or "", re.IGNORECASE)]
    assert asked(FORM[form], name, "~", pattern, held) == expected
    assert asked(FORM[form], name, "!=", pattern, held) == [n for n in known if n not in expected]


@settings(max_examples=100)
@given(st.lists(st.from_regex(r"[0-9]{1,21}|-", fullmatch=True)), st.integers(0, 600))
def test_a_status_is_compared_as_a_number(written: list[str], bound: int) -> None:
    lines = [f'::1 - - [10/Oct/2000:13:55:36 -0700] "GET /" {status} 7\n' for status in written]
    ways = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}
    for sign, compare in ways.items():
        found = asked(FORM["access"], "status", sign, Value(1, str(bound)), "".join(lines).encode())
        assert found == [
            number
            for number, status in enumerate(written)
            if status != "-" and len(status) <= 20 and compare(int(status), bound)
        ]


def test_what_is_no_number_is_refused_where_one_is_compared() -> None:
    for sign, typed in (("<", "5xx"), (">=", ""), (">", "-1")):
        with pytest.raises(QueryError, match="expected a number"):
            selects(FORM["access"])["status"](sign, Value(1, typed))


CLIENTS = ["10.1.2.3", "110.1.2.3", "10.1.2.30", "::ffff:10.9.9.9", "2001:DB8:0::7", "web.example"]


@pytest.mark.parametrize(
    ("sign", "asked_for", "expected"),
    [
        ("=", "10.1.2.3", ["10.1.2.3"]),
        ("=", "10.0.0.0/8", ["10.1.2.3", "10.1.2.30", "::ffff:10.9.9.9"]),
        ("=", "2001:db8::/32", ["2001:DB8:0::7"]),
        ("=", "2001:db8::7", ["2001:DB8:0::7"]),
        ("!=", "10.0.0.0/8", ["110.1.2.3", "2001:DB8:0::7", "web.example"]),
        ("~", "10.1.2.3", ["10.1.2.3", "110.1.2.3", "10.1.2.30"]),
    ],
)
def test_a_client_is_asked_for_by_its_address_or_network(
    sign: str, asked_for: str, expected: list[str]
) -> None:
    when = "10/Oct/2000:13:55:36 -0700"
    requests = [f'{client} - - [{when}] "GET /10.1.2.3" 200 7\n' for client in CLIENTS]
    errors = [
        f"[Mon Oct 10 13:55:36.000000 2000] [core:error] [pid 7] [client {client}:4711] x\n"
        for client in CLIENTS
    ]
    for form, lines in (("access", requests), ("apache-error", errors)):
        value = Value(1, asked_for)
        found = asked(FORM[form], "client", sign, value, "".join(lines).encode())
        assert [CLIENTS[number] for number in found] == expected


def test_a_unit_is_its_programs_name_where_a_text_has_no_other() -> None:
    data = b"Nov 14 22:13:20 vm cron[7]: x\nNov 14 22:13:20 vm sshd[7]: x\n"
    for text in ("cron", "cron.service", "CRON"):
        assert asked(FORM["syslog"], "unit", "=", Value(1, text), data) == [0]
        assert asked(FORM["syslog"], "unit", "!=", Value(1, text), data) == [1]
    unknown = Value(1, "-", unknown=True)
    assert asked(FORM["syslog"], "unit", "!=", unknown, data) == [0, 1]


def test_of_an_object_its_own_names_count_and_none_within_others() -> None:
    data = rb"""{"host":"vm","pid":7}
 { "a" : {"host":"vm","pid":7} , "host" : "other" , "pid" : 17 }
{"msg":"\"host\":\"vm\"","a":[{"host":"vm"},[{"b":"}"}]],"host":"VM"}
{"a":1,"host":null,"pid":"7"}
{"host":"v\"m"}
host=vm
"""
    form = FORM["json"]
    assert asked(form, "host", "=", Value(1, "vm"), data) == [0, 2]
    assert asked(form, "host", "!=", Value(1, "vm"), data) == [1]
    assert asked(form, "host", "~", Value(1, "the"), data) == [1]
    assert asked(form, "pid", "~", Value(1, "7"), data) == [0, 1]
    assert asked(form, "pid", "=", Value(1, "7"), data) == [0]
    assert asked(form, "host", "~", Value(1, "re:^v", source="^v"), data) == [0, 2]


def test_an_expression_that_is_none_is_refused_where_it_stands() -> None:
    with pytest.raises(QueryError) as caught:
        selects(FORM["syslog"])["host"]("~", Value(6, "re:a[b", source="a[b", inside=9))
    assert caught.value.column == 12
    assert "expected a regular expression, got 'a[b'" in caught.value.message


def test_an_expression_that_runs_away_in_a_part_ends() -> None:
    data = f"Nov 14 22:13:20 {'a' * 60}! sshd[7]: x\n".encode()
    value = Value(1, "re:(a+)+$", source="(a+)+$")
    assert asked(FORM["syslog"], "host", "~", value, data) == []


@pytest.mark.parametrize("text", ["\ud800", "a b", "", "\n"])
def test_what_a_part_cannot_hold_is_in_no_line(text: str) -> None:
    data = b"Nov 14 22:13:20 vm sshd[7]: a b\n\n"
    assert asked(FORM["syslog"], "host", "=", Value(1, text), data) == []
    assert asked(FORM["syslog"], "host", "!=", Value(1, text), data) == [0]


def test_what_comes_after_a_newline_is_another_line() -> None:
    data = b"Nov 14 22:13:20 vm\n sshd[7]: x\nNov 14 22:13:20 vm sshd[7]\n: x\n"
    assert asked(FORM["syslog"], "pid", "=", Value(1, "7"), data) == []
    assert asked(FORM["syslog"], "identifier", "!=", Value(1, "-", unknown=True), data) == []


@pytest.mark.parametrize("form", [*FORM.values()], ids=lambda form: form.name)
def test_whatever_a_form_has_can_be_asked_for(form: Form) -> None:
    samples = [each for each in SAMPLES if recognised([each.line.encode()]) == form]
    for each in samples:
        for name in selects(form):
            if name not in each.parts:
                continue
            data = f"x\n{each.line}\n".encode()
            assert asked(form, name, "=", Value(1, each.parts[name]), data) == [1], name


def test_what_comes_again_is_tried_once_and_long_values_are_not_kept() -> None:
    tried: list[str] = []
    test = remembering(lambda value: tried.append(value) or "x" in value)
    short, long = ["x", "y"] * 3, ["x" * 5000, "y" * 5000] * 3
    assert list(map(test, [*short, *long])) == [True, False] * 6
    assert tried == ["x", "y", *long]
