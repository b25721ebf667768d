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

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sysgui.system.i18n import _
from sysgui.system.query_grammar import MAX_QUERY, Completion, Grammar
from sysgui.system.query_parser import MAX_DEPTH
from sysgui.system.query_values import (
    EQUALITY,
    Field,
    Kind,
    QueryError,
    Value,
    accepts,
    accepts_text,
    quote,
    refuse,
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


class Language(Grammar[Field[Row], Test[Row]]):
    """The queries that one kind of row understands.

    Args:
        fields: What can be asked; the order is that of the completions.

    Raises:
        ValueError: If two fields share a name.
    """

    def __init__(self, fields: Iterable[Field[Row]]) -> None:
        fields = tuple(fields)
        super().__init__(fields, _Tests(fields))

    def compile(self, text: str) -> Query[Row]:
        """Turns what the user typed into a query.

        Raises:
            QueryError: If `text` is not of this language.
        """
        test = self.read(text)
        return Query(text, test if test else lambda _row: True)


class _Tests(Generic[Row]):
    """Makes tests of rows.

    They run for every row, thousands of times a second; all() and any() would make a generator each
    time.
    """

    def __init__(self, fields: tuple[Field[Row], ...]) -> None:
        self._names = ", ".join(field.name for field in fields)
        self._plain = tuple(field.get for field in fields if field.plain)

    def any_of(self, made: list[Test[Row]]) -> Test[Row]:
        def test(row: Row) -> bool:
            for each in made:  # noqa: SIM110
                if each(row):
                    return True
            return False

        return test

    def all_of(self, made: list[Test[Row]]) -> Test[Row]:
        def test(row: Row) -> bool:
            for each in made:  # noqa: SIM110
                if not each(row):
                    return False
            return True

        return test

    def negation(self, made: Test[Row]) -> Test[Row]:
        return lambda row: not made(row)

    def contains(self, value: Value) -> Test[Row]:
        """Returns the test that looks into every field that is open to plain words."""
        if not self._plain:
            expected = _("a field ({fields})").format(fields=self._names)
            refuse(value.column, expected, value.text or '""')
        accepted = accepts_text("~", value)
        tests = [_holds(get, accepted) for get in self._plain]
        return self.any_of(tests) if len(tests) > 1 else tests[0]

    def compares(self, field: Field[Row], sign: str, value: Value) -> Test[Row]:
        if value.unknown and sign in EQUALITY:
            get, known = field.get, sign == "!="
            return lambda row: (get(row) is not None) is known
        return _holds(field.get, accepts(field, sign, value))


def _holds(get: Callable[[Row], Any], accepts: Callable[[Any], bool]) -> Test[Row]:
    def test(row: Row) -> bool:
        value = get(row)
        return value is not None and accepts(value)

    return test
