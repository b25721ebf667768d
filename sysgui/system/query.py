r"""The query language of every table's search box and of its command-line twin.

    firefox                       a plain word: one of the searched texts contains it
    "web content"                 a phrase; \" and \\ stand for a quote and a backslash
    re:^/usr/s?bin                a regular expression over these texts; re:"a b" with spaces
    cpu>5 user=root               field, operator, value; both conditions must hold
    not (state=idle or rss<20M)   and, or, not (or !); not binds first, then and, then or
    user=-                        not known; user!=- is known

Operators: ``=`` (or ``:``), ``!=``, ``<``, ``<=``, ``>``, ``>=``. On text, ``=`` and ``!=`` compare
the whole, ``:`` and ``~`` look for a part, and all four search for ``re:...`` if that is the value.
Capitals never matter. A quoted keyword is an ordinary word, a quoted ``"-"`` an ordinary value, and
a word that holds an operator (``http://x``) must be quoted.

Sizes follow ps and top: K, M, G, T, P, E and KiB, MiB, ... count by 1024; KB, MB, ... by 1000.
Durations are seconds, or parts such as ``1h30m``: ms, s, m (min), h, d, w. A unit may stand apart.

A value that is not known (None) makes every comparison False, ``!=`` too. ``not`` is plain
negation: ``not cpu>5`` shows the rows whose cpu is unknown, ``cpu<=5`` does not.

Python's ``re`` cannot be interrupted, so a pattern is bounded: its length, the text searched, and
no repeated group may hold a repeat or an alternative, the exponential case. What is left can be
slow (``.*.*x`` over long texts) but ends.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from sysgui.system.i18n import _
from sysgui.system.query_values import (
    EQUALITY,
    KEYWORDS,
    UNKNOWN,
    WORD,
    Field,
    Kind,
    QueryError,
    Value,
    accepts,
    accepts_text,
    compile_pattern,
    operators,
    quote,
    refuse,
    shortened,
    unescape,
    unit_apart,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_QUERY",
    "Completion",
    "Field",
    "Kind",
    "Language",
    "Query",
    "QueryError",
    "quote",
]

MAX_QUERY = 2_000
MAX_DEPTH = 50

Row = TypeVar("Row")
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Query(Generic[Row]):
    """A compiled query; False when it is empty and so matches everything.

    Attributes:
        text: What the user typed.
        matches: Tells whether a row is wanted.
    """

    text: str
    matches: Test[Row]

    def __bool__(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Completion:
    """What may replace the query's text from `start` (counted from 0) to the cursor."""

    text: str
    start: int
    help: str = ""


_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"!=|<=|>=|[=:<>~]")
_NOT = re.compile(r"!(?!=)")
_VALUE = re.compile(r'[^\s"()]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PATTERN = re.compile(r"re:", re.IGNORECASE)

# What the completer looks for before the cursor.
_ASKED = re.compile(rf'({WORD.pattern})\s*(?:{_OPERATOR.pattern})\s*([^\s"()]*)$')
_BETWEEN_WORDS = re.compile(r"[\s()!]")


class Language(Generic[Row]):
    """The queries that one kind of row understands.

    Args:
        fields: What can be asked; the order is that of the completions.

    Raises:
        ValueError: If two fields share a name.
    """

    def __init__(self, fields: Iterable[Field[Row]]) -> None:
        self.fields = tuple(fields)
        self._named: dict[str, Field[Row]] = {}
        for field in self.fields:
            for name in (field.name, *field.aliases):
                if self._named.setdefault(name.casefold(), field) is not field:
                    raise ValueError(f"two fields are called {name!r}")
        self._plain = tuple(field.get for field in self.fields if field.plain)

    def compile(self, text: str) -> Query[Row]:
        """Turns what the user typed into a query.

        Raises:
            QueryError: If `text` is not of this language.
        """
        if len(text) > MAX_QUERY:
            expected = _("at most {count} characters").format(count=MAX_QUERY)
            refuse(MAX_QUERY + 1, expected, str(len(text)))
        if not text.strip():
            return Query(text, lambda _row: True)
        return Query(text, _Parser(text, self._named, self._plain).parse())

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """Returns what could stand at the cursor: fields, operators, choices."""
        before = text[: min(max(cursor, 0), MAX_QUERY)]
        if '"' in _QUOTED.sub("", before):
            return []
        asked = _ASKED.search(before)
        if asked:
            field = self._named.get(asked[1].lstrip("!").casefold())
            choices = field.choices if field else ()
            return _begun([Completion(quote(each), asked.start(2)) for each in choices], asked[2])
        *_others, word = _BETWEEN_WORDS.split(before)
        start = len(before) - len(word)
        found = [Completion(field.name, start, field.help) for field in self.fields]
        if word:
            found += [Completion(keyword, start) for keyword in KEYWORDS]
        named = self._named.get(_BETWEEN_WORDS.split(before.rstrip())[-1].casefold())
        signs = operators(named.kind) if named else ()
        return [*(Completion(sign, len(before)) for sign in signs), *_begun(found, word)]


class _Parser(Generic[Row]):
    """Recursive descent over the text itself; a method reads one construct, returns its test.

    There are no tokens: what a character means depends on where it stands (a value may hold a
    colon, a pattern may hold parentheses).
    """

    def __init__(
        self,
        text: str,
        fields: Mapping[str, Field[Row]],
        plain: tuple[Callable[[Row], Any], ...],
    ) -> None:
        self._text = text
        self._fields = fields
        self._plain = plain
        self._at = 0
        self._depth = 0

    def parse(self) -> Test[Row]:
        test = self._alternatives()
        if self._at < len(self._text):
            self._expected(_("a condition or the end"))
        return test

    def _alternatives(self) -> Test[Row]:
        tests = [self._conditions()]
        while self._take_keyword("or"):
            tests.append(self._conditions())
        return _any_of(tests)

    def _conditions(self) -> Test[Row]:
        tests = [self._condition()]
        while self._take_keyword("and") or not self._ends():
            tests.append(self._condition())
        return _all_of(tests)

    def _ends(self) -> bool:
        """Tells whether a row of conditions ends here."""
        return self._peek() in ("", ")") or self._keyword() == "or"

    def _condition(self) -> Test[Row]:
        self._peek()
        if self._take(_NOT) or self._take_keyword("not"):
            self._go_deeper()
            test = self._condition()
            self._depth -= 1
            return lambda row: not test(row)
        if self._peek() == "(":
            return self._group()
        return self._term()

    def _group(self) -> Test[Row]:
        opened = self._at + 1
        self._go_deeper()
        self._at += 1
        test = self._alternatives()
        self._depth -= 1
        if self._peek() != ")":
            self._expected(_("a ')' for the '(' at column {column}").format(column=opened))
        self._at += 1
        return test

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._expected(_("at most {count} nested conditions").format(count=MAX_DEPTH))

    def _term(self) -> Test[Row]:
        start = self._at
        literal = self._read_literal()
        if literal:
            return self._search(start, literal)
        word = self._take(WORD)
        if not word or word.casefold() in KEYWORDS:
            self._at = start
            self._expected(_("a condition"))
        self._peek()
        sign_at = self._at
        sign = self._take(_OPERATOR)
        if not sign:
            return self._search(start, Value(start + 1, word))
        return self._comparison(self._field(word, start), sign, sign_at)

    def _search(self, start: int, value: Value) -> Test[Row]:
        """Returns the test that looks into every field that is open to plain words."""
        if not self._plain:
            self._at = start
            self._expected(_("a field ({fields})").format(fields=self._field_names()))
        accepts = accepts_text("~", value)
        return _any_of([_holds(get, accepts) for get in self._plain])

    def _field(self, name: str, start: int) -> Field[Row]:
        field = self._fields.get(name.casefold())
        if field:
            return field
        nearest = difflib.get_close_matches(name.casefold(), self._fields, n=1)
        names = self._fields[nearest[0]].name if nearest else self._field_names()
        message = _("unknown field '{name}', expected {fields}; quote it to search for the text")
        raise QueryError(start + 1, message.format(name=shortened(name), fields=names), names)

    def _field_names(self) -> str:
        return ", ".join(dict.fromkeys(field.name for field in self._fields.values()))

    def _comparison(self, field: Field[Row], sign: str, sign_at: int) -> Test[Row]:
        signs = operators(field.kind)
        if sign not in signs:
            expected = _("{operators} after {field}")
            expected = expected.format(operators=" ".join(signs), field=field.name)
            refuse(sign_at + 1, expected, sign)
        value = self._read_value(sign, field.kind)
        if value.unknown and sign in EQUALITY:
            get, known = field.get, sign == "!="
            return lambda row: (get(row) is not None) is known
        return _holds(field.get, accepts(field, sign, value))

    def _read_value(self, sign: str, kind: Kind) -> Value:
        self._peek()
        start = self._at
        literal = self._read_literal()
        if literal:
            return literal
        meant = not self._keyword() and not _OPERATOR.match(self._text, start)
        text = self._take(_VALUE) if meant else ""
        if not text:
            self._expected(_("a value after '{operator}'").format(operator=sign))
        # "rss > 200 MB" must not quietly mean 200 bytes and the word MB.
        apart = unit_apart(kind, text, self._text[self._at :])
        self._at += len(apart)
        text += apart.strip()
        return Value(start + 1, text, unknown=text == UNKNOWN)

    def _read_literal(self) -> Value | None:
        """Reads a pattern or a quoted text, if one stands here."""
        column = self._at + 1
        if not self._take(_PATTERN):
            phrase = self._read_quoted()
            return None if phrase is None else Value(column, unescape(phrase))
        start = self._at
        source = self._read_quoted()
        if source is None:
            source = self._read_bare_pattern()
        if not source:
            self._at = start
            self._expected(_("a regular expression"))
        # An escaped quote stays as it is: to the pattern, too, it is a quote.
        return Value(column, f"re:{source}", compile_pattern(source, start + 1))

    def _read_bare_pattern(self) -> str:
        """Reads up to a space, or to a parenthesis that closes one outside of the pattern."""
        start, depth = self._at, 0
        while self._at < len(self._text) and not self._text[self._at].isspace():
            character = self._text[self._at]
            depth += (character == "(") - (character == ")")
            if depth < 0:
                break
            self._at += 2 if character == "\\" else 1
        self._at = min(self._at, len(self._text))
        return self._text[start : self._at]

    def _read_quoted(self) -> str | None:
        """Reads a quoted text and returns its inside, escapes and all; None if there is none."""
        if not self._text.startswith('"', self._at):
            return None
        start = self._at
        quoted = self._take(_QUOTED)
        if not quoted:
            self._at = len(self._text)
            self._expected(_("a '\"' for the one at column {column}").format(column=start + 1))
        return quoted[1:-1]

    def _peek(self) -> str:
        """Skips spaces and returns the next character, or nothing at the end."""
        self._take(_SPACE)
        return self._text[self._at : self._at + 1]

    def _take(self, shape: re.Pattern[str]) -> str:
        found = shape.match(self._text, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found[0]

    def _keyword(self) -> str:
        """Returns the keyword that stands here, if one does."""
        word = WORD.match(self._text, self._at)
        return word[0].casefold() if word and word[0].casefold() in KEYWORDS else ""

    def _take_keyword(self, keyword: str) -> bool:
        self._peek()
        found = self._keyword() == keyword
        self._at += len(keyword) if found else 0
        return found

    def _expected(self, expected: str) -> NoReturn:
        """Refuses what stands here."""
        self._peek()
        got = _VALUE.match(self._text, self._at)
        refuse(self._at + 1, expected, got[0] if got else self._text[self._at : self._at + 1])


def _begun(completions: list[Completion], begun: str) -> list[Completion]:
    """Returns those that go on as the user began, with or without the opening quote."""
    start = begun.casefold()
    return [each for each in completions if each.text.casefold().lstrip('"').startswith(start)]


# What follows runs for every row, thousands of times a second; all() and any() would make a
# generator each time.


def _all_of(tests: list[Test[Row]]) -> Test[Row]:
    def test(row: Row) -> bool:
        for each in tests:  # noqa: SIM110
            if not each(row):
                return False
        return True

    return test if len(tests) > 1 else tests[0]


def _any_of(tests: list[Test[Row]]) -> Test[Row]:
    def test(row: Row) -> bool:
        for each in tests:  # noqa: SIM110
            if each(row):
                return True
        return False

    return test if len(tests) > 1 else tests[0]


def _holds(get: Callable[[Row], Any], accepts: Callable[[Any], bool]) -> Test[Row]:
    def test(row: Row) -> bool:
        value = get(row)
        return value is not None and accepts(value)

    return test
