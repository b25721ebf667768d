"""Panels are found in their folders, and a broken one does not take the others with it."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import sysgui.panels
from sysgui.system.host import Host
from sysgui.system.panel import Panel, find_panels, make_probe

MANIFEST = """
from sysgui.system.panel import Panel
PANEL = Panel(name={name!r}, title="T", summary="S", icon="i", order={order},
              view=lambda: type, probe=lambda: lambda host: ("whole", host),
              command=lambda: None, parts={{"part": lambda: lambda host: ("part", host)}})
"""
BROKEN = {
    "raises": "raise RuntimeError('out of order')",
    "syntax": "def (",
    "missing": "import no_such_module_anywhere",
    "empty": "",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    folder = tmp_path / "somepanels"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for name, order in (("zebra", 10), ("ant", 20), ("bee", 10)):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(MANIFEST.format(name=name, order=order))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("somepanels")
    for name in [name for name in sys.modules if name.startswith("somepanels")]:
        del sys.modules[name]


def test_panels_come_in_their_order_and_then_by_name(package: ModuleType) -> None:
    panels, broken = find_panels(package)
    assert [panel.name for panel in panels] == ["bee", "zebra", "ant"]
    assert broken == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_manifest_is_reported_and_the_others_go_on(package: ModuleType, name: str) -> None:
    folder = Path(package.__path__[0]) / name
    folder.mkdir()
    (folder / "__init__.py").write_text(BROKEN[name])
    panels, broken = find_panels(package)
    assert len(panels) == 3
    assert [each.name for each in broken] == [name]
    assert "Traceback" in broken[0].report


def test_a_probe_is_made_by_name_whole_or_in_part(package: ModuleType) -> None:
    panels, _broken = find_panels(package)
    host = Host()
    assert make_probe(panels, "ant", host) == ("whole", host)
    assert make_probe(panels, "ant.part", host) == ("part", host)
    for name in ("cow", "ant.other", "", "."):
        with pytest.raises(KeyError):
            make_probe(panels, name, host)


def test_our_own_panels_are_sound_and_every_probe_can_be_made() -> None:
    panels, broken = find_panels(sysgui.panels)
    assert broken == []
    host = Host()
    for panel in panels:
        assert isinstance(panel, Panel)
        assert panel.command().run
        for name in (panel.name, *(f"{panel.name}.{part}" for part in panel.parts)):
            assert make_probe(panels, name, host).read
