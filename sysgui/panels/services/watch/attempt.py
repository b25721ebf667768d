"""Whether what a watch will try holds now: tried once, by the program that systemd starts for it.

A watch that tries the wrong port would restart a service that is well.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sysgui.panels.services.systemctl import show
from sysgui.panels.services.units import SYSTEM
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

# As `installer/stage` lays it out, and as it answers (sysgui/watch/probe.py).
PROGRAM = "/usr/libexec/sysgui/probe"
WRONG = range(10, 30)
HIDDEN = "hidden"

# What belongs to a try, by the name that the helper has for it.
_TRIED = ("address", "name", "port", "path", "status", "text", "age", "timeout")

# Each wait for the network is bounded by the program itself; this is for its start.
_MORE = 20.0


def question(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns what is to be tried, of all that the helper is asked for; empty if nothing is."""
    kind = wanted.get("probe")
    found = {name: wanted[name] for name in _TRIED if wanted.get(name) is not None}
    return {"kind": kind, **found} if kind else {}


class Attempt(msgspec.Struct, frozen=True):
    """What came of it.

    Attributes:
        wrong: What does not hold, in English as in the watch's own messages; "" if it holds.
        untried: Why nothing could be told, translated; "" if it could.
    """

    wrong: str = ""
    untried: str = ""


class AttemptProbe:
    """Tries, as the user who asks.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, tried: Mapping[str, Any] | None = None, units: Sequence[str] = ()) -> Attempt:
        """Tries once what a watch of some services will try.

        Args:
            tried: What `question` returns; nothing is tried if it is empty.
            units: The services; while none of them runs there is nothing to be tried.
        """
        if not tried:
            return Attempt()
        try:
            if not self._runs(units):
                return Attempt(untried=_("it does not run now"))
            within = tried.get("timeout", 10) + _MORE
            said = self._host.run([PROGRAM, "--try", json.dumps(tried)], within)
        except Problem as problem:
            return Attempt(untried=problem.message)
        wrong, _space, words = said.stdout.decode("utf-8", "replace").partition(" ")
        if said.status == 0:
            return Attempt()
        if said.status not in WRONG:
            return Attempt(untried=_("the program that tries it is of another version"))
        if wrong == HIDDEN:
            return Attempt(untried=_("only root can see that file"))
        return Attempt(wrong=printable_text(words.strip()))

    def _runs(self, units: Sequence[str]) -> bool:
        found = show(self._host, SYSTEM, units, ["ActiveState"])
        return any(about.get("ActiveState") == "active" for about in found.values())
