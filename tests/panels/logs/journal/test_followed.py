"""Entries that are waited for by one thread, and taken by another."""

from pathlib import Path

import pytest
from kit import wait_until

from sysgui.panels.logs.journal import follow
from sysgui.panels.logs.journal.follow import Follower
from sysgui.panels.logs.journal.followed import Followed
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import tell
from .test_follow import FrailHost


def source(path: Path) -> JournalSource:
    return JournalSource(files=(str(path),))


@pytest.mark.parametrize("most", [1, 10, 20_000])
def test_all_that_came_is_taken_in_order(journal: Path, most: int) -> None:
    told = [entry["__CURSOR"] for entry in tell(journal)]
    followed = Followed(Follower(Host(), source(journal), after=told[0]), most)
    found: list[str] = []

    def take() -> bool:
        taken = followed.take()
        assert len(taken) <= most
        found.extend(entry.cursor for entry in taken)
        return len(found) >= len(told) - 1

    wait_until(take, "all entries")
    assert found == told[1:]
    assert followed.take() == []
    followed.end()
    followed.end()


def test_it_ends_while_nobody_takes_anything(journal: Path) -> None:
    first = tell(journal)[0]["__CURSOR"]
    followed = Followed(Follower(Host(), source(journal), after=first), most=5)
    wait_until(lambda: len(followed._came) == 5, "a full store")
    followed.end()
    assert len(followed.take()) == 5


def test_a_problem_comes_after_the_entries(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_FIRST_PAUSE", 0.0)
    told = tell(journal)
    first, last = told[0]["__CURSOR"], told[-1]["__CURSOR"]
    followed = Followed(Follower(FrailHost(1 << 20), source(journal), after=first))
    wait_until(lambda: followed._problem is not None, "a problem")
    assert followed.take()[-1].cursor == last
    for _time in range(2):
        with pytest.raises(Problem, match="Bad message"):
            followed.take()
    followed.end()
