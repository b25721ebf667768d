"""The table on the screen: paints its visible cells in one go, and knows when a hand is on it."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.table import TableModel
from sysgui.ui.table_header import PADDING, Header

INDENT = 4 * theme.STEP

# Rows keep their places for this long after the last move of the hand, in seconds.
HOLD = 2.5

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)

# Texts that have been fitted into their columns, before they are forgotten and fitted anew.
MOST_ELIDED = 4000

_NO_WRAP = int(Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter) | _NO_WRAP
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) | _NO_WRAP


# The token and the share, 0 to 1, that a cell is shaded by.
Shade = tuple[str, Callable[[Any], float]]


class _Drawn(NamedTuple):
    """How to draw one column."""

    section: int
    left: int
    width: int
    flags: int
    shade: Shade | None


def table_keys() -> list[tuple[str, str]]:
    """Returns the keys that work in every table, and what they do, translated."""
    return [
        (_("Enter"), _("What can be done with the selected rows")),
        (_("Ctrl+C"), _("Copy the selected rows")),
        (_("Ctrl+A"), _("Select all rows")),
        (_("Shift+Up, Shift+Down"), _("Select more rows")),
        (_("Home, End"), _("First row, last row")),
        (_("Left, Right"), _("Close or open a branch of a tree")),
    ]


class TableView(QTableView):
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
        super().__init__(parent)
        self._model = model
        self._touched_at = -HOLD
        self._held_by = 0
        self._order = ("", False)
        self.shades: dict[str, Shade] = {}
        self.empty_text = ""
        self._elided: dict[tuple[str, int], str] = {}
        header = Header(self)
        self.setHorizontalHeader(header)
        self.setModel(model)
        header.sectionClicked.connect(self._sort_by)
        header.customContextMenuRequested.connect(self._choose_columns)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAutoScroll(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self._take_font()

    def _take_font(self) -> None:
        self.setFont(theme.data_font())
        height = self.fontMetrics().height() + 2 * theme.STEP
        self.verticalHeader().setDefaultSectionSize(height)
        unit = self.fontMetrics().horizontalAdvance("0")
        title = QFontMetrics(theme.strong_font())
        for section, column in enumerate(self._model.columns):
            room = max(column.width * unit, title.horizontalAdvance(f"{_(column.title)} ▾"))
            self.setColumnWidth(section, room + 2 * PADDING)
        self.horizontalHeader().setStretchLastSection(True)

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
        index = self._model.index(place, 0)
        # Not selectRow(): that asks the keyboard whether to extend what is selected.
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

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

    # Painting.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
            self.horizontalHeader().viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the visible cells; a delegate a cell would cost twice as much."""
        painter = QPainter(self.viewport())
        tokens = theme.tokens()
        area = event.rect()
        painter.fillRect(area, tokens.color("card"))
        painter.setFont(self.font())
        model = self._model
        first = max(0, self.rowAt(area.top()))
        last = self.rowAt(area.bottom())
        last = model.rowCount() - 1 if last < 0 else last
        columns = self._columns_between(area.left(), area.right())
        height = self.verticalHeader().defaultSectionSize()
        selection = self.selectionModel().selection()
        ranges = [(r.top(), r.bottom()) for r in map(selection.at, range(selection.count()))]
        pens = tokens.color("text"), tokens.color("muted")
        top = self.rowViewportPosition(first)
        for place in range(first, last + 1):
            if any(a <= place <= b for a, b in ranges):
                painter.fillRect(0, top, self.viewport().width(), height, tokens.color("selection"))
            self._paint_row(painter, place, top, height, columns, pens)
            top += height
        self._paint_focus(painter, tokens.color("muted"), height)
        if not model.rowCount():
            painter.setPen(tokens.color("muted"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), flags, self.empty_text)

    def _columns_between(self, left: int, right: int) -> list[_Drawn]:
        """Returns how to draw each column that is at least partly between two places."""
        header = self.horizontalHeader()
        drawn = []
        for section, column in enumerate(self._model.columns):
            place, width = header.sectionViewportPosition(section), header.sectionSize(section)
            if header.isSectionHidden(section) or place >= right or place + width <= left:
                continue
            flags = _RIGHT if column.figures else _LEFT
            drawn.append(_Drawn(section, place, width, flags, self.shades.get(column.name)))
        return drawn

    def _paint_row(
        self,
        painter: QPainter,
        place: int,
        top: int,
        height: int,
        columns: list[_Drawn],
        pens: tuple[QColor, QColor],
    ) -> None:
        model = self._model
        texts = model.texts(place)
        tree = model.tree
        painter.setPen(pens[1] if model.has_ended(place) else pens[0])
        for section, left, width, flags, shade in columns:
            if shade is not None:
                self._shade(painter, QRect(left, top, width, height), shade, place)
            if tree and section == 0:
                indent = self._paint_branch(painter, place, left, top, height)
                left, width = left + indent, width - indent
            text, room = texts[section], width - 2 * PADDING
            if flags == _LEFT:
                text = self._fitting(text, room)
            painter.drawText(left + PADDING, top, room, height, flags, text)

    def _fitting(self, text: str, room: int) -> str:
        """Returns a text as it fits into `room`, with an ellipsis where it was cut."""
        fitting = self._elided.get((text, room))
        if fitting is None:
            if len(self._elided) > MOST_ELIDED:
                self._elided.clear()
            shown = text[: room // 2]  # No character is narrower than two pixels.
            fitting = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, room)
            self._elided[text, room] = fitting
        return fitting

    def _shade(self, painter: QPainter, rect: QRect, shade: Shade, place: int) -> None:
        token, share = shade
        part = share(self._model.row(place))
        if part > 0.0:
            color = theme.tokens().color(token)
            color.setAlphaF(min(0.45, 0.08 + 0.37 * part))
            painter.fillRect(rect, color)

    def _paint_branch(self, painter: QPainter, place: int, left: int, top: int, height: int) -> int:
        model = self._model
        indent = INDENT * model.depth(place)
        if model.has_children(place):
            is_open = place + 1 < model.rowCount() and model.depth(place + 1) > model.depth(place)
            mark = "▾" if is_open else "▸"
            painter.drawText(left + indent + PADDING, top, INDENT, height, _LEFT, mark)
        return indent + INDENT

    def _paint_focus(self, painter: QPainter, color: QColor, height: int) -> None:
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            pen = QPen(color)
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            top = self.rowViewportPosition(current.row())
            painter.drawRect(0, top, self.viewport().width() - 1, height - 1)
