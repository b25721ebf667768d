"""When the lines of a text stand on an axis of time, known block by block.

A line stands at the latest time that was read up to it: so lines never change their order, what has
no time of its own stays with the line before it, and a clock that went back holds up only what came
while it was behind. What comes before the first time stands there too. A time that is yet to come
is none: one line dated 2038 would have all behind it stand there.
"""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from sysgui.panels.logs.file.understood import Understood
from sysgui.panels.logs.formats.stamps import UNKNOWN
from sysgui.panels.logs.text.blocks import Block, Readable
from sysgui.panels.logs.text.counts import Counts
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.wanted import Sight

from .order import Keys

# The times of so many lines are remembered, with where the lines start: 16 bytes each.
REMEMBERED = 200_000


class Clock:
    """Learns the times of a text in the pass that finds the rows.

    Args:
        text: The text.
        log: What is understood of it.

    Attributes:
        first: The first time in it, in microseconds since 1970; UNKNOWN as long as there is none.
    """

    def __init__(self, text: Readable, log: Understood) -> None:
        self._text = text
        self._log = log
        self._times = log.times
        self._last = Counts()
        self._kept: OrderedDict[int, tuple[Keys, Keys]] = OrderedDict()
        self._held = 0
        self.first = UNKNOWN

    @property
    def known(self) -> int:
        """Of how many blocks the times are known."""
        return self._last.known

    @property
    def ends(self) -> Keys:
        """When the last line of each known block stands, shape (known,)."""
        return np.maximum(self._last.numbers, self.first)

    def watch(self, sight: Sight) -> None:
        """Learns the times of the next block; of one that is known, it knows them already.

        Raises:
            OSError: As pread(2) says.
        """
        if sight.block.number != self.known:
            return
        keys = self._running(sight.block)
        self._last.append(int(keys[-1]) if len(keys) else self._before(sight.block.number))
        if self.first == UNKNOWN:
            self._begin_at(int(next(iter(keys[keys != UNKNOWN]), UNKNOWN)))

    def forget_from(self, block: int) -> None:
        """Forgets what has changed."""
        self._last.cut(block)
        if self._before(self.known) == UNKNOWN:
            self._begin_at(UNKNOWN)
        for number in [number for number in self._kept if number >= block]:
            self._held -= len(self._kept.pop(number)[0])

    def at(self, offset: int) -> int:
        """Returns when the line stands that starts at an offset, or the next one.

        Raises:
            OSError: As pread(2) says.
        """
        number = self._text.block_of(offset)
        if number >= self.known:
            return int(self.ends[-1]) if self.known else UNKNOWN
        starts, keys = self.lines(number)
        place = int(np.searchsorted(starts, offset))
        return int(keys[place] if place < len(keys) else self.ends[number])

    def glance(self, offsets: Sequence[int]) -> Keys:
        """Returns about when some lines stand, whatever is known of the blocks before theirs.

        Args:
            offsets: Where in the text they start, ascending.

        Raises:
            OSError: As pread(2) says.
        """
        found = [np.zeros(0, np.int64)]
        for number in dict.fromkeys(map(self._text.block_of, offsets)):
            block = self._text.block(number)
            keys = running(self._times.times(block), UNKNOWN, self._log.latest)
            found.append(keys[np.isin(block.starts + block.offset, offsets)])
        return np.maximum.accumulate(np.concatenate(found))

    def lines(self, number: int) -> tuple[Keys, Keys]:
        """Returns where in the text the lines of a known block start, and when they stand.

        Raises:
            OSError: As pread(2) says.
        """
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        block = self._text.block(number)
        found = block.starts + block.offset, np.maximum(self._running(block), self.first)
        self._kept[number] = found
        self._held += len(found[0])
        while self._held > REMEMBERED and len(self._kept) > 1:
            _oldest, (starts, _keys) = self._kept.popitem(last=False)
            self._held -= len(starts)
        return found

    def _begin_at(self, first: int) -> None:
        """Takes note of the first time; the lines before it stand there, kept ones as well."""
        if first != self.first:
            self.first = first
            self._kept.clear()
            self._held = 0

    def _running(self, block: Block) -> Keys:
        return running(self._times.times(block), self._before(block.number), self._log.latest)

    def _before(self, number: int) -> int:
        """Returns when the line before a block stands."""
        return int(self._last.numbers[number - 1]) if number else UNKNOWN


def running(times: Keys, before: int, latest: int) -> Keys:
    """Returns when lines stand.

    Args:
        times: When they were written, UNKNOWN where that is not known.
        before: When the line before them stands.
        latest: No line was written later.
    """
    known = np.where(times <= latest, times, UNKNOWN)
    return np.maximum(np.maximum.accumulate(known), before)


class InTime:
    """Rows of a text that stand in order of time.

    Args:
        rows: The rows.
        clock: Of the text.
        complete: Whether no more of them are going to be found.
    """

    def __init__(self, rows: Rows, clock: Clock, *, complete: bool) -> None:
        self._rows = rows
        self._clock = clock
        self._known = min(rows.counts.known, clock.known)
        self._ends = clock.ends[: self._known]
        self._complete = complete
        self._at_hand: tuple[int, Keys] = (-1, self._ends)

    @property
    def reached(self) -> int | None:
        """Before which time all rows are known; None: all there are."""
        if self._complete:
            return None
        return int(self._ends[-1]) if self._known else UNKNOWN

    def __len__(self) -> int:
        """Returns how many are known."""
        return self._rows.counts.before(self._known)

    def rank(self, time: int) -> int:
        """Returns how many stand before a time.

        Raises:
            OSError: As pread(2) says.
        """
        block = self._block_at(time)
        before = self._rows.counts.before(block)
        if block == self._known or self._rows.counts.before(block + 1) == before:
            return before
        return before + int(np.searchsorted(self._keys(block), time))

    def bounds(self, time: int) -> tuple[int, int]:
        """Returns how many stand before a time at least, and at most, without reading anything."""
        block = self._block_at(time)
        counts = self._rows.counts
        return counts.before(block), counts.before(min(block + 1, self._known))

    def keys(self, first: int, count: int) -> Keys:
        """Returns when some rows stand, from a row on; fewer at the end.

        Raises:
            OSError: As pread(2) says.
        """
        found = [np.zeros(0, np.int64)]
        left = min(count, len(self) - first)
        while left > 0:
            block, place = self._rows.counts.locate(first)
            keys = self._keys(block)[place : place + left]
            if not len(keys):
                break  # The text has become shorter than what was counted.
            found.append(keys)
            first += len(keys)
            left -= len(keys)
        return np.concatenate(found)

    def marks(self) -> tuple[Keys, Keys]:
        """Returns some rows, and when they stand."""
        rows = np.cumsum(self._rows.counts.numbers[: self._known])
        return np.append(0, rows), np.append(self._clock.first, self._ends)

    def _block_at(self, time: int) -> int:
        """Returns the first block that has a line at a time, or after it."""
        return int(np.searchsorted(self._ends, time))

    def _keys(self, block: int) -> Keys:
        """Returns when the rows of a block stand."""
        # Somebody who looks for a row comes by the same blocks again and again.
        if self._at_hand[0] != block:
            starts, keys = self._clock.lines(block)
            rows = self._rows.starts(block)
            if len(rows) < len(starts):
                keys = keys[np.searchsorted(starts, rows)]
            self._at_hand = block, keys
        return self._at_hand[1]
