"""Ascending arrays of places, each once: what two have in common, and what one has beside."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]

NONE: Places = np.zeros(0, np.int64)


def common(one: Places, other: Places) -> Places:
    """Returns the places in both."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    if not len(few):
        return NONE
    found = np.searchsorted(many, few)
    found[found == len(many)] = 0
    same: Places = few[many[found] == few]
    return same


def without(all_places: Places, some: Places) -> Places:
    """Returns the places of `all_places` that are not among `some`, all of which it holds."""
    if not len(some):
        return all_places
    kept = np.ones(len(all_places), np.bool_)
    kept[np.searchsorted(all_places, some)] = False
    return all_places[kept]


def union(several: Sequence[Places]) -> Places:
    """Returns the places in any of them."""
    filled = [places for places in several if len(places)]
    if len(filled) < 2:
        return filled[0] if filled else NONE
    return once(np.concatenate(filled))


def once(places: Places) -> Places:
    """Returns places in order, each once."""
    steps = np.diff(places)
    if (steps < 0).any():
        places = np.sort(places)
        steps = np.diff(places)
    kept = np.ones(len(places), np.bool_)
    np.not_equal(steps, 0, out=kept[1:])
    return places[kept]
