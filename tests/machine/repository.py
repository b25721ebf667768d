"""What a machine without a network installs from: Debian's packages, and wheels, in directories."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from packaging.markers import Marker

from .cache import cached, store
from .commands import checked, program
from .mirror import find_mirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .build import System

# Besides what the installer asks for: launches a menu's entry as a desktop does.
_MORE = ("libglib2.0-bin",)

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

_TIMEOUT = 600


@contextmanager
def repository(system: System, checkout: Path) -> Iterator[Path]:
    """Give a repository of all that the installer may install on a machine of `system`.

    It holds no package that the machine has, so that it stands for the distribution's mirror:
    `deb [trusted=yes] file:PATH ./`.
    """
    names = (*_wanted(checkout), *_MORE)
    key = hashlib.sha256("\n".join((system.root.name, *names)).encode()).hexdigest()[:16]
    with cached(
        store(), f"repository-{system.release}", key, lambda at: _fill(at, system, names)
    ) as directory:
        yield directory


@contextmanager
def wheels(system: System, checkout: Path) -> Iterator[Path]:
    """Give a directory of the wheels that the application's lock pins, for the machine's Python."""
    lock = checkout / "installer" / "requirements.txt"
    python = (system.root / "usr/bin/python3").readlink().name.removeprefix("python")
    key = hashlib.sha256(python.encode() + lock.read_bytes()).hexdigest()[:16]
    with cached(
        store(), f"wheels-{system.release}", key, lambda at: _download(at, lock, python)
    ) as directory:
        yield directory


def _wanted(checkout: Path) -> Sequence[str]:
    """Return the packages of every kind that the installer's own table names for apt."""
    script = 'manager=apt-get; . "$1/installer/setup.sh"; shift; for k; do packages "$k"; done'
    kinds = ("venv", "window", "font", "polkit", "build")
    return checked(["sh", "-euc", script, "sh", str(checkout), *kinds], timeout=_TIMEOUT).split()


def _fill(directory: Path, system: System, names: Sequence[str]) -> None:
    """Let the host's apt, which reaches a mirror, work out and fetch what the machine lacks."""
    working = directory / "apt"
    for name in ("state/lists/partial", "cache/archives/partial"):
        (working / name).mkdir(parents=True)
    mirror = find_mirror(system.release)
    sources = working / "sources.list"
    sources.write_text(f"deb [signed-by={_KEYRING}] {mirror} {system.release} main\n")
    options = {
        "Dir::State": working / "state",
        "Dir::State::status": system.root / "var/lib/dpkg/status",
        "Dir::Cache": working / "cache",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    checked([*apt, "update"], timeout=_TIMEOUT)
    wanted = [*apt, "install", "--yes", "--no-install-recommends", "--download-only", *names]
    checked(wanted, timeout=_TIMEOUT)
    index = []
    for package in sorted((working / "cache/archives").glob("*.deb")):
        package.rename(directory / package.name)
        index.append(_entry(directory / package.name))
    (directory / "Packages").write_text("\n".join(index))
    shutil.rmtree(working)


def _entry(package: Path) -> str:
    """Return what a repository's index says of a package."""
    control = subprocess.run(
        [program("dpkg-deb"), "--field", str(package)], capture_output=True, text=True, check=True
    ).stdout
    data = package.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return f"{control}Filename: ./{package.name}\nSize: {len(data)}\nSHA256: {digest}\n"


def _pins(lock: Path, python: str) -> Iterator[str]:
    """Yield the lines of the lock that hold for a Python: pip would ask the one that runs it."""
    machine = {"python_version": python, "python_full_version": f"{python}.0"}
    for line in re.sub(r"\\\n\s*", "", lock.read_text(encoding="utf-8")).splitlines(keepends=True):
        pin, _, rest = line.partition(" --hash")
        _name, _, marker = pin.partition(" ; ")
        if not marker.strip() or Marker(marker.strip()).evaluate(machine):
            yield f"{_name} --hash{rest}" if rest else line


def _download(directory: Path, lock: Path, python: str) -> None:
    listed = directory / "requirements.txt"
    listed.write_text("".join(_pins(lock, python)))
    checked(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--python-version", python),
            *("--dest", str(directory), "--requirement", str(listed)),
        ],
        timeout=_TIMEOUT,
        env={"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"},
    )
