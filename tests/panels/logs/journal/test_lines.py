"""`sysgui logs journal:…`, against what journalctl prints of the same journal."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kit import wait_until

from sysgui.panels.logs import command
from sysgui.panels.logs.printing import following, journal_lines
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .conftest import Entries, level, tell, time
from .test_entries import BareHost
from .test_log import LateHost

Run = Callable[..., int]


@pytest.fixture
def run(journal: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(journal_lines, "BATCH", 50)

    def run(*argv: str) -> int:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return command.run(parser.parse_args([f"journal:{journal.parent}", *argv]), Host())

    return run


def stamp(entry: dict[str, object]) -> str:
    at = subprocess.run(
        ["date", "-u", "+%FT%T", f"-d@{int(str(entry['__REALTIME_TIMESTAMP'])) // 10**6}"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    return at.stdout.strip()


def printed(journal: Path, *options: str) -> list[str]:
    """Returns what journalctl prints, without the times, which are those of the programs."""
    argv = ["journalctl", "--quiet", "--no-pager", "--all", "-o", "short-iso", "--utc"]
    done = subprocess.run(
        [*argv, f"--file={journal}", *options], capture_output=True, check=True, env={"TZ": "UTC"}
    )
    return bare(done.stdout.decode("utf-8", "replace"))


def bare(text: str) -> list[str]:
    return [re.sub(r"^\S+ |^ +", "", line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        (["level<=crit"], ["-p", "crit"]),
        (["-u", "nginx"], ["-u", "nginx"]),
        (["-u", "nginx", "--unit", "cron"], ["-u", "nginx", "-u", "cron"]),
        (["level<=notice", "-u", "nginx"], ["-u", "nginx", "-p", "notice"]),
        (["pid=1", "re:\\bstop", "or", "identifier=absent"], ["_PID=1", "--grep=stop"]),
        (["identifier=cron", "--boot", "0"], ["-t", "cron"]),
        (["identifier=lines"], ["-t", "lines"]),
    ],
)
def test_the_lines_are_those_of_journalctl(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str],
    argv: list[str], options: list[str],
) -> None:  # fmt: skip
    expected = printed(journal, *options)
    assert run(*argv) == (0 if expected else 1)
    assert bare(capsys.readouterr().out) == expected
    assert run(*argv, "--count") == (0 if expected else 1)
    counted = len(tell(journal, *options))
    assert capsys.readouterr().out == f"{counted}\n"


def test_entries_around_are_those_of_grep(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("level<=crit", "--json") == 0
    wanted = {line["cursor"] for line in json_lines(capsys)}
    assert run("--json") == 0
    every = [line["cursor"] for line in json_lines(capsys)]
    flags = "".join("x\n" if cursor in wanted else "-\n" for cursor in every)
    told = subprocess.run(["grep", "-n", "-C2", "x"], input=flags, capture_output=True, text=True)
    numbers = [re.match(r"\d+", line) for line in told.stdout.splitlines()]
    assert run("level<=crit", "-C2", "--json") == 0
    expected = [every[int(number[0]) - 1] for number in numbers if number]
    assert [line["cursor"] for line in json_lines(capsys)] == expected
    assert run("level<=crit", "-C2") == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed.count("--") == sum(number is None for number in numbers)


def test_a_line_begins_with_when_it_came(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = tell(journal, "-u", "nginx")[-1]
    run("-u", "nginx")
    line = capsys.readouterr().out.splitlines()[-1]
    micros = time(last) % 1_000_000
    assert line.startswith(f"{stamp(last)}.{micros:06}+00:00 debian ")


def test_lines_of_a_message_stand_below_each_other(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [str(entry.get("MESSAGE", "")) for entry in tell(journal)]
    said = next(message for message in messages if message.startswith("two lines\n")).split("\n")
    assert run('"two lines"') == 0
    lines = capsys.readouterr().out.splitlines()
    column = lines[0].index("two lines")
    assert lines[0].endswith(said[0])
    assert lines[1 : len(said)] == [" " * column + line for line in said[1:]]


def json_lines(capsys: pytest.CaptureFixture[str]) -> Entries:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_json_tells_what_an_entry_says(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tell(journal, "-u", "nginx")
    assert run("-u", "nginx", "--json") == 0
    found = json_lines(capsys)
    # As syslog(3) numbers them; what says no level has none.
    names = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", None)
    assert [(each["cursor"], each["time"], each.get("level")) for each in found] == [
        (each["__CURSOR"], time(each), names[level(each)]) for each in told
    ]


@pytest.mark.parametrize("options", [[], ["--with-source"]])
def test_what_could_not_all_be_read_is_told_by_the_status(
    journal: Path, capfd: pytest.CaptureFixture[str], options: list[str]
) -> None:
    script = f"journalctl -o export --file={journal} | head -c 5000; echo 'Bad message' >&2; exit 1"
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    arguments = parser.parse_args([f"journal:{journal.parent}", *options])
    assert command.run(arguments, BareHost("/bin/sh", "-c", script)) == 2
    sys.stdout.flush()
    said = capfd.readouterr()
    assert said.out
    assert "Bad message" in said.err


def test_some_time(run: Run, journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = tell(journal)
    since, until = time(told[20]), time(told[200])
    typed = [f"@{at // 10**6}.{at % 10**6:06}" for at in (since, until)]
    assert run("--since", typed[0], "--until", typed[1], "--json") == 0
    cursors = [each["cursor"] for each in json_lines(capsys)]
    assert cursors == [each["__CURSOR"] for each in told if since <= time(each) <= until]


@pytest.mark.parametrize("named", [lambda boot: boot, lambda _boot: "0", lambda _boot: "1"])
def test_a_boot_by_its_name_or_its_place(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str], named: Callable[[str], str]
) -> None:
    boot = str(tell(journal)[0]["_BOOT_ID"])
    assert {each["_BOOT_ID"] for each in tell(journal)} == {boot}
    assert run("--count", "--boot", named(boot)) == 0
    assert capsys.readouterr().out == f"{len(tell(journal))}\n"


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["--boot", "-1"], "no-boot"),
        (["--boot", "2"], "no-boot"),
        (["--boot", "last"], "no-boot"),
        (["--since", "noon"], "bad-time"),
        (["level<"], "bad-query"),
    ],
)
def test_what_cannot_be_asked(run: Run, argv: list[str], code: str) -> None:
    with pytest.raises(Problem) as refused:
        run(*argv)
    assert refused.value.code == code


def test_nothing_in_a_message_acts_on_a_terminal(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run() == 0
    held = capsys.readouterr().out
    assert not [character for character in held if ord(character) < 32 and character != "\n"]


def test_units_alone_mean_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        command, "run_journal", lambda arguments, _host: asked.append(arguments.file) or 0
    )
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    for argv in (["-u", "cron"], ["--boot"], ["journal:user", "-u", "cron"]):
        assert command.run(parser.parse_args(argv), Host()) == 0
    assert asked == ["journal:system", "journal:system", "journal:user"]


def test_a_file_knows_no_boot_but_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "syslog"
    lines = [f"Nov 27 08:00:0{n} vm {name}[9]: x\n" for n, name in enumerate(["sshd", "cron", "a"])]
    log.write_text("".join(lines))
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(Problem, match="Only a journal"):
        command.run(parser.parse_args([str(log), "--boot"]), Host())
    assert command.run(parser.parse_args([str(log), "-u", "sshd", "-u", "a"]), Host()) == 0
    sys.stdout.flush()
    assert capsys.readouterr().out == lines[0] + lines[2]


def test_who_may_not_read_all_is_told_why(
    run: Run, journal: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (journal.parent / "user-1.journal").write_bytes(b"")
    may_read = Host.may_read
    monkeypatch.setattr(
        Host, "may_read", lambda host, path: "user-" not in path and may_read(host, path)
    )
    run("level<=crit")
    told = capsys.readouterr()
    assert told.out
    assert "systemd-journal" in told.err
    monkeypatch.setattr(Host, "may_read", lambda _host, path: not path.endswith(".journal"))
    with pytest.raises(Problem, match="closed to you"):
        run()


@pytest.mark.parametrize("since", [[], ["--since", "2000-01-01"]])
def test_what_comes_is_printed(
    journal: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    since: list[str],
) -> None:  # fmt: skip
    told = tell(journal, "-p", "err")
    last = time(tell(journal)[120])
    expected = [each["__CURSOR"] for each in told if since or time(each) > last]
    found: Entries = []

    def until_all_is_there(step: Callable[[], None]) -> None:
        def is_there() -> bool:
            step()
            found.extend(json_lines(capsys))
            return len(found) >= len(expected)

        wait_until(is_there, "all entries")
        raise BrokenPipeError

    monkeypatch.setattr(following, "until_closed", until_all_is_there)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    argv = [f"journal:{journal.parent}", "level<=err", "--follow", "--json", *since]
    with pytest.raises(BrokenPipeError):
        command.run(parser.parse_args(argv), LateHost(last))
    assert [each["cursor"] for each in found] == expected
