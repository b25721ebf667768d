"""New services and timers from a few answers: the text of the units, and what each option is for.

Nothing here writes a file. What comes out is a unit as an administrator would write it by hand.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from sysgui.panels.services.units import SYSTEM
from sysgui.system.i18n import N_, _

# The first line of what was made here: only that is ever changed or taken away from here.
HEAD = "# Made by Sysgui"

MOST_NAME = 200


class Option(NamedTuple):
    """A way to confine a service.

    Attributes:
        lines: What stands in its section `[Service]`.
        title: Its name, marked for translation.
        sentence: What it does, and what may break, marked for translation.
    """

    lines: tuple[str, ...]
    title: str
    sentence: str


# systemd.exec(5). In the order in which a newcomer would take them: the first break least.
HARDENING: Mapping[str, Option] = {
    "privileges": Option(
        ("NoNewPrivileges=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes"),
        N_("No new privileges"),
        N_("Neither it nor what it starts can gain rights, by sudo say. Mailers may need to."),
    ),
    "tmp": Option(
        ("PrivateTmp=yes",),
        N_("Its own /tmp"),
        N_("Others' temporary files are out of its sight, and its own out of theirs."),
    ),
    "kernel": Option(
        (
            "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "ProtectKernelLogs=yes",
            "ProtectControlGroups=yes", "ProtectClock=yes", "RestrictRealtime=yes",
        ),
        N_("Keep off the kernel"),
        N_("It cannot change settings of the kernel, load modules, or set the clock."),
    ),
    "devices": Option(
        ("PrivateDevices=yes",),
        N_("No devices"),
        N_("It sees no disks, cameras or sound cards, only /dev/null and the like."),
    ),
    "home": Option(
        ("ProtectHome=yes",),
        N_("No home directories"),
        N_("What is beneath /home and /root is empty to it. Not for what works on users' files."),
    ),
    "system": Option(
        ("ProtectSystem=strict",),
        N_("Read-only system"),
        N_("It can write nowhere but to its own /tmp and to the folders that are named."),
    ),
    "network": Option(
        ("PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX"),
        N_("No network"),
        N_("It reaches nobody by network, and nobody reaches it."),
    ),
    "calls": Option(
        ("SystemCallFilter=@system-service", "SystemCallArchitectures=native"),
        N_("Usual system calls only"),
        N_("It is ended if it calls the kernel for what services do not do, such as mounting."),
    ),
}  # fmt: skip

USUAL = ("privileges", "tmp", "kernel")


class ServiceForm(msgspec.Struct, frozen=True):
    """What is asked of somebody who wants a service.

    Attributes:
        name: Of the unit, without its suffix.
        description: In a line.
        command: The program and its arguments, as `ExecStart=` has them (systemd.service(5)).
        scope: Whose manager runs it: `system` or `user`.
        user: Who runs it, for the system's manager; "" is root.
        dynamic: Whether it runs as a user of its own, made up while it runs.
        directory: Where it is started; "" is /.
        restart: Whether it is started again when it fails.
        at_boot: Whether it starts with the machine, or with the user's session.
        writable: Folders that it may write to, where the rest is read-only.
        hardening: Keys of `HARDENING`.
        calendar: When it runs (systemd.time(7)), such as `Mon *-*-* 03:00`; "" if it is no timer's.
        every: How often it runs, such as `15min`; "" if it is no timer's.
        catch_up: Whether a run is made up for that the machine slept through.
        spread: By how much runs are put off at random, such as `5min`; "" is not.
    """

    name: str = ""
    description: str = ""
    command: str = ""
    scope: str = SYSTEM
    user: str = ""
    dynamic: bool = False
    directory: str = ""
    restart: bool = False
    at_boot: bool = False
    writable: tuple[str, ...] = ()
    hardening: tuple[str, ...] = USUAL
    calendar: str = ""
    every: str = ""
    catch_up: bool = True
    spread: str = ""

    @property
    def timed(self) -> bool:
        """Whether a timer starts it."""
        return bool(self.calendar or self.every)


class FormError(Exception):
    """An answer that will not do.

    Attributes:
        field: The name of the attribute of `ServiceForm`.
        message: Why not, and what would do, translated.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)
        self.field = field
        self.message = message


def faults(form: ServiceForm) -> Iterator[FormError]:
    """Yields what will not do, before systemd is asked; one an answer, in the order of the form."""
    told: set[str] = set()
    for field, good, message in _CHECKS:
        if field not in told and not good(form):
            told.add(field)
            yield FormError(field, _(message))


def _one_line(text: str) -> bool:
    # A backslash at the end would go on with the next line.
    return text.isprintable() and not text.endswith("\\")


def _plain_path(path: str) -> bool:
    return path.startswith("/") and _one_line(path) and not set(path) & set("\"' \\")


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]*", re.ASCII)
_USER = re.compile(r"(?:[a-z_][a-z0-9_-]{0,30}|[0-9]{1,10})?", re.ASCII)

# Each answer, what must be true of it, and what is said if it is not, marked for translation.
_CHECKS: tuple[tuple[str, Callable[[ServiceForm], bool], str], ...] = (
    (
        "name", lambda form: bool(_NAME.fullmatch(form.name)),
        N_("Letters, digits, and : _ . - such as “backup-photos”."),
    ),
    (
        "name", lambda form: len(form.name) <= MOST_NAME and not form.name.startswith("sysgui-"),
        N_("Another name, please: this one is too long, or kept for Sysgui's own units."),
    ),
    ("description", lambda form: _one_line(form.description), N_("One line of text.")),
    (
        "description", lambda form: bool(form.description.strip()),
        N_("Say in a few words what it does."),
    ),
    ("command", lambda form: _one_line(form.command), N_("One line of text.")),
    (
        "command", lambda form: bool(form.command.strip()),
        N_("A program, with its whole path, such as /usr/bin/rsync -a …"),
    ),
    (
        "user", lambda form: bool(_USER.fullmatch(form.user)),
        N_("The name of a user of this machine."),
    ),
    (
        "directory", lambda form: not form.directory or _plain_path(form.directory),
        N_("A whole path without blanks, such as /srv/photos."),
    ),
    (
        "writable", lambda form: all(map(_plain_path, form.writable)),
        N_("Whole paths without blanks or quotes, such as /srv/data."),
    ),
    ("calendar", lambda form: _one_line(form.calendar), N_("One line of text.")),
    ("every", lambda form: _one_line(form.every), N_("One line of text.")),
    (
        "every", lambda form: not (form.calendar and form.every),
        N_("Either times of the calendar, or an interval."),
    ),
    ("spread", lambda form: _one_line(form.spread), N_("One line of text.")),
)  # fmt: skip


def texts_of(form: ServiceForm) -> dict[str, str]:
    """Returns the units by their names: the service, and its timer if it has one."""
    made = {f"{form.name}.service": _written(_service(form))}
    if form.timed:
        made[f"{form.name}.timer"] = _written(_timer(form))
    return made


def _written(sections: Mapping[str, list[str]]) -> str:
    parts = ["\n".join((f"[{name}]", *lines)) for name, lines in sections.items() if lines]
    return "\n\n".join((HEAD, *parts)) + "\n"


def _service(form: ServiceForm) -> dict[str, list[str]]:
    service = ["Type=oneshot" if form.timed else "Type=exec", f"ExecStart={form.command}"]
    if form.scope == SYSTEM and form.dynamic:
        service.append("DynamicUser=yes")
    elif form.scope == SYSTEM and form.user:
        service.append(f"User={form.user}")
    if form.directory:
        service.append(f"WorkingDirectory={form.directory}")
    if form.restart and not form.timed:
        service += ["Restart=on-failure", "RestartSec=5s"]
    for key, option in HARDENING.items():
        if key in form.hardening:
            service += option.lines
    if form.writable:
        service.append(f"ReadWritePaths={' '.join(form.writable)}")
    target = "multi-user.target" if form.scope == SYSTEM else "default.target"
    boots = form.at_boot and not form.timed
    return {
        "Unit": [f"Description={_escaped(form.description)}", *_after(form)],
        "Service": service,
        "Install": [f"WantedBy={target}"] if boots else [],
    }


def _after(form: ServiceForm) -> list[str]:
    if form.scope == SYSTEM and "network" not in form.hardening:
        return ["Wants=network-online.target", "After=network-online.target"]
    return []


def _timer(form: ServiceForm) -> dict[str, list[str]]:
    timer = []
    if form.calendar:
        timer.append(f"OnCalendar={form.calendar}")
        if form.catch_up:
            timer.append("Persistent=yes")
    else:
        # The first time soon after the boot, or after the timer was started.
        timer += ["OnActiveSec=1min", f"OnUnitActiveSec={form.every}"]
    if form.spread:
        timer.append(f"RandomizedDelaySec={form.spread}")
    return {
        "Unit": [f"Description={_escaped(form.description)}"],
        "Timer": timer,
        "Install": ["WantedBy=timers.target"],
    }


def _escaped(text: str) -> str:
    """Returns a text in which systemd finds no specifier."""
    return text.replace("%", "%%")
