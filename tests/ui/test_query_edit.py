"""What is typed is asked for at every key; the name of a field only when it is to be a word."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from sysgui.system.query import Field, Kind, Language
from sysgui.ui.query_edit import QueryEdit

LANGUAGE: Language[Any] = Language(
    [
        Field("state", Kind.CHOICE, lambda row: row[0], choices=("dead", "done", "well")),
        Field("name", Kind.TEXT, lambda row: row[1], plain=True),
    ]
)


class Edit(QueryEdit):
    """Remembers what was asked for."""

    def __init__(self, *, waits: bool = True) -> None:
        super().__init__(LANGUAGE, "Find", "Find: state=dead", None, waits=waits)
        self.all: list[str] = []
        self.said = ""
        self.times_entered = 0
        self.asked.connect(lambda query: self.all.append(query.text))
        self.refused.connect(lambda why: setattr(self, "said", why))
        self.entered.connect(lambda: setattr(self, "times_entered", self.times_entered + 1))


@pytest.fixture
def edit(qtbot) -> Edit:
    edit = Edit()
    qtbot.addWidget(edit)
    edit.show()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    return edit


def test_the_name_of_a_field_is_no_word_while_it_becomes_a_comparison(edit: Edit) -> None:
    edit.setText("oak ")
    QTest.keyClicks(edit, "name=a")
    assert edit.all == ["oak ", "oak name=a"]


@pytest.mark.parametrize("typed", ["!state!=dead", "(state=dead)", "not state:dead"])
def test_so_it_is_where_it_is_negated_or_grouped(edit: Edit, typed: str) -> None:
    QTest.keyClicks(edit, typed)
    edit.suggestions._list.hide()
    begun = [each for each in edit.all if "st" in each and "dead" not in each]
    assert begun == []
    assert edit.all[-1] == typed


def test_a_name_that_is_taken_from_the_list_is_no_word_either(edit: Edit) -> None:
    QTest.keyClicks(edit, "na")
    QTest.keyClick(edit, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(edit.suggestions._list, Qt.Key.Key_Down)
    QTest.keyClick(edit.suggestions._list, Qt.Key.Key_Return)
    assert (edit.text(), edit.all) == ("name", [])


def test_other_words_are_asked_for_at_every_key(edit: Edit) -> None:
    QTest.keyClicks(edit, "oaks")
    assert edit.all == ["o", "oa", "oak", "oaks"]


def test_a_begin_is_a_word_when_the_hand_rests(edit: Edit) -> None:
    QTest.keyClicks(edit, "stat")
    assert edit.all == []
    assert edit._resting.isActive()
    edit._resting.timeout.emit()
    assert edit.all == ["stat"]
    # As soon as it begins no name any more, it is one at once.
    QTest.keyClicks(edit, "ic")
    assert edit.all == ["stat", "stati", "static"]
    assert not edit._resting.isActive()


def test_a_whole_name_is_a_word_with_enter_and_that_is_said(edit: Edit) -> None:
    QTest.keyClicks(edit, "name")
    assert not edit._resting.isActive()
    assert "name" in edit.said
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert (edit.all, edit.said, edit.times_entered) == (["name"], "", 0)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert (edit.all, edit.times_entered) == (["name"], 1)


def test_who_leaves_the_line_has_ended_the_word(qtbot, edit: Edit) -> None:
    other = QLineEdit()
    qtbot.addWidget(other)
    QTest.keyClicks(edit, "name")
    edit.clearFocus()
    assert edit.all == ["name"]


@pytest.mark.parametrize("typed", ["state=name", "state= name", 'x "a name"', "re:name"])
def test_what_is_a_value_or_quoted_begins_no_name(typed: str) -> None:
    assert LANGUAGE.begun_name(typed) is None


def test_what_is_set_is_asked_for_at_once(edit: Edit) -> None:
    edit.setText("name")
    assert edit.all == ["name"]
    edit.clear()
    assert edit.all == ["name", ""]


def test_where_it_is_not_wanted_every_key_asks(qtbot) -> None:
    edit = Edit(waits=False)
    qtbot.addWidget(edit)
    QTest.keyClicks(edit, "name")
    assert edit.all == ["n", "na", "nam", "name"]
