"""The tab with a journal, against what journalctl prints of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from sysgui.panels.logs.view import LogsView
from sysgui.system.host import Host
from tests.panels.logs.shown import open_view

from .conftest import tell
from .test_log import expected

Open = Callable[..., LogsView]


@pytest.fixture
def open_journal(qtbot, panel_context, journal: Path) -> Open:
    def open_journal(query: str = "") -> LogsView:
        context = panel_context(Host())
        view = open_view(context)
        view.open_with(path=f"journal:{journal.parent}", query=query)
        settle(qtbot, view, query)
        return view

    return open_journal


def settle(qtbot, view: LogsView, query: str) -> None:
    def answered() -> bool:
        page = view._asking.page
        asked = page is not None and page.settled and page.asked[2] == query
        return asked and view._asking.seek is None

    qtbot.waitUntil(answered, timeout=30_000)


def messages(view: LogsView) -> list[str]:
    lines = [one.line for one in view.lines._seen() if one.line is not None]
    return [line.text[slice(*line.parts.get("message", (0, 0)))] for line in lines]


def told(journal: Path, *options: str) -> list[str]:
    return expected(tell(journal, *options))


def test_the_end_is_seen_and_the_bar_tells_how_much_there_is(
    open_journal: Open, journal: Path
) -> None:
    view = open_journal()
    shown = messages(view)
    assert len(shown) > 10
    assert shown == told(journal)[-len(shown) :]
    bar = view.lines.verticalScrollBar()
    assert bar.maximum() + bar.pageStep() == len(tell(journal))


def test_any_row_is_reached(qtbot, open_journal: Open, journal: Path) -> None:
    view = open_journal()
    view.lines.verticalScrollBar().setValue(100)
    rows = told(journal)[100:]
    qtbot.waitUntil(lambda: messages(view)[:1] == rows[:1])
    assert messages(view) == rows[: len(messages(view))]


def test_a_unit_is_opened_from_elsewhere(open_journal: Open, journal: Path) -> None:
    view = open_journal("unit=nginx.service")
    assert messages(view) == told(journal, "-u", "nginx")


def test_the_units_of_the_journal_are_offered_while_one_is_typed(
    qtbot, open_journal: Open, journal: Path
) -> None:
    view = open_journal()
    edit = view._pane.show_edit
    edit.setFocus()
    QTest.keyClicks(edit, "unit=")
    model = edit.suggestions._model
    units = {entry["_SYSTEMD_UNIT"] for entry in tell(journal) if "_SYSTEMD_UNIT" in entry}
    rows = range(len(units))
    qtbot.waitUntil(lambda: model.rowCount() == len(units))
    assert {model.index(row, 0).data().split()[0].strip('"') for row in rows} == units
    QTest.keyClicks(edit, "cron")
    assert {model.index(row, 0).data().split()[0] for row in range(model.rowCount())} == {
        unit for unit in units if "cron" in unit
    }
