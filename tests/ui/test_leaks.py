"""The guard itself: what a test leaves behind is found, named, and traced to its start."""

import os
import subprocess
import threading

from leaks import Census
from PySide6.QtCore import QThread


def test_nothing_is_found_where_nothing_is_left(qtbot) -> None:
    census = Census()
    thread = QThread()
    thread.start()
    thread.quit()
    thread.wait()
    assert census.left() == []


def test_a_running_qthread_is_found_and_traced_to_where_it_was_started(qtbot) -> None:
    census = Census()
    thread = QThread()
    thread.setObjectName("forgotten")
    thread.start()
    [left] = census.left()
    assert "forgotten" in left
    assert "test_leaks.py" in left
    assert thread.isFinished()  # so that it does not take the other tests with it


def test_a_thread_of_python_that_ends_soon_is_no_leak_and_one_that_stays_is(monkeypatch) -> None:
    monkeypatch.setattr("leaks.PATIENCE", 0.2)
    census = Census()
    end = threading.Event()
    stays = threading.Thread(target=end.wait, name="stays")
    ends = threading.Thread(target=lambda: None, name="ends")
    stays.start()
    ends.start()
    found = census.left()
    end.set()
    stays.join()
    assert found == ["thread “stays”"]


def test_a_child_and_a_descriptor_are_found(monkeypatch) -> None:
    monkeypatch.setattr("leaks.PATIENCE", 0.2)
    census = Census()
    reading, writing = os.pipe()
    with subprocess.Popen(["/bin/sleep", "100"]) as child:
        found = census.left()
    os.close(reading)
    os.close(writing)
    assert sum(str(child.pid) in line for line in found) == 1
    assert sum("pipe:" in line for line in found) == 2
