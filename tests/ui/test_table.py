"""The table model and its view: whatever happens to the rows, nothing jumps under the hand."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QMenu

from sysgui.system.arrange import Arrangement, Family, arrange, arrange_tree, held
from sysgui.system.columns import Column
from sysgui.system.query import Kind
from sysgui.ui import table_view
from sysgui.ui.painted_table import INDENT
from sysgui.ui.table import TableModel
from sysgui.ui.table_header import PADDING
from sysgui.ui.table_view import TableView


@dataclass(frozen=True)
class Row:
    key: int
    name: str = ""
    cpu: float = 0.0
    parent: int = 0


COLUMNS = (
    Column("name", "Name", Kind.TEXT, lambda r: r.name, lambda r: f"{r.name} {r.key}", "its name"),
    Column("cpu", "CPU", Kind.PERCENT, lambda r: r.cpu, lambda r: f"{r.cpu:.1f}", "its CPU"),
    Column("key", "Key", Kind.NUMBER, lambda r: r.key, lambda r: str(r.key)),
)
FAMILY: Family[Row] = Family(name=lambda r: r.key, parent=lambda r: r.parent)

ROWS = st.lists(
    st.builds(Row, st.integers(1, 12), st.sampled_from("abc")), unique_by=lambda r: r.key
)


def key(row: Row) -> int:
    return row.key


def model_of(columns: tuple[Column[Any], ...] = COLUMNS) -> TableModel:
    return TableModel(columns, key)


def flat(rows: list[Row]) -> Arrangement[Row]:
    return Arrangement(rows, matched=len(rows))


def by_cpu(rows: list[Row]) -> Arrangement[Row]:
    return arrange(rows, None, lambda r: r.cpu, descending=True)


def keys(model: TableModel) -> list[Any]:
    return [model.key(place) for place in range(model.rowCount())]


def selected_keys(selection: QItemSelectionModel, model: TableModel) -> set[Any]:
    return {model.key(index.row()) for index in selection.selectedRows()}


class Record:
    """Counts what a model tells its views."""

    def __init__(self, model: TableModel) -> None:
        self.resets = 0
        self.changed: list[tuple[int, int]] = []
        self.other: list[str] = []
        model.modelReset.connect(self._reset)
        model.modelAboutToBeReset.connect(self._reset)
        model.dataChanged.connect(self._changed)
        model.rowsInserted.connect(lambda *_: self.other.append("inserted"))
        model.rowsRemoved.connect(lambda *_: self.other.append("removed"))
        model.layoutChanged.connect(lambda *_: self.other.append("moved"))

    def _reset(self) -> None:
        self.resets += 1

    def _changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self.changed.append((first.row(), last.row()))


# The model.


@given(before=ROWS, after=ROWS, chosen=st.sets(st.integers(1, 12)), data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_apply_shows_the_new_rows_and_selection_and_current_row_follow_their_keys(
    qapp, qtlog, before: list[Row], after: list[Row], chosen: set[int], data: st.DataObject
) -> None:
    model = model_of()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    record = Record(model)
    selection = QItemSelectionModel(model)
    model.apply(flat(before))
    flags = QItemSelectionModel.SelectionFlag
    for place, row in enumerate(before):
        if row.key in chosen:
            selection.select(model.index(place, 0), flags.Select | flags.Rows)
    current = data.draw(st.sampled_from(before)) if before else None
    if current:
        place = model.place(current.key)
        selection.setCurrentIndex(model.index(place, 1), flags.NoUpdate)
    was_selected = selected_keys(selection, model)

    model.apply(flat(after))

    kept = {row.key for row in after}
    assert list(model.rows) == after
    assert keys(model) == [row.key for row in after]
    assert [model.data(model.index(i, 0)) for i in range(len(after))] == [
        COLUMNS[0].text(row) for row in after
    ]
    assert selected_keys(selection, model) == was_selected & kept
    if current and current.key in kept:
        assert selection.currentIndex().row() == model.place(current.key)
        assert selection.currentIndex().column() == 1
    elif current:
        assert selection.currentIndex().row() in (-1, *range(len(after)))
    assert record.resets == 0
    assert not qtlog.records
    tester.deleteLater()


def test_the_tester_of_qt_finds_nothing_wrong_with_it(qtmodeltester) -> None:
    model = model_of()
    model.apply(flat([Row(1), Row(2), Row(3)]))
    qtmodeltester.check(model)


@given(before=ROWS, after=ROWS, gone=st.sets(st.integers(1, 12)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_held_rows_keep_their_places_and_come_right_when_let_go(
    qapp, before: list[Row], after: list[Row], gone: set[int]
) -> None:
    model = model_of()
    model.apply(flat(before))
    after = [row for row in after if row.key not in gone]
    arrangement, ended = held(Arrangement(model.rows), {key(row): row for row in after}, key, after)
    model.apply(arrangement, ended)
    assert keys(model)[: len(before)] == [row.key for row in before]
    alive = {row.key for row in after}
    marked = {model.key(p) for p in range(model.rowCount()) if model.has_ended(p)}
    assert marked == {row.key for row in before} - alive
    assert set(keys(model)) == {row.key for row in before} | alive
    model.apply(flat(after))
    assert list(model.rows) == after
    assert not any(model.has_ended(place) for place in range(model.rowCount()))


def test_only_changed_rows_are_told_and_runs_of_them_are_merged(qapp) -> None:
    model = model_of()
    rows = [Row(i) for i in range(20)]
    model.apply(flat(rows))
    record = Record(model)
    after = list(rows)
    for place in (2, 3, 5, 14, 19):
        after[place] = replace(rows[place], cpu=1.0)
    model.apply(flat(after))
    assert record.changed == [(2, 5), (14, 14), (19, 19)]
    assert not record.other


def test_the_very_same_rows_tell_nothing(qapp) -> None:
    model = model_of()
    rows = [Row(i) for i in range(20)]
    model.apply(flat(rows))
    record = Record(model)
    model.apply(flat(list(rows)))
    assert not record.changed
    assert not record.other


def test_a_row_that_ends_under_the_hand_is_told_to_be_painted_anew(qapp) -> None:
    model = model_of()
    rows = [Row(1), Row(2)]
    model.apply(flat(rows))
    record = Record(model)
    arrangement, ended = held(Arrangement(model.rows), {key(row): row for row in rows[:1]}, key)
    model.apply(arrangement, ended)
    assert record.changed == [(1, 1)]


def test_other_depths_of_the_same_rows_are_told_to_be_painted_anew(qapp) -> None:
    model = model_of()
    rows = [Row(1), Row(2, parent=1), Row(3)]
    model.apply(flat(rows))
    record = Record(model)
    model.apply(Arrangement(rows, (0, 1, 0), {0}, 3))
    told = {place for first, last in record.changed for place in range(first, last + 1)}
    assert {0, 1} <= told


def test_texts_are_made_once_a_row_and_only_for_rows_that_are_painted(qtbot, look) -> None:
    made: list[int] = []

    def text(row: Row) -> str:
        made.append(row.key)
        return row.name

    column = Column("name", "Name", Kind.TEXT, lambda r: r.name, text)
    model = model_of((column,))
    rows = [Row(i, "x") for i in range(5000)]
    model.apply(flat(rows))
    assert made == []
    table = shown(qtbot, model)
    table.grab()
    painted = len(made)
    assert 0 < painted < 60
    assert len(set(made)) == painted
    table.grab()
    model.apply(flat(list(rows)))
    table.grab()
    assert len(made) == painted
    model.apply(flat([replace(rows[0], name="y"), *rows[1:]]))
    table.grab()
    assert made[painted:] == [0]


def test_texts_of_rows_that_are_gone_are_forgotten(qapp) -> None:
    model = model_of()
    for turn in range(50):
        rows = [Row(turn * 100 + i) for i in range(100)]
        model.apply(flat(rows))
        for place in range(100):
            model.texts(place)
    assert len(model._texts) <= 400


def test_headers_say_the_title_and_where_the_figure_comes_from(qapp) -> None:
    model = model_of()
    tip = Qt.ItemDataRole.ToolTipRole
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"
    assert model.headerData(0, Qt.Orientation.Horizontal, tip) == "its name"
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    right = model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight


# The view.


def shown(qtbot, model: TableModel) -> TableView:
    table = TableView(model)
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(600, 400)
    with qtbot.waitExposed(table):
        table.show()
    return table


@pytest.fixture
def table(qtbot, look) -> Iterator[TableView]:
    model = model_of()
    model.apply(flat([Row(i, "x") for i in range(1, 101)]))
    return shown(qtbot, model)


def churned(rows: list[Row], kept: int, chance: random.Random, fresh: Iterator[int]) -> list[Row]:
    """Returns the rows with births, deaths and other CPU; the one of key `kept` lives on."""
    alive = [row for row in rows if row.key == kept or chance.random() > 0.05]
    alive = [
        replace(row, cpu=round(chance.random() * 100, 1)) if chance.random() < 0.4 else row
        for row in alive
    ]
    born = [Row(next(fresh), "new", chance.random() * 100) for _ in range(chance.randrange(20))]
    return alive + born


def test_a_thousand_ticks_of_churn_keep_selection_current_row_and_scroll_offset(
    qtbot, look
) -> None:
    chance = random.Random(1)
    fresh = iter(range(1000, 10**9))
    rows = [Row(i, "old", chance.random() * 100) for i in range(1, 301)]
    model = model_of()
    model.apply(by_cpu(rows))
    table = shown(qtbot, model)
    kept = model.key(40)
    table.selectRow(40)
    table.verticalScrollBar().setValue(500)
    widths = table.widths()
    record = Record(model)
    currents: set[Any] = set()
    table.selectionModel().currentChanged.connect(
        lambda now, _before: currents.add(model.key(now.row()))
    )
    for _tick in range(1000):
        rows = churned(rows, kept, chance, fresh)
        model.apply(by_cpu(rows))
        assert table.verticalScrollBar().value() == 500
        assert [row.key for row in table.selected()] == [kept]
        assert model.key(table.currentIndex().row()) == kept
    assert record.resets == 0
    assert currents <= {kept}
    assert table.widths() == widths


def test_column_widths_survive_the_end_of_the_first_row(table: TableView) -> None:
    table.set_widths({"name": 133, "cpu": 77})
    model = table.model()
    for rows in ([Row(2), Row(3)], [Row(3)], [], [Row(9)]):
        model.apply(flat(rows))
        assert (table.columnWidth(0), table.columnWidth(1)) == (133, 77)


def test_hidden_columns_stay_hidden_when_rows_move(table: TableView) -> None:
    table.show_columns(["cpu", "name"])
    table.model().apply(flat([Row(2), Row(1)]))
    assert table.shown_columns() == ["cpu", "name"]
    assert table.isColumnHidden(2)


def test_the_end_of_the_selected_row_leaves_nothing_selected_and_the_others_in_place(
    table: TableView,
) -> None:
    rows = list(table.model().rows)
    table.selectRow(10)
    table.model().apply(flat(rows[:10] + rows[11:]))
    assert table.selected() == []


def test_copy_gives_the_selected_rows_columns_separated_by_tabs(table: TableView) -> None:
    table.selectRow(1)
    flags = QItemSelectionModel.SelectionFlag
    table.selectionModel().select(table.model().index(3, 0), flags.Select | flags.Rows)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "x 2\t0.0\t2\nx 4\t0.0\t4"


def test_copy_leaves_out_what_is_hidden_and_keeps_the_order_of_the_columns(
    table: TableView,
) -> None:
    names = [column.name for column in table.model().columns]
    table.show_columns([names[2], names[0]])
    table.select(1)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "2\tx 2"


@pytest.mark.parametrize(
    ("pressed", "place"),
    [
        ([Qt.Key.Key_Down], 1),
        ([Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up], 1),
        ([Qt.Key.Key_End], 99),
        ([Qt.Key.Key_End, Qt.Key.Key_Home], 0),
    ],
)
def test_keys_move_the_selection(table: TableView, pressed: list[Qt.Key], place: int) -> None:
    table.select(0)
    for one in pressed:
        QTest.keyClick(table, one)
    assert [row.key for row in table.selected()] == [place + 1]


def test_page_down_and_shift_select_a_range(table: TableView) -> None:
    table.select(0)
    QTest.keyClick(table, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
    assert len(table.selected()) > 5
    assert table.selected()[0].key == 1


def test_enter_and_a_double_click_act_on_the_row(qtbot, table: TableView) -> None:
    table.select(3)
    with qtbot.waitSignal(table.acted):
        QTest.keyClick(table, Qt.Key.Key_Return)
    # Sent as such: whether two clicks are a double one depends on the clicks of the test before.
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(cell(table, 4))
    globally = QPointF(table.viewport().mapToGlobal(cell(table, 4)))
    double = QMouseEvent(QEvent.Type.MouseButtonDblClick, place, globally, left, left, none)
    with qtbot.waitSignal(table.acted):
        QGuiApplication.sendEvent(table.viewport(), double)


def cell(table: TableView, place: int, x: int = 60) -> QPoint:
    top = table.rowViewportPosition(place)
    return QPoint(x, top + table.rowHeight(place) // 2)


def test_a_click_on_a_header_asks_for_another_order_figures_descending_first(
    qtbot, table: TableView
) -> None:
    table.show_order("name", descending=False)
    header = table.horizontalHeader()
    asked: list[tuple[str, bool]] = []
    table.order_changed.connect(lambda name, descending: asked.append((name, descending)))
    for _click in range(2):
        x = header.sectionViewportPosition(1) + 20
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 5))
    assert asked == [("cpu", True), ("cpu", False)]
    assert header.sortIndicatorSection() == 1


def test_the_header_menu_shows_and_hides_columns_but_never_the_last(
    qtbot, table: TableView
) -> None:
    table._choose_columns(QPoint(5, 5))
    menu = table.findChild(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert all(action.isChecked() for action in actions.values())
    actions["CPU"].trigger()
    actions["Key"].trigger()
    assert table.shown_columns() == ["name"]
    menu.close()
    qtbot.waitUntil(lambda: table.findChild(QMenu) is None)
    table._choose_columns(QPoint(5, 5))
    menu = table.findChild(QMenu)
    actions = {action.text(): action for action in menu.actions()}
    assert not actions["Name"].isEnabled()
    menu.close()


def test_columns_are_shown_in_the_order_that_was_asked_and_unknown_names_are_ignored(
    table: TableView,
) -> None:
    table.show_columns(["key", "no such", "name"])
    assert table.shown_columns() == ["key", "name"]
    table.show_columns(["no such"])
    assert table.shown_columns() == ["key", "name"]
    table.set_widths({"key": 5, "name": 10_000})
    assert 5 < table.widths()["key"] < 4000
    assert 5 < table.widths()["name"] < 4000


# The hand.


def move(table: TableView, place: int) -> None:
    """Moves the pointer over a row; QTest's own moves depend on where the pointer was."""
    at = QPointF(cell(table, place))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        table.viewport().mapToGlobal(at),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QGuiApplication.sendEvent(table.viewport(), event)


def test_rows_are_held_while_the_pointer_moves_and_let_go_a_while_later(
    qtbot, table: TableView, monkeypatch
) -> None:
    monkeypatch.setattr(table_view, "HOLD", 0.2)
    table._touched_at = -1.0
    assert not table.held
    move(table, 3)
    assert table.held
    qtbot.waitUntil(lambda: not table.held)


def test_rows_are_let_go_when_the_pointer_leaves(table: TableView) -> None:
    move(table, 3)
    QGuiApplication.sendEvent(table, QEvent(QEvent.Type.Leave))
    assert not table.held


def test_rows_are_held_as_long_as_a_menu_is_open_and_holds_nest(table: TableView) -> None:
    table.let_go()
    table.hold()
    table.hold()
    table.release()
    assert table.held
    table.release()
    assert not table.held


def test_a_click_on_a_header_lets_rows_go(table: TableView) -> None:
    table.show_order("name", descending=False)
    move(table, 3)
    table._sort_by(1)
    assert not table.held


# The tree.


class Tree:
    """A table of a tree, arranged anew whenever a branch is toggled, as a panel does it."""

    rows = (
        Row(1, "init"),
        Row(2, "shell", parent=1),
        Row(3, "editor", parent=2),
        Row(4, "daemon", parent=1),
    )

    def __init__(self, table: TableView) -> None:
        self.table = table
        self.collapsed: set[int] = set()
        table.toggled.connect(self._toggle)
        self.arrange()

    def _toggle(self, name: int) -> None:
        self.collapsed ^= {name}
        self.arrange()

    def arrange(self) -> None:
        self.table.model().apply(
            arrange_tree(
                self.rows, None, lambda r: r.key, FAMILY, descending=False, collapsed=self.collapsed
            )
        )

    @property
    def shown(self) -> list[str]:
        model = self.table.model()
        return [f"{model.depth(p)} {model.row(p).name}" for p in range(model.rowCount())]


WHOLE = ["0 init", "1 shell", "2 editor", "1 daemon"]


@pytest.fixture
def tree(table: TableView) -> Tree:
    return Tree(table)


def test_a_tree_is_shown_with_its_depths_and_without_them_it_is_flat(tree: Tree) -> None:
    assert tree.shown == WHOLE
    model = tree.table.model()
    assert model.tree
    assert [model.has_children(place) for place in range(4)] == [True, True, False, False]
    tree.table.grab()
    model.apply(flat(list(Tree.rows)))
    assert not model.tree


def test_a_click_on_the_mark_closes_and_opens_a_branch_and_selects_nothing(tree: Tree) -> None:
    mark = cell(tree.table, 1, x=INDENT + PADDING + 2)
    QTest.mouseClick(tree.table.viewport(), Qt.MouseButton.LeftButton, pos=mark)
    assert tree.shown == ["0 init", "1 shell", "1 daemon"]
    QTest.mouseClick(tree.table.viewport(), Qt.MouseButton.LeftButton, pos=mark)
    assert tree.shown == WHOLE
    assert tree.table.selected() == []


def test_a_click_beside_the_mark_selects_the_row(tree: Tree) -> None:
    QTest.mouseClick(tree.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(tree.table, 1, 90))
    assert tree.shown == WHOLE
    assert [row.name for row in tree.table.selected()] == ["shell"]


def test_left_closes_a_branch_then_goes_to_the_parent_and_right_opens_it(tree: Tree) -> None:
    table = tree.table
    table.select(2)
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert [row.name for row in table.selected()] == ["shell"]
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert tree.shown == ["0 init", "1 shell", "1 daemon"]
    assert [row.name for row in table.selected()] == ["shell"]
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert tree.shown == WHOLE
    QTest.keyClick(table, Qt.Key.Key_Left)
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert [row.name for row in table.selected()] == ["init"]


def test_closing_a_branch_over_the_selected_row_keeps_the_others_where_they_are(
    tree: Tree,
) -> None:
    tree.table.select(3)
    tree.collapsed = {2}
    tree.arrange()
    assert [row.name for row in tree.table.selected()] == ["daemon"]
