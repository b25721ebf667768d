"""Processes: find, watch, signal and renice them."""

from collections.abc import Callable

from sysgui.system.host import Host
from sysgui.system.i18n import N_
from sysgui.system.panel import Command, Panel, Probe


def _view() -> type:
    from .view import ProcessesView

    return ProcessesView


def _probe() -> Callable[[Host], Probe]:
    from .probe import ProcessesProbe

    return ProcessesProbe


def _changes() -> Callable[[Host], Probe]:
    from .probe import ChangesProbe

    return ChangesProbe


def _detail() -> Callable[[Host], Probe]:
    from .detail import DetailProbe

    return DetailProbe


def _command() -> Command:
    from . import command

    return command


PANEL = Panel(
    name="processes",
    title=N_("Processes"),
    summary=N_("List processes, filtered by a query such as 'cpu>5 and user=root'"),
    icon="mdi6.format-list-bulleted",
    order=20,
    view=_view,
    probe=_probe,
    parts={"changes": _changes, "detail": _detail},
    command=_command,
)
