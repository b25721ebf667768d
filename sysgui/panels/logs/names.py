"""The names of files as texts that can be told: any bytes may stand in a name.

A name that is no UTF-8 is told as a URI, `file:///var/log/caf%E9`; that can be opened as well.
"""

import os
from urllib.parse import quote, unquote_to_bytes

_SCHEME = "file://"


def named(path: str) -> str:
    """Returns a path as it can be told, and opened again."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return _SCHEME + quote(os.fsencode(path))
    return path


def path_of(name: str) -> str:
    """Returns the path that was told."""
    if not name.startswith(_SCHEME):
        return name
    return os.fsdecode(unquote_to_bytes(name.removeprefix(_SCHEME)))
