"""What has been done as root from here, for those who may not read the system's journal.

Each frame is a `piece` whose `data` (each character a byte) is the next part of what journalctl
says: a line of JSON for each entry, the oldest first. What they mean is for others to tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Mapping

from ..audit import MESSAGE_ID
from ..operation import Operation, Request
from ..refusal import Refusal
from .program import Program

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


def _read(session: Session, _request: Request) -> Iterator[Mapping[str, Any]]:
    with Program([JOURNALCTL, *ARGUMENTS]) as journal:
        while piece := journal.read(PIECE, lambda: "cancelled" if session.input.closed() else ""):
            yield {"data": piece.decode("latin-1")}
    if journal.status:
        raise Refusal("failed")


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
