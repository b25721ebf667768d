"""An opened log: its lines, the rows among them, and what is searched for, as they are known."""

import hashlib
from collections.abc import Iterator

from sysgui.panels.logs.asked import Asked, Wish
from sysgui.panels.logs.formats.form import NO_TIME, Form
from sysgui.panels.logs.formats.stamps import UNKNOWN
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.merged.clock import Clock
from sysgui.panels.logs.names import path_of
from sysgui.panels.logs.query import LogLanguage
from sysgui.panels.logs.sought import ERRORS, HITS, LINE, NUMBER, ROWS, TIME
from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.levels import NAMES, Levels
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.unpack import Copying
from sysgui.panels.logs.text.wanted import AtLevel, Condition, Everything, Sight
from sysgui.panels.logs.timeline import TimeCounts
from sysgui.system.host import Host

from .rotated import older_files
from .saved import SavedIndex
from .shown import ShownLines
from .sifted import Sifted
from .sought_rows import SoughtRows
from .understood import SHORT, Understood
from .written import written_lines

# The part of the time that goes into unpacking, as long as there is something to unpack.
UNPACKING = 0.8

# A log is told from others by so much of its first line, in bytes.
HEAD = 4096


class OpenLog:
    """A file that is read as a log.

    Args:
        host: The machine.
        path: The file's, as `names` tells it.
        older: Whether what was rotated away from it is read as its begin.
        timed: Whether it is learned when each line stands, for it to be read together with others.

    Attributes:
        path: The same.
        older: Whether what was rotated away from it is read as its begin.
        epoch: Counts how often it has become another.

    Raises:
        Problem: `unreadable`, `not-a-file`.
    """

    def __init__(self, host: Host, path: str, *, older: bool = False, timed: bool = False) -> None:
        self.path = path
        self.older = older
        self.epoch = 0
        self._timed = timed
        self._asked = Asked()
        place = path_of(path)
        self._followed = Followed(host, place, older_files(host, place) if older else ())
        self._text = self._followed.text
        self._host = host
        self._wish = Wish()
        self._begin()

    def _begin(self) -> None:
        self._understood = Understood(self._host, self._followed)
        self._saved = SavedIndex(self._host, self._followed, self._understood)
        self._index = Scan(self._text, {ROWS: Everything()})
        self._index.take({ROWS: self._saved.counts(ROWS)})
        self._all_rows = Rows(self._index, ROWS)
        self._time()

    def _time(self) -> None:
        """Begins to learn from the start when lines were written."""
        self._clock = Clock(self._text, self._understood)
        self._sift()

    def _sift(self) -> None:
        """Begins to look for what is wanted, and for levels, from the start."""
        self._sifted = Sifted(
            self._text,
            self._understood.times,
            self._understood.rules,
            self._wish,
            self._clock.watch if self._timed else None,
        )
        found = self._sifted.rows_of(ROWS) if self._wish.query else None
        self._rows = self._all_rows if found is None else found
        # So many blocks were counted before the last look at the file.
        self._sure = 0
        wanted = self._wish.query or self._wish.search
        if not (wanted or self._timed):
            self._sifted.take(self._saved)

    # What is wanted.

    def ask(self, query: str, search: str, context: int = 0) -> None:
        """Sets which lines are rows, and what to look for among them, as it is typed.

        Args:
            query: Which lines are.
            search: What to look for; what is a row only as it stands near others is not found.
            context: So many lines before and after each that is asked for are rows too.

        Raises:
            QueryError: If that cannot be asked of this log; what was asked before still is.
        """
        self.want(self._asked.wish(query, search, self.language, context))

    def want(self, wish: Wish) -> None:
        """Sets which lines are rows, and what to look for among them."""
        if not wish.finds_as(self._wish):
            self._wish = wish
            self._sift()

    def refresh(self) -> None:
        """Looks what has become of the file.

        Raises:
            OSError: As fstat(2) and pread(2) say.
            Problem: `unreadable`, `not-a-file`, if it was replaced by such.
        """
        cuts = self._followed.cuts
        changed = self._followed.refresh()
        if self._followed.epoch != self.epoch:
            self.epoch = self._followed.epoch
            self._text = self._followed.text
            self._begin()
        elif changed is not None:
            was_cut = self._followed.cuts != cuts
            # What was counted since the last look may have been another file's already.
            changed = min(changed, self._sure) if was_cut else changed
            if changed < self._saved.blocks:
                self._saved.forget()
            times = self._understood.times
            self._understood.change(changed)
            self._clock.forget_from(changed)
            self._index.forget_from(changed)
            self._all_rows.forget_from(0 if was_cut else changed)
            self._sifted.forget_from(changed, was_cut=was_cut)
            if self._understood.times is not times:
                self._time()  # The lines turned out to be of another form.
        self._sure = min(self._index.done, self._sifted.scan.done)

    def go_on(self, seconds: float) -> None:
        """Looks through more of the log, for about `seconds`.

        Raises:
            OSError: As pread(2) says.
        """
        if not self._followed.unpacked:
            # What is unpacked can be read meanwhile.
            self._followed.unpack(seconds * UNPACKING)
            self.refresh()
            self._index.go_on(seconds * (1 - UNPACKING))
        elif not self._index.finished:
            self._index.go_on(seconds)
        elif not self._sifted.scan.finished:
            self._sifted.scan.go_on(seconds)
            if self.settled and self._wish.query is None:
                self._sifted.save(self._saved)

    # All of it, once from its begin to its end, beside what is shown of it.

    def unpack(self) -> bool:
        """Unpacks some more of what is compressed; tells whether nothing is left.

        Raises:
            OSError: As fstat(2) and pread(2) say.
        """
        if not self._followed.unpacked:
            self._followed.unpack(UNPACKING)
            self.refresh()
        return self._followed.unpacked

    @property
    def lines_form(self) -> Form:
        """The form of its lines."""
        return self._understood.form

    @property
    def rules(self) -> Levels:
        """How the levels of its lines are told."""
        return self._understood.rules

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        return len(self._text)

    def sights(self) -> Iterator[tuple[Sight, Condition, Starts]]:
        """Yields of each block what is seen of it, what selects the rows, and the lines' times.

        Raises:
            OSError: As pread(2) says.
        """
        rows = self._wish.query or Everything()
        levels = AtLevel(range(len(NAMES)), self.rules)
        scan = Scan(self._text, {ROWS: rows, ERRORS: levels})
        for number in range(len(self._text)):
            sight = scan.sight(number)
            yield sight, rows, self._understood.times.times(sight.block)

    # What is known.

    @property
    def form(self) -> str:
        """What the form of the lines is called, such as "syslog"; "text" for none that is known."""
        return self._understood.form.name

    @property
    def encoding(self) -> str:
        """In which encoding it is; "" if in UTF-8, or in nothing that is known."""
        return self._followed.encoding

    @property
    def language(self) -> LogLanguage:
        """What can be asked of the lines; another one as soon as their form is another."""
        return self._understood.language

    @property
    def identity(self) -> str:
        """What tells it from others, also from one that has its path later: by its first line."""
        head = self._text.read(0, HEAD)
        end = head.find(b"\n")
        if end < 0 and len(head) < HEAD:
            return ""  # The line may go on.
        return f"{hashlib.sha256(head[: end + 1] or head).hexdigest()[:32]} {self.path}"

    @property
    def size(self) -> int:
        """Of the log, in bytes."""
        return self._text.size

    @property
    def lines(self) -> int:
        """How many lines are known of."""
        return len(self._all_rows)

    @property
    def matched(self) -> int:
        """How many rows are known of."""
        return len(self._rows)

    @property
    def near(self) -> int:
        """How many of them are rows only because they stand near others."""
        return self._sifted.near if self._sifted.around is not None else 0

    def terms(self) -> list[tuple[str, int]]:
        """Returns the conditions of which the query consists, if there are several.

        How each is written, and how many lines of the whole log it asks for, as far as known.
        """
        return self._sifted.terms()

    @property
    def hits(self) -> int:
        """How many rows are found; -1 if nothing is searched for."""
        hits = self._sifted.rows_of(HITS)
        return -1 if hits is None else len(hits)

    @property
    def scanned(self) -> float:
        """Which part of the log is looked through for rows and hits, 0 to 1."""
        return self._sifted.scan.done / max(1, len(self._text))

    @property
    def settled(self) -> bool:
        """Whether all of the log has been looked through."""
        return self._followed.unpacked and self._index.finished and self._sifted.scan.finished

    @property
    def trouble(self) -> str:
        """Why not all of it could be read; "" if nothing is wrong."""
        return self._followed.trouble

    @property
    def complete(self) -> bool:
        """Whether all of it could be read."""
        return not self.trouble

    @property
    def undecided(self) -> int:
        """How many lines could not be decided in time."""
        return self._sifted.scan.undecided

    @property
    def packed(self) -> list[Copying]:
        """What is left to be unpacked before it can be looked through."""
        return self._followed.packed

    @property
    def clock(self) -> Clock:
        """When its lines stand on an axis of time; it stands still unless the log is timed."""
        return self._clock

    @property
    def tells_time(self) -> bool:
        """Whether its lines say when they were written, as far as they were looked at."""
        if self._clock.first != UNKNOWN or not self._text.size:
            return True
        is_known = self._text.size > SHORT and self._understood.form.written == NO_TIME
        return not self.settled and not is_known

    def rows_of(self, kind: str) -> Rows | None:
        """Returns the rows of a kind; None if nothing is searched for."""
        return self._rows if kind == ROWS else self._sifted.rows_of(kind)

    def levels(self) -> list[int]:
        """Returns how many rows are of each level, 0 to 7, and of none."""
        return self._sifted.levels()

    def timeline(self, most: int) -> TimeCounts:
        """Returns how many rows were written when, by level, in so many bins at most."""
        return self._sifted.timeline.counts(most)

    def strip(self, parts: int) -> list[tuple[int, int]]:
        """Returns for equal parts of the rows the worst level of each, and how many hits it has."""
        return self._sifted.strip(parts, self.lines)

    # Rows.

    def seek(self, kind: str, offset: int, back: bool) -> tuple[int, int] | None:  # noqa: FBT001
        """Finds the next row of a kind, on from a line or back from it, round the ends of the log.

        Args:
            kind: `HITS` or `ERRORS`; `LINE`, the row of the line itself; `NUMBER`, the row of the
                line with that number; `TIME`, the first row of that time or a later one.
            offset: Where in the log the line starts, or its number, or microseconds since 1970.
            back: Whether the one before is sought.

        Returns:
            The row, and its place among its like; None if there is none, or not yet.

        Raises:
            OSError: As pread(2) says.
        """
        index, times = self._all_rows, self._understood.times
        sought = SoughtRows(self._text, times, index, self._rows, settled=self.settled)
        if kind == TIME:
            return sought.at_time(offset)
        if kind in (LINE, NUMBER):
            return sought.at_line(offset) if kind == LINE else sought.at_number(offset)
        rows = self._sifted.rows_of(kind)
        return sought.next_of(rows, offset, back=back) if rows is not None else None

    def rows(self, row: int, count: int, cut: int) -> tuple[int, list[Line]]:
        """Returns some rows, and the number of the first of them.

        Args:
            row: The first wanted; -1: the last `count` rows.
            count: As many, fewer at the end.
            cut: So many bytes of each line.

        Raises:
            OSError: As pread(2) says.
        """
        if row < 0 and self._wish.query is None and not self._index.finished:
            shown = self.shown.at(self.shown.last(count), cut)
            return max(0, self.lines - len(shown)), shown
        first = max(0, len(self._rows) - count) if row < 0 else min(row, len(self._rows))
        return first, self.shown.at(self._rows.offsets(first, count), cut)

    def written(self, *, original: bool) -> Iterator[list[bytes]]:
        """Yields all rows, some at a time; as `written_lines` does.

        Raises:
            OSError: As pread(2) says.
        """
        return written_lines(self._text, self._sifted.scan.condition(ROWS), original=original)

    def pieces(self, row: int) -> Iterator[bytes]:
        """Yields the line of a row as it is, with what ends it, in pieces: it may be of any length.

        Raises:
            OSError: As pread(2) says.
        """
        for offset in self._rows.offsets(row, 1):
            block = self._text.block(self._text.block_of(offset))
            yield from self._text.original(block, offset - block.offset).pieces

    @property
    def shown(self) -> ShownLines:
        """Reads lines as they are known now."""
        index, numbered = self._index, self._all_rows
        return ShownLines(self._text, self._understood, self._sifted, index, numbered)
