"""The answers that say how a service is watched: what passes is what the helper takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sysgui.helper.operations import bound, watch_mail
from sysgui.helper.operations import watch as helper
from sysgui.helper.refusal import Refusal
from sysgui.panels.services.units import Unit
from sysgui.panels.services.watch import form as forms
from sysgui.panels.services.watch import mail_form, words
from sysgui.panels.services.watch.form import (
    WatchForm,
    explained,
    faults,
    form_of,
    senseless,
    wanted_of,
    written,
)
from sysgui.panels.services.watch.mail_form import MailForm
from sysgui.panels.services.watch.watches import Watch, WatchesProbe, set_order
from sysgui.system.elevation import Order
from sysgui.system.host import Host

HTTP = WatchForm(probe="http", port="80")
FILE = WatchForm(probe="file", path="/var/backups/last")


def taken(order: Order) -> dict[str, Any]:
    """Returns what the helper reads of an order."""
    operation = {"watch-set": helper.SET, "watch-mail": watch_mail.SET}[order.operation]
    words = [f"{name}={value}" for name, value in order.arguments.items()]
    arguments = {**order.arguments, **order.secret}
    given = {"request": "r1", "targets": list(order.targets), "arguments": arguments}
    return dict(operation.check(given, [*words, *order.targets]).arguments)


def asked(form: WatchForm) -> dict[str, Any]:
    found = taken(set_order(["web.service"], wanted_of(form)))
    return {**found, "probe": helper.watch_probe.asked_for(found)}


GOOD = [
    WatchForm(),
    WatchForm(restart=False, mail=False, notify=True, grace=0),
    WatchForm(probe="tcp", port="65535", address="::1"),
    HTTP,
    WatchForm(always=True, probe="https", port="443", name="www.example.org", path="/x"),
    WatchForm(probe="http", port="8080", path="/a?b=c&d=%20", status="204", text="all / well ü"),
    FILE,
    WatchForm(probe="file", path="/srv/büro/mit blank", age=1, every=86400, timeout=60, tries=10),
]

BAD = [
    (WatchForm(probe="tcp"), "port"),
    (WatchForm(probe="tcp", port="0"), "port"),
    (WatchForm(probe="https", port="0"), "port"),
    (WatchForm(probe="tcp", port="65536"), "port"),
    (WatchForm(probe="tcp", port="1.5"), "port"),
    (WatchForm(probe="tcp", port="1", address="-x"), "address"),
    (WatchForm(probe="tcp", port="1", address="a b"), "address"),
    (WatchForm(probe="tcp", port="1", address="ü.org"), "address"),
    (WatchForm(probe="tcp", port="1", address="a" * 254), "address"),
    (WatchForm(probe="http", port="1", path="health"), "path"),
    (WatchForm(probe="https", port="1", path="health"), "path"),
    (WatchForm(probe="https", port="1", name="-x"), "name"),
    (WatchForm(probe="https", port="1", name="a b"), "name"),
    (WatchForm(probe="http", port="1", path="/ü"), "path"),
    (WatchForm(probe="http", port="1", path="/a b"), "path"),
    (WatchForm(probe="http", port="1", path="/" + 401 * "?"), "path"),
    (WatchForm(probe="http", port="1", status="99"), "status"),
    (WatchForm(probe="http", port="1", status="600"), "status"),
    (WatchForm(probe="http", port="1", text="-x"), "text"),
    (WatchForm(probe="http", port="1", text="ü" * 101), "text"),
    (WatchForm(probe="http", port="1", text="a\tb"), "text"),
    (WatchForm(probe="file"), "path"),
    (WatchForm(probe="file", path="last"), "path"),
    (WatchForm(probe="file", path="/a/../b"), "path"),
    (WatchForm(probe="file", path="/a/"), "path"),
    (WatchForm(probe="file", path="/a\nb"), "path"),
]


@pytest.mark.parametrize("form", GOOD)
def test_what_passes_is_what_the_helper_takes(form: WatchForm) -> None:
    assert list(faults(form)) == []
    asked(form)


@pytest.mark.parametrize(("form", "field"), BAD)
def test_what_the_helper_refuses_is_told_at_its_field(form: WatchForm, field: str) -> None:
    assert [fault.field for fault in faults(form)] == [field]
    with pytest.raises((Refusal, ValueError)):
        asked(form)


def test_what_does_not_belong_to_what_is_tried_is_not_asked_for() -> None:
    everything = WatchForm(probe="tcp", port="80", path="/x", status="200", text="t", age=5)
    assert asked(everything)["probe"] == {"kind": "tcp", "port": 80, "timeout": 10, "tries": 3}
    nothing = WatchForm(port="80", path="/x", status="abc")
    assert list(faults(nothing)) == []
    assert asked(nothing)["probe"] == {}


def test_what_lets_one_log_in_is_not_restarted() -> None:
    assert forms.PROTECTED == bound.PROTECTED_UNITS
    (fault,) = faults(WatchForm(), ["a.service", "dbus.service"])
    assert fault.field == "restart"
    assert "dbus.service" in fault.message
    assert list(faults(WatchForm(restart=False), ["dbus.service"])) == []


@pytest.mark.parametrize("form", [GOOD[1], GOOD[4], GOOD[5], GOOD[7]])
def test_what_was_set_is_shown_as_it_was_set(form: WatchForm, tmp_path: Path) -> None:
    taken_as = asked(form)
    folder = tmp_path / "etc/systemd/system"
    told = ("restart", "always", "mail", "notify", "grace")
    watch = {name: taken_as[name] for name in told if name in taken_as}
    if taken_as["probe"]:
        watch["probe"] = taken_as["probe"]
        timer = folder / "sysgui-probe@web.service.timer.d/50-sysgui-watch.conf"
        timer.parent.mkdir(parents=True)
        seconds = taken_as["every"]
        timer.write_text(f"[Timer]\nOnActiveSec=\nOnActiveSec=9s\nOnUnitInactiveSec={seconds}s\n")
    (folder / "web.service.d").mkdir(parents=True)
    line = f"[X-Sysgui]\nWatch={json.dumps(watch)}\n"
    (folder / "web.service.d/50-sysgui-watch.conf").write_text(line)
    (found,) = WatchesProbe(Host(str(tmp_path))).kept().watches
    assert form_of(found) == form


def test_it_is_said_what_systemd_does_then() -> None:
    restart, tells, well = explained(WatchForm(mail=False, notify=True, grace=7))
    assert "waits longer each time" in restart
    assert tells == "Each change of state is told once: in the journal, on your desktop."
    assert "7 seconds" in well
    assert "only told" in explained(WatchForm(restart=False))[0]


def test_the_files_are_those_that_the_helper_writes() -> None:
    units = ["web.service", r"a\x2db@c.service"]
    for form in GOOD:
        paths = [path for path, _what in written(units, form)]
        places = [place.path for unit in units for place in helper.places(unit)]
        count = 1 + bool(form.probe) + (form.probe == "file")
        assert paths == [p for n, p in enumerate(places) if n % 3 < count]


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        (Unit("system", "a.timer"), "no service"),
        (Unit("user", "a.service"), "your own"),
        (Unit("system", "a@.service"), "template"),
        (Unit("system", "a.service", enabled="alias"), "another name"),
        (Unit("system", "sysgui-mail.service"), "part of the watch"),
        (Unit("system", "a.service", load="not-found"), "not-found"),
        (Unit("system", "a@b.service", load="loaded"), ""),
        (Unit("system", "a.service"), ""),
    ],
)
def test_what_cannot_be_watched_says_why(unit: Unit, says: str) -> None:
    assert says in senseless(unit)
    assert bool(senseless(unit)) == bool(says)


def test_how_it_is_watched_stands_in_a_line() -> None:
    http = Watch("a", restart=True, mail=True, notify=False, grace=1,
                 probe={"kind": "http", "port": 80, "path": "/x"})  # fmt: skip
    assert words.how(http) == "started again after failures, mail, HTTP 80/x"
    told = Watch("a", restart=False, mail=False, notify=True, grace=1)
    assert words.how(told) == "not started again, desktop"


# Mail.

MAIL = MailForm("mail.example.org:587", "starttls", "me", "a@b.org", "c@d.org, e@f.org")


def test_the_mail_server_is_what_the_helper_takes() -> None:
    for form, password in (
        (MAIL, "secret"),
        (MailForm("[::1]:25", "none", "", "a@b.org", "c@d.org"), ""),
        (MailForm("h:465", "tls", "", "a@b.org", " ".join(["c@d.org"] * 8)), ""),
    ):
        assert list(mail_form.faults(form, password)) == []
        taken_as = taken(mail_form.order_of(form, password))
        watch_mail._settings(form.server, taken_as)
        assert taken_as["to"].split(",") == form.addresses


@pytest.mark.parametrize(
    ("change", "password", "field"),
    [
        ({"server": "mail.example.org"}, "x", "server"),
        ({"server": "h:65536"}, "x", "server"),
        ({"server": "-h:25"}, "x", "server"),
        ({"security": "none"}, "x", "security"),
        ({"security": "none", "server": "localhost:25"}, "x", "security"),
        ({"user": "a b"}, "x", "user"),
        ({}, "", "password"),
        ({}, "x" * 257, "password"),
        ({}, "a\nb", "password"),
        ({"user": ""}, "x", "password"),
        ({"sender": "a"}, "x", "sender"),
        ({"sender": "-a@b.org"}, "x", "sender"),
        ({"receivers": ""}, "x", "receivers"),
        ({"receivers": "a@b.org c"}, "x", "receivers"),
        ({"receivers": "a@b.org " * 9}, "x", "receivers"),
    ],
)
def test_what_mail_cannot_do_is_told_at_its_field(
    change: dict[str, str], password: str, field: str
) -> None:
    form = msgspec.structs.replace(MAIL, **change)
    assert [fault.field for fault in mail_form.faults(form, password)] == [field]


def test_loopback_is_the_helpers() -> None:
    assert mail_form.LOOPBACK == watch_mail.LOOPBACK


def test_what_is_never_started_again_is_not_always_started_again() -> None:
    assert "always" not in asked(WatchForm(restart=False, always=True))
    assert asked(WatchForm(always=True))["always"] == "yes"
    assert "without an error" in explained(WatchForm(always=True))[0]
