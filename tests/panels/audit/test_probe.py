"""The journal is read once, and then only as far as there is something new."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from roots.hosts import write_machine

from sysgui.panels.audit import probe
from sysgui.panels.audit.entries import ARGV, cursor_of, entry_of
from sysgui.panels.audit.probe import Audit, AuditProbe, TellingProbe, older
from sysgui.system.host import Host, Output
from sysgui.system.problem import Problem

from . import FILE, MACHINE, RECORDED, Journal, line, pair, write_journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    write_machine(tmp_path, {"/etc/machine-id": f"{MACHINE}\n"})
    host = Journal(tmp_path)
    host.touch()
    return host


def results(audit: Audit) -> list[str]:
    return [done.result for done in audit.done]


@pytest.mark.parametrize("release", RECORDED)
def test_a_recorded_machine_is_read_as_it_was(tmp_path: Path, release: str) -> None:
    host = Host(str(write_journal(tmp_path, RECORDED[release], ARGV)))
    audit = AuditProbe(host).read()
    assert [done.user for done in audit.done] == ["alice"] * 4 + ["bob", "alice"]
    assert (audit.hidden, audit.cut) == (False, False)
    assert msgspec.json.decode(msgspec.json.encode(audit), type=Audit) == audit


def test_where_nothing_was_done_there_is_nothing(journal: Journal) -> None:
    assert AuditProbe(journal).read() == Audit([])


def test_an_unchanged_journal_is_not_read_again(journal: Journal) -> None:
    journal.say(*pair())
    reader = AuditProbe(journal)
    first = reader.read()
    assert all(reader.read() is first for _each in range(5))
    assert len(journal.asked) == 1


def test_of_a_changed_one_only_the_new_is_read(journal: Journal) -> None:
    journal.say(*pair("done"))
    reader = AuditProbe(journal)
    assert results(reader.read()) == ["done"]
    last = cursor_of(entry_of(journal.lines[-1]))
    journal.say(*pair("failed", SYSGUI_REQUEST="r2"))
    assert results(reader.read()) == ["done", "failed"]
    assert journal.asked == ["--lines=4000", f"--cursor={last}"]


def test_what_others_have_written_meanwhile_is_no_news(journal: Journal) -> None:
    journal.say(*pair())
    reader = AuditProbe(journal)
    first = reader.read()
    journal.touch()
    assert reader.read() is first
    assert len(journal.asked) == 2


def test_what_ends_later_is_still_the_same_row(journal: Journal) -> None:
    begin, end = pair("partly")
    journal.say(begin)
    reader = AuditProbe(journal)
    (begun,) = reader.read().done
    journal.say(end)
    (ended,) = reader.read().done
    assert (begun.result, ended.result) == ("", "partly")
    assert begun.cursor == ended.cursor


def test_after_the_last_entry_has_gone_all_is_read_anew(journal: Journal) -> None:
    journal.say(*pair("done"))
    reader = AuditProbe(journal)
    reader.read()
    # Vacuumed, and something new has come: the cursor leads to that, which must not be lost.
    journal.lines.clear()
    journal.say(*pair("failed"))
    assert results(reader.read()) == ["failed"]
    assert journal.asked[-1] == "--lines=4000"
    journal.lines.clear()
    journal.touch()
    assert results(reader.read()) == []


def test_another_file_in_its_place_is_a_change(journal: Journal, tmp_path: Path) -> None:
    reader = AuditProbe(journal)
    reader.read()
    path = Path(journal.root + FILE)
    other = tmp_path / "other"
    other.touch()
    os.utime(other, ns=(0, path.stat().st_mtime_ns))
    other.rename(path)
    reader.read()
    assert len(journal.asked) == 2


def test_that_there_may_be_older_ones_is_said(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "MOST_ENTRIES", 4)
    journal.say(*pair(), line())
    reader = AuditProbe(journal)
    assert not reader.read().cut
    journal.say(*pair())
    assert not reader.read().cut  # These came since.
    assert AuditProbe(journal).read().cut
    journal.touch()
    assert "4 entries" in older()


# Who may not read it


def test_what_may_not_be_read_is_hidden_and_not_asked_for(journal: Journal) -> None:
    journal.say(*pair())
    journal.readable = False
    reader = AuditProbe(journal)
    assert reader.read() == Audit([], hidden=True)
    assert journal.asked == []
    journal.readable = True
    assert results(reader.read()) == ["done"]


def test_a_directory_that_may_not_be_entered_hides_it(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stat(_path: str) -> os.stat_result:
        raise PermissionError

    monkeypatch.setattr(journal, "stat", stat)
    assert AuditProbe(journal).read().hidden


def test_without_any_file_of_a_journal_nothing_is_hidden(tmp_path: Path) -> None:
    host = Journal(tmp_path)
    host.readable = False
    assert AuditProbe(host).read() == Audit([])
    write_machine(tmp_path, {"/etc/machine-id": MACHINE})
    assert AuditProbe(host).read() == Audit([])


def test_who_may_read_a_file_is_what_the_kernel_says(tmp_path: Path) -> None:
    write_machine(tmp_path, {"/etc/machine-id": MACHINE})
    host = Host(str(tmp_path))
    assert host.may_read("/etc/machine-id")
    assert not host.may_read("/etc/no-such-file")


# What goes wrong


def test_without_journalctl_it_is_said_in_the_users_words(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_argv: Any) -> Output:
        raise Problem("no-program", "/usr/bin/journalctl is not installed.")

    monkeypatch.setattr(journal, "run", run)
    with pytest.raises(Problem) as caught:
        AuditProbe(journal).read()
    assert caught.value.code == "no-journal"
    assert "journalctl" not in str(caught.value)
    assert caught.value.hint


def test_any_other_problem_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        AuditProbe(Host(str(tmp_path))).read()
    assert caught.value.code == "not-recorded"


def test_a_failure_is_said_and_the_next_reading_tries_again(journal: Journal) -> None:
    journal.say(*pair())
    journal.status = 1
    reader = AuditProbe(journal)
    for _each in range(2):
        with pytest.raises(Problem, match="no such thing") as caught:
            reader.read()
        assert caught.value.code == "journal-unreadable"
    journal.status = 0
    first = reader.read()
    assert results(first) == ["done"]
    journal.say(*pair("failed"))
    journal.status = 1
    with pytest.raises(Problem):
        reader.read()
    journal.status = 0
    assert results(reader.read()) == ["done", "failed"]


# What root was told


def test_what_root_was_told_becomes_the_same_rows(tmp_path: Path) -> None:
    lines = RECORDED["debian12"]
    host = Host(str(write_journal(tmp_path, lines, ARGV)))
    told = TellingProbe(host).read(b"\n".join(lines))
    assert told == AuditProbe(host).read()
    assert TellingProbe(host).read() == Audit([])
