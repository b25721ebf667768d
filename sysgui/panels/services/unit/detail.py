"""All that is known of one unit: read when it is chosen, and again when it changes."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from sysgui.panels.services.units import UNSET
from sysgui.system.bus import SYSTEMD, BusError, Call
from sysgui.system.host import Host
from sysgui.system.printable import printable, printable_text

from .secrets import masked, masked_line, masked_words

# Longer files are cut: nobody reads more of a unit, and some are made by programs.
MOST_TEXT = 1 << 18

# How units hang together, in the order in which that is of interest: what it needs, then who needs
# it (systemd.unit(5), "Mapping of unit properties to their inverses").
NEEDS = ("Requires", "Requisite", "BindsTo", "PartOf", "Upholds", "Wants", "Conflicts")
NEEDED_BY = ("RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "UpheldBy", "WantedBy")
STARTS = ("Triggers", "TriggeredBy", "OnFailure", "OnSuccess")
ORDER = ("After", "Before")
RELATIONS = (*STARTS, *NEEDS, *NEEDED_BY, *ORDER)

# Where a file lies says whose it is; the longer places first.
ORIGINS = (
    ("/etc/systemd/", "administrator"),
    ("/run/systemd/transient", "transient"),
    ("/run/systemd/generator", "generated"),
    ("/run/systemd/", "runtime"),
    ("/run/user/", "runtime"),
    ("/usr/local/", "administrator"),
    ("/usr/lib/systemd/", "distribution"),
    ("/lib/systemd/", "distribution"),
    ("/usr/share/systemd/", "distribution"),
)

_CGROUPS = "/sys/fs/cgroup"


class UnitText(msgspec.Struct, frozen=True):
    """One file that a unit is made of.

    Attributes:
        path: Where it lies.
        origin: Whose it is: `distribution`, `administrator`, `runtime`, `generated`, `transient`,
            `user`, or "" where that cannot be told.
        text: What stands in it, secrets masked; or why it cannot be read.
        whole: Whether that is all of it.
    """

    path: str
    origin: str
    text: str
    whole: bool = True


class Member(msgspec.Struct, frozen=True):
    """A process of a unit: its pid, when it began (in ticks since boot), and its command line."""

    pid: int
    start: int
    command: str


class UnitDetail(msgspec.Struct, frozen=True):
    """One unit.

    Attributes:
        scope: Whose manager runs it: `system` or `user`.
        name: Its whole name.
        loaded: Whether the manager knows it; if not, only its files are told.
        properties: Those of systemd's that are plain: numbers, texts and truths by their names, as
            org.freedesktop.systemd1(5) has them; a counter that is not kept is missing.
        documentation: Addresses of what explains it.
        relations: Other units, by the property that names them.
        texts: Its file first, then its drop-ins in the order in which they are read.
        members: The processes in its control group.
        environment: What it is started with, by name; secrets masked.
        environment_files: Files that set more, which are not read: they often hold secrets.
        commands: What it runs, as `ExecStart` and the like have it, each a line.
    """

    scope: str
    name: str
    loaded: bool
    properties: dict[str, str | int | float | bool]
    documentation: list[str] = []
    relations: dict[str, list[str]] = {}
    texts: list[UnitText] = []
    members: list[Member] = []
    environment: list[tuple[str, str]] = []
    environment_files: list[str] = []
    commands: list[tuple[str, str]] = []


class DetailProbe:
    """Asks systemd for all properties of a unit in one call, and reads its files.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(
        self, scope: str = "system", name: str = "", path: str = "", file: str = ""
    ) -> UnitDetail:
        """Returns what is known.

        Args:
            scope: Whose manager.
            name: The unit.
            path: Its object on the bus; "" if it is not loaded: then systemd is not asked, for
                asking would load it.
            file: Its file, if it is not loaded.

        Raises:
            Problem: As the bus says.
        """
        found = self._properties(scope, path) if path else {}
        if not found:
            texts = [self._text(file)] if file else []
            return UnitDetail(scope, name, loaded=False, properties={}, texts=texts)
        files = [found.get("FragmentPath", ""), found.get("SourcePath", "")]
        return UnitDetail(
            scope=scope,
            name=name,
            loaded=True,
            properties=_plain(found),
            documentation=_texts(found, "Documentation"),
            relations={key: _texts(found, key) for key in RELATIONS if found.get(key)},
            texts=[self._text(each) for each in (*files, *found.get("DropInPaths", ())) if each],
            members=self._members(found.get("ControlGroup", "")),
            environment=list(_environment(found)),
            environment_files=[
                printable_text(str(each[0])) for each in found.get("EnvironmentFiles", ())
            ],
            commands=list(_commands(found)),
        )

    def _properties(self, scope: str, path: str) -> dict[str, Any]:
        """Returns all properties by name; none if the unit has gone since."""
        call = Call(SYSTEMD, path, "org.freedesktop.DBus.Properties", "GetAll", "s", ("",))
        bus = self._host.bus(scope)
        try:
            (answer,) = bus.call(call)
        except BusError:
            return {}
        finally:
            bus.close()
        return {name: value for name, (_signature, value) in answer.items()}

    def _text(self, path: str) -> UnitText:
        shown, origin = printable_text(path), origin_of(path)
        try:
            data = _start_of(self._host, path)
        except OSError as error:
            return UnitText(shown, origin, error.strerror or str(error))
        lines = data[:MOST_TEXT].replace(b"\t", b"    ").split(b"\n")
        text = "\n".join(masked_line(printable(line)) for line in lines)
        return UnitText(shown, origin, text, whole=len(data) <= MOST_TEXT)

    def _members(self, group: str) -> list[Member]:
        """Returns the processes of a control group; none where there is no unified hierarchy."""
        if not group:
            return []
        try:
            listed = self._host.read(f"{_CGROUPS}{group}/cgroup.procs").split()
        except OSError:
            return []
        found = []
        for pid in listed:
            try:
                line = self._host.read(f"/proc/{int(pid)}/stat")
                command = self._host.read(f"/proc/{int(pid)}/cmdline")
            except OSError:
                continue  # It has ended meanwhile.
            name = line[line.index(b"(") + 1 : line.rindex(b")")]
            start = int(line[line.rindex(b")") + 2 :].split()[19])
            words = printable(command.replace(b"\0", b" ").strip() or b"[" + name + b"]")
            found.append(Member(int(pid), start, masked_words(words)))
        return found


def _start_of(host: Host, path: str) -> bytes:
    """Reads a file as far as it is shown, and a byte more where there is one.

    Raises:
        OSError: As open(2) says; EINVAL if it is no regular file: another might never end.
    """
    if not stat.S_ISREG(host.stat(path).st_mode):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    with os.fdopen(host.open(path), "rb") as file:
        return file.read(MOST_TEXT + 1)


def origin_of(path: str) -> str:
    """Returns whose a unit's file is, from where it lies."""
    if "/.config/systemd/" in path or "/.local/share/systemd/" in path:
        return "user"
    return next((origin for place, origin in ORIGINS if path.startswith(place)), "")


def _plain(found: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    return {
        name: printable_text(value) if isinstance(value, str) else value
        for name, value in found.items()
        if isinstance(value, str | int | float) and value != UNSET
    }


def _texts(found: Mapping[str, Any], name: str) -> list[str]:
    return [printable_text(str(each)) for each in found.get(name, ())]


def _environment(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in found.get("Environment", ()):
        name, _equals, value = str(each).partition("=")
        yield printable_text(name), printable_text(masked(name, value))


def _commands(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        # The others of that name, *Ex, say the same once more.
        if name.startswith("Exec") and not name.endswith("Ex") and isinstance(value, Sequence):
            for each in value:
                if isinstance(each, Sequence) and len(each) > 2:
                    words = " ".join(printable_text(str(word)) for word in each[1])
                    yield name, masked_words(words)
