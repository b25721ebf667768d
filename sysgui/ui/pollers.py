"""All pollers of a window: they end together, with it."""

import time

from PySide6.QtCore import QObject

from sysgui.ui.poller import Poller


class Pollers:
    """Stops what it was given."""

    def __init__(self) -> None:
        self._all: list[Poller] = []

    def __len__(self) -> int:
        return len(self._all)

    def add(self, poller: Poller) -> None:
        """Takes a poller into its care."""
        self._all.append(poller)

    def bereave(self, since: int, heir: QObject) -> None:
        """Ends those whose view could not be made.

        Args:
            since: How many there were before them.
            heir: Owns them from now on.
        """
        for poller in self._all[since:]:
            poller.setParent(heir)  # A reading may be under way: it must outlive its view.
            poller.quit()

    def stop(self, within: float) -> bool:
        """Ends all; False if one has not ended after so many seconds."""
        for poller in self._all:
            poller.quit()
        deadline = time.monotonic() + within
        ended = [
            poller.wait(max(0, round((deadline - time.monotonic()) * 1000))) for poller in self._all
        ]
        return all(ended)
