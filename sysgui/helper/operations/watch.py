"""Which services are kept alive, and of which the owner is told: drop-ins that systemd acts by.

A watch is one file in a service's folder of drop-ins, which is also what is known of it. A probe
has one or two more. All that they name is a unit of ours or a fixed program; of the caller's there
are only numbers, and words of a grammar, in a section that systemd passes over.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Mapping, Sequence

from ..grammar import choice, integer, text
from ..operation import Operation, Request, Target
from ..plan import sha256
from ..refusal import Refusal
from . import watch_probe
from .bound import PROTECTED_UNITS
from .systemctl import ask, change, show
from .watch_files import SYSTEM, Change, Place, applied, forget, read

NAME = "50-sysgui-watch.conf"

GRAMMAR = text(r"[A-Za-z0-9:_.\\@-]+\.service", 200)

# What looks after a service has that name in its own, and a folder in /tmp: systemd-private-,
# the boot's id, the name and six signs. The kernel takes 255.
MOST_NAME = 255 - len(f"systemd-private-{'0' * 32}-sysgui-alert@.service-abcdef")

# A service that has one of these is not started again after every failure, and will be.
WEAK = ("no", "on-success", "on-abnormal", "on-abort", "on-watchdog")

# systemd waits longer and longer by itself from the one on, and tells of every failure from the
# other on. Before, the program that tells is started by the service's own end.
STEPS_SINCE = 254
EACH_SINCE = 255

# There is a timer for each time after which one is started anew where systemd has given up.
AGAIN = (10, 60, 300)

ARGUMENTS = {
    "restart": choice(("yes", "no")),
    "always": choice(("yes", "no")),
    "mail": choice(("yes", "no")),
    "notify": choice(("yes", "no")),
    "grace": integer(0, 3600),
    **watch_probe.ARGUMENTS,
}

HEAD = "# Written by Sysgui. To end this watch: sysgui watch remove {unit}\n"

FACTS = ("Id", "LoadState", "Type", "Restart", "TimeoutStartUSec")


def places(unit: str) -> Sequence[Place]:
    """Returns where the files of a watch stand: its own, and those of its probe."""
    probe = f"sysgui-probe@{unit}"
    folders = (f"{unit}.d", f"{probe}.timer.d", f"{probe}.service.d")
    return [Place(SYSTEM, folder, NAME) for folder in folders]


def probe_units(unit: str) -> Sequence[str]:
    """Returns the units that try whether a unit answers."""
    return [f"sysgui-probe@{unit}.timer", f"sysgui-probe@{unit}.service"]


class _Watched(Target):
    def __init__(self, target: str, request: Request) -> None:
        unfit = target.startswith("sysgui-") or target.endswith("@.service")
        if unfit or len(target) > MOST_NAME:
            raise Refusal("grammar")
        self._unit = target
        self._wanted = request.wanted
        self._asked = request.arguments
        self._always = self._asked.get("always") == "yes"
        if self._always and self._asked["restart"] == "no":
            raise Refusal("grammar")
        self._probe = watch_probe.asked_for(self._asked)

    def facts(self) -> Mapping[str, Any]:
        (found,) = show([self._unit], FACTS)
        if found["LoadState"] != "loaded":
            raise Refusal("gone")
        # Drop-ins are asked for by the one name that it has. What lets one log in restarts by
        # itself, and is not to be ended because of what a port says.
        protected = self._unit in PROTECTED_UNITS and self._asked["restart"] == "yes"
        if found["Id"] != self._unit or protected:
            raise Refusal("protected" if protected else "changed")
        if self._always and found["Type"] == "oneshot":
            raise Refusal("grammar")  # It is there to end, and systemd takes no other word.
        before = [read(place) for place in places(self._unit)]
        own = _own(before[0]) or found["Restart"]
        if self._probe:
            # So long it may take to start: before that it need not answer.
            grace = self._asked.get("grace", 60)
            self._probe["wait"] = max(grace, _seconds(found["TimeoutStartUSec"]))
        self._changes = self._made(own, found["Type"], _version())
        return {
            "type": found["Type"],
            "own": own,
            "before": [data and sha256(data) for data in before],
            "writes": {
                each.place.path: each.data.decode("ascii") for each in self._changes if each.data
            },
        }

    def _made(self, own: str, kind: str, version: int) -> Sequence[Change]:
        """Returns what the files are to hold."""
        unit, timer, service = places(self._unit)
        watch = {name: self._asked[name] for name in ("restart", "mail", "notify")}
        if self._always:
            watch["always"] = "yes"
        watch.update({"grace": self._asked.get("grace", 60), "own": own})
        made = {unit: "", timer: None, service: None}
        if self._probe:
            watch["probe"] = self._probe
            seconds = self._asked.get("every", 30)
            made[timer] = (
                f"[Timer]\nOnActiveSec=\nOnActiveSec={seconds}s\nOnUnitInactiveSec={seconds}s\n"
            )
            if self._probe["kind"] == "file":
                made[service] = watch_probe.ONLY_LOOKS
        made[unit] = _drop_in(watch, own, version, kind)
        head = HEAD.format(unit=self._unit)
        return [Change(at, (head + text).encode() if text else None) for at, text in made.items()]

    def act(self) -> None:
        with applied(self._changes, self._wanted):
            timers = ["sysgui-watch.timer"]
            if self._probe:
                timers.append(f"sysgui-probe@{self._unit}.timer")
            # Anew: that which runs was told of another time.
            if not change(["restart", "--", *timers], self._wanted):
                raise Refusal("failed")
        if not self._probe:
            forget(probe_units(self._unit))
        # What happens from now on is told, and what was before is not.
        change(["start", "--", f"sysgui-look@{self._unit}.service"], lambda: True)


def _drop_in(watch: Mapping[str, Any], own: str, version: int, kind: str) -> str:
    unit = ["[Unit]", "OnFailure=sysgui-alert@%n.service", "Wants=sysgui-watch.timer"]
    if kind == "oneshot":
        unit.append("OnSuccess=sysgui-look@%n.service")  # It is not seen to run.
    service = ["", "[Service]"]
    if "probe" in watch:
        unit.append("Wants=sysgui-probe@%n.timer")
    if watch["restart"] == "yes":
        if "always" in watch:
            # Whoever stops it is obeyed all the same: that is no end of its own.
            service.append("Restart=always")
        elif own in WEAK:
            service.append("Restart=on-failure")
        if version >= STEPS_SINCE:
            unit += ["StartLimitIntervalSec=600", "StartLimitBurst=10"]
            service += ["RestartSec=1", "RestartSteps=5", "RestartMaxDelaySec=60"]
        else:
            # Whoever stops it while it waits to be started again ends the waiting as well.
            unit += [
                "StartLimitIntervalSec=60",
                "StartLimitBurst=5",
                *(f"PropagatesStopTo=sysgui-again-{each}@%n.timer" for each in AGAIN),
            ]
            service.append("RestartSec=1")
    if version < EACH_SINCE:
        start = "/usr/bin/systemctl --no-block start sysgui-look@%n.service"
        service.append(f"ExecStopPost=+-{start}")
    line = json.dumps(watch, separators=(",", ":"))
    return "\n".join([*unit, *service, "", "[X-Sysgui]", f"Watch={line}", ""])


UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}


def _seconds(span: str) -> int:
    """Reads a time span as systemctl writes it, such as `1min 30s`; 0 if there is no end to it."""
    found = re.findall(r"([0-9.]+)(us|ms|s|min|h|d|w)(?= |$)", span)
    return math.ceil(sum(float(number) * UNITS[unit] for number, unit in found))


def _own(drop_in: bytes | None) -> str:
    """Returns how the service was restarted before there was a watch; "" if that is not known."""
    found = re.search(rb'^Watch=.*"own":"([a-z-]{1,20})"', drop_in or b"", re.MULTILINE)
    return found[1].decode() if found else ""


def _version() -> int:
    _status, said = ask(["--version"])
    found = re.match(r"systemd ([0-9]{1,5})", said)
    if found is None:
        raise Refusal("failed")
    return int(found[1])


SET = Operation(
    name="watch-set",
    description="Have services kept alive, and be told when they fail",
    message="Authentication is required to have services started again when they fail",
    target=GRAMMAR,
    arguments=ARGUMENTS,
    required=("restart", "mail", "notify"),
    bind=_Watched,
)
