"""The lines of a log as they stand there, from the first to the last that is wanted."""

from collections.abc import Iterator

from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.scan import Scan
from sysgui.panels.logs.text.wanted import Condition

_ROWS = "rows"


def written_lines(text: Joined, wanted: Condition, *, original: bool) -> Iterator[list[bytes]]:
    """Yields the lines of a text, some at a time; none, where a part of it has none.

    A line of more than a block comes in several pieces, of which only the last ends as a line does.

    Args:
        text: The text.
        wanted: Which of its lines.
        original: Whether they are as they are in their file, whatever its encoding is; else they
            are as they are understood: of UTF-8, without colours.

    Raises:
        OSError: As pread(2) says.
    """
    scan = Scan(text, {_ROWS: wanted})
    for number in range(len(text)):
        sight = scan.sight(number)
        lines: list[bytes] = []
        rest: Iterator[bytes] = iter(())
        for start in sight.select(wanted).tolist():
            rest = (
                text.original(sight.block, start).pieces
                if original
                else text.line(sight.block, start)
            )
            lines.append(next(rest))
        yield lines
        # Only the last of a block may go on, or lack what ends it.
        last = lines[-1] if lines else b"\n"
        for piece in rest:
            yield [piece]
            last = piece
        if not last.endswith(b"\n"):
            yield [b"\n"]
