"""What can be done to units from the window: offered where it makes sense, asked, done, told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kit import in_dialog, problem_text, visible_texts
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPlainTextEdit, QPushButton

from sysgui.panels.services.control.actions import Told
from sysgui.panels.services.control.verbs import DIFFERENCE, VERBS
from sysgui.panels.services.view import ServicesView
from sysgui.system.elevation import Item, Result
from sysgui.system.problem import Problem
from sysgui.ui.confirm import Confirmation
from tests.panels.services.fakes import Door
from tests.panels.services.told import Helped

UP = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "CanReload": "no"}
BROKEN = {**UP, "ActiveState": "failed", "Result": "exit-code", "ExecMainCode": "1",
          "ExecMainStatus": "3", "InvocationID": "0" * 32}  # fmt: skip


class Machine(Helped, Door):
    """It has a bus, and a systemctl, and a helper; all of them are the test's."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._is_real = True
        self.there = True

    def exists(self, path: str) -> bool:
        return self.there and super().exists(path)


@pytest.fixture
def host(tmp_path: Path) -> Machine:
    host = Machine(tmp_path)
    for name, active, sub, enabled in (
        ("ssh.service", "active", "running", "enabled"),
        ("web.service", "active", "running", "enabled"),
        ("idle.service", "inactive", "dead", "disabled"),
        ("bad.service", "failed", "failed", "enabled"),
    ):
        host.systemd.add(name, active, sub)
        host.systemd.file(name, enabled)
        host.units[name] = {**UP, "ActiveState": active, "UnitFileState": enabled}
    host.units["web.service"].update(RequiredBy=["ssh.service"], TriggeredBy=["web.socket"])
    host.units["web.socket"] = dict(UP)
    host.managers["user"].add("mine.service")
    host.managers["user"].file("mine.service")
    host.units["mine.service"] = dict(UP)
    return host


@pytest.fixture
def make(qtbot, panel_context) -> Callable[[Any], ServicesView]:
    def make(host: Any) -> ServicesView:
        context = panel_context(host, tempo=50.0)
        view = ServicesView(context)
        context.shell.views.append(view)
        view.resize(1100, 700)
        with qtbot.waitSignal(view.ready):
            view.show()
        return view

    return make


@pytest.fixture
def view(make, host: Machine) -> ServicesView:
    return make(host)


def select(view: ServicesView, *names: str) -> None:
    model = view._model
    rows = [n for n in range(model.rowCount()) if model.row(n).name in names]
    assert len(rows) == len(names)
    table = view._table
    table.select(rows[0])
    for row in rows[1:]:
        flags = table.selectionModel().SelectionFlag
        table.selectionModel().select(model.index(row, 0), flags.Select | flags.Rows)


def button(view: ServicesView, verb: str) -> QPushButton:
    return view._actions._buttons[verb]


def offered(view: ServicesView) -> list[str]:
    return [verb for verb in view._actions._buttons if button(view, verb).isEnabled()]


def answered(qtbot, start: Callable[[], Any], agree: bool) -> Any:
    """Has a question asked, answers it, and returns what it said."""
    about: dict[str, Any] = {}

    def answer(asked: Any) -> None:
        about["title"] = asked.windowTitle()
        about["text"] = asked.findChild(QLabel).text()
        about["preview"] = asked.findChild(QPlainTextEdit).toPlainText()
        about["buttons"] = [each.text() for each in asked.findChildren(QPushButton)]
        if agree:
            asked.accept()
        else:
            asked.reject()

    seen = in_dialog(Confirmation, answer)
    start()
    qtbot.waitUntil(lambda: bool(seen))
    return about


# Where it is offered


def test_buttons_offer_what_makes_sense_and_say_why_not(view: ServicesView) -> None:
    assert offered(view) == []
    assert button(view, "start").toolTip().startswith("Choose a unit first.")
    select(view, "web.service")
    assert offered(view) == ["stop", "restart", "reload"]
    assert button(view, "start").toolTip().startswith("It runs already.")
    assert button(view, "stop").toolTip().startswith(VERBS["stop"].meaning)
    select(view, "idle.service")
    assert offered(view) == ["start", "restart"]
    select(view, "idle.service", "web.service")
    assert offered(view) == ["start", "stop", "restart"]
    assert button(view, "reload").toolTip().startswith("idle.service: It does not run.")


def test_they_follow_a_unit_that_changes(view: ServicesView, host: Machine, qtbot) -> None:
    select(view, "web.service")
    host.systemd.change("web.service", "inactive", "dead")
    qtbot.waitUntil(lambda: button(view, "start").isEnabled())
    assert not button(view, "stop").isEnabled()


def test_without_the_helper_nothing_is_offered_but_for_ones_own_units(
    make, host: Machine, qtbot
) -> None:
    host.there = False
    view = make(host)
    select(view, "web.service")
    assert offered(view) == []
    assert button(view, "stop").toolTip().startswith("This needs the installed Sysgui.")
    view._toggle_scope()
    qtbot.waitUntil(lambda: view._model.rowCount() == 1)
    select(view, "mine.service")
    assert offered(view) == ["stop", "restart", "reload"]


def test_the_menu_has_every_verb_and_explains_it(view: ServicesView) -> None:
    menu = QMenu(view)
    select(view, "web.service")
    view.fill_menu(menu, view.selected())
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions)[: len(VERBS)] == [
        "Start", "Stop…", "Restart…", "Reload", "Enable", "Enable and start", "Disable…",
        "Disable and stop…", "Mask…", "Mask and stop…", "Unmask", "Forget the failure",
    ]  # fmt: skip
    assert menu.toolTipsVisible()
    assert not actions["Start"].isEnabled()
    assert actions["Start"].toolTip() == "It runs already."
    assert actions["Enable"].toolTip() == "It is started at boot already."
    for word in ("Disable…", "Disable and stop…"):
        assert actions[word].isEnabled()
        assert DIFFERENCE in actions[word].toolTip()
    assert actions["Mask…"].toolTip() == VERBS["mask"].meaning


def test_each_verb_is_an_action_of_the_panel(view: ServicesView) -> None:
    texts = {action.text(): action.shortcut().toString() for action in view.actions()}
    assert texts["Start the chosen units"] == "Ctrl+Shift+S"
    assert texts["Stop the chosen units…"] == "Del"
    assert "Read all unit files anew (daemon-reload)" in texts
    assert sum(text.endswith(("chosen units", "chosen units…")) for text in texts) == len(VERBS)
    keys = [key for key in texts.values() if key]
    assert len(keys) == len(set(keys))


# Asked


def test_before_a_stop_it_is_said_what_else_stops_and_what_brings_it_back(
    view: ServicesView, host: Machine, qtbot
) -> None:
    select(view, "web.service")
    about = answered(qtbot, button(view, "stop").click, agree=False)
    assert about["title"] == "Stop web.service"
    assert {"Stop web.service", "Cancel"} <= set(about["buttons"])
    assert "ssh.service stops as well." in about["text"]
    assert "web.socket will start web.service again at the next connection." in about["text"]
    assert "An administrator's password is asked for." in about["text"]
    assert about["preview"] == "web.service  active (running)  The web.service"
    assert host.orders == []


def test_what_is_done_is_what_was_asked_about(view: ServicesView, host: Machine, qtbot) -> None:
    select(view, "web.service")

    def stop() -> None:
        button(view, "stop").click()
        select(view, "ssh.service")  # Before systemd has said what follows.

    about = answered(qtbot, stop, agree=True)
    assert about["title"] == "Stop web.service"
    qtbot.waitUntil(lambda: bool(host.orders))
    assert host.orders == [["unit-control", "verb=stop", "web.service"]]
    qtbot.waitUntil(view._actions.bar.isHidden)


def test_the_delete_key_asks_as_well(view: ServicesView, qtbot) -> None:
    select(view, "ssh.service")
    view._table.setFocus()
    about = answered(qtbot, lambda: QTest.keyClick(view._table, Qt.Key.Key_Delete), agree=False)
    assert about["title"] == "Stop ssh.service"
    select(view, "idle.service")
    (action,) = [each for each in view.actions() if each.shortcut().toString() == "Del"]
    action.trigger()
    assert problem_text(view).startswith("It does not run.")


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if verb.asks])
def test_whatever_takes_something_away_asks(
    view: ServicesView, host: Machine, qtbot, verb: str
) -> None:
    select(view, "web.service")
    about = answered(qtbot, lambda: view._actions._do_chosen(verb), agree=False)
    assert about["text"].startswith(VERBS[verb].meaning)
    assert host.orders == []


def test_a_start_asks_if_it_is_the_end_of_something(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.units["idle.service"]["Conflicts"] = ["web.service"]
    select(view, "idle.service")
    about = answered(qtbot, button(view, "start").click, agree=False)
    assert about["text"].startswith(VERBS["start"].meaning)
    assert "web.service stops: it cannot run beside what is started." in about["text"]
    assert host.orders == []
    host.units["idle.service"] = {**host.units["idle.service"], "SuccessAction": "reboot"}
    about = answered(qtbot, button(view, "start").click, agree=True)
    assert "idle.service restarts the machine" in about["text"]
    qtbot.waitUntil(lambda: bool(host.orders))
    qtbot.waitUntil(view._actions.bar.isHidden)


def test_what_the_helper_would_refuse_is_not_asked_about(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.units["web.service"]["RequiredBy"] = ["dbus.service"]
    host.units["dbus.service"] = dict(UP)
    select(view, "web.service")
    button(view, "stop").click()
    qtbot.waitUntil(lambda: "dbus.service would stop as well" in problem_text(view))
    assert host.orders == []


def test_while_one_is_looked_at_another_is_not_lost_without_a_word(
    view: ServicesView, host: Machine, qtbot
) -> None:
    select(view, "idle.service")
    button(view, "start").click()
    button(view, "start").click()
    assert "One thing at a time" in problem_text(view)
    qtbot.waitUntil(lambda: bool(host.orders))
    qtbot.waitUntil(view._actions.bar.isHidden)
    assert len(host.orders) == 1


# Done


def test_a_start_is_done_unasked_and_the_bar_says_so(
    view: ServicesView, host: Machine, qtbot
) -> None:
    select(view, "idle.service")
    button(view, "start").click()
    qtbot.waitUntil(view._actions.bar.isVisible)
    assert any(text.startswith("Start idle.service:") for text in visible_texts(view))
    qtbot.waitUntil(view._actions.bar.isHidden)
    assert host.orders == [["unit-control", "verb=start", "idle.service"]]
    assert view._actions.box.isHidden()
    assert problem_text(view) == ""


def test_many_go_with_one_prompt(view: ServicesView, host: Machine, qtbot) -> None:
    select(view, "ssh.service", "web.service")
    about = answered(qtbot, button(view, "restart").click, agree=True)
    assert about["title"] == "Restart 2 units"
    qtbot.waitUntil(lambda: bool(host.orders))
    (order,) = host.orders
    assert order[:2] == ["unit-control", "verb=restart"]
    assert set(order[2:]) == {"ssh.service", "web.service"}
    qtbot.waitUntil(view._actions.bar.isHidden)


def test_more_than_go_with_one_password_are_not_begun(view: ServicesView, host: Machine) -> None:
    view._actions.do(Told("start", "system", [view._model.row(0)] * 33))
    assert "At most 32" in problem_text(view)
    assert host.orders == []


def test_ones_own_units_need_no_password(view: ServicesView, host: Machine, qtbot) -> None:
    view._toggle_scope()
    qtbot.waitUntil(lambda: view._model.rowCount() == 1)
    select(view, "mine.service")
    about = answered(qtbot, button(view, "stop").click, agree=True)
    assert "password" not in about["text"]
    qtbot.waitUntil(lambda: bool(host.told))
    assert host.told == [["--user", "stop", "--", "mine.service"]]
    assert host.orders == []
    assert view._actions.bar.isHidden()


@pytest.fixture
def hanging(view: ServicesView, host: Machine, qtbot) -> ServicesView:
    """A stop of one's own unit that comes to no end."""
    host.hangs = {"mine.service"}
    host.units["mine.service"]["Job"] = "77"
    view._toggle_scope()
    qtbot.waitUntil(lambda: view._model.rowCount() == 1)
    select(view, "mine.service")
    answered(qtbot, button(view, "stop").click, agree=True)
    qtbot.waitUntil(view._actions.own_bar.isVisible)
    return view


def test_ones_own_unit_that_takes_long_can_be_left_alone(hanging: ServicesView, qtbot) -> None:
    bar, box = hanging._actions.own_bar, hanging._actions.box
    assert "Stop mine.service: waiting for systemd …" in visible_texts(bar)
    hanging._actions._carry_out(Told("start", "user", hanging.selected()))
    assert "One thing at a time" in problem_text(hanging)
    leave, _withdraw = bar.findChildren(QPushButton)
    leave.click()
    qtbot.waitUntil(box.isVisible)
    assert bar.isHidden()
    assert "what systemd has begun with it goes on" in box.report
    assert "Stop mine.service" in box.report


def test_its_job_can_be_withdrawn(hanging: ServicesView, host: Machine, qtbot) -> None:
    _leave, withdraw = hanging._actions.own_bar.findChildren(QPushButton)
    withdraw.click()
    qtbot.waitUntil(hanging._actions.box.isVisible)
    assert "It was withdrawn" in hanging._actions.box.report
    assert host.told[-1] == ["--user", "cancel", "--", "77"]


def test_the_window_can_be_closed_meanwhile(hanging: ServicesView) -> None:
    poller = hanging._actions.own_bar._poller
    poller.quit()
    assert poller.wait(10_000)


def test_all_files_are_read_anew(view: ServicesView, host: Machine, qtbot) -> None:
    (action,) = [each for each in view.actions() if "daemon-reload" in each.text()]
    action.trigger()
    qtbot.waitUntil(lambda: bool(host.orders))
    assert host.orders == [["manager-reload", "systemd"]]
    qtbot.waitUntil(view._actions.bar.isHidden)
    assert view._actions.box.isHidden()


@pytest.mark.parametrize("scope", ["system", "user"])
def test_that_they_could_not_be_read_is_told(
    view: ServicesView, host: Machine, qtbot, scope: str
) -> None:
    host.codes = {"systemd": "failed"}
    host.fails = b"no"
    view._actions.do(Told("daemon-reload", scope, []))
    qtbot.waitUntil(lambda: "could not read its unit files anew" in problem_text(view))
    assert view._actions.bar.isHidden()


def test_what_others_do_after_a_dismissed_prompt_is_not_taken_for_it(
    view: ServicesView, host: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions = view._actions
    monkeypatch.setattr(actions.bar, "do", lambda _order, _title: None)
    select(view, "web.service")
    actions._carry_out(Told("stop", "system", view.selected()))
    actions.bar.failed.emit(Problem("dismissed", "The authentication was dismissed."))
    assert "dismissed" in problem_text(view)
    runs = len(host.runs)
    actions.bar.done.emit([Item("bad.service", "failed"), Result("failed")])
    assert not actions._failures._waiting
    assert len(host.runs) == runs


# How it went


@pytest.fixture
def failed(view: ServicesView, host: Machine, qtbot) -> ServicesView:
    host.codes = {"bad.service": "failed"}
    host.units["bad.service"] = dict(BROKEN)
    host.entries = [
        {"__CURSOR": "c", "__REALTIME_TIMESTAMP": "1", "MESSAGE": "\x1b[2Jno port",
         "SYSLOG_IDENTIFIER": "bad"}
    ]  # fmt: skip
    select(view, "bad.service", "idle.service")
    button(view, "start").click()
    qtbot.waitUntil(view._actions.box.isVisible)
    return view


def test_what_failed_says_why_with_the_end_of_its_journal(failed: ServicesView) -> None:
    box = failed._actions.box
    assert "bad.service failed" in visible_texts(box)
    assert box.report.splitlines() == [
        "Failed: Start bad.service",
        "It ended with an error. Its main process ended with status 3.",
        "Result: exit-code",
        "The last lines of its journal:",
        r"  bad: \x1b[2Jno port",
    ]
    assert problem_text(failed) == ""
    copy, close = box.findChildren(QPushButton)
    copy.click()
    assert QGuiApplication.clipboard().text() == box.report
    close.click()
    assert box.isHidden()


def test_it_stands_there_until_something_else_is_done(failed: ServicesView, qtbot) -> None:
    select(failed, "idle.service")
    assert failed._actions.box.isVisible()
    button(failed, "start").click()
    assert failed._actions.box.isHidden()
    qtbot.waitUntil(failed._actions.bar.isHidden)


def test_a_no_of_the_helpers_stands_in_the_bar(view: ServicesView, host: Machine, qtbot) -> None:
    host.codes = {"*": "protected"}
    select(view, "idle.service")
    button(view, "start").click()
    qtbot.waitUntil(lambda: "could not be used without it" in problem_text(view))
    assert view._actions.box.isHidden()
    # The next thing that is done takes it away.
    host.codes = {}
    button(view, "start").click()
    assert problem_text(view) == ""
    qtbot.waitUntil(view._actions.bar.isHidden)
