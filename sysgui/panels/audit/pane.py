"""The pane beneath the table: all that is known of one thing that was done."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted

from .columns import lasted
from .entries import Done, local_time
from .results import explained


class DonePane(QWidget):
    """Shows the row that is selected, and takes no room while none is.

    Attributes:
        done: What is shown.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.done: Done | None = None
        self._title = QLabel()
        self._title.setFont(theme.title_font())
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._copy = QPushButton(_("Copy"))
        self._copy.setToolTip(_("Copy all that is said here"))
        self._copy.clicked.connect(self.copy)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(4 * theme.STEP)
        self._grid.setVerticalSpacing(theme.STEP)
        self._values = [self._line(name) for name in (
            _("Result"), _("Began"), _("Ended"), _("For"), _("Request"), _("Plan"), _("Targets"),
        )]  # fmt: skip
        self._scrolled = self._room()
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * theme.STEP, 0, 0)
        column.addLayout(head)
        column.addWidget(self._scrolled, 1)
        self.setFocusProxy(self._scrolled)
        self.hide()

    def _line(self, name: str) -> QLabel:
        row = self._grid.rowCount()
        value = QLabel()
        value.setFont(theme.data_font())
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setWordWrap(True)
        value.setAccessibleName(name)
        # What cannot be broken, such as a digest, must not widen the pane.
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._grid.addWidget(Muted(name), row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        return value

    def _room(self) -> QScrollArea:
        lines = QWidget()
        beneath = QVBoxLayout(lines)
        beneath.setContentsMargins(0, 0, 0, 0)
        beneath.addLayout(self._grid)
        beneath.addStretch()
        room = QScrollArea()
        room.setWidget(lines)
        room.setWidgetResizable(True)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The keyboard can be here, to scroll: then it can be seen.
        room.setStyleSheet(
            "QScrollArea { border: 1px solid transparent }"
            "QScrollArea:focus { border-color: palette(link) }"
        )
        # The ground of the panel, and not one of its own.
        room.viewport().setAutoFillBackground(False)
        lines.setAutoFillBackground(False)
        return room

    def show_done(self, done: Done | None) -> None:
        """Shows another row from now on, or the same one as it is now; None shows none."""
        fresh = done is not None and (self.done is None or self.done.cursor != done.cursor)
        self.done = done
        self.setVisible(done is not None)
        if done is None:
            return
        self._title.setText(done.operation)
        self._scrolled.setAccessibleName(_("About {name}").format(name=done.operation))
        for value, text in zip(self._values, texts(done), strict=True):
            if value.text() != text:
                value.setText(text)
        if fresh:
            self._copy.setText(_("Copy"))
            self._scrolled.verticalScrollBar().setValue(0)

    @Slot()
    def copy(self) -> None:
        """Copies what is shown: a line each, the name before a tab."""
        lines = [self._title.text()]
        lines += [f"{value.accessibleName()}\t{value.text()}" for value in self._values]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self._copy.setText(_("Copied"))


def texts(done: Done) -> list[str]:
    """Returns what the pane's lines say."""
    unknown = _("The journal does not say.")
    result = f"{done.result}: {explained(done.result)}" if done.result else explained("")
    ended = local_time(done.ended) if done.ended is not None else unknown
    if done.duration is not None:
        ended = _("{time}, after {duration}").format(time=ended, duration=lasted(done.duration))
    return [
        result,
        local_time(done.began) if done.began is not None else unknown,
        ended,
        done.user,
        done.request,
        done.plan or _("None: nothing was to be changed."),
        "\n".join(done.targets) or _("None: it is done to nothing in particular."),
    ]
