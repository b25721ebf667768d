"""The pane follows the selection, reads only what is looked at, and leads on."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sysgui.panels.services.unit.pane import EXPOSURE, FILES, JOURNAL, MEMBERS, RELATIONS
from sysgui.panels.services.view import ServicesView
from sysgui.system.host import Output
from sysgui.ui.problems import ProblemBar
from tests.panels.services.fakes import Door
from tests.panels.services.test_view import CGROUP, Make, door, make, names, select, view

__all__ = ["door", "make", "view"]


@pytest.fixture
def ran(door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Sequence[str]]:
    """What programs were run: they have nothing to say."""
    found: list[Sequence[str]] = []

    def run(argv: Sequence[str], timeout: float = 10.0) -> Output:
        found.append(argv)
        return Output(0, b"[]" if "systemd-analyze" in argv[0] else b"", b"")

    monkeypatch.setattr(door, "run", run)
    journal = tmp_path / "var/log/journal/0123/system.journal"
    journal.parent.mkdir(parents=True)
    journal.touch()
    (tmp_path / "etc").mkdir(exist_ok=True)
    (tmp_path / "etc/machine-id").write_text("0123\n")
    return found


def chosen(qtbot, view: ServicesView, name: str) -> None:
    select(view, name)
    qtbot.waitUntil(lambda: view._inspector.key == ("system", name))


def test_the_pane_takes_no_room_until_a_unit_is_chosen(qtbot, ran, view: ServicesView) -> None:
    pane = view._inspector.pane
    assert pane.isHidden()
    view._table.setFocus()
    chosen(qtbot, view, "ssh.service")
    assert pane.isVisible()
    assert view._table.width() > pane.width() // 2
    QTest.keyClick(view._table, Qt.Key.Key_Escape)
    qtbot.waitUntil(pane.isHidden)
    assert view._table.selected() == []
    assert QApplication.focusWidget() is view._table


def test_what_is_known_of_the_chosen_one_comes(
    qtbot, ran, door: Door, make: Make, tmp_path: Path
) -> None:
    door.systemd.properties["ssh.service", "Requires"] = ["cron.service"]
    door.systemd.properties["ssh.service", "FragmentPath"] = "/lib/systemd/system/ssh.service"
    place = tmp_path / "lib/systemd/system"
    place.mkdir(parents=True)
    (place / "ssh.service").write_text("[Unit]\n")
    view = make(door)
    chosen(qtbot, view, "ssh.service")
    pane = view._inspector.pane
    qtbot.waitUntil(lambda: "[Unit]" in pane._files.toPlainText())
    qtbot.waitUntil(lambda: pane._relations.topLevelItemCount() == 1)
    item = pane._relations.topLevelItem(0).child(0)
    pane._relations.itemActivated.emit(item, 0)
    qtbot.waitUntil(lambda: view._inspector.key == ("system", "cron.service"))
    assert [unit.name for unit in view.selected()] == ["cron.service"]


def test_a_unit_that_is_not_loaded_is_not_asked_for(
    qtbot, ran, door: Door, view: ServicesView
) -> None:
    chosen(qtbot, view, "rsync.service")
    pane = view._inspector.pane
    qtbot.waitUntil(lambda: pane._files.toPlainText() != "")
    assert door.systemd.asked("GetAll") == []
    assert door.systemd.loaded == []


def test_a_page_that_nobody_looks_at_asks_nobody(qtbot, ran, view: ServicesView) -> None:
    chosen(qtbot, view, "ssh.service")
    pane = view._inspector.pane
    for page in (FILES, RELATIONS, MEMBERS):
        pane.show_page(page)
    assert ran == []
    pane.show_page(JOURNAL)
    qtbot.waitUntil(lambda: any("journalctl" in argv[0] for argv in ran))
    assert not any("systemd-analyze" in argv[0] for argv in ran)
    pane.show_page(EXPOSURE)
    qtbot.waitUntil(lambda: any("systemd-analyze" in argv[0] for argv in ran))


def test_all_that_it_said_opens_where_logs_are(qtbot, ran, view: ServicesView) -> None:
    chosen(qtbot, view, "ssh.service")
    pane = view._inspector.pane
    pane.show_page(JOURNAL)
    qtbot.mouseClick(pane.all_said, Qt.MouseButton.LeftButton)
    opened = view.context.shell.opened
    assert opened == [("logs", {"path": "journal:system", "query": "unit=ssh.service"})]


def test_a_process_opens_where_processes_are(
    qtbot, ran, door: Door, make: Make, tmp_path: Path
) -> None:
    group = tmp_path / f"{CGROUP}/system.slice/ssh.service".lstrip("/")
    (group / "cgroup.procs").write_text("77\n")
    stat = "77 (sshd) S 1 77 77 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0 0\n"
    (tmp_path / "proc/77").mkdir(parents=True)
    (tmp_path / "proc/77/stat").write_text(stat)
    (tmp_path / "proc/77/cmdline").write_bytes(b"sshd\0-D\0")
    view = make(door)
    chosen(qtbot, view, "ssh.service")
    members = view._inspector.pane._members
    qtbot.waitUntil(lambda: members.count() == 1 and "sshd -D" in members.item(0).text())
    members.itemActivated.emit(members.item(0))
    assert view.context.shell.opened == [("processes", {"key": (77, 4711)})]  # type: ignore[attr-defined]


def test_a_change_of_state_is_seen_in_the_pane(qtbot, ran, door: Door, view: ServicesView) -> None:
    chosen(qtbot, view, "ssh.service")
    asked = len(door.systemd.asked("GetAll"))
    door.systemd.change("ssh.service", "failed", "failed", Result="signal")
    pane = view._inspector.pane
    qtbot.waitUntil(lambda: pane.unit is not None and pane.unit.active == "failed")
    qtbot.waitUntil(lambda: len(door.systemd.asked("GetAll")) > asked)
    qtbot.waitUntil(lambda: pane.status._lines["Last result"].text() == "was ended by a signal")


def test_a_unit_that_vanishes_leaves_what_was_known(
    qtbot, ran, door: Door, view: ServicesView
) -> None:
    chosen(qtbot, view, "cron.service")
    door.systemd.files.pop("/lib/systemd/system/cron.service")
    door.systemd.remove("cron.service")
    door.systemd.tell("UnitFilesChanged")
    pane = view._inspector.pane
    qtbot.waitUntil(lambda: "gone" in pane._about.text())
    assert pane.isVisible()
    assert "cron.service" not in names(view)


def test_nothing_of_it_is_a_bug(qtbot, ran, view: ServicesView) -> None:
    for name in names(view):
        chosen(qtbot, view, name)
        for page in range(6):
            view._inspector.pane.show_page(page)
    bar = view.findChild(ProblemBar)
    assert bar is not None
    assert bar.isHidden()
