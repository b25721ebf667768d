"""The lines that were marked, kept from one run to the next as long as the log is the same."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from sysgui.panels.logs.sought import LINE
from sysgui.system.i18n import _
from sysgui.ui.panel import PanelView

from .asking import Asking
from .log_pane import LogPane

# Of so many logs bookmarks are kept, the last that had any; and so many of each.
LOGS, MOST = 100, 500


class Bookmarks(QObject):
    """Marks lines, goes from one to the next, and knows them again.

    Args:
        view: Owns it; its actions are the panel's.
        pane: Shows the lines.
        asking: Asks for them.
        kept: By what tells a log from others, where its marked lines start.

    Attributes:
        kept: The same, as they are now.
        actions: What a menu of a line offers.

    Signals:
        changed: Others are kept now: they are to be written down.
    """

    changed = Signal()

    def __init__(
        self, view: PanelView, pane: LogPane, asking: Asking, kept: Mapping[str, list[int]]
    ) -> None:
        super().__init__(view)
        self.kept = dict(kept)
        self._lines = pane.lines
        self._asking = asking
        self._identity = ""
        self.actions = [
            view.action(_("Bookmark the line, or not"), self.toggle, "Ctrl+M"),
            view.action(_("Next bookmark"), self.go_on, "F2"),
            view.action(_("Bookmark before"), self.go_back, "Shift+F2"),
        ]
        pane.lines.identified.connect(self._know)

    @Slot(str)
    def _know(self, identity: str) -> None:
        """Takes note of which log is read."""
        self._identity = identity
        self._lines.mark_lines(self.kept.get(identity, ()) if identity else ())

    @Slot()
    def toggle(self) -> None:
        """Marks the current line, or takes its mark away."""
        line = self._lines.current
        if line is None:
            return
        marked = self._lines.bookmarks ^ {line.offset}
        if len(marked) > MOST:
            told = _("No more than {n} lines of a log can have a bookmark.")
            self._asking.said.emit(told.format(n=MOST))
            return
        self._lines.mark_lines(marked)
        if self._identity:
            self.kept.pop(self._identity, None)
            if marked:
                self.kept[self._identity] = sorted(marked)
            while len(self.kept) > LOGS:
                del self.kept[next(iter(self.kept))]
            self.changed.emit()

    @Slot()
    def go_on(self) -> None:
        """Goes to the next line with a bookmark."""
        self._go(1)

    @Slot()
    def go_back(self) -> None:
        """Goes to the line with a bookmark before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        marked = sorted(self._lines.bookmarks, reverse=step < 0)
        if not marked:
            self._asking.said.emit(_("No line has a bookmark: Ctrl+M gives the current line one."))
            return
        line = self._lines.current
        here = line.offset if line is not None else -1
        beyond = [offset for offset in marked if (offset - here) * step > 0]
        self._asking.go_to(LINE, (beyond or marked)[0])
