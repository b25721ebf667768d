"""A process that only root may look into: what the helper read, replayed through the same probe."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sysgui.system.elevation import Data, Frame
from sysgui.system.host import Host

from .detail import Detail, DetailProbe

Told = TypeVar("Told")


class Inspected(Host):
    """This machine, with what the helper read of one process in its place in /proc.

    Args:
        pid: The process.
        facts: What the helper's `process-inspect` told.
    """

    def __init__(self, pid: int, facts: Iterable[dict[str, Any]]) -> None:
        super().__init__()
        self._beneath = f"/proc/{pid}/"
        self._files: dict[str, bytes] = {}
        self._names: dict[str, list[str]] = {}
        self._links: dict[str, str] = {}
        for fact in facts:
            path = self._beneath + fact["path"]
            if "data" in fact:
                self._files[path] = self._files.get(path, b"") + fact["data"].encode("latin-1")
            elif "link" in fact:
                leads = fact["link"].encode("latin-1")
                self._links[path] = leads.decode("utf-8", "surrogateescape")
            else:
                self._names.setdefault(path, []).extend(fact["names"])

    def read(self, path: str) -> bytes:
        """Reads what the helper read; of other processes and things, what anybody can."""
        if not path.startswith(self._beneath):
            return super().read(path)
        return _told(self._files, path)

    def names(self, path: str) -> list[str]:
        """Lists what the helper listed."""
        return _told(self._names, path)

    def link(self, path: str) -> str:
        """Says where a link of the process leads."""
        return _told(self._links, path)


def _told(told: dict[str, Told], path: str) -> Told:
    try:
        return told[path]
    except KeyError:
        raise FileNotFoundError(2, "not told by the helper", path) from None


def detail_of(pid: int, start: int, frames: Iterable[Frame]) -> Detail:
    """Returns the detail of a process from the helper's answer.

    Raises:
        Problem: `process-gone` if the answer does not hold this process.
    """
    facts = [frame.facts for frame in frames if isinstance(frame, Data)]
    target = f"{pid}:{start}:"
    of_this = (fact for fact in facts if fact["target"].startswith(target))
    return DetailProbe(Inspected(pid, of_this)).read(pid, start)
