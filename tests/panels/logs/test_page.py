"""Pages of logs, against what reading the whole file and splitting it says."""

import gzip
import os
import re
from pathlib import Path

import msgspec
import pytest

from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import ERRORS, HITS
from sysgui.system.host import Host
from sysgui.system.problem import Problem

LINES = [
    f"Nov 27 08:{number // 60:02}:{number % 60:02} vm app[{number}]: "
    + ("ERROR gone" if number % 10 == 3 else "fine, all well" if number % 2 else "GET /x 200")
    for number in range(3000)
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line}\n" for line in LINES))
    return path


def settled(probe: PageProbe, path: Path, **arguments: object) -> Page:
    """Asks until all of the log has been looked through."""
    while True:
        page = probe.read(source=str(path), **arguments)  # type: ignore[arg-type]
        if page.settled:
            return page


def grep(pattern: str) -> list[tuple[int, str]]:
    return [(n, line) for n, line in enumerate(LINES, 1) if re.search(pattern, line)]


def shown(page: Page) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in page.shown]


def test_the_first_page_is_the_end_of_the_log(log: Path) -> None:
    page = PageProbe(Host()).read(source=str(log), count=20, seconds=0.0)
    assert [line.text for line in page.shown] == LINES[-20:]


def test_rows_are_the_lines(log: Path) -> None:
    page = settled(PageProbe(Host()), log, row=700, count=50)
    assert page.lines == page.rows == 3000
    assert (page.first, page.hits) == (700, -1)
    assert shown(page) == list(enumerate(LINES, 1))[700:750]


def test_a_query_leaves_the_lines_that_it_names_with_their_numbers(log: Path) -> None:
    page = settled(PageProbe(Host()), log, query="level<=err", row=0, count=10)
    expected = grep("ERROR")
    assert page.rows == len(expected)
    assert shown(page) == expected[:10]
    assert {line.level for line in page.shown} == {3}


def test_each_term_of_a_query_is_counted_alone(log: Path) -> None:
    query = 'level<=err and re:"1\\d\\d" not (fine or GET)'
    page = settled(PageProbe(Host()), log, query=query)
    assert page.terms == [
        ("level<=err", len(grep("ERROR"))),
        ('re:"1\\d\\d"', len(grep(r"1\d\d"))),
        ("not (fine or GET)", 3000 - len(grep("fine|GET"))),
    ]
    assert page.rows == len(grep(r"1\d\d.*ERROR|ERROR.*1\d\d"))
    assert settled(PageProbe(Host()), log, query="fine").terms == []


def test_levels_are_counted(log: Path) -> None:
    page = settled(PageProbe(Host()), log)
    errors = len(grep("ERROR"))
    assert page.levels == [0, 0, 0, errors, 0, 0, 0, 0, 3000 - errors]


def test_what_is_searched_for_is_counted_among_the_rows(log: Path) -> None:
    page = settled(PageProbe(Host()), log, query="fine", search=r"re:\[1\d\d\]", row=0, count=200)
    fine = grep("fine")
    hits = [line for _number, line in fine if re.search(r"\[1\d\d\]", line)]
    assert (page.rows, page.hits) == (len(fine), len(hits))
    assert [line.text for line in page.shown if line.hit] == hits[: sum(n < 400 for n, _ in fine)]


@pytest.mark.parametrize(("kind", "pattern"), [(HITS, "GET"), (ERRORS, "ERROR")])
def test_the_next_and_the_one_before_are_found(log: Path, kind: str, pattern: str) -> None:
    probe = PageProbe(Host())
    here = settled(probe, log, search="GET", row=100, count=1).shown[0]
    numbers = [number for number, _line in grep(pattern)]
    for back, wanted in (
        (False, min(n for n in numbers if n > 101)),
        (True, max(n for n in numbers if n < 101)),
    ):
        page = settled(probe, log, search="GET", row=0, seek=(kind, here.offset, back))
        assert page.sought == (wanted - 1, numbers.index(wanted))


def test_behind_the_last_comes_the_first_again(log: Path) -> None:
    probe = PageProbe(Host())
    last = settled(probe, log, count=1).shown[0]
    page = settled(probe, log, search="GET", seek=(HITS, last.offset, False))
    assert page.sought == (0, 0)


def test_a_log_that_grows_is_followed_and_a_line_that_goes_on_is_one(log: Path) -> None:
    probe = PageProbe(Host())
    settled(probe, log, query="level<=err")
    with log.open("a") as file:
        file.write("an ERROR be")
    page = settled(probe, log, query="level<=err", count=1)
    assert (page.lines, page.shown[0].text) == (3001, "an ERROR be")
    with log.open("a") as file:
        file.write("gins\nand ERROR ends\n")
    page = settled(probe, log, query="level<=err", count=2)
    assert (page.lines, page.epoch) == (3002, 0)
    assert shown(page) == [(3001, "an ERROR begins"), (3002, "and ERROR ends")]
    assert page.rows == len(grep("ERROR")) + 2


def test_a_log_that_is_truncated_is_another(log: Path) -> None:
    probe = PageProbe(Host())
    settled(probe, log)
    log.write_text("anew\n")
    page = settled(probe, log)
    assert (shown(page), page.lines, page.epoch) == ([(1, "anew")], 1, 1)


def test_a_long_line_is_cut_and_its_length_told(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"before\n" + b"x" * 5_000_000 + b"needle\nafter\n")
    page = settled(PageProbe(Host()), path, search="needle", row=0)
    assert [(line.text[:6], line.length, line.hit) for line in page.shown] == [
        ("before", 6, False),
        ("xxxxxx", 5_000_006, True),
        ("after", 5, False),
    ]
    assert page.hits == 1
    assert len(page.shown[1].text) < 10_000


def test_bytes_that_are_no_text_are_shown_as_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(b"\xef\xbb\xbfbom\r\nlatin \xe9\nnul\0nul\n\x1b[31mred\n\n")
    page = settled(PageProbe(Host()), path)
    texts = [line.text for line in page.shown]
    assert texts == ["bom", "latin \\xe9", "nul\0nul", "red", ""]


@pytest.mark.parametrize("query", ["(a+)+$", r"^(\w+\s?)*\$", "(x+x+)+y"])
def test_a_pattern_of_catastrophe_ends(tmp_path: Path, query: str) -> None:
    path = tmp_path / "as"
    path.write_text(("a" * 40 + "!\n") * 2000)
    assert settled(PageProbe(Host()), path, query=f"re:{query}").rows == 0


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(Problem) as refused:
            PageProbe(Host()).read(source=str(path))
        assert refused.value.code == "not-a-file"
    with pytest.raises(Problem) as refused:
        PageProbe(Host()).read(source=str(tmp_path / "missing"))
    assert refused.value.code == "unreadable"


def test_a_file_that_goes_while_it_is_read_is_read_to_its_end(log: Path) -> None:
    probe = PageProbe(Host())
    probe.read(source=str(log), seconds=0.0)
    log.unlink()
    assert settled(probe, log).lines == 3000


# What is understood of the lines


NEW_YEAR = b"""\
Dec 31 23:59:58 vm sshd[9]: Failed password for root
Dec 31 23:59:59 vm cron[10]: done
  and a line without a time
Jan  1 00:00:01 vm sshd[9]: Failed again
"""


@pytest.fixture
def dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of New Year in Berlin, last written to on 2026-01-01."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    path = tmp_path / "dated.log"
    path.write_bytes(NEW_YEAR)
    os.utime(path, (1767225700, 1767225700))
    return path


def test_what_a_line_says_is_told_with_it(dated: Path) -> None:
    page = settled(PageProbe(Host()), dated)
    assert page.form == "syslog"
    # TZ=Europe/Berlin date -d "2025-12-31 23:59:58" +%s, and so on
    assert [line.time for line in page.shown] == [
        1767221998_000000,
        1767221999_000000,
        -1,
        1767222001_000000,
    ]
    first = page.shown[0]
    parts = {name: first.text[start:end] for name, (start, end) in first.parts.items()}
    assert parts == {
        "time": "Dec 31 23:59:58",
        "host": "vm",
        "identifier": "sshd",
        "pid": "9",
        "message": "Failed password for root",
    }


def test_the_year_in_a_compressed_log_is_told_by_when_that_was_written(dated: Path) -> None:
    packed = dated.with_name("dated.log.gz")
    packed.write_bytes(gzip.compress(NEW_YEAR))
    os.utime(packed, (1609459300, 1609459300))  # date -ud "2021-01-01 00:01:40" +%s
    # TZ=Europe/Berlin date -d "2020-12-31 23:59:58" +%s
    assert settled(PageProbe(Host()), packed).shown[0].time == 1609455598_000000


def test_the_year_is_another_once_the_log_is_written_to_again(dated: Path) -> None:
    probe = PageProbe(Host())
    settled(probe, dated)
    with dated.open("ab") as file:
        file.write(b"Mar  1 08:00:00 vm sshd[9]: and later\n")
    os.utime(dated, (1804032000, 1804032000))  # date -ud "2027-03-03" +%s
    # TZ=Europe/Berlin date -d "2027-03-01 08:00:00" +%s
    assert settled(probe, dated).shown[-1].time == 1803884400_000000


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("query", ["sshd", "not cron", "", "pid=9 or pid=10"])
def test_times_are_those_of_the_lines_whichever_are_shown(
    dated: Path, query: str, ending: bytes
) -> None:
    dated.write_bytes(NEW_YEAR.replace(b"\n", ending))
    os.utime(dated, (1767225700, 1767225700))
    times = {line.text: line.time for line in settled(PageProbe(Host()), dated).shown}
    shown = settled(PageProbe(Host()), dated, query=query, cut=60).shown
    assert [line.time for line in shown] == [times[line.text] for line in shown]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("identifier=sshd", [1, 4]),
        ("unit=cron.service", [2]),
        ("pid!=9", [2]),
        ("since:2026-01-01", [4]),
        ("until:2025-12-31", [1, 2, 3]),
        ('since:"2025-12-31 23:59:59" identifier=sshd', [4]),
    ],
)
def test_lines_are_asked_for_by_what_their_form_has(
    dated: Path, query: str, numbers: list[int]
) -> None:
    page = settled(PageProbe(Host()), dated, query=query)
    assert [line.number for line in page.shown] == numbers


def test_what_the_form_lacks_is_refused_and_the_next_query_answered(dated: Path) -> None:
    probe = PageProbe(Host())
    assert settled(probe, dated, query="sshd").rows == 2
    for arguments in ({"query": "status=404"}, {"query": "sshd", "search": "status=404"}):
        page = settled(probe, dated, **arguments)
        assert "status" in page.refused
        assert page.rows == 2
    page = settled(probe, dated, query="pid=10")
    assert (page.refused, page.rows) == ("", 1)


def test_a_log_without_times_is_not_asked_for_them(tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_text("some words\n" * 10)
    assert settled(PageProbe(Host()), path).form == "text"
    assert "'since'" in settled(PageProbe(Host()), path, query="since:today").refused


def test_a_search_by_time_marks_the_lines_of_that_time_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    path = tmp_path / "years.log"
    # The same days of two years, a block and more of each.
    days = [f"{month} {day:2} 12:00:00 vm a[1]: {'x' * 3000}\n" for month in ("Jan", "Jul")
            for day in range(1, 29) for _turn in range(10)]  # fmt: skip
    path.write_text("".join(days * 2))
    os.utime(path, (1785240000, 1785240000))  # date -ud "2026-07-28 12:00" +%s
    page = settled(PageProbe(Host()), path, search="until:2025-07-02", row=270, count=60, cut=100)
    hits = [line.hit for line in page.shown]
    assert page.hits == 300
    assert hits == [True] * 30 + [False] * 30
    page = settled(PageProbe(Host()), path, search="until:2025-07-02", count=30, cut=100)
    assert not any(line.hit for line in page.shown)


def test_the_form_is_told_as_soon_as_there_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "new.log"
    path.touch()
    probe = PageProbe(Host())
    empty = settled(probe, path, query="identifier=sshd")
    assert (empty.form, empty.rows, empty.refused) == ("text", 0, "")  # It may yet be of any form.
    path.write_bytes(NEW_YEAR)
    page = settled(probe, path, query="identifier=sshd")
    assert (page.form, page.rows, page.refused) == ("syslog", 2, "")


def test_what_cannot_be_asked_of_a_page_is_refused(log: Path) -> None:
    for wrong in ({"bin": 3}, {"bins": "3"}, {"seek": ["line", 0]}):
        with pytest.raises(msgspec.ValidationError):
            PageProbe(Host()).read(source=str(log), **wrong)


def test_an_empty_log_has_no_row(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    page = settled(PageProbe(Host()), path)
    assert (page.lines, page.rows, page.shown, page.settled) == (0, 0, [], True)


def test_what_is_known_already_is_not_told_again_until_something_changes(log: Path) -> None:
    probe = PageProbe(Host())
    asked = {"row": 0, "count": 5, "known": True}
    assert shown(settled(probe, log, **asked)) == list(enumerate(LINES, 1))[:5]
    again = probe.read(source=str(log), **asked)
    assert (again.same, again.shown, again.settled) == (True, [], True)
    assert not probe.read(source=str(log), **{**asked, "known": False}).same
    assert not probe.read(source=str(log), **{**asked, "row": 1}).same
    assert not probe.read(source=str(log), **asked).same
    with log.open("a") as file:
        file.write("more\n")
    grown = probe.read(source=str(log), **asked)
    assert not grown.same
    assert grown.lines == 3001
