"""What the overview's graphs show: which series, on which scale, in which words. No Qt here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sysgui.system import units
from sysgui.system.i18n import _, ngettext
from sysgui.system.totals import Totals

# Reads a series at the instant that is shown: now, or where the pointer is.
Get = Callable[[str], float | None]

# A curve: its series, the theme's colour, and whether it is dashed.
Line = tuple[str, str, bool]

# A further figure, and the series whose curve shows it ("" if none does).
Note = tuple[str, str]

SEGMENTS = ("programs", "shared", "cache", "free")


@dataclass(frozen=True, slots=True)
class Gauge:
    """A graph with its title, figure and note.

    Attributes:
        name: Its identity, such as `disk.nvme0n1`.
        title: Its heading, translated.
        lines: The curves.
        figure: Writes the figure from the series' values at an instant.
        note: Writes what stands small beside the title; the figure is of the coloured line.
        axis: Writes a value of the scale.
        top: The fixed upper end of the scale, or None.
        least: What a scale without a fixed end reaches at least.
        source: Where the figures come from, translated.
    """

    name: str
    title: str
    lines: Sequence[Line]
    figure: Callable[[Get], str]
    note: Callable[[Get], Sequence[Note]]
    axis: Callable[[float], str]
    top: float | None
    source: str
    least: float = 1.0


def samples(totals: Totals) -> dict[str, float | None]:
    """Returns the value of every series in one reading."""
    memory, pressure = totals.memory, totals.pressure
    values: dict[str, float | None] = {
        "cpu": totals.cpu.busy,
        "cpu.user": totals.cpu.user,
        "cpu.system": totals.cpu.system,
        "cpu.waiting": totals.cpu.waiting,
        "cpu.stolen": totals.cpu.stolen,
        "memory.used": memory.used,
        "memory.total": memory.total,
        "memory.programs": memory.programs,
        "memory.shared": memory.shared,
        "memory.cache": memory.cache,
        "memory.free": memory.free,
        "memory": 100.0 * memory.used / memory.total if memory.total else None,
        "swap.used": memory.swap_used,
        "swap.total": memory.swap_total,
        "swap": 100.0 * memory.swap_used / memory.swap_total if memory.swap_total else None,
        "load.1": totals.load[0],
        "load.5": totals.load[1],
        "load.15": totals.load[2],
        "pressure.cpu": pressure.cpu,
        "pressure.memory": pressure.memory,
        "pressure.io": pressure.io,
    }
    for core, share in totals.cpu.cores.items():
        values[core_series(core)] = share
    for disk in totals.disks:
        values[f"disk.{disk.name}.read"] = disk.read_rate
        values[f"disk.{disk.name}.write"] = disk.write_rate
        values[f"disk.{disk.name}.busy"] = disk.busy
    for interface in totals.interfaces:
        values[f"network.{interface.name}.in"] = interface.receive_rate
        values[f"network.{interface.name}.out"] = interface.send_rate
    return values


def core_series(core: int) -> str:
    """Returns the name of the series of one core."""
    return f"cpu.core.{core}"


def cpu(cores: Sequence[int]) -> Gauge:
    """Returns the gauge of all processors."""

    def note(get: Get) -> Sequence[Note]:
        parts = [
            (_("user {share}").format(share=units.percent(get("cpu.user"))), ""),
            (_("system {share}").format(share=units.percent(get("cpu.system"))), "cpu.system"),
            (_("I/O wait {share}").format(share=units.percent(get("cpu.waiting"))), ""),
        ]
        if get("cpu.stolen"):
            parts.append((_("stolen {share}").format(share=units.percent(get("cpu.stolen"))), ""))
        return parts

    return Gauge(
        name="cpu",
        title=_("CPU"),
        lines=[("cpu.system", "muted", False), ("cpu", "cpu", False)],
        figure=lambda get: units.percent(get("cpu")),
        note=note,
        axis=units.percent,
        top=100.0,
        source=_(
            "Share of all {count} cores that is neither idle nor waiting for I/O; the grey line is "
            "the kernel's part, the strips are the cores (/proc/stat)."
        ).format(count=len(cores)),
    )


def memory() -> Gauge:
    """Returns the gauge of memory and swap."""

    def note(get: Get) -> Sequence[Note]:
        if not get("swap.total"):
            return [] if get("swap.total") is None else [(_("no swap"), "")]
        text = _("swap {used} of {total}").format(
            used=units.size(get("swap.used")), total=units.size(get("swap.total"))
        )
        return [(text, "swap")]

    return Gauge(
        name="memory",
        title=_("Memory"),
        lines=[("swap", "muted", True), ("memory", "memory", False)],
        figure=lambda get: _("{used} of {total}").format(
            used=units.size(get("memory.used")), total=units.size(get("memory.total"))
        ),
        note=note,
        axis=units.percent,
        top=100.0,
        source=_(
            "MemTotal - MemAvailable, in percent, as free says; the dashed line is swap. The bar "
            "shows where all of it is (/proc/meminfo)."
        ),
    )


def load(cores: Sequence[int]) -> Gauge:
    """Returns the gauge of the load averages."""

    def note(get: Get) -> Sequence[Note]:
        five, fifteen = get("load.5"), get("load.15")
        if five is None or fifteen is None:
            return []
        count = ngettext("{cores} core", "{cores} cores", len(cores)).format(cores=len(cores))
        return [
            (_("5 min {load:.2f}").format(load=five), "load.5"),
            (_("15 min {load:.2f}").format(load=fifteen), "load.15"),
            (count, ""),
        ]

    def figure(get: Get) -> str:
        one = get("load.1")
        return units.UNKNOWN if one is None else f"{one:.2f}"

    return Gauge(
        name="load",
        title=_("Load"),
        lines=[("load.15", "muted", True), ("load.5", "muted", False), ("load.1", "cpu", False)],
        figure=figure,
        note=note,
        axis=units.decimal,
        top=None,
        source=_(
            "Tasks that run or wait for a disk, averaged over 1, 5 and 15 minutes. More than there "
            "are cores for a long time is too much (/proc/loadavg)."
        ),
    )


def pressure() -> Gauge:
    """Returns the gauge of pressure stall information."""

    def figure(get: Get) -> str:
        known = [
            (share, title)
            for series, title in (
                ("pressure.cpu", _("CPU")),
                ("pressure.memory", _("memory")),
                ("pressure.io", _("I/O")),
            )
            if (share := get(series)) is not None
        ]
        if not known:
            return units.UNKNOWN
        share, title = max(known)
        return f"{title} {units.percent(share)}" if share >= 0.05 else units.percent(0.0)

    def note(get: Get) -> Sequence[Note]:
        return [
            (_("CPU {share}").format(share=units.percent(get("pressure.cpu"))), "pressure.cpu"),
            (
                _("memory {share}").format(share=units.percent(get("pressure.memory"))),
                "pressure.memory",
            ),
            (_("I/O {share}").format(share=units.percent(get("pressure.io"))), "pressure.io"),
        ]

    return Gauge(
        name="pressure",
        title=_("Pressure"),
        lines=[
            ("pressure.memory", "memory", False),
            ("pressure.io", "disk", False),
            ("pressure.cpu", "cpu", False),
        ],
        figure=figure,
        note=note,
        axis=units.percent,
        top=None,
        source=_(
            "Share of time in which some task stood still for want of CPU, memory or I/O "
            "(/proc/pressure). “–” means that this kernel does not keep it (boot with psi=1)."  # noqa: RUF001
        ),
    )


def disk(name: str) -> Gauge:
    """Returns the gauge of one disk."""
    read, write, busy = (f"disk.{name}.{what}" for what in ("read", "write", "busy"))
    return Gauge(
        name=f"disk.{name}",
        title=_("Disk {name}").format(name=name),
        lines=[(read, "muted", False), (write, "disk", False)],
        figure=lambda get: _("write {rate}").format(rate=units.rate(get(write))),
        note=lambda get: [
            (_("read {rate}").format(rate=units.rate(get(read))), read),
            (_("busy {share}").format(share=units.percent(get(busy))), ""),
        ],
        axis=units.amount,
        top=None,
        source=_(
            "Bytes per second written (coloured) and read (grey), and the share of time with a "
            "request under way (/proc/diskstats)."
        ),
        least=1000.0,
    )


def network(name: str) -> Gauge:
    """Returns the gauge of one network interface."""
    received, sent = f"network.{name}.in", f"network.{name}.out"
    return Gauge(
        name=f"network.{name}",
        title=_("Network {name}").format(name=name),
        lines=[(sent, "muted", False), (received, "network", False)],
        figure=lambda get: f"↓ {units.rate(get(received))}",
        note=lambda get: [(f"↑ {units.rate(get(sent))}", sent)],
        axis=units.amount,
        top=None,
        source=_("Bytes per second received (coloured) and sent (grey) (/proc/net/dev)."),
        least=1000.0,
    )
