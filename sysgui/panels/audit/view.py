"""The table of what was done as root, and the pane that tells all of one row."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from sysgui.system.elevation import Frame, Order, Piece
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.panel import Context
from sysgui.ui.poller import Poller
from sysgui.ui.query_edit import QueryEdit
from sysgui.ui.table import TableModel
from sysgui.ui.table_and_pane import TableAndPane
from sysgui.ui.table_panel import TablePanel, TableSettings
from sysgui.ui.table_view import table_keys

from .columns import COLUMNS, LANGUAGE
from .entries import Done, local_time
from .listing import Listing
from .pane import DonePane
from .probe import Audit, AuditProbe, TellingProbe, older

EVERY = 5.0

DEFAULT_COLUMNS = ("time", "result", "duration", "user", "operation", "objects")


class AuditSettings(TableSettings, frozen=True):
    """What is remembered of this panel."""

    columns: list[str] = msgspec.field(default_factory=lambda: list(DEFAULT_COLUMNS))
    sort: str = "time"


class AuditView(TablePanel):
    """Shows what was done, the latest first.

    Args:
        context: What the application gives.
    """

    _listing: Listing

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        settings = context.settings.section("audit", AuditSettings)
        self._listing = Listing(settings.sort, descending=settings.descending)
        self._polled = False
        # Made in the order in which Tab goes through them.
        self._add_bar()
        model = TableModel(COLUMNS, lambda done: done.cursor, self)
        self.make_table(model, _("Done as root"), settings)
        self._pane = DonePane(self)
        self._splitter = TableAndPane(
            Qt.Orientation.Vertical,
            self._table,
            self._pane,
            self,
            remembered=settings.splitter,
            usual=[420, 210],
        )
        self.add(self._splitter, 1)
        self.add_refusal()
        self._elevation = self.add_elevation()
        self._telling = Poller(self, TellingProbe(context.host), 0.0)
        context.shell.watch(self._telling)
        self._connect()

    def _add_bar(self) -> None:
        bar = QWidget(self)
        search = QueryEdit(
            LANGUAGE,
            _("Find what was done"),
            _("Find: sleep   operation=process-signal   not result=done"),
            bar,
        )
        self._button = QPushButton(_("Show as root…"), bar)
        self._button.setToolTip(
            _("Only root and the groups adm and systemd-journal may read this  Ctrl+I")
        )
        self._button.clicked.connect(self._ask)
        self._button.hide()
        self._count = Muted()
        self._count.setMinimumWidth(20 * theme.STEP)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(search, 1)
        row.addWidget(self._button)
        row.addWidget(self._count)
        self.add_search(bar, search)

    def _connect(self) -> None:
        self._table.acted.connect(self._enter_pane)
        self._splitter.rested.connect(self._follow_selection)
        self._elevation.done.connect(self._take_frames)
        self._telling.reading.connect(self._take_told)
        self._telling.bug.connect(self.problems.show_bug)
        self.action(
            _("Show what was done as root, with an administrator's password…"),
            self._ask,
            "Ctrl+I",
        )
        self.action(_("Close the pane"), self._close_pane, "Esc")
        self.poll(AuditProbe(self.context.host), EVERY, self._take)

    # Readings.

    @Slot(object)
    def _take(self, audit: Audit) -> None:
        self._button.setVisible(audit.hidden)
        if self._listing.take(audit):
            self.arrange()
        if not self._polled:
            self._polled = True
            self.figured.emit()
            self.ready.emit()

    @Slot()
    def _ask(self) -> None:
        self._elevation.do(Order("audit-read"), _("Reading the journal"))

    @Slot(object)
    def _take_frames(self, frames: Sequence[Frame]) -> None:
        pieces = [
            str(frame.facts.get("data", "")).encode("latin-1", "replace")
            for frame in frames
            if isinstance(frame, Piece)
        ]
        self._telling.ask_once(told=b"".join(pieces))

    @Slot(object)
    def _take_told(self, audit: Audit) -> None:
        self._listing.take_told(audit)
        self._button.setText(_("Read again as root…"))
        now = local_time(self.context.host.now())
        self._button.setToolTip(_("Read at {time}  Ctrl+I").format(time=now))
        self.arrange()

    def arrange(self) -> None:
        """Shows what was done as it is known now, in the table and in the pane."""
        self.show_rows(self._listing.arranged())
        self._count.setText(self._listing.count())
        self._count.setToolTip(older() if self._listing.audit.cut else "")
        shown = self._pane.done
        if shown is not None:
            self._pane.show_done(self._listing.now(shown))

    # The pane.

    @Slot()
    def _follow_selection(self) -> None:
        selected = self._table.selected()
        if len(selected) == 1:
            self._choose(selected[0])
        elif selected:
            self._choose(None)

    def _choose(self, done: Done | None) -> None:
        opened = self._pane.isHidden() and done is not None
        with self._splitter.changing():
            self._pane.show_done(done)
        if opened:
            self._table.scrollTo(self._table.currentIndex())

    @Slot()
    def _enter_pane(self) -> None:
        self._follow_selection()
        if not self._pane.isHidden():
            self._pane.setFocus()

    def _close_pane(self) -> None:
        if self._pane.isAncestorOf(self.focusWidget() or self):
            self._table.setFocus()
        self._table.clearSelection()
        self._choose(None)

    def further_keys(self) -> Sequence[tuple[str, str]]:
        """Returns those of the table; there is nothing that could be done with a row."""
        keys = {**dict(table_keys()), _("Enter"): _("Go into the pane of the selected row")}
        return list(keys.items())

    def save_settings(self) -> None:
        """Remembers columns, order and heights."""
        kept = AuditSettings(**self.remembered(), splitter=self._splitter.kept())
        self.context.settings.put_section("audit", kept)
