"""The real program, writing what does not fit its window: run by a test in a process of its own."""

import json
import os
import sys
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
from sysgui.ui.shell import Shell

GIVE_UP = 200  # Turns of 100 ms.


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


def offences(shell: Shell) -> list[str]:
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
        place = QRect(widget.mapTo(shell, widget.rect().topLeft()), widget.size())
        found += [f"overlap: {text}, {other}" for area, other in seen if place.intersects(area)]
        seen.append((place, text))
    return found + too_wide(shell)


def too_wide(shell: Shell) -> list[str]:
    areas = [area for area in shell.findChildren(QScrollArea) if area.isVisible()]
    found = [
        f"wider than its place: {area.widget().width()}"
        for area in areas
        if area.widget().width() > area.viewport().width()
    ]
    if shell.minimumSizeHint().width() > shell.width():
        found.append(f"the window wants {shell.minimumSizeHint().width()}")
    return found


class Measured(app.Application):
    """Shows each tab, and writes what does not fit."""

    def run(self, *arguments: Any) -> int:
        self._turn = 0
        self._found: dict[str, list[str]] = {}
        self._looks: list[set[str]] = []
        self._tabs = ["overview", "processes"]
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
        if not self._tabs:
            sys.stdout.write(json.dumps([[shell.width(), shell.height()], self._found]))
            self._timer.stop()
            self._qt.quit()

    def _is_there(self, view: Any) -> bool:
        if self._tabs[0] == "overview":
            cards = view._gauges.values()
            drawn = cards and all(card.graph for card in cards)
            return bool(drawn and view._top_memory._rows and view._totals.elapsed is not None)
        if view._pane.process is None:
            places = [i for i, row in enumerate(view._model.rows) if row.pid == os.getpid()]
            view._table.select(places[0] if places else 0)
        return view._readings > 2 and view._pane._files.count() > 0


if __name__ == "__main__":
    app.Application = Measured  # type: ignore[misc]
    sys.exit(cli.main(sys.argv[1:]))
