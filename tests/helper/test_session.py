"""One operation from the request to the last frame: audited, as previewed, or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper import audit, session, wire
from sysgui.helper.operation import Operation
from sysgui.helper.refusal import Refusal

from .rig import (
    PATIENCE,
    Box,
    Caller,
    Journal,
    acts,
    agreed,
    argv,
    asked,
    boxes,
    code_of,
    contents,
    digest,
    outcome,
)

# What is done


def test_what_was_agreed_to_is_done(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    given = asked(["a", "c"], width=3)
    assert agreed(caller, boxes(files, log), given) == "done"
    assert contents(files) == ["done", "b", "done"]
    plan, *items = caller.frames()
    assert plan["frame"] == "plan"
    assert plan["items"] == [{"target": "a", "content": "a"}, {"target": "c", "content": "c"}]
    assert items == [
        {"frame": "item", "target": "a", "code": "done"},
        {"frame": "item", "target": "c", "code": "done"},
    ]


def test_all_that_was_bound_is_let_go_of(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    agreed(caller, boxes(files, log), asked(["a", "b"]))
    # Once for the digest that the test computes, once for the session.
    assert log.count("close a") == log.count("bind a") == 2
    assert log[-4:] == ["act a", "act b", "close b", "close a"]


def test_facts_are_told_as_they_come(caller: Caller, journal: Journal) -> None:
    read = [{"a": 1}, {"b": "é"}]
    operation = reading(lambda: iter(read))
    caller.say(asked())
    assert outcome(caller, operation, asked()) == "done"
    assert caller.frames() == [{"frame": "data", "facts": facts} for facts in read]
    assert journal.results() == ["", "done"]


def test_a_stream_is_told_apart(caller: Caller, journal: Journal) -> None:
    operation = reading(lambda: iter([{"a": 1}]))._replace(stream=True)
    caller.say(asked())
    assert outcome(caller, operation, asked()) == "done"
    assert caller.frames() == [{"frame": "piece", "facts": {"a": 1}}]


def reading(read: Callable[[], Iterator[Any]]) -> Operation:
    return Operation("box-look", "", "", None, {}, read=lambda _session, _request: read())


# The journal


def test_the_journal_has_who_did_what_to_what_and_how_it_went(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    operation, given = boxes(files, log), asked(["a"], colour="red")
    planned = digest(operation, given)
    agreed(caller, operation, given)
    begin, end = journal.entries()
    both = {
        "MESSAGE_ID": audit.MESSAGE_ID,
        "SYSLOG_IDENTIFIER": "sysgui-helper",
        "PRIORITY": "5",
        "SYSGUI_OPERATION": "box-open",
        "SYSGUI_TARGETS": "colour=red a",
        "SYSGUI_CALLER_UID": "1000",
        "SYSGUI_REQUEST": "r1",
    }
    assert begin == {**both, "MESSAGE": "box-open for uid 1000: begin"}
    assert end.pop("SYSGUI_DURATION_MS").isdigit()
    assert end == {
        **both,
        "MESSAGE": "box-open for uid 1000: done",
        "SYSGUI_RESULT": "done",
        "SYSGUI_PLAN_SHA256": planned,
    }


def test_the_duration_is_that_of_the_whole(
    caller: Caller, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock:
        now = 10.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()

    def slow() -> Iterator[Any]:
        clock.now += 1.5
        yield {}

    monkeypatch.setattr(session, "time", clock)
    caller.say(asked())
    outcome(caller, reading(slow), asked())
    assert journal.entries()[1]["SYSGUI_DURATION_MS"] == "1500"


def test_without_a_journal_nothing_is_done(
    caller: Caller, files: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SOCKET", str(files / "none"))
    given = asked(["a"])
    caller.say(given, {"apply": "x"})
    assert outcome(caller, boxes(files, log), given) == "no-audit"
    assert log == []
    assert caller.frames() == []


def test_without_a_journal_nothing_is_read(
    caller: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SOCKET", str(tmp_path / "none"))
    caller.say(asked())
    assert outcome(caller, reading(lambda: iter([{"a": 1}])), asked()) == "no-audit"
    assert caller.frames() == []


@pytest.mark.parametrize(("content", "became"), [("a", "done"), ("protected", "protected")])
def test_a_journal_that_goes_meanwhile_is_missed(
    caller: Caller, journal: Journal, files: Path, log: list[str], content: str, became: str
) -> None:
    class Silencing(Box):
        def act(self) -> None:
            os.unlink(journal.path)
            super().act()

    (files / "a").write_text(content)
    operation, given = boxes(files, log, kind=Silencing), asked(["a"])
    caller.say(given, {"apply": digest(operation, given)})
    with pytest.raises(Refusal) as caught:
        caller.session().run(operation, argv(operation, given))
    assert (caught.value.code, caught.value.field) == ("audit-lost", became)
    assert journal.results() == [""]


def test_what_was_not_authenticated_gets_no_entry(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    given = asked(["a"])
    caller.say(given)
    assert outcome(caller, boxes(files, log), given, ["b"]) == "mismatch"
    assert journal.raw() == []
    assert log == []


# What is not done


def test_a_request_that_does_not_come_is_none(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    caller.end(caller.ours_in)
    assert outcome(caller, boxes(files, log), asked(["a"])) == "input"
    assert journal.raw() == []


@pytest.mark.parametrize("last", [b"", b'{"apply": "'])
def test_who_goes_after_the_preview_has_cancelled(
    caller: Caller, journal: Journal, files: Path, log: list[str], last: bytes
) -> None:
    given = asked(["a", "b"])
    caller.say(given)
    os.write(caller.ours_in, last)
    caller.end(caller.ours_in)
    assert outcome(caller, boxes(files, log), given) == "cancelled"
    assert acts(log) == []
    assert log[-2:] == ["close b", "close a"]
    begin, end = journal.entries()
    assert "SYSGUI_RESULT" not in begin
    assert (end["SYSGUI_RESULT"], end["PRIORITY"]) == ("cancelled", "5")


def test_who_does_not_make_up_his_mind_is_not_waited_for_without_end(
    caller: Caller,
    journal: Journal,
    files: Path,
    log: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert session.APPLY_WITHIN == 5 * 60
    monkeypatch.setattr(session, "APPLY_WITHIN", 0.01)
    given = asked(["a"])
    caller.say(given)
    assert outcome(caller, boxes(files, log), given) == "timeout"
    assert acts(log) == []
    assert journal.results() == ["", "timeout"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"yes", "input"),
        (b" ", "input"),
        (b"[]", "input"),
        (b"{}", "input"),
        (b"null", "input"),
        (b'"DIGEST"', "input"),
        (b'{"Apply": "DIGEST"}', "input"),
        (b'{"apply": "DIGEST", "apply": "DIGEST"}', "input"),
        (b'{"apply": "DIGEST", "force": true}', "input"),
        (b'{"apply": "DIGEST"} {}', "input"),
        (b'{"apply": "DIGEST "}', "changed"),
        (b'{"apply": ["DIGEST"]}', "changed"),
        (b'{"apply": true}', "changed"),
        (b'{"apply": ""}', "changed"),
        (b'{"apply": "' + b"0" * 64 + b'"}', "changed"),
        (b'{"apply": "DIGEST"}', "done"),
        (b' {"apply" : "DIGEST"} \r', "done"),
    ],
)
def test_nothing_but_the_digest_that_was_previewed_is_consent(
    caller: Caller, journal: Journal, files: Path, log: list[str], answer: bytes, code: str
) -> None:
    operation, given = boxes(files, log), asked(["a"])
    caller.say(given, answer.replace(b"DIGEST", digest(operation, given).encode()))
    assert outcome(caller, operation, given) == code
    assert acts(log) == (["a"] if code == "done" else [])
    assert journal.results() == ["", code]


def test_consent_to_other_arguments_is_none(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    operation, given = boxes(files, log), asked(["a"], width=1)
    for other in (asked(["a"], width=2), asked(["a"]), asked(["a", "b"], width=1)):
        caller.say(given, {"apply": digest(operation, other)})
        other_caller = caller.session()
        assert code_of(other_caller.run, operation, argv(operation, given)) == "changed"
    assert acts(log) == []


def meanwhile(
    caller: Caller, operation: Operation, given: Any, change: Callable[[], object]
) -> str:
    """Agrees to what is previewed, but after something has changed."""
    codes: list[str] = []
    thread = threading.Thread(target=lambda: codes.append(outcome(caller, operation, given)))
    thread.start()
    caller.say(given)
    planned = wire.Input(caller.ours_out).line(PATIENCE)
    change()
    caller.say({"apply": wire.parse(planned)["digest"]})
    thread.join()
    return codes[0]


def test_what_changes_while_the_preview_is_read_is_not_acted_on(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    def change() -> None:
        (files / "b").write_text("other")

    assert meanwhile(caller, boxes(files, log), asked(["a", "b"]), change) == "changed"
    assert contents(files) == ["a", "other", "c"]
    assert journal.results() == ["", "changed"]


def test_what_goes_while_the_preview_is_read_is_not_acted_on(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    code = meanwhile(caller, boxes(files, log), asked(["a", "b"]), (files / "b").unlink)
    assert code == "gone"
    assert contents(files) == ["a", "c"]
    assert log[-2:] == ["close b", "close a"]


def test_what_is_not_there_is_not_previewed(
    caller: Caller, journal: Journal, files: Path, log: list[str]
) -> None:
    given = asked(["a", "x"])
    caller.say(given)
    with pytest.raises(Refusal) as caught:
        caller.session().run(boxes(files, log), ["a", "x"])
    assert (caught.value.code, caught.value.field) == ("gone", "x")
    assert caller.frames() == []
    assert journal.results() == ["", "gone"]
    assert journal.raw() == []
