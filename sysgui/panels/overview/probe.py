"""The machine at one glance: totals, file systems, and what uses most."""

from operator import attrgetter

import msgspec

from sysgui.system.filesystems import Filesystem, FilesystemsProbe
from sysgui.system.host import Host
from sysgui.system.printable import printable
from sysgui.system.processes import Process, most, table
from sysgui.system.totals import Totals, TotalsProbe

TOP = 5


class Machine(msgspec.Struct, frozen=True):
    """What does not change while it runs.

    Attributes:
        hostname: Its name.
        system: The distribution, in its own words (/etc/os-release).
        kernel: The kernel's release.
        model: The processor (/proc/cpuinfo), or "".
    """

    hostname: str
    system: str
    kernel: str
    model: str


class Top(msgspec.Struct, frozen=True):
    """The five processes that use most, the highest first.

    Attributes:
        cpu: By CPU since the reading before; empty at the first.
        memory: By resident memory.
    """

    cpu: list[Process]
    memory: list[Process]


class Overview(msgspec.Struct, frozen=True):
    """All that the panel shows of one moment."""

    machine: Machine
    totals: Totals
    filesystems: list[Filesystem]
    top: Top


class TopProbe:
    """Reads which processes use most.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._table = table(host)

    def read(self) -> Top:
        """Sweeps over the processes and ranks them."""
        processes = self._table.sweep()
        return Top(
            cpu=most(processes, attrgetter("cpu"), TOP),
            memory=most(processes, attrgetter("rss"), TOP),
        )


class OverviewProbe:
    """Reads everything that the panel shows at once, for scripts.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._totals = TotalsProbe(host)
        self._filesystems = FilesystemsProbe(host)
        self._top = TopProbe(host)
        self._machine = read_machine(host)

    def read(self) -> Overview:
        """Takes one reading; rates are those since the one before."""
        return Overview(
            machine=self._machine,
            totals=self._totals.read(),
            filesystems=self._filesystems.read(),
            top=self._top.read(),
        )


def read_machine(host: Host) -> Machine:
    """Reads what the machine is."""
    return Machine(
        hostname=host.hostname(),
        system=_field(host, "/etc/os-release", b"PRETTY_NAME=").strip('"'),
        kernel=host.kernel(),
        model=_field(host, "/proc/cpuinfo", b"model name\t: "),
    )


def _field(host: Host, path: str, prefix: bytes) -> str:
    try:
        lines = host.read(path).splitlines()
    except OSError:
        return ""
    return next((printable(line[len(prefix) :]) for line in lines if line.startswith(prefix)), "")
