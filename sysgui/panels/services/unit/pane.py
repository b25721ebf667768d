"""The pane beside the table: one unit, what it is, says, runs, and hangs together with."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from sysgui.panels.services.units import SYSTEM, Unit, readable
from sysgui.panels.services.watch.page import WatchPage
from sysgui.system.i18n import _
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted

from .detail import UnitDetail
from .exposure import Exposure
from .journal import UnitJournal
from .pages import (
    ExposurePage,
    FilesPage,
    JournalPage,
    MembersPage,
    RelationsPage,
)
from .status import StatusPage

STATUS, JOURNAL, WATCH, FILES, RELATIONS, MEMBERS, EXPOSURE = range(7)


class UnitPane(QWidget):
    """Shows the unit that is selected, and takes no room while none is.

    Args:
        parent: The panel.
        now: Returns the time of day, in seconds since 1970.

    Attributes:
        unit: The one that is shown.
        watch: The page of its watch.
        all_said: Asks for the unit's journal in the tab for logs.

    Signals:
        unit_asked: The name of another unit that the user wants to see.
        process_asked: A `Member` that the user wants to see.
        log_asked: The user wants to see all that the unit has said.
        page_changed: Another page is looked at: what it needs is to be read.
    """

    unit_asked = Signal(str)
    process_asked = Signal(object)
    log_asked = Signal()
    page_changed = Signal()

    def __init__(self, parent: QWidget, now: Callable[[], float]) -> None:
        super().__init__(parent)
        self.unit: Unit | None = None
        self._title = QLabel()
        self._title.setFont(theme.title_font())
        self._about = Muted()
        self._about.setWordWrap(True)
        for label in (self._title, self._about):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(0)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Room for two lines, so that nothing below moves from one unit to the next.
        self._about.setFixedHeight(2 * self._about.fontMetrics().lineSpacing())
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.status = StatusPage()
        self._journal = JournalPage()
        self.all_said = QPushButton(_("All in Logs"))
        self.all_said.setToolTip(
            _("Opens the journal with all that it has said: searched, filtered, followed")
        )
        self.all_said.clicked.connect(self.log_asked)
        self.watch = WatchPage(now)
        self._files = FilesPage()
        self._relations = RelationsPage()
        self._members = MembersPage()
        self._exposure = ExposurePage()
        self._pages = QTabWidget()
        self._pages.setDocumentMode(True)
        self._pages.setUsesScrollButtons(True)
        for page, name, tip in (
            (self.status, _("Status"), _("What it is and uses now")),
            (
                _above(self._journal, self.all_said),
                _("Journal"),
                _("What it said, and systemd of it"),
            ),
            (self.watch, _("Watch"), _("Whether it is kept alive, and what became of it")),
            (self._files, _("Files"), _("Its unit file, drop-ins and environment")),
            (self._relations, _("Depends"), _("What it needs, and who needs it")),
            (self._members, _("Processes"), _("Those in its control group")),
            (self._exposure, _("Security"), _("How it is confined: systemd-analyze security")),
        ):
            self._pages.setTabToolTip(self._pages.addTab(page, name), tip)
        self._pages.currentChanged.connect(self.page_changed)
        self._relations.unit_asked.connect(self.unit_asked)
        self._members.process_asked.connect(self.process_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._title, self._about):
            column.addWidget(widget)
        column.addWidget(self._pages, 1)
        self.setFocusProxy(self._pages)
        self.hide()

    @property
    def page(self) -> int:
        """Which page is looked at."""
        return self._pages.currentIndex()

    def show_page(self, page: int) -> None:
        """Brings a page to the front."""
        self._pages.setCurrentIndex(page)

    def choose(self, unit: Unit | None) -> None:
        """Shows another unit from now on, or none; the page stays."""
        another = unit is None or self.unit is None or unit.key != self.unit.key
        self.unit = unit
        self.setVisible(unit is not None)
        if unit is None:
            return
        if another:
            self._title.setText(readable(unit.name))
            self._title.setToolTip(plain.tip(unit.name))
            self._journal.clear_lines()
            # Of what a user's manager runs, that tab cannot tell one unit from another.
            self.all_said.setVisible(unit.scope == SYSTEM)
            self._exposure.clear_level()
            self.take_detail(UnitDetail(unit.scope, unit.name, loaded=False, properties={}))
            self.status.begin(unit)
            self.watch.choose(unit)
            self.page_changed.emit()
        self.take_unit(unit)

    def take_unit(self, unit: Unit) -> None:
        """Takes the unit as the table has it now."""
        if self.unit is None or unit.key != self.unit.key:
            return
        before, self.unit = self.unit, unit
        if before.active != unit.active:
            self.watch.choose(unit)
        if self._about.text() != unit.description:
            self._about.setText(unit.description)
        self.status.take_unit(unit)

    def vanish(self) -> None:
        """Says that the unit has gone; what was known of it stays to be read."""
        self._about.setText(
            _("This unit is gone: its files were removed, or it was made for once.")
        )

    @Slot(object)
    def take_detail(self, detail: UnitDetail) -> None:
        """Takes what was read of it closely."""
        if self.unit is None or (detail.scope, detail.name) != self.unit.key:
            return
        self.status.take_detail(detail)
        self._files.take(detail)
        self._relations.take(detail)
        self._members.take(detail.members)
        self._pages.setTabText(MEMBERS, _named(_("Processes"), len(detail.members)))
        self._pages.setTabText(FILES, _named(_("Files"), len(detail.texts)))

    @Slot(object)
    def take_journal(self, journal: UnitJournal) -> None:
        """Takes what its journal says."""
        if self.unit is not None and (journal.scope, journal.name) == self.unit.key:
            self._journal.take(journal)

    @Slot(object)
    def take_exposure(self, exposure: Exposure) -> None:
        """Takes how it is confined."""
        if self.unit is None or self.unit.key != (exposure.scope, exposure.name):
            if self.unit is not None and self.unit.type != "service":
                self._exposure.say_none()
            return
        self._exposure.take(exposure)


def _above(page: QWidget, button: QPushButton) -> QWidget:
    """Returns a page with a button beneath it."""
    both = QWidget()
    both.setFocusProxy(page)
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(page, 1)
    column.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
    return both


def _named(name: str, count: int) -> str:
    return f"{name} {count}" if count else name
