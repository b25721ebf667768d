"""A report as a table for a spreadsheet: a line for each figure."""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence

from sysgui.panels.logs.formats.zones import SECOND
from sysgui.system.printable import printable_text

from .report import BY_TIME, Figure, Report
from .titles import time_of

HEAD = ("part", "what", "note", "time", "of", "lines", "at_least", "seconds", "query")

# With these begins what a spreadsheet would compute.
_ACTING = ("=", "+", "-", "@", "\t", "\r")


def csv_text(report: Report, zone: dt.tzinfo) -> str:
    """Returns a report as CSV.

    Args:
        report: The report.
        zone: In which times are told.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows([_inert(cell) for cell in row] for row in _rows(report, zone))
    return out.getvalue()


def _rows(report: Report, zone: dt.tzinfo) -> Iterator[tuple[str, ...]]:
    for table in report.tables:
        for row in table.rows:
            head = table.name, row.label, row.note, time_of(row.time, zone)
            yield from _figures(head, table.columns, row.figures)
    for place, figures in enumerate(report.hours.bins):
        when = time_of((report.hours.begin + place * report.hours.width) * SECOND, zone)
        yield from _figures(("hours", "", "", when), BY_TIME, figures)
    for each in report.spots:
        for spot in each.spots:
            seconds = f"{spot.seconds:.6f}" if spot.seconds >= 0 else ""
            when = time_of(spot.time, zone)
            yield each.name, spot.text, "", when, "lines", "1", "0", seconds, spot.query


def _figures(
    head: tuple[str, ...], columns: Sequence[str], figures: Sequence[Figure | None]
) -> Iterator[tuple[str, ...]]:
    for of, figure in zip(columns, figures, strict=True):
        if figure is not None:
            yield *head, of, str(figure.count), str(int(figure.least)), "", figure.query


def _inert(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula."""
    text = printable_text(text)
    return f"'{text}" if text.startswith(_ACTING) else text
