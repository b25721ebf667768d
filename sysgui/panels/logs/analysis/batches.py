"""The rows of a log, one batch after the other, whatever kind of log it is."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.formats.form import Form
from sysgui.panels.logs.formats.spans import part_of, parts_of
from sysgui.panels.logs.journal.entries import Entry
from sysgui.panels.logs.journal.log import JournalLog
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.merged.log import MergedLog
from sysgui.panels.logs.page import Log
from sysgui.panels.logs.text.levels import NAMES, Levels
from sysgui.panels.logs.text.wanted import Sight

from .batch import NO_LEVEL, Batch, Knowing, Numbers, Parts

# So many entries or rows are taken at once.
_AT_ONCE = 1000

# As much of a line is looked at where lines come one by one, in bytes.
_WHOLE = 1 << 16


class Step(NamedTuple):
    """One step through a log.

    Attributes:
        done: Which part of the log has been looked through, 0 to 1.
        batch: The next rows; None if there are none yet.
    """

    done: float
    batch: Batch | None = None


def steps(log: Log) -> Iterator[Step]:
    """Goes once through the rows of a log, as it is now.

    Raises:
        OSError: As pread(2) says.
        Problem: As the log's `go_on` says.
    """
    if isinstance(log, OpenLog):
        yield from _of_text(log)
    elif isinstance(log, JournalLog):
        yield from _of_entries(log)
    else:
        yield from _of_rows(log)


class _ByForm:
    """Knows the parts of lines by the form of their log.

    Args:
        form: The form.
    """

    def __init__(self, form: Form) -> None:
        self._form = form

    def parts(self, _row: int, text: str) -> Parts:
        return parts_of(text, self._form)

    def value(self, _row: int, name: str, text: str) -> str:
        return part_of(text, self._form, name)


class _OfLines:
    """Knows the parts of lines that come with them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    def parts(self, row: int, _text: str) -> Parts:
        return self._lines[row].parts

    def value(self, row: int, name: str, _text: str) -> str:
        line = self._lines[row]
        begin, end = line.parts.get(name, (0, 0))
        return line.text[begin:end]


class _OfEntries(_OfLines):
    """Knows the fields of entries."""

    def __init__(self, lines: Sequence[Line], entries: Sequence[Entry]) -> None:
        super().__init__(lines)
        self._entries = entries

    def value(self, row: int, name: str, _text: str) -> str:
        entry = self._entries[row]
        return entry.unit if name == "unit" else entry.identifier


def _of_text(log: OpenLog) -> Iterator[Step]:
    while not log.unpack():
        yield Step(0.0)
    knowing = _ByForm(log.lines_form)
    blocks = log.blocks
    for number, (sight, rows, times) in enumerate(log.sights(), 1):
        yield Step(number / blocks, _of_sight(sight, sight.select(rows), times, log.rules, knowing))


def _of_sight(
    sight: Sight, rows: Numbers, times: Numbers, rules: Levels, knowing: Knowing
) -> Batch:
    block = sight.block
    starts = block.starts
    levels = np.full(len(starts), NO_LEVEL)
    for level in range(len(NAMES)):
        levels[np.searchsorted(starts, sight.at_level(level, rules))] = level
    data = bytes(block.data)
    if len(rows) < len(starts):
        chosen = np.searchsorted(starts, rows)
        levels, times = levels[chosen], times[chosen]
        ends = np.append(starts[1:], len(data))[chosen]
        pairs = zip(rows.tolist(), ends.tolist(), strict=True)
        data = b"".join([data[start:end] for start, end in pairs])
    if data and not data.endswith(b"\n"):
        data += b"\n"
    return Batch(data, levels, times, rows + block.offset, knowing)


def _of_entries(log: JournalLog) -> Iterator[Step]:
    total = max(1, log.lines)
    done = 0
    entries = log.stream()
    while some := list(islice(entries, _AT_ONCE)):
        done += len(some)
        lines = [log.line(entry) for entry in some]
        yield Step(min(1.0, done / total), _joined(lines, _OfEntries(lines, some)))


def _of_rows(log: MergedLog) -> Iterator[Step]:
    while not log.settled:
        log.go_on(0.1)
        yield Step(0.5 * log.scanned)
    total = max(1, log.matched)
    row = 0
    while row < log.matched:
        _first, lines = log.rows(row, _AT_ONCE, _WHOLE)
        if not lines:
            break
        row += len(lines)
        sources = np.array([line.source for line in lines], np.int64)
        yield Step(0.5 + 0.5 * row / total, _joined(lines, _OfLines(lines), sources))


def _joined(lines: Sequence[Line], knowing: Knowing, sources: Numbers | None = None) -> Batch:
    # In one line each, as queries are tried with them.
    data = "".join([line.text.replace("\n", " ") + "\n" for line in lines])
    levels = np.array([line.level for line in lines], np.int64)
    levels[levels < 0] = NO_LEVEL
    return Batch(
        data.encode("utf-8", "replace"),
        levels,
        np.array([line.time for line in lines], np.int64),
        [line.offset for line in lines],
        knowing,
        sources,
    )
