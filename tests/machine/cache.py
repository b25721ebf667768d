"""Directories that are costly to make and are kept between runs."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PARTIAL = ".partial"


def store() -> Path:
    """Return where machines are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "sysgui" / "machines"


@contextmanager
def cached(
    directory: Path, name: str, digest: str, build: Callable[[Path], None]
) -> Iterator[Path]:
    """Give the directory `name`-`digest`, built if it is not there yet.

    It counts as built only once `build` has returned; two processes never build at once; those of
    the same name with other digests are removed, unless somebody uses them.

    Args:
        directory: Where it is kept. Only its owner may enter, as a root contains setuid programs.
        name: What it is.
        digest: What it contains, in hexadecimal digits.
        build: Fills an empty directory.

    Yields:
        The directory, which stays as long as the context is open.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = directory / f"{name}-{digest}"
    with ExitStack() as in_use:
        lock = directory / f"{name}.lock"
        lock.touch()
        with _locked(lock, fcntl.LOCK_EX):
            _sweep(directory, name, keep=final)
            if not final.exists():
                _build(final, build)
            in_use.enter_context(_locked(final, fcntl.LOCK_SH))
        yield final


def _build(final: Path, build: Callable[[Path], None]) -> None:
    partial = final.with_name(final.name + _PARTIAL)
    partial.mkdir()
    partial.chmod(0o755)
    build(partial)
    os.sync()  # A power cut must not leave a complete name with incomplete contents.
    partial.rename(final)


def _sweep(directory: Path, name: str, keep: Path) -> None:
    """Remove other digests and what interrupted builds have left."""
    ours = re.compile(re.escape(name) + r"-[0-9a-f]+(" + re.escape(_PARTIAL) + r")?")
    for entry in sorted(directory.iterdir()):
        if entry != keep and ours.fullmatch(entry.name):
            _remove(entry)


def _remove(entry: Path) -> None:
    try:
        with _locked(entry, fcntl.LOCK_EX | fcntl.LOCK_NB):
            # Renamed first, so that an interrupted removal leaves nothing that counts as built.
            doomed = entry.with_name(entry.name.removesuffix(_PARTIAL) + _PARTIAL)
            shutil.rmtree(entry.rename(doomed))
    except BlockingIOError:
        pass  # In use by another run, which sweeps nothing; a later run removes it.


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
