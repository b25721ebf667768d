"""`sysgui services`: the units of systemd on a terminal, with the same query language.

What is done to units from there stands in `verbs`.
"""

import argparse
import dataclasses
import re
import shutil
import sys

from sysgui.system.arrange import arrange
from sysgui.system.columns import write_table
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.system.query import QueryError

from .columns import COLUMNS, LANGUAGE, column, is_ghost, order, own_kind
from .control.command import add_verbs, is_verb, run_verb
from .probe import ServicesProbe
from .units import SYSTEM, USER, Unit

# Over which CPU is measured, if it is asked for.
WINDOW = 1.0

SHOWN = ("name", "state", "sub", "enabled", "since", "mem", "tasks", "description")
OF_TIMERS = ("name", "state", "enabled", "next", "last", "description")

_ASKS_CPU = re.compile(r"\bcpu\b", re.IGNORECASE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options and arguments of `sysgui services`."""
    names = [column.name for column in COLUMNS]
    query = parser.add_argument(
        "query",
        nargs="*",
        metavar="QUERY",
        help=_(
            "show only these, such as 'state=failed', 'type=timer' or 'mem>100M and enabled=yes'"
        ),
    )
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON a unit"))
    parser.add_argument("--user", action="store_true", help=_("your own units, not the system's"))
    parser.add_argument(
        "--all", action="store_true", help=_("units of all types, also what only has a file")
    )
    parser.add_argument("--sort", choices=names, default="state", help=_("sort by this column"))
    parser.add_argument("--ascending", action="store_true", help=_("the smallest first"))
    parser.add_argument("--limit", type=int, metavar="N", help=_("show at most N"))
    add_verbs(parser, query)


def run(arguments: argparse.Namespace, host: Host) -> int:
    """Prints the units that match, status 1 if there are none; or does what they are told."""
    if is_verb(arguments):
        return run_verb(arguments, host)
    text = " ".join(arguments.query)
    try:
        query = LANGUAGE.compile(text)
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error
    wants_cpu = arguments.sort == "cpu" or _ASKS_CPU.search(text) is not None
    probe = ServicesProbe(host)
    reading = probe.read(
        [USER if arguments.user else SYSTEM], window=WINDOW if wants_cpu and host.live else 0.0
    )
    units = [unit for unit in reading.units if arguments.all or _common(unit, text)]
    by = column(arguments.sort)
    descending = by.figures and not arguments.ascending
    units.sort(key=order("name"))
    found = arrange(units, query, order(by.name), descending=descending)
    shown = list(found.rows)[: arguments.limit]
    if arguments.json:
        for unit in shown:
            write_line(unit)
    else:
        _print(shown, arguments.sort)
    return 0 if shown else 1


def _common(unit: Unit, text: str) -> bool:
    """Tells whether a unit is one that is meant without further words."""
    return unit.loaded and (own_kind(text) or (unit.type == "service" and not is_ghost(unit)))


def _print(shown: list[Unit], sort: str) -> None:
    # A terminal's line ends at its edge; what a pipe reads is whole.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    timers = bool(shown) and all(unit.type == "timer" for unit in shown)
    names = list(OF_TIMERS if timers else SHOWN)
    if sort not in names:
        names.insert(len(names) - 1, sort)
    # Here a name is what systemd knows it by: it is copied into the next command.
    columns = [dataclasses.replace(column("name"), text=_name), *map(column, names[1:])]
    for line in write_table(columns, shown, _):
        print(line[:width])


def _name(unit: Unit) -> str:
    return printable_text(unit.name)
