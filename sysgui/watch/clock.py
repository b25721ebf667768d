"""How much time has really gone by since something was done, though somebody sets the clock.

When a file was written, and a service began, is told by the clock on the wall. That one may be set,
and goes on while the machine sleeps, though nobody can do anything then. So once a minute it is
noted how it stands beside the clocks that nobody sets: what differs from that has happened since.
"""

from __future__ import annotations

import time
from typing import NamedTuple

# Two clocks cannot be read at once; what sets one by less than this is nothing to care for.
CARE = 1.0


class Reading(NamedTuple):
    """The clocks.

    Attributes:
        boot: Of the machine: its id.
        wall: Seconds since 1970.
        since_boot: Seconds since boot.
        awake: Those of them for which the machine was awake.
    """

    boot: str
    wall: float
    since_boot: float
    awake: float


class Noted(NamedTuple):
    """What was noted of them.

    Attributes:
        boot: To which the rest belongs.
        ahead: By how much the wall's clock is ahead of that since boot.
        asleep: For how many seconds the machine had slept.
        set_at: When the clock was seen to have been set, in seconds since boot; below 0 if never.
        woke_at: When the machine was seen to have woken up, in seconds awake; below 0 if never.
    """

    boot: str = ""
    ahead: float = 0.0
    asleep: float = 0.0
    set_at: float = -1.0
    woke_at: float = -1.0


def read() -> Reading:
    """Reads the clocks."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read().strip()
    # In this order: if it is put to sleep in between, it is taken to have slept, and that is so.
    awake = time.clock_gettime(time.CLOCK_MONOTONIC)
    return Reading(boot, time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), awake)


def noted(before: Noted, now: Reading) -> Noted:
    """Returns what is to be noted, after what was."""
    ahead, asleep = now.wall - now.since_boot, now.since_boot - now.awake
    if before.boot != now.boot:
        return Noted(now.boot, ahead, asleep)
    if abs(ahead - before.ahead) > CARE:
        before = before._replace(ahead=ahead, set_at=now.since_boot)
    if asleep - before.asleep > CARE:
        before = before._replace(asleep=asleep, woke_at=now.awake)
    return before


def age(written: float, kept: Noted, now: Reading) -> float:
    """Returns for how many seconds something is surely done.

    Args:
        written: When it was done, by the clock on the wall.
        kept: What was noted last.
        now: The clocks.
    """
    seen = noted(kept, now)
    found = now.wall - written
    if seen.set_at < 0:
        return found
    # What seems to come from the future was done before the clock was set.
    since = now.since_boot - seen.set_at
    return since if found < -CARE else min(found, since)


def awake(kept: Noted, now: Reading) -> float:
    """Returns for how many seconds the machine is awake, since it was booted or has slept."""
    return now.awake - max(0.0, noted(kept, now).woke_at)
