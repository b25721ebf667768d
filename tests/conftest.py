"""Options and guards of all tests: no leaked threads, processes or descriptors, no warnings."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

TESTS = Path(__file__).parent

# What needs Qt, so that the rest can run where PySide6 is not installed.
NEEDS_QT = ("ui", "app", "bench", "machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sysgui")
    group.addoption("--machine", default="bookworm", choices=["bookworm", "trixie"])
    group.addoption("--long", action="store_true", help="also run soaks, floods and kill points")
    group.addoption("--bench", action="store_true", help="run the benchmarks and print the table")
    group.addoption("--without-qt", action="store_true", help="only what must work without PySide6")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


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
    if config.getoption("--bench"):
        kept = [item for item in items if item.path.is_relative_to(TESTS / "bench")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        if long:
            config.hook.pytest_deselected(items=long)
            items[:] = [item for item in items if item not in long]


def _open_files() -> dict[int, str]:
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            continue  # The descriptor that listed them.
    return found


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process or a descriptor behind."""
    if "machine" in request.node.path.parts:
        yield  # The machine is booted in the first test and halted after the last.
        return
    threads = set(threading.enumerate())
    children = set(psutil.Process().children(recursive=True))
    files = _open_files()
    yield
    left = [t.name for t in threading.enumerate() if t not in threads and t.is_alive()]
    assert not left, f"threads left: {left}"
    processes = [p for p in psutil.Process().children(recursive=True) if p not in children]
    assert not processes, f"processes left: {processes}"
    opened = {
        fd: target
        for fd, target in _open_files().items()
        if files.get(fd) != target and _matters(target)
    }
    assert not opened, f"descriptors left: {opened}"


def _matters(target: str) -> bool:
    # Qt and glib open these once for the whole process, whenever they first need them.
    shared = ("anon_inode:[event", "/memfd:", "/dev/null", "/usr/share/", "/var/cache/fontconfig")
    return not target.startswith(shared)
