"""A file that gets its name when it is complete: until then, and if it never is, there is none."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

# What a kernel, or a file system, says that has no files without a name.
_NO_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL)


class NewFile:
    """A file that only its owner may read; without `finish` nothing is left of it.

    One that takes the place of another may be read by whom that one was for.

    Args:
        path: Its name.
        replaces: Whether it may take the place of another file; that is as it was until `finish`.

    Attributes:
        file: Where it is written to.

    Raises:
        Problem: `exists`, if it is there already and may not be replaced; `not-a-file`, if what
            is there is none; `unwritable`.
    """

    def __init__(self, path: str, *, replaces: bool = False) -> None:
        # A link stays one: what it leads to is replaced.
        self._path = Path(os.path.realpath(path) if replaces else path)
        self._replaces = replaces
        self._named = ""
        if not replaces and os.path.lexists(path):
            raise self._exists()
        if self._path.exists() and not self._path.is_file():
            raise Problem(
                "not-a-file",
                _("{path} is no file: it is not replaced.").format(path=printable_text(path)),
                _("Choose another name."),
            )
        with self.writing():
            self.file = os.fdopen(self._opened(), "w+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # What is not on the disk yet is not wanted any more.
            self.file.close()
        if self._named:
            with contextlib.suppress(OSError):
                Path(self._named).unlink()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Has what goes wrong while it is written be told as such.

        Raises:
            Problem: `unwritable`.
        """
        try:
            yield
        except OSError as error:
            raise Problem(
                "unwritable",
                _("{path} cannot be written: {error}.").format(
                    path=printable_text(str(self._path)), error=error.strerror or error
                ),
                _("What was there before is as it was. Choose another place, or make room there.")
                if self._replaces
                else _("Nothing is left of it. Choose another place, or make room there."),
            ) from error

    def finish(self) -> None:
        """Gives it its name.

        Raises:
            Problem: `unwritable`, `exists`.
        """
        with self.writing():
            self.file.flush()
            if self._replaces:
                with contextlib.suppress(FileNotFoundError):
                    os.fchmod(self.file.fileno(), stat.S_IMODE(self._path.stat().st_mode))
            os.fsync(self.file.fileno())
            try:
                self._name()
            except FileExistsError:
                raise self._exists() from None

    def _opened(self) -> int:
        try:
            return os.open(self._path.parent, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            if error.errno not in _NO_NAMELESS:
                raise
        return self._opened_by_name()

    def _opened_by_name(self) -> int:
        opened, self._named = tempfile.mkstemp(prefix=f".{self._path.name}-", dir=self._path.parent)
        return opened

    def _name(self) -> None:
        if self._replaces and not self._named:
            fd, name = tempfile.mkstemp(prefix=f".{self._path.name}-", dir=self._path.parent)
            os.close(fd)
            Path(name).unlink()
            self._link(Path(name))
            self._named = name
        if not self._named:
            self._link(self._path)
        elif self._replaces:
            Path(self._named).replace(self._path)
            self._named = ""
        else:
            os.link(self._named, self._path)

    def _link(self, path: Path) -> None:
        folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Only with a descriptor of the folder does Python follow the link, as is meant here.
            os.link(f"/proc/self/fd/{self.file.fileno()}", path.name, dst_dir_fd=folder)
        finally:
            os.close(folder)

    def _exists(self) -> Problem:
        return Problem(
            "exists",
            _("{path} exists already.").format(path=printable_text(str(self._path))),
            _("Choose another name, or remove it."),
        )
