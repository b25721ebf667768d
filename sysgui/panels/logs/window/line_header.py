"""The titles above the columns of lines; their edges can be drawn."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QWidget

from sysgui.system.i18n import _
from sysgui.ui.table_header import Header

from .line_columns import MESSAGE, TITLES, Column


class LineHeader(Header):
    """Shows the titles of columns of lines.

    Args:
        parent: Owns it.

    Signals:
        drawn: The user has given a column another width: its name, and the width.
    """

    drawn = Signal(str, int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._titles = QStandardItemModel(self)
        self.setModel(self._titles)
        self.setSectionsMovable(False)
        self.setSectionsClickable(False)
        self.setStretchLastSection(True)
        self.setAccessibleName(_("Columns of the lines"))
        self.sectionResized.connect(self._resized)

    def show_columns(self, columns: Sequence[Column], gutter: int) -> None:
        """Shows the titles of columns.

        Args:
            columns: Those before the text of the lines.
            gutter: What stands before the columns, in device-independent pixels.
        """
        names = ["", *(column.name for column in columns), MESSAGE]
        self.blockSignals(True)
        if names != self._names:
            self._names = names
            self._titles.setHorizontalHeaderLabels(
                ["", *(column.title for column in columns), _(TITLES[MESSAGE])]
            )
            self._titles.setColumnCount(len(names))
            # Not by horizontalHeaderItem(): what Python has of an item that Qt made outlives it
            # when there are fewer columns, and is taken for what comes to its place in memory.
            for place in range(len(names)):
                self._titles.setHeaderData(
                    place,
                    Qt.Orientation.Horizontal,
                    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                    Qt.ItemDataRole.TextAlignmentRole,
                )
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        for place, width in enumerate([gutter, *(column.width for column in columns)]):
            self.resizeSection(place, width)
        self.blockSignals(False)
        self.viewport().update()

    @Slot(int, int, int)
    def _resized(self, place: int, _before: int, width: int) -> None:
        if 0 < place < len(self._names) - 1:
            self.drawn.emit(self._names[place], width)
