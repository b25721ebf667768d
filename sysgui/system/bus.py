"""What is said over D-Bus: calls, answers and signals, and what a connection can do.

`Host.bus` hands connections out, each for one thread, and nobody else makes them: to a bus of this
machine (`live_bus`), or to that of a recorded one (`recorded_bus`).
"""

from typing import Any, NamedTuple, Protocol

from sysgui.system.i18n import _
from sysgui.system.problem import Problem

SYSTEM, USER = "system", "user"

# The bus itself, as a name on it.
DAEMON = "org.freedesktop.DBus"
SYSTEMD = "org.freedesktop.systemd1"

# So long a call may take, in seconds: a manager that reloads answers nobody meanwhile.
TIMEOUT = 15.0

MOST_PENDING = 100

# Nobody has the name: it was never there, or what had it is gone.
_NOBODY = {
    f"{DAEMON}.Error.{name}"
    for name in ("ServiceUnknown", "NameHasNoOwner", "NoReply", "Disconnected")
}
_DENIED = {f"{DAEMON}.Error.AccessDenied", f"{DAEMON}.Error.AuthFailed"}


class Call(NamedTuple):
    """What is asked of whom.

    Attributes:
        destination: A name on the bus.
        path: The object.
        interface: Which of its interfaces.
        member: The method.
        signature: The types of the arguments.
        body: The arguments.
    """

    destination: str
    path: str
    interface: str
    member: str
    signature: str = ""
    body: tuple[Any, ...] = ()


class Signal(NamedTuple):
    """What somebody told everybody.

    Attributes:
        path: The object.
        interface: Which of its interfaces.
        member: The signal's name.
        body: What it says; a variant is a pair of its signature and its value.
    """

    path: str
    interface: str
    member: str
    body: tuple[Any, ...]


class BusError(Exception):
    """An answer that is an error, for the caller to decide upon.

    Attributes:
        name: D-Bus's name of the error, such as `org.freedesktop.systemd1.NoSuchUnit`.
        message: What it says, in the other's words.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message


class Pending:
    """An answer that comes later.

    Attributes:
        call: What was asked.
        done: Whether it has come.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.done = False
        self._body: tuple[Any, ...] = ()
        self._error: BusError | None = None

    def answer(self, body: tuple[Any, ...]) -> None:
        """Takes the answer."""
        self.done, self._body = True, body

    def refuse(self, name: str, message: str) -> None:
        """Takes an error for an answer."""
        self.done, self._error = True, BusError(name, message)

    def result(self) -> tuple[Any, ...]:
        """Returns the answer that has come.

        Raises:
            BusError: The answer is an error.
            Problem: It is one that a user should know: `no-systemd`, `no-service`, `access-denied`.
        """
        if self._error is None:
            return self._body
        problem = _problem(self._error, self.call)
        if problem is None:
            raise self._error
        raise problem from self._error


class Bus(Protocol):
    """A connection to a bus."""

    def send(self, call: Call) -> Pending:
        """Asks, and does not wait: `wait` returns the same when the answer has come.

        A bus lets nobody wait for more than 128 answers at once: `MOST_PENDING` is less.

        Raises:
            Problem: `bus-gone`.
        """
        ...

    def call(self, call: Call, timeout: float = TIMEOUT) -> tuple[Any, ...]:
        """Asks and waits for the answer; what else comes meanwhile is kept for `wait`.

        Raises:
            BusError: The answer is an error.
            Problem: `bus-gone`, `bus-timeout`, or as `Pending.result` says.
        """
        ...

    def match(self, sender: str) -> None:
        """Listens to all that the owner of a name tells, and to who owns it.

        Raises:
            Problem: `bus-gone`.
        """
        ...

    def wait(self, seconds: float | None) -> list[Signal | Pending]:
        """Waits for signals, answers to `send`, or `interrupt`; returns what came, in its order.

        Args:
            seconds: The longest; None waits without end.

        Raises:
            Problem: `bus-gone`.
        """
        ...

    def interrupt(self) -> None:
        """Makes `wait` return, now or when it is next called; may be called in any thread."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


def _problem(error: BusError, call: Call) -> Problem | None:
    """Returns what a user should know of an error; None if it is the caller's to decide."""
    if error.name in _DENIED:
        return Problem(
            "access-denied",
            _("You may not ask {name} for this: {why}").format(
                name=call.destination, why=error.message
            ),
        )
    if error.name not in _NOBODY:
        return None
    if call.destination == SYSTEMD:
        return Problem(
            "no-systemd",
            _("systemd does not answer on D-Bus."),
            _("Where another program is the first process, there are no services of systemd's."),
        )
    return Problem("no-service", _("{name} is not on the bus.").format(name=call.destination))
