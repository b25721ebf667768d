"""What follows from a verb, in sentences."""

from collections.abc import Sequence

from sysgui.panels.services.units import type_of
from sysgui.system.i18n import N_, _, ngettext

from .fate import FATES, FOR_LONG
from .impact import Impact
from .verbs import STOPPING

# So many names stand in a sentence.
MOST_NAMES = 6

_AGAIN = {
    "socket": N_("{by} will start {name} again at the next connection."),
    "timer": N_("{by} will start {name} again when its time comes."),
    "path": N_("{by} will start {name} again when what it watches changes."),
    "automount": N_("{by} will mount {name} again as soon as somebody looks there."),
}

_CARRIED = {
    "session": N_("You are working in {name}: what you have open there ends, this program too."),
    "login": N_("Through {name} you have come to this machine: without it you may not come back."),
    "bus": N_("Through {name} the programs of your session talk: all of them may end."),
    "network": N_("{name} carries the network: connections may break."),
}

_REMOTE = N_("{name} carries the network through which you have come: you may lose the machine.")


def sentences(impact: Impact) -> list[str]:
    """Returns what follows in sentences, the worst first; none if nothing does."""
    return [
        *_of_the_machine(impact),
        *_of_the_way(impact),
        *_of_others(impact),
        *_of_the_return(impact),
    ]


def refusal(impact: Impact) -> str:
    """Returns why the helper will not do it, in a sentence; "" if there is nothing against it."""
    if not impact.refused:
        return ""
    text = _("{names} would stop as well, and without that nobody could log in.")
    if set(impact.refused) <= set(impact.names):
        text = _("Nobody could log in without {names}.")
    return text.format(names=several(impact.refused))


def _of_the_machine(impact: Impact) -> list[str]:
    said = [_(FATES[fate]).format(name=name) for name, fate in impact.befalls.items()]
    if impact.remote and FOR_LONG & set(impact.befalls.values()):
        said.append(_("You have come through the network: it cannot be brought back from there."))
    return said


def _of_the_way(impact: Impact) -> list[str]:
    said = []
    sessions = [name for name, reason in impact.carries.items() if reason == "session"]
    sessions.sort(key=lambda name: (name not in impact.names, name))
    for name, reason in sorted(impact.carries.items()):
        if name in sessions[1:]:
            continue  # One is within the other.
        text = _REMOTE if reason == "network" and impact.remote else _CARRIED[reason]
        said.append(_(text).format(name=name))
    if impact.verb == "restart" and said:
        said.append(_("If it does not come up again, that is for good."))
    return said


def _of_others(impact: Impact) -> list[str]:
    said = []
    if impact.opposed:
        text = ngettext(
            "{names} stops: it cannot run beside what is started.",
            "{names} stop: they cannot run beside what is started.",
            len(impact.opposed),
        )
        said.append(text.format(names=several(impact.opposed)))
    ends = impact.ends if impact.verb == "restart" else impact.stops
    again = [name for name in impact.stops if name not in ends]
    ends = [name for name in ends if name not in impact.opposed]
    if again:
        text = ngettext(
            "{names} is restarted as well.", "{names} are restarted as well.", len(again)
        )
        said.append(text.format(names=several(again)))
    if ends:
        text = ngettext("{names} stops as well.", "{names} stop as well.", len(ends))
        said.append(text.format(names=several(ends)))
    said += _of_the_restart(impact)
    if impact.verb in STOPPING and not (impact.stops or impact.may_end):
        said.append(_("Nothing else stops."))
    if impact.runs:
        text = ngettext(
            "{names} goes on running until it is stopped.",
            "{names} go on running until they are stopped.",
            len(impact.runs),
        )
        said.append(text.format(names=several(impact.runs)))
    if impact.verb.startswith("mask") and impact.requires:
        text = _("What requires it cannot start any more: {names}.")
        said.append(text.format(names=several(impact.requires)))
    return said


def _of_the_restart(impact: Impact) -> list[str]:
    said = []
    for name, others in sorted(impact.unmet.items()):
        text = _("{name} does not come up again: it needs {others} to be up.")
        said.append(text.format(name=name, others=several(others)))
    for name, others in sorted(impact.doubtful.items()):
        text = _("{name} may stay down: it needs {others}, but does not wait for it (After=).")
        if not others:
            text = _(
                "{name} may stop again at once, as it does if nothing needs it (StopWhenUnneeded=)."
            )
        said.append(text.format(name=name, others=several(others)))
    if swept := [name for name in impact.may_end if name not in impact.doubtful]:
        text = _("With that these may be down, too: {names}.")
        said.append(text.format(names=several(swept)))
    return said


def _of_the_return(impact: Impact) -> list[str]:
    said = []
    for name, by in sorted(impact.returns.items()):
        for each in by:
            text = _AGAIN.get(type_of(each), N_("{by} will start {name} again at once."))
            said.append(_(text).format(by=each, name=name))
    if impact.verb == "stop" and not said:
        for name, when in sorted(impact.restarts.items()):
            text = _("{name} restarts itself (Restart={when}), but not after it was told to stop.")
            said.append(text.format(name=name, when=when))
    if impact.at_boot and impact.verb == "stop":
        text = ngettext(
            "{names} comes up again at the next boot.",
            "{names} come up again at the next boot.",
            len(impact.at_boot),
        )
        said.append(text.format(names=several(impact.at_boot)))
    return said


def several(names: Sequence[str]) -> str:
    """Returns names as they stand in a sentence; of many the first ones, and how many more."""
    if len(names) < 2:
        return "".join(names)
    shown = names[:MOST_NAMES]
    left = len(names) - len(shown)
    if left:
        return _("{names} and {count} more").format(names=", ".join(shown), count=left)
    return _("{names} and {last}").format(names=", ".join(shown[:-1]), last=shown[-1])
