"""systemctl, by its whole path: what it says, bounded in size and in time."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import Callable, Mapping, Sequence

from ..refusal import Refusal

SYSTEMCTL = "/usr/bin/systemctl"

ALWAYS = ("--system", "--no-pager", "--no-ask-password")

# What it says of thousands of units.
MOST = 4 << 20

# A question is answered within this many seconds.
WITHIN = 20.0

# How often it is looked whether to go on waiting, in seconds.
RHYTHM = 0.1


def change(words: Sequence[str], wanted: Callable[[], bool]) -> bool:
    """Has something changed, and waits for it as long as that is wanted; whether it worked.

    What systemd has begun it brings to its end, also when nobody waits for that any more.

    Raises:
        Refusal: `cancelled`, or `failed` if it cannot be started.
    """
    status, _said = _run(words, lambda: "" if wanted() else "cancelled")
    return status == 0


def ask(words: Sequence[str]) -> tuple[int, str]:
    """Returns its status and what it says.

    Raises:
        Refusal: `failed` if it cannot be started, or does not answer in time; `too-much`.
    """
    deadline = time.monotonic() + WITHIN
    status, said = _run(words, lambda: "" if time.monotonic() < deadline else "failed")
    return status, said.decode("utf-8", "backslashreplace")


def show(units: Sequence[str], properties: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """Returns properties of units, without those that a unit of its kind has not.

    Raises:
        Refusal: `failed` if it cannot be asked, or says no; `too-much`.
    """
    status, said = ask(["show", f"--property={','.join(properties)}", "--", *units])
    found = [
        dict(line.split("=", 1) for line in block.splitlines())
        for block in said.rstrip("\n").split("\n\n")
    ]
    if status or len(found) != len(units):
        raise Refusal("failed")
    return found


def names(value: str) -> Sequence[str]:
    """Returns the names in a list of units: those with a backslash are quoted there."""
    return [word.strip('"').replace("\\\\", "\\") for word in value.split()]


def _run(words: Sequence[str], enough: Callable[[], str]) -> tuple[int, bytes]:
    """Runs it to its end, or until it is enough: that is a code to give up with, or ""."""
    output, theirs = os.pipe()
    try:
        child = os.posix_spawn(
            SYSTEMCTL,
            [SYSTEMCTL, *ALWAYS, *words],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, theirs, 1),
            ],
        )
    except OSError as error:
        os.close(output)
        raise Refusal("failed") from error
    finally:
        os.close(theirs)
    ended = False
    try:
        said = _all(output, enough)
        ended = True
    finally:
        os.close(output)
        if not ended:
            os.kill(child, signal.SIGKILL)  # Ours until it is waited for, whatever it is doing.
        _pid, status = os.waitpid(child, 0)
    return status, said


def _all(output: int, enough: Callable[[], str]) -> bytes:
    """Returns all that comes until the end."""
    arrived = select.poll()
    arrived.register(output, select.POLLIN)
    found = b""
    while True:
        while not arrived.poll(RHYTHM * 1000):
            code = enough()
            if code:
                raise Refusal(code)
        piece = os.read(output, 1 << 16)
        found += piece
        if len(found) > MOST:
            raise Refusal("too-much")
        if not piece:
            return found
