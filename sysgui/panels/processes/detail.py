"""One process seen closely: where it runs, which files and sockets it has open."""

import re
import socket
import sys
from collections.abc import Iterator

import msgspec

from sysgui.system.host import CLOCK_TICKS, Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable, printable_text
from sysgui.system.problem import Problem
from sysgui.system.process_files import split_stat

# A server may have a hundred thousand: enough to find what one looks for, and the number of all.
MOST_FILES = 2000

_SOCKET = re.compile(r"socket:\[(\d+)\]")

_PROTOCOLS = ("tcp", "tcp6", "udp", "udp6")

# include/net/tcp_states.h
_TCP_STATES = (
    "", "ESTABLISHED", "SYN-SENT", "SYN-RECV", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED",
    "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECV",
)  # fmt: skip


class OpenFile(msgspec.Struct, frozen=True):
    """An open descriptor: its number, and where /proc/PID/fd says it leads."""

    fd: int
    target: str


class Socket(msgspec.Struct, frozen=True):
    """An open socket (/proc/PID/net/tcp, udp, unix).

    Attributes:
        fd: The descriptor.
        protocol: tcp, tcp6, udp, udp6, unix, or "socket" where the kernel lists it elsewhere.
        local: Address and port, or the path of a unix socket.
        remote: Address and port of the other end, or "".
        state: LISTEN, ESTABLISHED… of a TCP socket.
    """

    fd: int
    protocol: str
    local: str
    remote: str
    state: str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one process; None is what others may not see.

    Attributes:
        pid: Process id.
        start: Clock ticks since boot.
        started: Seconds since 1970.
        executable: The program's path.
        directory: The working directory.
        control_group: Its path in the cgroup hierarchy, as in /proc/PID/cgroup.
        files: Open files, the first 2,000.
        sockets: Open sockets among the first 2,000 descriptors.
        descriptors: How many descriptors are open.
    """

    pid: int
    start: int
    started: float
    executable: str | None
    directory: str | None
    control_group: str
    files: list[OpenFile] | None
    sockets: list[Socket] | None
    descriptors: int | None

    @property
    def service(self) -> str:
        """The service of the system that it belongs to, by its control group; "" if none."""
        found = re.match(
            r"/system\.slice/(?:[^/]+\.slice/)*([^/]+\.service)(?=/|$)", self.control_group
        )
        return found[1] if found else ""


class DetailProbe:
    """Reads one process closely.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, pid: int = 1, start: int = 0) -> Detail:
        """Reads the process that has `pid`, if it started at `start` (0: whichever has it).

        Raises:
            Problem: `process-gone` if it ended or its pid has another process now.
        """
        try:
            found = int(split_stat(self._host.read(f"/proc/{pid}/stat"))[1][19])
        except (FileNotFoundError, ProcessLookupError) as error:
            raise _gone(pid) from error
        except PermissionError as error:
            raise Problem(
                "not-permitted", _("Process {pid} is hidden from you (hidepid).").format(pid=pid)
            ) from error
        if start not in (0, found):
            raise _gone(pid)
        files, sockets, descriptors = self._open_files(pid)
        since = self._host.since_boot()
        return Detail(
            pid=pid,
            start=found,
            started=self._host.now() - since + found / CLOCK_TICKS,
            executable=self._link(f"/proc/{pid}/exe"),
            directory=self._link(f"/proc/{pid}/cwd"),
            control_group=self._control_group(pid),
            files=files,
            sockets=sockets,
            descriptors=descriptors,
        )

    def _link(self, path: str) -> str | None:
        try:
            return printable_text(self._host.link(path))
        except OSError:
            return None

    def _control_group(self, pid: int) -> str:
        try:
            lines = self._host.read(f"/proc/{pid}/cgroup").splitlines()
        except OSError:
            return ""
        # cgroup v2 is the line "0::PATH"; with version 1, systemd's own hierarchy says the most.
        for prefix in (b"0::", b"1:name=systemd:"):
            for line in lines:
                if line.startswith(prefix) and len(line) > len(prefix) + 1:
                    return printable(line[len(prefix) :])
        return ""

    def _open_files(
        self, pid: int
    ) -> tuple[list[OpenFile] | None, list[Socket] | None, int | None]:
        try:
            numbers = sorted(int(name) for name in self._host.names(f"/proc/{pid}/fd"))
        except OSError:
            return None, None, None
        files: list[OpenFile] = []
        inodes: dict[bytes, list[int]] = {}
        for fd in numbers[:MOST_FILES]:
            target = self._link(f"/proc/{pid}/fd/{fd}")
            if target is None:
                continue  # Closed since it was listed.
            if found := _SOCKET.fullmatch(target):
                inodes.setdefault(found[1].encode(), []).append(fd)
            else:
                files.append(OpenFile(fd, target))
        return files, self._sockets(pid, inodes), len(numbers)

    def _sockets(self, pid: int, inodes: dict[bytes, list[int]]) -> list[Socket]:
        if not inodes:
            return []
        # Several descriptors may lead to one socket (dup(2)).
        found = {fd: Socket(fd, "socket", "", "", "") for fds in inodes.values() for fd in fds}
        for protocol in _PROTOCOLS:
            for fields in self._rows(f"/proc/{pid}/net/{protocol}", least=10):
                for fd in inodes.get(fields[9], ()):
                    found[fd] = _internet_socket(fd, protocol, fields)
        for fields in self._rows(f"/proc/{pid}/net/unix", least=7, splits=7):
            for fd in inodes.get(fields[6], ()):
                path = printable(fields[7]) if len(fields) > 7 else ""
                found[fd] = Socket(fd, "unix", path, "", "")
        return [found[fd] for fd in sorted(found)]

    def _rows(self, path: str, *, least: int, splits: int = -1) -> Iterator[list[bytes]]:
        """Yields the rows of a table of sockets that have as many fields as rows have at least.

        A unix socket may have line breaks in its path: what follows one is no row.
        """
        try:
            lines = self._host.read(path).split(b"\n")
        except OSError:
            return
        for line in lines[1:]:
            fields = line.split(None, splits)
            if len(fields) >= least:
                yield fields


def _internet_socket(fd: int, protocol: str, fields: list[bytes]) -> Socket:
    tcp = protocol.startswith("tcp")
    remote = endpoint(fields[2].decode())
    return Socket(
        fd=fd,
        protocol=protocol,
        local=endpoint(fields[1].decode()),
        remote="" if remote.endswith(":0") else remote,
        state=_TCP_STATES[int(fields[3], 16)] if tcp else "",
    )


def endpoint(text: str) -> str:
    """Writes an address of /proc/net/tcp or udp (`0100007F:0016`) as `127.0.0.1:22`."""
    address, _, port = text.partition(":")
    # The kernel prints each 32-bit word in the machine's order.
    words = [int(address[i : i + 8], 16) for i in range(0, len(address), 8)]
    raw = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    if len(raw) == 4:
        return f"{socket.inet_ntop(socket.AF_INET, raw)}:{int(port, 16)}"
    return f"[{socket.inet_ntop(socket.AF_INET6, raw)}]:{int(port, 16)}"


def _gone(pid: int) -> Problem:
    return Problem("process-gone", _("Process {pid} has ended.").format(pid=pid))
