"""What a unit is, and how systemd's own lists of units and unit files are read."""

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

import msgspec

from sysgui.system.printable import printable

SYSTEM, USER = "system", "user"

# What systemd calls a unit's name, split where it means something.
_ESCAPED = re.compile(rb"\\x([0-9a-fA-F]{2})")

# A counter that systemd does not keep, or not yet, is all ones.
UNSET = 2**64 - 1

# The state of a file that is there only as long as its unit is loaded, as systemd-run makes them.
TRANSIENT = "transient"

Key = tuple[str, str]


class Unit(msgspec.Struct, frozen=True, gc=False):
    """One unit of one manager as far as it is known: None is not known, or not yet.

    Attributes:
        scope: Whose manager runs it: `system`, or `user` for the user's own.
        name: Its whole name as systemd writes it, such as `ssh.service`.
        description: In a line, as its file says; "" where nothing is loaded.
        load: `loaded`, `not-found`, `masked`, `error`, …; "" if only its file is known.
        active: `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`, …; "" for
            templates and aliases, which have no state of their own.
        sub: The finer state that its type has, such as `running`, `exited`, `listening`; or "".
        enabled: The state of its file: `enabled`, `disabled`, `static`, `masked`, …; or "".
        job: What is queued for it: `start`, `stop`, …; `queued` if that is not known; or "".
        path: Its object on the bus; "" if it is not loaded.
        file: Where its file lies; or "".
        since: When it came into its state, in seconds since 1970.
        pid: Its main process; 0 is none.
        restarts: How often systemd has restarted it by itself.
        control_group: Its control group beneath /sys/fs/cgroup; "" is none.
        changed: Whether its files on disk have changed since they were loaded.
        next_run: When a timer elapses next, in seconds since 1970; 0 is never.
        last_run: When a timer elapsed last, in seconds since 1970; 0 is never.
        memory: Bytes that its processes use, with caches.
        cpu: Percent of one core since the reading before.
        cpu_time: Seconds that it has computed.
        tasks: How many processes and threads it has.
        watch: What its watch has found it to be: `fine`, `failing`, …, `new` is not looked at yet;
            "" is not watched.
        seen: The time of day by which its ages are written.
    """

    scope: str
    name: str
    description: str = ""
    load: str = ""
    active: str = ""
    sub: str = ""
    enabled: str = ""
    job: str = ""
    path: str = ""
    file: str = ""
    since: float | None = None
    pid: int | None = None
    restarts: int | None = None
    control_group: str | None = None
    changed: bool = False
    next_run: float | None = None
    last_run: float | None = None
    memory: int | None = None
    cpu: float | None = None
    cpu_time: float | None = None
    tasks: int | None = None
    watch: str = ""
    seen: float = 0.0

    @property
    def key(self) -> Key:
        """What tells it from all others: both managers may have a unit of that name."""
        return self.scope, self.name

    @property
    def type(self) -> str:
        """The last part of its name, such as `service`."""
        return type_of(self.name)

    @property
    def loaded(self) -> bool:
        """Whether the manager knows it: what is not loaded must never be asked for properties."""
        return bool(self.path)


KEY = attrgetter("scope", "name")


class UnitFile(NamedTuple):
    """One line of the list of unit files."""

    path: str
    state: str


def type_of(name: str) -> str:
    """Returns the type of a unit: what stands behind the last point of its name."""
    return name.rpartition(".")[2]


def is_template(name: str) -> bool:
    """Tells whether a name is that of a template, such as `getty@.service`."""
    return name.rpartition(".")[0].endswith("@")


def template_of(name: str) -> str:
    """Returns the template that an instance is made from; "" if the name is not an instance's."""
    stem, _point, suffix = name.rpartition(".")
    prefix, at, instance = stem.partition("@")
    return f"{prefix}@.{suffix}" if at and instance else ""


def readable(name: str) -> str:
    r"""Returns a unit's name as one reads it: `\x2d` is a hyphen; what cannot be shown stays."""
    if "\\" not in name:
        return name
    raw = name.encode("utf-8", "backslashreplace")
    return printable(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), raw))


def units_of(scope: str, listed: Iterable[tuple[object, ...]]) -> dict[str, Unit]:
    """Reads what ListUnits answers: `a(ssssssouso)`."""
    found = {}
    for name, description, load, active, sub, _following, path, _id, job, _path in listed:
        found[str(name)] = Unit(
            scope=scope,
            name=str(name),
            description=str(description),
            load=str(load),
            active=str(active),
            sub=str(sub),
            job=str(job),
            path=str(path),
        )
    return found


def files_of(listed: Iterable[tuple[object, ...]]) -> dict[str, UnitFile]:
    """Reads what ListUnitFiles answers: `a(ss)`, paths and states; keyed by the unit's name."""
    return {str(path).rpartition("/")[2]: UnitFile(str(path), str(state)) for path, state in listed}


def with_file(unit: Unit, file: UnitFile | None) -> Unit:
    """Returns a unit with what its file says; that of an instance says nothing of the instance."""
    path, state = file or ("", "")
    if (unit.file, unit.enabled) == (path, state):
        return unit
    return msgspec.structs.replace(unit, file=path, enabled=state)


def of_file(scope: str, name: str, file: UnitFile) -> Unit:
    """Returns the unit that only has a file: nothing of it is loaded, or ever asked for."""
    stateless = is_template(name) or file.state == "alias"
    active = "" if stateless else "inactive"
    return Unit(scope=scope, name=name, active=active, enabled=file.state, file=file.path)
