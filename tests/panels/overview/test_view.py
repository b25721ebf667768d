"""The overview: one history, one instant for all graphs, and the way to what uses most."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from kit import visible_texts
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea
from roots.hosts import DEBIAN, SteppedHost, write_machine
from roots.spawned import obedient

from sysgui.panels import overview, processes
from sysgui.panels.overview.view import OverviewSettings, OverviewView
from sysgui.system.host import Host
from sysgui.system.kept_file import KeptFile
from sysgui.system.settings import Settings
from sysgui.ui.bars import Bars
from sysgui.ui.shell import Shell

MINUTE = 60


class Waves(KeptFile):
    """A /proc/stat or /proc/loadavg of which every reading can be told from the others."""

    def __init__(self, host: "WavingHost", path: str, text: Callable[[int], str]) -> None:
        super().__init__(host, path)
        self._waving = host
        self._text = text

    def read(self) -> bytes:
        return self._text(self._waving.tick).encode()


class WavingHost(SteppedHost):
    """A machine on which a second passes with each reading; load is its number, CPU its last two
    digits."""

    def __init__(self, root: str | Path = DEBIAN) -> None:
        super().__init__(root)
        self.tick = 0
        self._user = 0

    def monotonic(self) -> float:
        self.tick += 1
        self._user += self.tick % 100
        return float(self.tick)

    def since_boot(self) -> float:
        return float(self.tick)

    def keep(self, path: str) -> Any:
        if path == "/proc/stat":
            return Waves(self, path, self._stat)
        if path == "/proc/loadavg":
            return Waves(self, path, lambda tick: f"{tick} 0.50 0.25 1/100 4242\n")
        return super().keep(path)

    def _stat(self, tick: int) -> str:
        line = f"{self._user} 0 0 {100 * tick - self._user} 0 0 0 0 0 0"
        return f"cpu  {line}\ncpu0 {line}\ncpu1 {line}\nintr 0\n"


Make = Callable[..., OverviewView]


@pytest.fixture
def make(qtbot, panel_context) -> Make:
    def make(host: Any = None, *, show: bool = True, **more: Any) -> OverviewView:
        context = panel_context(host or WavingHost(), **{"tempo": 1000.0, **more})
        view = OverviewView(context)
        context.shell.views.append(view)
        view.resize(1100, 800)
        if show:
            view.show()
        return view

    return make


def recorded(view: OverviewView) -> int:
    return len(view._history.times(10_000))


def drawn(view: OverviewView) -> bool:
    """Tells whether all graphs are there: they are made one after the other."""
    cards = view._gauges.values()
    return bool(cards) and all(card.graph for card in cards) and view._cores is not None


def figure(view: OverviewView, name: str) -> str:
    return view._gauges[name].figure.text()


def number(text: str) -> float:
    return float(text.split("\N{NARROW NO-BREAK SPACE}")[0])


# Recording.


def test_it_records_while_it_is_not_shown_and_shows_all_of_it_at_once(qtbot, make: Make) -> None:
    view = make(show=False)
    qtbot.waitUntil(lambda: recorded(view) > 50)
    assert not view._built
    view.show()
    assert recorded(view) > 50
    qtbot.waitUntil(lambda: drawn(view))
    item = view._gauges["load"].graph._curves[-1][1]
    xs, ys = item.getData()
    assert len(xs) > 50
    assert list(ys) == sorted(ys)


def test_it_draws_nothing_while_it_is_hidden_and_goes_on_recording(qtbot, make: Make) -> None:
    view = make()
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 5)
    view.hide()
    shown, count = figure(view, "load"), recorded(view)
    qtbot.waitUntil(lambda: recorded(view) > count + 5)
    assert figure(view, "load") == shown
    view.show()
    assert figure(view, "load") != shown


def test_it_is_ready_when_rates_and_lists_are_there(qtbot, make: Make) -> None:
    view = make(Host(), tempo=1.0, show=False)
    with qtbot.waitSignal(view.ready):
        view.show()
    assert view._totals.cpu.busy is not None
    assert any(row.bar.key for row in view._lists.memory._rows)


# One instant.


def at_rest(qtbot, view: OverviewView, seconds: int) -> None:
    """Waits for so many recorded seconds, and lets no more come."""
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) >= seconds)
    view._totals_poller.pause()
    qtbot.waitUntil(lambda: not view._totals_poller._waiting)


def test_under_the_pointer_all_graphs_are_read_at_one_instant(qtbot, make: Make) -> None:
    view = make()
    at_rest(qtbot, view, 200)
    now = number(figure(view, "load"))
    for age in (-1, -30, -120):
        view._gauges["memory"].graph.hovered.emit(float(age))
        load = float(figure(view, "load"))
        assert load == now + age
        assert number(figure(view, "cpu")) == pytest.approx(load % 100, abs=0.05)
        cursors = [card.graph._cursor for card in view._gauges.values()]
        assert all(cursor.isVisible() for cursor in cursors)
        assert {cursor.value() for cursor in cursors} == {age}
        assert any("ago" in text for text in visible_texts(view))
    view._gauges["memory"].graph.hovered.emit(None)
    assert float(figure(view, "load")) == now
    assert not any(card.graph._cursor.isVisible() for card in view._gauges.values())
    assert not any("ago" in text for text in visible_texts(view))


def test_the_pointer_over_a_graph_chooses_the_instant_and_leaving_it_ends_that(
    qtbot, make: Make
) -> None:
    view = make()
    at_rest(qtbot, view, 310)
    qtbot.waitUntil(view.isActiveWindow)
    graph = view._gauges["cpu"].graph
    box = graph._box.sceneBoundingRect()
    middle = QPointF(box.center())
    graph._mouse_moved(middle)
    assert view._age == pytest.approx(-150, abs=2)
    graph._mouse_moved(QPointF(box.left() - 5, box.center().y()))
    assert view._age is None


def test_the_pointer_over_the_cores_chooses_the_instant_too(qtbot, make: Make) -> None:
    view = make()
    at_rest(qtbot, view, 310)
    area = view._cores._area()
    QTest.mouseMove(view._cores, area.center())
    qtbot.waitUntil(lambda: view._age is not None)
    assert view._age == pytest.approx(-150, abs=5)


def test_where_nothing_was_recorded_nothing_is_claimed(qtbot, make: Make) -> None:
    view = make()
    at_rest(qtbot, view, 20)
    view._gauges["memory"].graph.hovered.emit(-200.0)
    assert figure(view, "cpu") == "–"  # noqa: RUF001
    assert figure(view, "load") == "–"  # noqa: RUF001


# Spans.


@pytest.mark.parametrize(("place", "span"), [(0, 60), (1, 300), (2, 900)])
def test_a_span_is_shown_by_all_graphs_by_key_and_by_button(
    qtbot, make: Make, place: int, span: int
) -> None:
    view = make(settings=None)
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 2)

    def spans() -> set[float]:
        ranges = [card.graph._box.viewRange()[0] for card in view._gauges.values()]
        assert all(math.isclose(right, 0, abs_tol=1e-6) for _left, right in ranges)
        return {round(-left, 6) for left, _right in ranges} | {view._cores._seconds}

    view._span_actions[place].trigger()
    assert spans() == {span}
    buttons = {button.text(): button for button in view.findChildren(QPushButton)}
    assert buttons[f"{span // MINUTE} min"].isChecked()
    other = (60, 300, 900)[place - 1]
    QTest.mouseClick(buttons[f"{other // MINUTE} min"], Qt.MouseButton.LeftButton)
    assert spans() == {other}


def test_fifteen_minutes_are_kept_and_no_more(qtbot, make: Make) -> None:
    view = make()
    at_rest(qtbot, view, 901)
    view.set_span(900)
    xs, _ys = view._gauges["load"].graph._curves[-1][1].getData()
    assert xs[0] == pytest.approx(-900, abs=1)
    count = recorded(view)
    view._totals_poller.start()
    tick = view.context.host.tick
    qtbot.waitUntil(lambda: view.context.host.tick > tick + 50)
    assert recorded(view) == count


def test_span_and_unused_devices_are_remembered(qtbot, make: Make) -> None:
    settings = Settings(None)
    view = make(settings=settings)
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 2)
    view.set_span(900)
    view._toggle_unused()
    view.save_settings()
    assert settings.section("overview", OverviewSettings) == OverviewSettings(900, unused=True)
    again = make(settings=settings)
    qtbot.waitUntil(lambda: drawn(again) and recorded(again) > 2)
    assert again._gauges["cpu"].graph._seconds == 900


def test_a_remembered_span_that_is_none_is_not_taken(qtbot, make: Make) -> None:
    settings = Settings(None)
    settings.put_section("overview", OverviewSettings(span=7))
    view = make(settings=settings)
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 2)
    assert view._gauges["cpu"].graph._seconds == 300


# Devices.

DISKS = """\
   8       0 sda 100 0 2000 10 50 0 4000 10 0 20 20 0 0 0 0 0 0
   8      16 sdb 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
"""
NETWORKS = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop
    lo: 500 5 0 0 0 0 0 0 500 5 0 0 0 0 0 0
  wlan0: 900 9 0 0 0 0 0 0 100 1 0 0 0 0 0 0
  eth1: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    memory = "MemTotal: 1000 kB\nMemFree: 200 kB\nMemAvailable: 600 kB\n"
    return write_machine(
        tmp_path / "machine",
        {
            "/proc/meminfo": memory,
            "/proc/diskstats": DISKS,
            "/proc/net/dev": NETWORKS,
            "/proc/self/mountinfo": "",
            "/sys/block/sda/stat": "",
            "/sys/block/sdb/stat": "",
        },
        hostname="tester",
    )


def test_devices_that_never_carried_anything_are_hidden_until_asked_for(
    qtbot, make: Make, machine: Path
) -> None:
    view = make(WavingHost(machine))
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 2)
    assert list(view._gauges)[4:] == ["disk.sda", "network.wlan0", "network.lo"]
    assert any("sdb, eth1" in text for text in visible_texts(view))
    view._toggle_unused()
    assert list(view._gauges)[4:] == [
        "disk.sda", "disk.sdb", "network.wlan0", "network.eth1", "network.lo",
    ]  # fmt: skip
    assert not any("sdb, eth1" in text for text in visible_texts(view))


def test_a_disk_that_is_pulled_takes_its_card_with_it_and_one_that_comes_brings_its_own(
    qtbot, make: Make, machine: Path
) -> None:
    view = make(WavingHost(machine))
    qtbot.waitUntil(lambda: "disk.sda" in view._gauges)
    (machine / "proc/diskstats").write_text(DISKS.replace("sda", "sdc"))
    (machine / "sys/block/sda").rename(machine / "sys/block/sdc")
    qtbot.waitUntil(lambda: "disk.sdc" in view._gauges)
    assert "disk.sda" not in view._gauges


# Lists.


def test_the_five_that_use_most_stand_in_order_and_a_click_opens_the_one(qtbot, make: Make) -> None:
    with obedient() as child:
        view = make(Host(), tempo=2.0)

        def shown() -> Any:
            rows = (row for row in view._lists.cpu._rows if row.isVisible() and row.bar.key)
            return next((row for row in rows if row.bar.key[0] == child.pid), None)

        def burns_and_is_shown() -> bool:  # Not always as the first: others may be as busy.
            child.run("burn(0.2)")
            QApplication.processEvents()
            return shown() is not None

        qtbot.waitUntil(burns_and_is_shown)
        for bars in (view._lists.cpu, view._lists.memory):
            shares = [row.bar.share for row in bars._rows if row.isVisible()]
            assert 1 <= len(shares) <= 5
            assert shares == sorted(shares, reverse=True)
            assert shares[0] == 1.0
        QTest.mouseClick(shown(), Qt.MouseButton.LeftButton)
    panel, arguments = view.context.shell.opened[0]
    assert panel == "processes"
    assert arguments["key"][0] == child.pid


def test_most_memory_is_what_psutil_says(qtbot, make: Make) -> None:
    view = make(Host(), tempo=2.0)
    qtbot.waitUntil(lambda: bool(view._lists.memory._rows))
    processes = list(psutil.process_iter(["memory_info"]))
    most = max(processes, key=lambda p: p.info["memory_info"].rss if p.info["memory_info"] else 0)
    first = view._lists.memory._rows[0].bar
    assert first.figure.endswith(("MiB", "GiB"))
    assert psutil.Process(first.key[0]).memory_info().rss >= 0.8 * most.info["memory_info"].rss


def test_a_click_in_the_window_opens_processes_with_that_process_selected(qtbot, look) -> None:
    shell = Shell(Host(), Settings(None), [overview.PANEL, processes.PANEL], [], tempo=4.0)
    shell.resize(1200, 800)
    shell.open("overview")
    shell.show()
    view = shell.current_view
    assert isinstance(view, OverviewView)
    rows = view._lists.memory._rows
    qtbot.waitUntil(lambda: bool(rows) and rows[0].isVisible())
    key = rows[0].bar.key
    QTest.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    table = shell.current_view._table
    qtbot.waitUntil(lambda: [p.key for p in table.selected()] == [key])
    assert shell.current_view.objectName() == "processes"
    qtbot.waitUntil(lambda: shell.current_view._pane.process is not None)
    shell.close()
    assert not shell.stuck
    shell.deleteLater()


def test_filesystems_are_those_of_df_with_their_fullness(qtbot, make: Make) -> None:
    view = make(Host(), tempo=2.0)
    rows = view._lists.filesystems._rows
    qtbot.waitUntil(lambda: bool(rows))
    root = next(row.bar for row in rows if row.bar.name == "/")
    used = psutil.disk_usage("/").percent / 100
    assert root.share == pytest.approx(used, abs=0.02)
    assert root.key is None


def test_an_empty_list_says_why(qtbot, make: Make, machine: Path) -> None:
    view = make(WavingHost(machine))
    qtbot.waitUntil(lambda: "None with data is mounted." in visible_texts(view))
    qtbot.waitUntil(lambda: all(b._empty.isVisible() for b in view.findChildren(Bars)))


# Room.


@pytest.mark.parametrize("width", [1024 - 52, 1280 - 168, 640 - 52])
def test_everything_fits_the_width_without_scrolling_sideways(
    qtbot, make: Make, width: int
) -> None:
    view = make()
    view.resize(width, 640)
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 2)
    area = view.findChild(QScrollArea)
    qtbot.waitUntil(lambda: area.widget().width() <= area.viewport().width())
    assert area.widget().minimumSizeHint().width() <= area.viewport().width()


def test_a_name_with_markup_is_shown_as_it_is(qtbot, make: Make, tmp_path: Path) -> None:
    name = b"<img src=x><b>bold</b>"
    with obedient() as child:
        child.run(f"open('/proc/self/comm', 'wb').write({name[:15]!r})")
        child.run("keep = bytearray(os.urandom(1 << 20)) * 300")
        view = make(Host(), tempo=2.0)

        def shown() -> Any:
            rows = view._lists.memory._rows
            return next((r for r in rows if r.bar.key and r.bar.key[0] == child.pid), None)

        qtbot.waitUntil(lambda: shown() is not None)
        assert shown().bar.name == "<img src=x><b>b"
        assert "<img" not in shown().toolTip()


# Numbers.


def test_curves_have_gaps_where_nothing_is_known(qtbot, make: Make) -> None:
    view = make()
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 5)
    _xs, ys = view._gauges["pressure"].graph._curves[0][1].getData()
    assert ys is None or len(ys) == 0 or not np.isnan(ys).all()


# From a moment to the log, and back.


def test_the_strip_of_the_cores_has_the_same_menu(qtbot, make: Make) -> None:
    view = make(tempo=1.0)
    qtbot.waitUntil(lambda: drawn(view))
    area = view._cores._area()
    place = QPoint(area.right() - area.width() // 5, area.center().y())
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view._cores, QContextMenuEvent(reason, place, QPoint()))
    menu = QApplication.activePopupWidget()
    moment = view._totals.time - view._span / 5
    menu.actions()[0].trigger()
    menu.close()
    assert view.context.shell.opened.pop()[1]["around"] == pytest.approx(moment, abs=5)


def context_menu(view: OverviewView, part: float) -> Any:
    """Asks for the menu at a part of the way over the graph of the load."""
    graph = view._gauges["load"].graph
    box = graph.mapFromScene(graph._box.sceneBoundingRect()).boundingRect()
    place = QPoint(round(box.left() + part * box.width()), box.center().y())
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, graph.viewport().mapToGlobal(place)
    )
    QApplication.sendEvent(graph.viewport(), event)
    return QApplication.activePopupWidget()


def test_a_menu_leads_to_the_log_lines_of_the_moment_it_is_opened_at(qtbot, make: Make) -> None:
    view = make(tempo=1.0)
    qtbot.waitUntil(lambda: drawn(view))
    view.set_span(60)
    moment = view._totals.time - 30
    menu = context_menu(view, 0.5)
    (action,) = menu.actions()
    action.trigger()
    menu.close()
    panel, told = view.context.shell.opened.pop()
    assert panel == "logs"
    assert told["around"] == pytest.approx(moment, abs=5)


def test_a_moment_that_is_marked_from_elsewhere_stays_where_it_was(qtbot, make: Make) -> None:
    view = make(show=False)
    qtbot.waitUntil(lambda: recorded(view) > 80)
    moment = view._totals.time - 70
    view.open_with(around=moment)
    view.show()
    qtbot.waitUntil(lambda: drawn(view) and recorded(view) > 100)
    assert view._span == 300
    assert view._totals.time + view._age == pytest.approx(moment)
    assert view._gauges["load"].graph._cursor.isVisible()
    view._gauges["load"].graph.hovered.emit(-5.0)
    assert view._age == -5.0
    view._gauges["load"].graph.hovered.emit(None)
    assert view._totals.time + view._age == pytest.approx(moment)


def test_a_moment_before_anything_was_recorded_is_said_to_be_one(qtbot, make: Make) -> None:
    view = make(tempo=1.0)
    qtbot.waitUntil(lambda: drawn(view))
    view.open_with(around=view._totals.time - 600)
    assert "nothing was recorded yet" in view._about.text()
    assert view._span == 900
    # What would lie at the very edge is not seen well there.
    view.open_with(around=view._totals.time - 299)
    assert view._span == 900
    menu = context_menu(view, 0.5)
    (forget,) = (each for each in menu.actions() if "Forget" in each.text())
    forget.trigger()
    menu.close()
    assert view._age is None
    assert "up " in view._about.text()
