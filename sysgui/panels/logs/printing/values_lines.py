"""`sysgui logs --values`: which values a part of a journal's entries has."""

import argparse
from operator import attrgetter

from sysgui.panels.logs.journal.source import PREFIX, is_journal
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.values import FIELDS, PartValue, ValuesProbe
from sysgui.system.columns import Column, write_table
from sysgui.system.host import Host
from sysgui.system.i18n import N_, _
from sysgui.system.json_lines import write_line
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.system.query import Kind
from sysgui.system.units import count

COLUMNS: tuple[Column[PartValue], ...] = (
    Column(
        "entries", N_("Entries"), Kind.NUMBER,
        attrgetter("entries"), lambda value: count(value.entries), width=8,
    ),
    Column(
        "value", N_("Value"), Kind.TEXT,
        attrgetter("text"), lambda value: printable_text(value.text), width=40,
    ),
    Column("span", N_("From … to"), Kind.TEXT, attrgetter("first"), attrgetter("span")),
)  # fmt: skip


def add_arguments(how: argparse._MutuallyExclusiveGroup) -> None:
    """Declares the option of `sysgui logs`, among those that exclude it."""
    how.add_argument(
        "--values",
        choices=list(FIELDS),
        help=_("print which values that part of a journal's entries has, by its index"),
    )


def run_values(arguments: argparse.Namespace, host: Host, sources: list[Source]) -> int:
    """Prints the values; status 1 if there are none.

    Raises:
        Problem: `no-values`, of what is no journal; as `ValuesProbe.read` says.
    """
    sources = sources or [Source(f"{PREFIX}system")]
    if not all(is_journal(source.path) for source in sources):
        raise Problem(
            "no-values",
            _("Only a journal has a list of values."),
            _("Such as: sysgui logs journal:system --values unit"),
        )
    read = ValuesProbe(host).read(name_of(sources), arguments.values)
    columns = COLUMNS if arguments.values == "boot" else COLUMNS[:2]
    for value in read.values if arguments.json else ():
        # Of others than boots it is not told from when to when they were.
        is_dated = arguments.values == "boot"
        write_line(value if is_dated else {"text": value.text, "entries": value.entries})
    for line in () if arguments.json else write_table(columns, read.values, _):
        print(line)
    return 0 if read.values else 1
