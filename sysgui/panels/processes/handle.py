"""A process held fast: what is signalled is what was chosen, whoever has its pid by then."""

import os
import select
import signal
from collections.abc import Sequence
from types import TracebackType

from sysgui.system.elevation import quoted
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.process_files import split_stat
from sysgui.system.processes import Process


class ProcessHandle:
    """Binds to a process through a pidfd, and to nothing if it is not the one that was meant.

    Args:
        host: The machine.
        process: The process as it was seen: pid and start are its identity.

    Raises:
        Problem: `process-gone` if it ended, also when its pid has another process now.
    """

    def __init__(self, host: Host, process: Process) -> None:
        self._host = host
        self.process = process
        try:
            self._fd = host.pidfd(process.pid)
        except ProcessLookupError as error:
            raise self._gone() from error
        # The descriptor is bound first and compared then: from here on nothing can be swapped.
        if self._start() != process.start:
            self.close()
            raise self._gone()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal (pidfd_send_signal(2)).

        Raises:
            Problem: `process-gone`, also for one that has ended and that its parent has not taken
                note of (the kernel would take the signal, and nothing would come of it); or
                `not-permitted`.
        """
        if self.ended:
            raise self._gone()
        try:
            self._host.send_signal(self._fd, number)
        except ProcessLookupError as error:
            raise self._gone() from error
        except PermissionError as error:
            raise self._not_permitted() from error

    def renice(self, nice: int) -> None:
        """Sets the nice value, -20 to 19 (setpriority(2)).

        The kernel takes a pid here, not a descriptor; that the process still lives is looked at
        right before.

        Raises:
            Problem: `process-gone`, or `not-permitted`.
        """
        if self.ended:
            raise self._gone()
        try:
            self._host.set_nice(self.process.pid, nice)
        except ProcessLookupError as error:
            raise self._gone() from error
        except PermissionError as error:
            if nice < self.process.nice:
                raise Problem(
                    "not-permitted",
                    _("Only an administrator may make a process run before others."),
                    _("Values from {nice} to 19 are yours to set.").format(nice=self.process.nice),
                ) from error
            raise self._not_permitted() from error

    def target(self) -> str:
        """Returns how the helper is told which process is meant: pid, start and name.

        Raises:
            Problem: `process-gone`.
        """
        try:
            name = self._host.read(f"/proc/{self.process.pid}/comm").rstrip(b"\n")
        except OSError as error:
            raise self._gone() from error
        if self.ended:  # What was read may be another's.
            raise self._gone()
        return f"{self.process.pid}:{self.process.start}:{quoted(name)}"

    @property
    def ended(self) -> bool:
        """Whether the process has ended: its pidfd is readable then."""
        ready, _writable, _exceptional = select.select([self._fd], [], [], 0)
        return bool(ready)

    def close(self) -> None:
        """Lets go of the process."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "ProcessHandle":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _stat(self) -> Sequence[bytes]:
        """Returns what /proc/PID/stat says from the state on, or nothing."""
        try:
            return split_stat(self._host.read(f"/proc/{self.process.pid}/stat"))[1]
        except OSError:
            return ()

    def _start(self) -> int:
        stat = self._stat()
        return int(stat[19]) if stat else -1

    def _gone(self) -> Problem:
        process, stat = self.process, self._stat()
        said = _("{name} (pid {pid}) has ended already. Nothing was done.")
        hint = ""
        if stat and int(stat[19]) == process.start:
            hint = _("It is listed until its parent (pid {parent}) takes note of it.")
        return Problem(
            "process-gone",
            said.format(name=process.name, pid=process.pid),
            hint.format(parent=int(stat[1])) if hint else "",
        )

    def _not_permitted(self) -> Problem:
        return Problem(
            "not-permitted",
            _("{name} (pid {pid}) belongs to {user}. Nothing was done to it.").format(
                name=self.process.name, pid=self.process.pid, user=self.process.user
            ),
            _("“sysgui doctor” says how to act on others' processes."),
        )
