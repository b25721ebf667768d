"""The whole program, from outside: frames, an exit status, and never a word besides."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sysgui.helper.main import LONGEST_WORD, MOST_WORDS
from sysgui.helper.refusal import STATUS

from .rig import (
    CHECKOUT,
    PATIENCE,
    PROGRAM,
    Journal,
    as_root,
    asked,
    dribbling,
    python,
    run,
    sleeping,
    target_of,
)

CHECK = json.dumps(asked()).encode() + b"\n"

# An operation whose outcome is what its argument says.
OTHER = """
from sysgui.helper.grammar import text
from sysgui.helper.operation import Operation
from sysgui.helper.refusal import STATUS, Refusal
def read(session, request):
    how = request.arguments["how"]
    yield {}
    if how in STATUS:
        raise Refusal(how, "field")
    if how == "memory":
        bytearray(2 << 30)
    elif how == "recursion":
        def fall(): fall()
        fall()
    elif how == "surrogate":
        "\\udcff".encode()
    elif how == "unprintable":
        yield {"object": object()}
    elif how == "much":
        while True:
            yield {"x": "x" * 10_000}
    elif how == "large":
        yield {"x": "x" * 70_000}
TABLE["box-look"] = Operation("box-look", "", "", None, {"how": text("[a-z-]+", 30)}, read=read)
"""


class Ended(NamedTuple):
    status: int
    frames: list[dict[str, Any]]

    @property
    def last(self) -> tuple[int, str, str]:
        """The exit status, the kind of the last frame, and its code."""
        return self.status, self.frames[-1]["frame"], self.frames[-1]["code"]


def command(journal: Journal, *words: str, before: str = "") -> list[str]:
    """Returns how the program is run; `before` is Python, for what would take too long."""
    body, last = PROGRAM.rsplit("\nsys.exit", 1)
    return python(f"{body}\n{before}\nsys.exit{last}", journal.path, *words)


def ended(
    journal: Journal, *words: str, given: bytes = CHECK, before: str = "", **options: Any
) -> Ended:
    """Runs the program to its end, and looks that it keeps to frames."""
    done = run(command(journal, *words, before=before), given, **options)
    assert done.stderr == b""
    return Ended(done.returncode, [json.loads(line) for line in done.stdout.splitlines()])


# What is done


@as_root
def test_it_does_what_it_is_asked(journal: Journal) -> None:
    done = ended(journal, "self-check", env={"PKEXEC_UID": "65534"})
    assert done.last == (0, "result", "done")
    (frame, _result) = done.frames
    assert frame["frame"] == "data"
    assert (frame["facts"]["uid"], frame["facts"]["caller"]) == (0, 65534)
    begin, end = journal.entries()
    assert begin["SYSGUI_CALLER_UID"] == end["SYSGUI_CALLER_UID"] == "65534"
    assert end["SYSGUI_RESULT"] == "done"


@contextmanager
def talking(words: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Runs the program for a caller who answers what he reads."""
    files = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen(words, **(files | options))
    try:
        yield child
        child.wait(PATIENCE)
        assert child.stderr is not None
        assert child.stderr.read() == b""
    finally:
        child.kill()
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream is not None and not stream.closed:
                stream.close()
        child.wait()


def say(child: subprocess.Popen[bytes], message: Any) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(message).encode() + b"\n")
    child.stdin.flush()


def hear(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert child.stdout is not None
    heard: dict[str, Any] = json.loads(child.stdout.readline())
    return heard


@as_root
@pytest.mark.parametrize("name", ["HUP", "INT", "QUIT", "TSTP"])
def test_no_key_of_a_terminal_tears_off_what_was_begun(journal: Journal, name: str) -> None:
    with sleeping() as victim:
        target = target_of(victim.pid)
        with talking(command(journal, "process-signal", "signal=KILL", target)) as child:
            say(child, asked([target], signal="KILL"))
            plan = hear(child)
            child.send_signal(signal.Signals[f"SIG{name}"])
            say(child, {"apply": plan["digest"]})
            assert hear(child)["code"] == "done"
        assert victim.wait(PATIENCE) == -signal.SIGKILL
    assert journal.results() == ["", "done"]


@as_root
def test_a_process_is_ended_as_it_was_previewed(journal: Journal) -> None:
    with sleeping() as victim:
        target = target_of(victim.pid)
        with talking(command(journal, "process-signal", "signal=TERM", target)) as child:
            say(child, asked([target], signal="TERM"))
            plan = hear(child)
            assert plan["items"][0]["pid"] == victim.pid
            assert victim.poll() is None
            say(child, {"apply": plan["digest"]})
            assert hear(child) == {"frame": "item", "target": target, "code": "done"}
            assert hear(child) == {"frame": "result", "code": "done"}
        assert child.returncode == 0
        assert victim.wait(PATIENCE) == -15
    assert journal.results() == ["", "done"]


@as_root
def test_what_was_done_is_done_even_if_nobody_reads_of_it(journal: Journal) -> None:
    with sleeping() as victim:
        target = target_of(victim.pid)
        with talking(command(journal, "process-signal", "signal=TERM", target)) as child:
            say(child, asked([target], signal="TERM"))
            plan = hear(child)
            assert child.stdout is not None
            child.stdout.close()
            say(child, {"apply": plan["digest"]})
        assert child.returncode == 0
        assert victim.wait(PATIENCE) == -15
    assert journal.results() == ["", "done"]


@as_root
def test_what_nobody_reads_is_cancelled(journal: Journal) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        with talking(command(journal, "self-check"), stdout=writing) as child:
            say(child, asked())
    finally:
        os.close(writing)
    assert child.returncode == 16
    assert journal.results() == ["", "cancelled"]


# What is not done

NO_OPERATION = [
    [], [""], ["self_check"], ["Self-Check"], ["self-check "], ["self-check\n"], ["--help"], ["-c"],
    ["process-signal=1"], ["TABLE"], ["__class__"], ["é"], ["\udcff"], ["x" * 100_000],
    ["self-check"] + ["a"] * MOST_WORDS,
]  # fmt: skip


@as_root
@pytest.mark.parametrize("words", NO_OPERATION, ids=range(len(NO_OPERATION)))
def test_what_is_no_operation_is_refused(journal: Journal, words: list[str]) -> None:
    assert ended(journal, *words).last == (12, "error", "unknown-operation")
    assert journal.raw() == []


@as_root
@pytest.mark.parametrize("word", ["é", "\udcff", "a\udc80", "x" * (LONGEST_WORD + 1), "\u0661"])
def test_a_word_that_is_too_long_or_not_ascii_is_refused(journal: Journal, word: str) -> None:
    for words in (["self-check", word], ["self-check", "a", word, "b"]):
        assert ended(journal, *words).last == (12, "error", "grammar")


@as_root
@pytest.mark.parametrize("words", [["a"] * (MOST_WORDS - 1), ["x" * LONGEST_WORD]], ids=range(2))
def test_what_just_fits_is_compared_with_the_request(journal: Journal, words: list[str]) -> None:
    assert ended(journal, "self-check", *words).last == (12, "error", "mismatch")
    assert journal.raw() == []


@as_root
@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\n",
        CHECK[:-1],
        CHECK[: len(CHECK) // 2],
        b"yes\n",
        b"null\n",
        b"\xff\xfe\n",
        b"\0" * 100 + b"\n",
        b"[" * 60_000 + b"\n",
        b" " * (64 << 10) + CHECK,
        b"x" * (1 << 20),
        CHECK.replace(b"{", b'{"more": 1, ', 1),
    ],
    ids=range(12),
)
def test_what_is_no_request_is_refused(journal: Journal, given: bytes) -> None:
    assert ended(journal, "self-check", given=given).last == (11, "error", "input")
    assert journal.raw() == []


HURRY = "from sysgui.helper import wire\nwire.INPUT_WITHIN = 0.1"


@as_root
@pytest.mark.parametrize("dribbles", [False, True])
def test_a_request_is_not_waited_for_without_end(journal: Journal, dribbles: bool) -> None:
    with talking(command(journal, "self-check", before=HURRY)) as child:
        assert child.stdin is not None
        if dribbles:
            with dribbling(child.stdin.fileno(), b" ", every=0.005):
                last = hear(child)
        else:
            last = hear(child)
    assert last == {"frame": "error", "code": "timeout", "field": ""}
    assert child.returncode == 11


def test_that_is_five_seconds() -> None:
    from sysgui.helper import wire

    assert wire.INPUT_WITHIN == 5.0


def test_who_is_not_root_is_told_so(journal: Journal) -> None:
    before = "import os\nif os.getuid() == 0: os.setresuid(65534, 65534, 65534)"
    done = ended(journal, "self-check", before=before)
    assert done.frames == [{"frame": "error", "code": "not-root", "field": ""}]
    assert done.status == 10
    assert journal.raw() == []


@as_root
def test_what_is_no_pipe_is_not_written_to(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "output"
    with path.open("wb") as output:
        done = subprocess.run(
            command(journal, "self-check"),
            input=CHECK,
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    assert (done.returncode, done.stderr, path.read_bytes()) == (10, b"", b"")
    assert journal.raw() == []


@as_root
def test_without_a_journal_nothing_is_said_but_that(journal: Journal) -> None:
    os.unlink(journal.path)
    done = ended(journal, "self-check")
    assert done.frames == [{"frame": "error", "code": "no-audit", "field": ""}]
    assert done.status == 13


# How it ends

STATUSES = {
    "not-root": 10,
    "not-piped": 10,
    "input": 11,
    "timeout": 11,
    "unknown-operation": 12,
    "grammar": 12,
    "mismatch": 12,
    "no-audit": 13,
    "audit-lost": 13,
    "changed": 14,
    "gone": 14,
    "not-a-file": 15,
    "protected": 15,
    "cancelled": 16,
    "failed": 17,
    "too-much": 17,
    "partly": 17,
    "internal": 19,
}


def looked(journal: Journal, how: str) -> Ended:
    request = json.dumps(asked(how=how)).encode() + b"\n"
    return ended(journal, "box-look", f"how={how}", given=request, before=OTHER)


def test_every_code_has_a_status() -> None:
    assert {"done": 0, **STATUSES} == STATUS


@as_root
@pytest.mark.parametrize("code", [code for code in STATUSES if code != "not-piped"])
def test_the_status_is_that_of_the_code(journal: Journal, code: str) -> None:
    done = looked(journal, code)
    assert done.status == STATUSES[code]
    assert done.frames[1:] == [{"frame": "error", "code": code, "field": "field"}]
    assert journal.results() == ["", code]


@as_root
@pytest.mark.parametrize("how", ["memory", "recursion", "surrogate", "unprintable"])
def test_a_mistake_of_ours_is_told_in_one_word(journal: Journal, how: str) -> None:
    done = looked(journal, how)
    assert done.frames[1:] == [{"frame": "error", "code": "internal", "field": ""}]
    assert done.status == 19
    assert journal.results() == ["", "internal"]


@as_root
@pytest.mark.parametrize("how", ["much", "large"])
def test_what_is_too_much_is_told(journal: Journal, how: str) -> None:
    assert looked(journal, how).last == (17, "error", "too-much")
    assert journal.results() == ["", "too-much"]


# As it is installed


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stage = tmp_path_factory.mktemp("stage")
    run([str(CHECKOUT / "installer" / "stage"), str(stage)]).check_returncode()
    return stage / "usr/libexec/sysgui/helper"


EVIL = "import os\nos.write(2, b'evil')\nos._exit(99)\n"


def test_what_lies_around_is_not_what_it_runs(installed: Path, tmp_path: Path) -> None:
    for name in ("json", "os", "socket", "sitecustomize", "usercustomize", "startup"):
        (tmp_path / f"{name}.py").write_text(EVIL)
    for package in ("sysgui_helper", "lib/sysgui_helper"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").write_text(EVIL)
    environment = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "startup.py"),
        "PYTHONUSERBASE": str(tmp_path),
        "PYTHONINSPECT": "1",
        "PYTHONVERBOSE": "1",
        "PYTHONPYCACHEPREFIX": str(tmp_path),
        "HOME": str(tmp_path),
    }
    before = sorted(installed.parent.rglob("*"))
    # By a link, as a caller may name it: what counts is where it really is.
    (tmp_path / "helper").symlink_to(installed)
    for name in (installed, tmp_path / "helper"):
        done = run([str(name), "self-check", "a"], CHECK, cwd=tmp_path, env=environment)
        (frame,) = [json.loads(line) for line in done.stdout.splitlines()]
        told = ("mismatch", 12) if os.geteuid() == 0 else ("not-root", 10)
        assert (frame["code"], done.returncode, done.stderr) == (*told, b"")
    assert sorted(installed.parent.rglob("*")) == before
