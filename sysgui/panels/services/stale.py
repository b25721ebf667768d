"""Which units' files may be others on disk now than when their manager loaded them.

Asking every unit for that would be thousands of questions. What the files' own times say leaves a
few, and those are asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sysgui.system.host import Host

from .units import Unit, template_of, type_of

# Written by systemd itself, which knows.
_OWN = ("/run/systemd/transient", "/run/systemd/generator")

# These come from a file, or from what no longer is there.
_FILED = {"service", "socket", "timer", "path", "target", "automount"}


# Directories of links by which units are enabled.
_LINKS = (".wants", ".requires", ".upholds")


class Suspect(NamedTuple):
    """A unit to be asked, once for each time at which a file of its has changed.

    Attributes:
        name: The unit.
        stamp: When its file changed.
        drop_ins: The names of its drop-ins that are newer than the load. systemd itself does not
            see a new directory of them before it loads any other unit.
    """

    name: str
    stamp: float
    drop_ins: tuple[str, ...] = ()


class _Change(NamedTuple):
    """When a file changed, and its name if it is a drop-in."""

    stamp: float
    drop_in: str = ""


class Files:
    """Looks at the files of units and their drop-ins.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def suspects(
        self, units: Iterable[Unit], places: Sequence[str], loaded_at: float
    ) -> set[Suspect]:
        """Returns the loaded units of which a file may have changed since `loaded_at`.

        A file's time of change counts: unlike that of its contents, nobody can set it back.
        """
        if not places or not loaded_at:
            return set()
        loaded = [unit for unit in units if unit.load == "loaded"]
        newer: dict[str, list[_Change]] = {}
        there: set[str] = set()
        for place in places:
            for stem, change in self._changes(place, there):
                if change.stamp > loaded_at and not place.startswith(_OWN):
                    newer.setdefault(stem, []).append(change)
        found = set()
        for unit in loaded:
            is_gone = unit.file not in there and unit.type in _FILED
            stems = _stems(unit.name) if newer else ()
            hit = [change for stem in stems for change in newer.get(stem, ())]
            if hit or is_gone:
                drop_ins = sorted({change.drop_in for change in hit if change.drop_in})
                stamp = max((change.stamp for change in hit), default=0.0)
                found.add(Suspect(unit.name, stamp, tuple(drop_ins)))
        return found

    def stamp(self, places: Sequence[str]) -> int:
        """Returns what is another number once any file of units, drop-in or link is another one."""
        found: list[tuple[str, float]] = []
        for place in places:
            for name in self._names(place):
                path = f"{place}/{name}"
                found.append((path, self._stamp(path)))
                if name.endswith(".d"):
                    found += [(each, self._stamp(f"{path}/{each}")) for each in self._names(path)]
                elif name.endswith(_LINKS):
                    found += [(each, 0.0) for each in self._names(path)]
        return hash(tuple(found))

    def _changes(self, place: str, there: set[str]) -> Iterator[tuple[str, "_Change"]]:
        """Yields the names that a directory has files or drop-ins for, and when those changed."""
        for name in self._names(place):
            path = f"{place}/{name}"
            if name.endswith(".d"):
                stem = name.removesuffix(".d")
                yield stem, _Change(self._stamp(path))
                for each in self._names(path):
                    drop_in = each if each.endswith(".conf") else ""
                    yield stem, _Change(self._stamp(f"{path}/{each}"), drop_in)
            elif not name.endswith(_LINKS):
                there.add(path)
                yield name, _Change(self._stamp(path))

    def _names(self, place: str) -> list[str]:
        try:
            return self._host.names(place)
        except OSError:
            return []

    def _stamp(self, path: str) -> float:
        try:
            return self._host.stat(path).st_ctime
        except OSError:
            return 0.0  # Gone meanwhile, or a link to nowhere.


def _stems(name: str) -> Iterator[str]:
    """Yields all names by which files and drop-ins are a unit's (systemd.unit(5))."""
    yield name
    yield type_of(name)
    template = template_of(name)
    if template:
        yield template
    stem, _point, suffix = (template or name).rpartition(".")
    at = "@" if template else ""
    prefix = stem.removesuffix("@").rstrip("-")
    while "-" in prefix:
        prefix = prefix.rpartition("-")[0]
        # As in foo-.service.d, for all that begin so.
        yield f"{prefix}-{at}.{suffix}"
        if at:
            yield f"{prefix}-.{suffix}"
        prefix = prefix.rstrip("-")
