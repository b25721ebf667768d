"""`sysgui audit`: what was done as root from here, on a terminal."""

import argparse
import sys

from sysgui.system.arrange import arrange
from sysgui.system.columns import write_table
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.problem import Problem
from sysgui.system.query import QueryError

from .columns import COLUMNS, LANGUAGE, order
from .probe import AuditProbe, older


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options and arguments of `sysgui audit`."""
    parser.add_argument(
        "query",
        nargs="*",
        metavar="QUERY",
        help=_("show only these, such as 'operation=process-signal and not result=done'"),
    )
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON each"))
    parser.add_argument("--limit", type=int, metavar="N", help=_("show the last N only"))


def run(arguments: argparse.Namespace, host: Host) -> int:
    """Prints what was done, the latest last; status 1 if there is nothing.

    Raises:
        Problem: `bad-query`; `hidden` if this user may not read it; as the probe says.
    """
    try:
        query = LANGUAGE.compile(" ".join(arguments.query))
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error
    audit = AuditProbe(host).read()
    if audit.hidden:
        raise Problem(
            "hidden",
            _("Only root and members of the groups adm and systemd-journal may read this."),
            _("Run it by sudo, or open “Done as root” in the window: it asks for a password."),
        )
    shown = arrange(audit.done, query, order("time"), descending=False).rows
    if arguments.limit is not None:
        shown = shown[max(0, len(shown) - max(0, arguments.limit)) :]
    if arguments.json:
        for done in shown:
            write_line(done)
    else:
        for line in write_table(COLUMNS, shown, _):
            print(line)
    if audit.cut:
        print(older(), file=sys.stderr)
    return 0 if shown else 1
