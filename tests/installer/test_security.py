"""SECURITY.md tells of every operation and every class of mistakes what is, and how it is known."""

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text()
POLICY = ROOT / "resources/polkit/org.sysgui.policy"


def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("security", ROOT / "installer/security.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SECURITY = program()


def table(name: str) -> list[list[str]]:
    """Returns the cells of a generated table, without its head."""
    text = TEXT.partition(f"<!-- {name}:begin -->")[2].partition(f"<!-- {name}:end -->")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_committed_tables_are_those_that_the_program_makes() -> None:
    assert SECURITY.made(TEXT) == TEXT
    assert SECURITY.made(SECURITY.made(TEXT)) == TEXT


def test_every_test_that_is_named_exists() -> None:
    named = list(SECURITY.named())
    assert len(named) > 20
    for path, name in named:
        assert name in functions(path), f"{path}: {name}"
    told = functions(ROOT / "tests/helper/test_classes.py")
    checks = {check for row in table("classes") for check in re.findall(r"`(\w+)`", row[2])}
    assert checks
    assert checks <= told


def test_every_file_that_is_named_exists() -> None:
    places = (ROOT, ROOT / "tests", ROOT / "tests/helper", ROOT / "sysgui/helper")
    written = re.findall(r"`([\w./]+\.(?:py|md))`|(\w+/test_\w+\.py):", TEXT)
    names = {one or other for one, other in written}
    assert {"refusal.py", "installer/security.py", "helper/test_file.py"} <= names
    for name in names:
        assert any((place / name).exists() for place in places), name


def test_each_action_of_the_policy_is_told_with_its_defaults() -> None:
    told = {}
    for row in table("operations"):
        _name, action, asked = row[0].split("<br>")
        told[action.strip("`")] = asked.split("`")[1]
    actions = ET.parse(POLICY).getroot().iter("action")
    assert told == {
        action.get("id"): action.findtext("defaults/allow_active") for action in actions
    }


def test_each_class_of_mistakes_has_a_rule_and_is_tried_or_cannot_be() -> None:
    rows = table("classes")
    assert [int(row[0]) for row in rows] == list(range(1, 28))
    for _number, rule, tried in rows:
        assert rule
        assert tried.startswith(("`", "cannot be: "))


def test_what_the_grammars_accept_is_told() -> None:
    takes = {row[0].split("`")[1]: row[1].split("<br>") for row in table("operations")}
    assert takes["self-check"] == ["nothing"]
    assert "`nice`: -20 to 19" in takes["process-adjust"]
    assert "`oom`: -1000 to 1000" in takes["process-adjust"]
    assert "`signal`: `TERM`, `KILL`, `INT`, `HUP`, `STOP`, `CONT`" in takes["process-signal"]
    assert "`length`: 1 to 2^62" in takes["file-read"]


def test_a_grammar_that_nobody_can_describe_is_none() -> None:
    def grammar(value: object) -> object:
        return value

    with pytest.raises(ValueError, match="nobody knows"):
        SECURITY.accepts(grammar, [])


def test_the_journals_entries_are_found_as_it_says() -> None:
    from sysgui.helper.audit import MESSAGE_ID

    assert f"MESSAGE_ID={MESSAGE_ID}" in TEXT
