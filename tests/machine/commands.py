"""Runs the host's programs that build and boot a machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from .errors import MachineError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# An ordinary user's PATH may lack the directories where these programs stand.
HOST_PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"

_PACKAGE = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "apt-get": "apt",
}

# A child that dies with us, whatever kills us; with it die its mounts and all its processes.
_CONFINED = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--kill-child")


def program(name: str) -> str:
    """Return the absolute path of a program of the host."""
    path = shutil.which(name, path=HOST_PATH)
    if path is None:
        package = f" (package {_PACKAGE[name]})" if name in _PACKAGE else ""
        raise Unavailable(f"{name} is not installed{package}")
    return path


def require_host() -> None:
    """Raise `Unavailable` unless this host can build and boot a machine."""
    if os.geteuid() != 0:
        raise Unavailable("only root can boot a machine")
    for name in _PACKAGE:
        program(name)
    probe = subprocess.run(
        [program("unshare"), "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode:
        raise Unavailable(f"this host lets nobody mount: {probe.stderr.strip()}")


def checked(argv: Sequence[str], *, timeout: float, env: Mapping[str, str] | None = None) -> str:
    """Run a program of the host to its end and return what it printed.

    Args:
        argv: The program, looked up on `HOST_PATH`, and its arguments.
        timeout: Seconds after which it is killed.
        env: Additions to our environment.

    Raises:
        MachineError: It failed or did not end in time.
    """
    try:
        done = subprocess.run(
            [program(argv[0]), *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            env={**os.environ, "PATH": HOST_PATH, "LC_ALL": "C.UTF-8", **(env or {})},
            umask=0o022,  # What is built must be readable to the machine's users.
            start_new_session=True,  # An interrupt at the keyboard is ours to handle.
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MachineError(f"{argv[0]} did not end within {timeout:.0f} s") from error
    if done.returncode:
        raise MachineError(f"{argv[0]} failed ({done.returncode}):\n{tail(done.stdout)}")
    return done.stdout


def confined(argv: Sequence[str], *, timeout: float) -> str:
    """Like `checked`, but its mounts and descendants end with it, and it ends with us."""
    return checked([*_CONFINED, program(argv[0]), *argv[1:]], timeout=timeout)


def tail(text: str, lines: int = 30) -> str:
    """Return the last lines of a program's output."""
    return "\n".join(text.rstrip().splitlines()[-lines:])
