"""Shows on one user's desktop what was told of watched services; it runs as that user.

busctl is there wherever systemd is, and is asked with a list of words: no library is needed.
"""

from __future__ import annotations

import json
import os
from typing import Any, Sequence

from .files import read_json, write
from .printable import printable
from .programs import BUSCTL, Failed, run
from .state import ROOT

CALL = (
    "--user", "--timeout=10", "call", "--", "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify", "susssasa{sv}i",
)  # fmt: skip

# Shown as urgent: it stays until it was seen.
URGENT = ("failed", "given-up", "missing")


def main(_argv: Sequence[str]) -> int:
    """Shows what is new, and returns the exit status: 1 if it could not be shown."""
    seen_at = f"{os.environ['STATE_DIRECTORY']}/seen"
    seen = read_json(seen_at)
    told = read_json(f"{ROOT}/told.json")
    events = [event for event in told if _when(event)] if isinstance(told, list) else []
    if not isinstance(seen, (int, float)):
        # What was told before one asked for it is nothing new.
        write(seen_at, json.dumps(_when(events[-1]) if events else 0))
        return 0
    # By their order, and not by their times: a clock may be set back.
    places = [place for place, event in enumerate(events) if _when(event) == seen]
    for event in events[places[-1] + 1 if places else 0 :]:
        if not show(event):
            return 1
        write(seen_at, json.dumps(_when(event)))
    return 0


def _when(event: Any) -> float:
    """Returns when an event was told, by which it is known; 0 if it is none."""
    when = event.get("when") if isinstance(event, dict) else None
    return when if isinstance(when, (int, float)) else 0


def show(event: dict[str, Any]) -> bool:
    """Shows one event; whether that worked."""
    urgent = event.get("kind") in URGENT
    text = printable(str(event.get("text", "")))[:300]
    # A body may be read as markup.
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, name)
    icon = "dialog-error" if urgent else "dialog-information"
    words = ["Sysgui", "0", icon, "Sysgui", text, "0", "1", "urgency", "y", "2" if urgent else "1"]
    try:
        status, _said = run([*BUSCTL, *CALL, *words, "-1"], within=15.0)
    except Failed:
        return False
    return status == 0
