"""What a log says as a whole, in the window: the figures, where they lead, and what is saved."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from sysgui.panels.logs.view import LogsView

from .shown import settle
from .test_view import LINES, Make, current, log, make, show

__all__ = ["log", "make"]

ERRORS = [line for line in LINES if "ERROR" in line]


def analyse(qtbot, view: LogsView) -> None:
    """Shows the analysis, and waits until it is whole."""
    if not view._pane.analyse.isChecked():
        view._pane.analyse.click()
    page, edit = view._analysing.page, view._pane.show_edit

    def whole() -> bool:
        told = page.report
        return told.settled and told.query == edit.text() and bool(told.source or told.refused)

    qtbot.waitUntil(whole, timeout=30_000)


def cells(view: LogsView) -> Iterator[tuple[str, list[QModelIndex]]]:
    """Yields the rows of the tree that stand beneath others, with the name of what is above."""
    model = view._analysing.page.tree.model()
    for part in range(model.rowCount()):
        above = model.index(part, 0)
        for row in range(model.rowCount(above)):
            yield above.data(), [model.index(row, column, above) for column in range(3)]


def row(view: LogsView, part: str, begin: str) -> list[QModelIndex]:
    found = [its for above, its in cells(view) if part in above and its[0].data().startswith(begin)]
    assert len(found) == 1, [(above, its[0].data()) for above, its in cells(view)]
    return found[0]


def test_the_figures_are_those_of_the_log(qtbot, make: Make) -> None:
    view = make()
    analyse(qtbot, view)
    assert [each.data() for each in row(view, "by program", "app")] == ["app", "20", "–"]  # noqa: RUF001
    assert row(view, "by level", "err")[1].data() == "20"
    told = row(view, "frequent", "app[#]: fine, all # well")[1]
    assert told.data().replace("\N{NARROW NO-BREAK SPACE}", "") == "1980"
    assert told.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Lines: app[#]: fine")
    assert "2" in view._analysing.page._head.text()


def test_lines_around_those_asked_for_are_not_counted_and_that_is_said(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "ERROR")
    view._asking.show_around(3)
    settle(qtbot, view)
    analyse(qtbot, view)
    page = view._analysing.page
    assert page.report.lines == 20
    assert "none around them" in page._head.text()
    view._asking.show_around(0)
    qtbot.waitUntil(lambda: "none around them" not in page._head.text())


def test_selected_lines_are_analysed_with_all_of_their_time(qtbot, make: Make) -> None:
    view = make()
    view._analysing.of_selected.trigger()
    assert "Select several lines" in view._note.text()
    view.lines.go_to(100)
    view.lines.go_to(1340, extend=True)  # Not at hand, the first of them.
    view._analysing.of_selected.trigger()
    qtbot.waitUntil(view._pane.analyse.isChecked)
    analyse(qtbot, view)
    # A line a second.
    told = row(view, "by level", "err")[1].data()
    assert told == str(sum("ERROR" in line for line in LINES[100:1341]))
    assert view._analysing.page.report.lines == 1241


def test_a_figure_leads_to_the_lines_behind_it(qtbot, make: Make) -> None:
    view = make()
    analyse(qtbot, view)
    tree = view._analysing.page.tree
    tree.setCurrentIndex(row(view, "by program", "app")[1])
    QTest.keyClick(tree, Qt.Key.Key_Return)
    settle(qtbot, view)
    assert view._pane.show_edit.text() == "level<=err and identifier=app"
    assert view._asking.page is not None
    assert view._asking.page.rows == len(ERRORS)
    assert not view._pane.analyse.isChecked()
    assert view.lines.isVisible()
    assert view.lines.hasFocus()


def test_one_of_the_last_errors_leads_to_its_line(qtbot, make: Make) -> None:
    view = make()
    analyse(qtbot, view)
    place = row(view, "Last errors", ERRORS[-3])[0]
    tree = view._analysing.page.tree
    tree.scrollTo(place)
    QTest.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(place).center()
    )
    settle(qtbot, view)
    qtbot.waitUntil(lambda: current(view) == ERRORS[-3])


def test_escape_leads_back(qtbot, make: Make) -> None:
    view = make()
    analyse(qtbot, view)
    QTest.keyClick(view._analysing.page.tree, Qt.Key.Key_Escape)
    assert view.lines.isVisible()
    assert not view._pane.analyse.isChecked()


def test_another_query_is_analysed_anew(qtbot, make: Make) -> None:
    view = make()
    show(qtbot, view, "level<=err")
    analyse(qtbot, view)
    assert row(view, "frequent", "app[#]: ERROR gone")[1].data() == "20"
    view._pane.show_edit.setText("nowhere")
    analyse(qtbot, view)
    assert list(cells(view)) == []
    assert "query" in view._analysing.page._head.text()
    assert not view._analysing.page.export.isEnabled()


@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.csv", "a.json", "a"])
def test_the_figures_are_saved(
    qtbot, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    view = make()
    analyse(qtbot, view)
    chosen = (str(tmp_path / name), "JSON (*.json)" if name == "a" else "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: chosen)
    view._analysing.page.export.click()
    saved = tmp_path / ("a.json" if name == "a" else name)
    text = saved.read_text()
    if saved.suffix == ".json":
        assert json.loads(text)["lines"] == len(LINES)
    elif saved.suffix == ".csv":
        assert ["programs", "app", "", "", "errors", "20"] in [
            each[:6] for each in csv.reader(text.splitlines())
        ]
    else:
        assert "fine, all # well" in text
    assert str(saved) in view._note.text()


def test_only_what_was_chosen_is_replaced(
    qtbot, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make()
    analyse(qtbot, view)
    (tmp_path / "a.json").write_text("old")
    for name, replaced in (("a", False), ("a.json", True)):
        chosen = (str(tmp_path / name), "JSON (*.json)")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, chosen=chosen: chosen)
        view._analysing.page.export.click()
        assert ((tmp_path / "a.json").read_text() != "old") == replaced
        assert ("exists already" in view._note.text()) != replaced


def test_what_cannot_be_saved_is_said(qtbot, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    view = make()
    analyse(qtbot, view)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/proc/none/a.html", ""))
    view._analysing.page.export.click()
    assert "cannot be written" in view._note.text()
