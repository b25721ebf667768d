"""Lines that ask for colours: shown in these or not, as wanted, and copied without."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from sysgui.panels.logs.settings import LogsSettings
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.layouts import OWN_TOKENS
from sysgui.ui import theme

from .shown import seen, settle
from .test_view import Make, log, make, press

__all__ = ["log", "make"]


@pytest.fixture
def coloured(log: Path) -> Path:
    path = log.parent / "coloured.log"
    path.write_text("\x1b[31mred\x1b[0m\tand \x1b[1;32mgreen\x1b[0m é\nnone\n")
    return path


def inks(view: LogsView) -> list[tuple[str, str]]:
    """Returns the words of the first line that are coloured, and their colours."""
    first = view.lines._seen()[0]
    names = {theme.tokens().color(name).name(): name for name in OWN_TOKENS}
    return [
        (first.laid.layout.text()[one.start : one.start + one.length],
         names.get(one.format.foreground().color().name(), ""))
        for one in first.laid.layout.formats()
    ]  # fmt: skip


def test_a_line_is_shown_in_its_own_colours_if_that_is_wanted(
    qtbot, make: Make, coloured: Path
) -> None:
    view = make()
    view.open_with(path="/var/log/coloured.log")
    settle(qtbot, view)
    assert seen(view) == ["red\tand green é", "none"]
    assert ("red", "wrong") not in inks(view)
    view._display._coloured.trigger()
    assert inks(view) == [("red", "wrong"), ("green", "good")]
    view.save_settings()
    assert view.context.settings.section("logs", LogsSettings).display.coloured


def test_a_copy_has_no_escape_in_it(qtbot, make: Make, coloured: Path) -> None:
    view = make()
    view.open_with(path="/var/log/coloured.log")
    settle(qtbot, view)
    press(qtbot, view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QGuiApplication.clipboard().clear()
    press(qtbot, view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    assert QGuiApplication.clipboard().text() == "red\tand green é\nnone"
