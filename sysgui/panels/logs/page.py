"""What one screen of a log shows, and how far the log has been looked through by then."""

from collections.abc import Sequence
from typing import Any

import msgspec

from sysgui.panels.logs.sought import LINE
from sysgui.system.host import Host
from sysgui.system.problem import unreadable

from .file.opened import OpenLog
from .journal.log import JournalLog
from .journal.source import is_journal
from .line import Line
from .merged.log import MergedLog
from .merged.sources import SourceState, is_merged
from .query import QueryError
from .timeline import NO_TIMES, TimeCounts
from .whole_line import save_line

# The part of a long line that is shown before somebody asks for all of it, in bytes.
CUT = 4096

# What can be opened: all have the same methods.
Log = OpenLog | JournalLog | MergedLog


class Page(msgspec.Struct, frozen=True):
    """A part of a log's rows, and what is known of all.

    Attributes:
        size: Of the log, in bytes.
        lines: How many lines are known of.
        rows: How many of them the query lets through, as far as they were looked at.
        hits: How many rows the search matches; -1 if nothing is searched for.
        scanned: Which part of the log the rows and hits are known of, 0 to 1.
        first: The row of the first of `shown`.
        shown: The rows asked for.
        levels: How many rows are of each level, 0 to 7, and of none; empty until counted.
        strip: The log from end to end in equal parts by rows: for each the worst level (8: none,
            9: nothing there), and how many hits.
        undecided: How many lines a regular expression took too long for.
        epoch: Counts how often the log has become another (truncated, replaced).
        sought: The row that was sought, and its place among its like, from 0; None if nothing was,
            or as long as it is not known.
        settled: Whether all of the log has been looked through.
        asked: The source, whether with what is older, the query and the search that it answers.
        seek: What was sought.
        trouble: Why not all of it could be read; "" if nothing is wrong.
        form: What the form of the lines is called, such as "syslog"; "text" for none that is known.
        encoding: In which encoding the log is; "" if in UTF-8, or in nothing that is known.
        refused: Why the query or the search cannot be asked of this log, translated; what was
            asked before still is. "" if both can.
        timeline: How many rows were written when, as far as they were looked at.
        sources: Of several logs that are read as one, what is known of each.
        context: So many lines before and after each that is asked for are rows too.
        near: How many rows were not asked for, but stand near others.
        terms: The conditions of which the query consists, if there are several: how each is
            written, and how many lines of the whole log it asks for; -1: that is not counted.
        identity: What tells the log from others, also from one that has its path later; "" if that
            is not known yet.
        marks: The rows of some lines, as soon as they are known.
        saved: How many bytes were written to a file; -1 if nothing was to be.
        shift: How many rows, and hits, have come before those that were known before them: by so
            much a row's number, or a hit's, is another now.
        same: Whether all is as it was in the page before: the rest is left out then.
    """

    size: int
    lines: int
    rows: int
    hits: int
    scanned: float
    first: int
    shown: list[Line]
    levels: list[int] = []
    strip: list[tuple[int, int]] = []
    undecided: int = 0
    epoch: int = 0
    sought: tuple[int, int] | None = None
    settled: bool = False
    asked: tuple[str, bool, str, str] = ("", False, "", "")
    seek: tuple[str, int, bool] | None = None
    trouble: str = ""
    form: str = "text"
    encoding: str = ""
    refused: str = ""
    timeline: TimeCounts = NO_TIMES
    sources: list[SourceState] = []
    context: int = 0
    near: int = 0
    terms: list[tuple[str, int]] = []
    identity: str = ""
    marks: list[int] = []
    saved: int = -1
    shift: tuple[int, int] = (0, 0)
    same: bool = False


_OF_NO_LOG = Page(size=0, lines=0, rows=0, hits=-1, scanned=1.0, first=0, shown=[], settled=True)


class PageOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What else is asked for with a page.

    Attributes:
        older: Whether what was rotated away from the log is its begin.
        context: So many lines before and after each that is asked for are rows too.
        cut: So many bytes of each line are shown.
        seconds: So long to go on looking through the log.
        bins: The parts of the strip.
        times: The most bins of the timeline; 0, or 2 at least.
        seek: What kind of row is looked for, from where on, and whether backwards, as
            `OpenLog.seek` has it.
        marks: The offsets of lines whose rows are wanted.
        shift: The rows of `Page.shift` when `row` was given; None if it is given as of now.
        save: The path of a file that all of the first row is written to.
        known: Whether the last page is still at hand: if nothing is another, only that is said.
    """

    older: bool = False
    context: int = 0
    cut: int = CUT
    seconds: float = 0.03
    bins: int = 0
    times: int = 0
    seek: tuple[str, int, bool] | None = None
    marks: list[int] = []
    shift: int | None = None
    save: str = ""
    known: bool = False


class PageProbe:
    """Reads pages of logs, and goes on looking through them for as long as it is asked.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._log: Log | None = None
        # What was asked the last time, and how the log was.
        self._told: object = None

    def read(
        self,
        source: str = "",
        query: str = "",
        search: str = "",
        row: int = -1,
        count: int = 100,
        **more: Any,
    ) -> Page:
        """Returns the rows from `row` on, after some more of the log has been looked through.

        Args:
            source: The log's path; `journal:system` and others are journals; several as one have a
                name by `merged.sources.name_of`.
            query: Which lines are rows, in the language of the log.
            search: What to look for among the rows, in the same language.
            row: The first row wanted; -1: the last rows.
            count: As many.
            **more: As `PageOptions` has it.

        Raises:
            Problem: `unreadable`, `not-a-file`; of a journal, `no-journal`, `no-program`,
                `journal-unreadable`, `not-recorded`; of several, `no-log`.
        """
        if not source:
            return _OF_NO_LOG
        options = msgspec.convert(more, PageOptions)
        log = self._opened(source, older=options.older)
        asked = (source, options.older, query, search)
        try:
            log.refresh()
            refused = _refused(log, query, search, options.context)
            log.go_on(options.seconds)
            wanted = (asked, row, count, msgspec.structs.replace(options, known=False))
            told = (wanted, refused, _state_of(log))
            if options.known and log.settled and told == self._told:
                return Page(
                    size=log.size, lines=log.lines, rows=log.matched, hits=log.hits, scanned=1.0,
                    first=0, shown=[], settled=True, same=True, asked=asked,
                )  # fmt: skip
            self._told = told
            page = _page_of(log, row, count, options)
        except OSError as error:
            raise unreadable(source, error) from error
        return msgspec.structs.replace(page, asked=asked, refused=refused)

    def _opened(self, source: str, *, older: bool) -> Log:
        """Returns the log, another than before if it is another that is asked for."""
        # A journal has no other begin.
        older = older and not is_journal(source)
        if self._log is not None and (self._log.path, self._log.older) == (source, older):
            return self._log
        if isinstance(self._log, MergedLog) and is_merged(source) and self._log.older == older:
            self._log.take(source)
            return self._log
        self.close()
        self._told = None
        self._log = open_log(self._host, source, older=older, backwards=True)
        return self._log

    def close(self) -> None:
        """Ends what goes on for the log; the next page opens it again."""
        if isinstance(self._log, JournalLog | MergedLog):
            self._log.close()
        self._log = None


def open_log(host: Host, source: str, *, older: bool, backwards: bool = False) -> Log:
    """Opens a log.

    Args:
        host: The machine.
        source: By which it is opened, as `PageProbe.read` has it.
        older: Whether what was rotated away from it is its begin.
        backwards: Whether a journal is looked through from its latest entry on.

    Raises:
        Problem: As `PageProbe.read` says.
    """
    if is_merged(source):
        return MergedLog(host, source, older=older)
    if is_journal(source):
        return JournalLog(host, source, backwards=backwards)
    return OpenLog(host, source, older=older)


def _page_of(log: Log, row: int, count: int, options: PageOptions) -> Page:
    """Returns rows of a log, and what is known of it, as it has been asked.

    Raises:
        OSError: As pread(2) says.
    """
    shift = log.shift if isinstance(log, JournalLog) else (0, 0)
    if row >= 0 and options.shift is not None:
        row += max(0, shift[0] - options.shift)
    first, shown = log.rows(row, count, options.cut)
    return Page(
        size=log.size,
        lines=log.lines,
        rows=log.matched,
        hits=log.hits,
        scanned=log.scanned,
        first=first,
        shown=shown,
        levels=log.levels(),
        strip=log.strip(options.bins),
        undecided=log.undecided,
        epoch=log.epoch,
        sought=log.seek(*options.seek) if options.seek else None,
        settled=log.settled,
        seek=options.seek,
        trouble=log.trouble,
        form=log.form,
        encoding=log.encoding,
        timeline=log.timeline(options.times),
        sources=log.sources if isinstance(log, MergedLog) else [],
        context=options.context,
        near=log.near,
        identity=log.identity,
        marks=_rows_of(log, options.marks),
        saved=save_line(log, first, options.save) if options.save else -1,
        terms=log.terms(),
        shift=shift,
    )


def _refused(log: Log, query: str, search: str, context: int) -> str:
    """Asks for lines of a log; returns why that cannot be asked of it, "" if it can."""
    try:
        log.ask(query, search, context)
    except QueryError as error:
        return str(error)
    return ""


def _rows_of(log: Log, offsets: Sequence[int]) -> list[int]:
    """Returns the rows of lines, or those behind where they would stand."""
    found = (log.seek(LINE, offset, back=False) for offset in offsets) if log.settled else ()
    return [each[0] for each in found if each is not None]


def _state_of(log: Log) -> tuple[object, ...]:
    """Returns what differs whenever a page of the log would."""
    return (
        log.size, log.lines, log.matched, log.hits, log.epoch, log.settled, log.undecided,
        log.trouble, log.near, *log.terms(),
    )  # fmt: skip
