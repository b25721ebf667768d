"""The offer to read as root what this user may not read, and what becomes of it."""

from PySide6.QtCore import Signal, Slot

from sysgui.panels.logs.as_root import Opened, RootReading
from sysgui.panels.logs.permission import place_as_root
from sysgui.system.i18n import _, ngettext
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller
from sysgui.ui.work_bar import WorkBar


class RootBar(WorkBar):
    """Offers to read a log as root, and tells how far that is.

    Args:
        view: Owns it.

    Attributes:
        older: Whether what was rotated away from the log is read with it, from the next time on.

    Signals:
        opened: The log is there: its name, that by which it is opened, and whether with what was
            rotated away from it.
        needless: Without what was rotated away, this user may read the log of this name himself.
    """

    opened = Signal(str, str, bool)
    needless = Signal(str)
    _came = Signal(object)
    _spoilt = Signal(object)

    def __init__(self, view: PanelView) -> None:
        super().__init__(view)
        self._problems = view.problems
        self._host = view.context.host
        # By which the log is called, and the file that is read for it.
        self._path = self._place = ""
        self._is_asked = self._is_open = self._is_asked_again = self.older = False
        self._reading = RootReading(view.context.host, self._came.emit, self._spoilt.emit)
        self._poller = Poller(self, self._reading, 0.0, self._reading.close)
        self._poller.reading.connect(self._end)
        self._poller.problem.connect(self._fail)
        self._poller.bug.connect(view.show_bug)
        view.context.shell.watch(self._poller)
        self._came.connect(self._open)
        self._spoilt.connect(self._tell)
        self.button = self.add_button(
            _("Read as administrator…"),
            self.ask,
            _("It asks for an administrator's password  Ctrl+I"),
        )
        self.stop = self.add_button(_("Cancel"), self._reading.cancel)
        self.stop.setToolTip(_("Ends the reading; what came stays"))

    def offer(self, name: str) -> None:
        """Offers to read a log as root, if that can be."""
        place = place_as_root(self._host, name)
        if place:
            self._path, self._place = name, place
            self._show(_("Its lines can be shown with an administrator's password."), offers=True)

    def withdraw(self) -> None:
        """Takes the offer back, and reads no more: another log is chosen."""
        self._path, self._place = "", ""
        self._is_asked = self._is_open = self._is_asked_again = False
        self._problems.clear(self)
        self._reading.cancel()
        self.hide()

    def _show(self, text: str, *, offers: bool) -> None:
        self.say(text)
        self.button.setVisible(offers)
        self.stop.setVisible(not offers)
        self.show()

    @Slot()
    def ask(self) -> None:
        """Asks for a password, if one is needed for the log."""
        if not self._path:
            self._problems.show_problem(
                Problem("no-offer", _("No administrator is needed, or of use, for this log.")), self
            )
            return
        self._is_open = False
        turn = self._reading.turn()
        if not self._poller.ask_once(path=self._place, turn=turn, older=self.older):
            return  # The one before is just ending.
        self._is_asked = True
        self.stop.setText(_("Cancel"))
        text = _("Reading {path}: waiting for an administrator's password …")
        self._show(text.format(path=printable_text(self._place)), offers=False)

    @Slot(bool)
    def read_older(self, wanted: bool) -> None:
        """Reads with the log what was rotated away from it, or does not, from now on."""
        self.older = wanted
        if self._is_asked and not wanted and self._host.may_read(self._place):
            self.needless.emit(self._path)
        elif self._is_asked:
            self._is_asked_again = True
            self._reading.cancel()
            self._go_on()

    def _go_on(self) -> bool:
        """Asks again, if that is wanted and can be by now; tells whether it is wanted."""
        is_wanted = self._is_asked_again
        if is_wanted and not self._poller.waiting:
            self._is_asked_again = False
            self.ask()
        return is_wanted

    @Slot(object)
    def _open(self, opened: Opened) -> None:
        if opened.path != self._place or self._is_asked_again:
            return  # Something else was chosen meanwhile.
        self._is_open = True
        self.stop.setText(_("Stop"))
        text = _("{path} is read as root, and followed.")
        self._show(
            " ".join((text.format(path=printable_text(opened.path)), *_older(opened))), offers=False
        )
        self.opened.emit(self._path, opened.source, self.older)

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        self._problems.show_problem(problem, self)

    @Slot(object)
    def _end(self, _nothing: object) -> None:
        # What is compressed, and a journal, come to their end by themselves.
        if not self._go_on() and self._is_open:
            self._show(_("It was read as root, and is not followed."), offers=False)
            self.stop.hide()

    @Slot(object)
    def _fail(self, problem: Problem | None) -> None:
        if not self._path or self._go_on():
            return
        self._is_asked = self._is_open
        if self._is_open:
            self._show(_("It is not followed any more."), offers=True)
        else:
            self.offer(self._path)
        if problem is not None and not (self._is_open and problem.code == "cancelled"):
            self._problems.show_problem(problem, self)


def _older(opened: Opened) -> list[str]:
    """Returns what is said of the files that were rotated away."""
    said = []
    if opened.older:
        text = ngettext(
            "{n} file that was rotated away comes before it.",
            "{n} files that were rotated away come before it.",
            opened.older,
        )
        said.append(text.format(n=opened.older))
    if opened.left_out:
        text = ngettext(
            "{n} older file is left out: so many at once are not read as root.",
            "{n} older files are left out: so many at once are not read as root.",
            opened.left_out,
        )
        said.append(text.format(n=opened.left_out))
    return said
