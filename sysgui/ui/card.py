"""A card: a title, a legend, a figure, and below them what they are about."""

import html

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from sysgui.ui import theme
from sysgui.ui.legend import Legend

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
        self.legend = Legend()
        self.figure = QLabel()
        self.figure.setFont(theme.title_font())
        self.figure.hide()
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(4 * theme.STEP, 2 * theme.STEP, 3 * theme.STEP, 2 * theme.STEP)
        self.grid.setVerticalSpacing(0)
        self.grid.setColumnStretch(1, 1)
        self.grid.addWidget(self.title, 0, 0)
        self.grid.addWidget(self.legend, 0, 1)
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

    def explain(self, text: str) -> None:
        """Says in tooltips of title and figure where the figures come from."""
        for label in (self.title, self.figure):
            # As markup a long sentence is wrapped.
            label.setToolTip(f"<qt>{html.escape(text)}</qt>")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        painter.setPen(QPen(tokens.color("line"), 1))
        painter.setBrush(tokens.color("card"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
