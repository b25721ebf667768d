"""The poller: one reading at a time, whatever happens in it, and it can always be stopped."""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kit import FakeShell
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QLabel, QWidget

from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.reader import Reader
from sysgui.system.settings import Settings
from sysgui.ui import poller as poller_module
from sysgui.ui.panel import Context, PanelView
from sysgui.ui.poller import Bug, Poller

# Long enough never to come by itself within a test.
NEVER = 1000.0

# The rhythm of those that are to be seen to ask, or not to ask any more.
EVERY = 0.01


class Counting:
    """Answers with how often it was asked, and notes if it ever is asked twice at once."""

    def __init__(self) -> None:
        self.asked = 0
        self.arguments: list[dict[str, Any]] = []
        self.threads: set[int] = set()
        self.under_way = 0
        self.most_at_once = 0

    def read(self, **arguments: Any) -> int:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        self.asked += 1
        self.arguments.append(arguments)
        self.threads.add(threading.get_ident())
        self.answer()
        self.under_way -= 1
        return self.asked

    def answer(self) -> None:
        """Is where others wait or fail."""


class Gate(Counting):
    """Answers only while its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.entered = threading.Event()

    def answer(self) -> None:
        self.entered.set()
        assert self.open.wait(20)


class Failing(Counting):
    """Raises what it is told to, once for each."""

    def __init__(self, *errors: Exception | None) -> None:
        super().__init__()
        self.errors = list(errors)

    def answer(self) -> None:
        if self.errors and (error := self.errors.pop(0)):
            self.under_way -= 1
            raise error


class Taker(QObject):
    """Takes what pollers say, and in which thread it did."""

    def __init__(self) -> None:
        super().__init__()
        self.readings: list[object] = []
        self.problems: list[Problem] = []
        self.bugs: list[Bug] = []
        self.threads: set[int] = set()

    @Slot(object)
    def take(self, reading: object) -> None:
        self.readings.append(reading)
        self.threads.add(threading.get_ident())

    @Slot(object)
    def take_problem(self, problem: Problem) -> None:
        self.problems.append(problem)

    @Slot(object)
    def take_bug(self, bug: Bug) -> None:
        self.bugs.append(bug)


Make = Callable[[Any, float], Poller]


@pytest.fixture
def taker(qtbot) -> Taker:
    return Taker()


@pytest.fixture
def make(taker: Taker) -> Iterator[Make]:
    parent = QObject()
    made: list[Poller] = []

    def make(probe: Any, every: float) -> Poller:
        poller = Poller(parent, probe, every)
        poller.reading.connect(taker.take)
        poller.problem.connect(taker.take_problem)
        poller.bug.connect(taker.take_bug)
        made.append(poller)
        return poller

    yield make
    for poller in made:
        poller.quit()
        assert poller.wait(5000)


@pytest.fixture
def turns(qtbot) -> Callable[[int], None]:
    """Waits while another poller is asked so often: this one would have been asked meanwhile."""

    def turns(count: int) -> None:
        parent, probe = QObject(), Counting()
        other = Poller(parent, probe, EVERY)
        other.start()
        qtbot.waitUntil(lambda: probe.asked >= count)
        other.quit()
        assert other.wait(5000)

    return turns


def test_it_asks_at_once_and_again_and_again_in_a_thread_of_its_own(qtbot, taker, make) -> None:
    probe = Counting()
    make(probe, 0.01).start()
    qtbot.waitUntil(lambda: len(taker.readings) >= 5)
    assert taker.readings == list(range(1, len(taker.readings) + 1))
    assert probe.most_at_once == 1
    assert taker.threads == {threading.get_ident()}
    assert threading.get_ident() not in probe.threads
    assert len(probe.threads) == 1


def test_nothing_is_asked_before_it_is_started(make, turns) -> None:
    probe = Counting()
    poller = make(probe, EVERY)
    poller.ask_now()
    turns(5)
    assert not probe.asked
    assert not poller.running


def test_a_slow_reading_slows_the_rhythm_and_none_pile_up(qtbot, taker, make, turns) -> None:
    probe = Gate()
    poller = make(probe, 0.001)
    poller.start()
    qtbot.waitUntil(probe.entered.is_set)
    for _question in range(100):
        poller.ask_now()
        poller.start()
    turns(3)
    assert probe.asked == 1
    poller.set_every(NEVER)
    probe.open.set()
    # One answer to what was under way, and one to all that asked out of turn meanwhile.
    qtbot.waitUntil(lambda: len(taker.readings) == 2)
    turns(3)
    assert probe.asked == 2
    assert probe.most_at_once == 1


def test_the_interval_counts_from_question_to_question(qtbot, taker, make) -> None:
    probe = Gate()
    poller = make(probe, NEVER)
    poller.start()
    qtbot.waitUntil(lambda: poller._deadline.remainingTime() < 1000 * NEVER - 100)
    probe.open.set()
    qtbot.waitUntil(lambda: taker.readings == [1])
    assert poller._timer.interval() < 1000 * NEVER - 100


def test_ask_now_does_not_wait_for_the_interval_and_asks_once(qtbot, taker, make, turns) -> None:
    poller = make(Counting(), NEVER)
    poller.start()
    qtbot.waitUntil(lambda: len(taker.readings) == 1)
    poller.ask_now()
    qtbot.waitUntil(lambda: len(taker.readings) == 2)
    turns(3)
    assert taker.readings == [1, 2]


def test_a_paused_one_asks_nothing_and_a_resumed_one_asks_at_once(
    qtbot, taker, make, turns
) -> None:
    probe = Counting()
    poller = make(probe, 0.01)
    poller.start()
    qtbot.waitUntil(lambda: len(taker.readings) >= 2)
    poller.pause()
    turns(3)  # What was under way arrives.
    asked = probe.asked
    turns(6)
    assert probe.asked == asked
    poller.set_every(NEVER)
    poller.start()
    qtbot.waitUntil(lambda: probe.asked == asked + 1)


def test_a_reading_under_way_still_arrives_when_paused_and_resuming_asks_no_second(
    qtbot, taker, make
) -> None:
    probe = Gate()
    poller = make(probe, NEVER)
    poller.start()
    qtbot.waitUntil(probe.entered.is_set)
    poller.pause()
    poller.start()
    poller.pause()
    probe.open.set()
    qtbot.waitUntil(lambda: taker.readings == [1])
    poller.start()
    qtbot.waitUntil(lambda: taker.readings == [1, 2])
    assert probe.most_at_once == 1


def test_arguments_are_made_with_each_question(qtbot, taker, make) -> None:
    probe = Counting()
    numbers = iter(range(100))
    poller = make(probe, 0.001)
    poller.with_arguments(lambda: {"number": next(numbers)})
    poller.start()
    qtbot.waitUntil(lambda: len(taker.readings) >= 3)
    assert probe.arguments[:3] == [{"number": 0}, {"number": 1}, {"number": 2}]


def test_a_problem_is_handed_on_and_it_goes_on_asking(qtbot, taker, make) -> None:
    problem = Problem("broken", "It is broken.")
    make(Failing(problem, None, problem), 0.001).start()
    qtbot.waitUntil(lambda: len(taker.readings) >= 2)
    assert taker.problems == [problem, problem]
    assert not taker.bugs


def test_a_bug_is_handed_on_with_its_traceback_logged_and_it_asks_more_slowly(
    qtbot, taker, make, turns, caplog, monkeypatch
) -> None:
    monkeypatch.setattr(poller_module, "AFTER_BUG", 50.0)
    poller = make(Failing(ZeroDivisionError("by none")), 0.01)
    poller.start()
    qtbot.waitUntil(lambda: len(taker.bugs) == 1)
    assert taker.bugs[0].summary == "ZeroDivisionError: by none"
    assert "in answer" in taker.bugs[0].report
    assert "by none" in caplog.text
    turns(5)
    assert not taker.readings
    poller.ask_now()  # The user may ask at once.
    qtbot.waitUntil(lambda: len(taker.readings) == 1)


def test_it_stops_when_it_never_started(make) -> None:
    poller = make(Counting(), 1.0)
    poller.quit()
    assert poller.wait(0)


def test_it_stops_while_it_waits_for_its_next_turn(qtbot, taker, make) -> None:
    poller = make(Counting(), NEVER)
    poller.start()
    qtbot.waitUntil(lambda: bool(taker.readings))
    poller.quit()
    assert poller.wait(1000)


def test_it_stops_when_paused_and_stopping_twice_is_one(qtbot, taker, make) -> None:
    poller = make(Counting(), 0.01)
    poller.start()
    poller.pause()
    for _time in range(2):
        poller.quit()
        assert poller.wait(1000)


def test_while_a_reading_blocks_it_says_so_and_stops_when_the_reading_ends(
    qtbot, make, turns
) -> None:
    probe = Gate()
    poller = make(probe, 0.01)
    poller.start()
    qtbot.waitUntil(probe.entered.is_set)
    poller.quit()
    assert not poller.wait(20)
    probe.open.set()
    assert poller.wait(5000)
    turns(3)
    assert probe.asked == 1


def test_once_stopped_it_starts_no_more(make, turns) -> None:
    probe = Counting()
    poller = make(probe, 0.01)
    poller.start()
    poller.quit()
    assert poller.wait(5000)
    asked = probe.asked
    poller.start()
    poller.ask_now()
    turns(3)
    assert probe.asked == asked
    assert not poller.running


def test_a_reading_keeps_its_references_to_none(qtbot, taker, make) -> None:
    """PySide6 6.12.0 below Python 3.12 drops one with each call (PYSIDE-3474)."""
    before = sys.getrefcount(None)
    make(Counting(), 0.0).start()
    qtbot.waitUntil(lambda: len(taker.readings) >= 300)
    assert abs(sys.getrefcount(None) - before) < 250


# In a panel.


class SomePanel(PanelView):
    """A panel with two polls: one while it is watched, one always."""

    def __init__(self, context: Context, probe: Any, always: Any) -> None:
        super().__init__(context)
        self.readings: list[object] = []
        self.records: list[object] = []
        self.poller = self.poll(probe, 0.01, self._take)
        self.recorder = self.poll(always, 0.01, self._record, always=True)

    @Slot(object)
    def _take(self, reading: object) -> None:
        self.readings.append(reading)

    @Slot(object)
    def _record(self, reading: object) -> None:
        self.records.append(reading)


@pytest.fixture
def shell() -> Iterator[FakeShell]:
    shell = FakeShell()
    yield shell
    shell.stop()


@pytest.fixture
def panel(qtbot, look, shell: FakeShell) -> Callable[..., SomePanel]:
    def make(probe: Any, always: Any = None, tempo: float = 1.0) -> SomePanel:
        context = Context(Host(), Reader(), Settings(None), shell, tempo)
        made = SomePanel(context, probe, always or Counting())
        shell.views.append(made)
        qtbot.addWidget(made)
        return made

    return make


def bar_text(panel: QWidget) -> str:
    return panel.problems.findChild(QLabel).text() if panel.problems.isVisible() else ""


def test_a_panel_asks_while_it_is_shown_and_one_poll_always(qtbot, panel) -> None:
    view = panel(probe := Counting())
    qtbot.waitUntil(lambda: len(view.records) >= 3)
    assert not probe.asked
    view.show()
    qtbot.waitUntil(lambda: len(view.readings) >= 3)
    view.hide()
    assert not view.poller.running
    assert view.recorder.running
    records = len(view.records)
    qtbot.waitUntil(lambda: len(view.records) >= records + 3)


def test_a_tempo_makes_all_polls_of_a_panel_faster(qtbot, panel) -> None:
    view = panel(Counting(), tempo=20.0)
    assert view.poller._every == pytest.approx(0.0005)


def test_a_problem_stands_in_the_bar_until_the_same_poll_works_again(qtbot, panel) -> None:
    view = panel(Failing(Problem("p", "The disk is away.", "Bring it back.")))
    view.poller.set_every(NEVER)
    view.show()
    qtbot.waitUntil(lambda: bar_text(view) != "")
    assert bar_text(view) == "The disk is away. Bring it back."
    records = len(view.records)
    qtbot.waitUntil(lambda: len(view.records) > records + 2)  # Another poll takes nothing back.
    assert bar_text(view)
    view.poller.ask_now()
    qtbot.waitUntil(lambda: bar_text(view) == "")


def test_a_bug_stands_in_the_bar_as_one_and_the_panel_lives_on(qtbot, panel) -> None:
    view = panel(Failing(KeyError("pid")))
    view.show()
    qtbot.waitUntil(lambda: "KeyError: 'pid'" in bar_text(view))
    assert "bug" in bar_text(view)
    records = len(view.records)
    qtbot.waitUntil(lambda: len(view.records) > records)
