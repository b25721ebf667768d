"""What the helper sends of a log, and of what was rotated away before, put together in one file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .text.unpack import DamagedError, Unpacker, packing_of


class Arriving:
    """Writes what comes of some files one after another, unpacked, each from a line of its own on.

    Args:
        file: What is written to.
        targets: As they were asked of the helper: what was rotated away, the oldest first, and the
            log itself.
        follows: Whether the helper goes on as they grow.

    Attributes:
        is_over: Whether nothing comes any more that would be wanted.
    """

    def __init__(self, file: IO[bytes], targets: Sequence[str], *, follows: bool) -> None:
        self._file = file
        self._older = {target: _Source() for target in targets[:-1]}
        self._log = _Source()
        self._follows = follows
        self._writes: _Source | None = None
        self._ends_line = True
        self._spoilt: list[Problem] = []
        self.is_over = False

    def take(self, facts: Mapping[str, Any]) -> None:
        """Takes what stands in a frame.

        Raises:
            DamagedError: The rest of the log itself cannot be unpacked.
            Problem: `no-room`.
        """
        source = self._older.get(facts.get("target", ""), self._log)
        event = facts.get("event")
        if event == "opened":
            source.size = facts.get("size", 0)
        elif event is not None:
            # What has the name of an older file then is what was younger, and is there already.
            source.is_over = source is not self._log
        if source.is_over:
            return
        try:
            for piece in source.unpacked(str(facts.get("data", "")).encode("latin-1")):
                self._write(source, piece)
            if source.is_complete and (source is not self._log or self._follows):
                source.end()  # What is compressed is not written to any more.
                self.is_over = source is self._log
        except DamagedError as error:
            if source is self._log:
                raise
            source.is_over = True
            self._spoilt.append(Problem("damaged", str(error), f"({facts['target']})"))

    def spoilt(self) -> Iterator[Problem]:
        """Yields what was the matter with older files since the last time."""
        while self._spoilt:
            yield self._spoilt.pop(0)

    def end(self) -> None:
        """Takes note that nothing comes any more.

        Raises:
            DamagedError: Something is missing.
        """
        self._log.end()

    def _write(self, source: "_Source", data: bytes) -> None:
        if not data:
            return
        if source is not self._writes and not self._ends_line:
            data = b"\n" + data
        self._writes, self._ends_line = source, data.endswith(b"\n")
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise Problem(
                "no-room",
                _("What comes cannot be kept: {error}.").format(error=error.strerror),
                _("TMPDIR names another folder for temporary files."),
            ) from error


class _Source:
    """One of the files.

    Attributes:
        size: When it was opened, in bytes.
        is_over: Whether no more of it is wanted.
    """

    def __init__(self) -> None:
        self.size = 0
        self.is_over = False
        self._came = 0
        self._unpacker: Unpacker | None = None

    def unpacked(self, data: bytes) -> Iterator[bytes]:
        """Yields what some more of it holds.

        Raises:
            DamagedError: The rest cannot be unpacked.
        """
        if not self._came and (packing := packing_of(data)) is not None:
            self._unpacker = Unpacker(packing)
        self._came += len(data)
        if self._unpacker is not None:
            yield from self._unpacker.unpack(data)
        elif data:
            yield data

    @property
    def is_complete(self) -> bool:
        """Whether it is compressed, and all of it came."""
        return self._unpacker is not None and self._came >= self.size

    def end(self) -> None:
        """Takes note that no more of it comes.

        Raises:
            DamagedError: Something is missing.
        """
        if self._unpacker is not None:
            self._unpacker.end()
