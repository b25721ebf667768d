"""The real program with a restless user at it: run by the soak test in a process of its own."""

import random
import sys
from typing import Any

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QApplication

from sysgui import app, cli
from sysgui.panels.services.unit.pane import STATUS, WATCH
from sysgui.ui import theme
from sysgui.ui.shell import Shell
from sysgui.ui.table_view import TableView

RESTLESS_MS = 150
QUERIES = ("", "cpu>0", "name~s", "rss>1M and user=root", "cpu>", "no such process")


class Driven(app.Application):
    """Shows one tab after the other, selects, sorts, searches and turns the light on and off."""

    def run(self, *arguments: Any) -> int:
        self._chance = random.Random(1)
        self._turn = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._act)
        self._timer.start(RESTLESS_MS)
        return super().run(*arguments)

    @Slot()
    def _act(self) -> None:
        shell = next((w for w in QApplication.topLevelWidgets() if isinstance(w, Shell)), None)
        if shell is None or shell.current_view is None:
            return
        self._turn += 1
        if self._turn % 8 == 0:
            shell.show_next()
        elif self._turn % 100 == 0:
            theme.current().fix(self._chance.choice(("light", "dark")))
        else:
            self._use(shell.current_view)

    def _use(self, view: Any) -> None:
        table = view.findChild(TableView)
        if table is None:
            view.set_span(self._chance.choice((60, 300, 900)))
        elif self._turn % 7 == 0:
            view.search.setText(self._chance.choice(QUERIES))
        elif self._turn % 11 == 0:
            table._sort_by(self._chance.randrange(table.model().columnCount()))
        elif self._turn % 29 == 0 and hasattr(view, "_toggle_shape"):
            view._toggle_shape()
        elif self._turn % 17 == 0 and hasattr(view, "_watching"):
            self._watch(view)
        elif table.model().rowCount():
            table.select(self._chance.randrange(table.model().rowCount()))

    def _watch(self, view: Any) -> None:
        """Looks at the watch of a unit, and opens the window of all, or closes it."""
        view._inspector.pane.show_page(self._chance.choice((STATUS, WATCH)))
        window = view._watching._window
        if window is not None and window.isVisible():
            window.close()
        else:
            view._watching.show_all()


if __name__ == "__main__":
    app.Application = Driven  # type: ignore[misc]
    sys.exit(cli.main(sys.argv[1:]))
