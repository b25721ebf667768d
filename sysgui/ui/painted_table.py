"""A table that paints its visible cells in one go: a delegate a cell would cost twice as much."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.table import TableModel
from sysgui.ui.table_header import PADDING, Header

INDENT = 4 * theme.STEP

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


class PaintedTable(QTableView):
    """Rows of one height under quiet titles, shaded where a figure is high.

    Args:
        model: What it shows.
        parent: Owns the table.

    Attributes:
        shades: By the name of a column, what its cells are shaded by.
        empty_text: What it says while it has no rows, translated.
    """

    def __init__(self, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.shades: dict[str, Shade] = {}
        self.empty_text = ""
        self._elided: dict[tuple[str, int], str] = {}
        self.setHorizontalHeader(Header(self))
        self.setModel(model)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.hide()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
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

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
            self.horizontalHeader().viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the visible cells of the rows that have to be painted anew."""
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
