"""Overview: the whole machine at one glance, over the last minutes."""

from collections.abc import Callable

from sysgui.system.host import Host
from sysgui.system.i18n import N_
from sysgui.system.panel import Command, Panel, Probe


def _view() -> type:
    from .view import OverviewView

    return OverviewView


def _probe() -> Callable[[Host], Probe]:
    from .probe import OverviewProbe

    return OverviewProbe


def _top() -> Callable[[Host], Probe]:
    from .probe import TopProbe

    return TopProbe


def _command() -> Command:
    from . import command

    return command


PANEL = Panel(
    name="overview",
    title=N_("Overview"),
    summary=N_("Show what the machine is doing: CPU, memory, disks, networks, pressure"),
    icon="mdi6.view-dashboard-outline",
    order=10,
    view=_view,
    probe=_probe,
    parts={"top": _top},
    command=_command,
    always=True,
)
