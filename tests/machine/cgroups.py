"""Gives each machine control groups of its own."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where systemd may keep its units: version 2 alone, or beside version 1, and version 1.
_MOUNTS = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd")


@contextmanager
def own_groups(name: str) -> Iterator[list[Path]]:
    """Give new control groups, one in each hierarchy, that go when the context ends.

    Without them all machines of a host would have the same ones: each removes what is empty when it
    halts, and what another is just about to start a service in is empty, too. That service then
    fails with the status 219/CGROUP.

    They are left, empty, by tests that are killed.
    """
    groups = _groups(name)
    for group in groups:
        group.mkdir()
    try:
        yield groups
    finally:
        remove_groups(name)


def groups_beside(pid: int) -> list[Path]:
    """Return control groups, which may not be there, beside those of a machine's init."""
    *second, first = _MOUNTS
    found = []
    for line in Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines():
        _number, controllers, path = line.split(":", 2)
        mounts = {"": second, "name=systemd": [first]}.get(controllers, [])
        found += [Path(mount + path).parent / "entered" for mount in mounts if _is_one(mount)]
    return found


def remove_groups(name: str) -> None:
    """Remove what `own_groups` has given by that name, as far as nothing runs there."""
    for group in _groups(name):
        for path in (*sorted(group.rglob("*/"), reverse=True), group):
            try:
                path.rmdir()
            except OSError as error:
                # A machine that had to be killed may take a moment to end.
                if error.errno != errno.EBUSY:
                    raise


def _groups(name: str) -> list[Path]:
    return [Path(mount, name) for mount in _MOUNTS if _is_one(mount)]


def _is_one(mount: str) -> bool:
    return Path(mount, "cgroup.procs").exists()
