"""What befalls the whole machine when a unit is started, such as one that turns it off."""

from collections.abc import Iterable

from sysgui.system.i18n import N_

from .graph import Node

# What each fate is, with {name}; marked for translation. After those of `LAST` nothing goes on.
FATES = {
    "off": N_("{name} turns the machine off: all that runs on it ends, for everybody."),
    "halt": N_("{name} halts the machine: all on it ends, and it has to be turned off by hand."),
    "reboot": N_("{name} restarts the machine: all that runs on it ends, for everybody."),
    "kexec": N_("{name} restarts the machine with another kernel: all that runs on it ends."),
    "soft-reboot": N_("{name} restarts all but the kernel: all that runs on the machine ends."),
    "exit": N_("{name} ends systemd, and with it all that it runs."),
    "repair": N_(
        "{name} opens a shell of root's on the console, for repairs; when that is left, systemd "
        "goes on as at boot, and ends what does not belong to that."
    ),
    "sleep": N_(
        "{name} puts the machine to sleep until somebody wakes it: connections break, and nobody "
        "can reach it."
    ),
    "hibernate": N_(
        "{name} writes the memory to disk and turns the machine off: connections break, and nobody "
        "can reach it until it is turned on again."
    ),
}

LAST = {"off", "halt", "reboot", "kexec", "soft-reboot", "exit"}

# From these it does not come back by itself.
FOR_LONG = {"off", "halt", "sleep", "hibernate"}

# systemd.special(7), and the services that do it.
_UNITS = {
    "poweroff.target": "off",
    "halt.target": "halt",
    "reboot.target": "reboot",
    "kexec.target": "kexec",
    "soft-reboot.target": "soft-reboot",
    "exit.target": "exit",
    "rescue.target": "repair",
    "rescue.service": "repair",
    "emergency.target": "repair",
    "emergency.service": "repair",
    "suspend.target": "sleep",
    "systemd-suspend.service": "sleep",
    "suspend-then-hibernate.target": "sleep",
    "systemd-suspend-then-hibernate.service": "sleep",
    "hibernate.target": "hibernate",
    "systemd-hibernate.service": "hibernate",
    "hybrid-sleep.target": "hibernate",
    "systemd-hybrid-sleep.service": "hibernate",
}

# What systemd does when a unit has ended well (SuccessAction= of systemd.unit(5)), without the word
# that says how roughly.
_ACTIONS = {
    "poweroff": "off",
    "halt": "halt",
    "reboot": "reboot",
    "kexec": "kexec",
    "soft-reboot": "soft-reboot",
    "exit": "exit",
}


def fates(nodes: Iterable[Node]) -> dict[str, str]:
    """Returns what befalls the machine when these start, by the first unit that brings each."""
    found: dict[str, str] = {}
    for node in nodes:
        fate = next((_UNITS[name] for name in node.names if name in _UNITS), "")
        fate = fate or _ACTIONS.get(
            node.success.removesuffix("-force").removesuffix("-immediate"), ""
        )
        if fate and fate not in found.values():
            found[node.name] = fate
    return found
