"""What could stand at the cursor of a query is offered, taken by keys, and never in the way."""

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sysgui.system.query import Completion, Field, Kind, Language
from sysgui.ui.query_edit import QueryEdit

LANGUAGE: Language[Any] = Language(
    [
        Field("state", Kind.CHOICE, lambda row: row[0], choices=("dead", "done", "well")),
        Field("name", Kind.TEXT, lambda row: row[1], plain=True),
    ]
)


@pytest.fixture
def edit(qtbot) -> QueryEdit:
    edit = QueryEdit(LANGUAGE, "Find", "Find: state=dead", None)
    qtbot.addWidget(edit)
    edit.show()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    return edit


def offered(edit: QueryEdit) -> list[str]:
    popup = edit.suggestions._list
    model = popup.model()
    if not popup.isVisible():
        return []
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def key(edit: QueryEdit, key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    popup = edit.suggestions._list
    QTest.keyClick(popup if popup.isVisible() else edit, key, modifier)


def test_a_choice_is_offered_and_taken(edit: QueryEdit) -> None:
    QTest.keyClicks(edit, "x state=d")
    assert offered(edit) == ["dead", "done"]
    key(edit, Qt.Key.Key_Down)
    key(edit, Qt.Key.Key_Down)
    key(edit, Qt.Key.Key_Return)
    assert edit.text() == "x state=done"
    assert offered(edit) == []


def test_typing_goes_on_beneath_an_open_list_and_escape_closes_it(edit: QueryEdit) -> None:
    QTest.keyClicks(edit, "state=d")
    QTest.keyClicks(edit.suggestions._list, "o")
    assert (edit.text(), offered(edit)) == ("state=do", ["done"])
    key(edit, Qt.Key.Key_Escape)
    assert (edit.text(), offered(edit)) == ("state=do", [])


def test_what_is_typed_out_needs_no_list(qtbot, edit: QueryEdit) -> None:
    QTest.keyClicks(edit, "state=dead")
    assert offered(edit) == []
    with qtbot.waitSignal(edit.entered):
        key(edit, Qt.Key.Key_Return)


def test_a_word_of_its_own_brings_no_list_but_ctrl_space_does(edit: QueryEdit) -> None:
    QTest.keyClicks(edit, "na")
    assert offered(edit) == []
    key(edit, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert offered(edit) == ["name"]


def test_others_can_say_what_is_offered_and_nothing_of_it_acts(edit: QueryEdit) -> None:
    def suggest(_text: str, cursor: int) -> Sequence[Completion]:
        return [Completion(f"<b>\x1b{number}", cursor, "7") for number in range(1000)]

    edit.suggestions.suggest = suggest
    QTest.keyClicks(edit, "name=")
    assert len(offered(edit)) == 100
    assert all(each.isprintable() for each in offered(edit))
    key(edit, Qt.Key.Key_Down)
    key(edit, Qt.Key.Key_Return)
    assert edit.text().startswith("name=<b>")
