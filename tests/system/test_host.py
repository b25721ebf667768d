"""The doors to the machine, live and recorded."""

import os
import pwd
import signal
from pathlib import Path

import psutil
import pytest
from roots.hosts import write_machine

from sysgui.system.host import Host, Output
from sysgui.system.kept_file import KeptFile
from sysgui.system.problem import Problem


def test_a_file_is_read_whole_however_long(tmp_path: Path) -> None:
    data = os.urandom(300_000)
    write_machine(tmp_path, {"/proc/long": data})
    assert Host(str(tmp_path)).read("/proc/long") == data
    assert Host().read("/proc/cpuinfo") == Path("/proc/cpuinfo").read_bytes()


@pytest.mark.parametrize("sizes", [[0, 1, 4095, 4096, 4097, 100_000], [100_000, 5, 0, 200_000]])
def test_a_kept_file_is_read_whole_whatever_it_grows_or_shrinks_to(
    tmp_path: Path, sizes: list[int]
) -> None:
    write_machine(tmp_path, {"/proc/file": ""})
    kept = Host(str(tmp_path)).keep("/proc/file")
    for size in sizes:
        data = os.urandom(size)
        write_machine(tmp_path, {"/proc/file": data})
        assert kept.read() == data


def test_a_kept_file_of_the_kernel_that_is_longer_than_a_page_is_read_whole() -> None:
    kept = Host().keep("/proc/kallsyms")
    assert len(Path("/proc/kallsyms").read_bytes()) > 1 << 16
    for _ in range(2):
        assert kept.read() == Path("/proc/kallsyms").read_bytes()


def test_reads_that_come_back_short_are_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, room, at: pread(fd, min(room, 100), at))
    assert Host().keep("/proc/cpuinfo").read().count(b"processor") == psutil.cpu_count()


def test_a_kept_file_is_opened_once_and_closed_with_its_keeper() -> None:
    before = len(os.listdir("/proc/self/fd"))
    kept = Host().keep("/proc/stat")
    kept.read()
    kept.read()
    assert len(os.listdir("/proc/self/fd")) == before + 1
    del kept
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_kept_file_that_fails_is_opened_anew(tmp_path: Path) -> None:
    kept = Host(str(tmp_path)).keep("/proc/file")
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            kept.read()
    write_machine(tmp_path, {"/proc/file": "there"})
    assert kept.read() == b"there"
    kept.close()
    kept.close()
    assert kept.read() == b"there"


def test_what_is_needed_and_missing_is_a_problem_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="/proc/stat") as caught:
        KeptFile(Host(str(tmp_path)), "/proc/stat").need()
    assert caught.value.code == "unreadable"


def test_users_are_those_of_the_system_and_numbers_where_there_are_none() -> None:
    host = Host()
    for entry in pwd.getpwall():
        assert host.user(entry.pw_uid) == pwd.getpwuid(entry.pw_uid).pw_name
    free = next(
        uid for uid in range(50_000, 60_000) if uid not in {e.pw_uid for e in pwd.getpwall()}
    )
    assert host.user(free) == str(free)
    assert host.user(-1) == "-1"


def test_users_of_a_recorded_machine_are_its_own(tmp_path: Path) -> None:
    passwd = b"root:x:0:0::/:/bin/sh\nbroken\nev\x1bil\xff:x:7:7::/:/bin/sh\n"
    host = Host(str(write_machine(tmp_path, {"/etc/passwd": passwd})))
    assert [host.user(uid) for uid in (0, 7, 8)] == ["root", r"ev\x1bil\xff", "8"]
    assert Host(str(write_machine(tmp_path / "empty", {"/proc/x": ""}))).user(0) == "0"


def test_owners_of_a_recorded_machine_are_those_recorded(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/proc/7/stat": "", "/proc/8/stat": ""}, owners={"/proc/7": 33})
    host = Host(str(tmp_path))
    assert (host.owner("/proc/7"), host.owner("/proc/8")) == (33, os.geteuid())
    with pytest.raises(FileNotFoundError):
        host.owner("/proc/9")


def test_space_is_what_statvfs_says() -> None:
    found, said = Host().space("/"), psutil.disk_usage("/")
    assert found.size == said.total
    assert found.size - found.free == pytest.approx(said.used, abs=64 << 20)


def test_a_program_runs_to_its_end_in_a_plain_environment() -> None:
    os.environ["SYSGUI_TEST_SECRET"] = "x"
    try:
        output = Host().run(["sh", "-c", "echo out; echo err >&2; env; exit 3"])
    finally:
        del os.environ["SYSGUI_TEST_SECRET"]
    assert (output.status, output.stderr) == (3, b"err\n")
    assert b"LC_ALL=C.UTF-8\n" in output.stdout
    assert b"SECRET" not in output.stdout


def test_a_program_that_is_missing_or_does_not_end_is_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        Host().run(["no-such-program"])
    assert caught.value.code == "no-program"
    with pytest.raises(Problem) as caught:
        Host().run(["sleep", "1000"], timeout=0.01)
    assert caught.value.code == "program-timeout"


def test_a_spawned_program_is_in_a_session_of_its_own() -> None:
    child = Host().spawn(["cat"], {"EXTRA": "1"})
    try:
        assert os.getsid(child.pid) == child.pid
    finally:
        child.kill()
        child.communicate()


def test_a_recorded_machine_answers_from_its_recording_or_says_that_it_cannot(
    tmp_path: Path,
) -> None:
    output = Output(0, b"out", b"")
    host = Host(
        str(write_machine(tmp_path, {}, runs={"free -b": output}, hostname="box", kernel="6.1"))
    )
    assert host.run(["free", "-b"]) == output
    assert (host.hostname(), host.kernel(), host.uid(), host.now()) == ("box", "6.1", 0, 0.0)
    for ask in (
        lambda: host.run(["free", "-m"]),
        lambda: host.spawn(["cat"]),
        lambda: host.pidfd(1),
    ):
        with pytest.raises(Problem) as caught:
            ask()
        assert caught.value.code == "not-recorded"
        assert caught.value.hint
    host.name_program("anything")  # Ours is not a process of that machine.


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"{", "bad-recording"), (b'{"now": "late"}', "bad-recording"), (b"\xff", "bad-recording")],
)
def test_a_recording_that_is_broken_is_a_problem(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "recorded.json").write_bytes(data)
    with pytest.raises(Problem) as caught:
        Host(str(tmp_path))
    assert caught.value.code == code


def test_a_root_that_is_no_directory_is_a_problem(tmp_path: Path) -> None:
    for root in (tmp_path / "missing", Path("/etc/passwd")):
        with pytest.raises(Problem, match="not a directory") as caught:
            Host(str(root))
        assert caught.value.code == "no-root"


def test_signals_go_through_the_descriptor() -> None:
    host = Host()
    child = host.spawn(["cat"])
    fd = host.pidfd(child.pid)
    try:
        host.send_signal(fd, signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
    finally:
        os.close(fd)
        child.communicate()
