"""What was typed, as conditions on lines: for the same text the same, so that nothing is redone."""

from collections.abc import Sequence
from typing import NamedTuple

from .query import Compiled, LogLanguage
from .text.wanted import Condition

# So many texts are remembered, for the next page.
REMEMBERED = 20


class Wish(NamedTuple):
    """What is wanted of a log.

    Attributes:
        query: Which lines are rows; None: all.
        search: What is looked for among them; None: nothing.
        terms: What is counted besides, each alone, by how it is written.
        context: So many lines before and after each that is asked for are rows too.
    """

    query: Condition | None = None
    search: Condition | None = None
    terms: Sequence[tuple[str, Condition]] = ()
    context: int = 0

    def finds_as(self, other: "Wish") -> bool:
        """Tells whether all that was found for another holds for this one."""
        known = self.query is other.query and self.search is other.search
        return known and self.context == other.context


class Asked:
    """Remembers what texts mean in the language of a log."""

    def __init__(self) -> None:
        self._language: LogLanguage | None = None
        self._known: dict[str, Compiled | None] = {}

    def compiled(self, text: str, language: LogLanguage) -> Compiled | None:
        """Returns which lines a text asks for; None for an empty one.

        Raises:
            QueryError: If `text` is not of the language.
        """
        if language is not self._language or len(self._known) >= REMEMBERED:
            self._language = language
            self._known.clear()
        if text not in self._known:
            self._known[text] = language.compile_terms(text) if text.strip() else None
        return self._known[text]

    def wish(self, query: str, search: str, language: LogLanguage, context: int) -> Wish:
        """Returns what is wanted of a log, as it is typed.

        Args:
            query: Which lines are rows.
            search: What is looked for among them.
            language: Of the log.
            context: As `Wish` has it.

        Raises:
            QueryError: If that is not of the language.
        """
        asked, sought = (self.compiled(text, language) for text in (query, search))
        terms = asked.terms if asked else ()
        return Wish(asked and asked.condition, sought and sought.condition, terms, context)
