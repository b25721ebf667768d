"""Many series in little room: a strip a series, the darker the higher. For cores of a processor."""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sysgui.system.history import History
from sysgui.ui import theme
from sysgui.ui.graph import RIGHT_MARGIN, axis_width


class HeatStrips(QWidget):
    """Shows series between 0 and 100 over the last minutes, each as a strip of its own.

    Args:
        history: Where the samples are.
        token: The theme's colour of a full share.
        title: What the strips are, written beside them, translated.
        parent: Owns the widget.

    Signals:
        hovered: The age under the pointer in negative seconds, or None when it left.
        asked: A menu is asked for: of which age, and where on the screen.
    """

    hovered = Signal(object)
    asked = Signal(object, QPoint)

    def __init__(
        self, history: History, token: str, title: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._token = token
        self._title = title
        self.setFont(theme.data_font())
        self._series: list[str] = []
        self._seconds = 300.0
        self._age: float | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_series(self, names: list[str]) -> None:
        """Sets which series are shown, from top to bottom."""
        if names != self._series:
            self._series = names
            self.updateGeometry()

    def set_span(self, seconds: float) -> None:
        """Shows the last `seconds`."""
        self._seconds = seconds
        self.update()

    def sizeHint(self) -> QSize:
        count = max(1, len(self._series))
        # From 2 cores with room to see, to 256 that share what 16 had.
        each = max(1, min(8, 96 // count))
        return QSize(200, max(count * each, self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @Slot()
    def refresh(self) -> None:
        """Draws what the history holds now."""
        if self.isVisible():
            self.update()

    def point_at(self, age: float | None) -> None:
        """Marks an instant, or none."""
        if age != self._age:
            self._age = age
            self.update()

    def _area(self) -> QRect:
        return self.rect().adjusted(axis_width(), 0, -RIGHT_MARGIN, 0)

    def _age_at(self, x: float) -> float | None:
        area = self._area()
        part = (x - area.left()) / max(1, area.width())
        return (part - 1.0) * self._seconds if 0.0 <= part <= 1.0 else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self._age_at(event.position().x()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        age = self._age_at(event.pos().x())
        if age is not None:
            self.asked.emit(age, event.globalPos())

    def leaveEvent(self, _event: QEvent) -> None:
        self.hovered.emit(None)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        tokens = theme.tokens()
        painter.fillRect(area, tokens.color("window"))
        painter.setPen(tokens.color("muted"))
        beside = QRect(0, 0, area.left() - 2 * theme.STEP, self.height())
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(beside, flags, self._title)
        picture = self._picture(area.width(), tokens.color("window"), tokens.color(self._token))
        if picture is not None:
            painter.drawImage(area, picture)
        if self._age is not None:
            x = area.right() + round(self._age / self._seconds * area.width())
            painter.setPen(tokens.color("muted"))
            painter.drawLine(QPoint(x, area.top()), QPoint(x, area.bottom()))

    def _picture(self, width: int, cold: QColor, hot: QColor) -> QImage | None:
        """Returns one pixel a series and column of the screen, coloured by the nearest sample."""
        times = np.asarray(self._history.times(self._seconds))
        series = [self._history.values(name, self._seconds) for name in self._series]
        known = [np.asarray(values) for values in series if values is not None]
        if not len(times) or not known or width < 2:
            return None
        ages = times - times[-1]
        columns = np.linspace(-self._seconds, 0.0, width)
        nearest = np.searchsorted(ages, columns).clip(0, len(ages) - 1)
        shares = np.stack(known)
        shares = np.nan_to_num(shares[:, nearest] / 100.0).clip(0.0, 1.0)
        shares[:, columns < ages[0]] = 0.0
        ramp = np.sqrt(shares)[..., None]  # Half a load is to look like half: eyes are not linear.
        low = np.array([cold.red(), cold.green(), cold.blue()], dtype=np.float32)
        high = np.array([hot.red(), hot.green(), hot.blue()], dtype=np.float32)
        pixels = np.empty((*shares.shape, 4), dtype=np.uint8)
        mixed = (low + ramp * (high - low)).astype(np.uint8)
        pixels[..., :3] = mixed[..., ::-1]  # Format_RGB32 lies in memory as B, G, R, unused.
        pixels[..., 3] = 255
        height = shares.shape[0]
        image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32)
        return image.copy()  # The bytes are ours only until the end of this call.
