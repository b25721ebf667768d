"""The pane beside the table: one process, its graphs, its files and sockets."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from sysgui.system import units
from sysgui.system.history import History
from sysgui.system.i18n import _, ngettext
from sysgui.system.processes import Process
from sysgui.ui import plain, theme
from sysgui.ui.card import Card, Muted

from .columns import STATES
from .detail import Detail, Socket

if TYPE_CHECKING:
    from sysgui.ui.graph import Graph

KEPT = 901
SPAN = 300


class ProcessPane(QWidget):
    """Shows the process that is selected, and takes no room while none is.

    It stays when the process ends, and says so.

    Attributes:
        process: The one that is shown.
        needs_root: Whether only root may see its files and sockets.
        service: The service of the system that it belongs to; "" if none, or not known yet.

    Signals:
        end_asked: The user wants to end it.
        nice_asked: The user wants to set its nice value.
        more_asked: The user wants the whole menu.
    """

    end_asked = Signal()
    nice_asked = Signal()
    more_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.process: Process | None = None
        self._refusal = ""
        self.needs_root = False
        self._history = History(KEPT)
        self._graphs: list[tuple[Card, Graph, Callable[[Process], str]]] = []
        self.hide()
        self.service = ""
        self._title = QLabel()
        self._title.setFont(theme.title_font())
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._about = Muted()
        self._about.setWordWrap(True)
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._unit = Muted()
        self._unit.setWordWrap(True)
        self._unit.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self._title, self._about, self._unit):
            label.setMinimumWidth(0)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Room for all that will be said, so that nothing below moves when it is known.
        line = self._about.fontMetrics().lineSpacing()
        self._about.setFixedHeight(3 * line)
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._unit.setFixedHeight(2 * line)
        self._unit.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.addWidget(self._title)
        self._inside.addWidget(self._about)
        self._inside.addWidget(self._unit)
        self._files = QListWidget()
        self._files.setAccessibleName(_("Open files"))
        self._sockets = QListWidget()
        self._sockets.setAccessibleName(_("Sockets"))
        self._lists = QTabWidget()
        self._lists.setDocumentMode(True)
        self._lists.addTab(self._files, _("Files"))
        self._lists.addTab(self._sockets, _("Sockets"))
        for listed in (self._files, self._sockets):
            listed.setFont(theme.data_font())
            listed.setTextElideMode(Qt.TextElideMode.ElideMiddle)
            listed.setUniformItemSizes(True)
            listed.setResizeMode(QListWidget.ResizeMode.Adjust)
            listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside.addWidget(self._lists, 2)
        self._inside.addWidget(self._buttons())

    def _buttons(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        self._end = QPushButton()
        # The longest name must not widen the pane.
        self._end.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._nice = QPushButton(_("Nice…"))
        self._more = QPushButton(_("More…"))
        self._end.clicked.connect(self.end_asked)
        self._nice.clicked.connect(self.nice_asked)
        self._more.clicked.connect(self.more_asked)
        row.addWidget(self._end, 1)
        row.addWidget(self._nice)
        row.addWidget(self._more)
        return holder

    def make_graphs(self) -> None:
        """Adds the graphs; they are dear, and not needed until a process is chosen."""
        from sysgui.ui.graph import Curve, Graph

        for title, curves, write, least, figure in (
            (_("CPU"), [Curve("cpu", "cpu")], units.percent, 1, lambda p: units.percent(p.cpu)),
            (_("Memory"), [Curve("rss", "memory")], units.size, 1, lambda p: units.size(p.rss)),
            (
                _("Disk"),
                [Curve("read", "muted"), Curve("write", "disk")],
                units.amount,
                1000,
                lambda p: _("write {write} · read {read}").format(
                    write=units.rate(p.write_rate), read=units.rate(p.read_rate)
                ),
            ),
        ):
            card = Card(title)
            graph = Graph(self._history, curves, write, least=least, parent=card)
            graph.set_span(SPAN)
            card.add(graph, 1)
            self._inside.insertWidget(3 + len(self._graphs), card, 2)
            self._graphs.append((card, graph, figure))

    # What is shown.

    def choose(self, process: Process | None, refusal: str = "") -> None:
        """Shows another process from now on, or none.

        Args:
            process: The one that was chosen.
            refusal: Why nothing may be done to it, translated; "" if it may.
        """
        self.process = process
        self._refusal = refusal
        self._end.setToolTip(refusal or _("Ask it to end (SIGTERM)  Del"))
        self._nice.setToolTip(refusal or _("Set its nice value  Ctrl+Shift+N"))
        self._history = History(KEPT)
        self.setVisible(process is not None)
        if process is None:
            return
        for _card, graph, _figure in self._graphs:
            graph.follow(self._history)
        self.service = ""
        self._unit.setText("")
        _fill(self._files, [])
        _fill(self._sockets, [])
        self._lists.setTabText(0, _("Files"))
        self._lists.setTabText(1, _("Sockets"))
        self._title.setText(process.name)
        self._title.setToolTip(plain.tip(process.command))
        self._end.setText(_("End {name}…").format(name=_shortened(process.name)))
        self._say(_("pid {pid} · {user}").format(pid=process.pid, user=process.user))

    def take(self, process: Process | None, time: float) -> None:
        """Takes the process as it is now, or None when it has ended.

        Args:
            process: The one that was chosen.
            time: Seconds on a clock that only goes forward.
        """
        if process is None:
            self._enable(False)
            if self.process is not None:
                self._unit.setText(_("This process has ended."))
            return
        self.process = process
        self._enable(True)
        self._history.append(
            time,
            {
                "cpu": process.cpu,
                "rss": process.rss,
                "read": process.read_rate,
                "write": process.write_rate,
            },
        )
        for card, graph, figure in self._graphs:
            card.show_figure(figure(process))
            graph.refresh()

    def _enable(self, lives: bool) -> None:
        for button in (self._end, self._nice):
            button.setEnabled(lives and not self._refusal)
        self._more.setEnabled(lives)

    def take_detail(self, detail: Detail) -> None:
        """Takes what was read of it closely."""
        process = self.process
        if process is None or (detail.pid, detail.start) != process.key:
            return
        # The user's own clock time, as every clock on the desktop shows it.
        started = datetime.fromtimestamp(detail.started).astimezone()
        self._say(
            _("pid {pid} · {user} · {state} · {threads} · nice {nice}\nstarted {time}").format(
                pid=process.pid,
                user=process.user,
                state=_(STATES.get(process.state, process.state)),
                threads=ngettext("{n} thread", "{n} threads", process.threads).format(
                    n=process.threads
                ),
                nice=process.nice,
                time=started.strftime("%Y-%m-%d %H:%M:%S"),
            )
        )
        self.service = detail.service
        self._unit.setText(detail.control_group)
        self._unit.setToolTip(_("Its control group: /proc/PID/cgroup"))
        hidden = detail.files is None or detail.sockets is None
        self.needs_root = hidden and process.state != "Z"
        for listed in (self._files, self._sockets):
            listed.setWordWrap(hidden)  # A sentence is read whole; a path is known by its ends.
        if detail.files is None or detail.sockets is None:
            self._say_hidden()
            return
        self._lists.setTabText(0, _("Files {count}").format(count=len(detail.files)))
        self._lists.setTabText(1, _("Sockets {count}").format(count=len(detail.sockets)))
        _fill(self._files, [f"{file.fd}  {file.target}" for file in detail.files])
        _fill(self._sockets, [_written(socket) for socket in detail.sockets])

    def _say_hidden(self) -> None:
        """Says instead of its files and sockets why they are not seen."""
        text = _("It has ended, and waits for its parent.")
        if self.needs_root:
            text = self._refusal or _("Only root may see these: Ctrl+I asks for a password.")
        self._lists.setTabText(0, _("Files"))
        self._lists.setTabText(1, _("Sockets"))
        for listed in (self._files, self._sockets):
            _fill(listed, [text])

    def _say(self, text: str) -> None:
        if self._about.text() != text:
            self._about.setText(text)


def _written(socket: Socket) -> str:
    remote = f"→ {socket.remote}" if socket.remote else ""
    parts = (f"{socket.fd} ", socket.protocol, socket.local, remote, socket.state)
    return " ".join(part for part in parts if part)


def _fill(listed: QListWidget, texts: Sequence[str]) -> None:
    """Changes only the lines that differ, so that the list neither scrolls nor loses its line."""
    for place, text in enumerate(texts):
        if place == listed.count():
            listed.addItem("")
        item = listed.item(place)
        if item.text() != text:
            item.setText(text)
            item.setToolTip(plain.tip(text))
    while listed.count() > len(texts):
        listed.takeItem(listed.count() - 1)


def _shortened(name: str) -> str:
    # In the middle: at its end the button says that it asks first, by an ellipsis of its own.
    name = name if len(name) <= 16 else f"{name[:9]}…{name[-6:]}"
    return name.replace("&", "&&")
