"""A calm line of the panel: messages about services wait, for no mail server takes them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sysgui.system.i18n import _
from sysgui.ui import plain, theme

from .watches import Mail
from .words import waiting_text


class MailNotice(QWidget):
    """Is there while messages wait.

    Args:
        parent: The panel.

    Signals:
        asked: The user wants to see more.
    """

    asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        more = QPushButton(_("Watched services…"))
        more.clicked.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.STEP, 0, 0, 0)
        row.addWidget(self._text, 1)
        row.addWidget(more)
        self.hide()

    def take(self, mail: Mail) -> None:
        """Says how many wait, and why."""
        self.setVisible(bool(mail.waiting))
        if mail.waiting:
            text = waiting_text(mail)
            if mail.error:
                text = f"{text} ({mail.error})"
            if text != self._text.text():
                self._text.setText(text)
                self._text.setToolTip(plain.tip(text))
