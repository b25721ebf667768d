"""Read again only when something has changed: files as the helper writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from roots.hosts import write_machine

from sysgui.helper.operations import watch_files
from sysgui.panels.services.watch.follow import FollowedHistory, FollowedWatches
from sysgui.panels.services.watch.watches import HISTORY, Mail
from sysgui.system.host import Host, Output
from sysgui.system.journal import PLACES, SYSTEM_FILE
from sysgui.watch import judge, state

MACHINE = "0123456789abcdef0123456789abcdef"
JOURNAL = f"{PLACES[0]}/{MACHINE}/{SYSTEM_FILE}"


class Counted(Host):
    """A machine that counts what is read of it, and whose journal is the test's."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.reads: list[str] = []
        self.runs: list[list[str]] = []
        self.entries: list[dict[str, str]] = []
        self.may = True

    def read(self, path: str, *more: Any) -> bytes:
        self.reads.append(path)
        return super().read(path, *more)

    def may_read(self, path: str) -> bool:
        return self.may

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        self.runs.append(list(argv))
        after = [word for word in argv if word.startswith("--after-cursor=")]
        begin = int(after[0].partition("=")[2]) + 1 if after else 0
        lines = [json.dumps({"__CURSOR": str(n), **entry}) for n, entry in enumerate(self.entries)]
        return Output(0, "\n".join(lines[begin:]).encode(), b"")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    for folder in ("etc/systemd/system/other.service.d", "etc/sysgui", "var/lib/sysgui"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(state, "ROOT", str(tmp_path / "var/lib/sysgui"))
    write_machine(tmp_path, {"/etc/machine-id": MACHINE, JOURNAL: ""})
    return Counted(tmp_path)


def watched(host: Counted, unit: str, restart: str = "yes") -> None:
    """Writes a watch as the helper does."""
    root = f"{host.root}/etc/systemd/system"
    place = watch_files.Place(root, f"{unit}.d", "50-sysgui-watch.conf")
    line = json.dumps({"restart": restart, "mail": "yes", "notify": "no"})
    with watch_files.changed([watch_files.Change(place, f"[X-Sysgui]\nWatch={line}\n".encode())]):
        pass


def kept(unit: str, word: str) -> None:
    """Keeps a state as the program does that systemd starts."""
    with state.locked():
        state.keep(unit, judge.Memory(state=word, told=word if word != "stopped" else "fine"))


def test_each_change_is_seen_and_nothing_else_is_read(host: Counted) -> None:
    follow = FollowedWatches(host)
    assert follow.read().watches == []
    watched(host, "web.service")
    (web,) = follow.read().watches
    assert (web.unit, web.restart, web.state) == ("web.service", True, "")
    # A folder of drop-ins that was there before; the one above it does not change.
    watched(host, "other.service")
    assert [each.unit for each in follow.read().watches] == ["other.service", "web.service"]
    watched(host, "web.service", restart="no")
    assert not follow.read().watches[1].restart
    kept("web.service", "failing")
    assert follow.read().watches[1].state == "failing"
    kept("web.service", "given-up")
    assert follow.read().watches[1].state == "given-up"
    last = follow.read()
    host.reads.clear()
    assert follow.read() is last
    assert host.reads == []


def test_how_mail_stands_is_seen_as_well(host: Counted) -> None:
    follow = FollowedWatches(host)
    assert follow.read().mail == Mail()
    with state.locked():
        state.post({"unit": "a.service", "subject": "s", "body": "b"})
        state.tidy()
    assert follow.read().mail.waiting == 1
    Path(f"{host.root}/etc/sysgui/mail.json").write_text("{}")
    assert follow.read().mail.known


def test_the_end_of_a_watch_is_seen(host: Counted) -> None:
    watched(host, "other.service")
    follow = FollowedWatches(host)
    assert len(follow.read().watches) == 1
    follow.read()
    Path(f"{host.root}/etc/systemd/system/other.service.d/50-sysgui-watch.conf").unlink()
    assert follow.read().watches == []


def entry(kind: str) -> dict[str, str]:
    return {"__REALTIME_TIMESTAMP": "1700000000000000", "SYSGUI_UNIT": "web.service",
            "SYSGUI_EVENT": kind}  # fmt: skip


def test_the_journal_is_asked_only_when_it_has_changed_and_only_for_what_is_new(
    host: Counted,
) -> None:
    follow = FollowedHistory(host)
    assert follow.read().events == []
    assert follow.read().events == []
    assert len(host.runs) == 1
    for kind in ("failed", "recovered"):
        host.entries.append(entry(kind))
        Path(f"{host.root}{JOURNAL}").unlink()
        Path(f"{host.root}{JOURNAL}").touch()
        last = follow.read()
    assert [event.kind for event in last.events] == ["failed", "recovered"]
    assert host.runs == [[*HISTORY], [*HISTORY], [*HISTORY, "--after-cursor=0"]]
    assert follow.read() is last


def test_who_may_not_read_the_journal_is_told_so(host: Counted) -> None:
    host.may = False
    assert FollowedHistory(host).read().hidden
    assert host.runs == []


def test_two_changes_within_one_tick_of_the_clock_are_both_seen(host: Counted) -> None:
    watched(host, "web.service")
    follow = FollowedWatches(host)
    follow.read()
    path = Path(f"{host.root}/etc/systemd/system/web.service.d/50-sysgui-watch.conf")
    about = path.stat()
    path.write_text(path.read_text().replace('"restart": "yes"', '"restart": "no"'))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert not follow.read().watches[0].restart
