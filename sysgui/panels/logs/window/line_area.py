"""The lines of a log on the screen: only those that can be seen exist."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.rules import Rule
from sysgui.panels.logs.times_shown import TimesShown
from sysgui.system.i18n import _
from sysgui.ui import theme

from .layouts import Layouts, shown_text
from .line_columns import LineColumns
from .origins import origins_of
from .row_painter import ORIGIN, Look, Seen, paint_row

# As many screens are asked for before and after the one that is seen.
AROUND = 1

# Nothing is known of a log.
NO_PAGE = Page(size=0, lines=0, rows=0, hits=-1, scanned=0.0, first=0, shown=[])


class LineArea(QAbstractScrollArea):
    """Shows a part of a log's rows, and asks for others when they come into sight.

    Args:
        parent: Owns it.
        times: How times are told.

    Attributes:
        columns: In which parts of the lines stand.
        empty_text: Why there is no row.
        follows: Whether the end of the log stays in sight as it grows.
        bookmarks: Where in the log the marked lines start.

    Signals:
        asked: Other rows are wanted, see `wanted`.
        formed: The lines are of another form now: its name.
        identified: Another log is read: what tells it from others, "" if that is not known yet.
        slowed: Patterns of the user's rules take too long, and are followed no more: a list.
        chosen: Another line is the current one, or the end is followed no more.
    """

    asked = Signal()
    formed = Signal(str)
    identified = Signal(str)
    slowed = Signal(object)
    chosen = Signal()

    def __init__(self, parent: QWidget, times: TimesShown) -> None:
        super().__init__(parent)
        font = theme.report_font()
        self.columns = LineColumns(font, times)
        self.empty_text = ""
        self.follows = True
        self.bookmarks: frozenset[int] = frozenset()
        self._layouts = Layouts(font, self.columns)
        self._page = NO_PAGE
        self._origins = origins_of((), font)
        # The selection goes from the anchor to the current row; -1: there is none.
        self._current = self._anchor = -1
        self._widest = 0
        self.setFont(self._layouts.font)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Lines"))
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(self.viewport().update)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        theme.current().changed.connect(self._restyle)

    # What is shown.

    def show_page(self, page: Page) -> None:
        """Shows what is known of the log now."""
        if page.epoch != self._page.epoch:
            self.forget()
        before, self._page = self._page, page
        # One stays where one is in spite of rows that have come before all others.
        moved = max(0, page.shift[0] - before.shift[0]) if before is not NO_PAGE else 0
        self._current += moved * (self._current >= 0)
        self._anchor += moved * (self._anchor >= 0)
        self._origins = origins_of(page.sources, self.font())
        if page.form != before.form:
            self.formed.emit(page.form)
        if page.identity != before.identity:
            self.identified.emit(page.identity)
        self._fit(moved)
        self._say_current()
        self.viewport().update()

    def forget(self) -> None:
        """Shows nothing, and follows the end: another log comes, or other rows of it."""
        before, self._page = self._page, NO_PAGE
        if before.identity:
            self.identified.emit("")
        self._current = self._anchor = -1
        self.follows = True
        self._widest = 0
        self._layouts.forget()
        self._fit()
        self.viewport().update()

    def mark(self, places: Callable[[str], Sequence[tuple[int, int]]]) -> None:
        """Sets what of a line the search has found: start and length of each, in characters."""
        self._layouts.mark(places)
        self.viewport().update()

    def highlight(self, own: Sequence[Rule], *, usual: bool) -> None:
        """Sets by which rules parts of lines stand out; see `Layouts.follow`."""
        self._layouts.follow(own, usual=usual)
        self.viewport().update()

    @Slot()
    def _tell_slow(self) -> None:
        self.slowed.emit(self._layouts.slow)

    @property
    def wrap(self) -> bool:
        """Whether long lines go on in the next row of the screen."""
        return self._layouts.wrap

    @Slot(bool)
    def set_wrap(self, wrap: bool) -> None:
        """Sets whether long lines go on in the next row of the screen."""
        self._layouts.set_room(self._room, wrap=wrap)
        self._fit()
        self.viewport().update()

    @Slot(bool)
    def set_coloured(self, coloured: bool) -> None:
        """Sets whether lines with colours of their own are shown in these."""
        self._layouts.set_coloured(coloured=coloured)
        self.viewport().update()

    @Slot(bool)
    def follow(self, follows: bool) -> None:
        """Sets whether the end stays in sight."""
        self.follows = follows
        self._fit()
        self.asked.emit()

    def wanted(self) -> tuple[int, int]:
        """Returns the rows that should be at hand: the first (-1: the last rows), and how many."""
        count = self._visible * (1 + 2 * AROUND)
        if self.follows:
            return -1, count
        return max(0, self.verticalScrollBar().value() - AROUND * self._visible), count

    # Rows.

    @property
    def rows(self) -> int:
        """How many rows are known."""
        return max(self._page.rows, self._page.first + len(self._page.shown))

    def line(self, row: int) -> Line | None:
        """Returns the line of a row, if it is at hand."""
        place = row - self._page.first
        return self._page.shown[place] if 0 <= place < len(self._page.shown) else None

    def in_sight(self) -> list[Line]:
        """Returns the lines that can be seen."""
        return [seen.line for seen in self._seen() if seen.line is not None]

    @property
    def current(self) -> Line | None:
        """The current line, if there is one and it is at hand."""
        return self.line(self._current) if self._current >= 0 else None

    @property
    def current_row(self) -> int:
        """The current row; -1 if there is none."""
        return self._current

    @property
    def top_row(self) -> int:
        """The first row in sight, unless the end is followed."""
        return self.verticalScrollBar().value()

    def selected(self) -> tuple[int, int]:
        """Returns the first selected row, and how many are."""
        if self._current < 0:
            return 0, 0
        first = min(self._anchor, self._current)
        return first, max(self._anchor, self._current) - first + 1

    def go_to(self, row: int, *, extend: bool = False) -> None:
        """Makes a row the current one, and brings it into sight."""
        row = min(max(0, row), self.rows - 1)
        if row < 0:
            return
        bar = self.verticalScrollBar()
        first = bar.maximum() if self.follows else bar.value()
        self._choose(row, extend=extend)
        if row < first:
            bar.setValue(row)
        elif row >= first + self._visible:
            bar.setValue(row - self._visible + 1)

    def center_on(self, row: int) -> None:
        """Makes a row the current one, and shows it in the middle."""
        self._choose(row)
        self.follows = False
        self.verticalScrollBar().setValue(max(0, row - self._visible // 2))
        self.asked.emit()

    def mark_lines(self, offsets: Iterable[int]) -> None:
        """Sets where in the log the marked lines start."""
        self.bookmarks = frozenset(offsets)
        self.asked.emit()
        self.viewport().update()

    def _choose(self, row: int, *, extend: bool = False) -> None:
        if not extend or self._anchor < 0:
            self._anchor = row
        # Whoever looks at a line does not want it to run away.
        self.follows = self.follows and row >= self.rows - 1
        self._current = row
        self._say_current()
        self.chosen.emit()
        self.viewport().update()

    def _say_current(self) -> None:
        """Has assistive technologies read the current line, once."""
        line = self.current
        text = shown_text(line) if line is not None else ""
        if line is not None and self._origins.are_several:
            text = f"{self._origins.whole[line.source]}: {text}"
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    # Geometry.

    @property
    def _visible(self) -> int:
        return max(1, self.viewport().height() // self._layouts.step)

    @property
    def _gutter(self) -> int:
        """The width of the line numbers, which does not change while a log is counted."""
        shown = self._page.shown
        digits = max(6, len(str(shown[-1].number if shown else 0)))
        numbers = QFontMetrics(self.font()).horizontalAdvance("0") * digits + 4 * theme.STEP
        return numbers + self._origins.width + ORIGIN * self._origins.are_several

    @property
    def _room(self) -> int:
        """The width that lines have."""
        return self.viewport().width() - self._gutter - 2 * theme.STEP

    @Slot()
    def _fit(self, moved: int = 0) -> None:
        """Has the scroll bars show how much there is, and where one is after so many more rows."""
        self._layouts.set_room(self._room, wrap=self.wrap)
        bar, across = self.verticalScrollBar(), self.horizontalScrollBar()
        bar.blockSignals(True)
        bar.setRange(0, max(0, self.rows - self._visible))
        bar.setPageStep(self._visible)
        bar.setValue(bar.maximum() if self.follows else bar.value() + moved)
        bar.blockSignals(False)
        across.setRange(0, 0 if self.wrap else max(0, self._widest - self._room))
        across.setPageStep(max(1, self._room))
        across.setSingleStep(8 * theme.STEP)

    @Slot(int)
    def _scrolled(self, value: int) -> None:
        follows = value >= self.verticalScrollBar().maximum()
        if follows != self.follows:
            self.follows = follows
            self.chosen.emit()
        self.asked.emit()
        self.viewport().update()

    def _row_at(self, place: QPoint) -> int:
        for seen in self._seen():
            if seen.top <= place.y() < seen.top + seen.height:
                return seen.row
        return -1

    def place_of_current(self) -> QPoint:
        """Returns where on the screen a menu of the current line belongs."""
        for seen in self._seen():
            if seen.row == self._current:
                return self.viewport().mapToGlobal(QPoint(self._gutter, seen.top + seen.height))
        return self.viewport().mapToGlobal(QPoint(self._gutter, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self.asked.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self._layouts.forget()
        self.viewport().update()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        tokens = theme.tokens()
        painter.fillRect(event.rect(), tokens.color("card"))
        if not self.rows:
            painter.setPen(tokens.color("muted"))
            painter.setFont(theme.data_font())
            area = self.viewport().rect().adjusted(40, 40, -40, -40)
            painter.drawText(
                area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty_text
            )
            return
        widest, slow = self._widest, len(self._layouts.slow)
        look = self._look()
        for seen in self._seen():
            paint_row(painter, seen, look)
            if seen.laid is not None:
                self._widest = max(self._widest, seen.laid.width)
        if self._widest > widest and not self.wrap:
            self._fitting.start()
        if len(self._layouts.slow) > slow:
            QTimer.singleShot(0, self, self._tell_slow)
        painter.setPen(tokens.color("line"))
        painter.drawLine(self._gutter - 1, 0, self._gutter - 1, self.viewport().height())

    def _look(self) -> Look:
        first, count = self.selected()
        return Look(
            font=self.font(),
            width=self.viewport().width(),
            step=self._layouts.step,
            gutter=self._gutter,
            across=self.horizontalScrollBar().value(),
            selected=range(first, first + count),
            framed=self._current if self.hasFocus() else -1,
            bookmarks=self.bookmarks,
            columns=self.columns,
            origins=self._origins,
        )

    def _seen(self) -> list[Seen]:
        """Returns the rows that can be seen, from top to bottom."""
        height = self.viewport().height()
        if self.follows:
            return self._seen_from_below(height)
        found, top, row = [], 0, self.verticalScrollBar().value()
        while top < height and row < self.rows:
            found.append(self._one(row, top))
            top += found[-1].height
            row += 1
        return found

    def _seen_from_below(self, height: int) -> list[Seen]:
        found, below, row = [], height, self.rows - 1
        while row >= 0 and below > 0:
            one = self._one(row, 0)
            below -= one.height
            found.append(one._replace(top=below))
            row -= 1
        # A log that fills no screen begins at the top.
        return [one._replace(top=one.top - max(0, below)) for one in reversed(found)]

    def _one(self, row: int, top: int) -> Seen:
        line = self.line(row)
        laid = self._layouts.of(line) if line is not None else None
        return Seen(row, top, laid.height if laid else self._layouts.step, line, laid)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
