"""How the files of journals are named on the command line."""

import argparse
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.printing.words import take_words
from sysgui.system.host import Host
from sysgui.system.problem import Problem


def opened(*argv: str) -> list[str]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return [source.path for source in take_words(parser.parse_args(argv), Host())]


def test_a_journal_may_be_named_from_where_one_stands(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(journal.parent)
    assert opened("journal:./") == opened("journal:../journal") == [f"journal:{journal.parent}"]
    assert opened(f"journal:./{journal.name}") == [f"journal:{journal}"]


def test_a_file_of_a_journal_is_a_journal_by_its_own_name(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(journal.parent)
    Path("money.journal").write_text("2026-11-27 rent\n")
    assert opened(journal.name, "money.journal") == [
        f"journal:{journal}",
        f"{journal.parent}/money.journal",
    ]


def test_a_journal_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="absent cannot be read") as refused:
        opened(f"journal:{tmp_path}/absent")
    assert refused.value.code == "unreadable"
