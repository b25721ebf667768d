"""`sysgui logs … --bundle FILE`, against what the same words print without it."""

import argparse
import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.bundle.spans import KINDS
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from tests.panels.logs.journal.conftest import unpacked


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(argv)


def lines_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as bundle:
        return bundle.read("incident/lines.log")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["level<=err or cron"],
        ["-u", "systemd-journald", "-u", "cron"],
        ["--boot"],
        ["level<=info", "--since", "2000-01-01", "--until", "2100-01-01"],
    ],
)
def test_it_holds_what_is_printed_for_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    journal = tmp_path / "a.journal"
    journal.write_bytes(unpacked("regular"))
    argv = [f"journal:{journal}", *options]
    printed = subprocess.run(
        [sys.executable, "-m", "sysgui", "logs", *argv], capture_output=True, check=True
    ).stdout
    assert command.run(parsed(*argv, "--bundle", str(tmp_path / "b.zip")), Host()) == 0
    assert printed
    assert lines_of(tmp_path / "b.zip") == printed


def test_what_is_redacted_is_named_with_commas(tmp_path: Path) -> None:
    assert set(parsed("x", "--redact", "ip, user").redact) == {"ip", "user"}
    assert set(parsed("x", "--redact", "all").redact) == set(KINDS)
    with pytest.raises(SystemExit):
        parsed("x", "--redact", "ips")


@pytest.mark.parametrize("how", [[], ["--count"], ["--follow"], ["--analyze"], ["--json"]])
def test_nothing_is_printed_as_it_is_that_was_to_be_redacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: list[str]
) -> None:
    path = tmp_path / "x.log"
    path.write_text("Nov 27 08:00:01 vm sshd: from 192.0.2.7\n")
    with pytest.raises(Problem) as refused:
        command.run(parsed(str(path), "--redact", "ip", *how), Host())
    assert refused.value.code == "no-bundle"
    assert capsys.readouterr().out == ""


def test_a_time_that_is_none_and_a_boot_of_a_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("Nov 27 08:00:01 vm app: x\n")
    for options, code in ((["--since", "noon"], "bad-time"), (["--boot"], "no-boot")):
        with pytest.raises(Problem) as refused:
            command.run(parsed(str(path), *options, "--bundle", str(tmp_path / "b")), Host())
        assert refused.value.code == code
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("others", [0, 1])
def test_of_a_damaged_log_it_holds_what_can_be_read_and_the_status_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], others: int
) -> None:
    lines = b"".join(b"2026-11-27T08:00:%02dZ fine\n" % (number % 60) for number in range(9000))
    packed, plain = tmp_path / "a.gz", tmp_path / "b"
    packed.write_bytes(gzip.compress(lines)[:-9])
    plain.write_bytes(lines)
    argv = [str(packed), *[str(plain)] * others, "--bundle", str(tmp_path / "c.zip")]
    assert command.run(parsed(*argv), Host()) == 2
    assert "it ends too early" in capsys.readouterr().err
    assert len(lines_of(tmp_path / "c.zip")) > others * len(lines)
    assert command.run(parsed(str(plain), "--bundle", str(tmp_path / "d.zip")), Host()) == 0
    assert capsys.readouterr().err == ""
