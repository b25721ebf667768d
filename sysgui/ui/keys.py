"""F1: the keys that work in the panel that is shown, made from its actions."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme


class KeyList(QDialog):
    """Lists actions that have a key.

    Args:
        panel: Those of the panel.
        window: Those of the window.
        parent: The window.
    """

    def __init__(
        self, panel: Sequence[QAction], window: Sequence[QAction], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        for title, actions in ((_("In this panel"), panel), (_("Everywhere"), window)):
            listed = [action for action in actions if not action.shortcut().isEmpty()]
            if not listed:
                continue
            heading = QLabel(title)
            heading.setFont(theme.strong_font())
            column.addWidget(heading)
            grid = QGridLayout()
            grid.setHorizontalSpacing(6 * theme.STEP)
            for row, action in enumerate(listed):
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                grid.addWidget(QLabel(keys), row, 0)
                grid.addWidget(QLabel(action.text()), row, 1)
            grid.setColumnStretch(1, 1)
            column.addLayout(grid)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
