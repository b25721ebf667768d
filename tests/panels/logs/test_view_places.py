"""The list of another folder, and logs that lie anywhere."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from sysgui.panels.logs.settings import LogsSettings
from sysgui.panels.logs.view import LogsView
from sysgui.system.settings import Settings

from .shown import open_view, seen, settle

LINE = "2026-11-27T08:00:00Z vm app[7]: of {}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a & b/one.log", "a & b/two.log", "else/three.log"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(LINE.format(path.stem) + "\n")
    return tmp_path / "a & b"


@pytest.fixture
def view(qtbot, panel_context, folder: Path) -> LogsView:
    settings = Settings(None)
    settings.put_section("logs", LogsSettings(folder=str(folder)))
    context = panel_context(settings=settings)
    view = open_view(context)
    settle(qtbot, view)
    return view


def listed(view: LogsView) -> set[str]:
    model = view._files.model()
    return {model.index(row, 0).data() for row in range(model.rowCount())}


def chosen(view: LogsView) -> list[str]:
    return [file.name for file in view._files.selected()]


def test_the_folder_that_was_listed_last_is_listed(view: LogsView) -> None:
    assert listed(view) == {"one.log", "two.log"}
    assert view._places.text() == "a && b"
    view.save_settings()
    kept = view.context.settings.section("logs", LogsSettings)
    assert kept.folder == view._places.folder


def choose(qtbot, view: LogsView, ask: Callable[[], None], path: Path) -> None:
    """Chooses in the dialog that an action opens."""
    ask()
    (dialog,) = view._places.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: not view._places.findChildren(QFileDialog))


def test_a_log_that_is_opened_is_read_and_chosen_in_the_list_of_its_folder(
    qtbot, view: LogsView, folder: Path
) -> None:
    path = folder.parent / "else/three.log"
    choose(qtbot, view, view._places._ask_for_file, path)
    settle(qtbot, view)
    assert seen(view) == [LINE.format("three")]
    qtbot.waitUntil(lambda: chosen(view) == ["three.log"])
    assert listed(view) == {"three.log"}


def test_another_folder_is_listed_while_the_log_is_read_on(
    qtbot, view: LogsView, folder: Path
) -> None:
    before = seen(view)
    choose(qtbot, view, view._places._ask_for_folder, folder.parent)
    qtbot.waitUntil(lambda: "else/three.log" in listed(view))
    settle(qtbot, view)
    assert seen(view) == before
    assert chosen(view)[0].startswith("a & b/")


def test_what_is_dropped_is_opened(qtbot, view: LogsView, folder: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder.parent / "else/three.log"))])
    how = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, *how)
    QApplication.sendEvent(view, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(view, QDropEvent(QPoint(5, 5), Qt.DropAction.CopyAction, *how))
    settle(qtbot, view)
    assert seen(view) == [LINE.format("three")]
