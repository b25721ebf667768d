"""Messages and what varies in them, against the messages that the lines were made of."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.analysis.shapes import MOST, Shapes, shape_of, shapes_of
from sysgui.panels.logs.analysis.templates import counted, templates_of

from .asking import HEAD, analysed, batch, counts, lines_among, rows, written, wrong

USERS = (
    *("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"),
    *("mallory", "niaj", "olivia", "peggy"),
)

VARIABLES = {
    "number": st.integers(0, 10**12).map(str),
    "hex": st.integers(0, 2**128).map(lambda number: f"{number:032x}"),
    "0x": st.integers(0, 2**64).map(hex),
    "uuid": st.uuids().map(str),
    "address": st.ip_addresses().map(str),
    "path": st.lists(st.sampled_from(["etc", "srv", "a-b", "x_1", "é"]), min_size=1).map(
        lambda parts: "/" + "/".join(parts)
    ),
    "quoted": st.text(st.characters(exclude_characters='"', exclude_categories=["C", "Z"])).map(
        lambda text: f'"{text}"'
    ),
    "in single quotes": st.sampled_from(["'a'", "'b c'", "'root@db'", "''"]),
}

# Two messages each, between which a word differs.
MESSAGES = [
    "session opened for user root by {}",
    "session closed for user root by {}",
    "Accepted password for root from {} port 22",
    "Failed password for root from {} port 22",
    "wrote {} to disk",
    "read {} from disk",
]


def told(lines: Sequence[str]) -> dict[str, int]:
    """Returns the messages of lines, and how many are of each; by their queries as many."""
    shapes = Shapes()
    shapes.count(batch(lines))
    found = list(counted(templates_of(shapes), shapes, -1))
    for each in found:
        assert lines_among(lines, each.template.query) == each.lines
    return {each.template.text: each.lines for each in found}


@pytest.mark.parametrize("kind", VARIABLES)
@given(st.data())
def test_lines_that_differ_in_a_variable_are_of_one_message(kind: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(VARIABLES[kind], min_size=1, max_size=4))
    found = told([f"{HEAD}app[7]: lost {value} while writing" for value in values])
    assert list(found.values()) == [len(values)]


@given(st.data())
def test_different_messages_stay_apart(data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=20))
    lines = [f"{HEAD}app[7]: {each.format(data.draw(VARIABLES['number']))}" for each in drawn]
    expected = {
        f"app[#]: {each.format('#')}".replace("22", "#"): drawn.count(each) for each in drawn
    }
    assert told(lines) == expected


def test_a_word_that_takes_many_values_is_left_open(tmp_path: Path) -> None:
    lines = [
        HEAD + f"app[7]: user {user} logged in from {host}"
        for user in USERS
        for host in ("web", "db")
    ]
    assert told(lines) == {
        "app[#]: user * logged in from web": len(USERS),
        "app[#]: user * logged in from db": len(USERS),
    }


def test_words_that_vary_together_are_left_open() -> None:
    letters = [f"{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40)]
    lines = [HEAD + f"app[7]: user no{each} logged in from ho{each} at last" for each in letters]
    assert told(lines) == {"app[#]: user * logged in from * at last": 40}


def test_what_has_little_in_common_stays_apart() -> None:
    assert len(told([HEAD + f"app[7]: {word} {word}ly and {word}ing" for word in USERS])) == len(
        USERS
    )


@pytest.mark.parametrize(
    "line",
    [
        "a\\b \"c d\" [x] (y) {z} $1 ^2 *3 +4 |5 ?", "é ü 1 ß", "tab\there 1", "  leading 1",
        "a\x00b 1", "\x01\x02\x03\x04 1", "trailing 1 ", "\u00a0 no break 1", "a#b 1", "x" * 2000,
        "word " * 300, "1", "-", 'an odd " quote 1', "it's 1 o'clock", "a=/b/c:1 <http://x/y1>",
    ],
)  # fmt: skip
def test_every_line_is_found_by_the_query_for_its_message(tmp_path: Path, line: str) -> None:
    path = written(
        tmp_path,
        [HEAD + f"app[7]: {line}", HEAD + "app[7]: else", line, b"\xff\xfe 1 " + line.encode()],
    )
    report = analysed(path)
    assert wrong(path, report) == []
    # Of a line that is too long for a query, only the begin is asked for.
    assert sum(lines for (lines,) in counts(report, "messages").values()) >= 4


@given(st.lists(st.text("a1_ .-Z9\0é\t", max_size=40), min_size=1).map("\n".join))
def test_a_word_with_a_digit_is_one_byte_of_a_shape(text: str) -> None:
    data = text.encode() + b"\n"
    expected = [
        re.sub(
            rb"[0-9A-Za-z_]+", lambda word: b"\0" if re.search(rb"\d", word[0]) else word[0], line
        )
        for line in data.replace(b"\0", b"\1").split(b"\n")[:-1]
    ]
    assert shapes_of(data) == expected
    assert [shape_of(line) for line in data.split(b"\n")[:-1]] == expected


def test_what_a_package_manager_did_is_told_apart_from_the_package(tmp_path: Path) -> None:
    packages = ["libc6:amd64 2.36-9", "base-files:amd64 12.4", "perl-base:amd64 5.36.0-7"]
    path = written(tmp_path, [
        f"2026-11-27 13:05:{place:02} {said} {package}"
        for place, (said, package) in enumerate(
            (said, package)
            for said in ("status unpacked", "status half-configured", "upgrade") * 3
            for package in packages
        )
    ])  # fmt: skip
    report = analysed(path)
    assert counts(report, "messages") == {
        "status unpacked * *": (9,), "status half-configured * *": (9,), "upgrade * *": (9,),
    }  # fmt: skip
    assert wrong(path, report) == []


def test_lines_that_are_all_different_take_no_more_room(tmp_path: Path) -> None:
    names = [
        f"{n:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for n in range(MOST + 50)
    ]
    path = written(tmp_path, [f"{name} {name}" for name in names])
    report = analysed(path)
    assert report.untold == 50
    assert all(row.figures[0] and row.figures[0].least for row in rows(report, "messages"))


def test_times_of_one_and_of_two_digits_are_of_one_message(tmp_path: Path) -> None:
    lines = [f"Nov {day:2} 08:00:01 web{day} app[7]: done" for day in range(1, 20)]
    path = written(tmp_path, lines)
    report = analysed(path)
    assert counts(report, "messages") == {"app[#]: done": (19,)}
    assert wrong(path, report) == []
