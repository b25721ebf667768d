"""The window: its tabs, keys and palette, what it remembers, and that nothing takes it down."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from kit import in_dialog
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QWidget,
)

from sysgui.system.host import Host
from sysgui.system.panel import BrokenPanel, Panel
from sysgui.system.problem import Problem
from sysgui.system.settings import Geometry, Settings
from sysgui.ui.action_palette import ActionPalette, matches
from sysgui.ui.geometry import resize_dialog
from sysgui.ui.keys import KeyList
from sysgui.ui.panel import Context, PanelView
from sysgui.ui.poller import Bug
from sysgui.ui.rail import Rail
from sysgui.ui.shell import WIDE_FROM, Shell

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Ones:
    """A probe that answers with ones."""

    def read(self) -> int:
        return 1


class SomeView(PanelView):
    """A panel that counts what happens to it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.readings = 0
        self.done: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.search = QLineEdit(self)
        self.add(self.search)
        self.poller = self.poll(Ones(), 0.01, self._take)
        self.action("Count the stars", self._count, "Ctrl+J", "Because they are there")
        self.unwilling = self.action("Fly to the moon", self._count)
        self.unwilling.setEnabled(False)

    @Slot(object)
    def _take(self, _reading: object) -> None:
        self.readings += 1

    def _count(self) -> None:
        self.done.append("counted")

    def open_with(self, **arguments: Any) -> None:
        self.asked.append(arguments)


class RecordingView(SomeView):
    """Records while it is not shown."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.recorder = self.poll(Ones(), 0.01, self._record, always=True)
        self.recorded = 0

    @Slot(object)
    def _record(self, _reading: object) -> None:
        self.recorded += 1


class FailingView(PanelView):
    """Has begun to poll when it fails to be made."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.poll(Ones(), 0.01, print, always=True)
        self.poll(Ones(), 0.01, print)
        raise ZeroDivisionError("a panel must not")


def manifest(name: str, view: type = SomeView, *, always: bool = False) -> Panel:
    return Panel(
        name=name,
        title=name.capitalize(),
        summary=f"Show {name}",
        icon="mdi6.chip",
        order=1,
        view=lambda: view,
        probe=lambda: lambda _host: Ones(),
        command=lambda: None,  # type: ignore[arg-type,return-value]
        always=always,
    )


ONE_TWO = (manifest("one"), manifest("two"))

Make = Callable[..., Shell]


@pytest.fixture
def make(qtbot, look) -> Iterator[Make]:
    made: list[Shell] = []

    def make(
        panels: Any = ONE_TWO,
        broken: Any = (),
        settings: Settings | None = None,
        tempo: float = 1.0,
        start: str = "one",
    ) -> Shell:
        shell = Shell(Host(), settings or Settings(None), panels, broken, tempo)
        made.append(shell)
        shell.restore_geometry()
        shell.open(start)
        shell.show()
        qtbot.waitUntil(lambda: shell.windowHandle().isExposed())
        shell.activateWindow()
        qtbot.waitUntil(shell.isActiveWindow)
        return shell

    yield make
    for shell in made:
        shell.close()
        shell.stop()
        assert not shell.stuck
        shell.deleteLater()


def tabs(shell: Shell) -> list[str]:
    return [button.text() for button in shell.findChild(Rail).findChildren(QAbstractButton)]


def bar_text(shell: Shell) -> str:
    bar = shell._problems
    return bar.findChild(QLabel).text() if bar.isVisible() else ""


# Tabs.


def test_the_title_says_what_the_panel_shows(make) -> None:
    shell = make()
    assert shell.windowTitle() == f"{tabs(shell)[0]} — Sysgui"
    shell.current_view.setWindowTitle("/var/log/syslog")
    assert shell.windowTitle() == "/var/log/syslog — Sysgui"
    shell.show_next()
    assert shell.windowTitle() == f"{tabs(shell)[1]} — Sysgui"
    shell.show_place(0)
    assert shell.windowTitle() == "/var/log/syslog — Sysgui"


def test_the_tabs_are_those_of_the_manifests_in_their_order(make: Make) -> None:
    shell = make([manifest("two"), manifest("one")], start="two")
    assert tabs(shell) == ["Two", "One"]
    assert shell.current_view.objectName() == "two"


def test_a_panel_is_made_when_it_is_first_shown_but_one_that_records_at_once(
    qtbot, make: Make
) -> None:
    shell = make([manifest("one"), manifest("two"), manifest("three", RecordingView, always=True)])
    assert shell._stack.views.keys() == {"one", "three"}
    recorder = shell._stack.views["three"]
    qtbot.waitUntil(lambda: recorder.recorded > 2)
    assert recorder.readings == 0


def test_a_panel_that_cannot_be_imported_has_a_tab_that_says_so_and_others_work(
    qtbot, make: Make
) -> None:
    report = "Traceback\n  somewhere\nSyntaxError: of a developer"
    shell = make(ONE_TWO, [BrokenPanel("three", report)])
    assert tabs(shell) == ["One", "Two", "Three"]
    shell.show_place(2)
    texts = visible_texts(shell)
    assert any("“three”" in text for text in texts)
    assert any("SyntaxError: of a developer" in text for text in texts)
    for button in shell._stack.currentWidget().findChildren(QPushButton):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert report in QGuiApplication.clipboard().text()
    shell.open("two")
    view = shell.current_view
    qtbot.waitUntil(lambda: view.readings > 0)


def visible_texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_a_view_that_fails_has_a_tab_that_says_so_and_takes_nothing_with_it(
    qtbot, make: Make
) -> None:
    shell = make([manifest("one"), manifest("two", FailingView)])
    shell.show_place(1)
    assert shell.current_view is None
    assert any("ZeroDivisionError: a panel must not" in text for text in visible_texts(shell))
    shell.show_place(0)
    readings = shell.current_view.readings
    qtbot.waitUntil(lambda: shell.current_view.readings > readings)
    shell.show_place(1)
    shell.focus_search()  # There is none; nothing happens.
    assert shell.stop()


def test_a_failing_view_that_should_record_from_the_start_does_not_keep_the_window_away(
    qtbot, make: Make
) -> None:
    shell = make([manifest("one"), manifest("two", FailingView, always=True)])
    assert tabs(shell) == ["One", "Two"]
    qtbot.waitUntil(lambda: shell.current_view.readings > 0)


def test_a_click_and_the_arrow_keys_change_the_tab(qtbot, make: Make) -> None:
    shell = make()
    one, two = shell.findChild(Rail).findChildren(QAbstractButton)
    QTest.mouseClick(two, Qt.MouseButton.LeftButton)
    assert shell.current_view.objectName() == "two"
    assert two.isChecked()
    two.setFocus()
    QTest.keyClick(two, Qt.Key.Key_Up)
    assert shell.current_view.objectName() == "one"
    assert one.isChecked()
    assert not two.isChecked()


def test_tabs_are_icons_alone_in_a_narrow_window_and_keep_their_names_for_readers(
    qtbot, make: Make
) -> None:
    shell = make()
    rail = shell.findChild(Rail)
    shell.resize(WIDE_FROM, 700)
    qtbot.waitUntil(lambda: shell.width() == WIDE_FROM)
    wide = rail.width()
    shell.resize(WIDE_FROM - 1, 700)
    qtbot.waitUntil(lambda: rail.width() < wide / 2)
    one = rail.findChildren(QAbstractButton)[0]
    assert one.accessibleName() == "One"
    assert one.toolTip() == "One  Alt+1"


# Keys.


def test_alt_and_a_digit_shows_that_tab(make: Make) -> None:
    names = [f"p{i}" for i in range(1, 11)]
    shell = make([manifest(name) for name in names], start="p1")
    for digit in (2, 9, 1):
        QTest.keyClick(shell, Qt.Key(Qt.Key.Key_0 + digit), ALT)
        assert shell.current_view.objectName() == f"p{digit}"


def test_ctrl_tab_goes_round(make: Make) -> None:
    shell = make([*ONE_TWO, manifest("three")])
    order = []
    for _press in range(3):
        QTest.keyClick(shell, Qt.Key.Key_Tab, CTRL)
        order.append(shell.current_view.objectName())
    assert order == ["two", "three", "one"]
    QTest.keyClick(shell, Qt.Key.Key_Backtab, CTRL | SHIFT)
    assert shell.current_view.objectName() == "three"


def test_ctrl_f_goes_to_the_search_box(qtbot, make: Make) -> None:
    shell = make()
    shell.current_view.search.setText("before")
    QTest.keyClick(shell, Qt.Key.Key_F, CTRL)
    assert shell.current_view.search.hasFocus()
    assert shell.current_view.search.selectedText() == "before"


def test_a_key_of_a_panel_works_only_where_it_is_shown(make: Make) -> None:
    shell = make()
    one = shell.current_view
    shell.open("two")
    QTest.keyClick(shell, Qt.Key.Key_J, CTRL)
    assert (one.done, shell.current_view.done) == ([], ["counted"])


def test_f1_lists_the_keys_of_the_panel_and_of_the_window(qtbot, make: Make) -> None:
    shell = make()
    texts: list[str] = []

    def look(dialog: KeyList) -> None:
        texts.extend(visible_texts(dialog))
        dialog.reject()

    in_dialog(KeyList, look)
    QTest.keyClick(shell, Qt.Key.Key_F1)
    assert {"Ctrl+J", "Count the stars", "Alt+1", "F1", "Ctrl+K", "Ctrl+Q"} <= set(texts)
    assert "Fly to the moon" not in texts


def test_ctrl_q_closes_the_window(qtbot, make: Make) -> None:
    shell = make()
    QTest.keyClick(shell, Qt.Key.Key_Q, CTRL)
    assert not shell.isVisible()


# The palette.


def items(palette: ActionPalette) -> list[str]:
    listed = palette.findChild(QTreeWidget)
    shown = (listed.topLevelItem(row) for row in range(listed.topLevelItemCount()))
    texts = [(item.text(0), item.text(1)) for item in shown if not item.isHidden()]
    return [f"{text}    {keys}".rstrip() for text, keys in texts]


def test_ctrl_k_lists_every_action_of_every_panel_and_of_the_window(make: Make) -> None:
    shell = make()
    listed: list[str] = []

    def look(palette: ActionPalette) -> None:
        listed.extend(items(palette))
        palette.reject()

    in_dialog(ActionPalette, look)
    QTest.keyClick(shell, Qt.Key.Key_K, CTRL)
    for text in (
        "One · Count the stars    Ctrl+J",
        "Two · Count the stars    Ctrl+J",
        "Two · Fly to the moon",
        "Sysgui · Show Two    Alt+2",
        "Sysgui · Quit    Ctrl+Q",
    ):
        assert text in listed


def test_an_action_is_found_by_parts_of_its_name_and_done_in_its_panel(make: Make) -> None:
    shell = make()

    def choose(palette: ActionPalette) -> None:
        typed = palette.findChild(QLineEdit)
        QTest.keyClicks(typed, "STARS two")
        assert items(palette) == ["Two · Count the stars    Ctrl+J"]
        QTest.keyClick(typed, Qt.Key.Key_Return)

    in_dialog(ActionPalette, choose)
    QTest.keyClick(shell, Qt.Key.Key_K, CTRL)
    assert shell.current_view.objectName() == "two"
    assert shell.current_view.done == ["counted"]
    assert shell._stack.views["one"].done == []


def test_the_arrow_keys_choose_in_the_palette_while_one_types(make: Make) -> None:
    shell = make()

    def choose(palette: ActionPalette) -> None:
        typed = palette.findChild(QLineEdit)
        QTest.keyClicks(typed, "sysgui show")
        assert items(palette) == ["Sysgui · Show One    Alt+1", "Sysgui · Show Two    Alt+2"]
        QTest.keyClick(typed, Qt.Key.Key_Down)
        QTest.keyClick(typed, Qt.Key.Key_Enter)

    in_dialog(ActionPalette, choose)
    QTest.keyClick(shell, Qt.Key.Key_K, CTRL)
    assert shell.current_view.objectName() == "two"


def test_the_palette_says_when_nothing_fits_and_does_nothing_then(make: Make) -> None:
    shell = make()

    def choose(palette: ActionPalette) -> None:
        typed = palette.findChild(QLineEdit)
        QTest.keyClicks(typed, "no such thing")
        assert items(palette) == []
        assert "No action has all these words in its name." in visible_texts(palette)
        QTest.keyClick(typed, Qt.Key.Key_Return)
        assert palette.isVisible()
        QTest.keyClick(typed, Qt.Key.Key_Escape)

    in_dialog(ActionPalette, choose)
    QTest.keyClick(shell, Qt.Key.Key_K, CTRL)
    assert shell.current_view.done == []


def test_an_action_that_cannot_be_done_now_is_listed_and_not_done(make: Make) -> None:
    shell = make()

    def choose(palette: ActionPalette) -> None:
        typed = palette.findChild(QLineEdit)
        QTest.keyClicks(typed, "moon one")
        QTest.keyClick(typed, Qt.Key.Key_Return)
        assert palette.isVisible()
        palette.reject()

    in_dialog(ActionPalette, choose)
    QTest.keyClick(shell, Qt.Key.Key_K, CTRL)
    assert shell.current_view.done == []


def test_words_match_in_any_order_and_case() -> None:
    assert matches("", "Anything")
    assert matches("PROC end", "Processes · End the selected")
    assert not matches("proc kill", "Processes · End the selected")


# Opening.


def test_open_shows_a_panel_and_hands_it_its_arguments(make: Make) -> None:
    shell = make()
    shell.open("two", unit="nginx.service")
    assert shell.current_view.objectName() == "two"
    assert shell.current_view.asked == [{"unit": "nginx.service"}]
    shell.open("one")
    assert shell.current_view.asked == []
    with pytest.raises(KeyError):
        shell.open("none")


# Seen or not.


def test_only_the_shown_panel_asks(qtbot, make: Make) -> None:
    shell = make()
    one = shell.current_view
    qtbot.waitUntil(lambda: one.readings > 1)
    shell.open("two")
    two = shell.current_view
    qtbot.waitUntil(lambda: two.readings > 1)
    assert not one.poller.running
    shell.open("one")
    assert one.poller.running
    assert not two.poller.running


def test_a_minimised_window_asks_nothing_and_goes_on_when_it_is_shown_again(
    qtbot, make: Make
) -> None:
    shell = make([manifest("one"), manifest("two", RecordingView, always=True)])
    view, recorder = shell.current_view, shell._stack.views["two"]
    qtbot.waitUntil(lambda: view.poller.running and shell._own.running)
    shell.showMinimized()
    qtbot.waitUntil(lambda: not view.poller.running and not shell._own.running)
    recorded = recorder.recorded
    qtbot.waitUntil(lambda: recorder.recorded > recorded)
    shell.come_to_front()
    qtbot.waitUntil(lambda: view.poller.running and shell._own.running)
    assert not shell.isMinimized()


def test_a_tab_shown_while_the_window_is_minimised_asks_nothing_either(qtbot, make: Make) -> None:
    shell = make()
    shell.showMinimized()
    qtbot.waitUntil(lambda: not shell.current_view.poller.running)
    shell.open("two")
    qtbot.waitUntil(lambda: not shell.current_view.poller.running)
    shell.come_to_front()
    qtbot.waitUntil(lambda: shell.current_view.poller.running)


def test_a_hidden_window_asks_nothing(qtbot, make: Make) -> None:
    shell = make()
    view = shell.current_view
    qtbot.waitUntil(lambda: view.poller.running)
    shell.hide()
    qtbot.waitUntil(lambda: not view.poller.running and not shell._own.running)
    shell.show()
    qtbot.waitUntil(lambda: view.poller.running and shell._own.running)


# Bugs, problems.


def test_a_bug_of_any_place_is_shown_with_a_report_to_copy(make: Make) -> None:
    shell = make()
    shell.show_bug(Bug("KeyError: 'x'", "Traceback\n  line\nKeyError: 'x'"))
    assert "KeyError: 'x'" in bar_text(shell)
    copy = next(b for b in shell._problems.findChildren(QPushButton) if b.isVisible())
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "  line\nKeyError: 'x'" in QGuiApplication.clipboard().text()
    assert "PySide6" in QGuiApplication.clipboard().text()


def test_a_second_report_can_be_copied_and_its_button_says_so_anew(make: Make) -> None:
    shell = make()
    shell.show_bug(Bug("KeyError: 'x'", "first"))
    copy = next(b for b in shell._problems.findChildren(QPushButton) if b.isVisible())
    text = copy.text()
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert copy.text() != text
    shell.show_bug(Bug("KeyError: 'y'", "second"))
    assert copy.text() == text


def test_markup_in_a_problem_is_shown_as_it_is(make: Make) -> None:
    shell = make()
    shell._problems.show_problem(Problem("x", "<b>bold</b> <img src='/etc/passwd'>"))
    assert shell._problems.findChild(QLabel).textFormat() == Qt.TextFormat.PlainText


def test_a_dismissed_bar_is_gone_until_the_next_problem(make: Make) -> None:
    shell = make()
    shell._problems.show_problem(Problem("x", "One."))
    buttons = [b for b in shell._problems.findChildren(QPushButton) if b.isVisible()]
    QTest.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)
    assert bar_text(shell) == ""
    shell._problems.show_problem(Problem("x", "Two."))
    assert bar_text(shell) == "Two."


# What is remembered.


def test_tab_and_geometry_are_remembered(qtbot, make: Make, tmp_path: Path) -> None:
    first = make(settings=Settings(tmp_path))
    first.open("two")
    first.resize(790, 560)
    first.move(30, 40)
    qtbot.waitUntil(lambda: first.size() == QSize(790, 560) and first.pos().x() == 30)
    first.close()
    settings = Settings(tmp_path)
    assert settings.panel == "two"
    assert settings.geometry == Geometry(790, 560, 30, 40)
    second = make(settings=settings, start="two")
    assert second.size() == QSize(790, 560)
    assert (second.pos().x(), second.pos().y()) == (30, 40)


def test_a_screen_of_less_room_has_all_of_the_window(make: Make, tmp_path: Path) -> None:
    room = QGuiApplication.primaryScreen().availableGeometry()
    settings = Settings(tmp_path)
    settings.geometry = Geometry(room.width() + 400, room.height() + 300, 30, 40)
    shell = make(settings=settings)
    assert room.contains(shell.geometry())
    dialog = QWidget(shell)
    resize_dialog(dialog, room.width(), 200)
    assert (dialog.width() < room.width(), dialog.height()) == (True, 200)


def test_a_maximised_window_is_remembered_with_the_size_that_it_had(
    qtbot, make: Make, tmp_path: Path
) -> None:
    first = make(settings=Settings(tmp_path))
    first.resize(800, 540)
    qtbot.waitUntil(lambda: first.size() == QSize(800, 540))
    first.showMaximized()
    qtbot.waitUntil(lambda: first.width() > 700)
    first.close()
    geometry = Settings(tmp_path).geometry
    assert (geometry.width, geometry.height, geometry.maximized) == (800, 540, True)
    second = make(settings=Settings(tmp_path))
    assert second.isMaximized()


def test_a_place_on_a_screen_that_is_gone_is_not_taken(make: Make) -> None:
    settings = Settings(None)
    settings.geometry = Geometry(800, 540, 90_000, 90_000)
    shell = make(settings=settings)
    assert shell.size() == QSize(800, 540)
    assert shell.pos().x() < 90_000


def test_settings_that_cannot_be_understood_are_named_in_the_bar_and_set_aside(
    make: Make, tmp_path: Path
) -> None:
    (tmp_path / "settings.json").write_text('{"panel": 7')
    shell = make(settings=Settings(tmp_path))
    assert "settings could not be understood" in bar_text(shell)
    assert str(tmp_path) in bar_text(shell)
    shell.close()
    assert Settings(tmp_path).trouble is None
    aside = [path for path in tmp_path.iterdir() if path.name != "settings.json"]
    assert [path.read_text() for path in aside] == ['{"panel": 7']


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow: what a full disk says (with another number, EFBIG)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_settings_that_cannot_be_saved_are_a_problem_in_the_bar_and_the_old_ones_stay(
    make: Make, tmp_path: Path, capfd
) -> None:
    shell = make(settings=Settings(tmp_path))
    assert shell.save_settings()
    before = (tmp_path / "settings.json").read_bytes()
    shell.open("two")
    with full_disk():
        saved = shell.save_settings()
    assert not saved
    assert "could not be saved" in bar_text(shell)
    assert (tmp_path / "settings.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_wish_that_comes_with_the_end_makes_no_panel_and_no_window(make: Make) -> None:
    shell = make()
    shell.close()
    shell.come_to_front()
    shell.open("two")
    assert not shell.isVisible()
    assert shell._stack.views.keys() == {"one"}


def test_a_window_that_cannot_save_closes_all_the_same_and_says_so_on_standard_error(
    make: Make, tmp_path: Path, capfd
) -> None:
    place = tmp_path / "file"
    place.write_text("no directory")
    settings = Settings(place / "sysgui")
    shell = make(settings=settings)
    assert "could not be read" in bar_text(shell)
    shell.close()
    assert not shell.isVisible()
    said = capfd.readouterr().err
    assert "could not be saved" in said
    assert "Traceback" not in said


# Own cost.


def test_the_status_bar_says_what_the_program_costs_as_psutil_does(qtbot, make: Make) -> None:
    shell = make(tempo=4.0)  # A reading every half second.
    me = psutil.Process()
    qtbot.waitUntil(lambda: "%" in shell._cost.text())
    shown = shell._cost.text()
    before, began = sum(me.cpu_times()[:2]), time.monotonic()
    qtbot.waitUntil(lambda: burn() and shell._cost.text() != shown)
    shown = shell._cost.text()
    qtbot.waitUntil(lambda: burn() and shell._cost.text() != shown)
    used = 100 * (sum(me.cpu_times()[:2]) - before) / (time.monotonic() - began)
    cpu, memory = figures(shell._cost.text())
    assert cpu == pytest.approx(used, abs=30)
    assert cpu > used / 4 > 0  # On a busy machine neither is much.
    assert memory == pytest.approx(me.memory_info().rss / 2**20, rel=0.05)


def burn() -> bool:
    end = time.perf_counter() + 0.05
    while time.perf_counter() < end:
        os.getpid()
    return True


def figures(text: str) -> tuple[float, float]:
    """Returns CPU and MiB from “this program: 3.1 % CPU · 120 MiB”."""
    cpu, memory = text.partition(": ")[2].split(" · ")
    assert memory.endswith("MiB")
    return float(cpu.split("\N{NARROW NO-BREAK SPACE}")[0]), float(memory[:-4])
