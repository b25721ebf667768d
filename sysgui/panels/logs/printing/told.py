"""What a log tells of each line, for scripts: when it was written, how severe it is, its parts."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sysgui.panels.logs.file.understood import Understood
from sysgui.panels.logs.formats.keyed import JSON
from sysgui.panels.logs.formats.spans import shape_of
from sysgui.panels.logs.formats.stamps import UNKNOWN
from sysgui.panels.logs.query import NUMBERS
from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.joined import Joined, Original
from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.text.recode import text_of, without_colours
from sysgui.panels.logs.text.wanted import AtLevel, Condition, Sight

# Parts that are told as what they mean.
_MEANT = ("time", "level")

# Parts that are numbers, of as many digits as any number of theirs has.
_NUMBERS = (*NUMBERS, "pid")
_DIGITS = 18


class Teller:
    """Returns lines of a log, and of each what the log tells of it, if that is printed.

    Args:
        log: What is understood of it.
        json: Whether that is printed.

    Attributes:
        needed: What must be looked for besides what is wanted, by name.
    """

    def __init__(self, log: Understood, *, json: bool) -> None:
        self._log = log
        self._json = json
        self.needed: Mapping[str, Condition] = {}
        if json:
            self.needed = {"levels": AtLevel(range(len(NAMES)), log.rules)}
        # Of lines of JSON the text is JSON itself, and tells them.
        parts = {} if log.form.name == JSON else log.form.parts
        # By `parts_of` a million lines take two seconds more.
        self._parts = [
            (name, shape_of(part), part.nil) for name, part in parts.items() if name not in _MEANT
        ]

    def lines(self, text: Joined, sight: Sight, starts: Starts) -> Iterator[Original]:
        """Yields lines of a block, which must be the last that was read.

        Args:
            text: The log's.
            sight: The block, in which what is `needed` was looked for.
            starts: Where in it the lines start, ascending.

        Raises:
            OSError: As pread(2) says.
        """
        lines = (text.original(sight.block, start) for start in starts.tolist())
        if not self._json or not len(starts):
            yield from lines
            return
        places = np.searchsorted(sight.block.starts, starts)
        times = self._log.times.told(sight.block)[places].tolist()
        levels = np.full(len(sight.block.starts), len(NAMES))
        for level in range(len(NAMES)):
            of_level = sight.at_level(level, self._log.rules)
            levels[np.searchsorted(sight.block.starts, of_level)] = level
        for line, time, level in zip(lines, times, levels[places].tolist(), strict=True):
            yield self._told(line, time, NAMES[level : level + 1])

    def _told(self, line: Original, time: int, level: Sequence[str]) -> Original:
        whole = b"".join(line.pieces)
        told: dict[str, str | int] = {} if time == UNKNOWN else {"time": time}
        if level:
            told["level"] = level[0]
        if self._parts:
            text = text_of(without_colours(whole).rstrip(b"\r\n"), line.encoding)
            for name, shape, nil in self._parts:
                match = shape.match(text)
                if match is not None and (value := match["value"]) != nil:
                    told[name] = _number(value) if name in _NUMBERS else value
        return line._replace(pieces=iter([whole]), told=told)


def _number(written: str) -> str | int:
    is_number = len(written) <= _DIGITS and written.isascii() and written.isdigit()
    return int(written) if is_number else written
