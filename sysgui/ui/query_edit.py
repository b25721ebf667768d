"""The line in which a query is typed: tells the query that it makes, or why it makes none."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from sysgui.system.i18n import _
from sysgui.system.query import Language, QueryError


class QueryEdit(QLineEdit):
    """Compiles what is typed at every change.

    Args:
        language: What can be asked.
        name: What is searched, for assistive technologies, translated.
        example: What one might type, shown while the line is empty, translated.
        parent: Owns it.

    Signals:
        asked: Another query, as `system.query.Query`.
        refused: Why what stands there is no query, translated; "" when it is one.
    """

    asked = Signal(object)
    refused = Signal(str)

    def __init__(self, language: Language[Any], name: str, example: str, parent: QWidget) -> None:
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

    @Slot(str)
    def _changed(self, text: str) -> None:
        try:
            query = self._language.compile(text)
        except QueryError as error:
            self.refused.emit(str(error))
            return
        self.refused.emit("")
        self.asked.emit(query)
