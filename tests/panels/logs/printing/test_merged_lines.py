"""`sysgui logs` of several logs, against what sort(1) makes of the same files."""

import argparse
import functools
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.merged.sources import Source, name_of, offset_of, offset_text, title_of
from sysgui.panels.logs.printing import merged_lines, merged_parts
from sysgui.panels.logs.printing.words import take_words
from sysgui.panels.logs.text.follow import Followed
from sysgui.system.host import Host
from sysgui.system.problem import Problem

Out = pytest.CaptureFixture[bytes]


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(argv)


def run(*argv: str) -> int:
    return command.run(parsed(*argv), Host())


def line(second: int, text: str) -> str:
    return f"2026-11-27T08:{second // 60:02}:{second % 60:02}Z vm app[1]: {text}\n"


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three logs in the current folder, of which some lines are of the same second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    names = ["a.log", "b.log", "c.log"]
    for step, name in enumerate(names, 2):
        lines = [line(second, f"{name} {second}") for second in range(step, 3000, step)]
        Path(name).write_text("".join(lines))
    return names


def by_sort(*paths: str) -> bytes:
    """Returns the lines of files by their times, those of the same time as the files are named."""
    argv = ["sort", "--merge", "--stable", "--key=1,1", *paths]
    return subprocess.run(argv, capture_output=True, check=True, env={"LC_ALL": "C"}).stdout


def printed(out: Out) -> bytes:
    sys.stdout.flush()
    return out.readouterr().out


@pytest.mark.parametrize("block", [200, 1 << 20])
def test_lines_come_as_sort_merges_them(
    logs: list[str], capfdbinary: Out, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(merged_parts, "Followed", functools.partial(Followed, block=block))
    assert run(*logs) == 0
    assert printed(capfdbinary) == by_sort(*logs)


def around(paths: Sequence[str], pattern: str, context: int) -> list[bytes]:
    """Returns what grep -C finds in each file, merged by a plain sort of times, files, places."""
    found: list[tuple[str, int, int, bool, str]] = []
    for at, path in enumerate(paths):
        argv = ["grep", "-n", f"-C{context}", "-E", pattern, path]
        told = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
        latest = 0
        for each in told.splitlines():
            if numbered := re.match(r"(\d+)[:-](.*)", each):
                number = int(numbered[1])
                found.append((numbered[2][:20], at, number, number > latest + 1, numbered[2]))
                latest = number
    lines: list[bytes] = []
    for _time, _at, _number, is_apart, text in sorted(found):
        lines += [b"--"] * (is_apart and bool(lines)) + [text.encode()]
    return lines


@pytest.mark.parametrize("block", [200, 1 << 20])
@pytest.mark.parametrize("context", [2, 5000])
@pytest.mark.parametrize("pattern", ["1[0-3]$", "c.log.*7", " 2$| 299.$"])
def test_lines_around_are_those_of_the_same_log(
    logs: list[str],
    capfdbinary: Out,
    monkeypatch: pytest.MonkeyPatch,
    block: int,
    context: int,
    pattern: str,
) -> None:
    monkeypatch.setattr(merged_parts, "Followed", functools.partial(Followed, block=block))
    expected = around(logs, pattern, context)
    assert run(*logs, f're:"{pattern}"', "-C", str(context)) == (0 if expected else 1)
    assert printed(capfdbinary).splitlines() == expected
    run(*logs, f're:"{pattern}"', "-C", str(context), "--json")
    told = [json.loads(each)["text"].encode() for each in printed(capfdbinary).splitlines()]
    assert told == [each for each in expected if each != b"--"]


def test_a_bundle_has_the_lines_that_are_printed(logs: list[str], capfdbinary: Out) -> None:
    asked = (*logs, "re:1[0-3]$", "-C", "2")
    run(*asked)
    told = [each for each in printed(capfdbinary).splitlines() if each != b"--"]
    assert run(*asked, "--bundle", "out.zip") == 0
    with zipfile.ZipFile("out.zip") as bundle:
        assert bundle.read("incident/lines.log").splitlines() == told


def test_which_log_a_line_is_of_is_told_if_asked(logs: list[str], capfdbinary: Out) -> None:
    run(*logs, "re:log.12$", "--with-source")
    told = printed(capfdbinary).decode().splitlines()
    assert told == [
        f"{name}: {line(12, f'{name} 12').rstrip()}" for name in ("a.log", "b.log", "c.log")
    ]


def test_lines_of_json_tell_their_log_and_time(
    logs: list[str], tmp_path: Path, capfdbinary: Out
) -> None:
    run(*logs, "re:log.10$", "--json", "--offset", "c.log=+2s")
    told = [json.loads(each) for each in printed(capfdbinary).splitlines()]
    second = 1795766410  # date -ud "2026-11-27 08:00:10" +%s
    assert [(each["source"], each["time"], each["text"]) for each in told] == [
        (str(tmp_path / "a.log"), second * 1_000_000, line(10, "a.log 10").rstrip()),
    ]
    run(*logs, "re:log.8$", "--json", "--offset", "c.log=+2s")
    told = [json.loads(each) for each in printed(capfdbinary).splitlines()]
    assert [each["time"] // 1_000_000 - second for each in told] == [-2, 0]


def test_a_clock_that_is_wrong_is_set_right(logs: list[str], capfdbinary: Out) -> None:
    run("a.log", "b.log", "--offset", "b.log=-1.5s", "--until", "2026-11-27T08:00:09")
    told = [each.split()[-1] for each in printed(capfdbinary).decode().splitlines()]
    assert [float(each) for each in told] == [3, 2, 4, 6, 6, 9, 8]


@pytest.mark.parametrize(
    ("query", "pattern"),
    [("re:log.12$ or re:log.13$", " 1[23]$"), ("source~c.lo", "c.log"), ("absent", "absent")],
)
def test_counts_are_those_of_grep(
    logs: list[str], capfdbinary: Out, query: str, pattern: str
) -> None:
    argv = ["grep", "-chE", pattern, *logs]
    counts = subprocess.run(argv, capture_output=True, check=False).stdout
    total = sum(map(int, counts.split()))
    assert run(*logs, query, "--count") == (0 if total else 1)
    assert int(printed(capfdbinary)) == total


def test_one_that_is_not_there_leaves_the_others(
    logs: list[str], capfdbinary: Out, tmp_path: Path
) -> None:
    Path("plain").write_text("says no time\n")
    assert run("plain", *logs, "absent.log", "--query", "") == 2
    sys.stdout.flush()
    said = capfdbinary.readouterr()
    assert said.out == by_sort(*logs)
    told = [each.split(":")[0] for each in said.err.decode().splitlines()]
    assert told == ["absent.log", "plain"]


def test_lines_before_the_first_time_and_between_stay_where_they_are(
    tmp_path: Path, capfdbinary: Out
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("  rest\n" + line(5, "one") + "  more of it\n" + line(2, "went back"))
    other.write_text(line(4, "other") + line(5, "other") + line(6, "other"))
    run(str(one), str(other))
    first = one.read_text().splitlines(keepends=True)
    second = other.read_text().splitlines(keepends=True)
    assert printed(capfdbinary).decode() == "".join([second[0], *first, *second[1:]])


@pytest.mark.parametrize(
    ("argv", "sources", "query"),
    [
        (["a.log"], ["a.log"], ""),
        (["a.log", "b.log", "timeout", "c.log"], ["a.log", "b.log"], "timeout c.log"),
        (["absent.log", "a.log"], ["absent.log", "a.log"], ""),
        (["a.log", "absent"], ["a.log"], "absent"),
        (["a.log", "absent.log", "--query=x y"], ["a.log", "absent.log"], "x y"),
        (["journal:system", "a.log", "level<=err"], ["journal:system", "a.log"], "level<=err"),
        (["a.log", "folder"], ["a.log"], "folder"),
        (["-u", "nginx", "level<=err"], ["journal:system"], "level<=err"),
        (["-u", "nginx", "a.log", "x"], ["a.log"], "x"),
        (["-u", "nginx", "./absent.log", "x"], ["absent.log"], "x"),
        (["-u", "nginx"], ["journal:system"], ""),
        (["--boot", "-1", "x"], ["journal:system"], "x"),
        (["a.log", "a.log", "./a.log"], ["a.log"], ""),
        ([], [], ""),
    ],
)
def test_which_words_are_logs(
    logs: list[str], tmp_path: Path, argv: list[str], sources: list[str], query: str
) -> None:
    Path("folder").mkdir()
    arguments = parsed(*argv)
    found = [source.path.removeprefix(f"{tmp_path}/") for source in take_words(arguments, Host())]
    assert (found, " ".join(arguments.query)) == (sources, query)


@pytest.mark.parametrize(
    "offset", ["a.log", "a.log=", "d.log=1s", "a.log=soon\x1b", "a.log=9999999d"]
)
def test_what_is_no_offset_is_refused(logs: list[str], offset: str) -> None:
    with pytest.raises(Problem) as refused:
        run(*logs, "--offset", offset)
    assert refused.value.code == "bad-offset"
    assert "\x1b" not in refused.value.message


@pytest.mark.parametrize("argv", [["-", "a.log"], ["a.log", "-"], ["-", "--with-source"]])
def test_a_pipe_stands_alone(logs: list[str], argv: list[str]) -> None:
    with pytest.raises(Problem) as refused:
        run(*argv)
    assert refused.value.code == "not-alone"


@pytest.mark.parametrize(
    ("typed", "offset", "text"),
    [
        ("+1.5s", 1_500_000, "+1.5s"),
        ("-2h", -7_200_000_000, "-2h"),
        ("1h30m", 5_400_000_000, "+1h30m"),
        ("0.000001", 1, "+0.000001s"),
        ("-250ms", -250_000, "-0.25s"),
        ("90", 90_000_000, "+1m30s"),
        (" 0 ", 0, ""),
    ],
)
def test_offsets_are_read_and_written(typed: str, offset: int, text: str) -> None:
    assert (offset_of(typed), offset_text(offset)) == (offset, text)
    assert offset_of(text or "0") == offset


def test_the_name_of_several_reads_as_their_names() -> None:
    name = name_of([Source("/var/log/nginx/a.log"), Source("/srv/a.log"), Source("journal:system")])
    assert title_of(name) == "nginx/a.log, srv/a.log, journal:system"
    assert title_of("/var/log/a\x1b.log") == "/var/log/a\\x1b.log"


@pytest.mark.parametrize("argv", [["colour=red"], ["(open"], ["source=d.log"]])
def test_a_query_that_none_understands_is_refused(logs: list[str], argv: list[str]) -> None:
    with pytest.raises(Problem) as refused:
        run(*logs, *argv)
    assert refused.value.code == "bad-query"


def test_what_comes_at_once_is_printed_in_the_order_of_time(
    logs: list[str], capfdbinary: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = [
        [("b.log", line(3010, "second")), ("a.log", line(3005, "first")), ("a.log", "  of it\n")],
        [("a.log", line(3002, "late")), ("b.log", line(3030, "half")[:-1])],
        [("b.log", "\n")],
    ]
    told: list[str] = []

    def until_closed(step: Callable[[], None]) -> None:
        step()
        assert printed(capfdbinary) == b""
        for lines in came:
            for name, text in lines:
                with Path(name).open("a") as file:
                    file.write(text)
            step()
            told.append(printed(capfdbinary).decode())
        raise BrokenPipeError

    monkeypatch.setattr(merged_lines, "until_closed", until_closed)
    with pytest.raises(BrokenPipeError):
        run("a.log", "b.log", "--follow")
    assert told == [
        line(3005, "first") + "  of it\n" + line(3010, "second"),
        line(3002, "late"),
        line(3030, "half"),
    ]


def test_what_is_there_since_then_is_printed_first(
    logs: list[str], capfdbinary: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    def until_closed(step: Callable[[], None]) -> None:
        step()
        raise BrokenPipeError

    monkeypatch.setattr(merged_lines, "until_closed", until_closed)
    with pytest.raises(BrokenPipeError):
        run(*logs, "--follow", "--since", "2026-11-27T08:49:50")
    whole = by_sort(*logs).decode().splitlines(keepends=True)
    expected = [each for each in whole if each >= "2026-11-27T08:49:50Z"]
    assert printed(capfdbinary).decode() == "".join(expected)
