"""Logs are read to their last byte, through every rotation; and nothing but logs is."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.helper.grammar import quoted
from sysgui.helper.operation import Request
from sysgui.helper.operations import file
from sysgui.helper.wire import MOST_OUTPUT, Input

from .rig import Caller, Journal, argv, as_root, asked, code_of


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "log"
    directory.mkdir()
    monkeypatch.setattr(file, "ROOTS", (str(directory),))
    return directory


def target(path: Path) -> str:
    return "".join(f"/{quoted(os.fsencode(name))}" for name in path.parts[1:])


# Names


@pytest.mark.parametrize(
    "path",
    [
        "/var/log/syslog",
        "/var/log/nginx/error.log.1",
        "/var/log/a%20b%0A%FF",
        "/var/log/-rf",
        "/var/log/...",
        "/var/log/..%2Ea",
        "/var/log/a..b/.c",
    ],
)
def test_a_path_beneath_a_root_is_taken(path: str) -> None:
    assert code_of(file.grammar, path) == ("grammar" if "%2E" in path else "")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc/shadow",
        "/var/log",
        "/var/log/",
        "/var/logs/a",
        "/var/log/../shadow",
        "/var/log/a/../b",
        "/var/log/./a",
        "/var/log//a",
        "/var/log/a/",
        "/var/log/%2E%2E/shadow",
        "/var/log/%2e%2e/shadow",
        "/var/log/.%2E/shadow",
        "/var/log/..%2Fshadow",
        "/var/log/a%00b",
        "/var/log/%61",
        "/var/log/a b",
        "/var/log/a\n",
        "/var/log/é",
        "/var/log/%",
        "/var/log/" + "a" * 4096,
        "var/log/a",
        "/VAR/log/a",
        None,
        7,
        ["/var/log/a"],
    ],
)
def test_any_other_is_refused(path: Any) -> None:
    assert code_of(file.grammar, path) == "grammar"


@given(st.lists(st.binary(max_size=12), max_size=4))
def test_a_name_of_any_bytes_is_taken_unless_it_leads_elsewhere(names: list[bytes]) -> None:
    path = "/var/log" + "".join(f"/{quoted(name)}" for name in names)
    leads = not names or any(
        name in (b"", b".", b"..") or b"/" in name or b"\0" in name for name in names
    )
    assert code_of(file.grammar, path) == ("grammar" if leads else "")


@given(st.text(alphabet="/.%2EeFf0aA-", max_size=24))
def test_what_is_taken_stays_beneath_its_root(rest: str) -> None:
    path = f"/var/log/{rest}"
    if not code_of(file.grammar, path):
        meant = os.path.normpath(unquote_to_bytes(path))
        assert meant == unquote_to_bytes(path)
        assert meant.startswith(b"/var/log/")


# What is opened


def content(path: Path) -> str:
    descriptor = file.open_file(target(path))
    try:
        return os.read(descriptor, 100).decode()
    finally:
        os.close(descriptor)


def test_a_regular_file_is_opened_whatever_it_is_called(logs: Path) -> None:
    for name in ("a", "a b", "\n", "-rf", "\udcff", "…", "\x1b[2J"):
        (logs / "d" / name).mkdir(parents=True)
        path = logs / "d" / name / name
        path.write_text("log")
        assert content(path) == "log"


def secret_beside(logs: Path) -> Path:
    secret = logs.parent / "secret"
    secret.mkdir()
    (secret / "log").write_text("secret")
    return secret


def link_to_a_file(logs: Path) -> Path:
    (logs / "link").symlink_to(secret_beside(logs) / "log")
    return logs / "link"


def link_to_a_log(logs: Path) -> Path:
    (logs / "log").write_text("log")
    (logs / "link").symlink_to("log")
    return logs / "link"


def link_above(logs: Path) -> Path:
    (logs / "link").symlink_to(secret_beside(logs))
    return logs / "link" / "log"


def link_far_above(logs: Path) -> Path:
    secret = secret_beside(logs)
    (secret / "deep").mkdir()
    (secret / "deep" / "log").write_text("secret")
    (logs / "link").symlink_to(secret)
    return logs / "link" / "deep" / "log"


def second_name(logs: Path) -> Path:
    os.link(secret_beside(logs) / "log", logs / "log")
    return logs / "log"


def fifo(logs: Path) -> Path:
    os.mkfifo(logs / "log")
    return logs / "log"


def listening(logs: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(logs / "log"))
    return logs / "log"


def directory(logs: Path) -> Path:
    (logs / "log").mkdir()
    return logs / "log"


def file_above(logs: Path) -> Path:
    (logs / "log").touch()
    return logs / "log" / "log"


@pytest.mark.parametrize(
    "make",
    [link_to_a_file, link_to_a_log, link_above, link_far_above, second_name, fifo, listening,
     directory, file_above],
)  # fmt: skip
def test_nothing_else_is_opened(logs: Path, make: Callable[[Path], Path]) -> None:
    assert code_of(file.open_file, target(make(logs))) == "not-a-file"


@as_root
def test_a_device_is_not_opened(logs: Path) -> None:
    os.mknod(logs / "log", 0o020666, os.makedev(1, 3))
    assert code_of(file.open_file, target(logs / "log")) == "not-a-file"


def test_what_is_not_there_has_gone(logs: Path) -> None:
    for path in (logs / "log", logs / "d" / "log"):
        assert code_of(file.open_file, target(path)) == "gone"


def test_no_descriptor_stays_behind(logs: Path) -> None:
    (logs / "log").write_text("log")
    before = os.listdir("/proc/self/fd")
    content(logs / "log")
    code_of(file.open_file, target(link_above(logs)))
    code_of(file.open_file, target(logs / "no"))
    assert os.listdir("/proc/self/fd") == before


# Links that are swapped while the file is opened

SWAPPER = """
import ctypes, sys
renameat2 = ctypes.CDLL(None).renameat2
one, other = (name.encode() for name in sys.argv[1:])
print("up", flush=True)
while not renameat2(-100, one, -100, other, 2):  # RENAME_EXCHANGE
    pass
"""


@contextmanager
def swapping(one: Path, other: Path) -> Iterator[None]:
    """Exchanges two names as fast as it can, as long as the context is open."""
    child = subprocess.Popen(
        [sys.executable, "-IS", "-c", SWAPPER, str(one), str(other)], stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        yield
    finally:
        child.kill()
        child.communicate()


def naive(path: Path) -> str:
    """Looks first and opens then: what is often written."""
    try:
        about = path.lstat()
        if path.parent.is_symlink() or not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
            return ""
        return path.read_text()
    except OSError:
        return ""


def careful(path: Path) -> str:
    try:
        return content(path)
    except file.Refusal:
        return ""


def turns(found: list[str]) -> int:
    """Returns how often another one was met than before."""
    return sum(one != other for one, other in pairwise(found))


ROUNDS = 10_000


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "renameat2"), reason="needs renameat2")
@pytest.mark.parametrize("where", ["link", "link above", "second name"])
def test_links_that_are_swapped_in_never_win(logs: Path, where: str) -> None:
    secret = secret_beside(logs)
    (logs / "d").mkdir()
    path = logs / "d" / "log"
    path.write_text("log")
    one, other = path, logs / "d" / "other"
    if where == "link":
        other.symlink_to(secret / "log")
    elif where == "link above":
        one, other = logs / "d", logs / "other"
        other.symlink_to(secret)
    else:
        os.link(secret / "log", other)
    with swapping(one, other):
        found: list[str] = []
        # On a busy machine the two take longer turns: then more rounds are played.
        while turns(found) < ROUNDS // 100 and len(found) < 50 * ROUNDS:
            found += [careful(path) for _round in range(ROUNDS)]
        assert set(found) == {"log", ""}
        assert turns(found) >= ROUNDS // 100
        # The same game is lost by who looks first and opens then: the racer does race.
        assert any(naive(path) == "secret" for _round in range(50 * ROUNDS))


# What is read


def read(tail: file.Tail, most: int = 1 << 30) -> bytes:
    return joined(tail.read(most))


def joined(frames: Iterator[Any]) -> bytes:
    return b"".join(frame["data"].encode("latin-1") for frame in frames if "data" in frame)


def test_a_file_is_read_from_where_it_was_asked_to_where(logs: Path) -> None:
    path = logs / "log"
    whole = os.urandom(3 * file.PIECE + 7)
    path.write_bytes(whole)
    size = len(whole)
    for offset in (0, 1, file.PIECE, size - 1, size, size + 9, -1, -size, -size - 9, -1 << 62):
        for length in (1, 100, file.PIECE, 2 * file.PIECE, 1 << 62):
            tail = file.Tail(target(path), offset)
            begin = offset if offset >= 0 else max(0, size + offset)
            frames = list(tail.read(length))
            assert frames[0] == {"target": target(path), "event": "opened", "size": size}
            assert joined(iter(frames)) == whole[begin : begin + length]
            place = begin
            for frame in frames[1:]:
                assert frame["offset"] == place
                place += len(frame["data"])
            tail.close()


STEPS = st.sampled_from(["append", "rotate", "delete", "look"])


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=25))
def test_whatever_becomes_of_the_name_nothing_is_lost_and_nothing_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    logs = tmp_path_factory.mktemp("log")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "ROOTS", (str(logs),))
        follow_through(logs / "log", steps)


def follow_through(path: Path, steps: list[str]) -> None:
    writer = path.open("ab", buffering=0)
    tail = file.Tail(target(path), 0)
    found, written, moved = read(tail), b"", False
    for number, step in enumerate(steps):
        if step == "append":
            line = b"%d\n" % number
            writer.write(line)
            written += line
        elif step == "look" or moved:  # A name that moves on twice has left a file unseen.
            found += joined(tail.follow())
            moved = False
        else:
            if step == "rotate":
                path.rename(path.with_name(f"log.{number}"))
            else:
                path.unlink()
            path.touch()
            # As logrotate does: the name is new before the writer knows.
            writer.write(b"old %d\n" % number)
            written += b"old %d\n" % number
            writer.close()
            writer = path.open("ab", buffering=0)
            moved = True
    for _twice in range(2):
        found += joined(tail.follow())
    writer.close()
    tail.close()
    assert found == written


def test_a_file_that_is_emptied_is_read_from_its_start(logs: Path) -> None:
    path = logs / "log"
    path.write_text("first\n")
    tail = file.Tail(target(path), 0)
    assert read(tail) == b"first\n"
    os.truncate(path, 0)
    assert [frame.get("event") for frame in tail.follow()] == ["truncated"]
    with path.open("a") as opened:
        opened.write("new\n")
    assert joined(tail.follow()) == b"new\n"
    tail.close()


def test_a_name_that_is_given_away_all_the_time_uses_up_no_descriptors(logs: Path) -> None:
    path = logs / "a"
    path.write_text("first\n")
    tail = file.Tail(target(path), 0)
    try:
        before = len(os.listdir("/proc/self/fd"))
        assert read(tail) == b"first\n"
        for _each in range(100):
            path.rename(logs / "b")
            path.touch()
            assert joined(tail.follow()) == b""
        assert len(os.listdir("/proc/self/fd")) <= before + file.MOST_LATER
        path.write_text("last\n")
        assert joined(tail.follow()) == b"last\n"
    finally:
        tail.close()


def test_a_log_on_which_its_owner_has_a_lease_is_not_waited_for(logs: Path) -> None:
    path = logs / "a"
    path.touch()
    descriptor = os.open(path, os.O_RDWR)
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        assert code_of(file.open_file, target(path)) == "failed"
    finally:
        os.close(descriptor)
        signal.signal(signal.SIGIO, before)


def test_a_link_that_takes_the_place_of_a_log_is_not_followed(logs: Path) -> None:
    path = logs / "log"
    path.write_text("first\n")
    tail = file.Tail(target(path), 0)
    read(tail)
    path.unlink()
    path.symlink_to(secret_beside(logs) / "log")
    assert list(tail.follow()) == []
    tail.close()


# The operation


def test_a_log_larger_than_any_answer_is_streamed(
    logs: Path, caller: Caller, journal: Journal
) -> None:
    path = logs / "log"
    with path.open("wb") as opened:
        opened.truncate(MOST_OUTPUT // 6 + 4 * file.PIECE)  # Each zero takes six characters.
    given_ = asked([target(path)])
    caller.say(given_)
    with reading(caller) as count:
        assert caller.session().run(file.READ, argv(file.READ, given_)) == "done"
        caller.end(caller.theirs_out)
    assert count[0] > MOST_OUTPUT
    assert journal.results() == ["", "done"]


@contextmanager
def reading(caller: Caller) -> Iterator[list[int]]:
    """Takes what is written, in a process of its own; tells how much it was, afterwards."""
    count = [0]
    counter = subprocess.Popen(["wc", "-c"], stdin=caller.ours_out, stdout=subprocess.PIPE)
    yield count
    count[0] = int(counter.communicate()[0])


def test_a_log_is_followed_until_the_caller_has_enough(
    logs: Path, caller: Caller, journal: Journal
) -> None:
    path = logs / "log"
    path.write_text("first\n")
    given_ = asked([target(path)], offset=-3, follow="yes")
    caller.say(given_)
    caller.end(caller.ours_in)
    assert code_of(caller.session().run, file.READ, argv(file.READ, given_)) == "cancelled"
    facts = [frame["facts"] for frame in caller.frames()]
    assert [each.get("data") for each in facts] == [None, "st\n"]
    assert journal.results() == ["", "cancelled"]


def test_what_is_written_while_it_is_followed_comes_too(
    logs: Path, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = logs / "log"
    path.write_text("first\n")

    class Meanwhile(Input):
        """Something is written whenever it is waited."""

        def closed(self, within: float = 0.0) -> bool:
            with path.open("a") as opened:
                opened.write("more\n")
            return super().closed(within)

    monkeypatch.setattr(file, "RHYTHM", 0.001)
    session = caller.session()
    session.input = Meanwhile(caller.theirs_in)
    assert file.READ.read is not None
    frames = file.READ.read(session, Request("r1", [target(path)], {"follow": "yes"}))
    assert next(frames)["event"] == "opened"
    assert next(frames)["data"] == "first\n"
    for place in (6, 11, 16):
        assert next(frames) == {"target": target(path), "offset": place, "data": "more\n"}
    frames.close()
