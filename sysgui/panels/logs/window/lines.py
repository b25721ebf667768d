"""The lines of a log under the hand: wheel, mouse and keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from sysgui.panels.logs.times_shown import TimesShown

from .columned_lines import ColumnedLines

# Qt counts the eighths of a degree that a wheel turns; a notch is 15 degrees, and three rows.
NOTCH = 120
ROWS_A_NOTCH = 3


class LogLines(ColumnedLines):
    """Lets a log's rows be scrolled, chosen and acted on.

    Args:
        parent: Owns it.
        times: How times are told.

    Signals:
        acted: Enter, or a double click, on the current line.
        copied: The selected rows are to be put on the clipboard.
    """

    acted = Signal()
    copied = Signal()

    def __init__(self, parent: QWidget, times: TimesShown) -> None:
        super().__init__(parent, times)
        self._turned = 0

    def wheelEvent(self, event: QWheelEvent) -> None:
        across = event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or across:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (across or event.angleDelta().y()))
        else:
            # A touch pad turns in small steps, which add up.
            self._turned += event.angleDelta().y() * ROWS_A_NOTCH
            rows = int(self._turned / NOTCH)
            self._turned -= rows * NOTCH
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - rows)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        first, count = self.selected()
        if row < 0:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._choose(row, extend=extend)
        elif event.button() == Qt.MouseButton.RightButton and not first <= row < first + count:
            self._choose(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if event.buttons() & Qt.MouseButton.LeftButton and row >= 0:
            self._choose(row, extend=True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._row_at(event.position().toPoint()) >= 0:
            self.acted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        start = self._current if self._current >= 0 else self.rows
        page = max(1, self._visible - 1)
        moves = {
            Qt.Key.Key_Down: start + 1,
            Qt.Key.Key_Up: start - 1,
            Qt.Key.Key_PageDown: start + page,
            Qt.Key.Key_PageUp: start - page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.rows - 1,
        }
        key = Qt.Key(event.key())
        if key in moves:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.go_to(moves[key], extend=extend)
            if key == Qt.Key.Key_End and not extend:
                self.follow(follows=True)
                self.chosen.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() + bar.singleStep() * (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.acted.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.matches(QKeySequence.StandardKey.SelectAll) and self.rows:
            self._anchor = 0
            self._choose(self.rows - 1, extend=True)
        else:
            super().keyPressEvent(event)
