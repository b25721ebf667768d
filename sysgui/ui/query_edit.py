"""The line in which a query is typed: tells the query that it makes, or why it makes none."""

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sysgui.system.i18n import _
from sysgui.system.query import Completion, QueryError
from sysgui.ui.suggestions import Suggestions

# What chooses from a list, or closes it.
_OF_LIST = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class Compiler(Protocol):
    """A language of queries."""

    def compile(self, text: str) -> Any:
        """Returns what a query means; raises a `QueryError` if it is none."""
        ...

    def complete(self, text: str, cursor: int) -> Sequence[Completion]:
        """Returns what could stand at the cursor."""
        ...


class QueryEdit(QLineEdit):
    """Compiles what is typed at every change.

    Args:
        language: What can be asked.
        name: What is searched, for assistive technologies, translated.
        example: What one might type, shown while the line is empty, translated.
        parent: Owns it.

    Attributes:
        suggestions: Shows what could stand at the cursor.

    Signals:
        asked: Another query, as the language has compiled it.
        refused: Why what stands there is no query, translated; "" when it is one.
        entered: The hand goes on to what was found: Down or Enter.
    """

    asked = Signal(object)
    refused = Signal(str)
    entered = Signal()

    def __init__(self, language: Compiler, name: str, example: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._language = language
        self.setPlaceholderText(example)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        # Qt gives its clear button no name that could be read out.
        clear = self.findChild(QAction, "_q_qlineeditclearaction")
        if clear is not None:
            clear.setText(_("Clear"))
        self.textChanged.connect(self._changed)
        self.suggestions = Suggestions(self, language.complete)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.suggestions.are_shown and event.key() in _OF_LIST:
            event.ignore()  # The list, which shows itself what is typed, takes it.
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    @Slot(str)
    def _changed(self, text: str) -> None:
        try:
            query = self._language.compile(text)
        except QueryError as error:
            self.refused.emit(str(error))
            return
        self.refused.emit("")
        self.asked.emit(query)
