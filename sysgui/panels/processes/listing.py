"""Which processes the table lists, in which order and shape; knows no Qt."""

from collections.abc import Iterable
from operator import attrgetter

from sysgui.system.arrange import Arrangement, Family, arrange, arrange_tree, held
from sysgui.system.i18n import _
from sysgui.system.processes import Process

from .columns import COLUMNS, LANGUAGE, column
from .probe import Changes

Key = tuple[int, int]

# As `Process.key`, several times as fast: it is asked of every row at every tick.
KEY = attrgetter("pid", "start")

_FAMILY: Family[Process] = Family(name=lambda p: p.pid, parent=lambda p: p.parent)


class Listing:
    """The processes as last told, and how the user wants to see them.

    Args:
        sort: The column that rows are sorted by; an unknown one is taken for CPU.
        descending: Whether the highest comes first.
        tree: Whether children stand beneath their parents.

    Attributes:
        query: What is searched for.
        collapsed: The pids whose branch of the tree is closed.
        hidden: Whether the kernel keeps others' processes from us (hidepid).
    """

    def __init__(self, sort: str, *, descending: bool, tree: bool) -> None:
        self.sort = sort if sort in {each.name for each in COLUMNS} else "cpu"
        self.descending = descending
        self.tree = tree
        self.collapsed: set[int] = set()
        self.query = LANGUAGE.compile("")
        self.hidden = False
        self._processes: dict[Key, Process] = {}
        self._shown: Arrangement[Process] = Arrangement(())

    def take(self, changes: Changes) -> None:
        """Takes what has changed since it was last told."""
        if changes.whole:
            self._processes.clear()
        for key in changes.gone:
            self._processes.pop(key, None)
        self._processes.update(zip(map(KEY, changes.changed), changes.changed, strict=True))
        self.hidden = changes.hidden

    def find(self, key: Key) -> Process | None:
        """Returns a process as it is now, or None if it has ended."""
        return self._processes.get(key)

    @property
    def total(self) -> int:
        """How many processes can be seen."""
        return len(self._processes)

    @property
    def matched(self) -> int:
        """How many of them the query lets through."""
        return self._shown.matched

    def arranged(self) -> Arrangement[Process]:
        """Returns the rows in their order."""
        by = column(self.sort)
        processes = self._processes.values()
        if self.tree:
            self._shown = arrange_tree(
                processes,
                self.query,
                by.value,
                _FAMILY,
                descending=self.descending,
                collapsed=self.collapsed,
            )
        else:
            self._shown = arrange(processes, self.query, by.value, descending=self.descending)
        return self._shown

    def kept(self, changed: Iterable[Process]) -> tuple[Arrangement[Process], frozenset[int]]:
        """Returns the rows in the places that they have, and which of them have ended.

        Args:
            changed: Among which new ones may be.
        """
        newcomers = filter(self.query.matches, changed)
        self._shown, ended = held(self._shown, self._processes, KEY, newcomers)
        return self._shown, ended

    def why_empty(self) -> str:
        """Returns why no row is shown, translated."""
        if not self.query:
            return _("No processes can be seen.")
        return _("No process matches “{query}”. Ctrl+F, then Delete, shows all again.").format(
            query=self.query.text
        )
