"""A unit is written as it was agreed to, or everything is as it was before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from sysgui.helper.operation import Request
from sysgui.helper.operations import unit_file
from sysgui.helper.operations.unit_file import WRITE, digest, texts
from sysgui.helper.plan import Plan

from .rig import Caller, Journal, agreed, argv, asked, code_of, outcome
from .test_unit import World, world

__all__ = ["world"]

UNIT = "# Made by Sysgui\n[Service]\nExecStart=/bin/true\n"
LOGIND = {
    "LoadState": "loaded",
    "Names": "systemd-logind.service dbus-org.freedesktop.login1.service",
    "FragmentPath": "/usr/lib/systemd/system/systemd-logind.service",
}
OTHER = "[Service]\nExecStart=/bin/false\n"


@pytest.fixture
def etc(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where units stand; the fake systemctl knows of none but `web.service`."""
    place = tmp_path / "etc"
    place.mkdir()
    monkeypatch.setattr(unit_file, "UNITS", str(place))
    return place


def order(
    targets: Sequence[str], *found: str, place: str = "unit", start: str = "no", **more: Any
) -> dict[str, Any]:
    arguments = {"place": place, "start": start, "digest": digest(found), "texts": list(found)}
    return asked(targets, **{**arguments, **more})


def planned(given: dict[str, Any]) -> dict[str, Any]:
    plan = Plan(WRITE, Request("r1", given["targets"], given["arguments"]))
    plan.close()
    return dict(plan.facts[0])


def refused(given: dict[str, Any]) -> str:
    return code_of(planned, given)


def test_what_was_agreed_to_is_written_and_systemd_reads_it(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    assert agreed(caller, WRITE, order(["new.service"], UNIT)) == "done"
    assert (etc / "new.service").read_text() == UNIT
    assert (etc / "new.service").stat().st_mode & 0o7777 == 0o644
    assert world.words == [["daemon-reload"]]
    assert [path.name for path in etc.iterdir()] == ["new.service"]


def test_its_text_is_on_no_command_line_and_in_no_journal_but_its_digest(
    caller: Caller, journal: Journal, etc: Path
) -> None:
    given = order(["new.service"], UNIT)
    sha = hashlib.sha256(UNIT.encode()).hexdigest()
    assert argv(WRITE, given) == ["place=unit", "start=no", f"digest={sha}", "new.service"]
    agreed(caller, WRITE, given)
    for entry in journal.entries():
        assert "ExecStart" not in str(entry)
        assert sha in entry["SYSGUI_TARGETS"]


def test_a_service_and_its_timer_go_together_and_the_last_is_started(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    timer = "# Made by Sysgui\n[Timer]\nOnCalendar=daily\n"
    given = order(["new.service", "new.timer"], UNIT, timer, start="yes")
    assert agreed(caller, WRITE, given) == "done"
    assert (etc / "new.timer").read_text() == timer
    assert world.words == [
        ["daemon-reload"], ["daemon-reload"], ["enable", "--now", "--", "new.timer"],
    ]  # fmt: skip


def test_a_drop_in_stands_beside_the_unit(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    text = "[Service]\nMemoryMax=1G\n"
    assert agreed(caller, WRITE, order(["web.service"], text, place="drop-in")) == "done"
    assert (etc / "web.service.d/60-sysgui.conf").read_text() == text


def test_an_empty_text_takes_it_away(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    (etc / "new.service").write_text(UNIT)
    (etc / "web.service.d").mkdir()
    (etc / "web.service.d/60-sysgui.conf").write_text("[Service]\n")
    assert agreed(caller, WRITE, order(["new.service"], "")) == "done"
    assert world.words == [["disable", "--now", "--", "new.service"], ["daemon-reload"]]
    assert [path.name for path in etc.iterdir()] == ["web.service.d"]


def test_a_drop_in_that_goes_takes_its_empty_folder_with_it(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    (etc / "web.service.d").mkdir()
    (etc / "web.service.d/60-sysgui.conf").write_text("[Service]\n")
    assert agreed(caller, WRITE, order(["web.service"], "", place="drop-in")) == "done"
    assert world.words == [["daemon-reload"]]
    assert list(etc.iterdir()) == []


def test_what_was_there_is_told(world: World, etc: Path) -> None:
    (etc / "new.service").write_text(UNIT)
    assert planned(order(["new.service"], UNIT + "X=1\n"))["text"] == UNIT
    assert planned(order(["other.service"], UNIT))["text"] == ""


@pytest.mark.parametrize("state", ["bad-setting", "error"])
def test_what_systemd_cannot_use_is_put_back(
    caller: Caller, journal: Journal, world: World, etc: Path, state: str
) -> None:
    (etc / "new.service").write_text(UNIT)
    # From when it is told to read its files on, it says so of this one.
    world.put(
        act=f"""
known = json.load(open("{world.place}/world"))
known["units"]["new.service"] = {{"LoadState": "{state}"}}
json.dump(known, open("{world.place}/world", "w"))
"""
    )
    assert agreed(caller, WRITE, order(["new.service"], UNIT + "X=1\n")) == "failed"
    assert (etc / "new.service").read_text() == UNIT
    assert world.words == [["daemon-reload"], ["daemon-reload"]]


def test_what_does_not_start_is_put_back(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    world.put(act="sys.exit(words[0] == 'enable')")
    assert agreed(caller, WRITE, order(["new.service"], UNIT, start="yes")) == "failed"
    assert list(etc.iterdir()) == []
    assert world.words == [
        ["daemon-reload"], ["enable", "--now", "--", "new.service"],
        ["disable", "--now", "--", "new.service"], ["reset-failed", "--", "new.service"],
        ["daemon-reload"],
    ]  # fmt: skip


def test_nobody_elses_unit_is_written_over_or_hidden(world: World, etc: Path) -> None:
    (etc / "own.service").write_text(OTHER)
    assert refused(order(["own.service"], UNIT)) == "protected"
    # The distribution's, of that name.
    assert refused(order(["web.service"], UNIT)) == "protected"
    assert refused(order(["dbus.service"], "[Service]\n", place="drop-in")) == "protected"
    assert refused(order(["sysgui-alert.service"], UNIT)) == "protected"
    # By another name that systemd knows it by.
    world.unit("dbus-org.freedesktop.login1.service", **LOGIND)
    alias = order(["dbus-org.freedesktop.login1.service"], "[Service]\n", place="drop-in")
    assert refused(alias) == "protected"
    assert (etc / "own.service").read_text() == OTHER


def test_one_of_ours_may_be_changed(world: World, etc: Path) -> None:
    (etc / "new.service").write_text(UNIT)
    world.unit("new.service", FragmentPath=str(etc / "new.service"))
    assert refused(order(["new.service"], UNIT)) == ""


def test_a_drop_in_needs_a_unit(world: World, etc: Path) -> None:
    assert refused(order(["none.service"], "[Service]\n", place="drop-in")) == "gone"


def test_a_link_is_not_written_through(world: World, etc: Path, tmp_path: Path) -> None:
    (tmp_path / "aim").write_text(UNIT)
    (etc / "new.service").symlink_to(tmp_path / "aim")
    assert refused(order(["new.service"], UNIT)) == "not-a-file"
    (etc / "web.service.d").symlink_to(tmp_path)
    assert refused(order(["web.service"], "[Service]\n", place="drop-in")) == "not-a-file"


def test_what_changed_since_the_preview_is_left_as_it_is(
    caller: Caller, journal: Journal, world: World, etc: Path
) -> None:
    given = order(["new.service"], UNIT)
    plan = Plan(WRITE, Request("r1", given["targets"], given["arguments"]))
    (etc / "new.service").write_text(UNIT + "X=1\n")
    caller.say(given, {"apply": plan.digest})
    plan.close()
    assert outcome(caller, WRITE, given) == "changed"
    assert (etc / "new.service").read_text() == UNIT + "X=1\n"


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "0" * 64},
        {"texts": [UNIT, UNIT], "digest": digest([UNIT, UNIT])},
        {"texts": [UNIT + "X=1\n"]},
    ],
)
def test_only_what_the_command_line_stands_for_is_written(
    world: World, etc: Path, change: dict[str, Any]
) -> None:
    assert refused(order(["new.service"], UNIT, **change)) == "mismatch"


@pytest.mark.parametrize(
    "value",
    [
        None, "", UNIT, [], [1], [None], ["no end"], ["a\x00\n"], ["\x1b[31m\n"], ["a\rb\n"],
        ["\u2028\n"], ["\u202e\n"], ["x" * (41 << 10) + "\n"], ["\n"] * 33, ["a\n", ["b\n"]],
    ],
)  # fmt: skip
def test_nothing_else_is_a_text(value: Any) -> None:
    assert code_of(texts, value) == "grammar"


@given_by(st.lists(st.text(), min_size=1, max_size=4))
def test_a_text_that_is_taken_can_be_shown_line_by_line(found: list[str]) -> None:
    if code_of(texts, found):
        return
    for each in found:
        assert each == "" or each.endswith("\n")
        for line in each.split("\n"):
            assert line.replace("\t", "").isprintable()


def test_two_lists_of_texts_have_two_digests() -> None:
    lists = [["a\n"], ["a\n", ""], ["", "a\n"], ["a\n", "a\n"], ["b\n"]]
    assert len({digest(each) for each in lists}) == len(lists)
