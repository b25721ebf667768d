"""Which units the table lists, and in which order; knows no Qt."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from sysgui.system import units as written
from sysgui.system.arrange import Arrangement, arrange, held
from sysgui.system.i18n import N_, _
from sysgui.system.query import Query

from .columns import AGES, COLUMNS, DETAILS, FIGURES, LANGUAGE, column, is_ghost, order, own_kind
from .figures import Figures, Reading
from .probe import Changes
from .units import KEY, SYSTEM, Key, Unit


class Kind(NamedTuple):
    """One of the parts that the table can be narrowed to.

    Attributes:
        name: What the settings call it.
        title: What its button says, marked for translation.
        tip: What it shows, marked for translation.
        types: The types of units; none is all.
    """

    name: str
    title: str
    tip: str
    types: tuple[str, ...] = ()


FAILED = "failed"

KINDS = (
    Kind("service", N_("Services"), N_("Programs that systemd runs"), ("service",)),
    Kind("timer", N_("Timers"), N_("What is started at its time"), ("timer",)),
    Kind("socket", N_("Sockets"), N_("What is started when somebody connects"), ("socket",)),
    Kind(
        "mount", N_("Mounts"), N_("File systems, swap and what is mounted when it is needed"),
        ("mount", "automount", "swap"),
    ),
    Kind("target", N_("Targets"), N_("Names for states of the machine"), ("target",)),
    Kind("all", N_("All"), N_("Units of all types")),
    Kind(FAILED, N_("Failed"), N_("What has failed, of all types")),
)  # fmt: skip

_NOTHING = Figures()

MINUTE = 60.0
AGES_EVERY = 30.0


class Listing:
    """The units of one manager as last told, and how the user wants to see them.

    Args:
        sort: The column that rows are sorted by; an unknown one is taken for the state.
        descending: Whether the highest comes first.
        kind: The name of the part that is shown; an unknown one is taken for services.
        scope: Whose manager it is.

    Attributes:
        sort: The column that rows are sorted by.
        descending: Whether the highest comes first.
        kind: The part that is shown.
        scope: Whose manager it is.
        known: Whether its units have been told.
    """

    def __init__(self, sort: str, *, descending: bool, kind: str, scope: str = SYSTEM) -> None:
        self.sort = sort if sort in {each.name for each in COLUMNS} else "state"
        self.descending = descending
        self.kind = next((each for each in KINDS if each.name == kind), KINDS[0])
        self.scope = scope
        self.known = False
        self._why = ""
        self._query = LANGUAGE.compile("")
        self._own_kind = False
        self._units: dict[Key, Unit] = {}
        self._shown: Arrangement[Unit] = Arrangement(())
        self._turn = 0.0
        self._watched: Mapping[str, str] = {}

    @property
    def query(self) -> Query[Unit]:
        """What is searched for."""
        return self._query

    @query.setter
    def query(self, query: Query[Unit]) -> None:
        self._query = query
        self._own_kind = own_kind(query.text)

    # What is told.

    def take(self, changes: Changes) -> list[Unit]:
        """Takes what has changed since it was last told; returns the rows that are others now."""
        if changes.whole:
            before, self._units = self._units, {}
        else:
            before = self._units
        rows = [
            self._with_own(unit, before.get(unit.key), changes.time) for unit in changes.changed
        ]
        for name in changes.gone:
            self._units.pop((changes.scope, name), None)
        has_new = any(row.key not in self._units for row in rows)
        self._units.update((row.key, row) for row in rows)
        if has_new:
            # In the order of their names, so that those stand so that are equal in another order.
            by_name = order("name")
            self._units = dict(sorted(self._units.items(), key=lambda item: by_name(item[1])))
        self.known = True
        return rows

    def _with_own(self, unit: Unit, before: Unit | None, now: float) -> Unit:
        """Returns a unit as systemd has told it, with what is known of it from elsewhere."""
        watch = self._watch(unit)
        if before is None or before.memory is before.tasks is before.cpu_time is None:
            return msgspec.structs.replace(unit, seen=now, watch=watch)
        return msgspec.structs.replace(
            unit,
            seen=now,
            watch=watch,
            memory=before.memory,
            cpu=before.cpu,
            cpu_time=before.cpu_time,
            tasks=before.tasks,
        )

    def _watch(self, unit: Unit) -> str:
        return self._watched.get(unit.name, "") if unit.scope == SYSTEM else ""

    def take_watches(self, states: Mapping[str, str]) -> None:
        """Takes which of the system's services are watched, and how they are."""
        self._watched = states
        for key, unit in self._units.items():
            watch = self._watch(unit)
            if watch != unit.watch:
                self._units[key] = msgspec.structs.replace(unit, watch=watch)

    def take_figures(self, keys: Iterable[Key], reading: Reading) -> bool:
        """Takes what the kernel counts for some rows; tells whether any reads otherwise now."""
        changed = False
        # Ages that are written in minutes or more are all written anew together, and seldom.
        turn, before = reading.time // AGES_EVERY, self._turn
        self._turn = turn
        for key in keys:
            unit = self._units.get(key)
            if unit is None:
                continue
            found = reading.groups.get(unit.control_group or "", _NOTHING)
            now = msgspec.structs.replace(
                unit,
                seen=reading.time,
                memory=found.memory,
                cpu=found.cpu,
                cpu_time=found.cpu_time,
                tasks=found.tasks,
            )
            aged = (turn != before or _is_young(now)) and _ages(now) != _ages(unit)
            if aged or _counted(now) != _counted(unit):
                self._units[key] = now
                changed = True
        return changed

    def forget(self, why: str = "") -> None:
        """Forgets all units: they are another manager's, or nobody tells of them any more.

        Args:
            why: Why nobody does, translated.
        """
        self._units.clear()
        self.known = False
        self._why = why

    # What is asked for.

    def find(self, key: Key) -> Unit | None:
        """Returns a unit as it is now, or None if there is none of that name any more."""
        return self._units.get(key)

    @property
    def details_of_all(self) -> bool:
        """Whether the order or the query needs what must be asked for of each unit."""
        return self._needs(DETAILS) or self.figures_of_all

    @property
    def figures_of_all(self) -> bool:
        """Whether the order or the query needs what the kernel counts for each unit."""
        return self._needs(FIGURES)

    def _needs(self, names: frozenset[str]) -> bool:
        words = re.findall(r"[a-z]+", self.query.text.casefold())
        return self.sort in names or not names.isdisjoint(words)

    def candidates(self) -> list[Key]:
        """Returns all units of the part that is shown, whatever the query says of their figures."""
        return [key for key, unit in self._units.items() if self._is_of_kind(unit)]

    # What is shown.

    @property
    def total(self) -> int:
        """How many units there are in the part that is shown."""
        return sum(map(self._is_of_kind, self._units.values()))

    @property
    def matched(self) -> int:
        """How many of them the query lets through."""
        return self._shown.matched

    @property
    def failed(self) -> int:
        """How many units of all types have failed."""
        return sum(unit.active == FAILED for unit in self._units.values())

    def _is_of_kind(self, unit: Unit) -> bool:
        if self.kind.name == FAILED:
            return unit.active == FAILED
        # Who asks for a type means it, whichever part is shown.
        if not self.kind.types or self._own_kind:
            return True
        return unit.type in self.kind.types and not is_ghost(unit)

    def arranged(self) -> Arrangement[Unit]:
        """Returns the rows in their order."""
        units = filter(self._is_of_kind, self._units.values())
        self._shown = arrange(units, self.query, order(self.sort), descending=self.descending)
        return self._shown

    def refreshed(self) -> Arrangement[Unit]:
        """Returns the rows where they stand, with what the kernel counts for them now."""
        if self.details_of_all:
            return self.arranged()
        rows = [self._units.get(KEY(row), row) for row in self._shown.rows]
        self._shown = Arrangement(rows, matched=self._shown.matched)
        return self._shown

    def kept(self, changed: Iterable[Unit]) -> tuple[Arrangement[Unit], frozenset[int]]:
        """Returns the rows in the places that they have, and which of them are gone.

        Args:
            changed: Among which new ones may be.
        """
        newcomers = [
            unit for unit in changed if self._is_of_kind(unit) and self.query.matches(unit)
        ]
        self._shown, ended = held(self._shown, self._units, KEY, newcomers)
        return self._shown, ended

    def why_empty(self) -> str:
        """Returns why no row is shown, translated."""
        if not self.known:
            return self._why or _("Asking systemd…")
        if self.query:
            return _("No unit matches “{query}”. Ctrl+F, then Delete, shows all again.").format(
                query=self.query.text
            )
        if self.kind.name == FAILED:
            return _("Nothing has failed.")
        return _("There are no units of this kind.")


def _counted(unit: Unit) -> tuple[str, ...]:
    """Returns what the table writes of what the kernel counts."""
    return (
        written.size(unit.memory),
        written.decimal(unit.cpu),
        written.duration(unit.cpu_time),
        str(unit.tasks),
    )


def _ages(unit: Unit) -> list[str]:
    """Returns what the table writes of the time that has gone by."""
    return [column(name).text(unit) for name in AGES]


def _is_young(unit: Unit) -> bool:
    """Tells whether an age is written in seconds."""
    times = (unit.since, unit.last_run, unit.next_run)
    return any(time and abs(unit.seen - time) < MINUTE for time in times)
