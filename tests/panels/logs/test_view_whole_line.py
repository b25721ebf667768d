"""The window with all of one line: what is seen, found and told of it."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.window.whole_line_window import SHOWN, WholeLineWindow
from sysgui.system.host import Host

from .shown import open_view


@pytest.fixture
def window(qtbot, look: Any) -> WholeLineWindow:
    made = WholeLineWindow(None)  # type: ignore[arg-type]
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.show()
    return made


def seen(window: WholeLineWindow) -> str:
    """Returns the text in sight."""
    text: Any = window._text
    first = text.verticalScrollBar().value() * text._columns
    rows = text.viewport().height() // text._step
    return str(text._text[first : first + rows * text._columns])


def test_what_is_found_is_counted_and_brought_into_sight(window: WholeLineWindow) -> None:
    text = "".join(f"[{n}] " for n in range(100_000)) + "NEEDLE" + "x" * 50_000 + "needle"
    window.show_line(Line(0, text, len(text)))
    assert seen(window).startswith("[0] [1] ")
    QTest.keyClicks(window._find, "needle")
    assert window._number.text() == "1 of 2"
    assert "NEEDLE" in seen(window)
    QTest.keyClick(window._find, Qt.Key.Key_Return)
    assert window._number.text() == "2 of 2"
    assert seen(window).endswith("needle")
    QTest.keyClick(window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert window._number.text() == "1 of 2"
    window._find.setText("absent")
    assert window._number.text() == "0 found"


def test_a_letter_that_is_two_small_ones_moves_no_place(window: WholeLineWindow) -> None:
    text = "İ" * 3000 + "needle"
    window.show_line(Line(0, text, len(text)))
    window._find.setText("NEEDLE")
    assert window._text._found == (3000, 3006)


def test_nothing_in_it_acts_and_a_copy_is_as_it_was(window: WholeLineWindow) -> None:
    window.show_line(Line(0, "\x1b[1m<b>x</b>\u202e", 12))
    assert "\x1b" not in seen(window)
    assert "\u202e" not in seen(window)
    window._copy.click()
    assert QGuiApplication.clipboard().text() == "\x1b[1m<b>x</b>\u202e"


def test_what_is_not_shown_is_said(window: WholeLineWindow) -> None:
    window.show_line(Line(0, "x" * 100, 100 << 20, cut=True))
    assert "100\u202fMiB" in window._told.text()
    assert "8" in window._told.text()
    window.show_line(Line(0, "x", 1))
    assert window._told.text() == "1 byte"


def test_a_line_of_any_length_is_shown_and_saved(qtbot, panel_context, tmp_path) -> None:
    log = tmp_path / "var/log/app.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * (2 * SHOWN) + b"\n")
    context = panel_context(Host(str(tmp_path)))
    view = open_view(context)
    qtbot.waitUntil(lambda: bool(view.lines.in_sight()), timeout=30_000)
    view.lines.go_to(0)
    whole = view._line_actions._whole_lines
    QTest.keyClick(view.lines, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window: Any = whole._window
    qtbot.waitUntil(lambda: window._copy.isEnabled(), timeout=30_000)
    assert len(window._shown) == SHOWN
    out = tmp_path / "out"
    window.saved.emit(str(out))
    qtbot.waitUntil(lambda: "written." in window._told.text(), timeout=30_000)
    assert out.stat().st_size == 2 * SHOWN + 1
    window.close()
