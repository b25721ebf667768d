"""Programs of the system, by their whole path: what they say, bounded in size and in time."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import Mapping, Sequence

SYSTEMCTL = ("/usr/bin/systemctl", "--no-pager", "--no-ask-password")
JOURNALCTL = ("/usr/bin/journalctl", "--no-pager", "--quiet")
BUSCTL = ("/usr/bin/busctl", "--no-pager")

# Nothing of what started us reaches them, but where the bus is.
_KEPT = ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")

MOST = 1 << 20
WITHIN = 20.0


class Failed(Exception):
    """A program that could not be started, did not end in time, or said too much."""


def run(argv: Sequence[str], within: float = WITHIN, most: int = MOST) -> tuple[int, bytes]:
    """Runs a program to its end, and returns its status and what it says.

    Raises:
        Failed: If there is no end within the time, or no end to what it says.
    """
    output, theirs = os.pipe()
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        child = os.posix_spawn(
            argv[0],
            list(argv),
            {**kept, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, theirs, 1),
            ],
        )
    except OSError as error:
        os.close(output)
        raise Failed(f"{argv[0]}: {error.strerror}") from error
    finally:
        os.close(theirs)
    ended = False
    try:
        said = _all(output, time.monotonic() + within, most)
        ended = True
    finally:
        os.close(output)
        if not ended:
            os.kill(child, signal.SIGKILL)  # Ours until it is waited for, whatever it is doing.
        _pid, status = os.waitpid(child, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status), said


def _all(output: int, deadline: float, most: int) -> bytes:
    arrived = select.poll()
    arrived.register(output, select.POLLIN)
    found = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not arrived.poll(left * 1000):
            raise Failed("no answer in time")
        piece = os.read(output, 1 << 16)
        if not piece:
            return found
        found += piece
        if len(found) > most:
            raise Failed("too long an answer")


def show(units: Sequence[str], properties: Sequence[str]) -> list[Mapping[str, str]]:
    """Returns properties of units, as systemctl writes them.

    Raises:
        Failed: If systemd does not answer.
    """
    status, said = run([*SYSTEMCTL, "show", f"--property={','.join(properties)}", "--", *units])
    blocks = said.decode("utf-8", "backslashreplace").rstrip("\n").split("\n\n")
    found: list[Mapping[str, str]] = [
        dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks
    ]
    if status or len(found) != len(units):
        raise Failed("systemd says nothing of the units")
    return found
