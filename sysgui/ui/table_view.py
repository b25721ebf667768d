"""The table on the screen: its columns, its order, its selection, and when a hand is on it."""

import time
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from sysgui.system.i18n import _
from sysgui.ui.painted_table import INDENT, PaintedTable
from sysgui.ui.table import TableModel
from sysgui.ui.table_header import PADDING

# Rows keep their places for this long after the last move of the hand, in seconds.
HOLD = 2.5

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def table_keys() -> list[tuple[str, str]]:
    """Returns the keys that work in every table, and what they do, translated."""
    return [
        (_("Down in the search"), _("Go to what was found")),
        (_("Enter"), _("What can be done with the selected rows")),
        (_("Ctrl+C"), _("Copy the selected rows")),
        (_("Ctrl+A"), _("Select all rows")),
        (_("Shift+Up, Shift+Down"), _("Select more rows")),
        (_("Home, End"), _("First row, last row")),
        (_("Left, Right"), _("Close or open a branch of a tree")),
    ]


class TableView(PaintedTable):
    """A table whose rows may move only while nobody is about to click one.

    Args:
        model: What it shows.
        parent: Owns the view.

    Signals:
        order_changed: The user asked for another order: column name, descending.
        toggled: The user opened or closed a row of the tree: its key.
        acted: Enter, or a double click, on a row.
    """

    order_changed = Signal(str, bool)
    toggled = Signal(object)
    acted = Signal()

    def __init__(self, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._touched_at = -HOLD
        self._held_by = 0
        self._order = ("", False)
        header = self.horizontalHeader()
        header.sectionClicked.connect(self._sort_by)
        header.customContextMenuRequested.connect(self._choose_columns)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAutoScroll(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # Order and columns.

    def show_order(self, name: str, *, descending: bool) -> None:
        """Marks the column that the rows are sorted by."""
        names = [column.name for column in self._model.columns]
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._order = (name, descending)
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(names.index(name), order)

    @Slot(int)
    def _sort_by(self, section: int) -> None:
        column = self._model.columns[section]
        # The header has turned its own arrow already: what it shows is not what was.
        sorted_by, was_descending = self._order
        descending = not was_descending if sorted_by == column.name else column.figures
        self.let_go()
        self.show_order(column.name, descending=descending)
        self.order_changed.emit(column.name, descending)

    def shown_columns(self) -> list[str]:
        """Returns the names of the columns that are shown, from left to right."""
        return [self._model.columns[section].name for section in self._shown_sections()]

    def _shown_sections(self) -> list[int]:
        sections = range(len(self._model.columns))
        shown = [section for section in sections if not self.isColumnHidden(section)]
        return sorted(shown, key=self.horizontalHeader().visualIndex)

    def show_columns(self, names: list[str]) -> None:
        """Shows these columns in this order, and hides the others; unknown names are ignored."""
        sections = {column.name: i for i, column in enumerate(self._model.columns)}
        known = [name for name in names if name in sections]
        if not known:
            return
        header = self.horizontalHeader()
        for name, section in sections.items():
            self.setColumnHidden(section, name not in known)
        for place, name in enumerate(known):
            header.moveSection(header.visualIndex(sections[name]), place)

    def widths(self) -> dict[str, int]:
        """Returns the width of each shown column in device-independent pixels."""
        return {
            column.name: self.columnWidth(section)
            for section, column in enumerate(self._model.columns)
            if not self.isColumnHidden(section)
        }

    def set_widths(self, widths: dict[str, int]) -> None:
        """Sets the width of columns, within reason."""
        for section, column in enumerate(self._model.columns):
            if 20 <= widths.get(column.name, 0) <= 4000:
                self.setColumnWidth(section, widths[column.name])

    @Slot(QPoint)
    def _choose_columns(self, place: QPoint) -> None:
        menu = QMenu(self)
        shown = self.shown_columns()
        for section, column in enumerate(self._model.columns):
            action = menu.addAction(_(column.title))
            action.setCheckable(True)
            action.setChecked(column.name in shown)
            action.setEnabled(shown != [column.name])
            action.toggled.connect(
                lambda on, section=section: self.setColumnHidden(section, not on)
            )
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.horizontalHeader().mapToGlobal(place))

    # Rows.

    def selected(self) -> list[Any]:
        """Returns the selected rows from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.row(place) for place in places]

    def select(self, place: int) -> None:
        """Selects one row and brings it into view."""
        self._choose(place)
        self.scrollTo(self._model.index(place, 0))

    def bring(self, place: int) -> None:
        """Selects one row and shows it amid the others, unless it is in full view."""
        self._choose(place)
        index = self._model.index(place, 0)
        seen = self.viewport().rect()
        row = self.visualRect(index)
        if row.top() < seen.top() or row.bottom() > seen.bottom():
            # At an edge, the next change of order or a bar beneath the rows would hide it again.
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def _choose(self, place: int) -> None:
        # Not selectRow(): that asks the keyboard whether to extend what is selected.
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(
            self._model.index(place, 0), flags.ClearAndSelect | flags.Rows
        )

    @Slot()
    def enter(self) -> None:
        """Takes the keyboard, with a row selected if there is one."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._model.rowCount() and not self.selected():
            self.select(0)

    def copy(self) -> None:
        """Copies the selected rows as they are shown: columns in their order, tabs between."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        sections = self._shown_sections()
        lines = []
        for place in places:
            texts = self._model.texts(place)
            lines.append("\t".join(texts[section] for section in sections))
        QGuiApplication.clipboard().setText("\n".join(lines))

    # The hand.

    @property
    def held(self) -> bool:
        """Whether rows should keep their places now."""
        return bool(self._held_by) or time.monotonic() - self._touched_at < HOLD

    def hold(self) -> None:
        """Keeps rows in their places until `release`: a menu or a dialog is open."""
        self._held_by += 1

    def release(self) -> None:
        """Ends what `hold` began."""
        self._held_by -= 1

    def let_go(self) -> None:
        """Lets rows move again at once: the user asked for another order."""
        self._touched_at = -HOLD

    def _touch(self) -> None:
        self._touched_at = time.monotonic()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._touch()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.let_go()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._touch()
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._touch()
        place = self.rowAt(event.position().toPoint().y())
        if place >= 0 and self._model.has_children(place) and self._on_branch(place, event):
            self.toggled.emit(self._model.key(place))
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.rowAt(event.position().toPoint().y())
        if place >= 0 and not self._on_branch(place, event):
            self.acted.emit()

    def _on_branch(self, place: int, event: QMouseEvent) -> bool:
        if not self._model.tree:
            return False
        left = self.columnViewportPosition(0) + INDENT * self._model.depth(place)
        return left <= event.position().x() < left + PADDING + INDENT

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._touch()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.selectionModel().hasSelection():
                self.acted.emit()
        elif event.key() in _MOVES and self._model.rowCount() and not self.selected():
            self.select(max(0, self.currentIndex().row()))
        elif not self._branch_key(event):
            super().keyPressEvent(event)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End lead to the first and the last row: a row is what one selects here."""
        if action in (
            QAbstractItemView.CursorAction.MoveHome,
            QAbstractItemView.CursorAction.MoveEnd,
        ):
            modifiers |= Qt.KeyboardModifier.ControlModifier
        return super().moveCursor(action, modifiers)

    def _branch_key(self, event: QKeyEvent) -> bool:
        """Left closes a branch or goes to the parent, right opens it, as in every tree."""
        place = self.currentIndex().row()
        if not self._model.tree or place < 0:
            return False
        depth = self._model.depth(place)
        rows = self._model.rowCount()
        is_open = place + 1 < rows and self._model.depth(place + 1) > depth
        if (
            event.key() == Qt.Key.Key_Right and self._model.has_children(place) and not is_open
        ) or (event.key() == Qt.Key.Key_Left and is_open):
            self.toggled.emit(self._model.key(place))
        elif event.key() == Qt.Key.Key_Left and depth:
            above = next(p for p in range(place - 1, -1, -1) if self._model.depth(p) < depth)
            self.select(above)
        else:
            return False
        return True
