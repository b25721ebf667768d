"""What the journal's catalogue says of an entry, in a window of its own."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from sysgui.panels.logs.journal.explained import Explanation
from sysgui.system.i18n import _
from sysgui.ui import theme


class ExplanationWindow(QDialog):
    """Shows an explanation as soon as it is there.

    Args:
        parent: The panel.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("From the journal's catalogue"))
        self._text = QPlainTextEdit(_("The catalogue is being read…"))
        self._text.setReadOnly(True)
        self._text.setAccessibleName(_("What the catalogue says of the entry"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._text, 1)
        column.addWidget(buttons)
        self.resize(140 * theme.STEP, 80 * theme.STEP)

    def show_explanation(self, explanation: Explanation) -> None:
        """Shows what is said."""
        support = explanation.support and _("More: {address}").format(address=explanation.support)
        # Many a text begins with its subject.
        is_told = explanation.text.startswith(explanation.subject)
        subject = "" if is_told else explanation.subject
        self.tell("\n\n".join(filter(None, (subject, explanation.text, support))))

    def tell(self, text: str) -> None:
        """Shows a text."""
        self._text.setPlainText(text)
