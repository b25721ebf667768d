"""The verbs: what can be told to units, what each means, and how it is called."""

from collections.abc import Sequence
from typing import NamedTuple

from sysgui.system.i18n import N_, _, ngettext

RELOAD_ALL = "daemon-reload"

# Shown wherever both are offered.
DIFFERENCE = N_(
    "Start and stop act now, and say nothing of the next boot. Enable and disable say what happens "
    "at each boot, and change nothing now; with “now” they do both."
)


class Verb(NamedTuple):
    """One thing that can be told to units.

    Attributes:
        name: As the helper, systemctl and the command line call it.
        word: What a menu says, where it is clear of what; marked for translation.
        title: What a button says, with {name}; marked for translation.
        meaning: What it does, in a sentence; marked for translation.
        done: What holds when it was done, with {name}; marked for translation.
        asks: Whether it takes something away, so that it asks first.
        words: As systemctl takes it.
        also: What it is told after that; () is nothing.
    """

    name: str
    word: str
    title: str
    meaning: str
    done: str
    asks: bool = False
    words: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "start",
            N_("Start"),
            N_("Start {name}"),
            N_("Starts it now; at the next boot it is as before."),
            N_("{name} was started."),
        ),
        Verb(
            "stop",
            N_("Stop"),
            N_("Stop {name}"),
            N_("Stops it now; at the next boot it is as before."),
            N_("{name} was stopped."),
            asks=True,
        ),
        Verb(
            "restart",
            N_("Restart"),
            N_("Restart {name}"),
            N_("Stops it and starts it again."),
            N_("{name} was restarted."),
            asks=True,
        ),
        Verb(
            "reload",
            N_("Reload"),
            N_("Reload {name}"),
            N_("Has it read its own settings again, without stopping."),
            N_("{name} has read its settings again."),
        ),
        Verb(
            "enable",
            N_("Enable"),
            N_("Enable {name}"),
            N_("Has it started at each boot from now on, and leaves it as it is now."),
            N_("{name} is started at each boot from now on."),
        ),
        Verb(
            "enable-now",
            N_("Enable and start"),
            N_("Enable and start {name}"),
            N_("Has it started at each boot from now on, and starts it now."),
            N_("{name} was started, and is at each boot from now on."),
            words=("enable", "--now"),
        ),
        Verb(
            "disable",
            N_("Disable"),
            N_("Disable {name}"),
            N_("Has it not started at boot any more, and leaves it as it is now."),
            N_("{name} is not started at boot any more."),
            asks=True,
        ),
        Verb(
            "disable-now",
            N_("Disable and stop"),
            N_("Disable and stop {name}"),
            N_("Has it not started at boot any more, and stops it now."),
            N_("{name} was stopped, and is not started at boot any more."),
            asks=True,
            words=("disable", "--now"),
        ),
        Verb(
            "mask",
            N_("Mask"),
            N_("Mask {name}"),
            N_("Lets nothing start it any more, not even by hand, and leaves it as it is now."),
            N_("{name} cannot be started any more, until it is unmasked."),
            asks=True,
        ),
        Verb(
            "mask-now",
            N_("Mask and stop"),
            N_("Mask and stop {name}"),
            N_("Lets nothing start it any more, not even by hand, and stops it now."),
            N_("{name} was stopped, and cannot be started any more, until it is unmasked."),
            asks=True,
            words=("mask", "--now"),
        ),
        Verb(
            "unmask",
            N_("Unmask"),
            N_("Unmask {name}"),
            N_("Lets it be started again; does not start it."),
            N_("{name} can be started again."),
            also=("unmask", "--runtime"),
        ),
        Verb(
            "reset-failed",
            N_("Forget the failure"),
            N_("Forget the failure of {name}"),
            N_("Forgets that it has failed, and how often it was started; does not start it."),
            N_("The failure of {name} is forgotten."),
        ),
    )
}

# What has a form that does the other half as well.
WITH_NOW = {"enable": "enable-now", "disable": "disable-now", "mask": "mask-now"}

STOPPING = {"stop", "restart", "disable-now", "mask-now"}
STARTING = {"start", "restart", "enable-now"}


def title(verb: str, names: Sequence[str]) -> str:
    """Returns what a button says that does this to these."""
    return _(VERBS[verb].title).format(name=called(names))


def called(names: Sequence[str]) -> str:
    """Returns how units are called together: the name of one, the number of several."""
    if len(names) == 1:
        return names[0]
    return ngettext("{count} unit", "{count} units", len(names)).format(count=len(names))
