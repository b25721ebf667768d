"""The views that are kept under a name, as a list: to be shown, renamed, forgotten."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.logs.merged.sources import title_of
from sysgui.panels.logs.settings import SavedView
from sysgui.system.i18n import _
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted

_NAME = Qt.ItemDataRole.UserRole


class SavedViewsDialog(QDialog):
    """Lists views.

    Args:
        saved: The views.
        parent: The panel.

    Signals:
        chosen: One is to be shown: its name.
        renamed: One has another name: that before, and that now.
        forgotten: One is not to be kept: its name.
    """

    chosen = Signal(str)
    renamed = Signal(str, str)
    forgotten = Signal(str)

    def __init__(self, saved: Sequence[SavedView], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Saved views"))
        self.resize(130 * theme.STEP, 90 * theme.STEP)
        self._list = QListWidget(self)
        self._list.setAccessibleName(_("Saved views"))
        for one in saved:
            item = QListWidgetItem(one.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(_NAME, one.name)
            item.setToolTip(plain.tip("\n".join(filter(None, (one.query, title_of(one.source))))))
            self._list.addItem(item)
        self._queries = {one.name: one for one in saved}
        self._told = Muted()
        self._told.setWordWrap(True)
        self._show = QPushButton(_("Show"))
        self._rename = QPushButton(_("Rename"))
        self._forget = QPushButton(_("Delete"))
        self._show.setDefault(True)
        for button in (self._rename, self._forget):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        for button in (self._show, self._rename, self._forget):
            row.addWidget(button)
        row.addStretch(1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self._list)
        column.addWidget(self._told)
        column.addLayout(row)
        self._list.currentItemChanged.connect(self._look)
        self._list.itemActivated.connect(self._choose)
        self._list.itemChanged.connect(self._take_name)
        self._show.clicked.connect(self._choose)
        self._rename.clicked.connect(self._edit)
        self._forget.clicked.connect(self._drop)
        self._list.setCurrentRow(0)
        self._look()

    @Slot()
    def _look(self) -> None:
        is_there = self._list.currentRow() >= 0
        for button in (self._show, self._rename, self._forget):
            button.setEnabled(is_there)
        if not is_there:
            self._told.setText(_("None yet: Ctrl+S saves the view that is seen."))
            return
        one = self._queries[self._list.currentItem().data(_NAME)]
        query = one.query.strip() or _("All lines")
        source = title_of(one.source) or _("of any log")
        self._told.setText(f"{query}\n{source}")

    @Slot()
    def _choose(self) -> None:
        if self._list.currentRow() >= 0:
            name = self._list.currentItem().data(_NAME)
            self.accept()
            self.chosen.emit(name)

    @Slot()
    def _edit(self) -> None:
        self._list.editItem(self._list.currentItem())

    @Slot(QListWidgetItem)
    def _take_name(self, item: QListWidgetItem) -> None:
        before, after = item.data(_NAME), item.text().strip()
        if after == before:
            return
        if not after or after in self._queries:
            self._told.setText(_("Each view has a name of its own."))
            item.setText(before)
            return
        self._queries[after] = self._queries.pop(before)
        item.setData(_NAME, after)
        self.renamed.emit(before, after)

    @Slot()
    def _drop(self) -> None:
        item = self._list.takeItem(self._list.currentRow())
        self.forgotten.emit(item.data(_NAME))
        self._look()
