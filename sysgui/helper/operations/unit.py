"""What systemd is told to do with units of the system, and to read their files anew."""

from __future__ import annotations

from typing import Any, Mapping

from ..grammar import choice, text
from ..operation import Operation, Request, Target
from ..refusal import Refusal
from .bound import PROTECTED_UNITS
from .systemctl import ask, change, names, show

KINDS = "service|socket|timer|path|mount|automount|swap|target|slice|scope"

# As systemd escapes names, a path in one has backslashes: dev-disk-by\x2dlabel.swap.
GRAMMAR = text(rf"[A-Za-z0-9:_.\\@-]+\.(?:{KINDS})", 255)

VERBS = {
    "start": ("start",),
    "stop": ("stop",),
    "restart": ("restart",),
    "reload": ("reload",),
    "enable": ("enable",),
    "enable-now": ("enable", "--now"),
    "disable": ("disable",),
    "disable-now": ("disable", "--now"),
    "mask": ("mask",),
    "mask-now": ("mask", "--now"),
    "unmask": ("unmask",),
    "reset-failed": ("reset-failed",),
}

# A mask was made for good, or until the next boot: systemctl takes away one kind at a time.
ALSO = {"unmask": ("unmask", "--runtime")}

# Of a template, which itself is never there, only these can be asked for.
OF_FILES = ("enable", "disable", "mask", "unmask")

# Whoever restarts the bus ends every session at it. The others keep what they know meanwhile,
# and are restarted by every update of theirs.
BUS = {"init.scope", "dbus.service", "dbus-broker.service"}

# By the first word of what is done. What is not there takes nothing away.
PROTECTED = {
    "stop": PROTECTED_UNITS,
    "disable": PROTECTED_UNITS,
    "mask": PROTECTED_UNITS,
    "restart": BUS,
}

FACTS = (
    "Names", "LoadState", "ActiveState", "SubState", "UnitFileState", "FragmentPath",
    "InvocationID", "NRestarts",
)  # fmt: skip

# What goes down with a unit, or cannot come up without it.
DEPENDANTS = ("Names", "RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "PropagatesStopTo")


class _Unit(Target):
    def __init__(self, target: str, request: Request) -> None:
        self._name = target
        verb = request.arguments["verb"]
        self._words = VERBS[verb]
        self._also = ALSO.get(verb)
        self._wanted = request.wanted
        self._template = target.rpartition(".")[0].endswith("@")
        if self._template and self._words[0] not in OF_FILES:
            raise Refusal("grammar")

    def facts(self) -> Mapping[str, Any]:
        if self._template:
            return self._template_facts()
        (found,) = show([self._name], FACTS)
        if found["LoadState"] == "not-found" and found["ActiveState"] == "inactive":
            raise Refusal("gone")
        protected = PROTECTED.get(self._words[0])
        if protected and self._dependants() & protected:
            raise Refusal("protected")
        facts = dict(found)
        # One that ends and is started again all the time is never the same for long.
        if facts.pop("NRestarts", "0") != "0":
            for name in ("ActiveState", "SubState", "InvocationID"):
                facts.pop(name, None)
        return facts

    def _template_facts(self) -> Mapping[str, Any]:
        _status, state = ask(["is-enabled", "--", self._name])
        if state.strip() in ("", "not-found"):
            raise Refusal("gone")
        return {"UnitFileState": state.strip()}

    def _dependants(self) -> set[str]:
        """Returns all names of the unit, and of all units that stand on it."""
        found = {self._name}
        asked: set[str] = set()
        while found > asked:
            new = sorted(found - asked)
            asked.update(new)
            for unit in show(new, DEPENDANTS):
                for value in unit.values():
                    found.update(names(value))
        return found

    def act(self) -> None:
        for words in filter(None, (self._words, self._also)):
            if not change([*words, "--", self._name], self._wanted):
                raise Refusal("failed")


CONTROL = Operation(
    name="unit-control",
    description="Start, stop, enable and disable services of the system",
    message="Authentication is required to control services of the system",
    target=GRAMMAR,
    arguments={"verb": choice(tuple(VERBS))},
    required=("verb",),
    bind=_Unit,
)


class _Manager(Target):
    def __init__(self, _target: str, request: Request) -> None:
        self._wanted = request.wanted

    def facts(self) -> Mapping[str, Any]:
        """Returns when it last read them: 0 if it has not since it was started."""
        status, said = ask(["show", "--property=UnitsLoadTimestampMonotonic"])
        if status:
            raise Refusal("failed")
        return {"loaded": said.strip().rpartition("=")[2]}

    def act(self) -> None:
        if not change(["daemon-reload"], self._wanted):
            raise Refusal("failed")


RELOAD = Operation(
    name="manager-reload",
    description="Have systemd read all unit files anew",
    message="Authentication is required to have systemd read all unit files anew",
    target=choice(("systemd",)),
    arguments={},
    bind=_Manager,
)
