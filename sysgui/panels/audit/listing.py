"""What was done as root as the table lists it, in which order; knows no Qt."""

from sysgui.system.arrange import Arrangement, arrange
from sysgui.system.i18n import _

from .columns import COLUMNS, LANGUAGE, order
from .entries import Done
from .probe import Audit


class Listing:
    """What was done, as the journal or root has told it, and how the user wants to see it.

    Args:
        sort: The column that rows are sorted by; an unknown one is taken for the time.
        descending: Whether the highest comes first.

    Attributes:
        sort: The column that rows are sorted by.
        descending: Whether the highest comes first.
        query: What is searched for.
    """

    def __init__(self, sort: str, *, descending: bool) -> None:
        self.sort = sort if sort in {column.name for column in COLUMNS} else "time"
        self.descending = descending
        self.query = LANGUAGE.compile("")
        # What root has told is shown until it is asked for again: polls see nothing of it.
        self._told: Audit | None = None
        self._read: Audit | None = None
        self._matched = 0

    @property
    def audit(self) -> Audit:
        """What is listed: nothing before the first reading."""
        return self._told or self._read or Audit([])

    @property
    def known(self) -> bool:
        """Whether anybody has told anything."""
        return bool(self._told or self._read)

    def take(self, audit: Audit) -> bool:
        """Takes a reading of the journal; tells whether what is listed is other than before."""
        changed = audit is not self._read
        self._read = audit
        if not changed or (audit.hidden and self._told is not None):
            return False
        self._told = None
        return True

    def take_told(self, audit: Audit) -> None:
        """Takes what root has told."""
        self._told = audit

    def now(self, done: Done) -> Done:
        """Returns the same as it is known now: it may have ended meanwhile."""
        return next((each for each in self.audit.done if each.cursor == done.cursor), done)

    def arranged(self) -> Arrangement[Done]:
        """Returns the rows in their order."""
        by = order(self.sort)
        shown = arrange(self.audit.done, self.query, by, descending=self.descending)
        self._matched = shown.matched
        return shown

    def count(self) -> str:
        """Writes how many rows match; "" if nobody has said how many there are."""
        if self.audit.hidden or not self.known:
            return ""
        total = len(self.audit.done)
        text = str(total)
        if self._matched != total:
            text = _("{n} of {total}").format(n=self._matched, total=total)
        return f"{text}+" if self.audit.cut else text

    def why_empty(self) -> str:
        """Returns why no row is shown, translated; "" while that is not known."""
        if not self.known:
            return ""
        if self.audit.hidden:
            return _(
                "What was done as root stands in the system's journal, which you may not read.\n"
                "“Show as root…” asks for an administrator's password."
            )
        if self.query and self.audit.done:
            return _("Nothing matches “{query}”. Ctrl+F, then Delete, shows all again.").format(
                query=self.query.text
            )
        return _("Nothing was done as root from here yet.")
