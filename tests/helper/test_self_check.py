"""Whether anybody but root could change what runs as root is seen, wherever it could be done."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from sysgui.helper.operations import self_check
from sysgui.helper.operations.self_check import SELF_CHECK, writable_by_others

from .rig import Caller, Journal, as_root, asked, outcome


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A file in directories that only their owner can write."""
    path = tmp_path / "usr" / "lib" / "helper.py"
    for directory in (path.parent.parent, path.parent):
        directory.mkdir(0o755)
    path.touch(0o644)
    for each in (path, path.parent, path.parent.parent):
        each.chmod(0o755)
    return path


def found(tree: Path) -> list[str]:
    """Returns those of the tree that are found, without what is above it."""
    above = writable_by_others(str(tree.parents[2]))
    return [path for path in writable_by_others(str(tree)) if path not in above]


@as_root
def test_where_only_root_can_write_nothing_is_found(tree: Path) -> None:
    assert found(tree) == []
    assert writable_by_others("/") == []


PLACES = {"file": 0, "directory": 1, "above": 2}


@as_root
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777, 0o722, 0o020, 0o002])
def test_what_others_can_write_is_found(tree: Path, place: str, mode: int) -> None:
    path = [tree, *tree.parents][PLACES[place]]
    path.chmod(mode)
    assert found(tree) == [str(path)]


@as_root
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mode", [0o755, 0o555, 0o000, 0o1755])
def test_what_somebody_else_owns_is_found(tree: Path, place: str, mode: int) -> None:
    path = [tree, *tree.parents][PLACES[place]]
    path.chmod(mode)
    os.chown(path, 65534, 0)
    assert found(tree) == [str(path)]


@as_root
@pytest.mark.parametrize("place", ["directory", "above"])
def test_where_everybody_can_put_only_his_own_nothing_is_changed(tree: Path, place: str) -> None:
    path = [tree, *tree.parents][PLACES[place]]
    path.chmod(0o1777)
    assert found(tree) == []
    os.chown(path, 65534, 0)
    assert found(tree) == [str(path)]


@as_root
def test_what_means_that_for_a_directory_means_nothing_for_a_file(tree: Path) -> None:
    tree.chmod(0o1666)
    assert found(tree) == [str(tree)]


@as_root
def test_all_are_found_from_the_file_upwards(tree: Path) -> None:
    for path in (tree, tree.parents[1]):
        path.chmod(0o777)
    os.chown(tree.parent, 65534, 0)
    assert found(tree) == [str(tree), str(tree.parent), str(tree.parents[1])]


@as_root
def test_who_may_write_to_a_group_of_root_is_another_too(tree: Path) -> None:
    tree.parent.chmod(0o775)
    os.chown(tree.parent, 0, 0)
    assert found(tree) == [str(tree.parent)]


def test_the_way_up_ends_at_the_root() -> None:
    assert writable_by_others("/") in ([], ["/"])


@pytest.mark.skipif(os.geteuid() == 0, reason="what root owns is fine")
def test_what_we_own_is_not_roots(tree: Path) -> None:
    assert found(tree) == [str(tree), str(tree.parent), str(tree.parents[1])]


# The operation


def test_it_tells_of_itself_where_it_really_is(
    caller: Caller,
    journal: Journal,
    tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "link").symlink_to(tree)
    monkeypatch.setattr(self_check, "__file__", str(tmp_path / "link"))
    tree.parent.chmod(0o777)
    caller.say(asked())
    assert outcome(caller, SELF_CHECK, asked()) == "done"
    (frame,) = caller.frames()
    facts = frame["facts"]
    assert str(tree.parent) in facts.pop("writable")
    assert facts == {"python": platform.python_version(), "uid": os.geteuid(), "caller": 1000}
    assert journal.results() == ["", "done"]
