"""A text of any length in rows of equal width: only the rows that can be seen exist."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme

from .layouts import translucent

# Assistive technologies are told so much of it, in characters.
TOLD = 2000


class LongText(QAbstractScrollArea):
    """Shows a text, and one place in it that was found.

    Args:
        parent: Owns it.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = ""
        self._found = (0, 0)
        self.setFont(theme.report_font())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName(_("The line"))
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)

    def show_text(self, text: str) -> None:
        """Shows a text, of printable characters."""
        self._text, self._found = text, (0, 0)
        self.setAccessibleDescription(text[:TOLD])
        self._fit()

    def show_found(self, start: int, end: int) -> None:
        """Marks a place, and brings it into sight."""
        self._found = (start, end)
        bar, row = self.verticalScrollBar(), start // self._columns
        if not bar.value() <= row < bar.value() + bar.pageStep():
            bar.setValue(max(0, row - bar.pageStep() // 2))
        self.viewport().update()

    @property
    def _columns(self) -> int:
        wide = QFontMetrics(self.font()).horizontalAdvance("0" * 100) / 100
        return max(8, int((self.viewport().width() - 2 * theme.STEP) / wide))

    @property
    def _step(self) -> int:
        return QFontMetrics(self.font()).height() + 1

    def _fit(self) -> None:
        bar, seen = self.verticalScrollBar(), max(1, self.viewport().height() // self._step)
        rows = -(-len(self._text) // self._columns)
        bar.setRange(0, max(0, rows - seen))
        bar.setPageStep(seen)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self.viewport()), theme.tokens()
        painter.fillRect(event.rect(), tokens.color("card"))
        metrics, columns, step = QFontMetrics(self.font()), self._columns, self._step
        first = self.verticalScrollBar().value()
        start, end = self._found
        for place in range(self.viewport().height() // step + 1):
            begin = (first + place) * columns
            row, top = self._text[begin : begin + columns], place * step
            low, high = max(start - begin, 0), min(end - begin, len(row))
            if low < high:
                left = theme.STEP + metrics.horizontalAdvance(row[:low])
                wide = metrics.horizontalAdvance(row[low:high])
                painter.fillRect(left, top, wide, step, translucent(tokens.color("attention")))
            painter.setPen(tokens.color("text"))
            painter.drawText(theme.STEP, top + metrics.ascent(), row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        moves = {
            Qt.Key.Key_Down: bar.value() + 1,
            Qt.Key.Key_Up: bar.value() - 1,
            Qt.Key.Key_PageDown: bar.value() + bar.pageStep(),
            Qt.Key.Key_PageUp: bar.value() - bar.pageStep(),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: bar.maximum(),
        }
        key = Qt.Key(event.key())
        if key in moves:
            bar.setValue(moves[key])
        else:
            super().keyPressEvent(event)
