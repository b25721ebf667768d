"""`… | sysgui logs -`: the lines that come through a pipe, printed as they come."""

import os
import stat
import sys
from collections.abc import Callable

from sysgui.panels.logs.file.understood import SHORT, Understood
from sysgui.panels.logs.names import path_of
from sysgui.panels.logs.text.joined import Original
from sysgui.panels.logs.text.piped import Piped
from sysgui.panels.logs.text.wanted import Condition
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .following import Tail

STANDARD_INPUT = "-"


def is_pipe(host: Host, name: str) -> bool:
    """Tells whether what has a name, on the command line, is read as it comes."""
    if name == STANDARD_INPUT:
        return True
    try:
        return stat.S_ISFIFO(host.stat(os.path.abspath(path_of(name))).st_mode)  # noqa: PTH100
    except OSError:
        return False


class PipeLines:
    """Prints the lines that come through a pipe.

    Args:
        host: The machine.
        path: The pipe's, or `STANDARD_INPUT`.
        wanted: Returns which lines are wanted.
        write: Prints a line.
        json: Whether the lines are given with what the log tells of them.

    Attributes:
        count: How many lines there were.
    """

    def __init__(
        self,
        host: Host,
        path: str,
        wanted: Callable[[Understood], Condition],
        write: Callable[[Original], None],
        *,
        json: bool = False,
    ) -> None:
        self._host = host
        self._wanted = wanted
        self._write = write
        self._json = json
        self._descriptor = os.dup(0) if path == STANDARD_INPUT else host.open(path)
        self._piped = Piped(self._descriptor, host.now)
        self.count = 0

    def run(self) -> None:
        """Prints them until there are no more.

        Raises:
            OSError: As read(2) says.
            Problem: `no-room`; `bad-query` and others, as `wanted` says.
            BrokenPipeError: Nobody reads any more what is printed.
        """
        try:
            if self._begins():
                self._print()
        finally:
            os.close(self._descriptor)

    @property
    def trouble(self) -> str:
        """Why not all that came could be unpacked; "" if nothing is wrong."""
        return self._piped.trouble

    def _begins(self) -> bool:
        """Waits for as many lines as tell what can be asked of them; tells whether any came."""
        piped = self._piped
        while not piped.ended:
            piped.wait()
            piped.refresh()
            # The first lines may be of no form: only the next tell what can be asked then.
            enough = piped.ended or piped.text.size > SHORT
            if piped.text.size and self._can_ask(must=enough):
                return True
        return False

    def _can_ask(self, *, must: bool) -> bool:
        try:
            placed = self._wanted(self._understood()).placed
        except Problem:
            if must:
                raise
            return False
        if placed:
            self._piped.keep_all()
        return True

    def _understood(self) -> Understood:
        return Understood(self._host, self._piped)

    def _print(self) -> None:
        piped = self._piped
        tail = Tail(piped, self._understood, self._wanted, self._count, 0, json=self._json)
        more = True
        while more:
            tail.step()
            tail.shift(piped.forget())
            more = not piped.ended
            if more and not piped.ready:
                sys.stdout.flush()
                piped.wait()
        tail.show(ended=True)

    def _count(self, line: Original) -> None:
        self.count += 1
        self._write(line._replace(offset=self._piped.forgotten + line.offset))
