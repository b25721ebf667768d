"""From counters to rates: what a first reading, a wrap or a reset cannot say is None."""

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
