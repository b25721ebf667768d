"""What can be done to processes from the window: signals and nice, on what was chosen."""

import signal
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from sysgui.system.host import Host
from sysgui.system.i18n import _, ngettext
from sysgui.system.problem import Problem
from sysgui.system.processes import Process
from sysgui.ui.confirm import confirm

from .handle import ProcessHandle

Done = Callable[[], None]


def may_act_on(host: Host, process: Process) -> bool:
    """Tells whether the user may signal a process: one's own, or any as root."""
    return host.uid() in (0, process.uid)


def why_not() -> str:
    """Returns why nothing can be done to others' processes."""
    return _("Others' processes: needs the installed Sysgui")


class Chosen(QObject):
    """Processes bound at the moment they were chosen, and what may be done to them.

    Args:
        host: The machine.
        processes: As they were seen when the menu opened.
        parent: The panel, over which dialogs open.
        fail: Takes a `Problem` to show.
        done: Is called after something was done.
    """

    def __init__(
        self,
        host: Host,
        processes: Sequence[Process],
        parent: QWidget,
        fail: Callable[[Problem], None],
        done: Done,
    ) -> None:
        super().__init__(parent)
        self._parent = parent
        self._fail = fail
        self._done = done
        self.handles: list[ProcessHandle] = []
        for process in processes:
            try:
                self.handles.append(ProcessHandle(host, process))
            except Problem as problem:
                fail(problem)
        self.permitted = all(may_act_on(host, handle.process) for handle in self.handles)

    @property
    def name(self) -> str:
        """What a button calls them: the name of one, the number of several."""
        if len(self.handles) == 1:
            return self.handles[0].process.name
        count = len(self.handles)
        return ngettext("{count} process", "{count} processes", count).format(count=count)

    def fill(self, menu: QMenu) -> None:
        """Adds the actions to a menu; what is not permitted is there, and says why."""
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
            action.setEnabled(self.permitted and bool(self.handles))
            menu.addAction(action)
        if not self.permitted:
            menu.addSeparator()
            why = menu.addAction(why_not())
            why.setEnabled(False)

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
        self._signal(signal.SIGSTOP)

    @Slot()
    def resume(self) -> None:
        """Lets stopped ones run on (SIGCONT)."""
        self._signal(signal.SIGCONT)

    @Slot()
    def renice(self) -> None:
        """Asks for a nice value and sets it."""
        if not self.handles:
            return
        nice, chosen = QInputDialog.getInt(
            self._parent,
            _("Nice value of {name}").format(name=self.name),
            _("From -20 (gets the CPU before all others) to 19 (after all others):"),
            self.handles[0].process.nice,
            -20,
            19,
        )
        if chosen:
            self._each(lambda handle: handle.renice(nice))

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
        if confirm(self._parent, title.format(name=self.name), text, preview):
            self._signal(number)

    def _signal(self, number: signal.Signals) -> None:
        self._each(lambda handle: handle.signal(number))

    def _each(self, act: Callable[[ProcessHandle], None]) -> None:
        for handle in self.handles:
            try:
                act(handle)
            except Problem as problem:
                self._fail(problem)
        self._done()
