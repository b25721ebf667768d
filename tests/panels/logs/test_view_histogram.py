"""The bars over the lines: what they show and say, and how a time is chosen in them."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from sysgui.panels.logs.timeline import NO_TIMES, TimeCounts
from sysgui.panels.logs.window.histogram import HEIGHT, Histogram
from sysgui.ui import theme

# date -d "2026-11-27 09:00 CET" +%s
BEGIN = 1_795_766_400
KEY = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def counts(*bins: tuple[int, int, int], width: int = 60, begin: int = BEGIN) -> TimeCounts:
    """Returns counts of errors, warnings, and lines without a level."""
    return TimeCounts(begin, width, [[0, 0, 0, e, w, 0, 0, 0, n] for e, w, n in bins])


@pytest.fixture
def histogram(qtbot: Any, look: Any) -> Histogram:
    widget = Histogram(None, ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type]
    qtbot.addWidget(widget)
    widget.resize(400, widget.sizeHint().height())
    widget.chosen.connect(lambda *times: chosen.append(times))
    chosen.clear()
    widget.show_counts(counts((0, 0, 10), (5, 0, 5), (0, 1, 999), (0, 0, 0)))
    return widget


chosen: list[tuple[int, int]] = []


def painted(widget: Histogram, x: int) -> list[str]:
    """Returns the colours of a bar from the ground up, by the names that the theme gives them."""
    image = widget.grab().toImage()
    ratio = image.devicePixelRatio()
    names = {theme.tokens().color(name).rgb(): name for name in ("wrong", "attention", "muted")}
    column = [
        names.get(QColor(image.pixel(round(x * ratio), round(y * ratio))).rgb())
        for y in reversed(range(HEIGHT))
    ]
    return list(dict.fromkeys(name for name in column if name))


def test_errors_stand_beneath_warnings_and_few_are_seen_among_many(histogram: Histogram) -> None:
    bars = [painted(histogram, x) for x in (50, 150, 250, 350)]
    assert bars == [["muted"], ["wrong", "muted"], ["attention", "muted"], []]


def test_no_room_is_taken_before_a_time_is_known(histogram: Histogram) -> None:
    assert histogram.isVisible()
    histogram.show_counts(NO_TIMES)
    assert histogram.isVisible()
    assert histogram.accessibleDescription() == ""
    histogram.forget()
    assert not histogram.isVisible()
    histogram.show_counts(NO_TIMES)
    assert not histogram.isVisible()


def test_it_says_what_it_shows_and_what_is_chosen(histogram: Histogram) -> None:
    assert histogram.accessibleDescription() == (
        "2026-11-27 09:00:00 to 2026-11-27 09:04:00: 1\u202f020 lines, 5 errors, 1 warnings"
    )
    QTest.keyClick(histogram, KEY.Key_Home)
    QTest.keyClick(histogram, KEY.Key_Right)
    assert histogram.accessibleDescription() == (
        "2026-11-27 09:01:00 to 2026-11-27 09:02:00: 10 lines, 5 errors, 0 warnings"
    )


def test_a_time_is_drawn_over(histogram: Histogram) -> None:
    QTest.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPoint(250, 5))
    QTest.mouseMove(histogram, QPoint(150, 5))
    assert chosen == []
    QTest.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=QPoint(150, 5))
    assert chosen == [(BEGIN + 60, BEGIN + 180)]


def test_a_click_chooses_no_time(histogram: Histogram) -> None:
    QTest.mouseClick(histogram, Qt.MouseButton.LeftButton, pos=QPoint(150, 5))
    assert chosen == []
    QTest.keyClick(histogram, KEY.Key_Return)
    assert chosen == [(BEGIN + 60, BEGIN + 120)]


def test_a_time_is_chosen_by_key_when_shift_is_let_go(histogram: Histogram) -> None:
    QTest.keyClick(histogram, KEY.Key_Left)
    QTest.keyPress(histogram, KEY.Key_Left, SHIFT)
    QTest.keyPress(histogram, KEY.Key_Left, SHIFT)
    assert chosen == []
    QTest.keyRelease(histogram, KEY.Key_Shift)
    assert chosen == [(BEGIN + 60, BEGIN + 240)]


def test_escape_wants_all_times_again(qtbot: Any, histogram: Histogram) -> None:
    with qtbot.waitSignal(histogram.released):
        QTest.keyClick(histogram, KEY.Key_Escape)


@pytest.mark.parametrize(
    ("width", "bins", "ticks"),
    [
        (1, 20, {"09:00:00", "09:00:05", "09:00:10", "09:00:15", "09:00:20"}),
        (3600, 100, {"2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"}),
        (86400 * 32, 60, None),
        (86400 << 15, 2, None),
    ],
)
def test_the_axis_has_round_times_that_do_not_touch(
    histogram: Histogram, width: int, bins: int, ticks: set[str] | None
) -> None:
    histogram.show_counts(counts(*[(0, 0, 1)] * bins, width=width, begin=BEGIN // width * width))
    texts = [text for _second, text in histogram.ticks()]
    room = histogram.fontMetrics().horizontalAdvance("2026-11-27")
    assert len(texts) * room <= histogram.width() + room
    assert len(texts) == len(set(texts))
    if ticks:
        assert len(texts) > 1
        assert set(texts) <= ticks


def test_lines_of_another_age_are_told_beside_the_axis(histogram: Histogram) -> None:
    axis = histogram.grab().toImage()
    histogram.show_counts(msgspec.structs.replace(histogram._counts, outside=7))
    assert histogram.accessibleDescription().endswith("7 lines lie outside")
    assert histogram.grab().toImage() != axis
