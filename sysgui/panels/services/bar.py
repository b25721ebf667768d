"""The lines above the table of units: the search, whose units, of which kind, and how many."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.choice import Choice, Option
from sysgui.ui.query_edit import QueryEdit

from .columns import LANGUAGE
from .listing import KINDS
from .units import SYSTEM, USER

_SCOPES = (SYSTEM, USER)


class ListBar(QWidget):
    """Holds what decides which units are listed, and says how many are.

    Args:
        parent: The panel.
        scope: Whose units are shown at first.
        kind: The name of the kind that is shown at first.

    Attributes:
        search: Where the query is typed.
        tools: The place for what can be done with the selected: at the right of the kinds, or
            below them where both have no room.

    Signals:
        scope_changed: `system` or `user`.
        kind_changed: The name of a kind.
    """

    scope_changed = Signal(str)
    kind_changed = Signal(str)

    def __init__(self, parent: QWidget, *, scope: str, kind: str) -> None:
        super().__init__(parent)
        self.search = QueryEdit(
            LANGUAGE,
            _("Find units"),
            _("Find: ssh   state=failed   enabled=yes   mem>100M   changed=yes"),
            self,
        )
        scopes = [
            Option(_("System"), _("What runs for the whole machine  Ctrl+U")),
            Option(_("Yours"), _("What systemd runs in your own session  Ctrl+U")),
        ]
        self._scopes = Choice(scopes, _SCOPES.index(scope), self)
        self._scopes.changed.connect(self._scope_chosen)
        kinds = [Option(_(kind.title), _(kind.tip)) for kind in KINDS]
        names = [each.name for each in KINDS]
        self._kinds = Choice(kinds, names.index(kind), self)
        self._kinds.changed.connect(self._kind_chosen)
        self._count = Muted()
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._count.setMinimumWidth(40 * theme.STEP)
        self._tools, self._more = QWidget(self), QHBoxLayout()
        self.tools = QHBoxLayout(self._tools)
        self.tools.setContentsMargins(0, 0, 0, 0)
        above, below = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.search, 1)
        above.addWidget(self._scopes)
        above.addLayout(self._more)
        above.addWidget(self._count)
        below.addWidget(self._kinds)
        below.addStretch()
        below.addWidget(self._tools)
        self._beside, self._below = below, QHBoxLayout()
        self._below.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.STEP)
        column.addLayout(above)
        column.addLayout(below)
        column.addLayout(self._below)
        # Not as wide as both, which make room for each other.
        self.setMinimumWidth(self._kinds.sizeHint().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Has what can be done stand below the kinds where both have no room."""
        super().resizeEvent(event)
        both = self._kinds.sizeHint().width() + self._tools.sizeHint().width()
        has_room = both + 2 * theme.STEP <= self.width()
        row = self._beside if has_room else self._below
        if row.indexOf(self._tools) < 0:
            row.addWidget(self._tools)  # Taken from the other.

    def add_more(self, text: str, tip: str, slot: Callable[[], None]) -> None:
        """Adds a button for what can be done with no unit chosen.

        Args:
            text: What it says, translated.
            tip: Why one would, and its key, translated.
            slot: Does it.
        """
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: slot())
        self._more.addWidget(button)

    def choose_kind(self, name: str) -> None:
        """Shows another kind, as if its button had been pressed."""
        self._kinds.choose([each.name for each in KINDS].index(name))

    def choose_scope(self, scope: str) -> None:
        """Shows another manager's units, as if its button had been pressed."""
        self._scopes.choose(_SCOPES.index(scope))

    @Slot(int)
    def _scope_chosen(self, place: int) -> None:
        self.scope_changed.emit(_SCOPES[place])

    @Slot(int)
    def _kind_chosen(self, place: int) -> None:
        self.kind_changed.emit(KINDS[place].name)

    def say_nothing(self) -> None:
        """Says no number: nobody tells of units."""
        self._count.clear()

    def say_count(self, matched: int, total: int, *, failed: int, held: bool) -> None:
        """Says how many units match.

        Args:
            matched: Those that the query let through.
            total: Those of the kind that is shown.
            failed: How many of all have failed.
            held: Whether the rows keep their places for now.
        """
        text = str(total)
        if matched != total:
            text = _("{n} of {total}").format(n=matched, total=total)
        if failed:
            text = _("{text}, {failed} failed").format(text=text, failed=failed)
        if held:
            text = _("{text} · order held").format(text=text)
        self._count.setText(text)
