"""The timeline: marks where they belong, told by pointer and keys, by colour and by shape."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from sysgui.panels.services.watch.events import Events
from sysgui.panels.services.watch.follow import History
from sysgui.panels.services.watch.marks import MARKS, TOLD
from sysgui.panels.services.watch.time_axis import TimeAxis
from sysgui.panels.services.watch.timeline import ROW, Row, Timeline
from sysgui.panels.services.watch.watches import Event
from sysgui.panels.services.watch.words import KINDS

NOW = 1_800_000_000.0
DAY = 86400.0


def event(ago: float, kind: str = "failed", unit: str = "web.service", **more: object) -> Event:
    known = {"told": False, "failures": 1, "cause": "", **more}
    return Event(unit, NOW - ago, kind, **known)  # type: ignore[arg-type]


WEB = [event(3 * DAY, cause="it ended", told=True), event(2 * DAY, "recovered"), event(DAY)]
DB = [event(2.1 * DAY, "missing", "db.service")]


@pytest.fixture
def timeline(qtbot, look) -> Timeline:
    made = Timeline("What became of them", named=True)
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show_rows([Row("web.service", WEB), Row("db.service", DB)], 7 * DAY, NOW)
    made.show()
    return made


def place(timeline: Timeline, of: Event, row: int) -> QPoint:
    return QPoint(round(timeline._x(of.time)), row * ROW + ROW // 2)


def colors(timeline: Timeline, around: QPoint) -> set[str]:
    picture: QImage = timeline.grab().toImage()
    near = range(-6, 7)
    return {
        picture.pixelColor(around.x() + x, around.y() + y).name() for x in near for y in near
    }  # fmt: skip


def test_each_kind_of_event_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == {*KINDS, TOLD}
    looks = [(mark.shape, mark.filled) for mark in MARKS.values()]
    # Told apart without any colour.
    assert len(set(looks)) == len(looks)


def test_marks_stand_at_their_times_in_their_colours(timeline: Timeline, look) -> None:
    for of, row, token in ((WEB[2], 0, "wrong"), (WEB[1], 0, "good"), (DB[0], 1, "wrong")):
        wanted = QColor(getattr(look.tokens, token)).name()
        assert wanted in colors(timeline, place(timeline, of, row)), of
        assert wanted not in colors(timeline, place(timeline, of, 1 - row)), of
    # A day is a seventh of the width that the marks have.
    days = [timeline._x(each.time) for each in WEB]
    assert days[1] - days[0] == pytest.approx(days[2] - days[1])
    assert timeline._x(NOW) - days[2] == pytest.approx(days[2] - days[1])


def test_what_is_under_the_pointer_is_told(timeline: Timeline, qtbot) -> None:
    said = timeline.tip(QPointF(place(timeline, WEB[0], 0)))
    assert said.endswith("web.service  failed: it ended (you were told)")
    assert timeline.tip(QPointF(place(timeline, WEB[0], 1))) == ""
    with qtbot.waitSignal(timeline.pointed) as pointed:
        QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=place(timeline, DB[0], 1))
    assert pointed.args == [DB[0]]
    assert timeline.current == DB[0]


def test_of_many_events_in_one_place_the_newest_are_named(timeline: Timeline) -> None:
    many = [event(DAY - n) for n in range(11)]
    timeline.show_rows([Row("web.service", many)], 7 * DAY, NOW)
    lines = timeline.tip(QPointF(place(timeline, many[0], 0))).split("\n")
    assert lines[0] == "3 before"
    assert len(lines) == 9


def test_the_arrow_keys_lead_over_the_marks_and_say_where_one_is(timeline: Timeline) -> None:
    assert timeline.accessibleDescription().startswith("4 events.")

    def pressed(*keys: Qt.Key) -> Event | None:
        for key in keys:
            QTest.keyClick(timeline, key)
        return timeline.current

    assert pressed(Qt.Key.Key_Left) == WEB[2]  # The newest of all is where one begins.
    assert "failed" in timeline.accessibleDescription()
    assert pressed(Qt.Key.Key_Left) == WEB[1]
    assert "well again" in timeline.accessibleDescription()
    assert pressed(Qt.Key.Key_Down) == DB[0]
    assert "unit file gone" in timeline.accessibleDescription()
    assert pressed(Qt.Key.Key_Up) == WEB[1]
    assert pressed(Qt.Key.Key_Home, Qt.Key.Key_Left) == WEB[0]
    assert pressed(Qt.Key.Key_End, Qt.Key.Key_Right) == WEB[2]


def test_what_is_not_seen_any_more_is_not_chosen(timeline: Timeline) -> None:
    timeline.choose(WEB[0])
    timeline.show_rows([Row("web.service", WEB)], DAY * 1.5, NOW)
    assert timeline.current is None
    timeline.choose(WEB[0])
    assert timeline.current is None


def test_an_empty_one_says_why(timeline: Timeline) -> None:
    timeline.empty_text = "Nothing has happened."
    timeline.show_rows([Row("web.service", [])], 7 * DAY, NOW)
    assert timeline.is_empty
    assert timeline.accessibleDescription() == "Nothing has happened."
    QTest.keyClick(timeline, Qt.Key.Key_Right)
    assert timeline.current is None


def test_all_time_begins_before_the_first_and_a_clock_set_back_loses_nothing(
    timeline: Timeline,
) -> None:
    late = event(-3 * DAY)
    timeline.show_rows([Row("web.service", [*WEB, late])], 0, NOW)
    assert timeline.begin < WEB[0].time
    assert timeline._x(late.time) < timeline.width()
    assert len(timeline._seen(Row("web.service", [*WEB, late]))) == 4


# With the list.


@pytest.fixture
def events(qtbot, look) -> Events:
    made = Events("What became of it", lambda: NOW)
    qtbot.addWidget(made)
    made.resize(440, 500)
    made.show()
    return made


def listed(events: Events) -> list[list[str]]:
    items = [events.list.topLevelItem(n) for n in range(events.list.topLevelItemCount())]
    return [[item.text(column) for column in range(1, 4)] for item in items if item is not None]


def show(events: Events, found: Sequence[Event] | None, *, hidden: bool = False) -> None:
    history = None if found is None else History(list(found), hidden=hidden)
    events.show_history(history, ["web.service"])


def test_the_list_has_the_newest_first_and_only_of_its_service(events: Events) -> None:
    show(events, [*WEB, *DB])
    assert listed(events) == [
        ["failed", "", ""], ["well again", "", ""], ["failed", "it ended", "✓"],
    ]  # fmt: skip


def test_what_is_chosen_in_one_is_chosen_in_the_other(events: Events) -> None:
    show(events, WEB)
    events.timeline.setFocus()
    QTest.keyClick(events.timeline, Qt.Key.Key_Left)
    assert events.list.chosen == WEB[2]
    events.list.setCurrentIndex(events.list.model().index(2, 0))
    assert events.timeline.current == WEB[0]
    # What comes moves the lines, and not the choice.
    show(events, [*WEB, event(1.0)])
    assert events.list.chosen == WEB[0]
    assert events.timeline.current == WEB[0]


def test_what_has_happened_can_be_read_whole(events: Events) -> None:
    show(events, [event(1.0, "restarted")])
    item = events.list.topLevelItem(0)
    assert item is not None
    room = events.list.columnWidth(1)
    assert room > events.list.fontMetrics().horizontalAdvance(item.text(1))


def test_another_span_shows_another_time(events: Events) -> None:
    show(events, WEB)
    events._span.choose(0)
    assert events.timeline.begin == NOW - DAY
    show(events, WEB[:2])
    assert "Nothing in this time. The last was on " in events.timeline.accessibleDescription()


@pytest.mark.parametrize(
    ("found", "hidden", "says"),
    [(None, False, "Reading the journal"), ([], True, "adm and systemd-journal"),
     ([], False, "Nothing has happened yet")],
)  # fmt: skip
def test_it_says_why_there_is_nothing(
    events: Events, found: list[Event] | None, hidden: bool, says: str
) -> None:
    # As narrow as beside the table on a small screen.
    events.resize(380, 400)
    show(events, found, hidden=hidden)
    seen = [label for label in events.findChildren(QLabel) if label.isVisible()]
    (why,) = [label for label in seen if says in label.text()]
    assert why.height() >= why.heightForWidth(why.width())
    assert not events.timeline.isVisible()


def test_the_keys_scroll_to_the_row_and_the_axis_stays(qtbot, look) -> None:
    events = Events("What became of them", lambda: NOW, named=True)
    qtbot.addWidget(events)
    events.resize(700, 500)
    units = [f"{number}.service" for number in range(20)]
    history = History([event(DAY, unit=unit) for unit in units])
    events.show_history(history, units)
    events.show()
    qtbot.waitExposed(events)
    bar = events._place.verticalScrollBar()
    events.timeline.choose(history.events[18])
    QTest.keyClick(events.timeline, Qt.Key.Key_Down)
    assert events.timeline.current == history.events[19]
    assert bar.value() == bar.maximum() > 0
    axis = events.findChild(TimeAxis)
    assert axis is not None
    assert axis.isVisible()
    assert axis.mapTo(events, QPoint(0, 0)).y() >= events._place.geometry().bottom()
    assert [text for _x, text in events.timeline.ticks()]
