"""The panels, of which one is shown: each is made when it is first asked for, and may be broken."""

import traceback

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from sysgui.system.i18n import _
from sysgui.system.panel import BrokenPanel, Panel
from sysgui.ui.broken import BrokenView
from sysgui.ui.panel import Context, PanelView
from sysgui.ui.pollers import Pollers


class PanelStack(QStackedWidget):
    """Makes the views of panels, and has one that cannot be made say so in its place.

    Args:
        context: What every panel is given.
        pollers: Those of the window, the panels' among them.
        parent: Owns the stack.

    Attributes:
        names: The panels in the order of their places.
        views: Those that have been made, by name; None is one that could not be.

    Signals:
        figured: The panel that is shown has its first figures.
        ready: The panel that is shown has real data, rates included.
        titled: A panel shows something else: its view's window title says what.
    """

    figured = Signal()
    ready = Signal()
    titled = Signal()

    def __init__(self, context: Context, pollers: Pollers, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._pollers = pollers
        self._panels: dict[str, Panel] = {}
        self.names: list[str] = []
        self.views: dict[str, PanelView | None] = {}

    def add_panel(self, panel: Panel) -> None:
        """Adds the place of a panel after the others."""
        self.names.append(panel.name)
        self._panels[panel.name] = panel
        self.addWidget(QWidget())

    def add_broken(self, failure: BrokenPanel) -> None:
        """Adds a panel that could not be imported."""
        self.names.append(failure.name)
        self.addWidget(BrokenView(failure))

    @property
    def current_view(self) -> PanelView | None:
        """The panel that is shown, unless it is a broken one."""
        return self.views.get(self.names[self.currentIndex()])

    @property
    def title(self) -> str:
        """That of the panel that is shown, translated; "" of a broken one."""
        panel = self._panels.get(self.names[self.currentIndex()])
        return _(panel.title) if panel is not None else ""

    def view(self, name: str) -> PanelView | None:
        """Returns a panel's view, made now if it has never been asked for; None if it is broken."""
        if name in self.views:
            return self.views[name]
        panel = self._panels.get(name)
        if panel is None:
            return None
        others = len(self._pollers)
        try:
            view: PanelView = panel.view()(self._context)
        except Exception:  # noqa: BLE001 - whatever is wrong with one panel, the others go on
            self.views[name] = None
            self._pollers.bereave(others, self)
            self._replace(name, BrokenView(BrokenPanel(name, traceback.format_exc())))
            return None
        view.setObjectName(name)
        view.figured.connect(self._panel_figured)
        view.ready.connect(self._panel_ready)
        view.windowTitleChanged.connect(self.titled)
        self.views[name] = view
        self._replace(name, view)
        return view

    def _replace(self, name: str, widget: QWidget) -> None:
        place = self.names.index(name)
        shown = self.currentIndex()
        old = self.widget(place)
        self.insertWidget(place, widget)
        if old is not None:
            self.removeWidget(old)
            old.deleteLater()
        self.setCurrentIndex(shown)

    @Slot()
    def _panel_figured(self) -> None:
        if self.sender() is self.current_view:
            self.figured.emit()

    @Slot()
    def _panel_ready(self) -> None:
        if self.sender() is self.current_view:
            self.ready.emit()

    def save_settings(self) -> None:
        """Has every panel put what it remembers into the settings."""
        for view in self.views.values():
            if view is not None:
                view.save_settings()
