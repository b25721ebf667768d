"""From counters to rates, against the definition."""

from hypothesis import given
from hypothesis import strategies as st

from sysgui.system.rates import SHORTEST, rate

COUNTERS = st.none() | st.integers(min_value=0, max_value=2**64)


@given(COUNTERS, COUNTERS, st.floats(min_value=-1e6, max_value=1e6))
def test_a_rate_is_growth_over_time_or_unknown_and_never_negative(
    before: int | None, after: int | None, seconds: float
) -> None:
    found = rate(before, after, seconds)
    if before is None or after is None or after < before or seconds < SHORTEST:
        assert found is None
    else:
        assert found == (after - before) / seconds >= 0
