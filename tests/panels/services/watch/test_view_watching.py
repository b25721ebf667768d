"""Watches in the window: from a choice to what root is asked for, and back to what is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from kit import in_dialog, problem_text, visible_texts
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QTreeWidget
from roots.hosts import write_machine

from sysgui.panels.services.make.new_unit import NewUnitDialog
from sysgui.panels.services.settings import ServicesSettings
from sysgui.panels.services.unit.pane import JOURNAL, WATCH
from sysgui.panels.services.view import ServicesView
from sysgui.panels.services.watch.dialog import WatchDialog
from sysgui.panels.services.watch.mail_dialog import FORGET, MailDialog, ServerDialog
from sysgui.panels.services.watch.mail_form import MailForm
from sysgui.panels.services.watch.page import WatchPage
from sysgui.panels.services.watch.watches import NOTIFIER
from sysgui.panels.services.watch.window import WatchedWindow
from sysgui.system.host import Output
from sysgui.ui.confirm import Confirmation
from tests.panels.services.fakes import NOW, Door
from tests.panels.services.told import Helped

JOURNALD = "/var/log/journal/0123/system.journal"
STATE = "/var/lib/sysgui"


def drop_in(unit: str) -> str:
    return f"/etc/systemd/system/{unit}.d/50-sysgui-watch.conf"


class Machine(Helped, Door):
    """It has a bus, a helper, and files as the helper and the programs of the watch write them."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._is_real = True
        self.there = True
        self.asked: list[Sequence[str]] = []
        self.notifier = Output(0, b"", b"")

    def exists(self, path: str) -> bool:
        return self.there and super().exists(path)

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        self.asked.append(tuple(argv))
        return self.notifier if tuple(argv) == NOTIFIER else super().run(argv, timeout)

    @property
    def histories(self) -> int:
        """How often the journal was asked what became of watched services."""
        return sum(any("MESSAGE_ID=" in word for word in argv) for argv in self.asked)

    def watch(self, unit: str, state: str = "", **more: Any) -> None:
        known = {"restart": "yes", "mail": "yes", "notify": "no", "grace": 60, **more}
        line = f"[X-Sysgui]\nWatch={json.dumps(known)}\n"
        self.write(drop_in(unit), line)
        if state:
            kept = {"state": state, "since": NOW - 60, "failures": 2}
            self.write(f"{STATE}/watches/{unit}.json", json.dumps(kept))

    def write(self, path: str, text: str) -> None:
        """Puts a new file in the place of the old one."""
        write_machine(Path(self.root), {f"{path}.new": text})
        Path(f"{self.root}{path}.new").rename(f"{self.root}{path}")

    def happens(self, unit: str, kind: str, **more: str) -> None:
        about = {"SYSGUI_UNIT": unit, "SYSGUI_EVENT": kind, "SYSGUI_TOLD": "yes", **more}
        time = str(int((NOW - 3600) * 1e6) + len(self.entries))
        self.entries = [{"__CURSOR": "c", "__REALTIME_TIMESTAMP": time, **about}]
        self.write(JOURNALD, "")


@pytest.fixture
def host(tmp_path: Path) -> Machine:
    write_machine(tmp_path, {"/etc/machine-id": "0123\n", JOURNALD: ""})
    host = Machine(tmp_path)
    for name in ("ssh.service", "web.service"):
        host.systemd.add(name)
        host.systemd.file(name)
    host.systemd.add("apt.timer", "active", "waiting")
    host.watch("web.service", "fine")
    return host


@pytest.fixture
def view(qtbot, panel_context, host: Machine) -> ServicesView:
    context = panel_context(host, tempo=50.0)
    view = ServicesView(context)
    context.shell.views.append(view)
    view.resize(1100, 700)
    with qtbot.waitSignal(view.ready):
        view.show()
    qtbot.waitUntil(lambda: bool(view._watching.watches.watches))
    return view


def row(view: ServicesView, name: str) -> dict[str, str]:
    place = [unit.name for unit in view._model.rows].index(name)
    return dict(zip([c.name for c in view._model.columns], view._model.texts(place), strict=True))


def select(view: ServicesView, *names: str) -> None:
    model = view._model
    rows = [n for n in range(model.rowCount()) if model.row(n).name in names]
    assert len(rows) == len(names)
    view._table.select(rows[0])
    for number in rows[1:]:
        flags = view._table.selectionModel().SelectionFlag
        view._table.selectionModel().select(model.index(number, 0), flags.Select | flags.Rows)


def press(widget: Any, text: str) -> None:
    (found,) = (b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible())
    found.click()


def act(view: ServicesView, text: str) -> None:
    (action,) = (each for each in view.actions() if each.text() == text)
    action.trigger()


def ended(qtbot, view: ServicesView, host: Machine, count: int = 1) -> list[str]:
    """Waits until root has done so much, and returns what it was asked for last."""
    qtbot.waitUntil(lambda: len(host.orders) == count)
    qtbot.waitUntil(view._actions.bar.isHidden)
    return host.orders[-1]


# The list.


def test_the_column_says_how_a_watch_stands_and_follows_it(
    view: ServicesView, host: Machine, qtbot
) -> None:
    assert row(view, "web.service")["watch"] == "✓ well"
    assert row(view, "ssh.service")["watch"] == ""
    host.watch("web.service", "given-up")
    qtbot.waitUntil(lambda: row(view, "web.service")["watch"] == "✗ failed for good")
    host.watch("ssh.service")
    qtbot.waitUntil(lambda: row(view, "ssh.service")["watch"] == "… watched")
    # What systemd tells of a unit leaves it.
    host.systemd.change("web.service", "failed", "failed")
    qtbot.waitUntil(lambda: "failed" in row(view, "web.service")["state"])
    assert row(view, "web.service")["watch"] == "✗ failed for good"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("watched=yes", ["web.service"]),
        ("watched=no", ["ssh.service"]),
        ("watch=fine", ["web.service"]),
        ("watch=failing", []),
    ],
)
def test_watched_ones_are_found(view: ServicesView, query: str, found: list[str]) -> None:
    view.search.setText(query)
    assert [unit.name for unit in view._model.rows] == found


def test_nothing_is_read_of_watches_before_the_first_rows(
    qtbot, panel_context, host: Machine
) -> None:
    context = panel_context(host, tempo=50.0)
    view = ServicesView(context)
    context.shell.views.append(view)
    order: list[str] = []
    view.figured.connect(lambda: order.append("rows"))
    view._watching._poller.reading.connect(lambda _found: order.append("watches"))
    with qtbot.waitSignal(view._watching.changed):
        view.show()
    assert order[0] == "rows"


def test_a_hidden_panel_reads_nothing(view: ServicesView) -> None:
    assert view._watching._poller.running
    view.hide()
    assert not view._watching._poller.running


# Set.


def test_a_service_is_watched_by_what_was_answered(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.after = lambda _verb, word: host.watch(word) if word == "ssh.service" else None
    select(view, "ssh.service")

    def answer(dialog: WatchDialog) -> None:
        dialog._mail.setChecked(False)
        dialog._probe.setCurrentIndex(1)
        dialog._lines["port"].setText("22")
        dialog.accept()
        qtbot.waitUntil(lambda: not dialog.isVisible())

    in_dialog(WatchDialog, answer)
    act(view, "Watch the chosen services…")
    assert ended(qtbot, view, host) == [
        "watch-set", "restart=yes", "mail=no", "notify=no", "grace=60", "probe=tcp", "every=30",
        "timeout=10", "tries=3", "port=22", "ssh.service",
    ]  # fmt: skip
    assert NOTIFIER not in host.asked
    qtbot.waitUntil(lambda: row(view, "ssh.service")["watch"] == "… watched")


def test_several_go_with_one_password(view: ServicesView, host: Machine, qtbot) -> None:
    select(view, "ssh.service", "web.service")
    in_dialog(WatchDialog, lambda dialog: dialog.accept())
    act(view, "Watch the chosen services…")
    assert set(ended(qtbot, view, host)[-2:]) == {"ssh.service", "web.service"}


def test_who_changes_his_mind_has_nothing_done(view: ServicesView, host: Machine) -> None:
    select(view, "ssh.service")
    in_dialog(WatchDialog, lambda dialog: dialog.reject())
    act(view, "Watch the chosen services…")
    assert host.orders == []


def notified(view: ServicesView) -> None:
    select(view, "ssh.service")

    def answer(dialog: WatchDialog) -> None:
        dialog._notify.setChecked(True)
        dialog.accept()

    in_dialog(WatchDialog, answer)
    act(view, "Watch the chosen services…")


def test_messages_on_the_desktop_are_shown_by_ones_own_systemd(
    view: ServicesView, host: Machine, qtbot
) -> None:
    notified(view)
    qtbot.waitUntil(lambda: NOTIFIER in host.asked)
    assert "notify=yes" in host.orders[0]


def test_a_desktop_that_cannot_show_them_is_told_of(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.notifier = Output(1, b"", b"no such unit\x1b[2J")
    notified(view)
    qtbot.waitUntil(lambda: "cannot be shown on your desktop" in problem_text(view))
    assert "\x1b" not in problem_text(view)


def test_what_was_not_done_is_not_shown_on_the_desktop(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.codes = {"ssh.service": "failed"}
    notified(view)
    ended(qtbot, view, host)
    qtbot.waitUntil(lambda: "ssh.service" in problem_text(view))
    assert NOTIFIER not in host.asked


def test_what_there_is_no_answer_for_is_not_taken_away(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.watch("web.service", probe={"kind": "of-tomorrow"})
    qtbot.waitUntil(lambda: bool(view._watching.watches.watches[0].probe))
    select(view, "web.service")
    act(view, "Watch the chosen services…")
    assert "only known to “sysgui watch add”" in problem_text(view)
    assert host.orders == []


def menu_of(view: ServicesView) -> dict[str, Any]:
    menu = QMenu(view)
    view.fill_menu(menu, view.selected())
    return {action.text(): action for action in menu.actions()}


def test_the_menu_offers_what_makes_sense_and_says_why_not(
    view: ServicesView, host: Machine
) -> None:
    select(view, "web.service")
    assert menu_of(view)["Change the watch…"].isEnabled()
    assert menu_of(view)["End the watch…"].isEnabled()
    select(view, "ssh.service")
    found = menu_of(view)
    assert found["Watch…"].isEnabled()
    assert not found["End the watch…"].isEnabled()
    assert found["End the watch…"].toolTip() == "It is not watched."
    host.there = False
    assert menu_of(view)["Watch…"].toolTip().startswith("This needs the installed Sysgui.")
    view.bar.choose_kind("timer")
    select(view, "apt.timer")
    assert "only services" in menu_of(view)["Watch…"].toolTip()
    act(view, "Watch the chosen services…")
    assert "only services" in problem_text(view)


# Ended.


def question(qtbot, start: Callable[[], None], *, agree: bool) -> dict[str, str]:
    about: dict[str, str] = {}

    def answer(asked: Confirmation) -> None:
        about["title"] = asked.windowTitle()
        about["text"] = asked.findChild(QLabel).text()
        (asked.accept if agree else asked.reject)()

    in_dialog(Confirmation, answer)
    start()
    return about


END = "End the watch of the chosen services…"


def test_before_a_watch_ends_one_is_asked(view: ServicesView, host: Machine, qtbot) -> None:
    select(view, "web.service")
    about = question(qtbot, lambda: act(view, END), agree=False)
    assert about["title"] == "End the watch of web.service"
    assert "lost" not in about["text"]
    assert host.orders == []

    def remove(_verb: str, _word: str) -> None:
        Path(f"{host.root}{drop_in('web.service')}").unlink()

    host.after = remove
    host.codes = {}
    question(qtbot, lambda: act(view, END), agree=True)
    assert ended(qtbot, view, host) == ["watch-remove", "web.service"]


def test_with_the_last_watch_what_waits_is_lost_and_that_is_said(
    view: ServicesView, host: Machine, qtbot
) -> None:
    host.write(f"{STATE}/mail.json", '{"waiting": 2, "error": "", "tried": 1}')
    qtbot.waitUntil(lambda: view._watching.watches.mail.waiting == 2)
    select(view, "web.service")
    about = question(qtbot, lambda: act(view, END), agree=False)
    assert "2 messages about services wait for a mail server." in about["text"]
    assert "With the last watch they are lost." in about["text"]
    host.watch("ssh.service")
    qtbot.waitUntil(lambda: len(view._watching.watches.watches) == 2)
    assert "lost" not in question(qtbot, lambda: act(view, END), agree=False)["text"]


def test_what_is_not_watched_cannot_be_ended(view: ServicesView, host: Machine) -> None:
    select(view, "ssh.service")
    act(view, END)
    assert "Choose a watched service first." in problem_text(view)
    assert host.orders == []


# The page.


@pytest.fixture
def page(view: ServicesView, qtbot) -> WatchPage:
    select(view, "web.service")
    qtbot.waitUntil(lambda: view._inspector.key == ("system", "web.service"))
    view._inspector.pane.show_page(WATCH)
    return view._inspector.pane.watch


def events_of(widget: Any) -> list[list[str]]:
    tree = widget._events.list
    items = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    return [[item.text(column) for column in range(1, item.columnCount())] for item in items]


def test_the_page_says_how_it_is_and_what_became_of_it(
    page: WatchPage, view: ServicesView, host: Machine, qtbot
) -> None:
    said = visible_texts(page)
    assert any(text.startswith("✓ well, since ") for text in said)
    assert any("2 failures so far" in text for text in said)
    host.happens("web.service", "failed", SYSGUI_CAUSE="it ended")
    qtbot.waitUntil(lambda: events_of(page) == [["failed", "it ended", "✓"]])
    assert not page._events.timeline.is_empty
    host.happens("web.service", "recovered")
    qtbot.waitUntil(lambda: len(events_of(page)) == 2)
    host.watch("web.service", "failing")
    qtbot.waitUntil(lambda: any(t.startswith("! failing") for t in visible_texts(page)))


def test_what_has_stopped_since_the_last_look_is_not_called_well(
    page: WatchPage, view: ServicesView, host: Machine, qtbot
) -> None:
    host.systemd.change("web.service", "inactive", "dead")
    qtbot.waitUntil(lambda: "It does not run now" in " ".join(visible_texts(page)))
    assert "✓ well" not in " ".join(visible_texts(page))


def test_the_journal_is_read_only_while_the_page_is_seen(
    page: WatchPage, view: ServicesView, host: Machine, qtbot
) -> None:
    assert view._watching._journal.running
    qtbot.waitUntil(lambda: host.histories == 1)
    view._inspector.pane.show_page(JOURNAL)
    assert not view._watching._journal.running
    view._inspector.pane.show_page(WATCH)
    assert view._watching._journal.running
    view.hide()
    assert not view._watching._journal.running


def test_the_page_of_what_is_not_watched_says_what_a_watch_does(
    page: WatchPage, view: ServicesView, host: Machine, qtbot
) -> None:
    select(view, "ssh.service")
    qtbot.waitUntil(lambda: view._inspector.key == ("system", "ssh.service"))
    assert "It is not watched." in visible_texts(page)
    assert not page._events.isVisible()
    in_dialog(WatchDialog, lambda dialog: dialog.accept())
    press(page, "Watch it…")
    assert ended(qtbot, view, host)[-1] == "ssh.service"


def test_the_page_ends_and_changes_what_it_shows(
    page: WatchPage, view: ServicesView, host: Machine, qtbot
) -> None:
    shown: list[str] = []

    def answer(dialog: WatchDialog) -> None:
        shown.append(dialog.windowTitle())
        dialog.reject()

    in_dialog(WatchDialog, answer)
    press(page, "Change it…")
    assert shown == ["Watch web.service"]
    about = question(qtbot, lambda: press(page, "End the watch…"), agree=False)
    assert about["title"] == "End the watch of web.service"


# All of them, and mail.


@pytest.fixture
def window(view: ServicesView, host: Machine, qtbot) -> WatchedWindow:
    host.write("/etc/sysgui/mail.json", "{}")
    host.watch("ssh.service", "failing")
    qtbot.waitUntil(lambda: len(view._watching.watches.watches) == 2)
    press(view.bar, "Watched…")
    made = view._watching._window
    assert made is not None
    assert made.isVisible()
    return made


def lines(window: WatchedWindow) -> list[list[str]]:
    tree = window.findChild(QTreeWidget)
    items = [tree.topLevelItem(n) for n in range(tree.topLevelItemCount())]
    return [[item.text(0), item.text(1)] for item in items]


def test_all_watched_services_stand_in_one_window(
    window: WatchedWindow, host: Machine, qtbot
) -> None:
    assert lines(window) == [["ssh.service", "! failing"], ["web.service", "✓ well"]]
    host.happens("web.service", "recovered")
    qtbot.waitUntil(lambda: events_of(window) == [["web.service", "well again", "", "✓"]])
    assert [row.name for row in window._events.timeline._rows] == ["ssh.service", "web.service"]
    window._list.setCurrentIndex(window._list.model().index(1, 0))
    host.watch("apt.service")
    qtbot.waitUntil(lambda: len(lines(window)) == 3)
    assert window.chosen is not None
    assert window.chosen.unit == "web.service"


def test_the_window_goes_on_while_another_tab_is_looked_at(
    window: WatchedWindow, view: ServicesView
) -> None:
    view.hide()
    assert view._watching._journal.running
    assert view._watching._poller.running
    window.close()
    assert not view._watching._journal.running
    assert not view._watching._poller.running


def test_a_line_of_it_leads_to_the_unit(window: WatchedWindow, view: ServicesView) -> None:
    window._list.setCurrentIndex(window._list.model().index(1, 0))
    press(window, "Show it")
    assert [unit.name for unit in view.selected()] == ["web.service"]


def mailed(view: ServicesView, window: WatchedWindow) -> None:
    def answer(dialog: MailDialog) -> None:
        dialog._fill(MailForm("mail.example.org:587", "tls", "me", "a@b.org", "c@d.org e@f.org"))
        dialog._password.setText("hunter2")
        dialog.accept()

    in_dialog(MailDialog, answer)
    press(window, "Mail settings…")


def test_the_mail_server_is_set_and_the_password_stands_nowhere(
    window: WatchedWindow, view: ServicesView, host: Machine, qtbot
) -> None:
    mailed(view, window)
    assert ended(qtbot, view, host) == [
        "watch-mail", "security=tls", "user=me", "from=a@b.org", "to=c@d.org,e@f.org",
        "mail.example.org:587",
    ]  # fmt: skip
    qtbot.waitUntil(lambda: window._said.text().startswith("✓ The mail server is set."))
    view.save_settings()
    kept = view.context.settings.section("services", ServicesSettings)
    assert kept.mail.server == "mail.example.org:587"
    assert "hunter2" not in repr(kept)


def test_the_mail_server_is_forgotten(
    window: WatchedWindow, view: ServicesView, host: Machine, qtbot
) -> None:
    in_dialog(MailDialog, lambda dialog: dialog.done(FORGET))
    press(window, "Mail settings…")
    assert ended(qtbot, view, host) == ["watch-mail", "off"]
    qtbot.waitUntil(lambda: window._said.text() == "✓ The mail server is forgotten.")


def tested(window: WatchedWindow) -> None:
    def answer(dialog: ServerDialog) -> None:
        dialog._server.setText("mail.example.org:587")
        dialog.accept()

    in_dialog(ServerDialog, answer)
    press(window, "Send a test message")


def test_a_test_message_that_was_taken_is_told_of(
    window: WatchedWindow, view: ServicesView, host: Machine, qtbot
) -> None:
    tested(window)
    assert ended(qtbot, view, host) == ["watch-test", "mail.example.org:587"]
    qtbot.waitUntil(lambda: window._said.text().startswith("✓ The server has taken"))


def test_a_server_that_is_remembered_is_tried_at_once(
    window: WatchedWindow, view: ServicesView, host: Machine, qtbot
) -> None:
    mailed(view, window)
    ended(qtbot, view, host)
    press(window, "Send a test message")
    assert ended(qtbot, view, host, 2) == ["watch-test", "mail.example.org:587"]


def test_the_error_of_the_server_is_told(
    window: WatchedWindow, view: ServicesView, host: Machine, qtbot
) -> None:
    host.codes = {"mail.example.org:587": "failed"}
    host.write(f"{STATE}/mail.json", '{"waiting": 0, "error": "the server said 550", "tried": 1}')
    tested(window)
    ended(qtbot, view, host)
    qtbot.waitUntil(lambda: window._said.text() == "✗ It did not work: the server said 550.")
    assert "the server said 550" in window._stands.text()


@pytest.mark.parametrize(
    ("code", "says"),
    [("changed", "Another server is set than mail.example.org:587"), ("gone", "No server is set."),
     ("no-audit", "The journal took no entry")],
)  # fmt: skip
def test_a_refusal_is_told_where_one_looks(
    window: WatchedWindow, view: ServicesView, host: Machine, qtbot, code: str, says: str
) -> None:
    host.codes = {"*": code}
    tested(window)
    ended(qtbot, view, host)
    qtbot.waitUntil(lambda: says in window._said.text())


def test_messages_that_wait_are_told_of_in_one_line(
    view: ServicesView, host: Machine, qtbot
) -> None:
    notice = view._watching.notice
    assert notice.isHidden()
    host.write(f"{STATE}/mail.json", '{"waiting": 1, "error": "nobody answers", "tried": 1}')
    qtbot.waitUntil(notice.isVisible)
    assert visible_texts(notice) == [
        "1 message about services waits for a mail server. (nobody answers)"
    ]
    press(notice, "Watched services…")
    assert view._watching._window is not None
    assert view._watching._window.isVisible()
    host.write(f"{STATE}/mail.json", '{"waiting": 0, "error": "", "tried": 2}')
    qtbot.waitUntil(notice.isHidden)


def test_where_nothing_is_watched_it_is_said_how_one_begins(
    view: ServicesView, host: Machine, qtbot
) -> None:
    Path(f"{host.root}{drop_in('web.service')}").unlink()
    qtbot.waitUntil(lambda: not view._watching.watches.watches)
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier
                   | Qt.KeyboardModifier.ShiftModifier)  # fmt: skip
    window = view._watching._window
    assert window is not None
    assert any(text.startswith("No service is watched.") for text in visible_texts(window))
    assert not window._list.isVisible()


def test_a_new_service_has_a_button(view: ServicesView) -> None:
    seen = in_dialog(NewUnitDialog, lambda dialog: dialog.reject())
    press(view.bar, "New service…")
    assert len(seen) == 1


def test_that_nothing_was_chosen_is_no_more_said_when_something_is(
    view: ServicesView, host: Machine, qtbot
) -> None:
    select(view, "ssh.service")
    act(view, END)
    assert view.problems.isVisible()
    select(view, "web.service")
    question(qtbot, lambda: act(view, END), agree=False)
    assert view.problems.isHidden()
    view._table.clearSelection()
    act(view, "Watch the chosen services…")
    assert "Choose a service first." in problem_text(view)
    select(view, "web.service")
    in_dialog(WatchDialog, lambda dialog: dialog.reject())
    act(view, "Watch the chosen services…")
    assert view.problems.isHidden()
    assert host.orders == []
