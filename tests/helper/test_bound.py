"""A process stays the one that was meant; and some are nobody's to change."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper.operations.bound import PROTECTED_UNITS, Bound

from .rig import PROLOGUE, THREADED, as_root, code_of, python, run, sleeping, start_time, target_of


@contextmanager
def bound(target: str) -> Iterator[Bound]:
    process = Bound(target)
    try:
        yield process
    finally:
        process.close()


def codes(process: Bound) -> set[str]:
    """Returns how all that looks at a process is refused."""
    calls: list[Any] = [process.stat, process.facts]
    return {code_of(call) for call in calls}


# A process that takes the names that it is told.
NAMED = """
import sys
print("up", flush=True)
for line in sys.stdin:
    with open("/proc/self/comm", "wb") as comm:
        comm.write(bytes.fromhex(line) or b"\\0")
    print("called", flush=True)
"""


def call(child: subprocess.Popen[bytes], name: bytes) -> None:
    """Has a process call itself something else."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(name.hex().encode() + b"\n")
    child.stdin.flush()
    assert child.stdout.readline() == b"called\n"


# Which one it is


def test_the_facts_are_those_of_the_process() -> None:
    with sleeping() as child, bound(target_of(child.pid)) as process:
        assert process.facts() == {
            "pid": child.pid,
            "start": int(start_time(child.pid)),
            "name": "sh",
            "uid": os.geteuid(),
        }


@as_root
def test_the_user_is_its_own_not_ours() -> None:
    words = ["setpriv", "--reuid=65534", "--clear-groups", "sh", "-c", "echo up; read end"]
    with sleeping(*words) as child, bound(target_of(child.pid)) as process:
        assert process.facts()["uid"] == 65534


def test_the_state_and_what_follows_is_read_behind_any_name() -> None:
    with sleeping(*python(NAMED)) as child:
        for name in (b"a b", b") R 1 (", b"x) Z 1", b"\n", b"\xc3\xa9", b"\x1b[2J", b")", b"\xff"):
            call(child, name)
            with bound(target_of(child.pid)) as process:
                assert process.stat()[0] in "RS"
                assert process.stat()[19] == start_time(child.pid)


def test_a_name_may_be_of_any_bytes() -> None:
    with sleeping(*python(NAMED)) as child:
        for name, written in ((b"\xff\xfe", "%FF%FE"), (b"a:b/c", "a%3Ab%2Fc"), (b"", "")):
            call(child, name)
            target = target_of(child.pid)
            assert target.endswith(f":{written}")
            with bound(target) as process:
                assert process.facts()["name"] == written


# That it is the one that was meant


def test_a_process_that_never_was_is_gone() -> None:
    assert code_of(Bound, "4194305:1:x") == "gone"
    assert code_of(Bound, "9999999999:1:x") == "gone"


def test_one_of_another_time_is_another_one() -> None:
    with sleeping() as child:
        pid, start, name = target_of(child.pid).split(":")
        for other in (int(start) - 1, int(start) + 1, 0, f"0{start}"):
            with bound(f"{pid}:{other}:{name}") as process:
                assert codes(process) == {"gone"}


def test_one_that_calls_itself_something_else_is_not_what_was_asked_about() -> None:
    with sleeping(*python(NAMED)) as child:
        call(child, b"first")
        with bound(target_of(child.pid)) as process:
            assert codes(process) == {""}
            for name in (b"other", b"First", b"first ", b"firs", b""):
                call(child, name)
                assert codes(process) == {"changed"}
            call(child, b"first")
            assert codes(process) == {""}


def test_one_that_has_ended_is_gone_even_if_nobody_took_note() -> None:
    with sleeping() as child, bound(target_of(child.pid)) as process:
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert codes(process) == {"gone"}
        with bound(target_of(child.pid)) as later:
            assert codes(later) == {"gone"}


def test_one_that_has_been_buried_is_gone_in_every_way() -> None:
    with sleeping() as child, bound(target_of(child.pid)) as process:
        threads = process.threads()
        assert threads == [child.pid]
        child.kill()
        child.wait()
        assert codes(process) == {"gone"}
        assert code_of(process.threads) == code_of(process.read, "cmdline") == "gone"
        with pytest.raises(OSError, match="No such"):
            process.write("oom_score_adj", b"0")


# How often a pid is had a second time: for another start, a clock tick must have passed.
ROUNDS = 50

# In a namespace of its own, that can be had.
RECYCLE = f"""{PROLOGUE}
import os, signal
from sysgui.helper.operation import Request
from sysgui.helper.operations.bound import Bound
from sysgui.helper.operations.process import ADJUST, SIGNAL
from sysgui.helper.refusal import Refusal

def born():
    pid = os.fork()
    if not pid:
        signal.pause()
        os._exit(0)
    return pid

def buried(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

def start(pid):
    return open(f"/proc/{{pid}}/stat").read().rpartition(")")[2].split()[19]

def code(call, *arguments):
    try:
        call(*arguments)
    except Refusal as refusal:
        return refusal.code
    return "done"

def again(pid, begun):
    # Buries a process, and has another one get its pid.
    buried(pid)
    while True:
        with open("/proc/sys/kernel/ns_last_pid", "w") as last:
            last.write(str(pid - 1))
        second = born()
        assert second == pid, "no pid was had twice"
        if start(second) != begun:  # In clock ticks, which are long.
            return second
        buried(second)

def naive(pid, begun, meanwhile):
    # Looks first and kills then, by the number: what is often written.
    assert start(pid) == begun
    other = meanwhile(pid, begun)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(other, 0)[1])

name = open("/proc/self/comm").read().strip().replace("/", "%2F")
for _round in range({ROUNDS}):
    first = born()
    begun = start(first)
    target = f"{{first}}:{{begun}}:{{name}}"
    held = Bound(target)
    signalled = SIGNAL.bind(target, Request("r", [target], {{"signal": "KILL"}}))
    adjusted = ADJUST.bind(target, Request("r", [target], {{"nice": 5}}))
    assert code(signalled.facts) == code(adjusted.facts) == "done"
    second = again(first, begun)
    told = [code(call) for call in (held.stat, held.facts, held.threads)]
    told += [code(each.facts) for each in (signalled, adjusted)]
    told += [code(each.act) for each in (signalled, adjusted)]
    told += [code(Bound(target).facts)]
    assert told == ["gone"] * 8, told
    assert os.waitpid(second, os.WNOHANG) == (0, 0), "another one was killed"
    assert os.getpriority(os.PRIO_PROCESS, second) == os.getpriority(os.PRIO_PROCESS, 0)
    assert code(SIGNAL.bind(f"{{second}}:{{start(second)}}:{{name}}",
        Request("r", [], {{"signal": "KILL"}})).act) == "done"
    assert os.waitstatus_to_exitcode(os.waitpid(second, 0)[1]) == -9
    for each in (held, signalled, adjusted):
        each.close()
first = born()
assert naive(first, start(first), again) == -9, "the number alone would do"
print("told apart")
"""


@as_root
def test_who_has_its_pid_later_is_somebody_else() -> None:
    space = ["unshare", "--pid", "--fork", "--mount-proc"]
    if run([*space, "true"]).returncode:
        pytest.skip("no namespaces of pids here")
    done = run([*space, *python(RECYCLE)])
    assert (done.stdout, done.stderr) == (b"told apart\n", b"")


# Whom nobody changes


def protected(target: str) -> bool:
    with bound(target) as process:
        process.stat()
        return code_of(process.facts) == "protected"


def test_the_first_process_is_protected() -> None:
    assert protected(target_of(1))


def test_the_helper_itself_is_protected() -> None:
    assert protected(target_of(os.getpid()))
    with sleeping() as child:
        assert not protected(target_of(child.pid))


def test_the_kernels_own_are_protected() -> None:
    parent = Path("/proc/2/stat")
    if not parent.exists() or "(kthreadd)" not in parent.read_text():
        pytest.skip("no kernel's process is to be seen here")
    assert protected(target_of(2))


@contextmanager
def grouped(monkeypatch: pytest.MonkeyPatch, path: Path, content: str) -> Iterator[None]:
    """Has the kernel say something else of the control groups of a process."""
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    opened = os.open

    def other(name: Any, flags: int, *arguments: Any, **how: Any) -> int:
        return opened(path, flags) if name == "cgroup" else opened(name, flags, *arguments, **how)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", other)
        yield


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("0::/system.slice/dbus.service\n", True),
        ("0::/system.slice/dbus-broker.service\n", True),
        ("0::/system.slice/polkit.service\n", True),
        ("0::/system.slice/systemd-logind.service\n", True),
        ("0::/system.slice/systemd-journald.service/deeper\n", True),
        ("0::/init.scope\n", True),
        ("0::/system.slice/system-dbus.slice/dbus.service", True),
        ("12:pids:/x\n1:name=systemd:/system.slice/dbus.service\n0::/x\n", True),
        ("0::/\udcff\n1:name=systemd:/init.scope\n", True),
        ("0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", False),
        ("0::/user.slice/user-1000.slice/user@1000.service/session.slice/dbus.service\n", False),
        ("1:x:/user.slice/dbus.service\n0::/init.scope\n", True),
        ("0::/system.slice/mydbus.service\n", False),
        ("0::/system.slice/dbus.service.d\n", False),
        ("0::/system.slice/cron.service\n", False),
        ("0::/\n", False),
        ("", False),
    ],
)
def test_without_some_nobody_could_log_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, told: bool
) -> None:
    with sleeping() as child, grouped(monkeypatch, tmp_path / "cgroup", content):
        assert protected(target_of(child.pid)) is told


@as_root
def test_where_the_kernel_has_put_it_counts() -> None:
    found = [path for path in map(Path, HIERARCHIES) if (path / "cgroup.procs").exists()]
    for unit in sorted(PROTECTED_UNITS):
        with sleeping() as child, member(found, unit, child):
            assert protected(target_of(child.pid))


HIERARCHIES = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd")


@contextmanager
def member(found: list[Path], unit: str, child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Puts a process into a control group of its own, of a given name."""
    if not found:
        pytest.skip("no control groups here")
    group = found[0] / f"sysgui-test-{os.getpid()}" / unit
    try:
        group.mkdir(parents=True)
        (group / "cgroup.procs").write_text(str(child.pid))
    except OSError:
        pytest.skip("no control groups can be made here")
    else:
        yield
    finally:
        child.kill()
        child.wait()
        for directory in (group, group.parent):
            if directory.exists():
                directory.rmdir()


# What its files hold


def test_a_file_is_read_whole_or_as_far_as_is_wanted() -> None:
    value = "x" * 100_000
    words = ["env", "-i", f"LONG={value}", "/bin/sh", "-c", "echo up; read end"]
    with sleeping(*words) as child, bound(target_of(child.pid)) as process:
        whole = process.read("environ", 1 << 20)
        assert f"LONG={value}\0".encode() in whole
        for most in (1, 4096, 5000, 100_000):
            assert process.read("environ", most) == whole[:most]
        assert process.read("environ") == whole[: 1 << 16]


def test_a_file_that_comes_in_pages_is_read_whole() -> None:
    with sleeping(*python(NAMED)) as child, bound(target_of(child.pid)) as process:
        whole = Path(f"/proc/{child.pid}/smaps").read_bytes()
        assert len(whole) > 4 * 4096
        # The numbers in it change, but not how many there are.
        assert len(process.read("smaps", 1 << 20).splitlines()) == len(whole.splitlines())
        assert len(process.read("smaps", 5000)) == 5000


def test_a_file_that_is_not_there_or_cannot_be_read_is_refused() -> None:
    with sleeping() as child, bound(target_of(child.pid)) as process:
        before = os.listdir("/proc/self/fd")
        assert code_of(process.read, "nothing") == "gone"
        assert code_of(process.read, "task") == "gone"
        assert os.listdir("/proc/self/fd") == before


def test_all_its_threads_are_found() -> None:
    with sleeping(*python(THREADED)) as child, bound(target_of(child.pid)) as process:
        ids = os.listdir(f"/proc/{child.pid}/task")
        assert sorted(process.threads()) == sorted(map(int, ids))
        assert len(ids) == 4


def test_a_process_that_ends_while_its_threads_are_listed_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = os.listdir
    with sleeping() as child, bound(target_of(child.pid)) as process:

        def late(place: Any) -> list[str]:
            child.kill()
            child.wait()
            return listed(place)

        monkeypatch.setattr(os, "listdir", late)
        assert code_of(process.threads) == "gone"


def test_what_was_looked_at_is_let_go_of() -> None:
    with sleeping() as child:
        before = os.listdir("/proc/self/fd")
        with bound(target_of(child.pid)) as process:
            process.facts()
            process.threads()
            process.write("oom_score_adj", b"500")
        assert os.listdir("/proc/self/fd") == before
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == "500\n"


def test_no_target_of_another_form_is_bound() -> None:
    for target in ("1", "1:2", "a:1:x", "01:1:x", "1:1:x\n", "1:1:x/y"):
        with pytest.raises(AssertionError):
            Bound(target)
