"""Who is left behind by a test: threads, child processes, descriptors, and who started them."""

import gc
import os
import sys
import threading
import time
import traceback
import weakref
from pathlib import Path
from typing import Any

import psutil

# What is just ending may take this long to be gone, in seconds.
PATIENCE = 2.0

# Threads that libraries start once for the whole process, whenever they first need them.
LIBRARY_THREADS = (
    "Thread (pooled)",
    "QDBus",
    "gmain",
    "gdbus",
    "pool-",
    "dconf",
    "QXcbEventQueue",
    "WaylandEvent",
)

# Qt and glib open these once for the whole process, whenever they first need them.
LIBRARY_FILES = (
    "anon_inode:[event",
    "/memfd:",
    "/dev/null",
    "/dev/urandom",
    "/usr/share/",
    "/var/cache/fontconfig",
)

_qthreads: list[tuple["weakref.ref[Any]", str]] = []


def watch_qthreads() -> None:
    """Notes from now on where each QThread is started; nothing where Qt is not installed."""
    try:
        from PySide6.QtCore import QThread
    except ImportError:
        return
    start = QThread.start
    if getattr(start, "watched", False):
        return

    def watched(thread: QThread, *arguments: Any) -> None:
        stack = "".join(traceback.format_stack(sys._getframe(1), limit=8))
        _qthreads.append((weakref.ref(thread), stack))
        start(thread, *arguments)

    watched.watched = True  # type: ignore[attr-defined]
    QThread.start = watched  # type: ignore[method-assign]


class Census:
    """Threads, children and descriptors as they are now; `left` tells what came and stayed."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._tasks = set(_tasks())
        self._children = set(_children())
        self._files = _files()
        _qthreads.clear()

    def left(self) -> list[str]:
        """Returns what is left since then, and makes away with it for the sake of other tests."""
        _delete_later_is_now()
        return [
            *self._left_qthreads(),
            *self._left_threads(),
            *self._left_tasks(),
            *self._left_children(),
            *self._left_files(),
        ]

    @staticmethod
    def _left_qthreads() -> list[str]:
        if not _qthreads:
            return []
        import shiboken6

        left = []
        for reference, stack in _qthreads:
            thread = reference()
            if thread is None or not shiboken6.isValid(thread) or not thread.isRunning():
                continue
            thread.quit()
            ended = thread.wait(round(PATIENCE * 1000))
            how = "" if ended else " and does not end"
            left.append(f"QThread “{thread.objectName()}” runs{how}; started at\n{stack}")
        _qthreads.clear()
        return left

    def _left_threads(self) -> list[str]:
        new = [thread for thread in threading.enumerate() if thread not in self._threads]
        for thread in new:
            thread.join(PATIENCE)
        return [f"thread “{thread.name}”" for thread in new if thread.is_alive()]

    def _left_tasks(self) -> list[str]:
        """Native threads, told by their names: those of libraries have the program's own."""
        own = Path("/proc/self/comm").read_text()
        deadline = time.monotonic() + PATIENCE
        while True:
            left = [
                name
                for task, name in _tasks().items()
                if task not in self._tasks and name != own and not name.startswith(LIBRARY_THREADS)
            ]
            if not left or time.monotonic() > deadline:
                return [f"native thread “{name.strip()}”" for name in left]
            time.sleep(0.01)

    def _left_children(self) -> list[str]:
        new = [child for child in _children() if child not in self._children]
        _gone, alive = psutil.wait_procs(new, timeout=PATIENCE if new else 0)
        for child in alive:
            child.kill()
        psutil.wait_procs(alive, timeout=PATIENCE)
        return [f"process {child}" for child in alive]

    def _left_files(self) -> list[str]:
        left = self._new_files()
        if left:
            gc.collect()
            left = self._new_files()
        return [f"descriptor {fd}: {target}" for fd, target in left.items()]

    def _new_files(self) -> dict[int, str]:
        return {
            fd: target
            for fd, target in _files().items()
            if self._files.get(fd) != target and not target.startswith(LIBRARY_FILES)
        }


def _tasks() -> dict[str, str]:
    found = {}
    for task in os.listdir("/proc/self/task"):
        try:
            found[task] = Path(f"/proc/self/task/{task}/comm").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has just ended.
    return found


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _files() -> dict[int, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue  # The descriptor that listed them.
    return found


def _delete_later_is_now() -> None:
    """Deletes what Qt was asked to delete later: no event loop of a test comes to it."""
    if "PySide6.QtCore" not in sys.modules:
        return
    from PySide6.QtCore import QCoreApplication, QEvent

    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
