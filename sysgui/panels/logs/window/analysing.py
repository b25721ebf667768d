"""The lines of a log make room for what it says as a whole, and come back."""

from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from sysgui.panels.logs.analysis.report import Report
from sysgui.panels.logs.sought import LINE
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.reader import GONE, Reader
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .analysis_page import AnalysisPage
from .analysis_tree import Lead
from .asking import Asking
from .log_pane import LogPane
from .selected_times import SelectedTimes
from .within import query_within

# How often it is asked how far the analysis has come, in seconds.
EVERY = 0.3


class Analysing(QObject):
    """Asks for the analysis of the log that is read, while it is shown.

    Args:
        view: Owns it.
        pane: Shows the log.
        asking: Knows which log that is, and where in it one is.

    Attributes:
        page: Shows the analysis.
        of_selected: The action that analyses what was written in the time of the selected lines.

    Signals:
        said: Something for the user, translated; "" takes it back.
    """

    said = Signal(str)

    def __init__(self, view: PanelView, pane: LogPane, asking: Asking) -> None:
        super().__init__(view)
        self._pane, self._asking = pane, asking
        self._turn = 0
        self.page = AnalysisPage(pane, pane.zone)
        pane.stack.addWidget(self.page)
        # A child of its own: lines are shown at once, however much is being counted.
        reader = Reader(view.context.host.root)
        self._poller = Poller(self, reader.probe("logs.analysis", Report), EVERY, reader.stop)
        self._poller.with_arguments(self._arguments)
        self._poller.reading.connect(self._take_report)
        self._poller.problem.connect(self._take_problem)
        self._poller.bug.connect(view.show_bug)
        view.context.shell.watch(self._poller)
        pane.analyse.toggled.connect(self._show)
        pane.show_edit.asked.connect(self.again)
        pane.older.toggled.connect(self.again)
        asking.opened.connect(self.again)
        asking.shown.connect(self._take_context)
        self.page.left.connect(self._leave)
        self.page.said.connect(self.said)
        self.page.tree.chosen.connect(self._lead)
        view.action(_("Analyse the log, or show its lines"), pane.analyse.toggle, "Alt+A")
        self._times = SelectedTimes(pane, asking)
        self._times.told.connect(self._show_within)
        self._times.said.connect(self.said)
        self.of_selected = view.action(
            _("Analyse from the first to the last selected line"), self._times.ask, "Alt+Shift+A"
        )

    def set_watched(self, watched: bool) -> None:
        """Counts only while somebody looks."""
        if watched and self._pane.analyse.isChecked():
            self.again()
        elif not watched:
            self._poller.pause()

    @Slot()
    def again(self) -> None:
        """Begins anew, if the analysis is shown: another log or other lines of it are meant."""
        if not self._pane.analyse.isChecked():
            return
        self._turn += 1
        self.page.show_report(Report(done=0.0))
        self._poller.start()
        self._poller.ask_now()

    def _arguments(self) -> dict[str, Any]:
        return {
            "source": self._asking.source or self._asking.path,
            "query": self._pane.show_edit.text(),
            "older": self._asking.older,
            "turn": self._turn,
        }

    @Slot(bool)
    def _show(self, wanted: bool) -> None:
        self.said.emit("")
        if wanted:
            self._pane.stack.setCurrentWidget(self.page)
            self.again()
            self.page.setFocus()
        else:
            self._poller.pause()
            self._pane.stack.setCurrentIndex(0)
            self._pane.lines.setFocus()

    @Slot(object, object)
    def _show_within(self, begin: int, end: int) -> None:
        edit = self._pane.show_edit
        edit.setText(query_within(edit.text(), begin, end, self._pane.zone))
        self._pane.analyse.setChecked(True)

    @Slot()
    def _leave(self) -> None:
        self._pane.analyse.setChecked(False)

    @Slot(object)
    def _lead(self, lead: Lead) -> None:
        """Shows the lines behind a figure."""
        self._leave()
        if lead.query:
            self._pane.show_edit.setText(lead.query)
        else:
            self._asking.go_to(LINE, lead.offset)

    @Slot(object)
    def _take_report(self, report: Report) -> None:
        asked = self._arguments()
        if (report.source, report.query) != (asked["source"], asked["query"]):
            return  # It was asked before something else was wanted.
        if report.settled:
            self._poller.pause()
        self.page.show_report(msgspec.structs.replace(report, context=self._asking.context))

    @Slot()
    def _take_context(self) -> None:
        """Says what the figures do not count, if other lines are shown around those asked for."""
        report = self.page.report
        if report.context != self._asking.context:
            self.page.show_report(msgspec.structs.replace(report, context=self._asking.context))

    @Slot(object)
    def _take_problem(self, problem: Problem) -> None:
        if problem.code == GONE:
            return  # Another child is started with the next question.
        self._poller.pause()
        self.page.show_report(
            Report(done=1.0, refused=f"{problem.message}\n{problem.hint}".strip())
        )
