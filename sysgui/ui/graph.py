"""Live graphs: the only place that knows pyqtgraph.

Drawn as cheaply as it can: pens one pixel wide, no antialias, no fill, fixed ranges and axis
widths, one `setData` a curve and tick. Plots are made once.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QWidget

from sysgui.system import units
from sysgui.system.history import History
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.lean_pyqtgraph import pg

# So far below the plot that the first time does not touch the lowest value.
AXIS_HEIGHT = 20
AXIS_OFFSET = 5

# Room at the right for half of the last time's text, which stands under the end of the plot.
RIGHT_MARGIN = 4 * theme.STEP

# The parts that a time axis may be divided into: times that are round for every span.
PARTS = {60: (4, 2, 1), 300: (5, 1), 900: (5, 3, 1)}

# A scale grows at once, and shrinks when the highest value stays below this part of it.
SHRINK_BELOW = 0.35


def axis_width() -> int:
    """Returns how much room the scale takes at the left, so that all graphs' times are aligned."""
    return QFontMetrics(theme.data_font()).horizontalAdvance("500 MiB") + 2 * theme.STEP


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a graph.

    Attributes:
        series: The name of its series in the history.
        token: The theme's colour that it is drawn in.
        dashed: Whether it is dashed, so that it differs by more than its colour.
    """

    series: str
    token: str
    dashed: bool = False


class _ValueAxis(pg.AxisItem):
    """Writes its values as the graph's `write` does, at places that the graph sets."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(axis_width())
        self.setStyle(tickLength=0, autoExpandTextSpace=False, autoReduceTextSpace=False)


class _AgeAxis(pg.AxisItem):
    """Writes how long ago, in minutes or seconds; the texts of its ends reach beyond it."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setHeight(AXIS_HEIGHT)
        self.setStyle(
            tickLength=0,
            tickTextOffset=AXIS_OFFSET,
            autoExpandTextSpace=False,
            autoReduceTextSpace=False,
            hideOverlappingLabels=axis_width() // 2,
        )


class Graph(pg.GraphicsView):
    """Curves of a history over the last minutes.

    A view box between two axes: a `PlotWidget` would bring menus and forms, 1 MB and 5 ms each.

    Args:
        history: Where the samples are.
        curves: What is drawn.
        write: Writes a value for the axis.
        top: The fixed upper end of the scale; None lets it follow the values.
        least: What a scale that follows the values reaches at least.
        parent: Owns the graph.

    Signals:
        hovered: The age under the pointer in negative seconds, or None when it left.
        asked: A menu is asked for: of which age, and where on the screen.
    """

    hovered = Signal(object)
    asked = Signal(object, QPoint)

    def __init__(
        self,
        history: History,
        curves: Sequence[Curve],
        write: Callable[[float], str],
        top: float | None = None,
        least: float = 1.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, useOpenGL=False)
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self._axes = _ValueAxis(), _AgeAxis()
        self._history = history
        self._write = write
        self._fixed = top
        self._least = least
        # The scale of what is written in KiB and MiB is round in these.
        self._base = 1024 if write is units.size else 1000
        self._top = 0.0
        self._seconds = 300.0
        self._aged = (0, 0.0)
        self._curves = [(curve, self._make(curve)) for curve in curves]
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._mouse_moved)
        self.scale_to(top or 1.0)
        self.set_span(self._seconds)
        self._take_colors()

    def _lay_out(self) -> None:
        layout = pg.GraphicsLayout()
        layout.setSpacing(0)
        layout.setContentsMargins(0, 6, RIGHT_MARGIN, 0)
        left, bottom = self._axes
        for item, row, column in ((left, 0, 0), (self._box, 0, 1), (bottom, 1, 1)):
            layout.addItem(item, row, column)
        for axis in self._axes:
            axis.linkToView(self._box)
        self._box.disableAutoRange()
        self.setCentralItem(layout)

    def _make(self, _curve: Curve) -> Any:
        item = pg.PlotCurveItem(skipFiniteCheck=True, antialias=False)
        self._box.addItem(item, ignoreBounds=True)
        return item

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 82)

    def sizeHint(self) -> QSize:
        return QSize(320, 150)

    # What is shown.

    def follow(self, history: History) -> None:
        """Shows the curves of another history, from the next `refresh` on."""
        self._history = history

    def set_span(self, seconds: float) -> None:
        """Shows the last `seconds`."""
        self._seconds = seconds
        self._box.setXRange(-seconds, 0, padding=0)
        self._place_ages()
        self.refresh()

    def _place_ages(self) -> None:
        """Writes as many times as there is room for, the ends always among them."""
        room = self.width() - axis_width() - RIGHT_MARGIN
        text = QFontMetrics(theme.data_font()).horizontalAdvance(self._age(self._seconds))
        each = text + 3 * theme.STEP
        choices = PARTS.get(round(self._seconds), (1,))
        parts = next((count for count in choices if room / count >= each), choices[-1])
        if (parts, self._seconds) != self._aged:
            self._aged = parts, self._seconds
            step = self._seconds / parts
            self._axes[1].setTicks([[(-step * i, self._age(step * i)) for i in range(parts + 1)]])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_aged"):  # The base class resizes before we are made.
            self._place_ages()

    @staticmethod
    def _age(seconds: float) -> str:
        if not seconds:
            return _("now")
        if seconds < 60:
            return _("{count:.0f} s").format(count=seconds)
        return _("{count:.0f} min").format(count=seconds / 60)

    @Slot()
    def refresh(self) -> None:
        """Draws what the history holds now."""
        times = np.asarray(self._history.times(self._seconds))
        ages = times - times[-1] if len(times) else times
        highest = 0.0
        for curve, item in self._curves:
            found = self._history.values(curve.series, self._seconds)
            values = np.asarray([] if found is None else found)
            gaps = np.isnan(values)
            if gaps.all():
                item.setData([], [])
                continue
            item.setData(ages, values, connect="finite" if gaps.any() else "all")
            highest = max(highest, float(np.nanmax(values)))
        if self._fixed is None and not SHRINK_BELOW * self._top <= highest <= self._top:
            self.scale_to(_round_up(max(highest, self._least), self._base))

    def scale_to(self, top: float) -> None:
        """Sets the upper end of the scale."""
        if top == self._top:
            return
        self._top = top
        self._box.setYRange(0, top, padding=0)
        self._axes[0].setTicks(
            [[(top * part, units.short(self._write(top * part))) for part in (0, 0.5, 1)]]
        )

    # One instant on all graphs.

    @Slot(object)
    def _mouse_moved(self, place: QPointF) -> None:
        box = self._box
        if box.sceneBoundingRect().contains(place):
            self.hovered.emit(float(box.mapSceneToView(place).x()))
        else:
            self.hovered.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.mapToScene(event.pos())
        if self._box.sceneBoundingRect().contains(place):
            self.asked.emit(float(self._box.mapSceneToView(place).x()), event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        super().leaveEvent(event)

    def point_at(self, age: float | None) -> None:
        """Marks an instant, or none."""
        if age is None:
            self._cursor.hide()
        else:
            self._cursor.setPos(age)
            self._cursor.show()

    # Colours.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_palette_change(event) and hasattr(self, "_cursor"):
            self._take_colors()

    def _take_colors(self) -> None:
        tokens = theme.tokens()
        self.setBackground(tokens.color("card"))
        for curve, item in self._curves:
            style = Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine
            item.setPen(pg.mkPen(tokens.color(curve.token), width=1, style=style))
        for axis in self._axes:
            axis.setPen(tokens.color("line"))
            axis.setTextPen(tokens.color("muted"))
            axis.setTickFont(theme.data_font())
        self._cursor.setPen(pg.mkPen(tokens.color("muted"), width=1))


def _round_up(value: float, base: int) -> float:
    """Returns the next 1, 2 or 5 times a power of ten, counted in powers of `base`."""
    unit = float(base) ** math.floor(math.log(value, base))
    power = 10.0 ** math.floor(math.log10(value / unit))
    return next(step * power * unit for step in (1, 2, 5, 10) if step * power * unit >= value)
