"""What was written, and the way back from that: beneath the table, until it is put away."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme


class OutcomeBar(QWidget):
    """One line with a button that takes back what it says.

    Args:
        parent: The panel.

    Attributes:
        undo: The button.

    Signals:
        undo_asked: It is to be taken back.
    """

    undo_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.undo = QPushButton()
        self.undo.clicked.connect(self.undo_asked)
        self._close = QPushButton(_("Close"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP)
        row.addWidget(self._text, 1)
        row.addWidget(self.undo)
        row.addWidget(self._close)
        self.hide()

    def tell(self, text: str, undo: str) -> None:
        """Says what was written.

        Args:
            text: That, translated.
            undo: What the button says, translated; "" if there is no way back.
        """
        self._text.setText(text)
        self.setAccessibleName(text)
        self.undo.setText(undo)
        self.undo.setVisible(bool(undo))
        self.undo.setEnabled(True)
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints it as the bar of problems looks, but that nothing is wrong."""
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.fillRect(self.rect(), tokens.color("card"))
        painter.fillRect(QRect(0, 0, theme.STEP, self.height()), tokens.color("good"))
