"""The base of buttons that paint themselves otherwise while the pointer is on them."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QAbstractButton, QWidget


class HoverButton(QAbstractButton):
    """Knows whether the pointer is on it.

    Attributes:
        hovered: Whether it is.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hovered = False

    def enterEvent(self, event: QEnterEvent) -> None:
        self.hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered = False
        self.update()
        super().leaveEvent(event)
