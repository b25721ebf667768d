"""Finds the Debian mirror that this host already uses."""

from __future__ import annotations

import subprocess
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from .commands import program
from .errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIMEOUT = 20
_MIRROR_LIST = "mirror+file:"


def find_mirror(release: str) -> str:
    """Return the first mirror in apt's sources that serves Debian `release`.

    Raises:
        Unavailable: apt names no such mirror, or none answers.
    """
    reasons = []
    for uri in candidates(_apt_sources()):
        reason = _refusal(uri, release)
        if reason is None:
            return uri
        reasons.append(f"{uri}: {reason}")
    found = "; ".join(reasons) or "they name none for packages of Debian's main"
    raise Unavailable(f"no mirror of {release} in apt's sources ({found})")


def candidates(sources: str) -> list[str]:
    """Return the addresses in lines of "URI COMPONENT" that can be mirrors, without repeats."""
    uris: dict[str, None] = {}
    for line in sources.splitlines():
        uri, _, component = line.partition(" ")
        if component == "main":
            uris.update(dict.fromkeys(_expanded(uri)))
    return [uri for uri in uris if uri.startswith(("http://", "https://", "file:"))]


def _apt_sources() -> str:
    """Let apt read its own sources: it knows both formats, its options and what is disabled."""
    listing = subprocess.run(
        [
            program("apt-get"),
            "indextargets",
            "--no-release-info",  # Also those that were never downloaded.
            "--format",
            "$(REPO_URI) $(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if listing.returncode:
        raise Unavailable(f"apt cannot read its sources: {listing.stderr.strip()}")
    return listing.stdout


def _expanded(uri: str) -> Iterable[str]:
    """Replace a list of mirrors, as Debian's cloud images have it, by what it lists."""
    if not uri.startswith(_MIRROR_LIST):
        return [uri]
    try:
        listed = Path(uri.removeprefix(_MIRROR_LIST).rstrip("/")).read_text(encoding="utf-8")
    except OSError:
        return []
    return [line.split()[0] for line in listed.splitlines() if line.split("#")[0].strip()]


def _refusal(uri: str, release: str) -> str | None:
    """Say why `uri` cannot serve `release`, or None if it can."""
    try:
        with urllib.request.urlopen(
            f"{uri.rstrip('/')}/dists/{release}/InRelease", timeout=_TIMEOUT
        ) as answer:
            head = answer.read(4096).decode("utf-8", "replace").splitlines()
    except (OSError, HTTPException) as error:
        return str(error)
    wanted = {"Origin: Debian", "Label: Debian", f"Codename: {release}"}
    return None if wanted <= set(head) else "is not Debian's archive"
