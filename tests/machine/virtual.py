"""Boots a system with a kernel of its own, in QEMU: its clock can be set, and it can sleep.

It is emulated, as not every host that has /dev/kvm can boot a kernel by it, and so is much slower
than a container: it is for what a container cannot do.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import select
import shlex
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from .cache import cached, store
from .commands import HOST_PATH, checked, confined, program, tail
from .debian import Machine
from .errors import MachineError, Unavailable
from .mirror import find_mirror
from .recipe import PACKAGES, SETUP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .build import System

_BUILD_TIMEOUT = 900
_BOOT_TIMEOUT = 600
_ANSWER_TIMEOUT = 300

# By so much an emulated machine may be slower than a container on a host that is busy.
_SLOWER = 10

_EMULATOR = "qemu-system-x86_64"

# A kernel, and what a container has no need of.
_MORE = ("linux-image-cloud-amd64", "initramfs-tools", "udev", "kmod", "util-linux-extra")
_ONLY_IN = {"util-linux-extra": "trixie"}

_BY_THE_CLOCK = ("apt-daily", "apt-daily-upgrade", "dpkg-db-backup", "e2scrub_all", "fstrim")

_NETWORK = "[Match]\nType=ether\n[Network]\nAddress=10.0.2.15/24\n"
_SSH = """AuthorizedKeysFile /opt/key.pub
PermitRootLogin prohibit-password
MaxSessions 100
UseDNS no
"""
_READY = """[Unit]
After=ssh.service systemd-networkd.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c "echo ready >/dev/ttyS1"
[Install]
WantedBy=multi-user.target
"""
_MOUNTS = "/dev/vda / ext4 defaults 0 0\n/dev/vdb /opt ext4 ro 0 0\n"

# What of it a machine uses: its image is made anew for each boot.
_CHECKOUT = ("sysgui", "resources", "installer", "README.md", "CHANGELOG.md")


def require_virtual() -> None:
    """Raise `Unavailable` unless this host can boot a kernel."""
    if platform.machine() != "x86_64":
        raise Unavailable("an emulated machine is an x86_64, and so must be the host")
    for name, package in ((_EMULATOR, "qemu-system-x86"), ("ssh", "openssh-client"),
                          ("mke2fs", "e2fsprogs")):  # fmt: skip
        try:
            program(name)
        except Unavailable as error:
            raise Unavailable(f"{name} is not installed (package {package})") from error


class Monitor:
    """The machine's power switch, and what the emulator says of it.

    Args:
        path: Of the emulator's socket.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_ANSWER_TIMEOUT)
        self._socket.connect(str(path))
        self._said = self._socket.makefile(encoding="utf-8")
        self._told: list[str] = []
        self._next()  # Its greeting.
        self.ask("qmp_capabilities")

    def ask(self, command: str, **arguments: Any) -> Any:
        """Have the emulator do something, and return its answer."""
        asked = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(asked).encode() + b"\n")
        while "return" not in (said := self._next()):
            self._note(said)
        return said["return"]

    def await_event(self, name: str) -> None:
        """Wait until the emulator has told of something, once for each time."""
        while name not in self._told:
            self._note(self._next())
        self._told.remove(name)

    def close(self) -> None:
        """Let it go."""
        self._said.close()
        self._socket.close()

    def _note(self, said: Mapping[str, Any]) -> None:
        if "error" in said:
            raise MachineError(f"the emulator said {said['error']}")
        self._told.append(said["event"])

    def _next(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._said.readline())
        return said


class Virtual(Machine):
    """A booted Debian with a kernel of its own, in which commands run by ssh.

    Attributes:
        monitor: Its power switch.
    """

    def __init__(self, system: System, reach: Sequence[str], monitor: Monitor, pid: int) -> None:
        super().__init__(system.release, pid)
        self._reach = reach
        self.monitor = monitor

    def spawn(
        self,
        argv: Sequence[str],
        *,
        user: str = "root",
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a command whose three streams are pipes; it may outlive its ending."""
        become = [] if user == "root" else ["runuser", "-u", user, "--"]
        variables = [
            f"{name}={value}" for name, value in {"LANG": "C.UTF-8", **(env or {})}.items()
        ]
        # `end` lets the leader of the session live, which is to wait for what it is about.
        parent = [program("timeout"), "--foreground", "0"]
        return subprocess.Popen(
            [*parent, *self._reach, shlex.join([*become, "env", *variables, *argv])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            start_new_session=True,
        )

    def run(
        self,
        argv: Sequence[str],
        *,
        user: str = "root",
        input: str | None = None,  # noqa: A002 - subprocess.run calls it so
        timeout: float = 60,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, which may take far longer than elsewhere."""
        longer = timeout * _SLOWER
        return super().run(argv, user=user, input=input, timeout=longer, env=env)


@contextmanager
def boot_virtual(system: System, checkout: Path) -> Iterator[Virtual]:
    """Boot a fresh machine; it is off, and all its changes are lost, when the context ends.

    It dies with this process, too, however that ends.

    Args:
        system: Of which release, and what its Python needs.
        checkout: Of which the machine sees a copy.
    """
    recipe = json.dumps([2, _BY_THE_CLOCK, PACKAGES, SETUP, _MORE, _NETWORK, _SSH, _READY, _MOUNTS])
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:16]
    with ExitStack() as held:
        disks = held.enter_context(
            cached(store(), f"virtual-{system.release}", digest, lambda at: _build(system, at))
        )
        scratch = Path(held.enter_context(TemporaryDirectory(prefix="sysgui-virtual-")))
        _supply(system, checkout, scratch)
        listener = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(str(scratch / "ready"))
        listener.listen(1)
        with (scratch / "console").open("wb") as console:
            process = subprocess.Popen(
                _command(disks, scratch),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                env={"PATH": HOST_PATH},
                start_new_session=True,
            )
        held.callback(_off, process)
        _await_ready(process, listener, scratch / "console", held)
        monitor = Monitor(scratch / "monitor")
        held.callback(monitor.close)
        reach = _ssh(scratch, monitor)
        # All commands go over one connection: an emulated machine is slow to agree on its keys.
        shared = subprocess.Popen([*reach[:-1], "-o", "ControlMaster=yes", "-N", reach[-1]],
                                  stdin=subprocess.DEVNULL)  # fmt: skip
        held.callback(_off, shared)
        machine = Virtual(system, reach, monitor, process.pid)
        machine.await_running()
        yield machine


def _build(system: System, at: Path) -> None:
    """Make what it boots from: a kernel, what that starts with, and a disk."""
    root = at / "root"
    more = [name for name in _MORE if _ONLY_IN.get(name, system.release) == system.release]
    confined(
        ["debootstrap", "--variant=minbase", f"--include={','.join([*PACKAGES, *more])}",
         system.release, str(root), find_mirror(system.release)],
        timeout=_BUILD_TIMEOUT,
    )  # fmt: skip
    for path, text in (
        ("etc/systemd/network/test.network", _NETWORK),
        ("etc/ssh/sshd_config.d/test.conf", _SSH),
        ("etc/systemd/system/ready.service", _READY),
        ("etc/fstab", _MOUNTS),
    ):
        (root / path).write_text(text, encoding="utf-8")
    setup = [
        *SETUP,
        "systemctl enable systemd-networkd ready ssh",
        "systemctl disable systemd-networkd-wait-online",
        # A clock that is set would have all of these start at once.
        f"systemctl mask {' '.join(f'{name}.timer' for name in _BY_THE_CLOCK)}",
    ]
    confined(["chroot", str(root), "/bin/sh", "-euc", "\n".join(setup)], timeout=120)
    for kind, name in (("vmlinuz", "kernel"), ("initrd.img", "initrd")):
        (found,) = (root / "boot").glob(f"{kind}-*")
        shutil.copy(found, at / name)
    checked(
        ["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(at / "disk"), "3G"],
        timeout=_BUILD_TIMEOUT,
    )
    shutil.rmtree(root)


def _supply(system: System, checkout: Path, scratch: Path) -> None:
    """Make the second disk: the checkout, what Python needs, and who may come in."""
    given = scratch / "given"
    (given / "checkout").mkdir(parents=True)
    leave = shutil.ignore_patterns("__pycache__")
    for name in _CHECKOUT:
        source, copy = checkout / name, given / "checkout" / name
        if source.is_dir():
            shutil.copytree(source, copy, symlinks=True, ignore=leave)
        else:
            shutil.copy(source, copy)
    shutil.copytree(system.dependencies, given / "deps", ignore=leave)
    key = scratch / "key"
    checked(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], timeout=60)
    shutil.copy(f"{key}.pub", given / "key.pub")
    for path in (given, *given.rglob("*")):
        os.chown(path, 0, 0, follow_symlinks=False)
    given.chmod(0o755)
    disk = ["mke2fs", "-q", "-t", "ext4", "-d", str(given), str(scratch / "opt"), "128M"]
    checked(disk, timeout=60)


def _command(disks: Path, scratch: Path) -> list[str]:
    return [
        *(program("setpriv"), "--pdeathsig", "KILL", program(_EMULATOR)),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *("-machine", "q35,accel=tcg", "-cpu", "qemu64", "-m", "1024"),
        *("-kernel", str(disks / "kernel"), "-initrd", str(disks / "initrd")),
        *("-append", "root=/dev/vda rw console=ttyS0 no_timer_check quiet"),
        *("-drive", f"file={disks / 'disk'},format=raw,if=virtio,snapshot=on"),
        *("-drive", f"file={scratch / 'opt'},format=raw,if=virtio,readonly=on"),
        *("-netdev", "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22"),
        *("-device", "virtio-net-pci,netdev=net"),
        *("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"),
        *("-serial", f"unix:{scratch / 'ready'}"),
        *("-qmp", f"unix:{scratch / 'monitor'},server=on,wait=off"),
    ]


def _ssh(scratch: Path, monitor: Monitor) -> list[str]:
    said = monitor.ask("human-monitor-command", **{"command-line": "info usernet"})
    (port,) = (line.split()[3] for line in said.splitlines() if "HOST_FORWARD" in line)
    options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null",
               "LogLevel=ERROR", "IdentitiesOnly=yes",
               f"ControlPath={scratch / 'shared'}")  # fmt: skip
    given = [word for option in options for word in ("-o", option)]
    return [program("ssh"), "-F", "none", "-i", str(scratch / "key"), "-p", port, *given,
            "root@127.0.0.1"]  # fmt: skip


def _await_ready(
    process: subprocess.Popen[bytes], listener: socket.socket, console: Path, held: ExitStack
) -> None:
    """Wait until the machine says that it has booted."""
    deadline = time.monotonic() + _BOOT_TIMEOUT
    ended = os.pidfd_open(process.pid)
    held.callback(os.close, ended)
    waited, said = listener, b""
    while b"ready" not in said:
        readable, _, _ = select.select([waited, ended], [], [], max(0, deadline - time.monotonic()))
        if waited not in readable:
            why = "ended while it booted" if readable else f"not up in {_BOOT_TIMEOUT} s"
            raise MachineError(f"{why}:\n{tail(console.read_text(errors='replace'))}")
        if waited is listener:
            waited = held.enter_context(listener.accept()[0])
        else:
            said += waited.recv(100)


def _off(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
