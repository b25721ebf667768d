"""Units that did not do what they were told, and why: beneath the table, until it is put away."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _, ngettext
from sysgui.ui import icons, theme

from .failure import Failure, told

# So many lines of text are seen at once; the rest is scrolled to.
MOST_LINES = 9


class FailureBox(QWidget):
    """Holds a text that can be read, selected and copied; nothing waits for it.

    Args:
        parent: The panel.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = QLabel()
        self._title.setFont(theme.strong_font())
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setFont(theme.data_font())
        self._text.setTabChangesFocus(True)
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.document().setDocumentMargin(0)
        self._text.setAccessibleName(_("Why it failed"))
        self._copy = QPushButton(_("Copy"))
        self._copy.clicked.connect(self._copy_text)
        self._close = QPushButton(_("Close"))
        self._close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.addSpacing(8 * theme.STEP)  # For its sign.
        head.addWidget(self._title, 1)
        head.addWidget(self._copy)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP)
        column.setSpacing(2 * theme.STEP)
        column.addLayout(head)
        column.addWidget(self._text)
        self.hide()

    def show_failures(self, failures: Sequence[Failure]) -> None:
        """Shows these in the place of those before; none hides it."""
        self.setVisible(bool(failures))
        if not failures:
            return
        title = ngettext("{name} failed", "{count} units failed", len(failures)).format(
            name=failures[0].name, count=len(failures)
        )
        self._title.setText(title)
        self.setAccessibleName(title)
        self._copy.setText(_("Copy"))
        text = "\n\n".join(map(told, failures))
        self._text.setPlainText(text)
        # Some lines are longer than the window is wide.
        lines = min(MOST_LINES, text.count("\n") + 3)
        self._text.setFixedHeight(lines * self._text.fontMetrics().lineSpacing())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints it as the bar of problems looks."""
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.fillRect(self.rect(), tokens.color("card"))
        painter.fillRect(QRect(0, 0, theme.STEP, self.height()), tokens.color("wrong"))
        side = 5 * theme.STEP
        place = QRect(3 * theme.STEP, self._title.geometry().center().y() - side // 2, side, side)
        icons.paint(painter, place, "mdi6.alert-circle-outline", tokens.color("wrong"))

    @property
    def report(self) -> str:
        """All that it says."""
        return self._text.toPlainText()

    @Slot()
    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self._copy.setText(_("Copied"))
