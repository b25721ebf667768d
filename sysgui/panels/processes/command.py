"""`sysgui processes`: the process list on a terminal, with the same query language."""

import argparse
import shutil
import sys
import time

from sysgui.system.arrange import arrange
from sysgui.system.columns import write_table
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.problem import Problem
from sysgui.system.query import QueryError

from .columns import COLUMNS, LANGUAGE, column
from .probe import Processes, ProcessesProbe

# Rates want two readings; over a second they are calm.
WINDOW = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options and arguments of `sysgui processes`."""
    names = [column.name for column in COLUMNS]
    parser.add_argument(
        "query",
        nargs="*",
        metavar="QUERY",
        help=_("show only these, such as 'cpu>5 and user=root' or firefox"),
    )
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON a process"))
    parser.add_argument("--sort", choices=names, default="cpu", help=_("sort by this column"))
    parser.add_argument("--ascending", action="store_true", help=_("the smallest first"))
    parser.add_argument("--limit", type=int, metavar="N", help=_("show at most N"))


def run(arguments: argparse.Namespace, host: Host) -> int:
    """Prints the processes that match; status 1 if there are none."""
    try:
        query = LANGUAGE.compile(" ".join(arguments.query))
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error
    reading = _read(host)
    by = column(arguments.sort)
    descending = by.figures and not arguments.ascending
    shown = arrange(reading.processes, query, by.value, descending=descending).rows
    shown = shown[: arguments.limit]
    if arguments.json:
        for process in shown:
            write_line(process)
    else:
        _print(list(shown), reading)
    return 0 if shown else 1


def _read(host: Host) -> Processes:
    probe = ProcessesProbe(host)
    probe.read()
    if host.live:
        time.sleep(WINDOW)
    return probe.read()


def _print(shown: list, reading: Processes) -> None:  # type: ignore[type-arg]
    # A terminal's line ends at its edge; what a pipe reads is whole.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in write_table(COLUMNS, shown, _):
        print(line[:width])
    if reading.hidden:
        print(_("Others' processes are hidden here (hidepid)."), file=sys.stderr)
