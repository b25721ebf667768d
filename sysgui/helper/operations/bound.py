"""A process of anybody's, bound so that it stays the one that was meant.

A target is PID:START:NAME. Start is in clock ticks since boot (/proc/PID/stat, field 22): with the
pid it is the identity of a process. Name is what the kernel calls it (/proc/PID/comm), so that the
prompt can name it; if it calls itself something else by then, it is not the one that was meant.
"""

from __future__ import annotations

import os
import re
from typing import Any

from ..grammar import quoted, text
from ..refusal import Refusal

TARGET = r"([1-9][0-9]{0,9}):([0-9]{1,20}):((?:[A-Za-z0-9._+-]|%[0-9A-F]{2}){0,45})"

GRAMMAR = text(TARGET, 96)

# Flag of a kernel thread in /proc/PID/stat (PF_KTHREAD).
KERNEL_THREAD = 0x00200000

# Without these nobody could log in, or authenticate to mend what was broken.
PROTECTED_UNITS = {
    "init.scope",
    "dbus.service",
    "dbus-broker.service",
    "polkit.service",
    "systemd-logind.service",
    "systemd-journald.service",
}


class Bound:
    """A process held by its directory in /proc: whoever has its pid later, this stays the same one.

    Args:
        target: As on the command line.

    Raises:
        Refusal: `gone`.
    """

    def __init__(self, target: str) -> None:
        matched = re.fullmatch(TARGET, target)
        assert matched is not None
        self.pid, self._start, self._name = int(matched[1]), matched[2], matched[3]
        try:
            self.directory = os.open(f"/proc/{self.pid}", os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise Refusal("gone") from error

    def stat(self) -> list[str]:
        """Returns /proc/PID/stat from the state on, after looking that it is the one meant.

        Raises:
            Refusal: `gone` if it has ended, also if its parent has not taken note of that;
                `changed` if it calls itself something else.
        """
        stat = self.read("stat").decode("utf-8", "backslashreplace")
        fields = stat[stat.rindex(")") + 2 :].split()
        # Of a process whose first thread has ended, others may live on: it only looks dead.
        ended = fields[0] == "Z" and int(fields[17]) <= 1
        if fields[19] != self._start or ended:
            raise Refusal("gone")
        if quoted(self.read("comm").rstrip(b"\n")) != self._name:
            raise Refusal("changed")
        return fields

    def facts(self) -> dict[str, Any]:
        """Returns who it is, if it is one that may be changed.

        Raises:
            Refusal: `gone`, `changed` or `protected`.
        """
        fields = self.stat()
        kernel = int(fields[6]) & KERNEL_THREAD
        if kernel or self.pid in (1, os.getpid()) or self._units() & PROTECTED_UNITS:
            raise Refusal("protected")
        return {
            "pid": self.pid,
            "start": int(self._start),
            "name": self._name,
            "uid": os.fstat(self.directory).st_uid,
        }

    def _units(self) -> set[str]:
        """Returns the names along its path in the hierarchy of control groups."""
        lines = self.read("cgroup").decode("utf-8", "backslashreplace").splitlines()
        return {name for line in lines for name in line.split("/") if "user.slice" not in line}

    def names(self, directory: str) -> list[str]:
        """Returns the names in one of its directories.

        Raises:
            Refusal: `gone`.
        """
        try:
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY, dir_fd=self.directory)
        except OSError as error:
            raise Refusal("gone") from error
        try:
            return os.listdir(descriptor)
        except OSError as error:
            raise Refusal("gone") from error
        finally:
            os.close(descriptor)

    def threads(self) -> list[int]:
        """Returns the ids of its threads: the kernel schedules threads, not processes.

        Raises:
            Refusal: `gone`.
        """
        found = [int(name) for name in self.names("task")]
        if not found:  # It has ended since the directory was opened.
            raise Refusal("gone")
        return found

    def write(self, name: str, data: bytes) -> None:
        """Writes to one of its files.

        Raises:
            OSError: As open(2) and write(2) say.
        """
        descriptor = os.open(name, os.O_WRONLY, dir_fd=self.directory)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)

    def read(self, name: str, most: int = 1 << 16) -> bytes:
        """Returns what one of its files holds, up to `most` bytes.

        Raises:
            Refusal: `gone`.
        """
        try:
            descriptor = os.open(name, os.O_RDONLY, dir_fd=self.directory)
        except OSError as error:
            raise Refusal("gone") from error
        try:
            found = piece = os.read(descriptor, most)
            while piece and len(found) < most:  # /proc hands out a page at a time.
                piece = os.read(descriptor, most - len(found))
                found += piece
        except OSError as error:
            raise Refusal("gone") from error
        finally:
            os.close(descriptor)
        return found

    def close(self) -> None:
        """Lets go of it."""
        os.close(self.directory)
