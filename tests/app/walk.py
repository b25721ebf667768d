"""The real program, writing every text that it shows: run by a test in a process of its own."""

import json
import sys
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QListWidget,
    QMenu,
    QTableView,
    QTabWidget,
    QTreeWidget,
    QWidget,
)

from sysgui import app, cli
from sysgui.panels.audit.entries import Done
from sysgui.panels.audit.probe import Audit
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.page import Page
from sysgui.panels.logs.probe import FOLDER
from sysgui.panels.logs.rules import Rule, RuleSet
from sysgui.panels.logs.settings import SavedView
from sysgui.panels.logs.window.line_header import LineHeader
from sysgui.panels.logs.window.rules_dialog import RulesDialog
from sysgui.panels.logs.window.saved_views import NameDialog
from sysgui.panels.logs.window.saved_views_dialog import SavedViewsDialog
from sysgui.panels.logs.window.time_dialog import TimeDialog
from sysgui.panels.logs.window.whole_line_window import WholeLineWindow
from sysgui.panels.services.unit.pane import WATCH
from sysgui.panels.services.watch.dialog import WatchDialog
from sysgui.panels.services.watch.follow import History
from sysgui.panels.services.watch.mail_dialog import MailDialog, ServerDialog
from sysgui.panels.services.watch.mail_form import MailForm
from sysgui.panels.services.watch.watches import Event, Mail, Watch, Watches
from sysgui.panels.services.watch.words import KINDS, STATES
from sysgui.system.problem import Problem
from sysgui.ui.bars import Bars
from sysgui.ui.legend import Legend
from sysgui.ui.poller import Bug
from sysgui.ui.shell import Shell

GIVE_UP = 200  # Turns of 100 ms.

# Something that was done as root, in words of the recorded machine.
BEGUN = Done("c", 0.0, None, "systemd", ("systemd",), "root", "", None, "1", "")


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
    LineHeader: headers_of,
    QComboBox: lambda box: {("option", box.itemText(place)) for place in range(box.count())},
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
            self._overview, self._audit, self._hidden_audit, self._logs, self._log_dialogs,
            self._services,
            self._watch, self._watch_dialogs, self._empty_services, self._processes, self._pane,
            self._error, self._menus, self._dialogs,
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
        if not (cards and all(card.graph for card in cards) and view._lists.memory._rows):
            return False
        view._point_at(-0.0001)
        return True

    def _audit(self, shell: Shell) -> bool:
        shell.open("audit")
        view: Any = shell.current_view
        view._take(Audit([BEGUN], cut=True))  # Each turn: a reading may have been on its way.
        view._table.select(0)
        return bool(view._pane.isVisible())

    def _hidden_audit(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        for audit in (Audit([]), Audit([], hidden=True)):
            view._take(audit)
            self._texts.add(("TableView.empty", view._table.empty_text))
        return True

    def _logs(self, shell: Shell) -> bool:
        shell.open("logs")
        view: Any = shell.current_view
        view._asking.open(FOLDER)
        view._pane.show_edit.setText("data")
        view._pane.find_edit.setText("level")
        asked = (FOLDER, False, "data", "level")
        for page in (
            Page(9, 2, 0, 0, 1.0, 0, [], settled=True, asked=asked),
            Page(9, 0, 0, 0, 1.0, 0, [], settled=True, asked=asked),
            Page(9, 2, 1, 1, 0.5, 0, [Line(0, "4 7 1", 4000, cut=True)], asked=asked),
            Page(9, 2, 1, 1, 1.0, 0, [Line(0, "4 7 1", 5)], settled=True, asked=asked),
        ):
            view._pane.show_page(page, 0)
            self._texts |= walk(view) | {("lines", view.lines.empty_text)}
        view.lines.go_to(0)
        view._line_actions.open_menu()
        menu = QApplication.activePopupWidget()
        if menu is None:
            return False
        self._texts |= walk(menu)
        menu.close()
        view._bookmarks.go_on()
        self._texts.add(("TableView.empty", view._files.empty_text))
        return True

    def _log_dialogs(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        line = Line(0, "4 7 1", 5, level=3, time=0, parts={"time": (0, 1), "host": (2, 3)})
        page = Page(9, 2, 1, 1, 1.0, 0, [line], settled=True, form="data",
                    terms=[("4", 1), ("7", -1)])  # fmt: skip
        view._pane.show_page(page, 0)
        view._display._offer_columns()
        self._texts |= walk(view)
        for menu in view._pane.display.menu().findChildren(QMenu):
            self._texts |= walk(menu)
        rules: Any = RulesDialog({"": RuleSet([Rule(level=3), Rule()])}, "data", [line], view)
        rules._list.setCurrentRow(1)
        self._texts |= walk(rules)
        rules._import_from("/no/such")
        self._texts |= walk(rules)
        name: Any = NameDialog(["7"], "data", view)
        name._edit.setText("7")
        whole: Any = WholeLineWindow(view)
        self._texts |= walk(whole)
        whole.show_line(Line(0, "4 7 1", 5000, cut=True))
        whole._find.setText("7")
        time: Any = TimeDialog(view.context.host, view._pane.zone, view)
        time._edit.setText("7")
        saved = SavedView("7")
        for dialog in (
            rules, name, whole, time, SavedViewsDialog([], view), SavedViewsDialog([saved], view),
        ):  # fmt: skip
            self._texts |= walk(dialog)
            dialog.deleteLater()
        return True

    def _services(self, shell: Shell) -> bool:
        shell.open("services")
        view: Any = shell.current_view
        if view._readings < 2:
            return False
        view._table.select(0)
        menu = QMenu(shell)
        view.fill_menu(menu, view.selected())
        self._texts |= walk(menu)
        return True

    def _watch(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        watching, pane = view._watching, view._inspector.pane
        if pane.unit is None:
            return False
        name = pane.unit.name
        pane.show_page(WATCH)
        for state in STATES:
            probe = {"kind": "http", "port": 80}
            watch = Watch(name, restart=True, mail=True, notify=True, grace=9, probe=probe,
                          state=state, since=1.0, failures=2)  # fmt: skip
            watching._take(Watches([watch], Mail(waiting=2, error="systemd", tried=1.0)))
            events = [Event(name, 2.0, kind, True, 1, "systemd") for kind in KINDS]
            watching._take_history(History(events))
            self._texts |= walk(shell)
        watching.show_all()
        window: Any = watching._window
        window._events._span.choose(3)
        window._events.timeline.choose(events[0])
        self._texts |= walk(window)
        watching._take(Watches([], Mail()))
        self._texts |= walk(window)
        for history in (None, History([]), History([], hidden=True), History(events)):
            window._events.show_history(history, [name])
            self._texts |= walk(window._events)
        window.close()
        return True

    def _watch_dialogs(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        names = [row.name for row in view._model.rows[:2]]
        known = Watches([], Mail(known=True))
        dialog: Any
        for dialog in (
            WatchDialog(names, known, view._watching._attempts, view),
            WatchDialog(names[:1], Watches([], Mail()), view._watching._attempts, view),
            MailDialog(MailForm(), known.mail, view), ServerDialog(view),
        ):  # fmt: skip
            kinds = range(5) if isinstance(dialog, WatchDialog) else (0,)
            for kind in kinds:
                if isinstance(dialog, WatchDialog):
                    dialog._probe.setCurrentIndex(kind)
                if isinstance(dialog, MailDialog) or kind:
                    dialog.accept()  # It says what is wrong, and stays.
                self._texts |= walk(dialog)
            dialog.deleteLater()
        return True

    def _empty_services(self, shell: Shell) -> bool:
        view: Any = shell.current_view
        for kind in ("failed", "socket", "service"):
            view.bar.choose_kind(kind)
            self._texts.add(("TableView.empty", view._table.empty_text))
        view.search.setText("name=x")
        self._texts.add(("TableView.empty", view._table.empty_text))
        view._take_problem(Problem("no-systemd", "", ""))
        view.search.clear()
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
