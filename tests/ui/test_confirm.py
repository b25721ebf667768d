"""A question before what cannot be undone: the safe way is the default."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton

from sysgui.ui.confirm import Confirmation


def ask(qtbot, name: str = "End bash") -> Confirmation:
    question = Confirmation(None, name, "They are asked.", ["bash  pid 1", "sh  pid 2"])
    qtbot.addWidget(question)
    question.show()
    qtbot.waitUntil(question.isVisible)
    return question


def button(question: Confirmation, text: str) -> QPushButton:
    return next(b for b in question.findChildren(QPushButton) if b.text() == text)


def test_the_objects_stand_beside_the_question(qtbot, look) -> None:
    question = ask(qtbot)
    assert question.findChild(QPlainTextEdit).toPlainText() == "bash  pid 1\nsh  pid 2"
    assert question.findChild(QLabel).text() == "They are asked."


def test_enter_does_nothing_of_what_was_asked(qtbot, look) -> None:
    question = ask(qtbot)
    assert not button(question, "End bash").isDefault()
    assert not button(question, "End bash").autoDefault()
    with qtbot.waitSignal(question.rejected):
        QTest.keyClick(question, Qt.Key.Key_Return)
    assert question.result() == QDialog.DialogCode.Rejected


def test_enter_on_the_button_itself_does_it(qtbot, look) -> None:
    question = ask(qtbot)
    button(question, "End bash").setFocus()
    with qtbot.waitSignal(question.accepted):
        QTest.keyClick(button(question, "End bash"), Qt.Key.Key_Return)


def test_the_button_says_what_it_does_to_what_and_does_it(qtbot, look) -> None:
    question = ask(qtbot, "End R&D")
    with qtbot.waitSignal(question.accepted):
        QTest.mouseClick(button(question, "End R&&D"), Qt.MouseButton.LeftButton)


def test_escape_is_no(qtbot, look) -> None:
    question = ask(qtbot)
    with qtbot.waitSignal(question.rejected):
        QTest.keyClick(question, Qt.Key.Key_Escape)


def test_tab_goes_through_it_as_it_stands(qtbot, look) -> None:
    question = ask(qtbot)
    question.activateWindow()
    qtbot.waitUntil(lambda: button(question, "Cancel").hasFocus())
    QTest.keyClick(question.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert button(question, "End bash").hasFocus()
    QTest.keyClick(question.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert question.findChild(QPlainTextEdit).hasFocus()
    QTest.keyClick(question.focusWidget(), Qt.Key.Key_Tab)
    assert button(question, "End bash").hasFocus()
    QTest.keyClick(question.focusWidget(), Qt.Key.Key_Tab)
    assert button(question, "Cancel").hasFocus()
