"""The pane of one process, by itself: what it says, and offers, of what it is given."""

import msgspec
import pytest
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget

from sysgui.panels.processes.detail import Detail, OpenFile, Socket
from sysgui.panels.processes.pane import ProcessPane
from sysgui.system.processes import Process

ONE = Process(
    pid=7, start=5, parent=1, name="one", uid=0, user="root", state="S", cpu=1.0, cpu_time=2.0,
    rss=4096, read_rate=None, write_rate=None, threads=1, nice=0, command="one -v", kernel=False,
)  # fmt: skip
DETAIL = Detail(
    pid=7, start=5, started=1.7e9, executable="/bin/one", directory="/",
    control_group="/one.service", files=[OpenFile(1, "/dev/null")],
    sockets=[Socket(3, "tcp", "127.0.0.1:80", "", "LISTEN")], descriptors=2,
)  # fmt: skip


@pytest.fixture
def window(qtbot, look) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def pane(window: QWidget) -> ProcessPane:
    pane = ProcessPane(window)
    pane.choose(ONE)
    pane.take(ONE, 1.0)
    return pane


def button(pane: ProcessPane, begin: str) -> QPushButton:
    (found,) = (each for each in pane.findChildren(QPushButton) if each.text().startswith(begin))
    return found


def lines(listed: QListWidget) -> list[str]:
    return [listed.item(place).text() for place in range(listed.count())]


def test_what_may_not_be_done_to_it_is_not_offered_and_the_buttons_say_why(
    pane: ProcessPane,
) -> None:
    assert button(pane, "End").isEnabled()
    pane.choose(ONE, "It is not yours.")
    pane.take(ONE, 2.0)
    for begin in ("End", "Nice"):
        assert not button(pane, begin).isEnabled()
        assert button(pane, begin).toolTip() == "It is not yours."
    assert button(pane, "More").isEnabled()  # There is more to it than what may be done.


def test_what_was_read_of_another_one_is_not_shown_as_its_own(pane: ProcessPane) -> None:
    for other in ({"pid": 8}, {"start": 6}):
        pane.take_detail(msgspec.structs.replace(DETAIL, **other))
        assert lines(pane._files) == []
    pane.take_detail(DETAIL)
    assert lines(pane._files) == ["1  /dev/null"]
    assert lines(pane._sockets) == ["3  tcp 127.0.0.1:80 LISTEN"]


@pytest.mark.parametrize(("state", "needs_root"), [("S", True), ("Z", False)])
def test_of_what_has_ended_root_sees_no_more_than_others(
    pane: ProcessPane, state: str, needs_root: bool
) -> None:
    pane.take(msgspec.structs.replace(ONE, state=state), 2.0)
    pane.take_detail(msgspec.structs.replace(DETAIL, files=None, sockets=None, descriptors=None))
    assert pane.needs_root == needs_root
    (said,) = lines(pane._files)
    assert ("root" in said) == needs_root
    assert ("ended" in said) != needs_root


def test_a_long_name_leaves_room_for_the_other_buttons_and_is_known_by_its_ends(
    pane: ProcessPane,
) -> None:
    pane.choose(msgspec.structs.replace(ONE, name="systemd-networkd-wait-online"))
    text = button(pane, "End").text()
    assert text.startswith("End systemd-n")
    assert "online" in text
    assert len(text) < 24
    pane.choose(msgspec.structs.replace(ONE, name="a&b"))
    assert button(pane, "End").text() == "End a&&b…"  # One alone would be the sign of a key.
