"""The figures of a report as a tree: a part of it, and beneath it what was counted."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from sysgui.panels.logs.analysis.as_text import order
from sysgui.panels.logs.analysis.report import Figure, Report, Spot, Table
from sysgui.panels.logs.analysis.titles import (
    COLUMNS,
    label,
    more,
    note,
    number,
    time_of,
    titles,
    why,
)
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.ui import plain, theme

# As many figures stand beside each other at most.
_FIGURES = 2

# So wide a figure with its bar is, in characters.
_WIDE = 14

# What an item leads to, and how much of the largest figure of its kind it is, 0 to 1.
LEADS, SHARE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1

_Index = QModelIndex | QPersistentModelIndex


class Lead(NamedTuple):
    """Where a click leads.

    Attributes:
        query: To the lines that this asks for; "" if to one line.
        offset: To the line that the log knows by this.
    """

    query: str
    offset: int = -1


class AnalysisTree(QTreeView):
    """Shows the figures of a report; one that is chosen leads to its lines.

    Args:
        parent: Owns it.
        zone: In which times are told.

    Signals:
        chosen: A `Lead`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, zone: dt.tzinfo) -> None:
        super().__init__(parent)
        self._zone = zone
        self._shown: Report | None = None
        self._model = QStandardItemModel(0, 1 + _FIGURES, self)
        self.setModel(self._model)
        self.setFont(theme.data_font())
        self.setHeaderHidden(True)
        self.setIndentation(4 * theme.STEP)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setItemDelegate(_Bars(self))
        self.setAccessibleName(_("What the log says as a whole"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, 1 + _FIGURES):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, _WIDE * self.fontMetrics().averageCharWidth())
        self.clicked.connect(self._lead)

    def show_report(self, report: Report) -> None:
        """Shows a report; what was folded stays so."""
        if report == self._shown:
            return
        self._shown = report
        folded = {
            self._model.item(row).text()
            for row in range(self._model.rowCount())
            if not self.isExpanded(self._model.index(row, 0))
        }
        self._model.removeRows(0, self._model.rowCount())
        heads = titles(report, self._zone)
        tables = {table.name: table for table in report.tables}
        spots = {each.name: each.spots for each in report.spots}
        # The bars above the lines show these already.
        for name in (name for name in order(report) if name != "hours"):
            if name in spots:
                self._add(heads[name], [], _lines(spots[name], self._zone))
            else:
                self._add(heads[name], _captions(tables[name]), self._rows(tables[name]))
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            self.setExpanded(index, self._model.item(row).text() not in folded)

    def _add(
        self, head: str, captions: Sequence[QStandardItem], rows: Sequence[list[QStandardItem]]
    ) -> None:
        item = QStandardItem(head)
        item.setFont(theme.strong_font())
        item.setToolTip(plain.tip(head))
        self._model.appendRow([item, *captions])
        for row in rows:
            item.appendRow(row)
            if len(row) == 1:
                self.setFirstColumnSpanned(item.rowCount() - 1, item.index(), True)

    def _rows(self, table: Table) -> list[list[QStandardItem]]:
        most = max((f.count for row in table.rows for f in row.figures if f), default=1)
        rows = []
        for row in table.rows:
            text = printable_text(label(table, row.label))
            shown = f"{text}  ({note(row.note)})" if row.note else text
            first = _item(shown, next(figure for figure in row.figures if figure is not None))
            first.setToolTip(
                plain.tip("\n".join(filter(None, (text, printable_text(row.example)))))
            )
            figures = [
                _figure(figure, most, f"{_(COLUMNS[column])}: {shown}")
                for figure, column in zip(row.figures, table.columns, strict=True)
            ]
            rows.append([first, *figures])
        rows += [[_quiet(said)] for said in (why(table, self._zone), more(table)) if said]
        return rows

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._lead(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _lead(self, index: QModelIndex) -> None:
        lead = index.data(LEADS)
        if lead is not None:
            self.chosen.emit(lead)


def _captions(table: Table) -> list[QStandardItem]:
    found = []
    for column in table.columns:
        item = _quiet(_(COLUMNS[column]))
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        found.append(item)
    return found


def _item(text: str, figure: Figure) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(Lead(figure.query), LEADS)
    return item


def _figure(figure: Figure | None, most: int, called: str) -> QStandardItem:
    item = QStandardItem(number(figure))
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if figure is not None:
        item.setData(Lead(figure.query), LEADS)
        item.setData(figure.count / most, SHARE)
        item.setToolTip(plain.tip(_("Show these lines: {query}").format(query=figure.query)))
        item.setData(f"{called}: {number(figure)}", Qt.ItemDataRole.AccessibleTextRole)
    return item


def _quiet(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(0.0, SHARE)
    item.setEnabled(False)
    return item


def _lines(spots: Sequence[Spot], zone: dt.tzinfo) -> list[list[QStandardItem]]:
    rows = []
    for spot in spots:
        text = printable_text(spot.text.expandtabs())
        if spot.seconds >= 0:
            text = _("{seconds} s").format(seconds=f"{spot.seconds:.3f}") + f"  {text}"
        item = QStandardItem(text)
        item.setData(Lead("", spot.offset), LEADS)
        item.setToolTip(plain.tip("\n".join(filter(None, (time_of(spot.time, zone), text)))))
        rows.append([item])
    return rows


class _Bars(QStyledItemDelegate):
    """Paints a bar behind each figure, as long as its share of the largest."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), size.height() + 2 * theme.STEP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        share = index.data(SHARE)
        if share and index.column():
            box = option.rect.adjusted(theme.STEP, 1, 0, -1)
            long = max(1, round(box.width() * share))
            bar = QRect(box.right() - long + 1, box.top(), long, box.height())
            painter.fillRect(bar, theme.tokens().color("line"))
        super().paint(painter, option, index)
