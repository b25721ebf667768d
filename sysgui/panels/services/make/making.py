"""New units and changed ones, from the dialog to where systemd reads them, and back."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog

from sysgui.panels.services.units import SYSTEM, USER, Key, Unit, is_template, readable
from sysgui.system.elevation import Frame, Item
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.ui.confirm import confirm
from sysgui.ui.elevation import ElevationBar
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .edit_unit import DropIn, DropInProbe, EditUnitDialog
from .made import Made, MadeProbe, follows, title
from .new_unit import NewUnitDialog, outcome
from .outcome import OutcomeBar
from .verify import VerifyProbe
from .writing import OwnUnitFiles, Writing, order, undo_of


class Step(NamedTuple):
    """What is written.

    Attributes:
        writing: All of it.
        done: What holds then, translated.
        undoes: Whether it takes back another one.
    """

    writing: Writing
    done: str
    undoes: bool = False


class Making(QObject):
    """The actions that make and change units.

    Args:
        view: The panel.
        selected: Returns the units that are selected now.
        bar: Has an order carried out as root; others use it, too.
        scope: Returns whose units are shown.

    Attributes:
        outcome: Says what was written, and takes it back.
    """

    def __init__(
        self,
        view: PanelView,
        selected: Callable[[], Sequence[Unit]],
        bar: ElevationBar,
        scope: Callable[[], str],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._selected = selected
        self._scope = scope
        self._bar = bar
        self.outcome = OutcomeBar(view)
        self.outcome.undo_asked.connect(self._take_back)
        self._under_way: Step | None = None
        self._back: Step | None = None
        # What was written into a dialog is not lost where nothing came of it.
        self._form: NewUnitDialog | None = None
        self._drafts: dict[Key, str] = {}
        host = view.context.host
        self._verifier = Poller(self, VerifyProbe(host), 0.0)
        self._reader = Poller(self, DropInProbe(host), 0.0)
        self._made = Poller(self, MadeProbe(host), 0.0)
        self._own = Poller(self, OwnUnitFiles(host), 0.0)
        for poller in (self._verifier, self._reader, self._made, self._own):
            view.context.shell.watch(poller)
        for poller in (self._reader, self._made, self._own):
            poller.bug.connect(view.show_bug)
        self._made.problem.connect(self._show_problem)
        self._made.reading.connect(self._ask_to_remove)
        self._reader.problem.connect(self._show_problem)
        self._reader.reading.connect(self._edit)
        self._own.problem.connect(self._fail)
        self._own.reading.connect(self._done)
        bar.failed.connect(self._let_go)
        bar.done.connect(self._done)
        view.action(
            _("New service or timer…"), self.new, "Ctrl+N", _("From a few answers, with a preview")
        )
        view.action(
            _("Change the selected unit by a drop-in…"), self.change, "Ctrl+E",
            _("Its own file stays as it is"),
        )  # fmt: skip
        view.action(_("Remove the selected unit, which was made here…"), self.remove)

    # What is asked.

    @Slot()
    def new(self) -> None:
        """Asks for a new service, and installs it if that is wished."""
        if self._form is None:
            self._form = NewUnitDialog(self._verifier, self._view)
            self._form.choose_scope(self._scope())
        dialog = self._form
        while dialog.exec() == QDialog.DialogCode.Accepted:
            form, texts = dialog.form(), dialog.texts()
            title = _("Install {name}").format(name=form.name)
            preview = [line for text in texts.values() for line in text.splitlines()]
            if confirm(self._view, title, outcome(form), preview):
                starts = form.timed or form.at_boot
                done = _("{names}: installed.").format(names=", ".join(texts))
                self._write(Step(Writing(texts, form.scope, start=starts), done), title)
                return
        self._drop_form()

    def _drop_form(self) -> None:
        if self._form is not None:
            self._form.deleteLater()
            self._form = None

    @Slot()
    def change(self) -> None:
        """Edits the drop-in of the unit that is selected."""
        units = self._selected()
        if len(units) != 1 or is_template(units[0].name):
            self._show_problem(Problem("select-one", _("Select one unit first, and no template.")))
            return
        unit = units[0]
        self._reader.ask_once(scope=unit.scope, name=unit.name, file=unit.file)

    @Slot(object)
    def _edit(self, drop_in: DropIn) -> None:
        key = drop_in.scope, drop_in.name
        dialog = EditUnitDialog(self._verifier, drop_in, self._view, self._drafts.pop(key, ""))
        if dialog.exec() == QDialog.DialogCode.Accepted:
            text = self._drafts[key] = dialog.text()
            self._write(
                Step(
                    Writing(
                        {drop_in.name: text},
                        drop_in.scope,
                        drop_in=True,
                        before={drop_in.name: drop_in.text},
                    ),
                    _changed(drop_in.name, text),
                ),
                _title(drop_in.name, text),
            )
        dialog.deleteLater()

    @Slot()
    def remove(self) -> None:
        """Asks, and removes the unit that is selected, if it was made here."""
        units = self._selected()
        if len(units) != 1:
            self._show_problem(Problem("select-one", _("Select one unit first.")))
        elif units[0].watch:
            text = _(
                "{name} is watched. End its watch first: nothing of it would be left to watch."
            )
            self._show_problem(Problem("watched", text.format(name=readable(units[0].name))))
        else:
            self._view.problems.clear(self)
            self._made.ask_once(scope=units[0].scope, name=units[0].name)

    @Slot(object)
    def _ask_to_remove(self, made: Made) -> None:
        names = list(made.texts)
        lines = [line for name in names for line in (name, *made.texts[name].splitlines(), "")]
        if confirm(self._view, title(names), follows(names), lines):
            done = _("{names}: removed.").format(names=", ".join(map(readable, names)))
            self._write(Step(made.removal, done), title(names))

    @Slot()
    def _take_back(self) -> None:
        if self._back is not None:
            self.outcome.undo.setEnabled(False)
            names = ", ".join(map(readable, self._back.writing.texts))
            self._write(self._back, _("Put {names} back").format(names=names))

    # What is done.

    def _write(self, step: Step, title: str) -> None:
        self._view.problems.clear(self)
        if self._under_way is not None:
            self._show_problem(Problem("busy", _("One thing at a time: another is written still.")))
            return
        writing = step.writing
        if writing.scope == SYSTEM:
            # While another one is under way the bar refuses this one, and that one goes on.
            self._under_way = step if self._bar.isHidden() else None
            self._bar.do(order(writing), title)
            return
        self._under_way = step
        self._own.ask_once(**msgspec.structs.asdict(writing))

    @Slot(object)
    def _done(self, frames: Sequence[Frame]) -> None:
        step, self._under_way = self._under_way, None
        if step is None:
            return
        items = [frame for frame in frames if isinstance(frame, Item)]
        left = [item.target for item in items if item.code != "done"]
        if left:
            self._fail(_not_written(left))
        done = [item.target for item in items if item.code == "done"]
        if not done:
            return
        self._forget(step.writing)
        back = undo_of(step.writing, frames)
        said = _("{names}: as before.").format(names=", ".join(map(readable, done)))
        self._back = (
            Step(back, step.done if step.undoes else said, not step.undoes) if back else None
        )
        undo = _("Do it again") if step.undoes else _("Undo")
        self.outcome.tell(step.done, undo if back else "")

    def _forget(self, writing: Writing) -> None:
        """Forgets what was written into dialogs: it has come to where it should."""
        self._drop_form()
        for name in writing.texts:
            self._drafts.pop((writing.scope, name), None)

    @Slot(object)
    def _let_go(self, problem: Problem) -> None:
        """Takes note that nothing came of what is under way, which the panel tells."""
        step = self._under_way
        # Of what was done in part the frames follow; one's own files are no matter of the bar's.
        if problem.code != "not-all-done" and not (step and step.writing.scope == USER):
            self._rest()

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self._rest()
        self._show_problem(problem)

    def _rest(self) -> None:
        self._under_way = None
        self.outcome.undo.setEnabled(True)

    def _show_problem(self, problem: Problem) -> None:
        self._view.problems.show_problem(problem, self)


def _title(name: str, text: str) -> str:
    """Returns what is being done with a drop-in, translated."""
    title = _("Change {name}") if text else _("Take the drop-in of {name} away")
    return title.format(name=readable(name))


def _changed(name: str, text: str) -> str:
    """Returns what holds when a drop-in was written, translated."""
    done = _("{name}: changed. What runs may go by that only after a restart.")
    if not text:
        done = _("{name}: the drop-in is gone. What runs may go by that only after a restart.")
    return done.format(name=readable(name))


def _not_written(names: Sequence[str]) -> Problem:
    return Problem(
        "not-written",
        _(
            "systemd cannot use {names}, or did not get it started: that is as it was before."
        ).format(names=", ".join(map(readable, names))),
        _("“journalctl -b” has what it said at that time."),
    )
