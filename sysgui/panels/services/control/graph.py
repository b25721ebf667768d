"""What hangs together with units, as systemd knows it: read a level a call, and followed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sysgui.panels.services.systemctl import listed, show, systemctl
from sysgui.system.host import Host

from .verbs import STARTING, STOPPING

# Whoever is named there is stopped or restarted as well when a unit is (systemd.unit(5)).
FOLLOWS = ("RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf")
TOLD = "PropagatesStopTo"
STOPS = (*FOLLOWS, TOLD)

# From that version on TOLD counts for restarts too, and only along a line of itself from what was
# named. 252 has the former way, 257 this one; of those between, the more cautious is taken.
MODERN = 257

# Whoever is named there keeps a unit that goes when it is not needed any more (StopWhenUnneeded=).
KEEPS = ("RequiredBy", "RequisiteOf", "WantedBy", "BoundBy", "UpheldBy")
NEEDS = ("Requires", "Requisite", "Wants", "BindsTo", "Upholds")

# Whoever is named there is started as well when a unit is, and whoever is named here is stopped.
PULLS = ("Requires", "Wants", "BindsTo", "Upholds")
OPPOSED = ("Conflicts", "ConflictedBy")

RETURNS = ("TriggeredBy", "UpheldBy")

_RELATIONS = tuple(dict.fromkeys((*STOPS, *KEEPS, *NEEDS, *OPPOSED, *RETURNS, "After")))
_PROPERTIES = (
    "Id", "Names", "ActiveState", "UnitFileState", "Restart", "StopWhenUnneeded", "SuccessAction",
    *_RELATIONS,
)  # fmt: skip

# The rest of a graph that has this many levels is not looked at: no machine has one.
MOST_LEVELS = 64


class Node(NamedTuple):
    """A unit in the graph.

    Attributes:
        name: As it was asked for.
        names: All names that it has.
        active: Its state.
        enabled: The state of its file.
        restart: When systemd starts it again by itself: `no`, `always`, `on-failure`, …
        unneeded: Whether it is stopped when nobody needs it any more.
        success: What systemd does with the machine when it has ended well.
        relations: Other units, by what they are to it.
    """

    name: str
    names: tuple[str, ...]
    active: str
    enabled: str = ""
    restart: str = "no"
    unneeded: bool = False
    success: str = "none"
    relations: Mapping[str, tuple[str, ...]] = {}

    @property
    def up(self) -> bool:
        """Whether there is something to stop."""
        return self.active not in ("inactive", "failed", "")

    def of(self, relations: Iterable[str]) -> Iterable[str]:
        """Yields the units that stand in one of these relations to it."""
        return (name for relation in relations for name in self.relations.get(relation, ()))


Graph = Mapping[str, Node]


# What is stopped


class Step(NamedTuple):
    """How systemd comes to a unit.

    Attributes:
        name: The unit.
        restart: Whether it is started again after it was stopped.
        straight: Whether nothing but TOLD lies between it and what was named.
    """

    name: str
    restart: bool
    straight: bool = False


def taken(verb: str, names: Sequence[str], graph: Graph, *, modern: bool = True) -> dict[str, bool]:
    """Returns all that stops when these do, themselves included; and whether it starts again.

    Only what is up passes it on, or is the one that was named: systemd drops from its plan what has
    nothing to stop, and what only that had brought into it.
    """
    found: set[Step] = set()
    restart = verb == "restart"
    new = {Step(name, restart, straight=True) for name in names if name in graph}
    while new:
        found |= new
        near = {
            step
            for each in new
            for step in _next(each, graph, modern=modern)
            if step.name in graph and graph[step.name].up
        }
        if not restart:
            down = {step.name for step in found | near}
            near |= {Step(name, restart=False, straight=True) for name in _unneeded(down, graph)}
        new = near - found
    return {step.name: step.restart for step in sorted(found, key=lambda step: step.restart)}


def _next(step: Step, graph: Graph, *, modern: bool) -> Iterable[Step]:
    node = graph[step.name]
    for name in node.of(FOLLOWS):
        yield Step(name, step.restart)
    if step.straight if modern else not step.restart:
        for name in node.of((TOLD,)):
            yield Step(name, restart=False, straight=step.straight)


def _unneeded(down: set[str], graph: Graph) -> set[str]:
    """Returns what is only there for those that go down, and goes with them."""
    candidates = {name for each in down for name in graph[each].of(NEEDS) if name in graph}
    return {
        name
        for name in candidates - down
        if graph[name].unneeded
        and graph[name].active == "active"
        and not any(
            other not in down and (other not in graph or graph[other].up)
            for other in graph[name].of(KEEPS)
        )
    }


# What is started


def begun(names: Sequence[str], graph: Graph) -> list[str]:
    """Returns what is started when these are: they, and what they pull in that does not run yet.

    What runs may pull in something, too, that somebody has stopped since: that is not looked at.
    """
    found = [name for name in names if name in graph]
    for name in found:  # It grows on the way.
        for other in graph[name].of(PULLS):
            node = graph.get(other)
            if node and other not in found and not (node.up or node.enabled.startswith("masked")):
                found.append(other)
    return found


# How it is read


def read_graph(host: Host, scope: str, verb: str, names: Sequence[str]) -> dict[str, Node]:
    """Reads the units that can be concerned when these are told that, a level a call.

    Raises:
        Problem: As `show` says.
    """
    graph: dict[str, Node] = {}
    for _level in range(MOST_LEVELS):
        new = sorted(_concerned(verb, names, graph) - graph.keys())
        if not new:
            break
        for name, about in show(host, scope, new, _PROPERTIES).items():
            graph[name] = _node(name, about)
    return graph


def _concerned(verb: str, names: Sequence[str], graph: Graph) -> set[str]:
    """Returns what has to be known, as far as the graph tells by now."""
    if verb not in STARTING:
        return _with_the_stopped(names, graph)
    started = _with_the_started(names, graph)
    return started | _with_the_stopped(names, graph) if verb in STOPPING else started


def _with_the_started(names: Sequence[str], graph: Graph) -> set[str]:
    nodes = [graph[name] for name in begun(names, graph)]
    opposed = {other for node in nodes for other in node.of(OPPOSED)}
    pulled = {other for node in nodes for other in node.of(PULLS)}
    ended = [name for name in opposed if name in graph and graph[name].up]
    return {*names, *pulled, *opposed} | _with_the_stopped(ended, graph)


def _with_the_stopped(names: Sequence[str], graph: Graph) -> set[str]:
    spread: set[str] = set()
    new = set(names)
    while new:
        spread |= new
        nodes = [graph[name] for name in new if name in graph]
        new = {other for node in nodes for other in node.of(STOPS)}
        new |= {
            other
            for node in nodes
            for other in node.of(NEEDS)
            if other in graph and graph[other].unneeded
        }
        new -= spread
    known = [graph[name] for name in spread if name in graph]
    # These do not go down by themselves, but may bring one back, or not be needed any more.
    wanted = spread | {other for node in known for other in node.of((*RETURNS, *NEEDS))}
    unneeded = [graph[name] for name in wanted if name in graph and graph[name].unneeded]
    return wanted | {other for node in unneeded for other in node.of(KEEPS)}


def _node(name: str, about: Mapping[str, str]) -> Node:
    return Node(
        name=name,
        names=tuple(listed(about.get("Names", ""))) or (name,),
        active=about.get("ActiveState", ""),
        enabled=about.get("UnitFileState", ""),
        restart=about.get("Restart", "no"),
        unneeded=about.get("StopWhenUnneeded") == "yes",
        success=about.get("SuccessAction", "none"),
        relations={
            relation: tuple(listed(about[relation]))
            for relation in _RELATIONS
            if about.get(relation)
        },
    )


def version(host: Host, scope: str) -> int:
    """Returns systemd's version; 0 if it is none that is known."""
    output = systemctl(host, scope, "show", "--property=Version", "--value")
    found = re.match(rb"v?([0-9]{1,4})", output.stdout)
    return int(found[1]) if found else 0
