"""Entries together with those that came shortly before and after, as `grep -C` has lines."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from .entries import Entry


class Picked(NamedTuple):
    """An entry that is a row.

    Attributes:
        entry: The entry.
        found: Whether the search matches it.
        near: Whether it is a row only because it stands near others.
        gap: Whether entries between it and the row before are left out.
    """

    entry: Entry
    found: bool
    near: bool = False
    gap: bool = False


class Picker:
    """Picks, of entries that come one after the other, the wanted ones and those near them.

    Args:
        context: How many before and after each; 0: the wanted ones only, without gaps.

    Attributes:
        context: The same.
    """

    def __init__(self, context: int = 0) -> None:
        self.context = context
        self._before: deque[Entry] = deque(maxlen=context)
        self._left = 0
        self._passed = 0

    @property
    def leaves_out(self) -> bool:
        """Whether entries are left out since the last row."""
        return self.context > 0 and self._passed > 0

    def pick(self, entry: Entry, wanted: bool, found: bool) -> Iterator[Picked]:  # noqa: FBT001
        """Yields the rows that are known with the next entry."""
        if wanted:
            gap = self.context > 0 and self._passed > len(self._before)
            for earlier in self._before:
                yield Picked(earlier, found=False, near=True, gap=gap)
                gap = False
            yield Picked(entry, found, gap=gap)
            self._before.clear()
            self._left, self._passed = self.context, 0
        elif self._left:
            self._left -= 1
            yield Picked(entry, found=False, near=True)
        else:
            self._before.append(entry)
            self._passed += 1
