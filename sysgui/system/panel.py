"""What a panel says of itself before any of it is loaded, and how panels are found."""

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from sysgui.system.host import Host

if TYPE_CHECKING:
    import argparse


class Probe(Protocol):
    """Reads the machine: one call, one frozen snapshot (a `msgspec.Struct`)."""

    def read(self) -> Any:
        """Takes one reading. It may block; it may raise a `Problem`."""
        ...


class Command(Protocol):
    """The panel without a screen: a module with these two functions."""

    def add_arguments(self, parser: "argparse.ArgumentParser") -> None:
        """Declares the options and arguments of `sysgui NAME`."""
        ...

    def run(self, arguments: "argparse.Namespace", host: Host) -> int:
        """Does it, and returns the exit status."""
        ...


@dataclass(frozen=True, slots=True)
class Extra:
    """A command that is not a panel's own, but belongs to it.

    Attributes:
        summary: What it does, in a line, marked for translation.
        command: Imports and returns its module.
    """

    summary: str
    command: Callable[[], Command]


@dataclass(frozen=True, slots=True)
class Panel:
    """The manifest of a panel: `PANEL` in its `__init__.py`, which imports neither Qt nor probes.

    Attributes:
        name: The panel's folder, and its name on the command line.
        title: The word on its tab, marked for translation.
        summary: What its command does, in a line, marked for translation.
        icon: Its icon's name in the Material Design set of qtawesome.
        order: Where its tab stands among the others.
        view: Imports and returns the class of its view.
        probe: Imports and returns the class whose reading is all that the panel shows.
        command: Imports and returns its command module.
        parts: Further probe classes by name, for readings that the view takes one by one.
        commands: Further commands, by their names.
        always: Whether it is made at the start, because it records while it is not shown.
    """

    name: str
    title: str
    summary: str
    icon: str
    order: int
    view: Callable[[], type]
    probe: Callable[[], Callable[[Host], Probe]]
    command: Callable[[], Command]
    parts: Mapping[str, Callable[[], Callable[[Host], Probe]]] = field(default_factory=dict)
    commands: Mapping[str, Extra] = field(default_factory=dict)
    always: bool = False


@dataclass(frozen=True, slots=True)
class BrokenPanel:
    """A panel whose manifest could not be imported, and why."""

    name: str
    report: str


def find_panels(package: ModuleType) -> tuple[list[Panel], list[BrokenPanel]]:
    """Finds the panels in the folders of `package`, in the order of their tabs."""
    panels: list[Panel] = []
    broken: list[BrokenPanel] = []
    for module in pkgutil.iter_modules(package.__path__):
        try:
            manifest = importlib.import_module(f"{package.__name__}.{module.name}")
            panels.append(manifest.PANEL)
        except Exception:  # noqa: BLE001 - whatever is wrong with one panel, the others go on
            broken.append(BrokenPanel(module.name, traceback.format_exc()))
    panels.sort(key=lambda panel: (panel.order, panel.name))
    return panels, broken


def make_probe(panels: list[Panel], name: str, host: Host) -> Probe:
    """Makes the probe `PANEL` or `PANEL.PART`.

    Raises:
        KeyError: If there is none of that name.
    """
    panel_name, _, part = name.partition(".")
    panel = {panel.name: panel for panel in panels}[panel_name]
    return (panel.parts[part] if part else panel.probe)()(host)
