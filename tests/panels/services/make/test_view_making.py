"""From a question to a unit: what was agreed to is what the helper, or one's own folder, gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kit import in_dialog, problem_text, visible_texts
from PySide6.QtWidgets import QApplication, QDialog
from roots.hosts import write_machine

from sysgui.panels.services.make.edit_unit import EditUnitDialog
from sysgui.panels.services.make.forms import ServiceForm, texts_of
from sysgui.panels.services.make.new_unit import NewUnitDialog
from sysgui.panels.services.view import ServicesView
from sysgui.system.elevation import Frame, Item, Order, Plan, Result
from sysgui.system.host import Output
from sysgui.system.problem import Problem
from sysgui.ui.confirm import Confirmation
from tests.panels.services.fakes import Door
from tests.panels.services.test_view import door, make, select, view

__all__ = ["door", "make", "view"]


@pytest.fixture
def orders(view: ServicesView, monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What root was asked for."""
    found: list[Order] = []
    monkeypatch.setattr(view._making._bar, "do", lambda order, _title: found.append(order))
    return found


@pytest.fixture
def content(door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Sequence[str]]:
    """A systemd that has nothing against anything; what it was asked."""
    ran: list[Sequence[str]] = []

    def run(argv: Sequence[str], timeout: float = 10.0) -> Output:
        ran.append(argv)
        return Output(0, b"loaded\n", b"")

    monkeypatch.setattr(door, "run", run)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return ran


def shown(kind: type[QDialog]) -> Any:
    return next(
        (w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None
    )


def answer(dialog: NewUnitDialog, scope: int = 0) -> None:
    dialog._name.setText("copies")
    dialog._description.setText("Copies it")
    dialog._command.setText("/usr/bin/true")
    dialog._user.setCurrentText("root")
    dialog._scope.setCurrentIndex(scope)


def go_through(qtbot, view: ServicesView, steps: Callable[[NewUnitDialog], None]) -> None:
    """Answers the form, and agrees to the question after it."""

    def form() -> None:
        dialog = shown(NewUnitDialog)
        steps(dialog)
        qtbot.waitUntil(dialog._install.isEnabled)
        in_dialog(Confirmation, lambda question: question.accept())
        dialog._install.click()

    in_dialog(NewUnitDialog, lambda _dialog: form())
    view._making.new()


def test_a_new_service_of_the_system_is_for_root_to_write(
    qtbot, content, view: ServicesView, orders: list[Order]
) -> None:
    go_through(qtbot, view, answer)
    (made,) = orders
    form = ServiceForm(
        name="copies", description="Copies it", command="/usr/bin/true", at_boot=True
    )
    assert (made.operation, list(made.targets)) == ("unit-write", ["copies.service"])
    assert made.secret == {"texts": list(texts_of(form).values())}
    assert made.arguments["start"] == "yes"


def test_a_service_of_ones_own_is_written_without_root(
    qtbot, content, view: ServicesView, orders: list[Order], tmp_path: Path
) -> None:
    go_through(qtbot, view, lambda dialog: answer(dialog, 1))
    file = tmp_path / "config/systemd/user/copies.service"
    qtbot.waitUntil(file.exists)
    assert "ExecStart=/usr/bin/true" in file.read_text()
    assert orders == []
    qtbot.waitUntil(lambda: any("enable" in argv for argv in content))


@pytest.mark.parametrize("scope", ["user", "system"])
def test_it_is_at_first_for_whom_the_units_are_that_are_shown(
    qtbot, content, view: ServicesView, scope: str
) -> None:
    view.bar.choose_scope(scope)
    scopes: list[str] = []
    in_dialog(NewUnitDialog, lambda dialog: scopes.append(dialog.form().scope))
    view._making.new()
    assert scopes == [scope]


def test_who_changes_his_mind_has_nothing_done(
    qtbot, content, view: ServicesView, orders: list[Order]
) -> None:
    in_dialog(NewUnitDialog, lambda dialog: dialog.reject())
    view._making.new()
    assert orders == []


TEXT = "[Service]\nMemoryMax=1G\n"


@pytest.fixture
def changed(qtbot, content, view: ServicesView, orders: list[Order], tmp_path: Path) -> None:
    """A unit whose drop-in root was asked to write."""
    place = tmp_path / "lib/systemd/system"
    place.mkdir(parents=True)
    (place / "ssh.service").write_text("[Service]\nExecStart=/bin/true\n")
    select(view, "ssh.service")

    def edit(dialog: EditUnitDialog) -> None:
        dialog._edit.setPlainText(TEXT)
        qtbot.waitUntil(dialog._install.isEnabled)
        dialog._install.click()

    in_dialog(EditUnitDialog, edit)
    view._making.change()
    qtbot.waitUntil(lambda: len(orders) == 1)


def test_a_drop_in_is_for_root_to_write(changed: None, orders: list[Order]) -> None:
    assert orders[0].arguments["place"] == "drop-in"
    assert list(orders[0].targets) == ["ssh.service"]
    assert orders[0].secret == {"texts": [TEXT]}
    # Somebody else's, written meanwhile, is not written over.
    assert orders[0].expected == {"ssh.service": {"before": sha256(b"").hexdigest()}}


def test_without_one_unit_there_is_nothing_to_change(qtbot, content, view: ServicesView) -> None:
    view._making.change()
    assert "Select one unit" in problem_text(view)


# And back


def frames(name: str, before: str, code: str = "done") -> list[Frame]:
    facts = {"target": name, "before": sha256(before.encode()).hexdigest(), "text": before}
    return [Plan("abc", [facts]), Item(name, code), Result(code)]


def test_one_click_puts_back_what_was_there(
    changed: None, view: ServicesView, orders: list[Order]
) -> None:
    bar = view._making.outcome
    assert bar.isHidden()
    view._making._bar.done.emit(frames("ssh.service", "# earlier\n"))
    assert any(text.startswith("ssh.service: changed.") for text in visible_texts(bar))
    assert bar.undo.text() == "Undo"
    bar.undo.click()
    assert not bar.undo.isEnabled()
    assert orders[1].secret == {"texts": ["# earlier\n"]}
    assert orders[1].expected == {"ssh.service": {"before": sha256(TEXT.encode()).hexdigest()}}
    view._making._bar.done.emit(frames("ssh.service", TEXT))
    assert "ssh.service: as before." in visible_texts(bar)
    assert (bar.undo.text(), bar.undo.isEnabled()) == ("Do it again", True)
    bar.undo.click()
    assert orders[2].secret == orders[0].secret


def test_where_the_password_is_not_given_it_can_still_be_put_back(
    changed: None, view: ServicesView, orders: list[Order]
) -> None:
    making, bar = view._making, view._making.outcome
    making._bar.done.emit(frames("ssh.service", ""))
    bar.undo.click()
    making._bar.failed.emit(Problem("dismissed", "The authentication was dismissed."))
    assert "dismissed" in problem_text(view)
    assert bar.undo.isEnabled()
    bar.undo.click()
    assert orders[2] == orders[1]


def test_what_is_not_known_whole_is_not_offered(changed: None, view: ServicesView) -> None:
    (plan, *rest) = frames("ssh.service", "long")
    assert isinstance(plan, Plan)
    plan.items[0]["text"] = "lo"
    view._making._bar.done.emit([plan, *rest])
    assert view._making.outcome.isVisible()
    assert view._making.outcome.undo.isHidden()


def test_what_systemd_cannot_use_is_told_and_offers_no_way_back(
    changed: None, view: ServicesView
) -> None:
    view._making._bar.failed.emit(Problem("not-all-done", "Not done: ssh.service"))
    view._making._bar.done.emit(frames("ssh.service", "", "failed"))
    assert problem_text(view).startswith("systemd cannot use ssh.service")
    assert view._making.outcome.isHidden()


def test_what_others_do_in_the_same_bar_is_not_ours(view: ServicesView, content) -> None:
    view._making._bar.done.emit(frames("ssh.service", ""))
    assert view._making.outcome.isHidden()


def test_a_text_of_which_nothing_came_stands_there_again(
    changed: None, qtbot, view: ServicesView, orders: list[Order]
) -> None:
    view._making._bar.failed.emit(Problem("dismissed", "The authentication was dismissed."))
    for expected in (TEXT, "[Service]\n"):  # What is put away then is gone.
        texts: list[str] = []
        in_dialog(EditUnitDialog, lambda dialog, texts=texts: texts.append(dialog.text()))
        view._making.change()
        qtbot.waitUntil(lambda texts=texts: bool(texts))
        assert texts == [expected]


def test_answers_of_which_nothing_came_stand_there_again(
    qtbot, content, view: ServicesView, orders: list[Order]
) -> None:
    go_through(qtbot, view, answer)
    view._making._bar.failed.emit(Problem("dismissed", "The authentication was dismissed."))
    names: list[str] = []
    for _each in range(2):
        in_dialog(NewUnitDialog, lambda dialog: names.append(dialog._name.text()))
        view._making.new()
    assert names == ["copies", ""]


def test_who_does_not_agree_is_asked_the_same_again(
    qtbot, content, view: ServicesView, orders: list[Order]
) -> None:
    names: list[str] = []

    def form(dialog: NewUnitDialog) -> None:
        answer(dialog)
        qtbot.waitUntil(dialog._install.isEnabled)
        in_dialog(Confirmation, no)
        dialog._install.click()

    def no(question: Confirmation) -> None:
        in_dialog(NewUnitDialog, lambda dialog: names.append(dialog._name.text()))
        question.reject()

    in_dialog(NewUnitDialog, form)
    view._making.new()
    assert (names, orders) == (["copies"], [])


def test_ones_own_is_put_back_without_root(
    qtbot, content, view: ServicesView, orders: list[Order], tmp_path: Path
) -> None:
    go_through(qtbot, view, lambda dialog: answer(dialog, 1))
    file = tmp_path / "config/systemd/user/copies.service"
    qtbot.waitUntil(view._making.outcome.isVisible)
    assert file.exists()
    view._making.outcome.undo.click()
    qtbot.waitUntil(lambda: view._making.outcome.undo.text() == "Do it again")
    assert not file.exists()
    assert orders == []


def test_what_was_made_here_is_removed_and_had_again(
    qtbot, content, door: Door, view: ServicesView, orders: list[Order]
) -> None:
    text = "# Made by Sysgui\n[Service]\nExecStart=/usr/bin/true\n"
    write_machine(Path(door.root), {"/etc/systemd/system/ssh.service": text})
    select(view, "ssh.service")
    titles: list[str] = []

    def agree(question: Confirmation) -> None:
        titles.append(question.windowTitle())
        question.accept()

    in_dialog(Confirmation, agree)
    view._making.remove()
    qtbot.waitUntil(lambda: bool(orders))
    assert titles == ["Remove ssh.service"]
    assert orders[0].secret == {"texts": [""]}
    assert orders[0].expected == {"ssh.service": {"before": sha256(text.encode()).hexdigest()}}
    view._making._bar.done.emit(frames("ssh.service", text))
    bar = view._making.outcome
    assert "ssh.service: removed." in visible_texts(bar)
    bar.undo.click()
    assert orders[1].secret == {"texts": [text]}
    assert orders[1].arguments["start"] == "yes"


def test_what_others_have_made_is_not_removed(
    qtbot, content, view: ServicesView, orders: list[Order]
) -> None:
    select(view, "ssh.service")
    view._making.remove()
    qtbot.waitUntil(lambda: "was not made here" in problem_text(view))
    assert orders == []
