"""Stands in for a panel that cannot be loaded."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from sysgui.system.i18n import _
from sysgui.system.panel import BrokenPanel
from sysgui.ui import theme
from sysgui.ui.poller import Bug
from sysgui.ui.problems import report_of


class BrokenView(QWidget):
    """Says that the panel is broken, and has the report to copy.

    Args:
        broken: What happened.
    """

    def __init__(self, broken: BrokenPanel) -> None:
        super().__init__()
        self._bug = Bug(broken.report.strip().splitlines()[-1], broken.report)
        text = QLabel(
            _("The panel “{name}” cannot be loaded. The others work.").format(name=broken.name)
        )
        text.setFont(theme.title_font())
        text.setWordWrap(True)
        report = QLabel(self._bug.report)
        report.setFont(theme.report_font())
        report.setTextFormat(Qt.TextFormat.PlainText)
        report.setWordWrap(True)
        report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = QPushButton(_("Copy report"))
        copy.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[6 * theme.STEP] * 4)
        column.addWidget(text)
        column.addWidget(report)
        column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(report_of(self._bug))
