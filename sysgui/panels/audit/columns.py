"""The columns of what was done as root, which are also the fields of its query language."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from sysgui.system import units
from sysgui.system.columns import Column, language_of
from sysgui.system.i18n import N_, _
from sysgui.system.query import Kind

from .entries import Done

COLUMNS: tuple[Column[Done], ...] = (
    Column(
        "time", N_("Time"), Kind.TEXT,
        attrgetter("local_time"), attrgetter("local_time"),
        N_("When it began, on your clock: __REALTIME_TIMESTAMP of its first entry."),
        plain=True, width=19,
    ),
    Column(
        "operation", N_("Operation"), Kind.TEXT,
        attrgetter("operation"), attrgetter("operation"),
        N_("Its name among the helper's operations: SYSGUI_OPERATION."), plain=True, width=16,
    ),
    Column(
        "user", N_("For"), Kind.TEXT,
        attrgetter("user"), attrgetter("user"),
        N_("On whose behalf it was done, as polkit says: SYSGUI_CALLER_UID."), plain=True, width=10,
    ),
    Column(
        "result", N_("Result"), Kind.TEXT,
        attrgetter("result"), lambda d: d.result or _("no end known"),
        N_("“done”, or why not: SYSGUI_RESULT. None is known while it lasts, or if it was killed."),
        plain=True, width=12,
    ),
    Column(
        "duration", N_("Duration"), Kind.DURATION,
        attrgetter("duration"), lambda d: lasted(d.duration),
        N_("From the request to the end, waiting for an answer included: SYSGUI_DURATION_MS."),
        width=8,
    ),
    Column(
        "request", N_("Request"), Kind.TEXT,
        attrgetter("request"), attrgetter("request"),
        N_("The name that both entries of the journal have for it: SYSGUI_REQUEST."), width=32,
    ),
    Column(
        "objects", N_("Objects"), Kind.TEXT,
        attrgetter("objects"), attrgetter("objects"),
        N_("How, and to what it was done, as the password was asked for: SYSGUI_TARGETS."),
        plain=True, width=48,
    ),
)  # fmt: skip

LANGUAGE = language_of(COLUMNS)


def order(name: str) -> Callable[[Done], Any]:
    """Returns what rows are sorted by in a column.

    Raises:
        KeyError: If there is none of that name.
    """
    # A clock on the wall goes back once a year.
    if name == "time":
        return attrgetter("time")
    return {column.name: column.value for column in COLUMNS}[name]


def lasted(seconds: float | None) -> str:
    """Writes how long it took: hundredths matter below a minute."""
    if seconds is None or seconds >= 60:
        return units.duration(seconds)
    return f"{seconds:.2f}{units.SPACE}{_('s')}"
