"""What follows from stopping a unit is found in the graph.

That systemd does what is found here is looked at in a machine (tests/machine/test_unit_impact.py).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.services.control import graph as door
from sysgui.panels.services.control.graph import FOLLOWS, STOPS, Node, begun, taken
from sysgui.panels.services.control.impact import ImpactProbe, follow
from sysgui.panels.services.control.sentences import sentences
from sysgui.panels.services.control.way import Way
from sysgui.system.problem import Problem
from tests.panels.services.told import Told


def graph(**units: Mapping[str, Sequence[str]] | str) -> dict[str, Node]:
    """Makes a graph: by the unit its relations, or its state where that is not `active`."""
    found = {}
    for name, about in units.items():
        active = about if isinstance(about, str) else "active"
        relations = {} if isinstance(about, str) else about
        its = {each: tuple(others) for each, others in relations.items()}
        found[name] = Node(name, (name,), active, relations=its)
    return found


def stops(verb: str, name: str, **units: Any) -> list[str]:
    return follow(verb, [name], graph(**units), Way()).stops


def test_a_chain_stops_to_its_end() -> None:
    chain = {
        "a": {"RequiredBy": ["b"]},
        "b": {"BoundBy": ["c"]},
        "c": {"ConsistsOf": ["d"]},
        "d": {},
    }
    assert stops("stop", "a", **chain) == ["b", "c", "d"]
    assert stops("stop", "c", **chain) == ["d"]
    assert stops("restart", "b", **chain) == ["c", "d"]
    for verb in ("mask", "disable", "start", "reload"):
        assert stops(verb, "a", **chain) == []


def test_a_circle_is_gone_round_once() -> None:
    circle = {"a": {"RequiredBy": ["b"]}, "b": {"RequiredBy": ["c"]}, "c": {"BoundBy": ["a"]}}
    assert stops("stop", "b", **circle) == ["a", "c"]


def test_what_does_not_run_passes_nothing_on_unless_it_was_named() -> None:
    units = {"a": {"RequiredBy": ["b"]}, "b": "inactive", "c": {}}
    units_through = graph(**units)
    units_through["b"] = units_through["b"]._replace(relations={"RequiredBy": ("c",)})
    assert follow("stop", ["a"], units_through, Way()).stops == []
    assert follow("stop", ["b"], units_through, Way()).stops == ["c"]


def test_wants_and_order_stop_nothing() -> None:
    assert stops("stop", "a", a={"WantedBy": ["b"], "Wants": ["b"], "Requires": ["b"]}, b={}) == []


def test_all_names_of_the_chosen_are_the_chosen() -> None:
    units = graph(a={"RequiredBy": ["b"]}, b={"PropagatesStopTo": ["alias"]}, alias={})
    units["a"] = units["a"]._replace(names=("a", "alias"))
    assert follow("stop", ["a"], units, Way(), modern=False).stops == ["b"]


@pytest.mark.parametrize(
    ("verb", "modern", "expected"),
    [
        ("stop", True, {"b", "c", "d"}),
        ("stop", False, {"b", "c", "d", "e"}),
        ("restart", True, {"b", "c", "d"}),
        ("restart", False, {"b"}),
    ],
)
def test_a_stop_that_is_propagated_goes_as_far_as_that_systemd_takes_it(
    verb: str, modern: bool, expected: set[str]
) -> None:
    units = graph(
        a={"RequiredBy": ["b"], "PropagatesStopTo": ["c"]},
        b={"PropagatesStopTo": ["e"]},
        c={"PropagatesStopTo": ["d"]},
        d={},
        e={},
    )
    found = follow(verb, ["a"], units, Way(), modern=modern)
    assert set(found.stops) == expected
    if verb == "restart":  # What is only told to stop is not started again.
        assert set(found.ends) == expected - {"b"}


def test_what_needs_one_that_is_down_does_not_start_again_if_it_waits_for_it() -> None:
    units = graph(
        a={"ConsistsOf": ["b", "c", "d"], "Wants": ["pulled"]},
        b={"Requisite": ["x"]},
        c={"Requisite": ["x", "pulled"], "After": ["x", "pulled"], "RequiredBy": ["e", "f"],
           "RequisiteOf": ["i"], "BoundBy": ["g"]},
        d={"Requisite": ["pulled", "b"], "After": ["pulled", "b"]},
        e={"After": ["c"]},
        f={"After": ["a"]},
        g={"RequiredBy": ["h"], "PropagatesStopTo": ["told"]},
        h={},
        i={},
        told={},
        pulled="inactive",
        x="failed",
    )  # fmt: skip
    found = follow("restart", ["a"], units, Way())
    assert found.unmet == {"c": ["x"], "e": ["c"]}
    assert found.ends == ["c", "e"]
    assert found.stops == ["b", "c", "d", "e", "f", "g", "h", "i"]
    # What only starts with, or before, the one that fails has the one chance or the other.
    assert found.doubtful == {"f": ["c"], "g": ["c"]}
    assert found.may_end == ["f", "g", "h", "told"]
    found = follow("restart", ["c"], units, Way())
    assert found.unmet == {"c": ["pulled", "x"], "e": ["c"]}
    assert found.doubtful == {"g": ["c"]}
    assert follow("stop", ["a"], units, Way()).unmet == {}


def test_what_is_restarted_twice_may_have_stopped_when_it_is_asked_for_what_it_needs() -> None:
    units = graph(a={"ConsistsOf": ["b"]}, b={"Requisite": ["x"], "ConsistsOf": ["c"]}, c={},
                  x="inactive")  # fmt: skip
    found = follow("restart", ["a", "b"], units, Way())
    assert (found.unmet, found.doubtful) == ({}, {"b": ["x"]})
    assert (found.ends, found.may_end) == ([], ["c"])
    for names in (["a"], ["b"], ["b", "a"]):
        assert follow("restart", names, units, Way()).doubtful == {}
    assert follow("stop", ["a", "b"], units, Way()).doubtful == {}


def test_what_is_there_for_others_only_goes_with_the_last_of_them() -> None:
    units = graph(
        a={"Requires": ["c"]},
        b={"Wants": ["c"]},
        c={"RequiredBy": ["a"], "WantedBy": ["b"]},
        lone={"Wants": ["kept"]},
        kept={"WantedBy": ["lone", "unknown"]},
    )
    for name in ("c", "kept"):
        units[name] = units[name]._replace(unneeded=True)
    assert follow("stop", ["a"], units, Way()).stops == []
    assert follow("stop", ["a", "b"], units, Way()).stops == ["c"]
    assert follow("restart", ["a", "b"], units, Way()).stops == []
    # What is not known may still need it.
    assert follow("stop", ["lone"], units, Way()).stops == []


def test_what_nothing_needs_may_stop_again_when_it_was_restarted() -> None:
    units = graph(
        idle={"ConsistsOf": ["part"], "WantedBy": ["off"]},
        part={"BoundBy": ["further"]},
        further={},
        off="inactive",
        wanted={"WantedBy": ["other"]},
        other={},
        base={"ConsistsOf": ["lost", "its"]},
        its={"RequiredBy": ["lost"]},
        lost={"Requisite": ["off"], "After": ["off"], "Requires": ["its"]},
        loop={"Wants": ["pulled"], "WantedBy": ["pulled"]},
        pulled="inactive",
        kept={"WantedBy": ["unknown"]},
    )
    for name in ("idle", "wanted", "its", "loop", "kept"):
        units[name] = units[name]._replace(unneeded=True)
    found = follow("restart", ["idle"], units, Way())
    assert (found.unmet, found.doubtful) == ({}, {"idle": []})
    assert (found.stops, found.ends) == (["further", "part"], [])
    assert found.may_end == ["further", "part"]
    # Who needs it does not come up again.
    assert follow("restart", ["base"], units, Way()).doubtful == {"its": []}
    for name in ("wanted", "loop", "kept", "part"):
        assert follow("restart", [name], units, Way()).doubtful == {}
    assert follow("stop", ["idle"], units, Way()).doubtful == {}


def test_a_level_is_read_by_one_call_and_nothing_twice(tmp_path: Path) -> None:
    active = {"LoadState": "loaded", "ActiveState": "active"}
    host = Told(
        tmp_path,
        {
            r"a\x2db.service": {**active, "RequiredBy": [r"c\x2dd.service", "e.service"],
                                "TriggeredBy": [r"a\x2db.socket"], "Wants": ["w.service"]},
            r"c\x2dd.service": {**active, "BoundBy": ["f.service"], "Restart": "always"},
            "e.service": {**active, "ActiveState": "failed"},
            "f.service": {**active, "UnitFileState": "enabled"},
            r"a\x2db.socket": active,
            "w.service": {**active, "RequiredBy": ["never-asked.service"]},
        },
    )  # fmt: skip
    found = ImpactProbe(host).read("stop", [r"a\x2db.service"])
    assert found.stops == [r"c\x2dd.service", "f.service"]
    assert found.returns == {r"a\x2db.service": [r"a\x2db.socket"]}
    asked = [run[run.index("--") + 1 :] for run in host.runs if "--" in run]
    assert asked == [
        [r"a\x2db.service"],
        [r"a\x2db.socket", r"c\x2dd.service", "e.service", "w.service"],
        ["f.service"],
    ]
    assert {run[0] for run in host.runs} == {"--system"}
    ImpactProbe(host).read("stop", ["f.service"], scope="user")
    assert host.runs[-1][0] == "--user"


def test_a_template_is_not_asked_for(tmp_path: Path) -> None:
    host = Told(tmp_path)
    found = ImpactProbe(host).read("mask", ["getty@.service"])
    assert (found.names, found.stops, host.runs) == (["getty@.service"], [], [])


@pytest.mark.parametrize(("version", "expected"), [("252.39-1", ["b.service", "c.service"]),
                                                   ("257.9-1", ["b.service"]),
                                                   ("v260~rc1", ["b.service"]),
                                                   ("?", ["b.service", "c.service"])])  # fmt: skip
def test_systemds_version_is_asked_for_where_it_matters(
    tmp_path: Path, version: str, expected: list[str]
) -> None:
    active = {"LoadState": "loaded", "ActiveState": "active"}
    units = {
        "a.service": {**active, "RequiredBy": ["b.service"]},
        "b.service": {**active, "PropagatesStopTo": ["c.service"]},
        "c.service": active,
    }
    host = Told(tmp_path, units)
    host.version = version
    assert ImpactProbe(host).read("stop", ["a.service"]).stops == expected
    assert len([run for run in host.runs if "--property=Version" in run]) == 1
    host.runs.clear()
    ImpactProbe(host).read("stop", ["c.service"])
    assert not [run for run in host.runs if "--property=Version" in run]


def test_what_has_to_be_up_is_read(tmp_path: Path) -> None:
    active = {"LoadState": "loaded", "ActiveState": "active"}
    host = Told(
        tmp_path,
        {
            "a.service": {**active, "ConsistsOf": ["b.service"]},
            "b.service": {**active, "Requisite": ["c.service"], "After": ["c.service", "d.target"]},
            "c.service": {**active, "ActiveState": "inactive"},
        },
    )
    found = ImpactProbe(host).read("restart", ["a.service"])
    assert found.unmet == {"b.service": ["c.service"]}


def test_a_graph_without_end_is_read_to_some_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "MOST_LEVELS", 5)
    active = {"LoadState": "loaded", "ActiveState": "active"}
    units = {f"{n}.service": {**active, "RequiredBy": [f"{n + 1}.service"]} for n in range(50)}
    found = ImpactProbe(Told(tmp_path, units)).read("stop", ["0.service"])
    assert found.stops == [f"{n}.service" for n in range(1, 5)]


def test_a_machine_without_systemd_has_no_graph(tmp_path: Path) -> None:
    host = Told(tmp_path)
    host.fails = b"no \x1b[bus\n"
    with pytest.raises(Problem) as caught:
        ImpactProbe(host).read("stop", ["a.service"])
    assert caught.value.code == "no-systemd"
    assert caught.value.hint == r"no \x1b[bus"


def test_a_unit_of_the_network_is_known_by_any_of_its_names() -> None:
    units = graph(**{"dbus-org.freedesktop.nm.service": {}})
    name = "dbus-org.freedesktop.nm.service"
    units[name] = units[name]._replace(names=(name, "NetworkManager.service"))
    assert follow("stop", [name], units, Way()).carries == {name: "network"}
    assert follow("mask", [name], units, Way()).carries == {name: "network"}


def test_masking_says_what_can_not_start_any_more() -> None:
    units = graph(a={"RequiredBy": ["b"], "BoundBy": ["c"], "TriggeredBy": ["s"]}, b={}, c={}, s={})
    found = follow("mask", ["a"], units, Way())
    assert (found.runs, found.requires, found.returns) == (["a"], ["b", "c"], {})
    assert "What requires it cannot start any more: b and c." in sentences(found)
    # A unit that is only disabled is started by its socket all the same.
    assert follow("disable", ["a"], units, Way()).returns == {"a": ["s"]}


NAMES = ["a", "b", "c", "d", "e", "f"]

GRAPHS = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(st.sampled_from(STOPS), st.lists(st.sampled_from(NAMES), unique=True)),
)


@given(GRAPHS, st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.booleans())
def test_in_any_graph_what_stops_can_be_reached_and_more_chosen_stops_no_less(
    units: Any, names: list[str], modern: bool
) -> None:
    found = graph(**units)
    below = taken("stop", names, found, modern=modern)
    reached = set(names)
    while more := {o for n in reached if n in found for o in found[n].of(STOPS)} - reached:
        reached |= more
    assert below.keys() <= reached
    assert set(names) & found.keys() <= below.keys()
    assert below.keys() >= taken("stop", names[:1], found, modern=modern).keys()
    # A restart of all that is not merely told to stop.
    again = {n for n, restart in taken("restart", names, found, modern=modern).items() if restart}
    reached = set(names) & found.keys()
    while more := {o for n in reached for o in found[n].of(FOLLOWS) if o in found} - reached:
        reached |= more
    assert again == reached


# What is started


def test_what_starts_is_what_is_pulled_in_and_does_not_run() -> None:
    units = graph(
        a={"Requires": ["b", "up"], "Wants": ["c", "masked"]},
        b={},
        c={},
        d={},
        up={"Wants": ["d"]},
        masked={},
    )
    down = {"a", "b", "c", "d", "masked"}
    units |= {name: units[name]._replace(active="inactive") for name in down}
    units["c"] = units["c"]._replace(relations={"BindsTo": ("d", "a")})
    units["masked"] = units["masked"]._replace(enabled="masked-runtime")
    assert begun(["a"], units) == ["a", "b", "c", "d"]


def test_what_runs_against_it_stops_and_what_stands_on_that() -> None:
    units = graph(
        a={"Conflicts": ["b", "down"], "Wants": ["e"]},
        b={"RequiredBy": ["c"], "TriggeredBy": ["b.socket"]},
        c={},
        d={"Conflicts": ["e"]},
        down="inactive",
        e={"ConflictedBy": ["d", "a"]},
    )
    units |= {name: units[name]._replace(active="inactive") for name in "ae"}
    for verb in ("start", "restart", "enable-now"):
        found = follow(verb, ["a"], units, Way({"c": "login"}))
        assert (found.opposed, found.stops) == (["b", "d"], ["b", "c", "d"])
        assert found.carries == {"c": "login"}
        assert found.asks
    assert not follow("start", ["c"], units, Way()).asks


def test_units_that_end_the_machine_are_known_by_any_name_and_by_what_they_bring() -> None:
    names = ("ctrl-alt-del.target", "reboot.target")
    units = {
        "ctrl-alt-del.target": Node("ctrl-alt-del.target", names, "inactive"),
        "evening": Node("evening", ("evening",), "inactive", relations={"Wants": ("last", "on")}),
        "last": Node("last", ("last",), "inactive", success="poweroff-force"),
        "on": Node("on", ("on",), "active", relations={"Conflicts": ("last",)}),
        "nap.target": Node("nap.target", ("suspend.target",), "inactive"),
    }
    assert follow("start", ["ctrl-alt-del.target"], units, Way()).befalls == {
        "ctrl-alt-del.target": "reboot"
    }
    evening = follow("start", ["evening"], units, Way())
    assert evening.befalls == {"last": "off"}
    assert evening.asks
    # Everything ends: then nothing is named.
    assert (evening.opposed, evening.stops) == ([], [])
    assert follow("restart", ["nap.target"], units, Way()).befalls == {"nap.target": "sleep"}
    assert follow("stop", ["ctrl-alt-del.target"], units, Way()).befalls == {}


def test_what_the_helper_keeps_from_harm_is_found_beneath_what_is_chosen(tmp_path: Path) -> None:
    active = {"LoadState": "loaded", "ActiveState": "active"}
    host = Told(
        tmp_path,
        {
            "dbus.socket": {**active, "RequiredBy": ["dbus.service"]},
            "dbus.service": {**active, "RequiredBy": ["login.service"]},
            "login.service": {**active, "Names": ["login.service", "systemd-logind.service"]},
        },
    )
    for verb in ("stop", "disable", "mask-now"):
        found = ImpactProbe(host).read(verb, ["dbus.socket"])
        assert found.refused == ["dbus.service", "systemd-logind.service"]
    assert ImpactProbe(host).read("restart", ["dbus.socket"]).refused == ["dbus.service"]
    assert ImpactProbe(host).read("restart", ["login.service"]).refused == []
    assert ImpactProbe(host).read("start", ["dbus.socket"]).refused == []
    assert ImpactProbe(host).read("stop", ["dbus.socket"], "user").refused == []


def test_of_what_is_started_only_what_matters_is_read(tmp_path: Path) -> None:
    active = {"LoadState": "loaded", "ActiveState": "active"}
    down = {"LoadState": "loaded", "ActiveState": "inactive"}
    host = Told(
        tmp_path,
        {
            "a.service": {**down, "Requires": ["up.target", "b.service"]},
            "b.service": {**down, "ConflictedBy": ["rival.service"]},
            "up.target": {**active, "Wants": ["never-asked.service"]},
            "rival.service": {**active, "RequiredBy": ["friend.service"]},
            "friend.service": active,
        },
    )
    found = ImpactProbe(host).read("start", ["a.service"])
    assert (found.opposed, found.stops) == (
        ["rival.service"], ["friend.service", "rival.service"],
    )  # fmt: skip
    asked = [run[run.index("--") + 1 :] for run in host.runs if "--" in run]
    assert asked == [
        ["a.service"], ["b.service", "up.target"], ["rival.service"], ["friend.service"],
    ]  # fmt: skip
