"""What goes in and out: one strict JSON request, then frames, each a line of JSON.

Every frame has its kind in `frame`: `plan` (what would be done, with a digest), `item` (what became
of one target), `data` (facts), `piece` (of a stream), and last either `result` or `error` with a
code. Data is bounded: it is kept by whoever reads. A stream is not: it goes as it is taken.
"""

from __future__ import annotations

import json
import os
import re
import select
import time
from typing import Any, NoReturn

from .refusal import Refusal

MOST_INPUT = 64 << 10
INPUT_WITHIN = 5.0  # Seconds.
DEEPEST = 6
LONGEST_NUMBER = 20  # Digits.

# One that is not closed goes on to the end: at each quote it would be looked through anew.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)

MOST_FRAME = 64 << 10
MOST_OUTPUT = 8 << 20


class Input:
    """Lines from standard input, bounded in size and time.

    Args:
        descriptor: Of the pipe.
    """

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._read = b""
        self._ended = False

    def line(self, within: float) -> bytes:
        """Returns the next line without its end, or b"" if the caller has closed the pipe.

        Raises:
            Refusal: `input` if it is too long, `timeout` if it takes longer than `within` seconds.
        """
        deadline = time.monotonic() + within
        while b"\n" not in self._read:
            if self._ended or not self._wait(deadline):
                return b""
            if len(self._read) > MOST_INPUT:
                raise Refusal("input")
        line, _end, self._read = self._read.partition(b"\n")
        return line

    def closed(self, within: float = 0.0) -> bool:
        """Tells whether the caller has gone or wants it to stop: the pipe is at its end.

        Args:
            within: How long to wait for that, in seconds.
        """
        while not self._ended and self._ready(within):
            self._take()
            if len(self._read) > MOST_INPUT:
                raise Refusal("input")
        return self._ended

    def _wait(self, deadline: float) -> bool:
        """Takes what comes until the deadline; False if the pipe ended before its line did."""
        left = deadline - time.monotonic()
        if left <= 0 or not self._ready(left):
            raise Refusal("timeout")
        self._take()
        return not self._ended

    def _ready(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _take(self) -> None:
        try:
            piece = os.read(self._descriptor, MOST_INPUT)
        except OSError:  # A socket whose other end went, or never was.
            piece = b""
        self._ended = not piece
        self._read += piece


def parse(line: bytes) -> Any:
    """Reads strict JSON: integers only, no key twice, no lone surrogates, not deep.

    Raises:
        Refusal: `input`.
    """
    _check_depth(line)
    try:
        value = json.loads(
            line.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # Lone surrogates cannot be.
    except ValueError as error:
        raise Refusal("input") from error
    return value


def _check_depth(line: bytes) -> None:
    """Counts the brackets outside strings, before the parser recurses into them.

    Where strings are broken, so that they are not told right, the parser has given up before.
    """
    depth = 0
    for byte in _STRING.sub(b"", line):
        if byte in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise Refusal("input")
        elif byte in b"]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal("input")
    return found


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise Refusal("input")
    return int(text)


def _refuse(_text: str) -> NoReturn:
    raise Refusal("input")


class Output:
    """Frames to standard output.

    Args:
        descriptor: Of the pipe.

    Attributes:
        heard: Whether somebody reads, as far as is known.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self.heard = True
        self._descriptor = descriptor
        self._left = MOST_OUTPUT

    def frame(self, kind: str, **content: Any) -> None:
        """Writes one frame.

        Raises:
            Refusal: `too-much`, or `cancelled` if nobody reads any more.
        """
        text = json.dumps({"frame": kind, **content}, ensure_ascii=True, separators=(",", ":"))
        line = text.encode("ascii") + b"\n"
        # Room is kept for the last frame, which says that it was too much.
        if len(line) > MOST_FRAME or (kind == "data" and len(line) > self._left - MOST_FRAME):
            raise Refusal("too-much")
        if kind == "data":
            self._left -= len(line)
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            self.heard = False
            raise Refusal("cancelled") from error
