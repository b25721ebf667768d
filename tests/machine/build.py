"""Builds the two directories a machine is booted from: Debian's root and our dependencies."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from .cache import cached, store
from .commands import checked, confined
from .errors import MachineError, Unavailable
from .mirror import find_mirror
from .recipe import PACKAGES, SETUP, digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What a probe, and an authentication agent of the tests', import besides the standard library.
DEPENDENCIES = ("jeepney", "msgspec", "psutil")

_BUILD_TIMEOUT = 900


class System(NamedTuple):
    """What a machine is booted from; never written to."""

    release: str
    root: Path
    dependencies: Path


@contextmanager
def system(release: str, checkout: Path) -> Iterator[System]:
    """Give what a machine of `release` is booted from, built if it must be."""
    with cached(store(), release, digest(release), lambda at: _build_root(release, at)) as root:
        python = _python(root)
        pins = requirements(checkout / "installer" / "requirements.txt")
        key = hashlib.sha256(f"{python}\n{pins}".encode()).hexdigest()[:16]
        with cached(
            store(), f"python-{release}", key, lambda at: _install(python, pins, at)
        ) as dependencies:
            yield System(release, root, dependencies)


def requirements(pinned: Path) -> str:
    """Return the pins of `DEPENDENCIES`, with their hashes where the file has them.

    Without the file they are the versions that the tests themselves run with.
    """
    if not pinned.exists():
        return "".join(f"{name}=={version(name)}\n" for name in DEPENDENCIES)
    lines = re.sub(r"\\\n\s*", "", pinned.read_text(encoding="utf-8")).splitlines()
    pins = [line for line in lines if re.split(r"[=\s]", line, maxsplit=1)[0] in DEPENDENCIES]
    if len(pins) != len(DEPENDENCIES):
        raise MachineError(f"{pinned} does not pin {', '.join(DEPENDENCIES)} once each")
    return "\n".join(pins) + "\n"


def _build_root(release: str, root: Path) -> None:
    mirror = find_mirror(release)
    confined(
        [
            "debootstrap",
            "--variant=minbase",
            f"--include={','.join(PACKAGES)}",
            release,
            str(root),
            mirror,
        ],
        timeout=_BUILD_TIMEOUT,
    )
    confined(["chroot", str(root), "/bin/sh", "-euc", "\n".join(SETUP)], timeout=120)


def _python(root: Path) -> str:
    """Return the version of the machine's own Python, such as "3.13"."""
    return (root / "usr/bin/python3").readlink().name.removeprefix("python")


def _install(python: str, pins: str, target: Path) -> None:
    """Install wheels for the machine's Python, from here: its own network is private."""
    if importlib.util.find_spec("pip") is None:
        raise Unavailable(f"{sys.executable} has no pip to fetch {', '.join(DEPENDENCIES)} with")
    listed = target / "requirements.txt"
    listed.write_text(pins, encoding="utf-8")
    checked(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"),
            *("--only-binary", ":all:", "--python-version", python),
            *("--target", str(target), "--requirement", str(listed)),
            *(["--require-hashes"] if "--hash=" in pins else []),
        ],
        timeout=_BUILD_TIMEOUT,
        env={"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"},
    )
