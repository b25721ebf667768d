"""The process table with its search, and the pane that shows one process."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from sysgui.system.elevation import Data, Frame
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.processes import Process
from sysgui.ui.panel import Context
from sysgui.ui.table import TableModel
from sysgui.ui.table_and_pane import TableAndPane
from sysgui.ui.table_panel import TablePanel, TableSettings

from .actions import Chosen, Hands, refusal
from .bar import ListBar
from .columns import COLUMNS
from .detail import Detail
from .inspected import detail_of
from .listing import KEY, Key, Listing
from .pane import ProcessPane
from .probe import Changes

EVERY = 1.0
DETAIL_EVERY = 2.0
FIRST_RATES = 0.45
# Shares of CPU are those since the reading before: with the second one all rows change their
# places, and so they do with the first after a while in which nobody looked.
SHARES_KNOWN = 2

DEFAULT_COLUMNS = ["name", "pid", "user", "cpu", "rss", "read", "write", "state", "command"]


class ProcessesSettings(TableSettings, frozen=True):
    """What is remembered of this panel.

    Attributes:
        tree: Whether children stand beneath their parents.
    """

    columns: list[str] = msgspec.field(default_factory=lambda: list(DEFAULT_COLUMNS))
    sort: str = "cpu"
    tree: bool = False


class ProcessesView(TablePanel):
    """Shows all processes and acts on those that the user chose.

    Args:
        context: What the application gives.
    """

    _listing: Listing

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        settings = context.settings.section("processes", ProcessesSettings)
        self._listing = Listing(settings.sort, descending=settings.descending, tree=settings.tree)
        self._whole = True
        self._inside: Detail | None = None
        self._readings = 0
        # Up to this reading the row that is wanted is brought back into sight.
        self._followed_until = 0
        # Made in the order in which Tab goes through them.
        self._bar = ListBar(self, tree=settings.tree)
        self.add_search(self._bar, self._bar.search)
        self.make_table(TableModel(COLUMNS, KEY, self), _("Processes"), settings)
        self._table.shades = {"cpu": ("cpu", lambda p: min(1.0, (p.cpu or 0.0) / 100.0))}
        self._pane = ProcessPane(self)
        self._splitter = TableAndPane(
            Qt.Orientation.Horizontal,
            self._table,
            self._pane,
            self,
            remembered=settings.splitter,
            usual=[760, 300],
        )
        self.add(self._splitter, 1)
        self.add_refusal()
        self._elevation = self.add_elevation()
        self._connect()

    def _connect(self) -> None:
        self._bar.shape.changed.connect(self._set_shape)
        self._table.toggled.connect(self._toggle)
        self._splitter.rested.connect(self._follow_selection)
        self.offer_menu()
        self._pane.end_asked.connect(self._end_in_pane)
        self._pane.nice_asked.connect(self._renice_in_pane)
        self._pane.more_asked.connect(self._open_menu_of_pane)
        self.action(_("End the selected processes…"), self._end, "Delete")
        self.action(_("Kill the selected processes…"), self._kill, "Shift+Delete")
        self.action(_("Stop the selected processes"), self._stop, "Ctrl+Shift+S")
        self.action(_("Continue the selected processes"), self._continue, "Ctrl+Shift+C")
        self.action(_("Nice value of the selected processes…"), self._renice, "Ctrl+Shift+N")
        self.action(_("Flat list or tree"), self._toggle_shape, "Ctrl+T")
        self._show_in_table = self.action(
            _("Show the pane's process in the table"), self._scroll_to_pane, "Ctrl+L"
        )
        self._look_inside = self.action(
            _("Files and sockets of the pane's process, as root…"), self._inspect, "Ctrl+I"
        )
        self.action(_("Close the pane"), self._close_pane, "Esc")
        reader = self.context.reader
        self._changes = self.poll(reader.probe("processes.changes", Changes), EVERY, self._take)
        self._changes.with_arguments(lambda: {"whole": self._whole})
        self._elevation.done.connect(self._take_frames)
        self._hands = Hands(self, self._fail, self._changes.ask_now, self._elevation.do)
        self._changes.problem.connect(self._start_anew)
        self._changes.bug.connect(self._start_anew)
        self._detail = self.poll(
            reader.probe("processes.detail", Detail), DETAIL_EVERY, self._take_detail
        )
        self._detail.with_arguments(self._asked_detail)
        self._detail.pause()

    # Readings.

    @Slot(object)
    def _take(self, changes: Changes) -> None:
        self._whole = False
        self._listing.take(changes)
        self._readings += 1
        self.arrange(changes.changed)
        self.follow_wanted()
        process = self._pane.process
        if process is not None:
            now = self._listing.find(process.key)
            if now is None:
                self._detail.pause()
            self._pane.take(now, self.context.host.monotonic())
        if self._readings == 1:
            self.figured.emit()
            QTimer.singleShot(round(FIRST_RATES * 1000), self._changes, self._changes.ask_now)
        elif self._readings == SHARES_KNOWN:
            self.ready.emit()

    @Slot(object)
    def _start_anew(self, _trouble: object) -> None:
        # The child that remembered what it had told is gone: the next one tells everything.
        self._whole = True

    @Slot(object)
    def _take_detail(self, detail: Detail) -> None:
        inside = self._inside
        if inside is not None and (inside.pid, inside.start) == (detail.pid, detail.start):
            detail = msgspec.structs.replace(detail, files=inside.files, sockets=inside.sockets)
        self._pane.take_detail(detail)

    def _inspect(self) -> None:
        """Reads once, as root, what of the pane's process only root may read."""
        chosen = self._bound(self._in_pane())
        chosen.inspect()
        chosen.close()

    @Slot(object)
    def _take_frames(self, frames: Sequence[Frame]) -> None:
        process = self._pane.process
        if process is not None and any(isinstance(frame, Data) for frame in frames):
            try:
                self._inside = detail_of(process.pid, process.start, frames)
            except Problem as problem:
                self._fail(problem)
                return
            self._detail.ask_now()
        self._changes.ask_now()

    def _asked_detail(self) -> dict[str, int]:
        process = self._pane.process
        return {"pid": process.pid, "start": process.start} if process else {}

    def tells(self, problem: Problem) -> bool:
        """That the chosen process has ended is said by the pane."""
        return problem.code != "process-gone"

    # Order, search, shape.

    def arrange(self, changed: Iterable[Process] = ()) -> None:
        """Shows the processes as they are now.

        Args:
            changed: Among which new ones may be.
        """
        if self._table.held and self._readings > 2:
            shown, ended = self._listing.kept(changed)
        else:
            shown, ended = self._listing.arranged(), frozenset[int]()
        self.show_rows(shown, ended)
        self._bar.say_count(
            self._listing.matched,
            self._listing.total,
            hidden=self._listing.hidden,
            held=self._table.held,
        )

    @Slot(int)
    def _set_shape(self, place: int) -> None:
        self._listing.tree = bool(place)
        self.arrange_anew()

    def _toggle_shape(self) -> None:
        self._bar.shape.choose(int(not self._listing.tree))

    @Slot(object)
    def _toggle(self, key: Key) -> None:
        self._listing.collapsed ^= {key[0]}
        self.arrange_anew()

    # Selection.

    @Slot()
    def _follow_selection(self) -> None:
        selected = self._table.selected()
        if len(selected) != 1:
            # A process that ended stays in the pane; several have no common graphs.
            if selected:
                self._choose(None)
            return
        if selected[0].key != self._wanted:
            self._wanted = None  # The hand has chosen another meanwhile.
        if self._pane.process is None or selected[0].key != self._pane.process.key:
            self._choose(selected[0])

    def _close_pane(self) -> None:
        self._table.clearSelection()
        self._choose(None)

    def _choose(self, process: Process | None) -> None:
        with self._splitter.changing():
            self._pane.choose(process, refusal(self.context.host, process) if process else "")
        if process is None:
            self._detail.pause()
            return
        self._pane.take(process, self.context.host.monotonic())
        if self.watched:
            self._detail.start()
            self._detail.ask_now()

    def set_watched(self, watched: bool) -> None:
        """Reads the chosen process closely only while there is one."""
        super().set_watched(watched)
        if self._pane.process is None:
            self._detail.pause()

    def _scroll_to_pane(self) -> None:
        """Finds the row again after others have pushed it out of sight."""
        for process in self._in_pane():
            place = self._model.place(process.key)
            if place >= 0:
                self._table.bring(place)
            else:
                self._fail(
                    Problem(
                        "not-listed",
                        _("{name} is not in the table now.").format(name=process.name),
                        _("It has ended, or the search or a closed branch of the tree hides it."),
                    )
                )

    def open_with(self, **arguments: Any) -> None:
        """Selects the process with the identity `key`, or searches for `query`."""
        super().open_with(**arguments)
        key = arguments.get("key")
        self._followed_until = max(SHARES_KNOWN, self._readings + 1)
        self.want(tuple(key) if key is not None else None)

    def follow_wanted(self) -> None:
        """Selects the row that is wanted, and keeps it in sight until the rows have their order."""
        wanted = self._wanted
        super().follow_wanted()
        if self._readings < self._followed_until:
            self._wanted = wanted

    # Actions.

    def _bound(self, processes: Sequence[Process]) -> Chosen:
        """Binds processes as they are at this moment."""
        return Chosen(self.context.host, processes, self._hands)

    def _in_pane(self) -> list[Process]:
        return [self._pane.process] if self._pane.process else []

    def popup(self, place: QPoint) -> None:
        """Opens the menu of the selected processes."""
        self._popup(place, self._table.selected())

    @Slot()
    def _open_menu_of_pane(self) -> None:
        more = [self._show_in_table]
        if self._pane.needs_root:
            more.append(self._look_inside)
        self._popup(self.cursor().pos(), self._in_pane(), *more)

    def _popup(self, place: QPoint, processes: Sequence[Process], *more: QAction) -> None:
        chosen = self._bound(processes)
        if chosen.handles:
            menu = QMenu(self)
            menu.addActions(more)
            chosen.fill(menu)
            if [each.key for each in processes] == [each.key for each in self._in_pane()]:
                self._add_service(menu, self._pane.service)
            self.run_menu(menu, place)
        chosen.close()

    def _add_service(self, menu: QMenu, service: str) -> None:
        """Adds the way to the service that a process belongs to; "" is none."""
        if service:
            menu.addSeparator()
            show = menu.addAction(_("Show {unit}").format(unit=service.replace("&", "&&")))
            show.triggered.connect(lambda: self.context.shell.open("services", unit=service))

    def _do(self, act: str, processes: Sequence[Process]) -> None:
        if not processes:
            self._fail(Problem("nothing-selected", _("Select a process first.")))
            return
        chosen = self._bound(processes)
        if chosen.handles and chosen.refusal:
            self._fail(
                Problem(
                    "not-permitted",
                    _("{name}: nothing was done. {why}").format(
                        name=chosen.name, why=chosen.refusal
                    ),
                    _("“sysgui doctor” says how to act on others' processes."),
                )
            )
        else:
            self._table.hold()
            getattr(chosen, act)()
            self._table.release()
        chosen.close()

    # What a key acts on is what the table shows as selected, never what only the pane still has.

    def _end(self) -> None:
        self._do("end", self._table.selected())

    def _kill(self) -> None:
        self._do("kill", self._table.selected())

    def _stop(self) -> None:
        self._do("stop", self._table.selected())

    def _continue(self) -> None:
        self._do("resume", self._table.selected())

    def _renice(self) -> None:
        self._do("renice", self._table.selected())

    @Slot()
    def _end_in_pane(self) -> None:
        self._do("end", self._in_pane())

    @Slot()
    def _renice_in_pane(self) -> None:
        self._do("renice", self._in_pane())

    def complete(self) -> None:
        """Makes the pane's graphs while nobody waits for them."""
        self._pane.make_graphs()

    def save_settings(self) -> None:
        """Remembers columns, order and shape."""
        kept = ProcessesSettings(
            **self.remembered(), splitter=self._splitter.kept(), tree=self._listing.tree
        )
        self.context.settings.put_section("processes", kept)
