"""Calls and signals over a real dbus-daemon of the test's own, and what is said where none is."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageFlag,
    MessageType,
    Parser,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
from roots.hosts import write_machine

from sysgui.system.bus import SYSTEMD, Bus, BusError, Call, Pending, Signal
from sysgui.system.host import Host, Output
from sysgui.system.live_bus import LiveBus
from sysgui.system.problem import Problem
from sysgui.system.recorded_bus import busctl

CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <deny send_interface="org.test.Forbidden"/>
  </policy>
</busconfig>
"""
PATH, FACE = "/org/test", "org.test.Face"

# What nothing has, and nothing will wait for so long.
LONG = 30.0


class Daemon:
    """A dbus-daemon with a socket of its own, which can be ended and started again."""

    def __init__(self, directory: Path) -> None:
        self._socket = directory / "bus"
        self._config = directory / "bus.conf"
        self._config.write_text(CONFIG.format(socket=self._socket))
        self.address = f"unix:path={self._socket}"
        self.start()

    def start(self) -> None:
        argv = ["dbus-daemon", "--nofork", "--print-address", f"--config-file={self._config}"]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith(b"unix:")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._socket.unlink(missing_ok=True)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    running = Daemon(tmp_path)
    yield running
    running.stop()


class Other:
    """Somebody else on the bus: has a name, answers calls in a thread, tells what it is told to."""

    def __init__(self, daemon: Daemon, name: str = SYSTEMD) -> None:
        self.connection: DBusConnection = open_dbus_connection(daemon.address)
        self.asked: list[Any] = []
        self.deaf = threading.Event()
        self.before: Callable[[], None] = lambda: None
        if name:
            Proxy(message_bus, self.connection).RequestName(name)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            message = self.connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            self.asked.append(message)
            member = message.header.fields[HeaderFields.member]
            if member == "Stop":
                self.connection.send(new_method_return(message))
                return
            if self.deaf.is_set():
                continue
            self.before()
            self.connection.send(self._answer(member, message))

    @staticmethod
    def _answer(member: str, message: Any) -> Any:
        if member == "Fail":
            return new_error(message, "org.test.Failed", "s", ("it broke",))
        if member == "Big":
            return new_method_return(message, "as", (["x" * 1000] * 1000,))
        return new_method_return(message, "sv", (member, ("u", 7)))

    def tell(self, member: str, *body: str, to: str | None = None) -> None:
        address = DBusAddress(PATH, interface=FACE)
        signal = new_signal(address, member, "s" * len(body), body)
        if to is not None:
            signal.header.fields[HeaderFields.destination] = to
        self.connection.send(signal)

    def stop(self, bus: Bus) -> None:
        bus.call(Call(self.name, PATH, FACE, "Stop"))
        self.close()

    @property
    def name(self) -> str:
        return str(self.connection.unique_name)

    def close(self) -> None:
        self._thread.join()
        self.connection.close()


@pytest.fixture
def bus(daemon: Daemon) -> Iterator[LiveBus]:
    made = LiveBus("system", daemon.address)
    yield made
    made.close()


@pytest.fixture
def other(daemon: Daemon, bus: LiveBus) -> Iterator[Other]:
    made = Other(daemon)
    yield made
    made.stop(bus)


def ask(member: str, signature: str = "", *body: Any, interface: str = FACE) -> Call:
    return Call(SYSTEMD, PATH, interface, member, signature, body)


def signals(bus: LiveBus, count: int) -> list[Signal]:
    found: list[Signal] = []
    while len(found) < count:
        came = bus.wait(LONG)
        assert came
        found += [each for each in came if isinstance(each, Signal)]
    return found


# Calls.


def test_a_call_returns_what_the_other_answers(bus: LiveBus, other: Other) -> None:
    assert bus.call(ask("Hi", "sas", "a", ["b", "c"])) == ("Hi", ("u", 7))
    (message,) = other.asked
    assert message.body == ("a", ["b", "c"])


def test_nothing_is_started_by_being_asked(bus: LiveBus, other: Other) -> None:
    bus.call(ask("Hi"))
    assert other.asked[0].header.flags & MessageFlag.no_auto_start


def test_an_answer_of_a_million_bytes_comes_whole(bus: LiveBus, other: Other) -> None:
    assert bus.call(ask("Big")) == (["x" * 1000] * 1000,)


def test_an_error_has_its_name_for_the_caller_to_decide(bus: LiveBus, other: Other) -> None:
    with pytest.raises(BusError) as error:
        bus.call(ask("Fail"))
    assert (error.value.name, error.value.message) == ("org.test.Failed", "it broke")


def test_a_call_that_nobody_answers_ends_in_time(bus: LiveBus, other: Other) -> None:
    other.deaf.set()
    with pytest.raises(Problem) as problem:
        bus.call(ask("Hi"), timeout=0.05)
    assert problem.value.code == "bus-timeout"
    assert SYSTEMD in problem.value.message


def test_an_answer_that_comes_too_late_is_dropped(bus: LiveBus, other: Other) -> None:
    go = threading.Event()
    other.before = lambda: go.wait(LONG)  # type: ignore[assignment]
    with pytest.raises(Problem):
        bus.call(ask("Late"), timeout=0.05)
    go.set()
    assert bus.call(ask("Hi"))[0] == "Hi"
    assert bus.wait(0) == []


def test_who_is_not_there_is_a_problem_in_the_users_words(bus: LiveBus) -> None:
    with pytest.raises(Problem) as problem:
        bus.call(ask("Hi"))
    assert problem.value.code == "no-systemd"
    with pytest.raises(Problem) as problem:
        bus.call(Call("org.test.Nobody", PATH, FACE, "Hi"))
    assert problem.value.code == "no-service"


def test_what_one_may_not_ask_is_a_problem(bus: LiveBus, other: Other) -> None:
    with pytest.raises(Problem) as problem:
        bus.call(ask("Hi", interface="org.test.Forbidden"))
    assert problem.value.code == "access-denied"


def test_answers_that_are_not_waited_for_come_by_wait(bus: LiveBus, other: Other) -> None:
    first, second = bus.send(ask("First")), bus.send(ask("Fail"))
    came: list[Any] = []
    while len(came) < 2:
        came += bus.wait(LONG)
    assert came == [first, second]
    assert first.result()[0] == "First"
    with pytest.raises(BusError):
        second.result()


# Signals.


def test_signals_of_whom_one_listens_to_come_in_their_order(bus: LiveBus, other: Other) -> None:
    bus.match(SYSTEMD)
    bus.call(ask("Hi"))
    for number in range(300):
        other.tell("Told", str(number))
    found = signals(bus, 300)
    assert found[0] == Signal(PATH, FACE, "Told", ("0",))
    assert [each.body for each in found] == [(str(number),) for number in range(300)]


def test_an_answer_stands_among_the_signals_where_it_came(bus: LiveBus, other: Other) -> None:
    bus.match(SYSTEMD)
    bus.call(ask("Hi"))
    other.before = lambda: other.tell("Before")
    pending = bus.send(ask("Second"))
    came: list[Any] = []
    while len(came) < 2:
        came += bus.wait(LONG)
    other.before = lambda: None
    assert isinstance(came[0], Signal)
    assert came[1] is pending


def test_signals_that_come_during_a_call_are_kept(bus: LiveBus, other: Other) -> None:
    bus.match(SYSTEMD)
    bus.call(ask("Hi"))
    other.before = lambda: other.tell("Meanwhile")
    bus.call(ask("Again"))
    other.before = lambda: None
    assert [each.member for each in signals(bus, 1)] == ["Meanwhile"]


def test_a_stranger_is_not_believed(daemon: Daemon, bus: LiveBus, other: Other) -> None:
    bus.match(SYSTEMD)
    bus.call(ask("Hi"))
    ours = other.asked[0].header.fields[HeaderFields.sender]
    stranger = Other(daemon, "org.test.Stranger")
    stranger.tell("Forged", to=ours)
    stranger.stop(bus)  # Its signal has come before this answer.
    other.tell("True")
    assert [each.member for each in signals(bus, 1)] == ["True"]


def test_another_owner_of_the_name_is_told_and_believed(daemon: Daemon, bus: LiveBus) -> None:
    first = Other(daemon)
    bus.match(SYSTEMD)
    bus.call(ask("Hi"))
    first.stop(bus)
    (gone,) = signals(bus, 1)
    assert (gone.member, gone.body[0], gone.body[2]) == ("NameOwnerChanged", SYSTEMD, "")
    second = Other(daemon)
    second.tell("Anew")
    there, anew = signals(bus, 2)
    assert there.body[2] == second.name
    assert anew.member == "Anew"
    second.stop(bus)


# Waiting.


def test_wait_returns_nothing_when_its_time_is_over(bus: LiveBus) -> None:
    assert bus.wait(0) == []
    assert bus.wait(0.01) == []


def test_another_thread_ends_a_wait_that_would_last_for_ever(bus: LiveBus) -> None:
    waited: list[Any] = []
    waiting = threading.Thread(target=lambda: waited.append(bus.wait(None)))
    waiting.start()
    bus.interrupt()
    waiting.join(LONG)
    assert waited == [[]]


def test_an_interrupt_before_or_during_a_call_is_not_lost(bus: LiveBus, other: Other) -> None:
    bus.interrupt()
    assert bus.call(ask("Hi"))[0] == "Hi"
    assert bus.wait(None) == []


def test_an_interrupt_after_the_end_does_nothing(daemon: Daemon) -> None:
    bus = LiveBus("system", daemon.address)
    bus.close()
    bus.interrupt()


# systemd itself at the other end.


def serve_directly(listening: socket.socket) -> None:
    """Lets one peer in, answers one call and tells a signal, as systemd does without a bus."""
    connection, _address = listening.accept()
    with connection:
        while not connection.recv(4096).endswith(b"\r\n"):
            pass
        connection.sendall(b"OK 00000000000000000000000000000000\r\n")
        data = b""
        while not data.startswith(b"BEGIN\r\n"):
            data += connection.recv(4096)
        data = data.removeprefix(b"BEGIN\r\n")
        parser = Parser()
        while not (messages := parser.feed(data)):
            data = connection.recv(4096)
        signal = new_signal(DBusAddress(PATH, interface=FACE), "Told", "s", ("x",))
        connection.sendall(signal.serialise(1))
        answer = new_method_return(messages[0], "s", ("done",))
        connection.sendall(answer.serialise(2))
        connection.recv(1)


def test_without_a_bus_the_users_systemd_is_asked_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "systemd").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "systemd/private"))
        listening.listen()
        serving = threading.Thread(target=serve_directly, args=[listening])
        serving.start()
        bus = Host().bus("user")
        bus.match(SYSTEMD)
        assert bus.call(ask("Hi")) == ("done",)
        assert bus.wait(LONG) == [Signal(PATH, FACE, "Told", ("x",))]
        bus.close()
        serving.join()


# A bus that is not there, or no more.


def test_a_bus_that_ends_is_a_problem_for_who_waits_and_who_asks(
    daemon: Daemon, bus: LiveBus
) -> None:
    daemon.stop()
    with pytest.raises(Problem) as problem:
        bus.wait(LONG)
    assert problem.value.code == "bus-gone"
    with pytest.raises(Problem) as problem:
        bus.call(ask("Hi"))
    assert problem.value.code == "bus-gone"
    daemon.start()


@pytest.mark.parametrize("kind", ["system", "user"])
@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "tcp:host=x", "nonsense", ""])
def test_no_bus_is_a_problem_that_says_what_to_do(kind: str, address: str) -> None:
    with pytest.raises(Problem) as problem:
        LiveBus(kind, address)
    assert problem.value.code == "no-bus"
    assert ("dbus" in problem.value.hint) == (kind == "system")


# The door.


def test_the_host_connects_to_the_bus_of_the_system(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", daemon.address)
    bus = Host().bus("system")
    assert bus.call(Call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames"))
    bus.close()


def test_the_users_bus_is_that_of_the_session_that_systemd_opened(
    daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    Host().bus("user").close()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    with pytest.raises(Problem) as problem:
        Host().bus("user")
    assert "nowhere" in str(problem.value) or problem.value.code == "no-bus"
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", daemon.address)
    Host().bus("user").close()


LIST = Call(SYSTEMD, PATH, FACE, "List", "sas", ("a", ["b", "c d"]))
# As busctl 252 prints an answer of the type a(so)a{sv}as.
PRINTED = {
    "type": "a(so)a{sv}as",
    "data": [
        [["one", "/1"], ["two", "/2"]],
        {"Level": {"type": "u", "data": 3}, "Pair": {"type": "(uo)", "data": [1, "/x"]}},
        ["x", "y"],
    ],
}


def recorded(root: Path, **answers: bytes) -> Host:
    runs = {name: Output(0, printed, b"") for name, printed in answers.items()}
    return Host(str(write_machine(root, {}, runs=runs)))


def test_a_recorded_machine_answers_what_busctl_printed_there(tmp_path: Path) -> None:
    command = "busctl --user --json=short call org.freedesktop.systemd1 /org/test org.test.Face"
    argv = f"{command} List sas a 2 b c d"
    assert " ".join(busctl("user", LIST)) == argv
    host = recorded(tmp_path, **{argv: json.dumps(PRINTED).encode()})
    bus = host.bus("user")
    bus.match(SYSTEMD)
    answer = bus.call(LIST)
    assert answer[0] == [("one", "/1"), ("two", "/2")]
    assert answer[1]["Level"] == ("u", 3)
    assert answer[2] == ["x", "y"]
    pending = bus.send(LIST)
    assert bus.wait(None) == [pending]
    assert bus.wait(0) == []
    bus.close()


def test_a_recorded_machine_answers_nothing_that_was_not_recorded(tmp_path: Path) -> None:
    bus = recorded(tmp_path).bus("system")
    with pytest.raises(Problem) as problem:
        bus.call(LIST)
    assert problem.value.code == "not-recorded"
    bus.interrupt()
    assert bus.wait(None) == []
    bus.close()


def test_a_call_that_answers_nothing_is_recorded_as_nothing(tmp_path: Path) -> None:
    call = Call(SYSTEMD, PATH, FACE, "Subscribe")
    host = recorded(tmp_path, **{" ".join(busctl("system", call)): b""})
    bus = host.bus("system")
    assert bus.call(call) == ()
    bus.close()


def test_a_pending_answer_is_told_from_a_signal() -> None:
    pending = Pending(LIST)
    assert not pending.done
    pending.answer(("x",))
    assert pending.result() == ("x",)
