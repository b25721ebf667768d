"""A card: a title, a figure, a note, and below them what they are about."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from sysgui.ui import theme

RADIUS = 2 * theme.STEP


class Muted(QLabel):
    """A label in the quiet colour."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setFont(theme.data_font())


class Card(QFrame):
    """A ground of its own for what belongs together.

    Args:
        title: Its heading, translated.
        parent: Owns it.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Muted(title)
        self.title.setFont(theme.strong_font())
        self.note = Muted()
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.note.setMinimumWidth(0)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.figure = QLabel()
        self.figure.setFont(theme.title_font())
        self.figure.hide()
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(4 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, 2 * theme.STEP)
        self.grid.setVerticalSpacing(0)
        self.grid.setColumnStretch(1, 1)
        self.grid.addWidget(self.title, 0, 0)
        self.grid.addWidget(self.note, 0, 1)
        self.grid.addWidget(self.figure, 1, 0, 1, 2)
        self.setAccessibleName(title)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Puts a widget beneath the others, over the whole width."""
        row = self.grid.rowCount()
        self.grid.addWidget(widget, row, 0, 1, 2)
        self.grid.setRowStretch(row, stretch)

    def show_figure(self, text: str) -> None:
        """Shows the card's one figure."""
        if self.figure.text() != text:
            self.figure.setText(text)
            self.figure.show()

    def show_note(self, text: str) -> None:
        """Shows what stands small beside the title; where it is too long, the tooltip has it."""
        if self.note.text() != text:
            self.note.setText(text)
            self.note.setToolTip(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("card"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
