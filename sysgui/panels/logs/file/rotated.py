"""Which files hold what was rotated away from a log, the oldest first."""

import os
import re
import stat

from sysgui.system.host import Host

# Written within so many seconds of one another, files were copied, or made at once.
_AT_ONCE = 600

# What logrotate adds to a name: a number or a date, and what compresses.
_ROTATED = re.compile(
    r"[.-](?P<mark>\d{1,4}|\d{8}(?:[-T_]?\d{2,6})?|\d{4}-\d\d-\d\d)(?:\.gz|\.xz|\.zst|\.bz2)?"
)


def older_files(host: Host, path: str) -> list[str]:
    """Returns the paths of the files that were rotated away from `path`, the oldest first.

    They are told by their names, and ordered by when they were last written to: there are programs
    that count upwards. A copy of the files does not tell that any more: then their numbers do. Of a
    file that lies there compressed and plain, the plain one counts.
    """
    folder, name = os.path.split(path)
    try:
        # Of a million names beside it only those are held that matter.
        names = [
            (other, rotated["mark"])
            for other in host.each_name(folder or "/")
            if other.startswith(name) and (rotated := _ROTATED.fullmatch(other, len(name)))
        ]
    except OSError:
        return []
    found: dict[str, tuple[float, tuple[int, str], str]] = {}
    for other, mark in sorted(names, key=lambda found: len(found[0]), reverse=True):
        try:
            about = host.stat(f"{folder}/{other}")
        except OSError:
            continue  # It was rotated on meanwhile.
        if stat.S_ISREG(about.st_mode):
            order = (-int(mark), "") if len(mark) < 8 else (0, mark)
            found[mark] = (about.st_mtime, order, f"{folder}/{other}")
    times = [when for when, _order, _path in found.values()]
    at_once = not times or max(times) - min(times) <= _AT_ONCE
    ordered = sorted(found.values(), key=lambda file: file[1:] if at_once else file)
    return [path for _when, _order, path in ordered]
