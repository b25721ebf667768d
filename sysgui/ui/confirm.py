"""A question before something that cannot be undone: what will happen, to what, and a way out."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.ui import theme


class Confirmation(QDialog):
    """Asks with the objects beside the question; doing nothing is the default.

    Args:
        parent: The panel.
        title: What the button says, with the object's name in it.
        text: What will happen.
        preview: The objects, a line each.
    """

    def __init__(self, parent: QWidget, title: str, text: str, preview: Sequence[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(120 * theme.STEP)
        explained = QLabel(text)
        explained.setWordWrap(True)
        objects = QPlainTextEdit("\n".join(preview))
        objects.setReadOnly(True)
        objects.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        objects.setTabChangesFocus(True)
        lines = min(8, len(preview)) + 2
        objects.setFixedHeight(lines * objects.fontMetrics().lineSpacing())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        act = QPushButton(title.replace("&", "&&"))
        act.setAutoDefault(False)
        buttons.addButton(act, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (explained, objects, buttons):
            column.addWidget(widget)
        # As they stand: the box has them in the order in which they were added.
        self.setTabOrder(objects, act)
        self.setTabOrder(act, cancel)
        # Not before it has its place in the dialog: until then there is no focus to be had.
        cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lets Enter press the button that has the focus; anywhere else it is the way out."""
        focused = self.focusWidget()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and isinstance(focused, QPushButton):
            focused.click()
        else:
            super().keyPressEvent(event)


def confirm(parent: QWidget, title: str, text: str, preview: Sequence[str]) -> bool:
    """Asks, and returns whether it is to be done."""
    question = Confirmation(parent, title, text, preview)
    agreed = question.exec() == QDialog.DialogCode.Accepted
    question.deleteLater()
    return agreed
