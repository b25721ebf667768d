"""The first page of a unit's pane: what it is, and what it uses over time."""

import time as clocks
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from sysgui.panels.services.units import USER, Unit
from sysgui.system import units as figures
from sysgui.system.history import History
from sysgui.system.i18n import _, ngettext
from sysgui.ui import theme
from sysgui.ui.card import Card, Muted

from .detail import UnitDetail
from .words import clock, result_word

if TYPE_CHECKING:
    from sysgui.ui.graph import Graph

KEPT = 901
SPAN = 300


class StatusPage(QWidget):
    """Names and values, and beneath them two graphs."""

    def __init__(self) -> None:
        super().__init__()
        self._history = History(KEPT)
        self._graphs: list[tuple[Card, Graph, Callable[[Unit], str]]] = []
        self._detail: UnitDetail | None = None
        self._unit: Unit | None = None
        self._lines: dict[str, QLabel] = {}
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 2 * theme.STEP, 0, 0)
        self._grid.setHorizontalSpacing(4 * theme.STEP)
        self._grid.setVerticalSpacing(theme.STEP)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(999, 1)
        room = QScrollArea()
        room.setWidget(inside)
        room.setWidgetResizable(True)
        room.setFrameShape(QScrollArea.Shape.NoFrame)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room.setAccessibleName(_("Status"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(room, 3)
        self.setFocusProxy(room)

    def make_graphs(self) -> None:
        """Adds the graphs; they are dear, and not needed until a unit is chosen."""
        from sysgui.ui.graph import Curve, Graph

        for title, curve, write, figure in (
            (_("CPU"), Curve("cpu", "cpu"), figures.percent, lambda u: figures.percent(u.cpu)),
            (
                _("Memory"),
                Curve("memory", "memory"),
                figures.size,
                lambda u: figures.size(u.memory),
            ),
        ):
            card = Card(title)
            graph = Graph(self._history, [curve], write, least=1, parent=card)
            graph.set_span(SPAN)
            card.add(graph, 1)
            card.hide()  # Until there is something to be seen.
            self._column.addWidget(card, 2)
            self._graphs.append((card, graph, figure))

    def begin(self, unit: Unit) -> None:
        """Shows another unit from now on."""
        self._unit, self._detail = unit, None
        self._history = History(KEPT)
        for card, graph, _figure in self._graphs:
            graph.follow(self._history)
            card.hide()

    def take_unit(self, unit: Unit) -> None:
        """Takes its state as the table has it."""
        self._unit = unit
        self._write()

    def take_detail(self, detail: UnitDetail) -> None:
        """Takes what was read of it closely."""
        self._detail = detail
        self._write()

    def sample(self, unit: Unit) -> None:
        """Adds what it uses now to the graphs."""
        values = {"cpu": unit.cpu, "memory": unit.memory}
        self._history.append(clocks.monotonic(), values)
        for (card, graph, figure), value in zip(self._graphs, values.values(), strict=False):
            if value is not None:
                card.show()  # And stays: what is known once is a gap when it is not.
            card.show_figure(figure(unit))
            graph.refresh()

    def _write(self) -> None:
        if self._unit is None:
            return
        told = dict(_facts(self._unit, self._detail))
        for name in set(self._lines) - set(told):
            self._line(name).setText("")
        for name, text in told.items():
            label = self._line(name)
            if label.text() != text:
                label.setText(text)

    def _line(self, name: str) -> QLabel:
        """Returns the label of a value; one that was ever there keeps its place."""
        if name not in self._lines:
            value = QLabel()
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setFont(theme.data_font())
            value.setWordWrap(True)
            value.setAccessibleName(name)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            row = len(self._lines)
            self._grid.addWidget(Muted(name), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
            self._lines[name] = value
        return self._lines[name]


def _facts(unit: Unit, detail: UnitDetail | None) -> Iterator[tuple[str, str]]:
    """Yields names and values, as much as is known; the same names in the same order each time."""
    properties = detail.properties if detail is not None else {}
    relations = detail.relations if detail is not None else {}
    state = f"{unit.active} ({unit.sub})" if unit.sub else unit.active
    yield _("State"), state or figures.UNKNOWN
    yield _("Since"), clock(unit.since) if unit.since else figures.UNKNOWN
    # systemd says “success” of what has never run as well.
    has_run = unit.since or unit.active not in ("inactive", "")
    result = str(properties.get("Result", "")) if has_run else ""
    yield _("Last result"), result_word(result) if result else figures.UNKNOWN
    yield _("Says of itself"), str(properties.get("StatusText", "")) or figures.UNKNOWN
    yield _("Starts at boot"), unit.enabled or figures.UNKNOWN
    yield _("Main process"), str(unit.pid) if unit.pid else figures.UNKNOWN
    yield _("Restarted"), _restarts(unit.restarts)
    yield _("Memory"), _of(unit.memory, properties.get("MemoryMax"), figures.size)
    yield _("Tasks"), _of(unit.tasks, properties.get("TasksMax"), str)
    own = _("you") if unit.scope == USER else "root"
    yield _("Runs as"), str(properties.get("User", "")) or own
    starters = relations.get("TriggeredBy", [])
    yield _("Started by"), ", ".join(starters) or figures.UNKNOWN
    commands = detail.commands if detail is not None else []
    yield _("Runs"), "\n".join(words for _name, words in commands) or figures.UNKNOWN
    documents = detail.documentation if detail is not None else []
    yield _("Explained in"), "\n".join(documents) or figures.UNKNOWN


def _restarts(count: int | None) -> str:
    if count is None:
        return figures.UNKNOWN
    return ngettext("{n} time by systemd", "{n} times by systemd", count).format(n=count)


def _of(value: int | None, most: object, write: Callable[[int], str]) -> str:
    if value is None:
        return figures.UNKNOWN
    if isinstance(most, int) and not isinstance(most, bool):
        return _("{value} of at most {most}").format(value=write(value), most=write(most))
    return write(value)
