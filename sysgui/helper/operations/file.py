"""Logs that only root, or a group that the caller is not in, may read: as a stream of bytes.

A target is a path beneath one of `ROOTS`, bytes other than letters, digits and ._+- written %XX.
Every component is opened beneath the one before without following links, and nothing but a regular
file that has one name is opened at all.

Each frame is a `piece` with its `target` and either `data` (each character a byte) at `offset`, or
an `event`: `opened` with the `size`; `truncated`: what comes next is from the start of the same
file; `replaced`: another file has its name now, and is gone on with.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING, Any, Iterator, Mapping
from urllib.parse import unquote_to_bytes

from ..grammar import choice, integer, quoted, text
from ..operation import Operation, Request
from ..refusal import Refusal

if TYPE_CHECKING:
    from ..session import Session

ROOTS = ("/var/log",)

# A byte may take six characters in a frame (\\u00ff).
PIECE = 10 << 10

# More bytes than any file has.
ALL = 1 << 62

# So many files that have got the name, and are empty, are kept open: whoever gives it away again
# and again does not use up our descriptors.
MOST_LATER = 8

# How often a file that is followed is looked at, in seconds.
RHYTHM = 0.25

_PATH = text(r"(?:/(?:[A-Za-z0-9._+-]|%[0-9A-F]{2})+)+", 4096)


def grammar(value: Any) -> str:
    """Accepts a path beneath a root, written in the one way in which it can be."""
    path: str = _PATH(value)
    if not any(path.startswith(f"{root}/") for root in ROOTS):
        raise Refusal("grammar")
    for word in path.split("/")[1:]:
        name = unquote_to_bytes(word)
        if name in (b".", b"..") or b"/" in name or b"\0" in name or quoted(name) != word:
            raise Refusal("grammar")
    return path


def open_file(path: str) -> int:
    """Opens a regular file for reading.

    Args:
        path: Of the grammar.

    Returns:
        A descriptor.

    Raises:
        Refusal: `gone`; `not-a-file` if it, or what leads to it, is a link or the like; `failed`.
    """
    root = next(root for root in ROOTS if path.startswith(f"{root}/"))
    *above, last = [unquote_to_bytes(word) for word in path[len(root) + 1 :].split("/")]
    with contextlib.ExitStack() as held:
        place = _opened(root, os.O_DIRECTORY, None, held)
        for name in above:
            place = _opened(name, os.O_DIRECTORY | os.O_NOFOLLOW, place, held)
        found = _opened(last, os.O_NOFOLLOW, place, held)
        about = os.fstat(found)
        # A second name may have been given to it by whoever may write here but not read it.
        if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
            raise Refusal("not-a-file")
        try:
            return os.open(f"/proc/self/fd/{found}", os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:  # Its owner has a lease on it, and has only now been told.
            raise Refusal("failed") from error


def _opened(name: str | bytes, flags: int, place: int | None, held: contextlib.ExitStack) -> int:
    """Gets hold of a name without opening what stands there: a device would notice."""
    try:
        descriptor = os.open(name, os.O_PATH | flags, dir_fd=place)
    except FileNotFoundError as error:
        raise Refusal("gone") from error
    except OSError as error:
        raise Refusal("not-a-file") from error
    held.callback(os.close, descriptor)
    return descriptor


class Tail:
    """One file, read from a place on, whatever becomes of its name.

    Args:
        target: Its path, of the grammar.
        offset: Where to begin, in bytes; less than 0 counts from the end.

    Raises:
        Refusal: As `open_file`.
    """

    def __init__(self, target: str, offset: int) -> None:
        self._target = target
        self._descriptor = open_file(target)
        self._later: list[int] = []
        size = self._about().st_size
        self._place = offset if offset >= 0 else max(0, size + offset)
        self._said = self._event("opened", size=size)

    def read(self, most: int) -> Iterator[Mapping[str, Any]]:
        """Yields what has not been read yet, up to `most` bytes."""
        if self._said:
            yield self._said
            self._said = {}
        while most > 0:
            found = os.pread(self._descriptor, min(PIECE, most), self._place)
            if not found:
                return
            yield {"target": self._target, "offset": self._place, "data": found.decode("latin-1")}
            self._place += len(found)
            most -= len(found)

    def follow(self) -> Iterator[Mapping[str, Any]]:
        """Yields what has come since, in this file and in those that have had its name since."""
        if self._about().st_size < self._place:
            self._place = 0
            self._said = self._event("truncated")
        self._look_for_successor()
        # As long as those are empty, whoever writes may not know of them, and go on in this one.
        while any(os.fstat(later).st_size for later in self._later):
            yield from self.read(ALL)
            os.close(self._descriptor)
            self._descriptor, self._place = self._later.pop(0), 0
            self._said = self._event("replaced")
        yield from self.read(ALL)

    def _look_for_successor(self) -> None:
        """Opens the file that has the name now, if that is another one."""
        try:
            found = open_file(self._target)
        except Refusal:
            return  # It has none for the moment, or what has it now is not to be read.
        if os.path.sameopenfile(found, (self._later or [self._descriptor])[-1]):
            os.close(found)
        else:
            self._later.append(found)
        if len(self._later) > MOST_LATER:
            os.close(self._later.pop(0))

    def _about(self) -> os.stat_result:
        return os.fstat(self._descriptor)

    def _event(self, event: str, **more: int) -> Mapping[str, Any]:
        return {"target": self._target, "event": event, **more}

    def close(self) -> None:
        """Lets go of the file, and of those that came after it."""
        for descriptor in (self._descriptor, *self._later):
            os.close(descriptor)


def _read(session: Session, request: Request) -> Iterator[Mapping[str, Any]]:
    arguments = request.arguments
    most = arguments.get("length", ALL)
    with contextlib.ExitStack() as held:
        tails = []
        for target in request.targets:
            tails.append(Tail(target, arguments.get("offset", 0)))
            held.callback(tails[-1].close)
        for tail in tails:
            yield from tail.read(most)
        while "follow" in arguments:
            if session.input.closed(RHYTHM):
                raise Refusal("cancelled")
            for tail in tails:
                yield from tail.follow()


READ = Operation(
    name="file-read",
    description="Read logs that ordinary users may not read",
    message="Authentication is required to read logs",
    target=grammar,
    arguments={
        "offset": integer(-ALL, ALL),
        "length": integer(1, ALL),
        "follow": choice(("yes",)),
    },
    read=_read,
    stream=True,
    keep=True,
)
