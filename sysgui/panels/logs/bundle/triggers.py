"""Which lines are worth being looked at closely: hyperscan reads all of them at once."""

from collections.abc import Sequence

from sysgui.panels.logs.text.blocks import Block
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.needles import Needles
from sysgui.panels.logs.text.patterns import Pattern

# Where the rest of a block's last line would be read from; these have all of it.
_NOTHING_MORE = Joined([])


class Triggers:
    """Finds which lines hold which of some expressions, in any case.

    Args:
        expressions: For hyperscan.
    """

    def __init__(self, expressions: Sequence[bytes]) -> None:
        patterns = [Pattern(expression, caseless=True) for expression in expressions]
        self._needles = Needles(patterns) if patterns else None

    def find(self, lines: Sequence[bytes]) -> list[list[int]]:
        """Returns for each line which of the expressions it holds.

        Args:
            lines: Without newlines.
        """
        found: list[list[int]] = [[] for _line in lines]
        if self._needles is None or not lines:
            return found
        held = b"".join(line + b"\n" for line in lines)
        last = len(held) - len(lines[-1]) - 1
        block = Block(0, 0, held, (0, last, len(held)), len(held))
        for number, starts in enumerate(self._needles.find(_NOTHING_MORE, block)):
            for place in block.starts.searchsorted(starts).tolist():
                found[place].append(number)
        return found
