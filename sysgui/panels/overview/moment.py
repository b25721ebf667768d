"""The moment that is marked in all graphs, and the way from one to the log lines around it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu

from sysgui.system.i18n import _
from sysgui.ui.panel import PanelView


class Moment(QObject):
    """Marks a moment, and leads on from the one that is pointed at.

    Args:
        view: Owns it; its actions are the panel's.
        now: Returns when the newest sample was taken, in seconds since 1970; None before the first.
        pointed: Returns the age that all figures are of, in negative seconds; None is now.

    Signals:
        changed: Another moment is marked, or none.
    """

    changed = Signal()

    def __init__(
        self, view: PanelView, now: Callable[[], float | None], pointed: Callable[[], float | None]
    ) -> None:
        super().__init__(view)
        self._view = view
        self._now = now
        self._pointed = pointed
        self._marked: float | None = None
        view.action(
            _("Show the log lines around this moment"),
            self._open_logs,
            "Ctrl+L",
            _("Of the moment that is pointed at, or marked; else of now"),
        )

    @property
    def age(self) -> float | None:
        """How old the marked moment is, in negative seconds; None if none is marked."""
        now = self._now()
        return None if now is None or self._marked is None else min(0.0, self._marked - now)

    def mark(self, moment: float | None) -> None:
        """Marks a moment, in seconds since 1970, or none."""
        self._marked = moment
        self.changed.emit()

    @Slot(object, QPoint)
    def open_menu(self, age: float, place: QPoint) -> None:
        """Opens the menu of a moment at a place on the screen."""
        now = self._now()
        if now is None:
            return
        # What is chosen a while later is still of the moment that was pointed at.
        moment = now + age
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Log lines around this moment"), lambda: self._lead(moment))
        if self._marked is not None:
            menu.addAction(_("Forget the marked moment"), lambda: self.mark(None))
        menu.popup(place)

    @Slot()
    def _open_logs(self) -> None:
        now = self._now()
        if now is not None:
            self._lead(now + (self._pointed() or 0.0))

    def _lead(self, moment: float) -> None:
        self._view.context.shell.open("logs", around=moment)
