"""Filtering, sorting and trees, against the plainest code that does the same."""

from collections.abc import Hashable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from sysgui.system.arrange import Arrangement, Family, arrange, arrange_tree, held, ordered
from sysgui.system.query import Field, Kind, Language, Query


@dataclass(frozen=True)
class Row:
    name: int
    parent: int
    value: float | None


LANGUAGE = Language[Row]([Field("value", Kind.NUMBER, lambda row: row.value)])
FAMILY = Family[Row](lambda row: row.name, lambda row: row.parent)
VALUES = st.none() | st.integers(min_value=0, max_value=5)


@st.composite
def forests(draw: st.DrawFn) -> list[Row]:
    """Rows whose parents stand before them, are unknown, or are themselves; in any order."""
    rows = []
    for name in range(draw(st.integers(min_value=0, max_value=12))):
        parent = draw(st.integers(min_value=-1, max_value=name))
        rows.append(Row(name, parent, draw(VALUES)))
    return draw(st.permutations(rows))


QUERIES = st.sampled_from(
    [None, LANGUAGE.compile(""), *map(LANGUAGE.compile, ("value>2", "value=-"))]
)


def value(row: Row) -> float | None:
    return row.value


def naive_order(rows: list[Row], *, descending: bool) -> list[Row]:
    def key(row: Row) -> tuple[bool, float]:
        known = row.value is not None
        return (not known, 0 if not known else -row.value if descending else row.value)

    return sorted(rows, key=key)


def wanted(row: Row, query: Query[Row] | None) -> bool:
    return not query or query.matches(row)


@given(forests(), st.booleans())
def test_equal_rows_keep_their_order_and_unknown_ones_come_last(
    rows: list[Row], descending: bool
) -> None:
    assert ordered(rows, value, descending=descending) == naive_order(rows, descending=descending)


@given(forests(), QUERIES, st.booleans())
def test_a_flat_table_is_what_matches_in_order(
    rows: list[Row], query: Query[Row] | None, descending: bool
) -> None:
    found = arrange(rows, query, value, descending=descending)
    kept = [row for row in rows if wanted(row, query)]
    assert found == Arrangement(naive_order(kept, descending=descending), matched=len(kept))


def naive_tree(
    rows: list[Row], query: Query[Row] | None, collapsed: set[int], *, descending: bool
) -> tuple[list[Row], list[int], set[int]]:
    def children(name: int) -> list[Row]:
        return [row for row in rows if row.parent == name != row.name]

    def shown(row: Row) -> bool:
        return wanted(row, query) or any(shown(child) for child in children(row.name))

    out: list[Row] = []
    depths: list[int] = []
    parents: set[int] = set()

    def walk(siblings: list[Row], depth: int) -> None:
        for row in naive_order([row for row in siblings if shown(row)], descending=descending):
            out.append(row)
            depths.append(depth)
            if any(shown(child) for child in children(row.name)):
                parents.add(len(out) - 1)
                if row.name not in collapsed:
                    walk(children(row.name), depth + 1)

    names = {row.name for row in rows}
    walk([row for row in rows if row.parent not in names or row.parent == row.name], 0)
    return out, depths, parents


@given(forests(), QUERIES, st.booleans(), st.sets(st.integers(min_value=0, max_value=11)))
def test_a_tree_shows_matches_with_their_ancestors_and_sorts_siblings(
    rows: list[Row], query: Query[Row] | None, descending: bool, collapsed: set[int]
) -> None:
    found = arrange_tree(rows, query, value, FAMILY, descending=descending, collapsed=collapsed)
    expected = naive_tree(rows, query, collapsed, descending=descending)
    assert (list(found.rows), list(found.depths), set(found.parents)) == expected
    assert found.matched == sum(wanted(row, query) for row in rows)


def test_a_tree_ten_thousand_deep_is_arranged() -> None:
    rows = [Row(name, name - 1, 1) for name in range(10_000)]
    found = arrange_tree(rows, None, value, FAMILY, descending=True)
    assert list(found.depths) == list(range(10_000))


def name(row: Row) -> Hashable:
    return row.name


@given(forests(), forests())
def test_held_rows_stay_where_they_are_and_new_ones_come_below(
    before: list[Row], after: list[Row]
) -> None:
    now = {row.name: row for row in after}
    found, ended = held(Arrangement(before, matched=7), now, name, after)
    assert found.matched == 7  # The query has not been asked.
    places = {row.name for row in before}
    assert list(found.rows[: len(before)]) == [now.get(row.name, row) for row in before]
    new = [row for row in after if row.name not in places]
    assert list(found.rows[len(before) :]) == new
    assert ended == {place for place, row in enumerate(before) if row.name not in now}


@given(forests(), forests())
def test_a_held_tree_keeps_its_shape(before: list[Row], after: list[Row]) -> None:
    shown = arrange_tree([*before, Row(99, -1, 1)], None, value, FAMILY, descending=True)
    found, ended = held(shown, {row.name: row for row in after}, name, after)
    assert [row.name for row in found.rows] == [row.name for row in shown.rows]
    assert (found.depths, found.parents) == (shown.depths, shown.parents)
    left = {row.name for row in after}
    assert ended == {i for i, row in enumerate(shown.rows) if row.name not in left}


@st.composite
def circles(draw: st.DrawFn) -> list[Row]:
    """Rows whose parent may be any row, so that they may stand in circles."""
    names = range(draw(st.integers(min_value=0, max_value=12)))
    parents = st.integers(min_value=-1, max_value=len(names))
    return [Row(name, draw(parents), draw(VALUES)) for name in names]


@given(circles())
def test_no_row_is_lost_in_a_circle_of_parents(rows: list[Row]) -> None:
    found = arrange_tree(rows, None, value, FAMILY, descending=True)
    assert sorted(row.name for row in found.rows) == [row.name for row in rows]
    path: list[Row] = []
    for row, depth in zip(found.rows, found.depths, strict=True):
        del path[depth:]
        assert len(path) == depth
        assert not path or row.parent == path[-1].name
        path.append(row)


@given(circles(), st.sets(st.integers(min_value=0, max_value=11)))
def test_collapsed_branches_of_a_circle_hide_only_what_is_beneath_them(
    rows: list[Row], collapsed: set[int]
) -> None:
    whole = arrange_tree(rows, None, value, FAMILY, descending=True)
    found = arrange_tree(rows, None, value, FAMILY, descending=True, collapsed=collapsed)
    expected = []
    hidden_from = None
    for row, depth in zip(whole.rows, whole.depths, strict=True):
        if hidden_from is not None and depth > hidden_from:
            continue
        hidden_from = depth if row.name in collapsed else None
        expected.append(row)
    assert list(found.rows) == expected
