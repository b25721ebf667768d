"""`sysgui logs --follow`: what comes to a log, printed until nobody reads it any more."""

import argparse
import select
import sys
from collections.abc import Callable
from typing import NoReturn, Protocol

from sysgui.panels.logs.file.understood import SHORT, Source, Understood
from sysgui.panels.logs.formats.form import SYSLOG
from sysgui.panels.logs.journal.entries import JournalEntries
from sysgui.panels.logs.journal.follow import Follower
from sysgui.panels.logs.journal.followed import Followed as FollowedJournal
from sysgui.panels.logs.sought import ROWS
from sysgui.panels.logs.text.blocks import Text
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.joined import Original
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import Condition, Nothing
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .journal_lines import WHOLE, JournalLines, asked_lines
from .told import Teller

# How often it is looked what has come, in seconds.
EVERY = 0.25


def until_closed(step: Callable[[], None]) -> NoReturn:
    """Does something again and again, as long as somebody reads what is printed.

    Raises:
        BrokenPipeError: Nobody does.
    """
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    while True:
        step()
        sys.stdout.flush()
        if output.poll(EVERY * 1000):
            raise BrokenPipeError


def follow_journal(arguments: argparse.Namespace, host: Host) -> NoReturn:
    """Prints the entries that come; with `--since`, those that have come since then before.

    Raises:
        Problem: As `run_journal` says.
        BrokenPipeError: Nobody reads it any more.
    """
    lines = asked_lines(host, arguments)
    newest = JournalEntries(host, lines.source).page(1, backwards=True, cut=0).entries
    after = newest[0].cursor if newest else ""
    wanted = lines.question.wanted
    followed = FollowedJournal(Follower(host, lines.source, wanted, after=after, cut=WHOLE))
    try:
        if arguments.since is not None and newest:
            lines.write(lines.entries(newest[0].time))
        until_closed(lambda: _write_new(lines, followed))
    finally:
        followed.end()


def _write_new(lines: JournalLines, followed: FollowedJournal) -> None:
    lines.write(lines.of_those(followed.take()))


def print_unpacked(
    followed: Followed,
    understand: Callable[[], Understood],
    wanted: Callable[[Understood], Condition],
    write: Callable[[Original], None],
    *,
    json: bool = False,
) -> int | None:
    """Prints the lines of a compressed file while it is unpacked.

    Args:
        followed: The file.
        understand: Makes out what its lines have.
        wanted: Returns which lines are wanted.
        write: Prints a line.
        json: Whether what the log tells of a line is printed too.

    Returns:
        How many lines were printed; None if none can be before all is there: where it is asked for
        times, which the last line may tell, or these are printed, and where files stand behind
        each other.

    Raises:
        OSError: As pread(2) says.
        Problem: As `wanted` says.
    """
    if not _is_long(followed) or len(followed.text.parts) > 1:
        return None
    log = understand()
    if wanted(log).placed or (json and log.form.written == SYSLOG):
        return None
    printed = 0

    def print_one(line: Original) -> None:
        nonlocal printed
        printed += 1
        write(line)

    tail = Tail(followed, understand, wanted, print_one, 0, json=json)
    tail.show()
    more = True
    while more:
        sys.stdout.flush()
        followed.unpack(EVERY)
        more = not followed.unpacked
        tail.step()
    tail.show(ended=True)
    return printed


def _is_long(followed: Followed) -> bool:
    """Tells whether more is to be unpacked than tells for good of which form the lines are."""
    while followed.text.size <= SHORT and not followed.unpacked:
        followed.unpack(0.0)
        followed.refresh()
    return not followed.unpacked


class Growing(Source, Protocol):
    """What lines come to.

    Attributes:
        epoch: Counts how often what was known has been lost.
    """

    epoch: int

    def refresh(self) -> int | None:
        """Takes what has come; returns the first block that has changed, None if none has."""
        ...

    def is_intact(self) -> bool:
        """Tells whether what was taken still is there."""
        ...


class Tail:
    """Prints the lines that come to a file.

    Args:
        followed: The file, or what else lines come to.
        understand: Makes out what its lines have.
        wanted: Returns which lines are wanted.
        write: Prints a line.
        begin: 0 prints what is there already as well; -1 does not.
        json: Whether the lines are given with what the log tells of them.

    Raises:
        OSError: As pread(2) says.
    """

    def __init__(
        self,
        followed: Growing,
        understand: Callable[[], Understood],
        wanted: Callable[[Understood], Condition],
        write: Callable[[Original], None],
        begin: int = -1,
        *,
        json: bool = False,
    ) -> None:
        self._followed = followed
        self._understand = understand
        self._wanted = wanted
        self._write = write
        self._json = json
        self._started = False
        self._take(understand())
        self._started = True
        # Up to where each part of the text has been printed: what was rotated away may grow still.
        self._shown: dict[Text, int] = {}
        for place, part in enumerate(followed.text.parts if begin < 0 else ()):
            self._shown[part] = self._complete(place)
        self._sizes: dict[Text, int] = {}

    def _take(self, log: Understood) -> None:
        self._log, self._language = log, log.language
        self._epoch = self._followed.epoch
        self._condition = self._asked(log)
        self._teller = Teller(log, json=self._json)
        sought = {ROWS: self._condition, **self._teller.needed}
        self._scan = Scan(self._followed.text, sought)

    def _asked(self, log: Understood) -> Condition:
        """Returns which lines are wanted: none while a log that begins anew has said too little."""
        try:
            return self._wanted(log)
        except Problem:
            if not self._started or self._followed.text.size > SHORT:
                raise
            return Nothing()

    def _complete(self, place: int) -> int:
        """Returns where in a part the lines end that are complete."""
        part = self._followed.text.parts[place]
        return part.line_start(part.size)

    def step(self) -> None:
        """Prints the lines that have come.

        Raises:
            OSError: As fstat(2) and pread(2) say.
            Problem: If another file has the name now, and cannot be read.
        """
        followed = self._followed
        while True:
            changed = followed.refresh()
            if followed.epoch != self._epoch:
                self._take(self._understand())
            elif changed is not None:
                self._log.change(changed)
                if self._log.language is not self._language:
                    self._take(self._log)
            if self.show():
                break
        self._sizes = {part: part.size for part in followed.text.parts}

    def show(self, *, ended: bool = False) -> bool:
        """Prints the lines that are there and have not been.

        Args:
            ended: Whether the last of them is complete without a newline.

        Returns:
            Whether they could be read: else the file was cut meanwhile.

        Raises:
            OSError: As pread(2) says.
        """
        parts = self._followed.text.parts
        self._shown = {part: self._shown.get(part, 0) for part in parts}
        return all(self._print(place, ended=ended) for place in range(len(parts)))

    def shift(self, count: int) -> None:
        """Takes note that so many bytes at the begin of the only part have been forgotten."""
        if count:
            (shown,) = self._shown.values()
            self._shown = {self._followed.text.parts[0]: shown - count}
            self._log.times.change(0, self._followed.written)

    def _print(self, place: int, *, ended: bool) -> bool:
        """Prints what has come to a part; False if its file was cut meanwhile."""
        text = self._followed.text
        part, base = text.parts[place], text.offset_of(place)
        shown = self._shown[part]
        if part.size <= shown:
            return True
        is_last = place == len(text.parts) - 1
        # A line that has begun is printed when it ends, or when nobody seems to go on with it.
        ended = ended or (not is_last and self._sizes.get(part) == part.size)
        end = part.size if ended else self._complete(place)
        if end <= shown:
            return True
        first = text.first_block_of(place)
        for number in range(first + part.block_of(shown), first + part.block_of(end - 1) + 1):
            sight = self._scan.sight(number)
            starts = sight.select(self._condition)
            places = starts + sight.block.offset
            new = starts[(places >= base + shown) & (places < base + end)]
            lines = [*self._teller.lines(text, sight, new)]
            if is_last and not self._followed.is_intact():
                return False
            for line in lines:
                self._write(line)
            self._shown[part] = max(self._shown[part], min(end, sight.block.end - base))
        return True
