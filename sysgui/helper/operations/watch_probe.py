"""What a watch tries besides: whether a port, an HTTP answer or a file is as it should be.

Of the caller's there are only numbers, and words of a grammar.
"""

from __future__ import annotations

import os
from typing import Any, Mapping
from urllib.parse import unquote_to_bytes

from ..grammar import choice, integer, quoted, text
from ..refusal import Refusal

# What belongs to a probe of a kind: what must be given, and what may.
PROBES = {
    "tcp": ({"port"}, {"address"}),
    "http": ({"port"}, {"address", "path", "status", "text"}),
    "https": ({"port"}, {"address", "name", "path", "status", "text"}),
    "file": ({"path", "age"}, set()),
}
OF_ALL = {"timeout", "tries"}

# What is asked of a watch besides its probe.
OF_THE_WATCH = ("restart", "always", "mail", "notify", "grace")

ARGUMENTS = {
    "probe": choice(tuple(PROBES)),
    "every": integer(1, 86400),
    "timeout": integer(1, 60),
    "tries": integer(1, 10),
    "address": text(r"[A-Za-z0-9.:-]+", 253),
    "name": text(r"[A-Za-z0-9.-]+", 253),
    "port": integer(1, 65535),
    "path": text(r"/(?:[A-Za-z0-9._+/-]|%[0-9A-F]{2})*", 1200),
    "status": integer(100, 599),
    "text": text(r"(?:[A-Za-z0-9._+-]|%[0-9A-F]{2})+", 600),
    "age": integer(1, 366 * 86400),
}

# A probe of a file sees all files, does not open any, and has no network.
ONLY_LOOKS = """[Service]
AmbientCapabilities=CAP_DAC_READ_SEARCH
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
PrivateNetwork=yes
"""


def asked_for(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what is to be tried, if that is asked for and all of it belongs together.

    Raises:
        Refusal: `grammar` if it does not.
    """
    kind = asked.get("probe")
    must, may = PROBES.get(kind, (set(), set())) if kind else (set(), set())
    given = set(asked) - {*OF_THE_WATCH, "probe", "every"}
    allowed = must | may | OF_ALL if kind else set()
    if not must <= given <= allowed or (not kind and "every" in asked):
        raise Refusal("grammar")
    found = {name: asked[name] for name in sorted(given)}
    for name in ("path", "text"):
        if name in found:
            found[name] = _plain(found[name], slash="/" if name == "path" else "%2F")
    path = found.get("path", "/")
    if kind == "file":
        proper = os.path.normpath(path) == path
    else:
        proper = path.isascii() and " " not in path
    if not proper:
        raise Refusal("grammar")
    return {"kind": kind, **found} if kind else {}


def _plain(word: str, slash: str) -> str:
    """Returns what stands behind signs written %XX, if there is no other way to write it."""
    raw = unquote_to_bytes(word)
    try:
        plain = raw.decode("utf-8")
    except ValueError as error:
        raise Refusal("grammar") from error
    if quoted(raw).replace("%2F", slash) != word or not plain.isprintable():
        raise Refusal("grammar")
    return plain
