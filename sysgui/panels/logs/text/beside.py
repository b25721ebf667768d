"""What lies beside a log that is rotated. While it is looked at all may be renamed."""

import os
from collections.abc import Sequence

from sysgui.panels.logs.file.regular import open_file
from sysgui.panels.logs.file.rotated import rotated
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .blocks import Text
from .fingerprint import Fingerprint
from .unpack import Unpacking, is_named_packed, packing_of_file


class Beside:
    """The files that rotation gives names like that of a log.

    Args:
        host: The machine.
        path: The log's.
    """

    def __init__(self, host: Host, path: str) -> None:
        self._host = host
        self._path = path

    def state(self) -> object:
        """Returns what differs after files were rotated."""
        try:
            return self._names(), same(self._host.stat(self._path))
        except OSError:
            return None

    def _names(self) -> list[str]:
        folder, name = os.path.split(self._path)
        begins = f"{name}.", f"{name}-"
        names = self._host.each_name(folder)
        return sorted(f"{folder}/{other}" for other in names if other.startswith(begins))

    def copy(self, known: Fingerprint) -> tuple[Text | None, int]:
        """Returns the file that holds what is known, and when it was written, in nanoseconds.

        Raises:
            FileNotFoundError: A file has another name by now.
        """
        for path in sorted(self._names(), key=lambda path: (is_named_packed(path), path)):
            about = self._host.stat(path)
            # One that was compressed is unpacked only if it is as young as it must be.
            copy = self._opened(path, unpacks=about.st_mtime >= known.written // 10**9)
            if copy is not None and known.fits(copy):
                return copy, about.st_mtime_ns
        return None, 0

    def between(self, new: Text, parts: Sequence[Text], since: int) -> list[Text]:
        """Returns what was rotated away unseen, the oldest first.

        Args:
            new: What is written to after these. It may have been rotated away itself, and others
                after it.
            parts: What is known.
            since: They were written to then or later, in nanoseconds since 1970.

        Raises:
            FileNotFoundError: A file has another name by now.
        """
        known = {same(part.identity()) for part in parts}
        filled = [written for part in parts if (written := part.as_written()).size]
        found: list[Text] = []
        paths, by_name = rotated(self._host, self._path)
        files = [(path, self._host.stat(path)) for path in paths]
        if by_name:
            # What comes before a part that is known was not rotated away after it: it was only
            # written anew, by what compressed it.
            before = known - {same(new.identity())}
            behind = [at + 1 for at, (_path, about) in enumerate(files) if same(about) in before]
            files = files[max(behind, default=0) :]
        for path, about in files:
            if same(about) == same(new.identity()):
                break
            if about.st_mtime_ns < since or same(about) in known:
                continue
            text = self._opened(path)
            if text is None or not text.size:
                continue
            # One that is known may have been compressed meanwhile, or is being copied.
            if _are_alike(new, text):
                break
            if not any(_are_alike(part, text) for part in filled):
                found.append(text)
        return found

    def _opened(self, path: str, *, unpacks: bool = True) -> Text | None:
        """Opens a file, and unpacks all of it if it is packed; None if it cannot be read.

        Args:
            path: The file's.
            unpacks: Whether one that is packed is wanted; else None is returned for it.

        Raises:
            FileNotFoundError: It has another name by now.
        """
        try:
            descriptor = open_file(self._host, path)
            packing = packing_of_file(descriptor)
            if packing is None:
                return bytes_of(descriptor)
            unpacking = Unpacking(descriptor, packing)
            if not unpacks:
                unpacking.close()
                return None
            unpacking.go_on(float("inf"))
            return bytes_of(unpacking.descriptor())
        except FileNotFoundError:
            raise
        except (OSError, Problem):
            return None


def bytes_of(descriptor: int) -> Text:
    """Returns a file as it is now, for its bytes only, and not for its blocks."""
    return Text(descriptor, os.fstat(descriptor).st_size, buffer=bytearray())


def same(about: os.stat_result) -> tuple[int, int]:
    """Returns what the names of one file have in common."""
    return about.st_dev, about.st_ino


def _are_alike(one: Text, other: Text) -> bool:
    """Tells whether one of two files begins with all of the other."""
    return Fingerprint(one).fits(other) or Fingerprint(other).fits(one)
