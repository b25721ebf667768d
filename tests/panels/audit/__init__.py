"""What the tests of the panel share: entries as journalctl prints them, and machines with them."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

from roots.hosts import write_machine

from sysgui.panels.audit.entries import cursor_of, entry_of
from sysgui.system.host import Host, Output

HERE = Path(__file__).parent

# Recorded on booted machines: `journalctl` as the panel asks it, after alice and bob had used the
# helper, the last time until it was killed.
RECORDED = {
    release: (HERE / f"{release}.jsonl").read_bytes().splitlines()
    for release in ("debian12", "debian13")
}

MACHINE = "0123456789abcdef0123456789abcdef"
FILE = f"/var/log/journal/{MACHINE}/system.journal"

_numbers = itertools.count(1)


def entry(**fields: Any) -> dict[str, Any]:
    """Returns an entry of the helper's as the journal has it; None leaves a field out."""
    number = next(_numbers)
    whole = {
        "__CURSOR": f"s=1;i={number:x}",
        "__REALTIME_TIMESTAMP": str(1_795_800_000_000_000 + number * 1_000_000),
        "_BOOT_ID": "b1",
        "_PID": "100",
        "SYSGUI_OPERATION": "process-signal",
        "SYSGUI_TARGETS": "signal=TERM 4711:5:sleep",
        "SYSGUI_CALLER_UID": "1000",
        "SYSGUI_REQUEST": "r1",
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not None}


def line(**fields: Any) -> bytes:
    """Returns that as journalctl prints it."""
    return json.dumps(entry(**fields)).encode()


def pair(result: str = "done", duration: str = "5", **fields: Any) -> list[bytes]:
    """Returns the two entries of one thing that was done."""
    end = {"SYSGUI_RESULT": result, "SYSGUI_DURATION_MS": duration}
    return [line(**fields), line(**fields, **end)]


def write_journal(root: Path, lines: list[bytes], argv: tuple[str, ...], **output: Any) -> Path:
    """Writes a machine whose journalctl says these lines."""
    said = {"status": 0, "stdout": b"".join(each + b"\n" for each in lines), "stderr": b""}
    passwd = b"alice:x:1000:1000::/home/alice:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n"
    return write_machine(root, {"/etc/passwd": passwd}, runs={" ".join(argv): {**said, **output}})


class Journal(Host):
    """A machine with a journal of the test's, and with somebody who may read it or not.

    Args:
        root: Where its files lie.

    Attributes:
        lines: What is in the journal.
        asked: How journalctl was asked, but for what is always said.
        readable: Whether it may be read.
        status: Of journalctl.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.lines: list[bytes] = []
        self.asked: list[str] = []
        self.readable = True
        self.status = 0
        self._changes = 0

    def say(self, *lines: bytes) -> None:
        """Writes entries, as journald does: the file's time changes."""
        self.lines += lines
        self.touch()

    def touch(self) -> None:
        """Writes something else into the same file."""
        self._changes += 1
        path = Path(self.root + FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, ns=(0, self._changes))

    def may_read(self, path: str) -> bool:
        return self.readable

    def run(self, argv: Any, timeout: float = 10.0) -> Output:
        """Answers as journalctl(1) is documented to: a cursor's own entry comes first."""
        (which,) = [word for word in argv if word.startswith(("--lines", "--cursor"))]
        self.asked.append(which)
        lines = self.lines
        if which.startswith("--cursor="):
            cursors = [cursor_of(entry_of(each)) for each in lines]
            wanted = which.partition("=")[2]
            # Of an entry that is gone, the next one.
            lines = lines[cursors.index(wanted) if wanted in cursors else 0 :]
        return Output(self.status, b"".join(each + b"\n" for each in lines), b"no such thing\n")
