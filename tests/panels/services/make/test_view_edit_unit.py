"""The dialog for a drop-in: what differs is seen, systemd has its say, and it can be taken back."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QWidget

from sysgui.panels.services.make.edit_unit import DropIn, DropInProbe, EditUnitDialog
from sysgui.panels.services.make.verify import VerifyProbe
from sysgui.system.host import Host, Output
from sysgui.system.problem import Problem
from sysgui.ui.poller import Poller

BEFORE = "[Service]\nMemoryMax=1G\n"


class Analyst(Host):
    """This machine, with a systemd-analyze that finds fault with fruit."""

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        folder = Path(argv[-1]).parent
        (drop_in,) = folder.glob("*.d/*.conf")
        text = drop_in.read_text()
        said = f"{drop_in}:2: Invalid memory limit 'banana'\n" if "banana" in text else ""
        return Output(0, b"", said.encode())


Make = Callable[..., EditUnitDialog]


@pytest.fixture
def make(qtbot, look, tmp_path: Path) -> Iterator[Make]:
    pollers: list[Poller] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    file = tmp_path / "web.service"
    file.write_text("[Service]\nExecStart=/bin/true\n")

    def make(text: str = BEFORE) -> EditUnitDialog:
        pollers.append(Poller(parent, VerifyProbe(Analyst()), 0.0))
        drop_in = DropIn("system", "web.service", str(file), "/etc/x.conf", text)
        made = EditUnitDialog(pollers[-1], drop_in, parent)
        made.show()
        return made

    yield make
    for poller in pollers:
        poller.quit()
        assert poller.wait(10_000)


def test_what_differs_is_seen_while_one_types(make: Make) -> None:
    dialog = make()
    assert dialog._difference.toPlainText() == ""
    dialog._edit.setPlainText("[Service]\nMemoryMax=2G\n")
    lines = dialog._difference.toPlainText().split("\n")
    assert lines[1:] == [" [Service]", "-MemoryMax=1G", "+MemoryMax=2G"]


def test_it_can_be_installed_when_systemd_has_nothing_against_it(qtbot, make: Make) -> None:
    dialog = make()
    dialog._edit.setPlainText("[Service]\nMemoryMax=2G")
    assert not dialog._install.isEnabled()
    qtbot.waitUntil(dialog._install.isEnabled)
    assert dialog.text() == "[Service]\nMemoryMax=2G\n"
    assert dialog._install.text() == "Change web.service…"


def test_what_systemd_has_against_it_is_told(qtbot, make: Make) -> None:
    dialog = make()
    dialog._edit.setPlainText("[Service]\nMemoryMax=banana\n")
    qtbot.waitUntil(lambda: dialog._says.text().startswith("✗"))
    assert "banana" in dialog._says.text()
    assert not dialog._install.isEnabled()


def test_what_is_the_same_need_not_be_installed(qtbot, make: Make) -> None:
    dialog = make()
    qtbot.waitUntil(lambda: dialog._says.text().startswith("✓"))
    assert not dialog._install.isEnabled()


def test_one_click_takes_it_away(qtbot, make: Make) -> None:
    dialog = make()
    with qtbot.waitSignal(dialog.accepted):
        dialog._revert.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.text() == ""
    assert not make("")._revert.isEnabled()


def test_what_is_typed_comes_behind_what_stands_there(qtbot, make: Make) -> None:
    dialog = make()
    qtbot.keyClicks(dialog._edit, "Nice=5")
    assert dialog.text() == f"{BEFORE}Nice=5\n"


def test_where_there_is_none_it_begins_with_the_section(make: Make) -> None:
    assert make("").text() == "[Service]\n"


def test_the_drop_in_is_the_one_that_the_helper_writes(tmp_path: Path) -> None:
    place = tmp_path / "etc/systemd/system/web.service.d"
    place.mkdir(parents=True)
    (place / "60-sysgui.conf").write_text(BEFORE)
    read = DropInProbe(Host(str(tmp_path))).read("system", "web.service", "/lib/web.service")
    assert read == DropIn(
        "system", "web.service", "/lib/web.service",
        "/etc/systemd/system/web.service.d/60-sysgui.conf", BEFORE,
    )  # fmt: skip
    assert DropInProbe(Host(str(tmp_path))).read("system", "other.service").text == ""
    # What cannot be read must not be written over.
    (place / "60-sysgui.conf").unlink()
    (place / "60-sysgui.conf").mkdir()
    with pytest.raises(Problem):
        DropInProbe(Host(str(tmp_path))).read("system", "web.service")


def test_what_keeps_systemd_from_being_asked_is_told(qtbot, make: Make, tmp_path: Path) -> None:
    dialog = make()
    (tmp_path / "web.service").unlink()
    dialog._edit.setPlainText("[Service]\nMemoryMax=2G\n")
    qtbot.waitUntil(lambda: dialog._says.text().startswith("✗"))
    assert "web.service cannot be read" in dialog._says.text()
    assert not dialog._install.isEnabled()
