"""How severe a request was, told by its status, against what awk counts of the ninth field."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from sysgui.panels.logs.file import saved
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.sought import ERRORS
from sysgui.panels.logs.text.scan import Scan
from sysgui.system.host import Host
from tests.panels.logs.analysis.asking import analysed, counts, wrong
from tests.panels.logs.test_command import run

# What was asked for, and what sent whoever asked: a level is none of it.
PATHS = "/", "/500", "/[error]", "/a?level=error", "/<crit>", "/%22", "/ERROR:", '/\\"500'
AGENTS = "curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64) [fatal] level=error", "-", '\\" 500 \\"'
STATUS = 101, 200, 200, 204, 301, 304, 400, 403, 404, 404, 499, 500, 502, 503, 504


def requests(number: int, head: str = "") -> list[str]:
    chance = random.Random(5)
    return [
        f"{head}192.0.2.{chance.randrange(256)} - - [27/Nov/2026:08:{place // 60 % 60:02}:"
        f'{place % 60:02} +0000] "GET {chance.choice(PATHS)} HTTP/1.1" {chance.choice(STATUS)} '
        f'{chance.randrange(9999)} "-" "{chance.choice(AGENTS)}"'
        for place in range(number)
    ]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text("".join(f"{line}\n" for line in requests(5000)))
    return path


def by_awk(path: Path, condition: str) -> list[int]:
    """Returns the numbers of the lines, from 1, that a condition of awk is true of."""
    found = subprocess.run(
        ["awk", f"{condition} {{ print NR }}", str(path)], capture_output=True, check=True
    )
    return [int(number) for number in found.stdout.split()]


def page_of(source: str, **asked: object) -> Page:
    probe = PageProbe(Host())
    page = probe.read(source=source, seconds=1.0, **asked)  # type: ignore[arg-type]
    while not page.settled:
        page = probe.read(source=source, seconds=1.0, **asked)  # type: ignore[arg-type]
    probe.close()
    return page


def test_a_page_counts_them(log: Path) -> None:
    failed, refused = by_awk(log, "$9 ~ /^5/"), by_awk(log, "$9 ~ /^4/")
    page = page_of(str(log), bins=40, times=40, row=0, count=5000)
    assert page.levels == [
        0,
        0,
        0,
        len(failed),
        len(refused),
        0,
        0,
        0,
        5000 - len(failed + refused),
    ]
    shown = {level: [line.number for line in page.shown if line.level == level] for level in (3, 4)}
    assert shown == {3: failed, 4: refused}
    bars = [sum(bins[level] for bins in page.timeline.bins) for level in (3, 4)]
    assert bars == [len(failed), len(refused)]
    assert {level for level, _hits in page.strip} == {3}
    # The next error after the tenth line.
    tenth = page.shown[9].offset
    sought = page_of(str(log), seek=(ERRORS, tenth, False), row=0).sought
    assert sought is not None
    assert sought[0] + 1 == min(number for number in failed if number > 10)


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("level<=err", "$9 ~ /^5/"),
        ("level=warning", "$9 ~ /^4/"),
        ("level<=warning and not level=err", "$9 ~ /^4/"),
        ("level=-", "$9 !~ /^[45]/"),
        ("level!=err", "$9 ~ /^4/"),
    ],
)
def test_lines_are_asked_for_by_them(
    log: Path, capfd: pytest.CaptureFixture[str], query: str, condition: str
) -> None:
    expected = by_awk(log, condition)
    page = page_of(str(log), query=query, row=0, count=5000)
    assert [line.number for line in page.shown] == expected
    assert run(str(log), query, "--count") == 0
    sys.stdout.flush()
    assert int(capfd.readouterr().out) == len(expected)


def test_the_analysis_counts_them(log: Path) -> None:
    report = analysed(log)
    failed, refused = by_awk(log, "$9 ~ /^5/"), by_awk(log, "$9 ~ /^4/")
    told = counts(report, "levels")
    assert (told["err"], told["warning"]) == ((len(failed),), (len(refused),))
    assert wrong(log, report) == []


def test_among_other_logs_they_count_too(
    log: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "app.log"
    other.write_text(
        "2026-11-27T08:10:00Z vm app[1]: ERROR gone\n2026-11-27T08:11:00Z vm app[1]: x\n"
    )
    failed, refused = by_awk(log, "$9 ~ /^5/"), by_awk(log, "$9 ~ /^4/")
    page = page_of(name_of([Source(str(log)), Source(str(other))]), query="level<=warning")
    assert page.levels[3:5] == [len(failed) + 1, len(refused)]
    assert run(str(log), str(other), "level<=err", "--count") == 0
    assert int(capfd.readouterr().out) == len(failed) + 1


def test_opened_again_they_are_known(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "LARGE", 2)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    log.write_text(log.read_text() * 4)
    first = page_of(str(log), bins=20, times=20)
    looked = []
    count = Scan.sight
    monkeypatch.setattr(
        Scan, "sight", lambda scan, number: looked.append(number) or count(scan, number)
    )
    again = page_of(str(log), bins=20, times=20)
    assert (again.levels, again.strip, again.timeline) == (
        first.levels,
        first.strip,
        first.timeline,
    )
    assert again.levels[3] == len(by_awk(log, "$9 ~ /^5/"))


def test_what_stands_among_requests_says_its_level_itself(tmp_path: Path) -> None:
    """A container writes its requests and its errors to the same place."""
    path = tmp_path / "container.log"
    lines = requests(20)
    lines[5:5] = ["2026/11/27 08:00:05 [error] 7#7: *1 upstream timed out", "[error] 500 "]
    lines.append('- [error] "GET / HTTP/1.1" 503 ')
    path.write_text("".join(f"{line}\n" for line in lines))
    failed = by_awk(path, "$9 ~ /^5/ && $1 ~ /^192/")
    page = page_of(str(path), row=0)
    assert page.form == "access"
    assert [line.number for line in page.shown if line.level == 3] == sorted([*failed, 6, 7, 23])


def test_with_the_name_of_the_host_before_it(tmp_path: Path) -> None:
    path = tmp_path / "other_vhosts_access.log"
    path.write_text("".join(f"{line}\n" for line in requests(200, "www.example.com:80 ")))
    page = page_of(str(path))
    assert page.form == "access-hosts"
    assert page.levels[3] == len(by_awk(path, "$10 ~ /^5/"))


def test_a_user_may_have_called_himself_anything(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "access.log"
    users = "-", "alice", "bob smith", "level=error: x", '" 200 5'
    lines = requests(500)
    path.write_text(
        "".join(
            line.replace(" - - ", f" - {users[place % len(users)]} ", 1) + "\n"
            for place, line in enumerate(lines)
        )
    )
    plain = tmp_path / "plain"
    plain.write_text("".join(f"{line}\n" for line in lines))
    page = page_of(str(path), row=0, count=500)
    failed = by_awk(plain, "$9 ~ /^5/")
    assert page.form == "access"
    assert [line.number for line in page.shown if line.level == 3] == failed
    assert page.levels[3] == len(failed)
    assert run(str(path), 'user="bob smith"', "--count") == 0
    assert int(capfd.readouterr().out) == 100


def test_behind_a_long_request_it_is_shown_as_well(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_text("".join(f"{line}\n".replace(" HTTP", "?" + "a" * 8000 + " HTTP")
                            for line in requests(50)))  # fmt: skip
    failed = by_awk(path, "$9 ~ /^5/")
    page = page_of(str(path), row=0, search="status>=500")
    assert all(line.cut for line in page.shown)
    assert [line.number for line in page.shown if line.level == 3] == failed
    assert [line.number for line in page.shown if line.hit] == failed
