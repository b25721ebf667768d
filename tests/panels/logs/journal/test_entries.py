"""Pages of a journal, against all of its entries as journalctl prints them in another form."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.logs.journal.entries import Entry, JournalEntries
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import level, tell, time


def reader(path: Path, host: Host | None = None) -> JournalEntries:
    return JournalEntries(host or Host(), JournalSource(files=(str(path),)))


def cursors(entries: list[Entry]) -> list[str]:
    return [entry.cursor for entry in entries]


def expected(told: list[dict[str, Any]]) -> list[str]:
    return [str(entry["__CURSOR"]) for entry in told]


@pytest.mark.parametrize("count", [1, 40, 1000])
def test_from_the_beginning_to_the_end(journal: Path, count: int) -> None:
    found: list[str] = []
    told = expected(tell(journal))
    for _page in range(len(told) // count + 1):
        page = reader(journal).page(count, beyond=found[-1] if found else "")
        found += cursors(page.entries)
        if count == 1 and len(found) == 5:
            break
        assert page.is_end == (len(page.entries) < count)
    assert found == (told[:5] if count == 1 else told)
    assert page.complaint == ""


def test_from_the_end_to_the_beginning(journal: Path) -> None:
    found: list[str] = []
    while True:
        page = reader(journal).page(100, beyond=found[0] if found else "", backwards=True)
        found = cursors(page.entries) + found
        if page.is_end:
            break
    assert found == expected(tell(journal))


def test_from_the_middle(journal: Path) -> None:
    told = expected(tell(journal))
    middle = told[150]
    assert cursors(reader(journal).page(3, beyond=middle).entries) == told[151:154]
    before = reader(journal).page(3, beyond=middle, backwards=True)
    assert cursors(before.entries) == told[147:150]


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        (Wanted(units=("nginx.service", "cron.service")), ["-u", "nginx", "-u", "cron"]),
        (Wanted(worst=3, identifiers=("native",)), ["-p", "err", "-t", "native"]),
        (Wanted(pids=(1,)), ["_PID=1"]),
    ],
)
def test_only_what_is_wanted(journal: Path, wanted: Wanted, options: list[str]) -> None:
    told = expected(tell(journal, *options))
    whole = reader(journal).page(1000, wanted=wanted)
    assert cursors(whole.entries) == told
    after = reader(journal).page(1000, wanted=wanted, beyond=told[1])
    assert cursors(after.entries) == told[2:]
    before = reader(journal).page(1000, wanted=wanted, beyond=told[-2], backwards=True)
    assert cursors(before.entries) == told[:-2]
    # One that is not wanted itself serves as well.
    other = next(c for c in expected(tell(journal)) if c not in told)
    later = [entry["__CURSOR"] for entry in tell(journal, f"--cursor={other}", *options)]
    assert cursors(reader(journal).page(1000, wanted=wanted, beyond=other).entries) == later


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("beyond", [None, 60])
def test_only_some_time(journal: Path, *, backwards: bool, beyond: int | None) -> None:
    every = tell(journal)
    wanted = Wanted(since=time(every[50]), until=time(every[80]))
    told = [c for c in every if time(every[50]) <= time(c) <= time(every[80])]
    cursor = ""
    if beyond is not None:
        cursor = every[beyond]["__CURSOR"]
        side = every[:beyond] if backwards else every[beyond + 1 :]
        told = [entry for entry in told if entry in side]
    page = reader(journal).page(1000, wanted=wanted, beyond=cursor, backwards=backwards)
    assert cursors(page.entries) == expected(told)
    assert page.is_end


def test_what_an_entry_says(journal: Path) -> None:
    entries = reader(journal).page(1000, cut=100).entries
    assert len(entries) == len(tell(journal))
    for entry, told in zip(entries, tell(journal), strict=True):
        message = told["MESSAGE"]
        raw = bytes(message) if isinstance(message, list) else message.encode()
        assert entry.text == raw[:100].decode("utf-8", "replace")
        assert entry.length == len(raw)
        assert entry.level == (-1 if level(told) == 8 else level(told))
        assert entry.time == time(told)
        assert entry.boot == told["_BOOT_ID"]
        assert entry.host == told["_HOSTNAME"]
        assert entry.unit == told.get("_SYSTEMD_UNIT", "")
        assert entry.identifier == told["SYSLOG_IDENTIFIER"]
        assert entry.pid == int(told.get("_PID", 0))


def test_all_fields_of_an_entry(journal: Path) -> None:
    told = next(entry for entry in tell(journal) if entry.get("NUMBER") == "7")
    fields = reader(journal).fields(told["__CURSOR"])
    assert {name.decode(): [v.decode() for v in values] for name, values in fields.items()} == {
        name: [value] for name, value in told.items()
    }


def test_an_entry_that_has_gone_has_no_fields(journal: Path) -> None:
    first = tell(journal)[0]["__CURSOR"]
    gone = first.replace(";i=3;", ";i=1;")
    assert gone != first
    assert reader(journal).fields(gone) == {}
    # Of what comes after it nothing is left out.
    assert cursors(reader(journal).page(1, beyond=gone).entries) == [first]


@pytest.mark.parametrize("cursor", ["x", "--help", "s=1;i=", "s=1\n", "s=1;DROP"])
def test_what_is_no_cursor_is_not_handed_on(journal: Path, cursor: str) -> None:
    with pytest.raises(Problem, match="names no entry") as caught:
        reader(journal).page(1, beyond=cursor)
    assert caught.value.code == "journal-unreadable"


class BareHost(Host):
    """A machine without journalctl, or with another in its place."""

    def __init__(self, *argv: str) -> None:
        super().__init__()
        self.argv = argv

    def spawn(self, argv: Any, *arguments: Any, **options: Any) -> Any:
        return super().spawn(self.argv, *arguments, **options)


def test_a_machine_without_journalctl(journal: Path) -> None:
    with pytest.raises(Problem) as caught:
        reader(journal, BareHost("/nowhere/journalctl")).page(1)
    assert caught.value.code == "no-program"


def test_one_that_fails_at_once(journal: Path) -> None:
    host = BareHost("/bin/sh", "-c", "echo 'Bad message' >&2; exit 1")
    with pytest.raises(Problem, match="Bad message") as caught:
        reader(journal, host).page(1)
    assert caught.value.code == "journal-unreadable"


def test_one_that_gives_up_on_its_way(journal: Path) -> None:
    """What could be read is shown, then the error."""
    script = f"journalctl -o export --file={journal} | head -c 5000; echo 'Bad message' >&2; exit 1"
    page = reader(journal, BareHost("/bin/sh", "-c", script)).page(1000)
    assert cursors(page.entries) == expected(tell(journal))[: len(page.entries)]
    assert page.entries
    assert (page.is_end, page.complaint) == (True, "Bad message")


def test_a_stream_of_all_that_is_wanted(journal: Path) -> None:
    told = tell(journal, "-p", "err")
    until = time(told[-2])
    wanted = Wanted(worst=3, until=until)
    found = cursors(list(reader(journal).stream(wanted)))
    assert found == expected([entry for entry in told if time(entry) <= until])


def test_a_stream_that_gives_up_says_why(journal: Path) -> None:
    script = f"journalctl -o export --file={journal} | head -c 5000; echo 'Bad message' >&2; exit 1"
    complaints: list[str] = []

    def through() -> Iterator[Entry]:
        complaints.append((yield from reader(journal, BareHost("/bin/sh", "-c", script)).stream()))

    assert list(through())
    assert complaints == ["Bad message"]


def test_a_stream_that_is_closed_does_not_wait_for_the_rest(journal: Path) -> None:
    script = f"journalctl -o export --file={journal}; exec sleep 1000"
    stream = reader(journal, BareHost("/bin/sh", "-c", script)).stream()
    assert next(stream).cursor == expected(tell(journal))[0]
    stream.close()


def test_whoever_has_enough_does_not_wait_for_the_rest(journal: Path) -> None:
    script = f"journalctl -o export --file={journal}; exec sleep 1000"
    page = reader(journal, BareHost("/bin/sh", "-c", script)).page(5)
    assert cursors(page.entries) == expected(tell(journal))[:5]
