"""Which lines a query asks for, against Python's own `re` and `in` on each line by itself."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.query import LogLanguage, QueryError, condition_of
from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import Condition, Everything, Sight
from sysgui.system.query import MAX_QUERY, Completion
from sysgui.system.query_values import Value

from .text.test_blocks import lines_of, opened, starts_of

NAMES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


def scanned(condition: Condition, data: bytes, block: int = 1 << 20) -> list[int]:
    """Returns the numbers of the lines that a condition selects, as the panel finds them."""
    with opened(data, block) as text:
        scan = Scan(text, {"asked": condition})
        scan.go_on(60)
        rows = Rows(scan, "asked")
        starts = starts_of(data)
        return [starts.index(offset) for offset in rows.offsets(0, len(rows))]


def selected(query: str, data: bytes, block: int = 1 << 20) -> list[int]:
    return scanned(condition_of(query), data, block)


def chosen(query: str, *lines: str) -> list[str]:
    """Returns which of the lines a query asks for."""
    found = selected(query, "".join(f"{line}\n" for line in lines).encode("utf-8"))
    return [lines[number] for number in found]


def refusal(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        condition_of(query)
    return caught.value


# Words, phrases, patterns


@pytest.mark.parametrize(
    ("query", "line", "expected"),
    [
        ("timeout", "connection Timeout", True),
        ("TIMEOUT", "connection timeout", True),
        ("time out", "out of time", True),
        ('"time out"', "out of time", False),
        ('"out of"', "Out Of memory", True),
        (r'"a\"b"', 'a"b', True),
        (r'"a\\b"', "a\\b", True),
        ("case:Error", "an Error", True),
        ("case:Error", "an error", False),
        ('case:"An Error"', "An Error", True),
        ("case:-", "a-b", True),
        ("case:re:^E", "Error", True),
        ("case:re:^E", "error", False),
        ("re:^E", "error", True),
        ("word:cat", "a Cat.", True),
        ("word:cat", "concatenate", False),
        ("word:cat", "cat_", False),
        ("word:straße", "die Straße!", True),
        ("word:straße", "die Straßen", False),
        ('word:"-v"', "run -v now", True),
        ("re:sshd\\[\\d+\\]", "sshd[77]: hello", True),
        ('re:"a b"', "xa by", True),
        ("straße", "STRAẞE", True),
        ("\N{GREEK SMALL LETTER SIGMA}", "ς", True),
        ("é", "É", True),
        ("ÀÉ", "xàéx", True),
        ("\N{KELVIN SIGN}", "k", True),
        ("k", "\N{KELVIN SIGN}", False),
        ("\N{KELVIN SIGN}", "\N{KELVIN SIGN}", True),
        ("a\N{LATIN SMALL LETTER LONG S}", "AS", True),
        ("word:\N{LATIN SMALL LETTER LONG S}", "a \N{LATIN SMALL LETTER LONG S} b", True),
        ("ss", "ß", False),
        ('""', "anything", True),
        ("case:é", "É", False),
    ],
)
def test_a_text_or_a_pattern(query: str, line: str, expected: bool) -> None:
    assert bool(chosen(query, line)) is expected
    assert bool(chosen(f"not {query}", line)) is not expected


# Levels

LEVELED = [f"<{level}>{name}" for level, name in enumerate("abcdefgh")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level<=err", "abcd"),
        ("level<err", "abc"),
        ("level>err", "efgh"),
        ("level>=warning", "efgh"),
        ("level=err", "d"),
        ("level:ERR", "d"),
        ("level=error", "d"),
        ("level=3", "d"),
        ("level=warn", "e"),
        ("level=critical", "c"),
        ("level!=err", "abcefgh"),
        ("not level=err", "abcefgh-"),
        ("level<emerg", ""),
        ("level=-", "-"),
        ("level!=-", "abcdefgh"),
        ("priority<=crit or level=debug", "abch"),
        ("level<=err !b", "acd"),
    ],
)
def test_levels(query: str, expected: str) -> None:
    found = chosen(query, *LEVELED, "-")
    assert "".join(line[-1] for line in found) == expected


def test_a_level_is_called_as_in_syslog_or_by_its_number() -> None:
    for number, name in enumerate(NAMES):
        assert chosen(f"level={name}", *LEVELED) == [LEVELED[number]]
        assert chosen(f"level={number}", *LEVELED) == [LEVELED[number]]


# Generated queries: a tree, its text, and its meaning written a second time, as plainly as can be.

LETTERS = 'aAkKsS \N{KELVIN SIGN}ſßẞéÉ\N{GREEK SMALL LETTER SIGMA}ςΣ.-"\\01\t'
words = st.text(LETTERS, max_size=4)
Tree = tuple[Any, ...]
leaves = st.one_of(
    st.tuples(st.just("word"), words),
    st.tuples(st.just("case"), words),
    st.tuples(st.just("own"), words.filter(bool)),
    st.tuples(
        st.just("level"), st.sampled_from(["<", "<=", "=", "!=", ">", ">="]), st.integers(0, 7)
    ),
    st.tuples(st.just("said"), st.booleans()),
    st.tuples(
        st.just("pattern"),
        st.booleans(),
        st.lists(
            st.sampled_from(
                [
                    *"ak01ßé\N{GREEK SMALL LETTER SIGMA}.",
                    "^",
                    "$",
                    "a*",
                    "k?",
                    "é?",
                    "[ak]",
                    "[^a]",
                    "(a|k)",
                    ".*",
                ]
            ),
            min_size=1,
            max_size=4,
        ).map("".join),
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=6,
)
lines = st.lists(
    st.tuples(st.none() | st.integers(0, 7), st.text(LETTERS + "\r", max_size=8)), max_size=8
)


def in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def render(tree: Tree) -> str:
    match tree:
        case ("word", text):
            return in_quotes(text)
        case ("case", text):
            return f"case:{in_quotes(text)}"
        case ("own", text):
            return f"word:{in_quotes(text)}"
        case ("level", sign, level):
            return f"level {sign} {NAMES[level]}"
        case ("said", said):
            return "level != -" if said else "level = -"
        case ("pattern", case, source):
            return f'{"case:" if case else ""}re:"{source}"'
        case ("not", inner):
            return f"not ({render(inner)})"
    kind, left, right = tree
    return f"({render(left)}) {kind} ({render(right)})"


def ways(text: str) -> str:
    """Writes a text as a pattern of `re`: ASCII stands for ASCII only."""
    return "".join(f"(?{'ai' if letter.isascii() else 'i'}:{re.escape(letter)})" for letter in text)


SIGNS: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def means(tree: Tree, level: int | None, line: str) -> bool:
    match tree:
        case ("word", text):
            return re.search(ways(text), line) is not None
        case ("case", text):
            return text in line
        case ("own", text):
            edges = [r"\b" if re.fullmatch(r"\w", text[at]) else "" for at in (0, -1)]
            return re.search(ways(text).join(edges), line) is not None
        case ("level", sign, wanted):
            return level is not None and SIGNS[sign](level, wanted)
        case ("said", said):
            return (level is not None) is said
        case ("pattern", case, source):
            return re.search(source, line, 0 if case else re.IGNORECASE) is not None
        case ("not", inner):
            return not means(inner, level, line)
    kind, left, right = tree
    both = (means(left, level, line), means(right, level, line))
    return all(both) if kind == "and" else any(both)


@given(trees, lines, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from([64, 1 << 20]))
def test_a_generated_query_means_what_its_tree_means(
    tree: Tree, wanted: Sequence[tuple[int | None, str]], end: str, ended: bool, block: int
) -> None:
    texts = ["" if level is None else f"<{level}>" for level, _text in wanted]
    texts = [prefix + text for prefix, (_level, text) in zip(texts, wanted, strict=True)]
    data = "".join(text + end for text in texts).encode()
    if not ended:
        data = data.removesuffix(b"\n").removesuffix(b"\r")
    # What ends a line is no part of it, whatever the file's custom.
    plain = [line.removesuffix(b"\n").removesuffix(b"\r").decode() for line in lines_of(data)]
    expected = [number for number, line in enumerate(plain) if means(tree, wanted[number][0], line)]
    assert selected(render(tree), data, block) == expected


# Parts of a line


def part(sign: str, value: Value) -> Condition:
    """Stands for what a format knows of a part: lines by what the query says of it."""
    pattern = None if value.source is None else value.source.encode()

    class Asked(Everything):
        def select(self, sight: Sight) -> Starts:
            starts = sight.block.starts
            said = [bytes(sight.block.line_at(start)).rstrip() for start in starts.tolist()]
            wanted = b" ".join(
                [sign.encode(), pattern or value.text.encode(), b"?" if value.unknown else b"!"]
            )
            return starts[np.array([each == wanted for each in said], np.bool_)]

    return Asked()


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("unit=ssh", "= ssh !"),
        ("unit:ssh", "~ ssh !"),
        ("unit~ssh", "~ ssh !"),
        ("UNIT != ssh", "!= ssh !"),
        ("unit=-", "= - ?"),
        ("unit!=-", "!= - ?"),
        ("unit~re:^s+", "~ ^s+ !"),
        ('unit="a b"', "= a b !"),
    ],
)
def test_a_part_is_asked_of_whoever_knows_the_format(query: str, line: str) -> None:
    language = LogLanguage({"unit": part, "pid": part})
    data = f"other\n{line}\nunit\n".encode()
    assert scanned(language.compile(query), data) == [1]
    assert scanned(language.compile(f"not {query}"), data) == [0, 2]
    assert scanned(language.compile(query.lower().replace("unit", "pid")), data) == [1]


# Errors


@pytest.mark.parametrize(
    ("query", "column", "said"),
    [
        (
            "unit=ssh",
            1,
            "unknown field 'unit', expected level, case, word, ip, login, account, from; quote it",
        ),
        ("a levl=err", 3, "unknown field 'levl', expected level;"),
        ("level=bad", 7, "expected one of emerg, alert, crit, err, warning, notice, info, debug"),
        ("level<=8", 8, "got '8'"),
        ("level<-", 7, "got '-'"),
        ("level=re:err", 7, "got 're:err'"),
        ('level=""', 7, "got '\"\"'"),
        ("level~err", 6, "expected = : != < <= > >= after level, got '~'"),
        ("case=x", 5, "expected : after case, got '='"),
        ('word:""', 6, "expected a word"),
        ("word:re:x", 6, "expected a word, got 're:x'"),
        ('x "a\nb"', 3, "expected a text of one line"),
        ('case:"a\r"', 6, "expected a text of one line"),
        ('word:"a\n"', 6, "expected a text of one line"),
        ("re:a[b", 7, "expected a regular expression, got 'a[b' (unterminated"),
        ("re:(a", 6, "expected a regular expression"),
        ('x re:"a)b"', 8, "expected a regular expression"),
        ("case:re:*a", 9, "expected a regular expression"),
        ("\ud800", 1, "expected a text that UTF-8 can hold, got '\\ud800'"),
        ("case:re:\ud800", 6, "expected a text that UTF-8 can hold"),
        ("(x", 3, "expected a ')'"),
        ("x" * (MAX_QUERY + 1), MAX_QUERY + 1, "at most"),
    ],
)
def test_an_error_names_its_column_and_what_was_expected(
    query: str, column: int, said: str
) -> None:
    error = refusal(query)
    assert said in error.message
    assert error.column == column


@pytest.mark.parametrize("query", ["", "  ", "\t"])
def test_an_empty_query_asks_for_every_line(query: str) -> None:
    assert selected(query, b"a\n\nb") == [0, 1, 2]


def test_a_long_phrase_is_found() -> None:
    phrase = "é" * (MAX_QUERY - 2)
    assert selected(f'"{phrase}"', f"{phrase[1:]}\n-{phrase}-\n".encode()) == [1]


pieces = st.sampled_from(
    [
        *'()!"\\=<>~:-+*?[]{}|% \t\n\r5é\ud800\udcff',
        "and",
        " or ",
        "re:",
        "level",
        "case:",
        "word:",
        "err",
        *("(?P<n>", "(?", "\\N{", "\\p{L}", "{,3}", "[[:alpha:]]", "(?x)"),
    ]
)


@given(st.lists(pieces, max_size=20).map("".join))
@example('re:"\\N{NO SUCH NAME}"')
@example("re:\\U99999999")
@example("re:\\ud800")
@example("re:[a\\")
def test_anything_like_a_query_is_searched_for_or_refused_within_it(query: str) -> None:
    refused = None
    try:
        condition = condition_of(query)
    except QueryError as error:
        refused = error
    if refused:
        assert 1 <= refused.column <= len(query) + 1
        assert refused.message
    else:
        assert set(scanned(condition, b"a\n<3>b\xff\r\n\n")) <= {0, 1, 2}


# Completions


def test_completions_offer_fields_levels_and_what_a_format_adds() -> None:
    language = LogLanguage({"unit": part})
    assert [each.text for each in language.complete("", 0)] == [
        *("level", "case", "word", "ip", "login", "account", "from", "unit"),
    ]
    assert all(each.help for each in language.complete("", 0))
    assert language.complete("x level<=e", 10) == [Completion("emerg", 9), Completion("err", 9)]
    assert [each.text for each in language.complete("level", 5)][:7] == [
        *("=", ":", "!=", "<", "<=", ">", ">=")
    ]
    assert [each.text for each in language.complete("case", 4)] == [":", "case"]
