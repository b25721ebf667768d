"""Bundles of logs, as unzip, sha256sum, grep and journalctl see them."""

import csv
import io
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from sysgui.panels.logs.bundle.asked import Asked
from sysgui.panels.logs.bundle.bundling import Bundling
from sysgui.panels.logs.bundle.spans import KINDS
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.text.blocks import BLOCK
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from tests.panels.logs.journal.conftest import unpacked

TEXT = b"".join(
    b"Nov 27 08:%02d:%02d vm sshd[%d]: %s\r\n" % (number // 60, number % 60, number, said)
    for number, said in enumerate(
        [
            b"Accepted password for carol7 from 192.0.2.7 port 22 ssh2",
            b"error: caf\xe9 of carol7 is closed",
            b"session opened for user bob5(uid=1001) by (uid=0)",
            b"error: token=abc123def456 of carol7@example.org is wrong",
        ]
        * 50
    )
)


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "UTC")
    path = tmp_path / "auth.log"
    path.write_bytes(TEXT)
    os.utime(path, (1795770000, 1795770000))
    return path


Parts = dict[str, bytes]


def made(asked: Asked, path: Path, *, replaces: bool = False) -> Parts:
    with closing(Bundling(Host(), asked)) as bundling:
        parts = list(bundling.steps(str(path), replaces=replaces))
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def part(bundle: Parts, name: str) -> bytes:
    return bundle[f"incident/{name}"]


def grep(path: Path, pattern: str) -> bytes:
    argv = ["grep", "-aE", pattern, str(path)]
    return subprocess.run(argv, capture_output=True, env={"LC_ALL": "C"}).stdout


def test_it_holds_the_lines_as_grep_prints_them(log: Path, tmp_path: Path) -> None:
    bundle = made(Asked(str(log), query="level<=err"), tmp_path / "b.zip")
    assert part(bundle, "lines.log") == grep(log, "error:")
    assert f"sysgui logs {log} 'level<=err'" in part(bundle, "README.txt").decode()


def test_it_says_how_sure_its_times_are(tmp_path: Path) -> None:
    lines = [f"2026-11-27T08:{n // 60:02}:{n % 60:02}+00:00 vm app[1]: x" for n in range(300)]
    lines[150] = "2001-01-01T00:00:00+00:00 vm app[1]: far away"
    log = tmp_path / "app.log"
    log.write_text("\n".join(lines) + "\n")
    told = part(made(Asked(str(log)), tmp_path / "b.zip"), "README.txt").decode()
    (of_lines,) = (line for line in told.splitlines() if line.startswith("lines.log"))
    begin, end = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", of_lines)
    assert begin <= "2026-11-27T08:00:00Z" < "2026-11-27T08:04:59Z" < end
    assert "between" in of_lines
    assert "but for 1 " in of_lines


def test_others_open_it_and_find_nothing_wrong(log: Path, tmp_path: Path) -> None:
    made(Asked(str(log), redacted=KINDS), tmp_path / "b.zip")
    subprocess.run(["unzip", "-q", "b.zip"], cwd=tmp_path, check=True)
    folder = tmp_path / "incident"
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert done.returncode == 0
    told = {line.split(b":")[0] for line in done.stdout.splitlines()}
    assert told == {os.fsencode(p.name) for p in folder.iterdir()} - {b"SHA256SUMS"}
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o644}


def test_only_its_owner_may_read_it(log: Path, tmp_path: Path) -> None:
    made(Asked(str(log)), tmp_path / "b.zip")
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kinds", [(), ("ip",), KINDS])
def test_the_same_makes_the_same_bytes(log: Path, tmp_path: Path, kinds: tuple[str, ...]) -> None:
    asked = Asked(str(log), query="carol7 or error", redacted=kinds)
    made(asked, tmp_path / "first.zip")
    os.utime(log, (1795770000, 1795770000))
    made(asked, tmp_path / "second name.zip")
    first, second = tmp_path / "first.zip", tmp_path / "second name.zip"
    assert first.read_bytes() == second.read_bytes()


def test_nothing_that_is_redacted_is_left_anywhere(log: Path, tmp_path: Path) -> None:
    named = log.rename(tmp_path / "carol7.log")
    query = r'carol7 or re:192\.0\.2\.7 or "token=abc123def456" or 192.0.2 or bob5'
    bundle = made(Asked(str(named), query=query, redacted=KINDS), tmp_path / "b.zip")
    for name, data in bundle.items():
        held = name.encode() + data
        for private in (b"carol7", b"192.0.2", rb"192\.0", b"abc123def456", b"bob5", b"example"):
            assert private not in held, name
    assert b"user-1.log" in part(bundle, "README.txt")


def test_the_histogram_counts_what_the_lines_say(log: Path, tmp_path: Path) -> None:
    bundle = made(Asked(str(log)), tmp_path / "b.zip")
    told = list(csv.DictReader(io.StringIO(part(bundle, "histogram.csv").decode())))
    errors = len(grep(log, "error:").splitlines())
    assert sum(int(each["err"]) for each in told) == errors
    assert sum(int(each["none"]) for each in told) == len(TEXT.splitlines()) - errors
    assert told[0]["begin"] == "2026-11-27T08:00:00Z"
    picture = ET.fromstring(part(bundle, "histogram.svg"))
    bars = list(picture.iter("{http://www.w3.org/2000/svg}rect"))
    assert len(bars) > len(told)


def test_lines_without_a_time_have_an_empty_histogram(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no time\nand no newline")
    bundle = made(Asked(str(tmp_path / "x")), tmp_path / "b.zip")
    assert part(bundle, "lines.log") == b"no time\nand no newline\n"
    assert len(part(bundle, "histogram.csv").splitlines()) == 1
    assert b"no time is recognised" in part(bundle, "histogram.svg")


@pytest.mark.parametrize("kinds", [(), ("ip",)])
def test_a_line_of_many_blocks_goes_through(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"first\n" + b"long " * BLOCK + b"\nlast")
    bundle = made(Asked(str(path), redacted=kinds), tmp_path / "b.zip")
    lines = part(bundle, "lines.log").split(b"\n")
    assert (lines[0], lines[2], lines[3]) == (b"first", b"last", b"")
    assert lines[1].startswith(b"long long ")
    assert len(lines[1]) == 5 * BLOCK or (kinds and "rest is left out" in lines[1].decode())


def test_a_journal_is_bundled_as_it_is_printed(tmp_path: Path) -> None:
    (tmp_path / "j").mkdir()
    (tmp_path / "j/a.journal").write_bytes(unpacked("compact"))
    source = f"journal:{tmp_path / 'j'}"
    bundle = made(Asked(source, query="level<=err"), tmp_path / "b.zip")
    argv = [sys.executable, "-m", "sysgui", "logs", source, "level<=err"]
    printed = subprocess.run(argv, capture_output=True, check=True).stdout
    assert printed
    assert part(bundle, "lines.log") == printed
    with_rest = made(Asked(source, query="level<=info systemd"), tmp_path / "c.zip")
    argv = [*argv[:-1], "level<=info systemd"]
    printed = subprocess.run(argv, capture_output=True, check=True).stdout
    assert printed
    assert part(with_rest, "lines.log") == printed


def test_what_is_there_is_not_replaced_unasked(log: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        made(Asked(str(log)), log)
    assert refused.value.code == "exists"
    assert log.read_bytes() == TEXT
    (tmp_path / "b.zip").write_text("old")
    assert made(Asked(str(log)), tmp_path / "b.zip", replaces=True)


def test_of_no_lines_none_is_made(log: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        made(Asked(str(log), query="absent"), tmp_path / "b.zip")
    assert refused.value.code == "no-lines"
    assert [p.name for p in tmp_path.iterdir()] == [log.name]


def test_one_that_is_given_up_leaves_nothing(log: Path, tmp_path: Path) -> None:
    steps = Bundling(Host(), Asked(str(log), redacted=KINDS)).steps(str(tmp_path / "b.zip"))
    while next(steps) < 0.7:
        pass
    steps.close()
    assert [p.name for p in tmp_path.iterdir()] == [log.name]


def test_a_disk_without_room_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(1 << 21).hex().encode() + b"\n")
    (tmp_path / "there").mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
        with pytest.raises(Problem) as refused:
            made(Asked(str(path)), tmp_path / "there/b.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert refused.value.code == "unwritable"
    assert list((tmp_path / "there").iterdir()) == []


def test_a_log_that_is_cut_meanwhile_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a line of a log\n" * 300_000)
    steps = Bundling(Host(), Asked(str(path))).steps(str(tmp_path / "b.zip"))
    while next(steps) <= 0.5:
        pass
    os.truncate(path, 1000)
    with pytest.raises(Problem) as told:
        list(steps)
    assert told.value.code == "changed"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_the_first_lines_can_be_looked_at_before(log: Path) -> None:
    with closing(Bundling(Host(), Asked(str(log), redacted=("ip",)))) as bundling:
        *_before, shown = bundling.preview(3)
    assert len(shown) == 3
    assert shown[0].endswith("for carol7 from ip-1 port 22 ssh2")
    assert "café" in shown[1]


def test_several_logs_are_bundled_in_the_order_of_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.log", tmp_path / "b.log"
    first.write_text("2026-11-27T08:00:01Z a: one\n2026-11-27T08:00:03Z a: three\n")
    second.write_text("2026-11-27T06:00:02Z b: two\n")
    sources = [Source(str(first)), Source(str(second), 7200 * 10**6)]
    bundle = made(Asked(name_of(sources), query="one or two or three"), tmp_path / "b.zip")
    words = [line.split()[-1] for line in part(bundle, "lines.log").splitlines()]
    assert words == [b"one", b"two", b"three"]
    command = next(
        line for line in part(bundle, "README.txt").decode().splitlines() if "sysgui logs" in line
    )
    argv = [sys.executable, "-m", *shlex.split(command)]
    printed = subprocess.run(argv, capture_output=True, check=True).stdout
    assert part(bundle, "lines.log") == printed


def test_lines_around_others_are_bundled_with_them(log: Path, tmp_path: Path) -> None:
    bundle = made(Asked(str(log), query="caf", context=1), tmp_path / "b.zip")
    argv = ["grep", "-a", "-C1", "--no-group-separator", "caf", str(log)]
    found = subprocess.run(argv, capture_output=True, env={"LC_ALL": "C"}, check=True).stdout
    assert part(bundle, "lines.log") == found
    assert "--context=1" in part(bundle, "README.txt").decode()


def test_of_another_encoding_the_lines_are_as_they_stand_or_understood(tmp_path: Path) -> None:
    path = tmp_path / "wide.log"
    text = "error: caf\u00e9 of 192.0.2.7\r\nno\r\n"
    path.write_bytes(text.encode("utf-16"))
    bundle = made(Asked(str(path), query="error", redacted=("ip",)), tmp_path / "b.zip")
    assert part(bundle, "lines.log").decode() == "error: caf\u00e9 of ip-1\r\n"
