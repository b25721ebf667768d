"""Done as root: what the helper has done, when, to what, for whom, and how it ended."""

from collections.abc import Callable

from sysgui.system.host import Host
from sysgui.system.i18n import N_
from sysgui.system.panel import Command, Panel, Probe


def _view() -> type:
    from .view import AuditView

    return AuditView


def _probe() -> Callable[[Host], Probe]:
    from .probe import AuditProbe

    return AuditProbe


def _command() -> Command:
    from . import command

    return command


PANEL = Panel(
    name="audit",
    title=N_("Done as root"),
    summary=N_("List what was done as root from here, from the journal"),
    icon="mdi6.clipboard-text-clock-outline",
    order=110,
    view=_view,
    probe=_probe,
    command=_command,
)
