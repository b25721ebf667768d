"""A file of the user's, replaced whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Writes a file so that whoever reads it, and whatever happens, finds the old or the new one.

    Raises:
        OSError: As mkdir(2), write(2), fsync(2) and rename(2) say; the old file is there then.
    """
    # A link, into a repository of settings say, stays one: what it leads to is replaced.
    target = Path(os.path.realpath(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
