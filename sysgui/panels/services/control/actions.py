"""What can be done to units from the window: as buttons, in the row's menu, in the palette."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton

from sysgui.panels.services.units import SYSTEM, USER, Unit
from sysgui.system.elevation import Frame, Item, Result, require_helper
from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.ui import plain
from sysgui.ui.confirm import confirm
from sysgui.ui.elevation import ElevationBar
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .failure import Failure, FailureProbe, not_read
from .failure_box import FailureBox
from .impact import Impact, ImpactProbe
from .orders import order
from .own_bar import OwnBar
from .sentences import refusal, sentences
from .state import State, senseless
from .verbs import DIFFERENCE, RELOAD_ALL, STARTING, VERBS, title

# The usual ones, beside the kinds of units.
BUTTONS = ("start", "stop", "restart", "reload")

# In the menu, with a line between the groups.
MENU = (
    ("start", "stop", "restart", "reload"),
    ("enable", "enable-now", "disable", "disable-now"),
    ("mask", "mask-now", "unmask"),
    ("reset-failed",),
)

KEYS = {
    "start": "Ctrl+Shift+S",
    "stop": "Delete",
    "restart": "Ctrl+Shift+R",
    "reload": "Ctrl+Shift+L",
    "enable": "Ctrl+Shift+E",
    "disable": "Ctrl+Shift+D",
}

# So many characters of a unit's line are shown in a question: it need not be scrolled.
LONGEST = 64

_DIFFERS = ("enable", "enable-now", "disable", "disable-now")

PALETTE = {
    "start": N_("Start the chosen units"),
    "stop": N_("Stop the chosen units…"),
    "restart": N_("Restart the chosen units…"),
    "reload": N_("Reload the chosen units"),
    "enable": N_("Enable the chosen units"),
    "enable-now": N_("Enable and start the chosen units"),
    "disable": N_("Disable the chosen units…"),
    "disable-now": N_("Disable and stop the chosen units…"),
    "mask": N_("Mask the chosen units…"),
    "mask-now": N_("Mask and stop the chosen units…"),
    "unmask": N_("Unmask the chosen units"),
    "reset-failed": N_("Forget the failure of the chosen units"),
}


class Told(NamedTuple):
    """What is to be done, bound when it was chosen."""

    verb: str
    scope: str
    units: Sequence[Unit]

    @property
    def asks(self) -> bool:
        """Whether it asks first, whatever follows."""
        return self.verb in VERBS and VERBS[self.verb].asks

    @property
    def names(self) -> list[str]:
        """The units' names."""
        return [unit.name for unit in self.units]

    @property
    def title(self) -> str:
        """What a button says that does it."""
        if self.verb == RELOAD_ALL:
            return _("Read all unit files anew")
        return title(self.verb, self.names)


class UnitActions(QObject):
    """Asks where something would stop, has it done, and shows why it failed.

    Args:
        view: The panel.
        selected: Returns the chosen units as they are now.
        scope: Returns whose units are shown.

    Attributes:
        bar: Is visible while the helper works.
        own_bar: Is visible while the user's own manager takes its time.
        box: Shows what failed.
    """

    def __init__(
        self,
        view: PanelView,
        selected: Callable[[], list[Unit]],
        scope: Callable[[], str],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._selected = selected
        self._scope = scope
        host = view.context.host
        self.bar = ElevationBar(host, view.context.shell.watch, view)
        self.own_bar = OwnBar(host, view.context.shell.watch, view)
        self.box = FailureBox(view)
        self._asked: Told | None = None
        self._under_way: Told | None = None
        self._impact = self._poller(ImpactProbe(host), self._ask)
        self._failures = self._poller(FailureProbe(host), self._show_failures)
        for bar in (self.bar, self.own_bar):
            bar.done.connect(self._done)
            bar.failed.connect(self._give_up)
            bar.bug.connect(view.show_bug)
        self._buttons: dict[str, QPushButton] = {}
        self._actions = {
            name: view.action(_(PALETTE[name]), partial(self._do_chosen, name), KEYS.get(name, ""))
            for name in VERBS
        }
        view.action(_("Read all unit files anew (daemon-reload)"), self._reload_all)

    def _poller(self, probe: Any, then: Callable[[Any], None]) -> Poller:
        poller = Poller(self._view, probe, 0.0)
        poller.reading.connect(then)
        poller.problem.connect(self._fail)
        poller.bug.connect(self._view.show_bug)
        self._view.context.shell.watch(poller)
        return poller

    # Where it is offered.

    def add_buttons(self, row: QHBoxLayout) -> None:
        """Puts the buttons of the usual verbs into a row."""
        for name in BUTTONS:
            button = QPushButton(_worded(name))
            button.clicked.connect(partial(self._do_chosen, name))
            row.addWidget(button)
            self._buttons[name] = button
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Lets the buttons say what makes sense for the chosen units as they are now."""
        units = self._selected()
        for name, button in self._buttons.items():
            why = self.refusal(name, units) if units else _("Choose a unit first.")
            if button.isEnabled() != (not why):
                button.setEnabled(not why)
            tip = f"{why or _(VERBS[name].meaning)}  {_key(name)}".rstrip()
            if button.toolTip() != plain.tip(tip):
                button.setToolTip(plain.tip(tip))

    def fill(self, menu: QMenu, units: Sequence[Unit]) -> None:
        """Adds all verbs for these units to a menu; what makes no sense is there and says why."""
        menu.setToolTipsVisible(True)
        scope = self._scope()
        for group in MENU:
            for name in group:
                why = self.refusal(name, units)
                action = QAction(_worded(name), menu)
                meaning = _(VERBS[name].meaning)
                if name in _DIFFERS:
                    meaning = f"{meaning}\n{_(DIFFERENCE)}"
                action.setToolTip(plain.tip(why or meaning))
                action.setEnabled(not why)
                action.triggered.connect(partial(self.do, Told(name, scope, list(units))))
                menu.addAction(action)
            menu.addSeparator()

    def refusal(self, verb: str, units: Sequence[Unit]) -> str:
        """Returns why that cannot be done to these units, translated; "" if it can."""
        return senseless(verb, [_state(unit) for unit in units]) or self._no_way()

    def _no_way(self) -> str:
        if self._scope() == USER:
            return ""
        try:
            require_helper(self._view.context.host)
        except Problem as problem:
            return problem.message
        return ""

    # What is done.

    def _do_chosen(self, verb: str, *_checked: object) -> None:
        units = self._selected()
        if not units:
            return
        why = self.refusal(verb, units)
        if why:
            self._fail(Problem("no-sense", why))
            return
        self.do(Told(verb, self._scope(), units))

    def _reload_all(self) -> None:
        self.do(Told(RELOAD_ALL, self._scope(), []))

    def do(self, told: Told, *_checked: object) -> None:
        """Does it; where something would stop, finds out what follows, and asks."""
        if not told.asks:
            self._put_away()
        if self._is_too_much(told):
            return
        if not (told.asks or told.verb in STARTING):
            self._carry_out(told)
        elif self._impact.ask_once(verb=told.verb, names=told.names, scope=told.scope):
            self._asked = told
        else:
            self._fail(Problem("busy", _("One thing at a time: it is still being looked at.")))

    @Slot(object)
    def _ask(self, impact: Impact) -> None:
        told, self._asked = self._asked, None
        if told is None:
            return
        self._view.problems.clear(self)
        if why := refusal(impact):
            self._fail(Problem("protected", why, _("Nothing was done.")))
            return
        if not (told.asks or impact.asks):
            self._carry_out(told)
            return
        text = [_(VERBS[told.verb].meaning), "", *sentences(impact)]
        if told.scope == SYSTEM and self._view.context.host.uid() != 0:
            text += ["", _("An administrator's password is asked for.")]
        preview = [_line(unit) for unit in told.units]
        if confirm(self._view, told.title, "\n".join(text), preview):
            self._carry_out(told)

    def _is_too_much(self, told: Told) -> bool:
        """Tells whether it cannot be ordered at all, and says so before anything is asked."""
        try:
            order(told.verb, told.names)
        except Problem as problem:
            if told.scope == SYSTEM:
                self._fail(problem)
                return True
        return False

    def _put_away(self) -> None:
        """Takes away what was said of something else that was done before."""
        self.box.hide()
        self._view.problems.clear(self)

    def _carry_out(self, told: Told) -> None:
        self._put_away()
        if told.scope == USER:
            if self.own_bar.do(told.verb, told.names, told.title):
                self._under_way = told
            return
        # While another one is under way the bar refuses this one, and that one goes on.
        if self.bar.isHidden():
            self._under_way = told
        self.bar.do(order(told.verb, told.names), told.title)

    # How it went.

    @Slot(object)
    def _done(self, frames: Sequence[Frame]) -> None:
        told, self._under_way = self._under_way, None
        if told is None:
            return
        if told.verb == RELOAD_ALL:
            self._tell_reload(frames)
            return
        if any(isinstance(frame, Item) for frame in frames):
            self._failures.ask_once(scope=told.scope, verb=told.verb, frames=frames)

    def _tell_reload(self, frames: Sequence[Frame]) -> None:
        (result,) = [frame for frame in frames if isinstance(frame, Result)]
        if result.code != "done":
            self._fail(not_read())

    @Slot(object)
    def _show_failures(self, failures: Sequence[Failure]) -> None:
        self.box.show_failures(failures)

    @Slot(object)
    def _give_up(self, problem: Problem) -> None:
        # Of units that were not done the box says more.
        if problem.code == "not-all-done" and self._under_way is not None:
            return
        # What follows in the same bar may be somebody else's.
        if problem.code != "busy":
            self._under_way = None
        self._fail(problem)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self._view.problems.show_problem(problem, self)


def _state(unit: Unit) -> State:
    return State(unit.name, unit.active, unit.enabled, unit.load, unit.file, scope=unit.scope)


def _worded(verb: str) -> str:
    """Returns the word of a verb; one that asks first ends in an ellipsis."""
    word = _(VERBS[verb].word)
    return _("{word}…").format(word=word) if VERBS[verb].asks else word


def _key(verb: str) -> str:
    keys = QKeySequence(KEYS.get(verb, ""))
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def _line(unit: Unit) -> str:
    state = f"{unit.active} ({unit.sub})" if unit.sub else unit.active
    line = "  ".join(filter(None, (unit.name, state, printable_text(unit.description))))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
