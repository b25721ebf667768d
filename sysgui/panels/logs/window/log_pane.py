"""One log: what is shown of it, what is found in it, its lines, and the strip beside them."""

import functools
import os

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from sysgui.panels.logs.formats.form import TEXT
from sysgui.panels.logs.formats.zones import zone_of
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.times_shown import TimesShown
from sysgui.system.host import Host
from sysgui.system.i18n import _, ngettext
from sysgui.system.printable import printable_text
from sysgui.system.query_values import shortened
from sysgui.system.units import count, percent
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted
from sysgui.ui.query_edit import QueryEdit

from .histogram import Histogram
from .language import language_of_any_log
from .lines import LogLines
from .strip import Strip
from .terms import Terms
from .ways_on import WayOn, ways_on
from .within import query_at_any_time, query_within

# Beside the queries figures have so much room, whatever they say, if the pane is that wide.
_FIGURE, _ROOMY = 45 * theme.STEP, 150 * theme.STEP


class LogPane(QWidget):
    """Holds all that reads one log.

    Args:
        parent: Owns it.
        host: The machine.
        wrap: Whether long lines are wrapped at first.

    Attributes:
        show_edit: The query that says which lines are rows.
        find_edit: The query that says what is looked for among them.
        follow: Down while the end is kept in sight.
        wrap: Down while long lines are wrapped.
        display: Opens the menu of how lines are shown.
        older: Down while what was rotated away from the log is read as its begin.
        lines: The lines.
        strip: The whole log, small.
        histogram: When its rows were written.
        analyse: Down while what the lines say as a whole is shown instead of them.
        stack: The lines, and what takes their place.
        terms: How many lines each condition of the query asks for.
        zone: In which times are meant and shown.
    """

    def __init__(self, parent: QWidget, host: Host, *, wrap: bool) -> None:
        super().__init__(parent)
        self.zone = zone_of(host, os.environ.get("TZ", ""))
        language = language_of_any_log()
        self.show_edit = QueryEdit(
            language,
            _("Which lines are shown"),
            _("Show: timeout   level<=err   not health"),
            self,
            waits=True,
        )
        self._rows = self._figure()
        self.find_edit = QueryEdit(
            language,
            _("Find among them; Esc ends it"),
            _("Find: refused   re:port=\\d+"),
            self,
            waits=True,
        )
        self._found = self._figure()
        self._form = Muted()
        known = _("The form of the lines, as far as one is recognised; the encoding, if not UTF-8")
        self._form.setToolTip(plain.tip(known))
        self.follow = self._switch(_("Follow"), _("Keep the end in sight as the log grows  End"))
        self.follow.setChecked(True)
        self.older = self._switch(
            _("Older"), _("Read what was rotated away from this log before as its begin  Alt+O")
        )
        self.wrap = self._switch(_("Wrap"), _("Go on with long lines in the next row  Alt+W"))
        self.analyse = self._switch(
            _("Analyse"), _("What the lines say as a whole: counts, addresses, what is new  Alt+A")
        )
        self.display = QPushButton(_("View"), self)
        self.display.setToolTip(_("How lines are shown: columns, times, and more  Alt+V"))
        self.display.setMenu(QMenu(self.display))
        self.lines = LogLines(self, TimesShown(self.zone, host.now))
        self.lines.empty_text = _("Choose a log on the left.")
        self.wrap.toggled.connect(self.lines.set_wrap)
        self.wrap.setChecked(wrap)
        self.strip = Strip(self)
        self.histogram = Histogram(self, self.zone)
        self.histogram.chosen.connect(self._show_within)
        self.histogram.released.connect(self._show_of_any_time)
        self.terms = Terms(self)
        self.stack = QStackedWidget(self)
        for widget in (self.find_edit, self.lines):
            key = QShortcut(QKeySequence(Qt.Key.Key_Escape), widget, self.find_edit.clear)
            key.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._arrange()

    def _figure(self) -> Muted:
        figure = Muted()
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return figure

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the figures from moving the lines beside them, where there is room for both."""
        super().resizeEvent(event)
        width = _FIGURE if self.width() >= _ROOMY else 0
        for figure in (self._rows, self._found):
            if figure.minimumWidth() != width:
                figure.setMinimumWidth(width)
                # A label remembers how wide it was to be until something in it changes.
                figure.setIndent(figure.indent())

    def _switch(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setCheckable(True)
        button.setToolTip(tip)
        return button

    def _arrange(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.show_edit, 1)
        above.addWidget(self._rows)
        above.addWidget(self.older)
        above.addWidget(self.follow)
        above.addWidget(self.analyse)
        below.addWidget(self.find_edit, 1)
        below.addWidget(self._found)
        below.addWidget(self._form)
        below.addWidget(self.wrap)
        below.addWidget(self.display)
        held = QWidget(self)
        self.stack.addWidget(held)
        middle = QHBoxLayout(held)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.lines, 1)
        middle.addWidget(self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP)
        column.addLayout(above)
        column.addLayout(below)
        column.addWidget(self.histogram)
        column.addWidget(self.stack, 1)
        column.addWidget(self.terms)
        width = max(self.follow.sizeHint().width(), self.wrap.sizeHint().width())
        for button in (self.follow, self.wrap):
            button.setMinimumWidth(width)

    def parts(self) -> dict[str, int]:
        """Returns in how many parts the log is shown, as pages are asked for them."""
        return {"bins": self.strip.bins, "times": self.histogram.most}

    def add_ways_on(self, menu: QMenu, line: Line) -> None:
        """Adds to a menu where a line leads."""
        for way in ways_on(line, self.zone):
            menu.addAction(way.text, functools.partial(self._go_on, way))

    def _go_on(self, way: WayOn) -> None:
        self.show_edit.setText(way.query(self.show_edit.text()))

    @Slot(object, object)
    def _show_within(self, begin: int, end: int) -> None:
        self.show_edit.setText(query_within(self.show_edit.text(), begin, end, self.zone))

    @Slot()
    def _show_of_any_time(self) -> None:
        self.show_edit.setText(query_at_any_time(self.show_edit.text()))

    def show_page(self, page: Page, place: int) -> None:
        """Shows rows, and what is known of all.

        Args:
            page: The rows.
            place: Which of the hits is the current line, from 0; -1 if none.
        """
        if not page.rows and page.settled:
            self.lines.empty_text = _why_empty(page)
        self.lines.show_page(page)
        self.histogram.show_counts(page.timeline)
        rows = count(page.rows - page.near)
        if page.asked[2].strip():  # Not what stands in the line: that may not be asked yet.
            rows = _("{n} of {total}").format(n=rows, total=count(page.lines))
        if page.settled:
            self._rows.setText(_("{n} lines").format(n=rows))
        else:
            done = percent(round(page.scanned * 100))
            self._rows.setText(_("{n} lines · {done}").format(n=rows, done=done))
        found = "" if page.hits < 0 else _("{n} found").format(n=count(page.hits))
        if page.hits > 0 and place >= 0:
            found = _("{n} of {total}").format(n=count(place + 1), total=count(page.hits))
        self._found.setText(found)
        form = page.form if page.form != TEXT.name else ""
        if page.sources:
            form = ngettext("{n} log", "{n} logs", len(page.sources)).format(n=len(page.sources))
        self._form.setText(" · ".join(filter(None, (form, page.encoding))))
        self.terms.show_counts(page.terms, settled=page.settled)
        self.show_place(page)

    def show_place(self, page: Page) -> None:
        """Shows which part of all is in sight, and whether the end is followed."""
        bar, rows = self.lines.verticalScrollBar(), max(1, page.rows)
        first = bar.value() / rows
        marks = [row / rows for row in page.marks]
        self.strip.show_parts(page.strip, (first, first + bar.pageStep() / rows), marks)
        with_signals = self.follow.blockSignals(True)
        self.follow.setChecked(self.lines.follows)
        self.follow.blockSignals(with_signals)

    def show_nothing(self, why: str) -> None:
        """Shows why there is no log; "" while one is opened."""
        self.lines.forget()
        if why:  # Else the next log may have the same columns, which then stay where they are.
            self.lines.forget_columns()
        self.lines.empty_text = why
        self._rows.clear()
        self._found.clear()
        self._form.clear()
        self.histogram.forget()
        self.terms.show_counts([], settled=True)
        self.strip.show_parts([], (0.0, 0.0))


def _why_empty(page: Page) -> str:
    if page.lines:
        # A query that is being typed, and is none yet, is not the one that this answers.
        return _("None of the {n} lines is let through by “{query}”.").format(
            n=count(page.lines), query=shortened(printable_text(page.asked[2].strip()))
        )
    if page.sources and all(source.hidden for source in page.sources):
        return _("All of these logs are hidden: tick one on the left.")
    return _("This log is empty.")
