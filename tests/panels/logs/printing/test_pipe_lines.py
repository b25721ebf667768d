"""`… | sysgui logs -`: the lines as they come, against what grep prints of the whole."""

import argparse
import bz2
import gzip
import json
import lzma
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs import command
from sysgui.panels.logs.text import piped
from sysgui.system.host import Host
from sysgui.system.problem import Problem

SYSGUI = [sys.executable, "-m", "sysgui", "logs"]

ISO = [b"2026-11-27T08:00:%02dZ vm app[%d]: line %d\n" % (n % 60, n, n) for n in range(60)]


class Came:
    """What `sysgui logs` prints of what comes in pieces."""

    def __init__(self, folder: Path, pieces: Sequence[bytes], *argv: str) -> None:
        reading, writing = os.pipe()
        feeder = threading.Thread(target=self._feed, args=(writing, pieces))
        feeder.start()
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        arguments = parser.parse_args([f"/dev/fd/{reading}", *argv])
        with pytest.MonkeyPatch.context() as patch, (folder / "printed").open("w+") as output:
            patch.setattr(sys, "stdout", output)
            try:
                self.status = command.run(arguments, Host())
            finally:
                os.close(reading)
                feeder.join()
            output.flush()
            self.printed = (folder / "printed").read_bytes()

    def _feed(self, writing: int, pieces: Sequence[bytes]) -> None:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            try:
                for piece in pieces:
                    pipe.write(piece)
            except BrokenPipeError:
                return


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    borders = [0, *sorted(places), len(data)]
    return [data[a:b] for a, b in pairwise(borders)]


LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"x")), max_size=40)


@settings(max_examples=60)
@given(lines=LINES, places=st.lists(st.integers(0, 400), max_size=8), ended=st.booleans())
def test_all_lines_come_whole_and_once_however_they_come(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], places: list[int], ended: bool
) -> None:
    data = b"\n".join(lines) + b"\n" * ended
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(piped, "KEPT", 64)
        patch.setattr(piped, "PIECE", 16)
        came = Came(tmp_path_factory.mktemp("came"), cut(data, places))
    expected = data if not data or data.endswith(b"\n") else data + b"\n"
    assert came.printed == expected
    assert came.status == (not data)


def test_of_what_was_forgotten_the_places_are_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piped, "KEPT", 200)
    monkeypatch.setattr(piped, "PIECE", 50)
    data = b"".join(ISO)
    found = [
        json.loads(line)
        for line in Came(tmp_path, cut(data, range(0, 2000, 99)), "--json").printed.splitlines()
    ]
    assert [data[each["offset"] :][: len(each["text"])].decode() for each in found] == [
        line.decode().rstrip() for line in ISO
    ]


@pytest.mark.parametrize(
    ("argv", "chosen"),
    [
        (["identifier=app", "pid=7"], ISO[7:8]),
        (["--since", "@1795766450"], ISO[50:]),
        (["since:@1795766410 until:@1795766411"], ISO[10:12]),
        (["line", "--until", "@1795766402", "--count"], [b"3\n"]),
        (["absent", "--count"], [b"0\n"]),
    ],
)
def test_lines_are_asked_for_by_what_their_form_has(
    tmp_path: Path, argv: list[str], chosen: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piped, "KEPT", 200)
    came = Came(tmp_path, [b"-- no form --\n", *ISO], *argv)
    assert came.printed == b"".join(chosen)


def test_what_no_line_has_is_refused_when_all_have_come(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        Came(tmp_path, [b"text\n", b"and more\n"], "pid=7")
    assert refused.value.code == "bad-query"


def test_a_line_is_printed_before_the_next_has_come() -> None:
    with subprocess.Popen(
        [*SYSGUI, "-", "o"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for line in (b"one\n", b"two\n"):
            program.stdin.write(line)
            program.stdin.flush()
            assert program.stdout.readline() == line
        program.stdin.write(b"o, without an end")
        program.stdin.close()
        assert program.stdout.read() == b"o, without an end\n"
        assert program.wait() == 0


def test_it_ends_with_its_reader_also_while_nothing_comes() -> None:
    with subprocess.Popen([*SYSGUI, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"one\n")
        program.stdin.flush()
        assert program.stdout.readline() == b"one\n"
        program.stdout.close()
        assert program.wait() == 141


def test_a_named_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(
        [*SYSGUI, str(tmp_path / "pipe"), "two"], stdout=subprocess.PIPE
    ) as program:
        (tmp_path / "pipe").write_bytes(b"one\ntwo\n")
        assert program.stdout is not None
        assert program.stdout.read() == b"two\n"


def test_what_finds_no_room_is_said_after_what_came(tmp_path: Path) -> None:
    limit = 1_000_000

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    line = b"2026-11-27T08:00:01Z vm app[1]: one\n"
    done = subprocess.run(
        [*SYSGUI, "-", "since:2026-11-27"],
        input=line * (4 * limit // len(line)),
        capture_output=True,
        preexec_fn=no_room,
    )
    assert done.returncode == 2
    assert b"cannot be kept: File too large" in done.stderr
    assert done.stdout == line * (len(done.stdout) // len(line))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_what_comes_compressed_is_unpacked(
    tmp_path: Path, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piped, "PIECE", 16)
    data = pack(b"".join(ISO[:30])) + pack(b"".join(ISO[30:]))
    came = Came(tmp_path, cut(data, range(20, len(data), 7)), "pid=7 or pid=58")
    assert (came.status, came.printed) == (0, ISO[7] + ISO[58])


def test_compressed_utf_16_is_understood(tmp_path: Path) -> None:
    data = gzip.compress("Müller\r\nMeier\r\n".encode("utf-16"))
    assert Came(tmp_path, [data], "Müller").printed == "Müller\r\n".encode()


def test_of_what_is_damaged_comes_what_there_is_and_why_not_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = gzip.compress(b"".join(ISO * 200))
    came = Came(tmp_path, [data[: len(data) // 2]])
    assert came.status == 2
    assert came.printed.startswith(ISO[0] + ISO[1])
    assert "it ends too early" in capsys.readouterr().err
    assert Came(tmp_path, [data[:-9] + b"????"]).status == 2


def test_what_only_begins_like_it_is_text(tmp_path: Path) -> None:
    assert Came(tmp_path, [b"BZh is how bzip2 begins\n"]).printed == b"BZh is how bzip2 begins\n"
