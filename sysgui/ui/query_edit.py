"""The line in which a query is typed: tells the query that it makes, or why it makes none."""

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sysgui.system.i18n import _
from sysgui.system.query import Completion, QueryError
from sysgui.system.query_grammar import BegunName
from sysgui.ui.suggestions import Suggestions

# What chooses from a list, or closes it.
_OF_LIST = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)

# After so long without a key, what was typed is a word and not the begin of a field's name.
REST_MS = 700

# The window, or a list, has the keyboard for a while; it comes back to where one types.
_FOR_A_WHILE = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class Compiler(Protocol):
    """A language of queries."""

    def compile(self, text: str) -> Any:
        """Returns what a query means; raises a `QueryError` if it is none."""
        ...

    def complete(self, text: str, cursor: int) -> Sequence[Completion]:
        """Returns what could stand at the cursor."""
        ...

    def begun_name(self, text: str) -> BegunName | None:
        """Returns the word at the end of a query, if it begins the name of a field."""
        ...


class QueryEdit(QLineEdit):
    """Compiles what is typed at every change.

    Args:
        language: What can be asked.
        name: What is searched, for assistive technologies, translated.
        example: What one might type, shown while the line is empty, translated.
        parent: Owns it.
        waits: Whether a word at the end that begins the name of a field is not searched for while
            it is typed: a begin only when the hand rests, a whole name only with Enter.

    Attributes:
        language: The same.
        suggestions: Shows what could stand at the cursor.

    Signals:
        asked: Another query, as the language has compiled it.
        refused: Why what stands there is no query, translated; "" when it is one.
        entered: The hand goes on to what was found: Down or Enter.
    """

    asked = Signal(object)
    refused = Signal(str)
    entered = Signal()

    def __init__(
        self,
        language: Compiler,
        name: str,
        example: str,
        parent: QWidget,
        *,
        waits: bool = False,
    ) -> None:
        super().__init__(parent)
        self._waits = waits
        self._is_typed = False
        self._is_open = False
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST_MS)
        self._resting.timeout.connect(self._ask)
        self.language = language
        self.setPlaceholderText(example)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        # Qt gives its clear button no name that could be read out.
        clear = self.findChild(QAction, "_q_qlineeditclearaction")
        if clear is not None:
            clear.setText(_("Clear"))
        self.textEdited.connect(self._note_hand)
        self.textChanged.connect(self._changed)
        self.suggestions = Suggestions(self, language.complete)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.suggestions.are_shown and event.key() in _OF_LIST:
            event.ignore()  # The list, which shows itself what is typed, takes it.
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._is_open:
                self._ask()
                if event.key() != Qt.Key.Key_Down:
                    return
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._is_open and event.reason() not in _FOR_A_WHILE:
            self._ask()

    @Slot()
    def _note_hand(self) -> None:
        self._is_typed = True

    @Slot(str)
    def _changed(self, text: str) -> None:
        is_typed, self._is_typed = self._is_typed, False
        begun = None
        if self._waits and is_typed and self.cursorPosition() == len(text):
            begun = self.language.begun_name(text)
        if begun is None:
            self._ask()
            return
        self._is_open = True
        if begun.is_whole:
            self._resting.stop()
            said = _("“{name}” is a field: go on with an operator, or find the word with Enter.")
            self.refused.emit(said.format(name=begun.text))
        else:
            self._resting.start()
            self.refused.emit("")

    @Slot()
    def tell_refusal(self) -> None:
        """Tells once more what is wrong with what stands there, if anything is."""
        try:
            self.language.compile(self.text())
        except QueryError as error:
            self.refused.emit(str(error))

    @Slot()
    def _ask(self) -> None:
        """Asks for what stands there, as it is."""
        self._resting.stop()
        self._is_open = False
        try:
            query = self.language.compile(self.text())
        except QueryError as error:
            self.refused.emit(str(error))
            return
        self.refused.emit("")
        self.asked.emit(query)
