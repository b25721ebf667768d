"""Asks for a time to go to, and says meanwhile how what is typed is understood."""

import datetime as dt

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from sysgui.panels.logs.formats.moments import moment
from sysgui.panels.logs.formats.zones import Zone
from sysgui.panels.logs.times_shown import clock
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted


class TimeDialog(QDialog):
    """Asks for a time.

    Args:
        host: The machine.
        zone: In which the log's times are meant.
        parent: The panel.

    Signals:
        given: The time, in microseconds since 1970.
    """

    given = Signal(object)

    def __init__(self, host: Host, zone: dt.tzinfo, parent: QWidget) -> None:
        super().__init__(parent)
        self._host, self._zone = host, zone
        self._time: int | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Go to a time"))
        self._edit = QLineEdit(self)
        self._edit.setAccessibleName(_("Time"))
        self._edit.setPlaceholderText(_("10:31   yesterday 14:00   -2h   2026-11-27T08:00"))
        self._edit.setMinimumWidth(90 * theme.STEP)
        self._meant = Muted()
        self._meant.setMinimumHeight(self._meant.fontMetrics().height())
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._go = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._go.setText(_("Go there"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._edit)
        column.addWidget(self._meant)
        column.addWidget(buttons)
        self._edit.textChanged.connect(self._understand)
        self._understand("")

    @Slot(str)
    def _understand(self, typed: str) -> None:
        named = moment(typed, Zone(self._zone), self._host.now())
        self._time = named.begin if named is not None else None
        self._go.setEnabled(named is not None)
        if named is not None:
            self._meant.setText(clock(named.begin, self._zone))
        elif typed.strip():
            self._meant.setText(_("That is no time that is understood."))
        else:
            self._meant.clear()

    def accept(self) -> None:
        """Goes there, if it is known where."""
        if self._time is not None:
            super().accept()
            self.given.emit(self._time)
