"""Parts of lines in columns: what stands in them, how wide they are, and what is remembered."""

from typing import Any

import pytest
from PySide6.QtGui import QAction, QFont, QFontMetrics
from PySide6.QtWidgets import QMenu, QWidget

from sysgui.panels.logs.formats.recognise import FORMS
from sysgui.panels.logs.formats.spans import parts_of
from sysgui.panels.logs.line import Line
from sysgui.panels.logs.times_shown import UTC, TimesShown
from sysgui.panels.logs.window.layouts import Layouts
from sysgui.panels.logs.window.line_columns import Column, LineColumns, title_of
from sysgui.panels.logs.window.line_header import LineHeader
from sysgui.panels.logs.window.shown import Shown
from sysgui.ui import theme
from sysgui.ui.table_header import PADDING

SYSLOG = next(form for form in FORMS if form.name == "syslog")
TEXTS = [
    "Nov 27 08:00:00 web1 sshd[17]: error: no key",
    "Nov 27 08:00:01 web1 systemd-networkd[4711]: \tup",
    "\tat java.base/Thread.run",
]


def line(text: str, *, level: int = -1, hit: bool = False, time: int = -1) -> Line:
    parts = dict(parts_of(text, SYSLOG))
    return Line(0, text, len(text), level=level, hit=hit, parts=parts, time=time)


@pytest.fixture
def columns(look: Any) -> LineColumns:
    import datetime as dt

    made = LineColumns(theme.report_font(), TimesShown(dt.UTC, lambda: 0))
    made.used = True
    return made


def cells(columns: LineColumns, of: Line) -> dict[str, str]:
    return {cell.column.name: cell.text for cell in columns.cells(of)}


def test_each_part_stands_in_its_column_and_the_message_behind(columns: LineColumns) -> None:
    lines = [line(text, level=level) for text, level in zip(TEXTS, (3, 6, -1), strict=True)]
    columns.take("syslog", lines)
    assert cells(columns, lines[0]) == {
        "time": "Nov 27 08:00:00", "identifier": "sshd", "pid": "17", "level": "err",
    }  # fmt: skip
    assert cells(columns, lines[1])["identifier"] == "systemd-networkd"
    assert cells(columns, lines[2]) == {}
    layouts = Layouts(theme.report_font(), columns)
    assert [layouts.of(one).layout.text() for one in lines] == [
        "error: no key", "        up", "        at java.base/Thread.run",
    ]  # fmt: skip


def test_a_host_has_a_column_as_soon_as_there_are_two_or_it_is_wanted(columns: LineColumns) -> None:
    columns.take("syslog", [line(TEXTS[0])])
    assert "host" not in cells(columns, line(TEXTS[0]))
    columns.take("syslog", [line(TEXTS[0].replace("web1", "web2"))])
    assert cells(columns, line(TEXTS[0]))["host"] == "web1"
    columns.shown["host"] = False
    columns.arrange()
    assert "host" not in cells(columns, line(TEXTS[0]))


def test_a_column_keeps_its_width_whatever_comes_later(columns: LineColumns) -> None:
    columns.take("syslog", [line(TEXTS[0])])
    before = list(columns.columns)
    assert not columns.take("syslog", [line(TEXTS[1])])
    assert columns.columns == before
    (shown,) = (cell for cell in columns.cells(line(TEXTS[1])) if cell.column.name == "identifier")
    assert shown.text.endswith("…")
    assert QFontMetrics(theme.report_font()).horizontalAdvance(shown.text) < shown.column.width
    columns.fit([line(TEXTS[1])])
    assert cells(columns, line(TEXTS[1]))["identifier"] == "systemd-networkd"


def test_a_title_has_room_over_what_is_shorter(columns: LineColumns) -> None:
    text = '::1 - - [27/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 9'
    access = next(form for form in FORMS if form.name == "access")
    parts = dict(parts_of(text, access))
    columns.take("access", [Line(0, text, len(text), level=-1, hit=False, parts=parts, time=-1)])
    bold = QFont()
    bold.setBold(True)
    widths = {column.title: column.width for column in columns.columns}
    assert {"Method", "Status"} < widths.keys()
    for title, width in widths.items():
        assert QFontMetrics(bold).horizontalAdvance(title) + 2 * PADDING <= width, title


def test_every_part_of_a_known_form_has_a_title_of_its_own() -> None:
    names = {name for form in FORMS for name in form.parts}
    assert {"client", "action", "time"} < names
    titles = {name: title_of(name) for name in names}
    assert all(title[0].isupper() and title != name for name, title in titles.items()), titles
    # What a log itself calls its fields is asked for as it stands there.
    assert title_of("requestId") == "requestId"


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-27T08:00:01+00:00",
        "2026-11-27T08:00:01.800000+00:00",  # rsyslog: RSYSLOG_FileFormat
        "2026-11-27T08:00:01.800000000+00:00",  # date --iso-8601=ns, with the point of RFC 3339
    ],
)
def test_a_time_is_not_cut(columns: LineColumns, written: str) -> None:
    text = f"{written} web1 sshd[17]: no key"
    iso = next(form for form in FORMS if form.name == "syslog-iso")
    one = Line(0, text, len(text), parts=dict(parts_of(text, iso)))
    columns.take("syslog-iso", [one])
    assert cells(columns, one)["time"] == written


def test_as_written_the_time_stands_before_it_if_it_is_told_otherwise(columns: LineColumns) -> None:
    columns.used = False
    one = line(TEXTS[0], time=0)
    columns.take("syslog", [one])
    assert columns.begin == 0
    columns.times.mode = UTC
    columns.retime([one])
    assert cells(columns, one) == {"time": "1970-01-01 00:00:00Z"}
    assert Layouts(theme.report_font(), columns).of(one).layout.text() == TEXTS[0]


def test_nothing_in_a_column_acts(columns: LineColumns) -> None:
    one = line("Nov 27 08:00:00 web1 a\u202eb[17]: x")
    columns.take("syslog", [one])
    assert "\u202e" not in "".join(cells(columns, one).values())


@pytest.mark.parametrize("before", ["", "😀", "é😀😀", "\x1b[1m", "a\tb", "😀\t\x00"])
def test_what_was_found_is_marked_where_it_stands(look: Any, before: str) -> None:
    layouts = Layouts(QFont())
    layouts.mark(lambda text: [(text.index("refused"), len("refused"))])
    one = Line(0, f"{before} refused 😀", 0, hit=True)
    layout = layouts.of(one).layout
    held = layout.text().encode("utf-16-le")
    marked = [
        held[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")
        for span in layout.formats()
        if span.format.fontUnderline()
    ]
    assert marked == ["refused"]


def test_a_part_of_a_line_is_shown_from_its_begin() -> None:
    shown = Shown("time\tprog: a\tb😀c", 11, 16)
    assert shown.text == "a       b😀c"
    assert shown.place(0, 13) == (0, 8)
    assert shown.units(*shown.place(13, 16)) == (8, 12)


def test_fewer_titles_leave_nothing_behind_that_is_taken_for_something_else(look: Any) -> None:
    window = QWidget()
    header, menu = LineHeader(window), QMenu(window)
    columns = [Column(name, left=0, width=50) for name in ("time", "host", "pid", "level", "unit")]
    for number in (5, 1, 5, 1):
        header.show_columns(columns[:number], gutter=10)
    # So many that they take each place in memory where a title has been.
    made = [menu.addAction("Copy") for _ in range(3000)]
    assert {type(each) for each in made} == {QAction}
