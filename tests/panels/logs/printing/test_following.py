"""Lines that come to a file while it is followed, against what was written."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sysgui.panels.logs.file.understood import Understood
from sysgui.panels.logs.printing import following
from sysgui.panels.logs.printing.following import Tail, print_unpacked, until_closed
from sysgui.panels.logs.text import follow, unpack
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.wanted import Condition
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.query import QueryError

Lines = list[bytes]


def asked(log: Understood, query: str) -> Condition:
    try:
        return log.language.compile(query)
    except QueryError as error:
        raise Problem("bad-query", str(error)) from error


class Following:
    """Follows a file with a query.

    Attributes:
        printed: What was printed.
    """

    def __init__(self, path: Path, query: str = "", begin: int = -1) -> None:
        self.printed: Lines = []
        self.followed = Followed(Host(), str(path))
        self._tail = Tail(
            self.followed,
            lambda: Understood(Host(), self.followed),
            lambda log: asked(log, query),
            lambda line: self.printed.append(b"".join(line.pieces)),
            begin,
        )

    def step(self) -> Lines:
        """Returns what is printed now."""
        before = len(self.printed)
        self._tail.step()
        return self.printed[before:]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(b"old\nhalf")
    return path


def add(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)


def test_only_what_comes_is_printed_and_when_its_line_ends(log: Path) -> None:
    tail = Following(log)
    assert tail.step() == []
    add(log, b" and")
    assert tail.step() == []
    add(log, b" half\nmore\nbeg")
    assert tail.step() == [b"half and half\n", b"more\n"]
    add(log, b"in\n")
    assert tail.step() == [b"begin\n"]
    assert tail.step() == []


def test_from_the_beginning(log: Path) -> None:
    assert Following(log, begin=0).step() == [b"old\n"]


def test_only_what_the_query_lets_through(log: Path) -> None:
    tail = Following(log, "not half and re:^m")
    add(log, b"\nmore\nhalf more\nless\nmuch\n")
    assert tail.step() == [b"more\n", b"much\n"]


def test_many_blocks_at_once(log: Path) -> None:
    tail = Following(log)
    lines = [b"%06d %s\n" % (number, b"x" * 90) for number in range(40_000)]
    add(log, b"\n" + b"".join(lines))
    assert tail.step() == [b"half\n", *lines]


def test_the_form_of_a_log_that_begins_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    path.write_bytes(b"")
    tail = Following(path, "cron")
    assert tail.step() == []
    add(path, b"Nov 27 08:00:01 vm cron[9]: a\nNov 27 08:00:02 vm sshd[9]: b\n")
    assert tail.step() == [b"Nov 27 08:00:01 vm cron[9]: a\n"]


def test_an_empty_log_may_come_to_have_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_bytes(b"")
    tail = Following(path, "status>=500")
    assert tail.step() == []
    add(path, b"log turned over\n")
    assert tail.step() == []
    request = b'192.0.2.7 - - [27/Nov/2026:08:00:01 +0000] "GET / HTTP/1.1" %d 5\n'
    add(path, request % 503 + request % 200)
    assert tail.step() == [request % 503]


def renamed(log: Path) -> None:
    log.rename(log.with_suffix(".1"))
    log.touch()


def copied(log: Path) -> None:
    log.with_name("app.log.1").write_bytes(log.read_bytes())
    os.truncate(log, 0)


def deleted(log: Path) -> None:
    log.unlink()
    log.touch()


@pytest.mark.parametrize("rotate", [renamed, copied, deleted])
def test_rotation_loses_nothing_and_shows_nothing_twice(
    log: Path, rotate: Callable[[Path], None]
) -> None:
    add(log, b"\n")
    tail = Following(log)
    add(log, b"one\n")
    assert tail.step() == [b"one\n"]
    for number in range(3):
        rotate(log)
        add(log, b"after %d\n" % number)
        assert tail.step() == [b"after %d\n" % number]


def test_what_was_rotated_away_is_written_to_for_a_while(log: Path) -> None:
    add(log, b"\n")
    tail = Following(log)
    old = log.rename(log.with_name("app.log.1"))
    log.write_bytes(b"new 1\n")
    assert tail.step() == [b"new 1\n"]
    add(old, b"late 1\nhalf")
    add(log, b"new 2\n")
    assert tail.step() == [b"late 1\n", b"new 2\n"]
    add(old, b" and half\nnever ended")
    assert tail.step() == [b"half and half\n"]
    # Nobody seems to go on with it.
    assert tail.step() == [b"never ended"]
    assert tail.step() == []


def test_what_is_truncated_begins_anew(log: Path) -> None:
    tail = Following(log)
    log.write_bytes(b"new\n")
    assert tail.step() == [b"new\n"]


def test_old_files_that_are_forgotten_are_not_shown_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "MOST_PARTS", 2)
    add(log, b"\n")
    tail = Following(log)
    for number in range(5):
        log.rename(log.with_name(f"old.{number}"))
        log.write_bytes(b"%d\n" % number)
        assert tail.step() == [b"%d\n" % number]


def test_it_ends_when_nobody_reads(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(following, "EVERY", 0.01)
    reading, writing = os.pipe()
    steps: list[int] = []

    def step() -> None:
        steps.append(1)
        if len(steps) == 3:
            os.close(reading)

    with open(writing, "w") as output, capfd.disabled():
        monkeypatch.setattr(sys, "stdout", output)
        with pytest.raises(BrokenPipeError):
            until_closed(step)
        monkeypatch.undo()
    assert len(steps) == 3


def test_the_program_ends_with_its_reader(log: Path) -> None:
    add(log, b"\n")
    argv = [sys.executable, "-m", "sysgui", "logs", str(log), "--follow", "--since", "1h"]
    dated = b"2099-11-27T08:00:01 vm app[1]: one\n"
    log.write_bytes(dated)
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == dated
        add(log, dated)
        assert program.stdout.readline() == dated
        program.stdout.close()
        assert program.wait() == 141


# What is compressed


@pytest.mark.parametrize(
    ("query", "some"), [("", 3), ('"line 7"', 3), ("pid=77", 1), ("since:2026-11-27", None)]
)
@pytest.mark.parametrize("whole", [True, False])
def test_lines_are_printed_while_the_rest_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, some: int | None, whole: bool
) -> None:
    monkeypatch.setattr(unpack, "PIECE", 2000)
    monkeypatch.setattr(following, "EVERY", 0.0)
    lines = [
        b"2026-11-27T08:00:00Z vm app[%d]: line %d\n" % (n % 90, n * 7919) for n in range(20_000)
    ]
    packed = gzip.compress(b"".join(lines))
    path = tmp_path / "app.log.gz"
    path.write_bytes(packed if whole else packed[: len(packed) // 2])
    followed = Followed(Host(), str(path))
    printed: list[tuple[bytes, bool]] = []
    count = print_unpacked(
        followed,
        lambda: Understood(Host(), followed),
        lambda log: log.language.compile(query),
        lambda line: printed.append((b"".join(line.pieces), followed.unpacked)),
    )
    followed.text.close()
    if some is None:
        assert (count, printed) == (None, [])
        return
    assert count == len(printed) >= some
    assert not printed[0][1]
    expected = [
        line for line in lines if query.replace("pid=77", "[77]").strip('"').encode() in line
    ]
    if whole:
        assert [line for line, _late in printed] == expected
    else:
        # What was cut off may end within a line.
        assert [line for line, _late in printed[:-1]] == expected[: count - 1]
        assert "too early" in followed.trouble


def test_who_reads_no_further_has_nothing_more_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(b"a line of text\n" * 3_000_000))
    argv = [sys.executable, "-m", "sysgui", "logs", str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"a line of text\n"
        program.stdout.close()
        assert program.wait() == 141
