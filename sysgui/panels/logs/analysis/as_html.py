"""A report as one page of HTML: no script, nothing loaded, all that came from the log escaped."""

import datetime as dt
from collections.abc import Iterator, Sequence
from html import escape

from sysgui.panels.logs.formats.zones import SECOND
from sysgui.system import units
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text

from .as_text import order
from .report import BY_TIME, Figure, Hours, Report, Spot, Table
from .titles import COLUMNS, label, log_of, more, note, number, remarks, span, time_of, titles, why

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1d2125; --muted: #5c6670;
  --line: #d9dee3; --bar: #8fa3b5; --warning: #b7791f; --error: #c0392b; }
@media (prefers-color-scheme: dark) { :root { --page: #16191c; --text: #e3e6e8; --muted: #98a2ab;
  --line: #343a40; --bar: #5d7387; --warning: #d9a441; --error: #e5695c; } }
body { background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif;
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .4rem; }
p { margin: .2rem 0; } .muted { color: var(--muted); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--muted); }
.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
  width: 6rem; }
code { font: 13px/1.4 ui-monospace, monospace; }
details { color: var(--muted); } summary { cursor: pointer; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
.bar { fill: var(--bar); } .warning { fill: var(--warning); } .error { fill: var(--error); }
.key { display: inline-block; width: .7rem; height: .7rem; margin: 0 .3rem 0 .8rem; }
"""

# The plot: its size, and the room beneath it for times.
_WIDE, _HIGH, _BELOW = 960, 140, 18


def html_text(report: Report, zone: dt.tzinfo) -> str:
    """Returns a report as a page.

    Args:
        report: The report.
        zone: In which times are told.
    """
    return "".join(_page(report, zone))


def _page(report: Report, zone: dt.tzinfo) -> Iterator[str]:
    head = _("Analysis of {log}").format(log=log_of(report))
    yield '<!DOCTYPE html>\n<html><head><meta charset="utf-8">\n'
    yield '<meta http-equiv="Content-Security-Policy" '
    yield "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{_safe(head)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
    yield f"<h1>{_safe(head)}</h1>\n<p class=muted>{_safe(span(report, zone))}</p>\n"
    if report.query:
        asked = _("Of the lines that this asks for:")
        yield f"<p>{_safe(asked)} <code>{_safe(report.query)}</code></p>\n"
    for remark in remarks(report):
        yield f"<p>{_safe(remark)}</p>\n"
    tables = {table.name: table for table in report.tables}
    spots = {each.name: each.spots for each in report.spots}
    heads = titles(report, zone)
    for name in order(report):
        yield f"<h2>{_safe(heads[name])}</h2>\n"
        if name == "hours":
            yield from _plot(report.hours, heads[name], zone)
        elif name in spots:
            yield from _lines(spots[name], zone)
        else:
            yield from _table(tables[name], zone)
    yield "</body></html>\n"


def _table(table: Table, zone: dt.tzinfo) -> Iterator[str]:
    if table.rows:
        heads = "".join(
            f"<th class=figure>{_safe(_(COLUMNS[each]))}</th>" for each in table.columns
        )
        yield f"<table><tr>{heads}<th></th></tr>\n"
        for row in table.rows:
            figures = "".join(
                f"<td class=figure>{_safe(number(each))}</td>" for each in row.figures
            )
            what = _safe(label(table, row.label))
            if row.example:
                what = f"<code>{what}</code>"
            if row.note:
                what += f" <span class=muted>({_safe(note(row.note))})</span>"
            yield f"<tr>{figures}<td>{what}{_queries(row.figures, row.example)}</td></tr>\n"
        yield "</table>\n"
    for said in filter(None, (why(table, zone), more(table))):
        yield f"<p class=muted>{_safe(said)}</p>\n"


def _lines(spots: Sequence[Spot], zone: dt.tzinfo) -> Iterator[str]:
    yield "<table>\n"
    for spot in spots:
        took = ""
        if spot.seconds >= 0:
            seconds = _("{seconds} s").format(seconds=f"{spot.seconds:.3f}")
            took = f"<td class=figure>{_safe(seconds)}</td>"
        when = _safe(time_of(spot.time, zone))
        text = f"<td><code>{_safe(spot.text)}</code></td>"
        yield f"<tr>{took}<td class=muted>{when}</td>{text}</tr>\n"
    yield "</table>\n"


def _queries(figures: Sequence[Figure | None], example: str) -> str:
    asked = "".join(
        f"<br><code>{_safe(figure.query)}</code>" for figure in figures if figure is not None
    )
    shown = f"<br><code>{_safe(example)}</code>" if example else ""
    return f"<details><summary>{_safe(_('Query'))}</summary>{shown}{asked}</details>"


def _plot(hours: Hours, called: str, zone: dt.tzinfo) -> Iterator[str]:
    """Yields bars of all lines, with the warnings and the errors among them at their feet."""
    most = max(figures[-1].count for figures in hours.bins)
    wide = _WIDE / len(hours.bins)
    yield f'<svg viewBox="0 0 {_WIDE} {_HIGH + _BELOW}" role="img" '
    yield f'aria-label="{_safe(called)}">\n'
    for place, (errors, warnings, lines) in enumerate(hours.bins):
        begin = time_of((hours.begin + place * hours.width) * SECOND, zone)
        said = ", ".join(
            f"{_(COLUMNS[name])} {units.count(figure.count)}"
            for name, figure in zip(BY_TIME, (errors, warnings, lines), strict=True)
        )
        yield f"<g><title>{_safe(f'{begin}: {said}')}</title>"
        foot = 0.0
        rest = lines.count - errors.count - warnings.count
        for name, count in (("error", errors.count), ("warning", warnings.count), ("bar", rest)):
            if count:
                # What is there is seen, however little it is.
                high = max(1.0, count / most * (_HIGH - 6))
                foot += high
                yield (
                    f'<rect class="{name}" x="{place * wide:.1f}" y="{_HIGH - foot:.1f}" '
                    f'width="{max(1.0, wide - 1):.1f}" height="{high:.1f}"/>'
                )
        yield "</g>\n"
    end = hours.begin + len(hours.bins) * hours.width
    for at, anchor, seconds in ((0, "start", hours.begin), (_WIDE, "end", end)):
        when = _safe(time_of(seconds * SECOND, zone))
        yield f'<text x="{at}" y="{_HIGH + _BELOW - 4}" text-anchor="{anchor}">{when}</text>\n'
    yield "</svg>\n<p class=muted>"
    for name, style in (("errors", "error"), ("warnings", "warning"), ("lines", "bar")):
        yield f'<span class=key style="background: var(--{style})"></span>{_safe(_(COLUMNS[name]))}'
    most_said = _("at most {count} lines each").format(count=units.count(most))
    yield f" · {_safe(most_said)}</p>\n"


def _safe(text: str) -> str:
    return escape(printable_text(text))
