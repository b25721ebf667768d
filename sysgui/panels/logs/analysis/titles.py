"""What a report's parts are called, and how its figures and times are written for people."""

import datetime as dt
from collections.abc import Mapping

from sysgui.panels.logs.formats.zones import SECOND
from sysgui.panels.logs.merged.sources import is_merged, short_names, sources_of
from sysgui.system import units
from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable_text

from .report import Figure, Report, Table

TITLES: Mapping[str, str] = {
    "levels": N_("Lines by level"),
    "hours": N_("Lines by time"),
    "units": N_("Errors and warnings by unit"),
    "programs": N_("Errors and warnings by program"),
    "errors": N_("Last errors"),
    "addresses": N_("IP addresses"),
    "logins": N_("Lines about logins"),
    "sources": N_("Logins by source"),
    "accounts": N_("Logins by account"),
    "statuses": N_("Answers by status code"),
    "paths": N_("What was asked for"),
    "users": N_("Users who asked"),
    "slow": N_("Slowest requests"),
    "requests": N_("Most frequent kinds of requests"),
    "new requests since boot": N_("New kinds of requests since the last start, {time}"),
    "new requests since yesterday": N_("New kinds of requests since the day before, {time}"),
    "messages": N_("Most frequent messages"),
    "new since boot": N_("New messages since the last start, {time}"),
    "new since yesterday": N_("New messages since the day before, {time}"),
}
COLUMNS: Mapping[str, str] = {
    "lines": N_("Lines"),
    "errors": N_("Errors"),
    "warnings": N_("Warnings"),
    "failed": N_("Failed"),
    "accepted": N_("Accepted"),
}
_WHY: Mapping[str, str] = {
    "no times": N_("The lines do not say when they were written."),
    "nothing before": N_("The log does not reach back before {time}."),
}
_LABELS: Mapping[str, Mapping[str, str]] = {
    "levels": {"-": N_("no level")},
    "logins": {"failed": N_("failed"), "accepted": N_("accepted")},
    "units": {"": N_("of no unit")},
    "programs": {"": N_("of no program")},
    "messages": {"": N_("an empty line")},
}


def log_of(report: Report) -> str:
    """Returns what the log is called, printable."""
    if is_merged(report.source):
        return ", ".join(short_names([each.path for each in sources_of(report.source)]))
    return printable_text(report.source)


def titles(report: Report, zone: dt.tzinfo) -> dict[str, str]:
    """Returns what the parts of a report are called."""
    since = {table.name: time_of(table.since, zone) for table in report.tables}
    return {name: _(text).format(time=since.get(name, "")) for name, text in TITLES.items()}


def label(table: Table, text: str) -> str:
    """Returns what a row of a table is called."""
    known = _LABELS.get(table.name, {})
    return _(known[text]) if text in known else text


def note(text: str) -> str:
    """Returns what else is known of a row; gettext makes something of an empty text."""
    return _(text) if text else ""


def why(table: Table, zone: dt.tzinfo) -> str:
    """Returns why a table is empty; "" if there is nothing to say."""
    if table.rows or not table.why:
        return ""
    return _(_WHY[table.why]).format(time=time_of(table.since, zone))


def number(figure: Figure | None) -> str:
    """Returns a figure as it is written."""
    if figure is None:
        return units.UNKNOWN
    written = units.count(figure.count)
    return _("at least {number}").format(number=written) if figure.least else written


def more(table: Table) -> str:
    """Returns how many further rows there are; "" if there are none."""
    return _("{count} more").format(count=units.count(table.more)) if table.more else ""


def time_of(moment: int, zone: dt.tzinfo) -> str:
    """Returns a moment as it is written, given in microseconds since 1970; "" if not known."""
    if moment < 0:
        return ""
    seconds = min(moment // SECOND, 253_402_214_400)  # The last day of the year 9999.
    return dt.datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M:%S")


def span(report: Report, zone: dt.tzinfo) -> str:
    """Returns how many lines were looked at, and from when they are."""
    lines = _("{count} lines").format(count=units.count(report.lines))
    if report.first < 0:
        return lines
    return _("{lines}, {first} to {last}").format(
        lines=lines, first=time_of(report.first, zone), last=time_of(report.last, zone)
    )


def remarks(report: Report) -> list[str]:
    """Returns what is to be known of the figures."""
    found = [printable_text(report.trouble)] if report.trouble else []
    if report.context and report.query:
        found.append(_("Only lines that the query asks for are counted, none around them."))
    if report.hours.outside:
        found.append(
            _(
                "{count} lines are dated far away from the others, and are not among those by time."
            ).format(count=units.count(report.hours.outside))
        )
    if report.untold:
        found.append(
            _("{count} lines have messages that are too many to be told apart.").format(
                count=units.count(report.untold)
            )
        )
    return found
