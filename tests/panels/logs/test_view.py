"""The tab that reads a log: what stands on it, what keys and clicks do, and what is asked for."""

import datetime as dt
import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QPushButton

from sysgui.panels.logs.settings import LogsSettings
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.log_pane import LogPane
from sysgui.panels.logs.window.time_dialog import TimeDialog
from sysgui.system.host import Host

from .shown import open_view, seen, settle

Make = Callable[..., LogsView]

LINES = [
    f"Nov 27 08:{number // 60:02}:{number % 60:02} vm app[{number}]: "
    + ("ERROR gone" if number % 100 == 30 else f"fine, all {number} well")
    for number in range(2000)
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "var/log/app.log"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"{line}\n" for line in LINES))
    return path


@pytest.fixture
def make(qtbot, panel_context, tmp_path: Path, log: Path) -> Make:
    def make(**more: Any) -> LogsView:
        context = panel_context(Host(str(tmp_path)), **more)
        view = open_view(context)
        view.activateWindow()
        settle(qtbot, view)
        return view

    return make


def show(qtbot, view: LogsView, query: str) -> None:
    view._pane.show_edit.setText(query)
    settle(qtbot, view)


def find(qtbot, view: LogsView, query: str) -> None:
    view._pane.find_edit.setText(query)
    settle(qtbot, view)


def press(qtbot, view: LogsView, key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(view.lines, key, modifier)
    settle(qtbot, view)


def current(view: LogsView) -> str:
    line = view.lines.current
    return line.text if line is not None else ""


def choose(view: LogsView, text: str) -> None:
    """Chooses from the menu of the current line."""
    view._line_actions.open_menu()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    (action,) = (action for action in menu.actions() if action.text() == text)
    action.trigger()
    menu.close()


def arrived(qtbot, view: LogsView) -> None:
    """Waits until the current line is at hand."""
    qtbot.waitUntil(lambda: view.lines.current is not None)


# What is seen


# A tooltip ends with the key of what it is for, two spaces before it.
KEY = re.compile(r"  ((?:(?:Ctrl|Alt|Shift)\+)*\w+)(?:</p>)?$")


def test_every_button_has_a_key_that_its_tooltip_tells(make: Make) -> None:
    view = make()
    view._pane.analyse.click()
    keys = {key.toString() for action in view.actions() for key in action.shortcuts()}
    keys |= {short.key().toString() for short in view.findChildren(QShortcut)}
    buttons = [each for each in view._pane.findChildren(QPushButton) if each.isVisible()]
    assert len(buttons) >= 6
    for button in buttons:
        named = KEY.search(button.toolTip())
        assert named, (button.text(), button.toolTip())
        # The list of lines takes End itself, as any list does.
        assert named[1] in keys | {"End"}, button.text()


def test_in_a_narrow_window_a_query_still_has_room(qtbot, make: Make) -> None:
    view = make()
    pane = view.findChild(LogPane)
    view.resize(740, 500)
    needed = pane.fontMetrics().horizontalAdvance("level<=err and nginx")
    edits = pane.show_edit, pane.find_edit
    qtbot.waitUntil(lambda: all(edit.width() >= needed for edit in edits))


def test_how_lines_are_shown_is_chosen_by_keys(qtbot, make: Make) -> None:
    view = make()
    menu = view._pane.display.menu()
    menu.aboutToShow.connect(lambda: QTimer.singleShot(0, menu.close))
    with qtbot.waitSignal(menu.aboutToShow):
        QTest.keyClick(view._pane.lines, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)


def test_a_query_that_is_none_is_told_of_with_the_next_log_too(make, log: Path) -> None:
    view = make()
    view._pane.show_edit.setText("level<=err and (")
    said = view._note.text()
    assert "column 17" in said
    view.open_with(path=str(log))
    assert view._note.isVisible()
    assert view._note.text() == said
    view._pane.show_edit.setText("")
    assert not view._note.isVisible()


def test_the_title_is_the_log(make, log: Path) -> None:
    view = make()
    view.open_with(path=str(log))
    assert view.windowTitle() == str(log)


def test_what_a_log_lacks_is_said_beneath_its_lines(qtbot, make: Make) -> None:
    view = make()
    before = seen(view)
    assert view._pane._form.text() == "syslog"
    for query in ("status=404", "status=40"):
        show(qtbot, view, query)
        assert "status" in view._note.text()
        assert view._note.isVisible()
        assert seen(view)[-9:] == before[-9:]
    show(qtbot, view, "pid=30")
    assert seen(view) == [LINES[30]]
    assert not view._note.isVisible()


def test_how_an_expression_is_written_is_said_as_long_as_one_is_typed_otherwise(
    qtbot, make: Make
) -> None:
    view = make()
    show(qtbot, view, "/ERR.R/")
    qtbot.waitUntil(lambda: "re:ERR.R" in view._note.text())
    show(qtbot, view, "re:ERR.R")
    assert view._note.isHidden()
    find(qtbot, view, "/nowhere/")
    qtbot.waitUntil(lambda: "re:nowhere" in view._note.text())
    find(qtbot, view, "/var/log/")
    assert view._note.isHidden()


def test_the_fields_of_json_are_offered_and_asked_for(qtbot, make: Make, log: Path) -> None:
    moment = '"ts": "2026-11-27T08:00:01Z"'
    lines = [f'{{{moment}, "request_id": "r{n}", "ctx": {{"tenant": {n % 3}}}}}' for n in range(9)]
    log.write_text("".join(f"{line}\n" for line in lines))
    view = make()
    edit = view._pane.show_edit
    edit.setFocus()
    qtbot.waitUntil(
        lambda: any(each.text == "ctx.tenant" for each in edit.suggestions.suggest("", 0))
    )
    QTest.keyClicks(edit, "ctx.tenant=")
    model = edit.suggestions._model
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    assert {model.index(row, 0).data().split()[0] for row in range(3)} == {"0", "1", "2"}
    show(qtbot, view, "ctx.tenant=2 request_id~r")
    assert seen(view) == lines[2::3]
    show(qtbot, view, "tenant=2")
    assert "unknown field 'tenant', expected" in view._note.text()
    assert seen(view) == lines[2::3]


def test_the_name_of_a_field_of_json_is_no_word_while_it_is_typed(
    qtbot, make: Make, log: Path
) -> None:
    log.write_text('{"ts": "2026-11-27T08:00:01Z", "ctx": {"tenant": 7}, "ok": true}\n' * 9)
    log.with_name("other.log").write_text("ok\n")
    view = make()
    view._asking.open("/var/log/app.log")
    edits = (view._pane.show_edit, view._pane.find_edit)
    asked: list[str] = []
    for edit in edits:
        qtbot.waitUntil(lambda edit=edit: edit.language.begun_name("ctx.t") is not None)
        edit.asked.connect(lambda _query, edit=edit: asked.append(edit.text()))
        edit.setFocus()
        QTest.keyClicks(edit, "ctx.tenant=7")
        assert asked == ["ctx.tenant=7"]
        edit.suggestions._list.hide()
        asked.clear()
    view._asking.open("/var/log/other.log")
    QTest.keyClicks(edit, " ok")
    assert asked[-1] == "ctx.tenant=7 ok"
    view._asking.open("/var/log/app.log")
    QTest.keyClicks(edit, " ok")
    assert asked[-1] == "ctx.tenant=7 ok "


def test_levels_and_outcomes_are_offered_whatever_a_field_of_json_has(
    qtbot, make: Make, log: Path
) -> None:
    log.write_text('{"ts": "2026-11-27T08:00:01Z", "level": 30, "login": "x"}\n' * 9)
    view = make()
    suggest = view._pane.show_edit.suggestions.suggest
    qtbot.waitUntil(lambda: any(each.text == "ts" for each in suggest("", 0)))
    for query, expected in (("level=", "err"), ("priority<=", "err"), ("login=", "failed")):
        settle(qtbot, view)
        suggest(query, len(query))
        settle(qtbot, view)
        offered = [each.text for each in suggest(query, len(query))]
        assert expected in offered
        assert not {"30", "x"} & {*offered}


def test_the_end_of_the_first_log_is_seen_at_once(make: Make) -> None:
    view = make()
    shown = seen(view)
    assert len(shown) > 10
    assert shown == LINES[-len(shown) :]
    assert view._pane.follow.isChecked()


def test_a_time_that_is_drawn_over_is_asked_for_and_taken_back(qtbot, make: Make) -> None:
    view = make()
    bars = view._pane.histogram
    # As soon as there is a place for them, they are as many as that has room for.
    qtbot.waitUntil(lambda: bars.isVisible() and bars._counts.width == 10)
    assert sum(map(sum, bars._counts.bins)) == len(LINES)
    QTest.keyClick(bars, Qt.Key.Key_Home)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert seen(view) == LINES[:10]
    assert [sum(levels) for levels in bars._counts.bins] == [1] * 10
    QTest.keyClick(bars, Qt.Key.Key_Escape)
    settle(qtbot, view)
    assert view._asking.page is not None
    assert view._asking.page.rows == len(LINES)


def test_what_is_written_meanwhile_comes_into_sight(qtbot, make: Make, log: Path) -> None:
    view = make()
    with log.open("a") as file:
        file.write("the newest\n")
    qtbot.waitUntil(lambda: seen(view)[-1:] == ["the newest"])


def test_whoever_looks_at_a_line_keeps_it_in_sight(qtbot, make: Make, log: Path) -> None:
    view = make()
    for _turn in range(5):
        press(qtbot, view, Qt.Key.Key_Up)
    before = seen(view)
    with log.open("a") as file:
        file.write("the newest\n" * 100)
    qtbot.waitUntil(lambda: view._asking.page is not None and view._asking.page.lines == 2100)
    # What was asked for before the line was looked at may have been the end.
    qtbot.waitUntil(lambda: seen(view)[: len(before)] == before)
    assert not view._pane.follow.isChecked()
    press(qtbot, view, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: seen(view)[-1:] == ["the newest"])
    assert view._pane.follow.isChecked()


def test_the_scroll_bar_tells_how_much_there_is(qtbot, make: Make) -> None:
    view = make()
    bar = view.lines.verticalScrollBar()
    assert bar.maximum() + bar.pageStep() == 2000
    bar.setValue(700)
    qtbot.waitUntil(lambda: seen(view)[:1] == LINES[700:701])
    assert seen(view) == LINES[700 : 700 + len(seen(view))]


def test_the_wheel_goes_three_rows_a_notch(qtbot, make: Make) -> None:
    view = make()
    bar = view.lines.verticalScrollBar()
    bar.setValue(700)
    for turned, rows in ((-120, 3), (120, 0), (-40, 1), (-40, 2), (-40, 3)):
        place = QPointF(50, 50)
        event = QWheelEvent(
            place, view.lines.viewport().mapToGlobal(place), QPoint(), QPoint(0, turned),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        view.lines.wheelEvent(event)
        assert bar.value() == 700 + rows


def test_a_screen_reader_hears_the_current_line_only(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(1990)
    arrived(qtbot, view)
    assert view.lines.accessibleDescription() == LINES[1990]


def test_a_file_that_may_not_be_read_says_so(qtbot, make: Make, log: Path) -> None:
    view = make()
    view.open_with(path="/var/log/gone")
    qtbot.waitUntil(lambda: "gone" in view.lines.empty_text)
    assert seen(view) == []


def test_no_titles_stand_above_a_log_that_cannot_be_read(qtbot, make: Make, log: Path) -> None:
    view = make()
    assert view.lines._header.isVisible()
    view.open_with(path="/var/log/gone")
    qtbot.waitUntil(lambda: "gone" in view.lines.empty_text)
    assert not view.lines._header.isVisible()
    assert view.lines.viewport().geometry().top() == 0
    view.open_with(path="/var/log/app.log")
    settle(qtbot, view)
    assert next(column.title for column in view.lines.columns.columns) == "Time"
    assert view.lines._header.isVisible()


def test_an_empty_log_says_that_it_is(qtbot, make: Make, log: Path) -> None:
    (log.parent / "empty").touch()
    view = make()
    view.open_with(path="/var/log/empty")
    settle(qtbot, view)
    assert "empty" in view.lines.empty_text


# Rows and matches


def test_a_query_leaves_the_lines_that_it_names(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "level<=err")
    errors = [line for line in LINES if "ERROR" in line]
    assert seen(view) == errors
    assert "20" in view._pane._rows.text()
    assert "2\u202f000" in view._pane._rows.text()


def test_lines_around_are_shown_and_terms_counted(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "level<=err re:.30.")
    assert "20" in view._pane.terms.text()
    view._display._next_context.trigger()
    settle(qtbot, view)
    assert seen(view)[-3:] == LINES[1929:1932]
    assert [one.line.near for one in view.lines._seen()[-3:] if one.line] == [True, False, True]
    assert "20 of" in view._pane._rows.text()
    view.save_settings()
    assert view.context.settings.section("logs", LogsSettings).display.context == 1
    show(qtbot, view, "level<=err")
    assert not view._pane.terms.isVisible()


def test_a_line_that_was_found_is_seen_again_among_all(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "level<=err")
    view.lines.go_to(7)
    arrived(qtbot, view)
    show(qtbot, view, "")
    arrived(qtbot, view)
    assert current(view) == LINES[730]
    assert LINES[725:735] == seen(view)[seen(view).index(LINES[725]) :][:10]


def test_a_query_that_names_nothing_says_so(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "absent")
    assert "2\u202f000" in view.lines.empty_text
    assert "“absent”" in view.lines.empty_text
    # What is typed behind it is no query yet: nothing else is asked.
    view._pane.show_edit.setText("absent and not")
    assert "“absent”" in view.lines.empty_text


def test_what_is_no_query_is_said_and_the_lines_stay(qtbot, make: Make) -> None:
    view = make()
    before = seen(view)
    view._pane.show_edit.setText("(")
    assert view._note.isVisible()
    assert "column" in view._note.text()
    assert before[-len(seen(view)) :] == seen(view)


def test_the_lines_stay_while_the_name_of_a_field_is_typed(qtbot, make: Make) -> None:
    view = make()
    edit = view._pane.show_edit
    settle(qtbot, view)
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    QTest.keyClicks(edit, "identifier")
    view._pane.show_page(view._asking.page, -1)
    assert view._pane._rows.text() == "2\u202f000 lines"
    show(qtbot, view, "gone ")
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    for part in ("ident", "ifier", "="):
        QTest.keyClicks(edit, part)
        assert view._asking.query == "gone "
    QTest.keyClicks(edit, "app")
    settle(qtbot, view)
    assert view._asking.query == "gone identifier=app"
    assert seen(view)[-1] == LINES[1930]


def test_matches_are_gone_through_and_counted(qtbot, make: Make) -> None:
    view = make()
    find(qtbot, view, "ERROR")
    places = [i for i, line in enumerate(LINES) if "ERROR" in line]
    arrived(qtbot, view)
    # It is looked for from where one looks, and that is the end.
    assert current(view) == LINES[places[-1]]
    assert "20 of 20" in view._pane._found.text()
    for turn in (0, 1):
        go_on(qtbot, view, view._line_actions.find_next)
        assert current(view) == LINES[places[turn]]
        assert f"{turn + 1} of 20" in view._pane._found.text()
    go_on(qtbot, view, view._line_actions.find_before)
    assert current(view) == LINES[places[0]]
    go_on(qtbot, view, view._line_actions.find_before)
    assert current(view) == LINES[places[-1]]


def go_on(qtbot, view: LogsView, act: Callable[[], None]) -> None:
    act()
    settle(qtbot, view)
    arrived(qtbot, view)


def test_what_is_typed_is_looked_for_from_where_one_began(qtbot, make: Make) -> None:
    view = make()
    for typed in ("1", "17", "173", "1730", "173", ""):
        find(qtbot, view, typed)
    arrived(qtbot, view)
    last = [line for line in LINES if "173" in line][-1]
    assert current(view) == last
    # Whoever has chosen a line looks there.
    view.lines.go_to(731)
    arrived(qtbot, view)
    for typed in ("E", "ER", "ERR"):
        find(qtbot, view, typed)
        arrived(qtbot, view)
    assert current(view) == LINES[830]
    go_on(qtbot, view, view._line_actions.find_next)
    assert current(view) == LINES[930]
    find(qtbot, view, "ERRO")
    arrived(qtbot, view)
    assert current(view) == LINES[1030]


def test_without_a_current_line_it_is_looked_for_from_what_is_seen(qtbot, make: Make) -> None:
    view = make()
    for top, back, found in ((730, False, 730), (731, False, 830), (730, True, 630)):
        view.lines.forget()
        view._asking.page = None
        settle(qtbot, view)
        view.lines.verticalScrollBar().setValue(top)
        qtbot.waitUntil(lambda: view.lines.line(730) is not None)
        actions = view._line_actions
        go_on(qtbot, view, actions.error_before if back else actions.next_error)
        assert current(view) == LINES[found], top


@pytest.mark.parametrize("of", ["find_edit", "lines"])
def test_escape_ends_a_search(qtbot, make: Make, of: str) -> None:
    view = make()
    find(qtbot, view, "ERROR")
    widget = getattr(view._pane, of)
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    QTest.keyClick(widget, Qt.Key.Key_Escape)
    settle(qtbot, view)
    assert view._pane.find_edit.text() == ""
    assert view._asking.page is not None
    assert view._asking.page.hits == -1


def test_errors_are_gone_through(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(0)
    view._line_actions.next_error()
    settle(qtbot, view)
    arrived(qtbot, view)
    assert current(view) == LINES[30]
    view._line_actions.error_before()
    settle(qtbot, view)
    arrived(qtbot, view)
    assert current(view) == LINES[1930]


def test_only_lines_like_the_current_one(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(1931)
    arrived(qtbot, view)
    choose(view, "Show only lines like this")
    settle(qtbot, view)
    assert view._asking.page is not None
    assert view._asking.page.rows == sum("fine" in line for line in LINES)
    arrived(qtbot, view)
    choose(view, "Show no lines like this")
    settle(qtbot, view)
    assert view._asking.page.rows == 0


def test_a_line_leads_to_those_of_its_program_and_of_its_time(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(1931)
    arrived(qtbot, view)
    choose(view, "Show only pid 1931")
    settle(qtbot, view)
    assert seen(view) == [LINES[1931]]
    view.lines.go_to(0)
    arrived(qtbot, view)
    choose(view, "Show all of 30 seconds before and after")
    settle(qtbot, view)
    assert view._asking.page is not None
    assert view._asking.page.rows == 61
    arrived(qtbot, view)
    assert current(view) == LINES[1931]


def test_a_bookmark_is_found_again(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(1990)
    arrived(qtbot, view)
    view._bookmarks.toggle()
    view.lines.go_to(3)
    view._bookmarks.go_on()
    settle(qtbot, view)
    arrived(qtbot, view)
    assert current(view) == LINES[1990]


def test_bookmarks_are_kept_for_the_log_that_had_them(
    qtbot, make: Make, log: Path, panel_context
) -> None:
    view = make()
    for row in (1990, 3, 700):
        view.lines.go_to(row)
        view.lines.center_on(row)
        arrived(qtbot, view)
        view._bookmarks.toggle()
    offsets = [sum(len(line) + 1 for line in LINES[:row]) for row in (3, 700, 1990)]
    qtbot.waitUntil(lambda: view._asking.page is not None and len(view._asking.page.marks) == 3)
    assert view._pane.strip._marks == [3 / 2000, 700 / 2000, 1990 / 2000]
    show(qtbot, view, "level<=err")
    assert sorted(view.lines.bookmarks) == offsets
    settings = view.context.settings
    for rotated, expected in ((False, offsets), (True, [])):
        if rotated:
            log.rename(log.with_name("app.log.1"))
            log.write_text("Nov 28 08:00:00 vm app[1]: another\n" + "x\n" * 3000)
        other = LogsView(panel_context(view.context.host, settings=settings))
        other.context.shell.views.append(other)
        other.open_with(path="/var/log/app.log")
        other.resize(1000, 600)
        other.show()
        settle(qtbot, other)
        assert sorted(other.lines.bookmarks) == expected
    show(qtbot, view, "")


def test_bookmarks_are_gone_through_both_ways(qtbot, make: Make) -> None:
    view = make()
    for row in (100, 200):
        view.lines.center_on(row)
        arrived(qtbot, view)
        view._bookmarks.toggle()
    told = []
    for go in (view._bookmarks.go_back, view._bookmarks.go_back, view._bookmarks.go_on):
        go()
        settle(qtbot, view)
        arrived(qtbot, view)
        told.append(current(view))
    assert told == [LINES[100], LINES[200], LINES[100]]


def test_a_line_is_gone_to_by_its_number(qtbot, make: Make, monkeypatch) -> None:
    view = make()
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_asked: (1234, True))
    view._line_actions.go_to_number()
    settle(qtbot, view)
    arrived(qtbot, view)
    assert current(view) == LINES[1233]


# The hand


def test_lines_are_copied_also_those_that_are_not_at_hand(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(100)
    view.lines.go_to(1899, extend=True)
    view.lines.copied.emit()
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: clipboard.text().count("\n") == 1799, timeout=30_000)
    assert clipboard.text().split("\n") == LINES[100:1900]
    assert "1800" in view._note.text()


def test_messages_are_copied_without_what_stands_before_them(qtbot, make: Make, log: Path) -> None:
    log.write_text("".join(f"{line}\n" for line in [*LINES[:9], "\tat java.base/Thread"]))
    view = make()
    view.lines.go_to(7)
    view.lines.go_to(9, extend=True)
    view._line_actions._messages.trigger()
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: "java" in clipboard.text())
    assert clipboard.text().split("\n") == [
        "fine, all 7 well", "fine, all 8 well", "\tat java.base/Thread",
    ]  # fmt: skip


def test_a_click_chooses_and_shift_chooses_more(qtbot, make: Make) -> None:
    view = make()
    view.lines.follow(follows=False)
    settle(qtbot, view)
    first, *_others, last = view.lines._seen()
    for one, modifier in (
        (first, Qt.KeyboardModifier.NoModifier),
        (last, Qt.KeyboardModifier.ShiftModifier),
    ):
        QTest.mouseClick(
            view.lines.viewport(), Qt.MouseButton.LeftButton, modifier, QPoint(200, one.top + 2)
        )
    assert view.lines.selected() == (first.row, last.row - first.row + 1)


def test_enter_opens_what_can_be_done(qtbot, make: Make) -> None:
    view = make()
    view.lines.go_to(1999)
    QTest.keyClick(view.lines, Qt.Key.Key_Return)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert [a.text() for a in menu.actions() if a.text()][:2] == [
        "Copy", "Copy without time, host and program",
    ]  # fmt: skip
    menu.close()


def test_long_lines_are_wrapped_or_scrolled_across(qtbot, make: Make, log: Path) -> None:
    log.write_text("short\n" + "long " * 400 + "\nend\n")
    view = make()
    bar = view.lines.horizontalScrollBar()
    view.grab()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    view._pane.wrap.setChecked(True)
    view.grab()
    assert bar.maximum() == 0
    heights = {one.line.text[:5].strip(): one.height for one in view.lines._seen() if one.line}
    assert heights["long"] >= 5 * heights["short"]


def test_the_strip_leads_to_a_part_of_the_log(qtbot, make: Make) -> None:
    view = make()
    view._pane.strip.pointed.emit(0.5)
    arrived(qtbot, view)
    assert current(view) == LINES[1000]


def test_errors_stand_on_the_strip_where_they_are(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "")
    assert view._asking.page is not None
    assert min(worst for worst, _hits in view._asking.page.strip) == 3


# Hostile


def test_nothing_in_a_line_acts(qtbot, make: Make, log: Path) -> None:
    log.write_bytes(b"\x1b[31mred\x1b]0;title\x07 \xe2\x80\xae <b>bold</b>\n")
    view = make()
    view.lines.go_to(0)
    arrived(qtbot, view)
    said = view.lines.accessibleDescription()
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert re.sub(r"\\x1b", "ESC", said).startswith("redESC]0;title")


def test_the_child_that_reads_may_die(qtbot, make: Make) -> None:
    view = make()
    pid = view._asking._reader.pid
    assert pid is not None
    os.kill(pid, 9)
    view.lines.verticalScrollBar().setValue(100)
    qtbot.waitUntil(lambda: seen(view)[:1] == LINES[100:101], timeout=30_000)


def test_what_was_read_is_read_again_the_next_time(qtbot, make: Make, log: Path) -> None:
    (log.parent / "other.log").write_text("another\n")
    view = make()
    view.open_with(path="/var/log/other.log")
    settle(qtbot, view)
    view.save_settings()
    kept = view.context.settings.section("logs", LogsSettings)
    assert kept.path == "/var/log/other.log"


def test_what_was_rotated_away_is_the_begin(qtbot, make: Make, log: Path) -> None:
    (log.parent / "app.log.1").write_text("from before\n")
    (log.parent / "app.log.2.gz").write_bytes(gzip.compress(b"the oldest\n"))
    os.utime(log.parent / "app.log.2.gz", (1.7e9, 1.7e9))
    os.utime(log.parent / "app.log.1", (1.71e9, 1.71e9))
    view = make()
    view.open_with(path="/var/log/app.log")
    view._pane.older.setChecked(True)
    settle(qtbot, view)
    view.lines.verticalScrollBar().setValue(0)
    expected = ["the oldest", "from before", LINES[0]]
    qtbot.waitUntil(lambda: seen(view)[:3] == expected, timeout=30_000)


def test_a_file_that_is_not_listed_is_opened_before_the_list_is_there(
    qtbot, panel_context, tmp_path: Path, log: Path
) -> None:
    (tmp_path / "elsewhere.log").write_text("another\n")
    context = panel_context(Host(str(tmp_path)))
    view = LogsView(context)
    context.shell.views.append(view)
    view.resize(1000, 600)
    view.open_with(path="/elsewhere.log", query="another")
    with qtbot.waitSignal(view.ready):
        view.show()
    settle(qtbot, view)
    assert seen(view) == ["another"]


def test_what_was_read_last_and_is_gone_gives_way_to_the_first(
    qtbot, panel_context, tmp_path: Path, log: Path
) -> None:
    context = panel_context(Host(str(tmp_path)))
    context.settings.put_section("logs", LogsSettings(path="/gone.log"))
    view = open_view(context)
    settle(qtbot, view)
    assert view._asking.path == "/var/log/app.log"


def test_how_lines_are_shown_is_chosen_and_remembered(qtbot, make: Make) -> None:
    view = make()
    lines = view.lines
    assert [column.name for column in lines.columns.columns] == [
        "time", "identifier", "pid", "level",
    ]  # fmt: skip
    assert lines._header.isVisible()
    lines.go_to(1990)
    arrived(qtbot, view)
    view._display._mark.trigger()
    texts = {
        one.line.text: cell.text
        for one in lines._seen()
        if one.line is not None
        for cell in lines.columns.cells(one.line)
        if cell.column.name == "time"
    }
    assert texts[LINES[1989]] == "-1.000 s"
    assert texts[LINES[1990]] == "+0.000 s"
    lines._header.resizeSection(2, 123)
    view._display._in_columns.trigger()
    assert not lines._header.isVisible()
    view.save_settings()
    kept = view.context.settings.section("logs", LogsSettings).display
    assert (kept.columns, kept.times, kept.widths) == (False, "later", {"identifier": 123})


def go_to_time(view: LogsView, typed: str) -> bool:
    """Types a time where it is asked for; tells whether one could go there."""
    view._line_actions.ask_for_time()
    dialog = view.findChild(TimeDialog)
    dialog._edit.setText(typed)
    may_go = bool(dialog._go.isEnabled())
    QTest.keyClick(dialog._edit, Qt.Key.Key_Return)
    dialog.reject()
    return may_go


def test_a_time_is_gone_to(qtbot, make: Make, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    view = make()
    assert view._asking.page is not None
    year = dt.datetime.fromtimestamp(view._asking.page.timeline.begin, dt.UTC).year
    assert go_to_time(view, f"{year}-11-27 08:20:30")
    settle(qtbot, view)
    arrived(qtbot, view)
    assert current(view) == LINES[20 * 60 + 30]
    assert not go_to_time(view, "25:99")
    settle(qtbot, view)
    assert current(view) == LINES[20 * 60 + 30]


def test_where_no_time_is_told_none_can_be_gone_to(qtbot, make: Make, log: Path) -> None:
    (log.parent / "words").write_text("just\nwords\n")
    view = make()
    view.open_with(path="/var/log/words")
    settle(qtbot, view)
    assert go_to_time(view, "today")
    settle(qtbot, view)
    assert "time" in view._note.text()
