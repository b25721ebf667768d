"""Views that are kept under a name: kept at once, shown again, renamed, forgotten."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from sysgui.panels.logs.settings import LogsSettings, SavedView
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.saved_views import NameDialog
from sysgui.panels.logs.window.saved_views_dialog import SavedViewsDialog
from sysgui.system.host import Host
from sysgui.system.settings import Settings

from .shown import open_view

Make = Callable[..., LogsView]


@pytest.fixture
def make(qtbot, panel_context, tmp_path: Path) -> Make:
    log = tmp_path / "root/var/log/app.log"
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"line {n}\n" for n in range(50)))
    (log.parent / "other.log").write_text("line 7 of another\n")

    def make() -> LogsView:
        settings = Settings(tmp_path / "config")
        context = panel_context(Host(str(tmp_path / "root")), settings=settings)
        view = open_view(context)
        qtbot.waitUntil(lambda: answered(view), timeout=30_000)
        return view

    return make


def answered(view: LogsView) -> bool:
    asking = view._asking
    page = asking.page
    return page is not None and page.settled and page.asked == asking.asked


def opened(view: LogsView, kind: type[QDialog]) -> Any:
    (dialog,) = (one for one in view.findChildren(kind) if one.isVisible())
    return dialog


def keep(view: LogsView, name: str, *, of_any: bool = False) -> None:
    view._saved_views.ask_for_name()
    dialog = opened(view, NameDialog)
    dialog._edit.setText(name)
    dialog._of_this.setChecked(not of_any)
    QTest.keyClick(dialog._edit, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_a_view_is_written_down_at_once_and_shown_again(qtbot, make: Make) -> None:
    view = make()
    view.open_with(path="/var/log/app.log", query="7")
    view._display.show_as(False, "utc", 3)
    qtbot.waitUntil(lambda: answered(view))
    keep(view, "sevens")
    # Another process sees it, though nothing has ended here.
    other = make()
    expected = SavedView("sevens", "7", "/var/log/app.log", columns=False, times="utc", context=3)
    assert other._saved_views.saved == [expected]
    other.open_with(path="/var/log/other.log", query="x")
    other._display.show_as(True, "local", 0)
    other._saved_views.show_view("sevens")
    qtbot.waitUntil(lambda: answered(other))
    assert other._asking.asked == ("/var/log/app.log", False, "7", "")
    assert [file.path for file in other._files.selected()] == ["/var/log/app.log"]
    shown = other._display.settings
    assert (shown.columns, shown.times, shown.context) == (False, "utc", 3)


def test_a_view_of_any_log_leaves_the_log(qtbot, make: Make) -> None:
    view = make()
    view.open_with(path="/var/log/app.log", query="7")
    keep(view, "sevens", of_any=True)
    view.open_with(path="/var/log/other.log", query="")
    view._saved_views.show_view("sevens")
    qtbot.waitUntil(lambda: answered(view))
    assert view._asking.asked == ("/var/log/other.log", False, "7", "")


def test_a_name_is_taken_once_and_a_nameless_view_is_not_kept(make: Make) -> None:
    view = make()
    for query in ("1", "2"):
        view.open_with(query=query)
        keep(view, "one")
    assert [(one.name, one.query) for one in view._saved_views.saved] == [("one", "2")]
    view._saved_views.ask_for_name()
    dialog = opened(view, NameDialog)
    assert not dialog._save.isEnabled()
    dialog.accept()
    assert dialog.isVisible()
    dialog.reject()
    assert len(view._saved_views.saved) == 1


def test_views_are_renamed_and_forgotten(qtbot, make: Make) -> None:
    view = make()
    for name in ("one", "two", "three"):
        keep(view, name)
    view._saved_views.show_all()
    dialog = opened(view, SavedViewsDialog)
    dialog._list.item(1).setText("one")
    assert dialog._list.item(1).text() == "two"
    dialog._list.item(1).setText("second")
    dialog._list.setCurrentRow(0)
    dialog._forget.click()
    names = ["second", "three"]
    assert [one.name for one in view._saved_views.saved] == names
    kept = Settings(Path(view.context.settings._path).parent).section("logs", LogsSettings)
    assert [one.name for one in kept.views] == names
    dialog._list.setCurrentRow(1)
    with qtbot.waitSignal(dialog.chosen) as told:
        QTest.keyClick(dialog._list, Qt.Key.Key_Return)
    assert told.args == ["three"]


def test_an_empty_list_says_how_to_begin(make: Make) -> None:
    view = make()
    view._saved_views.show_all()
    dialog = opened(view, SavedViewsDialog)
    assert "Ctrl+S" in dialog._told.text()
    assert not dialog._show.isEnabled()
    dialog.reject()
