"""The window of all watched services: how each is, what became of them, and how mail stands."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted
from sysgui.ui.geometry import resize_dialog

from .axis import moment
from .events import Events
from .follow import History
from .watches import Mail, Watch, Watches
from .words import color_of, how, meaning, signed, waiting_text

STATE = 1

# So many services are seen at once in the list; to the rest one scrolls.
MOST_LINES = 5


class WatchedWindow(QDialog):
    """Shows them; it stays open beside the panel, and is the panel's.

    Args:
        now: Returns the time of day, in seconds since 1970.
        parent: The panel.

    Signals:
        unit_asked: The name of a service that the user wants to see.
        change_asked: The name of one that is to be watched otherwise.
        end_asked: The name of one whose watch is to end.
        settings_asked: The mail server is to be set.
        test_asked: A test message is to be sent.
        seen: Whether it is seen now: only then the journal is read.
    """

    unit_asked = Signal(str)
    change_asked = Signal(str)
    end_asked = Signal(str)
    settings_asked = Signal()
    test_asked = Signal()
    seen = Signal()

    def __init__(self, now: Callable[[], float], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Watched services"))
        resize_dialog(self, 230 * theme.STEP, 165 * theme.STEP)
        self._watches: Sequence[Watch] = ()
        self._history: History | None = None
        self._list = QTreeWidget()
        self._list.setHeaderLabels([_("Service"), _("State"), _("Since"), _("How")])
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setAccessibleName(_("Watched services"))
        self._list.setFont(theme.data_font())
        for column, wide in enumerate((55, 38, 38)):
            self._list.setColumnWidth(column, wide * theme.STEP)
        self._list.currentItemChanged.connect(self._allow)
        self._list.itemActivated.connect(self._activated)
        self._empty = Muted(
            _(
                "No service is watched. Choose services in the table, and “Watch…” from their menu "
                "(Ctrl+Shift+W): systemd starts them again when they fail, and you are told."
            )
        )
        self._empty.setWordWrap(True)
        self._show_unit = self._button(_("Show it"), self.unit_asked)
        self._change = self._button(_("Change it…"), self.change_asked)
        self._end = self._button(_("End the watch…"), self.end_asked)
        self._events = Events(_("What became of them"), now, named=True)
        column_of_all = QVBoxLayout(self)
        column_of_all.setSpacing(2 * theme.STEP)
        column_of_all.addWidget(self._empty)
        column_of_all.addWidget(self._list)
        column_of_all.addLayout(self._row((self._show_unit, self._change, self._end)))
        column_of_all.addWidget(self._events, 1)
        column_of_all.addStretch()
        column_of_all.addLayout(self._mail())
        self.take(Watches([], Mail()))

    def _button(self, text: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._ask(signal))
        return button

    def _ask(self, signal: object) -> None:
        watch = self.chosen
        if watch is not None:
            signal.emit(watch.unit)  # type: ignore[attr-defined]

    @staticmethod
    def _row(buttons: Sequence[QPushButton]) -> QHBoxLayout:
        row = QHBoxLayout()
        for button in buttons:
            row.addWidget(button)
        row.addStretch()
        return row

    def _mail(self) -> QVBoxLayout:
        title = QLabel(_("Mail"))
        title.setFont(theme.strong_font())
        self._stands = QLabel()
        self._said = QLabel()
        for label in (self._stands, self._said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self._said.setAccessibleName(_("What came of it"))
        self._settings = QPushButton(_("Mail settings…"))
        self._settings.clicked.connect(self.settings_asked)
        self._test = QPushButton(_("Send a test message"))
        self._test.clicked.connect(self.test_asked)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.close)
        for button in (self._settings, self._test, close):
            button.setAutoDefault(False)
        row = self._row((self._settings, self._test))
        row.addWidget(close)
        column = QVBoxLayout()
        for widget in (title, self._stands, self._said):
            column.addWidget(widget)
        column.addLayout(row)
        self._said.hide()
        return column

    # What it shows.

    @property
    def chosen(self) -> Watch | None:
        """The service that is selected."""
        place = self._list.currentIndex().row()
        return self._watches[place] if 0 <= place < len(self._watches) else None

    def take(self, watches: Watches) -> None:
        """Takes what is watched; the line that is chosen stays."""
        chosen = self.chosen
        self._watches = watches.watches
        self._list.clear()
        for watch in self._watches:
            self._list.addTopLevelItem(_item(watch))
        units = [watch.unit for watch in self._watches]
        place = units.index(chosen.unit) if chosen is not None and chosen.unit in units else 0
        self._list.setCurrentIndex(self._list.model().index(place, 0))
        self._color()
        self._empty.setVisible(not units)
        self._list.setVisible(bool(units))
        lines = min(MOST_LINES, max(2, len(units))) + 2
        self._list.setFixedHeight(lines * (self._list.fontMetrics().height() + theme.STEP))
        self._stands.setText(_mail_text(watches))
        self._test.setEnabled(watches.mail.known)
        self._test.setToolTip("" if watches.mail.known else _("Set a mail server first."))
        self._show_events()
        self._allow()

    def take_history(self, history: History) -> None:
        """Takes what became of all services."""
        self._history = history
        self._show_events()

    def _show_events(self) -> None:
        self._events.setVisible(bool(self._watches))
        self._events.show_history(self._history, [watch.unit for watch in self._watches])

    def tell(self, text: str) -> None:
        """Says what came of what was asked for; "" is nothing."""
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _color(self) -> None:
        for place, watch in enumerate(self._watches):
            item = self._list.topLevelItem(place)
            if item is not None:
                item.setForeground(STATE, theme.tokens().color(color_of(watch.state)))

    @Slot()
    def _allow(self) -> None:
        for button in (self._show_unit, self._change, self._end):
            button.setEnabled(self.chosen is not None)

    @Slot()
    def _activated(self) -> None:
        self._ask(self.unit_asked)

    def changeEvent(self, event: QEvent) -> None:
        """Writes the states in the colours of another theme."""
        super().changeEvent(event)
        if theme.is_palette_change(event):
            self._color()

    # Whether anybody looks.

    def showEvent(self, event: QShowEvent) -> None:
        """Says that it is seen."""
        super().showEvent(event)
        self.seen.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Says that it is seen no more."""
        super().hideEvent(event)
        self.seen.emit()


def _item(watch: Watch) -> QTreeWidgetItem:
    since = moment(watch.since) if watch.since else ""
    item = QTreeWidgetItem([watch.unit, signed(watch.state), since, how(watch)])
    item.setToolTip(STATE, plain.tip(meaning(watch.state)))
    for column in (0, 3):
        item.setToolTip(column, plain.tip(item.text(column)))
    return item


def _mail_text(watches: Watches) -> str:
    mail = watches.mail
    wanted = any(watch.mail for watch in watches.watches)
    parts = [_("A mail server is set.") if mail.known else _("No mail server is set.")]
    if not mail.known and wanted:
        parts.append(_("Until one is, nobody is told by mail."))
    if mail.waiting:
        parts.append(waiting_text(mail))
    if mail.error:
        parts.append(_("At {time}: {error}.").format(time=moment(mail.tried), error=mail.error))
    elif mail.tried:
        parts.append(_("The last mail went out at {time}.").format(time=moment(mail.tried)))
    return " ".join(parts)
