"""The real program, writing what does not fit its window: run by a test in a process of its own."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect, QTimer, Slot
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from sysgui import app, cli
from sysgui.panels.audit.entries import Done
from sysgui.panels.audit.probe import Audit
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.rules import Rule, RuleSet
from sysgui.panels.logs.settings import SavedView
from sysgui.panels.logs.window.rules_dialog import RulesDialog
from sysgui.panels.logs.window.saved_views import NameDialog
from sysgui.panels.logs.window.saved_views_dialog import SavedViewsDialog
from sysgui.panels.logs.window.time_dialog import TimeDialog
from sysgui.panels.logs.window.whole_line_window import WholeLineWindow
from sysgui.panels.services.probe import Changes
from sysgui.panels.services.unit.pane import WATCH
from sysgui.panels.services.units import Unit
from sysgui.panels.services.watch.dialog import WatchDialog
from sysgui.panels.services.watch.mail_dialog import MailDialog, ServerDialog
from sysgui.panels.services.watch.mail_form import MailForm
from sysgui.panels.services.watch.watches import Mail, Watch, Watches
from sysgui.ui.keys import KeyList
from sysgui.ui.shell import Shell

GIVE_UP = 200  # Turns of 100 ms.

DONE = Done(
    cursor="c",
    began=1_795_741_349.0,
    ended=1_795_741_349.5,
    operation="process-adjust",
    targets=("affinity=0-3,8", "firefox-esr (4711)"),
    user="somebody",
    result="not-a-file",
    duration=0.5,
    request="f" * 32,
    plan="f" * 64,
)

LOG = f"{tempfile.gettempdir()}/sysgui-fits-{os.getpid()}.log"

UNITS = [
    Unit(
        "system", f"a-long-name-{number}@with-instance.service", "It does much", "loaded", "failed"
    )
    for number in range(1234)
]


def text_of(widget: Any) -> str:
    return widget.placeholderText() if isinstance(widget, QLineEdit) else widget.text()


def is_cut(widget: Any) -> bool:
    """Tells whether a text cannot be read whole; what may be cut says it in its tooltip."""
    if isinstance(widget, QPushButton):
        return widget.width() < widget.minimumSizeHint().width()
    if isinstance(widget, QLineEdit) or widget.wordWrap():
        return widget.width() < widget.fontMetrics().horizontalAdvance("firefox-esr")
    ignored = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
    needed = max(map(widget.fontMetrics().horizontalAdvance, widget.text().split("\n")))
    return widget.width() < needed and not (ignored and widget.toolTip())


def seen_of(widget: QWidget, shell: QWidget) -> QRect:
    """Returns where a widget is seen: what is scrolled away ends at the edge of its place."""
    place = QRect(widget.mapTo(shell, widget.rect().topLeft()), widget.size())
    around = widget.parentWidget()
    while around is not None and around is not shell:
        place &= QRect(around.mapTo(shell, around.rect().topLeft()), around.size())
        around = around.parentWidget()
    return place


def offences(shell: QWidget) -> list[str]:
    """Returns what is cut off or lies upon another."""
    found = []
    seen: list[tuple[QRect, str]] = []
    for widget in shell.findChildren(QWidget):
        written = isinstance(widget, QLabel | QPushButton | QLineEdit)
        if not (written and widget.isVisible() and text_of(widget)):
            continue
        text = text_of(widget)
        if is_cut(widget) or widget.height() < widget.fontMetrics().height():
            found.append(f"cut: {text}")
        place = seen_of(widget, shell)
        found += [f"overlap: {text}, {other}" for area, other in seen if place.intersects(area)]
        seen.append((place, text))
    return found + too_wide(shell)


def too_wide(shell: QWidget) -> list[str]:
    areas = [area for area in shell.findChildren(QScrollArea) if area.isVisible()]
    found = [
        f"wider than its place: {area.widget().width()}"
        for area in areas
        if area.widget().width() > area.viewport().width()
    ]
    if shell.minimumSizeHint().width() > shell.width():
        found.append(f"the window wants {shell.minimumSizeHint().width()}")
    return found


def watch_offences(shell: Shell, view: Any) -> Iterator[str]:
    """Yields what is cut off or lies upon another where a watch is shown or asked for."""
    name = UNITS[0].name
    probe = {"kind": "http", "port": 80, "path": "/health"}
    watches = [
        Watch(unit.name, restart=True, mail=True, notify=True, grace=60, probe=probe,
              state="given-up", since=1.79e9, failures=12)
        for unit in UNITS[:9]
    ]  # fmt: skip
    known = Watches(watches, Mail(known=True, waiting=40, error="no " * 60, tried=1.79e9))
    view._watching._poller.blockSignals(True)  # Nobody else is to say what is watched.
    view._watching._take(known)
    view._table.select(0)
    view._inspector._follow()
    view._inspector.pane.show_page(WATCH)
    QApplication.processEvents()
    yield from offences(shell)
    view._watching.show_all()
    dialogs: list[Any] = [
        view._watching._window, WatchDialog([name], known, view._watching._attempts, view),
        WatchDialog([unit.name for unit in UNITS[:32]], known, view._watching._attempts, view),
        MailDialog(MailForm(), known.mail, view), ServerDialog(view),
    ]  # fmt: skip
    for dialog in dialogs:
        dialog.show()
        if isinstance(dialog, WatchDialog):
            dialog._probe.setCurrentIndex(2)
        if isinstance(dialog, WatchDialog | MailDialog):
            dialog.accept()  # It says what is wrong, and stays.
        QApplication.processEvents()
        yield from (f"{type(dialog).__name__}: {each}" for each in offences(dialog))
        if dialog.height() > 700 or dialog.width() > 1024:
            yield f"{type(dialog).__name__} is {dialog.width()} x {dialog.height()}"
        dialog.close()


def show_log(view: Any) -> bool:
    """Has a log read, filtered and searched; true when all of it has been."""
    if view._asking.path != LOG:
        Path(LOG).write_text("Nov 27 08:00:00 vm app[1]: error: gone\n" * 123_456)
        view.open_with(path=LOG, query="gone and level<=err")
        view._pane.find_edit.setText("error")
    page = view._asking.page
    return bool(page is not None and page.settled and page.hits > 0)


def log_offences(view: Any) -> Iterator[str]:
    """Yields what is cut off or lies upon another in what a log is shown with."""
    lines = view.lines.in_sight()
    rules: Any = RulesDialog({"": RuleSet([Rule("(" * 90, kind="expression")])}, "x", lines, view)
    name: Any = NameDialog(["x" * 80], "/var/log/x", view)
    name._edit.setText("x" * 80)
    whole: Any = WholeLineWindow(view)
    whole.show_line(Line(0, "x" * 9000, 100 << 30, cut=True))
    whole._find.setText("x")
    saved = [SavedView("x" * 80, "error " * 20, "/var/log/" + "x" * 60)]
    dialogs: list[Any] = [
        rules, name, whole, TimeDialog(view.context.host, view._pane.zone, view),
        SavedViewsDialog(saved, view),
        KeyList(view.actions(), view.further_keys(), view.window().actions(), view),
    ]  # fmt: skip
    for dialog in dialogs:
        dialog.show()
        QApplication.processEvents()
        yield from (f"{type(dialog).__name__}: {each}" for each in offences(dialog))
        if dialog.height() > 700 or dialog.width() > 1024:
            yield f"{type(dialog).__name__} is {dialog.width()} x {dialog.height()}"
        dialog.close()


class Measured(app.Application):
    """Shows each tab, and writes what does not fit."""

    def run(self, *arguments: Any) -> int:
        self._turn = 0
        self._found: dict[str, list[str]] = {}
        self._looks: list[set[str]] = []
        self._tabs = ["overview", "processes", "services", "logs", "audit"]
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
        shell.open(self._tabs[0])
        view: Any = shell.current_view
        if not self._is_there(view):
            return
        found = set(offences(shell))
        if not self._looks:
            self._looks.append(found)  # What was just written may have its room in a moment.
            return
        self._found[self._tabs.pop(0)] = sorted(found & self._looks.pop())
        if "logs" in self._found and "log dialogs" not in self._found:
            self._found["log dialogs"] = sorted(set(log_offences(view)))
        if view is getattr(self, "_services", None):
            self._found["watch"] = sorted(set(watch_offences(shell, view)))
        if not self._tabs:
            sys.stdout.write(json.dumps([[shell.width(), shell.height()], self._found]))
            self._timer.stop()
            self._qt.quit()

    def _is_there(self, view: Any) -> bool:
        if self._tabs[0] == "overview":
            cards = view._gauges.values()
            drawn = cards and all(card.graph for card in cards)
            return bool(drawn and view._lists.memory._rows and view._totals.elapsed is not None)
        if self._tabs[0] == "services":
            # Each turn: there may be no systemd here, and then nothing is listed.
            self._services = view
            view._take(Changes("system", 1.8e9, whole=True, changed=UNITS))
            view.search.setText("long")
            return view._model.rowCount() == len(UNITS)
        if self._tabs[0] == "logs":
            return show_log(view)
        if self._tabs[0] == "audit":
            view._pollers[0].pause()
            # All that can be seen at once; each turn: an answer may have been on its way.
            view._take(Audit([DONE], hidden=True, cut=True))
            view._table.select(0)
            return bool(view._pane.isVisible() and view._button.isVisible())
        if view._pane.process is None:
            places = [i for i, row in enumerate(view._model.rows) if row.pid == os.getpid()]
            view._table.select(places[0] if places else 0)
        return view._readings > 2 and view._pane._files.count() > 0


if __name__ == "__main__":
    app.Application = Measured  # type: ignore[misc]
    sys.exit(cli.main(sys.argv[1:]))
