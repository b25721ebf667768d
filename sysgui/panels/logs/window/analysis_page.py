"""What a log says as a whole, to look at and to take along."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sysgui.panels.logs.analysis.as_csv import csv_text
from sysgui.panels.logs.analysis.as_html import html_text
from sysgui.panels.logs.analysis.as_text import text_lines
from sysgui.panels.logs.analysis.report import Report
from sysgui.panels.logs.analysis.titles import remarks, span
from sysgui.system.i18n import _
from sysgui.system.new_file import NewFile
from sysgui.system.problem import Problem
from sysgui.system.units import percent
from sysgui.ui import theme
from sysgui.ui.card import Muted

from .analysis_tree import AnalysisTree


class AnalysisPage(QWidget):
    """Shows a report.

    Args:
        parent: Owns it.
        zone: In which times are told.

    Attributes:
        tree: The figures.
        report: What is shown.

    Signals:
        left: Somebody wants to see the lines again.
        said: Something for the user, translated; "" takes it back.
    """

    left = Signal()
    said = Signal(str)

    def __init__(self, parent: QWidget, zone: dt.tzinfo) -> None:
        super().__init__(parent)
        self._zone = zone
        self.report = Report()
        self._head = Muted()
        self._head.setWordWrap(True)
        self.export = QPushButton(_("Save…"), self)
        self.export.setToolTip(_("Save the figures as HTML, text, CSV or JSON  Alt+S"))
        self.export.clicked.connect(self._save)
        key = QShortcut(QKeySequence("Alt+S"), self, self.export.click)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.tree = AnalysisTree(self, zone)
        above = QHBoxLayout()
        above.addWidget(self._head, 1)
        above.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP)
        column.addLayout(above)
        column.addWidget(self.tree, 1)
        self.setFocusProxy(self.tree)
        self.show_report(self.report)

    def show_report(self, report: Report) -> None:
        """Shows what is known, and how far the log has been looked through."""
        self.report = report
        self.export.setEnabled(report.settled and report.lines > 0)
        self._head.setText("\n".join(self._told(report)))
        self.tree.show_report(report)

    def _told(self, report: Report) -> list[str]:
        if report.refused:
            return [report.refused]
        if report.settled and not report.lines:
            return [_("No lines, no figures: nothing in this log is asked for by the query.")
                    if report.query else _("This log is empty.")]  # fmt: skip
        said = span(report, self._zone)
        if not report.settled:
            done = percent(round(report.done * 100))
            said = _("{lines}; {done} of the log so far").format(lines=said, done=done)
        return [said, *remarks(report)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _save(self) -> None:
        ways = _ways(self._zone)
        names = {f"{name} (*{ending})": ending for ending, (name, _write) in ways.items()}
        path, chosen = QFileDialog.getSaveFileName(
            self, _("Save the figures"), "analysis.html", ";;".join(names)
        )
        if not path:
            return
        ending = Path(path).suffix if Path(path).suffix in ways else names.get(chosen, ".html")
        target = Path(path) if Path(path).suffix in ways else Path(path + ending)
        try:
            # That another may be replaced was asked only of the name that was chosen.
            with NewFile(str(target), replaces=target == Path(path)) as new:
                with new.writing():
                    new.file.write(ways[ending][1](self.report).encode())
                new.finish()
        except Problem as problem:
            self.said.emit(" ".join(filter(None, (problem.message, problem.hint))))
            return
        self.said.emit(_("Saved as {path}.").format(path=target))


def _ways(zone: dt.tzinfo) -> Mapping[str, tuple[str, Callable[[Report], str]]]:
    """Returns the forms in which figures are saved, by the ending of the file's name."""

    def text(report: Report) -> str:
        return "".join(f"{line}\n" for line in text_lines(report, zone, queries=True))

    return {
        ".html": (_("Page of HTML"), lambda report: html_text(report, zone)),
        ".txt": (_("Text"), text),
        ".csv": (_("Table, CSV"), lambda report: csv_text(report, zone)),
        ".json": ("JSON", lambda report: msgspec.json.encode(report).decode() + "\n"),
    }
