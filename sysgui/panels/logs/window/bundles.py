"""The action that puts the lines that are shown into a bundle, and what is asked for it."""

from PySide6.QtCore import QObject, Slot

from sysgui.panels.logs.bundle.asked import Asked
from sysgui.panels.logs.bundle.probe import BundleState
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.reader import Reader
from sysgui.ui.panel import PanelView
from sysgui.ui.poller import Poller

from .asking import Asking
from .bundle_dialog import BundleDialog

# How often it is asked how far a bundle is, in seconds.
EVERY = 0.1


class Bundles(QObject):
    """Makes bundles, one at a time.

    Args:
        view: Owns it; its action is the panel's.
        asking: Knows which lines are shown.
    """

    def __init__(self, view: PanelView, asking: Asking) -> None:
        super().__init__(view)
        self._view = view
        self._asking = asking
        self._dialog: BundleDialog | None = None
        self._poller: Poller | None = None
        self._number = self._last = 0
        self.action = view.action(_("Save as a bundle…"), self.open, "Ctrl+Shift+B")

    @Slot()
    def open(self) -> None:
        """Asks what is to be in the bundle, and where it is to be."""
        if not self._asking.path:
            self._asking.said.emit(_("Choose a log first."))
            return
        if self._dialog is not None:
            self._dialog.raise_()
            return
        what = self._asking.what(0, 0)
        asked = Asked(
            what["source"], what["older"], what["query"], what["context"], named=self._asking.path
        )
        self._dialog = BundleDialog(asked, self._view)
        self._dialog.previewed.connect(self._look)
        self._dialog.wanted.connect(self._make)
        self._dialog.stopped.connect(self._stop)
        self._dialog.destroyed.connect(self._forget)
        self._dialog.open()
        self._dialog.look()

    def _started(self) -> Poller:
        """Returns what asks a child of its own: pages of the log do not wait for a bundle."""
        if self._poller is None:
            reader = Reader(self._view.context.host.root)
            probe = reader.probe("logs.bundle", BundleState)
            self._poller = Poller(self, probe, EVERY, reader.stop)
            self._poller.reading.connect(self._take)
            self._poller.problem.connect(self._fail)
            self._poller.bug.connect(self._view.show_bug)
            self._view.context.shell.watch(self._poller)
        return self._poller

    @Slot(object)
    def _look(self, asked: Asked) -> None:
        self._ask(asked, "", replaces=False)

    @Slot(object, str, bool)
    def _make(self, asked: Asked, path: str, replaces: bool) -> None:
        self._ask(asked, path, replaces=replaces)

    def _ask(self, asked: Asked, path: str, *, replaces: bool) -> None:
        self._number = self._last = self._last + 1
        question = {
            "number": self._number,
            "asked": {name: getattr(asked, name) for name in asked.__struct_fields__},
            "path": path,
            "replaces": replaces,
        }
        poller = self._started()
        poller.with_arguments(lambda: question)
        poller.start()
        poller.ask_now()

    @Slot()
    def _stop(self) -> None:
        """Ends what is being made; the child hears of it after the piece that it is at."""
        if self._poller is not None:
            self._number = 0
            question = {"number": 0}
            self._poller.with_arguments(lambda: question)
            self._poller.ask_now()

    @Slot(object)
    def _take(self, state: BundleState) -> None:
        if self._poller is None or state.number != self._number:
            return
        if state.finished:
            self._poller.pause()
        else:
            self._poller.ask_now()
        if self._dialog is not None and state.number:
            self._dialog.show_state(state)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        if self._poller is not None:
            self._poller.pause()
        if self._dialog is not None:
            self._dialog.show_problem(problem)

    @Slot()
    def _forget(self) -> None:
        self._dialog = None
        self._stop()
