"""The table of units: live, of either manager, narrowed, searched, and in trouble."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kit import in_dialog, problem_text
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from roots.hosts import DEBIAN, write_machine

from sysgui.panels.services import PANEL
from sysgui.panels.services.model import tip
from sysgui.panels.services.settings import ServicesSettings
from sysgui.panels.services.units import Unit
from sysgui.panels.services.view import ServicesView
from sysgui.system.host import Host
from sysgui.system.settings import Settings

from .fakes import NOW, Door, path_of

Make = Callable[..., ServicesView]
CGROUP = "/sys/fs/cgroup"


def fill(door: Door) -> None:
    systemd = door.systemd
    group = "/system.slice/ssh.service"
    systemd.add("ssh.service", MainPID=77, NRestarts=2, ControlGroup=group)
    systemd.properties["ssh.service", "ActiveEnterTimestamp"] = int((NOW - 7500) * 1e6)
    systemd.add("cron.service", "failed", "failed")
    systemd.add("dev-x\\x2dy@1.service", "inactive", "dead")
    systemd.add("gone.service", "inactive", "dead", load="not-found")
    systemd.add("apt.timer", "active", "waiting")
    systemd.properties["apt.timer", "NextElapseUSecRealtime"] = int((NOW + 7300) * 1e6)
    systemd.add("-.mount", "active", "mounted")
    for name in ("ssh.service", "cron.service", "apt.timer"):
        systemd.file(name)
    systemd.file("rsync.service", "disabled")
    door.managers["user"].add("pipewire.service", description="Sound")


@pytest.fixture
def door(tmp_path: Path) -> Door:
    write_machine(
        tmp_path,
        {
            f"{CGROUP}/cgroup.controllers": "memory",
            f"{CGROUP}/system.slice/ssh.service/cpu.stat": "usage_usec 2000000\n",
            f"{CGROUP}/system.slice/ssh.service/memory.current": f"{200 << 20}\n",
            f"{CGROUP}/system.slice/ssh.service/pids.current": "3\n",
        },
    )
    made = Door(tmp_path, real=True)
    fill(made)
    return made


@pytest.fixture
def make(qtbot, panel_context) -> Make:
    def make(host: Host, **more: Any) -> ServicesView:
        context = panel_context(host, tempo=50.0, **more)
        view = ServicesView(context)
        context.shell.views.append(view)
        view.resize(1100, 700)
        with qtbot.waitSignal(view.ready):
            view.show()
        return view

    return make


@pytest.fixture
def view(make: Make, door: Door) -> ServicesView:
    return make(door)


def names(view: ServicesView) -> list[str]:
    return [unit.name for unit in view._model.rows]


def row(view: ServicesView, name: str) -> dict[str, str]:
    place = names(view).index(name)
    shown = [column.name for column in view._model.columns]
    return dict(zip(shown, view._model.texts(place), strict=True))


def press(view: ServicesView, text: str) -> None:
    (button,) = (b for b in view.findChildren(QPushButton) if b.text() == text)
    button.click()


def count(view: ServicesView) -> str:
    return view.bar._count.text()


def select(view: ServicesView, name: str) -> None:
    view._table.select(names(view).index(name))


# What it shows.


def test_services_stand_with_what_failed_first_and_files_last(view: ServicesView) -> None:
    assert names(view) == ["cron.service", "ssh.service", "dev-x\\x2dy@1.service", "rsync.service"]
    assert count(view) == "4, 1 failed"


def test_a_row_says_what_systemd_and_the_kernel_say(view: ServicesView) -> None:
    shown = row(view, "ssh.service")
    assert shown["state"] == "active"
    assert (shown["sub"], shown["enabled"], shown["pid"], shown["restarts"]) == (
        "running", "enabled", "77", "2",
    )  # fmt: skip
    assert shown["since"].replace("\N{NARROW NO-BREAK SPACE}", " ") == "2 h ago"
    assert shown["mem"].startswith("200")
    assert shown["tasks"] == "3"
    assert shown["description"] == "The ssh.service"


def test_what_failed_is_marked_by_a_sign_and_not_by_colour_alone(view: ServicesView) -> None:
    assert row(view, "cron.service")["state"] == "✗ failed"
    token, share = view._table.shades["state"]
    assert token == "wrong"
    assert share(view._model.row(0)) == 1.0
    assert share(view._model.row(1)) == 0.0


def test_an_escaped_name_is_shown_as_one_reads_it_and_found_either_way(
    view: ServicesView,
) -> None:
    assert row(view, "dev-x\\x2dy@1.service")["name"] == "dev-x-y@1.service"
    for query in ("x-y@1", "x\\x2dy", '"dev-x\\\\x2dy@1.service"', 'unit:"x2d"'):
        view.search.setText(query)
        assert names(view) == ["dev-x\\x2dy@1.service"], query


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", ["cron.service"]),
        ("active=failed", ["cron.service"]),
        ("enabled=yes", ["cron.service", "ssh.service"]),
        ("enabled=no", ["rsync.service"]),
        ("type=timer", ["apt.timer"]),
        ("type=timer or type=mount", ["-.mount", "apt.timer"]),
        ("mem>100M", ["ssh.service"]),
        ("mem>300M", []),
        ("since<3h", ["ssh.service"]),
        ("restarts>1", ["ssh.service"]),
        ("load=not-found", ["gone.service"]),
        ("changed=yes", []),
        ("ssh", ["ssh.service"]),
    ],
)
def test_queries_find_what_they_say(
    view: ServicesView, qtbot, query: str, found: list[str]
) -> None:
    view.search.setText(query)
    qtbot.waitUntil(lambda: sorted(names(view)) == sorted(found))


def test_a_query_that_is_none_says_why(view: ServicesView) -> None:
    view.search.setText("state=broken")
    assert "failed" in view._refusal.text()
    assert view._refusal.isVisible()


@pytest.mark.parametrize(
    ("button", "found"),
    [
        ("Timers", ["apt.timer"]),
        ("Sockets", []),
        ("Mounts", ["-.mount"]),
        ("Failed", ["cron.service"]),
        (
            "All",
            [
                "-.mount", "apt.timer", "cron.service", "dev-x\\x2dy@1.service", "gone.service",
                "rsync.service", "ssh.service",
            ],
        ),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_to_a_kind(view: ServicesView, button: str, found: list[str]) -> None:
    press(view, button)
    assert sorted(names(view)) == found


def test_in_a_narrow_window_no_button_is_cut(view: ServicesView) -> None:
    def buttons() -> dict[str, QPushButton]:
        return {each.text(): each for each in view.bar.findChildren(QPushButton)}

    def tops() -> tuple[int, int]:
        places = [buttons()[text].mapTo(view, QPoint()).y() for text in ("Services", "Reload")]
        return places[0], places[1]

    kinds, tools = tops()
    assert kinds == tools
    view.resize(690, 500)
    QApplication.processEvents()
    kinds, tools = tops()
    assert kinds < tools
    cut = [
        text for text, each in buttons().items() if each.width() < each.minimumSizeHint().width()
    ]
    assert cut == []
    view.resize(1100, 500)
    QApplication.processEvents()
    kinds, tools = tops()
    assert kinds == tools


def test_timers_say_when_they_run(view: ServicesView, qtbot) -> None:
    press(view, "Timers")
    qtbot.waitUntil(lambda: row(view, "apt.timer")["next"] != "–")  # noqa: RUF001
    assert row(view, "apt.timer")["next"].replace("\N{NARROW NO-BREAK SPACE}", " ") == "in 2 h"
    assert view._table.shown_columns()[3:5] == ["next", "last"]
    press(view, "Services")
    assert "mem" in view._table.shown_columns()


def test_an_empty_list_says_why(view: ServicesView, door: Door, qtbot) -> None:
    view.search.setText("nosuch")
    assert "nosuch" in view._table.empty_text
    view.search.clear()
    press(view, "Sockets")
    assert view._table.empty_text == "There are no units of this kind."
    press(view, "Failed")
    door.systemd.change("cron.service", "active", "running")
    qtbot.waitUntil(lambda: names(view) == [])
    assert view._table.empty_text == "Nothing has failed."


def test_times_of_day_stand_in_the_tooltips() -> None:
    unit = Unit(
        "system", "a\\x2db.service", description="About", active="active", since=NOW, seen=NOW,
        next_run=NOW, load="not-found", file="/etc/systemd/system/a.service", changed=True,
    )  # fmt: skip
    assert "2027-01-15" in tip(unit, "since")
    assert "2027-01-15" in tip(unit, "next")
    assert tip(unit, "name") == "a\\x2db.service\nAbout\n/etc/systemd/system/a.service"
    assert "daemon-reload" in tip(unit, "changed")
    assert "no file" in tip(unit, "load")
    assert tip(unit, "last") == ""


def test_a_tooltip_of_the_model_is_that_of_the_cell(view: ServicesView) -> None:
    columns = [column.name for column in view._model.columns]
    place = names(view).index("ssh.service")
    role = Qt.ItemDataRole.ToolTipRole
    assert "since" in view._model.data(view._model.index(place, columns.index("since")), role)
    assert view._model.data(view._model.index(place, columns.index("pid")), role) == "77"


# Live.


def test_a_crash_shows_in_its_row(view: ServicesView, door: Door, qtbot) -> None:
    select(view, "ssh.service")
    door.systemd.change("ssh.service", "failed", "failed", MainPID=0)
    qtbot.waitUntil(lambda: row(view, "ssh.service")["state"] == "✗ failed")
    assert count(view) == "4, 2 failed"
    assert [unit.name for unit in view.selected()] == ["ssh.service"]
    assert view.selected()[0].active == "failed"


def test_units_come_and_go_and_the_selection_stays(view: ServicesView, door: Door, qtbot) -> None:
    select(view, "ssh.service")
    door.systemd.new("new@x\\x2dy.service")
    qtbot.waitUntil(lambda: "new@x\\x2dy.service" in names(view))
    door.systemd.remove("cron.service")
    qtbot.waitUntil(lambda: row(view, "cron.service")["state"] == "inactive")
    door.systemd.remove("dev-x\\x2dy@1.service")
    qtbot.waitUntil(lambda: "dev-x\\x2dy@1.service" not in names(view))
    assert [unit.name for unit in view.selected()] == ["ssh.service"]


def test_a_selected_unit_that_vanishes_is_selected_no_more(
    view: ServicesView, door: Door, qtbot
) -> None:
    select(view, "dev-x\\x2dy@1.service")
    door.systemd.remove("dev-x\\x2dy@1.service")
    qtbot.waitUntil(lambda: "dev-x\\x2dy@1.service" not in names(view))
    assert view.selected() == []


def test_under_the_hand_rows_keep_their_places_and_what_is_gone_stays_greyed(
    view: ServicesView, door: Door, qtbot
) -> None:
    view._table.hold()
    door.systemd.remove("dev-x\\x2dy@1.service")
    place = names(view).index("dev-x\\x2dy@1.service")
    qtbot.waitUntil(lambda: view._model.has_ended(place))
    assert "order held" in count(view)
    view._table.release()


def test_only_rows_that_can_be_seen_are_asked_for(make: Make, door: Door, qtbot) -> None:
    for number in range(300):
        door.systemd.add(f"n{number:03}.service", MainPID=1000 + number)
    view = make(door)
    view.bar.choose_kind("service")
    asked = {call.path for call in door.systemd.asked("Get")}
    assert path_of("n000.service") in asked
    assert path_of("n299.service") not in asked
    view._table.scrollToBottom()
    qtbot.waitUntil(lambda: row(view, "n299.service")["pid"] == "1299")
    assert path_of("n150.service") not in {call.path for call in door.systemd.asked("Get")}
    assert door.systemd.loaded == []


def test_an_order_by_a_detail_has_all_of_them_asked_for(make: Make, door: Door, qtbot) -> None:
    for number in range(300):
        door.systemd.add(f"n{number:03}.service", MainPID=1000 + number)
    view = make(door)
    view._set_order("pid", True)
    qtbot.waitUntil(lambda: names(view)[0] == "n299.service")
    assert door.systemd.loaded == []


def test_nobody_is_asked_while_nobody_looks(view: ServicesView, door: Door, qtbot) -> None:
    view.hide()
    qtbot.waitUntil(lambda: door.systemd.buses == [])
    door.systemd.units["ssh.service"][3] = "failed"
    view.show()
    qtbot.waitUntil(lambda: row(view, "ssh.service")["state"] == "✗ failed")
    assert len(door.systemd.buses) == 1


def test_nothing_is_read_closely_while_no_unit_is_chosen(view: ServicesView, qtbot) -> None:
    close = [
        poller
        for poller in view.context.shell.pollers
        if poller.objectName() in ("DetailProbe", "UnitJournalProbe", "ExposureProbe")
    ]
    assert len(close) == 3
    assert not any(poller.running for poller in close)
    select(view, "ssh.service")
    qtbot.waitUntil(lambda: any(poller.running for poller in close))
    QTest.keyClick(view._table, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not any(poller.running for poller in close))


# Whose.


def test_ones_own_units_are_another_list(view: ServicesView, door: Door, qtbot) -> None:
    press(view, "Yours")
    qtbot.waitUntil(lambda: names(view) == ["pipewire.service"])
    assert row(view, "pipewire.service")["scope"] == "user"
    assert door.systemd.buses == []
    QTest.keyClick(view, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "ssh.service" in names(view))


def test_without_a_bus_of_ones_own_the_list_says_so_and_the_systems_works(
    view: ServicesView, door: Door, qtbot
) -> None:
    del door.managers["user"]
    press(view, "Yours")
    qtbot.waitUntil(lambda: "There is no bus." in view._table.empty_text)
    assert "Start one." in view._table.empty_text
    assert names(view) == []
    assert count(view) == ""
    assert problem_text(view) == ""
    press(view, "System")
    qtbot.waitUntil(lambda: "ssh.service" in names(view))


def test_without_systemd_the_list_says_so_and_what_to_do(make: Make, door: Door) -> None:
    door.systemd.away = True
    view = make(door)
    assert names(view) == []
    assert "systemd does not answer" in view._table.empty_text
    # Whatever else brings the rows into order.
    view.arrange()
    assert "systemd does not answer" in view._table.empty_text
    assert "first process" in view._table.empty_text


def test_a_bus_that_is_restarted_is_said_until_it_is_there_again(
    view: ServicesView, door: Door, qtbot
) -> None:
    said: list[str] = []
    view._stream.problem.connect(lambda _problem: said.append(problem_text(view)))
    door.systemd.units["ssh.service"][3] = "failed"
    door.systemd.buses[0].break_off()
    qtbot.waitUntil(lambda: row(view, "ssh.service")["state"] == "✗ failed")
    assert said == ["The connection to D-Bus was lost."]
    assert problem_text(view) == ""


def test_a_systemd_that_executes_itself_anew_leaves_the_rows_where_they_are(
    view: ServicesView, door: Door, qtbot
) -> None:
    before = names(view)
    door.systemd.leave()
    door.systemd.units["ssh.service"][3] = "failed"
    door.systemd.come_back()
    qtbot.waitUntil(lambda: row(view, "ssh.service")["state"] == "✗ failed")
    assert sorted(names(view)) == sorted(before)
    assert problem_text(view) == ""


def test_five_thousand_units_are_shown_and_one_that_fails_comes_first(
    make: Make, door: Door, qtbot
) -> None:
    for number in range(5000):
        door.systemd.add(f"u{number}@x\\x2dy.service")
    view = make(door)
    assert len(names(view)) == 5004
    door.systemd.change("u4999@x\\x2dy.service", "failed", "failed")
    qtbot.waitUntil(lambda: names(view)[1] == "u4999@x\\x2dy.service")


# Hands, keys, memory.


def test_a_menu_copies_the_names_and_shows_the_main_process(view: ServicesView) -> None:
    select(view, "ssh.service")

    def use(menu: Any) -> None:
        # Above them stands what can be done to it (test_actions.py).
        copy, process = menu.actions()[-2:]
        assert (copy.text(), process.text()) == ("Copy the name", "Show its main process")
        copy.trigger()
        process.trigger()

    seen = in_dialog(QMenu, use)
    QTest.keyClick(view._table, Qt.Key.Key_Return)
    assert seen
    assert QGuiApplication.clipboard().text() == "ssh.service"
    assert view.context.shell.opened == [("processes", {"query": "pid=77"})]


def test_a_menu_opens_under_the_pointer_and_none_beside_the_rows(view: ServicesView) -> None:
    select(view, "ssh.service")
    seen = in_dialog(QMenu, lambda menu: menu.close())
    rect = view._table.visualRect(view._model.index(1, 0))
    view._open_menu(rect.center())
    assert len(seen) == 1
    view._open_menu(QPoint(5, view._table.viewport().height() - 2))
    assert len(seen) == 1


def test_another_panel_may_ask_for_a_unit(view: ServicesView, qtbot) -> None:
    view.open_with(unit="apt.timer")
    qtbot.waitUntil(lambda: [unit.name for unit in view.selected()] == ["apt.timer"])
    view.open_with(unit="pipewire.service", scope="user")
    qtbot.waitUntil(lambda: [unit.name for unit in view.selected()] == ["pipewire.service"])
    view.open_with(query="pipe")
    assert view.search.text() == "pipe"


def test_keys_choose_the_kind(view: ServicesView) -> None:
    QTest.keyClick(view, Qt.Key.Key_7, Qt.KeyboardModifier.ControlModifier)
    assert names(view) == ["cron.service"]
    QTest.keyClick(view, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert len(names(view)) == 4


def test_down_leads_from_the_search_to_the_rows(view: ServicesView) -> None:
    view.focus_search()
    QTest.keyClick(view.search, Qt.Key.Key_Down)
    assert view._table.hasFocus() or QApplication.focusWidget() is view._table
    assert [unit.name for unit in view.selected()] == ["cron.service"]


def test_what_takes_the_keyboard_has_a_name_that_can_be_read_out(view: ServicesView) -> None:
    for widget in (view.search, view._table, *view.findChildren(QPushButton)):
        if widget.isVisible():
            found = QAccessible.queryAccessibleInterface(widget)
            assert found.text(QAccessible.Text.Name), widget


def test_order_kind_scope_and_columns_are_remembered(make: Make, door: Door) -> None:
    settings = Settings(None)
    view = make(door, settings=settings)
    press(view, "Timers")
    view._table.show_columns(["name", "next"])
    view._set_order("next", False)
    view.save_settings()
    kept = settings.section("services", ServicesSettings)
    assert (kept.kind, kept.sort, kept.descending, kept.scope) == ("timer", "next", False, "system")
    assert kept.timer_columns == ["name", "next"]
    assert "mem" in kept.columns
    again = make(door, settings=settings)
    assert names(again) == ["apt.timer"]
    assert again._table.shown_columns() == ["name", "next"]


@pytest.mark.parametrize("settings", [{"sort": "x", "kind": "y", "scope": "z"}, {"columns": []}])
def test_settings_that_make_no_sense_are_those_of_the_beginning(
    make: Make, door: Door, tmp_path: Path, settings: dict[str, Any]
) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"services": settings}))
    view = make(door, settings=Settings(path))
    assert names(view)[0] == "cron.service"


def test_the_manifest_leads_to_the_panel() -> None:
    assert (PANEL.order, PANEL.view()) == (30, ServicesView)
    assert PANEL.command().run
    assert PANEL.probe()


def test_a_recorded_machine_shows_what_was_recorded(make: Make) -> None:
    view = make(Host(str(DEBIAN)))
    assert "ssh.service" in names(view)
    assert problem_text(view) == ""


def test_the_bar_says_no_word_twice(view: ServicesView) -> None:
    texts = [label.text() for label in view.bar.findChildren(QLabel)]
    assert texts == [count(view)]
