"""What the index is asked for, asked of journalctl: it reads all entries, and takes its time.

Each answer comes with what journalctl complained of when it had to give up; "" if it did not.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np

from sysgui.system.host import Host

from .child import journalctl
from .export import Exported, Fields, level_of, time_of
from .select import Times
from .source import JournalSource
from .tally import Axis, Columns, Tally, added, joined, tally
from .wanted import Wanted

# So many entries are counted at once.
_BATCH = 1 << 16

# As the index has it: more values are not told apart.
_MOST = 100_000

_BOOT = b"_BOOT_ID"

_Found = TypeVar("_Found")


def tally_of(host: Host, source: JournalSource, wanted: Wanted, on: Axis) -> tuple[Tally, str]:
    """Counts entries.

    Raises:
        Problem: `no-program` without journalctl.
    """
    return _read(
        host, source, wanted, ["PRIORITY"], lambda entries: added(_tallies(entries, on), on)
    )


def columns_of(host: Host, source: JournalSource, wanted: Wanted) -> tuple[Columns, str]:
    """Returns when the entries that are wanted came, and of which level they are.

    Raises:
        Problem: `no-program` without journalctl.
    """
    return _read(host, source, wanted, ["PRIORITY"], lambda entries: joined(_columns(entries)))


def times_of(host: Host, source: JournalSource, wanted: Wanted) -> tuple[Times, str]:
    """Returns when the entries that are wanted came.

    Raises:
        Problem: `no-program` without journalctl.
    """
    return _read(
        host,
        source,
        wanted,
        ["_BOOT_ID"],
        lambda entries: np.fromiter(map(time_of, entries), np.int64),
    )


def span(host: Host, source: JournalSource) -> tuple[tuple[int, int] | None, str]:
    """Returns when the earliest and the latest entry came.

    Raises:
        Problem: `no-program` without journalctl.
    """
    nothing = Axis(0, 1, 0)
    found, lost = tally_of(host, source, Wanted(), nothing)
    if found.first is None or found.last is None:
        return None, lost
    return (found.first, found.last), lost


def values(host: Host, source: JournalSource, field: str) -> tuple[list[tuple[bytes, int]], str]:
    """Counts the entries of each value of a field.

    Raises:
        Problem: `no-program` without journalctl.
    """
    name = field.encode()

    def count(entries: Iterator[Fields]) -> list[tuple[bytes, int]]:
        sums: dict[bytes, int] = {}
        for entry in entries:
            for value in entry.get(name, ()):
                if value in sums or len(sums) < _MOST:
                    sums[value] = sums.get(value, 0) + 1
        return list(sums.items())

    return _read(host, source, Wanted(), [field], count)


def boots(host: Host, source: JournalSource) -> tuple[list[tuple[str, int, int, int]], str]:
    """Returns of each boot its name, its earliest and latest entry, and how many it has.

    Raises:
        Problem: `no-program` without journalctl.
    """

    def count(entries: Iterator[Fields]) -> list[tuple[str, int, int, int]]:
        found: dict[bytes, tuple[int, int, int]] = {}
        for entry in entries:
            time = time_of(entry)
            for name in entry.get(_BOOT, ()):
                first, last, number = found.get(name, (time, time, 0))
                found[name] = min(first, time), max(last, time), number + 1
        return [(name.decode("ascii", "replace"), *its) for name, its in found.items()]

    return _read(host, source, Wanted(), ["_BOOT_ID"], count)


def _read(
    host: Host,
    source: JournalSource,
    wanted: Wanted,
    fields: Sequence[str],
    count: Callable[[Iterator[Fields]], _Found],
) -> tuple[_Found, str]:
    options = [f"--output-fields={','.join(fields)}", *source.options(), *wanted.options()]
    with journalctl(host, options) as child:
        found = count(iter(Exported(child.stream)))
        return found, child.complaint()


def _tallies(entries: Iterator[Fields], on: Axis) -> Iterator[Tally]:
    return (tally(columns, on) for columns in _columns(entries))


def _columns(entries: Iterator[Fields]) -> Iterator[Columns]:
    while batch := list(islice(entries, _BATCH)):
        times = np.fromiter(map(time_of, batch), np.int64, len(batch))
        levels = np.fromiter(map(level_of, batch), np.uint8, len(batch))
        yield Columns(times, levels)
