"""One of several logs that are read as one, as far as it can be read."""

from collections.abc import Callable, Sequence

from sysgui.panels.logs.asked import Wish
from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.journal.log import JournalLog
from sysgui.panels.logs.journal.source import is_journal
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.query import Compiled
from sysgui.panels.logs.sought import ROWS
from sysgui.panels.logs.text.unpack import Copying
from sysgui.panels.logs.text.wanted import Condition, Everything, Nothing
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem, unreadable

from .member import JournalMember, Member, TextMember
from .query import Dialect, Name
from .sources import Source

# Such conditions need not be counted.
_KNOWN = (Everything, Nothing)


class Held:
    """A log among others.

    Args:
        host: The machine.
        source: The log.
        older: Whether what was rotated away from it is read as its begin.

    Attributes:
        source: The same.
        name: What it is called among the others.
        member: The log; None as long as it cannot be opened.
        problem: Why it cannot be read now; None if it can.
        dialect: What can be asked of it, as soon as that is known of all.
        epoch: Counts how often it has become another.
    """

    def __init__(self, host: Host, source: Source, *, older: bool) -> None:
        self._host = host
        self._older = older
        self.source = source
        self.name = ""
        self.member: Member | None = None
        self.problem: Problem | None = None
        self.dialect: Dialect | None = None
        self.epoch = 0
        self._is_silent = False
        self._terms: list[tuple[str, Condition]] = []
        self._has_begun = False

    def close(self) -> None:
        """Ends what goes on for it."""
        if self.member is not None and isinstance(self.member.log, JournalLog):
            self.member.log.close()

    @property
    def taking_part(self) -> Member | None:
        """The log, if lines of it may be wanted, and have a place among the others."""
        member = self.member
        if member is None or self.problem is not None or self.source.hidden or self._is_silent:
            return None
        return member if member.tells_time else None

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to look through."""
        member = self.taking_part
        return member is None or member.log.settled

    @property
    def packed(self) -> list[Copying]:
        """What is left to be unpacked before it can be looked through."""
        member = self.taking_part
        return member.log.packed if isinstance(member, TextMember) else []

    @property
    def reached(self) -> float:
        """Up to which time its rows are known, by the clock of all."""
        member = self.taking_part
        rows = member.ordered(ROWS) if member is not None else None
        if rows is None or rows.reached is None:
            return float("inf")
        return rows.reached + self.source.offset

    @property
    def trouble(self) -> str:
        """Why not all of it is there; "" if nothing is wrong."""
        if self.problem is not None:
            return "\n".join(filter(None, (self.problem.message, self.problem.hint)))
        if self.member is None:
            return ""
        if not self.member.tells_time:
            return _("No line says when it was written, so none has a place among the others.")
        return self.member.log.trouble

    @property
    def complete(self) -> bool:
        """Whether all of it is there that this user may read."""
        if self.problem is not None or self.member is None or not self.member.tells_time:
            return not self.trouble
        return self.member.log.complete

    def refresh(self) -> None:
        """Looks what has become of it."""
        self._try(self._refresh)

    def _refresh(self) -> None:
        if self.member is None:
            self.member = self._opened()
        log = self.member.log
        before = log.epoch
        log.refresh()
        self.epoch += log.epoch != before

    def _opened(self) -> Member:
        path = self.source.path
        if is_journal(path):
            return JournalMember(JournalLog(self._host, path))
        return TextMember(OpenLog(self._host, path, older=self._older, timed=True))

    def want(self, asked: Compiled, search: Condition | None, context: int = 0) -> None:
        """Sets which lines are rows, and what to look for among them; None: nothing."""
        query = asked.condition
        self._is_silent = isinstance(query, Nothing)
        self._terms = asked.terms
        member = self.taking_part
        if member is not None:
            wanted = None if isinstance(query, Everything) else query
            sought = None if isinstance(search, Nothing) else search
            counted = [term for term in asked.terms if not isinstance(term[1], _KNOWN)]
            member.log.want(Wish(wanted, sought, counted, context))

    @property
    def is_asked(self) -> bool:
        """Whether it is looked into for what is asked, if any of it can be meant."""
        if self.member is None or self.dialect is None or self.problem is not None:
            return False
        return not self.source.hidden and (self._is_silent or self.member.tells_time)

    def terms(self) -> list[tuple[str, int]]:
        """Returns how each condition is written, and how many lines it asks for; -1: not known."""
        member = self.taking_part
        told = dict(member.log.terms()) if member is not None else {}
        lines = member.log.lines if member is not None else -1
        return [
            (
                text,
                0
                if isinstance(term, Nothing)
                else lines
                if isinstance(term, Everything)
                else told.get(text, -1),
            )
            for text, term in self._terms
        ]

    def begin(self) -> None:
        """Has the end of a journal known at least; that of a text can be read."""
        member = self.taking_part
        if not self._has_begun and isinstance(member, JournalMember):
            self._has_begun = True
            self.go_on(0.0)

    def go_on(self, seconds: float) -> None:
        """Looks through more of it, for about `seconds`."""
        member = self.taking_part
        if member is not None:
            self._try(lambda: member.log.go_on(seconds))

    def lines(self, row: int, count: int, cut: int) -> list[Line] | None:
        """Returns some of its rows; None if it cannot be read any more."""
        found: list[Line] = []
        member = self.taking_part
        if member is not None:
            self._try(lambda: found.extend(member.log.rows(row, count, cut)[1]))
        return found if self.problem is None else None

    def _try(self, action: Callable[[], None]) -> None:
        """Does something; what goes wrong is this log's problem alone."""
        try:
            action()
        except Problem as problem:
            self.problem = problem
        except OSError as error:
            self.problem = unreadable(self.source.path, error)
        else:
            self.problem = None


def speaking(logs: Sequence[Held]) -> list[tuple[Held, Dialect]]:
    """Returns the logs that can be asked, each with its language."""
    own = [(held, held.member.log.language) for held in logs if held.member is not None]
    parts = dict.fromkeys(part for _held, language in own for part in language.parts)
    names = {held.source.path: held.name for held in logs}
    found = []
    for held, language in own:
        if held.dialect is None or not held.dialect.speaks(language, parts):
            held.dialect = Dialect(language, parts, Name(held.source.path, names))
        held.dialect.offset = held.source.offset
        found.append((held, held.dialect))
    return found
