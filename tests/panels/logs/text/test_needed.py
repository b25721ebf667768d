"""What a line must hold for an expression to match it, against what Python's `re` says."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.text.needed import needed
from sysgui.panels.logs.text.patterns import expression

from .test_patterns import found

ATOMS = st.sampled_from(
    [*"ab:,", "ok", r"\.", r"\{", "[ab]", "[^a]", ".", r"\S", r"\d", "^", "$", r"\b", "é"]
)
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "*?", "{2}", "{0,1}", "{,2}", "{1,}"])
GROUPS = st.sampled_from(["(%s)", "(?:%s)", "(?P<n>%s)", "(?!%s)", "(?=%s)", "(?:%s|c)"])


def _repeated(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(parts, REPEATS).filter(lambda both: both[0] not in ("^", "$", r"\b"))
    return st.one_of(pair.map("".join), parts)


PIECES = st.recursive(
    _repeated(ATOMS),
    lambda inner: _repeated(
        st.builds(
            lambda group, parts: group % "".join(parts),
            GROUPS,
            st.lists(inner, min_size=1, max_size=3),
        )
    ),
    max_leaves=6,
)
SOURCES = st.lists(st.one_of(PIECES, st.just("|")), min_size=1, max_size=5).map("".join)


@example("(?#ok)a.*")
@example("a(b|).*")
@given(SOURCES.map(lambda source: source + ".*"))
def test_no_line_matches_without_one_of_its_texts(source: str) -> None:
    try:
        wanted = re.compile(source)
    except re.error:
        return
    texts = needed(source)
    assert texts is not None
    # All that can be written with what the expressions are of, and is short.
    for line in LINES:
        if texts and wanted.search(line):
            assert any(text in line for text in texts), line


LINES = [
    "",
    *"ab:,.{cé1 ",
    "ok",
    "okok",
    "a.b",
    "ab:",
    "aab",
    "bba",
    "c:ok",
    "{.}",
    "é:,a",
    "1b,",
    "aok.",
]


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('^.*[{,] ?"s"', ('"s"',)),
        ("2026-11-27.*timeout", ("timeout",)),
        ("(error|warn(?:ing)?).*", ("error", "warn")),
        (r"\S+\.\*", (".*",)),
        ("a+b*[^x]*", ("a",)),
        (r".*\d", ()),
        ("a.*|[^b]+", ()),
        ("(?i)ok.*", ()),
        (r"\d+ok", None),
        ("ok|error", None),
    ],
)
def test_the_rarest_of_its_texts_are_told(source: str, texts: tuple[str, ...] | None) -> None:
    assert needed(source) == texts


# Each is of a kind of which Vectorscan 5.4.12 loses lines, wherever in the data these stand.
@pytest.mark.parametrize(
    "source",
    [
        '^.*[{,] ?"s"',
        '^.+[{,] *"s": ?"E"',
        r'\{.*[{,] ?"s": ?"E"',
        '^[^\\n]*[{,](?: |)"S"',
        r"^\s*.*[{,;] ?[\"']s[\"']",
    ],
)
def test_what_hyperscan_loses_is_found(source: str) -> None:
    line = '{"t": {"$date": "2026-11-27 08:00:01Z"}, "s": "E", "c": "-"}'
    lines = [line, "other", line, '{"s": "E"}', "no", "x" * 70 + ', "s": "E"', line]
    wanted = re.compile(source, re.IGNORECASE)
    expected = [number for number, each in enumerate(lines) if wanted.search(each)]
    assert len(expected) > 2
    assert found(expression(source), "\n".join((*lines, "")).encode()) == expected


def test_lines_on_which_an_expression_runs_away_do_not_hold_up_all_others() -> None:
    # Each line would take the limit of 0.2 s: there are too many of them for this test to end.
    data = (b"," * 60 + b"b\n") * 10_000 + b"," * 30 + b"x\n"
    assert found(expression("(?:.*?,){25}[x]"), data) == [10_000]
