"""Reports as text, JSON, CSV and HTML, read back by what reads such."""

import argparse
import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.analysis.as_csv import HEAD as CSV_HEAD
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .asking import HEAD, analysed, figures, lines_of, written

HOSTILE = '<script>alert("1")</script>&amp; \x1b[31mred\x07 =cmd|x'
LINES: list[str | bytes] = [
    f"{HEAD}app[7]: ERROR {HOSTILE}",
    f"{HEAD}=2+3[7]: ERROR formula",
    f"{HEAD}app[7]: ERROR ".encode() + b'lone \r \xff "quoted" \\ \xc3\xa9',
    f"{HEAD}sshd[9]: Failed password for invalid user <b>x</b> from 192.0.2.7 port 4222 ssh2",
    *(f"Nov 27 09:{n:02}:01 web1 app[7]: WARNING: disk usage at {n}%" for n in range(40)),
]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "UTC")
    return written(tmp_path, LINES)


Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def runs(*argv: str, status: int = 0) -> str:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        assert command.run(parser.parse_args(argv), Host()) == status
        return capsys.readouterr().out

    return runs


def test_lines_around_those_asked_for_are_not_counted_and_that_is_said(
    log: Path, tmp_path: Path, run: Run
) -> None:
    said = "Only lines that the query asks for are counted, none around them."
    asked = run(str(log), "formula", "--analyze", "-C", "2")
    assert f"{log}: 1 lines" in asked
    assert said in asked
    run(str(log), "formula", "--html", str(tmp_path / "a.html"), "-C", "2")
    assert said in (tmp_path / "a.html").read_text()
    # Without them, and where all lines are asked for, there is nothing to be said.
    for argv in ((str(log), "formula"), (str(log), "-C", "2")):
        assert said not in run(*argv, "--analyze")


def test_the_text_tells_the_figures_and_how_to_ask_for_them(log: Path, run: Run) -> None:
    plain = run(str(log), "--analyze")
    assert f"{log}: 44 lines" in plain
    assert re.search(r"^ +40  app\[#\]: WARNING: disk usage at #%  \(warning\)$", plain, re.M)
    assert re.search(r"^ +1  192\.0\.2\.7  \(reserved\)$", plain, re.M)
    assert "\x1b" not in plain
    full = run(str(log), "--analyze", "--queries")
    assert "\n        level<=err and identifier=app\n" in full
    queries = re.findall(r"^ {8}(\S.*)$", full, re.M)
    assert all(lines_of(log, queries))


def test_options_and_query_tell_which_lines_are_meant(log: Path, run: Run) -> None:
    argv = [str(log), "WARNING", "--since", "2026-11-27T09:10", "--until", "2026-11-27T09:19"]
    told = json.loads(run(*argv, "-u", "app", "--analyze", "--json"))
    assert told["lines"] == 10
    assert lines_of(log, [told["query"]]) == [10]


def test_json_is_the_report(log: Path, run: Run) -> None:
    told = json.loads(run(str(log), "--analyze", "--json"))
    tables = {table["name"]: table for table in told["tables"]}
    assert [row["label"] for row in tables["levels"]["rows"]] == ["err", "warning", "-"]
    assert told["settled"]


def test_csv_has_a_line_for_each_figure_and_no_formula(log: Path, run: Run) -> None:
    head, *told = csv.reader(io.StringIO(run(str(log), "--csv")))
    assert tuple(head) == CSV_HEAD
    report = analysed(log)
    assert len(told) == len(list(figures(report)))
    assert not [cell for row in told for cell in row if cell.startswith(("=", "+", "@"))]
    found = {(part, what, of): lines for part, what, _note, _time, of, lines, *_more in told}
    assert found["programs", "'=2+3", "errors"] == "1"
    assert found["accounts", "<b>x</b>", "failed"] == "1"


class Reader(HTMLParser):
    """Notes the elements and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_one_page_that_loads_and_runs_nothing(log: Path, run: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert run(str(log), "--html", str(page)) == ""
    held = page.read_text()
    reader = Reader()
    reader.feed(held)
    tags = {tag for tag, _attributes in reader.elements}
    assert tags <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th",
        "td", "code", "details", "summary", "br", "span", "svg", "g", "rect", "text",
    }  # fmt: skip
    named = {name for _tag, attributes in reader.elements for name in attributes}
    assert not {name for name in named if name in ("src", "href") or name.startswith("on")}
    assert "url(" not in held
    assert "prefers-color-scheme: dark" in held
    assert '<script>alert("1")</script>&amp; red\\x07' in reader.text
    assert "<b>x</b>" in reader.text
    rects = [attributes for tag, attributes in reader.elements if tag == "rect"]
    assert {attributes["class"] for attributes in rects} == {"bar", "warning", "error"}


def test_html_may_be_printed(log: Path, run: Run) -> None:
    assert run(str(log), "--html", "-").startswith("<!DOCTYPE html>")


def test_a_page_that_cannot_be_written_is_a_problem(log: Path, run: Run) -> None:
    with pytest.raises(Problem, match="cannot be written"):
        run(str(log), "--html", "/proc/nothing/report.html")


def test_several_logs_are_told_of_by_their_names(log: Path, run: Run) -> None:
    other = log.with_name("b.log")
    other.write_bytes(log.read_bytes())
    assert run(str(log), str(other), "--analyze").startswith("a.log, b.log: 88 lines")


def test_no_lines_are_told_of_as_such(log: Path, run: Run) -> None:
    assert "0 lines" in run(str(log), "nowhere to be found", "--analyze", status=1)


FORMS = ([], ["--json"], ["--csv"], ["--html", "-"])


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("others", [0, 1])
def test_of_a_damaged_log_the_status_tells_that_not_all_was_read(
    log: Path, capsys: pytest.CaptureFixture[str], form: list[str], others: int
) -> None:
    """As `zcat` and the plain command tell it."""
    packed = log.with_name("packed.gz")
    packed.write_bytes(gzip.compress(log.read_bytes() * 99)[:-9])
    assert subprocess.run(["zcat", str(packed)], capture_output=True).returncode
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    argv = [str(packed), *[str(log)] * others, "--analyze", *form]
    assert command.run(parser.parse_args(argv), Host()) == 2
    said = capsys.readouterr()
    assert said.err.endswith("Not all of it could be unpacked: it ends too early.\n")
    assert "disk usage" in said.out


def test_what_comes_through_a_pipe_is_told_of(log: Path, run: Run) -> None:
    argv = [sys.executable, "-m", "sysgui", "logs", "-", "WARNING", "--analyze", "--json"]
    done = subprocess.run(argv, input=log.read_bytes(), capture_output=True, check=True)
    told, expected = (
        json.loads(said) for said in (done.stdout, run(str(log), "WARNING", "--analyze", "--json"))
    )
    assert told["source"] == "-"
    assert (told["lines"], told["hours"]) == (expected["lines"], expected["hours"])
    packed = gzip.compress(log.read_bytes() * 99)
    for given, status in ((packed, 0), (packed[:-9], 2)):
        assert subprocess.run(argv, input=given, capture_output=True).returncode == status
    # When the machine was started is found out anew each time.
    tables, others = (
        [table for table in each["tables"] if "new" not in table["name"]]
        for each in (told, expected)
    )
    assert tables == others


@pytest.mark.parametrize("query", ["level<=", "unit=("])
def test_a_query_that_is_none_is_a_problem(log: Path, run: Run, query: str) -> None:
    with pytest.raises(Problem, match="column"):
        run(str(log), query, "--analyze")
