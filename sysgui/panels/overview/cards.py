"""The overview's cards: a gauge on its graph, and the bar of memory."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from sysgui.system import units
from sysgui.system.history import History
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Card
from sysgui.ui.legend import Entry

from .gauges import SEGMENTS, Gauge, Get

if TYPE_CHECKING:
    from sysgui.ui.graph import Graph

SWATCH = 6
LEGEND_GAP = 3 * theme.STEP
BAR = 2 * theme.STEP

# The parts of memory that go unnamed first where there is little room: shared, cache, programs.
LEAST_FIRST = (1, 2, 0)


class GaugeCard(Card):
    """A gauge: title, figure and legend, and from `draw` on its graph.

    Args:
        gauge: What it shows.
    """

    def __init__(self, gauge: Gauge) -> None:
        super().__init__(gauge.title)
        self.gauge = gauge
        self.graph: Graph | None = None
        self._above = QVBoxLayout()
        self.grid.addLayout(self._above, self.grid.rowCount(), 0, 1, 2)
        self._place = QWidget()
        self.add(self._place, 1)
        self._lines = {series: (token, dashed) for series, token, dashed in gauge.lines}
        self.explain(gauge.source)

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

    def add_above(self, widget: QWidget) -> None:
        """Puts a widget above the graph: graphs beside each other stand on one line."""
        self._above.addWidget(widget)

    def write(self, get: Get) -> None:
        """Writes figure and legend of an instant."""
        self.show_figure(self.gauge.figure(get))
        self.legend.show_entries(
            [Entry(text, *self._lines.get(series, ())) for text, series in self.gauge.note(get)]
        )
        description = f"{self.figure.text()} · {self.legend.text()}"
        for described in (self, self.graph):
            if described is not None:
                described.setAccessibleDescription(description)


class MemoryBar(QWidget):
    """Where all of the memory is, as one bar whose parts add up to it, with a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[float] = []
        self.setFont(theme.data_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, BAR + self.fontMetrics().height() + theme.STEP)

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
        self._paint_parts(painter, room, total)
        self._paint_legend(painter, room)

    def _paint_parts(self, painter: QPainter, room: int, total: float) -> None:
        left = 0.0
        for place, part in enumerate(self._parts):
            right = left + room * part / total
            width = max(1, round(right) - round(left))
            painter.fillRect(QRect(round(left), 0, width, BAR), _shade(place))
            left = right

    def _paint_legend(self, painter: QPainter, room: int) -> None:
        """Names the parts; where there is not room for all, what matters most."""
        metrics = self.fontMetrics()
        texts = [
            f"{title} {units.size(part)}"
            for title, part in zip(_titles(), self._parts, strict=True)
        ]
        widths = [
            SWATCH + theme.STEP + metrics.horizontalAdvance(text) + LEGEND_GAP for text in texts
        ]
        named = list(range(len(texts)))
        for place in LEAST_FIRST:
            if sum(widths[each] for each in named) - LEGEND_GAP > room:
                named.remove(place)
        top, left = BAR + theme.STEP, 0
        for place in named:
            middle = top + (metrics.height() - SWATCH) // 2
            painter.fillRect(QRect(left, middle, SWATCH, SWATCH), _shade(place))
            painter.setPen(theme.tokens().color("muted"))
            painter.drawText(left + SWATCH + theme.STEP, top + metrics.ascent(), texts[place])
            left += widths[place]


def _titles() -> list[str]:
    return [_("programs"), _("shared"), _("cache"), _("free")]


def _shade(place: int) -> QColor:
    if place == 3:
        return theme.current().groove
    color = theme.tokens().color("memory")
    color.setAlphaF((1.0, 0.6, 0.3)[place])
    return color
