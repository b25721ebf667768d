"""What only root may read of others' processes: the files as they are, for others to make sense of.

Each frame has a `path` beneath the process's directory in /proc and one of: `data` (a piece of the
file, each character a byte), `names` (of a directory), `link` (where it leads). What cannot be read
is left out. Nothing is judged here, so that what was read can be kept, and looked at again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from ..operation import Operation, Request
from ..refusal import Refusal
from .bound import GRAMMAR, Bound

if TYPE_CHECKING:
    from ..session import Session

FILES = (
    "stat", "status", "cmdline", "cgroup", "io", "limits", "environ",
    "net/tcp", "net/tcp6", "net/udp", "net/udp6", "net/unix",
)  # fmt: skip
LINKS = ("exe", "cwd", "root")

# Of one file, and of one frame: a byte may take six characters there (\\u00ff).
MOST_BYTES = 512 << 10
PIECE = 8 << 10

# Of one frame: a number may have ten digits.
PIECE_OF_NAMES = 4 << 10

# A server may have a hundred thousand files open.
MOST_DESCRIPTORS = 2000


def _read(_session: Session, request: Request) -> Iterator[Mapping[str, Any]]:
    for target in request.targets:
        process = Bound(target)
        try:
            process.stat()
            yield from _facts(process, target)
        finally:
            process.close()


def _facts(process: Bound, target: str) -> Iterator[Mapping[str, Any]]:
    for name in FILES:
        try:
            found = process.read(name, MOST_BYTES)
        except Refusal:
            continue  # A kernel thread has no memory, and a namespace may have no IPv6.
        for place in range(0, len(found), PIECE):
            piece = found[place : place + PIECE].decode("latin-1")
            yield {"target": target, "path": name, "data": piece}
    for name in LINKS:
        yield from _link(process, target, name)
    numbers = sorted(map(int, process.names("fd")))
    for place in range(0, len(numbers), PIECE_OF_NAMES):
        names = [str(number) for number in numbers[place : place + PIECE_OF_NAMES]]
        yield {"target": target, "path": "fd", "names": names}
    for number in numbers[:MOST_DESCRIPTORS]:
        yield from _link(process, target, f"fd/{number}")


def _link(process: Bound, target: str, name: str) -> Iterator[Mapping[str, Any]]:
    try:
        leads = os.readlink(name, dir_fd=process.directory)
    except OSError:
        return  # Closed since it was listed, or a kernel thread's.
    yield {"target": target, "path": name, "link": os.fsencode(leads).decode("latin-1")}


INSPECT = Operation(
    name="process-inspect",
    description="See files, sockets, environment and disk use of processes of other users",
    message="Authentication is required to look into processes of other users",
    target=GRAMMAR,
    arguments={},
    read=_read,
    keep=True,
)
