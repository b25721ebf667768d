"""Fields of JSON, against Python's json and one line at a time."""

import json
import operator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.file.understood import Understood
from sysgui.panels.logs.formats.field_names import Fields, counted, fields
from sysgui.panels.logs.formats.fields import keys_of
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import PageProbe
from sysgui.panels.logs.query import LogLanguage, QueryError
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.values import PartValues, ValuesProbe
from sysgui.system.host import Host
from sysgui.system.query_values import quote

from .test_parts import scanned

# Texts as a program escapes them, and as it need not.
LETTERS = st.sampled_from('aAkKsS4-. é\u0130ßẞ"\\/\n\t😀{}[]:,')
TEXTS = st.one_of(
    st.text(LETTERS, max_size=4), st.sampled_from(["x", "X", "4", "4.0", "-2", "true", "null"])
)


@st.composite
def strings(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> str:
    """Returns a string of JSON, each character written in one of the ways of RFC 8259, 7."""
    short = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\n": "\\n", "\t": "\\t"}
    written = []
    for letter in draw(texts):
        units = letter.encode("utf-16-be")
        escaped = "".join(
            f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)
        )
        ways = [escaped, escaped.upper().replace("\\U", "\\u")]
        ways += [short[letter]] if letter in short else []
        ways += [letter] if letter not in '"\\\n\t' else []
        written.append(draw(st.sampled_from(ways)))
    return f'"{"".join(written)}"'


KEYS = st.sampled_from(["a", "b", "a.b", "A", "é", "k"])
NUMBERS = st.sampled_from(
    ["4", "-2", "4.0", "40e-1", "0.4E+1", "-0", "0", "1.5", "12", "44", "4.5"]
)
SCALARS = st.one_of(strings(), NUMBERS, st.sampled_from(["true", "false", "null"]))
SPACES = st.sampled_from(["", "", " ", "\t"])


@st.composite
def objects(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    """Returns an object; a key may come twice."""
    pairs = draw(st.lists(st.tuples(strings(KEYS), values), max_size=4))
    space = draw(SPACES)
    joined = f",{space}".join(f"{key}{space}:{space}{value}" for key, value in pairs)
    return f"{{{space}{joined}{space}}}"


LISTS = st.lists(SCALARS, max_size=3).map(lambda each: f"[{', '.join(each)}]")
INNER = objects(st.one_of(SCALARS, LISTS))
LINES = objects(st.one_of(SCALARS, LISTS, INNER, INNER.map("[{}, 1]".format)))
BROKEN = st.builds(lambda line, cut: line[:cut], LINES, st.integers(0, 30))


def fields_named(value: Any, name: str) -> list[Any]:
    """Returns what a dotted name leads to: a dot is one into an object, or stands in a key."""
    if isinstance(value, list):
        return [found for each in value for found in fields_named(each, name)]
    if not isinstance(value, dict):
        return []
    found = [value[name]] if name in value else []
    found = [each for one in found for each in (one if isinstance(one, list) else [one])]
    for at in (at for at, letter in enumerate(name) if letter == "."):
        found += fields_named(value.get(name[:at]), name[at + 1 :])
    return found


def told(line: str, name: str) -> list[Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return []
    return fields_named(row, name) if isinstance(row, dict) else []


def same_letters(one: str, other: str) -> bool:
    """Compares as the language does: a letter of ASCII is itself, or its capital."""
    if len(one) != len(other):
        return False
    alike = {"ß": "ẞ", "ẞ": "ß", "é": "É", "É": "é"}
    return all(
        a == b or (a.lower() == b.lower() if a.isascii() and b.isascii() else alike.get(a) == b)
        for a, b in zip(one, other, strict=True)
    )


def equal(value: Any, text: str) -> bool:
    if value is None or isinstance(value, bool):
        return same_letters(json.dumps(value), text)
    if isinstance(value, int | float):
        return as_number(text) == value
    return isinstance(value, str) and same_letters(value, text)


def held(value: Any, text: str) -> bool:
    if value is None or isinstance(value, dict | list):
        return False
    whole = value if isinstance(value, str) else json.dumps(value)
    return any(
        same_letters(whole[at : at + len(text)], text) for at in range(len(whole) - len(text) + 1)
    )


def as_number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        read = json.loads(value) if isinstance(value, str) and value.strip() == value else value
    except ValueError:
        return None
    is_number = isinstance(read, int | float) and not isinstance(read, bool)
    return read if is_number else None


NAMES = st.sampled_from(["a", "b", "a.b", "A", "é", "a.é", "a.b.k", "k"])
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
ASKED = LogLanguage(further=Fields({}).behind_dot)


def found_by(query: str, lines: list[str]) -> list[int]:
    return scanned(ASKED.compile(query), "".join(f"{line}\n" for line in lines).encode())


def test_null_is_found_as_it_is_written() -> None:
    written = ["null", '"null"', '"Null"', "[1, null]", "0", '""', "false", '"nullable"', "{}"]
    lines = [*(f'{{"ok": {value}}}' for value in written), '{"other": null}', '{"ok":null}']
    assert found_by(".ok=null", lines) == [0, 1, 2, 3, 10]
    assert found_by(".ok=NULL", lines) == [0, 1, 2, 3, 10]
    assert found_by(".ok!=null", lines) == [4, 5, 6, 7, 8]
    assert found_by(".ok=-", lines) == [0, 9, 10]


@settings(max_examples=80)
@given(st.lists(st.one_of(LINES, LINES, BROKEN), min_size=1, max_size=8), NAMES, TEXTS)
@example(['{"a": "\\ud83d cut", "b": 1}'], "b", "1")
@example(['{"a": NaN, "b": 1}', "[1]", "4", '{"a":{"b":[["x"]]}}'], "a.b", "x")
def test_a_field_is_what_json_says(lines: list[str], name: str, text: str) -> None:
    # A newline ends a line, whatever would come behind it.
    lines = [line for line in lines if "\n" not in line]
    if not lines:
        return
    values = [told(line, name) for line in lines]
    known = [row for row, each in enumerate(values) if any(value is not None for value in each)]
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    typed = f'"{escaped}"'
    having = [row for row, each in enumerate(values) if any(equal(value, text) for value in each)]
    assert found_by(f".{name}={typed}", lines) == having
    assert found_by(f".{name}!={typed}", lines) == [row for row in known if row not in having]
    part = [row for row, each in enumerate(values) if any(held(value, text) for value in each)]
    assert found_by(f".{name}~{typed}", lines) == part
    assert found_by(f".{name}!=-", lines) == known
    assert found_by(f".{name}=-", lines) == [row for row in range(len(lines)) if row not in known]


@settings(max_examples=100)
@given(st.data(), TEXTS.filter(bool), st.sampled_from(["a", "é", "a.b"]))
def test_a_value_is_found_however_it_is_written(data: st.DataObject, text: str, name: str) -> None:
    ways = [data.draw(strings(st.just(text))) for _each in range(8)]
    lines = [f"{{{data.draw(strings(st.just(name)))}: {way}}}" for way in ways]
    assert [json.loads(line) for line in lines] == [{name: text}] * 8
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for sign in "=~":
        assert found_by(f'.{name}{sign}"{escaped}"', lines) == list(range(8))
    inside = [f'{{"{name}": ["", {way}], "z": 1}}' for way in ways]
    assert found_by(f'.{name}="{escaped}"', inside) == list(range(8))


def test_a_character_beyond_the_first_plane_is_two_escapes() -> None:
    lines = [
        r'{"a": "\ud83d\ude00"}',
        '{"a": "😀"}',
        r'{"a": "\uD83D\uDE00"}',
        r'{"a": "\ud83d\ude01"}',
    ]
    assert found_by('.a="😀"', lines) == [0, 1, 2]
    assert found_by('.a~"😀"', lines) == [0, 1, 2]


@pytest.mark.parametrize(
    ("number", "ways"),
    [
        ("4", ["4", "4.0", "40e-1", "0.4E+1", "4e0", '"4"', "[3, 4]", "4.000"]),
        ("0", ["0", "-0", "0.0", "0e9", "-0.0"]),
        ("-12", ["-12", "-12.0", "-1.2e1", "-120E-1"]),
        ("1.5", ["1.5", "15e-1", "0.15E1", "1.50", '"1.5"']),
    ],
)
def test_a_number_is_found_however_it_is_written(number: str, ways: list[str]) -> None:
    lines = [f'{{"a" : {way}, "b": 7}}' for way in ways]
    others = [
        f'{{"a": {other}, "b": {number}}}' for other in ("44", "41", "1.55", "7", "true", "{}")
    ]
    for at_end in (False, True):
        tried = [line.replace(', "b": 7', "") if at_end else line for line in [*lines, *others]]
        assert found_by(f".a={number}", tried) == list(range(len(ways)))


@settings(max_examples=30)
@given(
    st.lists(st.one_of(LINES, BROKEN), min_size=1, max_size=8),
    NAMES,
    NUMBERS.filter(lambda n: "e" not in n.lower()),
)
def test_a_number_compares_as_one(lines: list[str], name: str, bound: str) -> None:
    lines = [line for line in lines if "\n" not in line]
    if not lines:
        return
    numbers = [[as_number(value) for value in told(line, name)] for line in lines]
    for sign, compare in ORDER.items():
        expected = [
            row
            for row, each in enumerate(numbers)
            if any(number is not None and compare(number, json.loads(bound)) for number in each)
        ]
        assert found_by(f".{name}{sign}{bound}", lines) == expected


def language_of(tmp_path: Path, lines: list[dict[str, Any]]) -> LogLanguage:
    path = tmp_path / "app.json"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return Understood(Host(), Followed(Host(), str(path))).language


LOG = [
    {"ts": f"2026-11-27T08:00:{n:02}Z", "level": "info", "request_id": f"r{n}", "duration": n / 10,
     "from": "here", "ctx": {"tenant": n, "Tags": ["new"]}, "a b": 1, "service": "web",
     "peer": f"10.0.0.{n}"}
    for n in range(20)
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("request_id=r7", [7]),
        ("REQUEST_ID=R7", [7]),
        ("ctx.tenant=4", [4]),
        ("ctx.tenant<=1", [0, 1]),
        ("duration>1.75", [18, 19]),
        ("duration>=0.5 duration<0.65", [5, 6]),
        ("not request_id~r1", [0, *range(2, 10)]),
        ("request_id:re:^r1[0-3]$", [10, 11, 12, 13]),
        ("ctx.tags=new ctx.tenant=3", [3]),
        ("peer=10.0.0.16/31", [16, 17]),
        (".from=here ctx.tenant=2", [2]),
        (".level=info ctx.tenant=2", [2]),
        (".seldom=1", []),
        ("identifier=web request_id=r3", [3]),
        ("service=web request_id=r3", [3]),
    ],
)
def test_fields_are_asked_for_by_their_names(
    tmp_path: Path, query: str, expected: list[int]
) -> None:
    language = language_of(tmp_path, LOG)
    data = (tmp_path / "app.json").read_bytes()
    assert scanned(language.compile(query), data) == expected


def test_a_name_that_was_not_seen_is_refused_with_the_nearest(tmp_path: Path) -> None:
    language = language_of(tmp_path, LOG)
    with pytest.raises(QueryError, match=r"unknown field 'requestid', expected request_id; .* dot"):
        language.compile("requestid=r7")
    with pytest.raises(QueryError, match="expected a number such as 5"):
        language.compile("duration>fast")
    with pytest.raises(QueryError, match="expected a regular expression"):
        language.compile("request_id=re:[")
    text = LogLanguage()
    with pytest.raises(QueryError, match=r"unknown field '\.a'"):
        text.compile(".a=1")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("duration>1.75", 2), ("request_id=r7", 1), (".level=info", 20), ("request_id=-", 2),
        ("not duration>1.75", 20), ("identifier=sshd or ctx.tenant=3", 3), ("pid=9", 2),
    ],
)  # fmt: skip
def test_among_other_logs_these_have_no_such_field(
    tmp_path: Path, query: str, expected: int
) -> None:
    language_of(tmp_path, LOG)
    other = tmp_path / "auth.log"
    other.write_text("Nov 27 08:00:01 vm sshd[9]: a\nNov 27 08:00:03 vm sshd[9]: b\n")
    probe = PageProbe(Host())
    source = name_of([Source(str(tmp_path / "app.json")), Source(str(other))])
    while not (page := probe.read(source=source, query=query)).settled:
        pass
    probe.close()
    assert page.refused == ""
    assert page.rows == expected


def test_what_is_offered_are_the_fields_that_were_seen(tmp_path: Path) -> None:
    language = language_of(tmp_path, LOG)
    offered = [each.text for each in language.complete("", 0)]
    assert {"request_id", "duration", "ctx.tenant", "ctx.Tags", "peer"} <= {*offered}
    assert all(quote(name) == name for name in offered)
    assert len({name.casefold() for name in offered}) == len(offered)


def test_fields_are_learned_as_a_log_begins(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in LOG))
    followed = Followed(Host(), str(path))
    understood = Understood(Host(), followed)
    with path.open("a") as file:
        file.write(json.dumps({**LOG[0], "late": 1}) + "\n")
    assert "late" not in understood.language.parts
    followed.refresh()
    understood.change(0)
    assert "late" in understood.language.parts


def test_fields_in_the_middle_of_a_large_log_are_seen(tmp_path: Path) -> None:
    lines = [
        {**LOG[0], "n": n, **({"middle": 1} if 4000 <= n < 6000 else {})} for n in range(10_000)
    ]
    assert "middle" in language_of(tmp_path, lines).parts


def test_a_dot_may_belong_to_a_key() -> None:
    assert {("log.level",), ("log", "level")} == set(keys_of("log.level"))
    rows = [{"log.level": "x", "log": {"level": "y"}, "Log": 3, "n": [{"m": True}, {"m": 1.5}]}]
    seen = fields(rows)
    assert seen["log.level"] == [("log.level",), ("log", "level")]
    assert seen["log"] == [("log",), ("Log",)]
    assert counted(rows, seen["log.level"]) == {"x": 1, "y": 1}
    assert counted(rows, seen["n.m"]) == {"true": 1, "1.5": 1}


# A sequence for a terminal, what turns the direction of a text, half a pair, and no end.
HOSTILE = ["\x1b[31mred", "a\u202eb", "c\ud800d", "e\u0085f", "g" * 5000]


def test_nothing_is_offered_that_acts_on_a_terminal(tmp_path: Path) -> None:
    rows = [{"time": "2026-11-27T08:00:00Z", "v": bad, bad: 1, "fine": "é"} for bad in HOSTILE]
    assert set(fields(rows)) == {"time", "v", "fine"}
    assert counted(rows, [("v",)]) == {}
    assert counted(rows, [("fine",)]) == {"é": len(rows)}
    with pytest.raises(QueryError) as refused:
        language_of(tmp_path, rows).compile("unlike_any=1")
    assert refused.value.message.isprintable()
    found = ValuesProbe(Host()).read(str(tmp_path / "app.json"), "v")
    assert msgspec.json.decode(msgspec.json.encode(found), type=PartValues) == found


def test_a_field_may_have_any_name_that_fits_in_a_query(tmp_path: Path) -> None:
    names = ["k" * 1900, "é" * 1900, "a.b.c.d.e." + "k" * 1800]
    rows = [{name: number} for number, name in enumerate(names)]
    data = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    language = language_of(tmp_path, LOG)
    for number, name in enumerate(names):
        assert scanned(language.compile(f".{name}={number}"), data) == [number]
        assert scanned(language.compile(f".{name}=-"), data) == [
            other for other in range(len(names)) if other != number
        ]
