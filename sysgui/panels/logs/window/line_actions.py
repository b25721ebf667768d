"""What can be done with lines: copied, marked, gone to, and what a menu of them offers."""

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QInputDialog, QMenu

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.sought import ERRORS, HITS, NUMBER, TIME
from sysgui.system.i18n import _, ngettext
from sysgui.ui.panel import PanelView

from .asking import Asking
from .bookmarks import Bookmarks
from .log_pane import LogPane
from .time_dialog import TimeDialog
from .ways_out import WaysOut
from .whole_lines import WholeLines

# As many rows are copied at once, and as much of each, in bytes.
MOST_COPIED = 100_000
COPIED_CUT = 1 << 20


class LineActions(QObject):
    """Does something with the lines of a log.

    Args:
        view: Owns it; its actions are the panel's.
        pane: Shows the log.
        asking: Asks for what is not at hand.
        bookmarks: Marks lines.

    Attributes:
        of_several: What others offer for several lines.
    """

    def __init__(
        self, view: PanelView, pane: LogPane, asking: Asking, bookmarks: Bookmarks
    ) -> None:
        super().__init__(view)
        self.of_several: list[QAction] = []
        self._view = view
        self._pane = pane
        self._lines = pane.lines
        self._asking = asking
        lines = self._lines
        lines.acted.connect(self.open_menu)
        lines.copied.connect(self._copy_lines)
        lines.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        lines.customContextMenuRequested.connect(self._open_menu_at)
        asking.copied.connect(self._put_on_clipboard)
        self._whole_lines = WholeLines(view, pane, asking)
        self._ways_out = WaysOut(view, pane, asking)
        self._copies_messages = False
        self._messages = view.action(
            _("Copy without time, host and program"), self._copy_messages, "Ctrl+Shift+C"
        )
        view.action(_("Next match"), self.find_next, "F3")
        view.action(_("Match before"), self.find_before, "Shift+F3")
        self._next_of_errors = view.action(_("Next error"), self.next_error, "F8")
        self._before_of_errors = view.action(_("Error before"), self.error_before, "Shift+F8")
        self._bookmarks = bookmarks
        self._by_number = view.action(_("Go to a line…"), self.go_to_number, "Ctrl+G")
        self._by_time = view.action(_("Go to a time…"), self.ask_for_time, "Ctrl+T")

    # From one line to another.

    @Slot()
    def find_next(self) -> None:
        """Goes to the next match."""
        self._asking.look_for(HITS)

    @Slot()
    def find_before(self) -> None:
        """Goes to the match before."""
        self._asking.look_for(HITS, back=True)

    @Slot()
    def next_error(self) -> None:
        """Goes to the next error."""
        self._asking.look_for(ERRORS)

    @Slot()
    def error_before(self) -> None:
        """Goes to the error before."""
        self._asking.look_for(ERRORS, back=True)

    @Slot()
    def go_to_number(self) -> None:
        """Asks for the number of a line, and goes there."""
        page, line = self._asking.page, self._lines.current
        most = page.lines if page is not None else 0
        label = _("Number of the line, 1 to {most}")
        if page is not None and page.sources and self._asking.query.strip():
            # Which line of all is which would have to be counted through all logs.
            most = page.rows
            label = _("Which of the lines that are shown, 1 to {most}")
        number, given = QInputDialog.getInt(
            self._view,
            _("Go to a line"),
            label.format(most=most),
            line.number if line is not None and line.number else 1,
            1,
            max(1, most),
        )
        if given:
            self._asking.go_to(NUMBER, number)

    @Slot()
    def ask_for_time(self) -> None:
        """Asks for a time, and goes to the first row that is of it or later."""
        dialog = TimeDialog(self._view.context.host, self._pane.zone, self._view)
        dialog.given.connect(self._go_to_time)
        dialog.open()

    @Slot(object)
    def _go_to_time(self, time: int) -> None:
        self._asking.go_to(TIME, time)

    # Copies.

    @Slot()
    def _copy_lines(self) -> None:
        self._copy(messages=False)

    @Slot()
    def _copy_messages(self) -> None:
        self._copy(messages=True)

    def _copy(self, *, messages: bool) -> None:
        row, count = self._lines.selected()
        if not count:
            return
        if self._asking.copy(row, min(count, MOST_COPIED), COPIED_CUT):
            self._copies_messages = messages
        else:
            self._asking.said.emit(_("Lines are being copied already."))

    @Slot(object)
    def _put_on_clipboard(self, page: Page) -> None:
        count = len(page.shown)
        copied = (
            map(_message, page.shown)
            if self._copies_messages
            else (line.text for line in page.shown)
        )
        QGuiApplication.clipboard().setText("\n".join(copied))
        said = ngettext("{n} line was copied.", "{n} lines were copied.", count).format(n=count)
        if self._lines.selected()[1] > MOST_COPIED:
            said = _("The first {n} lines were copied: no more at once.").format(n=MOST_COPIED)
        self._asking.said.emit(said)

    # The menu.

    @Slot(QPoint)
    def _open_menu_at(self, place: QPoint) -> None:
        self._popup(self._lines.viewport().mapToGlobal(place))

    @Slot()
    def open_menu(self) -> None:
        """Opens the menu of the current line beneath it."""
        self._popup(self._lines.place_of_current())

    def _popup(self, place: QPoint) -> None:
        if not self._lines.selected()[1]:
            return
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copied = menu.addAction(_("Copy"), self._copy_lines)
        copied.setShortcut("Ctrl+C")
        menu.addAction(self._messages)
        line = self._lines.current
        if line is not None:
            menu.addSeparator()
            self._pane.add_ways_on(menu, line)
            menu.addSeparator()
            self._ways_out.fill(menu, line)
        menu.addAction(self._whole_lines.action)
        menu.addSeparator()
        for action in (
            *self._bookmarks.actions, self._next_of_errors, self._before_of_errors,
        ):  # fmt: skip
            menu.addAction(action)
        menu.addAction(self._by_number)
        menu.addAction(self._by_time)
        if self._lines.selected()[1] > 1:
            menu.addActions(self.of_several)
        menu.popup(place)


def _message(line: Line) -> str:
    """Returns what a line says, without what stands before it in lines of its form."""
    begin, end = line.parts.get("message", (0, len(line.text)))
    return line.text[begin:end]
