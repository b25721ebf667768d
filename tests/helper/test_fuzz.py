"""Whatever the helper is fed, it answers, and does nothing but what is listed."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.helper.operation import Operation
from sysgui.helper.refusal import STATUS
from sysgui.helper.table import TABLE

from .fuzz import ALLOWED, EXAMPLES, VALUES, Stage, changed, seeds, tokens
from .rig import CHECKOUT, Journal, argv
from .test_operation import JSON, requests
from .variant import Fault, Variant

RUNS = 50_000


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage().set() as opened:
        yield opened


def start(given: Any, words: list[str], answer: str = "DIGEST") -> bytes:
    """Returns an input as the fuzzer has them."""
    lines = [json.dumps(given).encode(), json.dumps({"apply": answer}).encode()]
    return b"\n".join([*lines, "\0".join(words).encode("utf-8", "surrogateescape")])


# That all is covered


def test_what_an_operation_may_be_given_is_listed_and_there_are_examples() -> None:
    for name, operation in TABLE.items():
        takes = {*operation.arguments, *([""] if operation.target else [])}
        assert ALLOWED[name].keys() == takes
        assert {each for _targets, given in EXAMPLES[name] for each in given} == takes - {""}


def test_all_examples_are_taken_and_done(stage: Stage) -> None:
    taken = [seed for seed in seeds(TABLE) if stage.one(seed) == "done"]
    assert len(taken) == 2 * sum(len(EXAMPLES[name]) for name in TABLE)


# Of every operation, one by one


@pytest.mark.parametrize("operation", TABLE.values(), ids=TABLE)
@settings(max_examples=60)
@given(data=st.data())
def test_what_is_of_the_grammar_is_done_or_changed_meanwhile(
    stage: Stage, operation: Operation, data: st.DataObject
) -> None:
    _operation, given_ = data.draw(requests(st.just(operation)))
    words = [operation.name, *argv(operation, given_)]
    assert stage.one(start(given_, words)) == "done"
    assert stage.one(start(given_, [operation.name, "*"])) == "done"
    entry = stage.entries[0]
    assert all(word.encode() in entry for word in words)
    other = "done" if operation.read else "changed"
    assert stage.one(start(given_, words, "0" * 64)) == other
    assert not stage.done


@pytest.mark.parametrize("operation", TABLE.values(), ids=TABLE)
@settings(max_examples=150)
@given(data=st.data())
def test_anything_else_is_refused_with_a_code_or_is_listed(
    stage: Stage, operation: Operation, data: st.DataObject
) -> None:
    _operation, given_ = data.draw(requests(st.just(operation)))
    words = [operation.name, *argv(operation, given_)]
    anything = JSON | st.sampled_from(VALUES)
    where = data.draw(st.sampled_from(["whole", "word", *given_]))
    if where == "whole":
        given_ = data.draw(anything)
    elif where == "word":
        # An argument of a program has no NUL in it.
        word = st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"]))
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(word)
    else:
        broken(given_, where, data, anything)
    if data.draw(st.booleans()):
        words = [operation.name, "*"]
    assert stage.one(start(given_, words)) in STATUS  # And all that the stage itself looks at.


def broken(given_: dict[str, Any], where: str, data: st.DataObject, anything: Any) -> None:
    """Puts something else into a request, or into a list or an object in it."""
    inner = given_[where]
    if not inner or isinstance(inner, str) or data.draw(st.booleans()):
        given_[where] = data.draw(anything)
    else:
        place = data.draw(st.sampled_from(list(inner)))
        inner[place if isinstance(inner, dict) else inner.index(place)] = data.draw(anything)


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.sampled_from(seeds(TABLE)))
def test_nothing_that_differs_from_a_request_gets_through(
    stage: Stage, chance: Any, seed: bytes
) -> None:
    assert stage.one(changed(chance, seed, tokens(TABLE))) in STATUS


# The fuzzer

BOTH_WAYS = pytest.mark.parametrize("way", [[], ["--blind"]], ids=["guided", "blind"])


def fuzzed(*more: str) -> subprocess.CompletedProcess[str]:
    """Runs the fuzzer, which is guided where atheris is installed, unless it is told `--blind`."""
    command = [sys.executable, "-m", "tests.helper.fuzz", "--runs", str(RUNS), *more]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


@BOTH_WAYS
def test_the_fuzzer_finds_nothing(way: list[str]) -> None:
    done = fuzzed(*way)
    assert done.returncode == 0, done.stdout + done.stderr
    # There is an atheris for this kind of machine only.
    guide = "atheris" if platform.machine() == "x86_64" and not way else "chance"
    assert done.stdout.startswith(f"{RUNS} inputs by {guide}")
    assert ", no finding: " in done.stdout
    for code in ("done", "grammar", "input", "mismatch", "unknown-operation", "changed"):
        assert f"{code} " in done.stdout


MISTAKES = [
    Fault("operation.py", "if list(argv) != words + targets:",
          "if list(argv)[len(words):] != targets:"),
    Fault("grammar.py", "compiled.fullmatch(value)", "compiled.match(value)"),
    Fault("grammar.py", "type(value) is not int", "not isinstance(value, int)"),
    Fault("wire.py", "except ValueError as error:", "except KeyError as error:"),
    Fault("session.py", 'raise Refusal("changed")', "pass"),
    Fault("operations/process.py", "if level:", "if words:"),
]  # fmt: skip


@BOTH_WAYS
@pytest.mark.parametrize("fault", MISTAKES, ids=lambda fault: fault.sound)
def test_the_fuzzer_finds_a_mistake(
    tmp_path: Path, journal: Journal, fault: Fault, way: list[str]
) -> None:
    library = Variant(tmp_path / "libexec", journal, [fault]).library.parent
    done = fuzzed(*way, "--library", str(library))
    assert done.returncode != 0
    assert done.stdout.startswith("finding: ")
