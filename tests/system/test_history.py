"""The rings of the last minutes, against a plain list."""

from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.system.history import NEAR, History

NAMES = ("a", "b", "c")
Sample = tuple[float, dict[str, float | None]]
VALUES = st.dictionaries(
    st.sampled_from(NAMES), st.none() | st.floats(min_value=-1e12, max_value=1e12)
)
# Pauses in eighths of a second, so that sums of them are exact.
SAMPLES = st.lists(st.tuples(st.integers(1, 24).map(lambda n: n / 8), VALUES), max_size=40)


class Model:
    """The same, as plainly as it can be said."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.samples: list[Sample] = []

    def append(self, time: float, values: dict[str, float | None]) -> None:
        self.samples = [*self.samples, (time, values)][-self.capacity :]

    def last(self, seconds: float) -> list[Sample]:
        if not self.samples:
            return []
        edge = self.samples[-1][0] - seconds
        older = [sample for sample in self.samples if sample[0] <= edge]
        return older[-1:] + [sample for sample in self.samples if sample[0] > edge]


def filled(capacity: int, samples: list[Sample]) -> tuple[History, Model]:
    history, model, time = History(capacity), Model(capacity), 1000.0
    for pause, values in samples:
        time += pause
        history.append(time, values)
        model.append(time, values)
    return history, model


@settings(max_examples=200)
@given(st.integers(1, 8), SAMPLES, st.floats(min_value=0.0, max_value=30.0))
def test_the_last_seconds_are_those_of_a_plain_list(
    capacity: int, samples: list[Sample], seconds: float
) -> None:
    history, model = filled(capacity, samples)
    wanted = model.last(seconds)
    assert list(history.times(seconds)) == [time for time, _ in wanted]
    for name in NAMES:
        found = history.values(name, seconds)
        expected = [values.get(name) for _, values in wanted]
        if found is None:
            assert set(expected) <= {None}
        else:
            assert [None if isnan(value) else value for value in found] == expected


@given(st.integers(1, 8), SAMPLES, st.integers(-320, 40).map(lambda n: n / 8))
def test_the_value_at_an_age_is_that_of_the_nearest_sample(
    capacity: int, samples: list[Sample], age: float
) -> None:
    history, model = filled(capacity, samples)
    found = history.at("a", age)
    kept = model.samples
    if not kept or kept[-1][0] + age < kept[0][0] - NEAR:
        assert found is None
        return
    moment = kept[-1][0] + age
    nearest = min(abs(time - moment) for time, _ in kept)
    assert found in [values.get("a") for time, values in kept if abs(time - moment) == nearest]


def test_a_series_that_has_been_gone_for_all_that_is_kept_is_forgotten() -> None:
    history = History(3)
    history.append(1.0, {"gone": 1.0, "here": 1.0})
    for time in range(2, 12):
        history.append(float(time), {"here": 1.0})
    assert history.names == ["here"]
    assert history.values("gone", 60) is None
    history.append(12.0, {"gone": 5.0})
    assert history.at("gone", 0.0) == 5.0
    assert history.at("gone", -1.0) is None


def test_values_are_handed_out_without_a_copy() -> None:
    history = History(100)
    for time in range(50):
        history.append(float(time), {"a": float(time)})
    values = history.values("a", 10)
    assert values is not None
    assert (values.format, values.contiguous, len(values)) == ("d", True, 11)
    assert values.obj is not None
    assert len(values) == len(history.times(10))


def test_an_empty_history_has_nothing() -> None:
    history = History(5)
    assert (history.at("a", 0.0), history.names, history.values("a", 60)) == (None, [], None)
    assert list(history.times(60)) == []


@pytest.mark.parametrize("capacity", [1, 2, 900])
def test_no_more_is_kept_than_was_asked_for(capacity: int) -> None:
    history = History(capacity)
    for time in range(3 * capacity + 1):
        history.append(float(time), {"a": 1.0})
    assert len(history.times(1e9)) == capacity
