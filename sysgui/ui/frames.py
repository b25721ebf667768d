"""`--trace-frames`: each time the window stood still for more than a frame, and what caused it.

A frame is one turn of the event loop that had something to do: from its first event to going to
sleep again. A watching thread looks at what the window's thread is doing while a frame is too long.
"""

import logging
import sys
import threading
import time
from types import FrameType

from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QObject, Slot

log = logging.getLogger("sysgui.frames")

FRAME = 0.016

# Turns shorter than this painted nothing: they would only flatter the shares.
COUNTED = 0.001


class FrameTrace(QObject):
    """Measures the turns of the event loop of the thread that makes it.

    Args:
        parent: Owns it.

    Attributes:
        durations: Of each counted turn, in seconds.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.durations: list[float] = []
        self._awake_at: float | None = None
        self._cause = ""
        self._window_thread = threading.get_ident()
        self._woken = threading.Event()
        self._ended = False
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._awake)
        dispatcher.aboutToBlock.connect(self._asleep)
        # Glib's dispatcher does not say when it wakes: there the first event has to tell, and each
        # event costs a call. `--trace-frames` avoids it (QT_NO_GLIB).
        application = QCoreApplication.instance()
        if application is not None and "Glib" in str(dispatcher.metaObject().className()):
            application.installEventFilter(self)
        self._watcher = threading.Thread(target=self._watch, name="frames", daemon=True)
        self._watcher.start()

    def eventFilter(self, _watched: QObject, _event: QEvent) -> bool:
        """Sees each event before it is handled: the first one begins a turn."""
        if self._awake_at is None:
            self._begin()
        return False

    @Slot()
    def _awake(self) -> None:
        self._asleep()
        self._begin()

    def _begin(self) -> None:
        self._awake_at = time.perf_counter()
        self._woken.set()

    @Slot()
    def _asleep(self) -> None:
        if self._awake_at is None:
            return
        duration = time.perf_counter() - self._awake_at
        self._awake_at = None
        if duration >= COUNTED:
            self.durations.append(duration)
        if duration > FRAME:
            log.warning("stall of %.0f ms: %s", duration * 1000, self._cause or "not caught")
        self._cause = ""

    def _watch(self) -> None:
        """Notes where the window's thread is when a turn has taken longer than a frame."""
        while not self._ended:
            self._woken.wait()
            self._woken.clear()
            began = self._awake_at
            if began is None:
                continue
            time.sleep(max(0.0, began + FRAME - time.perf_counter()))
            if self._awake_at == began and not self._cause:
                self._cause = _where(sys._current_frames().get(self._window_thread))

    def begin(self) -> None:
        """Counts from now on: what came before was the start."""
        self.durations.clear()

    def summary(self) -> str:
        """Returns how many frames there were, and how many were too long."""
        count = len(self.durations) or 1
        late = sum(duration > FRAME for duration in self.durations)
        worst = max(self.durations, default=0.0)
        return (
            f"{len(self.durations)} frames, {100 * (1 - late / count):.2f} % within 16 ms, "
            f"worst {worst * 1000:.1f} ms"
        )

    def stop(self) -> None:
        """Ends the measurement and logs the summary."""
        if not self._ended:
            self._ended = True
            application = QCoreApplication.instance()
            if application is not None:
                application.removeEventFilter(self)
            self._woken.set()
            self._watcher.join()
            log.warning("%s", self.summary())


def _where(frame: FrameType | None) -> str:
    """Returns the innermost lines of our own code in a stack.

    It looks at nothing else, and lets nobody else run meanwhile: a function that returned by then
    would leave what it holds to this thread, and a painter that ends here ends the program.
    """
    ours: list[tuple[str, str, int]] = []
    while frame is not None:
        ours.append((frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno))
        frame = frame.f_back
    lines = [
        f"{name} ({path.rpartition('sysgui/')[2]}:{line})"
        for path, name, line in reversed(ours)
        if "sysgui" in path
    ]
    return " > ".join(lines[-4:])
