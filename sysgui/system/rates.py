"""From counters to rates: what a first reading, a wrap or a reset cannot say is None."""

from collections.abc import Mapping

# A rate over less is mostly noise of the kernel's own ticks (10 ms).
SHORTEST = 0.05


def rate(before: int | None, after: int | None, seconds: float) -> float | None:
    """Returns how fast a counter grew, in its units per second.

    None if there is no earlier value, if the time between is too short or not forward, or if the
    counter went back (it wrapped, or its device was replaced): such a step has no honest rate.
    """
    if before is None or after is None or after < before or seconds < SHORTEST:
        return None
    return (after - before) / seconds


def share(before: Mapping[str, int] | None, after: Mapping[str, int], part: str) -> float | None:
    """Returns which percentage of the growth of all counters fell to `part`."""
    if before is None:
        return None
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    total = sum(grown.values())
    if total <= 0 or min(grown.values()) < 0:
        return None
    return 100.0 * grown[part] / total
