"""The line above the process table: the search, the table's shape, and how many there are."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.choice import Choice, Option
from sysgui.ui.query_edit import QueryEdit

from .columns import LANGUAGE


class ListBar(QWidget):
    """Holds what decides which processes are listed, and says how many are.

    Args:
        tree: Whether the table is a tree at first.
        parent: The panel.

    Attributes:
        search: Where the query is typed.
        shape: 0 for the flat list, 1 for the tree.
    """

    def __init__(self, parent: QWidget, *, tree: bool) -> None:
        super().__init__(parent)
        self.search = QueryEdit(
            LANGUAGE,
            _("Find processes"),
            _("Find: firefox   cpu>5 and user=root   rss>200M"),
            self,
        )
        options = [
            Option(_("Flat"), _("All processes in one list  Ctrl+T")),
            Option(_("Tree"), _("Children beneath their parents  Ctrl+T")),
        ]
        self.shape = Choice(options, int(tree), self)
        self._count = Muted()
        self._count.setMinimumWidth(44 * theme.STEP)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.search, 1)
        row.addWidget(self.shape)
        row.addWidget(self._count)

    def say_count(self, matched: int, total: int, *, hidden: bool, held: bool) -> None:
        """Says how many processes match.

        Args:
            matched: Those that the query let through.
            total: Those that can be seen.
            hidden: Whether others' cannot.
            held: Whether the rows keep their places for now.
        """
        text = str(total)
        if matched != total:
            text = _("{n} of {total}").format(n=matched, total=total)
        if hidden:
            text = _("{text}, others' hidden").format(text=text)
            self._count.setToolTip(
                _("/proc is mounted with hidepid: only your own processes can be seen.")
            )
        if held:
            text = _("{text} · order held").format(text=text)
        self._count.setText(text)
