"""The list of logs, and beside it the one that is read: searched, filtered, followed."""

from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sysgui.panels.logs.sought import TIME
from sysgui.system.arrange import Arrangement
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.ui.card import Muted
from sysgui.ui.panel import Context, PanelView
from sysgui.ui.table import TableModel
from sysgui.ui.table_view import TableView

from .columns import COLUMNS
from .journal.source import is_journal, listing, source_of
from .merged.sources import Source, is_merged, name_of, sources_of, title_of
from .names import named, path_of
from .page import Page
from .probe import Logs, LogsProbe, left_out
from .settings import LogsSettings
from .text.wanted import Condition
from .window.analysing import Analysing
from .window.asking import Asking
from .window.bookmarks import Bookmarks
from .window.bundles import Bundles
from .window.display import Display
from .window.highlighting import Highlighting
from .window.line_actions import LineActions
from .window.log_pane import LogPane
from .window.marks import Marks
from .window.places import Places
from .window.root_bar import RootBar
from .window.saved_views import Parts, SavedViews
from .window.source_list import SourceList
from .window.values import Values
from .window.ways_on import AROUND
from .window.within import query_within

SYSTEM_JOURNAL = "journal:system"

# How often the list is read, in seconds.
LIST_EVERY = 5.0


class LogsView(PanelView):
    """Reads the logs of the machine.

    Args:
        context: What the application gives.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        settings = context.settings.section("logs", LogsSettings)
        self._is_list_new = True
        self._model = TableModel(COLUMNS, lambda file: file.path, self)
        self._files = TableView(self._model, self)
        self._files.setAccessibleName(_("Logs"))
        self._files.set_widths({"name": 150, "size": 74})
        self._files.show_columns(["name", "size"])
        self._pane = LogPane(self, context.host, wrap=settings.wrap)
        self.search = self._pane.show_edit
        self.lines = self._pane.lines
        self._asking = Asking(self, self._pane)
        self._asking.path = settings.path
        self._offsets = dict(settings.offsets)
        self._is_listing = False
        self._sources = SourceList(self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setAccessibleName(_("Logs, and the one that is read"))
        self._places = Places(self, settings.folder)
        self._splitter.addWidget(self._list())
        self._splitter.addWidget(self._pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setSizes(settings.splitter if len(settings.splitter) == 2 else [244, 756])
        self.add(self._splitter, 1)
        self._root = RootBar(self)
        self.add(self._root)
        # Beneath the lines: above them, its coming and going would move every line.
        self._note = Muted()
        self._note.setForegroundRole(QPalette.ColorRole.BrightText)
        self._note.setWordWrap(True)
        self._note.hide()
        self.add(self._note)
        self._connect()
        self.action(_("Read the log as administrator…"), self._root.ask, "Ctrl+I")
        self.action(_("Find in the log"), self._find_here, "Ctrl+Shift+F")
        self._bookmarks = Bookmarks(self, self._pane, self._asking, settings.bookmarks)
        self._bookmarks.changed.connect(self._write_settings)
        self._line_actions = LineActions(self, self._pane, self._asking, self._bookmarks)
        self._bundles = Bundles(self, self._asking)
        self.action(_("With what was rotated away, or not"), self._pane.older.click, "Alt+O")
        self.action(_("Wrap long lines, or not"), self._pane.wrap.toggle, "Alt+W")
        self.action(_("How lines are shown…"), self._pane.display.showMenu, "Alt+V")
        self._display = Display(self, self._pane, self._asking, settings.display)
        self._highlighting = Highlighting(self, self._pane, settings.rules)
        self._highlighting.changed.connect(self._write_settings)
        self._highlighting.said.connect(self._say)
        parts = Parts(self._pane, self._asking, self._display)
        self._saved_views = SavedViews(self, parts, settings.views)
        self._saved_views.changed.connect(self._write_settings)
        self._analysing = Analysing(self, self._pane, self._asking)
        self._analysing.said.connect(self._say)
        self._line_actions.of_several.append(self._analysing.of_selected)
        self._saved_views.opened.connect(self._select)
        self._pane.find_edit.entered.connect(self._line_actions.find_next)
        Values(self, self._pane, self._asking)
        self.setFocusProxy(self.lines)
        self._entitle()

    def _list(self) -> QWidget:
        """Returns the list of logs, with the folder above and what it lacks beneath it."""
        held = QWidget(self)
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._places)
        column.addWidget(self._files, 1)
        self._left_out = Muted()
        self._left_out.setWordWrap(True)
        self._left_out.hide()
        column.addWidget(self._left_out)
        column.addWidget(self._sources)
        return held

    def _connect(self) -> None:
        pane = self._pane
        pane.show_edit.asked.connect(self._set_query)
        pane.show_edit.refused.connect(self._say)
        pane.show_edit.entered.connect(self.lines.setFocus)
        pane.find_edit.asked.connect(self._set_search)
        pane.find_edit.refused.connect(self._say)
        pane.follow.toggled.connect(self.lines.follow)
        pane.older.toggled.connect(self._asking.read_older)
        pane.older.toggled.connect(self._root.read_older)
        pane.strip.pointed.connect(self._go_to_part)
        self.lines.chosen.connect(self._show_place)
        self._asking.said.connect(self._say)
        self._asking.opened.connect(self._entitle)
        # What was said of another log is gone; the query is the same.
        self._asking.opened.connect(pane.show_edit.tell_refusal)
        self._asking.closed.connect(self._root.offer)
        self._asking.left.connect(self._root.withdraw)
        self._root.opened.connect(self._asking.open_instead)
        self._root.needless.connect(self._asking.open)
        self._asking.shown.connect(self._show_sources)
        self._sources.changed.connect(self._change_sources)
        self._sources.said.connect(self._say)
        self._files.selectionModel().selectionChanged.connect(self._choose_files)
        self._files.acted.connect(self.lines.setFocus)
        self._lists = self.poll(LogsProbe(self.context.host), LIST_EVERY, self._take_logs)
        self._lists.with_arguments(lambda: {"folder": self._places.folder})
        self._places.listed.connect(self._list_anew)
        self._places.opened.connect(self._open_file)

    def set_watched(self, watched: bool) -> None:
        """Looks at the log only while somebody looks at the panel."""
        if watched == self.watched:
            return
        super().set_watched(watched)
        self._asking.set_watched(watched)
        self._analysing.set_watched(watched)

    # The list.

    @Slot(object)
    def _take_logs(self, logs: Logs) -> None:
        first = not self._files.empty_text
        folder = printable_text(self._places.folder)
        self._files.empty_text = _("There are no logs in {folder}.").format(folder=folder)
        # What goes from the list is read on.
        self._is_listing = True
        self._model.apply(Arrangement(list(logs.files)))
        self._is_listing = False
        said = left_out(logs)
        self._left_out.setText(said)
        self._left_out.setVisible(bool(said))
        if self._is_list_new:
            self._is_list_new = False
            self._choose_listed(logs, first=first)
        if first:
            self.figured.emit()
            self.ready.emit()

    def _choose_listed(self, logs: Logs, *, first: bool) -> None:
        """Chooses in a new list the log that is read; at first, one that can be."""
        path = self._asking.path
        place = self._model.place(path)
        # What was asked for, or read the last time, need not be one of those that are listed.
        if first and place < 0:
            if self._is_there(path):
                self._asking.open(path)
            else:
                place = next((i for i, file in enumerate(logs.files) if file.readable), -1)
        if place >= 0:
            flags = QItemSelectionModel.SelectionFlag
            index = self._model.index(place, 0)
            self._files.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self._files.scrollTo(index)

    @Slot()
    def _list_anew(self) -> None:
        self._is_list_new = True
        self._lists.ask_now()

    @Slot(str)
    def _open_file(self, path: str) -> None:
        self._asking.open(named(path))
        self._is_list_new = True

    def _is_there(self, path: str) -> bool:
        if is_merged(path):
            return True
        return bool(path) and (is_journal(path) or self.context.host.exists(path_of(path)))

    @Slot()
    def _choose_files(self) -> None:
        paths = [file.path for file in self._files.selected()]
        if self._is_listing or not paths:
            return
        path = paths[0]
        if len(paths) > 1:
            path = name_of([Source(each, self._offsets.get(each, 0)) for each in paths])
        if path != self._asking.path or self._asking.page is None:
            self._asking.open(path)

    @Slot(str)
    def _select(self, path: str) -> None:
        """Selects in the list what is read already."""
        names = [source.path for source in sources_of(path)] if is_merged(path) else [path]
        rows = QItemSelection()
        for place in map(self._model.place, names):
            if place >= 0:
                one = self._model.index(place, 0)
                rows.select(one, one)
        flags = QItemSelectionModel.SelectionFlag
        self._is_listing = True
        self._files.selectionModel().select(rows, flags.ClearAndSelect | flags.Rows)
        self._is_listing = False

    @Slot(object)
    def _show_sources(self, page: Page) -> None:
        self._sources.show_sources(page.sources)

    @Slot(object)
    def _change_sources(self, sources: list[Source]) -> None:
        self._offsets |= {source.path: source.offset for source in sources}
        self._asking.move(name_of(sources))

    # What is asked of the log.

    @Slot(object)
    def _set_query(self, _condition: object) -> None:
        self._asking.show_only(self._pane.show_edit.text())

    @Slot(object)
    def _set_search(self, condition: Condition) -> None:
        self.lines.mark(Marks(list(condition.patterns())).places)
        self._asking.find(self._pane.find_edit.text())

    @Slot()
    def _find_here(self) -> None:
        self._pane.find_edit.setFocus()
        self._pane.find_edit.selectAll()

    # What is seen of it.

    @Slot()
    def _show_place(self) -> None:
        if self._asking.page is not None:
            self._pane.show_place(self._asking.page)

    @Slot(float)
    def _go_to_part(self, part: float) -> None:
        self.lines.center_on(min(self.lines.rows - 1, int(part * self.lines.rows)))

    @Slot()
    def _entitle(self) -> None:
        path = self._asking.path
        self.setWindowTitle(title_of(path) if path else "")

    @Slot(str)
    def _say(self, what: str) -> None:
        self._note.setText(what)
        self._note.setVisible(bool(what))

    # From elsewhere.

    def open_with(self, **arguments: Any) -> None:
        """Opens the file `path`, with the lines that `query` lets through.

        With `around`, in seconds since 1970, those of about then are shown: without `path`, of the
        system's journal, or where there is none of what is open already.
        """
        around = arguments.get("around")
        if around is not None:
            self._open_around(arguments.get("path", ""), float(around))
            return
        if "query" in arguments:
            self._pane.show_edit.setText(arguments["query"])
        if arguments.get("path"):
            self._asking.open(arguments["path"])

    def _open_around(self, path: str, moment: float) -> None:
        there = listing(self.context.host, source_of(SYSTEM_JOURNAL))
        path = path or (SYSTEM_JOURNAL if there.paths or not self._asking.path else "")
        if path:
            self._asking.open(path)
        second = int(moment)
        within = query_within("", second - AROUND, second + AROUND + 1, self._pane.zone)
        self._pane.show_edit.setText(within)
        self._asking.go_to(TIME, round(moment * 1_000_000))

    def save_settings(self) -> None:
        """Remembers the log, and how it is shown."""
        kept = LogsSettings(
            self._asking.path,
            self.lines.wrap,
            self._splitter.sizes(),
            self._display.settings,
            self._saved_views.saved,
            self._highlighting.sets,
            self._bookmarks.kept,
            {path: offset for path, offset in self._offsets.items() if offset},
            self._places.folder,
        )
        self.context.settings.put_section("logs", kept)

    @Slot()
    def _write_settings(self) -> None:
        """Writes down at once what somebody has made: the end may be one that nobody foresaw."""
        self.save_settings()
        try:
            self.context.settings.save()
        except Problem as problem:
            self.problems.show_problem(problem, self)
