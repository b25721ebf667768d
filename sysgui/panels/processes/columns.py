"""The columns of the process table, which are also the fields of its query language."""

from operator import attrgetter

from sysgui.system import units
from sysgui.system.columns import Column, language_of
from sysgui.system.i18n import N_
from sysgui.system.processes import Process
from sysgui.system.query import Kind

# What the letters of /proc/PID/stat stand for (proc_pid_stat(5)).
STATES = {
    "R": N_("running"),
    "S": N_("sleeping"),
    "D": N_("waiting for I/O"),
    "Z": N_("zombie"),
    "T": N_("stopped"),
    "t": N_("traced"),
    "I": N_("idle"),
    "X": N_("dead"),
    "P": N_("parked"),
}

COLUMNS: tuple[Column[Process], ...] = (
    Column(
        "name", N_("Name"), Kind.TEXT,
        lambda p: p.name.casefold(), lambda p: p.name,
        N_("The program's name: /proc/PID/stat, completed from the command line."),
        plain=True, width=17,
    ),
    Column(
        "pid", N_("PID"), Kind.NUMBER,
        attrgetter("pid"), lambda p: str(p.pid),
        N_("Process id."), width=7,
    ),
    Column(
        "user", N_("User"), Kind.TEXT,
        attrgetter("user"), attrgetter("user"),
        N_("Name of the effective user: owner of /proc/PID."), plain=True, width=9,
    ),
    Column(
        "cpu", N_("CPU %"), Kind.PERCENT,
        attrgetter("cpu"), lambda p: units.decimal(p.cpu),
        N_("Percentage of one core since the last reading: utime + stime of /proc/PID/stat."),
        width=6,
    ),
    Column(
        "rss", N_("RSS"), Kind.SIZE,
        attrgetter("rss"), lambda p: units.size(p.rss) if p.rss else units.UNKNOWN,
        N_("Resident memory, shared pages counted in full: /proc/PID/statm."), width=8,
    ),
    Column(
        "read", N_("Read/s"), Kind.SIZE,
        attrgetter("read_rate"), lambda p: _traffic(p.read_rate),
        N_("Bytes per second from storage: read_bytes of /proc/PID/io. “–” is none, or not yours to see."),  # noqa: E501, RUF001
        width=7,
    ),
    Column(
        "write", N_("Write/s"), Kind.SIZE,
        attrgetter("write_rate"), lambda p: _traffic(p.write_rate),
        N_("Bytes per second to storage: write_bytes of /proc/PID/io. “–” is none, or not yours to see."),  # noqa: E501, RUF001
        width=7,
    ),
    Column(
        "state", N_("State"), Kind.CHOICE,
        attrgetter("state"), attrgetter("state"),
        N_("R running, S sleeping, D waiting for I/O, Z zombie, T stopped, I idle kernel thread."),
        width=5, choices=tuple(STATES),
    ),
    Column(
        "nice", N_("Nice"), Kind.NUMBER,
        attrgetter("nice"), lambda p: str(p.nice),
        N_("Nice value: -20 runs first, 19 last."), width=5,
    ),
    Column(
        "threads", N_("Threads"), Kind.NUMBER,
        attrgetter("threads"), lambda p: str(p.threads),
        N_("How many threads it has."), width=7,
    ),
    Column(
        "command", N_("Command"), Kind.TEXT,
        attrgetter("command"), attrgetter("command"),
        N_("Command line: /proc/PID/cmdline. In brackets: a thread of the kernel, or none."),
        plain=True, width=60,
    ),
)  # fmt: skip

LANGUAGE = language_of(COLUMNS)


def column(name: str) -> Column[Process]:
    """Returns the column of that name.

    Raises:
        KeyError: If there is none.
    """
    return {column.name: column for column in COLUMNS}[name]


def _traffic(per_second: float | None) -> str:
    return units.amount(per_second) if per_second else units.UNKNOWN
