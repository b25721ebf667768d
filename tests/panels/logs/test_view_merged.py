"""The tab that reads several logs as one, in the order of time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog

from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.settings import LogsSettings
from sysgui.panels.logs.view import LogsView
from sysgui.system.host import Host
from sysgui.system.settings import Settings

from .shown import open_view, settle

Make = Callable[..., LogsView]

SECOND = 1_000_000


def line(second: int, text: str) -> str:
    return f"2026-11-27T08:00:{second:02}Z vm app[1]: {text}"


LOGS = {
    "even.log": [line(second, f"even {second}") for second in range(0, 40, 2)],
    "odd.log": [line(second, f"odd {second}") for second in range(1, 40, 2)],
}
BOTH = sorted([*LOGS["even.log"], *LOGS["odd.log"]])


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """The paths as the application names them: its machine begins at `tmp_path`."""
    folder = tmp_path / "var/log"
    folder.mkdir(parents=True)
    for name, lines in LOGS.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return [f"/var/log/{name}" for name in LOGS]


@pytest.fixture
def make(qtbot, panel_context, tmp_path: Path, paths: list[str]) -> Make:
    def make(**more: Any) -> LogsView:
        context = panel_context(Host(str(tmp_path)), **more)
        view = open_view(context)
        view.activateWindow()
        settle(qtbot, view)
        return view

    return make


def choose(qtbot, view: LogsView, *names: str) -> None:
    """Selects logs in the list, as clicks with Ctrl do."""
    flags = QItemSelectionModel.SelectionFlag
    model = view._files.selectionModel()
    view._files.clearSelection()
    for place in range(view._model.rowCount()):
        if view._model.row(place).name in names:
            model.select(view._model.index(place, 0), flags.Select | flags.Rows)
    settle(qtbot, view)


def shown(view: LogsView) -> list[str]:
    lines = [view.lines.line(row) for row in range(view.lines.rows)]
    return [line.text for line in lines if line is not None]


def test_several_that_are_selected_are_read_as_one(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    assert shown(view) == BOTH[-len(shown(view)) :]
    assert view.lines.rows == len(BOTH)
    assert view._sources.isVisible()
    assert sorted(row.shown.text() for row in view._sources._rows) == ["even.log", "odd.log"]
    choose(qtbot, view, "odd.log")
    assert view.lines.rows == len(LOGS["odd.log"])
    assert not view._sources.isVisible()


def test_an_offset_moves_lines_at_once_and_is_remembered(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    number = [row.shown.text() for row in view._sources._rows].index("odd.log")
    edit = view._sources._rows[number].offset
    edit.setFocus()
    QTest.keyClicks(edit, "-10.5s")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert shown(view)[-1] == LOGS["even.log"][-1]
    assert shown(view)[-7:-5] == [line(28, "even 28"), line(39, "odd 39")]
    view.save_settings()
    kept = view.context.settings.section("logs", LogsSettings)
    assert kept.offsets == {"/var/log/odd.log": -10_500_000}
    choose(qtbot, view, "even.log")
    choose(qtbot, view, "even.log", "odd.log")
    assert shown(view)[-7:-5] == [line(28, "even 28"), line(39, "odd 39")]


def test_what_is_no_offset_is_said(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    edit = view._sources._rows[0].offset
    edit.setFocus()
    QTest.keyClicks(edit, "soon")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert "+1.5s" in view._note.text()
    assert shown(view) == BOTH[-len(shown(view)) :]


def test_one_is_hidden_and_shown_again(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    number = [row.shown.text() for row in view._sources._rows].index("odd.log")
    view._sources._rows[number].shown.click()
    settle(qtbot, view)
    assert shown(view) == LOGS["even.log"][-len(shown(view)) :]
    assert view.lines.rows == len(LOGS["even.log"])
    view._sources._rows[number].shown.click()
    settle(qtbot, view)
    assert view.lines.rows == len(BOTH)


def test_with_all_hidden_it_is_said_how_to_see_one(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    for row in view._sources._rows:
        row.shown.click()
    settle(qtbot, view)
    assert view.lines.rows == 0
    assert "hidden" in view.lines.empty_text


def test_the_current_line_stays_when_a_clock_is_set(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    view.lines.go_to(5)
    before = view.lines.current
    assert before is not None
    view._change_sources(
        [
            Source(source.path, (20 * SECOND) * (source.path.endswith("even.log")))
            for source in view._sources._sources
        ]
    )
    settle(qtbot, view)
    after = view.lines.current
    assert after is not None
    assert (after.offset, after.text) == (before.offset, before.text)


def test_the_log_of_a_line_is_told_to_who_does_not_see_it(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    view.lines.go_to(view.lines.rows - 1)
    assert view.lines.accessibleDescription().startswith("odd.log: ")


def test_what_was_read_together_is_again(qtbot, make: Make, paths: list[str]) -> None:
    kept = Settings(None)
    name = name_of([Source(paths[0]), Source(paths[1], 5 * SECOND)])
    kept.put_section("logs", LogsSettings(path=name))
    view = make(settings=kept)
    assert view.lines.rows == len(BOTH)
    assert view._sources.isVisible()


def test_the_time_is_that_of_the_order_and_lines_of_other_parts_are_whole(
    qtbot, make: Make, tmp_path: Path
) -> None:
    asked = '10.0.0.9 - - [27/Nov/2026:08:00:50 +0000] "GET /a HTTP/1.1" 404 5 "-" "curl"'
    (tmp_path / "var/log/access.log").write_text(f"{asked}\n")
    view = make()
    choose(qtbot, view, "access.log", "odd.log")
    columns = view.lines.columns
    assert [column.name for column in columns.columns][:1] == ["time"]
    assert {column.name for column in columns.columns} <= {"time", "identifier", "pid", "level"}
    last, before = (view.lines.line(view.lines.rows - back) for back in (1, 2))
    assert last is not None
    assert before is not None
    assert last.text[slice(*columns.body(last))] == asked
    assert before.text[slice(*columns.body(before))] == "odd 39"
    times = [next(columns.cells(each)).text for each in (before, last)]
    assert [time[-5:] for time in times] == ["00:39", "00:50"]


def test_a_form_of_lines_is_a_number_of_logs(qtbot, make: Make) -> None:
    view = make()
    choose(qtbot, view, "even.log", "odd.log")
    assert view._pane._form.text() == "2 logs"


@pytest.mark.parametrize(
    ("query", "among", "asked"),
    [
        ("", BOTH, "Number of the line, 1 to 40"),
        ("odd", LOGS["odd.log"], "Which of the lines that are shown, 1 to 20"),
    ],
)
def test_the_number_that_is_asked_for_is_said(
    qtbot, make: Make, monkeypatch, query: str, among: list[str], asked: str
) -> None:
    view = make()
    choose(qtbot, view, *LOGS)
    view._pane.show_edit.setText(query)
    qtbot.waitUntil(lambda: view._asking.query == query)
    settle(qtbot, view)
    labels = []
    monkeypatch.setattr(
        QInputDialog, "getInt", lambda *given: labels.append(given[2]) or (given[5], True)
    )
    view._line_actions.go_to_number()
    settle(qtbot, view)
    assert labels == [asked]
    assert view.lines.current is not None
    assert view.lines.current.text == among[-1]
