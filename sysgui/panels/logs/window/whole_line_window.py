"""All of one line, however long, in a window of its own: searched, copied, saved."""

import re
from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.logs.line import Line
from sysgui.system.i18n import _, ngettext
from sysgui.system.printable import printable_text
from sysgui.system.units import count, size
from sysgui.ui import theme
from sysgui.ui.card import Muted

from .long_text import LongText

_KIB = 1024

# As much of a line is shown, in bytes.
SHOWN = 8 << 20

# As many places of it are counted.
COUNTED = 100_000


class WholeLineWindow(QDialog):
    """Shows a line.

    Args:
        parent: The panel.

    Signals:
        saved: All of the line is to be written to a file: its path.
    """

    saved = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("The whole line"))
        self._line = Line(0, "", 0)
        self._shown = self._sought = ""
        self._places: list[int] = []
        self._current = -1
        self._find = QLineEdit()
        self._find.setPlaceholderText(_("Find in the line"))
        self._find.setAccessibleName(_("Find in the line"))
        self._find.setClearButtonEnabled(True)
        self._number = Muted()
        self._number.setMinimumWidth(40 * theme.STEP)
        self._text = LongText(self)
        self._told = Muted(_("The line is being read…"))
        self._told.setWordWrap(True)
        self._copy = QPushButton(_("Copy"))
        self._save = QPushButton(_("Save all of it…"))
        close = QPushButton(_("Close"))
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self._find, 1)
        above.addWidget(self._number)
        below.addWidget(self._told, 1)
        for button in (self._copy, self._save, close):
            button.setAutoDefault(False)
            below.addWidget(button)
        column = QVBoxLayout(self)
        column.addLayout(above)
        column.addWidget(self._text, 1)
        column.addLayout(below)
        self.resize(200 * theme.STEP, 120 * theme.STEP)
        self._find.textChanged.connect(self._look)
        self._find.returnPressed.connect(self._next)
        QShortcut(QKeySequence("F3"), self, self._next)
        QShortcut(QKeySequence("Shift+F3"), self, self._before)
        self._copy.clicked.connect(self._put_on_clipboard)
        self._save.clicked.connect(self._ask_where)
        close.clicked.connect(self.reject)
        for button in (self._copy, self._save):
            button.setEnabled(False)

    def show_line(self, line: Line) -> None:
        """Shows a line, as far as it is at hand."""
        self._line = line
        self._shown = printable_text(line.text)
        self._sought = self._shown.casefold()
        self._text.show_text(self._shown)
        told = ngettext("{n} byte", "{n} bytes", line.length).format(n=count(line.length))
        if line.length >= _KIB:
            told = f"{size(line.length)}, {told}"
        if line.cut:
            told += "\n" + _("The first {size} are shown.").format(size=size(SHOWN))
        self._told.setText(told)
        for button in (self._copy, self._save):
            button.setEnabled(True)

    def tell(self, what: str) -> None:
        """Says what has become of the line."""
        self._told.setText(what)

    # Search.

    @Slot(str)
    def _look(self, typed: str) -> None:
        self._places = list(islice(self._found(typed), COUNTED)) if typed else []
        self._current = -1
        self._number.setText(_("{n} found").format(n=count(len(self._places))) if typed else "")
        self._step(1)

    def _found(self, typed: str) -> Iterator[int]:
        """Yields where a text stands; capitals do not matter."""
        if len(self._sought) != len(self._shown):
            # Some of its letters are two where they are small.
            for match in re.finditer(re.escape(typed), self._shown, re.IGNORECASE):
                yield match.start()
            return
        needle = typed.casefold()
        place = self._sought.find(needle)
        while place >= 0:
            yield place
            place = self._sought.find(needle, place + len(needle))

    @Slot()
    def _next(self) -> None:
        self._step(1)

    @Slot()
    def _before(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        if not self._places:
            self._text.show_found(0, 0)
            return
        self._current = (self._current + step) % len(self._places)
        start = self._places[self._current]
        self._text.show_found(start, start + len(self._find.text()))
        told = _("{n} of {total}")
        self._number.setText(
            told.format(n=count(self._current + 1), total=count(len(self._places)))
        )

    # Copies.

    @Slot()
    def _put_on_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self._line.text)

    @Slot()
    def _ask_where(self) -> None:
        asked = QFileDialog(self, _("Save the line"), "line.txt")
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        asked.fileSelected.connect(self.saved)
        asked.open()
