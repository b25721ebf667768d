"""What became of services: the timeline with its span and legend, and the list of events below."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted
from sysgui.ui.choice import Choice, Option

from .axis import DAY, moment
from .follow import History
from .marks import HALF, TOLD, name_of
from .marks import draw as draw_mark
from .time_axis import TimeAxis
from .timeline import ROW, Row, Timeline
from .watches import Event
from .words import kind_word

# So many rows of the timeline are seen at once; to the rest one scrolls.
MOST_ROWS = 5

# So many events are listed, the newest.
MOST_LISTED = 500

# The axis goes on when this share of it has gone by; each second it need not.
STILL = 0.002

SPANS = (DAY, 7 * DAY, 30 * DAY, 0)


class MarkLegend(QWidget):
    """Says what the marks stand for that are shown, on as many lines as that takes."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: Sequence[str] = ()
        self.setFont(theme.data_font())
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_kinds(self, kinds: Sequence[str]) -> None:
        """Shows what these stand for."""
        if kinds != self._kinds:
            self._kinds = kinds
            self.setAccessibleName(", ".join(map(name_of, kinds)))
            self.updateGeometry()
            self.update()

    def _places(self, width: int) -> Sequence[tuple[str, QRect]]:
        found = []
        left = top = 0
        line = self.fontMetrics().height()
        for kind in self._kinds:
            wide = 4 * theme.STEP + self.fontMetrics().horizontalAdvance(name_of(kind))
            if left and left + wide > width:
                left, top = 0, top + line
            found.append((kind, QRect(left, top, wide, line)))
            left += wide + 4 * theme.STEP
        return found

    def heightForWidth(self, width: int) -> int:
        """Returns how high its lines are."""
        places = self._places(width)
        return places[-1][1].bottom() + 1 if places else self.fontMetrics().height()

    def sizeHint(self) -> QSize:
        """Returns the room that it takes at its width."""
        return QSize(0, self.heightForWidth(max(1, self.width())))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws a mark before each word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for kind, place in self._places(self.width()):
            draw_mark(painter, kind, QPointF(place.left() + HALF + 1, place.center().y() + 0.5))
            painter.setPen(theme.tokens().color("muted"))
            text = place.adjusted(4 * theme.STEP, 0, 0, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name_of(kind))


class EventList(QTreeWidget):
    """The events, the newest first."""

    def __init__(self, *, named: bool = False) -> None:
        super().__init__()
        self._named = named
        self._events: Sequence[Event] = ()
        columns = [_("Time"), _("What"), _("Cause"), _("Told")]
        if named:
            columns.insert(1, _("Service"))
        self.setHeaderLabels(columns)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName(_("Events"))
        self.setFont(theme.data_font())
        self.header().setStretchLastSection(False)
        wide = self.fontMetrics().horizontalAdvance
        self.setColumnWidth(0, wide("2026-01-01 00:00:00") + 3 * theme.STEP)
        for column in range(1, self.columnCount()):
            self.setColumnWidth(column, 28 * theme.STEP)
        self.header().setSectionResizeMode(self.columnCount() - 2, self.header().ResizeMode.Stretch)
        self.setColumnWidth(self.columnCount() - 1, wide(_("Told")) + 6 * theme.STEP)

    def show_events(self, events: Sequence[Event]) -> None:
        """Shows the newest of these, which come with the oldest first; the chosen one stays."""
        newest = events[-MOST_LISTED:][::-1]
        if newest == self._events:
            return
        chosen = self.chosen
        self._events = newest
        self.clear()
        self.addTopLevelItems([self._item(event) for event in newest])
        self.resizeColumnToContents(self.columnCount() - 3)
        self.choose(chosen)

    def _item(self, event: Event) -> QTreeWidgetItem:
        told = "✓" if event.told else ""
        texts = [moment(event.time), kind_word(event.kind), event.cause, told]
        if self._named:
            texts.insert(1, event.unit)
        item = QTreeWidgetItem(texts)
        for column, text in enumerate(texts):
            item.setToolTip(column, plain.tip(text))
        return item

    @property
    def chosen(self) -> Event | None:
        """The event that is selected."""
        place = self.currentIndex().row()
        return self._events[place] if 0 <= place < len(self._events) else None

    def choose(self, event: Event | None) -> None:
        """Selects an event, if it is listed."""
        place = self._events.index(event) if event is not None and event in self._events else -1
        index = self.model().index(place, 0)
        self.setCurrentIndex(index)
        if index.isValid():
            self.scrollTo(index)


class Events(QWidget):
    """Both of them: what is chosen in one is chosen in the other.

    Args:
        name: What the timeline shows, for assistive technologies, translated.
        now: Returns the time of day, in seconds since 1970.
        named: Whether it is of many services.
    """

    def __init__(self, name: str, now: Callable[[], float], *, named: bool = False) -> None:
        super().__init__()
        self._now = now
        self._named = named
        self._rows: Mapping[str, Sequence[Event]] = {}
        self._shown: object = None
        self._why = ""
        self._moved = 0.0
        self.timeline = Timeline(name, named=named)
        self.list = EventList(named=named)
        spans = [
            Option(_("Day"), _("The last 24 hours")), Option(_("Week"), _("The last 7 days")),
            Option(_("Month"), _("The last 30 days")),
            Option(_("All time"), _("All that the journal still has")),
        ]  # fmt: skip
        self._span = Choice(spans, 1, self)
        self._span.changed.connect(self._show)
        self._legend = MarkLegend()
        above = QHBoxLayout()
        above.addWidget(self._span)
        above.addStretch()
        self._place = self._scrolled() if named else self.timeline
        # The sentence that says why there is nothing has no room in the timeline of one service.
        self._none = Muted()
        self._none.setWordWrap(True)
        self._some = QWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._none)
        whole.addWidget(self._some, 1)
        whole.addStretch()
        column = QVBoxLayout(self._some)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP)
        column.addLayout(above)
        beneath = QVBoxLayout()
        beneath.setSpacing(0)
        beneath.addWidget(self._place)
        beneath.addWidget(TimeAxis(self.timeline))
        column.addLayout(beneath)
        column.addWidget(self._legend)
        column.addWidget(self.list, 1)
        self.timeline.pointed.connect(self.list.choose)
        self.list.currentItemChanged.connect(self._follow)

    def _scrolled(self) -> QScrollArea:
        area = QScrollArea()
        area.setWidget(self.timeline)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.timeline.shown_at.connect(lambda y: area.ensureVisible(0, y, 0, ROW))
        return area

    def show_history(self, history: History | None, units: Sequence[str]) -> None:
        """Shows what became of some services.

        Args:
            history: Of all; None while it is being read.
            units: From top to bottom.
        """
        now = self._now()
        span = SPANS[self._span.chosen] or (now - self.timeline.begin)
        told = (history, tuple(units))
        if self._shown == told and abs(now - self._moved) < span * STILL:
            return
        self._shown = told
        rows: dict[str, list[Event]] = {unit: [] for unit in units}
        for event in history.events if history is not None else ():
            if event.unit in rows:
                rows[event.unit].append(event)
        # The journal has them as they came, and a clock may have been set back.
        self._rows = {unit: sorted(found, key=_time_of) for unit, found in rows.items()}
        self._why = _why_none(history)
        self._show()

    @Slot()
    def _show(self) -> None:
        self._moved = self._now()
        span = SPANS[self._span.chosen]
        events = sorted((e for found in self._rows.values() for e in found), key=_time_of)
        self._none.setText(self._why)
        self._none.setVisible(not events)
        self._some.setVisible(bool(events))
        self.timeline.empty_text = self._why_empty(events)
        rows = [Row(unit, found) for unit, found in self._rows.items()]
        self.timeline.show_rows(rows, float(span), self._moved)
        self._legend.show_kinds(_kinds(events))
        if self._named:
            self._place.setFixedHeight(max(1, min(len(rows), MOST_ROWS)) * ROW + theme.STEP)
        self.list.show_events(events)

    def _why_empty(self, events: Sequence[Event]) -> str:
        if not events:
            return ""
        text = _("Nothing in this time. The last was on {time}.")
        return text.format(time=moment(events[-1].time))

    @Slot()
    def _follow(self) -> None:
        self.timeline.choose(self.list.chosen)


def _time_of(event: Event) -> float:
    return event.time


def _why_none(history: History | None) -> str:
    if history is None:
        return _("Reading the journal …")
    if history.hidden:
        return _(
            "Only root and the groups adm and systemd-journal may read what happened. "
            "An administrator can add you: usermod -aG systemd-journal …"
        )
    return _("Nothing has happened yet: no failure, no restart.")


def _kinds(events: Sequence[Event]) -> Sequence[str]:
    found = list(dict.fromkeys(event.kind for event in events))
    return [*found, TOLD] if any(event.told for event in events) else found
