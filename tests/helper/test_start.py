"""Whoever starts the helper, and in whatever state: it begins the same way, or not at all."""

from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .rig import PATIENCE, PROLOGUE, as_root, python

# Says what has become of it: on standard output, or if it was refused on the third descriptor,
# which has been left alone then.
PROBE = f"""{PROLOGUE}
import contextlib, json, os, signal, subprocess
from sysgui.helper import start
from sysgui.helper.refusal import Refusal

told, output = {{}}, 1
try:
    told["caller"] = start.prepare()
except Refusal as refusal:
    told["code"], told["field"], output = refusal.code, refusal.field, 2

told["files"] = {{}}
for name in os.listdir("/proc/self/fd"):
    with contextlib.suppress(OSError):
        told["files"][name] = os.readlink("/proc/self/fd/" + name)
status = open("/proc/self/status").read()
told["status"] = dict(line.split(":\\t", 1) for line in status.splitlines())
told["limits"] = open("/proc/self/limits").read()
told["nice"] = open("/proc/self/stat").read().rpartition(")")[2].split()[16]
told["cwd"] = os.readlink("/proc/self/cwd")
timers = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
told["timers"] = [signal.getitimer(timer) for timer in timers]
told["environ"] = dict(os.environ)
inherited = subprocess.run(["/usr/bin/env"], stdout=subprocess.PIPE).stdout
told["inherited"] = inherited.decode("latin-1")
third = subprocess.run(["/usr/bin/readlink", "/proc/self/fd/2"], stdout=subprocess.PIPE).stdout
told["inherited file"] = third.decode()
os.write(output, json.dumps(told).encode())
"""


class Started(NamedTuple):
    told: dict[str, Any]
    stdout: bytes
    stderr: bytes


def started(
    before: str = "", environment: Mapping[str, str] | None = None, **options: Any
) -> Started:
    """Starts the helper as far as to its preparation.

    Args:
        before: What is done, in Python, in the process that becomes the helper.
        environment: Of the helper.
        options: As for Popen, instead of pipes.
    """
    command = python(PROBE)
    if before:
        command = python(f"{before}\nimport os, sys\nos.execv(sys.argv[1], sys.argv[1:])", *command)
    files = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen(command, env=environment or {}, **(files | options))
    stdout, stderr = child.communicate(timeout=PATIENCE)
    told = stderr if stderr.startswith(b"{") else stdout or b"{}"
    return Started(json.loads(told), stdout or b"", stderr)


def refused(**how: Any) -> tuple[str, str]:
    """Returns with which code and which field a start is refused."""
    told = started(**how).told
    return told["code"], told["field"]


# On whose behalf


@pytest.mark.parametrize("ids", [(1, 1, 1), (0, 1, 0), (0, 1, 1), (1, 1, 0)])
def test_who_is_not_root_is_refused(ids: tuple[int, int, int]) -> None:
    if os.geteuid() == 0:
        become = f"os.setresuid(*[65534 * each for each in {ids}])"
        code = PROBE.replace("told, output = {}, 1", f"told, output = {{}}, 1\n{become}")
        child = subprocess.run(python(code), capture_output=True, timeout=PATIENCE, stdin=-1)
        told = json.loads(child.stderr)
    else:
        told = started().told
    assert told["code"] == "not-root"


@as_root
@pytest.mark.parametrize(
    ("environment", "caller"),
    [
        ({}, 0),
        ({"PKEXEC_UID": "65534"}, 65534),
        ({"PKEXEC_UID": "0"}, 0),
        ({"SUDO_UID": "65534"}, 65534),
        ({"PKEXEC_UID": "65534", "SUDO_UID": "0"}, 65534),
        ({"PKEXEC_UID": "65534", "SUDO_UID": "nobody"}, 65534),
        ({"UID": "65534", "USER": "nobody", "LOGNAME": "nobody", "SUDO_USER": "nobody"}, 0),
    ],
)
def test_the_caller_is_who_made_us_root_says(environment: dict[str, str], caller: int) -> None:
    assert started(environment=environment).told["caller"] == caller


@as_root
def test_the_caller_is_who_we_were_before_if_nobody_says() -> None:
    code = PROBE.replace("told, output = {}, 1", "told, output = {}, 1\nos.setresuid(65534, 0, 0)")
    child = subprocess.run(
        python(code), input=b"", capture_output=True, timeout=PATIENCE, env={}, check=False
    )
    assert json.loads(child.stdout)["caller"] == 65534


UNKNOWN = "3999999999"
NO_UIDS = [
    "", "-1", "-0", "+1", " 0", "0 ", "0\n", "0x0", "1e3", "0.0", "1_0", "\u0660", "root",
    UNKNOWN, "4294967295", "4294967296", "9999999999", "00000000000", "\udcff",
]  # fmt: skip


@as_root
@pytest.mark.parametrize("told", NO_UIDS)
def test_a_caller_who_is_none_is_refused(told: str) -> None:
    assert refused(environment={"PKEXEC_UID": told}) == ("not-root", "PKEXEC_UID")


@as_root
@pytest.mark.parametrize("told", ["", "-1", UNKNOWN])
def test_neither_saying_makes_up_for_the_other(told: str) -> None:
    assert refused(environment={"SUDO_UID": told}) == ("not-root", "SUDO_UID")
    both = {"PKEXEC_UID": told, "SUDO_UID": "0"}
    assert refused(environment=both) == ("not-root", "PKEXEC_UID")


# From where to where


@contextmanager
def opened(kind: str, path: Path) -> Iterator[int]:
    """Yields a descriptor of some kind, for reading and writing."""
    others = []
    if kind == "terminal":
        other, descriptor = pty.openpty()
        others.append(other)
    elif kind == "socket":
        one, another = socket.socketpair()
        descriptor = one.detach()
        others.append(another.detach())
    elif kind == "fifo":
        os.mkfifo(path / "fifo")
        descriptor = os.open(path / "fifo", os.O_RDWR)
    elif kind == "file":
        descriptor = os.open(path / "file", os.O_RDWR | os.O_CREAT)
    else:
        descriptor = os.open(kind, os.O_RDWR)
    try:
        yield descriptor
    finally:
        for each in (descriptor, *others):
            os.close(each)


@as_root
@pytest.mark.parametrize("stream", ["stdin", "stdout"])
@pytest.mark.parametrize("kind", ["terminal", "file", "/dev/null", "/dev/zero"])
def test_nothing_but_a_pipe_or_a_socket_is_taken(tmp_path: Path, kind: str, stream: str) -> None:
    with opened(kind, tmp_path) as descriptor:
        assert refused(**{stream: descriptor}) == ("not-piped", "")


@as_root
@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_a_pipe_with_a_name_or_a_socket_is_taken(tmp_path: Path, kind: str) -> None:
    with opened(kind, tmp_path) as descriptor:
        assert started(stdin=descriptor).told["caller"] == 0


@as_root
def test_one_socket_for_both_ways_is_taken() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        started(stdin=theirs, stdout=theirs)
        assert json.loads(ours.recv(1 << 20))["caller"] == 0


@as_root
@pytest.mark.parametrize("closed", [[0], [1], [0, 1]])
def test_a_stream_that_is_closed_is_refused(closed: list[int]) -> None:
    assert refused(before=f"import os\nfor n in {closed}: os.close(n)") == ("not-piped", "")


@as_root
def test_that_the_third_is_closed_does_no_harm() -> None:
    told = started(before="import os\nos.close(2)").told
    assert told["files"]["2"] == "/dev/null"
    assert told["inherited file"] == "/dev/null\n"


# What was left lying around


def limits(told: str) -> dict[str, tuple[str, str]]:
    """Reads /proc/PID/limits."""
    lines = told.splitlines()[1:]
    return {line[:25].strip(): (line[26:46].strip(), line[47:67].strip()) for line in lines}


HOSTILE = """
import os, resource, signal, sys
for number in range(3, 40):
    os.dup2(os.open("/", os.O_RDONLY), number, inheritable=True)
os.umask({umask})
os.nice({nice})
os.chdir({cwd!r})
for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
    signal.setitimer(timer, 1000, 1000)
for kind, limit in {limits}.items():
    kind = getattr(resource, "RLIMIT_" + kind)
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (hard if limit < 0 else limit, limit if {for_good} else hard))
"""

LOWERED = {
    "CORE": 0, "FSIZE": 1 << 20, "NOFILE": 64, "AS": 900 << 20, "CPU": 20, "DATA": 400 << 20,
    "STACK": 1 << 20,
}  # fmt: skip
RAISED = dict.fromkeys(LOWERED, -1)


def may_raise_limits() -> bool:
    """Tells whether we have CAP_SYS_RESOURCE: root in a container may be without it."""
    status = Path("/proc/self/status").read_text()
    return bool(int(status.partition("CapEff:")[2].split()[0], 16) & 1 << 24)


def hostile(**how: Any) -> str:
    """Returns what a caller may do before the helper starts."""
    return HOSTILE.format(**({"limits": {}, "for_good": False} | how))


ENVIRONMENT = {
    "PATH": "/nowhere",
    "LD_LIBRARY_PATH": "/nowhere",
    "LC_ALL": "C",
    "LANGUAGE": "xx",
    "IFS": "x",
    "TMPDIR": "/nowhere",
    "BASH_FUNC_x%%": "() { :; }",
    "SUDO_UID": "65534",
    "A\udcff": "\udcff",
}


if_it_may = pytest.mark.skipif(not may_raise_limits(), reason="what needs CAP_SYS_RESOURCE")


@as_root
@pytest.mark.parametrize(
    ("umask", "nice", "given", "for_good"),
    [
        (0, 7, LOWERED, False),
        pytest.param(0, 19, LOWERED, True, marks=if_it_may),
        (0o777, -7, RAISED, False),
        (0o077, 0, {}, False),
    ],
)
def test_the_helper_begins_the_same_way(
    tmp_path: Path, umask: int, nice: int, given: dict[str, int], for_good: bool
) -> None:
    before = hostile(umask=umask, nice=nice, cwd=str(tmp_path), limits=given, for_good=for_good)
    start = started(before=before, environment=ENVIRONMENT)
    told = start.told
    assert told["caller"] == 65534
    assert told["status"]["Umask"] == "0077"
    # That of a closed pipe is ignored: who does not read any more is told by an error. So are those
    # that come from a terminal: HUP, INT, QUIT, TSTP.
    assert {name: int(told["status"][name], 16) for name in ("SigIgn", "SigBlk", "SigCgt")} == {
        "SigIgn": sum(1 << (number - 1) for number in (1, 2, 3, 13, 20)),
        "SigBlk": 0,
        "SigCgt": 0,
    }
    assert told["timers"] == [[0, 0]] * 3
    assert (told["nice"], told["cwd"]) == ("0", "/")
    safe = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    assert told["environ"] == safe
    assert sorted(told["inherited"].splitlines()) == [f"{k}={v}" for k, v in sorted(safe.items())]
    assert sorted(told["files"]) == ["0", "1", "2"]
    assert told["files"]["2"] == "/dev/null"
    assert told["inherited file"] == "/dev/null\n"
    found = limits(told["limits"])
    for name, limit in {
        "Max core file size": "0",
        "Max file size": str(64 << 20),
        "Max open files": "1024",
        "Max address space": str(1 << 30),
        "Max cpu time": "unlimited",
        "Max data size": str(1 << 30),
        "Max stack size": str(8 << 20),
    }.items():
        assert found[name] == (limit, limit), name
    assert start.stderr == b""


@as_root
def test_a_descriptor_above_the_limit_is_closed_too() -> None:
    before = """
import os, resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
for number in (3, 1023, 1024, 2000, hard - 1):
    os.dup2(os.open("/", os.O_RDONLY), number, inheritable=True)
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
"""
    assert sorted(started(before=before).told["files"]) == ["0", "1", "2"]


@as_root
def test_a_directory_that_has_gone_is_left() -> None:
    before = "import os, tempfile\nhere = tempfile.mkdtemp()\nos.chdir(here)\nos.rmdir(here)"
    assert started(before=before).told["cwd"] == "/"


# In which order


@as_root
def test_nothing_is_touched_before_all_is_known(tmp_path: Path) -> None:
    before = hostile(umask=0, nice=3, cwd=str(tmp_path))
    with opened("file", tmp_path) as descriptor:
        told = started(before=before, environment=ENVIRONMENT, stdin=descriptor).told
    assert told["code"] == "not-piped"
    assert (told["cwd"], told["nice"]) == (str(tmp_path), "3")
    assert told["environ"]["PATH"] == "/nowhere"
    assert told["status"]["Umask"] == "0000"


@as_root
def test_who_asks_is_looked_at_before_how(tmp_path: Path) -> None:
    with opened("file", tmp_path) as descriptor:
        how = {"environment": {"PKEXEC_UID": "-1"}, "stdin": descriptor}
        assert refused(**how) == ("not-root", "PKEXEC_UID")


def test_the_tests_start_python_as_the_helper_is_started() -> None:
    words: Sequence[str] = python("pass")
    assert words[:2] == [sys.executable, "-IS"]
