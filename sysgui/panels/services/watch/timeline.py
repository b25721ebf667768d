"""What became of services along an axis of time: a row a service, a mark an event.

Marks are told by shape and colour, by the pointer, and by the arrow keys, whose place assistive
technologies hear as the description.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sysgui.system.i18n import _, ngettext
from sysgui.ui import plain, theme

from .axis import DAY, HOUR, moment, ticks
from .marks import HALF, TOLD, draw
from .watches import Event
from .words import kind_word

ROW = 7 * theme.STEP

# So much of the widget's width may the names of rows take, and so far from a mark is on it.
MOST_NAMES = 0.3
NEAR = HALF + 1

# So many events of one place are named; of further ones only the number.
MOST_NAMED = 8

LEAST_SPAN = HOUR


class Row(NamedTuple):
    """What became of one service.

    Attributes:
        name: The service.
        events: The oldest first.
    """

    name: str
    events: Sequence[Event]


class Timeline(QWidget):
    """Paints it, and leads through it.

    Args:
        name: What it shows, for assistive technologies, translated.
        named: Whether the names of rows stand beside them.

    Attributes:
        empty_text: What is said where there is nothing to show, translated.

    Signals:
        pointed: The `Event` that the keyboard or the pointer has chosen.
        moved: Another time is shown, or in another width.
        shown_at: How far down the chosen event stands.
    """

    pointed = Signal(object)
    moved = Signal()
    shown_at = Signal(int)

    def __init__(self, name: str, *, named: bool = False) -> None:
        super().__init__()
        self.empty_text = ""
        self._rows: Sequence[Row] = ()
        self._named = named
        self._span = 7.0 * DAY
        self._end = 0.0
        self._current: Event | None = None
        self.setFont(theme.data_font())
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._describe()

    # What it shows.

    @property
    def current(self) -> Event | None:
        """The event that is chosen."""
        return self._current

    @property
    def begin(self) -> float:
        """The time at its left end, in seconds since 1970."""
        return self._end - self._span

    @property
    def is_empty(self) -> bool:
        """Whether there is no event in the time that it shows."""
        return not any(self._seen(row) for row in self._rows)

    def show_rows(self, rows: Sequence[Row], span: float, end: float) -> None:
        """Shows what became of services.

        Args:
            rows: From top to bottom.
            span: How many seconds are shown; 0 is all that there is.
            end: The time at the right end, in seconds since 1970.
        """
        first = min((row.events[0].time for row in rows if row.events), default=end)
        # A clock that was set back leaves events in the future.
        last = max((row.events[-1].time for row in rows if row.events), default=end)
        self._end = max(end, last)
        # A little more than all: a mark at the very edge would be half a mark.
        whole = max(LEAST_SPAN, (self._end - first) * 1.02)
        height = self.sizeHint().height()
        self._rows, self._span = rows, span or whole
        if self._current is not None and self._place(self._current) is None:
            self._current = None
        if self.sizeHint().height() != height:
            self.updateGeometry()
        self._describe()
        self.update()
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Has what is written beneath it move along."""
        super().resizeEvent(event)
        self.moved.emit()

    def choose(self, event: Event | None) -> None:
        """Marks an event as the chosen one, if it is shown."""
        if event is not None and self._place(event) is None:
            event = None
        if event != self._current:
            self._current = event
            self._describe()
            self.update()

    def _seen(self, row: Row) -> Sequence[Event]:
        begin = bisect_left(row.events, self.begin, key=lambda event: event.time)
        end = bisect_right(row.events, self._end, key=lambda event: event.time)
        return row.events[begin:end]

    def _place(self, event: Event) -> tuple[int, int] | None:
        """Returns the row of an event, and its place among those that are seen."""
        for number, row in enumerate(self._rows):
            if row.name == event.unit:
                seen = self._seen(row)
                return (number, seen.index(event)) if event in seen else None
        return None

    def _describe(self) -> None:
        """Says where one is to who cannot see it."""
        if self._current is not None:
            text = told(self._current)
        elif self.is_empty:
            text = self.empty_text
        else:
            count = sum(len(self._seen(row)) for row in self._rows)
            text = ngettext("{n} event.", "{n} events.", count).format(n=count)
            text = f"{text} {_('The arrow keys lead from one to the next.')}"
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            changed = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(changed)

    # Where it stands.

    def sizeHint(self) -> QSize:
        """Returns the room of its rows and the axis."""
        rows = max(1, len(self._rows))
        return QSize(60 * theme.STEP, rows * ROW + theme.STEP)

    def minimumSizeHint(self) -> QSize:
        """Returns the same, as narrow as it may be."""
        return QSize(40 * theme.STEP, self.sizeHint().height())

    def _area(self) -> QRect:
        """Returns where the marks are."""
        left = 2 * theme.STEP
        if self._named:
            widths = [self.fontMetrics().horizontalAdvance(row.name) for row in self._rows]
            room = round(self.width() * MOST_NAMES)
            left = min(room, max(widths, default=0)) + 3 * theme.STEP
        rows = max(1, len(self._rows))
        return QRect(left, 0, max(1, self.width() - left - 2 * theme.STEP), rows * ROW)

    def _x(self, at: float) -> float:
        area = self._area()
        return area.left() + (at - self.begin) / self._span * area.width()

    def _y(self, row: int) -> float:
        return (row + 0.5) * ROW + theme.STEP / 2

    def _near(self, place: QPointF) -> list[Event]:
        """Returns the events at a place, the nearest first."""
        number = int(place.y() // ROW)
        if not 0 <= number < len(self._rows):
            return []
        away = [(abs(self._x(event.time) - place.x()), event)
                for event in self._seen(self._rows[number])]  # fmt: skip
        return [event for far, event in sorted(away, key=lambda pair: pair[0]) if far <= NEAR]

    # What is painted.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the axis, and the rows upon it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        area = self._area()
        painter.fillRect(self.rect(), tokens.color("card"))
        if self._end:
            self._paint_ticks(painter, area)
        for number, row in enumerate(self._rows):
            self._paint_row(painter, area, number, row)
        if self.is_empty:
            self._paint_why_empty(painter, area)
        if self.hasFocus():
            painter.setPen(QPen(tokens.color("cpu"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_why_empty(self, painter: QPainter, area: QRect) -> None:
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        tokens = theme.tokens()
        room = self.fontMetrics().boundingRect(area, flags, self.empty_text)
        painter.fillRect(room.adjusted(-theme.STEP, 0, theme.STEP, 0), tokens.color("card"))
        painter.setPen(tokens.color("muted"))
        painter.drawText(area, flags, self.empty_text)

    def ticks(self) -> Sequence[tuple[int, str]]:
        """Returns where the lines of time stand, and what they are."""
        each = self.fontMetrics().horizontalAdvance("2026-01-01") + 4 * theme.STEP
        found = ticks(self.begin, self._end, self._area().width() // each)
        return [(round(self._x(tick.time)), tick.text) for tick in found]

    def _paint_ticks(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(theme.tokens().color("line"))
        for x, _text in self.ticks():
            painter.drawLine(x, area.top(), x, area.bottom())

    def _paint_row(self, painter: QPainter, area: QRect, number: int, row: Row) -> None:
        tokens = theme.tokens()
        y = self._y(number)
        if self._named:
            beside = QRect(theme.STEP, number * ROW, area.left() - 3 * theme.STEP, ROW)
            mode = Qt.TextElideMode.ElideMiddle
            text = self.fontMetrics().elidedText(row.name, mode, beside.width())
            painter.setPen(tokens.color("text"))
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, text)
        seen = self._seen(row)
        if not (seen or self._named):
            return
        painter.setPen(tokens.color("line"))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        drawn = set()
        for event in seen:
            x = round(self._x(event.time))
            for kind in (event.kind, *([TOLD] if event.told else [])):
                # Of a thousand failures in a minute one mark is seen.
                if (kind, x) not in drawn:
                    drawn.add((kind, x))
                    above = 2.2 * HALF if kind == TOLD else 0.0
                    draw(painter, kind, QPointF(x, y - above))
        if self._current is not None and self._current.unit == row.name:
            painter.setPen(QPen(tokens.color("text"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(self._x(self._current.time), y), 1.8 * HALF, 1.8 * HALF)

    def changeEvent(self, event: QEvent) -> None:
        """Draws all anew in the colours of another theme."""
        super().changeEvent(event)
        if theme.is_palette_change(event):
            self.update()

    # The pointer.

    def event(self, event: QEvent) -> bool:
        """Says what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.tip(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), plain.tip(text), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip(self, place: QPointF) -> str:
        """Returns what is said of a place; "" if there is nothing."""
        near = sorted(self._near(place), key=lambda event: event.time)
        lines = [told(event) for event in near[-MOST_NAMED:]]
        if len(near) > MOST_NAMED:
            more = len(near) - MOST_NAMED
            lines.insert(0, ngettext("{n} before", "{n} before", more).format(n=more))
        return "\n".join(lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Chooses what is under the pointer."""
        near = self._near(event.position())
        if near:
            self.choose(near[0])
            self.pointed.emit(near[0])

    # The keyboard.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leads along a row by left and right, to other rows by up and down."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            self._walk(Qt.Key(key))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and len(self._rows) > 1:
            self._change_row(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _walk(self, key: Qt.Key) -> None:
        at = self._place(self._current) if self._current is not None else None
        rows = [self._seen(row) for row in self._rows]
        if at is None:
            # From the newest: that is what one comes for.
            latest = max((seen[-1] for seen in rows if seen), key=lambda e: e.time, default=None)
            self._point(latest)
            return
        row, number = at
        last = len(rows[row]) - 1
        places = {
            Qt.Key.Key_Left: max(0, number - 1),
            Qt.Key.Key_Right: min(last, number + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        self._point(rows[row][places[key]])

    def _change_row(self, way: int) -> None:
        at = self._place(self._current) if self._current is not None else None
        number = at[0] + way if at is not None else (0 if way > 0 else len(self._rows) - 1)
        while 0 <= number < len(self._rows):
            seen = self._seen(self._rows[number])
            if seen:
                now = self._current.time if self._current is not None else self._end
                self._point(min(seen, key=lambda event: abs(event.time - now)))
                return
            number += way

    def _point(self, event: Event | None) -> None:
        at = self._place(event) if event is not None else None
        if at is not None:
            self.choose(event)
            self.shown_at.emit(round(self._y(at[0])))
            self.pointed.emit(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows that the keys are its own."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Shows that they are no more."""
        super().focusOutEvent(event)
        self.update()


def told(event: Event) -> str:
    """Returns an event in a line."""
    cause = f": {event.cause}" if event.cause else ""
    line = f"{moment(event.time)}  {event.unit}  {kind_word(event.kind)}{cause}"
    return _("{event} (you were told)").format(event=line) if event.told else line
