"""Lines of a file as they are shown: read where they start, and told what is known of them."""

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.text.colours import colours_at
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.text.recode import without_colours
from sysgui.panels.logs.text.rows import Rows
from sysgui.panels.logs.text.scan import Scan

from .sifted import Sifted
from .understood import Raw, Understood

# So much of a line tells its level, and whether it matches, however little of it is shown: no
# server takes a request of which the status would stand behind that.
_TELLING = 1 << 15


class ShownLines:
    """Reads lines to be shown.

    Args:
        text: The log's.
        understood: What is understood of its lines.
        sifted: What is sought among them.
        index: The pass that counts its lines.
        numbered: All its lines, as far as that pass has come.
    """

    def __init__(
        self, text: Joined, understood: Understood, sifted: Sifted, index: Scan, numbered: Rows
    ) -> None:
        self._text = text
        self._understood = understood
        self._sifted = sifted
        self._index = index
        self._numbered = numbered

    def last(self, count: int) -> list[int]:
        """Returns where the last lines start, whatever is known of how many are before them.

        Raises:
            OSError: As pread(2) says.
        """
        offsets: list[int] = []
        for number in reversed(range(len(self._text))):
            block = self._text.block(number)
            offsets = [*(block.starts[-count:] + block.offset).tolist(), *offsets]
            if len(offsets) >= count:
                break
        return offsets[-count:]

    def at(self, offsets: list[int], cut: int) -> list[Line]:
        """Returns the lines that start at some places, so many bytes of each.

        Raises:
            OSError: As pread(2) says.
        """
        raw = [self._line(offset, cut) for offset in offsets]
        sight = self._sifted.scan.sight_of([self._telling(line) for line in raw])
        starts = sight.block.starts.tolist()
        rules = self._understood.rules
        level_of = {
            start: level
            for level in range(len(NAMES))
            for start in sight.at_level(level, rules).tolist()
        }
        # At hand is a part of long lines, and of none where in the log it stands.
        sought = self._sifted.wish.search
        placed = sought is not None and sought.placed
        search = None if placed else sought
        found = set(sight.select(search).tolist()) if search else set()
        numbers = self._numbers(offsets)
        # The first screen does not wait until it is found out which year is meant.
        times = self._understood.times_of(raw) if self._index.finished else [-1] * len(raw)
        near = self._sifted.near_of(offsets)
        lines: list[Line] = []
        for line, number, start, time in zip(raw, numbers, starts, times, strict=True):
            text = without_colours(line.data).decode("utf-8", "backslashreplace")
            is_cut = line.length > cut
            shown = Line(
                offset=line.offset,
                text=text,
                length=line.length,
                number=number,
                level=level_of.get(start, -1),
                hit=start in found or ((placed or is_cut) and self._sifted.is_hit(line.offset)),
                cut=is_cut,
                time=time,
                parts=self._understood.parts(text),
                near=line.offset in near,
                gap=bool(self._sifted.around and lines and number != lines[-1].number + 1),
                colours=colours_at(self._text, line.offset, line.data, len(text)),
            )
            lines.append(shown)
        return lines

    def _line(self, offset: int, cut: int) -> Raw:
        """Returns the shown part of the line at `offset`, and its whole length."""
        data = self._text.read(offset, cut + 1)
        end = data.find(b"\n")
        if end < 0:
            length = self._text.line_end(offset + len(data)) - offset
            # A newline that ends it is none of its bytes.
            length -= self._text.read(offset + length - 1, 1) == b"\n"
            return Raw(offset, data[:cut], length)
        return Raw(offset, data[:end].removesuffix(b"\r"), end)

    def _telling(self, line: Raw) -> bytes:
        """Returns as much of a line as tells what it is."""
        if line.whole or len(line.data) >= _TELLING:
            return line.data
        return self._text.read(line.offset, min(line.length, _TELLING))

    def _numbers(self, offsets: list[int]) -> list[int]:
        """Returns the numbers in the log of lines that start at ascending offsets; 0: not known."""
        done = self._index.done
        return [
            self._numbered.row_at(offset) + 1 if self._text.block_of(offset) < done else 0
            for offset in offsets
        ]
