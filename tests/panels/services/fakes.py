"""A systemd of the tests' own at the host's door: it lists, is asked, tells, and keeps an account.

As the real one does (`src/core/dbus-manager.c`): a property of a unit that is not loaded loads it,
which is told to all; it is unloaded at once, which is told, too.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from roots.hosts import SteppedHost

from sysgui.system.bus import SYSTEMD, Bus, Call, Pending, Signal
from sysgui.system.problem import Problem

ROOT = "/org/freedesktop/systemd1"
MANAGER = f"{SYSTEMD}.Manager"
PROPERTIES = "org.freedesktop.DBus.Properties"
NOW = 1_800_000_000.0
BOOTED = NOW - 5000.0


def path_of(name: str) -> str:
    """As systemd makes an object's path of a name: all but letters and digits as _xx."""
    escaped = re.sub(r"[^A-Za-z0-9]|^[0-9]", lambda found: f"_{ord(found[0]):02x}", name)
    return f"{ROOT}/unit/{escaped}"


class Systemd:
    """One manager.

    Attributes:
        calls: All that it was asked, in order.
        loaded: The names of the units that were loaded only because somebody asked.
        files: What lies where, and its state.
        away: Whether nobody has the name now.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.loaded: list[str] = []
        self.files: dict[str, str] = {}
        self.properties: dict[tuple[str, str], Any] = {}
        self.units: dict[str, list[Any]] = {}
        self._names: dict[str, str] = {}
        self.buses: list[FakeBus] = []
        self.away = False
        self.mute = False
        self.before: Callable[[Call], None] = lambda call: None
        self.properties["", "UnitPath"] = ["/etc/systemd/system", "/lib/systemd/system"]
        self.properties["", "UnitsLoadTimestamp"] = 0
        self.properties["", "UnitsLoadFinishTimestamp"] = int(BOOTED * 1e6)

    # What it has.

    def add(self, name: str, active: str = "active", sub: str = "running", **more: Any) -> None:
        load = more.pop("load", "loaded")
        description = more.pop("description", f"The {name}")
        self.units[name] = [
            name, description, load, active, sub, "", path_of(name), 0, more.pop("job", ""), "/",
        ]  # fmt: skip
        self._names[path_of(name)] = name
        for key, value in more.items():
            self.properties[name, key] = value

    def file(self, name: str, state: str = "enabled", place: str = "/lib/systemd/system") -> None:
        self.files[f"{place}/{name}"] = state

    # What it tells.

    def tell(self, member: str, *body: Any, path: str = ROOT, interface: str = MANAGER) -> None:
        for bus in self.buses:
            bus.push(Signal(path, interface, member, body))

    def new(self, name: str, active: str = "active", sub: str = "running", **more: Any) -> None:
        self.add(name, active, sub, **more)
        self.tell("UnitNew", name, path_of(name))

    def change(self, name: str, active: str, sub: str, **more: Any) -> None:
        """A unit changes its state, and says so with all that belongs to it."""
        self.units[name][3:5] = active, sub
        values = {"ActiveState": active, "SubState": sub, **more}
        self.properties.update({(name, key): value for key, value in more.items()})
        variants = {key: ("s", value) for key, value in values.items()}
        self.tell(
            "PropertiesChanged", f"{SYSTEMD}.Unit", variants, [],
            path=path_of(name), interface=PROPERTIES,
        )  # fmt: skip

    def remove(self, name: str) -> None:
        del self.units[name]
        self.tell("UnitRemoved", name, path_of(name))

    def reload(self) -> None:
        """As on daemon-reload: all units are told to go and to come again."""
        self.tell("Reloading", True)
        for name in self.units:
            self.tell("UnitRemoved", name, path_of(name))
        for name in self.units:
            self.tell("UnitNew", name, path_of(name))
        self.tell("Reloading", False)

    def leave(self) -> None:
        self.away = True
        self.tell("NameOwnerChanged", SYSTEMD, ":1.1", "", interface="org.freedesktop.DBus")

    def come_back(self) -> None:
        self.away = False
        self.tell("NameOwnerChanged", SYSTEMD, "", ":1.2", interface="org.freedesktop.DBus")

    # What it answers.

    def asked(self, member: str) -> list[Call]:
        return [call for call in self.calls if call.member == member]

    def answer(self, pending: Pending) -> None:
        call = pending.call
        self.calls.append(call)
        self.before(call)
        if self.away:
            pending.refuse("org.freedesktop.DBus.Error.NameHasNoOwner", "nobody")
        elif call.member == "ListUnits":
            pending.answer(([tuple(row) for row in self.units.values()],))
        elif call.member == "ListUnitsByPatterns":
            wanted = call.body[1]
            pending.answer(([tuple(r) for name, r in self.units.items() if name in wanted],))
        elif call.member == "ListUnitFiles":
            pending.answer((list(self.files.items()),))
        elif call.member == "Get":
            self._get(pending)
        elif call.member == "GetAll":
            self._get_all(pending)
        else:
            pending.answer(())

    def _get(self, pending: Pending) -> None:
        _face, name = pending.call.body
        unit = "" if pending.call.path == ROOT else self._unit(pending.call.path)
        if unit is None:
            pending.refuse(f"{SYSTEMD}.NoSuchUnit", "no such unit")
            return
        text = name in ("ControlGroup", "UnitFileState")
        value = self.properties.get((unit, name), "" if text else 0)
        pending.answer((("s", value),))

    def _get_all(self, pending: Pending) -> None:
        unit = self._unit(pending.call.path)
        if unit is None:
            pending.refuse(f"{SYSTEMD}.NoSuchUnit", "no such unit")
            return
        found = {key: value for (name, key), value in self.properties.items() if name == unit}
        pending.answer(({key: ("v", value) for key, value in found.items()},))

    def _unit(self, path: str) -> str | None:
        name = self._names[path]
        if name in self.units:
            return name
        self.loaded.append(path)
        self.tell("UnitNew", name, path)
        self.tell("UnitRemoved", name, path)
        return None


class FakeBus:
    """A connection to it. Waiting takes no time: the clock of the host is moved instead.

    Args:
        systemd: Who is there.
        host: Whose clock.
        real: Whether it waits in earnest, for another thread.
    """

    def __init__(self, systemd: Systemd, host: SteppedHost, *, real: bool) -> None:
        self._systemd = systemd
        self._host = host
        self._real = real
        self._came: list[Signal | Pending] = []
        self._turn = threading.Condition()
        self._rang = False
        self.closed = False
        self.broken = False
        systemd.buses.append(self)

    def push(self, *came: Signal | Pending) -> None:
        with self._turn:
            self._came += came
            self._turn.notify_all()

    def break_off(self) -> None:
        with self._turn:
            self.broken = True
            self._turn.notify_all()

    def send(self, call: Call) -> Pending:
        self._check()
        pending = Pending(call)
        self._systemd.answer(pending)
        self.push(pending)
        return pending

    def call(self, call: Call, timeout: float = 1.0) -> tuple[Any, ...]:
        self._check()
        if self._systemd.mute:
            self._host.step(timeout)
            raise Problem("bus-timeout", "It did not answer.")
        pending = Pending(call)
        self._systemd.answer(pending)
        return pending.result()

    def match(self, sender: str) -> None:
        self._check()

    def wait(self, seconds: float | None) -> list[Signal | Pending]:
        with self._turn:
            if self._real:
                self._turn.wait_for(lambda: self._came or self._rang or self.broken, seconds)
            elif not self._came and seconds is not None:
                self._host.step(seconds)
            self._rang = False
            came, self._came = self._came, []
        self._check()
        return came

    def interrupt(self) -> None:
        with self._turn:
            self._rang = True
            self._turn.notify_all()

    def close(self) -> None:
        self.closed = True
        if self in self._systemd.buses:
            self._systemd.buses.remove(self)

    def _check(self) -> None:
        if self.broken:
            raise Problem("bus-gone", "The connection to D-Bus was lost.")


class Door(SteppedHost):
    """A machine with a systemd of the test's own, one for the system and one for the user.

    Attributes:
        managers: By scope; without one there is no bus.
    """

    def __init__(self, root: Path | str = "/", *, real: bool = False) -> None:
        super().__init__(root)
        self._is_real = real
        self.live = True  # Its files lie under the root, and yet its clocks go on.
        self.wall = NOW
        self.managers = {"system": Systemd(), "user": Systemd()}
        self.opened: list[str] = []
        self.stats: dict[str, float] = {}

    @property
    def systemd(self) -> Systemd:
        return self.managers["system"]

    def bus(self, kind: str) -> Bus:
        self.opened.append(kind)
        if kind not in self.managers:
            raise Problem("no-bus", "There is no bus.", "Start one.")
        return FakeBus(self.managers[kind], self, real=self._is_real)

    def monotonic(self) -> float:
        return time.monotonic() if self._is_real else self.clock
