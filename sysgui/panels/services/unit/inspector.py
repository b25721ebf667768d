"""What is read of the one unit that the pane shows: only while it is shown, and only that page."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Slot

from sysgui.panels.services.units import Key, Unit
from sysgui.system.i18n import _
from sysgui.system.query_values import quote
from sysgui.ui.panel import PanelView
from sysgui.ui.table_and_pane import TableAndPane
from sysgui.ui.table_view import TableView

from .detail import DetailProbe, Member
from .exposure import ExposureProbe
from .journal import UnitJournalProbe
from .pane import EXPOSURE, JOURNAL, UnitPane

# What changes without a signal, such as processes that come and go, is looked for so often.
DETAIL_EVERY = 10.0
JOURNAL_EVERY = 1.0
# It changes with the unit's file only; another unit is asked for at once.
EXPOSURE_EVERY = 600.0

# The pane follows when the selection rests: whoever walks through the rows by key wants the rows.
REST_MS = 150


class Inspector(QObject):
    """Reads what the pane shows, tells the pane, and shares the width with the table.

    Args:
        view: The panel.
        table: Its table of units.
        find: Returns a unit as it is now; None if it has gone.
        sizes: The widths of table and pane, as they were remembered.

    Attributes:
        pane: Shows one unit.
        splitter: Holds the table and the pane.
    """

    def __init__(
        self,
        view: PanelView,
        table: TableView,
        find: Callable[[Key], Unit | None],
        sizes: Sequence[int],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._table = table
        self._find = find
        self.pane = UnitPane(view, view.context.host.now)
        self.splitter = TableAndPane(
            Qt.Orientation.Horizontal,
            table,
            self.pane,
            view,
            remembered=sizes,
            usual=[600, 440],
            rest_ms=REST_MS,
        )
        self._poll(view)
        self.splitter.rested.connect(self._follow)
        self.pane.page_changed.connect(self._read_page)
        self.pane.process_asked.connect(self._open_process)
        self.pane.log_asked.connect(self._open_log)
        view.action(_("Close the pane"), self._close, "Esc")

    def _poll(self, view: PanelView) -> None:
        host = view.context.host
        self._detail = view.poll(DetailProbe(host), DETAIL_EVERY, self.pane.take_detail)
        self._detail.with_arguments(self._question)
        self._journal = view.poll(UnitJournalProbe(host), JOURNAL_EVERY, self.pane.take_journal)
        self._journal.with_arguments(self._journal_question)
        self._exposure = view.poll(ExposureProbe(host), EXPOSURE_EVERY, self.pane.take_exposure)
        self._exposure.with_arguments(self._exposure_question)

    @property
    def key(self) -> Key | None:
        """Which unit the pane shows; None is none."""
        return self.pane.unit.key if self.pane.unit is not None else None

    @property
    def sizes(self) -> list[int]:
        """The widths of table and pane, to be remembered."""
        return self.splitter.kept()

    def refresh(self) -> None:
        """Looks at the unit that is shown as the table has it now."""
        shown = self.pane.unit
        if shown is None:
            return
        now = self._find(shown.key)
        if now is None:
            self.pane.vanish()
            return
        self.pane.take_unit(now)
        if _state(now) != _state(shown):
            self._detail.ask_now()

    def regulate(self) -> None:
        """Has only that read which somebody looks at: nothing while no unit is chosen."""
        looked = self._view.watched and self.pane.unit is not None
        page = self.pane.page
        for poller, wanted in (
            (self._detail, looked),
            (self._journal, looked and page == JOURNAL),
            (self._exposure, looked and page == EXPOSURE),
        ):
            if wanted:
                poller.start()
            else:
                poller.pause()

    def sample(self) -> None:
        """Adds what the unit uses now to its graphs."""
        if self.pane.unit is not None:
            self.pane.status.sample(self.pane.unit)

    @Slot()
    def _follow(self) -> None:
        units = self._table.selected()
        if len(units) != 1:
            return
        opened = self.pane.isHidden()
        with self.splitter.changing():
            self.pane.choose(units[0])
        if opened:
            self._table.scrollTo(self._table.currentIndex())
        self._read_page()
        self._detail.ask_now()

    def _close(self) -> None:
        if self.pane.isAncestorOf(self._view.focusWidget() or self._view):
            self._table.setFocus()
        self._table.clearSelection()
        with self.splitter.changing():
            self.pane.choose(None)
        self.regulate()

    @Slot(object)
    def _open_process(self, member: Member) -> None:
        self._view.context.shell.open("processes", key=(member.pid, member.start))

    @Slot()
    def _open_log(self) -> None:
        if self.pane.unit is not None:
            query = f"unit={quote(self.pane.unit.name)}"
            self._view.context.shell.open("logs", path="journal:system", query=query)

    @Slot()
    def _read_page(self) -> None:
        self.regulate()
        if self.pane.page == JOURNAL:
            self._journal.ask_now()
        elif self.pane.page == EXPOSURE:
            self._exposure.ask_now()

    # What is asked for, and what comes.

    def _question(self) -> dict[str, str]:
        unit = self.pane.unit
        if unit is None:
            return {}
        return {"scope": unit.scope, "name": unit.name, "path": unit.path, "file": unit.file}

    def _journal_question(self) -> dict[str, str]:
        unit = self.pane.unit
        if unit is None or self.pane.page != JOURNAL:
            return {}
        return {"scope": unit.scope, "name": unit.name}

    def _exposure_question(self) -> dict[str, str]:
        unit = self.pane.unit
        if unit is None or self.pane.page != EXPOSURE or unit.type != "service":
            return {}
        return {"scope": unit.scope, "name": unit.name}


def _state(unit: Unit) -> tuple[object, ...]:
    """Returns what of a unit tells that all else may have changed."""
    return unit.active, unit.sub, unit.enabled, unit.since, unit.pid, unit.changed, unit.path
