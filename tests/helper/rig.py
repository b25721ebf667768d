"""What the tests of the helper share: a caller, a journal, processes to act on, a root's start."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper import wire
from sysgui.helper.grammar import quoted, written
from sysgui.helper.operation import Operation, Request, Target
from sysgui.helper.plan import Plan
from sysgui.helper.refusal import Refusal
from sysgui.helper.session import Session

CHECKOUT = Path(__file__).parents[2]

# A child of a test has ended within this many seconds, even on a busy machine.
PATIENCE = 30.0

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what only root may do")


class Journal:
    """A socket that takes entries as journald's does.

    Args:
        path: Where it is bound: less than 108 bytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)

    def raw(self) -> list[bytes]:
        """Returns the datagrams that have come since the last time."""
        found = []
        with suppress(BlockingIOError):
            while True:
                found.append(self.socket.recv(1 << 20))
        return found

    def entries(self) -> list[dict[str, str]]:
        """Returns what has come, as the journal would store it."""
        return [fields(datagram) for datagram in self.raw()]

    def results(self) -> list[str]:
        """Returns how each operation ended; "" for its beginning."""
        return [entry.get("SYSGUI_RESULT", "") for entry in self.entries()]

    def close(self) -> None:
        self.socket.close()


def fields(datagram: bytes) -> dict[str, str]:
    """Reads an entry in the journal's native protocol, both forms of a field."""
    found = {}
    while datagram:
        line, _newline, datagram = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            (length,) = struct.unpack_from("<Q", datagram)
            value, datagram = datagram[8 : 8 + length], datagram[8 + length :]
            assert datagram[:1] == b"\n"
            datagram = datagram[1:]
        found[name.decode()] = value.decode()
    return found


class Caller:
    """The other end of the helper's input and output.

    Args:
        joined: Whether it is one socket, as from systemd, rather than two pipes.
    """

    def __init__(self, *, joined: bool = False) -> None:
        if joined:
            ours, theirs = socket.socketpair()
            self.ours_in = self.ours_out = ours.detach()
            self.theirs_in = self.theirs_out = theirs.detach()
        else:
            self.theirs_in, self.ours_in = os.pipe()
            self.ours_out, self.theirs_out = os.pipe()
        self._open = {self.theirs_in, self.theirs_out, self.ours_in, self.ours_out}

    def session(self, uid: int = 1000) -> Session:
        return Session(uid, wire.Input(self.theirs_in), wire.Output(self.theirs_out))

    def say(self, *messages: Any) -> None:
        """Writes lines; bytes as they are, anything else as JSON."""
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode()
            os.write(self.ours_in, line + b"\n")

    def end(self, descriptor: int) -> None:
        """Closes one of the ends, once."""
        if descriptor in self._open:
            self._open.remove(descriptor)
            os.close(descriptor)

    def frames(self) -> list[dict[str, Any]]:
        """Returns all that was written, after the last of it."""
        self.end(self.theirs_out)
        with open(self.ours_out, "rb", closefd=False) as output:
            return [json.loads(line) for line in output]

    def close(self) -> None:
        for descriptor in list(self._open):
            self.end(descriptor)


class Box(Target):
    """A target of the tests' own: a file, whose content is its one fact.

    Args:
        path: Of the file.
        log: Gets what is done, in order.
    """

    def __init__(self, path: Path, log: list[str]) -> None:
        log.append(f"bind {path.name}")
        if not path.exists():
            raise Refusal("gone")
        self._path = path
        self._log = log

    def facts(self) -> Mapping[str, Any]:
        if not self._path.exists():
            raise Refusal("gone")
        return {"content": self._path.read_text()}

    def act(self) -> None:
        self._log.append(f"act {self._path.name}")
        content = self._path.read_text()
        if content == "protected":
            raise Refusal("protected")
        if content == "locked":
            raise PermissionError(1, "locked")
        if content == "broken":
            raise RuntimeError("broken")
        self._path.write_text("done")

    def close(self) -> None:
        self._log.append(f"close {self._path.name}")


def boxes(
    directory: Path, log: list[str], *, kind: type[Box] = Box, finish: bool = False
) -> Operation:
    """Returns an operation that changes files of a directory."""
    from sysgui.helper.grammar import choice, integer, text

    return Operation(
        name="box-open",
        description="Open boxes",
        message="Authentication is required to open boxes",
        target=text("[a-z]{1,8}", 8),
        arguments={"width": integer(-5, 5), "colour": choice(("red", "green"))},
        bind=lambda target, _request: kind(directory / target, log),
        finish=finish,
    )


def asked(targets: Sequence[str] = (), **arguments: Any) -> dict[str, Any]:
    """Returns a request as JSON has it."""
    return {"request": "r1", "targets": list(targets), "arguments": arguments}


def argv(operation: Operation, given: Mapping[str, Any]) -> list[str]:
    """Returns what stands behind the operation's name when it is authenticated."""
    arguments = given["arguments"]
    words = [
        f"{name}={written(arguments[name])}"
        for name in operation.arguments
        if name in arguments and name not in operation.secret
    ]
    return [*words, *given["targets"]]


def digest(operation: Operation, given: Mapping[str, Any]) -> str:
    """Returns the digest of the plan that a request leads to now."""
    request = Request(given["request"], given["targets"], given["arguments"])
    plan = Plan(operation, request)
    plan.close()
    return plan.digest


def outcome(
    caller: Caller, operation: Operation, given: Any, words: Sequence[str] | None = None
) -> str:
    """Runs an operation to its end, and returns the code, whether it is returned or raised."""
    try:
        return caller.session().run(operation, argv(operation, given) if words is None else words)
    except Refusal as refusal:
        return refusal.code


def agreed(caller: Caller, operation: Operation, given: Any) -> str:
    """Runs an operation to its end with a caller that agrees to what is previewed."""
    caller.say(given, {"apply": digest(operation, given)})
    return outcome(caller, operation, given)


def acts(log: Sequence[str]) -> list[str]:
    """Returns the names of the boxes that were acted on."""
    return [line.partition(" ")[2] for line in log if line.startswith("act ")]


def contents(directory: Path) -> list[str]:
    """Returns what is in the boxes of a directory, by their names."""
    return [path.read_text() for path in sorted(directory.iterdir())]


def code_of(call: Any, *arguments: Any) -> str:
    """Returns the code with which a call is refused; "" if it is not."""
    try:
        call(*arguments)
    except Refusal as refusal:
        return refusal.code
    return ""


# Processes


def start_time(pid: int) -> str:
    """Returns field 22 of /proc/PID/stat."""
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19].decode()


def target_of(pid: int) -> str:
    """Returns how the helper is told which process is meant."""
    name = Path(f"/proc/{pid}/comm").read_bytes().rstrip(b"\n")
    return f"{pid}:{start_time(pid)}:{quoted(name)}"


@contextmanager
def sleeping(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A child that only waits for its end; it has said that it is up."""
    script = "echo up; read end"
    child = subprocess.Popen(
        list(words) or ["/bin/sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate()


# A process of four threads.
THREADED = """
import sys, threading
for _each in range(3):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
print("up", flush=True)
sys.stdin.read()
"""

# A process whose first thread has ended, and whose second one has not: /proc calls it a zombie.
HEADLESS = """
import ctypes, os, threading
def work():
    while open("/proc/self/stat").read().rpartition(")")[2].split()[0] != "Z":
        os.sched_yield()
    os.write(1, b"up\\n")
    os.read(0, 1)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
"""

# A process of which threads begin and end all the time.
HURRIED = """
import sys, threading
def work():
    while True:
        thread = threading.Thread(target=int, daemon=True)
        thread.start()
        thread.join()
for _each in range(4):
    threading.Thread(target=work, daemon=True).start()
print("up", flush=True)
sys.stdin.read()
"""

# The helper's start, in a process of its own

PROLOGUE = f"""
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {str(CHECKOUT)!r})
"""

# Set while branches are counted, by test_coverage.py: what is run in children counts as well.
COUNTED = os.environ.get("SYSGUI_COVERAGE_RC")

if COUNTED:
    import coverage

    PROLOGUE += f"""
sys.path.append({str(Path(coverage.__file__).parents[1])!r})
import atexit, os
try:
    os.getcwd()
except FileNotFoundError:
    pass  # Nothing can be counted from nowhere.
else:
    import coverage
    counted = coverage.Coverage(config_file={COUNTED!r})
    counted.start()
    atexit.register(lambda: (counted.stop(), counted.save()))
"""

# The program as installed, but for where it finds its modules, and the journal.
PROGRAM = f"""{PROLOGUE}
from sysgui.helper import audit
from sysgui.helper.main import main
from sysgui.helper.table import TABLE
audit.SOCKET = sys.argv[1]
sys.exit(main(sys.argv[2:], TABLE))
"""


def python(code: str, *words: str) -> list[str]:
    """Returns how Python runs a piece of code as it runs the helper."""
    return [sys.executable, "-IS", "-c", code, *words]


def run(
    command: Sequence[str], given: bytes = b"", **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program to its end, with pipes for input and output."""
    return subprocess.run(
        list(command), input=given, capture_output=True, check=False, timeout=PATIENCE, **options
    )


@contextmanager
def dribbling(descriptor: int, byte: bytes, every: float) -> Iterator[None]:
    """Writes a byte now and then, as long as the context is open."""
    stop = threading.Event()

    def dribble() -> None:
        with suppress(OSError):
            while not stop.wait(every):
                os.write(descriptor, byte)

    thread = threading.Thread(target=dribble)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
