"""The house's rules, checked: who may import whom, who may touch the machine, style and types."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "sysgui").rglob("*.py"))
TOOLS = Path(sys.executable).parent


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOLS / argv[0]), *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "argv",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("mypy", "--cache-dir=/dev/null"),
        ("lint-imports", "--no-cache"),
    ],
    ids=lambda argv: " ".join(argv[:2]),
)
def test_a_tool_finds_nothing(argv: tuple[str, ...]) -> None:
    done = run(*argv)
    assert done.returncode == 0, done.stdout + done.stderr


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "sysgui"))


def test_the_wildcards_of_the_contracts_match_something() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    patterns = [
        pattern
        for contract in contracts["contracts"]
        for key in ("source_modules", "modules")
        for pattern in contract.get(key, [])
        if "*" in pattern
    ]
    assert patterns
    for pattern in patterns:
        glob = pattern.replace(".", "/")
        assert list(ROOT.glob(f"{glob}.py")) or list(ROOT.glob(f"{glob}/__init__.py")), pattern


def test_only_the_graph_knows_pyqtgraph() -> None:
    users = {name(p) for p in SOURCES if any(i.startswith("pyqtgraph") for i in imported(tree(p)))}
    assert users <= {"ui/graph.py", "ui/lean_pyqtgraph.py"}


def test_only_the_bus_knows_jeepney_and_only_the_host_makes_a_bus() -> None:
    users = {name(p) for p in SOURCES if any(i.startswith("jeepney") for i in imported(tree(p)))}
    assert users == {"system/live_bus.py"}
    makers = {name(p) for p in SOURCES if "LiveBus(" in p.read_text()}
    assert makers == {"system/host.py"}


def test_only_the_poller_knows_threads_of_qt() -> None:
    users = {name(p) for p in SOURCES if "QThread" in p.read_text()}
    assert users == {"ui/poller.py"}


def test_manifests_import_neither_qt_nor_their_probes() -> None:
    for manifest in (ROOT / "sysgui" / "panels").glob("*/__init__.py"):
        top_level = {
            node.module or ""
            for node in tree(manifest).body
            if isinstance(node, ast.ImportFrom) and not node.level
        }
        allowed = ("sysgui.system.", "collections.abc")
        assert all(module.startswith(allowed) for module in top_level), manifest


@pytest.mark.parametrize("part", ["helper", "watch"])
def test_what_runs_as_root_needs_the_standard_library_only(part: str) -> None:
    paths = list((ROOT / "sysgui" / part).rglob("*.py"))
    assert len(paths) > 5
    for path in paths:
        for module in imported(tree(path)):
            top = module.split(".")[0]
            # Its own package, by the name that it has where it is installed.
            assert top in sys.stdlib_module_names or top == f"sysgui_{part}", path


SYSTEM_PATHS = ("/proc", "/sys", "/etc", "/var", "/run", "/dev")
OPENERS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "listdir", "scandir"}
STARTERS = {"system", "popen", "Popen", "check_output", "check_call", "fork", "execv", "execve",
            "posix_spawn", "QProcess", "startDetached"}  # fmt: skip


def test_only_the_host_starts_programs() -> None:
    for path in SOURCES:
        if name(path) == "system/host.py":
            continue
        # Annotations name the type of what the host has started; nothing may call it.
        calls = {
            ast.unparse(node.func).split(".")[-1]
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
        }
        # What runs as root starts programs of a fixed path, by this call only.
        root = name(path).startswith("helper/operations/") or name(path) == "watch/programs.py"
        allowed = {"posix_spawn"} if root else set()
        assert not STARTERS & calls - allowed, (path, STARTERS & calls)
        assert "subprocess.run" not in path.read_text(), path


def test_only_the_host_opens_files_of_the_system() -> None:
    """System paths are handed to a Host, never opened: no other opener sees such a constant."""
    for path in SOURCES:
        if name(path) == "system/host.py" or name(path).startswith(("helper/", "watch/")):
            continue  # These are programs of their own, and have their own few doors.
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            function = ast.unparse(node.func)
            if function.split(".")[-1] not in OPENERS or "host" in function:
                continue
            text = ast.unparse(node)
            assert not any(f"'{start}" in text for start in SYSTEM_PATHS), (path, text)


def test_broad_excepts_stand_only_where_they_may() -> None:
    allowed = {
        "helper/main.py",  # the outermost frame of the helper: nothing goes out but a code
        "cli.py",  # the outermost frame of the command line
        "system/reader.py",  # the same, in the child process
        "ui/poller.py",  # a bug must reach the window
        "ui/panel_stack.py",  # one broken panel must not take the others with it
        "system/panel.py",  # the same, for its manifest
    }
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                if caught in ("Exception", "BaseException", "everything"):
                    assert name(path) in allowed, (path, node.lineno)


def test_no_shell_is_ever_used() -> None:
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg == "shell":
                assert ast.unparse(node.value) != "True", path


def test_every_panel_has_its_twin_under_tests() -> None:
    panels = {p.parent.name for p in (ROOT / "sysgui" / "panels").glob("*/__init__.py")}
    twins = {p.name for p in (ROOT / "tests" / "panels").iterdir() if p.is_dir()}
    assert panels <= twins
