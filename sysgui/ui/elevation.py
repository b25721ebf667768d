"""What is done as root, seen from the window: it waits, can be cancelled, and tells how it went."""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from sysgui.system.elevation import Errands, Frame, Item, Order, explain_item
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.ui.order_bar import OrderBar
from sysgui.ui.poller import Poller


class ElevationBar(OrderBar):
    """Has orders carried out by the helper, one at a time; visible while one is under way.

    Args:
        host: The machine.
        watch: Takes the poller into the window's care.
        parent: The panel.
    """

    _begun = Signal()

    def __init__(self, host: Host, watch: Callable[[Poller], None], parent: QWidget) -> None:
        errands = Errands(host, lambda: self._begun.emit())
        super().__init__(errands, errands.cancel, watch, parent)
        self._errands = errands
        self._doing = ""
        self._begun.connect(self._say_begun)
        self.add_button(_("Cancel"), self._errands.cancel)

    def do(self, order: Order, text: str) -> None:
        """Asks for a password and has an order carried out.

        Args:
            order: What is to be done.
            text: What is being done, translated, for as long as it takes.
        """
        if not self._poller.ask_once(**msgspec.structs.asdict(order)):
            self.failed.emit(
                Problem(
                    "busy",
                    _("One thing at a time: a password is being asked for already."),
                    _("Answer or cancel that one first."),
                )
            )
            return
        self._doing = text
        self.say(_("{text}: waiting for an administrator's password …").format(text=text))
        self.show()

    @Slot()
    def _say_begun(self) -> None:
        """Says that the password was given: what takes long now is the thing itself."""
        self.say(_("{text}: at work …").format(text=self._doing))

    def tell(self, frames: Sequence[Frame]) -> None:
        left = [frame for frame in frames if isinstance(frame, Item) and frame.code != "done"]
        if left:
            said = "; ".join(f"{item.target}: {explain_item(item)}" for item in left)
            self.failed.emit(Problem("not-all-done", _("Not done: {items}.").format(items=said)))
        super().tell(frames)
