"""New entries as they come, whatever happens to the files: nothing lost, nothing twice."""

import threading
from collections.abc import Generator, Iterator
from typing import Final

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _

from .child import Journalctl, journalctl, unreadable_journal
from .entries import CUT, Entry, JournalEntries, new_entries, options_from
from .export import Exported
from .source import JournalSource
from .wanted import Wanted

# So many of the last entries are known again, should journalctl print them anew.
_REMEMBERED = 10_000

# journalctl gives up when a file goes that it reads. It is started again at once, then after
# longer and longer pauses, and so often as long as nothing new comes of it.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_ATTEMPTS = 8


class Follower:
    """Yields what comes after an entry. Whoever iterates waits; another thread may end it.

    Args:
        host: The machine.
        source: The journal.
        wanted: Which entries; times say nothing here.
        after: The cursor of the entry after which it begins; "" is the last there is now.
        cut: So many bytes of each message are taken.

    Attributes:
        restarts: How often journalctl has given up and was started again.
    """

    def __init__(
        self,
        host: Host,
        source: JournalSource,
        wanted: Wanted = Wanted(),  # noqa: B008 - it is frozen
        after: str = "",
        cut: int = CUT,
    ) -> None:
        self.restarts = 0
        self._host = host
        self._source = source
        self._wanted: Final = msgspec.structs.replace(wanted, since=None, until=None)
        self._last = after
        self._cut = cut
        self._seen: dict[str, None] = {}
        self._turn = threading.Lock()
        self._over = threading.Event()
        self._child: Journalctl | None = None

    def end(self) -> None:
        """Ends it, from any thread."""
        self._over.set()
        with self._turn:
            if self._child is not None:
                self._child.end()

    def __iter__(self) -> Iterator[Entry]:
        """Yields entries until somebody ends it.

        Raises:
            Problem: `no-program` without journalctl; `journal-unreadable` if it fails again and
                again.
        """
        if not self._last:
            self._last = self._newest()
        fruitless = 0
        while not self._over.is_set():
            before = self._last
            complaint = yield from self._once()
            if self._over.is_set():
                return
            self.restarts += 1
            fruitless = 0 if self._last != before else fruitless + 1
            if fruitless == _ATTEMPTS:
                raise unreadable_journal(complaint or _("journalctl ends by itself."))
            if fruitless:
                self._over.wait(min(_FIRST_PAUSE * 2**fruitless, _LONGEST_PAUSE))

    def _newest(self) -> str:
        page = JournalEntries(self._host, self._source).page(1, backwards=True, cut=0)
        return page.entries[0].cursor if page.entries else ""

    def _once(self) -> Generator[Entry, None, str]:
        """Yields what one journalctl prints, and returns what it complained of."""
        follow = ["--follow", "--no-tail"]
        options = [*follow, *options_from(self._source, self._last), *self._wanted.options()]
        with journalctl(self._host, options) as child:
            self._hold(child)
            try:
                for entry in new_entries(Exported(child.stream), self._last, self._cut):
                    if entry.cursor not in self._seen:
                        self._take(entry.cursor)
                        yield entry
                return child.complaint()
            finally:
                self._hold(None)

    def _hold(self, child: Journalctl | None) -> None:
        with self._turn:
            self._child = child
            if child is not None and self._over.is_set():
                child.end()

    def _take(self, cursor: str) -> None:
        self._last = cursor
        self._seen[cursor] = None
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
