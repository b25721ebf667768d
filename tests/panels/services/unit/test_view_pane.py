"""The pane of a unit: it shows what was read, leads on, and does not move by itself."""

import msgspec
import pytest
from kit import visible_texts
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTreeWidget

from sysgui.panels.services.unit.detail import Member, UnitDetail, UnitText
from sysgui.panels.services.unit.exposure import Check, Exposure
from sysgui.panels.services.unit.journal import Line, UnitJournal
from sysgui.panels.services.unit.pane import EXPOSURE, FILES, JOURNAL, MEMBERS, RELATIONS, UnitPane
from sysgui.panels.services.units import Unit

UNIT = Unit(
    "system", r"a\x2db@c.service", "Does something", "loaded", "active", "running", "enabled",
    path="/x", since=1.0, pid=7, restarts=2, memory=1 << 20, cpu=1.5, tasks=3,
)  # fmt: skip

DETAIL = UnitDetail(
    "system", UNIT.name, loaded=True,
    properties={"Result": "exit-code", "TasksMax": 100, "User": "www"},
    relations={"Requires": ["z.service", "b.service"], "After": ["b.service"],
               "TriggeredBy": ["a.socket"]},
    texts=[UnitText("/usr/lib/systemd/system/a.service", "distribution", "[Unit]\n# why\nX=1"),
           UnitText("/etc/systemd/system/a.service.d/x.conf", "administrator", "Y=2", whole=False)],
    members=[Member(7, 70, "/usr/bin/a --big"), Member(8, 80, "b")],
    environment=[("PLAIN", "1"), ("TOKEN", "••••••")],
    environment_files=["/etc/default/a"],
    commands=[("ExecStart", "/usr/bin/a --big")],
)  # fmt: skip


def line(number: int, priority: int = 6) -> Line:
    return Line(f"c{number}", float(number), priority, "a", 7, f"line {number}")


@pytest.fixture
def pane(qtbot, look) -> UnitPane:
    made = UnitPane(None, lambda: 0.0)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(440, 700)
    made.choose(UNIT)
    made.take_detail(DETAIL)
    made.show()
    return made


def shown_text(pane: UnitPane, page: int) -> str:
    pane.show_page(page)
    edit = pane._pages.widget(page)
    assert isinstance(edit, QPlainTextEdit)
    return edit.toPlainText()


def branches(pane: UnitPane) -> dict[str, list[str]]:
    pane.show_page(RELATIONS)
    tree = pane._pages.widget(RELATIONS)
    assert isinstance(tree, QTreeWidget)
    tops = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    return {top.text(0): [top.child(n).text(0) for n in range(top.childCount())] for top in tops}


def test_it_says_what_the_unit_is(pane: UnitPane) -> None:
    texts = visible_texts(pane)
    for expected in (
        "a-b@c.service", "Does something", "active (running)", "ended with an error", "7", "www",
        "3 of at most 100", "a.socket", "/usr/bin/a --big", "2 times by systemd",
    ):  # fmt: skip
        assert expected in texts, expected


def test_files_come_with_whose_they_are_and_the_environment_after_them(pane: UnitPane) -> None:
    lines = shown_text(pane, FILES).split("\n")
    assert lines[:5] == [
        "/usr/lib/systemd/system/a.service", "from the distribution's package", "[Unit]", "# why",
        "X=1",
    ]  # fmt: skip
    assert "by the administrator of this machine" in lines
    assert "… The file is longer; only its beginning is shown." in lines
    assert lines[-3:-1] == ["PLAIN=1", "TOKEN=••••••"]
    assert "/etc/default/a" in lines[-1]


def test_other_units_stand_under_what_they_are_to_it(pane: UnitPane) -> None:
    assert branches(pane) == {
        "Is started by (1)": ["a.socket"],
        "Needs (2)": ["b.service", "z.service"],
        "Is started after (1)": ["b.service"],
    }


def test_a_unit_and_a_process_lead_on(qtbot, pane: UnitPane) -> None:
    tree = pane._relations
    with qtbot.waitSignal(pane.unit_asked) as asked:
        tree.itemActivated.emit(tree.topLevelItem(1).child(0), 0)
    assert asked.args == ["b.service"]
    with qtbot.assertNotEmitted(pane.unit_asked):
        tree.itemActivated.emit(tree.topLevelItem(1), 0)
    pane.show_page(MEMBERS)
    with qtbot.waitSignal(pane.process_asked) as asked:
        pane._members.itemActivated.emit(pane._members.item(1))
    assert asked.args == [Member(8, 80, "b")]


def test_the_journal_goes_on_below_and_stays_where_one_reads(pane: UnitPane) -> None:
    pane.show_page(JOURNAL)
    first = [line(number) for number in range(200)]
    pane.take_journal(UnitJournal(*UNIT.key, first, fresh=200))
    journal = pane._journal
    bar = journal.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    pane.take_journal(UnitJournal(*UNIT.key, [*first, line(200, 3)], fresh=1))
    assert bar.value() == bar.maximum()
    assert journal.toPlainText().split("\n")[-1].startswith("✗ ")
    bar.setValue(3)
    pane.take_journal(UnitJournal(*UNIT.key, [*first, line(200, 3), line(201)], fresh=1))
    assert bar.value() == 3
    texts = journal.toPlainText().split("\n")
    assert [text.rpartition(": ")[2] for text in texts] == [f"line {n}" for n in range(202)]


def test_all_that_it_said_is_offered_of_the_systems_units(pane: UnitPane) -> None:
    pane.show_page(JOURNAL)
    assert pane.all_said.isVisible()
    pane.choose(msgspec.structs.replace(UNIT, scope="user"))
    assert not pane.all_said.isVisible()


def test_a_journal_that_may_not_be_read_says_who_may(pane: UnitPane) -> None:
    pane.take_journal(UnitJournal(*UNIT.key, [], hidden=True))
    assert "systemd-journal" in pane._journal.placeholderText()


def test_nothing_moves_while_nothing_changes(pane: UnitPane) -> None:
    pane.show_page(FILES)
    files = pane._files
    files.moveCursor(QTextCursor.MoveOperation.End)
    before = files.textCursor().position()
    pane._relations.topLevelItem(2).setExpanded(True)
    pane.take_detail(DETAIL)
    assert files.textCursor().position() == before
    assert pane._relations.topLevelItem(2).isExpanded()


def test_what_is_not_confined_comes_first_and_says_so_without_colour(pane: UnitPane) -> None:
    pane.show_page(EXPOSURE)
    checks = [
        Check("A=", "has all", met=False, exposure="0.5"),
        Check("B=", "has none", met=True),
        Check("C=", "does not matter"),
    ]
    pane.take_exposure(Exposure(*UNIT.key, 9.6, "UNSAFE", checks))
    tree = pane._exposure.findChild(QTreeWidget)
    rows = [tree.topLevelItem(place) for place in range(3)]
    assert [row.text(0).strip() for row in rows] == ["✗ 0.5", "✓", "–"]  # noqa: RUF001 - a dash
    assert "Exposure 9.6 of 10: unsafe" in visible_texts(pane)


def test_graphs_come_when_there_is_something_to_be_seen(pane: UnitPane) -> None:
    pane.status.make_graphs()
    cpu, memory = (card for card, _graph, _figure in pane.status._graphs)
    pane.status.sample(msgspec.structs.replace(UNIT, cpu=None, memory=None))
    assert cpu.isHidden()
    assert memory.isHidden()
    pane.status.sample(msgspec.structs.replace(UNIT, cpu=None))
    assert cpu.isHidden()
    assert not memory.isHidden()
    pane.choose(Unit("system", "other.service"))
    assert memory.isHidden()


def test_another_unit_begins_anew(pane: UnitPane) -> None:
    pane.take_journal(UnitJournal(*UNIT.key, [line(1)], fresh=1))
    pane.choose(Unit("user", "other.service", "Other", "loaded", "failed", "failed"))
    assert pane._journal.toPlainText() == ""
    assert shown_text(pane, FILES) == ""
    pane.take_detail(DETAIL)  # Comes late, of the one before.
    assert shown_text(pane, FILES) == ""


def test_colours_follow_the_theme(pane: UnitPane, look) -> None:
    pane.show_page(FILES)

    def color() -> str:
        cursor = QTextCursor(pane._files.document())
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
        return cursor.charFormat().foreground().color().name()

    text = pane._files.toPlainText()
    look.fix("light")
    light = color()
    look.fix("dark")
    assert color() != light
    assert pane._files.toPlainText() == text


def test_everything_has_a_name_for_those_who_do_not_see_it(pane: UnitPane) -> None:
    for page in range(pane._pages.count()):
        widget = pane._pages.widget(page)
        focus = widget.focusProxy() or widget
        assert focus.accessibleName(), page
        assert focus.focusPolicy() & Qt.FocusPolicy.TabFocus, page
