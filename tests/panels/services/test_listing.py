"""Which units are listed, in which order, and what of them must be asked for."""

from __future__ import annotations

import pytest

from sysgui.panels.services.columns import LANGUAGE
from sysgui.panels.services.figures import Figures, Reading
from sysgui.panels.services.listing import KINDS, Listing
from sysgui.panels.services.probe import Changes
from sysgui.panels.services.units import Unit

NOW = 1_800_000_000.0


def unit(name: str, active: str = "active", **more: object) -> Unit:
    return Unit("system", name, active=active, load="loaded", path="/x", **more)  # type: ignore[arg-type]


def listing(*units: Unit, **more: str) -> Listing:
    made = Listing(more.get("sort", "state"), descending=False, kind=more.get("kind", "all"))
    made.take(Changes("system", NOW, whole=True, changed=list(units)))
    return made


def names(made: Listing) -> list[str]:
    return [row.name for row in made.arranged().rows]


def test_equal_ones_stand_in_the_order_of_their_names_whenever_they_came() -> None:
    made = listing(unit("c.service"), unit("a.service"))
    made.take(Changes("system", NOW, changed=[unit("b.service")], gone=["c.service"]))
    assert names(made) == ["a.service", "b.service"]


def test_what_the_kernel_counted_stays_when_systemd_tells_something_else() -> None:
    made = listing(unit("a.service", control_group="/a"))
    key = ("system", "a.service")
    reading = Reading(NOW + 1, {"/a": Figures(1 << 20, 1.0, 2.0, 3)})
    assert made.take_figures([key], reading)
    assert not made.take_figures([key], reading)
    made.take(Changes("system", NOW + 2, changed=[unit("a.service", "failed")]))
    (row,) = made.arranged().rows
    assert (row.active, row.memory, row.tasks, row.seen) == ("failed", 1 << 20, 3, NOW + 2)


def test_ages_are_written_anew_only_when_they_read_otherwise() -> None:
    made = listing(unit("a.service", since=NOW - 3600))
    key = ("system", "a.service")
    assert not made.take_figures([key], Reading(NOW + 60, {}))
    assert made.take_figures([key], Reading(NOW + 3600, {}))


def test_ages_in_minutes_are_written_anew_together_and_those_in_seconds_at_once() -> None:
    old, young = unit("old.service", since=NOW - 119), unit("young.service", since=NOW - 5)
    made = listing(old, young)
    keys = [old.key, young.key]
    made.arranged()
    made.take_figures(keys, Reading(NOW, {}))
    assert made.take_figures(keys, Reading(NOW + 2, {}))
    ages = {row.name: row.seen - NOW for row in made.refreshed().rows}
    assert ages == {"old.service": 0.0, "young.service": 2.0}
    made.take_figures(keys, Reading(NOW + 31, {}))
    ages = {row.name: row.seen - NOW for row in made.refreshed().rows}
    assert ages == {"old.service": 31.0, "young.service": 31.0}


def test_figures_change_rows_where_they_stand_unless_the_order_is_by_them() -> None:
    groups = {"/a": Figures(1 << 20), "/b": Figures(2 << 20)}
    for sort, found in (("state", ["a.service", "b.service"]), ("mem", ["b.service", "a.service"])):
        made = listing(
            unit("a.service", control_group="/a"),
            unit("b.service", control_group="/b"),
            sort=sort,
        )
        made.descending = sort == "mem"
        assert names(made) == ["a.service", "b.service"]
        made.take_figures(made.candidates(), Reading(NOW, groups))
        rows = made.refreshed().rows
        assert [row.name for row in rows] == found
        assert all(row.memory for row in rows)


@pytest.mark.parametrize(
    ("sort", "query", "details", "figures"),
    [
        ("state", "", False, False),
        ("state", "ssh enabled=yes", False, False),
        ("since", "", True, False),
        ("state", "since<1h", True, False),
        ("mem", "", True, True),
        ("state", "not memory>100M", True, True),
        ("state", "cpu>5", True, True),
    ],
)
def test_what_must_be_asked_of_all_is_known(
    sort: str, query: str, details: bool, figures: bool
) -> None:
    made = listing(unit("a.service"), sort=sort)
    made.query = LANGUAGE.compile(query)
    assert (made.details_of_all, made.figures_of_all) == (details, figures)


def test_names_that_others_only_mention_are_listed_among_all_and_when_asked_for() -> None:
    ghost = Unit("system", "gone.service", active="inactive", load="not-found", path="/x")
    made = listing(ghost, unit("a.service"), kind="service")
    assert names(made) == ["a.service"]
    made.query = LANGUAGE.compile("load=not-found")
    assert names(made) == ["gone.service"]
    made.query = LANGUAGE.compile("")
    made.kind = next(kind for kind in KINDS if kind.name == "all")
    assert names(made) == ["gone.service", "a.service"]


@pytest.mark.parametrize("counted", [True, False])
def test_how_a_watch_stands_stays_when_systemd_tells_something_else(counted: bool) -> None:
    made = listing(unit("a.service", control_group="/a"), unit("b.service"))
    made.take_watches({"a.service": "failing"})
    if counted:
        reading = Reading(NOW + 1, {"/a": Figures(1 << 20, 1.0, 2.0, 3)})
        made.take_figures([("system", "a.service")], reading)
    made.take(Changes("system", NOW + 2, changed=[unit("a.service", "failed")]))
    assert [row.watch for row in made.arranged().rows] == ["failing", ""]
    made.take_watches({})
    assert [row.watch for row in made.arranged().rows] == ["", ""]


def test_only_the_systems_services_are_watched() -> None:
    made = Listing("state", descending=False, kind="all", scope="user")
    made.take_watches({"a.service": "fine"})
    made.take(Changes("user", NOW, whole=True, changed=[Unit("user", "a.service")]))
    assert [row.watch for row in made.arranged().rows] == [""]
    assert LANGUAGE.compile("watched=no").matches(made.arranged().rows[0])
