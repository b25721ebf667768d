"""Short ranked lists: a name, a bar from a common baseline, a figure; each row can be clicked."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from sysgui.ui import plain, theme
from sysgui.ui.card import Muted
from sysgui.ui.hover_button import HoverButton

BAR = theme.STEP


@dataclass(frozen=True, slots=True)
class Bar:
    """One row.

    Attributes:
        name: What it is about.
        share: Length of the bar, 0 to 1.
        figure: The figure, written.
        token: The bar's colour.
        key: Handed back when the row is clicked.
        tip: More, for the tooltip.
    """

    name: str
    share: float
    figure: str
    token: str
    key: Any = None
    tip: str = ""


class _Row(HoverButton):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar = Bar("", 0.0, "", "cpu")
        self.setFont(theme.data_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_bar(self, bar: Bar) -> None:
        if bar != self.bar:
            self.bar = bar
            self.setToolTip(plain.tip(bar.tip))
            self.setAccessibleName(f"{bar.name}: {bar.figure}")
            self.setEnabled(bar.key is not None)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() + theme.STEP)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.tokens()
        bar, area = self.bar, self.rect()
        if (self.hovered or self.hasFocus()) and bar.key is not None:
            painter.fillRect(area, tokens.color("selection"))
        figure_width = max(
            self.fontMetrics().horizontalAdvance(bar.figure), area.width() * 28 // 100
        )
        name_width = (area.width() - figure_width) * 55 // 100
        name = QRect(area.left(), area.top(), name_width - 2 * theme.STEP, area.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(tokens.color("text"))
        shown = self.fontMetrics().elidedText(bar.name, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, flags | Qt.AlignmentFlag.AlignLeft, shown)
        painter.drawText(area, flags | Qt.AlignmentFlag.AlignRight, bar.figure)
        room = area.width() - figure_width - name_width - 2 * theme.STEP
        track = QRect(name_width, (area.height() - BAR) // 2, max(0, room), BAR)
        painter.fillRect(track, theme.current().groove)
        track.setWidth(round(track.width() * min(1.0, bar.share)))
        painter.fillRect(track, tokens.color(bar.token))


class Bars(QWidget):
    """A list of bars; rows are reused, so that nothing flickers.

    Args:
        empty: What it says while there is nothing to show, translated.
        parent: Owns it.

    Signals:
        clicked: A row's key.
    """

    clicked = Signal(object)

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.STEP, theme.STEP, 0)
        self._column.setSpacing(0)
        self._empty = Muted(empty)
        self._empty.hide()  # Nothing is known before the first reading.
        self._column.addWidget(self._empty)
        self._column.addStretch()

    def show_bars(self, bars: list[Bar]) -> None:
        """Shows these rows, from top to bottom."""
        while len(self._rows) < len(bars):
            row = _Row(self)
            row.clicked.connect(self._row_clicked)
            self._column.insertWidget(len(self._rows), row)
            self._rows.append(row)
        for row, bar in zip(self._rows, bars, strict=False):
            row.show_bar(bar)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(bars))
        self._empty.setVisible(not bars)

    @Slot()
    def _row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, _Row):
            self.clicked.emit(row.bar.key)
