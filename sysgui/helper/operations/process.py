"""Signals to others' processes, and what schedulers and the memory killer think of them."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any, Mapping

from ..grammar import choice, integer, integers
from ..operation import Operation, Request, Target
from ..refusal import Refusal
from .bound import GRAMMAR, Bound

SIGNALS = ("TERM", "KILL", "INT", "HUP", "STOP", "CONT")


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
    target=GRAMMAR,
    arguments={"signal": choice(SIGNALS)},
    required=("signal",),
    bind=_Signalled,
)


IONICE = "/usr/bin/ionice"

# As ionice(1) has them: the class, and within two of them a level from 0, served first, to 7.
IO_CLASSES = {"realtime": "1", "best-effort": "2", "idle": "3"}
IO = ("idle", *(f"{name}:{level}" for name in ("realtime", "best-effort") for level in range(8)))


class _Adjusted(Target):
    # The kernel takes thread ids here, not descriptors: that they are those of the process is
    # looked at right before, through its directory.
    def __init__(self, target: str, request: Request) -> None:
        self._arguments = request.arguments
        self._process = Bound(target)

    def facts(self) -> Mapping[str, Any]:
        facts = self._process.facts()
        facts["nice"] = int(self._process.stat()[16])
        facts["oom"] = int(self._process.read("oom_score_adj"))
        return facts

    def act(self) -> None:
        asked = self._arguments
        for thread in self._process.threads():
            with contextlib.suppress(ProcessLookupError):  # Threads come and go.
                if "nice" in asked:
                    os.setpriority(os.PRIO_PROCESS, thread, asked["nice"])
                if "affinity" in asked:
                    os.sched_setaffinity(thread, asked["affinity"])
        if "io" in asked:
            self._set_io(asked["io"])
        if "oom" in asked:
            self._process.write("oom_score_adj", str(asked["oom"]).encode("ascii"))

    def _set_io(self, io: str) -> None:
        io_class, _colon, level = io.partition(":")
        words = [IONICE, "-c", IO_CLASSES[io_class]]
        if level:
            words += ["-n", level]
        threads = [str(thread) for thread in self._process.threads()]
        # The first one stays as long as the process. Of others it may be told (-t) that they went.
        for which in (["-p", str(self._process.pid)], ["-t", "-p", *threads]):
            child = os.posix_spawn(IONICE, words + which, os.environ)
            _pid, status = os.waitpid(child, 0)
            if status:
                raise Refusal("failed")

    def close(self) -> None:
        self._process.close()


ADJUST = Operation(
    name="process-adjust",
    description="Change how processes of other users share the CPU, the disks and the memory",
    message="Authentication is required to change how processes of other users are scheduled",
    target=GRAMMAR,
    arguments={
        "nice": integer(-20, 19),
        "io": choice(IO),
        "affinity": integers(0, 8191, 1024),
        "oom": integer(-1000, 1000),
    },
    some=True,
    bind=_Adjusted,
)
