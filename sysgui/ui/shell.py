"""The window: tabs, the panel beside them, the status bar below; it knows panels by manifest only.

Panels are made when they are first shown, but for those that record while they are not.
"""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QKeySequence,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from sysgui.system import units
from sysgui.system.cost import Cost, CostProbe
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.panel import BrokenPanel, Panel
from sysgui.system.problem import Problem
from sysgui.system.reader import Reader
from sysgui.system.settings import Settings
from sysgui.ui import geometry, theme
from sysgui.ui.action_palette import ActionPalette
from sysgui.ui.keys import KeyList
from sysgui.ui.panel import Context, PanelView
from sysgui.ui.panel_stack import PanelStack
from sysgui.ui.poller import Bug, Poller
from sysgui.ui.pollers import Pollers
from sysgui.ui.problems import ProblemBar
from sysgui.ui.rail import Rail

SMALLEST = QSize(760, 480)

# Below this width the tabs are icons alone.
WIDE_FROM = 1200

COST_EVERY = 2.0

# All threads and children have ended after this many seconds, or the process ends without them.
STOP_WITHIN = 0.8


class Shell(QMainWindow):
    """The application's one window.

    Args:
        host: The machine that is shown.
        settings: What is remembered.
        panels: The manifests, in the order of their tabs.
        broken: Panels that could not be imported.
        tempo: How many times faster than usual panels poll.

    Signals:
        figured: The panel that is shown has its first figures.
        ready: The panel that is shown has real data, rates included.
        closing: Everything is about to be stopped.
    """

    figured = Signal()
    ready = Signal()
    closing = Signal()

    def __init__(
        self,
        host: Host,
        settings: Settings,
        panels: Sequence[Panel],
        broken: Sequence[BrokenPanel],
        tempo: float = 1.0,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._panels = list(panels)
        self._pollers = Pollers()
        self._stopped = False
        self._reader = Reader(host.root)
        context = Context(host, self._reader, settings, self, tempo)
        self._rail = Rail(self)
        self._stack = PanelStack(context, self._pollers, self)
        self._problems = ProblemBar(self)
        self._cost = QLabel(self)
        self._state = QLabel(self)
        self._build(host)
        for panel in panels:
            self._add_tab(_(panel.title), panel.icon)
            self._stack.add_panel(panel)
        for failure in broken:
            self._add_tab(failure.name.capitalize(), "mdi6.alert-circle-outline")
            self._stack.add_broken(failure)
        self._make_actions()
        self._rail.chosen.connect(self.show_place)
        self._stack.figured.connect(self.figured)
        self._stack.ready.connect(self.ready)
        self._stack.titled.connect(self._entitle)
        self._own = Poller(self, CostProbe(Host(), os.getpid()), COST_EVERY / tempo)
        self._own.reading.connect(self._show_cost)
        self.watch(self._own)
        for panel in panels:
            if panel.always:
                self._stack.view(panel.name)
        if settings.trouble is not None:
            self._problems.show_problem(settings.trouble)

    def _build(self, host: Host) -> None:
        self._title = _("Sysgui") if host.live else f"{_('Sysgui')} — {host.root}"
        self.setWindowTitle(self._title)
        self.setMinimumSize(SMALLEST)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(self._problems)
        whole = QWidget(self)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(right, 1)
        self.setCentralWidget(whole)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(4 * theme.STEP, 0, 4 * theme.STEP, 0)
        for label in (self._state, self._cost):
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            label.setFont(theme.data_font())
            label.setTextFormat(Qt.TextFormat.PlainText)
        bar.addWidget(self._state)
        bar.addPermanentWidget(self._cost)
        live = _("live") if host.live else _("recorded machine {root}").format(root=host.root)
        self._state.setText(live)
        self._cost.setText(_("this program: –"))  # noqa: RUF001 - the en dash is meant
        self._cost.setToolTip(
            _(
                "CPU of one core and resident memory of this program and its child processes, "
                "as top says: /proc/PID/stat."
            )
        )

    def _add_tab(self, title: str, icon: str) -> None:
        place = self._stack.count()
        key = f"Alt+{place + 1}" if place < 9 else ""
        self._rail.add_tab(title, icon, f"{title}  {key}" if key else title)

    # Actions.

    def _make_actions(self) -> None:
        for place, name in enumerate(self._stack.names):
            title = next((_(p.title) for p in self._panels if p.name == name), name)
            action = self._action(
                _("Show {panel}").format(panel=title), f"Alt+{place + 1}" if place < 9 else ""
            )
            action.setData(place)
            action.triggered.connect(self._show_data)
        for text, key, slot in (
            (_("Next tab"), "Ctrl+Tab", self.show_next),
            (_("Previous tab"), "Ctrl+Shift+Tab", self.show_previous),
            (_("Search in this panel"), "Ctrl+F", self.focus_search),
            (_("Keys of this panel"), "F1", self.show_keys),
            (_("All actions"), "Ctrl+K", self.show_actions),
            (_("Quit"), "Ctrl+Q", self.close),
        ):
            self._action(text, key).triggered.connect(slot)

    def _action(self, text: str, key: str) -> QAction:
        action = QAction(text, self)
        if key:
            action.setShortcut(QKeySequence(key))
        self.addAction(action)
        return action

    @Slot()
    def _show_data(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.show_place(int(action.data()))

    @Slot()
    def show_next(self) -> None:
        """Shows the next tab, after the last the first."""
        self.show_place((self._stack.currentIndex() + 1) % self._stack.count())

    @Slot()
    def show_previous(self) -> None:
        """Shows the tab before, before the first the last."""
        self.show_place((self._stack.currentIndex() - 1) % self._stack.count())

    @Slot()
    def focus_search(self) -> None:
        """Puts the cursor into the search box of the panel that is shown."""
        view = self.current_view
        if view is not None:
            view.focus_search()

    @Slot()
    def show_keys(self) -> None:
        """Lists the keys that work now."""
        view = self.current_view
        panel = view.actions() if view else []
        further = view.further_keys() if view else ()
        KeyList(panel, further, self.actions(), self).exec()

    @Slot()
    def show_actions(self) -> None:
        """Lists every action of every panel, and does the chosen one where it belongs."""
        listed: list[tuple[str, QAction]] = []
        owners: dict[QAction, str] = {}
        for panel in self._panels:
            view = self._stack.view(panel.name)
            for action in view.actions() if view else []:
                listed.append((_(panel.title), action))
                owners[action] = panel.name
        listed += [(_("Sysgui"), action) for action in self.actions()]
        palette = ActionPalette(listed, self)
        palette.exec()
        chosen = palette.chosen
        palette.deleteLater()
        if chosen is not None:
            if chosen in owners:
                self.open(owners[chosen])
            chosen.trigger()

    # Panels.

    @property
    def current_view(self) -> PanelView | None:
        """The panel that is shown, unless it is a broken one."""
        return self._stack.current_view

    def open(self, panel: str, **arguments: Any) -> None:
        """Shows a panel by name; arguments are for the panel.

        Raises:
            KeyError: If there is no such panel.
        """
        if panel not in self._stack.names:
            raise KeyError(panel)
        self.show_place(self._stack.names.index(panel))
        view = self.current_view
        if view is not None and arguments:
            view.open_with(**arguments)

    @Slot(int)
    def show_place(self, place: int) -> None:
        """Shows the panel at a place, made now if it has never been shown."""
        if self._stopped:
            return  # Another start's wish that came with the end: a new panel would never stop.
        name = self._stack.names[place]
        self._stack.view(name)
        self._rail.show_chosen(place)
        self._stack.setCurrentIndex(place)
        self._entitle()
        self._settings.panel = name
        view = self.current_view
        if view is not None and not self._rail.hasFocus():
            view.setFocus()

    @Slot()
    def _entitle(self) -> None:
        """Has the title of the window say what the panel shows, or else which one it is."""
        view = self.current_view
        subject = (view.windowTitle() if view is not None else "") or self._stack.title
        self.setWindowTitle(f"{subject} — {self._title}" if subject else self._title)

    @Slot()
    def come_to_front(self) -> None:
        """Raises the window: another start of the program asked for it."""
        if self._stopped:
            return
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # Own cost, bugs.

    def watch(self, poller: Poller) -> None:
        """Stops this poller with the window."""
        self._pollers.add(poller)

    @Slot(object)
    def _show_cost(self, cost: Cost) -> None:
        self._cost.setText(
            _("this program: {cpu} CPU · {memory}").format(
                cpu=units.percent(cost.cpu), memory=units.size(cost.rss)
            )
        )

    @Slot(object)
    def show_bug(self, bug: Bug) -> None:
        """Shows an unexpected exception as a bug, with a report to copy."""
        self._problems.show_bug(bug)

    # Geometry.

    def restore_geometry(self, size: QSize | None = None) -> None:
        """Takes this size, or the size and place of the last time."""
        geometry.restore(self, self._settings.geometry, size)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rail.set_wide(wide=event.size().width() >= WIDE_FROM)

    # Seen or not: a window that is minimised or on another workspace asks nothing.

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.WinIdChange and self.windowHandle() is not None:
            self.windowHandle().installEventFilter(self)
        return handled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.windowHandle() and event.type() in (
            QEvent.Type.Expose,
            QEvent.Type.Hide,
            QEvent.Type.WindowStateChange,
        ):
            QTimer.singleShot(0, self, self._look_whether_seen)
        return super().eventFilter(watched, event)

    @Slot()
    def _look_whether_seen(self) -> None:
        handle = self.windowHandle()
        seen = (
            handle is not None
            and handle.isExposed()
            and not self.windowState() & Qt.WindowState.WindowMinimized
        )
        view = self.current_view
        if view is not None:
            view.set_watched(seen and view.isVisible())
        if self._stopped:
            return
        if seen:
            self._own.start()
        else:
            self._own.pause()

    # The end.

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    @Slot()
    def stop(self) -> bool:
        """Saves the settings and stops every thread and child; False if one would not stop."""
        if self._stopped:
            return True
        self._stopped = True
        self.closing.emit()
        self._save()
        self._reader.stop()
        self.stuck = not self._pollers.stop(STOP_WITHIN)
        return not self.stuck

    stuck = False

    def _save(self) -> None:
        self._stack.save_settings()
        self._settings.geometry = geometry.taken(self)
        self.save_settings()

    def save_settings(self) -> bool:
        """Writes the settings; what goes wrong is shown, and said on standard error."""
        try:
            self._settings.save()
        except Problem as problem:
            self._problems.show_problem(problem)
            # A window that closes shows it to nobody.
            with contextlib.suppress(OSError):
                sys.stderr.write(f"sysgui: {problem}\n")
            return False
        return True
