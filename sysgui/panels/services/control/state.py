"""What has to be known of a unit to tell what makes no sense, and why that is so."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sysgui.panels.services.systemctl import show, systemctl
from sysgui.panels.services.units import SYSTEM, is_template, type_of
from sysgui.system.host import Host
from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable, printable_text
from sysgui.system.problem import Problem

# What the helper takes: what it refuses need not be asked for.
NAME = re.compile(
    r"(?!-)[A-Za-z0-9:_.\\@-]+\.(?:service|socket|timer|path|mount|automount|swap|target|slice|scope)"
)
MOST_NAME = 255

# Made from scripts of old, which can be enabled though their units are generated.
SYSV = "/generator.late/"

# What the helper keeps from harm, by the first word of what is done: without these nobody could log
# in, or give a password to mend what was broken.
_NEEDED = {
    "init.scope", "dbus.service", "dbus-broker.service", "polkit.service", "systemd-logind.service",
    "systemd-journald.service",
}  # fmt: skip
PROTECTED: Mapping[str, set[str]] = {
    "stop": _NEEDED,
    "disable": _NEEDED,
    "mask": _NEEDED,
    "restart": {"init.scope", "dbus.service", "dbus-broker.service"},
}

# What no manager lets go of, the system's or a user's own.
_ITSELF = {
    "init.scope": N_("It is systemd itself, by which all else runs."),
    "-.slice": N_("All that systemd runs is within it."),
    "-.mount": N_("It is the root of all files: nothing could run without it."),
}

_RUNS = {"active", "activating", "reloading", "refreshing"}
_RELOADED = {"service", "mount", "swap"}
_NO_INSTALL = {
    "static": N_("Its file does not say what would start it: others start it when they need it."),
    "indirect": N_("Its file names another unit that is to be enabled instead."),
    "generated": N_("Its file is made anew at each boot, from another one."),
    "transient": N_("It was made by a program, and goes away with it."),
    "alias": N_("It is another name of a unit: that one can be enabled."),
    "": N_("It has no file."),
}


class State(NamedTuple):
    """What has to be known of a unit to tell what makes sense.

    Attributes:
        name: Its whole name.
        active: Its state; "" if it can have none.
        enabled: The state of its file.
        load: `loaded`, `masked`, `not-found`, …; "" if only its file is known.
        file: Where its file lies.
        reloads: Whether it knows how to read its settings again; None is not known.
        scope: Whose manager has it.
    """

    name: str
    active: str
    enabled: str
    load: str = "loaded"
    file: str = ""
    reloads: bool | None = None
    scope: str = SYSTEM

    @property
    def nowhere(self) -> bool:
        """Whether there is no such unit: what runs, or has failed, is there without its file."""
        return self.load == "not-found" and self.active in ("inactive", "")


def whole_name(word: str) -> str:
    """Returns the name of a unit as somebody may have typed it: a service need not say that.

    Raises:
        Problem: `bad-name`.
    """
    name = word if NAME.fullmatch(word) else f"{word}.service"
    if not NAME.fullmatch(name) or len(name) > MOST_NAME:
        raise Problem(
            "bad-name",
            _("“{name}” is not the name of a unit.").format(name=printable_text(word)),
            _("Names look like nginx.service, cron or backup@home.timer."),
        )
    return name


# What makes no sense


def settled(verb: str, state: State) -> str:
    """Returns in a sentence that all is as it would be after that already, translated; or ""."""
    runs, masked = state.active in _RUNS, state.enabled.startswith("masked")
    enabled = state.enabled.startswith("enabled")
    at_boot = {"enable": enabled, "disable": state.enabled == "disabled"}
    holds, said = {
        "start": (runs, N_("It runs already.")),
        "stop": (state.active in ("inactive", "failed"), N_("It does not run.")),
        "enable": (enabled, N_("It is started at boot already.")),
        "enable-now": (at_boot["enable"] and runs, N_("It runs, and is started at boot already.")),
        "disable": (at_boot["disable"], N_("It is not started at boot as it is.")),
        "disable-now": (
            at_boot["disable"] and not runs,
            N_("It neither runs nor is it started at boot."),
        ),
        "mask": (masked, N_("It is masked already.")),
        "mask-now": (masked and not runs, N_("It is masked already.")),
        "unmask": (not masked, N_("It is not masked.")),
        "reset-failed": (state.active != "failed", N_("It has not failed.")),
    }.get(verb, (False, ""))
    return _(said) if holds else ""


def impossible(verb: str, state: State) -> str:
    """Returns in a sentence why that cannot be done to a unit, translated; "" if it can."""
    first = verb.partition("-")[0]
    if state.name in _ITSELF and first != "reset":
        said = _ITSELF[state.name]
    elif state.scope == SYSTEM and state.name in PROTECTED.get(first, ()):
        said = N_("Nobody could log in without it, or mend what was broken.")
    elif not NAME.fullmatch(state.name) or len(state.name) > MOST_NAME:
        said = N_("systemd makes it and takes it away by itself.")
    elif state.load == "not-found" and first not in ("stop", "reset"):
        said = N_("It has no file any more.")
    else:
        said = _hindrance(first, state)
    return _(said) if said else ""


def _hindrance(first: str, state: State) -> str:
    """Returns why a verb, of which this is the first word, cannot be done to a unit with a file."""
    said = ""
    masked = state.load == "masked" or state.enabled.startswith("masked")
    if is_template(state.name) and first in ("start", "stop", "restart", "reload", "reset"):
        said = N_("It is a template: only what is made from it can run, such as name@1.service.")
    elif masked and first in ("start", "restart", "reload", "enable", "disable"):
        said = N_("It is masked: it has to be unmasked first.")
    elif first in ("enable", "disable") and SYSV not in state.file:
        said = _NO_INSTALL.get(state.enabled, "")
    elif first == "reload" and state.active != "active":
        said = N_("It does not run.")
    elif first == "reload" and (state.reloads is False or type_of(state.name) not in _RELOADED):
        said = N_("It does not know how to read its settings again: restart it.")
    elif first == "mask" and state.file.startswith("/etc/systemd/"):
        said = N_("Its own file is where the mask would be: disable it, or move that file away.")
    return said


def senseless(verb: str, states: Sequence[State]) -> str:
    """Returns why that cannot be done to these, or need not be to any; "" if it makes sense."""
    for state in states:
        if said := impossible(verb, state):
            return said if len(states) == 1 else f"{state.name}: {said}"
    needless = [settled(verb, state) for state in states]
    return needless[0] if all(needless) and needless else ""


# How it is read


_STATE = (
    "LoadState", "ActiveState", "UnitFileState", "FragmentPath", "CanReload",
)  # fmt: skip


def states(host: Host, scope: str, names: Sequence[str]) -> list[State]:
    """Returns what has to be known of these units, in their order; also of those that are nowhere.

    Raises:
        Problem: As `show` says.
    """
    found = show(host, scope, [name for name in names if not is_template(name)], _STATE)
    return [
        _template(host, scope, name) if is_template(name) else _state(scope, name, found[name])
        for name in names
    ]


def _state(scope: str, name: str, about: Mapping[str, str]) -> State:
    return State(
        name=name,
        active=about.get("ActiveState", ""),
        enabled=about.get("UnitFileState", ""),
        load=about.get("LoadState", ""),
        file=about.get("FragmentPath", ""),
        reloads=about.get("CanReload") == "yes",
        scope=scope,
    )


def _template(host: Host, scope: str, name: str) -> State:
    output = systemctl(host, scope, "is-enabled", "--", name)
    enabled = printable(output.stdout.strip())
    there = enabled not in ("", "not-found")
    return State(
        name, "", enabled if there else "", "loaded" if there else "not-found", scope=scope
    )
