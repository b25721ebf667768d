"""A log of some lines, analysed, and how many lines the queries behind the figures let through."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sysgui.panels.logs.analysis.analysis import Analysis
from sysgui.panels.logs.analysis.batch import Batch, Parts
from sysgui.panels.logs.analysis.report import Figure, Report, Row
from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.file.understood import Understood
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.query import condition_of
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.scan import Scan
from sysgui.system.host import Host

# When and where, as syslog has it.
HEAD = "Nov 27 08:00:01 web1 "


def written(folder: Path, lines: Sequence[str | bytes]) -> Path:
    """Writes lines to a file."""
    path = folder / "a.log"
    raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
    path.write_bytes(b"".join(line + b"\n" for line in raw))
    return path


def analysed(path: Path, query: str = "", host: Host | None = None) -> Report:
    """Analyses a file."""
    host = host or Host()
    log = OpenLog(host, str(path))
    log.ask(query, "")
    analysis = Analysis(host, log, query, Zone(zone_of(host, "UTC")))
    analysis.go_on(float("inf"))
    return analysis.report()


def figures(report: Report) -> Iterator[tuple[str, Figure]]:
    """Yields all figures, and what each is of."""
    for table in report.tables:
        for row in table.rows:
            yield from ((f"{table.name}: {row.label}", figure) for figure in row.figures if figure)
    for place, bins in enumerate(report.hours.bins):
        yield from ((f"hour {place}", figure) for figure in bins)
    for spots in report.spots:
        yield from ((spots.name, Figure(1, spot.query)) for spot in spots.spots)


def lines_of(path: Path, queries: Sequence[str]) -> list[int]:
    """Counts the lines that queries let through, as the tab does."""
    followed = Followed(Host(), str(path))
    language = Understood(Host(), followed).language
    wanted = {f"{place}": language.compile(query) for place, query in enumerate(queries)}
    scan = Scan(followed.text, wanted)
    scan.go_on(float("inf"))
    return [scan.counts[name].total for name in wanted]


class Nothing:
    """Knows of no part of a line but that it begins behind HEAD."""

    def parts(self, _row: int, text: str) -> Parts:
        return {"identifier": (len(HEAD), len(text))} if text.startswith(HEAD) else {}

    def value(self, _row: int, _name: str, _text: str) -> str:
        return ""


def batch(lines: Sequence[str]) -> Batch:
    """Returns lines of no level and no time."""
    none = np.full(len(lines), -1)
    data = "".join(f"{line}\n" for line in lines).encode()
    return Batch(data, none + 9, none, none, Nothing())


def lines_among(lines: Sequence[str], query: str) -> int:
    """Counts those of some lines that a query lets through."""
    wanted = condition_of(query)
    scan = Scan(Joined([]), {"rows": wanted})
    return len(scan.sight_of([line.encode() for line in lines]).select(wanted))


def wrong(path: Path, report: Report) -> list[str]:
    """Returns the figures whose query lets through another number of lines."""
    told = list(figures(report))
    found = lines_of(path, [figure.query for _what, figure in told])
    return [
        f"{what}: {figure.count}, but {lines} by {figure.query}"
        for (what, figure), lines in zip(told, found, strict=True)
        if lines != figure.count
    ]


def rows(report: Report, name: str) -> list[Row]:
    """Returns the rows of a table."""
    return next(table.rows for table in report.tables if table.name == name)


def counts(report: Report, name: str) -> dict[str, tuple[int, ...]]:
    """Returns the figures of a table by what they are of; 0 for none."""
    return {
        row.label: tuple(figure.count if figure else 0 for figure in row.figures)
        for row in rows(report, name)
    }
