"""A unit's journal: only what is new is asked for, and nothing in it acts."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.services.unit.journal import UnitJournalProbe, lines_of
from sysgui.system.host import Host, Output
from sysgui.system.problem import Problem


class Journalctl(Host):
    """A machine whose journal is a test's: a file that is there to be touched, and its entries."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.entries: list[dict[str, Any]] = []
        self.asked: list[list[str]] = []
        self.status = 0
        (root / "etc").mkdir()
        (root / "etc/machine-id").write_text("0123\n")
        self.file = root / "var/log/journal/0123/system.journal"
        self.file.parent.mkdir(parents=True)
        self.file.touch()

    def say(self, *messages: Any) -> None:
        for message in messages:
            number = len(self.entries)
            self.entries.append(
                {"__CURSOR": f"c{number}", "__REALTIME_TIMESTAMP": f"{number}000000",
                 "MESSAGE": message, "PRIORITY": "3", "SYSLOG_IDENTIFIER": "x", "_PID": "7"}
            )  # fmt: skip
        os.utime(self.file, ns=(0, len(self.entries)))

    def run(self, argv: Any, timeout: float = 10.0) -> Output:
        self.asked.append(list(argv))
        after = [word.partition("=c")[2] for word in argv if word.startswith("--after-cursor")]
        new = self.entries[int(after[0]) + 1 :] if after else self.entries
        return Output(self.status, "\n".join(map(json.dumps, new)).encode(), b"why not")


@pytest.fixture
def host(tmp_path: Path) -> Journalctl:
    return Journalctl(tmp_path)


def test_it_comes_in_order_and_then_only_what_is_new(host: Journalctl) -> None:
    probe = UnitJournalProbe(host)
    host.say("one", "two")
    first = probe.read("system", "a.service")
    assert [(line.text, line.time, line.priority, line.pid) for line in first.lines] == [
        ("one", 0.0, 3, 7), ("two", 1.0, 3, 7),
    ]  # fmt: skip
    assert first.fresh == 2
    host.say("three")
    second = probe.read("system", "a.service")
    assert [line.text for line in second.lines] == ["one", "two", "three"]
    assert second.fresh == 1
    assert "--after-cursor=c1" in host.asked[-1]
    assert "--unit=a.service" in host.asked[-1]


def test_nobody_is_asked_while_the_journal_is_quiet(host: Journalctl) -> None:
    probe = UnitJournalProbe(host)
    host.say("one")
    probe.read("system", "a.service")
    again = probe.read("system", "a.service")
    assert len(host.asked) == 1
    assert ([line.text for line in again.lines], again.fresh) == (["one"], 0)


def test_another_unit_begins_anew(host: Journalctl) -> None:
    probe = UnitJournalProbe(host)
    host.say("one")
    probe.read("system", "a.service")
    probe.read("user", "b.service")
    assert host.asked[-1][-1] == "--user-unit=b.service"
    assert not any(word.startswith("--after-cursor") for word in host.asked[-1])


def test_a_journal_that_may_not_be_read_is_said(
    host: Journalctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "may_read", lambda _path: False)
    read = UnitJournalProbe(host).read("system", "a.service")
    assert (read.hidden, read.lines, host.asked) == (True, [], [])


def test_a_failure_is_told_in_journalctls_words(host: Journalctl) -> None:
    host.status = 1
    with pytest.raises(Problem, match="why not"):
        UnitJournalProbe(host).read("system", "a.service")


def test_only_the_last_lines_are_kept(host: Journalctl) -> None:
    probe = UnitJournalProbe(host)
    host.say(*map(str, range(400)))
    probe.read("system", "a.service")
    host.say(*map(str, range(400, 700)))
    read = probe.read("system", "a.service")
    assert [line.text for line in read.lines] == [str(number) for number in range(200, 700)]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("a\nb", "a\\nb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ([104, 255, 10], "h\\xff\\n"),
        (["first", "second"], "first"),
        (None, ""),
        ([], ""),
        ({"x": 1}, ""),
    ],
)
def test_nothing_of_what_is_said_acts(message: Any, text: str) -> None:
    (line,) = lines_of([json.dumps({"__REALTIME_TIMESTAMP": "1", "MESSAGE": message}).encode()])
    assert line.text == text


VALUES = st.one_of(st.none(), st.text(max_size=9), st.integers(), st.lists(st.integers()))
FIELDS = ("__CURSOR", "__REALTIME_TIMESTAMP", "MESSAGE", "PRIORITY", "_PID")
ENTRIES = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, VALUES))


@given(st.lists(st.binary(max_size=40) | ENTRIES.map(lambda entry: json.dumps(entry).encode())))
def test_whatever_stands_there_is_read_or_left_out(entries: list[bytes]) -> None:
    for line in lines_of(entries):
        assert 0 <= line.priority <= 7
        assert line.text.isprintable()
