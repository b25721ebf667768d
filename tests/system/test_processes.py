"""The process table, against ps and psutil, and what processes do to those that watch them."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roots.hosts import (
    DEBIAN,
    GuardedHost,
    SteppedHost,
    process_files,
    stat_line,
    write_machine,
)
from roots.reused import run_among_own_pids
from roots.spawned import await_state, obedient, started

from sysgui.system import processes as subject
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.process_files import full_name, parse_io, split_stat
from sysgui.system.processes import (
    TURNS,
    Process,
    ProcessTable,
    most,
    table,
)


def sweep(host: Host | None = None) -> dict[int, Process]:
    swept = ProcessTable(host or Host())
    try:
        return {process.pid: process for process in swept.sweep()}
    finally:
        swept.close()


@contextmanager
def swept_twice(host: SteppedHost) -> Iterator[ProcessTable]:
    """A table that has got over what is only so at first."""
    found = ProcessTable(host)
    found.sweep()
    host.step()
    found.sweep()
    host.step()
    yield found
    found.close()


def ps(pid: int) -> dict[str, str]:
    columns = ("ppid", "euser:32", "stat", "nlwp", "ni", "rss", "times", "comm", "args")
    argv = ["ps", "-ww", "-o", ",".join(f"{column}=" for column in ("pid",)), "-p", str(pid)]
    said = {}
    for column in columns:
        argv[3] = f"{column}="
        done = subprocess.run(argv, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"})
        said[column.partition(":")[0]] = done.stdout.decode().strip()
    return said


def assert_as_ps_says(process: Process) -> None:
    said = ps(process.pid)
    assert process.parent == int(said["ppid"])
    assert process.user == said["euser"]
    assert process.state == said["stat"][0]
    assert process.threads == int(said["nlwp"])
    assert process.nice == int(said["ni"])
    assert process.rss == int(said["rss"]) << 10
    assert int(process.cpu_time) == pytest.approx(int(said["times"]), abs=1)


# Against ps and psutil


def test_a_sleeping_process_is_what_ps_says() -> None:
    with started("/bin/sleep", "1000") as child:
        process = sweep()[child.pid]
        assert_as_ps_says(process)
        assert process.name == ps(child.pid)["comm"] == "sleep"
        assert process.command == ps(child.pid)["args"] == "/bin/sleep 1000"
        assert process.parent == os.getpid()
        assert process.uid == psutil.Process(child.pid).uids().effective
        assert not process.kernel


def test_the_start_is_that_of_psutil() -> None:
    with started("/bin/sleep", "1000") as child:
        process = sweep()[child.pid]
        created = psutil.Process(child.pid).create_time() - psutil.boot_time()
        # btime of /proc/stat has whole seconds.
        assert process.start / subject.CLOCK_TICKS == pytest.approx(created, abs=1.01)
        assert process.key == (child.pid, process.start)


def test_threads_are_counted_as_ps_counts_them() -> None:
    with obedient() as child:
        for _ in range(3):
            child.run("threading.Thread(target=signal.pause, daemon=True).start()")
        process = sweep()[child.pid]
        assert process.threads == int(ps(child.pid)["nlwp"]) == 4


def test_a_stopped_process_is_stopped() -> None:
    with started("/bin/sleep", "1000") as child:
        child.send_signal(signal.SIGSTOP)
        await_state(child.pid, "T")
        assert_as_ps_says(sweep()[child.pid])


def test_a_zombie_keeps_its_name_in_brackets_and_has_no_memory() -> None:
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    process = sweep()[child.pid]
    assert_as_ps_says(process)
    assert (process.state, process.rss, process.command) == ("Z", 0, "[true]")
    assert ps(child.pid)["args"] == "[true] <defunct>"
    child.wait()
    assert child.pid not in sweep()


@pytest.mark.parametrize("nice", [1, 19])
def test_a_niced_process_is_nice(nice: int) -> None:
    with started("/bin/sleep", "1000") as child:
        os.setpriority(os.PRIO_PROCESS, child.pid, nice)
        assert sweep()[child.pid].nice == int(ps(child.pid)["ni"]) == nice


def test_kernel_threads_stand_in_brackets() -> None:
    found = [process for process in sweep().values() if process.kernel]
    if not found:
        pytest.skip("no thread of the kernel can be seen in this container")
    for process in found[:3]:
        said = ps(process.pid)
        if said["args"]:
            assert process.command.partition("/")[0] == said["args"].partition("/")[0]
            assert process.command.startswith("[")
            assert process.rss == 0


@pytest.mark.parametrize(
    "name",
    ["a-name-that-the-kernel-cuts-off", "two words", "a (b) c", ") R 1 1 1", "tab\tand\nline", "ü"],
)
def test_a_program_is_known_by_its_name_whatever_that_is(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    with started(str(program), "1000") as child:
        process = sweep()[child.pid]
        assert process.name == name.replace("\t", r"\t").replace("\n", r"\n")
        assert process.command.endswith(f"{process.name} 1000")
        assert_as_ps_says(process)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"", ""),
        (b"a\nb", r"a\nb"),
        (b"\xff\xfe", r"\xff\xfe"),
        (b"\x1b[31mred\x07", r"\x1b[31mred\x07"),
        (b")) (", ")) ("),
        ("x\N{RIGHT-TO-LEFT OVERRIDE}y".encode(), r"x\u202ey"),
    ],
)
def test_a_process_that_renames_itself_is_shown_on_one_line(raw: bytes, shown: str) -> None:
    with obedient() as child:
        child.run(f"ctypes.CDLL(None).prctl(15, {raw!r}, 0, 0, 0)")
        assert sweep()[child.pid].name == shown


def test_a_process_that_overwrote_its_command_line_with_nothing_has_its_name() -> None:
    with started("/bin/sleep", "1000", executable="/bin/sleep") as child:
        assert sweep()[child.pid].command == "/bin/sleep 1000"
    # An empty first argument, as execve(2) allows, and Python from 3.13 on does not.
    with started("/bin/bash", "-c", "exec -a '' /bin/sleep 1000") as child:
        while Path(f"/proc/{child.pid}/comm").read_text() != "sleep\n":
            os.sched_yield()
        await_state(child.pid, "S")
        assert Path(f"/proc/{child.pid}/cmdline").read_bytes() == b"\0" + b"1000\0"
        assert sweep()[child.pid].name == "sleep"


def test_every_process_that_psutil_lists_is_there() -> None:
    before = set(psutil.pids())
    found = set(sweep())
    after = set(psutil.pids())
    assert before & after <= found <= before | after | found & {os.getpid()}


def test_processes_come_in_the_order_of_their_pids() -> None:
    found = ProcessTable(Host())
    pids = [process.pid for process in found.sweep()]
    assert pids == sorted(pids)


def test_a_recorded_machine_has_the_processes_that_ps_listed_there() -> None:
    host = Host(str(DEBIAN))
    said = host.run(["ps", "-eo", "pid,ppid,euser:32,stat,nlwp,ni,rss,comm"]).stdout.decode()
    rows = {int(line.split()[0]): line.split(None, 7) for line in said.splitlines()[1:]}
    found = sweep(host)
    assert len(found) > 5
    for pid, process in found.items():
        _pid, parent, user, state, threads, nice, rss, name = rows[pid]
        assert (process.parent, process.user, process.state) == (int(parent), user, state[0])
        assert (process.threads, process.nice) == (int(threads), int(nice))
        assert process.rss == int(rss) << 10
        assert process.name.startswith(name[:15])


# Rates


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def test_cpu_of_a_busy_process_is_what_it_burnt() -> None:
    with obedient() as child, swept_twice(host := SteppedHost()) as found:
        before = cpu_seconds(child.pid)
        child.run("burn(0.3)")
        burnt = cpu_seconds(child.pid) - before
        process = next(each for each in found.sweep() if each.pid == child.pid)
        # Over one second of the stepped clock; user and system are cut off at a tick each.
        assert process.cpu == pytest.approx(100 * burnt, abs=2.01)
        assert process.cpu >= 28
        host.step()
        idle = next(each for each in found.sweep() if each.pid == child.pid)
        assert idle.cpu == 0.0


def test_cpu_of_an_endless_loop_is_about_a_hundred_percent_of_the_time_it_got() -> None:
    with obedient() as child:
        host = Host()
        found = ProcessTable(host)
        assert child.process.stdin is not None
        child.process.stdin.write("while True: pass\n")
        child.process.stdin.flush()
        found.sweep()
        at, before = host.monotonic(), cpu_seconds(child.pid)
        while cpu_seconds(child.pid) - before < 0.6:
            os.sched_yield()
        process = next(each for each in found.sweep() if each.pid == child.pid)
        elapsed, burnt = host.monotonic() - at, cpu_seconds(child.pid) - before
        assert process.cpu == pytest.approx(100 * burnt / elapsed, rel=0.1)
        found.close()


def io_counters(pid: int) -> tuple[int, int]:
    counted = psutil.Process(pid).io_counters()
    return counted.read_bytes, counted.write_bytes


def test_what_a_process_writes_to_storage_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "data"
    with obedient() as child, swept_twice(host := SteppedHost()) as found:
        first = io_counters(child.pid)
        child.run(f"f = open({str(path)!r}, 'wb'); f.write(bytes(8_000_000)); f.flush()")
        child.run("os.fsync(f.fileno())")
        written = io_counters(child.pid)[1] - first[1]
        if written < 8_000_000:
            pytest.skip("the temporary directory lies on no storage")
        host.step()  # Three seconds since the sweep before the last, two since the last.
        process = next(each for each in found.sweep() if each.pid == child.pid)
        assert process.write_rate == written / 2
        assert process.read_rate == (io_counters(child.pid)[0] - first[0]) / 2


def test_rates_are_unknown_at_first_and_after_a_long_pause() -> None:
    with started("/bin/sleep", "1000") as child:
        host = SteppedHost()
        found = ProcessTable(host)

        def rates() -> tuple[float | None, float | None]:
            process = next(each for each in found.sweep() if each.pid == child.pid)
            return process.cpu, process.write_rate

        assert rates() == (None, None)
        host.step()
        assert rates() == (0.0, 0.0)
        host.step(subject.STALE + 1)
        by_pid = {each.pid: each for each in found.sweep()}
        assert by_pid[os.getpid()].cpu is None
        # Who has read and written nothing did not do so at any time.
        assert by_pid[child.pid].write_rate == 0.0
        found.close()


def test_two_questions_at_one_moment_share_a_sweep() -> None:
    host = SteppedHost()
    found = ProcessTable(host)
    first = found.sweep()
    host.step(subject.SAME_MOMENT / 2)
    assert found.sweep() is first
    host.step(subject.SAME_MOMENT)
    assert found.sweep() is not first
    found.close()


def test_a_clock_that_goes_back_gives_no_rates(tmp_path: Path) -> None:
    host = SteppedHost(write_machine(tmp_path, process_files(7, ticks=5)))
    found = ProcessTable(host)
    found.sweep()
    host.step(-100)
    write_machine(tmp_path, process_files(7, ticks=50))
    assert found.sweep()[0].cpu is None
    host.step(1)
    write_machine(tmp_path, process_files(7, ticks=100))
    assert found.sweep()[0].cpu == 50.0


def test_cpu_time_that_goes_back_has_no_rate(tmp_path: Path) -> None:
    host = SteppedHost(write_machine(tmp_path, process_files(7, ticks=500)))
    found = ProcessTable(host)
    found.sweep()
    host.step()
    write_machine(tmp_path, process_files(7, ticks=5))
    assert found.sweep()[0].cpu is None


# Processes that come and go


def test_one_table_serves_all_that_ask_about_a_machine_as_long_as_somebody_holds_it() -> None:
    host = Host()
    held = table(host)
    assert table(host) is held
    assert table(Host()) is not held
    before = len(os.listdir("/proc/self/fd"))
    held.sweep()
    assert len(os.listdir("/proc/self/fd")) > before
    del held
    assert len(os.listdir("/proc/self/fd")) == before


def test_closing_leaves_no_descriptor_and_the_table_can_be_used_again() -> None:
    before = os.listdir("/proc/self/fd")
    found = ProcessTable(Host())
    assert found.sweep()
    found.close()
    assert len(os.listdir("/proc/self/fd")) == len(before)
    assert found.sweep()
    found.close()


def test_a_process_that_dies_between_listing_and_reading_is_left_out(tmp_path: Path) -> None:
    files = {**process_files(7), **process_files(8), **process_files(9)}
    write_machine(tmp_path, files)
    for moment in ("stat", "cmdline", "io", ""):
        for error in (FileNotFoundError, ProcessLookupError):
            host = GuardedHost(tmp_path)

            def die(path: str, last: str = f"/proc/8/{moment}".rstrip("/"), error=error) -> None:
                if path == last:
                    raise error(path)

            host.before = die
            found = [process.pid for process in ProcessTable(host).sweep()]
            # Without its I/O a process is still one.
            assert found == ([7, 8, 9] if moment == "io" else [7, 9]), (moment, error)


def test_a_stat_file_that_is_empty_is_no_process(tmp_path: Path) -> None:
    write_machine(tmp_path, {**process_files(7), "/proc/8/stat": b""})
    assert [process.pid for process in ProcessTable(SteppedHost(tmp_path)).sweep()] == [7]


def test_processes_that_come_and_go_in_hundreds_are_no_trouble() -> None:
    churning = threading.Event()

    def churn() -> None:
        while not churning.is_set():
            for child in [subprocess.Popen(["/bin/true"]) for _ in range(20)]:
                child.wait()

    churner = threading.Thread(target=churn)
    churner.start()
    try:
        host = SteppedHost()
        found = ProcessTable(host)
        seen: set[tuple[int, int]] = set()
        for _ in range(100):
            host.step()
            swept = found.sweep()
            assert len({process.pid for process in swept}) == len(swept)
            seen |= {process.key for process in swept}
    finally:
        churning.set()
        churner.join()
    host.step()
    assert len(seen) > len(found.sweep())
    found.close()


def test_a_pid_that_was_given_to_another_process_is_another_process(tmp_path: Path) -> None:
    host = SteppedHost(
        write_machine(tmp_path, process_files(7, b"old", command=b"old\0", ticks=10, start=5))
    )
    found = ProcessTable(host)
    old = found.sweep()[0]
    host.step()
    found.sweep()
    for _ in range(TURNS):
        host.step()
        found.sweep()
    host.step()
    write_machine(tmp_path, process_files(7, b"new", command=b"new\0x\0", ticks=400, start=50))
    new = found.sweep()[0]
    assert (old.key, new.key) == ((7, 5), (7, 50))
    assert (new.name, new.command, new.cpu) == ("new", "new x", None)
    assert new.write_rate is None


def test_a_pid_that_was_given_to_a_namesake_is_another_process(tmp_path: Path) -> None:
    host = SteppedHost(write_machine(tmp_path, process_files(7, ticks=10, start=5)))
    found = ProcessTable(host)
    for _ in range(5):
        found.sweep()
        host.step()
    write_machine(tmp_path, process_files(7, command=b"sleeper\0-v\0", ticks=400, start=50))
    assert (found.sweep()[0].command, found.sweep()[0].cpu) == ("sleeper -v", None)


REUSE = """
import subprocess
from roots.hosts import SteppedHost
from roots.reused import successor
from sysgui.system.processes import ProcessTable
host = SteppedHost()
table = ProcessTable(host)
first = subprocess.Popen(["/bin/sleep", "1000"])
for _ in range(4):
    before = [each for each in table.sweep() if each.pid == first.pid]
    host.step()
first.kill()
first.wait()
second = successor(first.pid, ["/bin/sleep", "2000"])
while True:  # Popen is back while the kernel is still about to write down the new arguments.
    with open(f"/proc/{second.pid}/cmdline") as file:
        if "2000" in file.read():
            break
after = [each for each in table.sweep() if each.pid == first.pid]
assert len(before) == len(after) == 1
assert before[0].command == "/bin/sleep 1000", before
assert after[0].command == "/bin/sleep 2000", after
assert after[0].cpu is None
second.kill()
second.wait()
print("reused")
"""


def test_a_pid_that_the_kernel_has_just_reused_is_another_process() -> None:
    assert run_among_own_pids(REUSE) == "reused\n"


LOW_LIMIT = """
import resource, sys
sys.path[:0] = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from roots.hosts import SteppedHost
from sysgui.system.processes import ProcessTable
host = SteppedHost()
table = ProcessTable(host)
for _ in range(3):
    swept = table.sweep()
    host.step()
print(len(swept))
"""


def test_a_low_limit_of_descriptors_only_makes_it_slower() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOW_LIMIT, *sys.path], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert int(done.stdout) == pytest.approx(len(psutil.pids()), abs=20)


def test_the_limit_of_descriptors_is_raised_as_far_as_one_may() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 256), hard))
    try:
        ProcessTable(Host())
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_processes_that_are_listed_and_closed_to_us_are_left_out(tmp_path: Path) -> None:
    host = GuardedHost(write_machine(tmp_path, {**process_files(1), **process_files(7)}))

    def hidepid_1(path: str) -> None:
        if path.startswith("/proc/1/"):
            raise PermissionError(path)

    host.before = hidepid_1
    assert [process.pid for process in ProcessTable(host).sweep()] == [7]


def test_what_others_read_and_write_is_unknown_to_us(tmp_path: Path) -> None:
    host = GuardedHost(write_machine(tmp_path, process_files(7)))
    found = ProcessTable(host)
    asked = []

    def others(path: str) -> None:
        if path.endswith("/io"):
            asked.append(path)
            raise PermissionError(path)

    host.before = others
    for tick in range(2 * TURNS):
        write_machine(tmp_path, process_files(7, ticks=tick))
        process = found.sweep()[0]
        host.step()
        assert (process.read_rate, process.write_rate) == (None, None)
    # Being refused costs as much as an answer: it is not asked each time.
    assert 0 < len(asked) <= 4


def test_a_command_line_that_is_closed_to_us_leaves_the_name(tmp_path: Path) -> None:
    host = GuardedHost(write_machine(tmp_path, process_files(7)))

    def closed(path: str) -> None:
        if path.endswith("cmdline"):
            raise PermissionError(path)

    host.before = closed
    assert ProcessTable(host).sweep()[0].command == "[sleeper]"


def test_a_process_is_followed_through_exec_and_setuid(tmp_path: Path) -> None:
    host = SteppedHost(write_machine(tmp_path, process_files(7, b"sh", command=b"sh\0")))
    found = ProcessTable(host)
    for _ in range(5):
        assert found.sweep()[0].name == "sh"
        host.step()
    write_machine(tmp_path, process_files(7, b"nginx", command=b"nginx: master\0", ticks=1))
    assert (found.sweep()[0].name, found.sweep()[0].command) == ("nginx", "nginx: master")


def test_a_machine_without_proc_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="/proc") as caught:
        ProcessTable(SteppedHost(tmp_path)).sweep()
    assert caught.value.code == "unreadable"


# Parsing


@given(st.binary(max_size=64).filter(lambda name: b"\0" not in name))
def test_any_name_is_told_from_the_fields_behind_it(name: bytes) -> None:
    found, fields = split_stat(stat_line(7, name, state="R", parent=42, start=99))
    assert found == name
    assert (fields[0], fields[1], fields[19]) == (b"R", b"42", b"99")


@pytest.mark.parametrize(
    ("comm", "arguments", "name"),
    [
        (b"sleep", b"/bin/sleep\x001", b"sleep"),
        (b"gnome-terminal-", b"/usr/libexec/gnome-terminal-server\0", b"gnome-terminal-server"),
        (b"exactly-fifteen", b"/bin/other\0", b"exactly-fifteen"),
        (b"exactly-fifteen", b"", b"exactly-fifteen"),
    ],
)
def test_a_cut_name_is_completed_from_the_program_only(
    comm: bytes, arguments: bytes, name: bytes
) -> None:
    assert full_name(comm, arguments) == name


def test_what_storage_saw_is_told_from_what_the_cache_saw() -> None:
    data = Path("/proc/self/io").read_bytes()
    counted = psutil.Process().io_counters()
    assert parse_io(data) == (counted.read_bytes, counted.write_bytes)


def test_most_ranks_and_breaks_ties_by_pid() -> None:
    with_rss = [(3, 10), (1, 10), (2, 30), (4, 0), (5, 5)]
    found = [
        Process(
            pid=pid, start=1, parent=0, name="", uid=0, user="", state="S", cpu=None, cpu_time=0,
            rss=rss, read_rate=None, write_rate=None, threads=1, nice=0, command="", kernel=False,
        )
        for pid, rss in with_rss
    ]  # fmt: skip
    assert [process.pid for process in most(found, lambda p: p.rss, 3)] == [2, 1, 3]
    assert most(found, lambda p: p.cpu, 3) == []
