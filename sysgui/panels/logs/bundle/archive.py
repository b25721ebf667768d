"""The file that a bundle is: a .zip that is the same to the last byte whenever its parts are."""

import contextlib
import hashlib
import zipfile
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from sysgui.system.new_file import NewFile

FOLDER = "incident"
SUMS = "SHA256SUMS"

# The first moment that a .zip can tell: none of those of this machine.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o100644 << 16


class Archive:
    """Writes parts, and at the end what tells whether they are as they were.

    Args:
        file: Where to; it is finished with `finish`.
    """

    def __init__(self, file: NewFile) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file.file, "w", zipfile.ZIP_DEFLATED)
        self._sums: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Of what is not finished nothing is kept, so that nothing needs to be right about it.
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()

    @contextlib.contextmanager
    def part(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Adds a part, and gives what writes to it.

        Raises:
            Problem: `unwritable`; so does what writes to it.
        """
        about = zipfile.ZipInfo(f"{FOLDER}/{name}", _NO_TIME)
        about.compress_type = zipfile.ZIP_DEFLATED
        about.create_system, about.external_attr = _UNIX, _MODE
        sum_of = hashlib.sha256()

        def write(data: bytes) -> None:
            sum_of.update(data)
            with self._file.writing():
                part.write(data)

        with self._file.writing():
            part = self._zip.open(about, "w", force_zip64=True)
        try:
            yield write
            with self._file.writing():
                part.close()
        finally:
            with contextlib.suppress(OSError):
                part.close()
        self._sums.append(f"{sum_of.hexdigest()}  {name}\n")

    def add(self, name: str, text: str) -> None:
        """Adds a part that is a text.

        Raises:
            Problem: `unwritable`.
        """
        with self.part(name) as write:
            write(text.encode("utf-8", "surrogateescape"))

    def finish(self) -> None:
        """Adds the sums of all parts, and gives the file its name.

        Raises:
            Problem: `unwritable`, `exists`.
        """
        self.add(SUMS, "".join(self._sums))
        with self._file.writing():
            self._zip.close()
        self._file.finish()
