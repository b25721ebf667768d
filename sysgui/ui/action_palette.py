"""Ctrl+K: every action of every panel, found by typing a part of its name."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import theme

_ACTION = Qt.ItemDataRole.UserRole


def matches(typed: str, text: str) -> bool:
    """Tells whether every word that was typed is a part of `text`."""
    text = text.casefold()
    return all(word in text for word in typed.casefold().split())


class ActionPalette(QDialog):
    """Lists actions by panel and does the chosen one.

    Args:
        actions: Pairs of a panel's title and one of its actions.
        parent: The window.
    """

    def __init__(self, actions: list[tuple[str, QAction]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("All actions"))
        self.resize(140 * theme.STEP, 100 * theme.STEP)
        self._chosen: QAction | None = None
        self._typed = QLineEdit(self)
        self._typed.setPlaceholderText(_("Type a part of what you want to do"))
        self._typed.installEventFilter(self)
        self._typed.textChanged.connect(self._filter)
        self._list = QTreeWidget(self)
        self._list.setColumnCount(2)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setAccessibleName(_("All actions"))
        self._typed.setAccessibleName(_("Find an action"))
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.itemActivated.connect(self._choose)
        self._list.itemClicked.connect(self._choose)
        self._none = QLabel(_("No action has all these words in its name."), self)
        column = QVBoxLayout(self)
        for widget in (self._typed, self._list, self._none):
            column.addWidget(widget)
        for title, action in actions:
            self._list.addTopLevelItem(_item(title, action))
        self._filter("")

    @property
    def chosen(self) -> QAction | None:
        """The action that the user chose."""
        return self._chosen

    @Slot(str)
    def _filter(self, typed: str) -> None:
        first: QTreeWidgetItem | None = None
        none = True
        for row in range(self._list.topLevelItemCount()):
            item = self._list.topLevelItem(row)
            if item is None:
                continue
            item.setHidden(not matches(typed, f"{item.text(0)} {item.text(1)}"))
            none &= item.isHidden()
            if first is None and not item.isHidden() and not item.isDisabled():
                first = item
        self._list.setCurrentItem(first)  # type: ignore[arg-type] # None: Enter does nothing
        self._none.setVisible(none)

    @Slot(QTreeWidgetItem)
    def _choose(self, item: QTreeWidgetItem) -> None:
        action = item.data(0, _ACTION)
        if action.isEnabled():
            self._chosen = action
            self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets the arrow keys and Enter work on the list while the cursor is in the text."""
        if watched is self._typed and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and event.key() in (
                Qt.Key.Key_Up,
                Qt.Key.Key_Down,
                Qt.Key.Key_PageUp,
                Qt.Key.Key_PageDown,
            ):
                self._list.event(event)
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() in (
                Qt.Key.Key_Return,
                Qt.Key.Key_Enter,
            ):
                item = self._list.currentItem()
                if item is not None:
                    self._choose(item)
                return True
        return super().eventFilter(watched, event)


def _item(title: str, action: QAction) -> QTreeWidgetItem:
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    item = QTreeWidgetItem([f"{title} · {action.text().replace('&', '')}", keys])
    item.setToolTip(0, action.toolTip())
    item.setData(0, _ACTION, action)
    if not action.isEnabled():
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
    return item
