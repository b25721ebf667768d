"""What was agreed to is done target by target, and of each it is said what became of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sysgui.helper.refusal import STATUS

from .rig import (
    Box,
    Caller,
    Journal,
    acts,
    agreed,
    asked,
    boxes,
    contents,
    digest,
    outcome,
)


def items(caller: Caller) -> list[tuple[str, str]]:
    """Returns what was said of each target, in order."""
    return [(frame["target"], frame["code"]) for frame in caller.frames()[1:]]


# What becomes of a target


def test_a_target_that_must_not_be_changed_does_not_stop_the_others(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    (files / "b").write_text("protected")
    assert agreed(caller, boxes(files, log), asked(["a", "b", "c"])) == "partly"
    assert contents(files) == ["done", "protected", "done"]
    assert items(caller) == [("a", "done"), ("b", "protected"), ("c", "done")]
    assert journal.results() == ["", "partly"]


def test_what_the_kernel_refuses_is_told_with_its_number(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    (files / "a").write_text("locked")
    assert agreed(caller, boxes(files, log), asked(["a"])) == "failed"
    assert caller.frames()[1:] == [{"frame": "item", "target": "a", "code": "failed", "errno": 1}]
    assert journal.entries()[1]["PRIORITY"] == "4"


def test_what_fails_without_a_number_has_none(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    class Numberless(Box):
        def act(self) -> None:
            raise OSError("no number")

    assert agreed(caller, boxes(files, log, kind=Numberless), asked(["a"])) == "failed"
    assert caller.frames()[1]["errno"] is None


CONTENT = {"a": "done", "protected": "protected", "locked": "failed"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["protected", "protected"])
@example(["locked", "protected"])
@given(st.lists(st.sampled_from(list(CONTENT)), min_size=1, max_size=5))
def test_all_together_are_what_each_is_or_else_partly_done(
    journal: Journal, files: Path, content: list[str]
) -> None:
    targets = ["abcde"[number] for number in range(len(content))]
    for target, each in zip(targets, content, strict=True):
        (files / target).write_text(each)
    caller = Caller()
    try:
        code = agreed(caller, boxes(files, []), asked(targets))
        became = [CONTENT[each] for each in content]
        assert items(caller) == list(zip(targets, became, strict=True))
    finally:
        caller.close()
    assert code == (became[0] if len(set(became)) == 1 else "partly")
    assert code in STATUS
    assert journal.results() == ["", code]


# A mistake of ours


def test_a_mistake_of_ours_stops_it_and_is_in_the_journal(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    (files / "b").write_text("broken")
    operation, given_ = boxes(files, log), asked(["a", "b", "c"])
    with pytest.raises(RuntimeError):
        agreed(caller, operation, given_)
    assert contents(files) == ["done", "broken", "c"]
    assert items(caller) == [("a", "done")]
    assert log[-3:] == ["close c", "close b", "close a"]
    _begin, end = journal.entries()
    assert (end["SYSGUI_RESULT"], end["PRIORITY"]) == ("internal", "4")


# Who does not want it any more


def ending(caller: Caller, *descriptors: str) -> type[Box]:
    """Returns a kind of boxes of which the second has its caller go while it is opened."""

    class Ending(Box):
        def act(self) -> None:
            super().act()
            if self._path.name == "b":
                for name in descriptors:
                    caller.end(getattr(caller, name))

    return Ending


def test_who_goes_before_anything_is_done_has_nothing_done(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    operation, given_ = boxes(files, log), asked(["a", "b"])
    caller.say(given_, {"apply": digest(operation, given_)})
    caller.end(caller.ours_in)
    assert outcome(caller, operation, given_) == "cancelled"
    assert acts(log) == []
    assert items(caller) == []
    assert journal.results() == ["", "cancelled"]


def test_who_goes_meanwhile_has_the_rest_left_alone(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    operation = boxes(files, log, kind=ending(caller, "ours_in"))
    assert agreed(caller, operation, asked(["a", "b", "c"])) == "partly"
    assert acts(log) == ["a", "b"]
    assert items(caller) == [("a", "done"), ("b", "done")]
    assert journal.results() == ["", "partly"]


def test_who_goes_during_the_last_one_has_all_done(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    operation = boxes(files, log, kind=ending(caller, "ours_in"))
    assert agreed(caller, operation, asked(["a", "b"])) == "done"
    assert journal.results() == ["", "done"]


def test_what_must_not_stay_half_done_is_done_to_its_end(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    operation, given_ = boxes(files, log, finish=True), asked(["a", "b", "c"])
    caller.say(given_, {"apply": digest(operation, given_)})
    caller.end(caller.ours_in)
    assert outcome(caller, operation, given_) == "done"
    assert acts(log) == ["a", "b", "c"]
    assert journal.results() == ["", "done"]


@pytest.mark.parametrize(
    ("finish", "code", "done"), [(True, "done", ["a", "b", "c"]), (False, "partly", ["a", "b"])]
)
@pytest.mark.parametrize("descriptors", [("ours_out",), ("ours_in", "ours_out")])
def test_that_nobody_reads_any_more_is_the_same(
    caller: Caller,
    journal: Journal,
    files: Path,
    log: list[str],
    descriptors: tuple[str, ...],
    finish: bool,
    code: str,
    done: list[str],
) -> None:
    operation = boxes(files, log, kind=ending(caller, *descriptors), finish=finish)
    assert agreed(caller, operation, asked(["a", "b", "c"])) == code
    assert acts(log) == done
    assert journal.results() == ["", code]


def test_nobody_who_does_not_read_the_preview_has_anything_done(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    caller.end(caller.ours_out)
    assert agreed(caller, boxes(files, log, finish=True), asked(["a"])) == "cancelled"
    assert acts(log) == []
    assert journal.results() == ["", "cancelled"]


def test_a_flood_meanwhile_stops_it(
    caller: Caller, journal: Journal, files: Path, log: list[str], monkeypatch: Any
) -> None:
    class Flooding(Box):
        def act(self) -> None:
            super().act()
            os.write(caller.ours_in, b"x" * 60_000)

    monkeypatch.setattr("sysgui.helper.wire.MOST_INPUT", 50_000)
    operation, given_ = boxes(files, log, kind=Flooding), asked(["a", "b"])
    caller.say(given_, {"apply": digest(operation, given_)})
    assert outcome(caller, operation, given_) == "partly"
    assert acts(log) == ["a"]
    assert journal.results() == ["", "partly"]
