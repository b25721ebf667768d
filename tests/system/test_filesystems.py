"""File systems, against df at the same moment, and mount tables that the kernel may hand out."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roots.hosts import DEBIAN, write_machine

from sysgui.system.filesystems import Filesystem, FilesystemsProbe, _unescaped
from sysgui.system.host import Host, Space
from sysgui.system.problem import Problem

COLUMNS = "target,source,fstype,size,used,avail,pcent"
ATTEMPTS = 50

Row = tuple[str, str, str, int, int, int, int | None]


def parse_df(text: str) -> dict[str, Row]:
    rows = {}
    for line in text.splitlines()[1:]:
        target, source, kind, size, used, available, percent = line.split()
        share = None if percent == "-" else int(percent.rstrip("%"))
        rows[target] = (target, source, kind, int(size), int(used), int(available), share)
    return rows


def df(*paths: str) -> dict[str, Row]:
    done = subprocess.run(
        ["df", "-B1", f"--output={COLUMNS}", *paths],
        stdout=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C"},
    )
    return parse_df(done.stdout.decode())


def row(filesystem: Filesystem) -> Row:
    return (
        filesystem.mount_point,
        filesystem.device,
        filesystem.type,
        filesystem.size,
        filesystem.used,
        filesystem.available,
        filesystem.percent,
    )


def read() -> dict[str, Row]:
    return {each.mount_point: row(each) for each in FilesystemsProbe(Host()).read()}


def at_rest(tool: Callable[[], Any], ours: Callable[[], Any]) -> tuple[Any, Any]:
    """Returns what a tool and we say at a moment in which the tool's answer did not move."""
    for _attempt in range(ATTEMPTS):
        before, found, after = tool(), ours(), tool()
        if before == after:
            return before, found
    pytest.fail("the file systems are never at rest")


def test_each_file_system_is_as_full_as_df_says() -> None:
    points = list(read())
    assert points
    said, found = at_rest(lambda: df(*points), read)
    assert found == said


def test_file_systems_with_a_device_that_df_lists_are_listed() -> None:
    nodev = {
        line.split()[1]
        for line in Path("/proc/filesystems").read_text().splitlines()
        if line.startswith("nodev")
    }
    listed = {point for point, row in df().items() if row[2] not in nodev and row[3]}
    assert listed <= set(read())


def test_a_recorded_machine_is_as_full_as_df_said_there() -> None:
    host = Host(str(DEBIAN))
    said = parse_df(host.run(["df", "-B1", f"--output={COLUMNS}"]).stdout.decode())
    (root,) = FilesystemsProbe(host).read()
    assert row(root) == said["/"]


# Mount tables

FILESYSTEMS = "nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\nnodev\tnfs4\nnodev\tfuse\n\text4\n\txfs\n"
MIB = 1 << 20


def space(size: int = 100 * MIB, free: int = 50 * MIB, available: int = 40 * MIB) -> dict[str, int]:
    return {
        "size": size, "free": free, "available": available, "inodes": 10, "inodes_free": 5,
    }  # fmt: skip


def mount(point: str, number: str = "8:1", kind: str = "ext4", device: str = "/dev/sda1") -> str:
    return f"30 1 {number} / {point} rw,relatime shared:1 - {kind} {device} rw\n"


def listed(root: Path, *mounts: str, **spaces: dict[str, int]) -> list[Filesystem]:
    points = [_unescaped(line.split(" ")[4]) for line in mounts]
    write_machine(
        root,
        {"/proc/self/mountinfo": "".join(mounts), "/proc/filesystems": FILESYSTEMS},
        spaces={point: space() for point in points} | spaces,
    )
    return FilesystemsProbe(Host(str(root))).read()


def points(root: Path, *mounts: str) -> list[str]:
    return [filesystem.mount_point for filesystem in listed(root, *mounts)]


def test_what_lives_in_memory_or_is_a_view_is_left_out(tmp_path: Path) -> None:
    assert points(
        tmp_path,
        mount("/proc", "0:1", "proc", "proc"),
        mount("/tmp", "0:2", "tmpfs", "tmpfs"),
        mount("/", "8:1"),
        mount("/var/lib/docker/overlay2/x/merged", "0:3", "overlay", "overlay"),
    ) == ["/"]


def test_shares_and_an_overlaid_root_are_listed(tmp_path: Path) -> None:
    assert points(
        tmp_path,
        mount("/", "0:9", "overlay", "overlay"),
        mount("/srv", "0:4", "nfs4", "server:/srv"),
        mount("/mnt/ssh", "0:5", "fuse.sshfs", "me@server:"),
    ) == ["/", "/mnt/ssh", "/srv"]


def test_octal_escapes_are_undone_and_nothing_of_a_name_acts(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        mount(r"/mnt/my\040disk\011tab\012line\134040", device=r"/dev/disk\043\040one"),
    )
    assert found[0].mount_point == r"/mnt/my disk\ttab\nline\040"
    assert found[0].device == "/dev/disk# one"


def test_a_mount_point_that_is_no_utf8_is_measured_and_shown(tmp_path: Path) -> None:
    raw = b"30 1 8:1 / /mnt/\xff\xfe rw - ext4 /dev/sda1 rw\n"

    class Measured(Host):
        def space(self, mount_point: str) -> Space:
            assert os.fsencode(mount_point) == b"/mnt/\xff\xfe"
            return Space(100, 50, 40, 1, 1)

    write_machine(tmp_path, {"/proc/self/mountinfo": raw})
    found = FilesystemsProbe(Measured(str(tmp_path))).read()
    assert found[0].mount_point == r"/mnt/\xff\xfe"


@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\t\n"), max_size=20
    )
)
def test_undoing_the_escapes_is_the_inverse_of_the_kernels(text: str) -> None:
    escaped = "".join(rf"\{ord(c):03o}" if c in " \t\n\\#" else c for c in text)
    assert _unescaped(escaped) == text


def test_bind_mounts_are_one_file_system_at_its_shortest_place(tmp_path: Path) -> None:
    assert points(
        tmp_path,
        mount("/srv/deep/home", "8:2", device="/dev/sda2"),
        mount("/home", "8:2", device="/dev/sda2"),
        mount("/srv/home", "8:2", device="/dev/sda2"),
        mount("/home", "8:2", device="/dev/sda2"),
    ) == ["/home"]


def test_what_is_mounted_over_another_hides_it(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        mount("/mnt", "8:1", device="/dev/sda1"),
        mount("/mnt", "8:2", "xfs", "/dev/sdb1"),
    )
    assert [(each.mount_point, each.device) for each in found] == [("/mnt", "/dev/sdb1")]


def test_a_file_system_that_cannot_be_measured_is_left_out_and_the_others_stay(
    tmp_path: Path,
) -> None:
    class Stale(Host):
        def space(self, mount_point: str) -> Space:
            if mount_point == "/srv":
                raise OSError(116, "Stale file handle")
            return super().space(mount_point)

    listed(tmp_path, mount("/"), mount("/srv", "0:4", "nfs4", "server:/srv"))
    found = FilesystemsProbe(Stale(str(tmp_path))).read()
    assert [each.mount_point for each in found] == ["/"]


def test_an_empty_file_system_is_left_out(tmp_path: Path) -> None:
    assert listed(tmp_path, mount("/"), **{"/": space(0, 0, 0)}) == []


@pytest.mark.parametrize(
    ("size", "free", "available", "percent"),
    [
        (100, 100, 100, 0),
        (100, 99, 99, 1),
        (1000, 999, 999, 1),
        (1000, 500, 450, 53),  # 500 of 950: what is kept for root does not count.
        (100, 5, 0, 100),
        (100, 0, 0, 100),
        (100, 100, 0, None),
    ],
)
def test_the_percentage_is_rounded_up_like_df_does(
    tmp_path: Path, size: int, free: int, available: int, percent: int | None
) -> None:
    found = listed(tmp_path, mount("/"), **{"/": space(size, free, available)})
    assert found[0].percent == percent


def test_lines_that_are_cut_off_are_passed_over(tmp_path: Path) -> None:
    assert points(tmp_path, mount("/"), "31 1 8:2 / /mnt rw\n") == ["/"]


def test_a_machine_without_mounts_to_read_is_a_problem(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/proc/stat": ""})
    with pytest.raises(Problem, match="/proc/self/mountinfo"):
        FilesystemsProbe(Host(str(tmp_path))).read()


def test_without_a_list_of_types_all_are_shown(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/proc/self/mountinfo": mount("/")}, spaces={"/": space()})
    assert FilesystemsProbe(Host(str(tmp_path))).read()[0].percent == 56
