"""A table, and the pane that tells all of one of its rows: they share the room between them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from sysgui.system.i18n import _
from sysgui.ui.table_view import TableView

REST_MS = 60


class TableAndPane(QSplitter):
    """Holds both, and remembers how they share the room while the pane is there to share it.

    Args:
        orientation: Horizontal has the pane beside the table, vertical beneath it.
        table: The table.
        pane: The pane; its panel shows and hides it.
        parent: Owns the splitter.
        remembered: The sizes of table and pane, as they were remembered.
        usual: The same, where nothing that fits was.
        rest_ms: How long the selection rests before `rested`.

    Signals:
        rested: The selection has changed, and rests. The pane follows only then: whoever walks
            through the rows by key wants the rows, not thirty panes a second.
    """

    rested = Signal()

    def __init__(
        self,
        orientation: Qt.Orientation,
        table: TableView,
        pane: QWidget,
        parent: QWidget,
        *,
        remembered: Sequence[int],
        usual: Sequence[int],
        rest_ms: int = REST_MS,
    ) -> None:
        super().__init__(orientation, parent)
        self._table = table
        self._pane = pane
        self._kept = list(remembered if len(remembered) == 2 else usual)
        self.setAccessibleName(_("Table and pane"))
        self.addWidget(table)
        self.addWidget(pane)
        self.setStretchFactor(0, 1)
        self.setChildrenCollapsible(False)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(rest_ms)
        self._resting.timeout.connect(self.rested)
        table.selectionModel().selectionChanged.connect(self._resting.start)

    def kept(self) -> list[int]:
        """Returns the sizes that are to be remembered."""
        if not self._pane.isHidden() and min(self.sizes()) > 0:
            self._kept = self.sizes()
        return self._kept

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Gives a pane that is shown inside the `with` the room that it had before."""
        sizes, hidden = self.kept(), self._pane.isHidden()
        yield
        if hidden and not self._pane.isHidden():
            self.setSizes(sizes)
