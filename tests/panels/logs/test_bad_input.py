"""What is no log, or a bad one: told at once, or read as far as it goes; nothing hangs or acts."""

import argparse
import gzip
import json
import os
import pty
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs import command
from sysgui.panels.logs.journal.index import JournalIndex
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.probe import MOST, LogsProbe, left_out
from sysgui.system.host import Host
from sysgui.system.problem import Problem

SYSGUI = [sys.executable, "-m", "sysgui", "logs"]

LINES = [b"Nov 27 08:00:00 vm app[%d]: line %d\n" % (n, n * 7919) for n in range(50_000)]


def settled(probe: PageProbe, path: object, **arguments: object) -> Page:
    while True:
        page = probe.read(source=str(path), **arguments)  # type: ignore[arg-type]
        if page.settled:
            return page


def sysgui(*arguments: str | bytes, **more: object) -> subprocess.CompletedProcess[bytes]:
    argv = [*SYSGUI, *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(argv, **{**pipes, **more})  # type: ignore[call-overload]


def run(*argv: str, host: Host | None = None) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), host or Host())


# What is no file


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    bound = socket.socket(socket.AF_UNIX)
    bound.bind(str(tmp_path / "socket"))
    yield tmp_path
    bound.close()


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pipe", "named pipe"),
        ("folder", "folder"),
        ("socket", "socket"),
        ("/dev/zero", "device"),
        ("/dev/full", "device"),
    ],
)
def test_what_is_no_file_is_called_what_it_is(
    place: Path, name: str, kind: str, ending: str
) -> None:
    path = place / name
    if ending:
        path = place / f"{Path(name).name}{ending}"
        path.symlink_to(place / name)
    with pytest.raises(Problem) as refused:
        PageProbe(Host()).read(source=str(path))
    assert refused.value.code == "not-a-file"
    assert kind in refused.value.message


class Swapped(Host):
    """A machine on which a pipe takes the place of a file just before that is opened."""

    def open(self, path: str, flags: int = 0) -> int:
        if path.endswith("app.log"):
            Path(path).unlink()
            os.mkfifo(path)
        return super().open(path, flags)


def test_a_pipe_that_takes_a_files_place_keeps_nobody_waiting(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("a line\n")
    with pytest.raises(Problem) as refused:
        PageProbe(Swapped()).read(source=str(tmp_path / "app.log"))
    assert refused.value.code == "not-a-file"


def test_a_pipe_among_the_files_of_a_journal_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "system.journal")
    counted = JournalIndex(Host(), JournalSource(directory=str(tmp_path))).count()
    assert counted.tally.entries == 0


# What is no text


@settings(max_examples=50)
@given(data=st.binary(max_size=300))
def test_whatever_bytes_there_are_are_printed_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "any"
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        written = path.with_name("written").open("wb+")
        with open(written.fileno(), "w", closefd=False) as output:
            patch.setattr(sys, "stdout", output)
            run(str(path))
        written.seek(0)
        expected = data if not data or data.endswith(b"\n") else data + b"\n"
        assert written.read() == expected
        written.close()
    page = settled(PageProbe(Host()), path, row=0, count=400)
    assert page.lines == expected.count(b"\n")
    shown = [line.text.encode() for line in page.shown]
    assert all(
        seen.isascii() or not line.isascii()
        for seen, line in zip(shown, expected.split(b"\n"), strict=False)
    )


def test_a_line_of_a_hundred_megabytes_is_printed_whole(tmp_path: Path) -> None:
    path = tmp_path / "long"
    line = b"x" * 100_000_000 + b"needle\n"
    path.write_bytes(b"before\n" + line + b"after\n")
    assert sysgui(str(path), "needle").stdout == line
    with path.open("ab") as file:
        file.write(b"y" * 3_000_000)
    assert sysgui(str(path), "re:^y").stdout == b"y" * 3_000_000 + b"\n"
    page = settled(PageProbe(Host()), path, search="needle", row=0)
    assert [(line.text[:2], line.length, line.hit) for line in page.shown] == [
        ("be", 6, False), ("xx", 100_000_006, True), ("af", 5, False), ("yy", 3_000_000, False),
    ]  # fmt: skip


def test_what_shrinks_while_it_is_read_is_read_as_what_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(LINES))
    probe = PageProbe(Host())
    probe.read(source=str(path), seconds=0.0, query="line")
    os.truncate(path, sum(map(len, LINES[:20_000])))
    page = settled(probe, path, query="line", count=1)
    assert (page.lines, page.rows, page.epoch) == (20_000, 20_000, 1)
    assert page.shown[0].text.encode() + b"\n" == LINES[19_999]


# Damage, and a disk that is full


def test_what_could_be_unpacked_is_printed_and_then_why_no_more(tmp_path: Path) -> None:
    path = tmp_path / "app.log.gz"
    packed = gzip.compress(b"".join(LINES))
    path.write_bytes(packed[: len(packed) // 2])
    done = sysgui(str(path), stderr=subprocess.STDOUT)
    *lines, cut, said = done.stdout.split(b"\n")[:-1]
    assert len(lines) > 1000
    assert [line + b"\n" for line in lines] == LINES[: len(lines)]
    assert LINES[len(lines)].startswith(cut)
    assert b"too early" in said
    assert done.returncode == 2


def test_a_disk_that_is_full_is_said_after_what_was_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(b"".join(LINES)))
    limit = 100_000

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = sysgui(str(path), preexec_fn=no_room, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert b"".join(LINES)[:limit] == done.stdout.removesuffix(b"\n")
    assert b"File too large" in done.stderr
    assert done.returncode == 2


def test_a_disk_that_takes_no_output_is_not_blamed_on_the_log(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"".join(LINES))
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*SYSGUI, str(path)], stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, b"sysgui: No space left on device\n")


# Times


def test_times_that_go_back_are_the_lines_own(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    seconds = [1_795_766_400 + n * 60 for n in range(50)]
    when = [f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}" for at in reversed(seconds)]
    path.write_text("".join(f"{at} vm app[1]: one\n" for at in when))
    page = settled(PageProbe(Host()), path, row=0, times=100)
    assert [line.time // 1_000_000 for line in page.shown] == seconds[::-1]
    assert sum(map(sum, page.timeline.bins)) == 50
    page = settled(PageProbe(Host()), path, row=0, query=f"since:@{seconds[-10]}")
    assert [line.text[:20] for line in page.shown] == when[:10]


# Folders and names


class Endless(Host):
    """A machine with a folder of more names than anybody waits for."""

    asked = 0

    def each_name(self, path: str) -> Iterator[str]:
        yield from super().each_name(path)
        while path == "/var/log/many":
            self.asked += 1
            yield f"{self.asked}.log"


def test_a_folder_of_millions_leaves_room_for_the_others_and_is_cut(tmp_path: Path) -> None:
    for name in ("many/more", "app"):
        (tmp_path / "var/log" / name).mkdir(parents=True)
    for name in ("syslog", "app/app.log", "many/more/deep.log"):
        (tmp_path / "var/log" / name).write_text("x")
    host = Endless(str(tmp_path))
    logs = LogsProbe(host).read()
    names = {file.name for file in logs.files}
    assert names >= {"syslog", "app/app.log"}
    assert (logs.cut, bool(left_out(logs))) == (True, True)
    assert host.asked < MOST


NAMES = [b"-rf", b"two\nlines", b"\x1b[31mred", b"caf\xe9", b"a b", "\u202egol".encode(), b"%2F&"]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    folder = tmp_path / "var/log"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / os.fsdecode(name)).write_bytes(name.replace(b"\n", b"/") + b"\n")
    return folder


def test_whatever_a_file_is_called_it_is_listed_and_opened(hostile: Path) -> None:
    root = str(hostile.parents[1])
    listed = sysgui("--root", root, "--json").stdout.splitlines()
    found = [json.loads(line) for line in listed]
    assert len(found) == len(NAMES)
    assert all(file["name"].isprintable() for file in found)
    page = {file["path"]: settled(PageProbe(Host(root)), file["path"]) for file in found}
    assert all(len(each.shown) == 1 for each in page.values())
    printed = {sysgui("--root", root, "--", file["path"]).stdout for file in found}
    assert printed == {name.replace(b"\n", b"/") + b"\n" for name in NAMES}


def test_whatever_a_file_is_called_the_shell_gives_its_name(hostile: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    for name in NAMES:
        assert sysgui("--", name, cwd=hostile, env=env).stdout == name.replace(b"\n", b"/") + b"\n"


def test_a_name_does_not_act_on_a_terminal(tmp_path: Path) -> None:
    done = sysgui(str(tmp_path / "\x1b[31mred"))
    assert b"\x1b" not in done.stderr
    assert b"\\x1b[31mred" in done.stderr


# Escape sequences: the window's are tested with it

ACTING = "\x1b]0;title\x07 \x9b31m red \x7f \u202e\u2028 end"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_line_does_not_act_on_a_terminal(tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "app.log"
    path.write_text(f"{ACTING}\n")
    master, slave = pty.openpty()
    subprocess.run([*SYSGUI, str(path), *options], stdout=slave, check=True)
    os.close(slave)
    shown = os.read(master, 4096).decode().replace("\r\n", "")
    os.close(master)
    assert shown.isprintable()
    if options:
        assert json.loads(shown)["text"] == ACTING
