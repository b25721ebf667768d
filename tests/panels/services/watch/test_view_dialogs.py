"""The dialogs of a watch: what is wrong is said at its answer, what is set is shown as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from sysgui.panels.services.watch.attempt import Attempt
from sysgui.panels.services.watch.dialog import WatchDialog
from sysgui.panels.services.watch.fields import SpanEdit
from sysgui.panels.services.watch.form import WatchForm, wanted_of, written
from sysgui.panels.services.watch.mail_dialog import FORGET, MailDialog, ServerDialog
from sysgui.panels.services.watch.mail_form import MailForm
from sysgui.panels.services.watch.watches import Mail, Watch, Watches

HTTP = {"kind": "http", "port": 8080, "path": "/health", "status": 204, "timeout": 5, "tries": 2}
WEB = Watch("web.service", restart=False, mail=False, notify=True, grace=7, probe=HTTP, every=3600)
MAIL = MailForm("mail.example.org:587", "tls", "me", "a@example.org", "b@example.org")


@pytest.fixture
def make(qtbot, look) -> Callable[..., Any]:
    """Makes a dialog, shows it, and ends it with the test."""

    parent = QWidget()
    qtbot.addWidget(parent)

    def make(kind: type, *arguments: Any) -> Any:
        dialog = kind(*arguments, parent)
        with qtbot.waitExposed(dialog):
            dialog.show()
        return dialog

    return make


class Attempts(QObject):
    """Stands for the panel's poller: a try ends when a test says how."""

    reading = Signal(object)
    problem = Signal(object)
    bug = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        self.under_way = False

    def ask_once(self, **arguments: Any) -> bool:
        if self.under_way:
            return False
        self.asked.append(arguments)
        self.under_way = True
        return True

    def end(self, attempt: Attempt) -> None:
        self.under_way = False
        self.reading.emit(attempt)


@pytest.fixture
def attempts() -> Attempts:
    return Attempts()


@pytest.fixture
def watch(make, attempts: Attempts) -> Callable[..., WatchDialog]:
    def watch(*units: str, known: Watches | None = None) -> WatchDialog:
        known = known or Watches([WEB], Mail())
        made: WatchDialog = make(WatchDialog, units, known, attempts)
        return made

    return watch


def shown(dialog: Any) -> set[str]:
    """Returns which answers are asked for."""
    return {name for name, holder in dialog._fields._holders.items() if holder.isVisible()}


def told(dialog: Any) -> dict[str, str]:
    """Returns what is said to be wrong, by answer."""
    labels = dialog._fields._faults
    return {name: label.text() for name, label in labels.items() if label.isVisible()}


def button(dialog: Any, text: str) -> QPushButton:
    (found,) = (each for each in dialog.findChildren(QPushButton) if each.text() == text)
    assert isinstance(found, QPushButton)
    return found


def choose(dialog: WatchDialog, kind: str) -> None:
    dialog._probe.setCurrentIndex(dialog._probe.findData(kind))


def test_a_new_watch_restarts_and_mails_unless_one_says_otherwise(watch) -> None:
    dialog = watch("new.service")
    assert dialog.form() == WatchForm()
    assert dialog.windowTitle() == "Watch new.service"
    assert QApplication.focusWidget() is dialog._restart
    button(dialog, "Watch new.service").click()
    assert dialog.result() == WatchDialog.DialogCode.Accepted


def test_what_is_watched_is_shown_as_it_is_set(watch) -> None:
    dialog = watch("web.service")
    assert dialog.form() == WatchForm(
        restart=False, mail=False, notify=True, grace=7, probe="http", port="8080",
        path="/health", status="204", timeout=5, tries=2, every=3600,
    )  # fmt: skip
    assert button(dialog, "Change the watch of web.service")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("", set()),
        ("tcp", {"port", "address"}),
        ("http", {"port", "address", "path", "status", "text"}),
        ("https", {"port", "address", "name", "path", "status", "text"}),
        ("file", {"path", "age"}),
    ],
)
def test_only_that_is_asked_which_belongs_to_what_is_tried(
    watch, kind: str, fields: set[str]
) -> None:
    dialog = watch("new.service")
    choose(dialog, kind)
    common = {"every", "tries", "timeout"} if kind else set()
    assert shown(dialog) == {
        "restart",
        "always",
        "mail",
        "notify",
        "grace",
        "probe",
        *fields,
        *common,
    }


def test_what_is_wrong_is_said_at_its_answer_and_nothing_is_asked_for(
    watch, attempts: Attempts
) -> None:
    dialog = watch("new.service")
    choose(dialog, "tcp")
    assert told(dialog) == {}  # Nobody has had the time to write a port.
    QTest.keyClicks(dialog._lines["address"], "_")
    assert set(told(dialog)) == {"address"}
    button(dialog, "Watch new.service").click()
    assert dialog.isVisible()
    assert set(told(dialog)) == {"port", "address"}
    assert QApplication.focusWidget() is dialog._lines["port"]
    assert dialog._lines["port"].accessibleDescription() == told(dialog)["port"][2:]
    dialog._lines["port"].setText("25")
    dialog._lines["address"].setText("a.org")
    assert told(dialog) == {}
    button(dialog, "Watch new.service").click()
    attempts.end(Attempt())
    assert not dialog.isVisible()


def probed(dialog: WatchDialog, port: str = "81") -> None:
    choose(dialog, "tcp")
    dialog._lines["port"].setText(port)


def test_what_a_watch_tries_is_tried_before_it_is_watched(watch, attempts: Attempts) -> None:
    dialog = watch("new.service")
    probed(dialog)
    button(dialog, "Watch new.service").click()
    assert attempts.asked == [
        {"tried": {"kind": "tcp", "port": 81, "timeout": 10}, "units": ["new.service"]}
    ]
    assert dialog.isVisible()
    attempts.end(Attempt())
    assert dialog.result() == WatchDialog.DialogCode.Accepted


def test_what_does_not_hold_is_told_and_one_may_go_on(watch, attempts: Attempts) -> None:
    dialog = watch("new.service")
    probed(dialog)
    button(dialog, "Watch new.service").click()
    attempts.end(Attempt(wrong="its port takes no connection"))
    assert dialog.isVisible()
    assert dialog._found.text() == "✗ It was tried, and its port takes no connection."
    # Another port is another matter.
    dialog._lines["port"].setText("80")
    assert dialog._found.text() == ""
    button(dialog, "Watch new.service").click()
    attempts.end(Attempt(wrong="its port takes no connection"))
    button(dialog, "Watch new.service all the same").click()
    assert dialog.result() == WatchDialog.DialogCode.Accepted
    assert len(attempts.asked) == 2


def test_what_cannot_be_tried_hinders_nobody(watch, attempts: Attempts) -> None:
    dialog = watch("new.service")
    probed(dialog)
    dialog.accept()
    attempts.end(Attempt(untried="it does not run now"))
    assert dialog.result() == WatchDialog.DialogCode.Accepted


def test_one_may_try_without_watching(watch, attempts: Attempts) -> None:
    dialog = watch("new.service")
    choose(dialog, "tcp")
    button(dialog, "Try it now").click()
    assert told(dialog)["port"]
    assert attempts.asked == []
    probed(dialog)
    button(dialog, "Try it now").click()
    attempts.end(Attempt())
    assert dialog._found.text() == "✓ It holds now."
    assert dialog.isVisible()
    # Once is enough.
    dialog._grace.setValue(5)
    dialog.accept()
    assert dialog.result() == WatchDialog.DialogCode.Accepted
    assert len(attempts.asked) == 1


def test_a_try_that_is_under_way_is_waited_for(watch, attempts: Attempts) -> None:
    attempts.ask_once(tried={}, units=["of another dialog"])
    dialog = watch("new.service")
    probed(dialog)
    button(dialog, "Try it now").click()
    attempts.end(Attempt(wrong="what another wanted to know"))
    assert "being tried" in dialog._found.text()
    # What is changed meanwhile is tried as it is then.
    dialog.accept()
    dialog._lines["port"].setText("82")
    attempts.end(Attempt(wrong="its port takes no connection"))
    assert attempts.asked[-1]["tried"]["port"] == 82
    attempts.end(Attempt())
    assert dialog.result() == WatchDialog.DialogCode.Accepted


@pytest.mark.parametrize(("kind", "port"), [("http", 80), ("https", 443)])
def test_the_port_that_stands_there_in_grey_is_the_one_that_is_tried(
    watch, attempts: Attempts, kind: str, port: int
) -> None:
    dialog = watch("new.service")
    choose(dialog, "tcp")
    assert dialog._lines["port"].placeholderText() == ""
    choose(dialog, kind)
    assert dialog._lines["port"].placeholderText() == str(port)
    button(dialog, "Watch new.service").click()
    assert attempts.asked[-1]["tried"]["port"] == port
    attempts.end(Attempt())
    assert not dialog.isVisible()
    assert wanted_of(dialog.form())["port"] == port


def test_a_path_begins_at_the_root(watch) -> None:
    dialog = watch("new.service")
    choose(dialog, "http")
    QTest.keyClicks(dialog._lines["path"], "x")
    assert told(dialog) == {"path": "✗ It begins with “/”, such as /health."}


def test_the_preview_follows_the_answers(watch) -> None:
    dialog = watch("new.service")
    choose(dialog, "file")
    dialog._lines["path"].setText("/var/x")
    dialog._restart.setChecked(False)
    text = dialog._preview.toPlainText()
    assert "only told" in text
    for path, what in written(["new.service"], dialog.form()):
        assert path in text
        assert what in text


def test_several_are_watched_in_one_way(watch) -> None:
    other = msgspec.structs.replace(WEB, unit="b.service", grace=8)
    dialog = watch("web.service", "b.service", known=Watches([WEB, other], Mail()))
    assert dialog.windowTitle() == "Watch 2 services"
    (note,) = (label for label in dialog.findChildren(QLabel) if "b.service" in label.text())
    assert note.text().startswith("web.service, b.service\nThey are watched in different ways")
    same = watch("web.service", "new.service")
    assert not any("different" in label.text() for label in same.findChildren(QLabel))


def test_without_a_mail_server_it_is_said_at_the_mail(watch) -> None:
    for known, says in ((True, False), (False, True)):
        dialog = watch("new.service", known=Watches([], Mail(known=known)))
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert any(text.startswith("No mail server is set yet") for text in texts) == says


def test_everything_has_a_name_for_those_who_do_not_see_it(watch) -> None:
    dialog = watch("web.service")
    for widget in dialog._fields._widgets.values():
        assert widget.accessibleName() or widget.text()


@pytest.mark.parametrize(
    ("seconds", "number", "unit"), [(1, 1, 1), (90, 90, 1), (120, 2, 60), (86400, 1, 86400)]
)
def test_a_span_is_written_in_its_largest_unit(qtbot, seconds: int, number: int, unit: int) -> None:
    edit = SpanEdit(seconds, 366 * 86400)
    qtbot.addWidget(edit)
    assert (edit._number.value(), edit._unit.currentData()) == (number, unit)
    assert edit.value() == seconds
    edit._number.setValue(10**8)
    assert edit.value() <= 366 * 86400
    edit._unit.setCurrentIndex(3)
    edit._number.setValue(10**8)
    assert edit.value() == 366 * 86400


# Mail.


def test_the_mail_server_is_as_it_was_written_last_but_for_the_password(make) -> None:
    dialog = make(MailDialog, MAIL, Mail(known=True))
    assert dialog.form() == MAIL
    assert dialog.password == ""
    assert dialog._password.echoMode() == QLineEdit.EchoMode.Password
    assert any("wrote last" in label.text() for label in dialog.findChildren(QLabel))
    other = make(MailDialog, MailForm(), Mail(known=True))
    assert any("takes its place" in label.text() for label in other.findChildren(QLabel))


def test_what_mail_cannot_do_is_said_at_its_answer(make) -> None:
    dialog = make(MailDialog, MailForm(), Mail())
    assert told(dialog) == {}
    button(dialog, "Set the mail server").click()
    assert set(told(dialog)) == {"server", "sender", "receivers"}
    assert QApplication.focusWidget() is dialog._server
    dialog._fill(MAIL)
    dialog._security.setCurrentIndex(2)
    assert "others could read the mail" in told(dialog)["security"]
    dialog._server.setText("localhost:25")
    assert "in clear" in told(dialog)["security"]
    dialog._security.setCurrentIndex(0)
    dialog._password.setText("secret")
    button(dialog, "Set the mail server").click()
    assert not dialog.isVisible()
    assert dialog.password == "secret"


def test_only_a_server_that_is_set_can_be_forgotten(make) -> None:
    dialog = make(MailDialog, MAIL, Mail(known=True))
    button(dialog, "Forget the mail server").click()
    assert dialog.result() == FORGET
    texts = [each.text() for each in make(MailDialog, MAIL, Mail()).findChildren(QPushButton)]
    assert "Forget the mail server" not in texts


def test_only_a_server_with_a_port_can_be_tried(make) -> None:
    dialog = make(ServerDialog)
    act = button(dialog, "Send a test message")
    assert not act.isEnabled()
    QTest.keyClicks(dialog._server, "mail.example.org:587")
    assert act.isEnabled()
    QTest.keyClick(dialog._server, Qt.Key.Key_Return)
    assert dialog.result() == ServerDialog.DialogCode.Accepted
    assert dialog.server == "mail.example.org:587"


def walked(dialog: Any) -> list[str]:
    """Returns which answers the Tab key leads to, from the first one on."""
    widgets = dialog._fields._widgets
    found: list[str] = []
    for _each in range(2 * len(widgets)):
        focus = QApplication.focusWidget()
        name = next((n for n, w in widgets.items() if w is focus or w.focusProxy() is focus), "")
        if name in found:
            break
        found += [name] if name else []
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    return found


def test_the_tab_key_leads_through_the_answers_as_they_stand(watch, make) -> None:
    known = Watches([msgspec.structs.replace(WEB, restart=True)], Mail())
    dialog = watch("web.service", known=known)
    assert walked(dialog) == [
        "restart", "always", "mail", "notify", "grace", "probe", "port", "path", "status", "text",
        "address", "every", "tries", "timeout",
    ]  # fmt: skip
    mail = make(MailDialog, MAIL, Mail())
    assert walked(mail) == ["server", "security", "user", "password", "sender", "receivers"]
