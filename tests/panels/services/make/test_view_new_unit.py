"""The dialog for a new service: the unit is seen while one answers, and systemd has its say."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from sysgui.panels.services.make.forms import texts_of
from sysgui.panels.services.make.new_unit import BY_HAND, CALENDAR, INTERVAL, NewUnitDialog
from sysgui.panels.services.make.verify import VerifyProbe
from sysgui.system.host import Host, Output
from sysgui.ui.poller import Poller


class Analyst(Host):
    """This machine, with a systemd-analyze that says what a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.complaint = b""
        self.asked: list[Sequence[str]] = []

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        self.asked.append(argv)
        if "calendar" in argv:
            return Output(0, b"    Next elapse: Mon 2026-11-30 03:00:00 UTC\n", b"")
        return Output(0, b"", self.complaint.replace(b"DIR", argv[-1].rpartition("/")[0].encode()))


Make = Callable[[Host], NewUnitDialog]


@pytest.fixture
def make(qtbot, look) -> Iterator[Make]:
    pollers: list[Poller] = []
    parent = QWidget()
    qtbot.addWidget(parent)

    def make(host: Host) -> NewUnitDialog:
        pollers.append(Poller(parent, VerifyProbe(host), 0.0))
        made = NewUnitDialog(pollers[-1], parent)
        made.show()
        return made

    yield make
    for poller in pollers:
        poller.quit()
        assert poller.wait(10_000)


def answer(dialog: NewUnitDialog) -> None:
    dialog._name.setText("copies")
    dialog._description.setText("Copies it")
    dialog._command.setText("/usr/bin/true")


def install(dialog: NewUnitDialog) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if "Install" in b.text())


def test_nothing_can_be_installed_before_it_is_answered(make: Make) -> None:
    dialog = make(Analyst())
    assert not install(dialog).isEnabled()
    assert "Name:" in dialog._says.text()


def test_one_types_its_name_at_once_and_tab_goes_on_to_the_next_answer(qtbot, make: Make) -> None:
    dialog = make(Analyst())
    assert dialog.focusWidget() is dialog._name
    qtbot.keyClicks(dialog.focusWidget(), "copies")
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.form().name == "copies"
    assert dialog.focusWidget() is dialog._description


def test_the_preview_is_what_will_be_installed(make: Make) -> None:
    dialog = make(Analyst())
    answer(dialog)
    dialog._when.setCurrentIndex(CALENDAR)
    dialog._calendar.setText("daily")
    parts = [f"{name}\n{text}" for name, text in texts_of(dialog.form()).items()]
    assert dialog._preview.toPlainText() == "\n".join(parts).rstrip("\n")
    assert dialog.texts() == texts_of(dialog.form())


def test_systemd_has_its_say_and_then_it_can_be_installed(qtbot, make: Make) -> None:
    host = Analyst()
    dialog = make(host)
    answer(dialog)
    assert not install(dialog).isEnabled()
    qtbot.waitUntil(lambda: install(dialog).isEnabled())
    assert dialog._says.text().startswith("✓")
    assert install(dialog).text() == "Install copies.service…"


def test_what_systemd_has_against_it_is_told_and_it_cannot_be_installed(qtbot, make: Make) -> None:
    host = Analyst()
    host.complaint = b"DIR/copies.service:5: Unknown key 'Frob'\nother.service: no matter\n"
    dialog = make(host)
    answer(dialog)
    qtbot.waitUntil(lambda: dialog._says.text().startswith("✗"))
    assert dialog._says.text() == "✗ copies.service:5: Unknown key 'Frob'"
    assert not install(dialog).isEnabled()


def test_times_are_told_as_systemd_reads_them(qtbot, make: Make) -> None:
    dialog = make(Analyst())
    answer(dialog)
    dialog._when.setCurrentIndex(CALENDAR)
    assert "Times:" in dialog._says.text()
    dialog._calendar.setText("Mon 3:00")
    qtbot.waitUntil(lambda: "Next elapse: Mon 2026-11-30" in dialog._says.text())
    assert install(dialog).text() == "Install copies.service and its timer…"


def test_what_was_said_of_an_earlier_answer_counts_no_more(qtbot, make: Make) -> None:
    dialog = make(Analyst())
    answer(dialog)
    qtbot.waitUntil(lambda: install(dialog).isEnabled())
    dialog._command.setText("/usr/bin/false")
    assert not install(dialog).isEnabled()


def test_answers_that_make_no_difference_cannot_be_given(make: Make) -> None:
    dialog = make(Analyst())
    dialog._when.setCurrentIndex(BY_HAND)
    assert not dialog._calendar.isEnabled()
    assert not dialog._every.isEnabled()
    assert dialog._restart.isEnabled()
    dialog._when.setCurrentIndex(INTERVAL)
    dialog._every.setText("1h")
    assert dialog._every.isEnabled()
    assert not dialog._restart.isEnabled()
    dialog._scope.setCurrentIndex(1)
    assert not dialog._user.isEnabled()


def test_every_answer_has_a_name_for_those_who_do_not_see_it(make: Make) -> None:
    dialog = make(Analyst())
    for widget in (dialog._name, dialog._user, dialog._calendar, dialog._writable, dialog._preview):
        assert widget.accessibleName()
