"""Hostile names and lines in the window: they are read, and nothing of them acts."""

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu, QWidget

from sysgui.panels.logs import probe
from sysgui.panels.logs.view import LogsView
from sysgui.system.host import Host

from .shown import open_view, seen, settle
from .test_bad_input import NAMES

LINE = "2026-11-27T08:00:00Z vm <b>&bold\x1b[7]: \x1b]0;t\x07 <img src=x> \u202e \x9bend"


@pytest.fixture
def view(qtbot, panel_context, tmp_path: Path) -> LogsView:
    folder = tmp_path / "var/log"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / os.fsdecode(name)).write_text(f"{LINE}\n" * 3)
    context = panel_context(Host(str(tmp_path)))
    view = open_view(context)
    settle(qtbot, view)
    return view


def test_a_file_of_any_name_is_read_when_it_is_chosen(qtbot, view: LogsView) -> None:
    model = view._files.model()
    assert model.rowCount() == len(NAMES)
    opened = set()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        assert index.data().isprintable()
        view._files.setCurrentIndex(index)
        settle(qtbot, view)
        assert seen(view) == [LINE] * 3
        opened.add(view._asking.path)
    assert len(opened) == len(NAMES)


def test_nothing_of_a_line_acts_wherever_it_is_told(qtbot, view: LogsView) -> None:
    view.lines.go_to(0)
    menu = QMenu(view)
    view._pane.add_ways_on(menu, view.lines.current)
    told = [action.text() for action in menu.actions()]
    assert any("<b>&&" in text for text in told), told
    told += [view.lines.accessibleDescription()]
    for widget in view.findChildren(QWidget):
        told += [widget.accessibleDescription(), widget.accessibleName()]
        assert "<img" not in widget.toolTip()
    assert not [text for text in told if "\x1b" in text or "\u202e" in text or "\x9b" in text]


def test_a_list_that_is_cut_says_so(qtbot, view: LogsView, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not view._left_out.isVisible()
    monkeypatch.setattr(probe, "MOST_OF_ONE", 3)
    qtbot.waitUntil(view._left_out.isVisible)
    assert "more files" in view._left_out.text()
    assert view._files.model().rowCount() == 3
