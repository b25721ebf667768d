"""The values of a part of a journal's entries, beside those that journalctl has."""

import argparse
import json
from collections import Counter
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.values import FIELDS, ValuesProbe
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import tell, time


def counted(folder: Path, part: str) -> Counter[str]:
    told: Counter[str] = Counter()
    for entry in tell(folder):
        value = entry.get(FIELDS[part], [])
        told.update(value if isinstance(value, list) else [value])
    return told


@pytest.mark.parametrize("part", FIELDS)
def test_they_are_those_that_journalctl_has(journal: Path, part: str) -> None:
    found = ValuesProbe(Host()).read(f"journal:{journal.parent}", part)
    assert {value.text: value.entries for value in found.values} == counted(journal.parent, part)
    assert (found.source, found.part) == (f"journal:{journal.parent}", part)
    assert not found.cut


def test_of_several_logs_they_are_those_of_the_journals(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "text.log").write_text("x")
    paths = [f"journal:{journal.parent}", str(tmp_path / "text.log")]
    found = ValuesProbe(Host()).read(name_of([Source(path) for path in paths]), "unit")
    assert {value.text: value.entries for value in found.values} == counted(journal.parent, "unit")


def test_a_boot_has_its_times(journal: Path) -> None:
    (boot,) = ValuesProbe(Host()).read(f"journal:{journal.parent}", "boot").values
    times = [time(entry) / 1e6 for entry in tell(journal)]
    assert (boot.first, boot.last) == (times[0], times[-1])
    assert boot.span.count("-") == 4


def test_a_text_has_none_nor_has_a_part_that_no_journal_has(tmp_path: Path) -> None:
    (tmp_path / "text.log").write_text("x")
    assert ValuesProbe(Host()).read(str(tmp_path / "text.log"), "unit").values == []
    assert ValuesProbe(Host()).read("journal:/nowhere", "message").values == []


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words), Host())


def test_the_command_prints_them(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = counted(journal.parent, "identifier")
    assert run(f"journal:{journal.parent}", "--values", "identifier") == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert {line.split()[1]: int(line.split()[0].replace("\u202f", "")) for line in lines} == told
    assert run(f"journal:{journal.parent}", "--values", "boot", "--json") == 0
    (boot,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert boot["entries"] == sum(counted(journal.parent, "boot").values())
    assert boot["first"] < boot["last"]
    assert run(f"journal:{journal.parent}", "--values", "identifier", "--json") == 0
    values = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {value.pop("text"): value for value in values} == {
        text: {"entries": entries} for text, entries in told.items()
    }
    with pytest.raises(Problem, match="Only a journal"):
        run("/etc/hostname", "--values", "unit")
