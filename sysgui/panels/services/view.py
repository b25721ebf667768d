"""The table of units with its search, live for as long as somebody looks."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMenu

from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.ui.panel import Context
from sysgui.ui.poller import Poller
from sysgui.ui.table_panel import TablePanel

from .bar import ListBar
from .columns import COLUMNS
from .control.actions import UnitActions
from .figures import FiguresProbe, Reading
from .listing import FAILED, KINDS, Listing
from .make.made import may_be_made
from .make.making import Making
from .model import UnitsModel
from .probe import Changes, LiveProbe
from .settings import ServicesSettings
from .unit.inspector import Inspector
from .units import KEY, SYSTEM, USER, Key, Unit, is_template
from .watch.watches import Watches
from .watch.watching import Watching
from .watch.words import NEW, color_of

# How often memory, CPU and tasks of the visible rows are read, in seconds.
FIGURES_EVERY = 3.0
FIRST_RATES = 0.45

# What is asked of rows waits until the hand that scrolls rests.
REST_MS = 60

# How soon after a hand has left the table it is seen that it has.
FREED_MS = 500

# Without these there is nothing that could tell of units: rows would be lies.
_NOBODY = ("no-bus", "no-systemd", "no-user-manager", "not-recorded")


class ServicesView(TablePanel):
    """Shows the units of the system's manager, or of the user's own.

    Args:
        context: What the application gives.
    """

    _listing: Listing

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        settings = context.settings.section("services", ServicesSettings)
        scope = settings.scope if settings.scope in (SYSTEM, USER) else SYSTEM
        self._listing = Listing(
            settings.sort, descending=settings.descending, kind=settings.kind, scope=scope
        )
        self._columns = {True: settings.timer_columns, False: settings.columns}
        self._readings = self._figure_readings = 0
        self._looked = self._settled = self._is_ready = False
        self._asked: list[Key] = []
        # Made in the order in which Tab goes through them.
        self.bar = ListBar(self, scope=scope, kind=self._listing.kind.name)
        self.add_search(self.bar, self.bar.search)
        self.make_table(UnitsModel(COLUMNS, KEY, self), _("Units"), settings)
        self._table.show_columns(self._columns[self._shows_timers])
        self._table.shades = {
            "name": ("wrong", lambda unit: 0.3 * (unit.active == FAILED)),
            "state": ("wrong", lambda unit: 1.0 * (unit.active == FAILED)),
            "watch": ("wrong", lambda unit: 0.3 * (color_of(unit.watch) == "wrong")),
            "changed": ("attention", lambda unit: 0.3 * unit.changed),
        }
        self._table.empty_text = self._listing.why_empty()
        self._inspector = Inspector(self, self._table, self._listing.find, settings.splitter)
        self.add(self._inspector.splitter, 1)
        self._actions = UnitActions(self, self.selected, lambda: self._listing.scope)
        self._actions.add_buttons(self.bar.tools)
        self._making = Making(self, self.selected, self._actions.bar, lambda: self._listing.scope)
        self._watching = Watching(
            self, self.selected, self._actions.bar, self._inspector.pane.watch, settings.mail
        )
        self.bar.add_more(_("New service…"), _("From a few answers  Ctrl+N"), self._making.new)
        self.bar.add_more(
            _("Watched…"), _("All watched services, and mail about them  Ctrl+Shift+A"),
            self._watching.show_all,
        )  # fmt: skip
        self.add_refusal()
        self.add(self._watching.notice)
        self.add(self._actions.bar)
        self.add(self._actions.own_bar)
        self.add(self._actions.box)
        self.add(self._making.outcome)
        self._live = LiveProbe(context.host)
        self._stream = Poller(self, self._live, 0.0, self._live.rest)
        self._connect()

    def _connect(self) -> None:
        self.bar.scope_changed.connect(self._set_scope)
        self.bar.kind_changed.connect(self._set_kind)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST_MS)
        self._resting.timeout.connect(self._look)
        self._table.verticalScrollBar().valueChanged.connect(self._rest)
        # Nothing else may happen for hours that would bring the rows into order.
        self._freed = QTimer(self)
        self._freed.setSingleShot(True)
        self._freed.setInterval(FREED_MS)
        self._freed.timeout.connect(self.arrange)
        self.offer_menu()
        self._inspector.pane.unit_asked.connect(self._open_other)
        self._watching.unit_asked.connect(self._open_watched)
        self._watching.changed.connect(self._take_watches)
        self._table.selectionModel().selectionChanged.connect(self._actions.refresh)
        self.action(_("The system's units, or yours"), self._toggle_scope, "Ctrl+U")
        for number, kind in enumerate(KINDS, 1):
            self.action(
                _("Show units: {kind}").format(kind=_(kind.title)),
                partial(self._show_kind, kind.name),
                f"Ctrl+{number}",
            )
        self._stream.with_arguments(lambda: {"scope": self._listing.scope})
        self._stream.reading.connect(self._take)
        self._stream.problem.connect(self._take_problem)
        self._stream.bug.connect(self.show_bug)
        self.context.shell.watch(self._stream)
        self._figures = self.poll(
            FiguresProbe(self.context.host), FIGURES_EVERY, self._take_figures
        )
        self._figures.with_arguments(self._asked_groups)

    # Readings.

    def set_watched(self, watched: bool) -> None:
        """Listens to systemd only while somebody looks."""
        if watched == self.watched:
            return
        super().set_watched(watched)
        self._inspector.regulate()
        self._watching.regulate()
        if watched:
            self._stream.start()
        else:
            self._stream.pause()
            self._live.rest()
            # If no reading is under way that this would end.
            self._stream.ask_once(scope=self._listing.scope)

    @Slot(object)
    def _take(self, changes: Changes) -> None:
        if changes.resting or changes.scope != self._listing.scope:
            return
        if not self.watched:
            # It was hidden just as this came, and nothing has ended the connection yet.
            self._stream.ask_once(scope=self._listing.scope)
        self.problems.clear(self._stream)
        self._readings += 1
        if changes.whole or changes.changed or changes.gone:
            self.arrange(self._listing.take(changes))
            self.follow_wanted()
            self._resting.start()
        if self._readings == 1:
            self.figured.emit()
        if changes.settled and self._looked and not self._settled:
            self._settled = True
            self._figure_readings = 0
            self._figures.ask_now()
            QTimer.singleShot(round(FIRST_RATES * 1000), self._figures, self._figures.ask_now)
        self._say_ready()

    @Slot(object)
    def _take_problem(self, problem: Problem) -> None:
        if problem.code in _NOBODY:
            self._listing.forget("\n".join(filter(None, (problem.message, problem.hint))))
            self.arrange_anew()
            self._table.viewport().update()
            self.bar.say_nothing()
            self.problems.clear(self._stream)
        else:
            self.problems.show_problem(problem, self._stream)
        if not self._readings:
            self.figured.emit()
        self._settled = True
        self._say_ready()

    @Slot(object)
    def _take_figures(self, reading: Reading) -> None:
        self._figure_readings += 1
        if self._listing.take_figures(self._asked, reading):
            if self._table.held or self._freed.isActive():
                self.arrange()
            else:
                self._model.apply(self._listing.refreshed())
                self._inspector.refresh()
        self._inspector.sample()
        self._say_ready()

    @Slot(object)
    def _take_watches(self, watches: Watches) -> None:
        self._listing.take_watches({each.unit: each.state or NEW for each in watches.watches})
        self.arrange()

    def _say_ready(self) -> None:
        if self._settled and self._figure_readings > 1 and not self._is_ready:
            self._is_ready = True
            self.ready.emit()

    def _asked_groups(self) -> dict[str, list[str]]:
        self._asked = (
            self._listing.candidates() if self._listing.figures_of_all else self._visible()
        )
        shown = self._inspector.key
        if shown is not None and shown not in self._asked:
            self._asked.append(shown)
        units = filter(None, map(self._listing.find, self._asked))
        return {"groups": [unit.control_group for unit in units if unit.control_group]}

    def _visible(self) -> list[Key]:
        """Returns the keys of the rows that can be seen."""
        count = self._model.rowCount()
        first = max(0, self._table.rowAt(0))
        last = self._table.rowAt(self._table.viewport().height())
        return [
            KEY(self._model.row(place)) for place in range(first, last + 1 if last >= 0 else count)
        ]

    @Slot()
    def _rest(self) -> None:
        self._resting.start()

    @Slot()
    def _look(self) -> None:
        """Has the details asked for of the rows that can be seen, or of all that are needed."""
        keys = self._visible()
        if self._listing.details_of_all:
            keys += self._listing.candidates()
        self._live.look([name for _scope, name in dict.fromkeys(keys)])
        self._watching.begin()
        self._looked = self._listing.known

    # Order, search, part.

    @Slot()
    def arrange(self, changed: Iterable[Unit] = ()) -> None:
        """Shows the units as they are now.

        Args:
            changed: Among which new ones may be.
        """
        if self._table.held and self._readings > 2:
            shown, ended = self._listing.kept(changed)
            self._freed.start()
        else:
            shown, ended = self._listing.arranged(), frozenset[int]()
        self.show_rows(shown, ended)
        self.bar.say_count(
            self._listing.matched,
            self._listing.total,
            failed=self._listing.failed,
            held=self._table.held,
        )
        self._inspector.refresh()
        self._actions.refresh()

    def arrange_anew(self) -> None:
        """Also asks for the details of rows that come into view."""
        super().arrange_anew()
        self._resting.start()

    @property
    def _shows_timers(self) -> bool:
        return self._listing.kind.name == "timer"

    @Slot(str)
    def _set_kind(self, name: str) -> None:
        before = self._shows_timers
        self._columns[before] = self._table.shown_columns()
        self._listing.kind = next(kind for kind in KINDS if kind.name == name)
        if self._shows_timers != before:
            self._table.show_columns(self._columns[self._shows_timers])
        self.arrange_anew()

    def _show_kind(self, name: str, *_checked: object) -> None:
        self.bar.choose_kind(name)

    @Slot(str)
    def _set_scope(self, scope: str) -> None:
        self._listing.scope = scope
        self._listing.forget()
        self.problems.clear(self._stream)
        self.arrange_anew()
        self._live.rest()

    def _toggle_scope(self) -> None:
        self.bar.choose_scope(USER if self._listing.scope == SYSTEM else SYSTEM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resting.start()

    # Selection.

    def selected(self) -> list[Unit]:
        """Returns the selected units as they are now, from top to bottom."""
        return self._table.selected()

    def open_with(self, **arguments: Any) -> None:
        """Selects the unit of the name `unit` (of `scope`), or searches for `query`."""
        super().open_with(**arguments)
        name = arguments.get("unit")
        if name:
            scope = arguments.get("scope", SYSTEM)
            self.bar.choose_scope(scope)
            self.bar.choose_kind("service" if name.endswith(".service") else "all")
            self.want((scope, name))

    @Slot(str)
    def _open_other(self, name: str) -> None:
        self.open_with(unit=name, scope=self._listing.scope)

    @Slot(str)
    def _open_watched(self, name: str) -> None:
        self.open_with(unit=name)
        self.window().activateWindow()
        self._table.setFocus()

    @Slot()
    def complete(self) -> None:
        """Makes the graphs, which are dear and can wait."""
        self._inspector.pane.status.make_graphs()

    # What can be done with rows.

    def popup(self, place: QPoint) -> None:
        """Opens the menu of the selected units."""
        units = self.selected()
        if not units:
            return
        menu = QMenu(self)
        self.fill_menu(menu, units)
        self.run_menu(menu, place)

    def fill_menu(self, menu: QMenu, units: Sequence[Unit]) -> None:
        """Puts into a menu what can be done with units, bound as they are at this moment."""
        self._actions.fill(menu, units)
        self._watching.fill(menu, units)
        if len(units) == 1 and not is_template(units[0].name):
            menu.addAction(_("Change it by a drop-in…")).triggered.connect(self._making.change)
        if len(units) == 1 and may_be_made(units[0]):
            menu.addAction(_("Remove it…")).triggered.connect(self._making.remove)
        names = "\n".join(unit.name for unit in units)
        copy = menu.addAction(_("Copy the name") if len(units) == 1 else _("Copy the names"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(names))
        pid = units[0].pid
        if len(units) == 1 and pid:
            show = menu.addAction(_("Show its main process"))
            show.triggered.connect(lambda: self.context.shell.open("processes", query=f"pid={pid}"))

    def save_settings(self) -> None:
        """Remembers columns, order, part and scope."""
        self._columns[self._shows_timers] = self._table.shown_columns()
        kept = {**self.remembered(), "columns": self._columns[False]}
        self.context.settings.put_section(
            "services",
            ServicesSettings(
                **kept,
                timer_columns=self._columns[True],
                kind=self._listing.kind.name,
                scope=self._listing.scope,
                splitter=self._inspector.sizes,
                mail=self._watching.mail,
            ),
        )
