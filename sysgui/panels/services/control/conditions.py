"""Whether a condition kept a unit from being started, which systemd soon forgets."""

from collections.abc import Mapping, Sequence

from sysgui.panels.services.systemctl import show
from sysgui.panels.services.units import USER
from sysgui.system.host import Host

from .verbs import STARTING

_ANALYZE = "/usr/bin/systemd-analyze"
_LOOKED = "ConditionTimestampMonotonic"


def show_tried(
    host: Host, scope: str, names: Sequence[str], properties: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """Asks systemd for properties of units that were told to start.

    What has done its work and nobody needs is unloaded at once. Loaded anew to be looked at, its
    `ConditionResult` is “no”, as if a condition had kept it from being started.

    Args:
        host: The machine.
        scope: Whose manager.
        names: The units; no templates.
        properties: What is wanted.

    Raises:
        Problem: As `show` says.
    """
    found = show(host, scope, names, [*properties, _LOOKED])
    return {name: _corrected(host, scope, name, about) for name, about in found.items()}


def _corrected(host: Host, scope: str, name: str, about: Mapping[str, str]) -> Mapping[str, str]:
    if about.get("ConditionResult") != "no" or about.get(_LOOKED) != "0":
        return about
    manager = "--user" if scope == USER else "--system"
    # One that holds now held a moment ago.
    holds = host.run([_ANALYZE, manager, "condition", f"--unit={name}"]).status == 0
    return {**about, "ConditionResult": "yes" if holds else "no"}


def was_skipped(verb: str, about: Mapping[str, str]) -> bool:
    """Tells whether a condition kept it from being started, which systemd takes for no failure."""
    inactive = about.get("ActiveState") == "inactive"
    return verb in STARTING and inactive and about.get("ConditionResult") == "no"
