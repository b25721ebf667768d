"""The grammar of queries, whatever is made of what it reads: tests of rows, conditions on lines.

What a user may type stands in `query.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple

from sysgui.system.i18n import _
from sysgui.system.query_parser import OPERATOR, QUOTED, Asked, Made, Meaning, Parser
from sysgui.system.query_values import KEYWORDS, WORD, quote, refuse

MAX_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class Completion:
    """What may replace the query's text from `start` (counted from 0) to the cursor."""

    text: str
    start: int
    help: str = ""


class BegunValue(NamedTuple):
    """A value that is being typed.

    Attributes:
        name: Of the field that it is compared with; "" if there is none of that name.
        text: What there is of it.
        start: Where it starts, counted from 0.
    """

    name: str
    text: str
    start: int


class BegunName(NamedTuple):
    """A word that may become a comparison: it begins the name of a field.

    Attributes:
        text: The word.
        is_whole: Whether it is such a name.
    """

    text: str
    is_whole: bool


class Reading(NamedTuple, Generic[Made]):
    """What was read of a query.

    Attributes:
        made: What it means.
        terms: The conditions of which it consists on its highest level: how each is written, and
            what it means; one if it is a single condition.
    """

    made: Made
    terms: list[tuple[str, Made]]


# What the completer looks for before the cursor.
_ASKED = re.compile(rf'({WORD.pattern})\s*(?:{OPERATOR.pattern})\s*([^\s"()]*)$')
_BETWEEN_WORDS = re.compile(r"[\s()!]")


class Grammar(Generic[Asked, Made]):
    """Reads queries, and completes them.

    Args:
        fields: What can be asked; the order is that of the completions.
        meaning: What is made of a query.

    Raises:
        ValueError: If two fields share a name.
    """

    def __init__(self, fields: Iterable[Asked], meaning: Meaning[Asked, Made]) -> None:
        self.fields = tuple(fields)
        self._meaning = meaning
        self._named: dict[str, Asked] = {}
        for field in self.fields:
            for name in (field.name, *field.aliases):
                if self._named.setdefault(name.casefold(), field) is not field:
                    raise ValueError(f"two fields are called {name!r}")

    def read(self, text: str) -> Made | None:
        """Returns what a query means; None for an empty one, which wants everything.

        Raises:
            QueryError: If `text` is not of this language.
        """
        reading = self.read_terms(text)
        return reading.made if reading else None

    def read_terms(self, text: str) -> Reading[Made] | None:
        """Returns the same, and what the conditions mean of which it consists.

        Raises:
            QueryError: If `text` is not of this language.
        """
        if len(text) > MAX_QUERY:
            expected = _("at most {count} characters").format(count=MAX_QUERY)
            refuse(MAX_QUERY + 1, expected, str(len(text)))
        if not text.strip():
            return None
        parser = Parser(text, self._named, self.further_field, self._meaning)
        made = parser.parse()
        return Reading(made, parser.terms)

    def further_field(self, _name: str) -> Asked | None:
        """Returns a field that is none of those that are offered; None if there is none."""
        return None

    def complete(self, text: str, cursor: int) -> list[Completion]:
        """Returns what could stand at the cursor: fields, operators, choices."""
        before = text[: min(max(cursor, 0), MAX_QUERY)]
        if '"' in QUOTED.sub("", before):
            return []
        begun = self.begun_value(text, cursor)
        if begun:
            field = self._named.get(begun.name)
            choices = field.choices if field else ()
            return _begun([Completion(quote(each), begun.start) for each in choices], begun.text)
        *_others, word = _BETWEEN_WORDS.split(before)
        start = len(before) - len(word)
        found = [Completion(field.name, start, field.help) for field in self.fields]
        if word:
            found += [Completion(keyword, start) for keyword in KEYWORDS]
        named = self._named.get(_BETWEEN_WORDS.split(before.rstrip())[-1].casefold())
        signs = named.operators if named else ()
        return [*(Completion(sign, len(before)) for sign in signs), *_begun(found, word)]

    def begun_name(self, text: str) -> BegunName | None:
        """Returns the word at the end of a query, if it begins the name of a field; else None."""
        *before, word = re.split(r"\s", text)
        is_value = OPERATOR.search(" ".join(before).rstrip()[-1:])
        word = word.lstrip("(!").removesuffix("!")  # Of "!=", perhaps.
        if is_value or '"' in QUOTED.sub("", text) or not WORD.fullmatch(word):
            return None
        begun = word.casefold()
        if not any(name.startswith(begun) for name in self._named):
            return None
        return BegunName(word, begun in self._named)

    def begun_value(self, text: str, cursor: int) -> BegunValue | None:
        """Returns the value that is typed at the cursor; None if none is."""
        before = text[: min(max(cursor, 0), MAX_QUERY)]
        asked = None if '"' in QUOTED.sub("", before) else _ASKED.search(before)
        if asked is None:
            return None
        field = self._named.get(asked[1].lstrip("!").casefold())
        return BegunValue(field.name if field else "", asked[2], asked.start(2))


def _begun(completions: list[Completion], begun: str) -> list[Completion]:
    """Returns those that go on as the user began, with or without the opening quote."""
    start = begun.casefold()
    return [each for each in completions if each.text.casefold().lstrip('"').startswith(start)]
