"""The conditions of which a query consists, and how many lines each of them asks for."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.units import UNKNOWN, count
from sysgui.ui import plain
from sysgui.ui.card import Muted


class Terms(Muted):
    """Shows the conditions of a query with their counts, in one row; none if there is only one.

    Args:
        parent: Owns it.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self._whole = ""
        # A long query does not make the window wide.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("How many lines each condition asks for"))
        self.hide()

    def show_counts(self, terms: Sequence[tuple[str, int]], *, settled: bool) -> None:
        """Shows conditions.

        Args:
            terms: How each is written, and how many lines it asks for; -1 if that is not counted.
            settled: Whether all of the log has been looked through.
        """
        told = [
            f"{printable_text(text)}  {count(number) if number >= 0 else UNKNOWN}"
            for text, number in terms
        ]
        whole = "   ·   ".join(told) + ("" if settled else " …")
        if whole != self._whole:
            self._whole = whole
            tip = [*told, _("Each alone, in the whole log.")]
            if any(number < 0 for _text, number in terms):
                tip.append(_("What the journal's index does not know is not counted alone."))
            self.setToolTip(plain.tip("\n".join(tip)))
            self._fit()
        self.setVisible(bool(terms))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideRight, self.width()
        )
        self.setText(shown)
