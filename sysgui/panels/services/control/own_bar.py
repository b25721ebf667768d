"""What the user's own manager is told, seen from the window: waited for, left, or withdrawn."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.ui.order_bar import OrderBar
from sysgui.ui.poller import Poller

from .orders import OwnUnits

# What is done sooner needs no bar, which would only flash up.
PATIENCE_MS = 400


class OwnBar(OrderBar):
    """Tells the user's own units, one order at a time; visible while one takes its time.

    Args:
        host: The machine.
        watch: Takes the poller into the window's care.
        parent: The panel.
    """

    def __init__(self, host: Host, watch: Callable[[Poller], None], parent: QWidget) -> None:
        units = OwnUnits(host)
        super().__init__(units, units.leave, watch, parent)
        self._units = units
        self.add_button(_("Wait no longer"), units.leave, _("systemd goes on with it by itself."))
        self.add_button(
            _("Withdraw it"),
            units.withdraw,
            _(
                "systemd gives it up (systemctl --user cancel): what has not begun does not "
                "begin; what has, goes on until it is stopped."
            ),
        )
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.show)

    def do(self, verb: str, names: Sequence[str], text: str) -> bool:
        """Has an order carried out; False while another one is under way, which is told.

        Args:
            verb: What is to be done.
            names: To which units.
            text: What is being done, translated, for as long as it takes.
        """
        if self._patience.isActive() or not self.isHidden():
            self.failed.emit(
                Problem(
                    "busy",
                    _("One thing at a time: systemd is at another one still."),
                    _("Wait for that one, or leave it alone."),
                )
            )
            return False
        self._units.begin()
        self._poller.ask_once(verb=verb, names=names)
        self.say(_("{text}: waiting for systemd …").format(text=text))
        self._patience.start()
        return True

    def rest(self) -> None:
        """Nothing is under way any more."""
        self._patience.stop()
        super().rest()
