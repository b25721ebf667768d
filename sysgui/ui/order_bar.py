"""A bar that has orders carried out, one at a time, and tells how each went."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from sysgui.system.elevation import Frame
from sysgui.system.panel import Probe
from sysgui.system.problem import Problem
from sysgui.ui.poller import Poller
from sysgui.ui.work_bar import WorkBar


class OrderBar(WorkBar):
    """Is visible while an order is under way.

    Args:
        carrier: Is read to have an order carried out, in a thread of its own.
        leave: Ends the waiting for it.
        watch: Takes the poller into the window's care.
        parent: The panel.

    Signals:
        done: The frames of an order that was carried out, wholly or partly.
        failed: A `Problem`: nothing was done, or not all.
        bug: A `Bug`.
    """

    done = Signal(object)
    failed = Signal(object)
    bug = Signal(object)

    def __init__(
        self,
        carrier: Probe,
        leave: Callable[[], None],
        watch: Callable[[Poller], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._poller = Poller(self, carrier, 0.0, leave)
        self._poller.reading.connect(self._end)
        self._poller.problem.connect(self._fail)
        self._poller.bug.connect(self._break)
        watch(self._poller)

    def rest(self) -> None:
        """Nothing is under way any more."""
        self.hide()

    def tell(self, frames: Sequence[Frame]) -> None:
        """Tells what became of an order."""
        self.done.emit(frames)

    @Slot(object)
    def _end(self, frames: Sequence[Frame]) -> None:
        self.rest()
        self.tell(frames)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self.rest()
        self.failed.emit(problem)

    @Slot(object)
    def _break(self, bug: object) -> None:
        self.rest()
        self.bug.emit(bug)
