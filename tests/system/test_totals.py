"""The totals, against free, ip, uptime, lsblk and psutil at the same moment, and on bad input."""

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roots.hosts import DEBIAN, SteppedHost, write_machine

from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.totals import (
    Disk,
    Interface,
    Totals,
    TotalsProbe,
    parse_diskstats,
    parse_meminfo,
    parse_net_dev,
    parse_stat,
)

Figure = TypeVar("Figure")
ATTEMPTS = 50


def output(*argv: str) -> str:
    done = subprocess.run(argv, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
    assert done.returncode == 0
    return done.stdout.decode()


def between_two_equal(tool: Callable[[], Figure], ours: Callable[[], Figure]) -> None:
    """Holds ours against a tool's figure at a moment in which that did not move."""
    seen = []
    for _attempt in range(ATTEMPTS):
        before, found, after = tool(), ours(), tool()
        if before == after:
            assert found == before
            return
        seen.append((before, found, after))
    pytest.fail(f"never at rest: {seen[-3:]}")


def read() -> Totals:
    return TotalsProbe(Host()).read()


def free() -> dict[str, list[int]]:
    lines = output("free", "-b", "-w").splitlines()[1:]
    return {line.split()[0]: [int(figure) for figure in line.split()[1:]] for line in lines}


# Memory


def test_memory_is_what_free_says() -> None:
    before, memory, after = free(), read().memory, free()
    total, _used, free_, shared, buffers, cache, available = range(7)
    assert memory.total == before["Mem:"][total]
    assert memory.swap_total == before["Swap:"][0]

    # Between two readings pages come and go: twice the way that the tool saw, and 16 MiB.
    def close(ours: int, *columns: int) -> bool:
        first, last = (
            sum(found["Mem:"][column] for column in columns) for found in (before, after)
        )
        return abs(ours - first) <= 2 * abs(last - first) + (16 << 20)

    assert close(memory.free, free_)
    assert close(memory.shared, shared)
    assert close(memory.available, available)
    assert close(memory.cache + memory.shared, buffers, cache)
    assert abs(memory.swap_used - before["Swap:"][1]) <= 16 << 20


def test_memory_of_a_recorded_machine_is_exactly_what_free_said_there() -> None:
    host = Host(str(DEBIAN))
    lines = host.run(["free", "-b"]).stdout.decode().splitlines()
    total, used, _free, shared, _cache, available = map(int, lines[1].split()[1:])
    memory = TotalsProbe(host).read().memory
    assert memory.total == total
    assert memory.shared == shared
    # free ran a moment before the file was copied.
    assert memory.available == pytest.approx(available, rel=0.01)
    assert memory.used == pytest.approx(total - available, rel=0.05)
    assert used > 0


def test_segments_of_memory_add_up_to_all_of_it() -> None:
    memory = read().memory
    assert memory.programs + memory.shared + memory.cache + memory.free == memory.total
    assert memory.total == psutil.virtual_memory().total
    assert memory.used == memory.total - memory.available


@given(st.lists(st.integers(min_value=0, max_value=2**40), min_size=8, max_size=8))
def test_segments_add_up_and_none_is_negative_whatever_the_kernel_counts(kib: list[int]) -> None:
    total, *others = kib
    names = ("MemFree", "Shmem", "Cached", "Buffers", "SReclaimable", "SwapTotal", "MemAvailable")
    figures = {"MemTotal": total, **dict(zip(names, others, strict=True))}
    figures["MemFree"] %= total + 1
    figures["Shmem"] %= total - figures["MemFree"] + 1
    memory = parse_meminfo("".join(f"{k}: {v} kB\n" for k, v in figures.items()).encode())
    segments = (memory.programs, memory.shared, memory.cache, memory.free)
    assert sum(segments) == memory.total == total << 10
    assert min(segments) >= 0


def test_an_old_kernel_without_memavailable_is_guessed_from_what_can_be_freed() -> None:
    memory = parse_meminfo(
        b"MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\n"
        b"SwapTotal: 50 kB\nSwapFree: 20 kB\nShmem: 40 kB\n"
    )
    assert memory.available == (100 + 20 + 300 - 40) << 10
    assert memory.swap_used == 30 << 10


def test_hugepages_have_no_unit_in_meminfo_and_do_no_harm() -> None:
    memory = parse_meminfo(b"MemTotal: 10 kB\nMemFree: 5 kB\nHugePages_Total:       0\nOdd:\n")
    assert (memory.total, memory.free) == (10 << 10, 5 << 10)


# Load, time, CPU


def test_load_is_what_uptime_says() -> None:
    def uptime() -> tuple[float, ...]:
        averages = output("uptime").rpartition("load average: ")[2].split(", ")
        return tuple(float(average) for average in averages)

    between_two_equal(uptime, lambda: read().load)
    # getloadavg(3) does not round to two digits, and the kernel does.
    assert read().load == pytest.approx(os.getloadavg(), abs=0.1)


def test_time_since_boot_is_that_of_proc_uptime() -> None:
    before = float(Path("/proc/uptime").read_text().split()[0])
    since = read().since_boot
    after = float(Path("/proc/uptime").read_text().split()[0])
    assert before - 0.02 <= since <= after + 0.02


def test_every_core_that_psutil_counts_is_there() -> None:
    assert len(read().cpu.cores) == psutil.cpu_count()
    assert list(read().cpu.cores) == sorted(read().cpu.cores)


def busy_and_all(times: object) -> tuple[float, float, float]:
    everything = sum(
        getattr(times, name)
        for name in ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
    )
    return everything - times.idle - times.iowait, everything, times.system  # type: ignore[attr-defined]


def test_a_busy_loop_is_seen_as_psutil_sees_it() -> None:
    host = SteppedHost()
    probe = TotalsProbe(host)
    first = busy_and_all(psutil.cpu_times())
    probe.read()
    second = busy_and_all(psutil.cpu_times())
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    host.step()
    third = busy_and_all(psutil.cpu_times())
    cpu = probe.read().cpu
    fourth = busy_and_all(psutil.cpu_times())
    # Ours began between first and second and ended between third and fourth; a tick is 10 ms.
    lowest = 100 * (third[0] - second[0] - 0.02) / (fourth[1] - first[1] + 0.02)
    highest = 100 * (fourth[0] - first[0] + 0.02) / (third[1] - second[1] - 0.02)
    assert lowest <= cpu.busy <= highest
    # The loop alone was 0.3 s of the processors' time.
    assert cpu.busy >= 100 * 0.28 / (fourth[1] - first[1] + 0.02)


def test_parts_of_the_processors_time_fit_into_the_whole() -> None:
    host = SteppedHost()
    probe = TotalsProbe(host)
    assert probe.read().cpu.busy is None
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    host.step()
    cpu = probe.read().cpu
    assert cpu.user + cpu.system + cpu.stolen == pytest.approx(cpu.busy)
    assert 0 <= cpu.busy + cpu.waiting <= 100.000001
    assert all(share is None or 0 <= share <= 100 for share in cpu.cores.values())


STAT = "cpu  {} 0 0 {} {} 0 0 0 0 0\ncpu0 {} 0 0 {} {} 0 0 0 0 0\nintr 5\n"
MEMINFO = "MemTotal: 1000 kB\nMemFree: 500 kB\nMemAvailable: 700 kB\n"
NET = "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n"


def machine(root: Path, **files: str) -> Path:
    """A small recorded machine; `files` replaces some of /proc by their names."""
    plain = {
        "stat": STAT.format(100, 100, 0, 100, 100, 0),
        "meminfo": MEMINFO,
        "loadavg": "0.01 0.02 0.03 1/2 3\n",
        "diskstats": "   8       0 sda 10 0 1000 5 20 0 2000 5 0 500 10 0 0 0 0\n",
        "net/dev": NET + "  eth0: 1000 1 0 0 0 0 0 0 2000 2 0 0 0 0 0 0\n",
    }
    (root / "sys/block/sda").mkdir(parents=True, exist_ok=True)
    return write_machine(
        root, {f"/proc/{name.replace('_', '/')}": text for name, text in {**plain, **files}.items()}
    )


def test_shares_are_taken_of_what_passed_since_the_reading_before(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    probe.read()
    machine(tmp_path, stat=STAT.format(130, 160, 10, 130, 160, 10))
    host.step()
    cpu = probe.read().cpu
    assert (cpu.busy, cpu.user, cpu.waiting, cpu.cores) == (30.0, 30.0, 10.0, {0: 30.0})


def test_waiting_that_goes_back_counts_as_none(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path, stat=STAT.format(0, 0, 50, 0, 0, 50)))
    probe = TotalsProbe(host)
    probe.read()
    machine(tmp_path, stat=STAT.format(50, 50, 20, 50, 50, 20))
    host.step()
    cpu = probe.read().cpu
    assert (cpu.busy, cpu.waiting) == (50.0, 0.0)


def test_a_core_that_comes_is_unknown_at_first_and_one_that_goes_is_gone(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    probe.read()
    machine(tmp_path, stat="cpu  200 0 0 200\ncpu0 150 0 0 150\ncpu7 50 0 0 50\nintr 1\n")
    host.step()
    assert probe.read().cpu.cores == {0: 50.0, 7: None}
    machine(tmp_path, stat="cpu  300 0 0 200\ncpu7 150 0 0 50\nintr 1\n")
    host.step()
    assert probe.read().cpu.cores == {7: 100.0}


def test_a_kernel_that_counts_fewer_kinds_of_time_is_read() -> None:
    assert parse_stat(b"cpu  1 2 3 4\ncpu0 1 2 3 4\nintr 9\n")["cpu"] == [1, 2, 3, 4, 0, 0, 0, 0]


# Disks and networks


def disk_named(totals: Totals, name: str) -> Disk:
    return next(disk for disk in totals.disks if disk.name == name)


def interface_named(totals: Totals, name: str) -> Interface:
    return next(interface for interface in totals.interfaces if interface.name == name)


def test_disks_are_those_that_lsblk_lists() -> None:
    listed = json.loads(output("lsblk", "--json", "--all", "--nodeps", "--output", "NAME,TYPE"))
    names = {
        device["name"]
        for device in listed["blockdevices"]
        if device["type"] != "loop" and not device["name"].startswith(("zram", "ram", "fd"))
    }
    assert {disk.name for disk in read().disks} == names


def test_disk_totals_are_those_of_psutil() -> None:
    before = psutil.disk_io_counters(perdisk=True, nowrap=False)
    totals = read()
    after = psutil.disk_io_counters(perdisk=True, nowrap=False)
    assert totals.disks
    for disk in totals.disks:
        assert before[disk.name].read_bytes <= disk.read <= after[disk.name].read_bytes
        assert before[disk.name].write_bytes <= disk.written <= after[disk.name].write_bytes


def disk_of(path: Path) -> str | None:
    """The whole disk on which a path lies, if there is one that counts (tmpfs, overlay: none)."""
    device = os.stat(path).st_dev
    link = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    if not link.exists():
        return None
    directory = link.resolve()
    return (directory.parent if (directory / "partition").exists() else directory).name


def test_twenty_megabytes_written_are_seen_as_such(tmp_path: Path) -> None:
    name = disk_of(tmp_path)
    if name not in {disk.name for disk in read().disks}:
        pytest.skip("the temporary directory lies on no disk")
    host = SteppedHost()
    probe = TotalsProbe(host)
    size = 20_000_000

    def written() -> int:
        return psutil.disk_io_counters(perdisk=True, nowrap=False)[name].write_bytes

    first = written()
    probe.read()
    second = written()
    with (tmp_path / "data").open("wb") as file:
        file.write(os.urandom(size))
        file.flush()
        os.fsync(file.fileno())
    third = written()
    host.step(2.0)
    rate = disk_named(probe.read(), name).write_rate
    fourth = written()
    assert third - second >= size
    assert (third - second) / 2 <= rate <= (fourth - first) / 2
    assert rate >= size / 2


def links() -> dict[str, dict[str, int]]:
    found = json.loads(output("ip", "-s", "-j", "link"))
    return {
        link["ifname"]: {way: link["stats64"][way]["bytes"] for way in ("rx", "tx")}
        for link in found
    }


def test_interfaces_are_those_of_ip() -> None:
    before, totals, after = links(), read(), links()
    assert {interface.name for interface in totals.interfaces} == set(before)
    for interface in totals.interfaces:
        name = interface.name
        assert before[name]["rx"] <= interface.received <= after[name]["rx"]
        assert before[name]["tx"] <= interface.sent <= after[name]["tx"]


def test_traffic_of_a_known_size_through_the_loopback_is_seen_as_such() -> None:
    host = SteppedHost()
    probe = TotalsProbe(host)
    size = 10_000_000
    with socket.create_server(("127.0.0.1", 0)) as server:

        def receive() -> None:
            connection, _address = server.accept()
            with connection:
                while connection.recv(1 << 16):
                    pass

        receiver = threading.Thread(target=receive)
        receiver.start()
        first = links()["lo"]
        probe.read()
        second = links()["lo"]
        with socket.create_connection(server.getsockname()) as sender:
            sender.sendall(bytes(size))
        receiver.join()
        third = links()["lo"]
        host.step(2.0)
        lo = interface_named(probe.read(), "lo")
        fourth = links()["lo"]
    assert (third["rx"] - second["rx"]) / 2 <= lo.receive_rate <= (fourth["rx"] - first["rx"]) / 2
    assert (third["tx"] - second["tx"]) / 2 <= lo.send_rate <= (fourth["tx"] - first["tx"]) / 2
    # Headers and acknowledgements come on top of it.
    assert lo.receive_rate >= size / 2


def test_rates_are_unknown_at_first(tmp_path: Path) -> None:
    totals = TotalsProbe(SteppedHost(machine(tmp_path))).read()
    assert totals.elapsed is None
    assert (totals.disks[0].read_rate, totals.disks[0].busy) == (None, None)
    assert (totals.interfaces[0].receive_rate, totals.pressure.cpu) == (None, None)


def test_rates_are_per_second_of_the_clock_that_only_goes_forward(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    probe.read()
    machine(
        tmp_path,
        diskstats="   8       0 sda 10 0 1100 5 20 0 2400 5 0 1500 10 0 0 0 0\n",
        net_dev=NET + "  eth0: 5000 1 0 0 0 0 0 0 4000 2 0 0 0 0 0 0\n",
    )
    host.step(2.0)
    totals = probe.read()
    sda, eth0 = totals.disks[0], totals.interfaces[0]
    assert (sda.read_rate, sda.write_rate) == (100 * 512 / 2, 400 * 512 / 2)
    assert sda.busy == 50.0
    assert (eth0.receive_rate, eth0.send_rate) == (2000.0, 1000.0)
    assert totals.elapsed == 2.0


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_wall_clock_that_jumps_leaves_rates_alone(tmp_path: Path, jump: float) -> None:
    host = SteppedHost(machine(tmp_path))
    host.wall = 1_800_000_000.0
    probe = TotalsProbe(host)
    probe.read()
    machine(tmp_path, net_dev=NET + "  eth0: 2000 1 0 0 0 0 0 0 2000 2 0 0 0 0 0 0\n")
    host.wall += jump
    host.step()
    totals = probe.read()
    assert totals.interfaces[0].receive_rate == 1000.0
    assert totals.time == 1_800_000_000.0 + jump


@pytest.mark.parametrize("seconds", [0.0, 0.001, -5.0])
def test_a_clock_that_barely_moves_gives_no_rates_instead_of_wild_ones(
    tmp_path: Path, seconds: float
) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    probe.read()
    machine(
        tmp_path,
        stat=STAT.format(101, 100, 0, 101, 100, 0),
        net_dev=NET + "  eth0: 9000 1 0 0 0 0 0 0 9000 2 0 0 0 0 0 0\n",
    )
    host.step(seconds)
    totals = probe.read()
    assert totals.interfaces[0].receive_rate is None
    assert totals.disks[0].write_rate is None
    assert totals.cpu.busy is None


def test_a_counter_that_wraps_or_goes_back_has_no_rate_and_then_one_again(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    probe.read()
    machine(
        tmp_path,
        diskstats="   8       0 sda 10 0 5 5 20 0 6 5 0 7 10 0 0 0 0\n",
        net_dev=NET + "  eth0: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n",
    )
    host.step()
    totals = probe.read()
    assert (totals.disks[0].read_rate, totals.disks[0].busy) == (None, None)
    assert (totals.interfaces[0].receive_rate, totals.interfaces[0].send_rate) == (None, None)
    machine(tmp_path, net_dev=NET + "  eth0: 110 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n")
    host.step()
    assert probe.read().interfaces[0].receive_rate == 100.0


def test_disks_and_interfaces_may_vanish_and_appear(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    probe.read()
    (tmp_path / "sys/block/sdb").mkdir()
    machine(
        tmp_path,
        diskstats="   8      16 sdb 10 0 1000 5 20 0 2000 5 0 500 10 0 0 0 0\n",
        net_dev=NET + "  usb0: 7 1 0 0 0 0 0 0 8 2 0 0 0 0 0 0\n",
    )
    host.step()
    totals = probe.read()
    assert [(disk.name, disk.read_rate) for disk in totals.disks] == [("sdb", None)]
    assert [(each.name, each.send_rate) for each in totals.interfaces] == [("usb0", None)]
    machine(tmp_path)
    host.step()
    totals = probe.read()
    assert [(disk.name, disk.read_rate) for disk in totals.disks] == [("sda", None)]
    assert [(each.name, each.send_rate) for each in totals.interfaces] == [("eth0", None)]


def test_partitions_loops_and_ram_disks_are_left_out(tmp_path: Path) -> None:
    line = "   8       {} {} 10 0 1000 5 20 0 2000 5 0 500 10 0 0 0 0\n"
    names = ("sda", "sda1", "loop0", "ram0", "zram0", "cciss/c0d0", "nvme0n1", "nvme0n1p1", "dm-0")
    (tmp_path / "sys/block").mkdir(parents=True)
    for name in ("loop0", "ram0", "zram0", "cciss!c0d0", "nvme0n1", "dm-0"):
        (tmp_path / "sys/block" / name).mkdir()
    machine(tmp_path, diskstats="".join(line.format(i, name) for i, name in enumerate(names)))
    disks = TotalsProbe(SteppedHost(tmp_path)).read().disks
    assert [disk.name for disk in disks] == ["sda", "cciss/c0d0", "nvme0n1", "dm-0"]


def test_a_container_without_sys_shows_all_devices(tmp_path: Path) -> None:
    machine(tmp_path)
    (tmp_path / "sys/block/sda").rmdir()
    (tmp_path / "sys/block").rmdir()
    assert [disk.name for disk in TotalsProbe(SteppedHost(tmp_path)).read().disks] == ["sda"]


@pytest.mark.parametrize("name", ["diskstats", "net/dev"])
@pytest.mark.parametrize("missing", [True, False], ids=["missing", "empty"])
def test_a_machine_without_disks_or_networks_has_none(
    tmp_path: Path, name: str, missing: bool
) -> None:
    machine(tmp_path, **{name: ""})
    if missing:
        (tmp_path / "proc" / name).unlink()
    totals = TotalsProbe(SteppedHost(tmp_path)).read()
    assert [len(totals.disks), len(totals.interfaces)].count(0) == 1


def test_old_lines_with_few_figures_are_passed_over() -> None:
    assert parse_diskstats(b"   8  1 sda1 10 20 30 40\n\n") == {}


def test_a_missing_pressure_is_unknown_and_comes_when_the_kernel_keeps_it(tmp_path: Path) -> None:
    host = SteppedHost(machine(tmp_path))
    probe = TotalsProbe(host)
    some = "some avg10=0.00 avg60=0.00 avg300=0.00 total={}\nfull avg10=0.00 total=9\n"
    figures = []
    for total in (None, 1_000_000, 1_250_000):
        if total is not None:
            machine(tmp_path, **{f"pressure/{what}": some.format(total) for what in ("cpu", "io")})
        figures.append(probe.read().pressure)
        host.step()
    assert [(each.cpu, each.memory, each.io) for each in figures] == [
        (None, None, None),
        (None, None, None),
        (25.0, None, 25.0),
    ]


def test_pressure_is_the_growth_of_the_kernels_total() -> None:
    if not Path("/proc/pressure/cpu").exists():
        pytest.skip("this kernel keeps no pressure")

    def total() -> int:
        return int(Path("/proc/pressure/cpu").read_text().split("total=")[1].split()[0])

    host = SteppedHost()
    probe = TotalsProbe(host)
    first = total()
    probe.read()
    second = total()
    host.step()
    third = total()
    found = probe.read().pressure.cpu
    fourth = total()
    assert (third - second) / 1e4 <= found <= min(100.0, (fourth - first) / 1e4)


def test_ten_thousand_interfaces_are_read(tmp_path: Path) -> None:
    lines = "".join(
        f"veth{number}: {number} 1 0 0 0 0 0 0 {number} 2 0 0 0 0 0 0\n" for number in range(10_000)
    )
    host = SteppedHost(machine(tmp_path, net_dev=NET + lines))
    probe = TotalsProbe(host)
    probe.read()
    host.step()
    interfaces = probe.read().interfaces
    assert len(interfaces) == 10_000
    assert [interfaces[9_999].name, interfaces[9_999].received] == ["veth9999", 9_999]
    assert {interface.receive_rate for interface in interfaces} == {0.0}


def test_names_of_interfaces_that_would_act_on_a_terminal_do_not() -> None:
    traffic = parse_net_dev(b"\n\nbr:0: 1 0 0 0 0 0 0 0 2 0\n\x1b[31m\xff: 3 0 0 0 0 0 0 0 4 0\n")
    assert traffic == {"br:0": (1, 2), "\\x1b[31m\\xff": (3, 4)}


@pytest.mark.parametrize("name", ["stat", "meminfo", "loadavg"])
def test_what_every_machine_has_and_cannot_be_read_is_a_problem(tmp_path: Path, name: str) -> None:
    machine(tmp_path)
    (tmp_path / "proc" / name).unlink()
    with pytest.raises(Problem, match=f"/proc/{name}") as caught:
        TotalsProbe(SteppedHost(tmp_path)).read()
    assert caught.value.code == "unreadable"


def test_the_recorded_machine_is_read_whole() -> None:
    host = Host(str(DEBIAN))
    totals = TotalsProbe(host).read()
    said = json.loads(host.run(["ip", "-s", "-j", "link"]).stdout)
    assert [(each.name, each.received) for each in totals.interfaces] == [
        (link["ifname"], link["stats64"]["rx"]["bytes"]) for link in said
    ]
    assert totals.disks
