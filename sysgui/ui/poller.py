"""Readings without a stall: a probe in a thread of its own, asked by the window, one at a time."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, QTimer, Signal, Slot

from sysgui.system.panel import Probe
from sysgui.system.problem import Problem

log = logging.getLogger(__name__)

# After a bug, asking again at once would fail again: the rhythm is this many times slower.
AFTER_BUG = 5.0


@dataclass(frozen=True, slots=True)
class Bug:
    """An exception that is no `Problem`, with the report that a developer needs."""

    summary: str
    report: str


class _Worker(QObject):
    """Lives in the poller's thread and takes one reading each time it is asked."""

    answered = Signal(object)

    def __init__(self, probe: Probe) -> None:
        super().__init__()
        self._probe = probe

    @Slot(object)
    def take(self, arguments: dict[str, Any]) -> None:
        """Takes one reading and always answers, or polling would stall."""
        try:
            answer = self._probe.read(**arguments)
        except Problem as problem:
            answer = problem
        except Exception as error:  # noqa: BLE001 - the one place: a bug must reach the window
            answer = Bug(f"{type(error).__name__}: {error}", traceback.format_exc())
        self.answered.emit(answer)


class Poller(QObject):
    """Asks a probe for a reading, waits for it, and asks again after the interval.

    At most one reading is under way: a slow one slows the rhythm and none pile up.

    Args:
        parent: Owns the poller.
        probe: Is read in the poller's thread, never in the window's.
        every: Seconds from one question to the next.
        interrupt: Makes a reading under way end, however long it would take; called by `quit`.

    Signals:
        reading: A snapshot.
        problem: A `Problem` that the probe raised.
        bug: A `Bug`.
    """

    reading = Signal(object)
    problem = Signal(object)
    bug = Signal(object)
    _asked = Signal(object)

    def __init__(
        self,
        parent: QObject,
        probe: Probe,
        every: float,
        interrupt: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(type(probe).__name__)
        self._every = every
        self._interrupt = interrupt
        self._arguments: Callable[[], dict[str, Any]] = dict
        self._running = False
        self._waiting = False
        self._again = False
        self._thread = QThread(self)
        self._thread.setObjectName(f"poller {self.objectName()}")
        self._worker: _Worker | None = _Worker(probe)
        self._worker.moveToThread(self._thread)
        self._asked.connect(self._worker.take)
        self._worker.answered.connect(self._take_answer)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        self._deadline = QDeadlineTimer()

    def with_arguments(self, arguments: Callable[[], dict[str, Any]]) -> None:
        """Sets what is asked with each question; called in the window's thread."""
        self._arguments = arguments

    def start(self) -> None:
        """Asks now, and then at every interval."""
        if self._running or self._worker is None:
            return
        self._running = True
        if not self._thread.isRunning():
            self._thread.start()
        self._ask()

    def pause(self) -> None:
        """Asks no more; a reading under way still arrives."""
        self._running = False
        self._timer.stop()

    def ask_now(self) -> None:
        """Asks at once, out of turn; while a reading is under way, right after it."""
        if not self._running:
            return
        self._again = True
        self._ask()

    def ask_once(self, **arguments: Any) -> bool:
        """Asks one question, paused or not; False while another is under way."""
        if self._waiting or self._worker is None:
            return False
        if not self._thread.isRunning():
            self._thread.start()
        self._waiting = True
        self._asked.emit(arguments)
        return True

    def set_every(self, seconds: float) -> None:
        """Changes the rhythm from the next question on."""
        self._every = seconds

    @property
    def running(self) -> bool:
        """Whether it asks."""
        return self._running

    @property
    def waiting(self) -> bool:
        """Whether a reading is under way."""
        return self._waiting

    @Slot()
    def _ask(self) -> None:
        if self._waiting or not self._running:
            return
        self._waiting = True
        self._again = False
        self._timer.stop()
        self._deadline.setRemainingTime(round(self._every * 1000))
        self._asked.emit(self._arguments())

    @Slot(object)
    def _take_answer(self, answer: object) -> None:
        self._waiting = False
        if isinstance(answer, Bug):
            self._deadline.setRemainingTime(round(self._every * 1000 * AFTER_BUG))
            log.error("%s\n%s", answer.summary, answer.report)
            self.bug.emit(answer)
        elif isinstance(answer, Problem):
            self.problem.emit(answer)
        else:
            self.reading.emit(answer)
        if self._again:
            self._ask()
        elif self._running:
            self._timer.start(max(0, self._deadline.remainingTime()))

    def quit(self) -> None:
        """Begins to stop for good: asks no more and lets the thread end."""
        self.pause()
        self._interrupt()
        self._thread.quit()

    def wait(self, milliseconds: int) -> bool:
        """Waits for the thread's end after `quit()`; False if it is still in a reading."""
        if not self._thread.wait(milliseconds):
            return False
        self._worker = None
        return True
