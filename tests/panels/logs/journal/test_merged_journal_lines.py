"""`sysgui logs journal:… FILE`, against journalctl's entries merged by plain Python."""

import argparse
import json
import sys
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import Entries, tell, time
from .test_log import message
from .test_merged_journal import lines


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def told(journal: Path) -> Entries:
    return tell(journal)


@pytest.fixture
def text(told: Entries, tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line}\n" for _key, _member, _order, line in lines(told)))
    return path


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), Host())


def test_entries_and_lines_are_printed_in_the_order_of_time(
    journal: Path, text: Path, told: Entries, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(f"journal:{journal.parent}", str(text), "--json") == 0
    sys.stdout.flush()
    found = [json.loads(each) for each in capfdbinary.readouterr().out.splitlines()]
    expected = sorted(
        [
            *((time(entry), 0, order, message(entry)) for order, entry in enumerate(told)),
            *lines(told),
        ]
    )
    assert [(each["time"], each["text"]) for each in found] == [
        (key, said) for key, _member, _order, said in expected
    ]
    assert run(f"journal:{journal.parent}", str(text)) == 0
    sys.stdout.flush()
    plain = capfdbinary.readouterr().out.splitlines()
    texts = iter(line for _key, _member, _order, line in lines(told))
    wanted = next(texts)
    for each in plain:
        if each.decode("utf-8", "replace") == wanted:
            wanted = next(texts, "")
    assert wanted == ""


def test_entries_and_lines_are_counted(
    journal: Path, text: Path, told: Entries, capsys: pytest.CaptureFixture[str]
) -> None:
    total = len(told) + len(lines(told))
    assert run(f"journal:{journal.parent}", str(text), "--count") == 0
    assert run(f"journal:{journal.parent}", str(text), "identifier=native", "--count") == 0
    native = sum(entry.get("SYSLOG_IDENTIFIER") == "native" for entry in told)
    assert capsys.readouterr().out == f"{total}\n{native}\n"


@pytest.mark.parametrize("context", [1, 2, 9])
def test_lines_around_are_those_of_the_same_log(
    journal: Path,
    text: Path,
    told: Entries,
    capfdbinary: pytest.CaptureFixture[bytes],
    context: int,
) -> None:
    logs = [
        [(time(entry), 0, order, message(entry)) for order, entry in enumerate(told)],
        lines(told),
    ]
    expected = []
    for of_one in logs:
        chosen = [place for place, each in enumerate(of_one) if "native" in each[3]]
        assert chosen or of_one is logs[1]
        near = {place + step for place in chosen for step in range(-context, context + 1)}
        expected += [each for place, each in enumerate(of_one) if place in near]
    run(f"journal:{journal.parent}", str(text), "native", "-C", str(context), "--json")
    sys.stdout.flush()
    found = [json.loads(each) for each in capfdbinary.readouterr().out.splitlines()]
    assert [(each["time"], each["text"]) for each in found] == [
        (key, said) for key, _member, _order, said in sorted(expected)
    ]


def test_texts_know_no_boot(journal: Path, text: Path) -> None:
    with pytest.raises(Problem) as refused:
        run(f"journal:{journal.parent}", str(text), "--boot")
    assert refused.value.code == "no-boot"
