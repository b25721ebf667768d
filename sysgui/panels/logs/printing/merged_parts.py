"""The lines of one of several logs that are printed in the order of time."""

import sys
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sysgui.panels.logs.file.rotated import older_files
from sysgui.panels.logs.file.understood import Raw, Understood
from sysgui.panels.logs.formats.form import NO_TIME
from sysgui.panels.logs.formats.stamps import UNKNOWN
from sysgui.panels.logs.journal.entries import Entry, JournalEntries
from sysgui.panels.logs.journal.follow import Follower
from sysgui.panels.logs.journal.followed import Followed as FollowedJournal
from sysgui.panels.logs.journal.near import Picked
from sysgui.panels.logs.journal.question import around, split
from sysgui.panels.logs.journal.source import source_of
from sysgui.panels.logs.merged.clock import running
from sysgui.panels.logs.merged.order import Keys
from sysgui.panels.logs.query import LogLanguage
from sysgui.panels.logs.sought import ROWS
from sysgui.panels.logs.text.around import Around
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.joined import Original
from sysgui.panels.logs.text.recode import Recoded, without_colours
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import All, Condition, Sight
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line

from .following import Tail
from .journal_lines import BATCH, WHOLE, JournalLines, boot_named, row_of
from .original import write_original
from .told import Teller


class Chunk(NamedTuple):
    """Some lines.

    Attributes:
        keys: When each stands by the clock of all, ascending; at least one.
        write: Prints one of them.
        gaps: Whether lines of the same log are left out right before each, where those around
            others are printed; None where they are not, or that is not told.
    """

    keys: Keys
    write: Callable[[int], None]
    gaps: npt.NDArray[np.bool_] | None = None


class Printed(NamedTuple):
    """How lines of a log are printed.

    Attributes:
        path: By which the log is opened alone.
        offset: How much its clock is behind, in microseconds.
        json: Whether as lines of JSON, which tell the log and the time.
        prefix: What stands before each line else.
        context: So many lines before and after each, in its own log, are printed too.
    """

    path: str
    offset: int
    json: bool
    prefix: str
    context: int = 0

    @property
    def is_bare(self) -> bool:
        """Whether lines are printed byte for byte."""
        return not self.json and not self.prefix and not sys.stdout.isatty()

    def line(self, line: Original, key: int) -> None:
        """Prints a line of a text."""
        if self.json:
            write_original(line, json=True, source=self.path, time=key)
        else:
            pieces = chain([self.prefix.encode()], line.pieces)
            write_original(line._replace(pieces=pieces), json=False)

    def entry(self, entry: Entry, text: str, key: int) -> None:
        """Prints an entry of a journal, which reads as `text`."""
        if self.json:
            write_line({"source": self.path, **row_of(entry), "time": key}, at_once=False)
        elif sys.stdout.isatty():
            print(self.prefix + text)
        else:
            # As the lines of texts are written, so that they stay in order.
            sys.stdout.buffer.write(f"{self.prefix}{text}\n".encode("utf-8", "replace"))


# What has come: when each line stands, and what prints it.
Came = list[tuple[int, Callable[[], None]]]


class Part(Protocol):
    """One of the logs."""

    @property
    def language(self) -> LogLanguage:
        """What can be asked of its lines."""
        ...

    @property
    def trouble(self) -> str:
        """Why not all of it is there; "" if nothing is wrong."""
        ...

    @property
    def complete(self) -> bool:
        """Whether all of it could be read, as far as that is known by now."""
        ...

    def count(self, wanted: Condition) -> int:
        """Returns how many lines are wanted."""
        ...

    def chunks(self, wanted: Condition) -> Iterator[Chunk]:
        """Yields the wanted lines; the next are read when those before are printed."""
        ...

    def follow(self, wanted: Callable[[], Condition], *, since: bool) -> None:
        """Begins to wait for lines.

        Args:
            wanted: Returns which are wanted, in the language that the log has by then.
            since: Whether those that are there already are meant as well.
        """
        ...

    def came(self) -> Came:
        """Returns what has come since the last time."""
        ...

    def close(self) -> None:
        """Ends what goes on for it."""
        ...


class TextPart:
    """A text.

    Args:
        host: The machine.
        printed: How it is printed.
        older: Whether what was rotated away from it is its begin.

    Raises:
        OSError: As pread(2) says.
        Problem: `unreadable`, `not-a-file`.
    """

    def __init__(self, host: Host, printed: Printed, *, older: bool) -> None:
        self._host = host
        self._printed = printed
        path = printed.path
        self._followed = Followed(host, path, older_files(host, path) if older else ())
        self._followed.unpack_all()
        self._log = Understood(host, self._followed)
        self._last = self._first = self._first_time()
        self._tail: Tail | None = None
        self._waiting: Came = []

    @property
    def language(self) -> LogLanguage:
        """What can be asked of its lines."""
        return self._log.language

    @property
    def trouble(self) -> str:
        """Why not all of it is there; "" if nothing is wrong."""
        if self._first == UNKNOWN and self._followed.text.size:
            return _("No line says when it was written, so none has a place among the others.")
        return self._followed.trouble

    @property
    def complete(self) -> bool:
        """Whether all of it could be read."""
        return not self.trouble

    def _first_time(self) -> int:
        """Returns the first time in it: what stands before has its place there."""
        text, times = self._followed.text, self._log.times
        if self._log.form.written != NO_TIME:
            for number in range(len(text)):
                keys = running(times.times(text.block(number)), UNKNOWN, self._log.latest)
                if len(keys) and keys[-1] != UNKNOWN:
                    return int(keys[keys != UNKNOWN][0])
        return UNKNOWN

    def count(self, wanted: Condition) -> int:
        """Returns how many lines are wanted."""
        if self._first == UNKNOWN:
            return 0
        scan = Scan(self._followed.text, {ROWS: wanted})
        scan.go_on(float("inf"))
        return scan.counts[ROWS].total

    def chunks(self, wanted: Condition) -> Iterator[Chunk]:
        """Yields the wanted lines."""
        text, last = self._followed.text, self._first
        if self._printed.context:
            wanted = Around(wanted, self._printed.context, text)
        teller = Teller(self._log, json=self._printed.json)
        scan = Scan(text, {ROWS: wanted, **teller.needed})
        # How many lines came before this block, and which was printed last.
        before, latest = 0, -1
        for number in range(len(text) if self._first != UNKNOWN else 0):
            sight = scan.sight(number)
            block, rows = sight.block, sight.select(wanted)
            if not len(block.starts):
                continue
            keys = running(self._log.times.times(block), last, self._log.latest)
            last = int(keys[-1])
            if len(rows):
                places = np.searchsorted(block.starts, rows)
                gaps = np.diff(places + before, prepend=latest) > 1
                latest = before + int(places[-1])
                chunk = self._chunk(teller, sight, places, keys[places] + self._printed.offset)
                yield chunk._replace(gaps=gaps) if self._marks_gaps else chunk
            before += len(block.starts)

    @property
    def _marks_gaps(self) -> bool:
        return bool(self._printed.context) and not self._printed.json

    def _chunk(self, teller: Teller, sight: Sight, places: Keys, keys: Keys) -> Chunk:
        text, printed, block = self._followed.text, self._printed, sight.block
        starts = block.starts[places].tolist()
        # They are printed in the same order, one by one.
        lines = teller.lines(text, sight, block.starts[places])

        def write_told(row: int) -> None:
            printed.line(next(lines), int(keys[row]))

        if not printed.is_bare or any(isinstance(part, Recoded) for part in text.parts):
            return Chunk(keys, write_told)
        ends = np.append(block.starts[1:], 0)[places].tolist()
        data, write = block.data, sys.stdout.buffer.write

        def write_bare(row: int) -> None:
            if ends[row]:
                write(data[starts[row] : ends[row]])
            else:
                # The last one may be longer than the block.
                printed.line(text.original(block, starts[row]), int(keys[row]))

        return Chunk(keys, write_bare)

    def follow(self, wanted: Callable[[], Condition], *, since: bool) -> None:
        """Begins to wait for lines."""
        self._tail = Tail(
            self._followed,
            self._understood,
            lambda _log: wanted(),
            self._take,
            begin=0 if since else -1,
            json=self._printed.json,
        )

    def _understood(self) -> Understood:
        self._log = Understood(self._host, self._followed)
        return self._log

    def _take(self, line: Original) -> None:
        """Takes a line that has come."""
        whole = b"".join(line.pieces)
        bare = without_colours(whole).removesuffix(b"\n")
        (time,) = self._log.times_of([Raw(line.offset, bare.removesuffix(b"\r"), len(bare))])
        self._last = max(self._last, time if time <= self._log.latest else UNKNOWN)
        key = self._last + self._printed.offset
        kept = line._replace(pieces=iter([whole]))
        self._waiting.append((key, lambda: self._printed.line(kept, key)))

    def came(self) -> Came:
        """Returns what has come since the last time."""
        if self._tail is not None:
            self._tail.step()
        came, self._waiting = self._waiting, []
        return came

    def close(self) -> None:
        """Does nothing: nothing goes on."""


class JournalPart:
    """A journal.

    Args:
        host: The machine.
        printed: How it is printed.
        boot: Of which boot entries are wanted, as `--boot` has it; None: of all.

    Attributes:
        language: What can be asked of its entries.
        trouble: What goes wrong is told when it does: "".

    Raises:
        Problem: As `run_journal` says.
    """

    trouble = ""

    def __init__(self, host: Host, printed: Printed, boot: str | None) -> None:
        self._host = host
        self._printed = printed
        self._source = source_of(printed.path)
        self._lines = JournalLines(host, self._source, json=printed.json, context=printed.context)
        self.language = self._lines.language
        self._boot: list[Condition] = []
        if boot is not None:
            name = boot_named(host, self._source, boot)
            self._boot.append(self.language.compile(f"boot={name}"))
        self._followed: FollowedJournal | None = None
        self._waiting: list[Entry] = []
        self._last = UNKNOWN

    @property
    def complete(self) -> bool:
        """Whether all of it could be read, as far as that is known by now."""
        return self._lines.complete

    def _ask(self, wanted: Condition) -> None:
        self._lines.ask(split(All([wanted, *self._boot])))

    def count(self, wanted: Condition) -> int:
        """Returns how many entries are wanted."""
        self._ask(wanted)
        return self._lines.count()

    def chunks(self, wanted: Condition) -> Iterator[Chunk]:
        """Yields the wanted entries."""
        picked = self._picked(wanted)
        marks_gaps = bool(self._printed.context) and not self._printed.json
        last = UNKNOWN
        while batch := list(islice(picked, BATCH)):
            times = np.fromiter((each.entry.time for each in batch), np.int64, len(batch))
            keys = np.maximum(np.maximum.accumulate(times), last)
            last = int(keys[-1])
            chunk = self._chunk([each.entry for each in batch], keys + self._printed.offset)
            gaps = np.fromiter((each.gap for each in batch), np.bool_, len(batch))
            yield chunk._replace(gaps=gaps) if marks_gaps else chunk

    def _picked(self, wanted: Condition) -> Iterator[Picked]:
        """Returns the wanted entries, and those near them if these are printed too."""
        if self._printed.context:
            self._lines.ask(around(All([wanted, *self._boot])))
            return self._lines.around()
        self._ask(wanted)
        return (Picked(entry, found=False) for entry in self._lines.entries())

    def _chunk(self, batch: list[Entry], keys: Keys) -> Chunk:
        return Chunk(keys, lambda row: self._write(batch[row], int(keys[row])))

    def _write(self, entry: Entry, key: int) -> None:
        self._printed.entry(entry, self._lines.line(entry), key)

    def follow(self, wanted: Callable[[], Condition], *, since: bool) -> None:
        """Begins to wait for entries."""
        self._ask(wanted())
        newest = JournalEntries(self._host, self._source).page(1, backwards=True, cut=0).entries
        if since and newest:
            self._waiting = list(self._lines.entries(newest[0].time))
        after = newest[0].cursor if newest else ""
        asked = self._lines.question.wanted
        self._followed = FollowedJournal(
            Follower(self._host, self._source, asked, after=after, cut=WHOLE)
        )

    def came(self) -> Came:
        """Returns what has come since the last time."""
        came, self._waiting = self._waiting, []
        if self._followed is not None:
            came += self._lines.of_those(self._followed.take())
        return [self._placed(entry) for entry in came]

    def _placed(self, entry: Entry) -> tuple[int, Callable[[], None]]:
        self._last = max(self._last, entry.time)
        key = self._last + self._printed.offset
        return key, lambda: self._write(entry, key)

    def close(self) -> None:
        """Ends what goes on for it."""
        if self._followed is not None:
            self._followed.end()
