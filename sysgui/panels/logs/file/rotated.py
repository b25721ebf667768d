"""Which files hold what was rotated away from a log, the oldest first."""

import itertools
import os
import re
import stat
from collections.abc import Collection
from typing import NamedTuple

from sysgui.system.host import Host

# Written within so many seconds of one another, files were copied, or made at once.
_AT_ONCE = 600

# What logrotate adds to a name: a number or a date, and what compresses.
_DAY = r"\d{8}(?:[-T_]?\d{2,10})?|\d{4}-\d\d-\d\d"
_PACKED = r"(?P<packed>\.gz|\.xz|\.zst|\.bz2)?"
_ROTATED = re.compile(rf"[.-](?P<mark>\d{{1,4}}|{_DAY}){_PACKED}")


# A date as its digits: %d%m%Y is none, and tells no order.
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d*")


class Rotated(NamedTuple):
    """Files that were rotated away from a log.

    Attributes:
        paths: Their paths, the oldest first.
        by_name: Whether their names tell this order, whenever they were written to.
    """

    paths: list[str]
    by_name: bool


class _File(NamedTuple):
    written: float
    mark: str
    is_packed: bool
    path: str

    @property
    def number(self) -> int:
        return int(self.mark)

    @property
    def date(self) -> str:
        return re.sub(r"\D", "", self.mark)

    @property
    def is_numbered(self) -> bool:
        return len(self.mark) < 8


def older_files(host: Host, path: str) -> list[str]:
    """Returns the paths of the files that were rotated away from `path`, the oldest first.

    See `rotated`.
    """
    return rotated(host, path).paths


def rotated(host: Host, path: str) -> Rotated:
    """Returns the files that were rotated away from `path`.

    They are told by their names, and ordered by the dates in these, or by their numbers if only the
    higher ones are compressed: what compresses them may write them later, as `gzip -c` and
    Kubernetes do. Else they are ordered by when they were last written
    to: there are programs that count upwards. A copy of the files does not tell that any more: then
    their numbers do. Of a file that lies there compressed and plain, the plain one counts.
    """
    folder, name = os.path.split(path)
    shapes = _shapes(name)
    try:
        # Of a million names beside it only those are held that matter.
        names = [
            (other, rotated["mark"], bool(rotated["packed"]))
            for other in host.each_name(folder or "/")
            for begin, shape in shapes
            if other.startswith(begin) and (rotated := shape.fullmatch(other, len(begin)))
        ]
    except OSError:
        return Rotated([], by_name=False)
    found: dict[str, _File] = {}
    for other, mark, is_packed in sorted(names, key=lambda found: len(found[0]), reverse=True):
        try:
            about = host.stat(f"{folder}/{other}")
        except OSError:
            continue  # It was rotated on meanwhile.
        if stat.S_ISREG(about.st_mode):
            found[mark] = _File(about.st_mtime, mark, is_packed, f"{folder}/{other}")
    files, by_name = _ordered(found.values())
    return Rotated([file.path for file in files], by_name)


def _shapes(name: str) -> list[tuple[str, re.Pattern[str]]]:
    """Returns how the names of files begin that are rotated away, and how they go on.

    With logrotate's `extension .log` what it adds to app.log stands before that: app.1.log,
    app-20261126.log.gz; but app-1.log is another log.
    """
    shapes = [(name, _ROTATED)]
    stem, dot, last = name.rpartition(".")
    if stem:
        between = rf"(?:-(?=\d{{4}}-?\d\d)|\.)(?P<mark>\d{{1,4}}|{_DAY})"
        shapes.append((stem, re.compile(f"{between}{re.escape(dot + last)}{_PACKED}")))
    return shapes


def _ordered(found: Collection[_File]) -> tuple[list[_File], bool]:
    """Returns files in their order, and whether their names tell it."""
    if all(not file.is_numbered and _DATE.fullmatch(file.date) for file in found):
        return sorted(found, key=lambda file: file.date), True
    if all(file.is_numbered for file in found):
        youngest_last = sorted(found, key=lambda file: file.number, reverse=True)
        packed = [file for file in youngest_last if file.is_packed]
        plain = youngest_last[len(packed) :]
        if packed == youngest_last[: len(packed)] and packed and plain and _are_in_order(plain):
            return youngest_last, True
    times = [file.written for file in found]
    if max(times) - min(times) > _AT_ONCE:
        return sorted(found, key=lambda file: (file.written, *_order(file))), False
    return sorted(found, key=_order), False


def _are_in_order(files: list[_File]) -> bool:
    return all(one.written <= other.written for one, other in itertools.pairwise(files))


def _order(file: _File) -> tuple[int, str, str]:
    return (-file.number, "", file.path) if file.is_numbered else (0, file.mark, file.path)
