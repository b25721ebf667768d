"""Boots a system in a container and halts it again."""

from __future__ import annotations

import os
import secrets
import select
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .cgroups import own_groups
from .commands import HOST_PATH, program, tail
from .debian import CHECKOUT, DEPENDENCIES, PATIENCE, Machine
from .errors import MachineError
from .recipe import HOSTNAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .build import System

_HALT_TIMEOUT = 30

# All that a machine writes goes to a tmpfs over the built root, and all its mounts, like nspawn's
# own lock files, exist only in a mount namespace that ends with it: nothing is left to clean up.
_OVERLAID = """
root=$1; groups=$2; shift 2
for group in $groups; do echo $$ >"$group/cgroup.procs"; done
scratch=/run/systemd/nspawn
mkdir -p $scratch
mount -t tmpfs -o mode=0755 machine $scratch
cd $scratch
mkdir upper work root
mount -t overlay -o "lowerdir=$root,upperdir=$PWD/upper,workdir=$PWD/work" machine root
exec "$@" --directory=$scratch/root
"""


@contextmanager
def boot(system: System, checkout: Path, *arguments: str) -> Iterator[Machine]:
    """Boot a fresh machine; it is halted, and all its changes are lost, when the context ends.

    It dies with this process, too, however that ends.

    Args:
        system: What to boot.
        checkout: The directory that the machine sees, read-only, as `CHECKOUT`.
        arguments: More options for systemd-nspawn, such as ``--bind=/dev/loop0``.
    """
    with ExitStack() as running:
        with TemporaryDirectory(prefix="sysgui-machine-") as scratch:
            name = f"sysgui-{secrets.token_hex(4)}"
            # A host's systemd makes one for each machine.
            groups = [] if _is_run_by_systemd() else running.enter_context(own_groups(name))
            console = Path(scratch, "console")
            notify = Path(scratch, "notify")
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as events:
                events.bind(str(notify))
                process = _start(
                    _command(system, checkout, name, groups, arguments), console, notify
                )
                running.callback(_halt, process)
                pid = _await_ready(process, events, console)
        machine = Machine(system.release, pid)
        machine.await_running()
        yield machine


def _start(command: list[str], console: Path, notify: Path) -> subprocess.Popen[bytes]:
    with console.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": HOST_PATH, "NOTIFY_SOCKET": str(notify)},
            start_new_session=True,  # An interrupt at the keyboard is ours to handle.
        )


def _command(
    system: System, checkout: Path, name: str, groups: list[Path], arguments: tuple[str, ...]
) -> list[str]:
    return [
        *(program("setpriv"), "--pdeathsig", "TERM"),
        *(program("unshare"), "--mount", "/bin/sh", "-euc", _OVERLAID, "sh"),
        *(str(system.root), " ".join(map(str, groups))),
        *(program("systemd-nspawn"), "--quiet", "--boot", "--notify-ready=yes"),
        f"--machine={name}",
        f"--hostname={HOSTNAME}",
        "--register=no",
        *([] if _is_run_by_systemd() else ["--keep-unit"]),
        "--private-network",
        "--resolv-conf=off",
        "--timezone=off",
        "--link-journal=no",
        f"--bind-ro={checkout}:{CHECKOUT}",
        f"--bind-ro={system.dependencies}:{DEPENDENCIES}",
        *arguments,
    ]


def _is_run_by_systemd() -> bool:
    """Whether the host has a systemd that can be asked for a scope."""
    systemd = Path("/run/systemd/system").is_dir()
    return systemd and Path("/run/dbus/system_bus_socket").exists()


def _await_ready(process: subprocess.Popen[bytes], events: socket.socket, console: Path) -> int:
    """Wait until the machine says that it has booted, and return its init as the host sees it."""
    deadline = time.monotonic() + PATIENCE
    state: dict[str, str] = {}
    ended = os.pidfd_open(process.pid)
    try:
        while state.get("READY") != "1":
            wait = max(0, deadline - time.monotonic())
            readable, _, _ = select.select([events.fileno(), ended], [], [], wait)
            if events.fileno() not in readable:
                why = "ended while it booted" if readable else f"not up in {PATIENCE} s"
                raise MachineError(f"{why}:\n{tail(console.read_text(errors='replace'))}")
            lines = events.recv(4096).decode().splitlines()
            state.update((key, value) for key, _, value in (line.partition("=") for line in lines))
    finally:
        os.close(ended)
    return int(state["X_NSPAWN_LEADER_PID"])


def _halt(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # nspawn passes it on as the request for an orderly halt.
    try:
        process.wait(_HALT_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()  # The machine's init, and with it all within, dies with nspawn.
        process.wait()
