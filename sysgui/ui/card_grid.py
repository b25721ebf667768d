"""Cards in rows that fill the width: as many beside each other as there is room for."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sysgui.ui import theme


def rows_of(count: int, columns: int) -> list[int]:
    """Spreads cards over as few rows as possible, as evenly as possible, the fewest on top.

    What comes first matters most and so gets the most room: 7 cards in 3 columns are 2 + 2 + 3.
    """
    if not count:
        return []
    rows = -(-count // columns)
    each, more = divmod(count, rows)
    return [each] * (rows - more) + [each + 1] * more


class CardGrid(QWidget):
    """Lays its cards out anew when its width, or its cards, change.

    Args:
        narrowest: How wide a card is at least, in device-independent pixels.
        most: How many stand beside each other at most.
        parent: Owns the grid.
    """

    def __init__(self, narrowest: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrowest = narrowest
        self._most = most
        self._cards: list[QWidget] = []
        self._shape: list[int] = []
        self._rows: list[QHBoxLayout] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3 * theme.STEP)

    def show_cards(self, cards: Sequence[QWidget]) -> None:
        """Shows these cards in this order; others that it had are no longer its own."""
        self._cards = list(cards)
        self._shape = []
        self._lay_out()

    def _lay_out(self) -> None:
        columns = max(1, min(self._most, self.width() // self._narrowest))
        shape = rows_of(len(self._cards), columns)
        if shape == self._shape:
            return
        self._shape = shape
        for row in self._rows:
            while row.count():
                row.takeAt(0)
            self._column.removeItem(row)
        self._rows = []
        place = 0
        for count in shape:
            row = QHBoxLayout()
            row.setSpacing(3 * theme.STEP)
            for card in self._cards[place : place + count]:
                row.addWidget(card, 1)
            self._column.addLayout(row, 1)
            self._rows.append(row)
            place += count

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
