"""F1: the keys that work in the panel that is shown, made from its actions."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import theme


class KeyList(QDialog):
    """Lists actions that have a key.

    Args:
        panel: Those of the panel.
        further: Keys of the panel that are no actions, such as those of its table: key and what
            it does, translated.
        window: Those of the window.
        parent: The window.
    """

    def __init__(
        self,
        panel: Sequence[QAction],
        further: Sequence[tuple[str, str]],
        window: Sequence[QAction],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Beside each other: some panels have more keys than a small screen has room for twice.
        beside = QHBoxLayout()
        for title, listed in (
            (_("In this panel"), [*_keys(panel), *further]),
            (_("Everywhere"), _keys(window)),
        ):
            if not listed:
                continue
            part = QVBoxLayout()
            if beside.count():
                beside.addSpacing(8 * theme.STEP)
            beside.addLayout(part)
            heading = QLabel(title)
            heading.setFont(theme.strong_font())
            part.addWidget(heading)
            grid = QGridLayout()
            grid.setHorizontalSpacing(6 * theme.STEP)
            for row, texts in enumerate(listed):
                for place, text in enumerate(texts):
                    grid.addWidget(QLabel(text), row, place)
            grid.setColumnStretch(1, 1)
            part.addLayout(grid)
            part.addStretch(1)
        column = QVBoxLayout(self)
        column.addLayout(beside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


def _keys(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    return [
        (action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), action.text())
        for action in actions
        if not action.shortcut().isEmpty()
    ]
