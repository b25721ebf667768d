"""`--trace-frames`: a turn of the event loop that took too long is noticed, with its cause."""

import time

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from sysgui.ui.frames import FrameTrace


def sysgui_like_work() -> None:
    end = time.perf_counter() + 0.08
    while time.perf_counter() < end:
        pass


def test_a_stall_is_logged_and_the_summary_counts_it(qtbot, caplog) -> None:
    parent = QObject()
    trace = FrameTrace(parent)
    done: list[bool] = []
    QTimer.singleShot(5, lambda: (sysgui_like_work(), done.append(True)))
    qtbot.waitUntil(lambda: bool(done))
    QTimer.singleShot(5, lambda: done.append(True))
    qtbot.waitUntil(lambda: len(done) == 2)
    trace.stop()
    trace.stop()
    assert max(trace.durations) > 0.07
    assert "stall of" in caplog.text
    assert "within 16 ms" in caplog.text
    QCoreApplication.processEvents()


def test_a_quiet_trace_has_a_summary_too(qtbot) -> None:
    parent = QObject()
    trace = FrameTrace(parent)
    trace.stop()
    assert trace.summary().startswith("0 frames")
