"""What comes out of a form is a unit that systemd has nothing against; what it has, is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from sysgui.panels.services.make.forms import HARDENING, ServiceForm, texts_of

from .test_unit_detail import ask

if TYPE_CHECKING:
    from .debian import Machine

GOOD = ServiceForm(name="copies", description="100 % of it", command="/usr/bin/true --all")

FORMS = {
    "plain": {},
    "all the time": {"restart": True, "at_boot": True, "user": "alice", "directory": "/srv"},
    "confined": {"hardening": tuple(HARDENING), "writable": ("/var/tmp", "/srv")},
    "a user made up": {"dynamic": True, "hardening": ("privileges",)},
    "calendar": {"calendar": "Mon..Fri *-*-* 03:00", "spread": "5min"},
    "interval": {"every": "15min"},
    "one's own": {"scope": "user", "at_boot": True},
}


def verdict(machine: Machine, texts: dict[str, str], **more: Any) -> Any:
    return ask(machine, "make.verify", "VerifyProbe", "alice", texts=texts, **more)


@pytest.mark.parametrize("name", FORMS)
def test_systemd_has_nothing_against_it(machine: Machine, name: str) -> None:
    form = msgspec.structs.replace(GOOD, **FORMS[name])
    told = verdict(machine, texts_of(form), scope=form.scope, calendar=form.calendar)
    assert told["complaints"] == []
    assert bool(told["times"]) == bool(form.calendar)


@pytest.mark.parametrize("key", HARDENING)
def test_each_option_is_one_that_systemd_knows(machine: Machine, key: str) -> None:
    form = msgspec.structs.replace(GOOD, hardening=(key,))
    assert verdict(machine, texts_of(form))["complaints"] == []


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ({"command": "/nowhere/program"}, "/nowhere/program"),
        ({"every": "some days"}, "some days"),
        ({"command": "/usr/bin/true %Q"}, "%Q"),
    ],
)
def test_what_it_has_is_told(machine: Machine, answers: dict[str, Any], word: str) -> None:
    complaints = verdict(machine, texts_of(msgspec.structs.replace(GOOD, **answers)))["complaints"]
    assert any(word in line for line in complaints), complaints
    assert not any("/tmp/" in line for line in complaints)


def test_a_time_that_is_none_is_told(machine: Machine) -> None:
    told = verdict(machine, {}, calendar="half past never")
    assert told["times"] == []
    assert "half past never" in told["complaints"][0]


def test_a_drop_in_is_verified_with_the_unit_that_it_changes(machine: Machine) -> None:
    base = ("nginx.service", "/lib/systemd/system/nginx.service")
    for text, good in (("MemoryMax=1G", True), ("MemoryMax=banana", False), ("Frob=1", False)):
        texts = {"nginx.service.d/x.conf": f"[Service]\n{text}\n"}
        told = verdict(machine, texts, base=base)
        assert (told["complaints"] == []) == good, told


def test_nothing_is_left_of_what_was_verified(machine: Machine) -> None:
    # What others have there comes and goes with their services.
    hers = ["find", "/tmp", "-maxdepth", "1", "-user", "alice"]
    before = machine.output(hers)
    verdict(machine, texts_of(GOOD))
    assert machine.output(hers) == before


def test_what_was_made_runs(machine: Machine) -> None:
    form = msgspec.structs.replace(
        GOOD, command="/bin/sh -c 'touch /srv/here'", hardening=tuple(HARDENING)[:-1],
        writable=("/srv",), every="1s",
    )  # fmt: skip
    for name, text in texts_of(form).items():
        machine.write(f"/run/systemd/system/{name}", text)
    machine.output(["systemctl", "daemon-reload"])
    machine.output(["systemctl", "start", "copies.service"])
    machine.output(["systemctl", "start", "copies.timer"])
    shown = machine.output(["systemctl", "list-timers", "--output=json", "copies.timer"])
    assert json.loads(shown)[0]["activates"] == "copies.service"
    machine.output(["rm", "/srv/here"])
    machine.output(["systemctl", "stop", "copies.timer"])
    machine.output(["sh", "-c", "rm /run/systemd/system/copies.*; systemctl daemon-reload"])
