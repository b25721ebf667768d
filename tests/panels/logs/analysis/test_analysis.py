"""What is told of a log as a whole, against what its lines were made of, and its own queries."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from sysgui.panels.logs.analysis.tally import Tally
from sysgui.system.host import Host

from .asking import analysed, counts, lines_of, rows, written, wrong

NOW = dt.datetime(2026, 11, 27, 13, 0, tzinfo=dt.UTC)


class LateHost(Host):
    """A machine on that day, started the day before at noon."""

    def now(self) -> float:
        return NOW.timestamp()

    def since_boot(self) -> float:
        return 25 * 3600


class Made(NamedTuple):
    """A line, and what it was made of."""

    line: str
    time: dt.datetime
    level: int
    program: str


KINDS = [
    ("sshd", 8, "Failed password for invalid user admin from 203.0.113.{} port {} ssh2"),
    ("sshd", 8, "Accepted publickey for bob from 2001:db8::{} port {} ssh2"),
    ("app", 3, "ERROR cannot reach 10.0.0.{} on port {}"),
    ("App", 3, "ERROR gone"),
    ("app", 4, "WARNING: disk usage at {}%"),
    ("db", 2, "CRITICAL out of memory: killed process {}"),
    ("db", 4, "warning: query took {} ms"),
    ("cron", 8, "(root) CMD (run-parts /etc/cron.hourly)"),
]


def made(form: str, count: int = 400) -> list[Made]:
    """Makes lines of three days."""
    chance = random.Random(form)
    time, told = NOW - dt.timedelta(days=3), []
    for _line in range(count):
        time += dt.timedelta(seconds=chance.randrange(1, 1000))
        program, level, said = chance.choice(KINDS)
        said = said.format(*(chance.randrange(1, 9) for _each in range(said.count("{}"))))
        stamp = f"{time:%b %d %H:%M:%S}" if form == "syslog" else f"{time:%Y-%m-%dT%H:%M:%S}+00:00"
        told.append(Made(f"{stamp} vm {program}[7]: {said}", time, level, program.lower()))
    return told


@pytest.fixture(params=["syslog", "iso"])
def lines(request: pytest.FixtureRequest) -> list[Made]:
    return made(request.param)


@pytest.fixture
def log(tmp_path: Path, lines: Sequence[Made], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "UTC")
    return written(tmp_path, [each.line for each in lines])


def test_every_figure_is_the_number_of_lines_that_its_query_lets_through(log: Path) -> None:
    report = analysed(log)
    assert report.settled
    assert len(report.hours.bins) > 10
    assert wrong(log, report) == []


@pytest.mark.parametrize("query", ["level<=err", 'not "port" or re:10\\.', "since:2026-11-26"])
def test_figures_are_of_what_was_asked_for_only(log: Path, query: str) -> None:
    report = analysed(log, query)
    assert [report.lines] == lines_of(log, [query])
    assert wrong(log, report) == []


def test_levels_and_programs_are_counted(log: Path, lines: Sequence[Made]) -> None:
    report = analysed(log)
    levels = Counter(each.level for each in lines)
    assert counts(report, "levels") == {
        "crit": (levels[2],), "err": (levels[3],), "warning": (levels[4],), "-": (levels[8],),
    }  # fmt: skip
    errors = Counter(each.program for each in lines if each.level <= 3)
    warnings = Counter(each.program for each in lines if each.level == 4)
    told = {name.lower(): figures for name, figures in counts(report, "programs").items()}
    assert told == {name: (errors[name], warnings[name]) for name in ("app", "db")}


def test_hours_add_up(log: Path, lines: Sequence[Made]) -> None:
    hours = analysed(log).hours
    assert hours.begin % 3600 == 0
    for place, (errors, _warnings, all_lines) in enumerate(hours.bins):
        begin = hours.begin + place * hours.width
        inside = [e for e in lines if begin <= e.time.timestamp() < begin + hours.width]
        assert all_lines.count == len(inside)
        assert errors.count == sum(each.level <= 3 for each in inside)


def test_the_last_errors_are_told_the_latest_first(log: Path, lines: Sequence[Made]) -> None:
    (errors,) = [each.spots for each in analysed(log).spots if each.name == "errors"]
    expected = [each.line for each in lines if each.level <= 3][-10:]
    assert [spot.text for spot in errors] == expected[::-1]
    data = log.read_text()
    assert all(data[spot.offset :].startswith(spot.text) for spot in errors)


def test_addresses_are_told_apart(log: Path, lines: Sequence[Made]) -> None:
    report = analysed(log)
    for row in rows(report, "addresses"):
        (figure,) = row.figures
        assert figure is not None
        assert figure.count == sum(f" {row.label} " in each.line + " " for each in lines)
        assert row.note == ("private" if row.label.startswith("10.") else "reserved")


@pytest.mark.parametrize(
    ("table", "when"),
    [("new since boot", NOW - dt.timedelta(hours=25)),
     ("new since yesterday", NOW.replace(hour=0) - dt.timedelta(days=1))],
)  # fmt: skip
def test_what_never_came_before_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, when: dt.datetime
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    lines = made("iso")
    novel = [
        Made(f"{when + dt.timedelta(seconds=apart):%Y-%m-%dT%H:%M:%S}+00:00 vm kernel: {said}",
             when + dt.timedelta(seconds=apart), 8, "kernel")
        for apart, said in ((-5, "EDAC memory read error"), (5, "watchdog: soft lockup on CPU"))
    ]  # fmt: skip
    held = sorted([*lines, *novel], key=lambda each: each.time)
    path = written(tmp_path, [each.line for each in held])
    report = analysed(path, host=LateHost())
    assert list(counts(report, table)) == ["kernel: watchdog: soft lockup on CPU"]
    assert wrong(path, report) == []


def test_a_log_that_does_not_reach_back_has_nothing_new(log: Path) -> None:
    report = analysed(log, "since:2026-11-26T13:00", host=LateHost())
    assert [(table.why, table.rows) for table in report.tables if "new" in table.name] == [
        ("nothing before", []), ("nothing before", []),
    ]  # fmt: skip


REQUESTS = [
    ("203.0.113.5", "frank", "GET", "/", 200, 0.012), ("::1", "-", "GET", "/a.css", 404, 0.5),
    ("203.0.113.5", "-", "POST", "/login?x=1", 302, 12.25), ("10.0.0.1", "-", "GET", "/", 200, 1.0),
    ("10.0.0.1", "Frank", "GET", "/A.css", 200, 0.001), ("10.0.0.1", "-", "PUT", "/é", 500, 3.5),
]  # fmt: skip


@pytest.mark.parametrize(
    "took", [lambda s: f" {s:.3f}", lambda s: f" rt={s:.3f} uct=0.001", lambda s: f" {s * 1e6:.0f}",
             lambda s: f" {s:.0f}/{s * 1e6:.0f}"],
)  # fmt: skip
def test_requests_are_counted_and_the_slowest_told(tmp_path: Path, took: object) -> None:
    assert callable(took)
    path = written(tmp_path, [
        f'{client} - {user} [27/Nov/2026:08:00:{place:02} +0000] "{method} {asked} HTTP/1.1" '
        f'{status} 512 "-" "Mozilla/5.0 (X11) like \\"Gecko\\""{took(seconds)}'
        for place, (client, user, method, asked, status, seconds) in enumerate(REQUESTS)
    ])  # fmt: skip
    report = analysed(path)
    assert wrong(path, report) == []
    assert counts(report, "statuses") == {"200": (3,), "302": (1,), "404": (1,), "500": (1,)}
    assert counts(report, "paths") == {"/": (2,), "/a.css": (2,), "/login?x=1": (1,), "/é": (1,)}
    assert list(counts(report, "users").values()) == [(2,)]
    (slow,) = [each.spots for each in report.spots if each.name == "slow"]
    expected = sorted((seconds for *_more, seconds in REQUESTS), reverse=True)
    assert [spot.seconds for spot in slow] == pytest.approx(expected)


def test_a_path_that_is_not_utf_8_is_counted_and_found(tmp_path: Path) -> None:
    begin = b'::1 - - [27/Nov/2026:08:00:00 +0000] "GET '
    # With UTF-8 beside it, it is not taken for a log in another encoding.
    asked = [b"/caf\xe9", b"/caf\xe9", "/café".encode()]
    path = written(tmp_path, [begin + each + b' HTTP/1.1" 200 5 "-" "-"' for each in asked])
    report = analysed(path)
    assert counts(report, "paths") == {r"/caf\xe9": (2,), "/café": (1,)}
    assert wrong(path, report) == []


def test_a_log_of_json_is_counted_by_its_units(tmp_path: Path) -> None:
    path = written(tmp_path, [
        f'{{"time":"2026-11-27T08:00:{n:02}Z","level":"{"error" if n % 3 else "warn"}",'
        f'"unit":"u{n % 2}.service","msg":"lost 10.0.0.{n}"}}'
        for n in range(60)
    ])  # fmt: skip
    report = analysed(path)
    assert wrong(path, report) == []
    assert counts(report, "units") == {"u0.service": (20, 10), "u1.service": (20, 10)}


@pytest.mark.parametrize("data", [b"", b"\n", b"x", b"\n\n\n", b"\xff\x00\n", b"a\r\n\r\n"])
def test_a_log_of_next_to_nothing_is_told_of(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(data)
    report = analysed(path)
    assert report.lines == data.count(b"\n") + (data[-1:] not in (b"", b"\n"))
    assert wrong(path, report) == []


def test_what_is_not_known_yet_is_told_by_and_by(log: Path) -> None:
    report = analysed(log)
    assert (report.done, report.settled, report.lines) == (1.0, True, 400)


def test_of_too_many_values_the_frequent_ones_are_kept() -> None:
    tally = Tally(most=10)
    for turn in range(100):
        tally.add([f"rare {turn}", "often", "often"])
    told = tally.values()
    assert not tally.is_exact
    assert len(told) <= 20
    assert told["often"] == ("often", 200)
