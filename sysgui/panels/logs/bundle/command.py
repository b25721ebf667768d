"""`sysgui logs … --bundle FILE`: the lines that are asked for, in a file that can be given away."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing

from sysgui.panels.logs.journal.source import is_journal, source_of
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.printing.journal_lines import boot_named
from sysgui.panels.logs.printing.kept import naming_force
from sysgui.panels.logs.printing.merged_lines import asked_texts
from sysgui.panels.logs.printing.original import FAILED, say_trouble
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .asked import Asked
from .bundling import Bundling
from .spans import KINDS

ALL = "all"


def add_arguments(parser: argparse.ArgumentParser, how: "argparse._ActionsContainer") -> None:
    """Declares the options.

    Args:
        parser: Of `sysgui logs`.
        how: Its options that exclude one another.
    """
    how.add_argument(
        "--bundle",
        metavar=_("FILE"),
        help=_("put them, their histogram and their sums into a new .zip"),
    )
    parser.add_argument(
        "--redact",
        type=_kinds,
        default=(),
        metavar=_("WHAT"),
        help=_("in a bundle, replace: {kinds} or {all}, with commas").format(
            kinds=", ".join(sorted(KINDS)), all=ALL
        ),
    )


def _kinds(typed: str) -> tuple[str, ...]:
    named = {name.strip() for name in typed.split(",")} - {""}
    if not named <= {*KINDS, ALL}:
        raise argparse.ArgumentTypeError(
            _("expected {kinds} or {all}, with commas between them").format(
                kinds=", ".join(sorted(KINDS)), all=ALL
            )
        )
    return tuple(kind for kind in KINDS if kind in named or ALL in named)


def run(arguments: argparse.Namespace, host: Host, sources: Sequence[Source]) -> int:
    """Makes the bundle; `FAILED` if not all could be read of what it is of.

    Raises:
        Problem: As `Bundling` says; `bad-time`, `no-boot`.
    """
    asked = Asked(
        sources[0].path if len(sources) == 1 else name_of(sources),
        older=arguments.older,
        query=_query(arguments, host, sources),
        context=arguments.context,
        redacted=arguments.redact,
    )
    bundling = Bundling(host, asked)
    making = bundling.steps(arguments.bundle, replaces=arguments.force)
    with closing(bundling), closing(making) as steps, naming_force():
        _tell(steps)
        return 0 if say_trouble(bundling.trouble, complete=bundling.complete) else FAILED


def _tell(steps: Iterable[float]) -> None:
    """Does it, and shows on a terminal how far it is."""
    said = -1
    for done in steps:
        percent = int(100 * done)
        if sys.stderr.isatty() and percent > said:
            said = percent
            sys.stderr.write(f"\r{percent:3} %")
            sys.stderr.flush()
    if said >= 0:
        sys.stderr.write("\r     \r")


def _query(arguments: argparse.Namespace, host: Host, sources: Sequence[Source]) -> str:
    """Returns what is typed and what the options ask for, as one query."""
    asked = asked_texts(arguments, host)
    if arguments.boot is not None:
        if len(sources) > 1 or not is_journal(sources[0].path):
            raise Problem("no-boot", _("Only a journal knows when the machine was started."))
        asked.append(f"boot={boot_named(host, source_of(sources[0].path), arguments.boot)}")
    wanted = [each for each in asked if each.strip()]
    return wanted[0] if len(wanted) == 1 else " ".join(f"({each})" for each in wanted)
