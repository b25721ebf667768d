"""What is written at the ticks of a timeline; beneath it, so that it stays when one scrolls."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sysgui.ui import theme

from .timeline import Timeline


class TimeAxis(QWidget):
    """Writes it.

    Args:
        timeline: Which stands above it, with the same left edge.
    """

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self.setFont(theme.data_font())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        timeline.moved.connect(self.update)

    def sizeHint(self) -> QSize:
        """Returns the room of a line."""
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Writes times and dates beneath the lines that stand for them."""
        painter = QPainter(self)
        painter.setPen(theme.tokens().color("muted"))
        for x, text in self._timeline.ticks():
            width = self.fontMetrics().horizontalAdvance(text)
            left = max(0, min(x - width // 2, self.width() - width))
            place = QRect(left, 0, width + 1, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
