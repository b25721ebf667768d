"""Whether the helper is as it was installed: what `sysgui doctor` wants to know."""

from __future__ import annotations

import os
import platform
import stat
from typing import TYPE_CHECKING, Any, Iterator, Mapping

from ..operation import Operation, Request

if TYPE_CHECKING:
    from ..session import Session


def writable_by_others(path: str) -> list[str]:
    """Returns those of a path and all directories above it that anyone but root can write."""
    found = []
    while True:
        about = os.lstat(path)
        sticky = stat.S_ISDIR(about.st_mode) and about.st_mode & stat.S_ISVTX
        if about.st_uid != 0 or (about.st_mode & 0o022 and not sticky):
            found.append(path)
        above = os.path.dirname(path)
        if above == path:
            return found
        path = above


def _read(session: Session, _request: Request) -> Iterator[Mapping[str, Any]]:
    here = os.path.realpath(__file__)
    yield {
        "python": platform.python_version(),
        "uid": os.geteuid(),
        "caller": session.caller,
        "writable": writable_by_others(here),
    }


SELF_CHECK = Operation(
    name="self-check",
    description="Check the installation of Sysgui's helper",
    message="Authentication is required to check the part of Sysgui that runs as root",
    target=None,
    arguments={},
    read=_read,
)
