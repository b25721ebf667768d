"""`sysgui logs`, against what grep prints of the same file."""

import argparse
import errno
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sysgui import cli
from sysgui.panels.logs import command
from sysgui.system.host import Host
from sysgui.system.problem import Problem

TEXT = (
    b"Nov 27 08:00:01 vm sshd[9]: Failed password for root from 192.0.2.7\n"
    b"Nov 27 08:00:02 vm app[1]: ERROR caf\xc3\xa9 is gone\r\n"
    b"\n"
    b"Nov 27 08:00:03 vm app[1]: latin \xe9, \x1b[31mred\x1b[0m\n"
    b"Nov 27 08:00:04 vm app[1]: ERROR and no newline"
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(TEXT)
    return path


def run(*argv: str, host: Host | None = None) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), host or Host())


def grep(path: Path, *arguments: str) -> bytes:
    argv = ["grep", "-a", *arguments, str(path)]
    return subprocess.run(argv, capture_output=True, env={"LC_ALL": "C.UTF-8"}).stdout


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("error", ["-i", "error"]),
        ("case:ERROR", ["ERROR"]),
        ("not error", ["-vi", "error"]),
        (r"re:^\S+.27.*\[1\]", ["-E", r"^\S+.27.*\[1\]"]),
        ("failed or red", ["-iE", "failed|red"]),
    ],
)
def test_the_lines_come_as_grep_prints_them(
    log: Path, capfdbinary: pytest.CaptureFixture[bytes], query: str, expected: list[str]
) -> None:
    assert run(str(log), query) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == grep(log, *expected)


@pytest.mark.parametrize("context", ["0", "1", "2"])
def test_lines_around_are_those_of_grep(
    log: Path, capfdbinary: pytest.CaptureFixture[bytes], context: str
) -> None:
    log.write_bytes(TEXT + b"\n" + TEXT.replace(b"ERROR", b"fine") + b"\n" + TEXT)
    assert run(str(log), "case:ERROR", "-C", context) == 0
    sys.stdout.flush()
    expected = ["-C", context, "ERROR"] if context != "0" else ["ERROR"]
    assert capfdbinary.readouterr().out == grep(log, *expected)
    with pytest.raises(Problem, match="Lines around"):
        run(str(log), "-C1", "--follow")


def test_words_of_a_query_may_stand_apart(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(log), "level<=err", "and", "newline", "--count") == 0
    assert capsys.readouterr().out == "1\n"


def test_a_line_of_json_tells_where_each_stands(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(log), "app", "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [TEXT[each["offset"] :][:3] for each in told] == [b"Nov"] * 3
    assert told[1]["text"] == "Nov 27 08:00:03 vm app[1]: latin \\xe9, \x1b[31mred\x1b[0m"


@pytest.fixture
def dated(log: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same log, last written to on that day of 2026, as the machine's clock has it."""
    monkeypatch.setenv("TZ", "UTC")
    os.utime(log, (1795766404, 1795766404))  # date -ud "2026-11-27 08:00:04" +%s
    return log


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        (["--since", "2026-11-27T08:00:03"], "08:00:0[34]"),
        (["--until", "2026-11-27 08:00:01"], "08:00:01"),
        (["--until=2026-11-26"], "absent"),
        (["identifier=app", "--since", "2026-11-27", "--until", "2026-11-27T08:00"], r"app\["),
        (["app", "--since", "2026-11-27T08:00:02", "--until=2026-11-27T08:00:03"], ":0[23].*app"),
        (["pid=9"], "sshd"),
        (["--since", "30s"], "08:00:0[34]"),
        (["--since=-30s"], "08:00:0[34]"),
        (["--since", "-30s"], "08:00:0[34]"),
        (["--since", "30 seconds ago"], "08:00:0[34]"),
        (["--since", "08:00:02", "app"], r"0[234] vm app\["),
        (["app", "--until", "08:00:02", "ERROR"], "ERROR caf"),
        (["--until", "08:00:02", "--", "failed"], "Failed"),
    ],
)
def test_lines_are_asked_for_by_time_and_by_their_parts(
    dated: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    pattern: str,
) -> None:
    host = Host()
    monkeypatch.setattr(host, "now", lambda: 1795766433.0)
    run(str(dated), *arguments, host=host)
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == grep(dated, "-E", pattern)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("status>=500", "$9 >= 500"), ("status<404", "$9 < 404"), ("not status<=404", "$9 > 404")],
)
def test_answers_are_compared_as_numbers(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], query: str, wanted: str
) -> None:
    path = tmp_path / "access.log"
    path.write_text("".join(
        f'192.0.2.{status % 9} - - [27/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" {status} 9\n'
        for status in (200, 304, 403, 404, 405, 499, 500, 502, 99)
    ))  # fmt: skip
    assert run(str(path), query) == 0
    sys.stdout.flush()
    by_awk = subprocess.run(["awk", wanted, str(path)], capture_output=True, check=True).stdout
    assert capfdbinary.readouterr().out == by_awk


def test_what_is_no_time_is_refused(dated: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        run(str(dated), "--since", "noon\x1b")
    assert refused.value.code == "bad-time"
    assert "noon\\x1b" in refused.value.message
    plain = tmp_path / "plain"
    plain.write_text("no time\n")
    with pytest.raises(Problem) as refused:
        run(str(plain), "--until", "today")
    assert refused.value.code == "no-times"


def test_what_is_no_option_is_refused_wherever_it_stands(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run(str(log), "--count", "failed", "--colour", "red")
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize("extra", [[], ["--count"]])
def test_nothing_found_is_said_by_the_status(log: Path, extra: list[str]) -> None:
    assert run(str(log), "absent", *extra) == 1


@pytest.mark.parametrize(
    "asked",
    [["status>=500"], ["ctx.tenant=4"], ["--since", "1h"], ["--until", "today"], ["-u", "a"]],
)
@pytest.mark.parametrize("printed", [[], ["--count"], ["--json"]])
def test_an_empty_log_has_no_such_lines_whatever_is_asked(
    tmp_path: Path, asked: list[str], printed: list[str]
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"")
    assert run(str(path), *asked, *printed) == 1
    path.write_bytes(b"of no form\n")
    with pytest.raises(Problem):
        run(str(path), *asked)


def test_a_script_can_tell_what_grep_tells_it(log: Path, tmp_path: Path) -> None:
    for wanted in ("sshd", "absent"):
        by_grep = subprocess.run(["grep", "-c", wanted, str(log)], capture_output=True).returncode
        assert cli.main(["logs", str(log), wanted, "--count"]) == by_grep
    absent = str(tmp_path / "absent.log")
    assert subprocess.run(["grep", "x", absent], capture_output=True).returncode == 2
    assert cli.main(["logs", absent, "x"]) == 2
    assert subprocess.run(["grep", "x", absent, str(log)], capture_output=True).returncode == 2
    assert cli.main(["logs", absent, str(log), "--query", "sshd"]) == 2
    for wrong in (["failed )"], ["--since", "noon"], ["--boot"], ["--values", "unit"]):
        assert cli.main(["logs", str(log), *wrong]) == 2
    damaged = tmp_path / "damaged"
    damaged.write_bytes(gzip.compress(TEXT * 99)[:-9])
    assert cli.main(["logs", str(damaged), "sshd"]) == 2
    # The other commands stay as they are.
    assert cli.main(["processes", "("]) == 1


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_is_no_log_without_such_lines(log: Path, options: list[str]) -> None:
    argv = [sys.executable, "-m", "sysgui", "logs", str(log), *options]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.decode() == f"sysgui: {os.strerror(errno.ENOSPC)}\n"


def test_a_query_that_is_none_is_refused_with_its_place(log: Path) -> None:
    with pytest.raises(Problem, match="column 8"):
        run(str(log), "failed )")


@pytest.mark.parametrize("name", ["other.log", "./app.log.1", "/var/log/*.gz", "x.journal"])
def test_a_log_that_is_not_there_is_taken_for_no_query(log: Path, name: str) -> None:
    with pytest.raises(Problem) as refused:
        run(str(log), name, "failed")
    assert refused.value.code == "no-such-log"
    assert name in refused.value.message
    assert run(str(log), "--query", name, "--count") == 1


def test_a_query_may_hold_the_name_of_a_file(log: Path) -> None:
    log.write_text("opening /srv/a.log\nclosing /srv/a.log\n")
    for query in ("closing a.log", '"/srv/a.log"', "closing and a.log", r"re:a\.log", "/srv/a"):
        assert run(str(log), *query.split(" "), "--count") == 0


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        (["failed", "or", "absent.log"], 0, "“absent.log”"),
        (
            ["failed", "or", "absent.gz", "or", "{folder}/app.log"],
            0,
            "“absent.gz”, “{folder}/app.log”",
        ),
        (["failed", "or", "{folder}"], 0, "“{folder}”"),
        (["/nowhere/else"], 1, "“/nowhere/else”"),
        (["failed", "or", "/nowhere/else"], 0, ""),
        (["failed or absent.log"], 0, ""),
        (["--query", "{folder}"], 1, ""),
        (["failed"], 0, ""),
        (["absent"], 1, ""),
    ],
)
def test_what_may_be_meant_as_a_log_but_is_searched_for_is_named(
    log: Path, capfd: pytest.CaptureFixture[str], words: list[str], status: int, named: str
) -> None:
    assert run(str(log), *(word.format(folder=log.parent) for word in words)) == status
    sys.stdout.flush()
    said = "Taken as text to search for, not as a log: {named}\n" if named else ""
    assert capfd.readouterr().err == said.format(named=named.format(folder=log.parent))


def test_without_a_file_the_logs_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "var/log"
    (folder / "nginx").mkdir(parents=True)
    (folder / "journal/0a").mkdir(parents=True)
    names = "syslog", "nginx/access.log", "journal/0a/system.journal", "wtmp", "new\nline.log"
    for name in names:
        (folder / name).write_text("x")
    assert run(host=Host(str(tmp_path))) == 0
    listed = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert sorted(listed) == ["Log", "new\\nline.log", "nginx/access.log", "syslog"]


def test_of_a_folder_the_logs_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "var/log").mkdir(parents=True)
    (tmp_path / "srv").mkdir()
    (tmp_path / "srv/app.log").write_text("x")
    assert run("/srv", host=Host(str(tmp_path))) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("app.log ")
    with pytest.raises(Problem, match="is a folder"):
        run("/srv", "word", host=Host(str(tmp_path)))


@pytest.mark.parametrize(
    "extra",
    [
        ["--count"], ["--follow"], ["--bundle", "new.zip"], ["--analyze"], ["--html", "new.html"],
        ["--query", "failed"], ["--since", "2h"], ["--older"], ["-C", "2"],
    ],
)  # fmt: skip
def test_what_is_asked_of_lines_is_not_answered_by_a_list_of_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for named in ([], [str(tmp_path)]):
        with pytest.raises(Problem) as raised:
            run(*named, *extra)
        assert raised.value.code == "no-log"
    assert not list(tmp_path.iterdir())


def test_nothing_in_a_log_acts_on_a_terminal(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(str(log), "latin") == 0
    assert capsys.readouterr().out == ("Nov 27 08:00:03 vm app[1]: latin \\xe9, red\n")
