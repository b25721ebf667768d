"""How the lines of a log are shown: in columns or as written, and how times are told."""

import functools

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from sysgui.panels.logs.settings import DisplaySettings
from sysgui.panels.logs.times_shown import LATER, MODES, WRITTEN
from sysgui.system.i18n import _, ngettext
from sysgui.ui.panel import PanelView

from .asking import Asking
from .line_columns import title_of
from .log_pane import LogPane

# So many lines before and after those that are asked for may be shown.
AROUND = (0, 1, 3, 10, 30)


class Display(QObject):
    """Lets it be chosen how lines are shown, and remembers it.

    Args:
        view: Owns it; its actions are the panel's.
        pane: Shows the lines.
        asking: Asks for them.
        settings: How they were shown the last time.
    """

    def __init__(
        self, view: PanelView, pane: LogPane, asking: Asking, settings: DisplaySettings
    ) -> None:
        super().__init__(view)
        self._asking = asking
        self._lines = pane.lines
        menu = pane.display.menu()
        self._in_columns = view.action(_("Parts of lines in columns"), self._toggle, "Alt+C")
        self._in_columns.setCheckable(True)
        self._next_times = view.action(_("Tell times in another way"), self._tell_next, "Alt+T")
        self._mark = view.action(
            _("Count times from this line"), self._count_from_here, "Ctrl+D",
            _("Shows the times of all lines as their difference to this one"),
        )  # fmt: skip
        menu.addAction(self._in_columns)
        self._which = menu.addMenu(_("Which columns"))
        self._which.aboutToShow.connect(self._offer_columns)
        self._fit = menu.addAction(_("Fit the columns"), self._lines.fit_columns)
        menu.addSeparator()
        self._times = QActionGroup(self)
        for mode, name in MODES.items():
            one = menu.addAction(_(name), functools.partial(self._tell, mode))
            one.setCheckable(True)
            one.setData(mode)
            self._times.addAction(one)
        menu.addAction(self._mark)
        menu.addSeparator()
        self._next_context = view.action(
            _("More lines around those that are asked for, or none"),
            self._show_more_around,
            "Alt+L",
        )
        around = menu.addMenu(_("Lines around"))
        self._contexts = QActionGroup(self)
        for number in AROUND:
            told = ngettext("{n} line before and after", "{n} lines before and after", number)
            one = around.addAction(
                told.format(n=number) if number else _("None"),
                functools.partial(self._show_around, number),
            )
            one.setCheckable(True)
            one.setData(number)
            self._contexts.addAction(one)
        self._coloured = menu.addAction(_("Colours that lines ask for"))
        self._coloured.setCheckable(True)
        self._coloured.toggled.connect(self._lines.set_coloured)
        self._coloured.setChecked(settings.coloured)
        self._lines.columns.shown = dict(settings.shown)
        self._lines.columns.widths = dict(settings.widths)
        self.show_as(settings.columns, settings.times, settings.context)

    def show_as(self, in_columns: bool, times: str, context: int) -> None:
        """Shows lines in some way.

        Args:
            in_columns: Whether their parts stand in columns.
            times: How times are told, one of `times_shown.MODES`.
            context: So many lines before and after each that is asked for are shown.
        """
        self._in_columns.setChecked(in_columns)
        self._toggle()
        self._tell(times if times in MODES else WRITTEN)
        self._show_around(max(0, context))

    @property
    def settings(self) -> DisplaySettings:
        """How lines are shown now."""
        columns = self._lines.columns
        return DisplaySettings(
            columns.used,
            columns.times.mode,
            self._asking.context,
            self._coloured.isChecked(),
            columns.shown,
            columns.widths,
        )

    @Slot()
    def _toggle(self) -> None:
        used = self._in_columns.isChecked()
        self._lines.show_in_columns(used=used)
        self._which.menuAction().setEnabled(used)
        self._fit.setEnabled(used)

    @Slot()
    def _offer_columns(self) -> None:
        menu: QMenu = self._which
        menu.clear()
        for name in self._lines.columns.names:
            one = menu.addAction(title_of(name))
            one.setCheckable(True)
            one.setChecked(self._lines.columns.is_shown(name))
            one.toggled.connect(functools.partial(self._show_column, name))
        if menu.isEmpty():
            menu.addAction(_("No parts are recognised in these lines")).setEnabled(False)

    def _show_column(self, name: str, shown: bool) -> None:
        self._lines.show_column(name, shown=shown)

    @Slot()
    def _tell_next(self) -> None:
        modes = list(MODES)
        place = modes.index(self._lines.columns.times.mode) + 1
        self._tell(modes[place % len(modes)])

    def _tell(self, mode: str) -> None:
        times = self._lines.columns.times
        if mode == LATER and times.mark < 0 and self._lines.current is not None:
            times.mark = self._lines.current.time
        self._lines.tell_times(mode)
        for one in self._times.actions():
            one.setChecked(one.data() == mode)

    @Slot()
    def _show_more_around(self) -> None:
        more = (number for number in AROUND if number > self._asking.context)
        self._show_around(next(more, 0))

    def _show_around(self, lines: int) -> None:
        if lines != self._asking.context:
            self._asking.show_around(lines)
        for one in self._contexts.actions():
            one.setChecked(one.data() == lines)

    @Slot()
    def _count_from_here(self) -> None:
        line = self._lines.current
        if line is not None and line.time >= 0:
            self._lines.columns.times.mark = line.time
            self._tell(LATER)
