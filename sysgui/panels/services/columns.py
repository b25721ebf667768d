"""The columns of the table of units, which are also the fields of its query language."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from sysgui.system import units as figures
from sysgui.system.columns import Column, language_of
from sysgui.system.i18n import N_, _
from sysgui.system.query import Field, Kind, Language

from .units import Unit, readable
from .watch.words import signed

# The signs before a state, so that it is not told by its colour alone.
FAILED, BROKEN, MOVING = "✗", "⚠", "…"

ACTIVE = (
    "active", "reloading", "refreshing", "inactive", "failed", "activating", "deactivating",
    "maintenance",
)  # fmt: skip
LOAD = ("loaded", "not-found", "bad-setting", "error", "masked", "merged", "stub")
TYPES = (
    "service", "timer", "socket", "path", "mount", "automount", "swap", "target", "slice", "scope",
    "device",
)  # fmt: skip

WATCH = ("fine", "failing", "given-up", "missing", "stopped", "new")

# What one asks with a yes: is it started by itself?
_YES = {"enabled": "yes", "enabled-runtime": "yes", "disabled": "no"}
ENABLED = (
    "yes", "no", "static", "indirect", "masked", "masked-runtime", "linked", "linked-runtime",
    "alias", "generated", "transient", "bad",
)  # fmt: skip

_MOVES = ("activating", "deactivating", "reloading", "refreshing")


def _state(unit: Unit) -> str:
    if not unit.active:
        return figures.UNKNOWN
    if unit.active == "failed":
        return f"{FAILED} {_('failed')}"
    if unit.active in _MOVES:
        return f"{MOVING} {unit.active}"
    return f"{BROKEN} {unit.load}" if is_broken(unit) else unit.active


def is_broken(unit: Unit) -> bool:
    """Tells whether a unit is down because its file is missing or wrong."""
    return unit.active == "inactive" and unit.load not in ("", "loaded", "masked")


def is_ghost(unit: Unit) -> bool:
    """Tells whether it is only a name that others mention: there is no such file."""
    return unit.active == "inactive" and unit.load == "not-found"


def _load(unit: Unit) -> str:
    if not unit.load:
        return figures.UNKNOWN
    return unit.load if unit.load in ("loaded", "masked") else f"{BROKEN} {unit.load}"


def _enabled(unit: Unit) -> str | None:
    return _YES.get(unit.enabled, unit.enabled) or None


def _age(unit: Unit) -> float | None:
    return max(0.0, unit.seen - unit.since) if unit.since and unit.seen else None


def _ahead(unit: Unit) -> float | None:
    return unit.next_run - unit.seen if unit.next_run and unit.seen else None


def _behind(unit: Unit) -> float | None:
    return max(0.0, unit.seen - unit.last_run) if unit.last_run and unit.seen else None


def coarse(seconds: float) -> str:
    """Writes a span of time with its largest unit only: `3 h`."""
    for unit, length in ((_("d"), 86400), (_("h"), 3600), (_("min"), 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{figures.SPACE}{unit}"
    return f"{int(seconds)}{figures.SPACE}{_('s')}"


def _ago(seconds: float | None) -> str:
    return figures.UNKNOWN if seconds is None else _("{span} ago").format(span=coarse(seconds))


def _in(seconds: float | None) -> str:
    if seconds is None:
        return figures.UNKNOWN
    return _("in {span}").format(span=coarse(seconds)) if seconds >= 1 else _("now")


def moment(when: float | None) -> str:
    """Writes a time of day on the user's clock."""
    if not when:
        return figures.UNKNOWN
    local = datetime.fromtimestamp(when, UTC).astimezone()
    return local.strftime("%Y-%m-%d %H:%M:%S %Z")


def _number(value: int | None) -> str:
    return figures.UNKNOWN if value is None else str(value)


def _changed(unit: Unit) -> str:
    return f"{BROKEN} {_('changed')}" if unit.changed else ""


COLUMNS: tuple[Column[Unit], ...] = (
    Column(
        "name", N_("Name"), Kind.TEXT,
        lambda u: readable(u.name), lambda u: readable(u.name),
        N_("Name of the unit; what systemd writes as \\x2d is shown as what it stands for."),
        plain=True, width=28,
    ),
    Column(
        "state", N_("State"), Kind.CHOICE,
        lambda u: u.active or None, _state,
        N_("Whether it is up: ActiveState. Templates and aliases have no state of their own."),
        width=11, choices=ACTIVE,
    ),
    Column(
        "sub", N_("Sub-state"), Kind.TEXT,
        lambda u: u.sub or None, lambda u: u.sub or figures.UNKNOWN,
        N_("The finer state that its type has: SubState."), width=9,
    ),
    Column(
        "enabled", N_("Enabled"), Kind.CHOICE,
        _enabled, lambda u: u.enabled or figures.UNKNOWN,
        N_("Whether it is started by itself, such as at boot: the state of its unit file."),
        width=9, choices=ENABLED,
    ),
    Column(
        "watch", N_("Watch"), Kind.CHOICE,
        lambda u: u.watch or None, lambda u: signed(u.watch) if u.watch else "",
        N_("What its watch has found it to be; empty where it is not watched (Ctrl+Shift+W)."),
        width=14, choices=WATCH,
    ),
    Column(
        "since", N_("Since"), Kind.DURATION,
        _age, lambda u: _ago(_age(u)),
        N_("How long it has been in its state; point at it for the time of day."), width=10,
    ),
    Column(
        "mem", N_("Memory"), Kind.SIZE,
        attrgetter("memory"), lambda u: figures.size(u.memory),
        N_("What its processes use, caches included: memory.current of its control group."),
        width=9,
    ),
    Column(
        "cpu", N_("CPU %"), Kind.PERCENT,
        attrgetter("cpu"), lambda u: figures.decimal(u.cpu),
        N_("Percentage of one core since the last reading: cpu.stat of its control group."),
        width=6,
    ),
    Column(
        "cputime", N_("CPU time"), Kind.DURATION,
        attrgetter("cpu_time"), lambda u: figures.duration(u.cpu_time),
        N_("What it has computed in all: usage_usec of cpu.stat of its control group."), width=9,
    ),
    Column(
        "tasks", N_("Tasks"), Kind.NUMBER,
        attrgetter("tasks"), lambda u: _number(u.tasks),
        N_("Processes and threads: pids.current of its control group."), width=6,
    ),
    Column(
        "restarts", N_("Restarts"), Kind.NUMBER,
        attrgetter("restarts"), lambda u: _number(u.restarts),
        N_("How often systemd has restarted it by itself: NRestarts."), width=8,
    ),
    Column(
        "pid", N_("PID"), Kind.NUMBER,
        lambda u: u.pid or None, lambda u: str(u.pid) if u.pid else figures.UNKNOWN,
        N_("Its main process: MainPID."), width=7,
    ),
    Column(
        "next", N_("Next run"), Kind.DURATION,
        _ahead, lambda u: _in(_ahead(u)),
        N_("When a timer elapses next; point at it for the time of day."), width=10,
    ),
    Column(
        "last", N_("Last run"), Kind.DURATION,
        _behind, lambda u: _ago(_behind(u)),
        N_("When a timer elapsed last; point at it for the time of day."), width=10,
    ),
    Column(
        "changed", N_("On disk"), Kind.CHOICE,
        lambda u: ("yes" if u.changed else "no") if u.loaded else None, _changed,
        N_("Whether its files have changed since they were loaded: NeedDaemonReload."),
        width=10, choices=("yes", "no"),
    ),
    Column(
        "load", N_("Load"), Kind.CHOICE,
        lambda u: u.load or None, _load,
        N_("Whether its files could be loaded: LoadState. “–” is not loaded, as nothing needs it."),  # noqa: RUF001
        width=11, choices=LOAD,
    ),
    Column(
        "type", N_("Type"), Kind.CHOICE,
        attrgetter("type"), attrgetter("type"),
        N_("What kind of unit it is: the end of its name."), width=8, choices=TYPES,
    ),
    Column(
        "scope", N_("Of"), Kind.CHOICE,
        attrgetter("scope"), attrgetter("scope"),
        N_("Whose manager runs it: the system's, or the user's own."), width=7,
        choices=("system", "user"),
    ),
    Column(
        "job", N_("Job"), Kind.TEXT,
        lambda u: u.job or None, lambda u: u.job,
        N_("What is queued for it."), width=8,
    ),
    Column(
        "description", N_("Description"), Kind.TEXT,
        attrgetter("description"), attrgetter("description"),
        N_("What it says of itself: Description of its file. Only of units that are loaded."),
        plain=True, width=28,
    ),
)  # fmt: skip

# Further names by which one asks, and the name as systemd writes it.
_ALIASES = {"state": ("active",), "mem": ("memory",)}


def _language() -> Language[Unit]:
    fields = [
        replace(field, aliases=_ALIASES.get(field.name, ()))
        for field in language_of(COLUMNS).fields
    ]
    return Language(
        [
            *fields,
            Field("unit", Kind.TEXT, attrgetter("name"), plain=True),
            Field("watched", Kind.CHOICE, _watched, choices=("yes", "no")),
        ]
    )


def _watched(unit: Unit) -> str:
    return "yes" if unit.watch else "no"


LANGUAGE = _language()

# What is asked, or read, of each unit by itself: of all of them only if a query or order needs it.
DETAILS = frozenset({"since", "restarts", "pid", "next", "last"})
FIGURES = frozenset({"mem", "memory", "cpu", "cputime", "tasks"})


# What changes while time goes by.
AGES = ("since", "next", "last")

_BY_NAME = {column.name: column for column in COLUMNS}

_ASKS_TYPE = re.compile(r"\b(?:type|unit|load)\s*(?:!=|[=:~])", re.IGNORECASE)


def own_kind(query: str) -> bool:
    """Tells whether a query says itself which kind of units is meant."""
    return _ASKS_TYPE.search(query) is not None


# What wants somebody first, then what works.
_RANKS = {
    state: rank
    for rank, state in enumerate((
        "failed", "maintenance", "activating", "deactivating", "reloading", "refreshing", "active",
        "inactive",
    ))
}  # fmt: skip


def order(name: str) -> Callable[[Unit], Any]:
    """Returns what rows are sorted by in a column.

    Raises:
        KeyError: If there is none of that name.
    """
    return _rank if name == "state" else _BY_NAME[name].value


def _rank(unit: Unit) -> float | None:
    rank = _RANKS.get(unit.active)
    if rank is None:
        return None
    # A unit whose file is missing or wrong comes after those that failed; one with a file alone,
    # after those that are loaded.
    if is_broken(unit):
        return 0.5
    return rank if unit.loaded else rank + 1


def column(name: str) -> Column[Unit]:
    """Returns the column of that name.

    Raises:
        KeyError: If there is none.
    """
    return _BY_NAME[name]
