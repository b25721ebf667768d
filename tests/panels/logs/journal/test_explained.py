"""The journal's catalogue, against what `journalctl --catalog` writes beneath entries."""

import json
import subprocess
from pathlib import Path

import pytest

from sysgui.panels.logs.journal.entries import JournalEntries
from sysgui.panels.logs.journal.explained import ExplainedProbe
from sysgui.panels.logs.journal.reading import identity
from sysgui.panels.logs.journal.source import source_of
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import unpacked


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "a.journal"
    path.write_bytes(unpacked("compact"))
    return path


def told(journal: Path, *options: str) -> str:
    argv = ["journalctl", "--no-pager", "--quiet", f"--file={journal}", *options]
    done = subprocess.run(argv, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def entries_with(journal: Path, *, message_id: bool) -> list[tuple[str, int]]:
    """Returns the cursors, by journalctl, and our identities of some entries."""
    listed = [json.loads(each) for each in told(journal, "-o", "json").splitlines()]
    cursors = {each["__CURSOR"]: each.get("MESSAGE_ID") for each in listed}
    entries = JournalEntries(Host(), source_of(f"journal:{journal}")).page(10_000).entries
    found = {}
    for entry in entries:
        of = cursors[entry.cursor]
        if (of is not None) == message_id:
            found.setdefault(of, (entry.cursor, identity(entry)))
    return list(found.values())


def test_it_says_what_journalctl_says(journal: Path) -> None:
    explained = 0
    for cursor, its in entries_with(journal, message_id=True):
        beneath = told(journal, "--catalog", "-o", "short", f"--cursor={cursor}", "-n1")
        theirs = [each[2:].strip() for each in beneath.splitlines() if each.startswith("░░")]
        if not theirs:
            continue
        found = ExplainedProbe(Host()).read(f"journal:{journal}", its)
        assert f"Subject: {found.subject}" in theirs
        assert f"Support: {found.support}" in theirs
        assert {each.strip() for each in found.text.splitlines()} <= set(theirs)
        explained += 1
    assert explained


def test_what_has_no_explanation_says_so(journal: Path) -> None:
    (_cursor, bare), *_others = entries_with(journal, message_id=False)
    for offset, code in ((bare, "unexplained"), (1, "no-entry")):
        with pytest.raises(Problem) as refused:
            ExplainedProbe(Host()).read(f"journal:{journal}", offset)
        assert refused.value.code == code
