"""The overview: graphs that share one history and one instant, and what uses most."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sysgui.system import units
from sysgui.system.filesystems import FilesystemsProbe
from sysgui.system.history import KEPT, History
from sysgui.system.i18n import _
from sysgui.system.totals import Totals, TotalsProbe
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.card_grid import CardGrid
from sysgui.ui.choice import Choice, Option
from sysgui.ui.panel import Context, PanelView

from . import gauges
from .cards import GaugeCard, MemoryBar
from .lists import Lists
from .moment import Moment
from .probe import Top, read_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sysgui.ui.graph import Graph
    from sysgui.ui.heat import HeatStrips

EVERY = 1.0
TOP_EVERY = 2.0
FILESYSTEMS_EVERY = 10.0

# The second reading comes early, so that rates are there soon.
FIRST_RATES = 0.3

SPANS = (60, 300, KEPT)

# A marked moment is shown in the least span of which it is within this part.
ROOM = 0.9

CARD_WIDTH = 76 * theme.STEP


class OverviewSettings(msgspec.Struct, frozen=True):
    """What is remembered of this panel.

    Attributes:
        span: The seconds that the graphs show.
        unused: Whether devices that never carried anything are shown.
    """

    span: int = 300
    unused: bool = False


class OverviewView(PanelView):
    """Records while it is not shown; draws only while it is.

    Args:
        context: What the application gives.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        settings = context.settings.section("overview", OverviewSettings)
        self._span = settings.span if settings.span in SPANS else OverviewSettings().span
        self._unused = settings.unused
        self._history = History(round(max(SPANS) / EVERY) + 1)
        self._totals: Totals | None = None
        self._age: float | None = None
        self._gauges: dict[str, GaugeCard] = {}
        self._built = False
        self._complete = False
        self._cores: HeatStrips | None = None
        self._totals_poller = self.poll(
            TotalsProbe(context.host), EVERY, self._take_totals, always=True
        )
        spans = zip(SPANS, ("Ctrl+1", "Ctrl+2", "Ctrl+3"), strict=True)
        self._span_actions = [
            self.action(
                _("Show the last {span}").format(span=units.duration(span)),
                lambda *_checked, span=span: self.set_span(span),
                key,
            )
            for span, key in spans
        ]
        self.action(_("Show or hide unused devices"), self._toggle_unused, "Ctrl+U")
        self._hovered: float | None = None
        self._moment = Moment(self, self._newest, lambda: self._age)
        self._moment.changed.connect(self._point)

    def _newest(self) -> float | None:
        return self._totals.time if self._totals is not None else None

    # Made when first shown: graphs cost 30 MB and a quarter of a second.

    def showEvent(self, event: QShowEvent) -> None:
        if not self._built:
            self._build()
        super().showEvent(event)

    def _build(self) -> None:
        self._built = True
        self.add(self._heading())
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * theme.STEP)
        self._gauge_grid = CardGrid(CARD_WIDTH, 4)
        self._lists = Lists(ground)
        self._lists.clicked.connect(self._open_process)
        self._hidden = Muted()
        column.addWidget(self._gauge_grid, 1)
        column.addWidget(self._lists)
        column.addWidget(self._hidden)
        area.setWidget(ground)
        self.add(area, 1)
        top = self.context.reader.probe("overview.top", Top)
        self._top_poller = self.poll(top, TOP_EVERY, self._show_top)
        filesystems = FilesystemsProbe(self.context.host)
        self.poll(filesystems, FILESYSTEMS_EVERY, self._lists.show_filesystems)
        if self._totals is not None:
            self._show(self._totals)

    def _heading(self) -> QWidget:
        machine = read_machine(self.context.host)
        heading = QWidget(self)
        row = QHBoxLayout(heading)
        row.setContentsMargins(0, 0, 0, 0)
        name = QLabel(machine.hostname)
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setFont(theme.title_font())
        self._about = Muted()
        self._machine = f"{machine.system} · {machine.kernel}"
        row.addWidget(name)
        row.addSpacing(2 * theme.STEP)
        row.addWidget(self._about, 1)
        options = [
            Option(
                _("{count} min").format(count=span // 60),
                f"{action.text()}  {action.shortcut().toString()}",
            )
            for span, action in zip(SPANS, self._span_actions, strict=True)
        ]
        self._spans = Choice(options, SPANS.index(self._span), heading)
        self._spans.changed.connect(self._choose_span)
        row.addWidget(self._spans)
        return heading

    # Totals.

    @Slot(object)
    def _take_totals(self, totals: Totals) -> None:
        first = self._totals is None
        self._totals = totals
        self._history.append(totals.since_boot, gauges.samples(totals))
        if first:
            wait = round(FIRST_RATES * 1000)
            QTimer.singleShot(wait, self._totals_poller, self._totals_poller.ask_now)
        if self._built and self.watched:
            self._show(totals)
            self.figured.emit()
        if totals.elapsed is not None:
            self._see_whether_ready()

    def set_watched(self, watched: bool) -> None:
        """Draws what was recorded meanwhile as soon as somebody looks."""
        super().set_watched(watched)
        if watched and self._built and self._totals is not None:
            self._show(self._totals)

    def _show(self, totals: Totals) -> None:
        self._place_cards(totals)
        for drawn in self._drawn():
            drawn.refresh()
        self._point()
        self._write()

    def _write(self) -> None:
        """Writes all figures as of now, or as of the instant under the pointer."""
        self._about.setText(self._instant())

        def get(series: str) -> float | None:
            age = 0.0 if self._age is None else self._age
            return self._history.at(series, age)

        for card in self._gauges.values():
            card.write(get)
        self._memory_bar.write(get)

    def _instant(self) -> str:
        """Returns which machine, and which instant, the figures are of."""
        totals = self._totals
        if totals is None:
            return self._machine
        if self._age is None:
            up = _("up {duration}").format(duration=units.duration(totals.since_boot))
            return f"{self._machine} · {up}"
        then = datetime.fromtimestamp(totals.time + self._age).astimezone()
        ago = _("{duration} ago").format(duration=units.duration(-self._age))
        if not self._history.covers(self._age):
            return f"{then:%H:%M:%S} · {ago} · " + _("nothing was recorded yet")
        return f"{then:%H:%M:%S} · {ago}"

    # Cards.

    def _place_cards(self, totals: Totals) -> None:
        wanted = self._wanted(totals)
        if wanted.keys() == self._gauges.keys():
            return
        for name in self._gauges.keys() - wanted.keys():
            self._gauges.pop(name).deleteLater()
        self._gauges = {
            name: self._gauges.get(name) or self._make_card(gauge) for name, gauge in wanted.items()
        }
        self._gauge_grid.show_cards(list(self._gauges.values()))

    def _make_card(self, gauge: gauges.Gauge) -> GaugeCard:
        card = GaugeCard(gauge)
        if gauge.name == "memory":
            self._memory_bar = MemoryBar()
            card.add_above(self._memory_bar)
        if self._complete:
            self._draw(card)
        return card

    def complete(self) -> None:
        """Draws the graphs: figures come first, as importing and making graphs takes a while."""
        self._complete = True
        for card in self._gauges.values():
            self._draw(card)

    def _draw(self, card: GaugeCard) -> None:
        graph = card.draw(self._history, self._span)
        graph.hovered.connect(self._point_at)
        graph.asked.connect(self._moment.open_menu)
        graph.point_at(self._age)
        if card.gauge.name == "cpu" and self._totals is not None:
            self._cores = self._make_cores(self._totals)
            card.add_above(self._cores)

    def _make_cores(self, totals: Totals) -> "HeatStrips":
        from sysgui.ui.heat import HeatStrips

        cores = HeatStrips(self._history, "cpu", _("cores"))
        cores.show_series([gauges.core_series(core) for core in totals.cpu.cores])
        cores.set_span(self._span)
        cores.setToolTip(_("Each core, the more saturated the busier; the first on top."))
        cores.hovered.connect(self._point_at)
        cores.asked.connect(self._moment.open_menu)
        return cores

    def _drawn(self) -> "Iterator[Graph | HeatStrips]":
        """Yields all that draws the history."""
        for card in self._gauges.values():
            if card.graph is not None:
                yield card.graph
        if self._cores is not None:
            yield self._cores

    def _wanted(self, totals: Totals) -> dict[str, gauges.Gauge]:
        cores = list(totals.cpu.cores)
        wanted = [gauges.cpu(cores), gauges.memory(), gauges.load(cores), gauges.pressure()]
        unused: list[str] = []
        for disk in totals.disks:
            if disk.read or disk.written or self._unused:
                wanted.append(gauges.disk(disk.name))
            else:
                unused.append(disk.name)
        # The loopback interface last: what leaves the machine matters more.
        for interface in sorted(totals.interfaces, key=lambda i: i.name == "lo"):
            if interface.received or interface.sent or self._unused:
                wanted.append(gauges.network(interface.name))
            else:
                unused.append(interface.name)
        text = _("Unused since boot: {names} (Ctrl+U shows them)").format(names=", ".join(unused))
        self._hidden.setText(text if unused else "")
        return {gauge.name: gauge for gauge in wanted}

    # One instant for all graphs.

    @Slot(object)
    def _point_at(self, age: float | None) -> None:
        self._hovered = age
        self._point()

    @Slot()
    def _point(self) -> None:
        """Points at the instant under the pointer, or else at the marked one."""
        age = self._moment.age if self._hovered is None else self._hovered
        if age == self._age or not self._built:
            return
        self._age = age
        for drawn in self._drawn():
            drawn.point_at(age)
        if self._totals is not None:
            self._write()

    @Slot(int)
    def _choose_span(self, place: int) -> None:
        self.set_span(SPANS[place])

    def set_span(self, seconds: int) -> None:
        """Shows the last `seconds` in all graphs."""
        self._span = seconds
        self._spans.choose(SPANS.index(seconds))
        for drawn in self._drawn():
            drawn.set_span(seconds)

    def _toggle_unused(self) -> None:
        self._unused = not self._unused
        if self._totals is not None:
            self._show(self._totals)

    # From elsewhere.

    def open_with(self, **arguments: Any) -> None:
        """Marks the moment `around`, in seconds since 1970, in all graphs."""
        around, newest = arguments.get("around"), self._newest()
        if around is None:
            return
        if not self._built:
            self._build()
        age = (newest if newest is not None else self.context.host.now()) - around
        self.set_span(next((span for span in SPANS if age < ROOM * span), SPANS[-1]))
        self._moment.mark(float(around))

    # Lists.

    @Slot(object)
    def _show_top(self, top: Top) -> None:
        if not top.cpu:
            wait = round(FIRST_RATES * 2000)
            QTimer.singleShot(wait, self._top_poller, self._top_poller.ask_now)
        self._lists.show_top(top)
        self._top_seen = bool(top.cpu) or self._top_asked
        self._top_asked = True
        self._see_whether_ready()

    _top_asked = False
    _top_seen = False

    @Slot(object)
    def _open_process(self, key: tuple[int, int]) -> None:
        self.context.shell.open("processes", key=key)

    def _see_whether_ready(self) -> None:
        rates = self._totals is not None and self._totals.elapsed is not None
        if rates and self._top_seen:
            self.ready.emit()

    def save_settings(self) -> None:
        """Remembers the span and whether unused devices are shown."""
        self.context.settings.put_section(
            "overview", OverviewSettings(span=self._span, unused=self._unused)
        )
