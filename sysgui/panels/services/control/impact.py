"""What else happens when a unit is started, stopped, disabled or masked, by systemd's own graph.

Facts are read first; what follows from them is found by functions that read nothing.
"""

from collections.abc import Iterable, Sequence

import msgspec

from sysgui.panels.services.units import SYSTEM, is_template
from sysgui.system.host import Host

from .again import again
from .fate import LAST, fates
from .graph import (
    MODERN,
    OPPOSED,
    RETURNS,
    STOPS,
    TOLD,
    Graph,
    Node,
    begun,
    read_graph,
    taken,
    version,
)
from .state import PROTECTED
from .verbs import STARTING, STOPPING
from .way import Way, read_way

# Whose end may be the end of the way by which one came.
NETWORK = {
    "NetworkManager.service", "systemd-networkd.service", "systemd-networkd.socket",
    "networking.service", "wpa_supplicant.service", "iwd.service", "connman.service",
    "dhcpcd.service", "network.target", "network-online.target", "openvpn.service",
    "tailscaled.service",
}  # fmt: skip


class Impact(msgspec.Struct, frozen=True):
    """What follows from a verb.

    Attributes:
        verb: What is to be done.
        names: To which units.
        stops: Which others are stopped, or restarted, with them; sorted.
        ends: Which of those are not started again after a restart.
        may_end: Which others may be down after a restart, or not, by chance; sorted.
        unmet: What is to be up and is not, by the one that does not start again for that; the
            chosen included.
        doubtful: The same of those for which it depends on which unit is quicker; nothing of those
            that nothing needs, which stop again by themselves (StopWhenUnneeded=).
        returns: What starts a stopped one again, by the unit.
        restarts: Which of the chosen are started again by systemd when they fail, and when.
        at_boot: Which of the stopped come up again at the next boot.
        runs: Which of the chosen go on running.
        carries: What carries the session: by the unit the reason, `session`, `login`, `bus` or
            `network`.
        requires: Which others could not start any more.
        remote: Whether the session came through the network.
        befalls: What becomes of the whole machine, by the unit that brings it; see `fate.FATES`.
        opposed: Which others stop because they cannot run beside what is started.
        refused: Which of all that would stop the helper keeps from harm.
    """

    verb: str
    names: list[str]
    stops: list[str] = []
    ends: list[str] = []
    may_end: list[str] = []
    unmet: dict[str, list[str]] = {}
    doubtful: dict[str, list[str]] = {}
    returns: dict[str, list[str]] = {}
    restarts: dict[str, str] = {}
    at_boot: list[str] = []
    runs: list[str] = []
    carries: dict[str, str] = {}
    requires: list[str] = []
    remote: bool = False
    befalls: dict[str, str] = {}
    opposed: list[str] = []
    refused: list[str] = []

    @property
    def asks(self) -> bool:
        """Whether it is more than somebody expects who starts something."""
        return bool(self.befalls or self.opposed)


class ImpactProbe:
    """Finds out what follows, before it is done.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, verb: str, names: Sequence[str], scope: str = SYSTEM) -> Impact:
        """Asks systemd.

        Raises:
            Problem: As `show` says.
        """
        there = [name for name in names if not is_template(name)]
        graph = read_graph(self._host, scope, verb, there)
        modern = True
        if any(TOLD in node.relations for node in graph.values()):
            modern = version(self._host, scope) >= MODERN
        impact = follow(verb, names, graph, read_way(self._host, scope), modern=modern)
        if scope != SYSTEM:
            return impact
        return msgspec.structs.replace(impact, refused=refused(verb, there, graph))


# What follows


def follow(
    verb: str, names: Sequence[str], graph: Graph, way: Way, *, modern: bool = True
) -> Impact:
    """Returns what follows from a verb, by the facts alone.

    Args:
        verb: What is to be done.
        names: To which units.
        graph: What they hang together with, as far as `read_graph` reads it.
        way: What the session stands on.
        modern: Whether systemd is of `MODERN` or newer.
    """
    chosen = [graph[name] for name in names if name in graph]
    acts = verb in STOPPING or verb in STARTING
    started = [graph[name] for name in begun(names, graph)] if verb in STARTING else []
    befalls = fates(started)
    opposed = [] if LAST & set(befalls.values()) else _opposed(started, graph)
    below = taken("stop", opposed, graph, modern=modern)
    if verb in STOPPING:
        below |= taken(verb, names, graph, modern=modern)
    down = {name for name in below if graph[name].up}
    gone = [graph[name] for name in sorted(down)]
    twice = _twice(chosen, graph) if verb == "restart" else []
    restarted = [name for name in sorted(below) if below[name]]
    unmet, doubtful = again(restarted, graph, twice, below.keys() - set(restarted))
    others = down - _all_names(chosen)
    ends = {name for name in others if verb == "restart" and (not below[name] or name in unmet)}
    shaken = {name for name in taken("stop", [*doubtful], graph, modern=modern) if graph[name].up}
    forever = verb in ("disable-now", "mask-now", "mask", "disable")
    return Impact(
        verb=verb,
        names=list(names),
        stops=sorted(others),
        ends=sorted(ends),
        may_end=sorted(shaken - ends - _all_names(chosen)),
        unmet=unmet,
        doubtful=doubtful,
        returns=_returns(gone if acts else chosen, down, graph, chosen, verb),
        restarts={node.name: node.restart for node in chosen if node.up and node.restart != "no"},
        at_boot=[node.name for node in chosen if node.enabled == "enabled" and not forever],
        runs=[node.name for node in chosen if node.up and not acts],
        carries=_carries(gone if acts else chosen, way),
        requires=sorted(
            {name for node in chosen for name in node.of(("RequiredBy", "RequisiteOf", "BoundBy"))}
            - set(names)
        ),
        remote=way.remote,
        befalls=befalls,
        opposed=opposed,
    )


def _twice(chosen: Sequence[Node], graph: Graph) -> list[str]:
    """Returns which of these are restarted by those before them, and then once more."""
    names = [node.name for node in chosen]
    return [
        name
        for place, name in enumerate(names)
        if name in names[:place] or taken("restart", names[:place], graph).get(name)
    ]


def _opposed(started: Sequence[Node], graph: Graph) -> list[str]:
    """Returns what runs and cannot run beside these; sorted."""
    names = _all_names(started)
    found = {name for node in started for name in node.of(OPPOSED) if name in graph}
    return sorted(name for name in found - names if graph[name].up)


def refused(verb: str, names: Sequence[str], graph: Graph) -> list[str]:
    """Returns what the helper will not take away, of all that stands on these; sorted."""
    protected = PROTECTED.get(verb.partition("-")[0], set())
    found = [name for name in names if name in graph] if protected else []
    for name in found:  # It grows on the way.
        found += {other for other in graph[name].of(STOPS) if other in graph} - set(found)
    return sorted(protected & _all_names(graph[name] for name in found))


def _returns(
    nodes: Sequence[Node], down: set[str], graph: Graph, chosen: Sequence[Node], verb: str
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    masked = {node.name for node in chosen} if verb.startswith("mask") else set()
    for node in nodes:
        if node.name in masked or verb == "restart":
            continue
        by = [
            name
            for name in node.of(RETURNS)
            if name in graph and graph[name].up and name not in down
        ]
        if by:
            found[node.name] = sorted(set(by))
    return found


def _carries(nodes: Iterable[Node], way: Way) -> dict[str, str]:
    found = {}
    for node in nodes:
        reasons = [way.units[name] for name in node.names if name in way.units]
        if reasons:
            found[node.name] = reasons[0]
        elif NETWORK & set(node.names):
            found[node.name] = "network"
    return found


def _all_names(nodes: Iterable[Node]) -> set[str]:
    return {name for node in nodes for name in (node.name, *node.names)}
