"""What a follower has yielded, for somebody who asks for it now and then."""

import threading

from sysgui.system.problem import Problem

from .entries import Entry
from .follow import Follower

# So many entries wait to be taken. While there are more, journalctl waits, and nothing is lost.
MOST = 20_000


class Followed:
    """Lets a thread of its own wait for entries, and hands them on without waiting.

    Args:
        follower: What is waited for; it is ended with this.
        most: As `MOST`.
    """

    def __init__(self, follower: Follower, most: int = MOST) -> None:
        self._follower = follower
        self._most = most
        self._came: list[Entry] = []
        self._problem: Problem | None = None
        self._is_over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._wait, name="journal", daemon=True)
        self._thread.start()

    def take(self) -> list[Entry]:
        """Returns what has come since the last time, the oldest first.

        Raises:
            Problem: As the follower has, once all that came before is taken.
        """
        with self._changed:
            taken, self._came = self._came, []
            self._changed.notify_all()
            if not taken and self._problem is not None:
                raise self._problem
            return taken

    def end(self) -> None:
        """Ends it, and waits for its thread; the second time it does nothing."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        self._follower.end()
        self._thread.join()

    def _wait(self) -> None:
        try:
            for entry in self._follower:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_over or len(self._came) < self._most)
                    if self._is_over:
                        return
                    self._came.append(entry)
        except Problem as problem:
            with self._changed:
                self._problem = problem
