"""Opens all of a line that is cut where it is shown among others, and saves it."""

from typing import Any

from PySide6.QtCore import QObject, Slot

from sysgui.panels.logs.page import Page
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.units import count
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .asking import Asking
from .log_pane import LogPane
from .whole_line_window import SHOWN, WholeLineWindow


class WholeLines(QObject):
    """Shows lines as a whole, one at a time.

    Args:
        view: Owns it; its action is the panel's.
        pane: Shows the lines.
        asking: Asks for them.

    Attributes:
        action: Shows the current line.
    """

    def __init__(self, view: PanelView, pane: LogPane, asking: Asking) -> None:
        super().__init__(view)
        self._view = view
        self._lines = pane.lines
        self._asking = asking
        self._window: WholeLineWindow | None = None
        self._asked: dict[str, Any] = {}
        self._poller: Poller = asking.further_poller(self)
        self._poller.reading.connect(self._take)
        self._poller.problem.connect(self._take_problem)
        self.action = view.action(_("Show all of the line"), self.show_current, "Ctrl+Return")

    @Slot()
    def show_current(self) -> None:
        """Opens the current line."""
        row, number = self._lines.selected()
        if not number or self._lines.current is None:
            return
        row = self._lines.current_row
        self._asked = self._asking.what(row, 1)
        if not self._poller.ask_once(**self._asked, cut=SHOWN, seconds=0.0):
            return  # One is on its way.
        self._window = WholeLineWindow(self._view)
        self._window.saved.connect(self._save)
        self._window.destroyed.connect(self._forget)
        self._window.show()

    @Slot(object)
    def _take(self, page: Page) -> None:
        if self._window is None:
            return
        if page.saved >= 0:
            told = _("{n} bytes were written.")
            self._window.tell(told.format(n=count(page.saved)))
        elif page.shown:
            self._window.show_line(page.shown[0])
        else:
            self._window.tell(_("The line is not there any more."))

    @Slot(object)
    def _take_problem(self, problem: Problem) -> None:
        if self._window is not None:
            self._window.tell("\n".join(filter(None, (problem.message, problem.hint))))

    @Slot(str)
    def _save(self, path: str) -> None:
        if self._window is not None:
            self._window.tell(_("The line is being written…"))
            self._poller.ask_once(**self._asked, cut=0, seconds=0.0, save=path)

    @Slot()
    def _forget(self) -> None:
        self._window = None
