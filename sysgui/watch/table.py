"""Which units are watched, and how: the drop-ins that the helper has written are the table.

A watch is one line in a section that systemd passes over:

    [X-Sysgui]
    Watch={"restart":"yes","mail":"yes","notify":"no","grace":60}
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from typing import Any, Mapping, NamedTuple

SYSTEM = "/etc/systemd/system"
DROP_IN = "50-sysgui-watch.conf"

UNIT = re.compile(r"(?!-)[A-Za-z0-9:_.\\@-]{1,200}\.service")

_MOST = 64 << 10
_LINE = "Watch="


class Watch(NamedTuple):
    """How a unit is watched.

    Attributes:
        unit: Its name.
        restart: Whether it is started again.
        mail: Whether messages go out by mail.
        notify: Whether they are shown on desktops.
        grace: For how many seconds it must have run before it counts as well.
        probe: What is tried besides, if anything: `kind` and what belongs to it.
    """

    unit: str
    restart: bool = True
    mail: bool = True
    notify: bool = False
    grace: int = 60
    probe: Mapping[str, Any] | None = None


def path_of(unit: str) -> str:
    """Returns where the watch of a unit stands."""
    return f"{SYSTEM}/{unit}.d/{DROP_IN}"


def find(unit: str) -> Watch | None:
    """Returns the watch of a unit; None if it is not watched."""
    if not UNIT.fullmatch(unit):
        return None
    try:
        # No link is followed: what the helper has written is a file.
        descriptor = os.open(path_of(unit), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        text = file.read(_MOST).decode("utf-8", "replace")
    line = next((line for line in text.splitlines() if line.startswith(_LINE)), _LINE)
    try:
        given = json.loads(line[len(_LINE) :])
    except (ValueError, RecursionError):
        return None
    return _watch(unit, given) if isinstance(given, dict) else None


def watches() -> list[Watch]:
    """Returns all watches, by the names of their units."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(SYSTEM)):
            watch = find(name[:-2]) if name.endswith(".service.d") else None
            if watch is not None:
                found.append(watch)
    return found


def _watch(unit: str, given: Mapping[str, Any]) -> Watch:
    grace, probe = given.get("grace"), given.get("probe")
    return Watch(
        unit=unit,
        restart=given.get("restart") == "yes",
        mail=given.get("mail") == "yes",
        notify=given.get("notify") == "yes",
        grace=grace if type(grace) is int and 0 <= grace <= 3600 else 60,
        probe=probe if isinstance(probe, dict) and "kind" in probe else None,
    )
