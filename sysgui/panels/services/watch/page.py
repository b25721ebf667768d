"""The page of one service: how it is watched, how it is, and what became of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sysgui.panels.services.units import SYSTEM, Unit
from sysgui.system.i18n import _, ngettext
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted

from .axis import moment
from .follow import History
from .form import senseless
from .watches import Watch, Watches
from .words import color_of, how, meaning, signed

if TYPE_CHECKING:
    from .events import Events


class WatchPage(QWidget):
    """Shows it, and offers to change it.

    Args:
        now: Returns the time of day, in seconds since 1970.

    Signals:
        asked: The unit that is to be watched, or watched otherwise.
        end_asked: The unit whose watch is to end.
        all_asked: All watched services are to be shown.
        seen: Whether it is seen now: only then its journal is read.
    """

    asked = Signal(object)
    end_asked = Signal(object)
    all_asked = Signal()
    seen = Signal()

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._unit: Unit | None = None
        self._watches: dict[str, Watch] = {}
        self._watch: Watch | None = None
        self._history: History | None = None
        self._state = QLabel()
        self._state.setFont(theme.strong_font())
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setWordWrap(True)
        self._how = Muted()
        self._how.setWordWrap(True)
        self._set = QPushButton()
        self._end = QPushButton(_("End the watch…"))
        self._all = QPushButton(_("All watched…"))
        self._all.setToolTip(_("All watched services, and how mail stands"))
        self._set.clicked.connect(lambda: self.asked.emit(self._unit))
        self._end.clicked.connect(lambda: self.end_asked.emit(self._unit))
        self._all.clicked.connect(self.all_asked)
        self._now = now
        # Made when it is first seen: nobody is to wait for it before the first rows.
        self._events: Events | None = None
        buttons = QHBoxLayout()
        for button in (self._set, self._end, self._all):
            buttons.addWidget(button)
        buttons.addStretch()
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * theme.STEP, 0, 0)
        column.setSpacing(2 * theme.STEP)
        column.addWidget(self._state)
        column.addWidget(self._how)
        column.addLayout(buttons)
        column.addStretch()
        self.setFocusProxy(self._set)
        self._show()

    # What it shows.

    def choose(self, unit: Unit | None) -> None:
        """Shows another unit from now on, or none."""
        self._unit = unit
        self._find()

    def take_watches(self, watches: Watches) -> None:
        """Takes what is watched."""
        self._watches = {watch.unit: watch for watch in watches.watches}
        self._find()

    def _find(self) -> None:
        unit = self._unit
        name = unit.name if unit is not None and unit.scope == SYSTEM else ""
        self._watch = self._watches.get(name)
        self._show()

    def take_history(self, history: History) -> None:
        """Takes what became of all services."""
        self._history = history
        self._show_events()

    def _show(self) -> None:
        unit, watch = self._unit, self._watch
        why = senseless(unit) if unit is not None else ""
        if watch is not None:
            if _is_behind(watch, unit):
                self._state.setText(_("It does not run now: the next look will say more."))
            else:
                self._state.setText(_state_of(watch))
            self._how.setText(_about(watch, unit))
        else:
            self._state.setText(_("It cannot be watched.") if why else _("It is not watched."))
            self._how.setText(why or _about_none())
        self._how.setToolTip(plain.tip(self._how.text()))
        self._color_state()
        self._set.setText(_("Change it…") if watch is not None else _("Watch it…"))
        self._set.setAccessibleName(self._set.text())
        self._set.setVisible(not why)
        self._end.setVisible(watch is not None)
        self._show_events()

    def _color_state(self) -> None:
        known = self._watch is not None and not _is_behind(self._watch, self._unit)
        token = color_of(self._watch.state) if self._watch is not None and known else "text"
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.tokens().color(token))
        self._state.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        """Writes the state in the colours of another theme."""
        super().changeEvent(event)
        if theme.is_palette_change(event):
            self._color_state()

    def _make_events(self) -> None:
        from .events import Events

        self._events = Events(_("What became of it"), self._now)
        self._column.insertWidget(self._column.count() - 1, self._events, 1)
        self._show_events()

    def _show_events(self) -> None:
        if self._events is None:
            return
        name = self._unit.name if self._unit is not None else ""
        history = self._history
        known = history is not None and any(event.unit == name for event in history.events)
        # Of what was never watched there is nothing to be told.
        self._events.setVisible(self._watch is not None or known)
        self._events.show_history(history, [name])

    # Whether anybody looks.

    def showEvent(self, event: QShowEvent) -> None:
        """Says that it is seen."""
        super().showEvent(event)
        if self._events is None:
            self._make_events()
        self.seen.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Says that it is seen no more."""
        super().hideEvent(event)
        self.seen.emit()


def _state_of(watch: Watch) -> str:
    text = signed(watch.state)
    if watch.since:
        text = _("{state}, since {time}").format(state=text, time=moment(watch.since))
    if watch.failures:
        failures = ngettext("{n} failure so far", "{n} failures so far", watch.failures)
        text = f"{text} · {failures.format(n=watch.failures)}"
    return text


def _is_behind(watch: Watch, unit: Unit | None) -> bool:
    """Tells whether the unit has stopped since it was found well: it is looked at once a minute."""
    return watch.state == "fine" and unit is not None and unit.active == "inactive"


def _about(watch: Watch, unit: Unit | None) -> str:
    said = _("How it is watched: {how}.").format(how=how(watch))
    return said if _is_behind(watch, unit) else f"{meaning(watch.state)} {said}"


def _about_none() -> str:
    return _(
        "A watch has systemd start a service again when it fails, waiting longer each time, and "
        "tells you once of each change: by mail, on your desktop, and in the journal."
    )
