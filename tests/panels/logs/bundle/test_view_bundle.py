"""The dialog that makes a bundle of the lines that are shown."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox

from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.bundle_dialog import BundleDialog
from sysgui.system.host import Host
from tests.panels.logs.shown import open_view, settle

LINES = "".join(
    f"Nov 27 08:{number // 60 % 60:02}:{number % 60:02} vm sshd[9]: error {number} from 192.0.2.7\n"
    f"Nov 27 08:{number // 60 % 60:02}:{number % 60:02} vm app[1]: fine {number}\n"
    for number in range(3000)
)


@pytest.fixture
def view(qtbot, panel_context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogsView:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "var/log/app.log"
    path.parent.mkdir(parents=True)
    path.write_text(LINES)
    context = panel_context(Host(str(tmp_path)))
    view = open_view(context)
    view.open_with(path="/var/log/app.log", query="error")
    settle(qtbot, view)
    return view


def opened(view: LogsView) -> BundleDialog:
    view._bundles.action.trigger()
    dialog = view.findChild(BundleDialog)
    assert dialog is not None
    return dialog


def wait(qtbot, test: Callable[[], bool]) -> None:
    qtbot.waitUntil(test, timeout=60_000)


def test_the_first_lines_are_shown_as_they_will_be(qtbot, view: LogsView) -> None:
    dialog = opened(view)
    wait(qtbot, lambda: "from ip-1" in dialog._preview.toPlainText())
    assert "fine" not in dialog._preview.toPlainText()
    (box,) = (box for box in dialog.findChildren(QCheckBox) if box.text() == "IP addresses")
    box.setChecked(False)
    wait(qtbot, lambda: "192.0.2.7" in dialog._preview.toPlainText())
    dialog.close()


def test_the_lines_that_are_shown_go_into_the_file(qtbot, view: LogsView, tmp_path: Path) -> None:
    dialog = opened(view)
    assert Path(dialog._path.text()).parent == tmp_path
    dialog._save.click()
    wait(qtbot, lambda: dialog._made)
    assert "is there" in dialog._told.text()
    with zipfile.ZipFile(dialog._path.text()) as bundle:
        lines = bundle.read("incident/lines.log").decode().splitlines()
        assert "sysgui logs /var/log/app.log error" in bundle.read("incident/README.txt").decode()
    expected = [line.replace("192.0.2.7", "ip-1") for line in LINES.splitlines() if "error" in line]
    assert lines == expected
    dialog.close()


def test_what_is_there_already_is_not_replaced_unasked(
    qtbot, view: LogsView, tmp_path: Path
) -> None:
    dialog = opened(view)
    (tmp_path / "mine.zip").write_text("mine")
    dialog._path.setText(str(tmp_path / "mine.zip"))
    dialog._save.click()
    wait(qtbot, lambda: "exists already" in dialog._told.text())
    assert (tmp_path / "mine.zip").read_text() == "mine"
    assert dialog._save.isEnabled()
    dialog._take_path(str(tmp_path / "mine.zip"))
    dialog._save.click()
    wait(qtbot, lambda: dialog._made)
    assert zipfile.is_zipfile(tmp_path / "mine.zip")
    dialog.close()


def test_one_that_is_cancelled_leaves_nothing(qtbot, view: LogsView, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    dialog = opened(view)
    dialog._save.click()
    dialog._cancel.click()
    assert "Nothing was kept" in dialog._told.text()
    wait(qtbot, lambda: not view._bundles._poller.running)
    assert sorted(tmp_path.iterdir()) == before
    dialog._save.click()
    wait(qtbot, lambda: dialog._made)
    dialog.close()
