"""Properties of units: which are asked for, and what they say. Never of a unit that is not loaded.

systemd tells most of them by itself when a unit changes, and then nobody need ask.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from sysgui.system.bus import SYSTEMD

from .units import UNSET, Unit, template_of

UNIT = f"{SYSTEMD}.Unit"

# Since when a unit is in its state is the time at which it came there, as systemctl takes it.
SINCE = {
    "active": "ActiveEnterTimestamp",
    "reloading": "ActiveEnterTimestamp",
    "refreshing": "ActiveEnterTimestamp",
    "inactive": "InactiveEnterTimestamp",
    "failed": "InactiveEnterTimestamp",
    "maintenance": "InactiveEnterTimestamp",
    "activating": "InactiveExitTimestamp",
    "deactivating": "ActiveExitTimestamp",
}

ELAPSES = ("NextElapseUSecRealtime", "NextElapseUSecMonotonic")

# Types whose processes have a control group.
_GROUPED = {"service", "scope", "slice", "socket", "mount", "swap"}

# What a property becomes as it is.
_PLAIN = {
    "ActiveState": "active",
    "SubState": "sub",
    "MainPID": "pid",
    "NRestarts": "restarts",
    "ControlGroup": "control_group",
    "NeedDaemonReload": "changed",
    "UnitFileState": "enabled",
}

# A job of which nothing but its being there is known, and what it is by the state it leads to.
QUEUED = "queued"
BEGUN = {"activating": "start", "deactivating": "stop", "reloading": "reload"}


def runs(unit: Unit) -> bool:
    """Tells whether a unit is up, or on its way: then it certainly stays loaded for now."""
    return unit.active not in ("", "inactive", "failed")


def questions(unit: Unit) -> list[tuple[str, str]]:
    """Returns the interfaces and properties to ask a loaded unit for, as few as will do."""
    face = f"{SYSTEMD}.{unit.type.capitalize()}"
    asked = [(UNIT, SINCE[unit.active])] if unit.active in SINCE else []
    if unit.type == "service":
        asked.append((face, "NRestarts"))
        if runs(unit):
            asked.append((face, "MainPID"))
    if unit.type in _GROUPED and runs(unit):
        asked.append((face, "ControlGroup"))
    if unit.type == "timer":
        asked += [(face, name) for name in (*ELAPSES, "LastTriggerUSec")]
    if template_of(unit.name):
        # The list of files has the template only: it says nothing of one instance.
        asked.append((UNIT, "UnitFileState"))
    return asked


def told(unit: Unit, values: Mapping[str, Any], elapse: float | None = None) -> Unit:
    """Returns a unit as it is with some of its properties known anew; the same if nothing differs.

    Args:
        unit: As it was.
        values: Properties of any of its interfaces, without their types.
        elapse: When it elapses next, if that is known.
    """
    changes: dict[str, Any] = {
        field: values[name] for name, field in _PLAIN.items() if name in values
    }
    active = changes.get("active", unit.active)
    entered = SINCE.get(active, "")
    if entered in values:
        changes["since"] = seconds(values[entered])
    elif active != unit.active:
        changes["since"] = None
    if changes.get("restarts") == 2**32 - 1:
        changes["restarts"] = None
    if "LastTriggerUSec" in values:
        changes["last_run"] = seconds(values["LastTriggerUSec"]) or 0.0
    if elapse is not None:
        changes["next_run"] = elapse
    changes["job"] = _job(unit.job, values, active)
    if all(getattr(unit, name) == value for name, value in changes.items()):
        return unit
    return msgspec.structs.replace(unit, **changes)


def _job(job: str, values: Mapping[str, Any], active: str) -> str:
    """Returns what is queued: its type stands in the list only, but what it has begun is seen."""
    if "Job" in values:
        job = (job or QUEUED) if values["Job"][0] else ""
    return BEGUN.get(active, job) if job in (QUEUED, *BEGUN.values()) else job


def seconds(microseconds: int) -> float | None:
    """Returns a time in seconds; None where systemd has none."""
    return None if microseconds in (0, UNSET) else microseconds / 1e6


def next_elapse(elapses: Mapping[str, int], now: float, monotonic: float) -> float:
    """Returns when a timer elapses next, in seconds since 1970, or 0.

    Args:
        elapses: Of both clocks that a timer may go by.
        now: What the clock on the wall shows.
        monotonic: What the one shows that only goes forward.
    """
    realtime = seconds(elapses.get("NextElapseUSecRealtime", 0))
    later = seconds(elapses.get("NextElapseUSecMonotonic", 0))
    if later is not None:
        later = float(round(now + later - monotonic))
    return min((each for each in (realtime, later) if each is not None), default=0.0)
