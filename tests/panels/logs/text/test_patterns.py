"""Which lines a pattern finds, against what Python's `re` says of each line by itself."""

import re
import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sysgui.panels.logs.text.needles import Needles
from sysgui.panels.logs.text.patterns import Pattern, PatternError, expression, literal

from .test_blocks import opened, starts_of


def found(pattern: Pattern, data: bytes, block: int = 1 << 20) -> list[int]:
    """Returns the numbers of the lines of the first block that a pattern finds."""
    with opened(data, block) as text:
        [starts] = Needles([pattern]).find(text, text.block(0))
    every = starts_of(data)
    return [every.index(start) for start in starts.tolist()]


# Each of these has another meaning to hyperscan, or to the module `regex`, than to `re`.
@pytest.mark.parametrize(
    ("pattern", "line", "end"),
    [
        ("a.$", "a", "\r\n"),
        ("^a.", "a", "\r\n"),
        (r"a\r", "a", "\r\n"),
        (r"a[\x00-\x1f]", "a", "\n"),
        (r"a[\x00-\x1f]", "a\tb", "\n"),
        ("^a.b", "a\rb", "\n"),
        ("^a..b", "a\rb", "\n"),
        ("b{,2}c", "abbc", "\n"),
        ("^b{,}c", "c", "\n"),
        ("^b{,1}c", "bbc", "\n"),
        ("x{e}", "y", "\n"),
        ("x{e}", "x{e}", "\n"),
        ("x{}", "x{}", "\n"),
        ("x{1", "x{1", "\n"),
        (r"a\vb", "a\x0cb", "\n"),
        (r"a\vb", "a\x0bb", "\n"),
        (r"[\v]b", "\x0cb", "\n"),
        ("é?x", "x", "\n"),
        ("caf(é|e)*s", "cafs", "\n"),
        ("[éa]x", "ax", "\n"),
        ("[^é]x", "ax", "\n"),
        ("[é-ü]?x", "x", "\n"),
        ("\N{KELVIN SIGN}b", "kb", "\n"),
        ("[\N{KELVIN SIGN}]b", "kb", "\n"),
        (r"\N{DIGIT ONE}x", "1x", "\n"),
        (r"\u0031x", "1x", "\n"),
        (r"[\u0031]x", "1x", "\n"),
        (r"\U00000031x", "1x", "\n"),
        (r"a\Z", "a", "\r\n"),
        (r"\Aa", "ba", "\n"),
        ("^$", "", "\n"),
        ("^$", "a", "\n"),
        ("^$", "", "\r\n"),
        ("x*", "abc", "\n"),
        ("(?x) a b # $", "ab", "\r\n"),
        ("(?-m:^a)", "a", "\n"),
        ("(?s)a.b", "a\rb", "\n"),
        (r"(\w)\1", "hello", "\n"),
        ("(?<!a)b", "ab", "\n"),
        ("a(?=b)", "ab", "\n"),
        ("(?P<x>a)(?P=x)", "aa", "\n"),
        ("(?i:a)", "A", "\n"),
        ("a++b", "aab", "\n"),
        ("[[a]b", "[b", "\n"),
        (r"\x61", "a", "\n"),
        (r"\141", "a", "\n"),
        (r"a\sb", "a b", "\n"),
        (r"a\s", "a", "\n"),
        (r"a\W", "a", "\r\n"),
    ],
)
def test_a_pattern_finds_what_re_finds_in_the_line_alone(pattern: str, line: str, end: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = re.search(pattern, line, re.IGNORECASE) is not None
    for other in ("other", "zzz", "é"):
        data = f"{other}{end}{line}{end}{other}{end}".encode()
        assert (1 in found(expression(pattern), data)) is wanted
    assert found(expression(pattern), f"{line}{end}".encode()) == [0] * wanted
    assert found(expression(pattern), line.encode()) == [0] * wanted * bool(line)


PIECES = st.sampled_from(
    [
        *"abAB01 .-^$|#{}é",
        *(r"\b", r"\d", r"\w", r"\s", r"\S", r"\W", r"\.", r"\n", r"\r", r"\x41", r"\x0d", r"\012"),
        *(
            r"\Z",
            r"\A",
            "[ab]",
            "[^a]",
            r"[\s]",
            r"[^\w]",
            "[]a]",
            "[^]a]",
            "[.$]",
            "[\x00- ]",
            "[é]",
        ),
        *(
            "a*",
            "b+?",
            "é?",
            "b{2}",
            "a{,1}",
            "a{2,}",
            "a++",
            "(?>ab)",
            "(a|b)",
            "(?:a|)",
            r"(a)\1",
        ),
        *(
            "(?i:a)",
            "(?-i:a)",
            "(?=a)",
            "(?!b)",
            "(?<=a)",
            "(?<!a)",
            "(?s:.)",
            "(?m:^)",
            "(?P<n>a)",
        ),
    ]
)
PLAIN_LINES = st.lists(st.text("abAB01 .-\r{#é\t", max_size=5), min_size=1, max_size=6)


@example("0$", False, ["x" * 38, ".ab#0"], "\n")
@example("0$", True, ["1_#", "ab", "aa-].ab", "-Aab ", "#]", ".ab#0"], "\r\n")
@given(
    st.lists(PIECES, min_size=1, max_size=4).map("".join),
    st.booleans(),
    PLAIN_LINES,
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_pattern_finds_what_re_finds(
    pattern: str, case: bool, lines: list[str], end: str
) -> None:
    try:
        wanted = re.compile(pattern, 0 if case else re.IGNORECASE)
    except re.error:
        assume(False)
    data = "".join(line + end for line in lines)
    # A carriage return at the end of a line is taken for a part of the line's end.
    plain = [line.removesuffix("\r") for line in data.split("\n")[:-1]]
    expected = [number for number, line in enumerate(plain) if wanted.search(line)]
    assert found(expression(pattern, case=case), data.encode()) == expected


def test_what_separates_lines_is_in_none_of_them() -> None:
    assert found(expression("a.b"), b"a\nb\n") == []
    assert found(expression(r"a\sb"), b"a\nb\n") == []
    assert found(expression("a[^x]b"), b"a\nb\na b\n") == [2]
    assert found(expression(r"\s"), b"a\r\nb c\r\n") == [1]
    assert found(expression("a\nb"), b"a\nb\n") == []
    assert found(expression(r"a\u000ab"), b"a\nb\n") == []


def test_an_invalid_byte_is_found_as_itself() -> None:
    assert found(literal("é\udcff"), b"\xc3\x89\xff\n\xc3\x89\n") == [0]


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*,){11}P", "(?:a{0,1000}){0,1000}", "x{99999}"]
)
def test_a_pattern_that_runs_away_ends(pattern: str) -> None:
    assert set(found(expression(pattern), b"a" * 40 + b"!\n\xc3\xa9" + b"a" * 40 + b"!\n")) <= {
        0,
        1,
    }


@pytest.mark.parametrize(
    "pattern", ["x{9999999}", "x{9999999,}", "(?:(a{999}b){999}c){999}", "(?x)(?:a{999}) {999}"]
)
def test_what_repeats_too_much_is_refused_before_it_takes_the_memory(pattern: str) -> None:
    with pytest.raises(PatternError):
        expression(pattern)


def test_a_long_text_is_found_in_all_its_ways() -> None:
    text = "é" * 2_000
    data = f"{text[1:]}\n-{text.upper()}-\n".encode()
    assert found(literal(text), data) == [1]


def test_what_must_stand_near_the_start_of_a_line_is_not_found_far_behind_it() -> None:
    near = Pattern(b"x", caseless=False, within=8)
    assert found(near, b"y" * 90_000 + b"x\n", block=4_096) == []
    assert found(near, b"x" + b"y" * 90_000 + b"\n", block=4_096) == [0]
    assert found(near._replace(within=0), b"y" * 90_000 + b"x\n", block=4_096) == [0]
