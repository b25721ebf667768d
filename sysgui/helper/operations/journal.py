"""What has been done as root from here, for those who may not read the system's journal.

Each frame is a `piece` whose `data` (each character a byte) is the next part of what journalctl
says: a line of JSON for each entry, the oldest first. What they mean is for others to tell.
"""

from __future__ import annotations

import os
import select
import signal
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from ..audit import MESSAGE_ID
from ..operation import Operation, Request
from ..refusal import Refusal

if TYPE_CHECKING:
    from ..session import Session

JOURNALCTL = "/usr/bin/journalctl"

# What is shown. Cursor, times and boot come with every entry.
FIELDS = (
    "_PID", "SYSGUI_OPERATION", "SYSGUI_TARGETS", "SYSGUI_CALLER_UID", "SYSGUI_REQUEST",
    "SYSGUI_PLAN_SHA256", "SYSGUI_RESULT", "SYSGUI_DURATION_MS",
)  # fmt: skip

# --all: otherwise a long list of targets is left out, and hidden is what should be seen.
# _UID is journald's own word: what others have written with our MESSAGE_ID is left out.
ARGUMENTS = (
    "--no-pager", "--quiet", "--system", "--all", "--output=json",
    f"--output-fields={','.join(FIELDS)}", "--lines=4000", f"MESSAGE_ID={MESSAGE_ID}", "_UID=0",
)  # fmt: skip

# A byte may take six characters in a frame (\\u00ff).
PIECE = 10 << 10

# How often the caller is looked for while nothing comes, in seconds.
RHYTHM = 0.25


def _read(session: Session, _request: Request) -> Iterator[Mapping[str, Any]]:
    child, output = _start()
    ended = False
    try:
        while piece := _next(session, output):
            yield {"data": piece.decode("latin-1")}
        ended = True
    finally:
        os.close(output)
        if not ended:
            os.kill(child, signal.SIGKILL)  # Ours until it is waited for, whatever it is doing.
        _pid, status = os.waitpid(child, 0)
    if status:
        raise Refusal("failed")


def _start() -> tuple[int, int]:
    """Starts journalctl, and returns its pid and where its output comes from."""
    output, theirs = os.pipe()
    try:
        child = os.posix_spawn(
            JOURNALCTL,
            [JOURNALCTL, *ARGUMENTS],
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
    return child, output


def _next(session: Session, output: int) -> bytes:
    """Waits for the next part; b"" at the end."""
    arrived = select.poll()
    arrived.register(output, select.POLLIN)
    while not arrived.poll(RHYTHM * 1000):
        if session.input.closed():
            raise Refusal("cancelled")
    return os.read(output, PIECE)


READ = Operation(
    name="audit-read",
    description="See what has been done as root from Sysgui",
    message="Authentication is required to see what has been done as root",
    target=None,
    arguments={},
    read=_read,
    stream=True,
    keep=True,
)
