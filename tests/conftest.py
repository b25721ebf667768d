"""Options and guards of all tests: no leaked threads, processes or descriptors, no warnings."""

import importlib.util
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from leaks import Census, watch_qthreads

TESTS = Path(__file__).parent

# What needs Qt, or the tools that are installed with it, so that the rest can run without.
NEEDS_QT = ("ui", "app", "bench", "machine", "architecture", "installer")

# Files of tests of the machine that take minutes.
LONGEST = ("test_install.py", "test_package.py", "test_watch.py")

# How long a test waits at most for what the window shows, in milliseconds.
PATIENCE = 60_000


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sysgui")
    group.addoption("--machine", default="bookworm", choices=["bookworm", "trixie"])
    group.addoption("--long", action="store_true", help="also run soaks, floods and kill points")
    group.addoption("--bench", action="store_true", help="run the benchmarks and print the table")
    group.addoption("--without-qt", action="store_true", help="only what must work without PySide6")
    group.addoption("--with-qt", action="store_true", help="only what --without-qt leaves out")

    if importlib.util.find_spec("pytestqt") is None:
        # The settings of pytest-qt stand in pyproject.toml, and unknown ones are refused.
        for name in ("qt_api", "qt_log_ignore", "qt_log_level_fail"):
            parser.addini(name, "unused without pytest-qt")


def pytest_configure(config: pytest.Config) -> None:
    # A busy machine may take long for one example: that tells nothing of what is tried.
    hypothesis.settings.register_profile(
        "patient",
        parent=hypothesis.settings.default,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("patient")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    watch_qthreads()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if not collection_path.is_relative_to(TESTS):
        return None
    parts = collection_path.relative_to(TESTS).parts
    if config.getoption("--without-qt") and needs_qt(parts):
        return True
    if config.getoption("--with-qt") and collection_path.is_file() and not needs_qt(parts):
        return True
    if parts[:1] == ("bench",) and not config.getoption("--bench"):
        return True
    return None


def needs_qt(parts: tuple[str, ...]) -> bool:
    """Tells whether what lies there, beneath this directory, runs with PySide6 only."""
    return bool(parts) and (parts[0] in NEEDS_QT or parts[-1].startswith(("test_view", "test_qt")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: order(item.path))
    if config.getoption("--bench"):
        kept = [item for item in items if item.path.is_relative_to(TESTS / "bench")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        if long:
            config.hook.pytest_deselected(items=long)
            items[:] = [item for item in items if item not in long]


def order(path: Path) -> tuple[bool, bool]:
    """Tells which tests come later."""
    # The machine runs as a child of this process until the end: what counts children comes first.
    # Of its tests, what takes longest does, so that no worker is left alone with it.
    is_of_machine = path.is_relative_to(TESTS / "machine")
    return is_of_machine, is_of_machine and path.name not in LONGEST


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process or a descriptor behind."""
    if {"machine", "bench"} & set(request.node.path.parts):
        yield  # A machine, or a display, lives from the first such test to after the last.
        return
    census = Census()
    yield
    left = census.left()
    assert not left, "left behind:\n" + "\n".join(left)


@pytest.fixture
def qtbot(qtbot: Any) -> Any:
    """Waits as long as a busy machine may need for what comes at once on an idle one."""
    for name in ("waitUntil", "waitSignal", "waitSignals"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


@pytest.fixture
def look(qapp: Any) -> Iterator[Any]:
    """The theme, light at the start of each test: widgets ask it for their colours."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QWidget

    from sysgui.ui import theme

    # A click of a key with Ctrl holds that, for all that asks which keys are held, until the next.
    QTest.keyRelease(QWidget(), Qt.Key.Key_Control)
    installed = theme._theme[0] if theme._theme else theme.install(qapp)
    yield installed
    installed.fix("")


@pytest.fixture
def panel_context(look: Any) -> Iterator[Callable[..., Any]]:
    """Makes what a panel is given, and stops its threads and its child after the test."""
    from kit import FakeShell

    from sysgui.system.host import Host
    from sysgui.system.reader import Reader
    from sysgui.system.settings import Settings
    from sysgui.ui.panel import Context

    made: list[Context] = []

    def make(host: Any = None, tempo: float = 10.0, settings: Any = None) -> Context:
        host = host or Host()
        context = Context(host, Reader(host.root), settings or Settings(None), FakeShell(), tempo)
        made.append(context)
        return context

    yield make
    for context in made:
        context.reader.stop()
        context.shell.stop()
        context.reader.stop()  # Again: a child that was just starting was not waited for.
        for view in context.shell.views:
            view.close()
            view.deleteLater()
