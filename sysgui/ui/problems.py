"""What went wrong, shown where it happened: a bar in the panel, never a dialog from nowhere."""

import platform

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sysgui import __version__
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.ui import icons, theme
from sysgui.ui.poller import Bug


class ProblemBar(QWidget):
    """One line that says what is wrong and what to do; hidden while nothing is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._token = "attention"
        self._report = ""
        self._source: QObject | None = None
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._copy = QPushButton(_("Copy report"), self)
        self._copy.clicked.connect(self._copy_report)
        self._dismiss = QPushButton(_("Dismiss"), self)
        self._dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(11 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP, 2 * theme.STEP)
        row.addWidget(self._text)
        row.addWidget(self._copy)
        row.addWidget(self._dismiss)
        self.hide()

    def show_problem(self, problem: Problem, source: QObject | None = None) -> None:
        """Shows a problem; `source` may take it back by `clear`."""
        self._show("attention", str(problem), "", source)

    def show_bug(self, bug: Bug, source: QObject | None = None) -> None:
        """Shows an unexpected exception as what it is, with a report to copy."""
        text = _("This is a bug in Sysgui: {summary}. The rest goes on working.")
        self._show("wrong", text.format(summary=bug.summary), report_of(bug), source)

    def clear(self, source: QObject) -> None:
        """Takes back what `source` had shown: it works again."""
        if self._source is source:
            self._source = None
            self.hide()

    def _show(self, token: str, text: str, report: str, source: QObject | None) -> None:
        self._token, self._report, self._source = token, report, source
        self._text.setText(text)
        self._copy.setText(_("Copy report"))
        self._copy.setVisible(bool(report))
        self.setAccessibleName(text)
        self.show()
        self.update()

    @Slot()
    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self._copy.setText(_("Copied"))

    def sizeHint(self) -> QSize:
        return QSize(200, max(super().sizeHint().height(), 10 * theme.STEP))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.fillRect(self.rect(), tokens.color("card"))
        painter.fillRect(QRect(0, 0, theme.STEP, self.height()), tokens.color(self._token))
        side = 5 * theme.STEP
        place = QRect(3 * theme.STEP, (self.height() - side) // 2, side, side)
        icons.paint(painter, place, "mdi6.alert-circle-outline", tokens.color(self._token))


def report_of(bug: Bug) -> str:
    """Returns what a developer needs to know of a bug, and nothing of the user's data."""
    import PySide6

    return (
        f"Sysgui {__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
        f"Linux {platform.release()}, {QGuiApplication.platformName()}\n\n{bug.report}"
    )


class BugChannel(QObject):
    """Where unexpected exceptions of any thread come together on their way to the window."""

    happened = Signal(object)
