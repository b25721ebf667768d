"""What every panel's view is: a widget with polls, actions, a search box and a problem bar."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sysgui.system.host import Host
from sysgui.system.panel import Probe
from sysgui.system.problem import Problem
from sysgui.system.reader import Reader
from sysgui.system.settings import Settings
from sysgui.ui import theme
from sysgui.ui.poller import Bug, Poller
from sysgui.ui.problems import ProblemBar


class Shell(Protocol):
    """What a panel may ask of the window around it."""

    def open(self, panel: str, **arguments: Any) -> None:
        """Shows another panel by name, with arguments that it understands."""
        ...

    def watch(self, poller: Poller) -> None:
        """Takes a poller into its care: it is stopped with the window."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What the application gives to every panel.

    Attributes:
        host: The machine that is shown.
        reader: The child process for heavy readings.
        settings: What is remembered.
        shell: The window around the panel.
        tempo: How many times faster than usual it polls; 1 but in soak tests.
    """

    host: Host
    reader: Reader
    settings: Settings
    shell: Shell
    tempo: float = 1.0


class PanelView(QWidget):
    """The base of all panels' views; what one of many things it shows is its window title.

    Args:
        context: What the application gives.

    Signals:
        figured: The first real figures are shown, rates not yet.
        ready: Real data is shown, rates included.
    """

    figured = Signal()
    ready = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.problems = ProblemBar(self)
        self.search: QLineEdit | None = None
        self._pollers: list[Poller] = []
        self._watched = False
        self._painted = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(
            5 * theme.STEP, 3 * theme.STEP, 5 * theme.STEP, 3 * theme.STEP
        )
        self._column.setSpacing(3 * theme.STEP)
        # At the bottom: whatever it says, nothing above it moves from under the pointer.
        self._column.addWidget(self.problems)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Puts a widget beneath the others."""
        self._column.insertWidget(self._column.count() - 1, widget, stretch)

    def open_with(self, **arguments: Any) -> None:
        """Shows what another panel, or the command line, asked for."""

    def save_settings(self) -> None:
        """Puts what is to be remembered into the settings; the window saves them."""

    # Polls.

    def poll(
        self,
        probe: Probe,
        every: float,
        then: Callable[[Any], None],
        *,
        always: bool = False,
    ) -> Poller:
        """Reads `probe` while the panel is watched, and hands each reading to `then`.

        Args:
            probe: Read in a thread of its own.
            every: Seconds.
            then: A slot of this view.
            always: Whether it goes on while nobody looks.
        """
        poller = Poller(self, probe, every / self.context.tempo)
        poller.reading.connect(then)
        poller.reading.connect(self._works_again)
        poller.problem.connect(self._show_problem)
        poller.bug.connect(self.show_bug)
        self.context.shell.watch(poller)
        if always:
            poller.start()
        else:
            self._pollers.append(poller)
            if self._watched:
                poller.start()
        return poller

    def set_watched(self, watched: bool) -> None:
        """Tells whether somebody can see the panel: its polls run only then."""
        if watched == self._watched:
            return
        self._watched = watched
        for poller in self._pollers:
            if watched:
                poller.start()
            else:
                poller.pause()

    @property
    def watched(self) -> bool:
        """Whether somebody can see the panel."""
        return self._watched

    @Slot(object)
    def _works_again(self, _reading: object) -> None:
        self.problems.clear(self.sender())

    @Slot(object)
    def _show_problem(self, problem: Problem) -> None:
        if self.tells(problem):
            self.problems.show_problem(problem, self.sender())

    def tells(self, problem: Problem) -> bool:
        """Whether a problem of a poll stands in the bar; not where the panel says it otherwise."""
        return True

    @Slot(object)
    def show_bug(self, bug: Bug) -> None:
        """Shows an unexpected exception, of a poll or of whoever else works for the panel."""
        self.problems.show_bug(bug, self.sender())

    # What may wait.

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.complete)

    @Slot()
    def complete(self) -> None:
        """Makes what is dear and can wait, such as graphs; called after the first paint."""

    # Actions.

    def action(
        self, text: str, slot: Callable[[], None], shortcut: str = "", tip: str = ""
    ) -> QAction:
        """Makes an action of this panel: in the palette, in the list of keys, on its shortcut.

        Args:
            text: What it does, translated.
            slot: Does it.
            shortcut: Its key, in Qt's portable form, such as `Ctrl+T`.
            tip: Why one would, translated.

        Raises:
            ValueError: If another action has that key: Qt would do neither.
        """
        made = QAction(text, self)
        if shortcut:
            key = QKeySequence(shortcut)
            if any(key == action.shortcut() for action in self.actions()):
                raise ValueError(f"two actions have the key {shortcut}")
            made.setShortcut(key)
        if tip:
            made.setToolTip(tip)
            made.setStatusTip(tip)
        made.triggered.connect(slot)
        self.addAction(made)
        return made

    def further_keys(self) -> Sequence[tuple[str, str]]:
        """Returns keys that are no actions, and what they do, translated, for the list of keys."""
        return ()

    def focus_search(self) -> None:
        """Puts the cursor into the search box, if there is one."""
        if self.search is not None:
            self.search.setFocus()
            self.search.selectAll()

    # Seen or not.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.set_watched(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.set_watched(False)
