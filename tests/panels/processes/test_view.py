"""The process table: finding, ordering, and acting on what was chosen and nothing else."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import psutil
import pytest
from kit import in_dialog, problem_text, visible_texts
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget
from roots.doors import INSIDE, NO_AGENT, OBEDIENT, PARTLY, Door
from roots.hosts import DEBIAN
from roots.spawned import Obedient, obedient

from sysgui.panels.processes.probe import Changes
from sysgui.panels.processes.view import ProcessesSettings, ProcessesView
from sysgui.system.host import Host
from sysgui.system.processes import Process
from sysgui.system.settings import Settings
from sysgui.ui.confirm import Confirmation

Make = Callable[..., ProcessesView]


class OrdinaryHost(Host):
    """This machine, with somebody in front of it to whom no process belongs; notes signals."""

    def __init__(self) -> None:
        super().__init__()
        self.signals: list[signal.Signals] = []
        self.reniced: list[int] = []

    def uid(self) -> int:
        return 54_321

    def send_signal(self, pidfd: int, number: signal.Signals) -> None:
        self.signals.append(number)

    def set_nice(self, pid: int, nice: int) -> None:
        self.reniced.append(pid)


class RefusingHost(Host):
    """This machine, whose kernel permits nothing (LSM, user namespaces)."""

    def send_signal(self, pidfd: int, number: signal.Signals) -> None:
        raise PermissionError(1, "Operation not permitted")

    def set_nice(self, pid: int, nice: int) -> None:
        raise PermissionError(13, "Permission denied")


@pytest.fixture
def make(qtbot, panel_context) -> Make:
    def make(host: Host | None = None, **more: Any) -> ProcessesView:
        context = panel_context(host, **more)
        view = ProcessesView(context)
        context.shell.views.append(view)
        view.resize(1100, 700)
        view.show()
        view.activateWindow()
        qtbot.waitUntil(lambda: view._readings > 2)
        return view

    return make


@pytest.fixture
def child() -> Iterator[Obedient]:
    with obedient() as child:
        yield child


def rows(view: ProcessesView) -> list[Process]:
    return list(view._model.rows)


def find(qtbot, view: ProcessesView, pid: int) -> Process:
    """Searches for one process, and selects it."""
    view.search.setText(f"pid={pid}")
    qtbot.waitUntil(lambda: [row.pid for row in rows(view)] == [pid])
    view._table.select(0)
    qtbot.waitUntil(lambda: view._pane.process is not None and view._pane.process.pid == pid)
    return rows(view)[0]


def action(view: QWidget, text: str) -> QAction:
    return next(a for a in view.actions() if text in a.text())


def press(view: QWidget, text: str) -> None:
    button = next(b for b in view.findChildren(QPushButton) if text in b.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def state(pid: int) -> str:
    return psutil.Process(pid).status()


# What is listed.


def test_all_processes_of_the_machine_are_listed_by_cpu(qtbot, make: Make, child) -> None:
    view = make()
    listed = {row.pid for row in rows(view)}
    still = {pid for pid in psutil.pids() if psutil.pid_exists(pid)}
    assert {os.getpid(), child.pid, 1} <= listed
    assert len(still - listed) < 10  # Others come and go meanwhile.
    shares = [row.cpu or 0.0 for row in rows(view)]
    assert shares == sorted(shares, reverse=True)
    assert view._bar._count.text() == str(len(listed))


def test_a_recorded_machine_is_shown_as_it_was(qtbot, make: Make) -> None:
    view = make(Host(str(DEBIAN)))
    expected = {int(name) for name in os.listdir(DEBIAN / "proc") if name.isdigit()}
    assert {row.pid for row in rows(view)} == expected


def test_what_comes_and_goes_is_shown_and_gone(qtbot, make: Make) -> None:
    view = make()
    with obedient() as child:
        qtbot.waitUntil(lambda: child.pid in {row.pid for row in rows(view)})
    qtbot.waitUntil(lambda: child.pid not in {row.pid for row in rows(view)})


# Search.


def test_a_search_shows_what_matches_and_how_many_of_how_many(qtbot, make: Make, child) -> None:
    view = make()
    find(qtbot, view, child.pid)
    assert view._bar._count.text().startswith("1 of ")
    view.search.clear()
    assert len(rows(view)) > 1


def test_from_the_search_the_keyboard_goes_on_to_what_was_found(qtbot, make: Make, child) -> None:
    view = make()
    view.search.setFocus()
    QTest.keyClicks(view.search, f"pid={child.pid}")
    qtbot.waitUntil(lambda: [row.pid for row in rows(view)] == [child.pid])
    QTest.keyClick(view.search, Qt.Key.Key_Down)
    assert view._table.hasFocus()
    assert [row.pid for row in view._table.selected()] == [child.pid]


def test_tab_goes_from_the_search_by_the_shape_to_the_table(qtbot, make: Make) -> None:
    view = make()
    view.search.setFocus()
    passed = []
    while not view._table.hasFocus():
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Tab)
        passed.append(view.focusWidget())
        assert len(passed) < 6
    assert all(view._bar.isAncestorOf(widget) for widget in passed[:-1])


def test_a_search_that_makes_no_sense_says_where_and_leaves_the_rows(qtbot, make: Make) -> None:
    view = make()
    before = len(rows(view))
    view.search.setText("cpu>5 and frobs=1")
    [text] = [text for text in visible_texts(view) if "frobs" in text]
    assert "10" in text or "11" in text  # The column of what it did not understand.
    assert len(rows(view)) >= before - 5
    view.search.setText("cpu>=0")
    assert not any("frobs" in text for text in visible_texts(view))


def test_nothing_found_is_an_empty_table(qtbot, make: Make) -> None:
    view = make()
    view.search.setText("no such process at all")
    assert rows(view) == []
    assert view._bar._count.text().startswith("0 of ")


# Order and shape.


def test_a_header_sorts_and_sorts_back(qtbot, make: Make) -> None:
    view = make()
    header = view._table.horizontalHeader()

    def click(name: str) -> list[int]:
        section = [column.name for column in view._model.columns].index(name)
        x = header.sectionViewportPosition(section) + 20
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 5))
        return [row.pid for row in rows(view)]

    pids = click("pid")
    assert pids == sorted(pids, reverse=True)
    pids = click("pid")
    assert pids == sorted(pids)


def test_a_tree_shows_children_beneath_their_parents_and_closes(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    action(view, "Flat list or tree").trigger()
    view.search.setText(f"pid={child.pid}")
    shown = {row.pid: view._model.depth(place) for place, row in enumerate(rows(view))}
    assert shown[child.pid] == shown[os.getpid()] + 1
    pytest_place = [row.pid for row in rows(view)].index(os.getpid())
    view._table.select(pytest_place)
    QTest.keyClick(view._table, Qt.Key.Key_Left)
    assert child.pid not in {row.pid for row in rows(view)}
    QTest.keyClick(view._table, Qt.Key.Key_Right)
    assert child.pid in {row.pid for row in rows(view)}
    press(view, "Flat")
    assert [row.pid for row in rows(view)] == [child.pid]


def test_columns_order_and_shape_are_remembered(qtbot, make: Make) -> None:
    settings = Settings(None)
    view = make(settings=settings)
    view._table.show_columns(["pid", "name", "nice"])
    view._table.set_widths({"pid": 123})
    view._table._sort_by(1)
    action(view, "Flat list or tree").trigger()
    view.save_settings()
    again = make(settings=settings)
    assert again._table.shown_columns() == ["pid", "name", "nice"]
    assert again._table.widths()["pid"] == 123
    assert again._listing.sort == "pid"
    assert again._listing.descending
    assert again._listing.tree


def test_remembered_nonsense_is_not_taken(qtbot, make: Make) -> None:
    settings = Settings(None)
    nonsense = ProcessesSettings(
        columns=["none"], widths={"pid": -5}, sort="none", splitter=[-1, 10**9, 3]
    )
    settings.put_section("processes", nonsense)
    view = make(settings=settings)
    assert view._listing.sort == "cpu"
    assert len(view._table.shown_columns()) > 3


def test_the_selected_process_stays_selected_while_all_others_change(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    place = next(i for i, row in enumerate(rows(view)) if row.pid == child.pid)
    view._table.select(place)
    readings = view._readings
    with obedient() as other:
        other.run("burn(0.3)")
        qtbot.waitUntil(lambda: view._readings > readings + 10)
        assert [row.pid for row in view._table.selected()] == [child.pid]


def process(pid: int, cpu: float | None) -> Process:
    return Process(
        pid=pid, start=1, parent=1, name=f"p{pid}", uid=0, user="root", state="S", cpu=cpu,
        cpu_time=0.0, rss=0, read_rate=None, write_rate=None, threads=1, nice=0, command="",
        kernel=False,
    )  # fmt: skip


def reading(cpu: Callable[[int], float | None], *, whole: bool = False) -> Changes:
    changed = [process(pid, cpu(pid)) for pid in range(1000, 1200)]
    return Changes(0.0, whole=whole, changed=changed, gone=[], hidden=False)


def test_a_process_that_is_wanted_from_elsewhere_is_seen_when_the_rows_have_their_order(
    qtbot, panel_context, tmp_path
) -> None:
    context = panel_context(Host(str(tmp_path)))  # It has no process of its own.
    view = ProcessesView(context)
    context.shell.views.append(view)
    view.set_watched(False)
    view.resize(1100, 700)
    with qtbot.waitExposed(view):
        view.show()
    table = view._table

    def in_sight() -> bool:
        (row,) = table.selectionModel().selectedRows()
        assert view._model.key(row.row()) == (1100, 1)
        return table.viewport().rect().contains(table.visualRect(row).center())

    view.open_with(key=[1100, 1])
    view._take(reading(lambda _pid: None, whole=True))
    assert in_sight()
    # Not at the edge: there is room for the bar that comes with the pane, and for some others.
    (row,) = table.selectionModel().selectedRows()
    assert table.visualRect(row).bottom() < table.viewport().height() - 5 * table.rowHeight(0)
    view._take(reading(lambda pid: 5.0 if pid > 1100 else 0.0))
    assert in_sight()
    # The tab is looked at again after a while.
    view.open_with(key=[1100, 1])
    view._take(reading(lambda pid: 0.0 if pid >= 1100 else 5.0))
    assert in_sight()
    # Who scrolls away then is not held back, and who chooses another keeps that.
    table.verticalScrollBar().setValue(0)
    view._take(reading(lambda pid: 0.1 if pid >= 1100 else 5.0))
    assert not in_sight()
    view.open_with(key=[1100, 1])
    table.select(0)
    qtbot.waitUntil(lambda: view._pane.process is not None and view._pane.process.pid != 1100)
    chosen = table.selected()[0].pid
    view._take(reading(lambda pid: 0.2 if pid >= 1100 else 5.0))
    assert [each.pid for each in table.selected()] == [chosen]


# Acting.


def test_end_asks_first_names_its_object_and_sends_sigterm(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    process = find(qtbot, view, child.pid)
    seen: list[str] = []

    def agree(question: Confirmation) -> None:
        seen.extend(visible_texts(question))
        press(question, f"End {process.name}")

    in_dialog(Confirmation, agree)
    action(view, "End the selected").trigger()
    assert child.process.wait(10) == -signal.SIGTERM
    assert any("SIGTERM" in text for text in seen)


def test_enter_in_the_question_ends_nothing(qtbot, make: Make, child: Obedient) -> None:
    view = make()
    find(qtbot, view, child.pid)
    asked = in_dialog(Confirmation, lambda q: QTest.keyClick(q, Qt.Key.Key_Return))
    action(view, "Kill the selected").trigger()
    assert asked
    assert child.process.poll() is None


def test_kill_sends_sigkill(qtbot, make: Make, child: Obedient) -> None:
    view = make()
    find(qtbot, view, child.pid)
    in_dialog(Confirmation, lambda question: press(question, "Kill "))
    action(view, "Kill the selected").trigger()
    assert child.process.wait(10) == -signal.SIGKILL


def test_stop_and_continue(qtbot, make: Make, child: Obedient) -> None:
    view = make()
    find(qtbot, view, child.pid)
    action(view, "Stop the selected").trigger()
    qtbot.waitUntil(lambda: state(child.pid) == psutil.STATUS_STOPPED)
    qtbot.waitUntil(lambda: rows(view)[0].state == "T")
    action(view, "Continue the selected").trigger()
    qtbot.waitUntil(lambda: state(child.pid) != psutil.STATUS_STOPPED)
    child.run("pass")


def test_a_nice_value_is_asked_for_and_set(qtbot, make: Make, child: Obedient) -> None:
    view = make()
    find(qtbot, view, child.pid)

    def choose(dialog: QInputDialog) -> None:
        assert dialog.intValue() == psutil.Process(child.pid).nice()
        dialog.setIntValue(7)
        dialog.accept()

    in_dialog(QInputDialog, choose)
    press(view._pane, "Nice")
    assert psutil.Process(child.pid).nice() == 7


def test_several_are_ended_at_once_and_the_question_says_how_many(qtbot, make: Make) -> None:
    view = make()
    with obedient() as one, obedient() as two:
        view.search.setText(f"pid={one.pid} or pid={two.pid}")
        qtbot.waitUntil(lambda: len(rows(view)) == 2)
        view._table.selectAll()
        in_dialog(Confirmation, lambda question: press(question, "End 2 processes"))
        action(view, "End the selected").trigger()
        assert one.process.wait(10) == two.process.wait(10) == -signal.SIGTERM


def test_nothing_is_asked_when_nothing_is_selected(qtbot, make: Make) -> None:
    view = make()
    for text in ("End the selected", "Kill the selected", "Stop the selected", "Nice value"):
        action(view, text).trigger()
        assert problem_text(view) == "Select a process first."


# What was chosen is what is acted on.


def entries(menu: QMenu) -> list[QAction]:
    return [action for action in menu.actions() if not action.isSeparator()]


def menu_action(menu: QMenu, text: str) -> QAction:
    return next(a for a in menu.actions() if text in a.text())


def test_a_menu_acts_on_the_process_that_it_was_opened_for(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    process = find(qtbot, view, child.pid)
    with obedient() as other:

        def select_another_and_act(menu: QMenu) -> None:
            view.search.setText(f"pid={other.pid}")
            view._table.select(0)
            menu_action(menu, f"Stop {process.name}").trigger()

        in_dialog(QMenu, select_another_and_act)
        view._open_menu(QPoint(5, 5))
        qtbot.waitUntil(lambda: state(child.pid) == psutil.STATUS_STOPPED)
        assert state(other.pid) != psutil.STATUS_STOPPED
        child.process.send_signal(signal.SIGCONT)


def test_the_menu_leads_to_the_service_that_a_process_belongs_to(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)
    view._table.select(0)
    qtbot.waitUntil(lambda: view._pane.process is not None)
    opened: list[tuple[str, dict[str, str]]] = []
    view.context.shell.open = lambda panel, **more: opened.append((panel, more))
    view._pane.service = r"a@b\x2dc.service"
    in_dialog(QMenu, lambda menu: menu_action(menu, "Show a@b").trigger())
    view._open_menu(QPoint(5, 5))
    assert opened == [("services", {"unit": r"a@b\x2dc.service"})]


def ended(child: Obedient) -> None:
    child.process.kill()
    child.process.wait(10)


def test_a_process_that_ends_while_its_menu_is_open_is_a_problem_and_nothing_is_signalled(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)

    def act(menu: QMenu) -> None:
        ended(child)
        menu_action(menu, "Stop ").trigger()

    in_dialog(QMenu, act)
    view._open_menu(QPoint(5, 5))
    assert f"pid {child.pid}) has ended already" in problem_text(view)


def test_a_process_that_ends_while_the_question_is_open_is_a_problem(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)

    def act(question: Confirmation) -> None:
        ended(child)
        press(question, "End ")

    in_dialog(Confirmation, act)
    action(view, "End the selected").trigger()
    assert f"pid {child.pid}) has ended already" in problem_text(view)


def test_a_process_that_ended_before_the_menu_opened_is_a_problem_and_the_menu_offers_nothing(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)
    view._changes.pause()
    ended(child)
    offered: list[bool] = []
    in_dialog(QMenu, lambda menu: offered.extend(a.isEnabled() for a in menu.actions()))
    view._open_menu(QPoint(5, 5))
    assert not any(offered)
    assert "has ended already" in problem_text(view)


def test_no_descriptor_stays_open_for_a_menu_that_was_closed(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)

    def held() -> int:
        fds = (os.readlink(f"/proc/self/fd/{fd}") for fd in ls_fds())
        return sum("pidfd" in target for target in fds)

    def ls_fds() -> list[str]:
        return [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")]

    in_dialog(QMenu, lambda menu: None)
    view._open_menu(QPoint(5, 5))
    assert held() == 0


# Others' processes.


def test_others_processes_are_not_touched_and_it_says_so(
    qtbot, make: Make, child: Obedient
) -> None:
    host = OrdinaryHost()
    view = make(host)
    find(qtbot, view, child.pid)
    for text in ("End the selected", "Kill the selected", "Stop the selected", "Continue the"):
        action(view, text).trigger()
        assert "nothing was done" in problem_text(view)
        assert "needs the installed Sysgui" in problem_text(view)
    action(view, "Nice value").trigger()
    offered: dict[str, bool] = {}
    in_dialog(QMenu, lambda m: offered.update((a.text(), a.isEnabled()) for a in entries(m)))
    view._open_menu(QPoint(5, 5))
    assert not any(offered.values())
    assert any("Others' processes" in text for text in offered)
    assert host.signals == []
    assert host.reniced == []
    assert child.process.poll() is None


class Elevated(Door):
    """A machine on which nothing is the user's, with an installed helper."""

    def __init__(self, script: str) -> None:
        super().__init__(script)
        self.user = 54_321

    def exists(self, path: str) -> bool:
        return super().exists(path) or Host.exists(self, path)

    def stat(self, path: str) -> os.stat_result:
        return Host.stat(self, path) if path.startswith("/proc") else super().stat(path)


def shown(view: ProcessesView) -> bool:
    return view._elevation.isVisible()


def test_others_processes_are_ended_by_the_helper_after_the_question(
    qtbot, make: Make, child: Obedient
) -> None:
    host = Elevated(OBEDIENT)
    view = make(host)
    process = find(qtbot, view, child.pid)
    said: list[str] = []

    def agree(question: Confirmation) -> None:
        said.extend(visible_texts(question))
        question.accept()

    in_dialog(Confirmation, agree)
    action(view, "End the selected").trigger()
    assert any("password" in text for text in said)
    qtbot.waitUntil(lambda: not shown(view))
    (argv,) = host.started
    name = Host().read(f"/proc/{child.pid}/comm").decode().strip()
    assert argv[-3:] == [
        "process-signal", "signal=TERM", f"{process.pid}:{process.start}:{name}",
    ]  # fmt: skip
    assert problem_text(view) == ""


def test_the_window_lives_on_while_the_password_is_asked_for_and_it_can_be_cancelled(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make(Elevated("import time; time.sleep(1000)"))
    find(qtbot, view, child.pid)
    action(view, "Stop the selected").trigger()
    assert shown(view)
    assert any("waiting for an administrator's password" in text for text in visible_texts(view))
    readings = view._readings
    qtbot.waitUntil(lambda: view._readings > readings + 1)
    action(view, "Continue the").trigger()
    assert "One thing at a time" in problem_text(view)
    press(view, "Cancel")
    qtbot.waitUntil(lambda: not shown(view))
    assert "Cancelled" in problem_text(view)


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("raise SystemExit(126)", "dismissed"),
        ("raise SystemExit(127)", "polkit does not allow this"),
        (NO_AGENT, "Nobody could be asked"),
        (PARTLY, "has ended already"),
    ],
    ids=["dismissed", "refused", "no agent", "partly"],
)
def test_what_was_not_done_as_root_is_said(
    qtbot, make: Make, child: Obedient, script: str, text: str
) -> None:
    view = make(Elevated(script))
    find(qtbot, view, child.pid)
    action(view, "Stop the selected").trigger()
    qtbot.waitUntil(lambda: not shown(view))
    assert text in problem_text(view)


def test_a_prompt_that_is_open_does_not_keep_the_window_from_closing(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make(Elevated("import time; time.sleep(1000)"))
    find(qtbot, view, child.pid)
    action(view, "Stop the selected").trigger()
    poller = view._elevation._poller
    qtbot.waitUntil(lambda: view._elevation._errands._errand is not None)
    poller.quit()
    assert poller.wait(2000)


def test_files_of_others_processes_are_read_once_by_the_helper(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make(Elevated(INSIDE))
    find(qtbot, view, child.pid)
    assert not view._pane.needs_root or "Ctrl+I" in " ".join(listed(view._pane._files))
    action(view, "Files and sockets of the pane").trigger()
    qtbot.waitUntil(lambda: not shown(view))
    assert problem_text(view) == ""
    assert view._inside is not None
    assert [(file.fd, file.target) for file in view._inside.files] == [(3, "/var/lib/secret")]


def test_what_the_kernel_refuses_is_a_problem(qtbot, make: Make, child: Obedient) -> None:
    view = make(RefusingHost())
    find(qtbot, view, child.pid)
    action(view, "Stop the selected").trigger()
    assert "Nothing was done to it" in problem_text(view)


def test_on_a_recorded_machine_nothing_can_be_done_and_it_says_so(qtbot, make: Make) -> None:
    view = make(Host(str(DEBIAN)))
    view._table.select(0)
    action(view, "Kill the selected").trigger()
    assert "recorded machine" in problem_text(view)


# The pane.


def listed(widget: Any) -> list[str]:
    return [widget.item(row).text() for row in range(widget.count())]


def test_the_pane_shows_what_the_process_is_and_has_open(
    qtbot, make: Make, child: Obedient, tmp_path
) -> None:
    path = tmp_path / "open file"
    child.run(f"file = open({str(path)!r}, 'w')")
    child.run("s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]")
    child.run(f"open({str(path)!r}, 'w').write(str(port))")
    port = path.read_text()
    view = make()
    process = find(qtbot, view, child.pid)
    pane = view._pane
    qtbot.waitUntil(lambda: any(str(path) in line for line in listed(pane._files)))
    [socket] = listed(pane._sockets)
    assert f"127.0.0.1:{port}" in socket
    assert "LISTEN" in socket
    texts = "\n".join(visible_texts(pane))
    assert process.name in texts
    assert f"pid {child.pid}" in texts
    started = datetime.fromtimestamp(psutil.Process(child.pid).create_time()).astimezone()
    assert f"{started:%Y-%m-%d %H:%M}" in texts


def test_the_pane_says_when_its_process_has_ended_and_offers_nothing_more(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)
    qtbot.waitUntil(lambda: view._pane._files.count() > 0)
    ended(child)
    qtbot.waitUntil(lambda: "This process has ended." in visible_texts(view._pane))
    buttons = {b.text(): b for b in view._pane.findChildren(QPushButton)}
    assert not next(b for text, b in buttons.items() if text.startswith("End")).isEnabled()
    readings = view._readings
    qtbot.waitUntil(lambda: view._readings > readings + 5)
    assert "This process has ended." in visible_texts(view._pane)
    assert problem_text(view) == ""


def test_the_next_choice_after_an_ended_process_can_be_acted_on(qtbot, make: Make) -> None:
    view = make()
    with obedient() as one:
        find(qtbot, view, one.pid)
    qtbot.waitUntil(lambda: "This process has ended." in visible_texts(view._pane))
    with obedient() as two:
        find(qtbot, view, two.pid)
        buttons = {b.text(): b for b in view._pane.findChildren(QPushButton)}
        assert next(b for text, b in buttons.items() if text.startswith("End")).isEnabled()
        assert "This process has ended." not in visible_texts(view._pane)


def test_with_several_selected_the_pane_shows_none(qtbot, make: Make) -> None:
    view = make()
    view._table.select(0)
    qtbot.waitUntil(lambda: view._pane.process is not None)
    view._table.selectAll()
    qtbot.waitUntil(lambda: view._pane.process is None)
    assert not view._detail.running


def test_the_chosen_process_is_read_closely_only_while_it_is_shown(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    assert not view._detail.running
    find(qtbot, view, child.pid)
    assert view._detail.running
    view.hide()
    assert not view._detail.running
    view.show()
    assert view._detail.running


def test_a_name_and_a_command_with_markup_are_shown_as_they_are(qtbot, make: Make) -> None:
    argv = ["<img src=x>", "-c", "import time; time.sleep(100)", "<b>bold</b>"]
    with subprocess.Popen(argv, executable=sys.executable) as process:
        view = make()
        find(qtbot, view, process.pid)
        texts = [view._pane._title.toolTip(), view._model.data(view._model.index(0, 0), 3)]
        command = [column.name for column in view._model.columns].index("command")
        tip = Qt.ItemDataRole.ToolTipRole
        texts.append(view._model.data(view._model.index(0, command), tip))
        process.kill()
    assert all("<img" not in text and "<b>" not in text for text in texts), texts


# The child that reads.


def test_when_the_child_that_reads_is_killed_it_says_so_and_recovers_by_itself(
    qtbot, make: Make, child: Obedient
) -> None:
    view = make()
    find(qtbot, view, child.pid)
    seen: list[str] = []
    reader = view.context.reader.pid
    assert reader is not None

    class Watcher(QWidget):
        @Slot(object)
        def take(self, problem: Any) -> None:
            seen.append(problem.code)

    watcher = Watcher()
    for poller in (view._changes, view._detail):  # Whichever asks next meets it.
        poller.problem.connect(watcher.take)
    os.kill(reader, signal.SIGKILL)
    qtbot.waitUntil(lambda: "reader-gone" in seen)
    readings = view._readings
    qtbot.waitUntil(lambda: view._readings > readings + 2)
    qtbot.waitUntil(lambda: problem_text(view) == "")
    assert view.context.reader.pid not in (None, reader)
    assert [row.pid for row in rows(view)] == [child.pid]
    assert [row.pid for row in view._table.selected()] == [child.pid]


def test_a_recorded_machine_that_vanishes_is_a_problem_in_the_bar(
    qtbot, make: Make, tmp_path
) -> None:
    root = tmp_path / "machine"
    shutil.copytree(DEBIAN, root, symlinks=True)
    view = make(Host(str(root)))
    shutil.rmtree(root / "proc")
    qtbot.waitUntil(lambda: problem_text(view) != "")
    assert "bug" not in problem_text(view)


# Copy.


def test_copy_gives_the_selected_processes(qtbot, make: Make, child: Obedient) -> None:
    view = make()
    find(qtbot, view, child.pid)
    QTest.keyClick(view._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert str(child.pid) in QGuiApplication.clipboard().text().split("\t")
