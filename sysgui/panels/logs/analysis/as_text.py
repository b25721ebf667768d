"""A report as text, for a terminal."""

import datetime as dt
from collections.abc import Iterator, Sequence

from sysgui.panels.logs.formats.zones import SECOND
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text, width

from .report import BY_TIME, Figure, Report, Spot, Table
from .titles import COLUMNS, label, log_of, more, note, number, remarks, span, time_of, titles, why

# As much of a label and of a line is printed, in cells.
_LABEL, _LINE = 90, 200


def text_lines(report: Report, zone: dt.tzinfo, *, queries: bool) -> Iterator[str]:
    """Yields a report line by line.

    Args:
        report: The report.
        zone: In which times are told.
        queries: Whether beneath each figure stands what asks for its lines.
    """
    yield f"{log_of(report)}: {span(report, zone)}"
    if report.query:
        asked = printable_text(report.query)
        yield _("Of the lines that this asks for: {query}").format(query=asked)
    yield from remarks(report)
    tables = {table.name: table for table in report.tables}
    spots = {each.name: each.spots for each in report.spots}
    named = titles(report, zone)
    for name in order(report):
        if name == "hours":
            yield from _part(named[name], _hours(report, zone), _heads(BY_TIME), queries)
        elif name in spots:
            yield from ("", named[name])
            for spot in spots[name]:
                yield _line(spot)
                yield from _query(spot.query, wanted=queries)
        else:
            table = tables[name]
            rows = [(_named(table, place), row.figures) for place, row in enumerate(table.rows)]
            yield from _part(named[name], rows, _heads(table.columns), queries)
            yield from (f"  {said}" for said in (why(table, zone), more(table)) if said)


def order(report: Report) -> list[str]:
    """Returns the names of the parts that say something, in the order in which they are told."""
    names = [table.name for table in report.tables if table.rows or table.why]
    places = {"levels": ["hours"] if report.hours.bins else []}
    spots = [each.name for each in report.spots]
    found: list[str] = []
    for name in names:
        found += [name, *places.get(name, [])]
    at = next((found.index(name) + 1 for name in ("programs", "units", "hours", "levels")
               if name in found), 0)  # fmt: skip
    return [*found[:at], *spots, *found[at:]]


_Rows = Sequence[tuple[str, Sequence[Figure | None]]]


def _part(head: str, rows: _Rows, columns: Sequence[str], queries: bool) -> Iterator[str]:  # noqa: FBT001
    """Yields a title and the rows beneath it, figures to the right of a column of their own."""
    cells = [[number(figure) for figure in figures] for _text, figures in rows]
    wide = [max([width(name), *(width(row[at]) for row in cells)])
            for at, name in enumerate(columns)]  # fmt: skip
    yield ""
    yield _aligned(columns, wide) + f"  {head}"
    for (text, figures), written in zip(rows, cells, strict=True):
        yield _aligned(written, wide) + f"  {text}"
        if queries:
            for figure in figures:
                if figure is not None and figure.count:
                    yield from _query(figure.query, wanted=True)


def _aligned(cells: Sequence[str], wide: Sequence[int]) -> str:
    pairs = zip(cells, wide, strict=True)
    return "".join("  " + " " * (room - width(cell)) + cell for cell, room in pairs)


def _heads(columns: Sequence[str]) -> list[str]:
    return [_(COLUMNS[column]) for column in columns]


def _hours(report: Report, zone: dt.tzinfo) -> _Rows:
    hours = report.hours
    return [
        (time_of((hours.begin + place * hours.width) * SECOND, zone), figures)
        for place, figures in enumerate(hours.bins)
        if figures[-1].count
    ]


def _named(table: Table, place: int) -> str:
    row = table.rows[place]
    text = _cut(printable_text(label(table, row.label)), _LABEL)
    return f"{text}  ({note(row.note)})" if row.note else text


def _line(spot: Spot) -> str:
    took = ""
    if spot.seconds >= 0:
        took = _("{seconds} s").format(seconds=f"{spot.seconds:.3f}") + "  "
    return f"  {took}{_cut(printable_text(spot.text.expandtabs()), _LINE)}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _query(query: str, *, wanted: bool) -> Iterator[str]:
    if wanted:
        yield f"        {printable_text(query)}"
