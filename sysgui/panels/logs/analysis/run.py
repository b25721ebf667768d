"""`sysgui logs … --analyze`: what a log says as a whole."""

import argparse
import datetime as dt
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence

import msgspec

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.formats.moments import moment
from sysgui.panels.logs.formats.zones import SECOND, Zone, zone_of
from sysgui.panels.logs.journal.source import is_journal, source_of
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import Log, open_log
from sysgui.panels.logs.printing.journal_lines import bad_time, boot_named, query_of_units
from sysgui.panels.logs.printing.kept import naming_force
from sysgui.panels.logs.printing.original import FAILED, say_trouble
from sysgui.panels.logs.printing.pipe_lines import STANDARD_INPUT, is_pipe
from sysgui.panels.logs.query import QueryError
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.new_file import NewFile
from sysgui.system.problem import Problem, unreadable

from .analysis import Analysis
from .as_csv import csv_text
from .as_html import html_text
from .as_text import text_lines
from .report import Report

# The name of what is printed.
STANDARD_OUTPUT = "-"


def add_arguments(parser: argparse.ArgumentParser, how: "argparse._MutuallyExclusiveGroup") -> None:
    """Declares the options of the analysis.

    Args:
        parser: Of the command.
        how: What cannot be asked for together.
    """
    how.add_argument(
        "--analyze",
        action="store_true",
        help=_("print how many of what, by whom, from where, and what is new"),
    )
    group = parser.add_argument_group(_("with --analyze"))
    group.add_argument(
        "--queries",
        action="store_true",
        help=_("with the query for the lines behind each figure"),
    )
    how = group.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help=_("as CSV, a line for each figure"))
    how.add_argument(
        "--html",
        metavar=_("FILE"),
        help=_("as a page of HTML, into a new file; - is what is printed"),
    )


def run_analysis(arguments: argparse.Namespace, host: Host, sources: Sequence[Source]) -> int:
    """Prints what is told of logs; status 1 if they have no lines that are wanted.

    `FAILED` if not all could be read.

    Args:
        arguments: As typed.
        host: The machine.
        sources: The logs.

    Raises:
        Problem: `unreadable`, `not-a-file`, `bad-query`, `bad-time`, `exists`, `unwritable`; of a
            journal, what `run_journal` says.
    """
    if arguments.html is None or arguments.html == STANDARD_OUTPUT:
        return _run(arguments, host, sources, None)
    # Before the logs are read, which may take minutes, it is known whether it can be written.
    with naming_force(), NewFile(arguments.html, replaces=arguments.force) as page:
        return _run(arguments, host, sources, page)


def _run(
    arguments: argparse.Namespace, host: Host, sources: Sequence[Source], page: NewFile | None
) -> int:
    rules = zone_of(host, os.environ.get("TZ", ""))
    query = _query(arguments, host, sources)
    name = sources[0].path if len(sources) == 1 else name_of(sources)
    try:
        if is_pipe(host, name):
            report, complete = _of_pipe(host, name, query, Zone(rules))
        else:
            log = open_log(host, name, older=arguments.older)
            report, complete = _analysed(host, log, query, Zone(rules))
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error
    except OSError as error:
        raise unreadable(name, error) from error
    report = msgspec.structs.replace(report, context=arguments.context)
    _give(report, arguments, rules, page)
    if not say_trouble(report.trouble, complete=complete):
        return FAILED
    return 0 if report.lines else 1


def _give(
    report: Report, arguments: argparse.Namespace, rules: dt.tzinfo, page: NewFile | None
) -> None:
    if page is not None:
        with page.writing():
            page.file.write(html_text(report, rules).encode())
        page.finish()
    elif arguments.html is not None:
        sys.stdout.write(html_text(report, rules))
    elif arguments.json:
        write_line(report)
    elif arguments.csv:
        sys.stdout.write(csv_text(report, rules))
    else:
        for line in text_lines(report, rules, queries=arguments.queries):
            sys.stdout.write(f"{line}\n")


def _analysed(host: Host, log: Log, query: str, zone: Zone) -> tuple[Report, bool]:
    """Returns what is told of a log, and whether all of it could be read."""
    log.ask(query, "")
    analysis = Analysis(host, log, query, zone)
    analysis.go_on(float("inf"))
    return analysis.report(), log.complete


def _of_pipe(host: Host, name: str, query: str, zone: Zone) -> tuple[Report, bool]:
    """Analyses what comes through a pipe, all of which must have come first: it is looked at twice.

    Raises:
        OSError: As read(2) and write(2) say.
    """
    descriptor = os.dup(0) if name == STANDARD_INPUT else host.open(name)
    with os.fdopen(descriptor, "rb") as pipe, tempfile.NamedTemporaryFile() as held:
        shutil.copyfileobj(pipe, held)
        held.flush()
        report, complete = _analysed(host, OpenLog(Host(), held.name), query, zone)
    return msgspec.structs.replace(report, source=name), complete


def _query(arguments: argparse.Namespace, host: Host, sources: Sequence[Source]) -> str:
    """Returns what the options ask for, in one query that means the same whenever it is asked."""
    units = query_of_units(arguments.unit or ())
    zone = Zone(zone_of(host, os.environ.get("TZ", "")))
    asked = [" ".join(arguments.query), units, *_times(arguments, host, zone)]
    if arguments.boot is not None:
        if not all(is_journal(source.path) for source in sources):
            raise Problem("no-boot", _("Only a journal knows when the machine was started."))
        boot = boot_named(host, source_of(sources[0].path), arguments.boot)
        asked.append(f"boot={boot}")
    asked = [each for each in asked if each.strip()]
    return asked[0] if len(asked) == 1 else " and ".join(f"({each})" for each in asked)


def _times(arguments: argparse.Namespace, host: Host, zone: Zone) -> Iterator[str]:
    for name in ("since", "until"):
        typed = getattr(arguments, name)
        if typed is None:
            continue
        # A shell takes "-2h" for an option.
        named = moment(typed, zone, host.now()) or moment(f"-{typed}", zone, host.now())
        if named is None:
            raise bad_time(name, typed)
        seconds, rest = divmod(named.begin if name == "since" else named.end - 1, SECOND)
        yield f"{name}:@{seconds}.{rest:06}"
