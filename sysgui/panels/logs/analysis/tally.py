"""The most frequent of many values, in bounded memory."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

# So many values are told apart; as soon as there are twice as many, the rarest go.
MOST = 50_000


class Counted(NamedTuple):
    """A value.

    Attributes:
        shown: As it is written most often.
        lines: How often it came.
    """

    shown: str
    lines: int


class Tally:
    """Counts values.

    One that was dropped, and comes again, is counted anew: its figure is too small then.

    Args:
        folds: Whether capitals do not matter.
        most: So many values are kept.

    Attributes:
        is_exact: Whether none was dropped.
    """

    def __init__(self, *, folds: bool = False, most: int = MOST) -> None:
        self._folds, self._most = folds, most
        self._counts: Counter[str] = Counter()
        self.is_exact = True

    def add(self, values: Iterable[str]) -> None:
        """Counts some values."""
        self._counts.update(values)
        if len(self._counts) > 2 * self._most:
            self._counts = Counter(dict(self._counts.most_common(self._most)))
            self.is_exact = False

    def values(self) -> dict[str, Counted]:
        """Returns the values, by what tells them apart."""
        found: dict[str, Counted] = {}
        for value, count in self._counts.most_common():
            key = value.lower() if self._folds else value
            shown, before = found.get(key, (value, 0))
            found[key] = Counted(shown, before + count)
        return found
