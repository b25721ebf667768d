"""The menu of a line, and what leads from elsewhere to the lines of a moment."""

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from sysgui.panels.logs.settings import LogsSettings
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.explanation import ExplanationWindow
from sysgui.system.host import Host
from tests.panels.logs.journal.conftest import unpacked

from .shown import open_view, seen, settle

HERE = os.uname().nodename
Make = Callable[..., LogsView]


def written(age: float, message: str, host: str = HERE, pid: int = 1) -> str:
    when = dt.datetime.fromtimestamp(time.time() - age).astimezone()
    return f"{when.isoformat()} {host} systemd[{pid}]: {message}\n"


@pytest.fixture
def make(qtbot, panel_context, tmp_path: Path) -> Make:
    def make(path: str) -> LogsView:
        context = panel_context(Host())
        context.settings.put_section("logs", LogsSettings(path=path))
        view = open_view(context)
        view.open_with(path=path)
        settle(qtbot, view)
        return view

    return make


def menu_of(view: LogsView, row: int) -> dict[str, QAction]:
    """Opens the menu of a row, and returns its actions by what they are called."""
    view.lines.go_to(row)
    view._line_actions.open_menu()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    actions = {action.text(): action for action in menu.actions()}
    menu.close()
    return actions


def test_a_line_leads_to_its_unit_its_process_and_its_moment(
    qtbot, make: Make, tmp_path: Path
) -> None:
    path = tmp_path / "x.log"
    path.write_text(
        written(7200, "cron.service: Deactivated successfully.", pid=1)
        + written(3, "Started nginx.service - x.", pid=os.getpid())
        + written(2, "far away", host=f"not-{HERE}")
    )
    view = make(str(path))
    old, new, far = (menu_of(view, row) for row in range(3))
    opened = view.context.shell.opened
    new["Show nginx.service in Services"].trigger()
    assert opened.pop() == ("services", {"unit": "nginx.service"})
    panel, told = (new["Show its process in Processes"].trigger(), opened.pop())[1]
    assert (panel, told["key"][0]) == ("processes", os.getpid())
    panel, told = (new["Show its time in Overview"].trigger(), opened.pop())[1]
    assert panel == "overview"
    assert told["around"] == pytest.approx(time.time() - 3, abs=30)
    assert "Show cron.service in Services" in old
    assert not old["Show its time in Overview"].isEnabled()
    assert "keeps the last" in old["Show its time in Overview"].toolTip()
    assert not far["Show its process in Processes"].isEnabled()
    assert "another machine" in far["Show its process in Processes"].toolTip()


def test_the_lines_of_one_request_are_a_click_away(qtbot, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text(
        written(9, "request_id=abc-123 began")
        + written(8, "something else")
        + written(7, "abc-123 ended, 0a1b2c3d-0000-4000-8000-00000000000f followed")
    )
    view = make(str(path))
    menu_of(view, 0)["Show only lines with abc-123"].trigger()
    settle(qtbot, view)
    assert [line.split(": ")[1][:13] for line in seen(view)] == ["request_id=ab", "abc-123 ended"]
    assert "Show only lines with 0a1b2c3d-0000-4000-8000-00000000000f" in menu_of(view, 1)


def test_an_entry_is_explained_from_the_catalogue(qtbot, make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.journal").write_bytes(unpacked("compact"))
    view = make(f"journal:{tmp_path / 'a.journal'}")
    view._pane.show_edit.setText("Started")
    settle(qtbot, view)
    menu_of(view, 0)["Explain it from the journal's catalogue…"].trigger()
    window = view.findChild(ExplanationWindow)
    text = window.findChild(QPlainTextEdit)
    qtbot.waitUntil(lambda: "has finished successfully" in text.toPlainText(), timeout=20_000)
    assert "@" not in text.toPlainText()
    window.close()


def test_the_lines_of_a_moment_are_shown_from_elsewhere(qtbot, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("".join(written(1000 - 10 * number, f"line {number}") for number in range(60)))
    view = make(str(path))
    view.open_with(path=str(path), around=time.time() - 700)
    settle(qtbot, view)
    numbers = [int(line.rsplit(" ", 1)[1]) for line in seen(view)]
    assert set(numbers) >= set(range(28, 32))
    assert len(numbers) <= 8
