"""One pass through a log for what is wanted of it: rows, matches, errors, levels, terms, times."""

from collections.abc import Callable, Sequence

from sysgui.panels.logs.asked import Wish
from sysgui.panels.logs.formats.times import Times
from sysgui.panels.logs.sought import ERRORS, HITS, ROWS
from sysgui.panels.logs.text.around import Around
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.levels import NAMES, Levels
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import All, AtLevel, Condition, Everything, Sight
from sysgui.panels.logs.timeline import Timeline

from .relief import Relief
from .saved import SavedIndex

# The rows that were asked for, among those near them; and the terms of what was asked, each alone.
CHOSEN, TERM = "chosen", "term {text}"

# The levels that are errors: emerg, alert, crit, err.
ERROR_LEVELS = range(4)

# What is saved of a large log.
SAVED = (ROWS, ERRORS, *map(str, range(len(NAMES))))


class Sifted:
    """Looks for what is wanted, and for levels, from the start of a log on.

    Args:
        text: The log's.
        times: Of its lines.
        rules: How levels are told.
        wish: What is wanted.
        watch: Is shown each block besides.

    Attributes:
        wish: The same.
        scan: The pass.
        around: Selects the lines near those that are asked for; None if these are not wanted.
        timeline: When the rows were written.
    """

    def __init__(
        self,
        text: Joined,
        times: Times,
        rules: Levels,
        wish: Wish,
        watch: Callable[[Sight], None] | None = None,
    ) -> None:
        self.wish = wish
        self._rules = rules
        self._further = watch
        chosen = wish.query or Everything()
        self.around: Around | None = None
        if wish.query and wish.context:
            self.around = Around(wish.query, wish.context, text)
        wanted: dict[str, Condition] = {ROWS: self.around or chosen}
        for level in range(len(NAMES)):
            wanted[str(level)] = self._queried(AtLevel([level], rules))
        levels = list(wanted.values())[1:]
        self.timeline = Timeline(times, chosen, levels)
        wanted[CHOSEN] = chosen
        wanted |= {TERM.format(text=written): term for written, term in wish.terms}
        wanted[ERRORS] = self._queried(AtLevel(ERROR_LEVELS, rules))
        if wish.search:
            wanted[HITS] = self._queried(wish.search)
        self._relief = Relief(wanted[ROWS], levels, wanted.get(HITS))
        self.scan = Scan(text, wanted, self._watch)
        self._rows = {name: Rows(self.scan, name) for name in (ROWS, HITS, ERRORS, CHOSEN)
                      if name in wanted}  # fmt: skip

    def _queried(self, condition: Condition) -> Condition:
        return All([self.wish.query, condition]) if self.wish.query else condition

    def _watch(self, sight: Sight) -> None:
        self.timeline.count(sight)
        self._relief.watch(sight)
        if self._further is not None:
            self._further(sight)

    def take(self, saved: SavedIndex) -> None:
        """Takes what was saved of the log, if anything; nothing may be asked or searched for."""
        if not saved.times:
            return
        counts = {name: saved.counts(name) for name in SAVED}
        self.scan.take({**counts, CHOSEN: counts[ROWS]})
        self.timeline.take(saved.times)
        self._relief.take(saved.relief)

    def save(self, saved: SavedIndex) -> None:
        """Saves what is known when all of the log was looked through."""
        counts = {name: self.scan.counts[name] for name in SAVED}
        saved.save(counts, self.timeline.kept(), self._relief)

    def forget_from(self, block: int, *, was_cut: bool) -> None:
        """Forgets what has changed.

        Args:
            block: From which block on.
            was_cut: Whether the log was cut: of rows nothing is remembered then.
        """
        if self.around is not None:
            block = self.around.forget_from(block)
        block = block if self.timeline.forget_from(block) else 0
        self.scan.forget_from(block)
        self._relief.forget_from(block)
        for rows in self._rows.values():
            rows.forget_from(0 if was_cut else block)

    # What is known.

    def rows_of(self, kind: str) -> Rows | None:
        """Returns the rows of a kind; None if nothing is searched for."""
        return self._rows.get(kind)

    @property
    def near(self) -> int:
        """How many rows are such only because they stand near others."""
        counts = self.scan.counts
        return counts[ROWS].total - counts[CHOSEN].total

    def near_of(self, offsets: Sequence[int]) -> set[int]:
        """Returns which of some rows were not asked for, but stand near others."""
        if self.around is None or not offsets:
            return set()
        chosen = self._rows[CHOSEN]
        return set(offsets).difference(chosen.offsets(chosen.row_at(offsets[0]), len(offsets)))

    def is_hit(self, offset: int) -> bool:
        """Tells whether the search matches the line that starts at an offset."""
        hits = self._rows.get(HITS)
        return hits is not None and hits.offsets(hits.row_at(offset), 1) == [offset]

    def terms(self) -> list[tuple[str, int]]:
        """Returns how each term is written, and how many lines of the whole log it asks for."""
        counts = self.scan.counts
        return [(text, counts[TERM.format(text=text)].total) for text, _term in self.wish.terms]

    def levels(self) -> list[int]:
        """Returns how many rows are of each level, 0 to 7, and of none."""
        counts = self.scan.counts
        told = [counts[str(level)].total for level in range(len(NAMES))]
        return [*told, counts[CHOSEN].total - sum(told)]

    def strip(self, parts: int, lines: int) -> list[tuple[int, int]]:
        """Returns for equal parts of the rows the worst level of each, and how many hits it has.

        Args:
            parts: How many.
            lines: How many lines are known of, looked through or not.
        """
        counts = self.scan.counts
        total = lines if self.wish.query is None else counts[ROWS].total
        levels = [counts[str(level)] for level in range(len(NAMES))]
        return self._relief.strip(parts, total, counts[ROWS], levels, counts.get(HITS))
