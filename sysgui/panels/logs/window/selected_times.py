"""From when to when the selected lines were written, whether these are at hand or not."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from sysgui.panels.logs.page import Page
from sysgui.system.i18n import _

from .asking import Asking
from .log_pane import LogPane

_SECOND = 1_000_000


class SelectedTimes(QObject):
    """Asks for the first and the last selected line.

    Args:
        pane: Shows the log.
        asking: Asks for what is not at hand.

    Signals:
        told: The first second, since 1970, and the first behind the last.
        said: Why there is no such time, translated.
    """

    told = Signal(object, object)
    said = Signal(str)

    def __init__(self, pane: LogPane, asking: Asking) -> None:
        super().__init__(pane)
        self._lines = pane.lines
        self._asking = asking
        self._ends: list[int] = []
        self._found: list[int] = []
        self._asked: dict[str, Any] = {}
        self._poller = asking.further_poller(self)
        self._poller.reading.connect(self._take)

    @Slot()
    def ask(self) -> None:
        """Asks for both; `told` or `said` follows."""
        row, count = self._lines.selected()
        if count < 2:
            self.said.emit(_("Select several lines first: with Shift and a click, or Shift+Down."))
            return
        self._ends, self._found = [row, row + count - 1], []
        self._asked = self._asking.what(row, 1)
        self._ask_next()

    def _ask_next(self) -> None:
        # Of the rows as they were numbered when they were selected.
        asked = {**self._asked, "row": self._ends[len(self._found)]}
        self._poller.ask_once(**asked, seconds=0.0)

    @Slot(object)
    def _take(self, page: Page) -> None:
        self._found += [line.time for line in page.shown[:1]] or [-1]
        if len(self._found) < len(self._ends):
            self._ask_next()
        elif min(self._found) < 0:
            self.said.emit(_("In the selected lines no time is recognised."))
        else:
            self.told.emit(min(self._found) // _SECOND, max(self._found) // _SECOND + 1)
