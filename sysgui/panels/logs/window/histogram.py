"""When the rows of a log were written, and how severe they are; a hand chooses a time in it."""

import datetime as dt

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sysgui.panels.logs.timeline import NO_TIMES, WIDTHS, TimeCounts
from sysgui.system.i18n import _, ngettext
from sysgui.system.units import count
from sysgui.ui import plain, theme

# The bars' own height, and the least width of one, in device-independent pixels.
HEIGHT = 10 * theme.STEP
LEAST = 3

# What is told apart, from the ground up: up to which level, and in which colour.
STACK = ((3, "wrong"), (4, "attention"), (8, "muted"))

_DAY = 86_400

# The last that can be written in any zone, about the end of the year 9998.
_LAST = 253_370_678_400


class Histogram(QWidget):
    """Paints a bar for each part of the time, of errors, warnings and other lines.

    Args:
        parent: Owns it.
        zone: In which times are shown.

    Signals:
        chosen: A time was chosen: its first second since 1970, and the first behind it.
        released: All times are wanted again.
    """

    chosen = Signal(object, object)
    released = Signal()

    def __init__(self, parent: QWidget, zone: dt.tzinfo) -> None:
        super().__init__(parent)
        self._zone = zone
        self._counts = NO_TIMES
        # The chosen bins go from the anchor to the current one; -1: there is none.
        self._anchor = self._current = -1
        self.setFont(theme.data_font())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Lines over time"))
        theme.current().changed.connect(self.update)
        self.hide()

    @property
    def most(self) -> int:
        """Of how many bars there is room for at most."""
        return max(2, self.width() // LEAST)

    def show_counts(self, counts: TimeCounts) -> None:
        """Shows how many rows were written when; no room is taken before the first has a time."""
        if counts == self._counts:
            return
        if (counts.begin, counts.width) != (self._counts.begin, self._counts.width):
            self._anchor = self._current = -1
        self._counts = counts
        self._current = min(self._current, len(counts.bins) - 1)
        self._anchor = min(self._anchor, len(counts.bins) - 1)
        if counts.bins:
            # Nor does it go while there is nothing: a query that is typed would move every line.
            self.show()
        self._describe()
        self.update()

    def forget(self) -> None:
        """Shows nothing, and takes no room: another log comes."""
        self.show_counts(NO_TIMES)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(50 * theme.STEP, HEIGHT + QFontMetrics(self.font()).height())

    # What is told of it.

    def _describe(self) -> None:
        first, last = self._selected() or (0, len(self._counts.bins) - 1)
        text = self._told(first, last) if self._counts.bins else ""
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            changed = QAccessible.Event.DescriptionChanged
            QAccessible.updateAccessibility(QAccessibleEvent(self, changed))

    def _told(self, first: int, last: int) -> str:
        """Returns how many lines are in some bins, and when that was."""
        begin, end = self._seconds(first, last)
        each = [sum(level) for level in zip(*self._counts.bins[first : last + 1], strict=True)]
        told = _("{begin} to {end}: {n} lines, {errors} errors, {warnings} warnings").format(
            begin=f"{self._at(begin):%Y-%m-%d %H:%M:%S}",
            end=f"{self._at(end):%Y-%m-%d %H:%M:%S}",
            n=count(sum(each)),
            errors=count(sum(each[:4])),
            warnings=count(each[4]),
        )
        return "; ".join(filter(None, (told, self._outside())))

    def _seconds(self, first: int, last: int) -> tuple[int, int]:
        """Returns when some bins begin, and when they end."""
        counts = self._counts
        return counts.begin + first * counts.width, counts.begin + (last + 1) * counts.width

    def _at(self, second: int) -> dt.datetime:
        # Bins of years may reach beyond what a clock can show.
        return dt.datetime.fromtimestamp(min(max(0, second), _LAST), self._zone)

    def _selected(self) -> tuple[int, int] | None:
        if self._current < 0:
            return None
        return min(self._anchor, self._current), max(self._anchor, self._current)

    # Painting.

    def _left(self, place: int) -> int:
        """Returns where a bin begins, in pixels."""
        return place * self.width() // max(1, len(self._counts.bins))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.tokens()
        painter.fillRect(QRect(0, 0, self.width(), HEIGHT), tokens.color("card"))
        if selected := self._selected():
            left, right = self._left(selected[0]), self._left(selected[1] + 1)
            painter.fillRect(left, 0, right - left, HEIGHT, tokens.color("selection"))
        highest = max((sum(levels) for levels in self._counts.bins), default=1) or 1
        for place, levels in enumerate(self._counts.bins):
            left, right = self._left(place), self._left(place + 1)
            ground, begin = HEIGHT, 0
            for last, token in STACK:
                number, begin = sum(levels[begin : last + 1]), last + 1
                # What there is of can be seen, be it ever so little.
                height = min(ground, max(2, round(number * HEIGHT / highest))) if number else 0
                ground -= height
                painter.fillRect(
                    left, ground, max(1, right - left - 1), height, tokens.color(token)
                )
        self._paint_axis(painter)
        if self.hasFocus():
            painter.setPen(tokens.color("cpu"))
            painter.drawRect(QRect(0, 0, self.width() - 1, HEIGHT - 1))

    def _outside(self) -> str:
        """Returns how many lines are in no bar, in words; "" if all are in one."""
        n = self._counts.outside
        if not n:
            return ""
        return ngettext("{n} line lies outside", "{n} lines lie outside", n).format(n=count(n))

    def _paint_axis(self, painter: QPainter) -> None:
        metrics = QFontMetrics(self.font())
        painter.setPen(theme.tokens().color("muted"))
        free, wide = 0, self.width()
        if outside := self._outside():
            wide -= metrics.horizontalAdvance(outside)
            painter.drawText(wide, HEIGHT + metrics.ascent(), outside)
            wide -= 2 * theme.STEP
        for second, text in self.ticks() if self._counts.bins else ():
            begin, width = self._counts.begin, self._counts.width * len(self._counts.bins)
            x = (second - begin) * self.width() // max(1, width)
            room = metrics.horizontalAdvance(text)
            left = min(max(0, x - room // 2), wide - room)
            if left >= free:
                painter.drawLine(x, HEIGHT, x, HEIGHT + 2)
                painter.drawText(left, HEIGHT + metrics.ascent(), text)
                free = left + room + 2 * theme.STEP

    def ticks(self) -> list[tuple[int, str]]:
        """Returns what stands at the axis, and at which second."""
        begin, end = self._seconds(0, len(self._counts.bins) - 1)
        wide = QFontMetrics(self.font()).horizontalAdvance("2000-00-00") + 6 * theme.STEP
        most = max(1, self.width() // wide)
        step = next((width for width in WIDTHS if (end - begin) <= width * most), WIDTHS[-1])
        east = self._at(begin).utcoffset() or dt.timedelta()
        shift = int(east.total_seconds())
        first = -(-(begin + shift) // step) * step - shift
        return [(second, self._tick(second, step)) for second in range(first, end + 1, step)]

    def _tick(self, second: int, step: int) -> str:
        at = self._at(second)
        if step >= _DAY or (at.hour, at.minute, at.second) == (0, 0, 0):
            return f"{at:%Y-%m-%d}"
        return f"{at:%H:%M:%S}" if step < 60 else f"{at:%H:%M}"

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # The hand.

    def _bin_at(self, x: float) -> int:
        number = len(self._counts.bins)
        return min(number - 1, max(0, int(x * number / max(1, self.width()))))

    def _select(self, place: int, *, extend: bool) -> None:
        self._current = min(len(self._counts.bins) - 1, max(0, place))
        if not extend or self._anchor < 0:
            self._anchor = self._current
        self._describe()
        self.update()

    def _choose(self) -> None:
        if selected := self._selected():
            self._anchor = self._current = -1
            self._describe()
            self.update()
            self.chosen.emit(*self._seconds(*selected))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._select(self._bin_at(event.position().x()), extend=extend)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._select(self._bin_at(event.position().x()), extend=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # A click shows one bar; a time is chosen by drawing over it.
        if event.button() == Qt.MouseButton.LeftButton and self._anchor != self._current:
            self._choose()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        number, place = len(self._counts.bins), self._current
        moves = {
            Qt.Key.Key_Left: place - 1 if place >= 0 else number - 1,
            Qt.Key.Key_Right: place + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: number - 1,
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._select(moves[key], extend=extend)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key == Qt.Key.Key_Escape:
            self._anchor = self._current = -1
            self._describe()
            self.update()
            self.released.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift and self._anchor != self._current:
            self._choose()
        else:
            super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._bin_at(event.pos().x())
            hint = _("Drag over a time, or Shift and arrows, to see its lines only; Esc: all again")
            QToolTip.showText(
                event.globalPos(), plain.tip(f"{self._told(place, place)}\n{hint}"), self
            )
            return True
        return super().event(event)
