"""Files of state: read whatever stands in them, and written whole."""

from __future__ import annotations

import json
import os
from typing import Any

_MOST = 1 << 20


def read_json(path: str) -> Any:
    """Returns what a file holds; None if there is none, or no JSON in it. No link is followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        try:
            return json.loads(file.read(_MOST))
        except (OSError, ValueError, RecursionError):
            return None


def fitting(given: Any, fresh: Any) -> Any:
    """Returns a named tuple with given values; as it was if one of them is of another type."""
    known = given if isinstance(given, dict) else {}
    found = {name: known[name] for name in fresh._fields if name in known}
    found = {name: tuple(v) if isinstance(v, list) else v for name, v in found.items()}
    good = all(type(value) is type(getattr(fresh, name)) for name, value in found.items())
    return fresh._replace(**found) if good else fresh


def write(path: str, text: str, mode: int = 0o644) -> None:
    """Writes a file so that whoever reads it, whatever happens, finds the old one or the new."""
    new = f"{path}.{os.urandom(4).hex()}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.rename(new, path)
    except OSError:
        os.unlink(new)
        raise
    directory = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
