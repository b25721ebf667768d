"""Heavy readings are made in a child process; this is both ends of the pipe to it.

One line of JSON asks, one line answers. The child is started when it is first needed, keeps its
probes (and so what they compare with) between questions, and ends when its standard input does.
"""

import contextlib
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _, environment
from sysgui.system.panel import Probe
from sysgui.system.problem import Problem

Reading = TypeVar("Reading")

# The code of the problem that the child has ended.
GONE = "reader-gone"

# How long the end of a killed child is waited for, in seconds.
GIVE_UP = 0.4


class Question(msgspec.Struct):
    """Asks for one reading of a probe (`processes.changes`) with its arguments."""

    probe: str
    arguments: dict[str, Any] = {}


class Trouble(msgspec.Struct):
    """A `Problem` on its way through the pipe."""

    code: str
    message: str
    hint: str = ""


class Reply(msgspec.Struct, omit_defaults=True):
    """Answers a question: a reading, a problem, or the traceback of a bug."""

    reading: msgspec.Raw = msgspec.Raw(b"")
    trouble: Trouble | None = None
    bug: str = ""


class ChildBugError(Exception):
    """The child met an exception that is no `Problem`; the message is its traceback."""


class Reader:
    """The application's end: one child, shared by all that ask.

    Args:
        root: The root of the machine that the child reads.
    """

    def __init__(self, root: str = "/") -> None:
        # As isolated from what the user's environment says of Python as this process is.
        python = [sys.executable, "-I"] if sys.flags.isolated else [sys.executable]
        self._argv = [*python, "-m", "sysgui", "probe", "--answer", "--root", root or "/"]
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._replies: IO[bytes] | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The child's process id while there is one."""
        child = self._child
        return child.pid if child else None

    def probe(self, name: str, kind: type[Reading]) -> "RemoteProbe[Reading]":
        """Returns a probe that is read in the child, and whose readings are of type `kind`."""
        return RemoteProbe(self, name, kind)

    def ask(self, question: Question) -> bytes:
        """Sends a question and waits for the reading, as JSON.

        Raises:
            Problem: What the child's probe raised, or `reader-gone` when the child has died.
            ChildBugError: If the probe failed in another way.
        """
        with self._lock:
            line = self._exchange(msgspec.json.encode(question) + b"\n")
        reply = msgspec.json.decode(line, type=Reply)
        if reply.trouble:
            raise Problem(reply.trouble.code, reply.trouble.message, reply.trouble.hint)
        if reply.bug:
            raise ChildBugError(reply.bug)
        return bytes(reply.reading)

    def _exchange(self, line: bytes) -> bytes:
        child = self._started()
        if child.stdin is None or self._replies is None:
            raise self._gone()
        try:
            child.stdin.write(line)
            answer = self._replies.readline()
        except (BrokenPipeError, ValueError):  # ValueError: closed by stop() meanwhile
            answer = b""
        if not answer.endswith(b"\n"):
            self._discard()
            raise self._gone()
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise self._gone()
        if self._child is None:
            self._child = Host().spawn(self._argv, {"PYTHONPATH": _python_path(), **environment()})
            if self._child.stdout is not None:
                self._replies = os.fdopen(os.dup(self._child.stdout.fileno()), "rb", 1 << 18)
                self._child.stdout.close()
        return self._child

    def _discard(self) -> None:
        """Ends a child that no longer answers; the next question starts another."""
        child, self._child = self._child, None
        replies, self._replies = self._replies, None
        if child is None:
            return
        child.kill()
        if child.stdin is not None:
            child.stdin.close()
        if replies is not None:
            replies.close()
        # A child deep in the kernel (a dead disk) cannot even be killed: it is left to init.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GIVE_UP)

    def stop(self) -> None:
        """Ends the child at once, also while somebody waits for its answer."""
        self._stopped = True
        child = self._child
        if child is not None:
            child.kill()  # Whoever waits now reads end-of-file and lets go of the lock.
        if self._lock.acquire(timeout=GIVE_UP):
            try:
                self._discard()
            finally:
                self._lock.release()

    @staticmethod
    def _gone() -> Problem:
        return Problem(
            GONE,
            _("The process that reads the machine has ended."),
            _("It is started again with the next reading."),
        )


def _python_path() -> str:
    """Returns where the child finds this program, and where this process looks besides."""
    checkout = str(Path(__file__).parents[2])
    return os.pathsep.join(filter(None, [checkout, os.environ.get("PYTHONPATH")]))


class RemoteProbe(Generic[Reading]):
    """A probe that is read in the child process."""

    def __init__(self, reader: Reader, name: str, kind: type[Reading]) -> None:
        self._reader = reader
        self._name = name
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, **arguments: Any) -> Reading:
        """Takes one reading; the calling thread waits without holding up the others."""
        return self._decoder.decode(self._reader.ask(Question(self._name, arguments)))


def answer(requests: IO[bytes], replies: IO[bytes], make: Callable[[str], Probe]) -> None:
    """Is the child's end: answers questions until its input ends.

    Args:
        requests: Lines of JSON, each a `Question`.
        replies: Where the `Reply` lines go.
        make: Makes a probe by name, once; KeyError if there is none.
    """
    probes: dict[str, Probe] = {}
    encoder = msgspec.json.Encoder()
    for line in requests:
        replies.write(encoder.encode(_reply(line, probes, make, encoder)) + b"\n")
        replies.flush()


def _reply(
    line: bytes,
    probes: dict[str, Probe],
    make: Callable[[str], Probe],
    encoder: msgspec.json.Encoder,
) -> Reply:
    try:
        question = msgspec.json.decode(line, type=Question)
        if question.probe not in probes:
            probes[question.probe] = make(question.probe)
        reading = probes[question.probe].read(**question.arguments)
        return Reply(reading=msgspec.Raw(encoder.encode(reading)))
    except Problem as problem:
        return Reply(trouble=Trouble(problem.code, problem.message, problem.hint))
    except Exception:  # noqa: BLE001 - the outermost frame of a command: a bug is reported whole
        return Reply(bug=traceback.format_exc())
