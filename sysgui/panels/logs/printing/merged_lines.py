"""`sysgui logs FILE FILE …`: the lines of several logs that are asked for, in the order of time."""

import argparse
import functools
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

import numpy as np

from sysgui.panels.logs.formats.moments import moment
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.journal.source import is_journal
from sysgui.panels.logs.merged.order import Keys
from sysgui.panels.logs.merged.query import Dialect, Name
from sysgui.panels.logs.merged.sources import Source, short_names
from sysgui.panels.logs.query import QueryError
from sysgui.panels.logs.text.joined import Original
from sysgui.panels.logs.text.wanted import All, Condition, Nothing
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem, unreadable
from sysgui.system.query_values import quote

from .following import until_closed
from .journal_lines import bad_time, query_of_units
from .merged_parts import Chunk, JournalPart, Part, Printed, TextPart
from .original import APART, FAILED, write_original


def run_merged(arguments: argparse.Namespace, host: Host, sources: Sequence[Source]) -> int:
    """Prints lines of several logs; status 1 if there are none, `FAILED` if not all could be read.

    Raises:
        Problem: As `run` says of one log, but for what can be said of one while others are read.
    """
    if arguments.boot is not None and not all(is_journal(source.path) for source in sources):
        raise Problem("no-boot", _("Only a journal knows when the machine was started."))
    merged = MergedLines(arguments, host, sources)
    if arguments.follow:
        merged.follow(since=arguments.since is not None)
    found = merged.count() if arguments.count else merged.write()
    if arguments.count:
        print(found)
    if merged.say_troubles() or not merged.complete:
        return FAILED
    return 0 if found else 1


class MergedLines:
    """Lines of several logs as the command line asks for them.

    Args:
        arguments: As typed.
        host: The machine.
        sources: The logs.

    Raises:
        Problem: As `run_merged` says.
    """

    def __init__(
        self, arguments: argparse.Namespace, host: Host, sources: Sequence[Source]
    ) -> None:
        self._sources = sources
        self._names = short_names([source.path for source in sources])
        self._texts = asked_texts(arguments, host)
        self._parts: list[tuple[int, Part]] = []
        self._problems: list[tuple[str, Problem]] = []
        for number, (source, name) in enumerate(zip(sources, self._names, strict=True)):
            prefix = f"{name}: " if arguments.with_source else ""
            printed = Printed(source.path, source.offset, arguments.json, prefix, arguments.context)
            try:
                self._parts.append((number, _part(arguments, host, printed)))
            except Problem as problem:
                self._problems.append((name, problem))
        if not self._parts:
            raise self._problems[0][1]

    def say_troubles(self) -> bool:
        """Prints why not all could be read; tells whether there is anything to say."""
        told = [(name, problem.message) for name, problem in self._problems]
        told += [(self._names[number], part.trouble) for number, part in self._parts]
        told = [(name, trouble) for name, trouble in told if trouble]
        sys.stdout.flush()
        for name, trouble in told:
            print(f"{name}: {trouble}", file=sys.stderr)
        return bool(told)

    @property
    def complete(self) -> bool:
        """Whether all of each log could be read, as far as that is known by now."""
        return all(part.complete for _number, part in self._parts)

    def count(self) -> int:
        """Returns how many lines there are."""
        return sum(part.count(wanted) for part, wanted in self._asked())

    def write(self) -> int:
        """Prints all lines that are there, and returns how many."""
        return _merge([part.chunks(wanted) for part, wanted in self._asked()])

    def follow(self, *, since: bool) -> NoReturn:
        """Prints the lines that come.

        Args:
            since: Whether those that are there already are meant as well.

        Raises:
            BrokenPipeError: Nobody reads them any more.
        """
        self.say_troubles()
        try:
            for number, part in self._parts:
                part.follow(functools.partial(self._wanted, number, part), since=since)
            until_closed(self._write_new)
        finally:
            for _number, part in self._parts:
                part.close()

    def _write_new(self) -> None:
        came = [line for _number, part in self._parts for line in part.came()]
        for _key, write in sorted(came, key=lambda line: line[0]):
            write()

    def _asked(self) -> list[tuple[Part, Condition]]:
        """Returns the logs of which any lines may be asked for, and which."""
        asked = [(part, self._wanted(number, part)) for number, part in self._parts]
        return [(part, wanted) for part, wanted in asked if not isinstance(wanted, Nothing)]

    def _wanted(self, number: int, part: Part) -> Condition:
        """Returns which lines of one of the logs are asked for."""
        others = dict.fromkeys(name for _n, each in self._parts for name in each.language.parts)
        paths = [source.path for source in self._sources]
        name = Name(paths[number], dict(zip(paths, self._names, strict=True)))
        dialect = Dialect(part.language, others, name)
        dialect.offset = self._sources[number].offset
        try:
            wanted = [dialect.compiled(text).condition for text in self._texts]
        except QueryError as error:
            raise Problem("bad-query", str(error)) from error
        return Nothing() if any(isinstance(each, Nothing) for each in wanted) else All(wanted)


def _part(arguments: argparse.Namespace, host: Host, printed: Printed) -> Part:
    if is_journal(printed.path):
        return JournalPart(host, printed, arguments.boot)
    try:
        return TextPart(host, printed, older=arguments.older)
    except OSError as error:
        raise unreadable(printed.path, error) from error


def asked_texts(arguments: argparse.Namespace, host: Host) -> list[str]:
    """Returns queries for what the arguments ask for, all of which must hold."""
    texts = [" ".join(arguments.query), query_of_units(arguments.unit or ())]
    zone = Zone(zone_of(host, os.environ.get("TZ", "")))
    for name in ("since", "until"):
        typed = getattr(arguments, name)
        if typed is None:
            continue
        # A shell takes "-2h" for an option.
        found = next((way for way in (typed, f"-{typed}") if moment(way, zone, host.now())), None)
        if found is None:
            raise bad_time(name, typed)
        texts.append(f"{name}:{quote(found)}")
    return texts


def _merge(logs: Sequence[Iterator[Chunk]]) -> int:
    """Prints the lines of several logs in the order of time, and returns how many."""
    chunks = [next(log, None) for log in logs]
    places = [0] * len(logs)
    printed = 0
    while live := [(number, chunk) for number, chunk in enumerate(chunks) if chunk is not None]:
        # Up to where the first of these chunks ends, all lines are at hand.
        bound, ending = min((int(chunk.keys[-1]), number) for number, chunk in live)
        keys: list[Keys] = []
        numbers: list[int] = []
        rows: list[int] = []
        for number, chunk in live:
            # Of the same time, those of the logs behind it come after what it still has.
            last = bound if number <= ending else bound - 1
            begin, end = places[number], int(np.searchsorted(chunk.keys, last, "right"))
            keys.append(chunk.keys[begin:end])
            numbers += [number] * (end - begin)
            rows += range(begin, end)
            places[number] = end
        writes = {number: chunk.write for number, chunk in live}
        order = np.concatenate(keys).argsort(kind="stable").tolist()
        gaps = {number: chunk.gaps for number, chunk in live if chunk.gaps is not None}
        for place in order:
            number, row = numbers[place], rows[place]
            if number in gaps and gaps[number][row] and printed:
                write_original(Original(iter([APART]), -1), json=False)
            writes[number](row)
            printed += 1
        for number, chunk in live:
            if places[number] == len(chunk.keys):
                chunks[number], places[number] = next(logs[number], None), 0
    return printed
