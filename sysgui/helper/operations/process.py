"""Others' processes: signals.

A target is PID:START:NAME. Start is in clock ticks since boot (/proc/PID/stat, field 22): with the
pid it is the identity of a process. Name is what the kernel calls it (/proc/PID/comm), so that the
prompt can name it; if it calls itself something else by then, it is not the one that was meant.
"""

from __future__ import annotations

import os
import re
import signal
from typing import Any, Mapping

from ..grammar import choice, quoted, text
from ..operation import Operation, Request, Target
from ..refusal import Refusal

TARGET = r"([1-9][0-9]{0,9}):([0-9]{1,20}):((?:[A-Za-z0-9._+-]|%[0-9A-F]{2}){0,45})"

SIGNALS = ("TERM", "KILL", "INT", "HUP", "STOP", "CONT")

# Flag of a kernel thread in /proc/PID/stat (PF_KTHREAD).
KERNEL_THREAD = 0x00200000

# Without these nobody could log in, or authenticate to mend what was broken.
PROTECTED_UNITS = (
    "init.scope",
    "dbus.service",
    "dbus-broker.service",
    "polkit.service",
    "systemd-logind.service",
    "systemd-journald.service",
)


class Bound:
    """A process held by its directory in /proc: whoever has its pid later, this stays the same one.

    Args:
        target: As on the command line.

    Raises:
        Refusal: `gone`, `changed` or `protected`.
    """

    def __init__(self, target: str) -> None:
        matched = re.fullmatch(TARGET, target)
        assert matched is not None
        self.pid, self._start, self._name = int(matched[1]), matched[2], matched[3]
        try:
            self.directory = os.open(f"/proc/{self.pid}", os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise Refusal("gone") from error

    def facts(self) -> Mapping[str, Any]:
        """Returns who it is, after looking that it is the one that was meant."""
        stat = self.read("stat").decode("utf-8", "backslashreplace")
        fields = stat[stat.rindex(")") + 2 :].split()
        name = quoted(self.read("comm").rstrip(b"\n"))
        if fields[19] != self._start:
            raise Refusal("gone")
        if name != self._name:
            raise Refusal("changed")
        if self.pid == 1 or int(fields[6]) & KERNEL_THREAD or self.pid == os.getpid():
            raise Refusal("protected")
        if any(unit in self.read("cgroup").decode("ascii", "replace") for unit in PROTECTED_UNITS):
            raise Refusal("protected")
        return {
            "pid": self.pid,
            "start": int(self._start),
            "name": name,
            "uid": os.fstat(self.directory).st_uid,
        }

    def read(self, name: str) -> bytes:
        """Returns what one of its files holds, up to 64 KiB.

        Raises:
            Refusal: `gone`.
        """
        try:
            descriptor = os.open(name, os.O_RDONLY, dir_fd=self.directory)
        except OSError as error:
            raise Refusal("gone") from error
        try:
            return os.read(descriptor, 1 << 16)
        except OSError as error:
            raise Refusal("gone") from error
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Lets go of it."""
        os.close(self.directory)


class _Signalled(Target):
    def __init__(self, target: str, request: Request) -> None:
        self._number = signal.Signals[f"SIG{request.arguments['signal']}"]
        self._process = Bound(target)
        try:
            self._pidfd = os.pidfd_open(self._process.pid)
        except OSError as error:
            self._process.close()
            raise Refusal("gone") from error

    def facts(self) -> Mapping[str, Any]:
        # The pidfd was opened after the directory: if the one that the directory names still
        # lives, the pidfd cannot be another's.
        return self._process.facts()

    def act(self) -> None:
        try:
            signal.pidfd_send_signal(self._pidfd, self._number)
        except ProcessLookupError as error:
            raise Refusal("gone") from error

    def close(self) -> None:
        os.close(self._pidfd)
        self._process.close()


SIGNAL = Operation(
    name="process-signal",
    description="Send a signal to processes of other users",
    message="Authentication is required to send a signal to processes of other users",
    target=text(TARGET, 96),
    arguments={"signal": choice(SIGNALS)},
    required=("signal",),
    bind=_Signalled,
)
