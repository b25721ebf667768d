"""The user's rules for what stands out: followed in each log by its form, and changed."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from sysgui.panels.logs.rules import ANY_FORM, Rule, RuleError, RuleSet, checked
from sysgui.system.i18n import _
from sysgui.ui.panel import PanelView

from .log_pane import LogPane
from .rules_dialog import RulesDialog


class Highlighting(QObject):
    """Has the lines follow the rules for logs of their form, and those for all logs.

    Args:
        view: Owns it; its actions are the panel's.
        pane: Shows the lines.
        sets: The rules that were kept, by the form of logs.

    Attributes:
        sets: The same, as they are now.

    Signals:
        changed: The rules are others now: they are to be written down.
        said: Something for the user, translated.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(self, view: PanelView, pane: LogPane, sets: Mapping[str, RuleSet]) -> None:
        super().__init__(view)
        self.sets = dict(sets)
        self._view = view
        self._lines = pane.lines
        self._form = ""
        action = view.action(_("Highlighting…"), self.edit, "Ctrl+H", _("What stands out in lines"))
        menu = pane.display.menu()
        menu.addSeparator()
        menu.addAction(action)
        self._lines.formed.connect(self._follow)
        self._lines.slowed.connect(self._tell_slow)
        self._follow("")

    @Slot(str)
    def _follow(self, form: str) -> None:
        self._form = form
        sets = [self.sets.get(name, RuleSet()) for name in dict.fromkeys((form, ANY_FORM))]
        rules = [rule for each in sets for rule in each.rules if _can_be_followed(rule)]
        self._lines.highlight(rules, usual=all(each.usual for each in sets))

    @Slot(object)
    def _tell_slow(self, patterns: list[str]) -> None:
        told = _("A highlighting rule takes too long and is left out: {pattern}")
        self.said.emit("\n".join(told.format(pattern=pattern[:80]) for pattern in patterns))

    @Slot()
    def edit(self) -> None:
        """Opens the rules, to be changed."""
        dialog = RulesDialog(self.sets, self._form, self._lines.in_sight(), self._view)
        dialog.given.connect(self._take)
        dialog.open()

    @Slot(object)
    def _take(self, sets: dict[str, RuleSet]) -> None:
        self.sets = sets
        self._follow(self._form)
        self.changed.emit()


def _can_be_followed(rule: Rule) -> bool:
    """Tells whether a rule can be: a file of settings may hold anything."""
    try:
        checked(rule)
    except RuleError:
        return False
    return True
