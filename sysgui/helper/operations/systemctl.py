"""systemctl, by its whole path: what it says, bounded in size and in time."""

from __future__ import annotations

import time
from typing import Callable, Mapping, Sequence

from ..refusal import Refusal
from .program import Program

SYSTEMCTL = "/usr/bin/systemctl"

ALWAYS = ("--system", "--no-pager", "--no-ask-password")

# What it says of thousands of units.
MOST = 4 << 20

# A question is answered within this many seconds.
WITHIN = 20.0


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
    said = b""
    with Program([SYSTEMCTL, *ALWAYS, *words]) as systemctl:
        while piece := systemctl.read(1 << 16, enough):
            said += piece
            if len(said) > MOST:
                raise Refusal("too-much")
    return systemctl.status, said
