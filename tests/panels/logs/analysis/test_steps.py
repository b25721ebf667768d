"""What is told of a log by and by, as the window asks."""

from pathlib import Path

import pytest

from sysgui.panels.logs.analysis.probe import AnalysisProbe
from sysgui.panels.logs.analysis.report import Report
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .asking import HEAD, figures, lines_of, written

LINE = f"{HEAD}app[7]: ERROR gone for the {'x' * 900}"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path, [LINE] * 8000)


def steps(probe: AnalysisProbe, **asked: object) -> list[Report]:
    """Asks until all is told, a block at a time."""
    found = [probe.read(seconds=0.0, **asked)]  # type: ignore[arg-type]
    while not found[-1].settled:
        found.append(probe.read(seconds=0.0, **asked))  # type: ignore[arg-type]
    return found


def test_more_and_more_is_told(log: Path) -> None:
    told = steps(AnalysisProbe(Host()), source=str(log))
    assert len(told) > 3
    assert [each.done for each in told] == sorted(each.done for each in told)
    assert [each.lines for each in told] == sorted(each.lines for each in told)
    assert 0 < told[0].lines < told[-1].lines == 8000
    assert [table.name for table in told[0].tables] == ["levels"]
    assert (told[-1].source, told[-1].done) == (str(log), 1.0)


def test_it_is_told_anew_when_that_is_asked(log: Path) -> None:
    probe = AnalysisProbe(Host())
    assert steps(probe, source=str(log))[-1].lines == 8000
    with log.open("a") as file:
        file.write(f"{LINE}\n")
    assert steps(probe, source=str(log))[-1].lines == 8000
    assert steps(probe, source=str(log), turn=1)[-1].lines == 8001


def test_why_it_cannot_be_told_is_said(log: Path, tmp_path: Path) -> None:
    probe = AnalysisProbe(Host())
    assert "column 8" in probe.read(source=str(log), query="level<=").refused
    with pytest.raises(Problem, match="No such file"):
        probe.read(source=str(tmp_path / "none"))
    assert probe.read().settled


def test_a_log_of_a_century_has_few_bins(tmp_path: Path) -> None:
    lines = [f"{year}-06-01T00:00:00Z vm app: ERROR x" for year in range(1971, 2071)]
    path = written(tmp_path, lines)
    report = steps(AnalysisProbe(Host()), source=str(path))[-1]
    assert len(report.hours.bins) <= 48
    assert sum(bins[-1].count for bins in report.hours.bins) == 100
    told = [figure for what, figure in figures(report) if what.startswith("hour")]
    assert lines_of(path, [figure.query for figure in told]) == [figure.count for figure in told]


def test_a_line_of_1970_does_not_take_all_others_their_room(tmp_path: Path) -> None:
    lines = [f"2026-06-01T00:{n // 60:02}:{n % 60:02}Z vm app: x" for n in range(3000)]
    path = written(tmp_path, ["1970-01-01T00:00:07Z vm app: x", *lines])
    hours = steps(AnalysisProbe(Host()), source=str(path))[-1].hours
    assert (hours.width, hours.outside) == (3600, 1)
    assert [bins[-1].count for bins in hours.bins] == [3000]


def test_very_many_hours_are_counted_in_wider_bins(tmp_path: Path) -> None:
    times = [f"{1_000_000_000 + 4000 * number}.000" for number in range(12_000)]
    path = written(tmp_path, [f"type=CWD msg=audit({time}:1): cwd=/" for time in times])
    report = steps(AnalysisProbe(Host()), source=str(path))[-1]
    assert sum(bins[-1].count for bins in report.hours.bins) == 12_000
    told = [figure for what, figure in figures(report) if what.startswith("hour")]
    assert lines_of(path, [figure.query for figure in told]) == [figure.count for figure in told]
