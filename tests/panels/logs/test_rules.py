"""Rules for what stands out: what they find, what is refused, and how they are exchanged."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.rules import (
    COLORS,
    KINDS,
    Rule,
    RuleError,
    RuleSet,
    checked,
    compiled,
    read,
    read_file,
    written,
)
from sysgui.system.problem import Problem


def finds(text: str, rule: Rule) -> list[str]:
    pattern = compiled(rule)
    assert pattern is not None
    return [match[0] for match in pattern.finditer(text)]


def test_a_text_a_word_and_an_expression() -> None:
    line = "Cat concatenates cat(s) C.t"
    assert finds(line, Rule("cat")) == ["Cat", "cat", "cat"]
    assert finds(line, Rule("cat", case=True)) == ["cat", "cat"]
    assert finds(line, Rule("cat", kind="word")) == ["Cat", "cat"]
    assert finds(line, Rule("c.t")) == ["C.t"]
    assert finds(line, Rule("c.t", kind="expression")) == ["Cat", "cat", "cat", "C.t"]


@pytest.mark.parametrize(
    "rule",
    [Rule("(", kind="expression"), Rule(), Rule(level=8), Rule("x", level=-2), Rule("x" * 1001)],
)
def test_what_cannot_be_followed_is_said(rule: Rule) -> None:
    with pytest.raises(RuleError) as told:
        checked(rule)
    assert str(told.value).endswith(".")


RULES = st.builds(
    Rule,
    pattern=st.text(min_size=1, max_size=20),
    kind=st.sampled_from(["text", "word"]),
    case=st.booleans(),
    color=st.sampled_from(list(COLORS)),
    whole=st.booleans(),
    level=st.integers(-1, 7),
    enabled=st.booleans(),
)


@given(st.dictionaries(st.text(max_size=5), st.builds(RuleSet, st.lists(RULES, max_size=4))))
def test_what_is_exchanged_arrives(sets: dict[str, RuleSet]) -> None:
    assert read(written(sets)) == sets


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("", ""),
        ("[]", "object"),
        ('{"sysgui_log_rules": 2, "sets": {}}', "sysgui_log_rules"),
        ('{"sysgui_log_rules": 1}', "sets"),
        ('{"sysgui_log_rules": 1, "sets": {"": {"rules": [{"pattern": 1}]}}}', "pattern"),
        ('{"sysgui_log_rules": 1, "sets": {"": {"rules": [{"color": "#ff0000"}]}}}', "#ff0000"),
        ('{"sysgui_log_rules": 1, "sets": {"": {"rules": [{"colour": "good"}]}}}', "colour"),
        (
            '{"sysgui_log_rules": 1, "sets": {"syslog": {"rules": [{"level": 1}, {"level": 9}]}}}',
            "rule 2 for syslog",
        ),
        ("[" * 100_000, ""),
        ("\x00\xff", ""),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path: Path, file: str, named: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(file, encoding="latin-1")
    with pytest.raises(Problem) as told:
        read_file(path)
    assert told.value.code == "bad-rules"
    assert named in told.value.message
    assert told.value.hint


def test_what_is_no_file_of_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        read_file(tmp_path / "absent")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(Problem, match="too large"):
        read_file(tmp_path / "large")


def test_a_file_says_what_it_is() -> None:
    told = json.loads(written({"syslog": RuleSet([Rule("x")])}))
    assert told["sysgui_log_rules"] == 1
    assert told["sets"]["syslog"]["rules"][0]["pattern"] == "x"


def test_every_kind_is_one_that_a_rule_can_be() -> None:
    for kind in KINDS:
        checked(Rule("x", kind=kind))  # type: ignore[arg-type]
