"""What can be done to processes from the window: signals and nice, on what was chosen."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from sysgui.system.elevation import MOST_TARGETS, Order, require_helper
from sysgui.system.host import Host
from sysgui.system.i18n import _, ngettext
from sysgui.system.problem import Problem
from sysgui.system.processes import Process
from sysgui.ui.confirm import confirm

from .handle import ProcessHandle


@dataclass(frozen=True)
class Hands:
    """What an action works with.

    Attributes:
        parent: The panel, over which dialogs open.
        fail: Takes a `Problem` to show.
        done: Is called after something was done.
        elevate: Has an order carried out as root, and says meanwhile what it is about.
    """

    parent: QWidget
    fail: Callable[[Problem], None]
    done: Callable[[], None]
    elevate: Callable[[Order, str], None]


def is_own(host: Host, process: Process) -> bool:
    """Tells whether the user may act on a process without being root: one's own, or as root any."""
    return host.uid() in (0, process.uid)


def refusal(host: Host, process: Process) -> str:
    """Returns why nothing can be done to a process from here, translated; "" if it can."""
    if is_own(host, process):
        return ""
    try:
        require_helper(host)
    except Problem as problem:
        return _("Others' processes: {why}").format(why=problem.message)
    return ""


class Chosen(QObject):
    """Processes bound at the moment they were chosen, and what may be done to them.

    Args:
        host: The machine.
        processes: As they were seen when the menu opened.
        hands: What to work with.

    Attributes:
        handles: Those that still lived.
        refusal: Why nothing can be done to them, translated; "" if it can.
    """

    def __init__(self, host: Host, processes: Sequence[Process], hands: Hands) -> None:
        super().__init__(hands.parent)
        self._hands = hands
        self.handles: list[ProcessHandle] = []
        for process in processes:
            try:
                self.handles.append(ProcessHandle(host, process))
            except Problem as problem:
                hands.fail(problem)
        chosen = [handle.process for handle in self.handles]
        self._own = all(is_own(host, process) for process in chosen)
        self.refusal = next(filter(None, (refusal(host, process) for process in chosen)), "")

    @property
    def name(self) -> str:
        """What a button calls them: the name of one, the number of several."""
        if len(self.handles) == 1:
            return self.handles[0].process.name
        count = len(self.handles)
        return ngettext("{count} process", "{count} processes", count).format(count=count)

    def fill(self, menu: QMenu) -> None:
        """Adds the actions to a menu; what cannot be done is there, and it says why."""
        for text, slot in (
            (_("End {name}…"), self.end),
            (_("Kill {name}…"), self.kill),
            (_("Stop {name}"), self.stop),
            (_("Continue {name}"), self.resume),
            (_("Nice value of {name}…"), self.renice),
        ):
            # An ampersand in a process's name is no keyboard mark.
            action = QAction(text.format(name=self.name.replace("&", "&&")), menu)
            action.triggered.connect(slot)
            action.setEnabled(bool(self.handles) and not self.refusal)
            menu.addAction(action)
        if not self._own:
            menu.addSeparator()
            menu.addAction(self.refusal or _password_comes()).setEnabled(False)

    @Slot()
    def end(self) -> None:
        """Asks them to end (SIGTERM), after asking the user."""
        text = ngettext(
            "It is asked to end (SIGTERM) and may save its work first.",
            "They are asked to end (SIGTERM) and may save their work first.",
            len(self.handles),
        )
        self._confirm(_("End {name}"), text, signal.SIGTERM)

    @Slot()
    def kill(self) -> None:
        """Ends them at once (SIGKILL), after asking the user."""
        text = ngettext(
            "It ends at once (SIGKILL): what it has not saved is lost.",
            "They end at once (SIGKILL): what they have not saved is lost.",
            len(self.handles),
        )
        self._confirm(_("Kill {name}"), text, signal.SIGKILL)

    @Slot()
    def stop(self) -> None:
        """Halts them until they are continued (SIGSTOP)."""
        self._signal(signal.SIGSTOP, _("Stop {name}"))

    @Slot()
    def resume(self) -> None:
        """Lets stopped ones run on (SIGCONT)."""
        self._signal(signal.SIGCONT, _("Continue {name}"))

    @Slot()
    def renice(self) -> None:
        """Asks for a nice value and sets it."""
        if not self.handles:
            return
        nice, chosen = QInputDialog.getInt(
            self._hands.parent,
            _("Nice value of {name}").format(name=self.name),
            _("From -20 (gets the CPU before all others) to 19 (after all others):"),
            self.handles[0].process.nice,
            -20,
            19,
        )
        if chosen and self._own:
            self._each(lambda handle: handle.renice(nice))
        elif chosen:
            self._elevate("process-adjust", _("Nice value of {name}"), nice=nice)

    def inspect(self) -> None:
        """Has what only root may read of them read."""
        if self.refusal:
            self._hands.fail(Problem("not-permitted", self.refusal))
        elif self.handles:
            self._elevate("process-inspect", _("Files and sockets of {name}"))

    def close(self) -> None:
        """Lets go of the processes."""
        for handle in self.handles:
            handle.close()
        self.handles = []
        self.deleteLater()

    def _confirm(self, title: str, text: str, number: signal.Signals) -> None:
        if not self.handles:
            return
        preview = [
            _("{name}  pid {pid}  {user}  {command}").format(
                name=handle.process.name,
                pid=handle.process.pid,
                user=handle.process.user,
                command=handle.process.command[:200],
            )
            for handle in self.handles
        ]
        if not self._own:
            text = f"{text}\n{_password_comes()}"
        if confirm(self._hands.parent, title.format(name=self.name), text, preview):
            self._signal(number, title)

    def _signal(self, number: signal.Signals, title: str) -> None:
        if self._own:
            self._each(lambda handle: handle.signal(number))
        else:
            self._elevate("process-signal", title, signal=number.name.removeprefix("SIG"))

    def _elevate(self, operation: str, title: str, **arguments: Any) -> None:
        if len(self.handles) > MOST_TARGETS:
            self._hands.fail(
                Problem(
                    "too-many",
                    _("At most {most} processes go with one password.").format(most=MOST_TARGETS),
                    _("Select fewer."),
                )
            )
            return
        try:
            targets = [handle.target() for handle in self.handles]
        except Problem as problem:
            self._hands.fail(problem)
            return
        self._hands.elevate(Order(operation, targets, arguments), title.format(name=self.name))

    def _each(self, act: Callable[[ProcessHandle], None]) -> None:
        for handle in self.handles:
            try:
                act(handle)
            except Problem as problem:
                self._hands.fail(problem)
        self._hands.done()


def _password_comes() -> str:
    return _("Others' processes: an administrator's password is asked for.")
