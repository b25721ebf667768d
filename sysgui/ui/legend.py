"""What stands small beside a graph's title: figures, each marked by the line that shows it."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sysgui.ui import plain, theme

MARK = 3 * theme.STEP
GAP = 3 * theme.STEP


class Entry(NamedTuple):
    """One figure.

    Attributes:
        text: The figure, written.
        token: The colour of its line; "" if no line shows it.
        dashed: Whether its line is dashed.
    """

    text: str
    token: str = ""
    dashed: bool = False


class Legend(QWidget):
    """Writes its entries on one line, aligned right; what does not fit stands in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()
        self.setFont(theme.data_font())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """Returns all entries, as they can be read out."""
        return " · ".join(entry.text for entry in self._entries)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Shows other figures."""
        if entries != self._entries:
            self._entries = entries
            self.setToolTip(plain.tip(self.text()))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def _width(self, entry: Entry) -> int:
        mark = MARK + theme.STEP if entry.token else 0
        return mark + self.fontMetrics().horizontalAdvance(entry.text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        whole = sum(map(self._width, self._entries)) + GAP * max(0, len(self._entries) - 1)
        left = max(0, self.width() - whole)
        for entry in self._entries:
            if left >= self.width():
                return
            left = self._paint(painter, entry, left) + GAP

    def _paint(self, painter: QPainter, entry: Entry, left: int) -> int:
        """Paints an entry and returns where it ends."""
        tokens = theme.tokens()
        if entry.token:
            pen = QPen(tokens.color(entry.token), 2)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if entry.dashed:
                pen.setDashPattern([2.0, 1.0])  # In widths of the pen: two dashes and a half.
            painter.setPen(pen)
            middle = self.height() // 2 + 1
            painter.drawLine(left, middle, left + MARK, middle)
            left += MARK + theme.STEP
        painter.setPen(tokens.color("muted"))
        room = self.width() - left
        text, needed = entry.text, self.fontMetrics().horizontalAdvance(entry.text)
        if needed > room:  # Qt elides what fits exactly, for a fraction of a pixel.
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(QRect(left, 0, room, self.height()), flags, text)
        return left + needed
