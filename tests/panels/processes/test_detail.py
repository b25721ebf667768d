"""One process seen closely, against psutil and ps, and tables that try to mislead."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roots.hosts import DEBIAN, GuardedHost, SteppedHost, process_files, write_machine
from roots.spawned import Obedient, obedient, started

from sysgui.panels.processes.detail import (
    MOST_FILES,
    Detail,
    DetailProbe,
    Socket,
    endpoint,
)
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.processes import ProcessTable


def read(pid: int, start: int = 0) -> Detail:
    return DetailProbe(Host()).read(pid, start)


def by_protocol(sockets: list[Socket] | None) -> dict[str, list[Socket]]:
    found: dict[str, list[Socket]] = {}
    for each in sockets or []:
        found.setdefault(each.protocol, []).append(each)
    return found


def psutil_sockets(pid: int) -> set[tuple[int, str, str, str]]:
    """What psutil says: descriptor, local and remote address, and state."""

    def written(address: tuple[str, int] | str) -> str:
        if not address or isinstance(address, str):
            return address or ""
        return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"

    return {
        (found.fd, written(found.laddr), written(found.raddr), found.status.replace("_", "-"))
        for found in psutil.Process(pid).net_connections(kind="all")
    }


def ours(detail: Detail) -> set[tuple[int, str, str, str]]:
    short = {"ESTABLISHED": "ESTABLISHED", "LISTEN": "LISTEN", "": "NONE"}
    return {(s.fd, s.local, s.remote, short[s.state]) for s in detail.sockets or []}


# Against psutil and ps


def test_where_a_process_runs_is_what_psutil_says(tmp_path: Path) -> None:
    with started("/bin/sleep", "1000", cwd=tmp_path) as child:
        detail, oracle = read(child.pid), psutil.Process(child.pid)
        assert detail.executable == oracle.exe()
        assert detail.directory == oracle.cwd() == str(tmp_path)
        assert detail.started == pytest.approx(oracle.create_time(), abs=1.01)
        assert detail.descriptors == oracle.num_fds()


def test_it_started_when_ps_says() -> None:
    with started("/bin/sleep", "1000") as child:
        argv = ["ps", "-o", "lstart=", "-p", str(child.pid)]
        said = subprocess.run(argv, capture_output=True, text=True, env={"LC_ALL": "C"}).stdout
        seconds = time.mktime(time.strptime(said.strip(), "%a %b %d %H:%M:%S %Y"))
        # ps reckons in whole seconds twice: the age of the machine and the moment of its boot.
        assert read(child.pid).started == pytest.approx(seconds, abs=2.05)


def test_it_started_between_two_looks_at_the_clock() -> None:
    before = time.time()
    with started("/bin/sleep", "1000") as child:
        after = time.time()
        tick = 0.02  # the kernel counts hundredths, and rounds down
        # Held up between two clocks, it reads a later start: once in a while on a busy machine.
        started_at = min(read(child.pid).started for _ in range(10))
        assert before - tick <= started_at <= after + tick


def test_open_files_are_those_of_psutil_and_more(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("plain", "with space", "new\nline")]
    with obedient() as child:
        child.run(f"opened = [open(name, 'w') for name in {[str(file) for file in files]!r}]")
        detail = read(child.pid)
        found = {file.fd: file.target for file in detail.files or []}
        for file in psutil.Process(child.pid).open_files():
            assert found[file.fd] == file.path.replace("\n", r"\n")
        assert {str(file).replace("\n", r"\n") for file in files} <= set(found.values())


def test_a_file_that_was_deleted_says_so(tmp_path: Path) -> None:
    path = tmp_path / "gone"
    with obedient() as child:
        child.run(f"opened = open({str(path)!r}, 'w')")
        path.unlink()
        assert f"{path} (deleted)" in {file.target for file in read(child.pid).files or []}


LISTEN = "; ".join(
    (
        "a = socket.create_server(('127.0.0.1', 0))",
        "b = socket.create_server(('::1', 0), family=socket.AF_INET6)",
        "c = socket.create_connection(a.getsockname())",
        "d, _ = a.accept()",
        "e = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); e.bind(('127.0.0.1', 0))",
        "f = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); f.bind(('::1', 0))",
    )
)


def listening(child: Obedient) -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("no IPv6 on the loopback here")
    child.run(LISTEN)


def test_internet_sockets_are_those_of_psutil() -> None:
    with obedient() as child:
        listening(child)
        detail = read(child.pid)
        found = by_protocol(detail.sockets)
        assert {name: len(each) for name, each in found.items()} == {
            "tcp": 3, "tcp6": 1, "udp": 1, "udp6": 1,
        }  # fmt: skip
        assert ours(detail) == psutil_sockets(child.pid)
        assert [each.state for each in found["tcp"]].count("ESTABLISHED") == 2


def test_listening_sockets_are_those_of_ss() -> None:
    with obedient() as child:
        listening(child)
        argv = ["ss", "-Hlntup"]
        lines = subprocess.run(argv, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        said = {line.split()[4] for line in lines if f"pid={child.pid}," in line}
        found = read(child.pid).sockets or []
        assert {each.local for each in found if not each.remote} == said
        assert len(said) == 4


def test_unix_sockets_are_those_of_psutil(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with obedient() as child:
        child.run(f"u = socket.socket(socket.AF_UNIX); u.bind({str(path)!r}); u.listen()")
        child.run("v = socket.socket(socket.AF_UNIX); v.bind('\\0abstract')")
        child.run("p, q = socket.socketpair()")
        detail = read(child.pid)
        assert {each.protocol for each in detail.sockets or []} == {"unix"}
        assert ours(detail) == psutil_sockets(child.pid)
        assert {str(path), "@abstract", ""} == {each.local for each in detail.sockets or []}


def test_a_unix_socket_keeps_the_spaces_of_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a  b"
    with obedient() as child:
        child.run(f"u = socket.socket(socket.AF_UNIX); u.bind({str(path)!r}); u.listen()")
        assert [each.local for each in read(child.pid).sockets or []] == [str(path)]


def test_a_socket_of_another_family_is_still_a_socket() -> None:
    with obedient() as child:
        child.run("n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)")
        assert [each.protocol for each in read(child.pid).sockets or []] == ["socket"]


def test_each_descriptor_of_a_shared_socket_is_listed() -> None:
    with obedient() as child:
        child.run("a = socket.create_server(('127.0.0.1', 0)); b = os.dup(a.fileno())")
        found = read(child.pid).sockets or []
        assert len(found) == 2
        assert found[0].local == found[1].local != ""
        assert found[0].fd < found[1].fd


def test_sockets_are_those_of_the_processs_own_network(tmp_path: Path) -> None:
    argv = ["unshare", "--net", sys.executable]
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode:
        pytest.skip("no network namespaces here")
    with obedient(argv) as child:
        child.run("a = socket.create_server(('0.0.0.0', 4711))")
        assert [(each.local, each.state) for each in read(child.pid).sockets or []] == [
            ("0.0.0.0:4711", "LISTEN")
        ]


def test_the_control_group_is_that_of_proc() -> None:
    lines = Path("/proc/self/cgroup").read_text().splitlines()
    paths = {line.split(":", 2)[2] for line in lines} - {"/"} | {""}
    assert read(os.getpid()).control_group in paths


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ("0::/system.slice/nginx.service\n", "/system.slice/nginx.service"),
        ("12:pids:/x\n1:name=systemd:/user.slice\n0::/\n", "/user.slice"),
        ("0::/\n", ""),
        ("", ""),
        ("0::/a\x1b[2J\n", r"/a\x1b[2J"),
    ],
)
def test_control_groups_of_both_versions_are_read(tmp_path: Path, data: str, path: str) -> None:
    write_machine(tmp_path, {**process_files(7), "/proc/7/cgroup": data})
    assert DetailProbe(SteppedHost(tmp_path)).read(7).control_group == path


@pytest.mark.parametrize(
    ("group", "service"),
    [
        ("/system.slice/nginx.service", "nginx.service"),
        (r"/system.slice/system-tpl.slice/tpl@a\x2db.service", r"tpl@a\x2db.service"),
        ("/system.slice/docker.service/inner", "docker.service"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/a.service", ""),
        ("/init.scope", ""),
    ],
)
def test_a_service_is_known_by_its_control_group(group: str, service: str) -> None:
    detail = msgspec.structs.replace(read(os.getpid()), control_group=group)
    assert detail.service == service


def test_no_more_files_than_one_can_look_through_but_the_number_of_all(tmp_path: Path) -> None:
    write_machine(tmp_path, process_files(7))
    directory = tmp_path / "proc/7/fd"
    directory.mkdir()
    for fd in range(MOST_FILES + 5):
        (directory / str(fd)).symlink_to("/dev/null")
    detail = DetailProbe(SteppedHost(tmp_path)).read(7)
    assert (len(detail.files or []), detail.descriptors) == (MOST_FILES, MOST_FILES + 5)


def test_a_recorded_process_is_read() -> None:
    detail = DetailProbe(Host(str(DEBIAN))).read(1)
    assert detail.executable == "/usr/lib/systemd/systemd"
    assert {each.protocol for each in detail.sockets or []} == {"unix"}


def test_a_recorded_server_listens() -> None:
    host = Host(str(DEBIAN))
    nginx = next(each.pid for each in ProcessTable(host).sweep() if each.name == "nginx")
    found = by_protocol(DetailProbe(host).read(nginx).sockets)
    assert [(each.local, each.state) for each in found["tcp"]] == [("0.0.0.0:80", "LISTEN")]
    assert [(each.local, each.state) for each in found["tcp6"]] == [("[::]:80", "LISTEN")]


# Absence, and bad input


def test_a_process_that_has_ended_is_gone() -> None:
    child = subprocess.Popen(["/bin/true"])
    child.wait()
    with pytest.raises(Problem) as caught:
        read(child.pid)
    assert caught.value.code == "process-gone"


def test_a_process_that_has_the_pid_of_another_is_not_shown_for_it() -> None:
    with started("/bin/sleep", "1000") as child:
        start = read(child.pid).start
        assert read(child.pid, start).pid == child.pid
        with pytest.raises(Problem) as caught:
            read(child.pid, start - 1)
        assert caught.value.code == "process-gone"


def test_a_process_that_dies_while_it_is_looked_at_gives_what_was_seen(tmp_path: Path) -> None:
    write_machine(tmp_path, process_files(7))
    (tmp_path / "proc/7/fd").mkdir()
    (tmp_path / "proc/7/fd/3").symlink_to("/tmp/file")
    host = GuardedHost(tmp_path)

    def die(path: str) -> None:
        if not path.endswith("/stat"):
            raise ProcessLookupError(path)

    host.before = die
    detail = DetailProbe(host).read(7)
    assert (detail.executable, detail.control_group, detail.files) == (None, "", [])


def test_what_others_may_not_see_is_unknown(tmp_path: Path) -> None:
    write_machine(tmp_path, process_files(7))
    detail = DetailProbe(SteppedHost(tmp_path)).read(7)
    assert (detail.files, detail.sockets, detail.descriptors) == (None, None, None)
    assert (detail.executable, detail.directory) == (None, None)


def test_a_process_that_is_hidden_from_us_is_not_called_gone(tmp_path: Path) -> None:
    host = GuardedHost(write_machine(tmp_path, process_files(7)))

    def hidepid_1(path: str) -> None:
        raise PermissionError(path)

    host.before = hidepid_1
    with pytest.raises(Problem) as caught:
        DetailProbe(host).read(7)
    assert caught.value.code == "not-permitted"


def with_socket(root: Path, table: str, data: bytes) -> list[Socket]:
    write_machine(root, {**process_files(7), f"/proc/7/net/{table}": data})
    (root / "proc/7/fd").mkdir()
    (root / "proc/7/fd/3").symlink_to("socket:[4711]")
    return DetailProbe(SteppedHost(root)).read(7).sockets or []


def test_a_unix_socket_with_line_breaks_in_its_path_does_no_harm(tmp_path: Path) -> None:
    header = b"Num RefCount Protocol Flags Type St Inode Path\n"
    row = b"0: 00000002 00000000 00010000 0001 01 4711 /tmp/a\n\nb c\r\x1b[2J\n"
    assert with_socket(tmp_path, "unix", header + row) == [Socket(3, "unix", "/tmp/a", "", "")]


def test_a_live_unix_socket_with_a_line_break_in_its_path_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a\nb"
    with obedient() as child:
        child.run(f"u = socket.socket(socket.AF_UNIX); u.bind({str(path)!r}); u.listen()")
        (found,) = read(child.pid).sockets or []
        assert found.local == f"{tmp_path}/a"


@pytest.mark.parametrize(
    "data", [b"", b"header\n", b"header\ncut off\n", b"header\n" + b"\xff" * 9]
)
def test_a_table_of_sockets_that_is_cut_off_does_no_harm(tmp_path: Path, data: bytes) -> None:
    for table in ("tcp", "unix"):
        assert with_socket(tmp_path / table, table, data) == [Socket(3, "socket", "", "", "")]


@given(st.ip_addresses(v=4), st.integers(min_value=0, max_value=65_535))
def test_addresses_of_version_four_are_read_as_the_kernel_writes_them(address, port: int) -> None:
    word = int.from_bytes(address.packed, sys.byteorder)
    assert endpoint(f"{word:08X}:{port:04X}") == f"{address}:{port}"


@given(st.ip_addresses(v=6), st.integers(min_value=0, max_value=65_535))
def test_addresses_of_version_six_are_read_as_the_kernel_writes_them(address, port: int) -> None:
    raw = address.packed
    words = [int.from_bytes(raw[i : i + 4], sys.byteorder) for i in range(0, 16, 4)]
    written = "".join(f"{word:08X}" for word in words)
    shown = socket.inet_ntop(socket.AF_INET6, raw)
    assert endpoint(f"{written}:{port:04X}") == f"[{shown}]:{port}"
