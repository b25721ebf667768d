"""From what a unit was and is follows what its owner is told, in whatever order things happen."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.watch.judge import (
    LADDER,
    MOST_MESSAGES,
    MOST_RESTARTS,
    TOLD,
    WINDOW,
    Event,
    Memory,
    Picture,
    Policy,
    Verdict,
    condition,
    from_json,
    judge,
)

RUNNING = Picture(invocation="a1", running=1e4)
BETWEEN = Picture(
    active="activating", sub="auto-restart", result="exit-code", invocation="a1"
)  # fmt: skip
FAILED = Picture(active="failed", sub="failed", result="exit-code", invocation="a1")
STOPPED = Picture(active="inactive", sub="dead", invocation="a1")


def story(*pictures: Picture, policy: Policy | None = None, step: float = 60.0) -> list[Verdict]:
    """Judges one picture after the other, so many seconds apart."""
    memory, found = Memory(), []
    for number, picture in enumerate(pictures):
        verdict = judge(
            memory, picture, policy or Policy(), 1000 + number * step, 1e9 + number * step, "b"
        )
        memory = verdict.memory
        found.append(verdict)
    return found


def told(verdicts: list[Verdict]) -> list[str]:
    return [event.kind for each in verdicts for event in each.events if event.told]


def acts(verdicts: list[Verdict]) -> list[str]:
    return [act for each in verdicts for act in each.acts]


# What is in the field's list of cases


def test_one_crash_is_told_and_its_recovery_once() -> None:
    again = Picture(invocation="a2", restarts=1, running=2.0)
    verdicts = story(RUNNING, BETWEEN, again, again._replace(running=70.0), RUNNING)
    assert told(verdicts) == ["failed", "recovered"]
    assert acts(verdicts) == ["reset"]  # systemd's counter of restarts.


def test_a_crash_that_nobody_saw_is_found_by_the_next_look() -> None:
    after = Picture(invocation="a2", restarts=1, running=2.0)
    assert told(story(RUNNING, after, after._replace(running=100.0))) == ["failed", "recovered"]
    settled = after._replace(running=100.0)
    assert told(story(RUNNING, settled, settled)) == ["failed", "recovered"]


def test_a_loop_of_crashes_is_three_messages_at_most() -> None:
    loop = [BETWEEN._replace(invocation=f"a{n}", restarts=n) for n in range(100)]
    end = [FAILED._replace(invocation="a99", restarts=100)]
    well = [Picture(invocation="b", running=100.0)]
    verdicts = story(*loop, *end, *well, step=5.0)
    assert told(verdicts) == ["failed", "given-up", "recovered"]
    assert verdicts[-2].events == [Event("given-up", told=True, failures=100)]


def test_what_ends_by_itself_without_an_error_is_nobodys_concern() -> None:
    assert told(story(RUNNING, STOPPED, STOPPED)) == []


def test_what_is_kept_running_may_end_without_an_error_and_may_not_fail() -> None:
    kept = RUNNING._replace(policy="always")
    ended = BETWEEN._replace(policy="always", result="success")
    again = kept._replace(invocation="a2", restarts=1)
    assert told(story(kept, ended, again, again)) == []
    failed = BETWEEN._replace(policy="always", invocation="a2", restarts=1)
    well = kept._replace(invocation="a3", restarts=2)
    verdicts = story(kept, ended, again, failed, well)
    assert told(verdicts) == ["failed", "recovered"]
    assert [event.failures for each in verdicts for event in each.events] == [1, 1]
    limit = FAILED._replace(policy="always", result="start-limit-hit", invocation="a4")
    assert told(story(kept, limit)) == ["given-up"]


@pytest.mark.parametrize("load", ["loaded", "masked"])
def test_what_was_stopped_disabled_or_masked_is_left_alone(load: str) -> None:
    verdicts = story(RUNNING, STOPPED._replace(load=load), STOPPED._replace(load=load))
    assert (told(verdicts), acts(verdicts)) == ([], [])
    masked = story(RUNNING, FAILED._replace(load="masked"))
    assert (told(masked), acts(masked)) == ([], [])


def test_what_was_in_trouble_and_is_stopped_is_told_well_only_when_it_runs() -> None:
    verdicts = story(RUNNING, FAILED, STOPPED, STOPPED, Picture(invocation="a2", running=90.0))
    assert told(verdicts) == ["given-up", "recovered"]


def test_what_is_not_started_again_is_judged_when_it_has_ended() -> None:
    ending = BETWEEN._replace(active="deactivating", sub="stop-post")
    assert told(story(RUNNING, ending, BETWEEN)) == ["failed"]
    alone = ending._replace(policy="no")
    assert told(story(RUNNING, alone, alone, FAILED._replace(policy="no"))) == ["given-up"]


def test_it_waits_for_what_is_starting() -> None:
    starting = Picture(active="activating", sub="start", invocation="a2", restarts=1)
    verdicts = story(RUNNING, BETWEEN, starting, starting, starting)
    assert told(verdicts) == ["failed"]
    assert condition(starting) == "waiting"
    # As systemd goes from one run to the next.
    assert told(story(RUNNING, BETWEEN, FAILED._replace(ordered=True), starting)) == ["failed"]


def test_a_oneshot_that_has_ended_well_is_well() -> None:
    ended = Picture(active="inactive", sub="dead", kind="oneshot", invocation="a1")
    assert told(story(ended, ended)) == []
    failed = FAILED._replace(kind="oneshot", invocation="a2", policy="no")
    again = ended._replace(invocation="a3")
    assert told(story(ended, failed, failed, again)) == ["given-up", "recovered"]
    # Somebody has only said that the failure is to be forgotten.
    assert told(story(ended, failed, ended._replace(invocation="a2"))) == ["given-up"]


def test_what_is_started_by_its_socket_may_rest() -> None:
    verdicts = story(STOPPED, RUNNING, STOPPED, RUNNING._replace(invocation="a2"), STOPPED)
    assert (told(verdicts), acts(verdicts)) == ([], [])


def test_what_could_not_start_because_another_failed_is_told() -> None:
    asked = Picture(active="inactive", sub="dead", asked=True)
    rests = asked._replace(asked=False)
    verdicts = story(STOPPED, asked, rests, rests, Picture(invocation="a2", running=90.0))
    assert told(verdicts) == ["given-up", "recovered"]
    assert acts(verdicts) == []


def test_a_unit_file_that_is_gone_is_told_once() -> None:
    gone = Picture(load="not-found", active="inactive", sub="dead")
    assert told(story(RUNNING, gone, gone, gone)) == ["missing"]


def test_what_does_not_answer_is_restarted_some_times_and_then_given_up() -> None:
    ill = [Picture(invocation=f"a{n}", running=1e3, probe="refused") for n in range(6)]
    verdicts = story(RUNNING, *ill, policy=Policy(probed=True), step=300.0)
    assert acts(verdicts) == ["restart"] * MOST_RESTARTS
    assert told(verdicts) == ["failed", "given-up"]
    left = story(RUNNING, *ill, policy=Policy(restart=False, probed=True), step=300.0)
    assert (acts(left), told(left)) == ([], ["failed"])


def test_what_has_a_probe_is_well_only_when_it_answers() -> None:
    silent = Picture(invocation="a2", running=1e3)
    probed = Policy(probed=True)
    assert told(story(RUNNING, BETWEEN, silent, silent, policy=probed)) == ["failed"]
    answers = silent._replace(probe="ok")
    assert told(story(RUNNING, BETWEEN, silent, answers, policy=probed)) == ["failed", "recovered"]


def test_where_systemd_cannot_wait_longer_and_longer_it_is_started_later() -> None:
    old = Policy(steps=False)
    failures = [FAILED._replace(invocation=f"a{n}") for n in range(5)]
    verdicts = story(*failures, policy=old)
    assert acts(verdicts) == [f"later {seconds}" for seconds in LADDER]
    assert told(verdicts) == ["failed", "given-up"]
    assert acts(story(*failures)) == []
    assert acts(story(*failures, policy=Policy(restart=False, steps=False))) == []


def test_who_stops_it_while_it_waits_to_be_started_later_is_obeyed() -> None:
    waits = FAILED._replace(waiting=True)
    verdicts = story(FAILED, waits, waits, FAILED, FAILED, policy=Policy(steps=False))
    assert acts(verdicts) == ["later 10"]
    assert told(verdicts) == ["failed"]
    assert verdicts[-1].memory.state == "stopped"


def test_what_could_not_start_again_because_another_failed_again_is_counted_again() -> None:
    asked = Picture(active="inactive", sub="dead", asked=True)
    verdicts = story(STOPPED, asked, asked._replace(asked=False), asked)
    assert verdicts[-1].memory.failures == 2


def test_what_need_not_run_for_any_time_is_well_at_once() -> None:
    again = Picture(invocation="a2", restarts=1, running=0.0)
    assert told(story(RUNNING, BETWEEN, again, policy=Policy(grace=0.0))) == ["failed", "recovered"]


def test_a_failure_that_is_seen_between_two_runs_and_after_is_one() -> None:
    again = Picture(invocation="a2", restarts=1, running=2.0)
    assert story(RUNNING, BETWEEN, FAILED, again)[-1].memory.failures == 1


def test_it_is_known_since_when_it_is_what_it_is() -> None:
    verdicts = story(RUNNING, BETWEEN, BETWEEN, Picture(invocation="a2", running=90.0), RUNNING)
    seen = [verdict.memory.since for verdict in verdicts]
    assert seen == [0.0, 1e9 + 60, 1e9 + 60, 1e9 + 180, 1e9 + 180]


def test_messages_of_a_time_yet_to_come_keep_nobody_from_being_told() -> None:
    memory = Memory(boot="b", messages=(5e3,) * MOST_MESSAGES)
    assert told([judge(memory, FAILED, Policy(), 1e3, 1e9, "b")]) == ["given-up"]


def test_what_somebody_has_stopped_may_end_badly() -> None:
    ends = BETWEEN._replace(active="deactivating", sub="stop-sigkill", ended="stopped")
    ended = FAILED._replace(ended="stopped")
    for policy in (Policy(), Policy(steps=False)):
        verdicts = story(RUNNING, ends, ended, ended, policy=policy)
        assert (told(verdicts), acts(verdicts)) == ([], [])
        assert verdicts[-1].memory.state == "stopped"
    # It was in trouble, and that is told; that it was stopped is no news.
    assert told(story(RUNNING, BETWEEN, ended, RUNNING)) == ["failed", "recovered"]


def test_what_systemd_does_not_want_to_start_again_is_left() -> None:
    left = FAILED._replace(ended="left")
    verdicts = story(RUNNING, left, left, policy=Policy(steps=False))
    assert (told(verdicts), acts(verdicts)) == (["given-up"], [])


def test_what_failed_before_it_was_watched_is_no_news() -> None:
    before = RUNNING._replace(restarts=5)
    assert told(story(before, before)) == []
    after = Picture(invocation="a2", restarts=6, running=2.0)
    assert told(story(before, after, after._replace(running=90.0))) == ["failed", "recovered"]
    # What it has counted since the machine was started, it may tell after that.
    memory = story(RUNNING)[-1].memory
    crashed = Picture(invocation="c", restarts=1, running=5.0)
    assert told([judge(memory, crashed, Policy(), 100.0, 1e9, "b2")]) == ["failed"]


def test_of_what_is_always_started_again_the_journal_knows_what_nobody_saw() -> None:
    running = Picture(policy="always", invocation="a1", running=1e4)
    again = running._replace(invocation="a2", restarts=1, running=2.0)
    verdicts = story(running, again._replace(broke="a1"), again, again._replace(running=90.0))
    assert told(verdicts) == ["failed", "recovered"]
    assert told(story(running, again, again._replace(running=90.0))) == []


def test_a_unit_file_that_is_gone_is_told_though_it_has_failed() -> None:
    gone = FAILED._replace(load="not-found")
    for policy in (Policy(), Policy(steps=False)):
        assert told(story(RUNNING, FAILED, gone, gone, policy=policy))[-1] == "missing"
        assert acts(story(RUNNING, gone, gone, policy=policy)) == []


def test_a_jump_of_the_clock_changes_nothing() -> None:
    memory = Memory()
    for wall in (1e9, 0.0, 4e9, 1e9):
        verdict = judge(memory, RUNNING, Policy(), 1000.0, wall, "b")
        assert verdict.events == []
        memory = verdict.memory
    failed = judge(memory, FAILED, Policy(), 1001.0, 0.0, "b")
    assert told([failed]) == ["given-up"]
    assert told([judge(failed.memory, FAILED, Policy(), 1002.0, 4e9, "b")]) == []


def test_after_a_boot_it_is_still_known_what_the_owner_was_told() -> None:
    failed = judge(Memory(), FAILED, Policy(), 5e4, 1e9, "b1").memory
    well = Picture(invocation="c1", running=90.0)
    after = judge(failed, well, Policy(), 100.0, 1e9, "b2")
    assert told([after]) == ["recovered"]
    assert told([judge(after.memory, well, Policy(), 160.0, 1e9, "b2")]) == []


# Whatever happens


class Happens(NamedTuple):
    """Something happens to a unit, some time after the last thing, and may be seen at once."""

    what: str
    after: float
    seen: bool


class Unit:
    """A service and its systemd, as far as they can be seen."""

    def __init__(self, *, restarted: bool) -> None:
        self.restarted = restarted
        self.number = 0
        self.restarts = 0
        self.crashes = 0
        self.now = 100.0
        self.boot = "b0"
        self.since = self.now
        self.picture = RUNNING
        self.start()

    def start(self) -> None:
        self.number += 1
        self.since = self.now
        self.picture = Picture(
            invocation=f"i{self.number}",
            policy="on-failure" if self.restarted else "no",
            restarts=self.restarts,
        )

    def look(self) -> Picture:
        picture = self.picture._replace(restarts=self.restarts)
        return (
            picture._replace(running=self.now - self.since)
            if picture.active == "active"
            else picture
        )

    def happen(self, what: str) -> None:
        runs = self.picture.active == "active"
        between = self.picture.sub == "auto-restart"
        if what == "crash" and runs:
            self.crashes += 1
            state = ("activating", "auto-restart") if self.restarted else ("failed", "failed")
            self.picture = self.picture._replace(
                active=state[0], sub=state[1], result="signal", probe=""
            )
        elif what == "restart" and between:
            self.restarts += 1
            self.start()
        elif what == "give up" and between:
            self.restarts += 1
            self.picture = self.picture._replace(active="failed", sub="failed")
        elif what == "start" and not runs:
            self.restarts = 0
            self.start()
        elif what == "stop" and (runs or between):
            self.picture = self.picture._replace(active="inactive", sub="dead", result="success")
        elif what == "boot":
            self.boot, self.restarts, self.now = f"b{self.number}", 0, 10.0
            self.start()


HAPPENS = st.builds(
    Happens,
    st.sampled_from(
        ["crash", "crash", "restart", "restart", "give up", "start", "stop", "boot", ""]
    ),
    st.sampled_from([0.1, 1.0, 30.0, 61.0, 300.0, 700.0]),
    st.booleans(),
)


class Owner:
    """Judges a unit as the programs do, and keeps what was told and when."""

    def __init__(self, unit: Unit, policy: Policy) -> None:
        self.unit, self.policy = unit, policy
        self.memory = Memory()
        self.messages: list[tuple[float, Event]] = []
        self.passed = 0.0

    def look(self) -> None:
        # As the programs: until nothing follows.
        for _each in range(5):
            before = self.memory
            verdict = judge(
                before,
                self.unit.look(),
                self.policy,
                self.unit.now,
                1e9 + self.passed,
                self.unit.boot,
            )
            self.memory = from_json(json.loads(json.dumps(verdict.memory._asdict())))
            assert self.memory == verdict.memory
            self.messages += [(self.passed, event) for event in verdict.events if event.told]
            for act in verdict.acts:
                assert act == "reset"
                assert self.unit.picture.active == "active"
                self.unit.restarts = 0
            if self.memory == before:
                return
        raise AssertionError("no end to it")

    def wait(self, seconds: float) -> None:
        """Lets time go by, with a look each minute."""
        while seconds > 0:
            step = min(seconds, 60.0)
            seconds -= step
            self.unit.now += step
            self.passed += step
            if step == 60.0:
                self.look()


@settings(max_examples=400)
@given(st.lists(HAPPENS, max_size=60), st.booleans())
def test_whatever_happens_nothing_is_lost_and_nobody_is_flooded(
    events: list[Happens], restarted: bool
) -> None:
    unit = Unit(restarted=restarted)
    owner = Owner(unit, Policy(grace=20.0))
    booted = 0.0
    flooded_since = []
    for event in events:
        owner.wait(event.after)
        unit.happen(event.what)
        if event.what == "boot":
            booted = owner.passed
        if event.seen:
            owner.look()
        recent = [at for at, _told in owner.messages if max(booted, owner.passed - WINDOW) < at]
        flooded_since.append(len(recent))
    assert max(flooded_since, default=0) <= MOST_MESSAGES
    owner.wait(2 * WINDOW + 120)
    # In the end the owner knows how it is.
    if owner.memory.state in TOLD:
        assert owner.memory.told == owner.memory.state
    real = {"active": "fine", "failed": "given-up", "activating": "failing", "inactive": "stopped"}
    assert owner.memory.state == real[unit.picture.active]
    assert not owner.memory.untold or owner.memory.told != "fine"
    # No message says what the one before has said, unless it failed in between.
    for (_at, one), (_later, other) in zip(owner.messages, owner.messages[1:], strict=False):
        assert one.kind != other.kind or (other.kind in ("recovered", "failed") and other.failures)


@settings(max_examples=200)
@given(st.lists(HAPPENS.filter(lambda each: each.what != "boot"), max_size=40))
def test_each_failure_that_is_seen_is_counted_once(events: list[Happens]) -> None:
    unit = Unit(restarted=True)
    owner = Owner(unit, Policy(grace=1e6))  # Never so well that it begins to count anew.
    owner.look()
    for event in events:
        owner.wait(event.after)
        unit.happen(event.what)
        owner.look()
    assert owner.memory.failures == unit.crashes


def test_what_fails_as_often_as_before_until_somebody_looks_is_counted() -> None:
    # Systemd has given up after four restarts each time, and the fourth was none.
    ended = [FAILED._replace(invocation=f"a{number}", restarts=4) for number in range(3)]
    memory, failures = Memory(boot="b"), []
    for each in ended:
        # As who starts it again forgets it.
        memory = memory._replace(counted=0, restarts=0)
        memory = judge(memory, each, Policy(), 1000, 1e9, "b").memory
        failures.append(memory.failures)
    assert failures == [4, 8, 12]
    # And where it was well in between, and systemd was told to count anew.
    ended[0], well = RUNNING._replace(invocation="a4", restarts=4), ended[1]
    verdicts = story(RUNNING, ended[0], ended[0], well)
    assert acts(verdicts) == ["reset"]
    assert [event.failures for event in verdicts[-1].events] == [4]


def test_what_was_written_by_others_is_no_memory() -> None:
    for wrong in (None, [], "x", {"state": "odd"}, {"told": "stopped"}):
        assert from_json(wrong) == Memory()
    for name, value in (("failures", "many"), ("restarts", True), ("messages", [1.0, "x"])):
        assert from_json({"state": "failing", name: value}) == Memory()
    assert from_json({"state": "failing", "of-another-version": 1}) == Memory(state="failing")
