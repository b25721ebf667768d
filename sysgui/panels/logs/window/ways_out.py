"""Leads from a line to other panels, and to what the journal's catalogue says of it."""

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from sysgui.panels.logs.journal.explained import Explanation
from sysgui.panels.logs.journal.source import is_journal
from sysgui.panels.logs.leads import Lead, overview_lead, process_lead, unit_lead
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.merged.identities import own_identity
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.system.query_values import shortened
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .asking import Asking
from .explanation import ExplanationWindow
from .log_pane import LogPane


class WaysOut(QObject):
    """Adds to the menu of a line what it leads to outside of its log.

    Args:
        view: Owns it; its actions are the panel's.
        pane: Shows the lines.
        asking: Knows which log it is.
    """

    def __init__(self, view: PanelView, pane: LogPane, asking: Asking) -> None:
        super().__init__(view)
        self._view = view
        self._lines = pane.lines
        self._asking = asking
        self._window: ExplanationWindow | None = None
        self._poller: Poller = asking.further_poller(self, "logs.explained", Explanation)
        self._poller.reading.connect(self._take)
        self._poller.problem.connect(self._take_problem)
        self._in_overview = view.action(
            _("Show the time of the line in Overview"), self._show_in_overview
        )

    def fill(self, menu: QMenu, line: Line) -> None:
        """Adds to a menu where a line leads."""
        host, shell = self._view.context.host, self._view.context.shell
        menu.setToolTipsVisible(True)
        unit = unit_lead(line)
        text = _("Show {name} in Services").format(name=shortened(printable_text(str(unit.to))))
        _offer(menu, text, unit, lambda: shell.open("services", unit=unit.to))
        process = process_lead(line, host)
        _offer(
            menu,
            _("Show its process in Processes"),
            process,
            lambda: shell.open("processes", key=process.to),
        )
        moment = overview_lead(line, host)
        _offer(
            menu, _("Show its time in Overview"), moment,
            lambda: shell.open("overview", around=moment.to),
        )  # fmt: skip
        journal, identity = self._journal_of(line)
        if journal:
            explain = functools.partial(self._explain, journal, identity)
            menu.addAction(_("Explain it from the journal's catalogue…"), explain)

    @Slot()
    def _show_in_overview(self) -> None:
        line = self._lines.current
        lead = overview_lead(line, self._view.context.host) if line is not None else Lead()
        if lead.to is not None:
            self._view.context.shell.open("overview", around=lead.to)
        else:
            self._asking.said.emit(lead.why or _("Choose a line that says when it was written."))

    def _journal_of(self, line: Line) -> tuple[str, int]:
        """Returns the journal that a line is of, and its identity there; "" if it is of none."""
        page = self._asking.page
        if page is not None and page.sources:
            path = page.sources[line.source].path
            return (path, own_identity(line)) if is_journal(path) else ("", 0)
        return (self._asking.path, line.offset) if is_journal(self._asking.path) else ("", 0)

    def _explain(self, journal: str, identity: int) -> None:
        if not self._poller.ask_once(source=journal, offset=identity):
            return  # One is on its way.
        self._window = ExplanationWindow(self._view)
        self._window.destroyed.connect(self._forget)
        self._window.show()

    @Slot(object)
    def _take(self, explanation: Explanation) -> None:
        if self._window is not None:
            self._window.show_explanation(explanation)

    @Slot(object)
    def _take_problem(self, problem: Problem) -> None:
        if self._window is not None:
            self._window.tell("\n".join(filter(None, (problem.message, problem.hint))))

    @Slot()
    def _forget(self) -> None:
        self._window = None


def _offer(menu: QMenu, text: str, lead: Lead, go: Callable[[], None]) -> None:
    """Adds a way, or says why it leads nowhere; nothing where nobody would expect one."""
    if lead.to is None and not lead.why:
        return
    # A menu takes what follows an ampersand for a key.
    action = menu.addAction(text.replace("&", "&&"), go)
    action.setEnabled(lead.to is not None)
    action.setToolTip(lead.why)
