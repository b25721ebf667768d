"""When the lines of a log were written, block by block."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sysgui.panels.logs.text.blocks import Block, Starts

from .form import (
    ACCESS,
    APACHE,
    APT,
    ISO,
    JAVA,
    NO_TIME,
    REDIS,
    SECONDS,
    SINCE_BOOT,
    SYSLOG,
    TOMCAT,
    Form,
)
from .log import Log, read_lines
from .places import Places
from .stamps import (
    DAY,
    TAIL,
    UNKNOWN,
    Bytes,
    differing,
    gathered,
    read,
    read_seconds,
    read_tail,
)
from .years import Years, days_of
from .zones import SECOND, Zone

# So far back the record is looked for that the first lines of a block go on with.
_BACK = 1 << 20
_STEP = 1 << 12

_NUMBER_WIDTH = 26


class Surroundings(NamedTuple):
    """What a log does not say of itself.

    Attributes:
        zone: Of the times that name none.
        written: When the file was last written to, in microseconds since 1970: its last line is
            no younger, by which the year is told where none is written.
        boot: When the machine was started, in microseconds since 1970; UNKNOWN if that is not
            known, as the times of the kernel then are.
    """

    zone: Zone
    written: int
    boot: int = UNKNOWN


class Times:
    """Reads the times of one log.

    Args:
        form: Its form.
        text: The log.
        about: What it does not say of itself.
    """

    def __init__(self, form: Form, text: Log, about: Surroundings) -> None:
        self._form = form
        self._text = text
        self._about = about
        self._places = Places(form.place)
        self._years: Years | None = None
        if form.written == SYSLOG:
            self._years = Years(self._days, text, about.written // DAY)
        self._known: tuple[Block, Starts] | None = None
        # The time of the last line of each block that was read.
        self._ends = {-1: UNKNOWN}

    def change(self, block: int, written: int) -> None:
        """Takes note that the log has changed from a block on, and when it was last written to."""
        self._about = self._about._replace(written=written)
        self._ends = {number: end for number, end in self._ends.items() if number < block}
        if self._years is not None:
            self._years.change(block, written // DAY)

    def times(self, block: Block) -> Starts:
        """Returns when each line of a block was written, in microseconds since 1970.

        A line without a time of its own has that of the line before it: it belongs to its record.

        Returns:
            A number for each of `block.starts`, UNKNOWN where no record has begun yet.

        Raises:
            OSError: As pread(2) says.
        """
        if self._known and self._known[0] is block:
            return self._known[1]
        before = self._before(block)
        times = _filled(self.own(block, before), before)
        self._known = (block, times)
        self._ends[block.number] = int(times[-1]) if len(times) else before
        return times

    def own(self, block: Block, before: int = UNKNOWN) -> Starts:
        """Returns the same, but UNKNOWN for what has no time of its own: it begins no record.

        Args:
            block: The block.
            before: The time of the line before it, by which an hour that comes twice is told.

        Raises:
            OSError: As pread(2) says.
        """
        if self._form.written == NO_TIME or not len(block.starts):
            return np.full(len(block.starts), UNKNOWN)
        data = np.frombuffer(block.data, np.uint8)
        places = self._places.find(block)
        there = places >= 0
        if there.all():
            return self._read(data, places, block, before)
        times = np.full(len(places), UNKNOWN)
        times[there] = self._read(data, places[there], block, before)
        return times

    def told(self, block: Block) -> Starts:
        """Returns when each line of a block was written, UNKNOWN for what does not say so itself.

        Raises:
            OSError: As pread(2) says.
        """
        before = self._before(block)
        own = self.own(block, before)
        known = own[own != UNKNOWN]
        self._ends[block.number] = int(known[-1]) if len(known) else before
        return own

    def times_within(self, offset: int, lines: bytes) -> list[int]:
        """Returns when some lines were written, UNKNOWN for what has no time of its own.

        Args:
            offset: Where in the log they start.
            lines: Whole ones, that follow one another.

        Raises:
            OSError: As pread(2) says.
        """
        return [int(time) for time in self.own(_block_of(lines, offset))]

    def _read(self, data: Bytes, places: Starts, block: Block, before: int) -> Starts:
        written = self._form.written
        if written in (SINCE_BOOT, SECONDS):
            return self._counted(data, places)
        if written == SYSLOG:
            return self._without_year(data, places, block, before)
        if written in _FIXED:
            return self._local(_first_fitting(data, places, _FIXED[written]), before)
        return self._with_tail(data, places, _WITH_TAIL[written], before)

    def _without_year(self, data: Bytes, places: Starts, block: Block, before: int) -> Starts:
        # Many lines are of the same second as the line before, and that is read once.
        differs = differing(data, places, len(_NO_YEAR))
        firsts = np.flatnonzero(differs)
        named = read(gathered(data, places[firsts], len(_NO_YEAR)), _NO_YEAR)
        assert self._years is not None  # noqa: S101 - for the type checker
        dated = named._replace(year=self._years.of(days_of(named), places[firsts] + block.offset))
        moments = self._local(dated.moment(), before)[np.cumsum(differs) - 1]
        behind = places + len(_NO_YEAR)
        pointed = data[np.minimum(behind, len(data) - 1)] == ord(".")
        if pointed.any():
            tail = read_tail(gathered(data, behind, TAIL), lambda _name: None)
            moments += np.where(moments != UNKNOWN, tail.fraction, 0)
        return np.asarray(moments)

    def _with_tail(self, data: Bytes, places: Starts, template: str, before: int) -> Starts:
        columns = gathered(data, places, len(template) + TAIL)
        local = read(columns[: len(template)], template).moment()
        tail = read_tail(columns[len(template) :], self._named(local))
        known = local != UNKNOWN
        local += tail.fraction
        if tail.zoned.all():
            return np.where(known, local - tail.east * SECOND, UNKNOWN)
        placed = np.where(known & ~tail.zoned, local, UNKNOWN)
        times = self._local(placed, before)
        zoned = known & tail.zoned
        times[zoned] = local[zoned] - tail.east[zoned] * SECOND
        return times

    def _named(self, local: Starts) -> Callable[[str], int | None]:
        """Returns what knows zones by their names about the time of a block."""
        about = np.datetime64(int(local.max(initial=0)), "us").astype("M8[Y]").astype(int) + 1970
        return lambda name: self._about.zone.offset_named(name, int(about))

    def _local(self, local: Starts, before: int) -> Starts:
        """Returns the moments of local times, UNKNOWN where these are."""
        known = local != UNKNOWN
        if known.all():
            return self._about.zone.utc(local, before)
        times = np.full(len(local), UNKNOWN)
        times[known] = self._about.zone.utc(local[known], before)
        return times

    def _counted(self, data: Bytes, places: Starts) -> Starts:
        moments, known = read_seconds(gathered(data, places, _NUMBER_WIDTH))
        if self._form.written == SINCE_BOOT:
            known &= self._about.boot != UNKNOWN
            moments = moments + self._about.boot
        return np.where(known, moments, UNKNOWN)

    def _days(self, lines: bytes) -> tuple[Starts, Starts]:
        """Returns where times of lines start, and the days named without a year; -1 for none."""
        block = _block_of(lines)
        places = self._places.find(block)
        columns = gathered(np.frombuffer(block.data, np.uint8), places, len(_NO_YEAR))
        return places, days_of(read(columns, _NO_YEAR))

    def _before(self, block: Block) -> int:
        """Returns the time of the last line before a block."""
        if block.number - 1 in self._ends:
            return self._ends[block.number - 1]
        if self._form.written == NO_TIME:
            return UNKNOWN
        end, step = block.offset, _STEP
        lowest = max(0, end - _BACK)
        while end > lowest:
            begin = max(lowest, end - step)
            times = self._times_between(begin, end)
            if len(times):
                return int(times[-1])
            end, step = begin, 4 * step
        return UNKNOWN

    def _times_between(self, begin: int, end: int) -> Starts:
        """Returns the times of the lines that start in a part of the text before a block."""
        # The line before may begin there, and a time may go on behind.
        offset = max(0, begin - 1)
        held = read_lines(self._text, offset, end - offset + 2 * TAIL)
        first = held.find(b"\n") + 1 if begin else 0
        if begin and not first:
            return np.zeros(0, np.int64)
        part = _block_of(held[first:], offset + first)
        own = self.own(part)
        return np.asarray(own[(part.starts + part.offset < end) & (own != UNKNOWN)])


# How a time is written that a fraction or a zone may follow, and one that stands alone.
_WITH_TAIL: Mapping[int, str] = {
    ISO: "YYYY-mm-ddTHH:MM:SS",
    APT: "YYYY-mm-dd  HH:MM:SS",
    ACCESS: "dd/bbb/YYYY:HH:MM:SS",
    TOMCAT: "dd-bbb-YYYY HH:MM:SS",
    REDIS: "dd bbb YYYY HH:MM:SS",
}
_FIXED: Mapping[int, tuple[str, ...]] = {
    APACHE: ("www bbb dd HH:MM:SS YYYY", "www bbb dd HH:MM:SS.ffffff YYYY"),
    JAVA: ("bbb dd, YYYY H:MM:SS Aw", "bbb dd, YYYY HH:MM:SS Aw"),
}
_NO_YEAR = "bbb dd HH:MM:SS"


def _first_fitting(data: Bytes, places: Starts, templates: Sequence[str]) -> Starts:
    """Returns what the clocks showed, by the first template that fits."""
    columns = gathered(data, places, max(map(len, templates)))
    local = np.full(len(places), UNKNOWN)
    for template in templates:
        local = np.where(local == UNKNOWN, read(columns[: len(template)], template).moment(), local)
    return local


def _block_of(lines: bytes, offset: int = 0) -> Block:
    """Returns lines at hand as a block."""
    last = lines.rfind(b"\n", 0, max(0, len(lines) - 1)) + 1
    return Block(0, offset, lines, (0, last, len(lines)), offset + len(lines))


def _filled(times: Starts, before: int) -> Starts:
    """Returns times in which each unknown one is that before it."""
    known = times != UNKNOWN
    if known.all():
        return times
    last = np.maximum.accumulate(np.where(known, np.arange(len(times)), -1))
    return np.where(last >= 0, times[np.maximum(last, 0)], before)
