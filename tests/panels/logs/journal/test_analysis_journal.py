"""What is told of a journal as a whole, against what journalctl prints and the queries find."""

import argparse
import shutil
from collections import Counter
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.analysis.analysis import Analysis
from sysgui.panels.logs.analysis.report import Report
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.journal.log import JournalLog
from sysgui.panels.logs.journal.question import split
from sysgui.panels.logs.journal.source import source_of
from sysgui.panels.logs.printing.journal_lines import JournalLines
from sysgui.system.host import Host

from .conftest import level, levels, tell


def analysed(folder: Path, query: str = "") -> Report:
    log = JournalLog(Host(), f"journal:{folder}")
    log.ask(query, "")
    analysis = Analysis(Host(), log, query, Zone(zone_of(Host(), "UTC")))
    analysis.go_on(float("inf"))
    log.close()
    return analysis.report()


def entries_of(folder: Path, query: str) -> int:
    log = JournalLog(Host(), f"journal:{folder}")
    lines = JournalLines(Host(), source_of(log.path), json=False)
    lines.ask(split(log.language.compile(query)))
    return lines.count()


@pytest.mark.parametrize("query", ["", "level<=err", "identifier=native"])
def test_figures_are_what_their_queries_find(journal: Path, query: str) -> None:
    report = analysed(journal.parent, query)
    told = [figure for table in report.tables for row in table.rows for figure in row.figures]
    told += [figure for bins in report.hours.bins for figure in bins]
    assert len(told) > 5
    for figure in told:
        if figure is not None:
            assert entries_of(journal.parent, figure.query) == figure.count, figure.query


def test_levels_and_programs_are_those_that_journalctl_tells(journal: Path) -> None:
    report, told = analysed(journal.parent), tell(journal)
    tables = {table.name: table for table in report.tables}
    counted = [row.figures[0].count if row.figures[0] else 0 for row in tables["levels"].rows]
    assert counted == [number for number in levels(told) if number]
    errors = Counter(each.get("SYSLOG_IDENTIFIER") for each in told if level(each) <= 3)
    for row in tables["programs"].rows:
        assert (row.figures[0].count if row.figures[0] else 0) == errors[row.label]


def test_the_last_errors_are_those_of_the_end(journal: Path) -> None:
    (errors,) = [each.spots for each in analysed(journal.parent).spots if each.name == "errors"]
    expected = [int(e["__REALTIME_TIMESTAMP"]) for e in tell(journal) if level(e) <= 3][-10:]
    assert [spot.time for spot in errors] == expected[::-1]


def test_what_is_closed_to_somebody_is_said_and_no_failure(
    journal: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As journalctl has it, and the plain command."""
    shutil.copy(journal, journal.with_name("user-1.journal"))
    may_read = Host.may_read
    monkeypatch.setattr(
        Host, "may_read", lambda host, path: "user-" not in path and may_read(host, path)
    )
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    for options in ([], ["--analyze"], ["--bundle", str(journal.with_name("a.zip"))]):
        asked = parser.parse_args([f"journal:{journal.parent}", *options])
        assert command.run(asked, Host()) == 0
        assert "1 file or folder of this journal is closed to you" in capsys.readouterr().err
