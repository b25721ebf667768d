"""Which rows a table shows, and in which order: pure functions, quick enough for every tick."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sysgui.system.query import Query

Row = TypeVar("Row")


@dataclass(frozen=True)
class Arrangement(Generic[Row]):
    """The rows to show, from top to bottom.

    Attributes:
        rows: Each row once.
        depths: How deep each stands in the tree; empty for a flat table.
        parents: The places of rows that have others beneath them, shown or collapsed.
        matched: How many rows the query let through, collapsed ones included.
    """

    rows: Sequence[Row]
    depths: Sequence[int] = ()
    parents: Collection[int] = ()
    matched: int = 0


@dataclass(frozen=True)
class Family(Generic[Row]):
    """How rows hang together.

    Attributes:
        name: Returns a row's name among the others.
        parent: Returns the name of the row that it stands beneath, known or not.
    """

    name: Callable[[Row], Hashable]
    parent: Callable[[Row], Hashable]


def ordered(rows: Iterable[Row], value: Callable[[Row], Any], *, descending: bool) -> list[Row]:
    """Sorts rows by a value; equal ones keep their order, unknown ones (None) come last."""
    rows = list(rows)
    values = list(map(value, rows))
    places: Iterable[int] = range(len(rows))
    unknown: list[Row] = []
    if None in values:
        unknown = [row for row, found in zip(rows, values, strict=True) if found is None]
        places = [place for place in places if values[place] is not None]
    known = sorted(places, key=values.__getitem__, reverse=descending)
    return [rows[place] for place in known] + unknown


def arrange(
    rows: Iterable[Row],
    query: Query[Row] | None,
    value: Callable[[Row], Any],
    *,
    descending: bool,
) -> Arrangement[Row]:
    """Filters and sorts a flat table."""
    kept = filter(query.matches, rows) if query else rows
    shown = ordered(kept, value, descending=descending)
    return Arrangement(shown, matched=len(shown))


def arrange_tree(
    rows: Iterable[Row],
    query: Query[Row] | None,
    value: Callable[[Row], Any],
    family: Family[Row],
    *,
    descending: bool,
    collapsed: Collection[Hashable] = (),
) -> Arrangement[Row]:
    """Filters and sorts a tree: siblings among themselves, matches with all their ancestors."""
    everything = {family.name(row): row for row in rows}
    kept = everything
    matched = len(everything)
    if query:
        matches = [name for name, row in everything.items() if query.matches(row)]
        matched = len(matches)
        kept = _with_ancestors(matches, everything, family)
    beneath: dict[Hashable, list[Row]] = {}
    roots: list[Row] = []
    for name, row in kept.items():
        parent = family.parent(row)
        siblings = beneath.setdefault(parent, []) if parent in kept and parent != name else roots
        siblings.append(row)
    shown: list[Row] = []
    depths: list[int] = []
    parents: set[int] = set()
    waiting = [(row, 0) for row in reversed(ordered(roots, value, descending=descending))]
    while waiting:
        row, depth = waiting.pop()
        name = family.name(row)
        children = beneath.get(name)
        if children:
            parents.add(len(shown))
            if name not in collapsed:
                arranged = ordered(children, value, descending=descending)
                waiting += [(child, depth + 1) for child in reversed(arranged)]
        shown.append(row)
        depths.append(depth)
    return Arrangement(shown, depths, parents, matched)


def _with_ancestors(
    names: Iterable[Hashable], rows: dict[Hashable, Row], family: Family[Row]
) -> dict[Hashable, Row]:
    kept: set[Hashable] = set()
    for name in names:
        up = name
        while up in rows and up not in kept:
            kept.add(up)
            up = family.parent(rows[up])
    return {name: row for name, row in rows.items() if name in kept}


def held(
    shown: Arrangement[Row],
    now: Mapping[Any, Row],
    name: Callable[[Row], Hashable],
    newcomers: Iterable[Row] = (),
) -> tuple[Arrangement[Row], frozenset[int]]:
    """Keeps rows where they stand while somebody's hand is on the table.

    Args:
        shown: What is shown now.
        now: All rows by name, as they are now.
        name: Returns a row's name among the others.
        newcomers: Rows that may not have been shown yet.

    Returns:
        The rows of `shown` in their places, each as it is now; newcomers beneath a flat list, and
        none in a tree, where they would push others down. And the places of those that have ended,
        which are still there so that nothing moves up.
    """
    names = list(map(name, shown.rows))
    found = list(map(now.get, names))
    ended = [place for place, row in enumerate(found) if row is None] if None in found else []
    rows: list[Row] = [row for row in found if row is not None]
    for place in ended:
        rows.insert(place, shown.rows[place])
    if not shown.depths:
        there = set(names)
        rows += [row for row in newcomers if name(row) not in there]
    return Arrangement(rows, shown.depths, shown.parents, shown.matched), frozenset(ended)
