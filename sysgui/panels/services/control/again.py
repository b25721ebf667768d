"""What is restarted and does not come up again: what it needs is not up, or nothing needs it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from .graph import KEEPS, Graph, begun

# Whoever is named there does not start if a unit that it waits for does not.
_FAILS = ("RequiredBy", "RequisiteOf", "BoundBy")


class Again(NamedTuple):
    """Which of those that are restarted may not come up again.

    Attributes:
        unmet: What each needs that stays down; these stay down for certain.
        doubtful: The same of those for which it depends on which unit is quicker; nothing of those
            that nothing needs, which stop again by themselves (StopWhenUnneeded=).
    """

    unmet: dict[str, list[str]]
    doubtful: dict[str, list[str]]


def again(
    names: Sequence[str],
    graph: Graph,
    twice: Collection[str] = (),
    stopped: Collection[str] = (),
) -> Again:
    """Returns what comes of the restart of these, all of which are in the graph.

    Args:
        names: What is restarted.
        graph: What they hang together with.
        twice: Those of them that are told so themselves after they were told with another.
        stopped: What is stopped with them, and not started again.

    Requisite= starts nothing: it asks whether the other is up. With After= it asks when the unit
    has stopped, whose start is called off then. Without, it asks at once, while the unit stops, and
    nothing comes of it. What is restarted itself counts as up by then, in whatever order.

    What nothing needs is not stopped again while another has something to do that stands against
    it, nor if systemd has stopped too many in a short time.
    """
    unmet = _unmet(names, graph)
    # The second time it is asked at once, too, but may have stopped by then.
    doubtful = _unmet(twice, graph, at_once=True)
    lost = list(unmet)
    for name in lost:  # It grows on the way.
        for other in sorted(set(graph[name].of(_FAILS)) & set(names) - unmet.keys()):
            after = set(graph[other].of(("After",)))
            if name in after:
                unmet[other] = [name]
                lost.append(other)
            # What is bound is stopped if it comes up when the other has been given up, but not if
            # it was up before; and what waits for a third one is given up together with the other.
            elif other in graph[name].of(("BoundBy",)) or after & set(names):
                doubtful.setdefault(other, []).append(name)
    for name in _unneeded(names, graph, {*stopped, *unmet, *doubtful}):
        doubtful.setdefault(name, [])
    return Again(unmet, {name: doubtful[name] for name in sorted(doubtful.keys() - unmet.keys())})


def _unmet(names: Collection[str], graph: Graph, *, at_once: bool = False) -> dict[str, list[str]]:
    up = _up(names, graph)
    found = {}
    for name in names:
        asked, after = (set(graph[name].of((each,))) for each in ("Requisite", "After"))
        if missing := sorted((asked - after if at_once else asked & after) & graph.keys() - up):
            found[name] = missing
    return found


def _unneeded(names: Collection[str], graph: Graph, down: Collection[str]) -> list[str]:
    """Returns what is only there for others, all of which may be down."""
    up = _up(names, graph).difference(down)
    return [
        name
        for name in names
        if graph[name].unneeded
        and not any(other in up or other not in graph for other in graph[name].of(KEEPS))
    ]


def _up(names: Collection[str], graph: Graph) -> set[str]:
    return {name for name, node in graph.items() if node.up} | set(begun([*names], graph))
