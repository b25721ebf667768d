"""The few files beneath /etc that a watch consists of: written whole, and never through a link."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Callable, Iterator, NamedTuple, Sequence

from ..refusal import Refusal
from .systemctl import change

MOST = 64 << 10
FOLDER = 0o755

SYSTEM = "/etc/systemd/system"


class Place(NamedTuple):
    """Where a file stands.

    Attributes:
        root: A directory that is always there, and root's.
        folder: A name in it: a directory that is made when it is needed, and removed when empty.
        name: A name in that.
        mode: Of the file.
    """

    root: str
    folder: str
    name: str
    mode: int = 0o644

    @property
    def path(self) -> str:
        """All of it, for people to read."""
        return f"{self.root}/{self.folder}/{self.name}"


class Change(NamedTuple):
    """What a file is to hold; None if it is to go."""

    place: Place
    data: bytes | None


def read(place: Place) -> bytes | None:
    """Returns what a file holds; None if it is not there.

    Raises:
        Refusal: `not-a-file` if it, or its folder, is a link or the like; `too-much`.
    """
    with contextlib.ExitStack() as held:
        folder = _folder(place, held)
        if folder is None:
            return None
        try:
            descriptor = os.open(
                place.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder
            )
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Refusal("not-a-file") from error
        held.callback(os.close, descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refusal("not-a-file")
        found = os.read(descriptor, MOST + 1)
        if len(found) > MOST:
            raise Refusal("too-much")
        return found


@contextlib.contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """Changes files; what goes wrong, also within the context, puts all of them back.

    Raises:
        Refusal: As `read`.
        OSError: As the kernel says.
    """
    before = [Change(change.place, read(change.place)) for change in changes]
    with contextlib.ExitStack() as undo:
        for was, change in zip(before, changes):
            undo.callback(_put, was)
            _put(change)
        yield
        undo.pop_all()


@contextlib.contextmanager
def applied(changes: Sequence[Change], wanted: Callable[[], bool]) -> Iterator[None]:
    """Changes files that systemd reads, and has it read them; also when they are put back.

    Raises:
        Refusal: As `changed`; `failed` or `cancelled`.
        OSError: As the kernel says.
    """
    with contextlib.ExitStack() as undo:
        undo.callback(change, ["daemon-reload"], lambda: True)
        with changed(changes):
            reload(wanted)
            yield
        undo.pop_all()


def reload(wanted: Callable[[], bool]) -> None:
    """Has systemd read its files.

    Raises:
        Refusal: `failed` or `cancelled`.
    """
    if not change(["daemon-reload"], wanted):
        raise Refusal("failed")


def forget(units: Sequence[str]) -> None:
    """Ends units, and has systemd know nothing of how they ended; most are not there anyway."""
    for unit in units:
        change(["stop", "--", unit], lambda: True)
        change(["reset-failed", "--", unit], lambda: True)


def _folder(place: Place, held: contextlib.ExitStack, *, make: bool = False) -> int | None:
    root = os.open(place.root, os.O_RDONLY | os.O_DIRECTORY)
    held.callback(os.close, root)
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(place.folder, dir_fd=root)
            os.chmod(place.folder, FOLDER, dir_fd=root)  # Whatever the umask is.
    try:
        folder = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refusal("not-a-file") from error
    held.callback(os.close, folder)
    return folder


def _put(change: Change) -> None:
    place = change.place
    with contextlib.ExitStack() as held:
        folder = _folder(place, held, make=change.data is not None)
        if folder is None:
            return  # What is to go is not there.
        if change.data is not None:
            _write(place, folder, change.data)
            return
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place.name, dir_fd=folder)
        os.fsync(folder)
    with contextlib.suppress(OSError):  # Others' files are in it.
        os.rmdir(f"{place.root}/{place.folder}")


def _write(place: Place, folder: int, data: bytes) -> None:
    new = f".{place.name}.{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(new, flags, place.mode, dir_fd=folder)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, place.mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.rename(new, place.name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        os.unlink(new, dir_fd=folder)
        raise
    os.fsync(folder)
