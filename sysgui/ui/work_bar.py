"""One row that says what is under way, or offered, with the buttons that belong to it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sysgui.ui import plain, theme


class WorkBar(QWidget):
    """A text, as much of it as there is room for, and buttons behind it; hidden at first.

    Args:
        parent: The panel.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(2 * theme.STEP, 0, 0, 0)
        self._row.addWidget(self._text, 1)
        self.hide()

    def add_button(self, text: str, act: Callable[[], object], tip: str = "") -> QPushButton:
        """Appends a button.

        Args:
            text: On it, translated.
            act: What it does.
            tip: Its tooltip, translated.
        """
        button = QPushButton(text, self)
        button.setToolTip(plain.tip(tip))
        button.clicked.connect(act)
        self._row.addWidget(button)
        return button

    def say(self, text: str) -> None:
        """Sets the text, translated; a screen reader reads it as the bar's name."""
        self._text.setText(text)
        self.setAccessibleName(text)
