"""Following a journal while journalctl gives up again and again: nothing lost, nothing twice."""

import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.logs.journal import follow
from sysgui.panels.logs.journal.follow import Follower
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import tell


class FrailHost(Host):
    """A machine on which journalctl gives up after some bytes, as when a file goes it reads.

    Attributes:
        asked: How it was started, each time.
    """

    def __init__(self, length: int, then: str = "echo 'Bad message' >&2; exit 1") -> None:
        super().__init__()
        self.asked: list[list[str]] = []
        self._length, self._then = length, then

    def spawn(self, argv: Sequence[str], *arguments: Any, **options: Any) -> Any:
        self.asked.append(list(argv))
        plain = [word for word in argv if word != "--follow"]
        script = f'"$@" | head -c {self._length}; {self._then}'
        return super().spawn(["/bin/sh", "-c", script, "sh", *plain], *arguments, **options)


def source(path: Path) -> JournalSource:
    return JournalSource(files=(str(path),))


def test_all_that_comes_after_an_entry(journal: Path) -> None:
    told = [entry["__CURSOR"] for entry in tell(journal)]
    follower = Follower(Host(), source(journal), after=told[9])
    found = [entry.cursor for entry in islice(follower, len(told) - 10)]
    assert found == told[10:]
    assert follower.restarts == 0


@pytest.mark.parametrize("length", [1500, 20_000])
def test_journalctl_that_gives_up_is_started_again(journal: Path, length: int) -> None:
    """The last thing that it prints is half an entry."""
    told = [entry["__CURSOR"] for entry in tell(journal, "-t", "native", "-t", "lines")]
    wanted = Wanted(identifiers=("native", "lines"))
    host = FrailHost(length)
    first = tell(journal)[0]["__CURSOR"]
    follower = Follower(host, source(journal), wanted, after=first)
    found = [entry.cursor for entry in islice(follower, len(told))]
    assert found == told
    assert follower.restarts > 3
    assert len(host.asked) >= follower.restarts
    assert all("--follow" in argv and "--no-tail" in argv for argv in host.asked)


class EndingHost(Host):
    """A machine on which somebody ends the following as soon as it has begun."""

    follower: Follower
    asked: Sequence[str] = ()

    def spawn(self, argv: Sequence[str], *arguments: Any, **options: Any) -> Any:
        started = super().spawn(argv, *arguments, **options)
        if "--follow" in argv:
            self.asked = argv
            self.follower.end()
        return started


class RepeatingHost(Host):
    """A machine whose journalctl always begins at the beginning."""

    def spawn(self, argv: Sequence[str], *arguments: Any, **options: Any) -> Any:
        argv = [word for word in argv if not word.startswith(("--cursor", "--follow"))]
        return super().spawn(argv, *arguments, **options)


def test_what_is_printed_anew_is_not_told_anew(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_FIRST_PAUSE", 0.0)
    told = [entry["__CURSOR"] for entry in tell(journal)]
    follower = Follower(RepeatingHost(), source(journal), after="s=1;i=1")
    found = []
    with pytest.raises(Problem) as caught:  # noqa: PT012 - what came before it counts
        for entry in follower:
            found.append(entry.cursor)
            assert len(found) <= len(told)
    assert found == told
    assert caught.value.code == "journal-unreadable"
    assert follower.restarts == 1 + follow._ATTEMPTS


def test_only_so_many_are_remembered(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_REMEMBERED", 10)
    told = tell(journal)
    follower = Follower(Host(), source(journal), after=told[0]["__CURSOR"])
    assert len(list(islice(follower, 100))) == 100
    assert len(follower._seen) <= 10


def test_one_that_fails_again_and_again_is_a_problem(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_FIRST_PAUSE", 0.0)
    host = FrailHost(0)
    follower = Follower(host, source(journal), after="s=1;i=1")
    with pytest.raises(Problem, match="Bad message") as caught:
        list(follower)
    assert caught.value.code == "journal-unreadable"
    assert len(host.asked) == follow._ATTEMPTS


def test_it_begins_after_the_last_entry_there_is(journal: Path) -> None:
    """The last is looked up first, so that nothing is lost if the following fails at once."""
    last = tell(journal)[-1]["__CURSOR"]
    host = EndingHost()
    host.follower = Follower(host, source(journal))
    assert list(host.follower) == []
    assert f"--cursor={last}" in host.asked


def test_another_thread_ends_it(journal: Path) -> None:
    told = [entry["__CURSOR"] for entry in tell(journal)]
    follower = Follower(Host(), source(journal), after=told[0])
    found = []
    for entry in follower:
        found.append(entry.cursor)
        if len(found) == len(told) - 1:
            # From now on it waits for what never comes.
            ender = threading.Thread(target=follower.end)
            ender.start()
    ender.join()
    assert found == told[1:]
    assert list(follower) == []


def test_one_that_was_ended_before_it_began(journal: Path) -> None:
    follower = Follower(Host(), source(journal), after="s=1;i=1")
    follower.end()
    assert list(follower) == []
