"""What a machine is given to install Sysgui with: packages, wheels, and what is made of them."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .boot import boot
from .cache import cached, store
from .debian import CHECKOUT
from .repository import repository, wheels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .build import System
    from .debian import Machine

# Where a machine sees them.
PACKAGES = "/opt/packages"
WHEELS = "/opt/wheels"

# Where it sees the package.
INSIDE = "/opt/made"

# pip takes wheels from there and asks nobody else.
PIP = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS}

# What the package is made of.
_SOURCES = ("sysgui", "resources", "installer")


class Supplies(NamedTuple):
    """Directories of the host.

    Attributes:
        packages: A repository of Debian's packages.
        wheels: Of the lock.
    """

    packages: Path
    wheels: Path

    @property
    def binds(self) -> Sequence[str]:
        """Options for systemd-nspawn."""
        return (f"--bind-ro={self.packages}:{PACKAGES}", f"--bind-ro={self.wheels}:{WHEELS}")


@contextmanager
def supplies(system: System, checkout: Path) -> Iterator[Supplies]:
    """Give what machines of `system` install from."""
    with ExitStack() as held:
        yield Supplies(
            held.enter_context(repository(system, checkout)),
            held.enter_context(wheels(system, checkout)),
        )


def use_mirror(machine: Machine) -> None:
    """Let apt know the repository, and it alone, as the distribution's mirror."""
    machine.write("/etc/apt/sources.list", f"deb [trusted=yes] file:{PACKAGES} ./\n")
    machine.output(["apt-get", "-qq", "update"])


@contextmanager
def package(system: System, supplies: Supplies, checkout: Path) -> Iterator[Path]:
    """Give the package as `installer/build-deb` makes it, on a machine of that release."""
    key = _digest(checkout, system.root.name, supplies.packages.name, supplies.wheels.name)

    def build(directory: Path) -> None:
        with boot(system, checkout, *supplies.binds) as machine:
            use_mirror(machine)
            machine.output(["mkdir", "/root/made"])
            script = f"cd /root/made && exec {CHECKOUT}/installer/build-deb"
            # Its packing alone would take a minute; what is in it is the same.
            machine.output(["sh", "-c", script], timeout=600, env={**PIP, "SYSGUI_PACK_LEVEL": "0"})
            made = Path(f"/proc/{machine.pid}/root/root/made")
            for path in made.iterdir():
                shutil.copy(path, directory)

    with cached(store(), f"package-{system.release}", key, build) as directory:
        (path,) = directory.iterdir()
        yield path


@contextmanager
def bare(
    system: System, supplies: Supplies, package: Path, checkout: Path, *arguments: str
) -> Iterator[Machine]:
    """Boot a machine that can see the package and has not installed it."""
    binds = (*supplies.binds, f"--bind-ro={package.parent}:{INSIDE}")
    with boot(system, checkout, *binds, *arguments) as machine:
        use_mirror(machine)
        yield machine


def apt(machine: Machine, *words: str) -> None:
    """Run apt-get, which asks nobody anything."""
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    machine.output(["apt-get", "-qq", "--yes", *words], timeout=600, env=env)


def _digest(checkout: Path, *more: str) -> str:
    """Name the contents of all that goes into the package."""
    found = hashlib.sha256("\n".join(more).encode())
    for path in sorted(path for part in _SOURCES for path in (checkout / part).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found.update(f"{path.relative_to(checkout)} {path.stat().st_mode:o}\n".encode())
            found.update(path.read_bytes())
    for name in ("README.md", "CHANGELOG.md"):
        found.update((checkout / name).read_bytes())
    return found.hexdigest()[:16]
