"""What could stand at the cursor of a query, in a list beneath it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView

from sysgui.system.printable import printable_text
from sysgui.system.query import Completion

# No more are shown at once: whoever wants others goes on typing.
MOST = 100

_TEXT = int(Qt.ItemDataRole.UserRole)

Suggest = Callable[[str, int], Sequence[Completion]]


class Suggestions(QObject):
    """Shows values as they are typed, and on Ctrl+Space also what can be asked.

    Args:
        edit: Where the query is typed.
        suggest: Returns what could replace a text up to a cursor.

    Attributes:
        suggest: The same.
    """

    def __init__(self, edit: QLineEdit, suggest: Suggest) -> None:
        super().__init__(edit)
        self.suggest = suggest
        self._edit = edit
        self._model = QStandardItemModel(self)
        self._starts: dict[str, int] = {}
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(edit)
        self._completer.setCompletionRole(_TEXT)
        self._list = QListView()
        self._list.setAccessibleName(edit.accessibleName())
        self._completer.setPopup(self._list)
        self._completer.activated.connect(self._take)
        edit.textEdited.connect(self.show_values)
        shortcut = QShortcut(QKeySequence("Ctrl+Space"), edit, self.show_all)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

    @property
    def are_shown(self) -> bool:
        """Whether the list is open."""
        return self._list.isVisible()

    @Slot()
    def show_values(self) -> None:
        """Shows which values could stand at the cursor, if one is typed there."""
        before = self._edit.text()[: self._edit.cursorPosition()]
        found = self.suggest(self._edit.text(), self._edit.cursorPosition())
        # Of a word of its own it is not known that it is going to be more than that.
        self._show([each for each in found if _follows_operator(before, each)])

    @Slot()
    def show_all(self) -> None:
        """Shows all that could stand at the cursor."""
        self._show(self.suggest(self._edit.text(), self._edit.cursorPosition()))

    def _show(self, found: Sequence[Completion]) -> None:
        before = self._edit.text()[: self._edit.cursorPosition()]
        if all(before[each.start :] == each.text for each in found):
            self._list.hide()
            return
        self._model.clear()
        self._starts = {each.text: each.start for each in found}
        for each in found[:MOST]:
            told = printable_text(each.text)
            item = QStandardItem(f"{told}    {each.help}" if each.help else told)
            item.setData(each.text, _TEXT)
            self._model.appendRow(item)
        self._completer.complete()

    @Slot(str)
    def _take(self, text: str) -> None:
        start = self._starts[text]
        self._edit.setSelection(start, self._edit.cursorPosition() - start)
        self._edit.insert(text)


def _follows_operator(before: str, completion: Completion) -> bool:
    return before[: completion.start].rstrip().endswith(("=", "~", ":", "<", ">"))
