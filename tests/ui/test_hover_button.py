"""Whether a button knows that the pointer is on it."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from sysgui.ui.hover_button import HoverButton


class Lamp(HoverButton):
    """Keeps how it was painted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.painted: list[bool] = []

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.painted.append(self.hovered)


def test_it_is_painted_anew_when_the_pointer_comes_and_goes(qtbot, look) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    lamp = Lamp(window)
    lamp.setGeometry(100, 0, 100, 100)
    with qtbot.waitExposed(window):
        window.show()
    QTest.mouseMove(window, QPoint(20, 50))
    qtbot.waitUntil(lambda: bool(lamp.painted) and not lamp.painted[-1])
    QTest.mouseMove(window, QPoint(150, 50))
    qtbot.waitUntil(lambda: lamp.painted[-1])
    QTest.mouseMove(window, QPoint(20, 50))
    qtbot.waitUntil(lambda: not lamp.painted[-1])
