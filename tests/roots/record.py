"""Records a machine, so that tests can read it again: run it there, with any Python 3.

    python3 -I record.py DIRECTORY            records this machine
    python3 record.py DIRECTORY --debian bookworm
                                              boots the test machine and records that (root)

Under DIRECTORY lie the files of /proc, /sys and /etc that probes read, and `recorded.json` with
clocks, file system sizes and what free, df, ps and ip said at that moment: the tests' oracle. What
systemd said of its units lies there as busctl printed it.
"""

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

FILES = (
    "/etc/os-release",
    "/etc/passwd",
    "/proc/cpuinfo",
    "/proc/diskstats",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/net/dev",
    "/proc/pressure/cpu",
    "/proc/pressure/io",
    "/proc/pressure/memory",
    "/proc/self/mountinfo",
    "/proc/stat",
)
FILES_OF_A_PROCESS = ("stat", "statm", "cmdline", "io", "cgroup")
SOCKETS = ("tcp", "tcp6", "udp", "udp6", "unix")

TOOLS = (
    ("free", "-b"),
    ("df", "-B1", "--output=target,source,fstype,size,used,avail,pcent"),
    ("ps", "-eo", "pid,ppid,euser:32,stat,nlwp,ni,rss,comm"),
    ("ip", "-s", "-j", "link"),
)

# As `sysgui audit` asks it (sysgui/panels/audit/entries.py).
JOURNAL = (
    "/usr/bin/journalctl", "--no-pager", "--quiet", "--system", "--all", "--output=json",
    (
        "--output-fields=_PID,SYSGUI_OPERATION,SYSGUI_TARGETS,SYSGUI_CALLER_UID,SYSGUI_REQUEST,"
        "SYSGUI_PLAN_SHA256,SYSGUI_RESULT,SYSGUI_DURATION_MS"
    ),
    "--lines=4000", "MESSAGE_ID=5c1f2d83a7f34e1c9d0b6a4e8f7b2c91", "_UID=0",
)  # fmt: skip

# As the panel of services asks systemd (sysgui/system/recorded_bus.py, `busctl`).
MANAGER = (
    "busctl", "--system", "--json=short", "call", "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
)  # fmt: skip
BUS = tuple((*MANAGER, member) for member in ("Subscribe", "ListUnits", "ListUnitFiles"))


def copy_file(path: str, root: Path) -> None:
    """Copies a file whose size the kernel does not tell, if it can be read."""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return
    target = root / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def copy_link(path: str, root: Path) -> None:
    """Copies where a symbolic link leads."""
    with suppress(OSError):
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(os.readlink(path))


def strangers() -> set[str]:
    """Returns the processes that are here for the sake of recording only."""
    found, pid = set(), os.getpid()
    while pid > 1:
        found.add(str(pid))
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return found


def record_process(pid: str, root: Path) -> None:
    """Records one process with its open files and sockets."""
    directory = f"/proc/{pid}"
    for name in FILES_OF_A_PROCESS:
        copy_file(f"{directory}/{name}", root)
    for name in SOCKETS:
        copy_file(f"{directory}/net/{name}", root)
    for name in ("exe", "cwd"):
        copy_link(f"{directory}/{name}", root)
    with suppress(OSError):
        for fd in os.listdir(f"{directory}/fd"):
            copy_link(f"{directory}/fd/{fd}", root)


def anonymous_mounts(root: Path) -> list[str]:
    """Makes the mounts tell nothing of the machine around a container; returns their places."""
    mountinfo = root / "proc/self/mountinfo"
    kept = []
    for line in mountinfo.read_text().splitlines():
        fields = line.split(" ")
        if fields[4].startswith(("/opt/", "/run/host")):
            continue
        dash = fields.index("-")
        fields[3] = "/"  # What of its file system is mounted.
        fields[dash + 3] = "rw"
        kept.append(" ".join(fields))
    mountinfo.write_text("\n".join(kept) + "\n")
    return [line.split(" ")[4] for line in kept]


def space(mount_point: str) -> dict:
    found = os.statvfs(mount_point)
    return {
        "size": found.f_blocks * found.f_frsize,
        "free": found.f_bfree * found.f_frsize,
        "available": found.f_bavail * found.f_frsize,
        "inodes": found.f_files,
        "inodes_free": found.f_ffree,
    }


def run(argv: tuple) -> dict:
    done = subprocess.run(argv, capture_output=True, env={**os.environ, "LC_ALL": "C"}, check=False)
    encoded = {
        name: base64.b64encode(getattr(done, name)).decode() for name in ("stdout", "stderr")
    }
    return {"status": done.returncode, **encoded}


def record(root: Path) -> None:
    """Records this machine under `root`."""
    root.mkdir(parents=True)
    ours = strangers()
    runs = {" ".join(argv): run(argv) for argv in (*TOOLS, JOURNAL, *BUS)}
    for path in FILES:
        copy_file(path, root)
    for name in os.listdir("/sys/block"):
        (root / "sys/block" / name).mkdir(parents=True)
        (root / "sys/block" / name / ".recorded").touch()
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        if pid not in ours:
            record_process(pid, root)
    owners = {
        str(path): os.stat(path).st_uid
        for path in Path("/proc").iterdir()
        if (root / "proc" / path.name / "stat").exists() and path.name.isdecimal()
    }
    spaces = {}
    for mount_point in anonymous_mounts(root):
        with suppress(OSError):
            spaces[mount_point] = space(mount_point)
    answers = {
        "now": time.time(),
        "since_boot": time.clock_gettime(time.CLOCK_BOOTTIME),
        "uid": os.geteuid(),
        "hostname": os.uname().nodename,
        "kernel": os.uname().release,
        "owners": owners,
        "spaces": spaces,
        "runs": runs,
    }
    (root / "recorded.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")


def record_debian(root: Path, release: str) -> None:
    """Boots the test machine and records it from inside."""
    tests = Path(__file__).resolve().parents[1]
    sys.path.insert(0, str(tests))
    from machine.boot import boot
    from machine.build import system
    from machine.debian import CHECKOUT

    script = f"{CHECKOUT}/tests/roots/record.py"
    with system(release, tests.parent) as built, boot(built, tests.parent) as machine:
        machine.output(["/usr/bin/python3", "-I", script, "/run/recorded"])
        shutil.copytree(f"/proc/{machine.pid}/root/run/recorded", root, symlinks=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--debian", metavar="RELEASE")
    arguments = parser.parse_args()
    if arguments.debian:
        record_debian(arguments.directory, arguments.debian)
    else:
        record(arguments.directory)


if __name__ == "__main__":
    main()
