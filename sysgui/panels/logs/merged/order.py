"""Rows of several logs as one, in the order of time, without a number kept for each.

A row stands at the latest time that its own log had come to with it: where the times of a log go
back its lines stay together. Rows of the same time come in the order of the logs. So the number of
a row is the sum of how many rows each log has before it, and the row of a number is found by
looking for the time at which that sum is reached.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]


class Ordered(Protocol):
    """Rows of one log that stand in order of time."""

    @property
    def reached(self) -> int | None:
        """Before which time all rows are known; None: all there are."""
        ...

    def __len__(self) -> int:
        """Returns how many are known."""
        ...

    def rank(self, time: int) -> int:
        """Returns how many stand before a time.

        Raises:
            OSError: As pread(2) says.
        """
        ...

    def bounds(self, time: int) -> tuple[int, int]:
        """Returns how many stand before a time at least, and at most, without reading anything."""
        ...

    def keys(self, first: int, count: int) -> Keys:
        """Returns when some rows stand, from a row on; fewer at the end.

        Raises:
            OSError: As pread(2) says.
        """
        ...

    def marks(self) -> tuple[Keys, Keys]:
        """Returns some rows, and when they stand: none before the first, none behind the last."""
        ...


class Shifted:
    """Rows of a log whose clock is behind.

    Args:
        rows: Of the log.
        offset: How much, in microseconds.
    """

    def __init__(self, rows: Ordered, offset: int) -> None:
        self._rows = rows
        self._offset = offset

    @property
    def reached(self) -> int | None:
        """Before which time all rows are known."""
        reached = self._rows.reached
        return None if reached is None else reached + self._offset

    def __len__(self) -> int:
        """Returns how many are known."""
        return len(self._rows)

    def rank(self, time: int) -> int:
        """Returns how many stand before a time."""
        return self._rows.rank(time - self._offset)

    def bounds(self, time: int) -> tuple[int, int]:
        """Returns how many stand before a time at least, and at most."""
        return self._rows.bounds(time - self._offset)

    def keys(self, first: int, count: int) -> Keys:
        """Returns when some rows stand."""
        return self._rows.keys(first, count) + self._offset

    def marks(self) -> tuple[Keys, Keys]:
        """Returns some rows, and when they stand."""
        rows, keys = self._rows.marks()
        return rows, keys + self._offset


class Place(NamedTuple):
    """One row of several logs.

    Attributes:
        member: Of which of the logs it is.
        row: Which of its rows.
        key: When it stands.
    """

    member: int
    row: int
    key: int


class Order:
    """The rows of several logs.

    Args:
        members: The rows of each.

    Raises:
        OSError: As pread(2) says.
    """

    def __init__(self, members: Sequence[Ordered]) -> None:
        self._members = members
        # What comes later may have rows before it that are not known yet.
        bounds = [rows.reached for rows in members if rows.reached is not None]
        self._ends = [rows.rank(min(bounds)) if bounds else len(rows) for rows in members]
        self._total = sum(self._ends)

    def __len__(self) -> int:
        """Returns how many rows are known, each of which has all that come before it."""
        return self._total

    def before(self, time: int) -> int:
        """Returns how many rows stand before a time.

        Raises:
            OSError: As pread(2) says.
        """
        return sum(rows.rank(time) for rows in self._members)

    def row_of(self, place: Place) -> int:
        """Returns the row that a row of one of the logs is, or would be.

        Raises:
            OSError: As pread(2) says.
        """
        return place.row + sum(
            rows.rank(place.key + (member < place.member))
            for member, rows in enumerate(self._members)
            if member != place.member
        )

    def places(self, first: int, count: int) -> list[Place]:
        """Returns where some rows are, from a row on; fewer at the end.

        Raises:
            OSError: As pread(2) says.
        """
        count = min(count, self._total - first)
        if count <= 0:
            return []
        begins = self._begins(first)
        keys = [
            rows.keys(begin, min(count, end - begin))
            for rows, begin, end in zip(self._members, begins, self._ends, strict=True)
        ]
        members = np.repeat(np.arange(len(keys)), [len(some) for some in keys])
        rows = np.concatenate(
            [np.arange(len(some)) + b for some, b in zip(keys, begins, strict=True)]
        )
        whole = np.concatenate(keys)
        # Of the same time, what comes first in this array comes first.
        chosen = whole.argsort(kind="stable")[:count]
        return [
            Place(*place)
            for place in zip(
                members[chosen].tolist(), rows[chosen].tolist(), whole[chosen].tolist(), strict=True
            )
        ]

    def share(self, member: int, rows: npt.NDArray[np.float64]) -> Keys:
        """Returns about which rows the rows of one of the logs are."""
        numbers, keys = self._members[member].marks()
        if not len(numbers):
            return rows.astype(np.int64)
        times = np.interp(rows, numbers, keys)
        found = rows.copy()
        for other, its in enumerate(self._members):
            its_numbers, its_keys = its.marks()
            if other != member and len(its_numbers):
                # Before its first row and behind its last there are none of it.
                found += np.interp(times, its_keys, its_numbers, left=0, right=self._ends[other])
        return found.astype(np.int64)

    def _begins(self, row: int) -> list[int]:
        """Returns how many rows of each log stand before a row."""
        time = self._time_of(row)
        begins = [rows.rank(time) for rows in self._members]
        left = row - sum(begins)
        for member, rows in enumerate(self._members):
            if not left:
                break
            # Those of the same time, log by log.
            same = min(left, rows.rank(time + 1) - begins[member])
            begins[member] += same
            left -= same
        return begins

    def _time_of(self, row: int) -> int:
        """Returns when a row stands: the last time before which no more rows stand than `row`."""
        filled = [rows for rows, end in zip(self._members, self._ends, strict=True) if end]
        marks = [rows.marks()[1] for rows in filled]
        low, high = min(int(keys[0]) for keys in marks), max(int(keys[-1]) for keys in marks) + 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._has_before(middle, row):
                high = middle
            else:
                low = middle
        return low

    def _has_before(self, time: int, row: int) -> bool:
        """Tells whether more rows than `row` stand before a time."""
        bounds = [rows.bounds(time) for rows in self._members]
        least = sum(low for low, _high in bounds)
        most = sum(high for _low, high in bounds)
        for rows, (low, high) in zip(self._members, bounds, strict=True):
            if least > row or most <= row:
                break
            if low != high:
                exact = rows.rank(time)
                least += exact - low
                most += exact - high
        return least > row
