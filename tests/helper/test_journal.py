"""What journalctl says comes out as it said it, and it ends with whoever wanted to know."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper import wire
from sysgui.helper.operation import Request
from sysgui.helper.operations import journal as door
from sysgui.helper.operations import program as programs
from sysgui.helper.operations.journal import READ

from .rig import PROGRAM, Caller, Journal, argv, as_root, asked, code_of, outcome, python, run

# The journal's own name for what the helper has done: installed programs have it as well.
MESSAGE_ID = "5c1f2d83a7f34e1c9d0b6a4e8f7b2c91"

Put = Callable[[str], Path]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts a program into journalctl's place."""

    def put(code: str) -> Path:
        program = tmp_path / "journalctl"
        program.write_text(f"#!{sys.executable} -IS\nimport os, sys\n{code}\n")
        program.chmod(0o755)
        monkeypatch.setattr(door, "JOURNALCTL", str(program))
        return program

    return put


def reading(caller: Caller) -> Iterator[Mapping[str, Any]]:
    assert READ.read is not None
    return READ.read(caller.session(), Request("r1", [], {}))


def said(caller: Caller) -> bytes:
    return b"".join(piece["data"].encode("latin-1") for piece in reading(caller))


# What it says


@pytest.mark.parametrize("count", [0, 1, door.PIECE, 5 * door.PIECE + 3])
def test_all_that_it_says_comes_byte_by_byte(caller: Caller, put: Put, count: int) -> None:
    put(f"sys.stdout.buffer.write((bytes(range(256)) * {count})[:{count}])")
    assert said(caller) == (bytes(range(256)) * count)[:count]


def test_an_entry_longer_than_any_frame_comes_whole(caller: Caller, put: Put) -> None:
    put("sys.stdout.write('x' * 300_000 + '\\n' + 'y' * 300_000)")
    assert said(caller) == b"x" * 300_000 + b"\n" + b"y" * 300_000


def test_every_piece_fits_into_a_frame(caller: Caller, put: Put, tmp_path: Path) -> None:
    put("sys.stdout.buffer.write(b'\\xff' * 100_000)")  # Six characters each.
    with (tmp_path / "frames").open("wb") as file:
        output = wire.Output(file.fileno())
        for facts in reading(caller):
            output.frame("piece", facts=facts)
    lines = (tmp_path / "frames").read_bytes().splitlines()
    assert max(map(len, lines)) <= 64 * 1024
    data = [json.loads(line)["facts"]["data"] for line in lines]
    assert "".join(data) == "\xff" * 100_000


def test_more_may_come_than_is_kept_of_any_other_answer(
    caller: Caller, put: Put, journal: Journal
) -> None:
    put(f"sys.stdout.buffer.write(bytes({wire.MOST_OUTPUT // 4}))")
    caller.theirs_out, pipe = os.open("/dev/null", os.O_WRONLY), caller.theirs_out
    caller.say(asked())
    assert outcome(caller, READ, asked()) == "done"
    os.close(caller.theirs_out)
    caller.theirs_out = pipe
    assert journal.results() == ["", "done"]


@pytest.mark.parametrize("end", ["sys.exit(1)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_what_it_could_not_read_is_no_answer(
    caller: Caller, put: Put, journal: Journal, end: str
) -> None:
    put(f"print('half', flush=True)\n{end}")
    caller.say(asked())
    assert outcome(caller, READ, asked()) == "failed"
    assert [frame["facts"]["data"] for frame in caller.frames()] == ["half\n"]
    assert journal.results() == ["", "failed"]


def test_where_it_is_not_installed_it_fails(
    caller: Caller, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "JOURNALCTL", "/nonexistent/journalctl")
    assert code_of(list, reading(caller)) == "failed"


# When it ends


def test_it_ends_with_a_caller_who_has_enough_while_it_has_nothing_to_say(
    caller: Caller, put: Put, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "RHYTHM", 0.001)
    put("import signal\nprint(os.getpid(), flush=True)\nsignal.pause()")
    session = caller.session()
    assert READ.read is not None
    pieces = READ.read(session, Request("r1", [], {}))
    pid = int(next(pieces)["data"])
    assert Path(f"/proc/{pid}").exists()
    caller.end(caller.ours_in)
    assert code_of(next, pieces) == "cancelled"
    assert not Path(f"/proc/{pid}").exists()


def test_it_ends_when_nobody_reads_any_more(caller: Caller, put: Put, journal: Journal) -> None:
    put("import signal\nsignal.signal(signal.SIGPIPE, signal.SIG_IGN)\nwhile True: print(1)")
    caller.say(asked())
    caller.end(caller.ours_out)
    assert outcome(caller, READ, asked()) == "cancelled"
    assert journal.results() == ["", "cancelled"]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_caller_who_is_still_there_is_waited_with(
    caller: Caller, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "RHYTHM", 0.001)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    put(f"print(open({str(fifo)!r}).read())")
    asked_for = []

    class Meanwhile(wire.Input):
        """It goes on when it has been looked three times whether anybody is there."""

        def closed(self, within: float = 0.0) -> bool:
            asked_for.append(within)
            if len(asked_for) == 3:
                fifo.write_text("late")
            return super().closed(within)

    session = caller.session()
    session.input = Meanwhile(caller.theirs_in)
    caller.say(b"more")
    assert READ.read is not None
    pieces = READ.read(session, Request("r1", [], {}))
    assert "".join(piece["data"] for piece in pieces) == "late\n"
    assert asked_for[:3] == [0.0] * 3


# How it is started


ABOUT = """
import json
print(json.dumps({
    "argv": sys.argv, "environ": dict(os.environ), "uid": os.getuid(), "place": os.getcwd(),
    "streams": {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")[:3]},
    "fds": len(os.listdir("/proc/self/fd")),
}))
"""


@as_root
def test_nothing_of_the_callers_reaches_it(put: Put, journal: Journal, tmp_path: Path) -> None:
    program = put(ABOUT)
    code = PROGRAM.replace(
        "audit.SOCKET =",
        f"from sysgui.helper.operations import journal\n"
        f"journal.JOURNALCTL = {str(program)!r}\n"
        f"audit.SOCKET =",
    )
    hostile = {
        "PATH": str(tmp_path), "SYSTEMD_PAGER": "/tmp/pager", "PAGER": "/tmp/pager",
        "SYSTEMD_COLORS": "1", "SYSTEMD_LESS": "x", "LD_PRELOAD": "", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    done = run(
        python(code, journal.path, "audit-read"),
        json.dumps(asked()).encode() + b"\n",
        env={**os.environ, **hostile},
        cwd=tmp_path,
    )
    *pieces, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last == {"frame": "result", "code": "done"}
    about = json.loads("".join(piece["facts"]["data"] for piece in pieces))
    assert about["environ"] == {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    assert (about["uid"], about["place"]) == (0, "/")
    assert about["streams"]["0"] == about["streams"]["2"] == "/dev/null"
    assert about["fds"] == 4  # The three, and the one that lists them.
    assert {"--no-pager", "--output=json"} <= set(about["argv"])
    assert about["argv"][-2:] == [f"MESSAGE_ID={MESSAGE_ID}", "_UID=0"]


def test_nothing_can_be_asked_of_it(caller: Caller, put: Put, journal: Journal) -> None:
    put("print('never')")
    for given in (
        {**asked(), "targets": ["/var/log/journal"]},
        {**asked(), "arguments": {"lines": 1}},
        {**asked(), "arguments": {"follow": "yes"}},
    ):
        with_words = argv(READ, {**given, "arguments": {}})
        caller.say(given)
        assert outcome(caller, READ, given, with_words) == "grammar"
    assert journal.entries() == []


def test_the_program_is_named_by_its_whole_path() -> None:
    assert door.JOURNALCTL == "/usr/bin/journalctl"
