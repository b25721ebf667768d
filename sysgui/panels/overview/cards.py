"""The overview's cards: a gauge on its graph, and the bar of memory."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sysgui.system import units
from sysgui.system.history import History
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Card

from .gauges import SEGMENTS, Gauge, Get

if TYPE_CHECKING:
    from sysgui.ui.graph import Graph


class GaugeCard(Card):
    """A gauge: title, figure and note, and from `draw` on its graph.

    Args:
        gauge: What it shows.
    """

    def __init__(self, gauge: Gauge) -> None:
        super().__init__(gauge.title)
        self.gauge = gauge
        self.graph: Graph | None = None
        self._place = QWidget()
        self.add(self._place, 1)
        self.setToolTip(gauge.source)
        self.figure.setToolTip(gauge.source)

    def draw(self, history: History, seconds: float) -> "Graph":
        """Adds the graph of the last `seconds`."""
        from sysgui.ui.graph import Curve, Graph

        gauge = self.gauge
        graph = Graph(
            history,
            [Curve(*line) for line in gauge.lines],
            gauge.axis,
            gauge.top,
            gauge.least,
            self,
        )
        graph.setAccessibleName(gauge.title)
        graph.set_span(seconds)
        self.grid.replaceWidget(self._place, graph)
        self._place.deleteLater()
        self.graph = graph
        return graph

    def write(self, get: Get) -> None:
        """Writes figure and note of an instant."""
        self.show_figure(self.gauge.figure(get))
        self.show_note(self.gauge.note(get))
        self.setAccessibleDescription(f"{self.figure.text()} · {self.note.text()}")


class MemoryBar(QWidget):
    """Where all of the memory is, as one bar whose parts add up to it, with a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[float] = []
        self.setFont(theme.data_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 2 * theme.STEP + self.fontMetrics().height() + theme.STEP)

    def write(self, get: Get) -> None:
        """Shows the parts at an instant."""
        parts = [get(f"memory.{segment}") or 0.0 for segment in SEGMENTS]
        if parts != self._parts:
            self._parts = parts
            self.setToolTip(
                "\n".join(
                    f"{title}: {units.size(part)}"
                    for title, part in zip(_titles(), parts, strict=True)
                )
            )
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        total = sum(self._parts)
        if not total:
            return
        room = self.width() - theme.STEP
        legend = self._legend_widths(painter, room)
        left = 0.0
        text_left = 0
        for place, (title, part) in enumerate(zip(_titles(), self._parts, strict=True)):
            width = room * part / total
            color = _shade(place)
            painter.fillRect(
                QRect(round(left), 0, max(1, round(left + width) - round(left)), 2 * theme.STEP),
                color,
            )
            left += width
            if place < len(legend):
                top = 3 * theme.STEP
                height = self.fontMetrics().height()
                painter.fillRect(QRect(text_left, top + height // 2 - 3, 2 * theme.STEP, 6), color)
                painter.setPen(theme.tokens().color("muted"))
                painter.drawText(
                    text_left + 3 * theme.STEP,
                    top + self.fontMetrics().ascent(),
                    f"{title} {units.size(part)}",
                )
                text_left += legend[place]

    def _legend_widths(self, painter: QPainter, room: int) -> list[int]:
        """Returns how much room each entry takes; none beyond what fits."""
        widths: list[int] = []
        for title, part in zip(_titles(), self._parts, strict=True):
            text = f"{title} {units.size(part)}"
            width = painter.fontMetrics().horizontalAdvance(text) + 6 * theme.STEP
            if sum(widths) + width - 3 * theme.STEP > room:
                break
            widths.append(width)
        return widths


def _titles() -> list[str]:
    return [_("programs"), _("shared"), _("cache"), _("free")]


def _shade(place: int) -> QColor:
    if place == 3:
        return theme.current().groove
    color = theme.tokens().color("memory")
    color.setAlphaF((1.0, 0.6, 0.3)[place])
    return color
