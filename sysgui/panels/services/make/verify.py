"""What systemd itself says of units that are not installed yet."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from sysgui.panels.services.units import SYSTEM, USER
from sysgui.system.host import Host
from sysgui.system.printable import printable
from sysgui.system.problem import unreadable

_ANALYZE = ("systemd-analyze", "--no-pager")


class Verdict(msgspec.Struct, frozen=True):
    """What systemd-analyze(1) says.

    Attributes:
        complaints: Each a line, in systemd's words, with the name of the file; none: all is well.
        times: What it says of the calendar: how it reads it, and when it elapses next.
    """

    complaints: list[str]
    times: list[str] = []


class VerifyProbe:
    """Has units verified in a folder of their own, which is gone afterwards.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(
        self,
        texts: Mapping[str, str] | None = None,
        scope: str = SYSTEM,
        calendar: str = "",
        base: tuple[str, str] = ("", ""),
    ) -> Verdict:
        """Returns what systemd says of some files.

        Args:
            texts: The files by their names; a drop-in as `NAME.d/FILE.conf`.
            scope: Whose manager they are for.
            base: The name and the path of the unit that a drop-in changes; none if both are "".
            calendar: A time of the calendar, of which the next runs are wanted; "" is none.

        Raises:
            Problem: `no-program`, `program-timeout`, or `unreadable` of the base.
        """
        complaints, times = [], []
        if texts:
            with tempfile.TemporaryDirectory(prefix="sysgui-") as folder:
                complaints = list(self._complaints(Path(folder), texts, scope, base))
        if calendar:
            said = self._host.run([*_ANALYZE, "calendar", "--iterations=3", "--", calendar])
            lines = _lines(said.stdout or said.stderr)
            times = [] if said.status else lines
            complaints += lines if said.status else []
        return Verdict(complaints, times)

    def _complaints(
        self, folder: Path, texts: Mapping[str, str], scope: str, base: tuple[str, str]
    ) -> Iterator[str]:
        names = [name for name in texts if "/" not in name]
        if base[1]:
            try:
                (folder / base[0]).write_bytes(self._host.read(base[1]))
            except OSError as error:
                raise unreadable(base[1], error) from error
            names.append(base[0])
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        whose = ["--user"] if scope == USER else []
        units = [str(folder / name) for name in names]
        said = self._host.run([*_ANALYZE, *whose, "verify", "--man=no", "--", *units], 30.0)
        # What they lead to is looked at too, and others' faults are none of theirs.
        own = [str(folder), *names]
        for line in _lines(said.stderr):
            if any(each in line for each in own):
                yield line.replace(f"{folder}/", "")


def _lines(raw: bytes) -> list[str]:
    return [printable(line.strip()) for line in raw.splitlines() if line.strip()]
