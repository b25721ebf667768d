"""The query language, against hand-written tables and a naive evaluator of generated queries."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.system.query import (
    MAX_DEPTH,
    MAX_QUERY,
    Completion,
    Field,
    Kind,
    Language,
    QueryError,
    quote,
)
from sysgui.system.query_values import MAX_PATTERN, MAX_SEARCHED


@dataclass(frozen=True)
class Process:
    name: str | None = "firefox"
    command: str | None = "/usr/lib/firefox/firefox -contentproc"
    user: str | None = "root"
    state: str | None = "running"
    pid: int | None = 4242
    cpu: float | None = 5.0
    rss: int | None = 200 * 1024**2
    age: float | None = 90.0


LANGUAGE = Language[Process](
    [
        Field("name", Kind.TEXT, lambda row: row.name, plain=True, help="Name of the program"),
        Field("command", Kind.TEXT, lambda row: row.command, plain=True, aliases=("cmd",)),
        Field("user", Kind.TEXT, lambda row: row.user),
        Field(
            "state",
            Kind.CHOICE,
            lambda row: row.state,
            choices=("running", "sleeping", "disk sleep"),
        ),
        Field("pid", Kind.NUMBER, lambda row: row.pid),
        Field("cpu", Kind.PERCENT, lambda row: row.cpu),
        Field("rss", Kind.SIZE, lambda row: row.rss, aliases=("mem",)),
        Field("age", Kind.DURATION, lambda row: row.age),
    ]
)
UNKNOWN = Process(None, None, None, None, None, None, None, None)


def matches(text: str, row: Process = Process()) -> bool:
    return LANGUAGE.compile(text).matches(row)


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        LANGUAGE.compile(text)
    return caught.value


# Words, phrases, patterns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("firefox", True),
        ("FireFox", True),
        ("contentproc", True),
        ("chrome", False),
        ("root", False),  # Not a field for plain words.
        ("fire fox", True),
        ("fire chrome", False),
        ('"firefox -content"', True),
        ('"firefox  -content"', False),
        ("re:^fire", True),
        ("RE:^FIRE", True),
        ("re:^fox", False),
        ("re:(chrome|fox)$", True),
        ("(re:(chrome|fox)$)", True),
        ('re:"fox -con"', True),
        (r"re:fox\ -con", True),
        ("-contentproc", True),
        ("!chrome", True),
        ("!firefox", False),
    ],
)
def test_plain_terms_look_into_the_plain_fields(text: str, expected: bool) -> None:
    assert matches(text) is expected


def test_letters_are_folded_beyond_ascii() -> None:
    assert matches("name=STRASSE", Process(name="Straße"))
    assert matches("ΣΊΣΥΦΟΣ", Process(name="σίσυφος"))


def test_a_quoted_keyword_is_a_word() -> None:
    assert matches('"and"', Process(name="Android"))
    assert not matches('"and"', Process())
    assert matches('user="not"', Process(user="not"))


def test_escapes_in_a_phrase_stand_for_quote_and_backslash() -> None:
    assert matches(r'"a\"b"', Process(name='a"b'))
    assert matches(r'"a\\b"', Process(name="a\\b"))
    assert matches(r'"a\nb"', Process(name=r"a\nb"))


def test_escapes_in_a_quoted_pattern_belong_to_the_pattern() -> None:
    assert matches(r're:"\d \"x\""', Process(name='7 "x"'))
    assert matches(r're:"a\\b"', Process(name="a\\b"))


def test_a_pattern_sees_only_the_beginning_of_a_long_text() -> None:
    assert matches("re:end$", Process(name="-" * (MAX_SEARCHED - 3) + "end"))
    assert not matches("re:end$", Process(name="-" * (MAX_SEARCHED - 2) + "end"))


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_query_is_false_and_matches_everything(text: str) -> None:
    query = LANGUAGE.compile(text)
    assert not query
    assert query.matches(UNKNOWN)
    assert query.text == text


def test_a_query_that_asks_something_is_true() -> None:
    assert LANGUAGE.compile("x")


# Comparisons


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user=root", True),
        ("user = ROOT", True),
        ("user=roo", False),
        ("user:roo", True),
        ("user~OO", True),
        ("user!=root", False),
        ("user != www-data", True),
        ("USER=root", True),
        ("command~re:^/usr", True),
        ("command=re:^/usr", True),
        ("command:re:^usr", False),
        ("command!=re:^/usr", False),
        ("command!=re:^usr", True),
        ("cmd~/lib/", True),
        ("command~=x", None),
        ('command~"-contentproc"', True),
        ("command~-contentproc", True),
        ("name=", None),
        ("state=running", True),
        ("state:RUNNING", True),
        ("state!=sleeping", True),
        ('state="disk sleep"', False),
        ("pid=4242", True),
        ("pid:4242", True),
        ("pid!=4242", False),
        ("pid<4242", False),
        ("pid<=4242", True),
        ("pid>4242", False),
        ("pid>=4242", True),
        ("pid > 4241.5", True),
        ("pid>-1", True),
        ("pid<+5000", True),
        ("cpu=5%", True),
        ("cpu=5 %", True),
        ("cpu>4.9", True),
        ("cpu>.5", True),
        ("rss=200M", True),
        ("rss>=0.1G", True),
        ("rss > 200 MB", True),
        ("mem<=200 M and user=root", True),
        ("age=1m30s", True),
        ("age<1.5m", False),
        ("age<=90", True),
        ('age<="1m 30s"', True),
    ],
)
def test_a_comparison(text: str, expected: bool | None) -> None:
    if expected is None:
        refusal(text)
    else:
        assert matches(text) is expected


@pytest.mark.parametrize(
    ("written", "count"),
    [
        # As `numfmt --from=iec`, `--from=si` and `--from=iec-i` read them.
        ("0", 0),
        ("1B", 1),
        ("1K", 1_024),
        ("1k", 1_024),
        ("200M", 209_715_200),
        ("1.5G", 1_610_612_736),
        ("2T", 2_199_023_255_552),
        ("1P", 1_125_899_906_842_624),
        ("1E", 1_152_921_504_606_846_976),
        ("1kB", 1_000),
        ("200MB", 200_000_000),
        ("1.5gb", 1_500_000_000),
        ("2TB", 2_000_000_000_000),
        ("1KiB", 1_024),
        ("1.5GiB", 1_610_612_736),
        ("3TiB", 3_298_534_883_328),
    ],
)
def test_a_size_means_what_numfmt_says(written: str, count: int) -> None:
    assert matches(f"rss={written}", Process(rss=count))
    assert not matches(f"rss={written}", Process(rss=count + 1))
    assert not matches(f"rss<{written}", Process(rss=count))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("5s", 5),
        ("2m", 120),
        ("2min", 120),
        ("1h30m", 5_400),
        ("3d", 259_200),
        ("1w", 604_800),
        ("250ms", 0.25),
        ("1m1s1ms", 61.001),
        ("1.5H", 5_400),
        ("7", 7),
    ],
)
def test_a_duration_in_seconds(written: str, seconds: float) -> None:
    assert matches(f"age={written}", Process(age=seconds))
    assert not matches(f"age={written}", Process(age=seconds + 0.001))


def test_what_is_not_known_compares_with_nothing() -> None:
    for text in ("user=root", "user!=root", "user~o", "user!=re:x", "state!=running", "pid<5"):
        assert not matches(text, UNKNOWN), text
        assert matches(f"not {text}", UNKNOWN), text
    for sign in ("=", ":", "!=", "<", "<=", ">", ">="):
        assert not matches(f"rss{sign}5", UNKNOWN)
    assert not matches('""', UNKNOWN)
    assert matches("fire", Process(command=None))


def test_a_dash_asks_for_what_is_not_known() -> None:
    for field in ("user", "state", "pid", "cpu", "rss", "age"):
        assert matches(f"{field}=-", UNKNOWN)
        assert not matches(f"{field}=-")
        assert matches(f"{field}!=-")
        assert not matches(f"{field} != -", UNKNOWN)
    assert matches('user="-"', Process(user="-"))


# Logic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("firefox or chrome and opera", True),
        ("(firefox or chrome) and opera", False),
        ("not chrome or firefox", True),
        ("not (chrome or firefox)", False),
        ("not chrome firefox", True),
        ("not not firefox", True),
        ("!!firefox", True),
        ("!(chrome)", True),
        ("NOT chrome AND firefox", True),
        ("chrome Or firefox", True),
        ("!cpu>5 user=root", True),
        ("((firefox))(cpu=5)", True),
    ],
)
def test_not_binds_before_and_before_or(text: str, expected: bool) -> None:
    assert matches(text) is expected


# Generated queries: a tree, its text, and its meaning written a second time, as plainly as can be.

PREDICATES: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
texts = st.text('aAbBß "\\-andor()!=:re', max_size=6)
numbers = st.integers(-3, 3)
rows = st.builds(
    Process,
    name=st.none() | texts,
    command=st.none() | texts,
    user=st.none() | texts,
    state=st.sampled_from([None, "running", "sleeping", "disk sleep"]),
    pid=st.none() | numbers,
    cpu=st.none() | numbers.map(lambda halves: halves / 2),
    rss=st.none() | numbers.map(lambda count: count * 512),
    age=st.none() | numbers.map(lambda count: count * 30),
)
Tree = tuple[Any, ...]
leaves = st.one_of(
    st.tuples(st.just("word"), texts),
    st.tuples(st.just("text"), st.sampled_from(["=", "!=", "~", ":"]), texts),
    st.tuples(
        st.just("state"),
        st.sampled_from(["=", "!="]),
        st.sampled_from(["running", "sleeping", "disk sleep"]),
    ),
    *(
        st.tuples(st.just(kind), st.sampled_from(sorted(PREDICATES)), numbers)
        for kind in ("pid", "cpu", "rss", "age")
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=8,
)


def in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def render(tree: Tree) -> str:
    kind, *parts = tree
    if kind == "word":
        return in_quotes(parts[0])
    if kind == "not":
        return f"not ({render(parts[0])})"
    if kind in ("and", "or"):
        return f"({render(parts[0])}) {kind} ({render(parts[1])})"
    sign, wanted = parts
    written = {
        "text": lambda: f"user {sign}{in_quotes(wanted)}",
        "state": lambda: f"state{sign} {in_quotes(wanted)}",
        "pid": lambda: f"pid{sign}{wanted}",
        "cpu": lambda: f"cpu{sign}{wanted / 2}%",
        "rss": lambda: f"rss{sign}{wanted / 2}K",
        "age": lambda: f"age{sign}{wanted / 2}m",
    }
    return written[kind]()


def means(tree: Tree, row: Process) -> bool:
    match tree:
        case ("word", text):
            known = [text_ for text_ in (row.name, row.command) if text_ is not None]
            return any(text.casefold() in each.casefold() for each in known)
        case ("text", _, _) if row.user is None:
            return False
        case ("text", "~" | ":", text):
            return text.casefold() in str(row.user).casefold()
        case ("text", sign, text):
            return PREDICATES[sign](str(row.user).casefold(), text.casefold())
        case ("not", inner):
            return not means(inner, row)
        case ("and", left, right):
            return means(left, row) and means(right, row)
        case ("or", left, right):
            return means(left, row) or means(right, row)
    kind, sign, wanted = tree
    value = getattr(row, kind)
    scale = {"cpu": 0.5, "rss": 512, "age": 30}.get(kind)
    return value is not None and PREDICATES[sign](value, wanted * scale if scale else wanted)


@given(trees, rows)
def test_a_generated_query_means_what_its_tree_means(tree: Tree, row: Process) -> None:
    assert matches(render(tree), row) is means(tree, row)


chains = st.lists(
    st.tuples(
        st.sampled_from(["and", "or"]),
        st.sampled_from(["", "not ", "not not "]),
        st.sampled_from(["firefox", "chrome"]),
    ),
    min_size=1,
)


@given(chains)
def test_precedence_is_that_of_python(chain: list[tuple[str, str, str]]) -> None:
    text = " ".join(" ".join(link) for link in chain).removeprefix("and ").removeprefix("or ")
    python = text.replace("firefox", "True").replace("chrome", "False")
    assert matches(text) is eval(python)
    assert matches(text.replace(" and ", " ")) is eval(python)


@given(texts)
@example("re:x")
@example("!a")
@example("-")
@example("OR")
def test_a_quoted_text_is_found_again(text: str) -> None:
    assert matches(f"user={quote(text)}", Process(user=text))
    assert matches(quote(text), Process(name=text))
    assert not matches(f"user={quote(text)}", Process(user=text + "x"))


@given(st.text("ab.|^$xX", min_size=1, max_size=8), st.text("abX.", max_size=8))
def test_a_pattern_finds_what_re_finds(pattern: str, text: str) -> None:
    wanted = re.search(pattern, text, re.IGNORECASE) is not None
    assert matches(f"re:{pattern}", Process(name=text, command=None)) is wanted
    assert matches(f"user~re:{pattern}", Process(user=text)) is wanted
    assert matches(f"user!=re:{pattern}", Process(user=text)) is not wanted


# Errors


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("rss>abc", 5, "expected a size such as 200M, got 'abc'"),
        ("rss>", 5, "expected a value after '>', got the end"),
        ("rss> )", 6, "expected a value after '>', got ')'"),
        ("rss>and", 5, "expected a value after '>', got 'and'"),
        ("rss==5", 5, "expected a value after '=', got '=5'"),
        ("rss>5x", 5, "expected a size"),
        ("rss>1h", 5, "expected a size"),
        ("rss>1M1M", 5, "expected a size"),
        ('rss>""', 5, "got '\"\"'"),
        ("rss>re:5", 5, "expected a size such as 200M, got 're:5'"),
        ("rss<-", 5, "expected a size"),
        ("rss>1e3", 5, "expected a size"),
        ("rss>" + "9" * 21, 5, "expected a size"),
        ("pid=٣", 5, "expected a number"),
        ("pid=5%", 5, "expected a number"),
        ("pid=-+5", 5, "expected a number"),
        ("cpu>a", 5, "expected a percentage"),
        ("age>1h30", 5, "expected a duration"),
        ("age>1y", 5, "expected a duration"),
        ("state=idle", 7, "expected one of running, sleeping, disk sleep, got 'idle'"),
        ("firefox state=idle", 15, "expected one of"),
        ("state~run", 6, "expected = : != after state, got '~'"),
        ("user<root", 5, "expected = : != ~ after user, got '<'"),
        ("pid ~ 5", 5, "expected = : != < <= > >= after pid, got '~'"),
        ("cpux>5", 1, "unknown field 'cpux', expected cpu;"),
        ("a zzz=5", 3, "expected name, command, user, state, pid, cpu, rss, age;"),
        ("http://x", 1, "unknown field 'http'"),
        ("=5", 1, "expected a condition, got '=5'"),
        ('"cpu"=5', 6, "expected a condition, got '=5'"),
        ("and x", 1, "expected a condition, got 'and'"),
        ("x and", 6, "expected a condition, got the end"),
        ("x or  ", 7, "expected a condition, got the end"),
        ("x or or y", 6, "expected a condition, got 'or'"),
        ("not", 4, "expected a condition, got the end"),
        ("!", 2, "expected a condition, got the end"),
        ("()", 2, "expected a condition, got ')'"),
        ("(x", 3, "expected a ')' for the '(' at column 1, got the end"),
        ("a (x or (y)", 12, "expected a ')' for the '(' at column 3, got the end"),
        ("x)", 2, "expected a condition or the end, got ')'"),
        ('a "bc', 6, "expected a '\"' for the one at column 3, got the end"),
        ('"a\\"', 5, "expected a '\"' for the one at column 1"),
        ("re:", 4, "expected a regular expression, got the end"),
        ('x re:""', 6, "expected a regular expression"),
        ("re:[a", 4, "unterminated character set"),
        ("name~re:*x", 9, "expected a regular expression, got '*x' (nothing to repeat"),
        ("re:(?L)x", 4, "expected a regular expression"),
        ("re:x{99999999999}", 4, "expected a regular expression"),
        ("re:(a+)+b", 4, "expected a pattern whose repeated groups hold no"),
    ],
)
def test_an_error_names_its_column_and_what_was_expected(text: str, column: int, said: str) -> None:
    error = refusal(text)
    assert error.column == column
    assert said in error.message
    assert str(error) == f"column {column}: {error.message}"
    assert error.expected in error.message


def test_an_unknown_field_is_named_with_its_column() -> None:
    error = refusal("user=root stat=running")
    assert (error.column, error.expected) == (11, "state")


def test_a_word_is_refused_where_no_field_is_open_to_words() -> None:
    language = Language([Field("pid", Kind.NUMBER, int)])
    with pytest.raises(QueryError, match=r"column 7: expected a field \(pid\), got 'x'"):
        language.compile("pid=5 x")


def test_a_long_thing_is_shortened_in_the_message() -> None:
    assert len(str(refusal("rss>" + "x" * 1_000))) < 120


@pytest.mark.parametrize(
    ("opening", "levels"), [("(", 1), ("not ", 1), ("!", 1), ("!(", 2), ("not(", 2)]
)
def test_nesting_has_a_bound(opening: str, levels: int) -> None:
    times = MAX_DEPTH // levels
    closing = ")" * opening.count("(")
    assert matches(opening * times + "firefox" + closing * times) is (
        times % 2 == 0 or opening == "("
    )
    error = refusal(opening * (times + 1) + "firefox" + closing * (times + 1))
    assert f"at most {MAX_DEPTH} nested conditions" in error.message


def test_conditions_side_by_side_are_not_nested() -> None:
    assert matches("not chrome " * (MAX_DEPTH + 1))
    assert matches("(firefox) " * (MAX_DEPTH + 1))


@pytest.mark.parametrize("opening", ["(", "!", "re:(", "not ", "re:((((((("])
def test_a_flood_is_an_error(opening: str) -> None:
    refusal(opening * MAX_QUERY)
    refusal((opening * MAX_QUERY)[:MAX_QUERY])


def test_the_length_of_a_query_has_a_bound() -> None:
    assert LANGUAGE.compile("x" * MAX_QUERY)
    assert refusal("x" * (MAX_QUERY + 1)).column == MAX_QUERY + 1


def test_the_length_of_a_pattern_has_a_bound() -> None:
    assert LANGUAGE.compile("re:" + "x" * MAX_PATTERN)
    assert "at most 200 characters" in refusal("re:" + "x" * (MAX_PATTERN + 1)).message


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a*)*b",
        "(?:a+)+b",
        "(?:.*)+b",
        "(?P<x>a+)*b",
        "((a+))+b",
        "((?:ab)*c)+d",
        "(a|aa)+b",
        "(a?)+b",
        "(a{1,9}){1,9}b",
        "(x(a|b)y)*c",
        r"(\(a+)+b",
        r"([)]a+)+b",
    ],
)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    assert "repeated groups" in refusal(f're:"{pattern}"').message


@pytest.mark.parametrize(
    "pattern",
    [
        "a.*b+c",
        "(ab)+",
        "(a|b)c*",
        "(a+)?",
        r"(\+a)+",
        "([+*|]a)+",
        "([^]+]a)+",
        "(?:abc)*d",
        "(?i:ab)+",
        "(?=a)b+",
        "(?<!a)b+",
        "[[a]",  # re warns of it.
    ],
)
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    assert LANGUAGE.compile(f're:"{pattern}"')


def only_known_errors(text: str) -> None:
    refused = None
    try:
        query = LANGUAGE.compile(text)
    except QueryError as error:
        refused = error
    if refused:
        assert 1 <= refused.column <= len(text) + 1
        assert str(refused)
    else:
        assert query.matches(Process()) in (True, False)
        assert query.matches(UNKNOWN) in (True, False)


@given(st.text())
@example("\ud800")
@example("\0")
@example('re:"\\')
@example("re:\\")
def test_any_text_compiles_or_is_refused_within_it(text: str) -> None:
    only_known_errors(text)


pieces = st.sampled_from(
    [
        *'()!"\\=<>~:-+*?[]{}|% \t\n5Mhé\N{LATIN SMALL LETTER LONG S}\N{KELVIN SIGN}',
        "and",
        " or ",
        " not ",
        "re:",
        "name",
        "rss",
        "age",
        "state",
        "1.5",
        "running",
        "(?P<n>",
        "(?",
        "cpu",
        "user=",
    ]
)


@given(st.lists(pieces, max_size=30).map("".join))
def test_anything_like_a_query_compiles_or_is_refused_within_it(text: str) -> None:
    only_known_errors(text)


# Declarations


@pytest.mark.parametrize("name", ["", "a b", "a=b", "not", "OR", "re", "!x", '"', "-"])
def test_a_field_that_cannot_be_typed_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        Field(name, Kind.TEXT, str)
    with pytest.raises(ValueError, match="cannot be called"):
        Field("x", Kind.TEXT, str, aliases=(name,))


def test_a_field_that_contradicts_itself_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="choices"):
        Field("x", Kind.CHOICE, str)
    with pytest.raises(ValueError, match="choices"):
        Field("x", Kind.TEXT, str, choices=("a",))
    with pytest.raises(ValueError, match="plain"):
        Field("x", Kind.NUMBER, int, plain=True)


def test_two_fields_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two fields are called 'X'"):
        Language([Field("x", Kind.TEXT, str), Field("y", Kind.TEXT, str, aliases=("X",))])


# Completions


def completed(text: str) -> list[str]:
    """Returns the whole texts that the completions of the end would make."""
    return [text[: each.start] + each.text for each in LANGUAGE.complete(text, len(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("na", ["name"]),
        ("x and c", ["x and command", "x and cpu"]),
        ("(NA", ["(name"]),
        ("!na", ["!name"]),
        ("x an", ["x and"]),
        ("state", ["state=", "state:", "state!=", "state"]),
        ("state ", ["state =", "state :", "state !="]),
        ("state=", ["state=running", "state=sleeping", 'state="disk sleep"']),
        ("!state != S", ["!state != sleeping"]),
        ("state=d", ['state="disk sleep"']),
        ("user=", []),
        ("nothing=", []),
        ('"na', []),
        ('"x" na', ['"x" name']),
    ],
)
def test_completions_at_the_end(text: str, wanted: list[str]) -> None:
    found = completed(text)
    if text.endswith(" "):
        found = [each for each in found if each.startswith("state ") and each[-1] in "=:"]
    assert found == wanted


def test_nothing_typed_yet_offers_every_field_with_its_help() -> None:
    found = LANGUAGE.complete("", 0)
    assert [each.text for each in found] == [field.name for field in LANGUAGE.fields]
    assert found[0] == Completion("name", 0, "Name of the program")


def test_completions_look_only_at_what_stands_before_the_cursor() -> None:
    assert LANGUAGE.complete("na and rss>5", 2) == [Completion("name", 0, "Name of the program")]


@example("a" * MAX_QUERY, MAX_QUERY)
@example("a" + " " * MAX_QUERY, MAX_QUERY)
@example("a=" * MAX_QUERY, MAX_QUERY)
@example("!" * MAX_QUERY, MAX_QUERY)
@given(st.text() | st.lists(pieces, max_size=30).map("".join), st.integers(-2, 40))
def test_completing_never_fails(text: str, cursor: int) -> None:
    for each in LANGUAGE.complete(text, cursor):
        assert 0 <= each.start <= max(0, min(cursor, len(text)))


@pytest.mark.parametrize(
    "query", ["\x1b[2Jname=x", "cpu>\x1b[2J", "name=re:(\x1b[2J", "cpu>\ud800"]
)
def test_what_is_quoted_of_a_query_acts_on_no_terminal(query: str) -> None:
    assert refusal(query).message.isprintable()
