"""A request is of the grammar, and is the one that was authenticated, or it is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sysgui.helper.operation import MOST_TARGETS, Operation, Request, Target
from sysgui.helper.operations.process import ADJUST, SIGNAL
from sysgui.helper.refusal import STATUS, Refusal
from sysgui.helper.table import TABLE

from .rig import argv, asked, boxes, code_of

BOXES = boxes(Path("/nonexistent"), [])


def refusal(operation: Operation, given: Any, words: Sequence[str] | None = None) -> Refusal:
    if words is None:
        words = argv(operation, given)
    with pytest.raises(Refusal) as caught:
        operation.check(given, words)
    return caught.value


# What is accepted


def test_a_request_is_what_was_asked_for() -> None:
    given = asked(["a", "b"], colour="red", width=-3)
    assert BOXES.check(given, ["width=-3", "colour=red", "a", "b"]) == Request(
        "r1", ["a", "b"], {"colour": "red", "width": -3}
    )
    assert BOXES.check(asked(["a"]), ["a"]) == Request("r1", ["a"], {})


def test_as_many_targets_as_may_be_are_accepted_and_one_more_is_not() -> None:
    targets = [first + second for first in "abcdef" for second in "abcdef"][: MOST_TARGETS + 1]
    assert len(set(targets)) == MOST_TARGETS + 1
    most = asked(targets[:-1])
    assert BOXES.check(most, argv(BOXES, most)).targets == targets[:-1]
    assert refusal(BOXES, asked(targets)).code == "grammar"


def test_an_operation_without_targets_takes_none() -> None:
    operation = TABLE["self-check"]
    assert operation.check(asked(), []) == Request("r1", [], {})
    assert refusal(operation, asked(["a"]), ["a"]).field == "targets"


# What is refused


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        "request",
        0,
        {},
        {"request": "r1"},
        {"request": "r1", "targets": []},
        {"request": "r1", "targets": ["a"], "arguments": {}, "more": 1},
        {"Request": "r1", "targets": ["a"], "arguments": {}},
    ],
)
def test_what_has_not_the_form_of_a_request_is_refused(given: Any) -> None:
    assert refusal(BOXES, given, ["a"]).code == "input"


@pytest.mark.parametrize(
    "identity", ["", "x" * 37, "a b", "a\n", "a-b", "\u0661", "é", None, 7, ["a"], True]
)
def test_the_name_of_a_request_is_short_and_of_letters_and_digits(identity: Any) -> None:
    found = refusal(BOXES, {**asked(["a"]), "request": identity}, ["a"])
    assert (found.code, found.field) == ("grammar", "request")


def test_a_uuid_is_a_name_of_a_request() -> None:
    for identity in ("0123456789abcdef" * 2, "x" * 36, "1"):
        given = {**asked(["a"]), "request": identity}
        assert BOXES.check(given, ["a"]).identity == identity


@pytest.mark.parametrize(
    "targets",
    [None, "a", {"a": 1}, 7, [], ["a", "a"], ["A"], [""], ["a\n"], ["-a"], [7], [None], [["a"]]],
)
def test_targets_are_some_different_ones_of_the_grammar(targets: Any) -> None:
    found = refusal(BOXES, {**asked(), "targets": targets}, ["a"])
    assert (found.code, found.field) == ("grammar", "targets")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (None, "arguments"),
        ([], "arguments"),
        ("width=1", "arguments"),
        ({"height": 1}, "arguments"),
        ({"width": 1, "Width": 1}, "arguments"),
        ({"width": "1"}, "width"),
        ({"width": 6}, "width"),
        ({"width": None}, "width"),
        ({"width": 1, "colour": "blue"}, "colour"),
        ({"colour": ["red"]}, "colour"),
    ],
)
def test_arguments_are_known_ones_of_the_grammar(arguments: Any, field: str) -> None:
    found = refusal(BOXES, {**asked(["a"]), "arguments": arguments}, ["a"])
    assert (found.code, found.field) == ("grammar", field)


def test_what_is_required_must_be_given() -> None:
    found = refusal(SIGNAL, asked(["7:1:x"]))
    assert (found.code, found.field) == ("grammar", "signal")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a"],
        ["width=1"],
        ["a", "width=1"],
        ["width=1", "a", "b"],
        ["width=1", "a", ""],
        ["width=1", "b"],
        ["width=01", "a"],
        ["width=+1", "a"],
        ["width=1 ", "a"],
        ["width= 1", "a"],
        ["Width=1", "a"],
        ["--width=1", "a"],
        ["width", "1", "a"],
        ["width=1", "width=1", "a"],
        ["width=1", "--", "a"],
        ["width=1", "A"],
        ["width=1a"],
        ["width=1 a"],
    ],
)
def test_what_was_authenticated_is_what_is_asked_for(words: list[str]) -> None:
    found = refusal(BOXES, asked(["a"], width=1), words)
    assert (found.code, found.field) == ("mismatch", "")


def test_the_order_of_targets_and_of_arguments_is_that_of_the_request_and_of_the_table() -> None:
    given = asked(["a", "b"], colour="red", width=1)
    good = ["width=1", "colour=red", "a", "b"]
    assert code_of(BOXES.check, given, good) == ""
    assert code_of(BOXES.check, given, ["colour=red", "width=1", "a", "b"]) == "mismatch"
    assert code_of(BOXES.check, given, ["width=1", "colour=red", "b", "a"]) == "mismatch"


# Of every operation


TARGETS = st.from_regex(
    re.compile(r"[1-9][0-9]{0,6}:[0-9]{1,12}:[A-Za-z0-9._+-]{0,15}"), fullmatch=True
)
PATHS = st.from_regex(
    re.compile(r"/var/log(/[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,15}){1,3}"), fullmatch=True
)
UNITS = st.from_regex(
    re.compile(r"[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,15}\.(service|swap)"), fullmatch=True
)
SERVICES = st.from_regex(
    re.compile(r"[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]{0,15}\.service"), fullmatch=True
)
SERVERS = st.from_regex(re.compile(r"[a-z0-9.]{1,20}:[1-9][0-9]{0,3}|\[::1\]:25"), fullmatch=True)
KINDS = {
    "file-read": PATHS,
    "unit-control": UNITS,
    "manager-reload": st.just("systemd"),
    "unit-write": UNITS,
    "watch-set": SERVICES,
    "watch-remove": SERVICES,
    "watch-mail": SERVERS | st.just("off"),
    "watch-test": SERVERS,
}
ARGUMENTS = {
    "signal": st.sampled_from(["TERM", "KILL", "INT", "HUP", "STOP", "CONT"]),
    "nice": st.integers(-20, 19),
    "io": st.sampled_from(["realtime:0", "best-effort:7", "idle"]),
    "affinity": st.lists(st.integers(0, 8191), min_size=1, max_size=20, unique=True).map(sorted),
    "oom": st.integers(-1000, 1000),
    "offset": st.integers(-(2**62), 2**62),
    "length": st.integers(1, 2**62),
    "follow": st.just("yes"),
    "verb": st.sampled_from(["start", "stop", "enable-now", "mask", "reset-failed"]),
    "place": st.sampled_from(["unit", "drop-in"]),
    "start": st.sampled_from(["yes", "no"]),
    "digest": st.from_regex(re.compile("[0-9a-f]{64}"), fullmatch=True),
    "texts": st.lists(st.sampled_from(["", "[Unit]\n", "X=ä\t1\n"]), min_size=1, max_size=4),
    "restart": st.sampled_from(["yes", "no"]),
    "always": st.sampled_from(["yes", "no"]),
    "mail": st.sampled_from(["yes", "no"]),
    "notify": st.sampled_from(["yes", "no"]),
    "grace": st.integers(0, 3600),
    "probe": st.sampled_from(["tcp", "http", "https", "file"]),
    "every": st.integers(1, 86400),
    "timeout": st.integers(1, 60),
    "tries": st.integers(1, 10),
    "address": st.sampled_from(["localhost", "::1", "127.0.0.1"]),
    "name": st.sampled_from(["localhost", "www.example.org"]),
    "port": st.integers(1, 65535),
    "path": st.sampled_from(["/", "/a%20b/c", "/a.txt"]),
    "status": st.integers(100, 599),
    "text": st.sampled_from(["ok", "%2Dall%20is%20well"]),
    "age": st.integers(1, 366 * 86400),
    "security": st.sampled_from(["starttls", "tls", "none"]),
    "user": st.sampled_from(["me", "me@example.org"]),
    "from": st.just("root@example.org"),
    "to": st.sampled_from(["a@b.org", "a@b.org,c@d.org"]),
    "password": st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1),
}


OPERATIONS = st.sampled_from(list(TABLE.values()))


@st.composite
def requests(
    draw: st.DrawFn, operations: st.SearchStrategy[Operation] = OPERATIONS
) -> tuple[Operation, dict[str, Any]]:
    """An operation of the table and a request that it takes."""
    operation = draw(operations)
    names = [
        name for name in operation.arguments if name in operation.required or draw(st.booleans())
    ]
    arguments = {name: draw(ARGUMENTS[name]) for name in draw(st.permutations(names))}
    if operation.some and not arguments:
        name = draw(st.sampled_from(list(operation.arguments)))
        arguments[name] = draw(ARGUMENTS[name])
    targets = []
    if operation.target is not None:
        kind = KINDS.get(operation.name, TARGETS)
        targets = draw(st.lists(kind, min_size=1, max_size=4, unique=True))
    return operation, asked(targets, **arguments)


@given(requests())
def test_what_is_of_the_grammar_and_was_authenticated_is_taken_as_it_is(
    request: tuple[Operation, dict[str, Any]],
) -> None:
    operation, given = request
    taken = operation.check(given, argv(operation, given))
    assert taken.identity == given["request"]
    assert taken.targets == given["targets"]
    assert taken.arguments == given["arguments"]


@settings(max_examples=300)
@given(requests(), st.data())
def test_a_command_line_that_differs_in_any_way_is_refused(
    request: tuple[Operation, dict[str, Any]], data: st.DataObject
) -> None:
    operation, given = request
    words = argv(operation, given)
    other = data.draw(st.lists(st.sampled_from(words), max_size=6) if words else st.just([]))
    other = data.draw(st.just(other) | st.permutations(words) | st.just(list(words)))
    if data.draw(st.booleans()):
        other.insert(data.draw(st.integers(0, len(other))), data.draw(st.text(max_size=8)))
    if other and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(other) - 1))
        cut = data.draw(st.integers(0, len(other[at])))
        other[at] = other[at][:cut] + data.draw(st.text(max_size=3)) + other[at][cut:]
    assume(other != words)
    assert code_of(operation.check, given, other) == "mismatch"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@settings(max_examples=300)
@given(requests(), st.data())
def test_nothing_but_a_value_of_the_grammar_comes_through(
    request: tuple[Operation, dict[str, Any]], data: st.DataObject
) -> None:
    operation, given = request
    where = data.draw(st.sampled_from(["request", "targets", "arguments", "target", "argument"]))
    if where == "target" and given["targets"]:
        given["targets"][0] = data.draw(JSON)
    elif where == "argument" and given["arguments"]:
        given["arguments"][data.draw(st.sampled_from(list(given["arguments"])))] = data.draw(JSON)
    else:
        given[where.rstrip("s") if where == "request" else f"{where.rstrip('s')}s"] = data.draw(
            JSON
        )
    try:
        words = argv(operation, given)
        taken = operation.check(given, words)
    except (Refusal, TypeError, KeyError, AttributeError):
        return  # The last three are of making a command line of what cannot have one.
    for target in taken.targets:
        assert operation.target is not None
        assert operation.target(target) == target
    for name, value in taken.arguments.items():
        assert operation.arguments[name](value) == value
    assert all(word.isascii() and word.isprintable() and word[0] != "-" for word in words)


# The table


def test_operations_are_known_by_their_names() -> None:
    for name, operation in TABLE.items():
        assert name == operation.name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert all(re.fullmatch(r"[a-z]+", argument) for argument in operation.arguments)
        assert set(operation.required) <= set(operation.arguments)


def test_an_operation_either_changes_something_or_reads() -> None:
    for operation in TABLE.values():
        assert (operation.bind is None) != (operation.read is None)
        assert (operation.bind is None) or operation.target is not None
        assert not (operation.keep and operation.bind), "kept for whatever arguments follow"


def test_an_adjustment_that_would_adjust_nothing_is_refused() -> None:
    found = refusal(ADJUST, asked(["7:1:x"]))
    assert (found.code, found.field) == ("grammar", "arguments")


def test_a_target_of_no_kind_does_nothing() -> None:
    nothing = Target()
    for call in (nothing.facts, nothing.act):
        with pytest.raises(NotImplementedError):
            call()
    nothing.close()


def test_a_refusal_has_an_exit_status_that_is_not_one_of_pkexec() -> None:
    for code, status in STATUS.items():
        assert Refusal(code).status == status
        assert status == 0 if code == "done" else 10 <= status <= 19
