"""The probes on a second machine, held against what its own tools say inside it, for two users."""

from __future__ import annotations

import json
import os
import select
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from .debian import PATIENCE, end
from .recipe import HOSTNAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .debian import Machine

USERS = ("root", "alice")
ATTEMPTS = 20

DF = ("df", "-B1", "--output=target,fstype,size,used,avail,pcent", "/")
PS = ("ps", "-ww", "-eo", "pid,ppid,euser:32,stat,nlwp,ni,rss,args")


class Line(NamedTuple):
    """What ps says of a process."""

    pid: int
    parent: int
    user: str
    state: str
    threads: int
    nice: int
    rss: int
    command: str


def readings(machine: Machine, name: str, user: str, count: int = 1) -> list[dict[str, Any]]:
    done = machine.sysgui(
        "probe", name, "--json", "--count", str(count), "--interval", "1", user=user
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == count
    return [json.loads(line) for line in lines]


def processes(machine: Machine, user: str) -> dict[int, dict[str, Any]]:
    (reading,) = readings(machine, "processes", user)
    return {process["pid"]: process for process in reading["processes"]}


def ps(machine: Machine, user: str = "root") -> dict[int, Line]:
    lines = {}
    for line in machine.output(PS, user=user).splitlines()[1:]:
        pid, parent, owner, state, threads, nice, rss, command = line.split(None, 7)
        lines[int(pid)] = Line(
            int(pid), int(parent), owner, state[0], int(threads), int(nice), int(rss) << 10,
            command.rstrip(),
        )  # fmt: skip
    return lines


def as_ps_says(process: dict[str, Any]) -> Line:
    """Writes what the probe says as ps would."""
    return Line(
        process["pid"], process["parent"], process["user"], process["state"], process["threads"],
        process["nice"], process["rss"], process["command"].rstrip(),
    )  # fmt: skip


@contextmanager
def sleeping(machine: Machine, user: str) -> Iterator[int]:
    """Has a user sleep in the machine, and tells the process's pid there."""
    script = "echo $$; exec sleep 1000"
    with machine.spawn(["sh", "-c", script], user=user) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            end(process)


# The overview


@pytest.mark.parametrize("user", USERS)
def test_the_overview_is_what_free_df_and_ip_say_inside(machine: Machine, user: str) -> None:
    # All of the host use its memory: what is free goes up and down meanwhile.
    with machine.spawn(["free", "-b", "-s", "0.1"], user=user) as free:
        try:
            assert select.select([free.stdout], [], [], PATIENCE)[0]
            first, second = readings(machine, "overview", user, count=2)
        finally:
            machine.output(["pkill", "-x", "free"])
        lines = [line.split() for line in free.communicate()[0].splitlines()]
    said = [line for line in lines if line[:1] == ["Mem:"] and len(line) == 7]

    memory = second["totals"]["memory"]
    assert {memory["total"]} == {int(line[1]) for line in said}
    available = [int(line[6]) for line in said]
    # Between two looks of a busy machine others may take and give back hundreds of megabytes.
    margin = memory["total"] // 32
    assert min(available) - margin <= memory["available"] <= max(available) + margin
    parts = ("programs", "shared", "cache", "free")
    assert sum(memory[part] for part in parts) == memory["total"]

    assert [each["name"] for each in second["totals"]["interfaces"]] == ["lo"]
    assert first["totals"]["elapsed"] is None
    assert second["totals"]["elapsed"] >= 0.9
    assert 0 <= second["totals"]["cpu"]["busy"] <= 100
    assert len(second["totals"]["cpu"]["cores"]) == int(machine.output(["nproc", "--all"]))
    assert second["machine"]["hostname"] == HOSTNAME
    assert second["machine"]["system"].startswith("Debian GNU/Linux")
    assert second["machine"]["kernel"] == machine.output(["uname", "-r"]).strip()


@pytest.mark.parametrize("user", USERS)
def test_its_root_is_as_full_as_df_says_inside(machine: Machine, user: str) -> None:
    for _attempt in range(ATTEMPTS):
        before = machine.output(DF, user=user)
        (overview,) = readings(machine, "overview", user)
        if machine.output(DF, user=user) == before:
            break
    else:
        pytest.fail("the machine writes all the time")
    target, kind, size, used, available, percent = before.splitlines()[1].split()
    (root,) = (each for each in overview["filesystems"] if each["mount_point"] == "/")
    assert (root["mount_point"], root["type"]) == (target, kind)
    assert [root["size"], root["used"], root["available"]] == [int(size), int(used), int(available)]
    assert f"{root['percent']}%" == percent


SEND = """
import socket, threading
with socket.create_server(("127.0.0.1", 0)) as server:
    def receive():
        connection, _ = server.accept()
        with connection:
            while connection.recv(1 << 16):
                pass
    receiver = threading.Thread(target=receive)
    receiver.start()
    with socket.create_connection(server.getsockname()) as sender:
        sender.sendall(bytes(5_000_000))
    receiver.join()
"""


def test_traffic_inside_is_counted_inside(machine: Machine) -> None:
    def loopback() -> int:
        (lo,) = json.loads(machine.output(["ip", "-s", "-j", "link", "show", "lo"]))
        return int(lo["stats64"]["rx"]["bytes"])

    def received() -> int:
        (lo,) = readings(machine, "overview", "alice")[0]["totals"]["interfaces"]
        return int(lo["received"])

    first, ours, second = loopback(), received(), loopback()
    assert first <= ours <= second
    machine.output(["/usr/bin/python3", "-c", SEND])
    third, ours_after, fourth = loopback(), received(), loopback()
    assert third <= ours_after <= fourth
    assert ours_after - ours >= 5_000_000


# Processes


@pytest.mark.parametrize("user", USERS)
def test_processes_are_those_that_ps_lists_inside(machine: Machine, user: str) -> None:
    same: set[int] = set()
    with sleeping(machine, "bob") as bobs:
        for _attempt in range(ATTEMPTS):
            before = ps(machine)
            found = processes(machine, user)
            after = ps(machine)
            assert bobs in found
            # The others have done something in between.
            quiet = {pid for pid, line in before.items() if after.get(pid) == line}
            assert quiet <= found.keys()
            # Whoever worked just then, and rested before and after, is looked at again.
            same |= {pid for pid in quiet if as_ps_says(found[pid]) == before[pid]}
            if quiet <= same:
                break
    assert quiet <= same, [(as_ps_says(found[pid]), before[pid]) for pid in quiet - same]
    assert len(quiet) > 8


def test_what_others_read_and_write_is_told_to_root_only(machine: Machine) -> None:
    with sleeping(machine, "bob") as bobs, sleeping(machine, "alice") as own:
        for user, seen in (("root", {bobs, own, 1}), ("alice", {own})):
            command = machine.sysgui("processes", "--json", user=user)
            rates = {
                process["pid"]: process["write_rate"]
                for process in map(json.loads, command.stdout.splitlines())
            }
            for pid in (bobs, own, 1):
                assert (rates[pid] is not None) == (pid in seen), (user, pid)


def test_the_owner_of_a_process_is_its_effective_user(machine: Machine) -> None:
    found = processes(machine, "alice")
    users = {process["name"]: process["user"] for process in found.values()}
    assert users["dbus-daemon"] == "messagebus"
    assert users["systemd"] == "root"


# hidepid


def test_hidden_processes_are_hidden_and_it_is_said(machine: Machine) -> None:
    with sleeping(machine, "bob") as bobs, sleeping(machine, "alice") as own:
        assert not readings(machine, "processes", "alice")[0]["hidden"]
        with machine.remount_proc("hidepid=2"):
            (reading,) = readings(machine, "processes", "alice")
            seen = {process["pid"]: process["user"] for process in reading["processes"]}
            assert reading["hidden"]
            assert own in seen
            assert bobs not in seen
            assert set(seen.values()) == {"alice"}
            told = machine.sysgui("processes", "name=sleep", user="alice")
            assert told.returncode == 0
            assert "hidepid" in told.stderr
            (root,) = readings(machine, "processes", "root")
            assert not root["hidden"]
            assert {own, bobs, 1} <= {process["pid"] for process in root["processes"]}
        assert not readings(machine, "processes", "alice")[0]["hidden"]


def test_processes_that_are_listed_and_closed_are_left_out_and_it_is_said(
    machine: Machine,
) -> None:
    with sleeping(machine, "alice") as own, machine.remount_proc("hidepid=1"):
        (reading,) = readings(machine, "processes", "alice")
        assert reading["hidden"]
        assert own in {process["pid"] for process in reading["processes"]}
        assert {process["user"] for process in reading["processes"]} == {"alice"}
        listed = machine.sysgui("processes", "--json", user="alice")
        assert (listed.returncode, listed.stderr) == (0, "")
        assert machine.sysgui("overview", "--json", user="alice").returncode == 0


def test_the_doctor_says_what_is_hidden(machine: Machine) -> None:
    def visible() -> dict[str, Any]:
        told = machine.sysgui("doctor", "--json", user="alice").stdout.splitlines()
        return next(
            finding for finding in map(json.loads, told) if finding["name"] == "Others' processes"
        )

    assert visible()["state"] == "ok"
    with machine.remount_proc("hidepid=2"):
        assert visible()["state"] == "limited"


# The detail of a process, through the child that the window uses


def question(pid: int) -> str:
    return json.dumps({"probe": "processes.detail", "arguments": {"pid": pid}}) + "\n"


def detail(machine: Machine, pid: int, user: str) -> dict[str, Any]:
    done = machine.sysgui("probe", "--answer", "--root", "/", user=user, input=question(pid))
    assert (done.returncode, done.stderr) == (0, "")
    reply = json.loads(done.stdout)
    assert not reply.get("bug")
    return reply["reading"]


def test_the_sockets_of_a_server_are_those_of_ss_and_root_alone_may_see_them(
    machine: Machine,
) -> None:
    nginx = int(machine.read("/run/nginx.pid"))
    lines = machine.output(["ss", "-Hlntp"]).splitlines()
    said = {line.split()[3] for line in lines if f"pid={nginx}," in line}
    found = detail(machine, nginx, "root")
    listening = {each["local"] for each in found["sockets"] if each["state"] == "LISTEN"}
    assert listening == said != set()
    assert found["executable"] == "/usr/sbin/nginx"
    assert found["control_group"].endswith("/nginx.service")
    hidden = detail(machine, nginx, "alice")
    assert (hidden["files"], hidden["sockets"], hidden["executable"]) == (None, None, None)
    assert hidden["start"] == found["start"]
    assert os.path.basename(hidden["control_group"]) == "nginx.service"
