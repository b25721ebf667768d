"""A short part of a text that is rare in a log: looked for instead of the text, which is compared.

Of one text hyperscan compares every place where two neighbouring bytes of it stand, whichever these
are: the first two that differ of its last eight. In a log that is full of " p" that takes twice as
long for " process" as for "killed p".
"""

from collections.abc import Sequence
from typing import NamedTuple

from .blocks import Block

# So many bytes hyperscan holds against a place before it compares the rest.
LENGTH = 8

# So much of a log, in bytes, tells what is rare in it.
SAMPLE = 1 << 16

# So many times as rare the part must be.
RARER = 2

# No more pairs of neighbours are counted.
_PAIRS = 64


class Fragment(NamedTuple):
    """A part of a text.

    Attributes:
        part: The bytes.
        place: From which byte of the text on it stands there.
        text: All of it; in small letters, if capitals do not matter.
        caseless: Whether they do not.
    """

    part: bytes
    place: int
    text: bytes
    caseless: bool

    def ends(self, block: Block, ends: Sequence[int]) -> list[int]:
        """Returns where in the block's `data` the text ends.

        Args:
            block: The block.
            ends: Where the part does.
        """
        before, text = self.place + len(self.part), self.text
        starts = [end - before for end in ends]
        if self.caseless:
            data, length = block.data, len(text)
            starts = [at for at in starts if bytes(data[at : at + length]).lower() == text]
        else:
            starts = block.having(text, starts)
        return [start + len(text) for start in starts if start >= 0]


def rare_fragment(text: bytes, sample: bytes, *, caseless: bool) -> Fragment | None:
    """Returns the part of a text by which it is found most quickly; None if all is as good.

    Args:
        text: What is looked for.
        sample: A part of the log.
        caseless: Whether capitals do not matter.
    """
    if caseless:
        text, sample = text.lower(), sample.lower()
    pairs = [at for at in range(min(len(text) - 1, _PAIRS)) if text[at] != text[at + 1]]
    if not pairs:
        return None
    counts = {at: sample.count(text[at : at + 2]) for at in pairs}
    usual = next((at for at in pairs if at >= len(text) - LENGTH), pairs[-1])
    rarest = min(pairs, key=counts.__getitem__)
    if counts[rarest] * RARER >= counts[usual]:
        return None
    return Fragment(text[rarest : rarest + LENGTH], rarest, text, caseless)
