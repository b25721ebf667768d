"""The way to root: the one place that starts the helper, and that tells why it did not work.

The helper (`/usr/libexec/sysgui/helper`) does one operation a start, after polkit has asked an
administrator. It is given its request on standard input and answers in frames, a line of JSON each.
"""

import io
import itertools
import os
import stat
import string
import threading
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, cast

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.transport import DISMISSED, REFUSED, not_started, transport

HELPER = "/usr/libexec/sysgui/helper"

_PLAIN = frozenset(string.ascii_letters + string.digits + "._+-")

# As many objects go with one prompt; the helper takes no more.
MOST_TARGETS = 32


class Plan(msgspec.Struct, frozen=True, tag_field="frame", tag="plan"):
    """What would be done.

    Attributes:
        digest: Binds what is done to what was shown.
        items: The facts of each target.
    """

    digest: str
    items: list[dict[str, Any]]


class Item(msgspec.Struct, frozen=True, tag_field="frame", tag="item"):
    """What became of one target.

    Attributes:
        target: As it was asked for.
        code: `done`, or why not.
        errno: The kernel's reason where the code is `failed`.
    """

    target: str
    code: str
    errno: int = 0


class Result(msgspec.Struct, frozen=True, tag_field="frame", tag="result"):
    """The last frame of an operation that was carried out.

    Attributes:
        code: `done`, or `partly`, or the one reason that holds for every target.
    """

    code: str


class Failure(msgspec.Struct, frozen=True, tag_field="frame", tag="error"):
    """The last frame of an operation that was not carried out.

    Attributes:
        code: Why not.
        field: What it is about.
    """

    code: str
    field: str = ""


class Data(msgspec.Struct, frozen=True, tag_field="frame", tag="data"):
    """Facts, of an operation that reads.

    Attributes:
        facts: By name.
    """

    facts: dict[str, Any]


class Piece(msgspec.Struct, frozen=True, tag_field="frame", tag="piece"):
    """A part of a stream.

    Attributes:
        facts: By name.
    """

    facts: dict[str, Any]


Frame = Plan | Item | Result | Failure | Data | Piece

_DECODER = msgspec.json.Decoder(Frame)


class Order(msgspec.Struct, frozen=True):
    """What is asked of the helper.

    Attributes:
        operation: Its name in the helper's table.
        targets: The objects, in the helper's grammar.
        arguments: The rest, by name, in the order of the helper's table.
        secret: Arguments that are told to the helper alone, and stand on no command line.
        expected: Facts that the plan must have of some targets; of any other, nothing is done.
    """

    operation: str
    targets: Sequence[str] = ()
    arguments: Mapping[str, Any] = {}
    secret: Mapping[str, Any] = {}
    expected: Mapping[str, Mapping[str, Any]] = {}


class Errand:
    """One start of the helper, from the prompt to its last frame.

    Args:
        host: The machine.
        order: What is to be done.

    Raises:
        Problem: `helper-missing` or `helper-unsafe`, `no-transport`.
    """

    def __init__(self, host: Host, order: Order) -> None:
        require_helper(host)
        self._order = order
        words = [f"{name}={_written(value)}" for name, value in order.arguments.items()]
        argv = [HELPER, order.operation, *words, *order.targets]
        self._argv = [*transport(host), *argv]
        self._process = host.spawn(self._argv, errors=True)
        # A line at a time, but not a byte at a time.
        self._output = io.BufferedReader(cast("io.FileIO", self._process.stdout))
        self._input = threading.Lock()  # One thread may write what another one closes.
        self._cancelled = False
        self._applied = False
        self._ended = False
        self._changed = ""

    def run(self, agree: Callable[[Plan], bool] = lambda _plan: True) -> list[Frame]:
        """Waits for the prompt and the helper, and returns all its frames.

        Args:
            agree: Told the plan of a change; whether it is to be applied.

        Raises:
            Problem: As `stream` says.
        """
        return list(self.stream(agree))

    def stream(
        self, agree: Callable[[Plan], bool] = lambda _plan: True
    ) -> Generator[Frame, None, None]:
        """Waits for the prompt and the helper, and yields its frames as they come.

        Args:
            agree: Told the plan of a change; whether it is to be applied.

        Raises:
            Problem: `dismissed`, `refused`, `no-agent`, `timeout`, `not-asked`, `cancelled`, or the
                helper's own code.
        """
        last: Frame | None = None
        left: dict[str, None] = {}
        try:
            self._tell(
                {
                    "request": uuid.uuid4().hex,
                    "targets": list(self._order.targets),
                    "arguments": {**self._order.arguments, **self._order.secret},
                }
            )
            for line in self._output:
                last = _decoded(line)
                if isinstance(last, Item):
                    left.pop(last.target, None)
                elif isinstance(last, Result) and last.code == "partly":
                    # Of those that it did not come to any more the helper says nothing.
                    yield from (Item(target, "cancelled") for target in left)
                yield last
                if isinstance(last, Plan):
                    left = dict.fromkeys(self._order.targets)
                    self._answer(last, agree)
                elif isinstance(last, Piece) and self._cancelled:
                    break  # A stream ends where nobody reads it.
        finally:
            status, errors = self._wait()
        self._judge(status, last, errors)

    def _answer(self, plan: Plan, agree: Callable[[Plan], bool]) -> None:
        self._changed = self._unexpected(plan)
        if self._changed or self._cancelled or not agree(plan) or self._cancelled:
            self.cancel()
        else:
            self._applied = True
            self._tell({"apply": plan.digest})

    def _unexpected(self, plan: Plan) -> str:
        """Returns the first target that is not as it is expected to be; "" if there is none."""
        found = {str(facts.get("target")): facts for facts in plan.items}
        for target, expected in self._order.expected.items():
            facts = found.get(target, {})
            if any(facts.get(name) != value for name, value in expected.items()):
                return target
        return ""

    def _wait(self) -> tuple[int, bytes]:
        """Closes its input, which ends the helper, and returns its status and pkexec's words."""
        self._close_input()
        self._output.close()
        errors = self._process.stderr
        said = errors.read() if errors is not None else b""
        if errors is not None:
            errors.close()
        status = self._process.wait()
        self._ended = True
        return status, said

    def cancel(self) -> None:
        """Ends it, in whatever phase it is; callable from any thread.

        While the prompt is open pkexec can be signalled: its real user is still ours. The helper
        cannot; it stops at the end of its input. run0 always can, and the helper outlives it to
        the same end.
        """
        self._cancelled = True
        self._close_input()
        if not self._ended:
            try:
                self._process.terminate()
            except PermissionError:
                return  # It is root by now, and has seen its input end.

    def _tell(self, message: Any) -> None:
        stdin = self._process.stdin
        with self._input:
            if stdin is None or stdin.closed:
                return
            try:
                stdin.write(msgspec.json.encode(message) + b"\n")
            except OSError:
                return  # It has ended already: its status says why.

    def _close_input(self) -> None:
        stdin = self._process.stdin
        with self._input:
            if stdin is not None:
                stdin.close()

    def _judge(self, status: int, last: Frame | None, errors: bytes) -> None:
        if isinstance(last, Result) and last.code != "cancelled":
            return
        if self._changed:
            raise _explained(Failure("changed", self._changed))
        # Once it was told to apply its plan, only itself knows how far it came.
        if isinstance(last, Failure) and (self._applied or not self._cancelled):
            raise _explained(last)
        if isinstance(last, Result) or (self._cancelled and not self._applied):
            raise Problem("cancelled", _("Cancelled. Nothing was done."))
        if last is None and (status in (DISMISSED, REFUSED) or errors):
            raise not_started(status, errors)
        raise Problem(
            "helper-ended",
            _("The helper ended without an answer (status {status}).").format(status=status),
            _("What was done until then stands in the journal (SYSLOG_IDENTIFIER=sysgui-helper)."),
        )


class Errands:
    """Runs one order after the other, each to its end; a probe, so that a poller can run it.

    Args:
        host: The machine.
        begun: Called when somebody has agreed, and it is being done; in the thread that reads.
    """

    def __init__(self, host: Host, begun: Callable[[], None] = lambda: None) -> None:
        self._host = host
        self._begun = begun
        self._errand: Errand | None = None

    def read(self, **order: Any) -> list[Frame]:
        """Has an order carried out, which asks for a password and may take as long as it takes.

        Args:
            order: The fields of an `Order`.

        Raises:
            Problem: As `Errand` says.
        """
        self._errand = Errand(self._host, Order(**order))
        try:
            return self._errand.run(self._agree)
        finally:
            self._errand = None

    def _agree(self, _plan: Plan) -> bool:
        self._begun()
        return True

    def cancel(self) -> None:
        """Ends what is under way; callable from any thread."""
        errand = self._errand
        if errand is not None:
            errand.cancel()


def quoted(raw: bytes) -> str:
    """Writes any bytes in letters, digits and percent signs, as the helper's targets have names."""
    return "".join(chr(b) if chr(b) in _PLAIN else f"%{b:02X}" for b in raw)


def require_helper(host: Host) -> None:
    """Makes sure that there is a helper, and that nobody but root could have changed it.

    Raises:
        Problem: `helper-missing` or `helper-unsafe`.
    """
    hint = _("From a checkout nothing is done as root; “sysgui doctor” says how to install it.")
    if not host.live or not host.exists(HELPER):
        raise Problem("helper-missing", _("This needs the installed Sysgui."), hint)
    path = HELPER
    while True:
        about = host.stat(path)
        if about.st_uid != 0 or stat.S_IMODE(about.st_mode) & 0o022:
            raise Problem(
                "helper-unsafe",
                _("{path} can be changed by others than root: the helper is not started.").format(
                    path=path
                ),
                _("Make it root's own (chown root, chmod go-w), or install Sysgui anew."),
            )
        if path == "/":
            return
        path = os.path.dirname(path)  # noqa: PTH120 - one string less than a Path a step


def _written(value: Any) -> str:
    """Writes an argument as the helper does: ascending numbers as the kernel's lists, 0-3,8."""
    if not isinstance(value, list):
        return str(value)
    # What numbers in a row have in common is their distance to their place.
    runs = itertools.groupby(enumerate(value), key=lambda placed: placed[1] - placed[0])
    ends = [[number for _place, number in run] for _distance, run in runs]
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in ends)


def _decoded(line: bytes) -> Frame:
    try:
        frame: Frame = _DECODER.decode(line)
    except msgspec.DecodeError as error:
        raise Problem(
            "helper-nonsense",
            _("The helper said something that this version does not understand."),
            _("Sysgui and its helper may be of different versions: install it anew."),
        ) from error
    return frame


def _explained(failure: Failure) -> Problem:
    messages = {
        "changed": _("It is no longer what it was when you chose it. Nothing was done."),
        "gone": _("It has ended already. Nothing was done."),
        "protected": _("The system could not be used without it. Nothing was done."),
        "not-a-file": _("It is a link, a device or the like, and those are not read as root."),
        "timeout": _("The helper waited for an answer in vain. Nothing was done."),
        "no-audit": _("The journal took no entry, and without one nothing is done as root."),
        "audit-lost": _("The journal took no entry of how it went; it has that of the beginning."),
        "cancelled": _("Cancelled. Nothing was done."),
    }
    message = messages.get(failure.code, _("The helper refused. Nothing was done."))
    about = failure.field or failure.code
    return Problem(failure.code, message, f"({about})")


def explain_item(item: Item) -> str:
    """Returns in the user's words why a target was not done."""
    words = {
        "gone": _("has ended already"),
        "changed": _("has changed meanwhile"),
        "protected": _("is protected: the system could not be used without it"),
        "cancelled": _("was cancelled"),
    }
    if item.code == "failed":
        # Of a program that the helper ran there is no reason of the kernel's.
        return os.strerror(item.errno) if item.errno else _("did not work")
    return words.get(item.code, item.code)
