"""What shows messages about services on this user's desktop."""

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

from .watches import NOTIFIER


class Notifier:
    """Has the messages shown on this user's desktop.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self) -> None:
        """Has systemd start what shows them, now and from now on.

        Raises:
            Problem: `no-notifier`.
        """
        said = self._host.run(NOTIFIER)
        if said.status:
            raise Problem(
                "no-notifier",
                _("The watch is set, but its messages cannot be shown on your desktop."),
                printable_text(said.stderr.decode("utf-8", "replace").strip()),
            )
