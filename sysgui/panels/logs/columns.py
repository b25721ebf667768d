"""The columns of the list of logs."""

from datetime import datetime
from operator import attrgetter

from sysgui.system import units
from sysgui.system.columns import Column
from sysgui.system.i18n import N_
from sysgui.system.query import Kind

from .probe import LogFile


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time).astimezone().strftime("%Y-%m-%d %H:%M") if time else ""


COLUMNS: tuple[Column[LogFile], ...] = (
    Column(
        "name", N_("Log"), Kind.TEXT,
        attrgetter("name"), attrgetter("name"),
        N_("The file's name beneath /var/log, or which journal it is."), plain=True, width=22,
    ),
    Column(
        "size", N_("Size"), Kind.SIZE,
        attrgetter("size"), lambda file: units.size(file.size),
        N_("The file's length, or that of the journal's files: st_size of stat(2)."), width=8,
    ),
    Column(
        "written", N_("Written"), Kind.TEXT,
        attrgetter("changed"), lambda file: _moment(file.changed),
        N_("When it was last written to: st_mtime of stat(2)."), width=16,
    ),
    Column(
        "kind", N_("Kind"), Kind.TEXT,
        attrgetter("kind"), attrgetter("kind"),
        N_("A journal, a text, or how it is compressed, by its name."), width=8,
    ),
)  # fmt: skip
