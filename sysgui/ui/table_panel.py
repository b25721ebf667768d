"""What every panel is that lists rows: a search, and the table that it filters."""

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QMenu, QWidget

from sysgui.system.arrange import Arrangement
from sysgui.system.problem import Problem
from sysgui.system.query import Query
from sysgui.ui.card import Muted
from sysgui.ui.elevation import ElevationBar
from sysgui.ui.panel import Context, PanelView
from sysgui.ui.query_edit import QueryEdit
from sysgui.ui.table import TableModel
from sysgui.ui.table_view import TableView, table_keys


class TableSettings(msgspec.Struct, frozen=True):
    """What is remembered of a table, and of the pane that tells of one row.

    Attributes:
        columns: The shown columns from left to right.
        widths: Their widths in device-independent pixels.
        sort: The column that rows are sorted by.
        descending: Whether the highest comes first.
        splitter: How table and pane share the room.
    """

    columns: list[str] = []
    widths: dict[str, int] = {}
    sort: str = ""
    descending: bool = True
    splitter: list[int] = []


class Listing(Protocol):
    """Which rows are listed and in which order; knows no Qt.

    Attributes:
        sort: The column that rows are sorted by.
        descending: Whether the highest comes first.
        query: What is searched for.
    """

    sort: str
    descending: bool
    query: Query[Any]

    def why_empty(self) -> str:
        """Returns why no row is shown, translated."""
        ...


class TablePanel(PanelView):
    """A search above a table; what is to be seen of rows, and done with them, is the panel's own.

    A panel sets its listing, then has its parts made in the order in which Tab goes through them:
    `add_search`, `make_table`, `add_refusal`, `add_elevation`.

    Args:
        context: What the application gives.
    """

    _listing: Listing
    _model: TableModel
    _table: TableView

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._wanted: Hashable | None = None
        self._refusal = Muted()

    # Its parts.

    def add_search(self, bar: QWidget, search: QueryEdit) -> None:
        """Puts the line with the search at the top."""
        self.search = search
        search.asked.connect(self._set_query)
        search.refused.connect(self._show_refusal)
        search.entered.connect(self._enter_table)
        self.add(bar)

    def make_table(self, model: TableModel, name: str, settings: TableSettings) -> None:
        """Makes the table, with columns and order as they were remembered.

        Args:
            model: What it shows.
            name: What it is called, translated.
            settings: What was remembered.
        """
        self._model = model
        self._table = TableView(model, self)
        self._table.setAccessibleName(name)
        self._table.set_widths(settings.widths)
        self._table.show_columns(settings.columns)
        self._table.show_order(self._listing.sort, descending=self._listing.descending)
        self._table.order_changed.connect(self._set_order)
        self.setFocusProxy(self._table)

    def add_refusal(self) -> None:
        """Puts the line that says why a query is none beneath what is there."""
        # Beneath the table: above it, its coming and going would move every row.
        self._refusal.setForegroundRole(QPalette.ColorRole.BrightText)
        self._refusal.setWordWrap(True)
        self._refusal.hide()
        self.add(self._refusal)

    def add_elevation(self) -> ElevationBar:
        """Puts the bar of what is done as root beneath what is there; what fails is shown."""
        bar = ElevationBar(self.context.host, self.context.shell.watch, self)
        bar.failed.connect(self._fail)
        bar.bug.connect(self.problems.show_bug)
        self.add(bar)
        return bar

    def offer_menu(self) -> None:
        """Has a right click, Enter and a double click on rows open a menu: `popup`."""
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._table.customContextMenuRequested.connect(self._open_menu)
        self._table.acted.connect(self._open_menu_of_row)

    # Search and order.

    def arrange(self) -> None:
        """Shows the rows as they are now; each panel's own, by `show_rows`."""
        raise NotImplementedError

    def show_rows(self, shown: Arrangement[Any], ended: frozenset[int] = frozenset()) -> None:
        """Shows rows, or why there are none.

        Args:
            shown: The rows.
            ended: The places of those that only keep their place.
        """
        self._table.empty_text = self._listing.why_empty()
        self._model.apply(shown, ended)

    def arrange_anew(self) -> None:
        """Brings the rows into their order, even if a hand is on them: the user asked for it."""
        self._table.let_go()
        self.arrange()

    @Slot(object)
    def _set_query(self, query: Query[Any]) -> None:
        self._listing.query = query
        self.arrange_anew()

    @Slot(str)
    def _show_refusal(self, why: str) -> None:
        self._refusal.setText(why)
        self._refusal.setVisible(bool(why))

    @Slot(str, bool)
    def _set_order(self, name: str, descending: bool) -> None:
        self._listing.sort, self._listing.descending = name, descending
        self.arrange_anew()

    @Slot()
    def _enter_table(self) -> None:
        self._table.enter()

    # Rows.

    def open_with(self, **arguments: Any) -> None:
        """Searches for `query`."""
        if self.search is not None:
            self.search.setText(arguments.get("query", ""))

    def want(self, key: Hashable | None) -> None:
        """Selects the row of an identity, now or as soon as it is listed; None wants none."""
        self._wanted = key
        self.follow_wanted()

    def follow_wanted(self) -> None:
        """Selects the row that is wanted, if it is listed by now."""
        if self._wanted is None:
            return
        place = self._model.place(self._wanted)
        if place >= 0:
            self._wanted = None
            self._table.bring(place)

    @Slot(QPoint)
    def _open_menu(self, place: QPoint) -> None:
        if self._table.rowAt(place.y()) >= 0:
            self.popup(self._table.viewport().mapToGlobal(place))

    @Slot()
    def _open_menu_of_row(self) -> None:
        row = self._table.visualRect(self._table.currentIndex())
        self.popup(self._table.viewport().mapToGlobal(row.bottomLeft()))

    def popup(self, place: QPoint) -> None:
        """Opens the menu of the selected rows; the panel's own, where there is one.

        Args:
            place: Where on the screen.
        """

    def run_menu(self, menu: QMenu, place: QPoint) -> None:
        """Has one choose from a menu; rows keep their places meanwhile."""
        self._table.hold()
        menu.exec(place)
        self._table.release()
        menu.deleteLater()

    # What is told, and kept.

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self.problems.show_problem(problem)

    def further_keys(self) -> Sequence[tuple[str, str]]:
        """Returns those of the table."""
        return table_keys()

    def remembered(self) -> dict[str, Any]:
        """Returns what `TableSettings` keeps of the table; the splitter is the panel's own."""
        return {
            "columns": self._table.shown_columns(),
            "widths": self._table.widths(),
            "sort": self._listing.sort,
            "descending": self._listing.descending,
        }
