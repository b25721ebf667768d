"""journalctl, started and read: one that ends, and one that is ended."""

import io
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.journal import JOURNALCTL
from sysgui.system.printable import printable
from sysgui.system.problem import Problem

ARGV = (JOURNALCTL, "--no-pager", "--quiet", "--all", "--output=export")

# As much of what it complains of is kept.
_MOST_ERRORS = 4096

# So much is taken from the pipe at once, as far as it is there.
_BUFFER = 1 << 18


class Journalctl:
    """One that runs.

    Args:
        process: With three pipes.

    Attributes:
        stream: What it prints.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        self._process = process
        process.stdin.close()
        self.stream = io.BufferedReader(process.stdout, _BUFFER)  # type: ignore[type-var]

    def end(self) -> None:
        """Ends it, from any thread: whoever reads comes to the end of the stream."""
        self._process.terminate()

    def complaint(self) -> str:
        """Waits for it, and returns why it failed; "" if it did not."""
        assert self._process.stderr is not None  # noqa: S101 - for mypy
        told = self._process.stderr.read(_MOST_ERRORS) or b""
        status = self._process.wait()
        if not status:
            return ""
        return printable(told.strip()) or _("journalctl ended with {n}.").format(n=status)


@contextmanager
def journalctl(host: Host, options: Sequence[str]) -> Iterator[Journalctl]:
    """Starts one that prints entries; it ends with the context.

    Raises:
        Problem: `no-program` without journalctl, `not-recorded`.
    """
    try:
        process = host.spawn([*ARGV, *options], errors=True)
    except FileNotFoundError as error:
        raise Problem(
            "no-program",
            _("{program} is not installed.").format(program=JOURNALCTL),
        ) from error
    started = Journalctl(process)
    try:
        yield started
    finally:
        process.kill()
        process.wait()
        started.stream.close()
        if process.stderr is not None:
            process.stderr.close()


def unreadable_journal(error: str) -> Problem:
    """Returns the problem that journalctl failed."""
    return Problem(
        "journal-unreadable", _("The journal cannot be read: {error}").format(error=error)
    )
