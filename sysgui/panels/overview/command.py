"""`sysgui overview`: the machine at one glance, on a terminal."""

import argparse
import time
from collections.abc import Iterator

from sysgui.system import units
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.json_lines import write_line
from sysgui.system.processes import Process

from .probe import Overview, OverviewProbe

# Rates want two readings; over a second they are calm.
WINDOW = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `sysgui overview`."""
    parser.add_argument("--json", action="store_true", help=_("print one line of JSON"))


def run(arguments: argparse.Namespace, host: Host) -> int:
    """Prints the overview of the last second."""
    probe = OverviewProbe(host)
    probe.read()
    if host.live:
        time.sleep(WINDOW)
    overview = probe.read()
    if arguments.json:
        write_line(overview)
    else:
        print("\n".join(_lines(overview)))
    return 0


def _lines(overview: Overview) -> Iterator[str]:
    machine, totals = overview.machine, overview.totals
    up = _("up {duration}").format(duration=units.duration(totals.since_boot))
    yield f"{machine.hostname}  {machine.system} · {machine.kernel} · {up}"
    cpu, memory, pressure = totals.cpu, totals.memory, totals.pressure
    cores = " ".join(units.decimal(share) for share in cpu.cores.values())
    yield _line(_("CPU"), units.percent(cpu.busy), _("cores {shares}").format(shares=cores))
    load = " ".join(f"{average:.2f}" for average in totals.load)
    yield _line(_("Load"), load, _("over 1, 5 and 15 min"))
    yield _line(
        _("Memory"),
        _("{used} of {total}").format(used=units.size(memory.used), total=units.size(memory.total)),
        _("cache {cache} · shared {shared} · free {free} · swap {swap}").format(
            cache=units.size(memory.cache),
            shared=units.size(memory.shared),
            free=units.size(memory.free),
            swap=units.size(memory.swap_used),
        ),
    )
    yield _line(
        _("Pressure"),
        "",
        _("CPU {cpu} · memory {memory} · I/O {io}").format(
            cpu=units.percent(pressure.cpu),
            memory=units.percent(pressure.memory),
            io=units.percent(pressure.io),
        ),
    )
    for disk in totals.disks:
        yield _line(
            _("Disk"),
            disk.name,
            _("read {read} · write {write} · busy {busy}").format(
                read=units.rate(disk.read_rate),
                write=units.rate(disk.write_rate),
                busy=units.percent(disk.busy),
            ),
        )
    for interface in totals.interfaces:
        yield _line(
            _("Network"),
            interface.name,
            f"↓ {units.rate(interface.receive_rate)} · ↑ {units.rate(interface.send_rate)}",
        )
    for filesystem in overview.filesystems:
        yield _line(
            _("Files"),
            filesystem.mount_point,
            _("{percent} of {size} · {available} available").format(
                percent=units.percent(filesystem.percent),
                size=units.size(filesystem.size),
                available=units.size(filesystem.available),
            ),
        )
    for process in overview.top.cpu:
        yield _line(_("Most CPU"), units.percent(process.cpu), _named(process))
    for process in overview.top.memory:
        yield _line(_("Most memory"), units.size(process.rss), _named(process))


def _named(process: Process) -> str:
    return f"{process.name} ({process.pid})"


def _line(title: str, figure: str, more: str) -> str:
    return f"{title:<12}{figure:>22}   {more}".rstrip()
