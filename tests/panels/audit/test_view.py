"""The table of what was done as root: what it shows, to whom, and all of one row."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from kit import problem_text, visible_texts
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from roots.doors import NO_AGENT, SAFE
from roots.hosts import write_machine

from sysgui.panels.audit import PANEL
from sysgui.panels.audit.entries import Done
from sysgui.panels.audit.probe import Audit
from sysgui.panels.audit.view import AuditSettings, AuditView
from sysgui.system.elevation import HELPER
from sysgui.system.host import Host
from sysgui.system.settings import Settings
from sysgui.system.transport import PKEXEC

from . import FILE, MACHINE, RECORDED, Journal, line, pair

Make = Callable[..., AuditView]


class Locked(Journal):
    """A machine whose journal its user may not read, with a helper that the test has written.

    Args:
        root: Where its files lie.
        script: Takes the helper's place.

    Attributes:
        started: How the helper was started each time.
    """

    def __init__(self, root: Path, script: str) -> None:
        super().__init__(root)
        self.live = True
        self.readable = False
        self.script = script
        self.started: list[Sequence[str]] = []

    def uid(self) -> int:
        return 1000

    def exists(self, path: str) -> bool:
        return path in (HELPER, PKEXEC)

    def stat(self, path: str) -> os.stat_result:
        return super().stat(path) if path == FILE else SAFE

    def spawn(
        self,
        argv: Sequence[str],
        extra_environment: Mapping[str, str] | None = None,
        *,
        errors: bool = False,
    ) -> "subprocess.Popen[bytes]":
        self.started.append(argv)
        return super().spawn([sys.executable, "-c", self.script], errors=errors)


def telling(*lines: bytes) -> str:
    """Returns a helper that tells these lines as the real one does: in pieces, byte by byte."""
    text = b"".join(each + b"\n" for each in lines).decode("latin-1")
    pieces = [text[place : place + 100] for place in range(0, len(text), 100)]
    frames = [json.dumps({"frame": "piece", "facts": {"data": piece}}) for piece in pieces]
    frames.append('{"frame":"result","code":"done"}')
    return f"import sys\nsys.stdin.readline()\nprint(*{frames!r}, sep='\\n')"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_machine(tmp_path, {"/etc/machine-id": f"{MACHINE}\n"})


@pytest.fixture
def journal(root: Path) -> Journal:
    host = Journal(root)
    host.say(*RECORDED["debian12"])
    return host


@pytest.fixture
def locked(root: Path) -> Callable[[str], Locked]:
    def locked(script: str) -> Locked:
        host = Locked(root, script)
        host.touch()
        return host

    return locked


@pytest.fixture
def make(qtbot, panel_context) -> Make:
    def make(host: Host, **more: Any) -> AuditView:
        context = panel_context(host, tempo=50.0, **more)
        view = AuditView(context)
        context.shell.views.append(view)
        view.resize(1100, 700)
        with qtbot.waitSignal(view.ready):
            view.show()
            view.activateWindow()
        return view

    return make


def rows(view: AuditView) -> list[Done]:
    return list(view._model.rows)


def empty(view: AuditView) -> str:
    assert rows(view) == []
    return view._table.empty_text


def button(view: AuditView, text: str) -> QPushButton:
    return next(b for b in view.findChildren(QPushButton) if text in b.text())


def action(view: AuditView, text: str) -> QAction:
    return next(a for a in view.actions() if text in a.text())


def told(view: AuditView) -> dict[str, str]:
    """Returns what the pane says, by the names of its lines."""
    labels = view._pane.findChildren(QLabel)
    return {label.accessibleName(): label.text() for label in labels if label.accessibleName()}


def choose(qtbot, view: AuditView, place: int) -> Done:
    view._table.select(place)
    wanted = rows(view)[place]
    qtbot.waitUntil(lambda: view._pane.done is wanted and view._pane.isVisible())
    return wanted


def ask(qtbot, view: AuditView) -> None:
    """Has root asked, and waits for the end of that."""
    action(view, "administrator's password").trigger()
    assert view._elevation.isVisible()
    qtbot.waitUntil(view._elevation.isHidden)


# What is listed


def test_what_was_done_is_listed_the_latest_first(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    assert [(row.operation, row.user) for row in rows(view)] == [
        ("file-read", "1000"),
        ("process-signal", "1001"),
        ("process-signal", "1000"),
        ("process-signal", "1000"),
        ("process-signal", "1000"),
        ("process-adjust", "1000"),
    ]
    assert view._count.text() == "6"
    assert view._button.isHidden()
    header = view._table.horizontalHeader()
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


def test_what_comes_is_shown_and_what_ends_says_so(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    begin, end = pair("failed", SYSGUI_OPERATION="unit-start")
    journal.say(begin)
    qtbot.waitUntil(lambda: len(rows(view)) == 7)
    assert (rows(view)[0].operation, rows(view)[0].result) == ("unit-start", "")
    assert view._model.texts(0)[3] == "no end known"
    choose(qtbot, view, 0)
    assert told(view)["Result"] == "Of its end nothing is known: it goes on, or it was killed."
    journal.say(end)
    qtbot.waitUntil(lambda: rows(view)[0].result == "failed")
    assert told(view)["Result"] == "failed: The system refused it."


def test_where_nothing_was_done_that_is_said(qtbot, make: Make, root: Path) -> None:
    view = make(Journal(root))
    assert empty(view) == "Nothing was done as root from here yet."
    assert view._button.isHidden()


def test_an_unchanged_journal_changes_nothing(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    changes = []
    for signal in (view._model.dataChanged, view._model.layoutChanged, view._model.rowsInserted):
        signal.connect(lambda *_what: changes.append(1))
    readings = []
    poller = view._pollers[0]
    poller.reading.connect(lambda reading: readings.append(reading))
    qtbot.waitUntil(lambda: len(readings) > 2)
    assert changes == []
    assert len(journal.asked) == 1


def test_the_selected_row_stays_selected_while_others_come(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)
    chosen = choose(qtbot, view, 2)
    journal.say(*pair(), *pair(_PID="7"))
    qtbot.waitUntil(lambda: len(rows(view)) == 8)
    assert view._table.selected() == [chosen]
    assert rows(view)[4] is chosen
    assert view._pane.done is chosen


def test_that_older_ones_may_be_missing_is_said(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    view._take(Audit(rows(view), cut=True))
    assert view._count.text() == "6+"
    assert "older" in view._count.toolTip()
    view._take(Audit(rows(view)))
    assert (view._count.text(), view._count.toolTip()) == ("6", "")


def test_what_goes_wrong_stands_in_the_bar_until_it_works_again(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)
    journal.status = 1
    journal.touch()
    qtbot.waitUntil(lambda: "no such thing" in problem_text(view))
    assert len(rows(view)) == 6
    journal.status = 0
    qtbot.waitUntil(lambda: problem_text(view) == "")


# Search and order


def test_a_search_shows_what_matches_and_how_many_of_how_many(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)
    view.search.setText("operation=process-signal and not result=done")
    assert len(rows(view)) == 3
    assert view._count.text() == "3 of 6"
    view.search.setText("no such thing")
    assert "no such thing" in empty(view)
    view.search.clear()
    assert len(rows(view)) == 6


def test_a_search_that_makes_no_sense_says_why_and_leaves_the_rows(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)
    view.search.setText("frobs=1")
    assert any("frobs" in text for text in visible_texts(view))
    assert len(rows(view)) == 6
    view.search.setText("")
    assert not any("frobs" in text for text in visible_texts(view))


def test_another_panel_may_ask_for_a_search(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    view.open_with(query="user=1001")
    assert [row.user for row in rows(view)] == ["1001"]
    view.open_with()
    assert len(rows(view)) == 6


def test_a_header_sorts_and_sorts_back(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    header = view._table.horizontalHeader()

    def click(name: str) -> list[Any]:
        section = [column.name for column in view._model.columns].index(name)
        x = header.sectionViewportPosition(section) + 20
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 5))
        return [getattr(row, name) for row in rows(view)]

    assert click("operation") == ["file-read", "process-adjust"] + ["process-signal"] * 4
    assert click("operation") == ["process-signal"] * 4 + ["process-adjust", "file-read"]
    times = click("time")
    assert times == sorted(times)
    durations = click("duration")
    assert durations[-1] is None
    assert durations[:-1] == sorted(durations[:-1], reverse=True)


def test_columns_order_and_heights_are_remembered(qtbot, make: Make, journal: Journal) -> None:
    settings = Settings(None)
    view = make(journal, settings=settings)
    view._table.show_columns(["time", "request"])
    view._table.set_widths({"time": 123})
    view._table._sort_by(1)
    choose(qtbot, view, 0)
    view._splitter.setSizes([300, 320])
    height = view._splitter.sizes()[1]
    view.save_settings()
    again = make(journal, settings=settings)
    assert again._table.shown_columns() == ["time", "request"]
    assert again._table.widths()["time"] == 123
    assert (again._listing.sort, again._listing.descending) == ("operation", False)
    choose(qtbot, again, 0)
    assert again._splitter.sizes()[1] == height


def test_remembered_nonsense_is_not_taken(qtbot, make: Make, journal: Journal) -> None:
    settings = Settings(None)
    nonsense = AuditSettings(columns=["none"], widths={"time": -5}, sort="none", splitter=[1, 2, 3])
    settings.put_section("audit", nonsense)
    view = make(journal, settings=settings)
    assert view._listing.sort == "time"
    assert len(view._table.shown_columns()) > 3
    assert len(rows(view)) == 6


# All of one row


def test_a_row_leads_to_all_that_is_known_of_it(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    assert view._pane.isHidden()
    row = choose(qtbot, view, 4)
    begin, end = (json.loads(each) for each in RECORDED["debian12"][2:4])
    said = told(view)
    assert said["Result"] == "done: It was done."
    assert said["For"] == "1000"
    assert said["Request"] == begin["SYSGUI_REQUEST"]
    assert said["Plan"] == end["SYSGUI_PLAN_SHA256"]
    pid = begin["SYSGUI_TARGETS"].split()[1].split(":")[0]
    assert said["Targets"] == f"signal=TERM\nsleep ({pid})"
    assert said["Began"] == row.local_time
    assert "after 0.0" in said["Ended"]


def test_what_the_journal_does_not_say_is_said_to_be_unknown(qtbot, make: Make, root: Path) -> None:
    host = Journal(root)
    _begin, end = pair("of-tomorrow", SYSGUI_TARGETS=None)
    host.say(end, line())
    view = make(host)
    choose(qtbot, view, 0)
    assert told(view)["Ended"] == "The journal does not say."
    assert told(view)["Plan"].startswith("None")
    choose(qtbot, view, 1)
    assert told(view)["Began"] == "The journal does not say."
    assert told(view)["Targets"].startswith("None")
    assert told(view)["Result"].startswith("of-tomorrow: ")


def test_all_of_it_can_be_copied(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    choose(qtbot, view, 3)
    copy = button(view._pane, "Copy")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    title, *lines = QGuiApplication.clipboard().text().split("\n")
    assert title == "process-signal"
    assert "Result\tgone: Nothing was done: it was not there any more." in lines
    assert r"gone \x1b[31m (4000000)" in lines
    assert copy.text() == "Copied"
    choose(qtbot, view, 2)
    assert copy.text() == "Copy"


def test_hostile_targets_are_shown_and_nothing_else(qtbot, make: Make, root: Path) -> None:
    host = Journal(root)
    names = " ".join(f"{number}:1:{'%3Cb%3E' * 40}" for number in range(32))
    host.say(*pair(SYSGUI_TARGETS=names, SYSGUI_REQUEST="x" * 3000))
    view = make(host)
    width = view.width()
    choose(qtbot, view, 0)
    assert told(view)["Targets"].split("\n")[31] == f"{'<b>' * 40} (31)"
    assert view.width() == width
    assert view.minimumSizeHint().width() < 700
    for label in view._pane.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_several_rows_have_no_pane_in_common(qtbot, make: Make, journal: Journal) -> None:
    view = make(journal)
    choose(qtbot, view, 0)
    view._table.selectAll()
    qtbot.waitUntil(view._pane.isHidden)


def test_the_keyboard_leads_into_the_pane_and_out_of_it(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)
    view._table.setFocus()
    QTest.keyClick(view._table, Qt.Key.Key_Down)
    QTest.keyClick(view._table, Qt.Key.Key_Return)
    assert view._pane.isVisible()
    assert view._pane.isAncestorOf(QApplication.focusWidget())
    action(view, "Close the pane").trigger()
    assert view._pane.isHidden()
    assert QApplication.focusWidget() is view._table
    assert view._table.selected() == []
    QTest.keyClick(view._table, Qt.Key.Key_Return)
    assert view._pane.isHidden()
    QTest.keyClick(view._table, Qt.Key.Key_Down)
    QTest.keyClick(view._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "file-read" in QGuiApplication.clipboard().text()
    keys = dict(view.further_keys())
    assert "pane" in keys["Enter"]


def test_everything_has_a_name_for_those_who_do_not_see_it(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)
    choose(qtbot, view, 0)
    for widget, name in (
        (view._table, "Done as root"),
        (view.search, "Find what was done"),
        (view._pane._scrolled, "About file-read"),
        (view._splitter, "Table and pane"),
        (view._button, "Show as root…"),
    ):
        found = QAccessible.queryAccessibleInterface(widget)
        assert found.text(QAccessible.Text.Name) == name


# As root


def test_who_may_not_read_it_is_told_how_to(qtbot, make: Make, locked) -> None:
    view = make(locked(telling()))
    assert "Show as root" in empty(view)
    assert view._count.text() == ""
    assert view._button.isVisible()
    assert "systemd-journal" in view._button.toolTip()


def test_what_root_is_told_is_shown_and_polls_leave_it(qtbot, make: Make, locked) -> None:
    host = locked(telling(*RECORDED["debian13"]))
    view = make(host)
    ask(qtbot, view)
    qtbot.waitUntil(lambda: len(rows(view)) == 6)
    assert host.started == [[PKEXEC, "--disable-internal-agent", HELPER, "audit-read"]]
    assert problem_text(view) == ""
    before = rows(view)
    readings = []
    view._pollers[0].reading.connect(lambda reading: readings.append(reading))
    qtbot.waitUntil(lambda: len(readings) > 2)
    assert rows(view) == before
    assert "again" in view._button.text()
    host.script = telling(*RECORDED["debian13"], *pair())
    QTest.mouseClick(view._button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(rows(view)) == 7)


def test_a_field_of_bytes_comes_through_as_it_is(qtbot, make: Make, locked) -> None:
    view = make(locked(telling(line(SYSGUI_OPERATION="größe").replace(b"\\u00f6", "ö".encode()))))
    ask(qtbot, view)
    qtbot.waitUntil(lambda: [row.operation for row in rows(view)] == ["größe"])


def test_that_root_knows_of_nothing_is_said(qtbot, make: Make, locked) -> None:
    view = make(locked(telling()))
    ask(qtbot, view)
    qtbot.waitUntil(lambda: empty(view) == "Nothing was done as root from here yet.")


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("raise SystemExit(126)", "dismissed"),
        ("raise SystemExit(127)", "polkit does not allow this"),
        (NO_AGENT, "Nobody could be asked"),
        ("""print('{"frame":"error","code":"failed","field":""}')""", "refused"),
        ("print('nonsense')", "does not understand"),
    ],
    ids=["dismissed", "refused", "no agent", "failed", "nonsense"],
)
def test_what_was_not_told_is_said_and_stays_hidden(
    qtbot, make: Make, locked, script: str, text: str
) -> None:
    view = make(locked(script))
    ask(qtbot, view)
    assert text in problem_text(view)
    assert "Show as root" in empty(view)


def test_it_can_be_cancelled(qtbot, make: Make, locked) -> None:
    view = make(locked("import time; time.sleep(1000)"))
    action(view, "administrator's password").trigger()
    qtbot.waitUntil(lambda: view._elevation._errands._errand is not None)
    action(view, "administrator's password").trigger()
    assert "One thing at a time" in problem_text(view)
    QTest.mouseClick(button(view, "Cancel"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(view._elevation.isHidden)
    assert "Cancelled" in problem_text(view)


def test_where_the_helper_is_missing_it_says_how_to_get_it(
    qtbot, make: Make, journal: Journal
) -> None:
    view = make(journal)  # A recorded machine has none.
    ask(qtbot, view)
    assert "installed" in problem_text(view)
    assert len(rows(view)) == 6


def test_the_manifest_leads_to_this_view() -> None:
    assert PANEL.view() is AuditView
