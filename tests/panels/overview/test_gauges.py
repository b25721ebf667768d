"""What the graphs show: which series, on which scale, in which words."""

from collections.abc import Mapping

import msgspec
import pytest
from roots.hosts import DEBIAN

from sysgui.panels.overview import gauges
from sysgui.panels.overview.gauges import SEGMENTS, Gauge, core_series, samples
from sysgui.system import units
from sysgui.system.host import Host
from sysgui.system.totals import Memory, Pressure, TotalsProbe

TOTALS = TotalsProbe(Host(str(DEBIAN))).read()
ALL = [
    gauges.cpu([0, 1]),
    gauges.memory(),
    gauges.load([0, 1]),
    gauges.pressure(),
    *(gauges.disk(disk.name) for disk in TOTALS.disks),
    *(gauges.network(interface.name) for interface in TOTALS.interfaces),
]


def written(gauge: Gauge, values: Mapping[str, float | None]) -> tuple[str, str]:
    note = " · ".join(text for text, _series in gauge.note(values.get))
    figure = gauge.figure(values.get)
    return figure.replace(units.SPACE, " "), note.replace(units.SPACE, " ")


@pytest.mark.parametrize("gauge", ALL, ids=lambda gauge: gauge.name)
def test_the_legend_marks_only_curves_that_are_drawn(gauge: Gauge) -> None:
    drawn = {series for series, _colour, _dashed in gauge.lines}
    values = {**samples(TOTALS), "swap.total": 2.0, "swap.used": 1.0}
    marked = [series for _text, series in gauge.note(values.get) if series]
    assert set(marked) <= drawn
    # Every curve but the one that the figure is of is told apart by the legend.
    assert len(drawn - set(marked)) <= 1


@pytest.mark.parametrize(
    "gauge", [gauges.cpu([0]), gauges.disk("sda"), gauges.network("eth0")], ids=lambda g: g.name
)
def test_the_figure_is_of_the_coloured_curve(gauge: Gauge) -> None:
    (coloured,) = (series for series, colour, _dashed in gauge.lines if colour != "muted")
    assert units.UNKNOWN not in written(gauge, {coloured: 50.0})[0]


@pytest.mark.parametrize("gauge", ALL, ids=lambda gauge: gauge.name)
def test_every_curve_is_a_series_of_the_samples(gauge: Gauge) -> None:
    values = samples(TOTALS)
    assert {series for series, _colour, _dashed in gauge.lines} <= set(values)
    assert gauge.title
    assert gauge.source


@pytest.mark.parametrize("gauge", ALL, ids=lambda gauge: gauge.name)
def test_where_nothing_is_known_nothing_is_claimed(gauge: Gauge) -> None:
    figure, note = written(gauge, {})
    assert units.UNKNOWN in figure
    assert not any(character.isdigit() for character in figure)
    assert "None" not in figure + note
    assert "no swap" not in note


def test_names_of_gauges_are_their_own() -> None:
    assert len({gauge.name for gauge in ALL}) == len(ALL)


def test_samples_are_the_totals() -> None:
    values = samples(TOTALS)
    memory = TOTALS.memory
    assert sum(values[f"memory.{segment}"] for segment in SEGMENTS) == memory.total
    assert values["memory"] == pytest.approx(100 * memory.used / memory.total)
    assert [values[f"load.{minutes}"] for minutes in (1, 5, 15)] == list(TOTALS.load)
    assert {core_series(core) for core in TOTALS.cpu.cores} <= set(values)


def test_a_machine_without_swap_or_memory_has_no_share_of_it() -> None:
    nothing = Memory(
        total=0, available=0, programs=0, shared=0, cache=0, free=0, swap_total=0, swap_used=0
    )
    values = samples(msgspec.structs.replace(TOTALS, memory=nothing))
    assert (values["memory"], values["swap"]) == (None, None)
    assert written(gauges.memory(), values)[1] == "no swap"


def test_figures_in_words() -> None:
    gib = 1 << 30
    values = {
        "cpu": 12.34, "cpu.user": 10.0, "cpu.system": 2.0, "cpu.waiting": 0.5, "cpu.stolen": 0.0,
        "memory.used": 3 * gib, "memory.total": 8 * gib, "swap.used": gib, "swap.total": 2 * gib,
        "load.1": 0.5, "load.5": 1.25, "load.15": 2.0,
        "disk.sda.read": 0.0, "disk.sda.write": 20e6, "disk.sda.busy": 50.0,
        "network.eth0.in": 1500.0, "network.eth0.out": 10.0,
    }  # fmt: skip
    assert written(gauges.cpu([0]), values) == (
        "12.3 %", "user 10.0 % · system 2.0 % · I/O wait 0.5 %",
    )  # fmt: skip
    assert written(gauges.cpu([0]), {**values, "cpu.stolen": 7.0})[1].endswith("stolen 7.0 %")
    assert written(gauges.memory(), values) == (
        "3.0 GiB of 8.0 GiB", "swap 1.0 GiB of 2.0 GiB",
    )  # fmt: skip
    assert written(gauges.load([0, 1]), values) == ("0.50", "5 min 1.25 · 15 min 2.00 · 2 cores")
    assert written(gauges.disk("sda"), values) == ("write 20.0 MB/s", "read 0 B/s · busy 50.0 %")
    assert written(gauges.network("eth0"), values) == ("↓ 1.5 kB/s", "↑ 10 B/s")


@pytest.mark.parametrize(
    ("cpu", "memory", "io", "figure"),
    [
        (1.0, 5.0, None, "memory 5.0 %"),
        (0.0, 0.0, 0.01, "0.0 %"),
        (0.1, 0.0, 0.0, "CPU 0.1 %"),
        (None, None, None, units.UNKNOWN),
        (70.0, 0.0, 2.0, "CPU 70.0 %"),
    ],
)
def test_pressure_names_the_resource_that_lacks_most(
    cpu: float | None, memory: float | None, io: float | None, figure: str
) -> None:
    totals = msgspec.structs.replace(TOTALS, pressure=Pressure(cpu=cpu, memory=memory, io=io))
    assert written(gauges.pressure(), samples(totals))[0] == figure
