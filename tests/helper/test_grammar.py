"""What a value may look like, and that what is accepted can be nothing else on a command line."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.helper.grammar import Grammar, choice, integer, integers, quoted, text, written
from sysgui.helper.main import LONGEST_WORD
from sysgui.helper.operations.bound import TARGET
from sysgui.helper.table import TABLE

from .rig import code_of

# Every grammar of every operation, by what it stands for.
GRAMMARS: dict[str, Grammar] = {
    f"{operation.name}.{name}": grammar
    for operation in TABLE.values()
    for name, grammar in [*operation.arguments.items(), ("target", operation.target)]
    # A secret never stands on a command line.
    if grammar is not None and name not in operation.secret
}

SPICE = ["-", "--", "\n", "\0", "\x1b[2J", " ", "..", "/", "%", "\u202e", "\u0661", "\ud800", "é"]

WORDS = (
    st.from_regex(re.compile(TARGET, re.ASCII), fullmatch=True)
    | st.sampled_from(
        ["TERM", "KILL", "idle", "realtime:0", "best-effort:7", "STOP", "term", "KILL "]
    )
    | st.text(max_size=30)
)
SPICED = st.builds(
    lambda word, spice, at: word[:at] + spice + word[at:],
    WORDS,
    st.sampled_from(SPICE),
    st.integers(0, 100),
)
NUMBERS = st.integers(-1100, 10_000) | st.integers()
VALUES = st.one_of(
    WORDS,
    SPICED,
    NUMBERS,
    st.booleans(),
    st.none(),
    st.floats(),
    st.lists(NUMBERS, max_size=6, unique=True).map(sorted),
    st.lists(NUMBERS | st.booleans() | WORDS, max_size=6),
    st.dictionaries(WORDS, NUMBERS, max_size=2),
)


def accepted(grammar: Grammar, value: Any) -> bool:
    if code := code_of(grammar, value):
        assert code == "grammar"
        return False
    found = grammar(value)
    assert type(found) is type(value)
    assert found == value
    return True


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@given(value=VALUES)
def test_what_is_accepted_is_a_plain_word_that_cannot_be_an_option(
    grammar: Grammar, value: Any
) -> None:
    if not accepted(grammar, value):
        return
    word = written(value)
    assert word.isascii()
    assert all(0x21 <= ord(letter) <= 0x7E for letter in word)
    # A number may have a sign: it stands behind its name.
    assert isinstance(value, int) or not word.startswith("-")
    assert len(word) <= 5 * 1024


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@given(one=VALUES, other=VALUES)
def test_two_that_are_accepted_are_never_written_alike(
    grammar: Grammar, one: Any, other: Any
) -> None:
    if accepted(grammar, one) and accepted(grammar, other):
        assert (written(one) == written(other)) == (one == other)


@given(st.data())
def test_what_is_accepted_is_read_back_from_how_it_is_written(data: st.DataObject) -> None:
    number = data.draw(st.integers(-50, 50))
    assert int(written(integer(-50, 50)(number))) == number
    several = data.draw(st.lists(st.integers(0, 50), min_size=1, unique=True).map(sorted))
    runs = [run.split("-") for run in written(integers(0, 50, 51)(several)).split(",")]
    assert [n for run in runs for n in range(int(run[0]), int(run[-1]) + 1)] == several


@given(st.integers(), st.integers(), st.integers())
def test_an_integer_is_between_its_bounds(least: int, most: int, value: int) -> None:
    assert accepted(integer(least, most), value) == (least <= value <= most)


@pytest.mark.parametrize("value", [True, False, 1.0, "1", None, [1], {"1": 1}])
def test_nothing_else_is_an_integer(value: Any) -> None:
    assert not accepted(integer(0, 1), value)


@pytest.mark.parametrize("value", ["red", "green"])
def test_a_choice_is_one_of_its_words(value: str) -> None:
    assert accepted(choice(("red", "green")), value)


@pytest.mark.parametrize("value", ["", "re", "RED", "red ", "red\n", b"red", None, 0, ["red"]])
def test_nothing_else_is_a_choice(value: Any) -> None:
    assert not accepted(choice(("red", "green")), value)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("a", True),
        ("abc.1", True),
        ("abcdef", False),
        ("", False),
        ("a\n", False),
        ("\na", False),
        ("a\0", False),
        ("-a", False),
        ("\u0661", False),
        ("\uff41", False),
        (b"a", False),
        (7, False),
        (["a"], False),
    ],
)
def test_a_text_matches_wholly_is_ascii_and_short(value: Any, good: bool) -> None:
    assert accepted(text(r"[\w.-]+", 5), value) == good


@pytest.mark.parametrize("value", ["-", "-1", "--help"])
def test_a_text_starts_with_no_dash_whatever_its_pattern_says(value: str) -> None:
    assert not accepted(text(r".*", 10), value)


@pytest.mark.parametrize("value", ["é", "\u202e", "\u0130", "\ud800"])
def test_a_text_is_ascii_whatever_its_pattern_says(value: str) -> None:
    assert not accepted(text(r".*", 10), value)


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ([3], True),
        ([0, 1, 2], True),
        ([0, 5, 9], True),
        ([], False),
        ([0, 1, 2, 3], False),
        ([1, 0], False),
        ([1, 1], False),
        ([10], False),
        ([-1], False),
        ([True], False),
        (["1"], False),
        ([[1]], False),
        ((1,), False),
        ({1}, False),
        ("1", False),
        (1, False),
        (None, False),
    ],
)
def test_integers_ascend_and_are_not_too_many(value: Any, good: bool) -> None:
    assert accepted(integers(0, 9, 3), value) == good


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_quoted_name_is_a_plain_word_of_which_the_name_can_be_told(
    one: bytes, other: bytes
) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9._+-]|%[0-9A-F]{2})*", quoted(one))
    assert unquote_to_bytes(quoted(one)) == one
    assert (quoted(one) == quoted(other)) == (one == other)


@given(st.integers(1, 2**22), st.integers(0, 2**63), st.binary(max_size=15))
def test_whatever_a_process_calls_itself_it_can_be_named(pid: int, start: int, name: bytes) -> None:
    assert accepted(text(TARGET, 96), f"{pid}:{start}:{quoted(name)}")


@pytest.mark.parametrize(
    "value",
    [
        "1:2",
        "1:2:x:3",
        "0:2:x",
        "-1:2:x",
        "01:2:x",
        "1:-2:x",
        "1:2:x y",
        "1:2:x/y",
        "1:2:%0a",
        "1:2:%",
        "1:2:%4",
        "1:2:x\n",
        "1:2:\x1b[2J",
        " 1:2:x",
        "12345678901:2:x",
        "1:123456789012345678901:x",
        "\u0661:2:x",
    ],
)
def test_what_does_not_name_a_process_is_refused(value: str) -> None:
    assert code_of(text(TARGET, 96), value) == "grammar"


@pytest.mark.parametrize("name", GRAMMARS)
def test_what_the_grammar_accepts_is_not_too_long_for_the_command_line(name: str) -> None:
    longest = {
        "process-inspect.target": f"{10**9}:{10**19}:{'%FF' * 15}",
        "process-signal.target": f"{10**9}:{10**19}:{'%FF' * 15}",
        "process-signal.signal": "KILL",
        "process-adjust.target": f"{10**9}:{10**19}:{'%FF' * 15}",
        "process-adjust.nice": -20,
        "process-adjust.io": "best-effort:7",
        "process-adjust.affinity": list(range(0, 2048, 2)),
        "process-adjust.oom": -1000,
        "file-read.target": "/var/log/" + "a" * 4000,
        "file-read.offset": -(1 << 62),
        "file-read.length": 1 << 62,
        "file-read.follow": "yes",
        "unit-control.target": "x" * 245 + ".automount",
        "unit-control.verb": "reset-failed",
        "manager-reload.target": "systemd",
        "unit-write.target": "x" * 245 + ".automount",
        "unit-write.place": "drop-in",
        "unit-write.start": "yes",
        "unit-write.digest": "f" * 64,
        "watch-set.target": "x" * 192 + ".service",
        "watch-set.restart": "yes",
        "watch-set.always": "yes",
        "watch-set.mail": "yes",
        "watch-set.notify": "yes",
        "watch-set.grace": 3600,
        "watch-set.probe": "https",
        "watch-set.every": 86400,
        "watch-set.timeout": 60,
        "watch-set.tries": 10,
        "watch-set.address": "a" * 253,
        "watch-set.name": "a" * 253,
        "watch-set.port": 65535,
        "watch-set.path": "/" + "a" * 1199,
        "watch-set.status": 599,
        "watch-set.text": "a" * 600,
        "watch-set.age": 366 * 86400,
        "watch-remove.target": "x" * 192 + ".service",
        "watch-mail.target": "a" * 253 + ":65535",
        "watch-mail.security": "starttls",
        "watch-mail.user": "a" * 200,
        "watch-mail.from": "a" * 64 + "@" + "b" * 190,
        "watch-mail.to": ",".join(["a" * 50 + "@" + "b" * 190] * 8),
        "watch-test.target": "a" * 253 + ":65535",
    }[name]
    word = f"{name.partition('.')[2]}={written(GRAMMARS[name](longest))}"
    assert len(word) <= LONGEST_WORD
