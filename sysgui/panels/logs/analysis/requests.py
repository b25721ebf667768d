"""What a web server was asked for, how it answered, and how long that took."""

import re
from collections.abc import Iterator, Mapping

from sysgui.panels.logs.formats.form import Form

from .batch import Batch

# What can be counted of requests, by the name of the part.
COUNTED = ("status", "path", "user")

# A longer one is not counted by itself: it would leave a query no room.
_LONGEST = 500

_ACCESS = ("access", "access-hosts")

# What follows the last quote of a line.
_TAIL = re.compile(rb"\"((?: [^\"\n]*)?)\r?$", re.MULTILINE)
# nginx: $request_time, in seconds; alone, or with a name.
_SECONDS = re.compile(
    rb" (?:(?:[a-z_]*(?:rt|request_time|rtime)[=:])?)([0-9]{1,7}\.[0-9]{3})(?= |$)"
)
# Apache: %D, in microseconds; alone, or behind %T.
_MICROSECONDS = re.compile(rb" (?:\**[0-9]+/)?([0-9]{1,12})\**")


class Requests:
    """Reads requests.

    Args:
        form: Of the log's lines.
    """

    def __init__(self, form: Form) -> None:
        self._is_access = form.name in _ACCESS
        self._nils = {name: part.nil.encode() for name, part in form.parts.items()}
        self._parts: Mapping[str, re.Pattern[bytes]] = {
            name: re.compile(
                f"^{part.before}({part.inside}+){part.behind}".encode("ascii"), re.MULTILINE
            )
            for name, part in form.parts.items()
            if part.asked and name in COUNTED
        }

    @property
    def names(self) -> list[str]:
        """What can be counted of these."""
        return list(self._parts)

    def values(self, batch: Batch, name: str) -> Iterator[str]:
        """Yields one part of each line that has it."""
        nil = self._nils[name]
        for value in self._parts[name].findall(batch.data):
            if value != nil and len(value) <= _LONGEST:
                yield value.decode("utf-8", "backslashreplace")

    def durations(self, batch: Batch) -> Iterator[tuple[float, int]]:
        """Yields how many seconds each request took that says so, and where in the batch it is."""
        if not self._is_access:
            return
        for tail in _TAIL.finditer(batch.data):
            if seconds := _SECONDS.search(tail[1]):
                yield float(seconds[1]), tail.start()
            elif microseconds := _MICROSECONDS.fullmatch(tail[1]):
                yield int(microseconds[1]) / 1e6, tail.start()
