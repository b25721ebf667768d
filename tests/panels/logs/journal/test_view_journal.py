"""The tab with a journal, against what journalctl prints of it."""

from collections.abc import Callable
from pathlib import Path

import msgspec
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


def test_rows_that_are_found_before_others_move_nothing(
    open_journal: Open,
) -> None:
    """The end is there first; whoever has gone up from it stays with what he looks at."""
    view = open_journal()
    asking, lines = view._asking, view.lines
    page = asking.page
    assert page is not None
    total, shown = page.rows, messages(view)
    # As if the first hundred were not known yet.
    late = msgspec.structs.replace(
        page, rows=total - 100, first=page.first - 100, hits=7, settled=False, shift=(0, 0)
    )
    asking._pages.pause()
    asking.seek, asking.place = None, 5
    asking._take_page(late)
    assert messages(view) == shown
    lines.go_to(lines.rows - 3)
    lines.follow(follows=False)
    top, current = lines.top_row, lines.current
    assert current is not None
    shown = messages(view)
    asking._take_page(msgspec.structs.replace(page, hits=9, shift=(100, 2)))
    assert (lines.top_row, lines.current_row) == (top + 100, total - 3)
    assert lines.current == current
    assert messages(view) == shown
    assert (asking.place, lines.selected()) == (7, (total - 3, 1))
    assert view._pane._found.text() == "8 of 9"
    # Begun anew: nothing is moved back.
    asking._take_page(msgspec.structs.replace(page, hits=9, shift=(0, 0)))
    assert (lines.current_row, asking.place) == (total - 3, 7)
