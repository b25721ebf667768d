"""A booted machine, as a test uses it."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .cgroups import groups_beside
from .commands import program
from .errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Where a machine sees the checkout and what its Python needs to run it.
CHECKOUT = "/opt/checkout"
DEPENDENCIES = "/opt/deps"

# A busy machine takes its time for what is quick elsewhere: so long it is waited for, in seconds.
PATIENCE = 180.0

_SYSGUI = {"PYTHONPATH": f"{CHECKOUT}:{DEPENDENCIES}", "PYTHONDONTWRITEBYTECODE": "1"}
_ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_USER_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"


# What asks logind 257 for something must be in a control group that it can see.
_JOINED = """
for group in $1; do mkdir -p "$group"; echo $$ >"$group/cgroup.procs"; done
shift
exec "$@"
"""


class Account(NamedTuple):
    """A user of the machine, from its /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


class Machine:
    """A booted Debian, in which commands run as any of its users.

    Attributes:
        release: Debian's name for it, such as "bookworm".
        pid: Its init, as the host sees it.
    """

    def __init__(self, release: str, pid: int) -> None:
        self.release = release
        self.pid = pid

    def spawn(
        self,
        argv: Sequence[str],
        *,
        user: str = "root",
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a command whose three streams are pipes, in a session of its own.

        Args:
            argv: The command, looked up in the machine.
            user: Who runs it.
            env: Additions to a plain environment (HOME, USER, PATH, LANG and the like).
        """
        account = self._account(user)
        # Not runuser: it puts the command into a session of its own, out of reach for `end`.
        become = ["/usr/bin/setpriv", f"--reuid={account.uid}", f"--regid={account.gid}"]
        # pkexec asks about its parent, which must be in the machine: this forks, and only waits.
        parent = ["/usr/bin/timeout", "--foreground", "0"]
        groups = " ".join(map(str, groups_beside(self.pid)))
        return subprocess.Popen(
            [
                *("/bin/sh", "-euc", _JOINED, "sh", groups),
                *(program("nsenter"), "-t", str(self.pid), "-m", "-u", "-i", "-p", "-n", "-C"),
                *("--", *become, "--init-groups", "--", *parent, *argv),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            env={**_environment(account), **(env or {})},
            umask=0o022,
            start_new_session=True,
        )

    def run(
        self,
        argv: Sequence[str],
        *,
        user: str = "root",
        input: str | None = None,  # noqa: A002 - subprocess.run calls it so
        timeout: float = PATIENCE,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, whatever its exit code.

        Raises:
            subprocess.TimeoutExpired: It did not end in time, and has been killed.
        """
        with self.spawn(argv, user=user, env=env) as process:
            try:
                stdout, stderr = process.communicate(input, timeout)
            finally:
                end(process)
        return subprocess.CompletedProcess(list(argv), process.returncode, stdout, stderr)

    def output(
        self,
        argv: Sequence[str],
        *,
        user: str = "root",
        input: str | None = None,  # noqa: A002 - subprocess.run calls it so
        timeout: float = PATIENCE,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command that must succeed, and return what it printed."""
        done = self.run(argv, user=user, input=input, timeout=timeout, env=env)
        if done.returncode:
            raise MachineError(f"{argv} failed in the machine ({done.returncode}): {done.stderr}")
        return done.stdout

    def sysgui(
        self,
        *args: str,
        user: str = "root",
        input: str | None = None,  # noqa: A002 - subprocess.run calls it so
        timeout: float = PATIENCE,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run `sysgui` from the checkout, by the machine's own Python."""
        argv = ["/usr/bin/python3", "-m", "sysgui", *args]
        merged = {**_SYSGUI, **(env or {})}
        return self.run(argv, user=user, input=input, timeout=timeout, env=merged)

    def read(self, path: str) -> str:
        """Return a file's text."""
        return self.output(["cat", "--", path])

    def write(self, path: str, data: str, *, mode: int = 0o644, owner: str = "root") -> None:
        """Write a file with the directories above it, replacing what stood there."""
        options = ["-D", "-m", f"{mode:o}", "-o", owner]
        self.output(["install", *options, "--", "/dev/stdin", path], input=data)

    @contextmanager
    def remount_proc(self, options: str) -> Iterator[None]:
        """Have /proc mounted with `options`, such as "hidepid=2", as long as the context is open.

        Services that have mounts of their own keep their view of it.
        """
        self.output(["mount", "-o", f"remount,{options}", "/proc"])
        try:
            yield
        finally:
            self.output(["mount", "-o", "remount,hidepid=0,gid=0", "/proc"])

    def await_running(self, timeout: float = PATIENCE) -> None:
        """Wait until systemd has nothing left to start."""
        state = self.run(["systemctl", "is-system-running", "--wait"], timeout=timeout).stdout
        if state.strip() not in {"running", "degraded"}:
            raise MachineError(f"the machine came up as {state.strip() or 'nothing'!r}")

    def _account(self, user: str) -> Account:
        table = Path(f"/proc/{self.pid}/root/etc/passwd").read_text(encoding="utf-8")
        for line in table.splitlines():
            name, _, uid, gid, _, home, shell = line.split(":")
            if name == user:
                return Account(name, int(uid), int(gid), home, shell)
        raise MachineError(f"the machine has no user {user}")


def end(process: subprocess.Popen[str]) -> None:
    """Kill what `Machine.spawn` started, with all that it started in the same session.

    Does nothing once the command has ended by itself: what it left in the background may stay.
    """
    if process.poll() is not None:
        return
    # nsenter itself, the session's leader, is left to reap its child and to end with it: were it
    # killed, the child would become a zombie of the host's init, and the machine could not halt
    # before that has reaped it.
    while (members := _session(process.pid) - {process.pid}) or process.poll() is None:
        for pid in members:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)


def _session(leader: int) -> set[int]:
    """Return the living members of a session of the host."""
    members = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            pid, _, rest = stat.read_text(encoding="utf-8", errors="replace").partition(" ")
            state, _, _, session = rest.rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in {"Z", "X"}:
                members.add(int(pid))
    return members


def _environment(account: Account) -> dict[str, str]:
    return {
        "HOME": account.home,
        "USER": account.name,
        "LOGNAME": account.name,
        "SHELL": account.shell,
        "PATH": _ROOT_PATH if account.uid == 0 else _USER_PATH,
        "LANG": "C.UTF-8",
    }
