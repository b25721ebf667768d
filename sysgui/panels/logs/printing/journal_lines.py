"""`sysgui logs journal:…`: the entries of a journal that are asked for, as lines."""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from sysgui.panels.logs.formats.moments import moment
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.journal.entries import Entry, JournalEntries
from sysgui.panels.logs.journal.export import NO_LEVEL
from sysgui.panels.logs.journal.index import JournalIndex
from sysgui.panels.logs.journal.near import Picked, Picker
from sysgui.panels.logs.journal.question import LAST, Came, Question, around, language, split
from sysgui.panels.logs.journal.reading import text_of, written
from sysgui.panels.logs.journal.sieve import Sieve, chosen
from sysgui.panels.logs.journal.source import (
    HOW_TO_SEE,
    JournalSource,
    listing,
    source_of,
    why_hidden,
)
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.panels.logs.query import QueryError
from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.text.wanted import All, Condition
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.system.query_values import quote

from .original import FAILED

# So many entries are tried at once, and as much of each message is read, in bytes.
BATCH = 250
WHOLE = 1 << 20

_BOOT = re.compile(r"[0-9a-f]{32}")
_PLACE = re.compile(r"[+-]?[0-9]{1,6}")


def run_journal(arguments: argparse.Namespace, host: Host) -> int:
    """Prints entries; status 1 if there are none, `FAILED` if not all could be read.

    Raises:
        Problem: `no-journal`, `no-program`, `journal-unreadable`, `not-recorded`, `bad-query`,
            `bad-time`, `no-boot`.
    """
    lines = asked_lines(host, arguments)
    if arguments.count:
        total = lines.count()
        print(total)
    else:
        total = lines.write_around() if arguments.context else lines.write(lines.entries())
    if not lines.complete:
        return FAILED
    return 0 if total else 1


def asked_lines(host: Host, arguments: argparse.Namespace) -> "JournalLines":
    """Returns the entries that the arguments ask for.

    Raises:
        Problem: As `run_journal` says.
    """
    lines = JournalLines(
        host, source_of(arguments.file), json=arguments.json, context=arguments.context
    )
    try:
        asked: list[Condition] = [lines.language.compile(" ".join(arguments.query))]
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error
    asked.append(lines.language.compile(query_of_units(arguments.unit or ())))
    if arguments.boot is not None:
        boot = boot_named(host, lines.source, arguments.boot)
        asked.append(lines.language.compile(f"boot={boot}"))
    if arguments.since is not None:
        asked.append(Came(lines.moment("since", arguments.since)[0], LAST))
    if arguments.until is not None:
        asked.append(Came(0, lines.moment("until", arguments.until)[1] - 1))
    with_others = arguments.context and not arguments.count
    lines.ask(around(All(asked)) if with_others else split(All(asked)))
    return lines


def boot_named(host: Host, source: JournalSource, typed: str) -> str:
    """Returns the boot of a name, or so many before the last.

    Raises:
        Problem: `no-boot`.
    """
    if _BOOT.fullmatch(typed):
        return typed
    boots = JournalIndex(host, source).boots().boots
    # As journalctl counts: 0 is the last, -1 the one before, and 1 the first.
    number = int(typed) if _PLACE.fullmatch(typed) else len(boots) + 1
    place = number - 1 if number > 0 else len(boots) - 1 + number
    if not 0 <= place < len(boots):
        raise Problem(
            "no-boot",
            _("The journal knows no boot “{name}”.").format(name=printable_text(typed)),
            _("0 is the last one, -1 the one before it; or name it by its 32 digits."),
        )
    return boots[place].name


class JournalLines:
    """Entries of a journal that are asked for, as lines.

    Args:
        host: The machine.
        source: The journal.
        json: Whether lines of JSON are printed.
        context: How many entries before and after each are printed too.

    Attributes:
        source: The same.
        question: What is asked of it.
        language: What can be.
        complete: Whether all that was asked for so far could be read.

    Raises:
        Problem: `journal-unreadable`.
    """

    def __init__(self, host: Host, source: JournalSource, *, json: bool, context: int = 0) -> None:
        self._host = host
        self._json = json
        self._context = context
        self._zone = zone_of(host, os.environ.get("TZ", ""))
        self.source = source
        self.complete = True
        self.language = language(Zone(self._zone), host.now)
        _say_what_is_hidden(host, self.source)
        self.ask(Question(Wanted()))

    def ask(self, question: Question) -> None:
        """Sets what is asked of it."""
        self.question = question
        self._sieve = Sieve([] if question.rest is None else [question.rest])

    def moment(self, name: str, typed: str) -> tuple[int, int]:
        """Returns what an option's moment means: from when on, and up to when.

        Raises:
            Problem: `bad-time`.
        """
        zone, now = Zone(self._zone), self._host.now()
        # A shell takes "-2h" for an option.
        named = moment(typed, zone, now) or moment(f"-{typed}", zone, now)
        if named is None:
            raise bad_time(name, typed)
        return named.begin, named.end

    def count(self) -> int:
        """Returns how many entries there are."""
        if self.question.rest is not None:
            return sum(1 for _entry in self.entries())
        return JournalIndex(self._host, self.source).count(self.question.wanted).tally.entries

    def entries(self, last: int = LAST) -> Iterator[Entry]:
        """Yields all entries that are there and asked for.

        Args:
            last: Up to this time, in microseconds since 1970.

        Raises:
            Problem: `no-program`, `journal-unreadable`.
        """
        for batch in self._batches(last):
            yield from self.chosen(batch)

    def _batches(self, last: int = LAST) -> Iterator[list[Entry]]:
        wanted = self.question.wanted
        if last != LAST:
            until = last if wanted.until is None else min(last, wanted.until)
            wanted = msgspec.structs.replace(wanted, until=until)
        stream = JournalEntries(self._host, self.source).stream(wanted, WHOLE)
        complaints: list[str] = []

        def told() -> Iterator[Entry]:
            complaints.append((yield from stream))

        entries = told()
        try:
            while batch := list(islice(entries, BATCH)):
                yield batch
        finally:
            stream.close()
        for complaint in filter(None, complaints):
            self.complete = False
            print(
                _("Not all of the journal could be read: {error}").format(error=complaint),
                file=sys.stderr,
            )

    def chosen(self, entries: list[Entry]) -> list[Entry]:
        """Returns those of some entries that the query lets through."""
        if self.question.rest is None:
            return entries
        return [entry for entry, is_so in zip(entries, self._tried(entries), strict=True) if is_so]

    def _tried(self, entries: list[Entry]) -> list[bool]:
        """Tells of each of some entries whether the query lets it through."""
        sight = self._sieve.sight(entries, [text_of(each, self._zone)[0] for each in entries])
        wanted: list[bool] = chosen(sight, self.question.rest).tolist()
        return wanted

    def of_those(self, came: Iterable[Entry]) -> list[Entry]:
        """Returns those of what has come that are asked for; of what time it is, nobody asked."""
        since, until = self.question.wanted.since or 0, self.question.wanted.until
        return self.chosen(
            [
                entry
                for entry in came
                if entry.time >= since and (until is None or entry.time <= until)
            ]
        )

    def write(self, entries: Iterable[Entry]) -> int:
        """Prints entries, and returns how many."""
        number = 0
        for entry in entries:
            number += 1
            if self._json:
                write_line(row_of(entry))
            else:
                print(self.line(entry))
        return number

    def write_around(self) -> int:
        """Prints the entries that are asked for and those near them, and returns how many."""
        number = 0
        for picked in self.around():
            if picked.gap and number and not self._json:
                print("--")
            number += self.write([picked.entry])
        return number

    def around(self) -> Iterator[Picked]:
        """Yields the entries that are asked for and those near them."""
        picker = Picker(self._context)
        for batch in self._batches():
            for entry, wanted in zip(batch, self._tried(batch), strict=True):
                yield from picker.pick(entry, wanted, found=False)

    def line(self, entry: Entry) -> str:
        """Returns a line; further lines of a message stand below its first."""
        text = written(entry, self._zone)
        if sys.stdout.isatty():
            # What stands in a log is not to act on a terminal.
            return "\n".join(printable_text(line.expandtabs()) for line in text.split("\n"))
        return text


def row_of(entry: Entry) -> dict[str, Any]:
    """Returns what a line of JSON tells of an entry: its level by name, as of lines of a file."""
    row = msgspec.structs.asdict(entry)
    if entry.level == NO_LEVEL:
        del row["level"]
    else:
        row["level"] = NAMES[entry.level]
    return row


def query_of_units(units: Sequence[str]) -> str:
    """Returns a query for the lines of any of some units; of all if there are none."""
    return " or ".join(f"unit={quote(unit)}" for unit in units)


def bad_time(name: str, typed: str) -> Problem:
    """Returns the problem that what an option was given is no time."""
    return Problem(
        "bad-time",
        _("--{name} takes a time, not '{got}'.").format(name=name, got=printable_text(typed)),
        _("Such as 2026-11-27T08:00, 08:30, today or 2h (ago)."),
    )


def _say_what_is_hidden(host: Host, source: JournalSource) -> None:
    there = listing(host, source)
    if there.hidden and not there.paths:
        raise Problem("journal-unreadable", why_hidden(there.hidden), _(HOW_TO_SEE))
    if there.hidden:
        print(why_hidden(there.hidden), _(HOW_TO_SEE), sep="\n", file=sys.stderr)
