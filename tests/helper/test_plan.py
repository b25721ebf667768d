"""The digest of a plan binds all that it rests on; and whatever happens, all is let go of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sysgui.helper.operation import Operation, Request, Target
from sysgui.helper.plan import Plan
from sysgui.helper.refusal import Refusal

from .rig import Box, boxes


class Told(Target):
    """Something of which the facts are what a test says."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.told = told

    def facts(self) -> Mapping[str, Any]:
        return self.told


def planned(name: str, arguments: dict[str, Any], told: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns the digest of the plan for targets of which these are the facts."""
    operation = boxes(Path("/nonexistent"), [])._replace(
        name=name, bind=lambda target, _request: Told(told[target])
    )
    plan = Plan(operation, Request("r1", list(told), arguments))
    plan.close()
    return plan.digest


# The digest

WORD = st.text(max_size=6)
FACTS = st.dictionaries(WORD, WORD | st.integers() | st.none(), max_size=3)
WHOLE = st.tuples(
    WORD,
    st.dictionaries(WORD, WORD | st.integers() | st.lists(st.integers(), max_size=3), max_size=3),
    st.dictionaries(WORD, FACTS, max_size=3),
)


def ordered(whole: tuple[Any, Any, Mapping[str, Any]]) -> tuple[Any, ...]:
    """Returns what may differ without another digest: the order of targets may not."""
    name, arguments, told = whole
    return name, arguments, list(told.items())


@given(WHOLE, WHOLE)
@example(("o", {}, {"a": {"x": 1}}), ("o", {}, {"a": {"x": "1"}}))
@example(("o", {}, {"a": {}, "b": {}}), ("o", {}, {"b": {}, "a": {}}))
@example(("o", {"x": "1"}, {"a": {}}), ("o", {}, {"a": {"x": "1"}}))
@example(("o", {}, {"a": {"x": None}}), ("o", {}, {"a": {}}))
@example(("o", {"x": "é"}, {}), ("o", {"x": "\\u00e9"}, {}))
@example(("o", {"a": "1", "b": "2"}, {}), ("o", {"b": "2", "a": "1"}, {}))
def test_plans_have_the_same_digest_only_if_all_is_the_same(one: Any, other: Any) -> None:
    assert (planned(*one) == planned(*other)) == (ordered(one) == ordered(other))


@given(WHOLE, st.sampled_from(["name", "argument", "target", "fact"]), WORD, WORD)
def test_whatever_is_changed_changes_the_digest(whole: Any, what: str, key: str, new: str) -> None:
    name, arguments, told = whole
    changed = (name, dict(arguments), {target: dict(facts) for target, facts in told.items()})
    if what == "name":
        changed = (new, *changed[1:])
    elif what == "argument":
        changed[1][key] = new
    elif what == "target":
        changed[2][new] = {}
    elif told:
        changed[2][sorted(told)[0]][key] = new
    assume(ordered(changed) != ordered(whole))
    assert planned(*whole) != planned(*changed)


def test_the_digest_can_be_computed_by_anybody() -> None:
    canonical = '["box-open",{"colour":"red","width":-1},["b","a"],[{"x":"\\u00e9"},{"y":[1,2]}]]'
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    arguments = {"width": -1, "colour": "red"}
    assert planned("box-open", arguments, {"b": {"x": "é"}, "a": {"y": [1, 2]}}) == digest
    json.loads(canonical)


def test_who_asks_and_how_it_is_called_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    digests = set()
    for identity in ("r1", "r2"):
        plan = Plan(boxes(tmp_path, []), Request(identity, ["a"], {}))
        plan.close()
        digests.add(plan.digest)
    assert len(digests) == 1


# Whether it still holds


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    return tmp_path


def refused(call: Any) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code, caught.value.field


def plan_of(files: Path, log: list[str], **how: Any) -> Plan:
    return Plan(boxes(files, log, **how), Request("r1", ["a", "b", "c"], {}))


def test_a_plan_holds_as_long_as_nothing_changes(files: Path) -> None:
    plan = plan_of(files, [])
    plan.still_holds()
    (files / "b").write_text("b")
    plan.still_holds()
    plan.close()


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_what_has_changed_is_named(files: Path, name: str) -> None:
    plan = plan_of(files, [])
    (files / name).write_text("other")
    assert refused(plan.still_holds) == ("changed", name)
    plan.close()


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_what_has_gone_is_named(files: Path, name: str) -> None:
    plan = plan_of(files, [])
    (files / name).unlink()
    assert refused(plan.still_holds) == ("gone", name)
    plan.close()


# What is held


def test_everything_is_held_until_the_plan_is_closed_and_once_only(files: Path) -> None:
    log: list[str] = []
    plan = plan_of(files, log)
    plan.still_holds()
    assert log == ["bind a", "bind b", "bind c"]
    plan.close()
    plan.close()
    assert log[3:] == ["close c", "close b", "close a"]


def test_what_was_held_is_let_go_if_one_is_not_there(files: Path) -> None:
    log: list[str] = []
    (files / "c").unlink()
    assert refused(lambda: plan_of(files, log)) == ("gone", "c")
    assert log == ["bind a", "bind b", "bind c", "close b", "close a"]


class Vanishing(Box):
    """A box that goes as soon as it is bound."""

    def __init__(self, path: Path, log: list[str]) -> None:
        super().__init__(path, log)
        if path.name == "b":
            path.unlink()


def test_what_was_held_is_let_go_if_its_facts_cannot_be_had(files: Path) -> None:
    log: list[str] = []
    assert refused(lambda: plan_of(files, log, kind=Vanishing)) == ("gone", "b")
    assert sorted(log[3:]) == ["close a", "close b", "close c"]


class Unwilling(Box):
    """A box that cannot be let go of without a mistake."""

    def close(self) -> None:
        super().close()
        raise RuntimeError


def test_what_was_held_is_let_go_even_if_letting_go_goes_wrong(files: Path) -> None:
    log: list[str] = []
    plan = plan_of(files, log, kind=Unwilling)
    with pytest.raises(RuntimeError):
        plan.close()
    assert sorted(log[3:]) == ["close a", "close b", "close c"]


class Unprintable(Told):
    def __init__(self) -> None:
        super().__init__({"x": object()})
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_what_was_held_is_let_go_if_it_cannot_be_written_down() -> None:
    target = Unprintable()
    operation = Operation("o", "", "", None, {}, bind=lambda _target, _request: target)
    with pytest.raises(TypeError):
        Plan(operation, Request("r1", ["a"], {}))
    assert target.closed
