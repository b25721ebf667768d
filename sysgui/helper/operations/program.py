"""A program of the system, by its whole path, and what it says while it runs."""

from __future__ import annotations

import os
import select
import signal
from types import TracebackType
from typing import Callable, Sequence

from ..refusal import Refusal

# How often it is looked whether to go on waiting, in seconds.
RHYTHM = 0.1


class Program:
    """Runs a program; what is given up before its end, by an error, is killed.

    It has no input, and the helper's own environment, which was made anew at the start.

    Args:
        argv: Its path, and what it is told.

    Attributes:
        status: How it ended, as waitpid(2) says, when the context has been left.

    Raises:
        Refusal: `failed` if it cannot be started.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self.status = 0
        self._output, theirs = os.pipe()
        try:
            self._child = os.posix_spawn(
                argv[0],
                list(argv),
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, theirs, 1),
                ],
            )
        except OSError as error:
            os.close(self._output)
            raise Refusal("failed") from error
        finally:
            os.close(theirs)

    def read(self, most: int, enough: Callable[[], str]) -> bytes:
        r"""Waits for what it says next; b"" at the end.

        Args:
            most: At most so many bytes.
            enough: Asked while nothing comes: a code to give up with, or "".

        Raises:
            Refusal: That code.
        """
        arrived = select.poll()
        arrived.register(self._output, select.POLLIN)
        while not arrived.poll(RHYTHM * 1000):
            code = enough()
            if code:
                raise Refusal(code)
        return os.read(self._output, most)

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._output)
        if kind is not None:
            os.kill(self._child, signal.SIGKILL)  # Ours until it is waited for.
        _pid, self.status = os.waitpid(self._child, 0)
