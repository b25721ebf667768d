"""Unit files and drop-ins of the administrator's: written whole, read by systemd, or put back.

The texts come by standard input; their SHA-256 stands on the command line, so that what was
authenticated is what is written. A text that is empty takes the file away.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ..grammar import choice, text
from ..operation import MOST_TARGETS, Operation, Request, Target
from ..plan import sha256
from ..refusal import Refusal
from .bound import PROTECTED_UNITS
from .systemctl import change, names, show
from .unit import GRAMMAR
from .watch_files import Change, Place, applied, read

# The first line of every unit that is made here: others' are never written over.
HEAD = b"# Made by Sysgui"

UNITS = "/etc/systemd/system"
DROP_IN = "60-sysgui.conf"

# Of all texts together: with what JSON adds, they fit a request.
MOST_TEXT = 40 << 10

# As much of the text before is told, so that it can be compared, and had again.
MOST_TOLD = 16 << 10

# What systemd makes of a file that it cannot use.
BAD = ("bad-setting", "error")


def texts(value: Any) -> list[str]:
    """Accepts as many texts as there may be targets: lines of what can be shown, and tabs."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TARGETS:
        raise Refusal("grammar")
    for each in value:
        if not isinstance(each, str) or not each.replace("\n", "").replace("\t", "").isprintable():
            raise Refusal("grammar")
        if each and not each.endswith("\n"):
            raise Refusal("grammar")
    if sum(len(each.encode()) for each in value) > MOST_TEXT:
        raise Refusal("grammar")
    return value


def digest(found: Sequence[str]) -> str:
    """Returns what stands for some texts on the command line."""
    return sha256("\0".join(found).encode())


class _File(Target):
    def __init__(self, target: str, request: Request) -> None:
        asked = request.arguments
        if len(asked["texts"]) != len(request.targets) or digest(asked["texts"]) != asked["digest"]:
            raise Refusal("mismatch")
        self._unit = target
        self._wanted = request.wanted
        place = request.targets.index(target)
        self._data = asked["texts"][place].encode() or None
        self._whole = asked["place"] == "unit"
        # With one that starts others, such as a timer: it is the last.
        self._start = asked["start"] == "yes" and place == len(request.targets) - 1
        self._path = f"{UNITS}/{target}"
        # The folder of all units itself is never made, and never removed.
        self._place = Place(UNITS, ".", target)
        if not self._whole:
            self._place = Place(UNITS, f"{target}.d", DROP_IN)
            self._path = self._place.path

    def facts(self) -> Mapping[str, Any]:
        (found,) = show([self._unit], ("Names", "LoadState", "FragmentPath"))
        # A drop-in for one of its names is one for all.
        known = {self._unit, *names(found["Names"])}
        if known & PROTECTED_UNITS or any(name.startswith("sysgui-") for name in known):
            raise Refusal("protected")
        before = read(self._place)
        others = before is not None and not before.startswith(HEAD)
        hides = found.get("FragmentPath", "") not in ("", self._path)
        if self._whole and (others or hides):
            raise Refusal("protected")
        if not self._whole and found["LoadState"] == "not-found":
            raise Refusal("gone")
        return {
            "path": self._path,
            "before": sha256(before or b""),
            "text": (before or b"")[:MOST_TOLD].decode("utf-8", "backslashreplace"),
        }

    def act(self) -> None:
        if self._whole and self._data is None:
            change(["disable", "--now", "--", self._unit], self._wanted)
        with applied([Change(self._place, self._data)], self._wanted):
            (found,) = show([self._unit], ("LoadState",))
            if found["LoadState"] in BAD:
                raise Refusal("failed")
            if self._start and not change(["enable", "--now", "--", self._unit], self._wanted):
                # systemd would go on telling of a unit that has failed, and has no file.
                for words in (["disable", "--now"], ["reset-failed"]):
                    change([*words, "--", self._unit], lambda: True)
                raise Refusal("failed")


WRITE = Operation(
    name="unit-write",
    description="Write units and drop-ins of the system",
    message="Authentication is required to write units of the system",
    target=GRAMMAR,
    arguments={
        "place": choice(("unit", "drop-in")),
        "start": choice(("yes", "no")),
        "digest": text(r"[0-9a-f]{64}", 64),
        "texts": texts,
    },
    required=("place", "start", "digest", "texts"),
    secret=("texts",),
    bind=_File,
)
