"""What is counted of each batch of lines, and the tables that come of it."""

import heapq
from collections import Counter, deque
from functools import partial

import numpy as np

from sysgui.panels.logs.formats.form import Form
from sysgui.panels.logs.formats.zones import SECOND, Zone
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.text.needles import Needles
from sysgui.panels.logs.timeline import few_of
from sysgui.system.query_values import quote

from .addresses import addresses, kind_of
from .asked import Asked
from .batch import NO_LEVEL, Batch
from .logins import ACCEPTED, CANDIDATES, FAILED, login_of
from .ranking import CONDITIONS, TOP, ranking
from .report import BY_TIME, Figure, Hours, Row, Spot, Table
from .requests import Requests
from .tally import Tally

# So many of the last errors are told.
LAST = 10

# So many bins the lines are counted in by time, at most; and the widths of these, in hours.
_BINS = 48
_WIDTHS = (1, 3, 6, 12, *(24 << power for power in range(16)))
_HOUR = 3600

# So many bins are kept while it is not known how long the log is.
_MOST_HOURS = 10_000

_ERROR, _WARNING = 3, 4

# What the tables are called that count the parts of lines.
_TABLES = {
    "unit": "units",
    "identifier": "programs",
    "status": "statuses",
    "path": "paths",
    "user": "users",
}

# Where the rest of a long line would be read from; what is at hand is all that is looked at.
_NOTHING_MORE = Joined([])


class ByLevel:
    """Counts lines by level, and by hour.

    Args:
        zone: Whose hours and days are meant.

    Attributes:
        lines: How many there are.
        first: When the earliest was written, in microseconds since 1970; -1: not known.
        last: When the latest was.
    """

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._levels = np.zeros(NO_LEVEL + 1, np.int64)
        self._hours: dict[int, list[int]] = {}
        # So many hours each of them is long: more as soon as there are too many.
        self._width = 0
        self._east = 0
        self.lines, self.first, self.last = 0, -1, -1

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        self._levels += np.bincount(batch.levels, minlength=NO_LEVEL + 1)
        self.lines += len(batch)
        known = batch.times >= 0
        times = batch.times[known]
        if not len(times):
            return
        first, last = int(times.min()), int(times.max())
        if self.first < 0:
            self._east = (self._zone.local(first) - first) // SECOND
        self.first = first if self.first < 0 else min(self.first, first)
        self.last = max(self.last, last)
        hours = (times // SECOND + self._east) // (_HOUR * _WIDTHS[self._width])
        levels = batch.levels[known]
        for column, chosen in enumerate((levels <= _ERROR, levels == _WARNING, levels >= 0)):
            found, counts = np.unique(hours[chosen], return_counts=True)
            for hour, count in zip(found.tolist(), counts.tolist(), strict=True):
                self._hours.setdefault(hour, [0, 0, 0])[column] += count
        while len(self._hours) > _MOST_HOURS and self._width + 1 < len(_WIDTHS):
            self._hours, self._width = _widened(self._hours, self._width), self._width + 1

    def tables(self, asked: Asked) -> list[Table]:
        """Returns how many lines are of each level."""
        names = (*NAMES, "-")
        rows = [
            Row(name, [Figure(count, asked.all_of(f"level={name}"))])
            for name, count in zip(names, self._levels.tolist(), strict=True)
            if count
        ]
        return [Table("levels", ["lines"], rows)]

    def hours(self, asked: Asked) -> Hours:
        """Returns how many lines were written when."""
        if not self._hours:
            return Hours(0, _HOUR, [])
        kept, width = self._near(), self._width
        outside = sum(counts[-1] for hour, counts in self._hours.items() if hour not in kept)
        while max(kept) - min(kept) >= _BINS and width + 1 < len(_WIDTHS):
            kept, width = _widened(kept, width), width + 1
        first = min(kept)
        bins = [kept.get(hour, [0, 0, 0]) for hour in range(first, max(kept) + 1)]
        seconds = _WIDTHS[width] * _HOUR
        begin = first * seconds - self._east
        figures = []
        for place, counts in enumerate(bins):
            at = begin + place * seconds
            within = asked.times(at, at + seconds)
            asks = [filter(None, (CONDITIONS[column], *within)) for column in BY_TIME]
            pairs = zip(counts, asks, strict=True)
            figures.append([Figure(count, asked.all_of(*ask)) for count, ask in pairs])
        return Hours(begin, seconds, figures, outside)

    def _near(self) -> dict[int, list[int]]:
        """Returns the hours without the few that lie far from all others, such as one of 1970."""
        hours = sorted(self._hours)
        sums = np.cumsum([self._hours[hour][-1] for hour in hours])
        few = few_of(int(sums[-1]))
        low = hours[int(np.searchsorted(sums, few, side="right"))]
        high = hours[int(np.searchsorted(sums, sums[-1] - few))]
        far = high - low + _BINS
        return {hour: self._hours[hour] for hour in hours if low - far <= hour <= high + far}


def _widened(hours: dict[int, list[int]], width: int) -> dict[int, list[int]]:
    """Returns the same counts in bins of the next of `_WIDTHS`."""
    times = _WIDTHS[width + 1] // _WIDTHS[width]
    wide: dict[int, list[int]] = {}
    for hour, counts in hours.items():
        into = wide.setdefault(hour // times, [0, 0, 0])
        for column, count in enumerate(counts):
            into[column] += count
    return wide


class ByPart:
    """Counts errors and warnings by who wrote them.

    Args:
        name: Of the part that says so: "unit", "identifier".
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._columns = {"errors": Tally(folds=True), "warnings": Tally(folds=True)}

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        for column, chosen in (
            ("errors", batch.levels <= _ERROR),
            ("warnings", batch.levels == _WARNING),
        ):
            rows = np.flatnonzero(chosen).tolist()
            self._columns[column].add([batch.value(row, self._name) for row in rows])

    def tables(self, asked: Asked) -> list[Table]:
        """Returns who wrote most of them."""
        return [
            ranking(
                _TABLES[self._name],
                self._columns,
                asked,
                lambda value: asked.part(self._name, value),
            )
        ]


class ByAddress:
    """Counts lines by the addresses in them."""

    def __init__(self) -> None:
        self._columns = {"lines": Tally()}

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        self._columns["lines"].add(addresses(batch))

    def tables(self, asked: Asked) -> list[Table]:
        """Returns which addresses are in most lines."""
        return [
            ranking("addresses", self._columns, asked, lambda text: f"ip={quote(text)}", kind_of)
        ]


class ByLogin:
    """Counts lines about logins, by account and by source."""

    def __init__(self) -> None:
        self._needles = Needles([CANDIDATES])
        self._outcomes: Counter[str] = Counter()
        self._accounts = {FAILED: Tally(), ACCEPTED: Tally()}
        self._sources = {FAILED: Tally(), ACCEPTED: Tally()}

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        told = [
            login
            for start in self._needles.find(_NOTHING_MORE, batch.block())[0].tolist()
            if (login := login_of(batch.line_at(start))) is not None
        ]
        for outcome in (FAILED, ACCEPTED):
            of_it = [login for login in told if login.form.outcome == outcome]
            self._outcomes[outcome] += len(of_it)
            self._accounts[outcome].add([login.account for login in of_it if login.account])
            self._sources[outcome].add([login.source for login in of_it if login.source])

    def tables(self, asked: Asked) -> list[Table]:
        """Returns how logins ended, whose they were, and where they came from."""
        ended = [
            Row(outcome, [Figure(count, asked.all_of(f"login={outcome}"))])
            for outcome in (FAILED, ACCEPTED)
            if (count := self._outcomes[outcome])
        ]
        return [
            Table("logins", ["lines"], ended),
            ranking("sources", self._sources, asked, lambda text: f"from={quote(text)}", _kind),
            ranking("accounts", self._accounts, asked, lambda text: f"account={quote(text)}"),
        ]


class ByRequest:
    """Counts requests, and keeps the slowest.

    Args:
        form: Of the log's lines.
    """

    def __init__(self, form: Form) -> None:
        self._requests = Requests(form)
        self._columns = {name: {"lines": Tally(folds=True)} for name in self._requests.names}
        self._slowest: list[tuple[float, int, Spot]] = []

    def count(self, batch: Batch, asked: Asked) -> None:
        """Counts the lines of a batch."""
        for name, columns in self._columns.items():
            columns["lines"].add(self._requests.values(batch, name))
        found = heapq.nlargest(TOP, self._requests.durations(batch))
        rows = batch.rows_at(np.array([place for _seconds, place in found], np.int64)).tolist()
        for (seconds, _place), row in zip(found, rows, strict=True):
            if len(self._slowest) == TOP and seconds <= self._slowest[0][0]:
                continue
            # Of equals, the earlier in the log stays.
            entry = (seconds, -batch.offset(row), spot(batch, row, asked, seconds))
            keep = heapq.heappush if len(self._slowest) < TOP else heapq.heappushpop
            keep(self._slowest, entry)

    def tables(self, asked: Asked) -> list[Table]:
        """Returns what was asked for most, and how that was answered."""
        return [
            ranking(_TABLES[name], columns, asked, partial(asked.part, name))
            for name, columns in self._columns.items()
        ]

    def spots(self) -> list[Spot]:
        """Returns the slowest requests, the slowest first."""
        return [entry[-1] for entry in sorted(self._slowest, reverse=True)]


class LastErrors:
    """Keeps the last errors."""

    def __init__(self) -> None:
        self._kept: deque[Spot] = deque(maxlen=LAST)

    def count(self, batch: Batch, asked: Asked) -> None:
        """Looks at a batch."""
        for row in np.flatnonzero(batch.levels <= _ERROR)[-LAST:].tolist():
            self._kept.append(spot(batch, row, asked))

    def spots(self) -> list[Spot]:
        """Returns the last errors, the latest first."""
        return list(reversed(self._kept))


def spot(batch: Batch, row: int, asked: Asked, seconds: float = -1.0) -> Spot:
    """Returns a line that stands out."""
    text = batch.text(row)
    return Spot(
        text, asked.all_of(asked.line(batch.line(row))), batch.offset(row), int(batch.times[row]),
        int(batch.levels[row]), seconds,
    )  # fmt: skip


def _kind(source: str) -> str:
    """Returns what kind of address a source is; "" if it is the name of a machine."""
    try:
        return kind_of(source)
    except ValueError:
        return ""
