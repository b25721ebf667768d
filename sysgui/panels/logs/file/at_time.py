"""Where in a log the lines begin that were written at a time or after it."""

import numpy as np

from sysgui.panels.logs.formats.stamps import UNKNOWN
from sysgui.panels.logs.formats.times import Times
from sysgui.panels.logs.text.blocks import Readable

# So many blocks before the one that is found may hold lines that are as late: times go back where
# clocks are set and where several programs write.
BACK = 8


def first_at(text: Readable, times: Times, time: int) -> int | None:
    """Returns where the first line starts that was written at a time or after it.

    Blocks are halved, as if times only grew; then it is looked a little before what was found.

    Args:
        text: The log.
        times: Of its lines.
        time: In microseconds since 1970.

    Returns:
        An offset; that of the end if no line is as late; None if no line tells its time.

    Raises:
        OSError: As pread(2) says.
    """
    first, behind, tells = 0, len(text), False
    while first < behind:
        middle = (first + behind) // 2
        latest = _latest(text, times, middle)
        tells = tells or latest != UNKNOWN
        if latest < time:
            first = middle + 1
        else:
            behind = middle
    if not tells:
        return None
    for number in range(max(0, first - BACK), min(first + 1, len(text))):
        block = text.block(number)
        late = np.flatnonzero(times.times(block) >= time)
        if len(late):
            return block.offset + int(block.starts[late[0]])
    return text.size


def _latest(text: Readable, times: Times, number: int) -> int:
    """Returns the latest time in a block; UNKNOWN if there is none in it, nor before."""
    found = times.times(text.block(number))
    return int(found.max()) if len(found) else _before(text, times, number)


def _before(text: Readable, times: Times, number: int) -> int:
    """Returns the latest time in the block before: in this one no line starts."""
    while number:
        number -= 1
        found = times.times(text.block(number))
        if len(found):
            return int(found.max())
    return UNKNOWN
