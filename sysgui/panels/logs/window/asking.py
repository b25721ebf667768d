"""What is asked of the log that is read, and what is done with the answers."""

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from sysgui.panels.logs import slashes
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.permission import NOT_PERMITTED
from sysgui.panels.logs.sought import HITS, LINE, TIME
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.reader import GONE, Reader
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .log_pane import LogPane

# How often it is looked whether the log has grown, in seconds.
EVERY = 0.25


class Asking(QObject):
    """Asks for pages of one log, and shows them.

    Args:
        view: Owns it.
        pane: Shows what comes.

    Attributes:
        path: Of the log.
        source: What is opened instead of it; "" if itself is.
        query: Which lines are rows.
        sought: What is looked for among them.
        context: So many lines before and after each that is asked for are rows too.
        seek: Which row is looked for, until it is found; see `PageProbe.read`.
        page: The last that came; None until then.
        place: Which of the hits is the current line, from 0; -1 if none.

    Signals:
        said: Something for the user, translated; "" takes it back.
        copied: A page that `copy` has asked for.
        opened: Another log is read.
        left: Another log is chosen.
        closed: This user may not read the log of this name.
        shown: The page that is shown now.
    """

    said = Signal(str)
    left = Signal()
    closed = Signal(str)
    copied = Signal(object)
    opened = Signal()
    shown = Signal(object)

    def __init__(self, view: PanelView, pane: LogPane) -> None:
        super().__init__(view)
        self.path = self.source = self.query = self.sought = ""
        self._is_source_older = False
        self.context = 0
        self.seek: tuple[str, int, bool] | None = None
        self.page: Page | None = None
        self.place = -1
        # Where `find` set out from, and on which row it arrived; -1 once one has gone on.
        self._begin = (-1, False)
        self._arrived = -1
        self._is_typed = False
        self._pane = pane
        self._problems = view.problems
        # A child of its own: a log is looked through for seconds, and others do not wait for it.
        self._reader = Reader(view.context.host.root)
        probe = self._reader.probe("logs.page", Page)
        self._view = view
        self._pages = Poller(self, probe, EVERY, self._reader.stop)
        view.context.shell.watch(self._pages)
        self._pages.bug.connect(view.show_bug)
        self._copies = self.further_poller(self)
        for poller in (self._pages, self._copies):
            poller.problem.connect(self._take_problem)
        self._pages.with_arguments(self._arguments)
        self._pages.reading.connect(self._take_page)
        self._copies.reading.connect(self.copied)
        pane.lines.asked.connect(self._pages.ask_now)

    def set_watched(self, watched: bool) -> None:
        """Looks at the log only while somebody looks at it."""
        if watched:
            self._pages.start()
        else:
            self._pages.pause()

    def further_poller(self, parent: QObject, name: str = "logs.page", kind: type = Page) -> Poller:
        """Returns what asks the same child single questions besides.

        Args:
            parent: Owns it.
            name: Of the probe that is asked; see `what` for that of pages.
            kind: What that answers.
        """
        poller = Poller(parent, self._reader.probe(name, kind), 0.0, self._reader.stop)
        poller.bug.connect(self._view.show_bug)
        self._view.context.shell.watch(poller)
        return poller

    # What is asked.

    def open(self, path: str) -> None:
        """Reads another log."""
        self.left.emit()
        self._open(path, "")

    @Slot(str, str, bool)
    def open_instead(self, path: str, source: str, older: bool) -> None:
        """Reads what is opened instead of a log, if that is still chosen.

        Args:
            path: The log's.
            source: What is opened.
            older: Whether that begins with what was rotated away.
        """
        if path == self.path:
            self._is_source_older = older
            self._open(path, source)

    def _open(self, path: str, source: str) -> None:
        self.path, self.source, self.page = path, source, None
        self.said.emit("")
        self.opened.emit()
        self._pane.show_nothing("")
        self._pages.ask_now()

    def move(self, path: str) -> None:
        """Reads the same logs by other offsets, or without some of them."""
        line = self._pane.lines.current
        self.path, self.source = path, ""
        if line is not None and not self._pane.lines.follows:
            self.seek = (LINE, line.offset, False)
        self._pages.ask_now()

    def show_only(self, query: str) -> None:
        """Sets which lines are rows."""
        self.query = query
        self._show_others()

    def show_around(self, lines: int) -> None:
        """Sets how many lines before and after each that is asked for are rows too."""
        self.context = lines
        self._show_others()

    def find(self, sought: str) -> None:
        """Sets what is looked for among the rows, and goes to the nearest of them.

        It is the next one from where one looks, or the last one if that is the end. While it is
        typed it is looked for from where that began, not from what its first letters have found.
        """
        lines = self._pane.lines
        self.sought = sought
        self.place = -1
        if self._arrived < 0 or lines.current_row != self._arrived:
            back = lines.follows and lines.current is None
            self._begin = (self._place(back=back), back)
        if sought.strip():
            place, back = self._begin
            self.go_to(HITS, place, back=back)
            self._is_typed = True
        else:
            self._pages.ask_now()

    def look_for(self, kind: str, *, back: bool = False) -> None:
        """Goes to the next row of a kind, on or back from where one looks."""
        self.go_to(kind, self._place(back=back), back=back)

    def go_to(self, kind: str, place: int, *, back: bool = False) -> None:
        """Goes to the row that is meant; see `PageProbe.read`."""
        self.seek = (kind, place, back)
        self._is_typed = False
        self._pages.ask_now()

    def _place(self, *, back: bool) -> int:
        """Returns from where on, or back, something is looked for; -1 is both ends of the log."""
        lines = self._pane.lines
        line = lines.current
        if line is None and not lines.follows:
            # What is seen at the top is found as well, on from there.
            line = lines.line(lines.top_row - (not back))
        return line.offset if line is not None else -1

    @Slot()
    def read_older(self) -> None:
        """Reads the log with what was rotated away from it, or without, as the switch says."""
        if self.source:
            return  # What is opened instead is another one then.
        self.seek = None
        self._begin_anew()
        self._pages.ask_now()

    def copy(self, row: int, count: int, cut: int) -> bool:
        """Asks for rows that are to be copied; False if others are asked for already.

        Args:
            row: The first of them.
            count: As many.
            cut: So many bytes of each.
        """
        return self._copies.ask_once(**self.what(row, count), cut=cut, seconds=0.0)

    def _show_others(self) -> None:
        """Asks for the rows anew, and goes to the current line among them."""
        line = self._pane.lines.current
        self._begin_anew()
        # Whoever has found a line in one view wants to see what stands around it in another.
        self.seek = (LINE, line.offset, False) if line is not None else None
        self._pages.ask_now()

    def _begin_anew(self) -> None:
        self.place, self.page = -1, None
        self._pane.lines.forget()

    def _arguments(self) -> dict[str, Any]:
        row, count = self._pane.lines.wanted()
        known = self.page is not None
        return {
            **self.what(row, count), **self._pane.parts(), "seek": self.seek, "known": known,
            "marks": sorted(self._pane.lines.bookmarks),
        }  # fmt: skip

    def what(self, row: int, count: int) -> dict[str, Any]:
        """Returns a question for some rows, from a row on."""
        return {
            "source": self.source or self.path,
            "query": self.query,
            "search": self.sought,
            "older": self.older,
            "context": self.context,
            "row": row,
            "count": count,
            "shift": self.page.shift[0] if self.page is not None else 0,
        }

    # What is answered.

    @property
    def older(self) -> bool:
        """Whether what was rotated away from the log is read as its begin."""
        return self._is_source_older if self.source else self._pane.older.isChecked()

    @property
    def asked(self) -> tuple[str, bool, str, str]:
        """What the page must answer that is shown, as `Page.asked` has it."""
        return (self.source or self.path, self.older, self.query, self.sought)

    @Slot(object)
    def _take_page(self, page: Page) -> None:
        self._problems.clear(self._pages)
        if page.asked != self.asked or (page.context != self.context and not page.same):
            self._pages.ask_now()  # It was asked before something else was wanted.
            return
        if page.same:
            if self.page is None:
                self._pages.ask_now()  # It was at hand when it was asked.
            return
        before, said = self.page, _complaint(page)
        if said and (before is None or (page.asked, said) != (before.asked, _complaint(before))):
            self.said.emit(said)
        if before is not None:
            self._move(page.shift[0] - before.shift[0], page.shift[1] - before.shift[1])
        self.page = page
        self._pane.show_page(page, self.place)
        self.shown.emit(page)
        if page.seek is not None and page.seek == self.seek and (page.sought or page.settled):
            self._arrive(page, self.seek[0])
        if self.seek is not None or not page.settled:
            self._pages.ask_now()

    def _move(self, rows: int, hits: int) -> None:
        """Takes note of rows, and hits, that have come before those that are known."""
        self._arrived += max(0, rows) * (self._arrived >= 0)
        self.place += max(0, hits) * (self.place >= 0)

    def _arrive(self, page: Page, kind: str) -> None:
        """Goes to the row that was looked for, if there is one."""
        self.seek = None
        if page.sought is not None:
            row, place = page.sought
            self.place = place if kind == HITS else self.place
            self._arrived = row if kind == HITS and self._is_typed else -1
            self._pane.lines.center_on(row)
            self._pane.show_page(page, self.place)
        elif kind == TIME and page.rows:
            self.said.emit(_("In the lines of this log no time is recognised."))

    @Slot(object)
    def _take_problem(self, problem: Problem) -> None:
        if problem.code == GONE:
            return  # Another child is started with the next question, and all is as before.
        self.page = None
        self._pane.show_nothing("\n".join(filter(None, (problem.message, problem.hint))))
        if problem.code in (NOT_PERMITTED, "journal-unreadable"):
            self.closed.emit(self.path)


def _complaint(page: Page) -> str:
    return page.refused or page.trouble or _hint(page)


def _hint(page: Page) -> str:
    """Returns how an expression is written, if one was typed otherwise; "" if none was."""
    query, search = page.asked[2:]
    is_known = page.settled and page.lines > 0
    return slashes.hint(query, found=page.rows > 0 or not is_known) or slashes.hint(
        search, found=page.hits > 0 or not is_known
    )
