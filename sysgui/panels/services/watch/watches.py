"""Which services are watched, how they are, what became of them, and how the helper is asked."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sysgui.panels.services.units import is_template
from sysgui.system.elevation import Order, quoted
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable, printable_text
from sysgui.system.problem import Problem

# As the helper and the programs that systemd starts have them (sysgui/watch).
SYSTEM = "/etc/systemd/system"
DROP_IN = "50-sysgui-watch.conf"
STATE = "/var/lib/sysgui"
MOST_NAME = 178
SETTINGS = "/etc/sysgui/mail.json"
MESSAGE_ID = "1d6e0b8f4c5a4f0e9b7a2d3c8e5f6a90"

SYSTEMCTL = "/usr/bin/systemctl"
JOURNALCTL = "/usr/bin/journalctl"

# What shows messages on a desktop: of the user's own manager, for it is his desktop.
# The second looks at once: what is told from then on is new.
NOTIFIER = (
    SYSTEMCTL, "--user", "enable", "--now", "sysgui-notify.path", "sysgui-notify.service",
)  # fmt: skip

# As many entries of the journal are read.
MOST_EVENTS = 2000

_FIELDS = ("SYSGUI_UNIT", "SYSGUI_EVENT", "SYSGUI_TOLD", "SYSGUI_FAILURES", "SYSGUI_CAUSE")

# _UID is journald's own word: what others than root have written with this MESSAGE_ID is left out.
HISTORY = (
    JOURNALCTL, "--no-pager", "--quiet", "--system", "--all", "--output=json",
    f"--output-fields={','.join(_FIELDS)}", f"--lines={MOST_EVENTS}", f"MESSAGE_ID={MESSAGE_ID}",
    "_UID=0",
)  # fmt: skip

# In the order in which the helper wants them.
_ORDER = (
    "restart", "always", "mail", "notify", "grace", "probe", "every", "timeout", "tries", "address",
    "name", "port", "path", "status", "text", "age",
)  # fmt: skip


class Watch(msgspec.Struct, frozen=True):
    """One watched service.

    Attributes:
        unit: Its name.
        restart: Whether it is started again.
        always: Whether it is also started again when it has ended without an error.
        mail: Whether messages go out by mail.
        notify: Whether they are shown on desktops.
        grace: For how many seconds it must have run before it counts as well.
        probe: What is tried besides: its `kind` and what belongs to it; empty if nothing is.
        every: Seconds from one try to the next.
        active: What systemd says it is now; "" if that is not known.
        state: What it was found to be: `fine`, `failing`, `given-up`, `missing` or `stopped`; "" if
            nobody has looked yet.
        since: Since when, in seconds since 1970; 0.0 if always.
        failures: How often it has failed since it last was well.
    """

    unit: str
    restart: bool
    mail: bool
    notify: bool
    grace: int
    always: bool = False
    probe: dict[str, Any] = {}
    every: int = 30
    active: str = ""
    state: str = ""
    since: float = 0.0
    failures: int = 0


class Mail(msgspec.Struct, frozen=True):
    """How mail stands.

    Attributes:
        known: Whether a server is set.
        waiting: How many messages no server has taken yet.
        error: Why, in English, as the server or the network says; "" if nothing is wrong.
        tried: When that was, in seconds since 1970; 0.0 if never.
    """

    known: bool = False
    waiting: int = 0
    error: str = ""
    tried: float = 0.0


class Watches(msgspec.Struct, frozen=True):
    """All that is watched, by name, and how mail stands."""

    watches: list[Watch]
    mail: Mail


class WatchesProbe:
    """Reads the table, which is systemd's drop-ins, and what is kept of each unit.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self) -> Watches:
        """Returns what is watched."""
        found = self.kept()
        active = self._active([watch.unit for watch in found.watches])
        shown = [
            msgspec.structs.replace(watch, active=active.get(watch.unit, ""))
            for watch in found.watches
        ]
        return Watches(shown, found.mail)

    def kept(self) -> Watches:
        """Returns what is watched as far as files tell: systemd is not asked."""
        found = [watch for unit in self.units() if (watch := self._watch(unit)) is not None]
        return Watches(found, self._mail())

    def units(self) -> list[str]:
        """Returns the services that have drop-ins, which need not be of a watch."""
        try:
            names = self._host.names(SYSTEM)
        except OSError:
            return []
        return sorted(name[:-2] for name in names if name.endswith(".service.d"))

    def _watch(self, unit: str) -> Watch | None:
        text = self._text(f"{SYSTEM}/{unit}.d/{DROP_IN}")
        line = next((line for line in text.splitlines() if line.startswith("Watch=")), "")
        given = _object(line.removeprefix("Watch="))
        if not given:
            return None
        kept = _object(self._text(f"{STATE}/watches/{unit}.json"))
        probe = given.get("probe")
        return Watch(
            unit=printable_text(unit),
            restart=given.get("restart") == "yes",
            always=given.get("always") == "yes",
            mail=given.get("mail") == "yes",
            notify=given.get("notify") == "yes",
            grace=_number(given.get("grace"), 60),
            probe=probe if isinstance(probe, dict) else {},
            every=self._every(unit) if probe else 30,
            state=str(kept.get("state", "")),
            since=float(_number(kept.get("since"), 0)),
            failures=_number(kept.get("failures"), 0),
        )

    def _every(self, unit: str) -> int:
        text = self._text(f"{SYSTEM}/sysgui-probe@{unit}.timer.d/{DROP_IN}")
        found = re.search(r"^OnUnitInactiveSec=([0-9]{1,5})s$", text, re.MULTILINE)
        return int(found[1]) if found else 30

    def _active(self, units: Sequence[str]) -> Mapping[str, str]:
        if not units:
            return {}
        argv = [SYSTEMCTL, "--system", "--no-pager", "show", "--property=Id,ActiveState", "--"]
        try:
            said = self._host.run([*argv, *units])
        except Problem:
            return {}  # Without systemd there is a table at best.
        blocks = said.stdout.decode("utf-8", "replace").split("\n\n")
        found = [dict(_pairs(block)) for block in blocks]
        return {each.get("Id", ""): each.get("ActiveState", "") for each in found}

    def _mail(self) -> Mail:
        kept = _object(self._text(f"{STATE}/mail.json"))
        return Mail(
            known=self._host.exists(SETTINGS),
            waiting=_number(kept.get("waiting"), 0),
            error=printable_text(str(kept.get("error", ""))),
            tried=float(_number(kept.get("tried"), 0)),
        )

    def _text(self, path: str) -> str:
        try:
            return self._host.read(path).decode("utf-8", "replace")
        except OSError:
            return ""


class Event(msgspec.Struct, frozen=True):
    """Something that became of a watched service.

    Attributes:
        unit: Its name.
        time: When, in seconds since 1970.
        kind: `failed`, `given-up`, `recovered`, `missing`, `restarted`, `later`, `stopped`.
        told: Whether its owner was told.
        failures: How often it had failed by then since it last was well.
        cause: Why it failed, in English.
    """

    unit: str
    time: float
    kind: str
    told: bool
    failures: int
    cause: str


class HistoryProbe:
    """Reads from the journal what became of watched services, as far as this user may.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, unit: str = "") -> list[Event]:
        """Returns what happened, the oldest first.

        Args:
            unit: To this one only.

        Raises:
            Problem: `no-program` without journalctl; `journal-unreadable`.
        """
        return self.after("", *([f"SYSGUI_UNIT={unit}"] if unit else []))[0]

    def after(self, cursor: str, *matches: str) -> tuple[list[Event], str]:
        """Returns what happened after an entry, the oldest first, and the cursor of the last.

        Args:
            cursor: The journal's own name of that entry; "" is before the first.
            matches: What entries must have besides.

        Raises:
            Problem: As `read`.
        """
        since = [f"--after-cursor={cursor}"] if cursor else []
        output = self._host.run([*HISTORY, *since, *matches])
        if output.status:
            said = printable_text(output.stderr.decode("utf-8", "replace").strip())
            raise Problem(
                "journal-unreadable",
                _("The journal cannot be read: {error}").format(error=said),
                _("Root may, and who is in the group “systemd-journal” or “adm”."),
            )
        entries = [_object(line.decode("utf-8", "replace")) for line in output.stdout.splitlines()]
        last = next((str(entry["__CURSOR"]) for entry in entries[::-1] if "__CURSOR" in entry), "")
        return [event for entry in entries if (event := _event(entry))], last or cursor


def _event(entry: Mapping[str, Any]) -> Event | None:
    time, failures = entry.get("__REALTIME_TIMESTAMP"), entry.get("SYSGUI_FAILURES")
    if not entry.get("SYSGUI_UNIT") or not re.fullmatch("[0-9]{1,17}", str(time)):
        return None
    return Event(
        unit=printable_text(str(entry["SYSGUI_UNIT"])),
        time=int(str(time)) / 1e6,
        kind=printable_text(str(entry.get("SYSGUI_EVENT", ""))),
        told=entry.get("SYSGUI_TOLD") == "yes",
        failures=int(str(failures)) if re.fullmatch("[0-9]{1,9}", str(failures)) else 0,
        cause=printable_text(str(entry.get("SYSGUI_CAUSE", ""))),
    )


def names_of(host: Host, names: Sequence[str]) -> list[str]:
    """Returns what systemd calls services, which may be known by other names as well.

    Raises:
        Problem: `no-such-unit`, `no-systemd`, `no-program`.
    """
    whole = [name if "." in name else f"{name}.service" for name in names]
    for name in whole:
        if why := senseless_name(name):
            raise Problem("no-such-unit", printable_text(why))
    argv = [SYSTEMCTL, "--system", "--no-pager", "show", "--property=Id,LoadState", "--", *whole]
    output = host.run(argv)
    if output.status and not output.stdout:
        why = printable(output.stderr.strip().split(b"\n")[0])
        raise Problem("no-systemd", _("systemd cannot be asked about these units."), why)
    said = output.stdout.decode("utf-8", "replace")
    found = [dict(_pairs(block)) for block in said.rstrip("\n").split("\n\n")]
    for name, about in zip(whole, found, strict=False):
        load = about.get("LoadState", "")
        if load not in ("loaded", "not-found", ""):
            text = _("{unit} cannot be run: {state}.").format(unit=name, state=load)
            hint = _("“sysgui services unmask {unit}” allows it to run again.")
            if load != "masked":
                hint = _("“systemd-analyze verify {unit}” says why.")
            raise Problem(
                "no-such-unit", printable_text(text), printable_text(hint.format(unit=name))
            )
        if load != "loaded" or not about.get("Id", "").endswith(".service"):
            text = _("There is no service {name}.").format(name=printable_text(name))
            raise Problem("no-such-unit", text, _("“sysgui services --all NAME” searches."))
    return list(dict.fromkeys(about["Id"] for about in found))


def senseless_name(name: str) -> str:
    """Returns why nothing of that name can be watched, translated; "" if it may be."""
    why = ""
    if not name.endswith(".service"):
        why = _("{unit} is no service: only services are watched.")
    elif is_template(name):
        why = _("{unit} is a template: watch what is made of it.")
    elif len(name) > MOST_NAME:
        why = _("{unit} has too long a name: nothing could be run to look after it.")
    elif name.startswith("sysgui-"):
        why = _("{unit} is a part of the watch itself.")
    return why.format(unit=name)


def set_order(units: Sequence[str], wanted: Mapping[str, Any]) -> Order:
    """Returns how the helper is asked to watch services.

    Args:
        units: Their names, as systemd has them.
        wanted: What is wanted, by name; what is None is left to the helper.
    """
    given = {name: wanted[name] for name in _ORDER if wanted.get(name) is not None}
    for name, plain in (("path", "/"), ("text", "%2F")):
        if name in given:
            given[name] = quoted(str(given[name]).encode()).replace("%2F", plain)
    return Order("watch-set", list(units), given)


def remove_order(units: Sequence[str]) -> Order:
    """Returns how the helper is asked to end watches."""
    return Order("watch-remove", list(units))


def mail_order(
    server: str, *, security: str, sender: str, receivers: Sequence[str], user: str, password: str
) -> Order:
    """Returns how the helper is asked to set the mail server."""
    known = {"user": user} if user else {}
    arguments = {"security": security, **known, "from": sender, "to": ",".join(receivers)}
    return Order("watch-mail", [server], arguments, {"password": password} if user else {})


def no_mail_order() -> Order:
    """Returns how the helper is asked to forget the mail server."""
    return Order("watch-mail", ["off"])


def test_order(server: str) -> Order:
    """Returns how the helper is asked to have a test message sent."""
    return Order("watch-test", [server])


def _pairs(block: str) -> list[tuple[str, str]]:
    found = [line.partition("=") for line in block.splitlines()]
    return [(name, value) for name, _equals, value in found]


def _object(text: str) -> dict[str, Any]:
    """Reads a JSON object; empty if it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: Any, default: int) -> int:
    return int(value) if type(value) in (int, float) else default
