"""What is told of a process is what /proc says of it to anybody else, in frames that it fits."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper import wire
from sysgui.helper.operation import Request
from sysgui.helper.operations import inspect
from sysgui.helper.operations.bound import Bound
from sysgui.helper.operations.inspect import INSPECT
from sysgui.helper.refusal import Refusal

from .rig import (
    Caller,
    Journal,
    argv,
    as_root,
    asked,
    code_of,
    outcome,
    python,
    sleeping,
    target_of,
)


class Told:
    """What the helper tells of a process, put together as who reads it does.

    Args:
        tmp_path: Where frames can be put that are more than a pipe holds.
        targets: Of processes.
    """

    def __init__(self, tmp_path: Path, *targets: str) -> None:
        path = tmp_path / "frames"
        with path.open("wb") as file:
            output = wire.Output(file.fileno())
            assert INSPECT.read is not None
            session: Any = None  # It needs none.
            for facts in INSPECT.read(session, Request("r1", targets, {})):
                output.frame("data", facts=facts)
        self.facts = [wire.parse(line)["facts"] for line in path.read_bytes().splitlines()]

    def data(self, path: str, target: str | None = None) -> bytes:
        """Returns the content of a file."""
        pieces = [
            each["data"]
            for each in self.facts
            if each["path"] == path and target in (None, each["target"])
        ]
        return "".join(pieces).encode("latin-1")

    def links(self) -> dict[str, bytes]:
        """Returns where links lead, by their names."""
        return {
            each["path"]: each["link"].encode("latin-1") for each in self.facts if "link" in each
        }

    def names(self) -> list[str]:
        """Returns the descriptors."""
        return [name for each in self.facts for name in each.get("names", [])]


LISTENING = """
import socket, sys
held = [
    socket.create_server(("0.0.0.0", 0)),
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    socket.socket(socket.AF_UNIX),
]
held[1].bind(("0.0.0.0", 0))
held[2].bind(b"\\0here")
print("up", flush=True)
sys.stdin.read()
"""

# What it says


def test_files_are_told_as_they_are(tmp_path: Path) -> None:
    with sleeping() as child:
        told = Told(tmp_path, target_of(child.pid))
        for name in ("cmdline", "cgroup", "limits", "environ"):
            assert told.data(name) == Path(f"/proc/{child.pid}/{name}").read_bytes()
        for name, line in (("status", f"Pid:\t{child.pid}\n"), ("io", "rchar: ")):
            assert line.encode() in told.data(name)
        assert told.data("stat").startswith(b"%d (sh) " % child.pid)


@as_root
def test_sockets_are_told_as_they_are(tmp_path: Path) -> None:
    # In a network of its own, where nobody else's come and go between the two readings.
    with sleeping("unshare", "--net", *python(LISTENING)) as child:
        told = Told(tmp_path, target_of(child.pid))
        for name in ("net/unix", "net/tcp", "net/udp"):
            content = Path(f"/proc/{child.pid}/{name}").read_bytes()
            assert told.data(name) == content
            assert content.count(b"\n") == 2


def test_links_are_told_as_they_are(tmp_path: Path) -> None:
    with sleeping() as child:
        links = Told(tmp_path, target_of(child.pid)).links()
        for name in ("exe", "cwd", "root", "fd/0", "fd/1"):
            assert links[name] == os.readlink(f"/proc/{child.pid}/{name}".encode())


def test_a_large_environment_comes_whole(tmp_path: Path) -> None:
    # All bytes that there can be: those above 127 take most room in a frame.
    value = bytes(range(1, 256)) * 300 + b"\xff" * 30_000
    words = ["/bin/sh", "-c", "echo up; read end"]
    child = subprocess.Popen(
        words, env={b"LONG": value}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        told = Told(tmp_path, target_of(child.pid)).data("environ")
        assert told == Path(f"/proc/{child.pid}/environ").read_bytes()
        assert b"LONG=" + value + b"\0" in told
    finally:
        child.kill()
        child.communicate()


def test_what_is_longer_than_can_be_told_is_cut(tmp_path: Path) -> None:
    long = [f"LONG{number}={'x' * 100_000}" for number in range(6)]
    with sleeping("env", *long, "sh", "-c", "echo up; read end") as child:
        told = Told(tmp_path, target_of(child.pid)).data("environ")
        whole = Path(f"/proc/{child.pid}/environ").read_bytes()
    assert len(whole) > 600_000
    assert told == whole[: 512 * 1024]


OPENING = """
import os, sys
sys.stdout.flush()
for number in range(*map(int, sys.argv[1:])):
    os.dup2(0, number)
print("up", flush=True)
sys.stdin.read()
"""


def test_descriptors_are_told_in_order(tmp_path: Path) -> None:
    with sleeping(*python(OPENING, "5", "400")) as child:
        told = Told(tmp_path, target_of(child.pid))
        assert told.names() == [str(number) for number in (0, 1, 2, *range(5, 400))]
        links = told.links()
        pipe = os.readlink(f"/proc/{child.pid}/fd/0").encode()
        assert [links[f"fd/{number}"] for number in (0, 5, 399)] == [pipe] * 3


def test_so_many_that_not_all_links_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect, "MOST_DESCRIPTORS", 20)
    with sleeping(*python(OPENING, "10", "60")) as child:
        told = Told(tmp_path, target_of(child.pid))
        assert len(told.names()) == 53
        links = [name for name in told.links() if name.startswith("fd/")]
        assert links == [f"fd/{number}" for number in (0, 1, 2, *range(10, 27))]


def test_a_name_of_any_bytes_is_told(tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/\xff\n\xc3\xa9"
    os.mkdir(place)
    words = ["/bin/sh", "-c", 'cd "$0" && echo up; read end', os.fsdecode(place)]
    with sleeping(*words) as child:
        told = Told(tmp_path, target_of(child.pid))
        assert told.links()["cwd"] == place
        assert told.data("cmdline").endswith(place + b"\0")


def test_as_many_descriptors_as_a_server_has_fit(tmp_path: Path) -> None:
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < 19_000:
        pytest.skip("no process may open so many files here")
    script = f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}))\n"
    with sleeping(*python(script + OPENING, "10000", "19000")) as child:
        told = Told(tmp_path, target_of(child.pid))
        assert told.names()[3:] == [str(number) for number in range(10_000, 19_000)]


def test_descriptors_of_the_longest_numbers_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = (1 << 31) - 1
    names = [str(longest - number) for number in range(20_000)]
    with sleeping() as child:
        monkeypatch.setattr(os, "listdir", lambda _place: names)
        told = Told(tmp_path, target_of(child.pid))
        assert told.names() == names[::-1]


def test_sockets_are_told_by_their_numbers(tmp_path: Path) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        number = os.fstat(listening.fileno()).st_ino
        port = listening.getsockname()[1]
        table = Told(tmp_path, target_of(os.getpid())).data("net/tcp").decode()
    (line,) = [line for line in table.splitlines() if f"0100007F:{port:04X} " in line]
    assert line.split()[9] == str(number)


# Which processes


def test_each_process_is_told_under_its_own_name(tmp_path: Path) -> None:
    with sleeping() as one, sleeping() as other:
        targets = [target_of(one.pid), target_of(other.pid)]
        told = Told(tmp_path, *targets)
        for target, child in zip(targets, (one, other), strict=True):
            assert told.data("stat", target).startswith(b"%d (sh) " % child.pid)


@as_root
def test_protected_ones_may_be_looked_into(tmp_path: Path) -> None:
    assert Told(tmp_path, target_of(1)).data("stat").startswith(b"1 (")


@as_root
def test_a_process_of_the_kernel_has_less(tmp_path: Path) -> None:
    if not Path("/proc/2/stat").exists() or Path("/proc/2/cmdline").read_bytes():
        pytest.skip("no kernel's process is to be seen here")
    told = Told(tmp_path, target_of(2))
    assert told.data("stat").startswith(b"2 (")
    assert told.data("cmdline") == told.data("environ") == b""
    assert told.names() == []
    assert "exe" not in told.links()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may")
def test_what_may_not_be_read_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        Told(tmp_path, target_of(1))
    assert caught.value.code == "gone"


def test_one_that_has_ended_is_gone() -> None:
    with sleeping() as child:
        target = target_of(child.pid)
    assert INSPECT.read is not None
    session: Any = None
    reading = INSPECT.read(session, Request("r1", [target], {}))
    assert code_of(next, reading) == "gone"


@pytest.mark.parametrize("after", [1, 3, 8])
def test_one_that_ends_half_way_is_gone_and_let_go_of(after: int) -> None:
    before = os.listdir("/proc/self/fd")
    with sleeping() as child:
        assert INSPECT.read is not None
        session: Any = None
        reading = INSPECT.read(session, Request("r1", [target_of(child.pid)], {}))
        for _each in range(after):
            next(reading)
        child.kill()
        child.wait()
        assert code_of(list, reading) == "gone"
    assert os.listdir("/proc/self/fd") == before


def test_that_one_ends_while_its_descriptors_are_listed_is_no_mistake_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = os.listdir
    before = listed("/proc/self/fd")
    with sleeping() as child:

        def late(place: Any) -> list[str]:
            child.kill()
            child.wait()
            return listed(place)

        monkeypatch.setattr(os, "listdir", late)
        process = Bound(target_of(child.pid))
        # Some kernels say so, others only that there are none.
        assert code_of(process.names, "fd") in ("gone", "")
        process.close()
    assert listed("/proc/self/fd") == before


@pytest.mark.parametrize("name", ["fd", "task"])
def test_a_directory_that_cannot_be_listed_any_more_is_gone(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(_place: Any) -> list[str]:
        raise FileNotFoundError

    with sleeping() as child:
        process = Bound(target_of(child.pid))
        with monkeypatch.context() as patch:
            patch.setattr(os, "listdir", refuse)
            assert code_of(process.names, name) == "gone"
        process.close()


def test_descriptors_that_are_closed_since_they_were_listed_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.listdir
    with sleeping() as child:
        monkeypatch.setattr(os, "listdir", lambda place: [*listed(place), "12345"])
        told = Told(tmp_path, target_of(child.pid))
    assert "12345" in told.names()
    assert "fd/12345" not in told.links()


# The operation


def test_it_is_read_and_audited(caller: Caller, journal: Journal, tmp_path: Path) -> None:
    with sleeping() as child:
        given = asked([target_of(child.pid)])
        caller.say(given)
        before = caller.theirs_out
        with (tmp_path / "output").open("wb") as file:
            caller.theirs_out = file.fileno()
            assert outcome(caller, INSPECT, given, argv(INSPECT, given)) == "done"
            caller.theirs_out = before
    lines = (tmp_path / "output").read_bytes().splitlines()
    assert {wire.parse(line)["frame"] for line in lines} == {"data"}
    assert journal.results() == ["", "done"]
