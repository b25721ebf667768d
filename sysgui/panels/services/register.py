"""What one manager has told of its units: the rows, from lists, signals and answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from sysgui.system.host import Host

from .properties import ELAPSES, next_elapse, runs, told
from .units import TRANSIENT, Unit, UnitFile, of_file, template_of, units_of, with_file

# A unit that has just changed may be unloaded the next moment.
CALM = 1.0

# Properties that the list has, too.
_LISTED = ("ActiveState", "SubState", "Job")


class Register:
    """Holds the units, and the files of which no unit is loaded.

    Args:
        host: The machine, for its clocks.
        scope: Whose manager it is.

    Attributes:
        files: The list of unit files as it was last told, by name.
    """

    def __init__(self, host: Host, scope: str) -> None:
        self._host = host
        self._scope = scope
        self.files: dict[str, UnitFile] = {}
        self._rows: dict[str, Unit] = {}
        self._names: dict[str, str] = {}
        self._dirty: set[str] = set()
        # Whether a unit was up when it was asked; what was asked once is told from then on.
        self._asked: dict[str, bool] = {}
        self._stirred: dict[str, float] = {}
        self._elapses: dict[str, dict[str, int]] = {}
        # What new units have told of themselves before they are listed.
        self._early: dict[str, dict[str, Any]] = {}

    # What is known.

    @property
    def units(self) -> Iterable[Unit]:
        """All units, and all files of which no unit is loaded."""
        return self._rows.values()

    def find(self, name: str) -> Unit | None:
        """Returns a unit by its name."""
        return self._rows.get(name)

    @property
    def dirty(self) -> bool:
        """Whether anything has changed since it was last told."""
        return bool(self._dirty)

    def tell(self) -> tuple[list[Unit], list[str]]:
        """Returns the units that have changed since it last told, and the names of the gone."""
        names, self._dirty = self._dirty, set()
        changed = [self._rows[name] for name in names if name in self._rows]
        return changed, [name for name in names if name not in self._rows]

    def askable(self, name: str, now: float) -> Unit | None:
        """Returns a unit if it may be asked for details: not twice, nor if that might load it.

        Args:
            name: The unit.
            now: When it would be asked.
        """
        unit = self._rows.get(name)
        if unit is None or not unit.loaded or unit.load != "loaded":
            return None
        asked = self._asked.get(name)
        if asked or (asked is False and not runs(unit)):
            return None
        return unit if self.calm(name, now) else None

    def calm(self, name: str, now: float) -> bool:
        """Tells whether a unit has been as it is for a while, and so will not be gone just now."""
        return now >= self._stirred.get(name, 0.0)

    def note_asked(self, unit: Unit) -> None:
        """Remembers that a unit has been asked for details."""
        self._asked[unit.name] = runs(unit)

    # What signals tell.

    def announce(self, name: str, path: str) -> None:
        """Takes that a unit was loaded, which is yet to be listed."""
        if name not in self._rows or not self._rows[name].loaded:
            self._names[path] = name
            self._early[name] = {}
        self._stirred[name] = self._host.monotonic() + CALM

    def remove(self, name: str, path: str) -> None:
        """Takes that a unit was unloaded."""
        self._early.pop(name, None)
        self._names.pop(path, None)
        self._forget(name)

    def start_anew(self) -> None:
        """Takes that the manager has read all files anew, and will be asked for all lists."""
        self._early.clear()
        for unit in [unit for unit in self._rows.values() if unit.changed]:
            self._put(msgspec.structs.replace(unit, changed=False))

    def take_values_at(self, path: str, values: Mapping[str, Any]) -> None:
        """Takes properties of the unit that has a path on the bus, if it is known."""
        name = self._names.get(path)
        if name is not None:
            self.take_values(name, values)

    def take_values(self, name: str, values: Mapping[str, Any]) -> None:
        """Takes properties of a unit."""
        unit = self._rows.get(name)
        if unit is None or not unit.loaded:
            if name in self._early:
                self._early[name].update(values)
            return
        changed = told(unit, values, self._elapse(name, values))
        if changed is not unit:
            if changed.active != unit.active:
                self._stirred[name] = self._host.monotonic() + CALM
            self._put(changed)

    def _elapse(self, name: str, values: Mapping[str, Any]) -> float | None:
        if not any(each in values for each in ELAPSES):
            return None
        known = self._elapses.setdefault(name, {})
        known.update({each: values[each] for each in ELAPSES if each in values})
        return next_elapse(known, self._host.now(), self._host.monotonic())

    # What lists tell.

    def take_all(self, body: Sequence[Any]) -> None:
        """Takes the list of all loaded units."""
        listed = units_of(self._scope, body)
        for name in [name for name, unit in self._rows.items() if unit.loaded]:
            if name not in listed:
                self._forget(name)
        for unit in listed.values():
            self._take_listed(unit)

    def take_some(self, body: Sequence[Any]) -> None:
        """Takes a list of some loaded units."""
        for unit in units_of(self._scope, body).values():
            self._take_listed(unit)

    def _take_listed(self, unit: Unit) -> None:
        self._names[unit.path] = unit.name
        early = self._early.pop(unit.name, {})
        before = self._rows.get(unit.name)
        if before is None or not before.loaded:
            self._put(self._filed(unit))
            # Its state is in the list, and newer there.
            values = {key: value for key, value in early.items() if key not in _LISTED}
            self.take_values(unit.name, values)
            return
        if before.active != unit.active:
            self._asked.pop(unit.name, None)
        now = msgspec.structs.replace(
            before,
            description=unit.description,
            load=unit.load,
            active=unit.active,
            sub=unit.sub,
            job=unit.job,
            path=unit.path,
            since=before.since if before.active == unit.active else None,
        )
        if now != before:
            self._put(now)

    def take_files(self, files: dict[str, UnitFile]) -> None:
        """Takes the list of all unit files."""
        self.files = files
        for unit in list(self._rows.values()):
            if unit.loaded:
                filed = self._filed(unit)
                if filed is not unit:
                    self._put(filed)
            elif unit.name not in self.files:
                self._forget(unit.name)
        for name, file in self.files.items():
            before = self._rows.get(name)
            if before is None or not before.loaded:
                only = of_file(self._scope, name, file)
                if only != before:
                    self._put(only)

    def _filed(self, unit: Unit) -> Unit:
        file = self.files.get(unit.name)
        template = self.files.get(template_of(unit.name))
        if file is None and template is not None:
            file = UnitFile(template.path, unit.enabled)
        return with_file(unit, file)

    def _put(self, unit: Unit) -> None:
        self._rows[unit.name] = unit
        self._dirty.add(unit.name)

    def _forget(self, name: str) -> None:
        unit = self._rows.pop(name, None)
        if unit is None:
            return
        self._names.pop(unit.path, None)
        self._elapses.pop(name, None)
        self._stirred.pop(name, None)
        # One that was up may be asked again when it comes back; another would go round in circles.
        if self._asked.get(name):
            del self._asked[name]
        file = self.files.get(name)
        if file is not None and file.state == TRANSIENT:
            del self.files[name]  # systemd wrote it for the unit alone, and has deleted it.
        elif file is not None:
            self._rows[name] = of_file(self._scope, name, file)
        self._dirty.add(name)
