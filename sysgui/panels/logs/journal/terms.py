"""What each condition of a query asks of a journal alone, as far as the index is able to tell."""

import time
from collections.abc import Sequence

from sysgui.panels.logs.text.wanted import Condition

from .index import JournalIndex
from .question import split

# How often it is counted anew, in seconds: also what a query does not let through may come.
EVERY = 2.0


class Terms:
    """Counts the entries that conditions ask for.

    Args:
        index: The journal's.
        terms: How each is written, and what it asks for.

    Attributes:
        counts: How each is written, and how many entries it asks for; -1 where the index is not
            able to tell.
    """

    def __init__(self, index: JournalIndex, terms: Sequence[tuple[str, Condition]] = ()) -> None:
        self._index = index
        self._terms = terms
        self._counted = 0.0
        self.counts: list[tuple[str, int]] = []

    def count(self) -> None:
        """Counts them now."""
        self.counts = [(text, self._count_of(term)) for text, term in self._terms]
        self._counted = time.monotonic()

    def go_on(self) -> None:
        """Counts them anew if they were not for a while."""
        if time.monotonic() > self._counted + EVERY:
            self.count()

    def _count_of(self, term: Condition) -> int:
        question = split(term)
        if question.rest is not None:
            return -1
        return self._index.count(question.wanted).tally.entries
