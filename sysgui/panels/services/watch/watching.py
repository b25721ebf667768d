"""Watches in the window: offered, asked for, ended, and followed while somebody looks."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu

from sysgui.panels.services.units import Unit
from sysgui.system.elevation import MOST_TARGETS, Frame, Item, Order, explain_item, require_helper
from sysgui.system.i18n import _, ngettext
from sysgui.system.problem import Problem
from sysgui.ui import plain
from sysgui.ui.confirm import confirm
from sysgui.ui.elevation import ElevationBar
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .attempt import AttemptProbe
from .follow import FollowedHistory, FollowedWatches, History
from .form import is_known, senseless, wanted_of
from .mail_form import MailForm, order_of
from .notice import MailNotice
from .notifier import Notifier
from .page import WatchPage
from .watches import (
    Mail,
    Watches,
    no_mail_order,
    remove_order,
    set_order,
    test_order,
)
from .words import waiting_text

if TYPE_CHECKING:
    from .window import WatchedWindow

# How often it is looked whether a file has changed; nothing is read if none has.
EVERY = 2.0

SET_KEY, ALL_KEY = "Ctrl+Shift+W", "Ctrl+Shift+A"


class _UnderWay(NamedTuple):
    """What root was asked for.

    Attributes:
        well: What is said if it is done, translated.
        why: What is said if it is refused, by the helper's code, translated.
        notify: Whether messages are to be shown on this user's desktop then.
        sends: Whether it is about mail, and the server says why not.
    """

    well: str
    why: Mapping[str, str] = {}
    notify: bool = False
    sends: bool = False


class Watching(QObject):
    """Asks how services are to be watched, has it done, and tells how they are.

    Args:
        view: The panel.
        selected: Returns the units that are selected now.
        bar: Has orders carried out as root.
        page: The page of one service.
        mail: What was last answered about the mail server.

    Attributes:
        notice: Says that messages wait.
        watches: What is watched, as last read.
        mail: What was last answered about the mail server, without the password.

    Signals:
        changed: The `Watches`, which are others now.
        unit_asked: The name of a service that the user wants to see.
    """

    changed = Signal(object)
    unit_asked = Signal(str)

    def __init__(
        self,
        view: PanelView,
        selected: Callable[[], Sequence[Unit]],
        bar: ElevationBar,
        page: WatchPage,
        mail: MailForm,
    ) -> None:
        super().__init__(view)
        self._view = view
        self._selected = selected
        self._bar = bar
        self._page = page
        self.mail = mail
        self.watches = Watches([], Mail())
        self._window: WatchedWindow | None = None
        self._history: History | None = None
        self._has_begun = False
        self._under_way: _UnderWay | None = None
        self._asks_for_error = False
        host = view.context.host
        self._poller = self._made(FollowedWatches(host), self._take)
        self._journal = self._made(FollowedHistory(host), self._take_history)
        self._notifier = self._made(Notifier(host), lambda _none: None)
        self._attempts = Poller(view, AttemptProbe(host), 0.0)
        view.context.shell.watch(self._attempts)
        self.notice = MailNotice(view)
        self.notice.asked.connect(self.show_all)
        page.asked.connect(lambda unit: self.set([unit]))
        page.end_asked.connect(lambda unit: self.end([unit.name]))
        page.all_asked.connect(self.show_all)
        page.seen.connect(self.regulate)
        bar.done.connect(self._done)
        bar.failed.connect(self._fail)
        view.action(_("Watch the chosen services…"), self._set_chosen, SET_KEY,
                    _("Start them again when they fail, and be told"))  # fmt: skip
        view.action(_("End the watch of the chosen services…"), self._end_chosen)
        view.action(_("Watched services, and mail about them…"), self.show_all, ALL_KEY)

    def _made(self, probe: Any, then: Callable[[Any], None]) -> Poller:
        poller = Poller(self._view, probe, EVERY / self._view.context.tempo)
        poller.reading.connect(then)
        poller.problem.connect(self._tell)
        poller.bug.connect(self._view.show_bug)
        self._view.context.shell.watch(poller)
        return poller

    # While somebody looks.

    def begin(self) -> None:
        """Begins to follow: the first rows of the table are there."""
        if not self._has_begun:
            self._has_begun = True
            self.regulate()

    @Slot()
    def regulate(self) -> None:
        """Has only that read which somebody looks at."""
        window = self._window is not None and self._window.isVisible()
        page = self._view.watched and self._page.isVisible()
        for poller, wanted in (
            (self._poller, self._has_begun and (self._view.watched or window)),
            (self._journal, page or window),
        ):
            if wanted:
                poller.start()
            else:
                poller.pause()

    @Slot(object)
    def _take(self, watches: Watches) -> None:
        if self._asks_for_error:
            self._asks_for_error = False
            error = watches.mail.error
            self._tell_window(_("✗ It did not work: {error}.").format(error=error) if error else "")
        if watches is self.watches:
            return
        self.watches = watches
        self._page.take_watches(watches)
        self.notice.take(watches.mail)
        if self._window is not None:
            self._window.take(watches)
        self.changed.emit(watches)

    @Slot(object)
    def _take_history(self, history: History) -> None:
        self._history = history
        self._page.take_history(history)
        if self._window is not None:
            self._window.take_history(history)

    # Where it is offered.

    def fill(self, menu: QMenu, units: Sequence[Unit]) -> None:
        """Adds to a menu what can be done about the watch of these units."""
        watched = {watch.unit for watch in self.watches.watches}
        known = [unit.name for unit in units if unit.name in watched]
        why = self._refusal(units)
        for text, slot, reason in (
            (
                _("Change the watch…") if known else _("Watch…"),
                partial(self.set, list(units)),
                why,
            ),
            (
                _("End the watch…"),
                partial(self.end, known),
                self._no_way() if known else _("It is not watched."),
            ),
        ):
            action = QAction(text, menu)
            action.setEnabled(not reason)
            action.setToolTip(
                plain.tip(reason or _("Start it again when it fails, and be told of each change."))
            )
            action.triggered.connect(slot)
            menu.addAction(action)
        menu.addSeparator()

    def _refusal(self, units: Sequence[Unit]) -> str:
        why = next(filter(None, map(senseless, units)), "")
        if not why and len(units) > MOST_TARGETS:
            why = _("At most {n} services go with one password.").format(n=MOST_TARGETS)
        return why or self._no_way()

    def _no_way(self) -> str:
        try:
            require_helper(self._view.context.host)
        except Problem as problem:
            return problem.message
        return ""

    # What is done.

    def _set_chosen(self) -> None:
        self.set(self._selected())

    def _end_chosen(self) -> None:
        watched = {watch.unit for watch in self.watches.watches}
        names = [unit.name for unit in self._selected() if unit.name in watched]
        if names:
            self.end(names)
        else:
            self._tell(Problem("not-watched", _("Choose a watched service first.")))

    def set(self, units: Sequence[Unit], *_checked: object) -> None:
        """Asks how services are to be watched, and has them watched."""
        why = self._refusal(units) if units else _("Choose a service first.")
        if why:
            self._tell(Problem("no-sense", why))
            return
        self._ask([unit.name for unit in units])

    def _ask(self, names: Sequence[str]) -> None:
        self._view.problems.clear(self)
        watched = [watch for watch in self.watches.watches if watch.unit in names]
        strange = [watch.unit for watch in watched if not is_known(watch)]
        if strange:
            # What there is no answer for would be taken away.
            text = _("{unit} is watched in a way that is only known to “sysgui watch add”.")
            self._tell(Problem("not-known", text.format(unit=strange[0])))
            return
        from .dialog import WatchDialog, title_of

        dialog = WatchDialog(names, self.watches, self._attempts, self._over)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            form = dialog.form()
            then = _UnderWay(_("✓ It is watched."), notify=form.notify)
            self._order(set_order(names, wanted_of(form)), title_of(names), then)
        dialog.deleteLater()

    def end(self, names: Sequence[str], *_checked: object) -> None:
        """Asks, and has watches ended: nothing of them is left."""
        self._view.problems.clear(self)
        text = ngettext(
            "It is not started again any more, and nobody is told. All that the watch has written "
            "is taken away; the service goes on running.",
            "They are not started again any more, and nobody is told. All that the watches have "
            "written is taken away; the services go on running.",
            len(names),
        )
        lost = self._lost(names)
        text = f"{text}\n\n{lost}" if lost else text
        title = ngettext("End the watch of {unit}", "End the watch of {n} services", len(names))
        title = title.format(unit=names[0], n=len(names))
        if confirm(self._over, title, text, names):
            self._order(remove_order(names), title, _UnderWay(_("✓ The watch has ended.")))

    def _lost(self, names: Sequence[str]) -> str:
        """Returns what is lost with the last watch, in sentences."""
        left = {watch.unit for watch in self.watches.watches} - set(names)
        mail = self.watches.mail
        if left or not mail.waiting:
            return ""
        return f"{waiting_text(mail)} {_('With the last watch they are lost.')}"

    def _order(self, order: Order, title: str, then: _UnderWay) -> None:
        self._view.problems.clear(self)
        if self._bar.isHidden():
            self._under_way = then
            self._tell_window(_("An administrator's password is asked for …"))
        else:
            # The bar refuses this one, and the one before goes on.
            self._tell_window(_("✗ One thing at a time: a password is being asked for already."))
        self._bar.do(order, title)

    def _tell_window(self, text: str) -> None:
        if self._window is not None:
            self._window.tell(text)

    # All of them, and mail.

    @property
    def _over(self) -> Any:
        """What a dialog belongs to: the window of all, while one works in it."""
        window = self._window
        return window if window is not None and window.isActiveWindow() else self._view

    @Slot()
    def show_all(self) -> None:
        """Shows all watched services."""
        # What is made when it is asked for keeps nobody waiting for the first rows.
        from .window import WatchedWindow

        if self._window is None:
            window = WatchedWindow(self._view.context.host.now, self._view)
            window.unit_asked.connect(self.unit_asked)
            window.change_asked.connect(lambda name: self._ask([name]))
            window.end_asked.connect(lambda name: self.end([name]))
            window.settings_asked.connect(self.set_mail)
            window.test_asked.connect(self.test_mail)
            window.seen.connect(self.regulate)
            window.take(self.watches)
            if self._history is not None:
                window.take_history(self._history)
            self._window = window
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    @Slot()
    def set_mail(self) -> None:
        """Asks for the mail server, and has it set."""
        from .mail_dialog import FORGET, MailDialog

        dialog = MailDialog(self.mail, self.watches.mail, self._window or self._view)
        answer = dialog.exec()
        if answer == QDialog.DialogCode.Accepted:
            self.mail = dialog.form()
            order = order_of(self.mail, dialog.password)
            then = _UnderWay(_("✓ The mail server is set. Try it by a test message."))
            self._order(order, _("Set the mail server"), then)
        elif answer == FORGET:
            then = _UnderWay(_("✓ The mail server is forgotten."))
            self._order(no_mail_order(), _("Forget the mail server"), then)
        dialog.deleteLater()

    @Slot()
    def test_mail(self) -> None:
        """Has a test message sent by the server that is set."""
        from .mail_dialog import ServerDialog

        server = self.mail.server
        if not server:
            dialog = ServerDialog(self._window or self._view)
            server = dialog.server if dialog.exec() == QDialog.DialogCode.Accepted else ""
            dialog.deleteLater()
        if server:
            another = _("Another server is set than {server}: set it again by “Mail settings…”.")
            then = _UnderWay(
                _("✓ The server has taken the test message: look into your mailbox."),
                why={"changed": another.format(server=server), "gone": _("No server is set.")},
                sends=True,
            )
            self._order(test_order(server), _("Send a test message"), then)

    # How it went.

    @Slot(object)
    def _done(self, frames: Sequence[Frame]) -> None:
        ended, self._under_way = self._under_way, None
        if ended is None:
            return
        items = [frame for frame in frames if isinstance(frame, Item)]
        left = [item for item in items if item.code != "done"]
        if not left:
            self._tell_window(ended.well)
        else:
            self._tell_window(_("✗ It did not work: {why}.").format(why=explain_item(left[0])))
            self._asks_for_error = ended.sends
        if ended.notify and len(left) < len(items):
            self._notifier.ask_once()
        self._poller.ask_now()

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        """Says in the window as well what the panel says: there one looks."""
        if self._under_way is None or problem.code in ("busy", "not-all-done"):
            return  # It goes on, or the bar says at once that it is done, too.
        ended, self._under_way = self._under_way, None
        text = ended.why.get(problem.code, f"{problem.message} {problem.hint}".rstrip())
        self._tell_window(f"✗ {text}")

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        self._view.problems.show_problem(problem, self)
