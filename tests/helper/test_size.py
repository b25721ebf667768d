"""The program that runs as root is read in an hour, and is run by any system's Python."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .variant import SOURCES

CORE = sorted(SOURCES.glob("*.py"))
OPERATIONS = sorted((SOURCES / "operations").glob("*.py"))
FILES = CORE + OPERATIONS

# What Python has got since 3.9, and might be thought of here.
LATER_NAMES = {
    "aiter", "anext", "bit_count", "ExceptionGroup", "add_note",
    "ParamSpec", "Concatenate", "TypeAlias", "TypeGuard", "TypeVarTuple", "Unpack", "Self", "Never",
    "LiteralString", "Required", "NotRequired", "assert_never", "override", "NoneType", "UnionType",
    "eventfd", "splice", "login_tty", "unshare", "setns", "PIDFD_NONBLOCK", "process_cpu_count",
    "stdlib_module_names", "orig_argv", "tomllib", "pairwise", "batched", "aclosing", "StrEnum",
    "UTC", "file_digest", "walk_up", "full_match",
}  # fmt: skip
LATER_KEYWORDS = {"strict", "slots", "kw_only", "delete_on_close"}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_the_core_is_nine_hundred_lines_at_most() -> None:
    assert {"main.py", "start.py", "wire.py"} < {path.name for path in CORE}
    assert sum(map(lines, CORE)) <= 900


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
def test_a_file_of_operations_is_two_hundred_and_fifty_lines_at_most(path: Path) -> None:
    assert lines(path) <= 250


def test_there_are_no_files_but_these() -> None:
    assert sorted(SOURCES.rglob("*.py")) == sorted(FILES)


# Python 3.9


def old(text: str) -> ast.Module:
    return ast.parse(text, feature_version=(3, 9))


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yields what is evaluated at run time: all but annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from evaluated(child)


def is_type(node: ast.AST) -> bool:
    """Tells what can only be a type: None, a name in capitals and small letters, a built-in one."""
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, ast.Subscript):
        return is_type(node.value)
    name = ast.unparse(node).rpartition(".")[2]
    return name in {"str", "bytes", "int", "float", "bool", "list", "dict", "tuple", "set"} or (
        name.isidentifier() and name[0].isupper() and not name.isupper()
    )


def later(text: str) -> list[str]:
    """Returns what Python 3.9 has not."""
    try:
        tree = old(text)
    except SyntaxError as error:
        return [str(error)]
    nodes = list(evaluated(tree))
    found = [ast.unparse(node) for node in nodes if is_union(node)]
    found += {name for node in nodes for name in names(node)} & LATER_NAMES
    found += {node.arg for node in nodes if isinstance(node, ast.keyword)} & LATER_KEYWORDS
    if len(nodes) < len(list(ast.walk(tree))) and not postponed(tree):
        found.append("annotations that are evaluated")
    return [str(each) for each in found]


def postponed(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body
    )


def is_union(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.BitOr)
        and (is_type(node.left) or is_type(node.right))
    )


def names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.alias):
        return [node.name]
    if isinstance(node, ast.Name):
        return [node.id]
    return [node.attr] if isinstance(node, ast.Attribute) else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_python_3_9_runs_it(path: Path) -> None:
    assert later(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "match x:\n    case 1: pass",
        "try: pass\nexcept* OSError: pass",
        "def f(x: int) -> None: pass",
        "from __future__ import annotations\nText = str | None",
        "from __future__ import annotations\nText = list[str] | bytes",
        "from __future__ import annotations\nisinstance(x, Request | dict)",
        "zip(x, y, strict=True)",
        "from itertools import pairwise",
        "import tomllib",
        "import os\nos.unshare(0)",
    ],
)
def test_what_python_3_9_does_not_run_is_found(text: str) -> None:
    assert later(text)


def test_it_imports_nothing_but_the_standard_library_and_itself() -> None:
    for path in FILES:
        for node in ast.walk(old(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            for module in modules:
                top = module.partition(".")[0]
                # The program knows its package by the name that it has where it is installed.
                ours = path.name == "__main__.py" and top == "sysgui_helper"
                assert ours or top in sys.stdlib_module_names, (path, module)
