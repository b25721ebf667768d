"""Feeds the helper whatever comes to a fuzzer's mind: `python -m tests.helper.fuzz --runs 100000`.

All of the program is run, from `main` on: finding the operation, reading the request, the grammars,
the audit, the plan and, of those that change processes, the act. What is played is who calls, the
journal and the kernel. What must never be is a finding, and ends the run: an exception that is no
refusal, an answer that is none, an argv or an act outside of what is listed here.

An input is a line of JSON, a line that answers the preview (DIGEST in it is what the preview says),
and the words of the command line with a NUL between them. If the words are an operation's name and
a star, they are those that belong to the request, so that both can change at once.

atheris looks which branches an input takes, and goes on from those that take new ones. Where it is
not installed, inputs are changed blindly.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import unquote_to_bytes

CHECKOUT = Path(__file__).parents[2]

Allowed = Callable[[str], bool]


# What may stand on the command line of something that is done: not by the helper's own grammars


def like(pattern: str) -> Allowed:
    return lambda word: re.fullmatch(pattern, word, re.ASCII) is not None


def between(least: int, most: int) -> Allowed:
    number = like(r"0|-?[1-9][0-9]{0,19}")
    return lambda word: number(word) and least <= int(word) <= most


def ascending(word: str) -> bool:
    """Whether it is a list of CPUs as the kernel writes it."""
    if not like(r"[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*")(word):
        return False
    ends = [int(end) for run in word.split(",") for end in run.split("-")]
    return ends == sorted(set(ends)) and ends[-1] <= 8191


def is_log(word: str) -> bool:
    path = unquote_to_bytes(word)
    plain = like(r"(/([A-Za-z0-9._+-]|%[0-9A-F]{2})+)+")(word)
    return plain and os.path.normpath(path) == path and path.startswith(b"/var/log/")


PROCESS = like(r"[1-9][0-9]{0,9}:[0-9]{1,20}:([A-Za-z0-9._+-]|%[0-9A-F]{2}){0,45}")

UNIT = like(
    r"(?!-)[A-Za-z0-9:_.\\@-]{1,250}"
    r"\.(service|socket|timer|path|mount|automount|swap|target|slice|scope)"
)

SERVER = like(r"off|(\[[0-9a-f:]{2,45}\]|(?!-)[A-Za-z0-9.-]{1,253}):[1-9][0-9]{0,4}")
ADDRESS = like(r"(?!-)[A-Za-z0-9._+=-]{1,64}@[A-Za-z0-9.-]{1,190}")


def is_service(word: str) -> bool:
    return UNIT(word) and word.endswith(".service") and len(word) <= 200


# By the operation; "" is a target.
ALLOWED: dict[str, dict[str, Allowed]] = {
    "self-check": {},
    "audit-read": {},
    "process-inspect": {"": PROCESS},
    "process-signal": {"": PROCESS, "signal": like("TERM|KILL|INT|HUP|STOP|CONT")},
    "process-adjust": {
        "": PROCESS,
        "nice": between(-20, 19),
        "io": like("idle|(realtime|best-effort):[0-7]"),
        "affinity": ascending,
        "oom": between(-1000, 1000),
    },
    "file-read": {
        "": is_log,
        "offset": between(-(1 << 62), 1 << 62),
        "length": between(1, 1 << 62),
        "follow": like("yes"),
    },
    "unit-control": {
        "": lambda word: UNIT(word) and len(word) <= 255,
        "verb": like("start|stop|restart|reload|(enable|disable|mask)(-now)?|unmask|reset-failed"),
    },
    "manager-reload": {"": like("systemd")},
    "unit-write": {
        "": lambda word: UNIT(word) and len(word) <= 255,
        "place": like("unit|drop-in"),
        "start": like("yes|no"),
        "digest": like("[0-9a-f]{64}"),
        "texts": lambda _word: False,  # They never are one of the words.
    },
    "watch-set": {
        "": is_service,
        **dict.fromkeys(("restart", "always", "mail", "notify"), like("yes|no")),
        "grace": between(0, 3600),
        "probe": like("tcp|http|https|file"),
        "every": between(1, 86400),
        "timeout": between(1, 60),
        "tries": between(1, 10),
        "address": like("[A-Za-z0-9.:][A-Za-z0-9.:-]{0,252}"),
        "name": like("[A-Za-z0-9.][A-Za-z0-9.-]{0,252}"),
        "port": between(1, 65535),
        "path": like("/([A-Za-z0-9._+/-]|%[0-9A-F]{2})*"),
        "status": between(100, 599),
        "text": like("(?!-)([A-Za-z0-9._+-]|%[0-9A-F]{2})+"),
        "age": between(1, 366 * 86400),
    },
    "watch-remove": {"": is_service},
    "watch-mail": {
        "": SERVER,
        "security": like("starttls|tls|none"),
        "user": like("(?!-)[A-Za-z0-9._+=@-]{1,200}"),
        "from": ADDRESS,
        "to": lambda word: len(word) <= 2000 and all(map(ADDRESS, word.split(","))),
        "password": lambda _word: False,  # It never is one of the words.
    },
    "watch-test": {"": SERVER},
}

# Requests that are taken: targets and arguments.
EXAMPLES: dict[str, list[tuple[list[str], dict[str, Any]]]] = {
    "self-check": [([], {})],
    "audit-read": [([], {})],
    "process-inspect": [(["7:1:sh"], {}), ([f"{n}:9:a%20b" for n in range(7, 39)], {})],
    "process-signal": [
        (["7:1:sh", "8:22:a%3Ab"], {"signal": "TERM"}),
        (["9:1:-"], {"signal": "KILL"}),
    ],
    "process-adjust": [
        (["7:1:sh", "8:1:"], {"nice": -5}),
        (["7:1:sh"], {"io": "best-effort:7", "oom": -1000}),
        (["7:1:sh"], {"nice": 19, "io": "idle", "affinity": [0, 1, 2, 8], "oom": 0}),
    ],
    "file-read": [
        (["/var/log/syslog"], {"offset": -4096, "follow": "yes"}),
        (["/var/log/a/b%20c", "/var/log/..x"], {"offset": 0, "length": 65536}),
    ],
    "unit-control": [
        (["nginx.service", r"dev-disk-by\x2dlabel-a.swap"], {"verb": "stop"}),
        (["getty@.service"], {"verb": "enable-now"}),
    ],
    "manager-reload": [(["systemd"], {})],
    "unit-write": [
        (
            ["copies.service", "copies.timer"],
            {"place": "unit", "start": "yes", "digest": "0f" * 32, "texts": ["[Unit]\n", ""]},
        ),
        (
            ["cron.service"],
            {
                "place": "drop-in",
                "start": "no",
                "digest": "a" * 64,
                "texts": ["[Service]\nX=\t1\n"],
            },
        ),
    ],
    "watch-set": [
        (["nginx.service", r"a\x2db@1.service"], {"restart": "yes", "mail": "no", "notify": "no"}),
        (
            ["nginx.service"],
            {
                "restart": "no",
                "mail": "yes",
                "notify": "yes",
                "grace": 0,
                "probe": "http",
                "every": 30,
                "timeout": 5,
                "tries": 2,
                "address": "::1",
                "port": 80,
                "path": "/a%20b",
                "status": 200,
                "text": "ok%21",
            },
        ),
        (
            ["nginx.service"],
            {
                "restart": "yes",
                "always": "yes",
                "mail": "yes",
                "notify": "no",
                "probe": "https",
                "name": "www.example.org",
                "port": 443,
            },
        ),
        (
            ["backup.service"],
            {
                "restart": "no",
                "mail": "yes",
                "notify": "no",
                "probe": "file",
                "path": "/var/backups/all",
                "age": 90000,
            },
        ),
    ],
    "watch-remove": [(["nginx.service"], {})],
    "watch-mail": [
        (["off"], {}),
        (
            ["mail.example.org:587"],
            {
                "security": "starttls",
                "user": "me@example.org",
                "from": "a@b.org",
                "to": "a@b.org,c@d.org",
                "password": 'p w"d',
            },
        ),
    ],
    "watch-test": [(["[::1]:25"], {})],
}

# What is done to the kernel in the end.
SIGNALS = {signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP, signal.SIGSTOP,
           signal.SIGCONT}  # fmt: skip
IONICE = re.compile(r"/usr/bin/ionice -c ([12] -n [0-7]|3) (-p [0-9]+|-t -p [0-9]+( [0-9]+)*)")


KERNEL = ("signal", "setpriority", "sched_setaffinity", "posix_spawn")


def is_act(name: str, *given: Any) -> bool:
    if name == "signal":
        return given[1] in SIGNALS
    if name == "setpriority":
        return given[0] == os.PRIO_PROCESS and given[2] in range(-20, 20)
    if name == "sched_setaffinity":
        return all(type(cpu) is int and 0 <= cpu <= 8191 for cpu in given[1])
    if name == "write":
        return given[0] == "oom_score_adj" and between(-1000, 1000)(given[1].decode())
    path, words, environment = given
    assert name == "posix_spawn"
    return path == "/usr/bin/ionice" and bool(IONICE.fullmatch(" ".join(words))) and not environment


FRAMES = {"plan", "item", "data", "piece", "result", "error"}


class Finding(AssertionError):
    """Something that must never be."""


def must(holds: object, what: str, *about: object) -> None:
    if not holds:
        raise Finding(what, *about)


class Stage:
    """The helper in a played world.

    Args:
        package: The name of the helper's package: the checkout's, or that of a variant.
    """

    def __init__(self, package: str = "sysgui.helper") -> None:
        names = ("audit", "grammar", "main", "refusal", "start", "table", "wire")
        self._core = {name: importlib.import_module(f"{package}.{name}") for name in names}
        self._process = importlib.import_module(f"{package}.operations.process")
        self._target = importlib.import_module(f"{package}.operation").Target
        self.table: Mapping[str, Any] = self._core["table"].TABLE
        self._played = {name: self._playing(each) for name, each in self.table.items()}
        self._clear(())

    def _clear(self, lines: Sequence[bytes]) -> None:
        self._lines = list(lines)
        self._answered = b""
        self.output = b""
        self.entries: list[bytes] = []
        self.done: list[tuple[Any, ...]] = []

    # Who plays what

    def _playing(self, operation: Any) -> Any:
        """Puts something harmless in the place of what an operation does, unless that is played."""
        if operation.name in ("process-signal", "process-adjust"):
            return operation
        if operation.read:
            return operation._replace(read=lambda _session, request: [{"of": request.targets}])
        harmless = mock.Mock(spec=self._target)
        harmless.facts.return_value = {}
        return operation._replace(bind=lambda _target, _request: harmless)

    @contextlib.contextmanager
    def set(self) -> Iterator[Stage]:
        """Plays, as long as the context is open."""
        core, process, ours = self._core, self._process, SimpleNamespace
        # Something comes whenever it is waited for, and nobody has gone.
        poll = ours(register=lambda *_how: None, poll=lambda within: [1] if within else [])
        kernel = {name: self._acts(name) for name in KERNEL}
        parts = (
            (core["start"], "prepare", lambda: 1000),
            (core["wire"], "os", ours(read=self._read, write=self._write)),
            (core["wire"], "select", ours(poll=lambda: poll, POLLIN=1)),
            (core["audit"], "socket", PlayedJournal(self)),
            (process, "Bound", lambda target: PlayedProcess(target, self._act)),
            (process, "signal", ours(
                Signals=signal.Signals, pidfd_send_signal=kernel.pop("signal"),
            )),
            (process, "os", ours(
                PRIO_PROCESS=os.PRIO_PROCESS, environ={}, close=lambda _descriptor: None,
                pidfd_open=lambda pid: pid, waitpid=lambda _pid, _flags: (1, 0), **kernel,
            )),
        )  # fmt: skip
        with contextlib.ExitStack() as played:
            for module, name, part in parts:
                played.enter_context(mock.patch.object(module, name, part))
            yield self

    def _read(self, _descriptor: int, _most: int) -> bytes:
        if not self._lines:
            return b""
        line = self._lines.pop(0)
        if self.output:
            digest = json.loads(self.output.splitlines()[0]).get("digest", "")
            line = self._answered = line.replace(b"DIGEST", digest.encode())
        return line + b"\n"

    def _write(self, _descriptor: int, line: bytes) -> int:
        self.output += line
        return len(line)

    def _act(self, *act: Any) -> None:
        self.done.append(act)

    def _acts(self, name: str) -> Callable[..., int]:
        return lambda *given: self._act(name, *given) or 1

    # One start

    def one(self, data: bytes) -> str:
        """Starts the helper once, and returns the code of its answer.

        Raises:
            Finding: Whatever must not be.
        """
        request, answer, words = [*data.split(b"\n", 2), b"", b""][:3]
        argv = [os.fsdecode(word) for word in words.split(b"\0")]
        if argv[1:] == ["*"]:
            argv[1:] = self._belonging(argv[0], request)
        self._clear((request, answer))
        status = self._core["main"].main(argv, self._played)
        code = self._judge_answer(status, argv)
        if self.entries:
            self._judge_taken(request, argv, code)
        else:
            must(not self.done and code != "done", "done without a word in the journal", argv)
        return code

    def _belonging(self, name: str, request: bytes) -> list[str]:
        """Returns what an honest caller has authenticated."""
        try:
            given = json.loads(request)
            arguments = given["arguments"]
            words = [
                f"{each}={self._core['grammar'].written(arguments[each])}"
                for each in self.table[name].arguments
                if each in arguments and each not in self.table[name].secret
            ]
            return words + [each for each in given["targets"] if isinstance(each, str)]
        except (ValueError, KeyError, TypeError, RecursionError):
            return ["*"]

    def _judge_answer(self, status: int, argv: Sequence[str]) -> str:
        *before, last = [json.loads(line) for line in self.output.splitlines()]
        codes = self._core["refusal"].STATUS
        must(self.output.endswith(b"\n"), "not a line")
        must(re.fullmatch(rb"[\n\x20-\x7e]*", self.output), "not printable", self.output)
        must(max(map(len, self.output.splitlines())) < 1 << 16, "too long")
        must({each["frame"] for each in before} <= FRAMES - {"result", "error"}, "not a frame")
        must(last["frame"] in ("result", "error"), "no last frame", last)
        must(last["code"] != "internal", "not a refusal", self.output)
        must(codes[last["code"]] == status and status not in (126, 127), "not the status", status)
        fields = {"", "request", "targets", "arguments", *argv}
        if argv[0] in self.table:
            fields.update(self.table[argv[0]].arguments)
        must(last.get("field", "") in fields, "not a field", last)
        return str(last["code"])

    def _judge_taken(self, request: bytes, argv: Sequence[str], code: str) -> None:
        from .rig import fields

        begin, end = map(fields, self.entries)
        allowed = ALLOWED[argv[0]]
        given = json.loads(request)
        targets = argv[len(argv) - len(given["targets"]) :]
        must(targets == given["targets"] and len(targets) <= 32, "not the targets", argv)
        must(len(set(targets)) == len(targets), "one target twice", argv)
        must(all(allowed[""](target) for target in targets), "not a target", argv)
        arguments = [word.split("=", 1) for word in argv[1 : len(argv) - len(targets)]]
        must([name for name, _word in arguments]
             == [name for name in self.table[argv[0]].arguments
                 if name in given["arguments"] and name not in self.table[argv[0]].secret],
             "not the arguments", argv)  # fmt: skip
        must(all(allowed[name](word) for name, word in arguments), "not an argument", argv)
        must(begin["SYSGUI_TARGETS"] == " ".join(argv[1:]), "not in the journal", begin)
        must(begin["SYSGUI_CALLER_UID"] == "1000", "not who called", begin)
        must(end["SYSGUI_RESULT"] == code, "not the end of it", end, code)
        must(not self.done or code == "done", "done, and not said", code)
        must(not self.done or self._agreed(), "done, and not agreed to", argv)
        for act in self.done:
            must(is_act(*act), "not to be done", act)

    def _agreed(self) -> bool:
        plan = json.loads(self.output.splitlines()[0])
        return bool(json.loads(self._answered) == {"apply": plan["digest"]})


class PlayedJournal:
    """In the place of the module `socket`: takes whatever it is sent."""

    AF_UNIX, SOCK_DGRAM = 1, 2

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def socket(self, *_kind: int) -> PlayedJournal:
        return self

    def __enter__(self) -> PlayedJournal:
        return self

    def __exit__(self, *_how: object) -> None:
        pass

    def settimeout(self, _seconds: float) -> None:
        pass

    def connect(self, _path: str) -> None:
        pass

    def send(self, datagram: bytes) -> None:
        self._stage.entries.append(datagram)


class PlayedProcess:
    """A process that is always the one that was meant."""

    directory = 0

    def __init__(self, target: str, act: Callable[..., None]) -> None:
        pid, start, self._name = target.split(":")
        self.pid, self._start = int(pid), int(start)
        self._act = act

    def facts(self) -> dict[str, Any]:
        return {"pid": self.pid, "start": self._start, "name": self._name, "uid": 0}

    def stat(self) -> list[str]:
        return ["0"] * 44

    def read(self, _name: str) -> bytes:
        return b"0\n"

    def threads(self) -> list[int]:
        return [self.pid, self.pid + 1]

    def write(self, name: str, data: bytes) -> None:
        self._act("write", name, data)

    def close(self) -> None:
        pass


# Where it begins, and what it is made of


def seeds(table: Mapping[str, Any]) -> list[bytes]:
    """Returns requests of every operation, each with its words and with a star."""
    found = [b"", b"{}\n\nself-check"]
    for name in table:
        for targets, arguments in EXAMPLES[name]:
            given = {"request": "r1", "targets": targets, "arguments": arguments}
            lines = json.dumps(given, separators=(",", ":")).encode() + b'\n{"apply":"DIGEST"}\n'
            found.append(lines + name.encode() + b"\0*")
            # The one list that stands among them.
            words = [
                f"{k}={'0-2,8' if k == 'affinity' else v}"
                for k, v in arguments.items()
                if k not in table[name].secret
            ]
            found.append(lines + "\0".join([name, *words, *targets]).encode())
    return found


TOKENS = [
    b"[", b"]", b"{", b"}", b":", b",", b'"', b"\\", b"\\u0000", b"\\ud800", b'\\"', b"null",
    b"true", b"NaN", b"-1", b"1e9", b"1.5", b"-", b"--", b"..", b"/", b"=", b"*", b"%00", b"%2F",
    b"%2E%2E", b'"request":', b'"targets":', b'"arguments":', b'"apply":', b'"DIGEST"', b"0" * 64,
    b"[[[[[[[", b" " * 100, b"9" * 21, b"\x1b[2J", b"\0", b"\n", b"\xff", "\u202e".encode(),
]  # fmt: skip


def tokens(table: Mapping[str, Any]) -> list[bytes]:
    """Returns pieces that inputs are likely to be made of."""
    names = {name for each in table.values() for name in (each.name, *each.arguments)}
    return TOKENS + [name.encode() for name in sorted(names)]


def changed(chance: random.Random, data: bytes, pieces: Sequence[bytes]) -> bytes:
    """Returns an input that differs from another one in some places."""
    for _each in range(chance.randint(1, 3)):
        if chance.random() < 0.3:
            data = recast(chance, data)
            continue
        begin = chance.randint(0, len(data))
        end = min(len(data), begin + chance.choice((0, 0, 1, 1, 2, 8, 40)))
        middle = chance.choice(
            (b"", bytes([chance.randrange(256)]), data[begin:end] * 2, chance.choice(pieces))
        )
        data = data[:begin] + middle + data[end:]
    return data


VALUES = [
    None, True, False, 0, -1, 20, 1001, 1 << 62, 10**19, "", "-", "-1", "--help", "a\n", "\0",
    "\u202e", "..", "%2F", "7:1:sh\n", "7:1:-", "/var/log/../x", "/etc/shadow", "IDLE", "yes ", [],
    [[]], [3, 1], [0, 8192], [True], ["7:1:a", "7:1:a"], {}, "7:1:" + "x" * 99,
]  # fmt: skip


def recast(chance: random.Random, data: bytes) -> bytes:
    """Puts another value into the place of one in the request."""
    line, newline, rest = data.partition(b"\n")
    try:
        whole = [json.loads(line)]
    except (ValueError, RecursionError):
        return data
    inner: Any = whole
    while True:
        place = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        if not (isinstance(inner[place], dict | list) and inner[place]) or chance.random() < 0.1:
            break
        inner = inner[place]
    if inner is not whole and chance.random() < 0.1:
        del inner[place]
        return json.dumps(whole[0]).encode() + newline + rest
    value = chance.choice(VALUES)
    if isinstance(inner[place], str) and isinstance(value, str) and chance.random() < 0.5:
        at = chance.randint(0, len(inner[place]))
        value = inner[place][:at] + value + inner[place][at:]
    inner[place] = value
    return json.dumps(whole[0]).encode() + newline + rest


# The program


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Count:
    """Runs inputs, and says at the last one how many were taken."""

    def __init__(self, stage: Stage, runs: int, guide: str) -> None:
        self._one = stage.one
        self._guide = guide
        self._left = runs
        self._codes: dict[str, int] = {}
        self._begun = time.monotonic()

    def __call__(self, data: bytes) -> None:
        try:
            code = self._one(data)
        except Exception as error:
            say(f"finding: {error!r}\ninput: {data!r}")
            raise
        self._codes[code] = self._codes.get(code, 0) + 1
        self._left -= 1
        if self._left == 0:
            seconds = round(time.monotonic() - self._begun)
            told = ", ".join(f"{code} {n}" for code, n in sorted(self._codes.items()))
            how = f"{sum(self._codes.values())} inputs {self._guide}, {seconds} s"
            say(f"{how}, no finding: {told}")


def guided(package: str, runs: int, seed: int, place: Path) -> None:
    """Has atheris choose the inputs; does not return."""
    import atheris

    with atheris.instrument_imports(include=[package]):
        stage = Stage(package)
    start, pieces = seeds(stage.table), tokens(stage.table)
    corpus = place / "corpus"
    corpus.mkdir()
    for number, seed_ in enumerate(start):
        (corpus / str(number)).write_bytes(seed_)
    words = ['"' + "".join(f"\\x{byte:02x}" for byte in token) + '"' for token in pieces]
    (place / "words").write_text("\n".join(words) + "\n")
    options = [f"-runs={runs}", f"-seed={seed}", f"-dict={place}/words", "-max_len=4096",
               f"-artifact_prefix={place}/", "-verbosity=0"]  # fmt: skip

    def mutated(data: bytes, longest: int, number: int) -> bytes:
        """Leaves some of the changes to libFuzzer, which knows nothing of JSON."""
        chance = random.Random(number)
        if chance.random() < 0.3:
            return bytes(atheris.Mutate(data, longest))
        return changed(chance, chance.choice((data, chance.choice(start))), pieces)[:longest]

    with stage.set():
        one = Count(stage, runs, "by atheris")
        atheris.Setup([sys.argv[0], *options, str(corpus)], one, custom_mutator=mutated)
        atheris.Fuzz()


def blind(package: str, runs: int, seed: int) -> None:
    """Changes the examples by chance."""
    chance = random.Random(seed)
    stage = Stage(package)
    corpus, pieces = seeds(stage.table), tokens(stage.table)
    with stage.set():
        one = Count(stage, runs, "by chance")
        for _each in range(runs):
            one(changed(chance, chance.choice(corpus), pieces))


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--runs", type=int, default=100_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="without atheris")
    parser.add_argument("--library", type=Path, help="where another sysgui_helper is")
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.place is None:
        # atheris ends the process that it is in.
        with tempfile.TemporaryDirectory() as place:
            command = [sys.executable, "-m", "tests.helper.fuzz", *sys.argv[1:], "--place", place]
            return subprocess.run(command, cwd=CHECKOUT, check=False).returncode
    package = "sysgui.helper"
    if told.library:
        sys.path.insert(0, str(told.library))
        package = "sysgui_helper"
    if told.blind or importlib.util.find_spec("atheris") is None:
        blind(package, told.runs, told.seed)
    else:
        guided(package, told.runs, told.seed, told.place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
