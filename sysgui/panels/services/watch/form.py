"""How a service is to be watched, from a few answers: what will not do, and what will be written.

Nothing here asks the helper. What it would refuse is told here, at the answer that it is about.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from sysgui.panels.services.units import SYSTEM, Unit
from sysgui.system.elevation import quoted
from sysgui.system.i18n import N_, _

from .watches import DROP_IN, Watch, senseless_name
from .watches import SYSTEM as FOLDER

NOTHING, TCP, HTTP, HTTPS, FILE = "", "tcp", "http", "https", "file"

_WEB = (HTTP, HTTPS)
_SERVED = (TCP, *_WEB)

# As the helper takes them (its operation watch-set), and what it takes where nothing is said.
MOST_GRACE, MOST_EVERY, MOST_TIMEOUT, MOST_TRIES = 3600, 86400, 60, 10
MOST_AGE = 366 * 86400
MOST_PATH, MOST_TEXT, MOST_ADDRESS = 1200, 600, 253

# What lets one log in is never restarted by a watch: it could be the end of that.
PROTECTED = {
    "init.scope", "dbus.service", "dbus-broker.service", "polkit.service",
    "systemd-logind.service", "systemd-journald.service",
}  # fmt: skip


# Where a web server usually is: what is tried where no port is written.
USUAL_PORT: Mapping[str, str] = {HTTP: "80", HTTPS: "443"}

# The answers that are typed as text.
TYPED = ("port", "path", "status", "text", "address", "name")


class WatchForm(msgspec.Struct, frozen=True):
    """The answers.

    Attributes:
        restart: Whether it is started again after failures.
        always: Whether also when it has ended without an error.
        mail: Whether messages go out by mail.
        notify: Whether they are shown on the user's desktop.
        grace: For how many seconds it must have run before it counts as well.
        probe: What is tried besides: `tcp`, `http`, `https`, `file`; "" is nothing.
        every: Seconds between two tries.
        timeout: Seconds until a try fails.
        tries: So many in a row must fail.
        address: Where the port is, as it was typed; "" is this machine.
        name: For whom the certificate of HTTPS is; "" is for that address.
        port: Of all but a file, as it was typed; "" is the usual one of HTTP and HTTPS.
        path: Of HTTP, "" is `/`; or of the file.
        status: That HTTP must answer with, as it was typed; "" is any that is no error.
        text: That its answer must contain; "" is any.
        age: Seconds since the file was written, at most.
    """

    restart: bool = True
    always: bool = False
    mail: bool = True
    notify: bool = False
    grace: int = 60
    probe: str = NOTHING
    every: int = 30
    timeout: int = 10
    tries: int = 3
    address: str = ""
    name: str = ""
    port: str = ""
    path: str = ""
    status: str = ""
    text: str = ""
    age: int = 86400


class Fault(NamedTuple):
    """An answer that will not do.

    Attributes:
        field: The attribute of the form.
        message: What it must be, translated.
    """

    field: str
    message: str


def is_known(watch: Watch) -> bool:
    """Tells whether there is an answer for what is tried: others may try something else."""
    return watch.probe.get("kind", NOTHING) in (NOTHING, *_SERVED, FILE)


def form_of(watch: Watch) -> WatchForm:
    """Returns the answers by which a service is watched as it is."""
    probe = watch.probe
    kind = str(probe.get("kind", NOTHING))
    usual = WatchForm()
    return WatchForm(
        restart=watch.restart,
        always=watch.always,
        mail=watch.mail,
        notify=watch.notify,
        grace=watch.grace,
        probe=kind if kind in (*_SERVED, FILE) else NOTHING,
        every=watch.every,
        timeout=_whole(probe.get("timeout"), usual.timeout),
        tries=_whole(probe.get("tries"), usual.tries),
        age=_whole(probe.get("age"), usual.age),
        **{name: str(probe.get(name, "")) for name in TYPED},
    )


def _whole(value: object, usual: int) -> int:
    return value if type(value) is int else usual


def wanted_of(form: WatchForm) -> Mapping[str, Any]:
    """Returns what the helper is asked for, by name; None is left to it."""
    kind = form.probe
    served, web = kind in _SERVED, kind in _WEB
    probed = {
        "probe": kind,
        "every": form.every,
        "timeout": form.timeout,
        "tries": form.tries,
        "address": (form.address or None) if served else None,
        "port": int(_port(form)) if served else None,
        "name": (form.name or None) if kind == HTTPS else None,
        "path": (form.path or None) if web or kind == FILE else None,
        "status": int(form.status) if web and form.status else None,
        "text": (form.text or None) if web else None,
        "age": form.age if kind == FILE else None,
    }
    told = {name: "yes" if getattr(form, name) else "no" for name in ("restart", "mail", "notify")}
    always = "yes" if form.restart and form.always else None
    return {**told, "always": always, "grace": form.grace, **(probed if kind else {})}


# What will not do.


def faults(form: WatchForm, units: Sequence[str] = ()) -> Iterator[Fault]:
    """Yields what will not do, one an answer, in the order of the form.

    Args:
        form: The answers.
        units: The services that they are for.
    """
    told: set[str] = set()
    kept = sorted(PROTECTED.intersection(units)) if form.restart else []
    if kept:
        text = _("Nobody could log in without {unit}: it can be watched, but not restarted.")
        yield Fault("restart", text.format(unit=kept[0]))
    for kinds, field, good, message in _CHECKS:
        if form.probe in kinds and field not in told and not good(form):
            told.add(field)
            yield Fault(field, _(message))


def _port(form: WatchForm) -> str:
    return form.port or USUAL_PORT.get(form.probe, "")


def _is_number(text: str, least: int, most: int) -> bool:
    return re.fullmatch("[1-9][0-9]{0,9}", text) is not None and least <= int(text) <= most


def _fits(text: str, most: int, plain: str = "") -> bool:
    """Tells whether the helper takes a text, written as it is written to it."""
    written = quoted(text.encode("utf-8", "replace"))
    return len(written.replace("%2F", plain or "%2F")) <= most and text.isprintable()


# Of which kinds, the answer, what must be true of it, and what is said if not, for translation.
_CHECKS: tuple[tuple[tuple[str, ...], str, Callable[[WatchForm], bool], str], ...] = (
    (
        _SERVED, "port", lambda form: _is_number(_port(form), 1, 65535),
        N_("A number from 1 to 65535, such as 80."),
    ),
    (
        _SERVED, "address",
        lambda form: re.fullmatch("(?:[A-Za-z0-9.:][A-Za-z0-9.:-]*)?", form.address) is not None
        and len(form.address) <= MOST_ADDRESS,
        N_("A name or an address, such as 127.0.0.1; leave it empty for this machine."),
    ),
    (
        (HTTPS,), "name",
        lambda form: re.fullmatch("(?:[A-Za-z0-9.][A-Za-z0-9.-]*)?", form.name) is not None
        and len(form.name) <= MOST_ADDRESS,
        N_("A name, such as www.example.org; leave it empty if it is that of the address."),
    ),
    (
        _WEB, "path", lambda form: not form.path or form.path.startswith("/"),
        N_("It begins with “/”, such as /health."),
    ),
    (
        _WEB, "path", lambda form: form.path.isascii() and " " not in form.path,
        N_("Letters and signs of ASCII; write others, and blanks, as %20 and the like."),
    ),
    (
        (*_WEB, FILE), "path", lambda form: _fits(form.path, MOST_PATH, "/"),
        N_("This is too long, or holds signs that cannot be seen."),
    ),
    (
        (FILE,), "path", lambda form: form.path.startswith("/"),
        N_("The whole path of a file, such as /var/backups/last."),
    ),
    (
        (FILE,), "path", lambda form: os.path.normpath(form.path) == form.path,
        N_("Without “..”, “//”, or “/” at its end."),
    ),
    (
        _WEB, "status", lambda form: not form.status or _is_number(form.status, 100, 599),
        N_("A number from 100 to 599; leave it empty for any that is no error."),
    ),
    (
        _WEB, "text", lambda form: _fits(form.text, MOST_TEXT),
        N_("This is too long, or holds signs that cannot be seen."),
    ),
    (
        _WEB, "text", lambda form: not form.text.startswith("-"),
        N_("It cannot begin with “-”."),
    ),
)  # fmt: skip


def senseless(unit: Unit) -> str:
    """Returns why a unit cannot be watched, translated; "" if it can."""
    if why := senseless_name(unit.name):
        return why
    if unit.scope != SYSTEM:
        return _("{unit} is one of your own: only the system's services are watched.").format(
            unit=unit.name
        )
    if unit.enabled == "alias":
        return _("{unit} is another name of a service: choose that one.").format(unit=unit.name)
    if unit.load not in ("", "loaded"):
        return _("{unit} cannot be run: {state}.").format(unit=unit.name, state=unit.load)
    return ""


# What follows.


def explained(form: WatchForm) -> Sequence[str]:
    """Returns in sentences what will be so."""
    if form.restart:
        restart = _(
            "systemd starts it again when it fails, and waits longer each time: at first a "
            "second, in the end minutes. What somebody stops is not started again."
        )
    else:
        restart = _("Nothing is started again: you are only told.")
    if form.restart and form.always:
        restart = f"{restart} {_('That it has ended without an error counts as well.')}"
    told = [_("in the journal")]
    told += [_("by mail")] if form.mail else []
    told += [_("on your desktop")] if form.notify else []
    tells = _("Each change of state is told once: {ways}.").format(ways=", ".join(told))
    well = _("It counts as well again when it has run for {n} seconds.").format(n=form.grace)
    return [restart, tells, well]


def written(units: Sequence[str], form: WatchForm) -> Iterator[tuple[str, str]]:
    """Yields the path of each file that will be written, and what it does."""
    for unit in units:
        probe = f"sysgui-probe@{unit}"
        yield f"{FOLDER}/{unit}.d/{DROP_IN}", _("what systemd does when it fails, and who is told")
        if form.probe:
            every = _("tries it every {n} seconds").format(n=form.every)
            yield f"{FOLDER}/{probe}.timer.d/{DROP_IN}", every
        if form.probe == FILE:
            looks = _("lets the try look at any file, and open none")
            yield f"{FOLDER}/{probe}.service.d/{DROP_IN}", looks
