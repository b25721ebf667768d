"""Which rows a table shows, and in which order: pure functions, quick enough for every tick."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
    sort = partial(ordered, value=value, descending=descending)
    found, reached = _walk(roots, beneath, family, sort, collapsed)
    if reached < len(kept):
        _break_circles(kept, roots, beneath, family)
        found, _reached = _walk(roots, beneath, family, sort, collapsed)
    return replace(found, matched=matched)


def _walk(
    roots: Sequence[Row],
    beneath: Mapping[Hashable, Sequence[Row]],
    family: Family[Row],
    sort: Callable[[Sequence[Row]], list[Row]],
    collapsed: Collection[Hashable],
) -> tuple[Arrangement[Row], int]:
    """Returns the tree from top to bottom, and how many rows were reached, shown or collapsed."""
    shown: list[Row] = []
    depths: list[int] = []
    parents: set[int] = set()
    reached = 0
    # Depth -1: beneath a collapsed row.
    waiting = [(row, 0) for row in reversed(sort(roots))]
    while waiting:
        row, depth = waiting.pop()
        reached += 1
        name = family.name(row)
        children = beneath.get(name)
        if depth < 0:
            waiting += [(child, -1) for child in children or ()]
            continue
        if children:
            parents.add(len(shown))
            if name in collapsed:
                waiting += [(child, -1) for child in children]
            else:
                waiting += [(child, depth + 1) for child in reversed(sort(children))]
        shown.append(row)
        depths.append(depth)
    return Arrangement(shown, depths, parents), reached


def _break_circles(
    kept: Mapping[Hashable, Row],
    roots: list[Row],
    beneath: Mapping[Hashable, list[Row]],
    family: Family[Row],
) -> None:
    """Makes a root of one row of each circle, such as two readings of a reused pid can make."""
    reached: set[Hashable] = set()

    def reach(row: Row) -> None:
        waiting = [row]
        while waiting:
            name = family.name(waiting.pop())
            if name not in reached:
                reached.add(name)
                waiting += beneath.get(name, ())

    for row in roots:
        reach(row)
    for name, row in kept.items():
        if name in reached:
            continue
        circle: set[Hashable] = set()
        while name not in circle:  # Up, until a row comes again: that one is in the circle.
            circle.add(name)
            name = family.parent(kept[name])
        row = kept[name]
        beneath[family.parent(row)].remove(row)
        roots.append(row)
        reach(row)


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
