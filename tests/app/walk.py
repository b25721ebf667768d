"""The real program, writing every text that it shows: run by a test in a process of its own."""

import json
import sys
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QListWidget,
    QMenu,
    QTableView,
    QTabWidget,
    QTreeWidget,
    QWidget,
)

from sysgui import app, cli
from sysgui.system.problem import Problem
from sysgui.ui.bars import Bars
from sysgui.ui.legend import Legend
from sysgui.ui.poller import Bug
from sysgui.ui.shell import Shell

GIVE_UP = 200  # Turns of 100 ms.


Texts = set[tuple[str, str]]

PROPERTIES = (
    "windowTitle", "toolTip", "statusTip", "accessibleName", "accessibleDescription", "text",
    "placeholderText",
)  # fmt: skip


def texts_of(widget: QWidget) -> Texts:
    """Returns what one widget says, and in which of its properties."""
    found = {(name, getattr(widget, name)()) for name in PROPERTIES if hasattr(widget, name)}
    for kind, parts in PARTS.items():
        if isinstance(widget, kind):
            found |= parts(widget)
    for action in widget.actions():
        found |= {("action", action.text()), ("actionTip", action.toolTip())}
    for axis in getattr(widget, "_axes", ()):
        found |= {("tick", text) for level in axis._tickLevels or () for _value, text in level}
    return {(f"{type(widget).__name__}.{where}", text) for where, text in found}


def tabs_of(widget: Any) -> Texts:
    return {("tabText", widget.tabText(place)) for place in range(widget.count())}


def items_of(widget: Any) -> Texts:
    items = [widget.item(place) for place in range(widget.count())]
    return {("item", i.text()) for i in items} | {("itemTip", i.toolTip()) for i in items}


def headers_of(widget: Any) -> Texts:
    model = widget.model()
    roles = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
    return {
        ("header", str(model.headerData(section, Qt.Orientation.Horizontal, role) or ""))
        for section in range(model.columnCount())
        for role in roles
    }


def bars_of(widget: Any) -> Texts:
    bars = [row.bar for row in widget._rows]
    return {("bar", text) for bar in bars for text in (bar.name, bar.figure, bar.tip)}


def rows_of(widget: Any) -> Texts:
    items = [widget.topLevelItem(place) for place in range(widget.topLevelItemCount())]
    return {("item", item.text(column)) for item in items for column in (0, 1)}


PARTS = {
    QTabWidget: tabs_of,
    QListWidget: items_of,
    QTreeWidget: rows_of,
    Legend: lambda legend: {("legend", entry.text) for entry in legend._entries},
    QTableView: headers_of,
    Bars: bars_of,
}


def walk(widget: QWidget) -> Texts:
    found = texts_of(widget)
    for child in widget.findChildren(QWidget):
        found |= texts_of(child)
    return {(where, text) for where, text in found if text}


class Walked(app.Application):
    """Goes through tabs, menus and dialogs, collects what they say, and ends."""

    def run(self, *arguments: Any) -> int:
        self._texts: Texts = set()
        self._turn = 0
        self._steps = [
            self._overview, self._processes, self._pane, self._error, self._menus, self._dialogs,
        ]  # fmt: skip
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._timer.start(100)
        return super().run(*arguments)

    @Slot()
    def _step(self) -> None:
        self._turn += 1
        shell = next((w for w in QApplication.topLevelWidgets() if isinstance(w, Shell)), None)
        if self._turn > GIVE_UP:
            self._qt.exit(1)
        if shell is None:
            return
        if self._steps[0](shell):
            self._texts |= walk(shell)
            del self._steps[0]
        if not self._steps:
            sys.stdout.write(json.dumps(sorted(self._texts)))
            self._timer.stop()
            self._qt.quit()

    def _overview(self, shell: Shell) -> bool:
        shell.open("overview")
        view: Any = shell.current_view
        cards = view._gauges.values()
        if not (cards and all(card.graph for card in cards) and view._top_memory._rows):
            return False
        view._point_at(-0.0001)
        return True

    def _processes(self, shell: Shell) -> bool:
        shell.open("processes")
        view: Any = shell.current_view
        if view._readings < 2:
            return False
        view._table.select(0)
        return True

    def _pane(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        return view._pane._files.count() > 0

    def _error(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        view.search.setText("cpu>5 and frobs=1")
        self._texts |= walk(shell)
        view.search.setText("name=x")
        view._pane.take(None, 0.0)
        view.problems.show_bug(Bug("summary", "report"))
        shell._problems.show_problem(Problem("x", "", ""))
        return True

    def _menus(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        view.search.clear()
        view._table.select(0)
        chosen = view._bound(view._table.selected())
        menu = QMenu(shell)
        chosen._own = False
        chosen.fill(menu)
        self._texts |= walk(menu)
        chosen.close()
        view._table._choose_columns(QPoint(5, 5))
        for opened in view._table.findChildren(QMenu):
            self._texts |= walk(opened)
            opened.close()
        return True

    def _dialogs(self, shell: Shell) -> bool:
        for open_one in (shell.show_actions, shell.show_keys):
            QTimer.singleShot(50, self._read_dialog)
            open_one()
        return True

    @Slot()
    def _read_dialog(self) -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        self._texts |= walk(dialog)
        dialog.reject()


if __name__ == "__main__":
    app.Application = Walked  # type: ignore[misc]
    sys.exit(cli.main(sys.argv[1:]))
