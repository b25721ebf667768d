"""Goes through a log once, and tells what it says as a whole."""

import time
from typing import Protocol

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.formats.form import TEXT
from sysgui.panels.logs.formats.zones import SECOND, Zone
from sysgui.panels.logs.journal.log import JournalLog
from sysgui.panels.logs.merged.log import MergedLog
from sysgui.panels.logs.page import Log
from sysgui.system.host import Host

from .asked import Asked
from .batch import Batch
from .batches import Step, steps
from .collect import ByAddress, ByLevel, ByLogin, ByPart, ByRequest, LastErrors
from .messages import Messages
from .report import Report, Spots, Table
from .request_readers import FormReader, Reader, json_reader, tells_requests

_DAY = 86_400 * SECOND


class Counter(Protocol):
    """Counts lines."""

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        ...

    def tables(self, asked: Asked) -> list[Table]:
        """Returns what was counted."""
        ...


class Analysis:
    """Looks through the rows of a log.

    Args:
        host: The machine.
        log: The log, of which the rows that are wanted are set.
        query: The same in words; "" is all.
        zone: Whose hours and days are meant.
    """

    def __init__(self, host: Host, log: Log, query: str, zone: Zone) -> None:
        self._log, self._query, self._zone = log, query, zone
        self._now = host.now()
        self._boot = self._now - host.since_boot()
        self._asked = Asked(query, exact=isinstance(log, OpenLog))
        self._levels = ByLevel(zone)
        form = log.lines_form if isinstance(log, OpenLog) else TEXT
        self._requests = ByRequest(form)
        self._errors = LastErrors()
        self._writers: list[Counter] = [ByPart(name) for name in _names_of(log)]
        self._others: list[Counter] = [ByAddress(), ByLogin()]
        self._messages: Messages | None = None
        self._steps = steps(log)
        self._done = 0.0
        self._settled = False

    def go_on(self, seconds: float) -> None:
        """Looks through more of it, for about `seconds`.

        Raises:
            OSError: As pread(2) says.
            Problem: As the log's `go_on` says.
        """
        until = time.monotonic() + seconds
        while not self._settled:
            step = next(self._steps, None)
            if step is None:
                self._settled, self._done = True, 1.0
            else:
                self._take(step)
            if time.monotonic() >= until:
                break

    def _take(self, step: Step) -> None:
        self._done = step.done
        if step.batch is not None and len(step.batch):
            self._count(step.batch)

    def _count(self, batch: Batch) -> None:
        self._levels.count(batch)
        self._errors.count(batch, self._asked)
        self._requests.count(batch, self._asked)
        for counter in (*self._writers, *self._others):
            counter.count(batch)
        if self._messages is None:
            # Only now all is unpacked, and it is known what the lines tell.
            self._messages = Messages(_readers_of(self._log))
        self._messages.count(batch)

    def report(self) -> Report:
        """Returns what is known so far; most tables only when all of the log is."""
        asked = self._asked
        tables = self._levels.tables(asked)
        if self._settled and self._levels.lines:
            tables += self._all_tables()
        spots = [Spots("errors", self._errors.spots()), Spots("slow", self._requests.spots())]
        return Report(
            source=self._log.path,
            older=self._log.older,
            query=self._query,
            done=self._done,
            settled=self._settled,
            lines=self._levels.lines,
            first=self._levels.first,
            last=self._levels.last,
            tables=tables,
            hours=self._levels.hours(asked),
            spots=[each for each in spots if each.spots],
            untold=self._messages.untold if self._messages else 0,
            trouble=self._log.trouble,
        )

    def _all_tables(self) -> list[Table]:
        """Returns the tables that are made when all is known: first what is new."""
        asked = self._asked
        boot = round(self._boot * SECOND)
        yesterday = self._day_before(round(self._now * SECOND))
        if self._levels.last < yesterday:
            # Of an old log, the last day and the one before.
            yesterday = self._day_before(self._levels.last)
        return [
            *(table for counter in self._writers for table in counter.tables(asked)),
            *(
                self._messages.tables(asked, self._levels.first, boot, yesterday)
                if self._messages
                else ()
            ),
            *(table for counter in self._others for table in counter.tables(asked)),
            *self._requests.tables(asked),
        ]

    def _day_before(self, moment: int) -> int:
        """Returns when the day before that of a moment began, by the clocks of the zone."""
        east = self._zone.local(moment) - moment
        return (moment + east) // _DAY * _DAY - _DAY - east


def _readers_of(log: Log) -> dict[int, Reader]:
    """Returns what reads of lines what was asked for, for each of the logs that tells that."""
    logs: dict[int, Log] = {0: log}
    if isinstance(log, MergedLog):
        logs = {number: member.log for number, member in log.members.items()}
    found = {number: _reader_of(each) for number, each in logs.items()}
    return {number: reader for number, reader in found.items() if reader is not None}


def _reader_of(log: Log) -> Reader | None:
    if not isinstance(log, OpenLog):
        return None
    form = log.lines_form
    return FormReader(form) if tells_requests(form) else json_reader(log.language.parts)


def _names_of(log: Log) -> list[str]:
    """Returns by what the lines of a log say who wrote them."""
    if isinstance(log, JournalLog):
        return ["unit", "identifier"]
    if isinstance(log, MergedLog):
        return ["identifier"]
    parts = log.lines_form.parts
    return [name for name in ("unit", "identifier") if name in parts and parts[name].asked]
