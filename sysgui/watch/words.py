"""What is told: what happened to a unit, why, and what will be done about it, in words."""

from __future__ import annotations

import signal
import time
from typing import NamedTuple, Sequence

# Result of a service, as systemd.exec(5) has them. What is no code here is shown as it is.
RESULTS = {
    "success": "it ended by itself, and without an error",
    "protocol": "it did not do what its type promises (Type= in its unit file)",
    "timeout": "it took longer to start or to stop than it may, and was ended",
    "watchdog": "it gave no sign of life for longer than it may (WatchdogSec=), and was ended",
    "start-limit-hit": "it was started too often in too short a time",
    "resources": "something that it needs could not be set up",
    "oom-kill": "the machine had no memory left, and the kernel ended one of its processes",
    "exec-condition": "its own condition kept it from starting",
    "dependency": "it could not be started: something that it needs has failed",
}

# Statuses of systemd's own, of which the number says nothing.
STATUSES = {
    "200": "its working directory cannot be entered",
    "203": "its program is not there or cannot be executed",
    "209": "its standard output cannot be opened",
    "216": "its group is not there",
    "217": "its user is not there",
    "226": "its view of the file system cannot be set up",
    "243": "what it is to be told in secret (LoadCredential=) is not there",
}

# What its probe has found.
PROBES = {
    "refused": "its port takes no connection",
    "timeout": "it does not answer in time",
    "status": "it answers with another status than it should",
    "text": "its answer lacks the text that should be in it",
    "nonsense": "what it answers is no HTTP",
    "absent": "the file that it should write is not there",
    "old": "the file that it should write has not been written for too long",
    "hidden": "the file that it should write cannot be looked at",
    "tls": "it does not speak TLS as it should",
    "self-signed": "its certificate is signed by itself, and not by whom this machine trusts",
    "untrusted": "its certificate is signed by nobody whom this machine trusts",
    "expired": "its certificate has expired, or is not valid yet",
    "name": "its certificate is for another name",
}


def status_of(wrong: str) -> int:
    """Returns with which status a probe ends that has found it: a key of `PROBES`, or ""."""
    return 10 + list(PROBES).index(wrong) if wrong else 0


HEADS = {
    "failed": "has failed",
    "given-up": "has failed, and is not started again",
    "recovered": "runs again",
    "missing": "is not there any more",
    "test": "is only a test",
}

NEXT = {
    "failed": "You will be told once more: when it is well again, or when that was given up.",
    "given-up": "Nothing more is done by itself. To start it: systemctl start {unit}",
    "recovered": "",
    "missing": "Its unit file was removed. To end the watch: sysgui watch remove {unit}",
}


class Cause(NamedTuple):
    """Why a unit failed.

    Attributes:
        result: Result of the service; `probe` if it only does not answer.
        status: Its exit status or signal.
        probe: What its probe found.
    """

    result: str = ""
    status: str = ""
    probe: str = ""


def explained(cause: Cause) -> str:
    """Returns the cause in words."""
    if cause.result == "probe":
        return f"it runs, but {PROBES.get(cause.probe, cause.probe)}"
    if cause.result == "exit-code" and cause.status in ("", "0"):
        return "a command around its main process (ExecStartPre= and the like) ended with an error"
    if cause.result == "exit-code":
        status = cause.status
        why = STATUSES.get(status, "")
        return f"its main process ended with status {status}" + (f": {why}" if why else "")
    if cause.result in ("signal", "core-dump"):
        left = ", and left a core dump" if cause.result == "core-dump" else ""
        return f"its main process was ended by signal {_signal(cause.status)}{left}"
    return RESULTS.get(cause.result, cause.result or "not known")


def _signal(status: str) -> str:
    try:
        return f"{int(status)} ({signal.Signals(int(status)).name})"
    except ValueError:
        return status


class Told(NamedTuple):
    """What there is to tell.

    Attributes:
        unit: Its name.
        kind: A key of `HEADS`.
        host: The machine's name.
        wall: When, in seconds since 1970.
        cause: Why.
        failures: How often since it last was well.
        restarts: How often it was started again since.
        lines: The last of its journal.
    """

    unit: str
    kind: str
    host: str
    wall: float
    cause: Cause = Cause()
    failures: int = 0
    restarts: int = 0
    lines: Sequence[str] = ()


def head(told: Told) -> str:
    """Returns it in a line, without the machine's name."""
    return f"{told.unit} {HEADS[told.kind]}"


def body(told: Told) -> str:
    """Returns all of it."""
    when = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(told.wall))
    parts = [f"{head(told)}.", "", f"Machine:   {told.host}", f"When:      {when}"]
    if told.cause.result or told.kind in ("failed", "given-up"):
        parts.append(f"Cause:     {explained(told.cause)}")
    if told.kind != "missing":
        parts.append(f"Failures:  {told.failures} since it last was well")
        parts.append(f"Restarts:  {told.restarts} since then")
    if NEXT[told.kind]:
        parts += ["", NEXT[told.kind].format(unit=told.unit)]
    if told.lines:
        parts += ["", f"The last {len(told.lines)} lines of its journal:", ""]
        parts += [f"    {line}" for line in told.lines]
    return "\n".join(parts) + "\n"
