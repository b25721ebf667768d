"""Makes bundles for the window, a piece with each question, so that it can show and end them."""

import time
from collections.abc import Generator
from typing import Any

import msgspec

from sysgui.system.host import Host

from .asked import Asked
from .bundling import Bundling

# So many lines are shown before a bundle is made.
PREVIEWED = 8

Job = Generator["BundleState", None, None]


class BundleState(msgspec.Struct, frozen=True):
    """How far a bundle is, or a look at what it will hold.

    Attributes:
        number: Which of those that were asked for.
        done: Which part of it is done, 0 to 1.
        finished: Whether all of it is.
        shown: Of a look, the first lines.
    """

    number: int
    done: float = 0.0
    finished: bool = False
    shown: list[str] = []


class BundleProbe:
    """Makes one bundle after the other.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._number = 0
        self._job: Job | None = None

    def read(
        self,
        number: int = 0,
        asked: dict[str, Any] | None = None,
        path: str = "",
        *,
        replaces: bool = False,
        seconds: float = 0.1,
    ) -> BundleState:
        """Goes on with what is asked for, for about `seconds`.

        Args:
            number: Another one than before ends that one, and nothing is left of it; 0 is none.
            asked: What the bundle is made of, as `Asked` has it.
            path: The file's; "": only its first lines are wanted.
            replaces: Whether it may take the place of another.
            seconds: How long.

        Raises:
            Problem: As `Bundling` says.
        """
        if number != self._number:
            self.close()
            self._number = number
            if asked is not None:
                self._job = self._started(msgspec.convert(asked, Asked), path, replaces=replaces)
        until = time.monotonic() + seconds
        state = BundleState(number, 1.0, finished=True)
        while self._job is not None:
            state = next(self._job, BundleState(number, 1.0, finished=True))
            if state.finished or time.monotonic() >= until:
                break
        if state.finished:
            self.close()
        return state

    def _started(self, asked: Asked, path: str, *, replaces: bool) -> Job:
        bundling = Bundling(self._host, asked)
        try:
            if path:
                for done in bundling.steps(path, replaces=replaces):
                    yield BundleState(self._number, done)
            else:
                for shown in bundling.preview(PREVIEWED):
                    yield BundleState(self._number, shown=shown, finished=bool(shown))
        finally:
            bundling.close()

    def close(self) -> None:
        """Ends what is being made, and leaves nothing of it."""
        job, self._job, self._number = self._job, None, 0
        if job is not None:
            job.close()
