"""What every panel with a table does: searches, sorts, opens menus, remembers; and its pane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pytest
from kit import problem_text
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from sysgui.system.arrange import Arrangement, arrange
from sysgui.system.columns import Column, language_of
from sysgui.system.problem import Problem
from sysgui.system.query import Kind
from sysgui.ui.panel import Context
from sysgui.ui.poller import Bug
from sysgui.ui.query_edit import QueryEdit
from sysgui.ui.table import TableModel
from sysgui.ui.table_and_pane import TableAndPane
from sysgui.ui.table_panel import TablePanel, TableSettings

Key = Qt.Key


@dataclass(frozen=True)
class Tree:
    name: str
    height: float


OAK, ELM, FIR = TREES = (Tree("oak", 20.0), Tree("elm", 30.0), Tree("fir", 60.0))

COLUMNS: tuple[Column[Tree], ...] = (
    Column("name", "Name", Kind.TEXT, attrgetter("name"), attrgetter("name"), plain=True),
    Column("height", "Height", Kind.NUMBER, attrgetter("height"), lambda t: f"{t.height} m"),
)
LANGUAGE = language_of(COLUMNS)


class Wood:
    """Trees in an order."""

    def __init__(self, sort: str, *, descending: bool) -> None:
        self.sort = sort
        self.descending = descending
        self.query = LANGUAGE.compile("")
        self.trees = TREES

    def arranged(self) -> Arrangement[Tree]:
        return arrange(self.trees, self.query, attrgetter(self.sort), descending=self.descending)

    def why_empty(self) -> str:
        return f"No tree is {self.query.text}."


class WoodView(TablePanel):
    """A panel of trees."""

    _listing: Wood

    def __init__(self, context: Context, settings: TableSettings) -> None:
        super().__init__(context)
        self._listing = Wood(settings.sort or "name", descending=settings.descending)
        bar = QueryEdit(LANGUAGE, "Find trees", "Find: oak", self)
        self.add_search(bar, bar)
        self.make_table(TableModel(COLUMNS, attrgetter("name"), self), "Trees", settings)
        self.pane = QLabel("A tree", self)
        self.pane.hide()
        self.splitter = TableAndPane(
            Qt.Orientation.Horizontal,
            self._table,
            self.pane,
            self,
            remembered=settings.splitter,
            usual=[300, 200],
        )
        self.add(self.splitter, 1)
        self.add_refusal()
        self.elevation = self.add_elevation()
        self.offer_menu()
        self.opened: list[tuple[QPoint, list[Tree], bool]] = []
        self.rests: list[list[Tree]] = []
        self.splitter.rested.connect(lambda: self.rests.append(self._table.selected()))
        self.arrange()

    def arrange(self) -> None:
        self.show_rows(self._listing.arranged())

    def popup(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Fell it…")
        menu.aboutToShow.connect(
            lambda: self.opened.append((place, self._table.selected(), self._table.held))
        )
        menu.aboutToShow.connect(menu.close, Qt.ConnectionType.QueuedConnection)
        self.run_menu(menu, place)

    @property
    def names(self) -> list[str]:
        return [row.name for row in self._model.rows]


Make = Callable[..., WoodView]


@pytest.fixture
def make(qtbot, panel_context) -> Make:
    def make(**settings: Any) -> WoodView:
        context = panel_context()
        view = WoodView(context, TableSettings(**{"descending": False, **settings}))
        context.shell.views.append(view)
        view.resize(700, 400)
        with qtbot.waitExposed(view):
            view.show()
            view.activateWindow()
        return view

    return make


def shown_texts(view: QWidget) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


def test_what_is_typed_filters_and_what_is_no_query_is_said_beneath_the_table(make: Make) -> None:
    view = make()
    assert view.names == ["elm", "fir", "oak"]
    view.search.setText("height>25")
    assert view.names == ["elm", "fir"]
    view.search.setText("height>")
    assert view.names == ["elm", "fir"]
    said = [label for label in view.findChildren(QLabel) if label.isVisible() and label.text()]
    assert len(said) == 1
    assert said[0].y() > view._table.mapTo(view, QPoint()).y() + view._table.height() - 1
    view.search.setText("name=ash")
    assert view.names == []
    assert view._table.empty_text == "No tree is name=ash."
    assert shown_texts(view) == []


def test_the_hand_goes_from_the_search_to_the_table(make: Make) -> None:
    view = make()
    view.focus_search()
    QTest.keyClick(view.search, Key.Key_Down)
    assert QApplication.focusWidget() is view._table
    assert view._table.selected() == [ELM]


def test_another_order_or_query_is_at_once_even_under_a_hand(make: Make) -> None:
    view = make()
    view._table._touch()
    assert view._table.held
    view._table._sort_by(1)
    assert view.names == ["fir", "elm", "oak"]
    assert not view._table.held
    view._table._touch()
    view.search.setText("height>25")
    assert view.names == ["fir", "elm"]
    assert not view._table.held


def test_a_menu_is_opened_by_key_and_by_hand_and_rows_keep_their_places_meanwhile(
    make: Make,
) -> None:
    view = make()
    view._table.select(2)
    view._table.let_go()
    cell = view._table.visualRect(view._model.index(2, 0))
    ground = view._table.viewport()
    view._table.customContextMenuRequested.emit(cell.center())
    view._table.acted.emit()
    view._table.customContextMenuRequested.emit(QPoint(5, ground.height() - 1))
    at_the_row = ground.mapToGlobal(cell.bottomLeft())
    assert view.opened == [
        (ground.mapToGlobal(cell.center()), [OAK], True),
        (at_the_row, [OAK], True),
    ]
    assert not view._table.held


def test_a_row_that_is_wanted_is_selected_as_soon_as_it_is_there(make: Make) -> None:
    view = make()
    ash = Tree("ash", 1.0)
    view.want("ash")
    assert view._table.selected() == []
    view._listing.trees = (*TREES, ash)
    view.arrange()
    view.follow_wanted()
    assert view._table.selected() == [ash]
    view._table.select(view.names.index("fir"))
    view.follow_wanted()
    assert view._table.selected() == [FIR]
    view.want("oak")
    assert view._table.selected() == [OAK]


def test_another_panel_searches_here(make: Make) -> None:
    view = make()
    view.open_with(query="oak")
    assert view.names == ["oak"]
    view.open_with()
    assert view.names == ["elm", "fir", "oak"]


def test_what_fails_as_root_is_shown_and_so_is_a_bug(make: Make) -> None:
    view = make()
    view.elevation.failed.emit(Problem("x", "It was not done.", "Do it again."))
    assert problem_text(view) == "It was not done. Do it again."
    view.elevation.bug.emit(Bug("KeyError: 'x'", "Traceback"))
    assert "KeyError: 'x'" in problem_text(view)


def test_columns_order_and_sizes_are_remembered(make: Make) -> None:
    view = make()
    view._table.show_columns(["height", "name"])
    view._table.set_widths({"height": 123})
    view._table._sort_by(1)
    with view.splitter.changing():
        view.pane.show()
    view.splitter.setSizes([250, 350])
    sizes = view.splitter.sizes()
    again = make(**view.remembered(), splitter=view.splitter.kept())
    assert again._table.shown_columns() == ["height", "name"]
    assert again._table.widths()["height"] == 123
    assert again.names == ["fir", "elm", "oak"]
    assert again._table.horizontalHeader().sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    with again.splitter.changing():
        again.pane.show()
    assert again.splitter.sizes() == sizes


# The pane.


def test_a_pane_that_comes_back_has_the_room_that_it_had(make: Make) -> None:
    view = make(splitter=[1, 2, 3])
    with view.splitter.changing():
        view.pane.show()
    assert view.splitter.sizes()[1] == 200
    view.splitter.setSizes([220, 380])
    sizes = view.splitter.sizes()
    for _turn in range(2):
        with view.splitter.changing():
            view.pane.hide()
        assert view.splitter.kept() == sizes
        with view.splitter.changing():
            view.pane.show()
        assert view.splitter.sizes() == sizes


def test_the_pane_is_told_of_a_walk_through_the_rows_when_it_rests(qtbot, make: Make) -> None:
    view = make()
    view._table.select(0)
    view._table.select(1)
    view._table.select(2)
    assert view.rests == []
    qtbot.waitUntil(lambda: bool(view.rests))
    assert view.rests == [[OAK]]
