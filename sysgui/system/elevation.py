"""The way to root: the one place that starts the helper, and that tells why it did not work.

The helper (`/usr/libexec/sysgui/helper`) does one operation a start, after polkit has asked an
administrator. It is given its request on standard input and answers in frames, a line of JSON each.
"""

import io
import itertools
import os
import stat
import string
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

HELPER = "/usr/libexec/sysgui/helper"

_PLAIN = frozenset(string.ascii_letters + string.digits + "._+-")

# As many objects go with one prompt; the helper takes no more.
MOST_TARGETS = 32

# What pkexec says when the user closed the prompt, and when polkit said no.
DISMISSED = 126
REFUSED = 127

PKEXEC = "/usr/bin/pkexec"

# Of systemd 256 and newer.
RUN0 = "/usr/bin/run0"


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
    """

    operation: str
    targets: Sequence[str] = ()
    arguments: Mapping[str, Any] = {}


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
        self._cancelled = False
        self._ended = False

    def run(self, agree: Callable[[Plan], bool] = lambda _plan: True) -> list[Frame]:
        """Waits for the prompt and the helper, and returns all its frames.

        Args:
            agree: Told the plan of a change; whether it is to be applied.

        Raises:
            Problem: As `stream` says.
        """
        return list(self.stream(agree))

    def stream(self, agree: Callable[[Plan], bool] = lambda _plan: True) -> Iterator[Frame]:
        """Waits for the prompt and the helper, and yields its frames as they come.

        Args:
            agree: Told the plan of a change; whether it is to be applied.

        Raises:
            Problem: `dismissed`, `refused`, `no-agent`, `cancelled`, or the helper's own code.
        """
        last: Frame | None = None
        try:
            self._tell(
                {
                    "request": uuid.uuid4().hex,
                    "targets": list(self._order.targets),
                    "arguments": dict(self._order.arguments),
                }
            )
            for line in self._output:
                last = _decoded(line)
                yield last
                if isinstance(last, Plan):
                    if self._cancelled or not agree(last):
                        self.cancel()
                    else:
                        self._tell({"apply": last.digest})
                elif isinstance(last, Piece) and self._cancelled:
                    break  # A stream ends where nobody reads it.
        finally:
            status, errors = self._wait()
        self._judge(status, last, errors)

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
        cannot; it stops at the end of its input.
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
        if stdin is None or stdin.closed:
            return
        try:
            stdin.write(msgspec.json.encode(message) + b"\n")
            stdin.flush()
        except OSError:
            return  # It has ended already: its status says why.

    def _close_input(self) -> None:
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            try:
                stdin.close()
            except OSError:
                return

    def _judge(self, status: int, last: Frame | None, errors: bytes) -> None:
        if isinstance(last, Result):
            return
        if self._cancelled:
            raise Problem("cancelled", _("Cancelled. Nothing was done."))
        if isinstance(last, Failure):
            raise _explained(last)
        if status == DISMISSED:
            raise Problem("dismissed", _("The authentication was dismissed. Nothing was done."))
        if status == REFUSED and b"agent" in errors:
            # The one place where pkexec's words are looked at: its status is the same for both.
            raise Problem(
                "no-agent",
                _("Nobody could be asked for a password here. Nothing was done."),
                _("A desktop starts an authentication agent; on a terminal, run sysgui by sudo."),
            )
        if status == REFUSED:
            raise Problem(
                "refused",
                _("The administrator's password was not given, or polkit does not allow this."),
                _("Nothing was done."),
            )
        raise Problem(
            "helper-ended",
            _("The helper ended without an answer (status {status}).").format(status=status),
            _("What was done until then stands in the journal (SYSLOG_IDENTIFIER=sysgui-helper)."),
        )


class Errands:
    """Runs one order after the other, each to its end; a probe, so that a poller can run it.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
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
            return self._errand.run()
        finally:
            self._errand = None

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


def transport(host: Host) -> list[str]:
    """Returns what is put before the helper to make it run as root.

    Raises:
        Problem: `no-transport`.
    """
    if host.uid() == 0:
        return []
    if host.exists(PKEXEC):
        return [PKEXEC, "--disable-internal-agent"]
    if host.exists(RUN0):
        return [RUN0, "--pipe", "--background=", "--"]
    raise Problem(
        "no-transport",
        _("Neither pkexec nor run0 is there to ask for an administrator's password."),
        _("Install the package pkexec (Debian) or polkit (others)."),
    )


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
        return os.strerror(item.errno)
    return words.get(item.code, item.code)
