"""What becomes of a watched unit: from what it was, and is now, follows what is told and done.

Pure: it reads no clock and asks nobody, so that it can be tried on any sequence of what may happen.
The owner is told of each change of state once, and never more than `MOST_MESSAGES` times within
`WINDOW`: what may not be told yet is told later, if it still is so.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

from .files import fitting

WINDOW = 600.0
MOST_MESSAGES = 3

# Without RestartSteps= (systemd 254) systemd's own restarts all come after one and the same delay.
# When it gives up, it is started anew after these times, in seconds.
LADDER = (10, 60, 300)

# How often a unit that runs and does not answer is restarted before that is given up.
MOST_RESTARTS = 3

# With these of Restart=, to be started again means to have failed.
COUNTED = ("on-failure", "on-abnormal", "on-abort", "on-watchdog")

# The states that the owner is told of.
TOLD = ("fine", "failing", "given-up", "missing")


class Memory(NamedTuple):
    """What is kept of a unit from one look to the next.

    Attributes:
        boot: Of the machine, to which the rest belongs.
        state: One of `TOLD`, or `stopped`: somebody wanted it so.
        told: The state that the owner knows of.
        failures: How many there were since it last was well.
        untold: Those of them that came after the last message.
        counted: Those of them that systemd's counter of restarts tells of.
        restarts: That counter.
        key: The last failure that was counted.
        ladder: How often it was started again from here since it last was well.
        later: The failure after which it was to be started later.
        since: When it was last seen to be well, or to be no longer, in seconds since 1970.
        messages: When the owner was told, in seconds since boot.
    """

    boot: str = ""
    state: str = "fine"
    told: str = "fine"
    failures: int = 0
    untold: int = 0
    counted: int = 0
    restarts: int = 0
    key: str = ""
    ladder: int = 0
    later: str = ""
    since: float = 0.0
    messages: Sequence[float] = ()


class Picture(NamedTuple):
    """What systemd says of a unit.

    Attributes:
        load: LoadState.
        active: ActiveState.
        sub: SubState.
        result: Result.
        kind: Type of the service.
        policy: Restart of the service.
        restarts: NRestarts, as it was when it was started last.
        invocation: InvocationID.
        running: Seconds for which it has been active.
        asked: Whether somebody had it started in vain: OnFailure, though nothing of it ran.
        probe: What its probe found: "" nothing, `ok`, or what is wrong.
        waiting: Whether a timer is about to start it again.
        ordered: Whether systemd has something to do with it: there is a job.
        ended: Of what ends badly: `stopped` if somebody wants it to end, `left` if systemd does not
            want to start it again; "" otherwise.
        broke: The invocation that has failed last, where systemd's counter does not tell of it.
    """

    load: str = "loaded"
    active: str = "active"
    sub: str = "running"
    result: str = "success"
    kind: str = "simple"
    policy: str = "on-failure"
    restarts: int = 0
    invocation: str = ""
    running: float = 0.0
    asked: bool = False
    probe: str = ""
    waiting: bool = False
    ordered: bool = False
    ended: str = ""
    broke: str = ""


class Policy(NamedTuple):
    """What is wanted.

    Attributes:
        restart: Whether it is started again.
        grace: For how many seconds it must have run to count as well.
        probed: Whether it has a probe.
        steps: Whether systemd waits longer and longer by itself.
    """

    restart: bool = True
    grace: float = 60.0
    probed: bool = False
    steps: bool = True


class Event(NamedTuple):
    """Something that happened.

    Attributes:
        kind: `failed`, `given-up`, `recovered`, `missing`, `restarted`, `later`, `stopped`.
        told: Whether the owner is told.
        failures: How many failures it is about.
    """

    kind: str
    told: bool
    failures: int = 0


class Verdict(NamedTuple):
    """What follows.

    Attributes:
        memory: To be kept.
        events: To be written down, and told.
        acts: What is to be done: `restart`, `later SECONDS`, `reset`.
    """

    memory: Memory
    events: Sequence[Event] = ()
    acts: Sequence[str] = ()


def condition(picture: Picture) -> str:
    """Returns `up`, `ill`, `done`, `down`, `waiting`, `failing`, `failed` or `missing`."""
    if picture.load == "masked" or picture.ended == "stopped":
        return "down"
    if picture.ordered and picture.active in ("failed", "inactive"):
        return "waiting"  # Between two runs it is for a moment in neither.
    if picture.active == "failed":
        return "failed"
    if picture.active in ("active", "reloading", "refreshing"):
        return "ill" if picture.probe not in ("", "ok") else "up"
    if picture.active == "inactive":
        if picture.load == "not-found":
            return "missing"
        rests = "done" if picture.kind == "oneshot" and picture.invocation else "down"
        return "failed" if picture.asked else rests
    # What is not started again is judged when it has ended.
    ending = picture.active == "deactivating" and picture.policy != "no"
    between = picture.sub.startswith("auto-restart") or ending
    return "failing" if between and picture.result != "success" else "waiting"


def judge(
    memory: Memory, picture: Picture, policy: Policy, now: float, wall: float, boot: str
) -> Verdict:
    """Returns what follows from what a unit was and is.

    Args:
        memory: What it was.
        picture: What it is.
        policy: What is wanted.
        now: Seconds since boot.
        wall: Seconds since 1970.
        boot: The boot's id.
    """
    if memory.boot != boot:
        # What failed before it was watched is nothing to tell.
        known = 0 if memory.boot else picture.restarts
        memory = memory._replace(
            boot=boot, counted=known, restarts=known, key="", ladder=0, later="", messages=()
        )
    found = condition(picture)
    before = memory
    memory, new = _count(memory, picture, found)
    acts: list[str] = []
    memory = _state(memory, picture, policy, found, acts)
    if new and memory.state in ("fine", "stopped") and found in ("up", "done", "waiting"):
        # One after the other: that it failed, and with the next look that it is well.
        memory, acts = memory._replace(state="failing"), []
    if "reset" in acts:
        memory = memory._replace(counted=0, restarts=0)  # As systemd's counter will be.
    if memory.state != before.state:
        memory = memory._replace(since=wall)
    memory, events = _told(before, memory, new, now, acts)
    if memory.state == memory.told == "fine" and memory.failures and not memory.untold:
        memory = memory._replace(failures=0, ladder=0, later="")
    return Verdict(memory, events, acts)


def _count(memory: Memory, picture: Picture, found: str) -> tuple[Memory, int]:
    """Counts the failures that are new, those that nobody has seen among them."""
    counted = memory.counted if picture.restarts >= memory.restarts else 0
    total = picture.restarts
    key = ""
    if found in ("failing", "failed", "ill"):
        key = f"{picture.invocation} {'dependency' if picture.asked else picture.probe}"
    if found == "failing":
        total += 1
    if picture.policy not in COUNTED:
        counted = total
        key = key or (picture.broke and f"{picture.broke} ")
    new = max(0, total - counted)
    if key:
        known = key == memory.key and not (picture.asked and not picture.invocation)
        new = 0 if known else max(1, new)
    return memory._replace(
        counted=max(total, counted) if key else total,
        restarts=picture.restarts,
        key=key or memory.key,
        failures=memory.failures + new,
        untold=memory.untold + new,
    ), new


def _state(memory: Memory, picture: Picture, policy: Policy, found: str, acts: list[str]) -> Memory:
    """Finds the new state, and what is to be done."""
    if found == "failing":
        return memory._replace(state="failing")
    if found == "failed":
        return _failed(memory, picture, policy, acts)
    if found == "ill":
        return _ill(memory, policy, acts)
    if found == "missing":
        return memory._replace(state="missing")
    if found == "down":
        # What could not even be tried stays so until it can.
        kept = memory.state == "given-up" and memory.key.endswith("dependency")
        return memory if kept else memory._replace(state="stopped")
    if found == "waiting":
        return memory
    return _well(memory, picture, policy, found, acts)


def _failed(memory: Memory, picture: Picture, policy: Policy, acts: list[str]) -> Memory:
    if picture.load == "not-found":
        return memory._replace(state="missing")  # There is nothing to be started.
    if picture.waiting:
        return memory._replace(state="failing")
    if memory.later == memory.key:
        # It was to be started later, and nothing waits for that any more: somebody has said no.
        return memory._replace(state="stopped")
    steps = () if policy.steps else LADDER
    own = picture.active == "failed" and picture.policy != "no" and picture.ended != "left"
    if policy.restart and own and memory.ladder < len(steps):
        acts.append(f"later {steps[memory.ladder]}")
        return memory._replace(state="failing", ladder=memory.ladder + 1, later=memory.key)
    return memory._replace(state="given-up")


def _ill(memory: Memory, policy: Policy, acts: list[str]) -> Memory:
    if not policy.restart:
        return memory._replace(state="failing")
    if memory.ladder >= MOST_RESTARTS:
        return memory._replace(state="given-up")
    acts.append("restart")
    return memory._replace(state="failing", ladder=memory.ladder + 1)


def _well(memory: Memory, picture: Picture, policy: Policy, found: str, acts: list[str]) -> Memory:
    trouble = memory.failures or memory.told != "fine"
    answers = not policy.probed or picture.probe == "ok"
    if found == "done":
        if memory.key.startswith(picture.invocation):
            return memory._replace(state="stopped")  # What failed was reset by hand.
    elif trouble and not (answers and picture.running >= policy.grace):
        unseen = memory.failures and memory.state in ("fine", "stopped")
        return memory._replace(state="failing") if unseen else memory
    if trouble and picture.restarts:
        acts.append("reset")  # systemd's counters, so that it waits a short time after the next.
    return memory._replace(state="fine")


_KINDS = {"fine": "recovered", "failing": "failed", "given-up": "given-up", "missing": "missing"}


def _told(
    before: Memory, memory: Memory, new: int, now: float, acts: Sequence[str]
) -> tuple[Memory, Sequence[Event]]:
    """Finds what is to be told now, and what is only to be written down."""
    events: list[Event] = []
    recent = [each for each in memory.messages if now - WINDOW < each <= now]
    changed = memory.state in TOLD and memory.state != memory.told
    missed = memory.untold and memory.told == "fine" and memory.state in ("fine", "stopped")
    if (changed or missed) and len(recent) < MOST_MESSAGES:
        kind = _KINDS.get(memory.state, "failed")
        events.append(Event(kind, told=True, failures=memory.failures))
        told = memory.state if changed else memory.told
        memory = memory._replace(told=told, untold=0)
        recent.append(now)
    elif new:
        events.append(Event("failed", told=False, failures=memory.failures))
    quiet = ("stopped", "given-up", "missing") if memory.failures else ("given-up", "missing")
    entered = memory.state != before.state and memory.state in quiet
    if entered and not (events and events[0].kind == memory.state):
        events.append(Event(memory.state, told=False, failures=memory.failures))
    for act in acts:
        kind = act.partition(" ")[0]
        if kind != "reset":
            events.append(Event("restarted" if kind == "restart" else kind, told=False))
    return memory._replace(messages=tuple(recent)), events


def from_json(given: Any) -> Memory:
    """Reads a memory that was written down; what is none is forgotten."""
    found: Memory = fitting(given, Memory())
    known = found.state in (*TOLD, "stopped") and found.told in TOLD
    return found if known and all(type(each) is float for each in found.messages) else Memory()
