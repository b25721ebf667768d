"""Whatever becomes of the clock on the wall, nothing is older than it is, nor young for ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.watch import clock, state
from sysgui.watch.clock import Noted, Reading, age, awake, noted

DAY = 86400.0


class Machine:
    """Time as it really goes by, and what the clocks make of it."""

    def __init__(self) -> None:
        self.boot = "b"
        self.really = 1000.0
        self.slept = 0.0
        self.ahead = 1.7e9
        self.written = self.wall
        self.began = self.really
        self.woke = 0.0
        self.noted = noted(Noted(), self.reading)

    @property
    def wall(self) -> float:
        return self.really + self.ahead

    @property
    def reading(self) -> Reading:
        return Reading(self.boot, self.wall, self.really, self.really - self.slept)

    def write(self) -> None:
        self.written, self.began = self.wall, self.really

    def sleeps(self, seconds: float) -> None:
        self.really += seconds
        self.slept += seconds
        self.woke = self.really

    def goes_on(self, seconds: float) -> None:
        self.really += seconds

    def note(self) -> None:
        self.noted = noted(self.noted, self.reading)

    @property
    def age(self) -> float:
        return age(self.written, self.noted, self.reading)

    @property
    def awake(self) -> float:
        return awake(self.noted, self.reading)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_as_long_as_nobody_sets_it_the_clock_is_right(machine: Machine) -> None:
    for _each in range(5):
        machine.goes_on(60)
        machine.note()
    assert machine.age == pytest.approx(300)
    machine.write()
    machine.goes_on(7)
    assert machine.age == pytest.approx(7)


@pytest.mark.parametrize("by", [DAY, -DAY, 5.0, -5.0])
def test_a_clock_that_is_set_makes_nothing_old_and_nothing_young_for_ever(
    machine: Machine, by: float
) -> None:
    machine.goes_on(10)
    machine.ahead += by
    assert machine.age <= 10.001  # Before that was noted, and after.
    machine.note()
    assert machine.age <= 10.001
    for _each in range(10):
        machine.goes_on(60)
        machine.note()
    assert 595 <= machine.age <= 610.001


def test_what_was_done_long_before_is_not_taken_for_older_by_a_clock_set_twice(
    machine: Machine,
) -> None:
    machine.goes_on(100)
    machine.ahead += DAY
    machine.note()
    machine.goes_on(100)
    machine.ahead -= DAY
    machine.note()
    machine.goes_on(100)
    assert 99 <= machine.age <= 300


def test_what_could_not_be_done_asleep_is_known(machine: Machine) -> None:
    assert machine.awake == 1000
    machine.sleeps(3600)
    assert machine.awake == 0
    machine.note()
    machine.goes_on(60)
    assert machine.awake == 60
    assert machine.age == pytest.approx(3660)


def test_another_boot_is_noted_anew(machine: Machine) -> None:
    machine.ahead += DAY
    machine.note()
    machine.boot, machine.ahead, machine.really, machine.slept = "c", 1.8e9, 5.0, 0.0
    assert noted(machine.noted, machine.reading) == Noted("c", 1.8e9, 0.0)
    assert machine.awake == 5.0


STEP = st.tuples(
    st.sampled_from(["goes on", "sleeps", "is set", "note", "write"]),
    st.floats(-2 * DAY, 2 * DAY),
)


@given(st.lists(STEP, max_size=20), st.floats(1, DAY))
def test_whatever_happens_nothing_is_older_than_it_is(
    steps: list[tuple[str, float]], quiet: float
) -> None:
    machine = Machine()
    for what, number in steps:
        if what == "goes on":
            machine.goes_on(abs(number))
        elif what == "sleeps":
            machine.sleeps(2 + abs(number))  # Nobody sleeps for less.
        elif what == "is set":
            # It is noted each minute: what is set twice within one may not be seen.
            machine.note()
            machine.ahead += number
            machine.note()
        elif what == "note":
            machine.note()
        else:
            machine.write()
        real = machine.really - machine.began
        care = care_of(steps)
        assert machine.age <= real + care
        assert machine.awake <= machine.really - machine.woke + care
    machine.note()
    future = machine.written - machine.wall
    machine.goes_on(quiet)
    # What was written on a day that comes again cannot be told from what is written on it then.
    if not -quiet < future <= quiet:
        assert machine.age >= quiet - care_of(steps)


def care_of(steps: list[tuple[str, float]]) -> float:
    """Returns by how much one may be wrong: less than a second for each time."""
    return (len(steps) + 1) * clock.CARE


def test_what_is_noted_is_kept_and_what_is_none_is_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "ROOT", str(tmp_path))
    machine = Machine()
    monkeypatch.setattr(clock, "read", lambda: machine.reading)
    assert state.noted_clock() == Noted()
    state.note_clock()
    machine.goes_on(60)
    machine.ahead += DAY
    state.note_clock()
    assert state.noted_clock() == Noted("b", machine.ahead, 0.0, 1060.0)
    path = tmp_path / "clock.json"
    for text in ("", "[]", "{}", '{"boot": 5}', path.read_text().replace("1060.0", '"1060"'),
                 path.read_text().replace('"b"', "5")):  # fmt: skip
        path.write_text(text)
        assert state.noted_clock() == Noted()


def test_the_clocks_are_those_of_the_machine() -> None:
    def clocks() -> tuple[float, ...]:
        told = (time.CLOCK_REALTIME, time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC)
        return tuple(time.clock_gettime(each) for each in told)

    before, (boot, *read), after = clocks(), clock.read(), clocks()
    assert boot == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    for first, found, last in zip(before, read, after, strict=True):
        assert first <= found <= last
