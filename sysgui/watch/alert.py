"""Looks at watched units, tells their owner what became of them, and starts what is to be started.

systemd starts it: as `failed UNIT` when a unit has failed (OnFailure=), as `look UNIT` when one was
stopped for whatever reason (ExecStopPost=, where OnFailure= does not tell of every failure), as
`again UNIT` when one is to be started later, as `sweep` once a minute, for whatever the others have
missed, and as `tidy` when mail was sent.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from typing import Mapping, Sequence

from . import clock, journal, state
from .judge import COUNTED, LADDER, Event, Memory, Picture, Policy, judge
from .programs import SYSTEMCTL, Failed, run, show
from .table import Watch, find, watches
from .words import PROBES, Cause, Told, body, explained, head, status_of

# A unit is looked at until nothing follows: what happens while it is looked at counts as well, for
# systemd starts no second program like this one beside the first.
MOST_LOOKS = 5

MAIL_SETTINGS = "/etc/sysgui/mail.json"

PROPERTIES = (
    "Id", "LoadState", "ActiveState", "SubState", "Result", "Type", "Restart", "NRestarts",
    "InvocationID", "ExecMainCode", "ExecMainStatus", "ExecMainExitTimestampMonotonic",
    "ActiveEnterTimestampMonotonic", "Job", "RestartSteps",
)  # fmt: skip


def main(argv: Sequence[str]) -> int:
    """Does what systemd wants, and returns the exit status."""
    what, unit = [*argv, "", ""][:2]
    if what == "tidy":
        with state.locked():
            state.tidy()
        return 0
    if what == "sweep":
        with state.locked():
            state.note_clock()
        found = watches()
    else:
        found = [watch] if (watch := find(unit)) else []  # It may have ended meanwhile.
    for each in found:
        if what == "again":
            again(each.unit)
        else:
            if what == "sweep" and each.probe:
                _await(f"sysgui-probe@{each.unit}.service")
            look(each, failed=what == "failed")
    if state.waiting():
        # By a program that may do nothing else.
        run([*SYSTEMCTL, "--no-block", "start", "sysgui-mail.service"])
    return 0


def _await(probe: str) -> None:
    """Waits a little for one that is at it, as with each sweep: timers elapse together."""
    (found,) = show([probe], ["ActiveState"])
    if found["ActiveState"] == "activating":
        with contextlib.suppress(Failed):
            run([*SYSTEMCTL, "start", "--", probe], within=3.0)


def again(unit: str) -> None:
    """Starts a unit that has failed, unless that is not wanted any more."""
    with state.locked():
        (found,) = show([unit], PROPERTIES)
        if found["ActiveState"] == "failed" and found["LoadState"] == "loaded" and find(unit):
            run([*SYSTEMCTL, "reset-failed", "--", unit])
            state.keep(unit, state.recall(unit)._replace(counted=0, restarts=0))  # As systemd's.
            run([*SYSTEMCTL, "--no-block", "start", "--", unit])


def look(watch: Watch, *, failed: bool = False) -> None:
    """Looks at a unit until nothing more follows.

    Args:
        watch: How it is watched.
        failed: Whether systemd says that it has failed.
    """
    for _each in range(MOST_LOOKS):
        with state.locked():
            if find(watch.unit) is None:
                return  # Nothing of it is to be left.
            before = state.recall(watch.unit)
            timers = [_timer(watch.unit, seconds) for seconds in LADDER]
            found = show([watch.unit, f"sysgui-probe@{watch.unit}.service", *timers], PROPERTIES)
            now = clock.read()
            picture = _picture(watch, found, failed=failed)
            picture = _traced(watch.unit, picture, before, now.boot)
            steps = "RestartSteps" in found[0]
            policy = Policy(watch.restart, watch.grace, watch.probe is not None, steps)
            verdict = judge(before, picture, policy, now.since_boot, now.wall, now.boot)
            memory = verdict.memory
            for event in verdict.events:
                _tell(watch, event, memory, picture, found[0])
            for act in verdict.acts:
                _act(watch.unit, act, picture.invocation)
            if memory != before:
                state.keep(watch.unit, memory)
        failed = False
        if memory == before:
            return


def _picture(watch: Watch, found: Sequence[Mapping[str, str]], *, failed: bool) -> Picture:
    unit, probe, *timers = found
    entered = _number(unit.get("ActiveEnterTimestampMonotonic", ""))
    return Picture(
        load=unit.get("LoadState", ""),
        active=unit.get("ActiveState", ""),
        sub=unit.get("SubState", ""),
        result=unit.get("Result", "success"),
        kind=unit.get("Type", ""),
        policy=unit.get("Restart", "no"),
        restarts=_restarts(unit),
        invocation=unit.get("InvocationID", "") or _ended(watch.unit),
        # systemd's clock, too, stands still while the machine is suspended.
        running=max(0.0, time.monotonic() - entered / 1e6) if entered else 0.0,
        asked=failed and unit.get("ActiveState") == "inactive" and not _failure(unit.get("Result")),
        probe=_probe(probe) if watch.probe else "",
        ordered=bool(unit.get("Job", "")),
        waiting=any(timer.get("SubState") == "waiting" for timer in timers),
    )


def _traced(unit: str, picture: Picture, before: Memory, boot: str) -> Picture:
    """Adds what only the journal knows: what ended it, and which run nobody has seen."""
    more = before.boot == boot and picture.restarts > before.restarts
    unseen = more and picture.policy not in COUNTED
    ends = picture.active in ("failed", "deactivating") and picture.result != "success"
    rests = picture.active == "inactive" and not picture.invocation
    rests = rests and (more or before.told != "fine")
    if not (unseen or ends or rests):
        return picture
    steps = journal.steps(unit)
    own = [step for invocation, step in steps if invocation == picture.invocation]
    left = "left" if "failed" in own and "scheduled" not in own else ""
    if rests and steps and steps[-1][1] == "ended" and (steps[-1][0], "stopping") not in steps:
        picture = picture._replace(invocation=steps[-1][0])
    return picture._replace(
        ended="stopped" if "stopping" in own else left,
        broke=next((its for its, step in steps[::-1] if step == "failed" and unseen), ""),
    )


def _monitored(what: str) -> str:
    """Returns what systemd says of the run for which it has started this program; "" if nothing."""
    return os.environ.get(f"MONITOR_{what}", "")


def _failure(result: str | None) -> bool:
    """Tells whether that is one, or if systemd has started this program because of one."""
    return not {result, _monitored("SERVICE_RESULT")} <= {None, "", "success"}


def _restarts(unit: Mapping[str, str]) -> int:
    """Returns how often it was restarted until it began to run last.

    systemd counts a restart when it orders it, a moment before what has failed is no more.
    """
    ordered = unit.get("SubState", "").startswith("auto-restart") and unit.get("Job", "")
    return max(0, _number(unit.get("NRestarts", "")) - (1 if ordered else 0))


def _ended(unit: str) -> str:
    """Returns the invocation that systemd says has ended well; of what rests it forgets it soon."""
    told = (_monitored("UNIT"), _monitored("SERVICE_RESULT"))
    return _monitored("INVOCATION_ID") if told == (unit, "success") else ""


def _probe(found: Mapping[str, str]) -> str:
    """Returns what a probe found last: "" if nothing, or nothing that counts any more."""
    status = _number(found.get("ExecMainStatus", ""))
    if found.get("ActiveState") == "failed":
        return next((wrong for wrong in PROBES if status_of(wrong) == status), "timeout")
    ran = _number(found.get("ExecMainExitTimestampMonotonic", ""))
    return "ok" if ran and status == 0 and found.get("Result") == "success" else ""


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) else 0


def _tell(
    watch: Watch, event: Event, memory: Memory, picture: Picture, unit: Mapping[str, str]
) -> None:
    """Writes an event down, and tells the owner if he is to be told."""
    said = journal.Said()
    if event.kind in ("failed", "given-up"):
        said = journal.last(watch.unit, _failed_invocation(picture))
    told = Told(
        unit=watch.unit,
        kind=event.kind,
        host=socket.gethostname(),
        wall=time.time(),
        cause=_cause(picture, unit, said),
        failures=event.failures,
        restarts=max(0, event.failures - 1) + memory.ladder,
        lines=said.lines,
    )
    _write_down(told, event)
    if event.told and watch.notify:
        state.tell({"unit": watch.unit, "kind": event.kind, "when": told.wall, "text": head(told)})
    if event.told and watch.mail and os.path.exists(MAIL_SETTINGS):
        mail = {"unit": watch.unit, "subject": f"[{told.host}] {head(told)}", "body": body(told)}
        for other in state.post(mail):
            _write_down(told._replace(unit=other, kind="dropped"), Event("dropped", told=False))


def _cause(picture: Picture, unit: Mapping[str, str], said: journal.Said) -> Cause:
    if picture.probe not in ("", "ok"):
        return Cause("probe", probe=picture.probe)
    if picture.asked and not said.cause.result:
        return Cause("dependency")
    if picture.result != "success":
        return Cause(picture.result, unit.get("ExecMainStatus", ""))
    # It runs again already: what it failed of stands in the journal alone.
    return said.cause


def _failed_invocation(picture: Picture) -> str:
    """Returns that of which the journal is to be asked; "" if it runs again, and that is lost."""
    if _failure(picture.result):
        return _monitored("INVOCATION_ID") or picture.invocation
    return picture.invocation if picture.probe not in ("", "ok") else picture.broke


_WORDS = {
    "restarted": "is restarted",
    "later": "will be started later",
    "stopped": "was stopped",
    "dropped": "has lost a message: too many wait for a mail server",
}


def _write_down(told: Told, event: Event) -> None:
    known = event.kind in ("failed", "given-up")
    text = head(told) if event.kind not in _WORDS else f"{told.unit} {_WORDS[event.kind]}"
    why = explained(told.cause) if known else ""
    fields = {
        "UNIT": told.unit, "EVENT": event.kind, "TOLD": "yes" if event.told else "no",
        "FAILURES": str(event.failures), "CAUSE": why}  # fmt: skip
    priority = journal.WARNING if known or event.kind == "missing" else journal.NOTICE
    journal.write(f"{text}: {why}" if why else text, priority, fields)


def _act(unit: str, act: str, its: str) -> None:
    kind, _space, seconds = act.partition(" ")
    if kind == "later":
        run([*SYSTEMCTL, "--no-block", "restart", "--", _timer(unit, int(seconds))])
        return
    run([*SYSTEMCTL, "reset-failed", "--", f"sysgui-probe@{unit}.service"])  # Of what was before.
    if kind == "restart":
        # Only what runs: somebody may have stopped it meanwhile.
        run([*SYSTEMCTL, "--no-block", "try-restart", "--", unit])
        return
    run([*SYSTEMCTL, "reset-failed", "--", unit])
    rests = show([unit], PROPERTIES)[0].get("ActiveState") in ("deactivating", "inactive")
    # What failed just then has ended well by that, and systemd may have forgotten it since.
    status = journal.last(unit, its).cause.status if rests else ""
    if status not in ("", "0", "15") and (its, "stopping") not in journal.steps(unit):
        run([*SYSTEMCTL, "--no-block", "--job-mode=fail", "start", "--", unit])


def _timer(unit: str, seconds: int) -> str:
    return f"sysgui-again-{seconds}@{unit}.timer"
