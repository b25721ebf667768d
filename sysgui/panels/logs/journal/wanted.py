"""Which entries of a journal are wanted, told alike to journalctl and to the index."""

from collections.abc import Iterator, Sequence

import msgspec

# Fields with their values, all of which an entry must have.
Term = Sequence[tuple[bytes, bytes]]

_SUFFIXES = (
    ".service", ".socket", ".device", ".mount", ".automount", ".swap", ".target", ".path", ".timer",
    ".slice", ".scope",
)  # fmt: skip

# Of systemd-coredump's entries (sd-messages.h), which are about a unit but not of it.
_COREDUMP = b"fc2e22bc6ee647b6b90729ab34a250b1"


class Wanted(msgspec.Struct, frozen=True):
    """What an entry must be like; what is empty says nothing.

    Attributes:
        units: Of one of these, or about it: as `journalctl -u` has it, what systemd says of a unit
            and its core dumps belong to it, and of a slice what is in it.
        identifiers: SYSLOG_IDENTIFIER is one of these.
        boots: Of one of these boots, as 32 digits each.
        pids: Of one of these processes.
        hosts: Of one of these machines.
        worst: Its level is this one or a more severe one; one that has none does not count then.
        since: Not before this, in microseconds since 1970.
        until: Not after this.
    """

    units: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    boots: tuple[str, ...] = ()
    pids: tuple[int, ...] = ()
    hosts: tuple[str, ...] = ()
    worst: int | None = None
    since: int | None = None
    until: int | None = None

    def options(self) -> list[str]:
        """Returns how journalctl is told."""
        found = [f"--unit={unit}" for unit in self.units]
        if self.since is not None:
            found.append(f"--since={_stamp(self.since)}")
        if self.until is not None:
            found.append(f"--until={_stamp(self.until)}")
        fields = [f"{name}={value}" for name, values in self._fields() for value in values]
        return [*found, "--", *fields] if fields else found

    @property
    def is_exact(self) -> bool:
        """Whether the names of units are no patterns, which journalctl alone understands."""
        return not any(set(unit) & set("*?[\\/") for unit in self.units)

    def groups(self) -> list[list[Term]]:
        """Returns the same for the index: of each group, an entry must fulfil one term."""
        found: list[list[Term]] = [
            [((name.encode(), value.encode("utf-8", "surrogateescape")),) for value in values]
            for name, values in self._fields()
        ]
        if self.units:
            found.append([term for unit in self.units for term in _about(unit)])
        return found

    def _fields(self) -> Iterator[tuple[str, Sequence[str]]]:
        told = {
            "SYSLOG_IDENTIFIER": self.identifiers,
            "_BOOT_ID": self.boots,
            "_PID": tuple(map(str, self.pids)),
            "_HOSTNAME": self.hosts,
            "PRIORITY": tuple(map(str, range(self.worst + 1))) if self.worst is not None else (),
        }
        return ((name, values) for name, values in told.items() if values)


def _stamp(time: int) -> str:
    return f"@{time // 1_000_000}.{time % 1_000_000:06}"


def _about(unit: str) -> Iterator[Term]:
    if not unit.endswith(_SUFFIXES):
        unit += ".service"
    name = unit.encode("utf-8", "surrogateescape")
    root = (b"_UID", b"0")
    yield ((b"_SYSTEMD_UNIT", name),)
    yield ((b"MESSAGE_ID", _COREDUMP), root, (b"COREDUMP_UNIT", name))
    yield ((b"_PID", b"1"), (b"UNIT", name))
    yield (root, (b"OBJECT_SYSTEMD_UNIT", name))
    if unit.endswith(".slice"):
        yield ((b"_SYSTEMD_SLICE", name),)
