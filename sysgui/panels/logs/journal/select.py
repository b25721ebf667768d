"""Rows of one file of the journal: of which level each is, and which of them are wanted."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from .export import LEVELS, NO_LEVEL
from .files import TIME, JournalFile, Places, Stored
from .header import Doubt
from .wanted import Term, Wanted

Levels = npt.NDArray[np.uint8]
Times = npt.NDArray[np.int64]

_LEVEL = b"PRIORITY"


def known(file: JournalFile, field: bytes) -> Iterator[tuple[bytes, Stored]]:
    """Yields the values of a field.

    Raises:
        Doubt: As `JournalFile.values` says; and if a value is packed, so that it is not known.
    """
    for value in file.values(field):
        if value.text is None:
            raise Doubt("a value that is packed")
        yield value.text, value


def levels(file: JournalFile) -> Levels:
    """Returns the level of each entry, shape (entries,); of two, the more severe.

    Raises:
        Doubt: As `JournalFile` says.
    """
    found = np.full(len(file.entries()), NO_LEVEL, np.uint8)
    odd: list[Places] = []
    for text, value in known(file, _LEVEL):
        if text in LEVELS:
            of_it = file.entries_of(value)
            found[of_it] = np.minimum(found[of_it], np.uint8(LEVELS[text]))
        else:
            odd.append(file.entries_of(value))
    # Had a list been lost, its entries would seem to have none.
    bare = np.setdiff1d(np.flatnonzero(found == NO_LEVEL), _union(odd))
    if len(bare) and any(file.says(int(row), _LEVEL) for row in bare[[0, -1]]):
        raise Doubt("levels that no list tells")
    return found


def times(file: JournalFile, rows: Places | None) -> Times:
    """Returns when entries came, in microseconds since 1970, shape (rows,).

    Args:
        file: The file.
        rows: Which entries, ascending; None is all.

    Raises:
        Doubt: As `JournalFile` says.
    """
    places = file.entries() if rows is None else file.entries()[rows]
    found = np.empty(len(places), np.int64)
    for done, heads in file.heads(places):
        found[done : done + len(heads)] = heads[:, TIME]
    return found


def rows(file: JournalFile, wanted: Wanted) -> Places | None:
    """Returns which entries have the fields that are wanted, ascending; None is all.

    Raises:
        Doubt: As `JournalFile` says, or if only journalctl knows.
    """
    if not wanted.is_exact:
        raise Doubt("a pattern for units")
    found: Places | None = None
    for group in wanted.groups():
        some = _union([_having(file, term) for term in group])
        found = some if found is None else np.intersect1d(found, some, assume_unique=True)
    return found


def _having(file: JournalFile, term: Term) -> Places:
    found: Places | None = None
    for field, text in term:
        some = _union([file.entries_of(v) for value, v in known(file, field) if value == text])
        found = some if found is None else np.intersect1d(found, some, assume_unique=True)
        if not len(found):
            break
    return np.empty(0, np.uint32) if found is None else found


def _union(parts: list[Places]) -> Places:
    if len(parts) == 1:
        return parts[0]
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.uint32)
