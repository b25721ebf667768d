"""Options and guards of all tests: no leaked threads, processes or descriptors, no warnings."""

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from leaks import Census, watch_qthreads

TESTS = Path(__file__).parent

# What needs Qt, so that the rest can run where PySide6 is not installed.
NEEDS_QT = ("ui", "app", "bench", "machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sysgui")
    group.addoption("--machine", default="bookworm", choices=["bookworm", "trixie"])
    group.addoption("--long", action="store_true", help="also run soaks, floods and kill points")
    group.addoption("--bench", action="store_true", help="run the benchmarks and print the table")
    group.addoption("--without-qt", action="store_true", help="only what must work without PySide6")

    if importlib.util.find_spec("pytestqt") is None:
        # The settings of pytest-qt stand in pyproject.toml, and unknown ones are refused.
        for name in ("qt_api", "qt_log_ignore", "qt_log_level_fail"):
            parser.addini(name, "unused without pytest-qt")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    watch_qthreads()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if not collection_path.is_relative_to(TESTS):
        return None
    parts = collection_path.relative_to(TESTS).parts
    if config.getoption("--without-qt") and (
        parts[:1] and (parts[0] in NEEDS_QT or parts[0] in ("architecture", "installer"))
    ):
        return True
    if config.getoption("--without-qt") and collection_path.name.startswith(
        ("test_view", "test_qt")
    ):
        return True
    if parts[:1] == ("bench",) and not config.getoption("--bench"):
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The machine runs as a child of this process until the end: what counts children comes first.
    items.sort(key=lambda item: item.path.is_relative_to(TESTS / "machine"))
    if config.getoption("--bench"):
        kept = [item for item in items if item.path.is_relative_to(TESTS / "bench")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        if long:
            config.hook.pytest_deselected(items=long)
            items[:] = [item for item in items if item not in long]


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
def look(qapp: Any) -> Iterator[Any]:
    """The theme, light at the start of each test: widgets ask it for their colours."""
    from sysgui.ui import theme

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
        for view in context.shell.views:
            view.close()
            view.deleteLater()
