"""`sysgui logs`: the lines of logs that a query lets through, as they stand there."""

import argparse
import errno
import stat
import sys
from typing import NoReturn

import numpy as np

from sysgui.panels.logs.sought import ROWS
from sysgui.system.columns import write_table
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem, unreadable

from . import slashes
from .analysis import run as analysis
from .bundle import command as bundle
from .columns import COLUMNS
from .file.rotated import older_files
from .file.understood import Understood
from .formats.form import NO_TIME
from .formats.moments import Written
from .journal.source import is_journal
from .merged.sources import Source
from .printing import kept, values_lines
from .printing.following import Tail, follow_journal, print_unpacked, until_closed
from .printing.journal_lines import bad_time, query_of_units, run_journal
from .printing.merged_lines import run_merged
from .printing.original import APART, FAILED, say_trouble, write_original
from .printing.pipe_lines import PipeLines, is_pipe
from .printing.told import Teller
from .printing.words import let_words_stand_anywhere, take_words, taken_for_text
from .probe import FOLDER, LogsProbe, left_out
from .query import QueryError
from .text.around import Around
from .text.follow import Followed
from .text.joined import Joined, Original
from .text.scan import Scan
from .text.wanted import All, Condition, Nothing

# What says something of lines, or of what is made of them: it asks for no list of logs.
_OF_LINES = (
    "query", "offset", "with_source", "older", "since", "until", "context", "count", "follow",
    "bundle", "analyze", "queries", "csv", "html",
)  # fmt: skip

# Why nothing more can be printed: of no file that is read.
_OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EBADF)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options and arguments of `sysgui logs`."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar=_("FILE… QUERY"),
        help=_(
            "logs, then which of their lines are wanted, such as 'level<=err and not health' or "
            "'re:time.?out': the first word is a log, and each behind it that is a file or "
            "journal:system, journal:user, journal:PATH; of several the lines come in the order "
            "of time; -, what comes through a pipe, stands alone; "
            "of a folder, or without any, lists the logs"
        ),
    )
    parser.add_argument(
        "--query", metavar=_("QUERY"), help=_("which lines are wanted: then all words are logs")
    )
    parser.add_argument(
        "--offset", action="append", metavar=_("FILE=TIME"),
        help=_("of several logs, what is added to the times of one: +1.5s, -2h; may come again"),
    )  # fmt: skip
    parser.add_argument(
        "--with-source", action="store_true", help=_("print which log each line is of before it")
    )
    parser.add_argument(
        "--older", action="store_true", help=_("with what was rotated away from it before")
    )
    parser.add_argument(
        "--since", metavar=_("TIME"), help=_("lines from then on: 2h (ago), 08:30, today")
    )
    parser.add_argument(
        "--until", metavar=_("TIME"), help=_("lines up to then: 2026-11-27, 5min (ago)")
    )
    parser.add_argument(
        "-u", "--unit", action="append", metavar=_("UNIT"),
        help=_("lines of that unit; alone, of the journal; may be given again"),
    )  # fmt: skip
    parser.add_argument(
        "--boot", nargs="?", const="0", metavar=_("ID"),
        help=_("of the journal, what came since the last start; -1: the one before, and so on"),
    )  # fmt: skip
    parser.add_argument(
        "-C", "--context", type=_number, default=0, metavar=_("N"),
        help=_("so many lines before and after each, in its own log, as well"),
    )  # fmt: skip
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--count", action="store_true", help=_("print only how many there are"))
    how.add_argument(
        "--follow",
        action="store_true",
        help=_("print what comes from now on, or from --since on, until Ctrl+C"),
    )
    bundle.add_arguments(parser, how)
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("print one line of JSON each, with its time, its level and its parts"),
    )
    analysis.add_arguments(parser, how)
    values_lines.add_arguments(how)
    kept.add_arguments(parser)
    parser.set_defaults(failed=FAILED)
    let_words_stand_anywhere(parser)


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
        expected = _("expected a number of lines, got '{got}'")
        raise argparse.ArgumentTypeError(expected.format(got=printable_text(typed)))
    return int(typed)


def run(arguments: argparse.Namespace, host: Host) -> int:
    """Prints the lines; status 1 if there are none, `FAILED` if not all could be read.

    Raises:
        Problem: `unreadable`, `not-a-file`, `bad-query`, `bad-time`, `no-times`, `no-boot`,
            `no-context`, `no-bundle`, `no-file`, `exists`, `unwritable`, `no-such-log`,
            `bad-offset`, `not-alone`, `no-log`; of a journal, what `run_journal` says.
    """
    is_apart = arguments.query is not None
    sources = take_words(arguments, host)
    _check_together(arguments, sources)
    if arguments.values is not None:
        return values_lines.run_values(arguments, host, sources)
    folder = _folder_of(arguments, host, sources)
    if folder:
        _check_lists(arguments, folder if sources else "")
        return _list(host, folder, json=arguments.json)
    typed = " ".join(arguments.query)
    words = () if is_apart else arguments.query
    hint = slashes.hint(typed, found=True) or taken_for_text(words, host, found=True)
    if hint:
        print(hint, file=sys.stderr)
    status = _run(arguments, host, sources)
    if status and not hint:
        hint = slashes.hint(typed, found=False) or taken_for_text(words, host, found=False)
        sys.stdout.flush()
        print(hint, file=sys.stderr, end="\n" if hint else "")
    return status


def _run(arguments: argparse.Namespace, host: Host, sources: list[Source]) -> int:
    if arguments.analyze or arguments.csv or arguments.html is not None:
        return analysis.run_analysis(arguments, host, sources)
    if arguments.bundle is not None:
        return bundle.run(arguments, host, sources)
    if len(sources) > 1 or arguments.with_source:
        return run_merged(arguments, host, sources)
    arguments.file = sources[0].path
    if not is_journal(arguments.file):
        return _run_file(arguments, host)
    return follow_journal(arguments, host) if arguments.follow else run_journal(arguments, host)


def _check_together(arguments: argparse.Namespace, sources: list[Source]) -> None:
    """Sees whether the options go together.

    Raises:
        Problem: `no-bundle`, `no-file`, `no-context`.
    """
    if arguments.redact and arguments.bundle is None:
        raise Problem(
            "no-bundle",
            _("Only in a bundle is anything redacted: these lines would be printed as they are."),
            _("Add --bundle and the name of a new file, such as --bundle incident.zip."),
        )
    if arguments.force and arguments.bundle is None and arguments.html is None:
        raise Problem(
            "no-file",
            _("Nothing is written to a file that --force could replace."),
            _("It goes with --bundle FILE, or with --html FILE."),
        )
    if arguments.context and arguments.follow:
        raise _no_context()


def _check_lists(arguments: argparse.Namespace, folder: str) -> None:
    """Sees whether a list of logs is all that is asked for: a bundle of none would be missed late.

    Args:
        arguments: What is asked for.
        folder: Which one was named; "" if none was.

    Raises:
        Problem: `no-log`.
    """
    if not any(getattr(arguments, name) for name in _OF_LINES):
        return
    if not folder:
        raise Problem(
            "no-log",
            _("It is not said of which log."),
            _("Name one, such as /var/log/syslog or journal:system; “sysgui logs” lists them."),
        )
    folder = printable_text(folder)
    raise Problem(
        "no-log",
        _("{path} is a folder.").format(path=folder),
        _("Choose a file in it; if it is that of a journal, write journal:{path}.").format(
            path=folder
        ),
    )


def _no_context() -> Problem:
    return Problem(
        "no-context",
        _("Lines around others can be printed of a log that is there, not of what comes."),
        _("Leave out --context, or --follow; what comes through a pipe is kept in a file first."),
    )


def _run_file(arguments: argparse.Namespace, host: Host) -> int:
    if arguments.boot is not None:
        raise Problem("no-boot", _("Only a journal knows when the machine was started."))
    if is_pipe(host, arguments.file):
        return _run_pipe(arguments, host)
    path: str = arguments.file
    followed = Followed(host, path, older_files(host, path) if arguments.older else ())
    try:
        status = _print_followed(arguments, host, followed)
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno in _OF_OUTPUT:
            raise
        raise unreadable(path, error) from error
    complete = not followed.trouble
    return status if say_trouble(followed.trouble, complete=complete) else FAILED


def _print_followed(arguments: argparse.Namespace, host: Host, followed: Followed) -> int:
    if not (arguments.follow or arguments.count or arguments.context):
        printed = print_unpacked(
            followed,
            lambda: Understood(host, followed),
            lambda log: _wanted(arguments, log),
            lambda line: write_original(line, json=arguments.json),
            json=arguments.json,
        )
        if printed is not None:
            return 0 if printed else 1
    followed.unpack_all()
    if arguments.follow:
        _follow(arguments, host, followed)
    log = Understood(host, followed)
    wanted = _wanted(arguments, log)
    if arguments.count:
        return _count(followed.text, wanted)
    return _print(followed.text, wanted, arguments, Teller(log, json=arguments.json))


def _run_pipe(arguments: argparse.Namespace, host: Host) -> int:
    if arguments.context:
        raise _no_context()

    def write(line: Original) -> None:
        if not arguments.count:
            write_original(line, json=arguments.json)

    lines = PipeLines(
        host,
        arguments.file,
        lambda log: _wanted(arguments, log),
        write,
        json=arguments.json and not arguments.count,
    )
    lines.run()
    if arguments.count:
        print(lines.count)
    if not say_trouble(lines.trouble, complete=not lines.trouble):
        return FAILED
    return 0 if lines.count else 1


def _follow(arguments: argparse.Namespace, host: Host, followed: Followed) -> NoReturn:
    tail = Tail(
        followed,
        lambda: Understood(host, followed),
        lambda log: _wanted(arguments, log),
        lambda line: write_original(line, json=arguments.json),
        begin=-1 if arguments.since is None else 0,
        json=arguments.json,
    )
    until_closed(tail.step)


def _folder_of(arguments: argparse.Namespace, host: Host, sources: list[Source]) -> str:
    """Returns the folder of which the logs are to be listed; "" if that is not meant."""
    if not sources:
        return FOLDER
    path = sources[0].path
    if len(sources) > 1 or is_journal(path):
        return ""
    try:
        return path if stat.S_ISDIR(host.stat(path).st_mode) else ""
    except (OSError, ValueError):  # ValueError: no path can be like that.
        return ""


def _list(host: Host, folder: str, *, json: bool) -> int:
    logs = LogsProbe(host).read(folder)
    files = logs.files
    if json:
        for file in files:
            write_line(file)
    else:
        for line in write_table(COLUMNS, files, _):
            print(line)
    if said := left_out(logs):
        sys.stdout.flush()
        print(said, file=sys.stderr)
    return 0 if files else 1


def _wanted(arguments: argparse.Namespace, log: Understood) -> Condition:
    """Returns which lines the query and the options ask for."""
    units = query_of_units(arguments.unit or ())
    try:
        wanted = [log.language.compile(text) for text in (" ".join(arguments.query), units)]
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error
    for name in ("since", "until"):
        typed = getattr(arguments, name)
        if typed is not None:
            wanted.append(_written(name, typed, log))
    return All(wanted)


def _written(name: str, typed: str, log: Understood) -> Condition:
    # A shell takes "-2h" for an option.
    named = log.moment(typed) or log.moment(f"-{typed}")
    if named is None:
        raise bad_time(name, typed)
    if log.is_empty:
        return Nothing()
    if log.form.written == NO_TIME:
        raise Problem("no-times", _("In the lines of this log no time is recognised."))
    since, until = (named.begin, None) if name == "since" else (None, named.end)
    return Written(log.times, since, until)


def _count(text: Joined, wanted: Condition) -> int:
    scan = Scan(text, {ROWS: wanted})
    scan.go_on(float("inf"))
    total = scan.counts[ROWS].total
    print(total)
    return 0 if total else 1


def _print(text: Joined, wanted: Condition, arguments: argparse.Namespace, teller: Teller) -> int:
    """Prints lines, and so many before and after each, with a mark where some are left out."""
    context, json = arguments.context, arguments.json
    if context:
        wanted = Around(wanted, context, text)
    scan = Scan(text, {ROWS: wanted, **teller.needed})
    before, last = 0, -1
    for number in range(len(text)):
        sight = scan.sight(number)
        starts = sight.select(wanted)
        places = np.searchsorted(sight.block.starts, starts) + before
        lines = teller.lines(text, sight, starts)
        for line, place in zip(lines, places.tolist(), strict=True):
            if context and not json and last not in (-1, place - 1):
                write_original(Original(iter([APART]), -1), json=False)
            write_original(line, json=json)
            last = place
        before += len(sight.block.starts)
    return 0 if last >= 0 else 1
