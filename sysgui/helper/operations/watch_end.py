"""The end of a watch: nothing of it is left."""

from __future__ import annotations

import contextlib
import glob
import os
from typing import Any, Mapping, Sequence

from ..operation import Operation, Request, Target
from ..plan import sha256
from ..refusal import Refusal
from .systemctl import change
from .watch import AGAIN, GRAMMAR, NAME, places, probe_units
from .watch_files import SYSTEM, Change, applied, forget, read

STATE = "/var/lib/sysgui"

# Those that look at a watched unit; the last watch takes the ones of all with it.
LOOKS = ("sysgui-alert@{}.service", "sysgui-look@{}.service", "sysgui-again@{}.service",
         *(f"sysgui-again-{each}@{{}}.timer" for each in AGAIN))  # fmt: skip
OF_ALL = ("sysgui-watch.timer", "sysgui-watch.service", "sysgui-mail.service")


class _Ended(Target):
    # The service itself may be gone, and its watch is still to be ended.
    def __init__(self, target: str, request: Request) -> None:
        self._unit = target
        self._all = request.targets
        self._wanted = request.wanted

    def facts(self) -> Mapping[str, Any]:
        before = [(place, read(place)) for place in places(self._unit)]
        if before[0][1] is None:
            raise Refusal("gone")
        found = {place.path: sha256(data) for place, data in before if data}
        # Told of the last one that goes, if none is left then: mail goes with it.
        ends = self._unit == self._all[-1] and _no_other_than(self._all)
        return {"removes": found, "unsent": _unsent() if ends else 0}

    def act(self) -> None:
        last = _no_other_than([self._unit])
        with applied([Change(place, None) for place in places(self._unit)], self._wanted):
            pass
        forget([*probe_units(self._unit), *(each.format(self._unit) for each in LOOKS)])
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{STATE}/watches/{self._unit}.json")
        if last:
            forget(OF_ALL)
            # Both folders of state, with what was not sent: that was previewed.
            clean = ["clean", "--what=state", "sysgui-watch.service", "sysgui-mail.service"]
            if not change(clean, lambda: True):
                raise Refusal("failed")


def _no_other_than(units: Sequence[str]) -> bool:
    """Tells whether nothing is watched but these."""
    found = glob.glob(f"{glob.escape(SYSTEM)}/*.service.d/{NAME}")
    of_units = {path for path in found if not path.startswith(f"{SYSTEM}/sysgui-")}
    return of_units <= {places(unit)[0].path for unit in units}


def _unsent() -> int:
    """Returns how many messages no server has taken."""
    try:
        return len(os.listdir(f"{STATE}/spool"))
    except FileNotFoundError:
        return 0


REMOVE = Operation(
    name="watch-remove",
    description="End the watch of services",
    message="Authentication is required to have services no longer started again when they fail",
    target=GRAMMAR,
    arguments={},
    bind=_Ended,
)
