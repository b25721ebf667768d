"""The model of the table: what is said of a cell when one points at it."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from sysgui.system.i18n import _
from sysgui.ui import plain
from sysgui.ui.table import TableModel

from .columns import moment
from .units import Unit
from .watch.words import NEW, meaning

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)


class UnitsModel(TableModel):
    """Says the time of day where the table says how long ago, and all of a name."""

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        """Returns what the table does, but for what is said of a cell."""
        if role == _TOOL_TIP and index.isValid():
            text = tip(self.row(index.row()), self.columns[index.column()].name)
            if text:
                return plain.tip(text)
        return super().data(index, role)


def tip(unit: Unit, column: str) -> str:
    """Returns what is said of a cell; "" says what the cell does."""
    if column == "name":
        return "\n".join(filter(None, (unit.name, unit.description, unit.file)))
    if column == "watch" and unit.watch:
        return meaning("" if unit.watch == NEW else unit.watch)
    if column == "since" and unit.since:
        return _("{state} since {time}").format(state=unit.active, time=moment(unit.since))
    if column == "next" and unit.next_run:
        return moment(unit.next_run)
    if column == "last" and unit.last_run:
        return moment(unit.last_run)
    if column == "changed" and unit.changed:
        return _(
            "Its files have changed on disk since they were loaded. “systemctl daemon-reload” "
            "loads them; a restart makes it run by them."
        )
    if column == "load" and unit.load == "not-found":
        return _("Others name this unit, but it has no file: often a package was removed.")
    return ""
