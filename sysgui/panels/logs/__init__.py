"""Logs: every log of the machine, read, searched and followed."""

from collections.abc import Callable

from sysgui.system.host import Host
from sysgui.system.i18n import N_
from sysgui.system.panel import Command, Panel, Probe


def _view() -> type:
    from .view import LogsView

    return LogsView


def _probe() -> Callable[[Host], Probe]:
    from .probe import LogsProbe

    return LogsProbe


def _page() -> Callable[[Host], Probe]:
    from .page import PageProbe

    return PageProbe


def _analysis() -> Callable[[Host], Probe]:
    from .analysis.probe import AnalysisProbe

    return AnalysisProbe


def _bundle() -> Callable[[Host], Probe]:
    from .bundle.probe import BundleProbe

    return BundleProbe


def _explained() -> Callable[[Host], Probe]:
    from .journal.explained import ExplainedProbe

    return ExplainedProbe


def _values() -> Callable[[Host], Probe]:
    from .values import ValuesProbe

    return ValuesProbe


def _command() -> Command:
    from . import command

    return command


PANEL = Panel(
    name="logs",
    title=N_("Logs"),
    summary=N_("Print the lines of a log that a query such as 'level<=err' lets through"),
    icon="mdi6.text-box-search-outline",
    order=40,
    view=_view,
    probe=_probe,
    command=_command,
    parts={
        "page": _page,
        "analysis": _analysis,
        "bundle": _bundle,
        "explained": _explained,
        "values": _values,
    },
)
