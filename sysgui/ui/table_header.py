"""The titles above a table's columns."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from sysgui.ui import theme

# Between the edge of a column and its text, here and in the cells.
PADDING = 6


class Header(QHeaderView):
    """Column titles, quiet, aligned as their columns; with an arrow on the sorted one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(9 * theme.STEP)
        self.setFixedHeight(self.fontMetrics().height() + 3 * theme.STEP)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        tokens = theme.tokens()
        painter.save()
        painter.fillRect(rect, tokens.color("card"))
        painter.setPen(tokens.color("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        sorted_by = self.isSortIndicatorShown() and self.sortIndicatorSection() == section
        title = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        if sorted_by:
            down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
            title += " ▾" if down else " ▴"
        alignment = self.model().headerData(
            section, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
        )
        painter.setFont(theme.strong_font())
        painter.setPen(tokens.color("text" if sorted_by else "muted"))
        inside = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.drawText(inside, alignment | Qt.TextFlag.TextSingleLine, title)
        painter.restore()
