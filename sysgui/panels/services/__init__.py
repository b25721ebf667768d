"""Services: what systemd runs, for the system and for the user, and how it is."""

from collections.abc import Callable

from sysgui.system.host import Host
from sysgui.system.i18n import N_
from sysgui.system.panel import Command, Extra, Panel, Probe


def _view() -> type:
    from .view import ServicesView

    return ServicesView


def _probe() -> Callable[[Host], Probe]:
    from .probe import ServicesProbe

    return ServicesProbe


def _command() -> Command:
    from . import command

    return command


def _watch() -> Command:
    from .watch import command

    return command


PANEL = Panel(
    name="services",
    title=N_("Services"),
    summary=N_("List the services of systemd, filtered by a query such as 'state=failed'"),
    icon="mdi6.cog-outline",
    order=30,
    view=_view,
    probe=_probe,
    command=_command,
    commands={"watch": Extra(N_("Keep services alive, and be told when they fail"), _watch)},
)
