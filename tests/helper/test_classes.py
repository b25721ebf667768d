"""The classes of mistakes that programs of this kind have been caught at, each tried on ours.

Every check is run twice: on the helper as it is, where it must hold, and on one into which the
mistake has been sown, where it must not.
"""

from __future__ import annotations

import ast
import json
import os
import resource
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from .rig import (
    Journal,
    as_root,
    dribbling,
    fields,
    python,
    run,
    sleeping,
    start_time,
    target_of,
)
from .variant import POLICY, Fault, Variant

pytestmark = as_root

# The classes, by the rule that keeps the mistake from being made. SECURITY.md has them from here.
RULES = {
    1: "what is run has a fixed path of ours, whatever the caller's PATH says",
    2: "what is read is a regular file with one name; pipes and devices are not even opened",
    3: "nothing is mounted or written at a place that the caller names",
    4: "a check that fails raises, and nothing is done after it",
    5: "no operation reads or changes just any file: a log stands beneath a fixed root",
    6: "a path is opened name by name, each beneath the one before, following no link",
    7: "no name stands in a directory that everybody may write to",
    8: "no log file: the journal is told",
    9: "who may ask is for polkit to find out",
    10: "who asked is what pkexec says, never what the request says",
    11: "Python is started isolated: nothing of the caller's is imported",
    12: "no value begins with a dash",
    13: "a value in the journal has its length before it, so that a newline begins nothing",
    14: "no .. in a path, in whatever way it is written",
    15: "no shell: programs get a list of words",
    16: "what goes out is printable ASCII, whatever the names are that it tells of",
    17: "a process is a pid and a start time, and is held by a descriptor from the preview on",
    18: "what a process says of itself in /proc is never taken for what the kernel says of it",
    19: "a program that is started gets no pager",
    20: "input is bounded: its length, its time, its depth, and what it costs to read",
    21: "all that a caller leaves behind (environment, umask, limits, signals, …) is set anew",
    22: "an error is a code from a list: no traceback, nothing on standard error",
    23: "no window runs as root, and the policy allows none",
    24: "an administrator is always asked; there are no rules of ours",
    25: "no table of mounts is believed",
    26: "the journal gets no facts, and a command line no secrets",
    27: "the helper, and all directories above it, are root's alone, or it is not started",
}

# Classes that there is no place for here, and why.
CANNOT = {
    3: "nothing is mounted; what is written is oom_score_adj, in a process's own directory, and "
    "files of a unit's name, or of a fixed name in a folder of it, where systemd has its units",
    8: "there is no log file: what was done stands in the journal",
    9: "who asks is pkexec's business: the helper makes no subject of its own",
    25: "no table of mounts is read, and nothing but what a log's name leads to is looked at",
}


class Try(NamedTuple):
    """A check of a helper, and the places where it might go wrong."""

    helper: Variant
    place: Path

    def secret(self) -> Path:
        """A file outside of what may be read."""
        path = self.place / "secret"
        path.write_text("sesame")
        return path

    def read(self, path: str) -> str:
        """Has a log read; returns the code, unless the secret came out."""
        frames = self.helper.ask("file-read", [path])
        assert "sesame" not in json.dumps(frames)
        return str(frames[-1]["code"])


def here(place: Path) -> list[Fault]:
    """Logs, and the program that reads the journal, are in a directory of the test's."""
    return [
        Fault("operations/file.py", '"/var/log"', f'"{place}/log"'),
        Fault("operations/journal.py", '"/usr/bin/journalctl"', f'"{place}/journalctl"'),
    ]


# 1: a program of the caller's is run


def the_program_that_is_run_is_ours(attempt: Try) -> None:
    marker = attempt.place / "marker"
    fake = attempt.place / "ionice"
    fake.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    fake.chmod(0o755)
    with sleeping() as child:
        frames = attempt.helper.ask(
            "process-adjust", [target_of(child.pid)], {"io": "idle"},
            env={"PATH": f"{attempt.place}:{os.environ['PATH']}"}, cwd=attempt.place,
        )  # fmt: skip
    assert not marker.exists()
    assert frames[-1]["code"] == "done"


# 2: a file of the caller's is read


def nothing_but_a_regular_file_is_read(attempt: Try) -> None:
    os.mkfifo(attempt.place / "log" / "fifo")
    assert attempt.read(f"{attempt.place}/log/fifo") == "not-a-file"
    os.link(attempt.secret(), attempt.place / "log" / "name")
    assert attempt.read(f"{attempt.place}/log/name") == "not-a-file"


# 4: a check without a consequence


def a_no_is_a_no(attempt: Try) -> None:
    with sleeping() as child:
        frames = attempt.helper.ask(
            "process-signal", [target_of(child.pid)], {"signal": "KILL"}, answer="0" * 64
        )
        assert frames[-1] == {"frame": "error", "code": "changed", "field": ""}
        assert child.poll() is None


# 5: an operation that does anything to any file


def no_file_but_a_log_can_be_named(attempt: Try) -> None:
    assert attempt.read(str(attempt.secret())) == "grammar"


# 6: a link in a directory that is somebody else's


def links_are_not_followed(attempt: Try) -> None:
    logs = attempt.place / "log"
    (logs / "link").symlink_to(attempt.secret())
    (logs / "above").symlink_to(attempt.place)
    assert attempt.read(f"{logs}/link") == "not-a-file"
    assert attempt.read(f"{logs}/above/secret") == "not-a-file"


# 7 and 15: a name in /tmp; a shell


def trees(helper: Variant) -> Iterator[ast.AST]:
    for path in (helper.program, *helper.library.rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text()))


def no_place_of_everybodys_is_named(attempt: Try) -> None:
    for node in trees(attempt.helper):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # But for the places that the variant was given by this test.
            told = node.value.removeprefix(str(attempt.place.parent))
            assert not told.startswith(("/tmp", "/var/tmp", "/dev/shm"))
        assert not (isinstance(node, ast.alias) and node.name == "tempfile")
        # Whatever is made is new, and no link that somebody left there.
        if isinstance(node, ast.Assign | ast.Expr) and "O_CREAT" in ast.unparse(node):
            assert all(flag in ast.unparse(node) for flag in ("O_EXCL", "O_NOFOLLOW"))


def there_is_no_shell(attempt: Try) -> None:
    for node in trees(attempt.helper):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            assert name not in {"system", "popen", "eval", "exec", "getoutput", "pickle"}
        assert not (isinstance(node, ast.keyword) and node.arg == "shell")


# 10: who asks is what the request says


def nobody_says_who_he_is(attempt: Try) -> None:
    frames = attempt.helper.ask(
        "self-check", env={"PKEXEC_UID": "1", "SUDO_UID": "2"}, more={"caller": 0}
    )
    assert frames[-1]["code"] == "input"
    attempt.helper.ask("self-check", env={"PKEXEC_UID": "1", "SUDO_UID": "2"})
    callers = {entry["SYSGUI_CALLER_UID"] for entry in attempt.helper.journal.entries()}
    assert callers == {"1"}


# 11: Python imports what the caller left lying about


def python_imports_nothing_of_the_callers(attempt: Try) -> None:
    marker = attempt.place / "marker"
    for name in ("json.py", "usercustomize.py", "sitecustomize.py"):
        (attempt.place / name).write_text(f"open({str(marker)!r}, 'w')\nfrom json import *\n")
    path = str(attempt.place)
    with attempt.helper.start(
        ["self-check"], env={"PYTHONPATH": path, "HOME": path, "PYTHONSTARTUP": f"{path}/json.py"},
        cwd=path,
    ) as process:  # fmt: skip
        process.communicate(b"{}\n")
    assert not marker.exists()


# 12: a value is taken for an option


def no_value_is_an_option(attempt: Try) -> None:
    anything = attempt.helper.module("grammar").text(".*", 20)
    assert attempt.helper.refuses(anything, "--help") == "grammar"


# 13: a newline makes another record


def a_newline_makes_no_other_field(attempt: Try) -> None:
    attempt.helper.module("audit").write("m", "5", {"TARGETS": "x\nSYSGUI_RESULT=done"})
    (datagram,) = attempt.helper.journal.raw()
    assert fields(datagram).get("SYSGUI_RESULT") is None
    assert fields(datagram)["SYSGUI_TARGETS"] == "x\nSYSGUI_RESULT=done"


# 14: ..


def no_name_leads_upwards(attempt: Try) -> None:
    attempt.secret()
    assert attempt.read(f"{attempt.place}/log/../secret") == "grammar"
    assert attempt.read(f"{attempt.place}/log/%2E%2E/secret") == "grammar"


# 16: a name that is a command to a terminal


def nothing_speaks_to_a_terminal(attempt: Try) -> None:
    name = attempt.helper.module("grammar").quoted(bytes(range(256)))
    assert name.isascii()
    assert name.isprintable()
    reading, writing = os.pipe()
    attempt.helper.module("wire").Output(writing).frame("data", text="\x9b2J\u202e\x1b[2J\n")
    os.close(writing)
    with open(reading, "rb") as output:
        assert all(0x20 <= byte < 0x7F for byte in output.read()[:-1])


# 17: another process has the number by now


def a_number_alone_is_no_process(attempt: Try) -> None:
    with sleeping() as child:
        pid, start, name = target_of(child.pid).split(":")
        earlier = f"{pid}:{int(start) - 1}:{name}"
        frames = attempt.helper.ask("process-signal", [earlier], {"signal": "KILL"})
        assert frames[-1]["code"] == "gone"
        assert child.poll() is None


# 18: a process says in /proc what it likes


def a_process_cannot_pass_for_another(attempt: Try) -> None:
    script = "printf 'a) Z 1 1 (' >/proc/$$/comm; echo up; read end"
    with sleeping("/bin/sh", "-c", script) as child:
        assert Path(f"/proc/{child.pid}/comm").read_text() == "a) Z 1 1 (\n"
        assert start_time(child.pid) != "1"
        frames = attempt.helper.ask("process-signal", [target_of(child.pid)], {"signal": "KILL"})
        assert frames[-1]["code"] == "done"
        assert child.wait(30) == -signal.SIGKILL


# 19: a program that it starts lets its user start others


def nobody_gets_a_pager(attempt: Try) -> None:
    fake = attempt.place / "journalctl"
    fake.write_text('#!/bin/sh\necho "$@" "PAGER=$PAGER$SYSTEMD_PAGER"\n')
    fake.chmod(0o755)
    frames = attempt.helper.ask("audit-read", env={"PAGER": "sh", "SYSTEMD_PAGER": "sh"})
    (told,) = [frame["facts"]["data"].split() for frame in frames[:-1]]
    assert "--no-pager" in told
    assert told[-1] == "PAGER="


# 20: input without end


def input_has_an_end(attempt: Try) -> None:
    request = {"request": "r1", "targets": [], "arguments": {}}
    with attempt.helper.start(["self-check"]) as process:
        said, _errors = process.communicate(json.dumps(request).encode() + b" " * (1 << 20) + b"\n")
    assert json.loads(said.splitlines()[-1])["code"] == "input"


def input_comes_in_time(attempt: Try) -> None:
    with attempt.helper.start(["self-check"]) as process:
        assert process.stdin is not None
        with dribbling(process.stdin.fileno(), b" ", every=0.02):
            try:
                assert process.wait(1.5) == 11
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError("it waits for ever") from None


HARD = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from sysgui_helper import refusal, wire
resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
try:
    wire.parse(b'"' + rb'\\"' * 32_000)
except refusal.Refusal as refused:
    print(refused.code)
"""


def input_costs_little(attempt: Try) -> None:
    done = run(python(HARD, str(attempt.helper.library.parent)))
    assert (done.returncode, done.stdout) == (0, b"input\n")


# 21: what the caller left: umask, limits, signals, descriptors, environment

SEEN = Fault(
    "operations/self_check.py",
    '"python": platform.python_version(),',
    '"status": open("/proc/self/status").read(), "limits": open("/proc/self/limits").read(),'
    '"fds": os.listdir("/proc/self/fd"), "cwd": os.getcwd(), "environ": dict(os.environ),'
    '"nice": os.getpriority(os.PRIO_PROCESS, 0),',
)


def hostile() -> None:
    os.umask(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    os.nice(3)


def the_start_leaves_nothing_of_the_callers(attempt: Try) -> None:
    descriptor = os.open("/etc/hostname", os.O_RDONLY)
    try:
        frames = attempt.helper.ask(
            "self-check", cwd=attempt.place, env={"LC_ALL": "de_DE.UTF-8", "LD_X": "1"},
            pass_fds=[descriptor], preexec_fn=hostile,
        )  # fmt: skip
    finally:
        os.close(descriptor)
    seen = frames[0]["facts"]
    status = dict(line.split(":\t") for line in seen["status"].splitlines() if ":\t" in line)
    assert status["Umask"] == "0077"
    assert int(status["SigBlk"], 16) == 0
    ignored = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTSTP)
    assert int(status["SigIgn"], 16) == sum(1 << number - 1 for number in ignored)
    assert seen["cwd"] == "/"
    assert seen["environ"] == {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    assert seen["nice"] == 0
    (core,) = [line for line in seen["limits"].splitlines() if line.startswith("Max core")]
    assert core.split()[4:6] == ["0", "0"]
    # The three streams, and the one with which the directory is read.
    assert len(seen["fds"]) == 4


# 22: errors that tell too much

BUG = Fault("operations/self_check.py", "os.path.realpath(__file__)", "1 / 0")


def an_error_is_a_code(attempt: Try) -> None:
    frames = attempt.helper.ask("self-check")
    assert frames == [{"frame": "error", "code": "internal", "field": ""}]


# 23 and 24: a policy that gives more than it must


def policy(attempt: Try) -> ET.Element:
    place: dict[str, Any] = {"__name__": "policy", "__file__": str(POLICY)}
    exec(compile(attempt.helper.policy, "policy", "exec"), place)
    return ET.fromstring(place["policy"]())


def no_window_runs_as_root(attempt: Try) -> None:
    keys = {note.get("key", "").rpartition(".")[2] for note in policy(attempt).iter("annotate")}
    assert keys == {"path", "argv1"}


def nobody_is_let_in_unasked(attempt: Try) -> None:
    for defaults in policy(attempt).iter("defaults"):
        found = {each.tag: each.text for each in defaults}
        assert found.pop("allow_active") in {"auth_admin", "auth_admin_keep"}
        assert found == {"allow_any": "no", "allow_inactive": "no"}


# 26: secrets where others may read them


def the_journal_keeps_no_secret(attempt: Try) -> None:
    script = ["env", "PASSWORD=sesame", "/bin/sh", "-c", "echo up; read end"]
    with sleeping(*script) as child:
        frames = attempt.helper.ask("process-inspect", [target_of(child.pid)])
        assert "sesame" in json.dumps(frames)
    entries = attempt.helper.journal.raw()
    assert len(entries) == 2
    assert not any(b"sesame" in entry for entry in entries)


# 27: the helper itself can be written to


def a_helper_of_everybodys_is_found(attempt: Try) -> None:
    (attempt.place / "prefix" / "lib").mkdir(parents=True)
    (attempt.place / "prefix").chmod(0o775)
    writable = attempt.helper.module("operations.self_check").writable_by_others
    assert writable(str(attempt.place / "prefix" / "lib")) == [str(attempt.place / "prefix")]


class Case(NamedTuple):
    """A class of mistakes, what is looked at, and what it must find."""

    number: int
    check: Callable[[Try], None]
    sown: Sequence[Sequence[Fault]]
    always: Sequence[Fault] = ()


def start(line: str, instead: str = "pass") -> list[Fault]:
    return [Fault("start.py", line, instead)]


FILE, WIRE, GRAMMAR = "operations/file.py", "wire.py", "grammar.py"
ALLOW_GUI = '<annotate key="org.freedesktop.policykit.exec.allow_gui">true</annotate>'
SPAWN = "os.posix_spawn(IONICE, words"

CASES = [
    Case(1, the_program_that_is_run_is_ours, [
        [Fault("operations/process.py", SPAWN, 'os.posix_spawnp("ionice", words'),
         *start('"PATH": PATH', '"PATH": kept'),
         *start("os.environ.clear()", 'kept = os.environ["PATH"]')],
    ]),
    Case(2, nothing_but_a_regular_file_is_read, [
        [Fault(FILE, "not stat.S_ISREG(about.st_mode) or ", "")],
        [Fault(FILE, " or about.st_nlink > 1", "")],
    ]),
    Case(4, a_no_is_a_no, [[Fault("session.py", 'raise Refusal("changed")', "pass")]]),
    Case(5, no_file_but_a_log_can_be_named, [
        [Fault(FILE, 'if not any(path.startswith(f"{root}/") for root in ROOTS)', "if not path"),
         Fault(FILE, 'next(root for root in ROOTS if path.startswith(f"{root}/"))', '"/"')],
    ]),
    Case(6, links_are_not_followed, [
        [Fault(FILE, "_opened(last, os.O_NOFOLLOW", "_opened(last, 0")],
        [Fault(FILE, "os.O_DIRECTORY | os.O_NOFOLLOW", "os.O_DIRECTORY")],
    ]),
    Case(7, no_place_of_everybodys_is_named, [
        [Fault("operations/process.py", '"/usr/bin/ionice"', '"/tmp/ionice"')],
        [Fault("operations/watch_files.py", "os.O_CREAT | os.O_EXCL", "os.O_CREAT")],
    ]),
    Case(10, nobody_says_who_he_is, [
        [Fault("operation.py", "given.keys() !=", "not given.keys() >=")],
        start('("PKEXEC_UID", "SUDO_UID")', '("SUDO_UID", "PKEXEC_UID")'),
    ]),
    Case(11, python_imports_nothing_of_the_callers, [[Fault("helper", " -IS", "")]]),
    Case(12, no_value_is_an_option, [[Fault(GRAMMAR, 'or value.startswith("-")', "")]]),
    Case(13, a_newline_makes_no_other_field, [
        [Fault("audit.py", 'b"\\n" + struct.pack("<Q", len(raw))', 'b"="')],
    ]),
    Case(14, no_name_leads_upwards, [[Fault(FILE, 'name in (b".", b"..") or ', "")]]),
    Case(15, there_is_no_shell, [
        [Fault("operations/process.py", SPAWN, "os.system(IONICE, words")],
    ]),
    Case(16, nothing_speaks_to_a_terminal, [
        [Fault(GRAMMAR, 'f"%{b:02X}" for', "chr(b) for")],
        [Fault(WIRE, "ensure_ascii=True", "ensure_ascii=False"),
         Fault(WIRE, 'text.encode("ascii")', 'text.encode("utf-8")')],
    ]),
    Case(17, a_number_alone_is_no_process, [
        [Fault("operations/bound.py", "fields[19] != self._start or ", "")],
    ]),
    Case(18, a_process_cannot_pass_for_another, [
        [Fault("operations/bound.py", 'stat.rindex(")")', 'stat.index(")")')],
    ]),
    Case(19, nobody_gets_a_pager, [
        [Fault("operations/journal.py", '"--no-pager", ', "")],
        start("    os.environ.clear()\n", ""),
    ]),
    Case(20, input_has_an_end, [
        [Fault(WIRE, 'raise Refusal("input")\n        line, _end', "pass\n        line, _end")],
    ]),
    Case(20, input_comes_in_time, [
        [Fault(WIRE, "left = deadline - time.monotonic()", "left = INPUT_WITHIN")],
    ], [Fault(WIRE, "INPUT_WITHIN = 5.0", "INPUT_WITHIN = 0.2")]),
    Case(20, input_costs_little, [[Fault(WIRE, '\\\\.)*"?\'', '\\\\.)*"\'')]]),
    Case(21, the_start_leaves_nothing_of_the_callers, [
        start("os.umask(0o077)"),
        start('os.chdir("/")'),
        start("    os.environ.clear()\n", ""),
        start("signal.pthread_sigmask(signal.SIG_SETMASK, [])"),
        start("signal.signal(number, signal.SIG_IGN if number in IGNORED else signal.SIG_DFL)"),
        start("signal.SIG_IGN if number in IGNORED else signal.SIG_DFL", "signal.SIG_DFL"),
        start("resource.RLIMIT_CORE: 0,", ""),
        start("os.close(int(name))"),
        start("os.setpriority(os.PRIO_PROCESS, 0, 0)"),
    ], [SEEN]),
    Case(22, an_error_is_a_code, [
        [Fault("main.py", "except Exception:", "except ValueError:")],
        [*start("os.dup2(os.dup(nowhere), 2)"),
         Fault("main.py", '_say(output, "error", code="internal", field="")', "raise")],
    ], [BUG]),
    Case(23, no_window_runs_as_root, [
        [Fault("policy", "</annotate>\n  </action>", f"</annotate>{ALLOW_GUI}</action>")],
    ]),
    Case(24, nobody_is_let_in_unasked, [
        [Fault("policy", '"auth_admin_keep" if operation.keep else "auth_admin"', '"yes"')],
        [Fault("policy", "<allow_any>no", "<allow_any>auth_admin")],
    ]),
    Case(26, the_journal_keeps_no_secret, [
        [Fault("session.py", "self.output.frame(kind, facts=facts)",
               'self.output.frame(kind, facts=facts); fields["LAST"] = str(fields) + str(facts)')],
    ]),
    Case(27, a_helper_of_everybodys_is_found, [
        [Fault("operations/self_check.py", "0o022", "0o002")],
    ]),
]  # fmt: skip


@contextmanager
def attempt(tmp_path: Path, journal: Journal, case: Case, faults: Sequence[Fault]) -> Iterator[Try]:
    (tmp_path / "place" / "log").mkdir(parents=True)
    helper = Variant(
        tmp_path / "libexec", journal, [*here(tmp_path / "place"), *case.always, *faults]
    )
    try:
        yield Try(helper, tmp_path / "place")
    finally:
        helper.forget()


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.number}-{case.check.__name__}" for case in CASES]
)
def test_the_mistake_is_not_made(tmp_path: Path, journal: Journal, case: Case) -> None:
    with attempt(tmp_path, journal, case, []) as tried:
        case.check(tried)


SOWN = [(case, faults) for case in CASES for faults in case.sown]


@pytest.mark.parametrize(
    ("case", "faults"), SOWN, ids=[f"{case.number}-{faults[0].sound}" for case, faults in SOWN]
)
def test_if_it_were_it_would_be_found(
    tmp_path: Path, journal: Journal, case: Case, faults: Sequence[Fault]
) -> None:
    # What cannot be sown, as its place has changed, has been found by nobody.
    with attempt(tmp_path, journal, case, faults) as tried, pytest.raises(AssertionError):
        case.check(tried)


def test_every_class_is_tried_or_cannot_be() -> None:
    assert {case.number for case in CASES} | set(CANNOT) == set(RULES) == set(range(1, 28))
    assert not {case.number for case in CASES} & set(CANNOT)
    assert all(case.sown for case in CASES)
