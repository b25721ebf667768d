"""The whole log beside its scroll bar: where errors, what was searched for, and bookmarks are."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sysgui.panels.logs.file.relief import NO_LEVEL
from sysgui.system.i18n import _
from sysgui.ui import plain, theme

# Levels up to these are painted: emerg to err, and warning.
ERROR, WARNING = 3, 4


class Strip(QWidget):
    """Paints a narrow picture of all rows from the first to the last.

    Args:
        parent: Owns it.

    Signals:
        pointed: A part of the log was clicked: 0.0 is its begin, 1.0 its end.
    """

    pointed = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parts: list[tuple[int, int]] = []
        self._seen = (0.0, 0.0)
        self._marks: list[float] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Where errors, matches and bookmarks are in the log"))
        self.setToolTip(
            plain.tip(
                _(
                    "Left: errors and warnings. Right: what was found. Across: bookmarks. "
                    "Click to go there."
                )
            )
        )

    @property
    def bins(self) -> int:
        """In how many parts the log is shown."""
        return max(1, self.height() // 2)

    def show_parts(
        self,
        parts: list[tuple[int, int]],
        seen: tuple[float, float],
        marks: Sequence[float] = (),
    ) -> None:
        """Shows what is where in the log.

        Args:
            parts: The worst level and the number of hits of each.
            seen: Where what is in sight begins and ends, from 0.0 to 1.0.
            marks: Where lines with bookmarks are, likewise.
        """
        if (parts, seen, list(marks)) != (self._parts, self._seen, self._marks):
            self._parts, self._seen, self._marks = parts, seen, list(marks)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(4 * theme.STEP, 10 * theme.STEP)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.fillRect(self.rect(), tokens.color("card"))
        height, half = self.height(), self.width() // 2
        top = round(self._seen[0] * height)
        bottom = max(top + 3, round(self._seen[1] * height))
        painter.fillRect(0, top, self.width(), bottom - top, tokens.color("selection"))
        for place, (worst, hits) in enumerate(self._parts):
            y = place * height // len(self._parts)
            if worst <= WARNING and worst < NO_LEVEL:
                token = "wrong" if worst <= ERROR else "attention"
                painter.fillRect(1, y, half - 1, 2, tokens.color(token))
            if hits:
                painter.fillRect(half + 1, y, half - 1, 2, tokens.color("cpu"))

        for mark in self._marks:
            y = min(height - 2, round(mark * height))
            painter.fillRect(0, y, self.width(), 2, tokens.color("memory"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(min(1.0, max(0.0, event.position().y() / max(1, self.height()))))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._parts:
            place = event.pos().y() * len(self._parts) // max(1, self.height())
            if 0 <= place < len(self._parts) and self._parts[place][1]:
                text = _("{n} found here").format(n=self._parts[place][1])
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)
