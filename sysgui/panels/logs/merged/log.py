"""Several logs that are read as one, in the order of time."""

import hashlib
import time
from collections.abc import Iterable, Iterator

import msgspec

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.sought import LINE, NUMBER, ROWS, TIME
from sysgui.panels.logs.text.unpack import THREADS, go_on_at_once
from sysgui.panels.logs.timeline import LEVELS, TimeCounts, together
from sysgui.system.host import Host

from .held import Held, speaking
from .identities import identity_of, parts_of
from .member import NONE, Member
from .order import Order, Place, Shifted
from .sources import SourceState, short_names, sources_of
from .strip import strip_of

# So long one log is looked through before it is seen which is behind the others now, in seconds.
SLICE = 0.01

# So long files are unpacked before it is seen which others could be, in seconds.
UNPACKING = 0.1

# So many rows are handed out at once, and as much of each, in bytes, where all are.
AT_ONCE, WHOLE = 250, 1 << 20


class MergedLog:
    """Several logs that are read as one: the rows of all are its rows, in the order of time.

    What is known of it reaches up to the time to which the log has come that is behind the others.

    Args:
        host: The machine.
        path: By which they are opened, see `sources.py`.
        older: Whether what was rotated away from texts is read as their begin.

    Attributes:
        path: The same.
        older: The same.
        epoch: Counts how often it has become another.
        form: What the form of the lines is called.
        encoding: None in particular.

    Raises:
        Problem: `no-log`; if none can be read, what the first says.
    """

    def __init__(self, host: Host, path: str, *, older: bool = False) -> None:
        self.path, self.older, self.epoch, self.form, self.encoding = "", older, 0, "merged", ""
        self._host = host
        self._held: list[Held] = []
        self._is_queried = self._is_searched = False
        self._orders: dict[str, Order] = {}
        self.take(path)

    def take(self, path: str) -> None:
        """Takes other sources, or other offsets of the same; what is open stays open.

        Raises:
            Problem: As the class says.
        """
        sources = sources_of(path)
        known = {held.source.path: held for held in self._held}
        are_others = [source.path for source in sources] != [*known]
        self.epoch += bool(known) and are_others
        self.path = path
        self._held = [
            known.pop(source.path)
            if source.path in known
            else Held(self._host, source, older=self.older)
            for source in sources
        ]
        for gone in known.values():
            gone.close()
        names = short_names([source.path for source in sources])
        for held, source, name in zip(self._held, sources, names, strict=True):
            held.source, held.name = source, name
            if are_others:
                held.dialect = None
        self.refresh()
        if self._held and all(held.problem is not None for held in self._held):
            raise next(held.problem for held in self._held if held.problem is not None)

    def close(self) -> None:
        """Ends what goes on for them."""
        for held in self._held:
            held.close()

    # What is wanted.

    def ask(self, query: str, search: str, context: int = 0) -> None:
        """Sets which lines are rows, and what to look for among them, as it is typed.

        Args:
            query: Which lines are.
            search: What to look for; what is a row only as it stands near others is not found.
            context: So many lines before and after each that is asked for, in its own log, are
                rows too.

        Raises:
            QueryError: If that cannot be asked of them; what was asked before still is.
        """
        sought = bool(search.strip())
        asked = [
            (held, dialect.compiled(query), dialect.compiled(search).condition if sought else None)
            for held, dialect in speaking(self._held)
        ]
        self._is_queried, self._is_searched = bool(query.strip()), sought
        for held, wanted, looked_for in asked:
            held.want(wanted, looked_for, context)
        self._orders.clear()

    def refresh(self) -> None:
        """Looks what has become of each; one that cannot be read is left out, and that is told."""
        for held in self._held:
            before = held.epoch
            held.refresh()
            self.epoch += held.epoch - before
        self._orders.clear()

    def go_on(self, seconds: float) -> None:
        """Looks through more of them, for about `seconds`.

        First all is unpacked; then it is always the one that is behind the others.
        """
        until = time.monotonic() + seconds
        for held in self._held:
            held.begin()
        while unsettled := [held for held in self._held if not held.is_settled]:
            left = until - time.monotonic()
            packed = [(held, copy) for held in unsettled for copy in held.packed][:THREADS]
            if packed:
                go_on_at_once([copy for _held, copy in packed], max(0.0, min(left, UNPACKING)))
                for held in dict.fromkeys(held for held, _copy in packed):
                    held.refresh()
            else:
                behind = min(unsettled, key=lambda held: held.reached)
                behind.go_on(max(0.0, min(left, SLICE)))
            if left <= 0:
                break
        self._orders.clear()

    # What is known.

    @property
    def sources(self) -> list[SourceState]:
        """What is known of each log."""
        return [
            SourceState(
                name=held.name,
                path=held.source.path,
                offset=held.source.offset,
                hidden=held.source.hidden,
                form=held.member.log.form if held.member is not None else "",
                trouble=held.trouble,
            )
            for held in self._held
        ]

    @property
    def _members(self) -> list[tuple[int, Member, int]]:
        """The logs that take part: which of all, the log, and its offset."""
        return [
            (number, member, held.source.offset)
            for number, held in enumerate(self._held)
            if (member := held.taking_part) is not None
        ]

    @property
    def identity(self) -> str:
        """What tells it from others: which logs are read, however far their clocks are off."""
        each = [
            held.member.log.identity if held.member is not None else held.source.path
            for held in self._held
        ]
        if not all(each):
            return ""
        return hashlib.sha256("\0".join(each).encode("utf-8", "surrogateescape")).hexdigest()[:32]

    @property
    def size(self) -> int:
        """Of those that take part, in bytes."""
        return sum(member.log.size for _number, member, _offset in self._members)

    @property
    def lines(self) -> int:
        """How many lines are known of."""
        return sum(member.log.lines for _number, member, _offset in self._members)

    @property
    def matched(self) -> int:
        """How many rows are known of, with all that come before them."""
        return len(self._order(ROWS))

    @property
    def near(self) -> int:
        """How many of them are rows only because they stand near others."""
        return sum(member.log.near for _number, member, _offset in self._members)

    def terms(self) -> list[tuple[str, int]]:
        """Returns the conditions of which the query consists, as `OpenLog.terms` does.

        One that is not counted in one of the logs, as nothing of that is wanted, has -1.
        """
        told = [held.terms() for held in self._held if held.is_asked]
        return [
            (of_one[0][0], _sum(count for _text, count in of_one))
            for of_one in zip(*told, strict=True)
        ]

    @property
    def hits(self) -> int:
        """How many rows are found; -1 if nothing is searched for."""
        if not self._is_searched:
            return -1
        return sum(max(0, member.log.hits) for _number, member, _offset in self._members)

    @property
    def scanned(self) -> float:
        """Which part of them is looked through for rows and hits, 0 to 1."""
        members = [member.log for _number, member, _offset in self._members]
        done = sum(log.scanned * log.size for log in members)
        return done / max(1, sum(log.size for log in members))

    @property
    def settled(self) -> bool:
        """Whether all of them have been looked through."""
        return all(member.log.settled for _number, member, _offset in self._members)

    @property
    def undecided(self) -> int:
        """How many lines could not be decided in time."""
        return sum(member.log.undecided for _number, member, _offset in self._members)

    @property
    def trouble(self) -> str:
        """Why not all of them could be read; "" if nothing is wrong."""
        told = [(held.name, held.trouble) for held in self._held]
        return "\n".join(f"{name}: {trouble}" for name, trouble in told if trouble)

    @property
    def complete(self) -> bool:
        """Whether all of them could be read that this user may read."""
        return all(held.complete for held in self._held)

    def levels(self) -> list[int]:
        """Returns how many rows are of each level, 0 to 7, and of none."""
        told = [[0] * LEVELS, *(member.log.levels() for _number, member, _offset in self._members)]
        return [sum(column) for column in zip(*told, strict=True)]

    def timeline(self, most: int) -> TimeCounts:
        """Returns how many rows were written when, by level, in so many bins at most."""
        told = [(member.log.timeline(most), offset) for _number, member, offset in self._members]
        return together(told, most)

    def strip(self, parts: int) -> list[tuple[int, int]]:
        """Returns for equal parts of the rows the worst level of each, and how many hits it has."""
        logs = [member.log for _number, member, _offset in self._members]
        return strip_of(logs, self._order(ROWS), parts)

    def _order(self, kind: str) -> Order:
        """Returns the rows of a kind in the order of time."""
        if kind not in self._orders:
            self._orders[kind] = Order(
                [
                    Shifted(NONE if (rows := member.ordered(kind)) is None else rows, offset)
                    for _number, member, offset in self._members
                ]
            )
        return self._orders[kind]

    @property
    def members(self) -> dict[int, Member]:
        """Those that take part, by their numbers."""
        return {number: member for number, member, _offset in self._members}

    # Rows.

    def seek(self, kind: str, offset: int, back: bool) -> tuple[int, int] | None:  # noqa: FBT001
        """Finds the next row of a kind; as `OpenLog.seek` does.

        Raises:
            OSError: As pread(2) says.
            Problem: What a journal says.
        """
        rows = self._order(ROWS)
        if kind in (LINE, NUMBER, TIME):
            row = rows.before(offset) if kind == TIME else offset - 1
            row = self._row_at(ROWS, offset)[0] if kind == LINE else row
            last = len(rows) - 1
            return (max(0, min(row, last)), 0) if self.settled and last >= 0 else None
        order = self._order(kind)
        if not len(order):
            return None
        place, is_there = self._row_at(kind, offset)
        place = place - 1 if back else place + is_there
        if not 0 <= place < len(order):
            if not self.settled:
                return None
            place %= len(order)
        (found,) = order.places(place, 1)
        _number, member, _offset = self._members[found.member]
        return rows.row_of(found._replace(row=member.row_of(kind, found.row))), place

    def _row_at(self, kind: str, identity: int) -> tuple[int, bool]:
        """Returns which of the rows of a kind a line is, or would be; and whether it is one."""
        if identity < 0:
            return 0, False
        key, number, line = parts_of(identity)
        for place, (its_number, member, offset) in enumerate(self._members):
            if its_number == number:
                row, is_there = member.place(kind, line)
                there = Place(place, row, member.key_of(line) + offset)
                return self._order(kind).row_of(there), is_there
        # It takes no part now: what stood around it is meant.
        offset = self._held[number].source.offset if number < len(self._held) else 0
        return self._order(kind).before(key + offset), False

    def rows(self, row: int, count: int, cut: int) -> tuple[int, list[Line]]:
        """Returns some rows, and the number of the first of them.

        Args:
            row: The first wanted; -1: the last `count` rows.
            count: As many, fewer at the end.
            cut: So many bytes of each line.

        Raises:
            OSError: As pread(2) says.
            Problem: What a journal says.
        """
        if row < 0 and not self._is_queried and not self.settled:
            return self._latest(count, cut)
        order = self._order(ROWS)
        first = max(0, len(order) - count) if row < 0 else min(row, len(order))
        places = order.places(first, count)
        lines = {}
        for at, (number, _member, _offset) in enumerate(self._members):
            its = [place.row for place in places if place.member == at]
            read = self._held[number].lines(its[0], len(its), cut) if its else []
            if read is None:
                # That one can be read no more: it is left out from now on.
                self._orders.clear()
                return self.rows(row, count, cut)
            lines[at] = iter(read)
        shown = []
        for at, place in enumerate(places, first + 1):
            line = next(lines[place.member], None)
            if line is not None:
                shown.append(self._shown(line, place, 0 if self._is_queried else at))
        return first, shown

    def written(self, *, original: bool) -> Iterator[list[bytes]]:
        """Yields all rows as they are shown, some at a time.

        Args:
            original: Lines are told in one way only.

        Raises:
            OSError: As pread(2) says.
            Problem: What a journal says.
        """
        for first in range(0, self.matched, AT_ONCE):
            _first, lines = self.rows(first, AT_ONCE, WHOLE)
            yield [line.text.encode("utf-8", "replace") + b"\n" for line in lines]

    def _latest(self, count: int, cut: int) -> tuple[int, list[Line]]:
        """Returns the last lines while it is not known how many there are before them."""
        found: list[Place] = []
        for at, (_number, member, offset) in enumerate(self._members):
            found += [Place(at, 0, key + offset) for key in member.latest(count).tolist()]
        found.sort(key=lambda place: place.key)
        found = found[-count:]
        lines = {}
        for at, (_number, member, _offset) in enumerate(self._members):
            its = sum(place.member == at for place in found)
            lines[at] = iter(member.latest_lines(its, cut) if its else [])
        shown = [self._shown(line, at, 0) for at in found if (line := next(lines[at.member], None))]
        return max(0, self.lines - len(shown)), shown

    def _shown(self, line: Line, place: Place, number: int) -> Line:
        """Returns a line of one of the logs as a line of all."""
        source, _member, offset = self._members[place.member]
        key = max(0, place.key - offset)
        return msgspec.structs.replace(
            line,
            offset=identity_of(key, source, line.offset),
            number=number,
            source=source,
            gap=False,
            time=line.time + offset if line.time >= 0 else line.time,
        )


def _sum(counts: Iterable[int]) -> int:
    """Returns the sum; -1 if one of them is: that is not known."""
    told = list(counts)
    return -1 if -1 in told else sum(told)
