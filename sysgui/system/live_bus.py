"""A D-Bus connection of this machine for one thread: calls that wait, signals to be waited for."""

import contextlib
import math
import select
import socket
import time
from itertools import count
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageFlag,
    MessageType,
    Parser,
    new_method_call,
)
from jeepney.bus import get_connectable_addresses
from jeepney.io.blocking import prep_socket

from sysgui.system.bell import Bell
from sysgui.system.bus import DAEMON, TIMEOUT, USER, Call, Pending, Signal
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

_DAEMON_PATH = "/org/freedesktop/DBus"
_CONNECT_TIMEOUT = 5.0

_CHUNK = 1 << 17


class LiveBus:
    """A connection to a bus of this machine.

    Args:
        kind: `system` or `user`.
        address: As D-Bus writes it, such as `unix:path=/run/dbus/system_bus_socket`.
        direct: Whether systemd itself is at the other end and no bus between: all is from it.

    Raises:
        Problem: `no-bus`.
    """

    def __init__(self, kind: str, address: str, *, direct: bool = False) -> None:
        self._direct = direct
        self._serials = count(1)
        self._parser = Parser()
        self._pending: dict[int, Pending] = {}
        self._came: list[Signal | Pending] = []
        # Whose signals are believed: anybody may send us some that look like another's.
        self._owners: dict[str, str] = {}
        self._socket = _connected(kind, address)
        self._bell = Bell()
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._poll.register(self._bell, select.POLLIN)
        with contextlib.ExitStack() as unless_let_in:
            unless_let_in.callback(self.close)
            if not direct:
                self.call(Call(DAEMON, _DAEMON_PATH, DAEMON, "Hello"), _CONNECT_TIMEOUT)
            unless_let_in.pop_all()

    def send(self, call: Call) -> Pending:
        """Asks, and does not wait."""
        pending = Pending(call)
        self._pending[self._write(call)] = pending
        return pending

    def call(self, call: Call, timeout: float = TIMEOUT) -> tuple[Any, ...]:
        """Asks and waits for the answer."""
        deadline = time.monotonic() + timeout
        pending = Pending(call)
        serial = self._write(call)
        self._pending[serial] = pending
        rang = False
        while not pending.done:
            left = deadline - time.monotonic()
            if left <= 0:
                del self._pending[serial]
                raise _timed_out(call, timeout)
            rang |= self._listen(left)
        self._came.remove(pending)
        if rang:
            self._bell.ring()  # Whoever rang wants the next `wait` to return.
        return pending.result()

    def match(self, sender: str) -> None:
        """Listens to all that the owner of a name tells, and to who owns it."""
        if self._direct:
            return
        self._owners.setdefault(sender, "")
        owner = f"sender='{DAEMON}',member='NameOwnerChanged',arg0='{sender}'"
        for rule in (owner, f"sender='{sender}'"):
            body = (f"type='signal',{rule}",)
            # The bus takes messages in their order: what is asked next comes after the rule.
            self._write(
                Call(DAEMON, _DAEMON_PATH, DAEMON, "AddMatch", "s", body),
                MessageFlag.no_reply_expected,
            )

    def wait(self, seconds: float | None) -> list[Signal | Pending]:
        """Waits for signals, answers to `send`, or `interrupt`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._came:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if self._listen(left) or left == 0.0:
                break
        came, self._came = self._came, []
        return came

    def interrupt(self) -> None:
        """Makes `wait` return."""
        self._bell.ring()

    def close(self) -> None:
        """Ends the connection."""
        self._socket.close()
        self._bell.close()

    # The wire.

    def _write(self, call: Call, *flags: MessageFlag) -> int:
        address = DBusAddress(call.path, call.destination, call.interface)
        message = new_method_call(address, call.member, call.signature or None, call.body)
        # What is not there is not to be started by our asking.
        for flag in (MessageFlag.no_auto_start, *flags):
            message.header.flags |= flag
        serial = next(self._serials)
        try:
            self._socket.sendall(message.serialise(serial))
        except OSError as error:
            raise _gone() from error
        return serial

    def _listen(self, seconds: float | None) -> bool:
        """Waits for the socket or the bell, and reads; tells whether the bell rang."""
        milliseconds = None if seconds is None else math.ceil(seconds * 1000)
        ready = dict(self._poll.poll(milliseconds))
        if self._socket.fileno() in ready:
            self._read()
        return self._bell.fileno() in ready and self._bell.hush()

    def _read(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise _gone() from error
        if not data:
            raise _gone()
        self._parser.add_data(data)
        while (message := self._parser.get_next_message()) is not None:
            self._take(message)

    def _take(self, message: Message) -> None:
        fields = message.header.fields
        sender = fields.get(HeaderFields.sender, "")
        if message.header.message_type is MessageType.signal:
            self._take_signal(sender, message)
            return
        pending = self._pending.pop(fields.get(HeaderFields.reply_serial, -1), None)
        if pending is None:
            return  # Nobody waits for it any more, or it is no answer at all.
        if pending.call.destination in self._owners:
            self._owners[pending.call.destination] = sender
        self._came.append(pending)
        if message.header.message_type is MessageType.error:
            said = message.body[0] if message.body else ""
            pending.refuse(fields.get(HeaderFields.error_name, ""), str(said))
        else:
            pending.answer(message.body)

    def _take_signal(self, sender: str, message: Message) -> None:
        fields = message.header.fields
        signal = Signal(
            fields.get(HeaderFields.path, ""),
            fields.get(HeaderFields.interface, ""),
            fields.get(HeaderFields.member, ""),
            message.body,
        )
        if sender == DAEMON:
            if signal.member != "NameOwnerChanged" or signal.body[0] not in self._owners:
                return
            self._owners[signal.body[0]] = signal.body[2]
        elif not self._direct and sender not in self._owners.values():
            return
        self._came.append(signal)


def _connected(kind: str, address: str) -> socket.socket:
    try:
        place = next(get_connectable_addresses(address))
        connection: socket.socket = prep_socket(place, timeout=_CONNECT_TIMEOUT)
    # The last three: addresses that are none, or not for us, and a bus that does not let us in.
    except (OSError, RuntimeError, StopIteration, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise _no_bus(kind, why or str(error)) from error
    return connection


def _no_bus(kind: str, why: str) -> Problem:
    """Returns the problem that there is no bus to connect to."""
    if kind == USER:
        return Problem(
            "no-bus",
            _("Your own services cannot be reached: your session has no bus ({why}).").format(
                why=why
            ),
            _("They run where systemd opened the session: log in on the desktop, or by ssh."),
        )
    return Problem(
        "no-bus",
        _("Services cannot be reached: the system's bus does not answer ({why}).").format(why=why),
        _("Start D-Bus as administrator: “systemctl start dbus.socket”, or install “dbus”."),
    )


def _gone() -> Problem:
    return Problem(
        "bus-gone",
        _("The connection to D-Bus was lost."),
        _("It is made anew as soon as D-Bus is there again."),
    )


def _timed_out(call: Call, seconds: float) -> Problem:
    return Problem(
        "bus-timeout",
        _("{name} did not answer within {seconds:.0f} s.").format(
            name=call.destination, seconds=seconds
        ),
        _("It may be busy, as systemd is while it loads its units anew; it is asked again."),
    )
