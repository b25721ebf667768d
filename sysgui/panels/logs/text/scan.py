"""One pass over a text that counts, for several conditions at once, the lines of each block."""

import time
from collections.abc import Callable, Mapping, Sequence

from .blocks import Block, Readable
from .counts import Counts, Numbers
from .needles import Needles
from .wanted import Condition, Everything, Sight


class Scan:
    """Counts the lines that conditions select, block by block, as far as it has got.

    Args:
        text: What is looked through.
        wanted: The conditions by name.
        watch: Is shown each block besides, in order.

    Attributes:
        counts: By the same names.

    Raises:
        PatternError: If a pattern cannot be searched for.
    """

    def __init__(
        self,
        text: Readable,
        wanted: Mapping[str, Condition],
        watch: Callable[[Sight], None] | None = None,
    ) -> None:
        self.text = text
        self._wanted = dict(wanted)
        self._watch = watch
        patterns = dict.fromkeys(
            pattern for condition in wanted.values() for pattern in condition.patterns()
        )
        self._patterns = list(patterns)
        self._needles = Needles(self._patterns) if patterns else None
        self.counts = {name: Counts() for name in wanted}
        self._plain = all(isinstance(condition, Everything) for condition in wanted.values())
        self._done = 0

    @property
    def undecided(self) -> int:
        """How many lines could not be decided in time."""
        return self._needles.undecided if self._needles else 0

    @property
    def done(self) -> int:
        """How many blocks have been looked through."""
        return self._done

    @property
    def finished(self) -> bool:
        """Whether all of the text has been."""
        return self._done >= len(self.text)

    def go_on(self, seconds: float) -> None:
        """Looks through further blocks, at least one, for about `seconds`.

        Raises:
            OSError: As pread(2) says.
        """
        until = time.monotonic() + seconds
        while not self.finished:
            self._count(self._done)
            self._done += 1
            if time.monotonic() >= until:
                break

    def take(self, counts: Mapping[str, Numbers]) -> None:
        """Takes what is known of the first blocks: for each condition as many numbers."""
        for name, numbers in counts.items():
            self.counts[name].take(numbers)
        self._done = min(known.known for known in self.counts.values())

    def forget_from(self, block: int) -> None:
        """Looks through the text again from a block on: it has changed there."""
        self._done = min(self._done, block)
        for counts in self.counts.values():
            counts.cut(block)

    def condition(self, name: str) -> Condition:
        """Returns the condition of a name."""
        return self._wanted[name]

    def sight(self, number: int) -> Sight:
        """Looks at one block.

        Raises:
            OSError: As pread(2) says.
        """
        return self._looked_at(self.text.block(number))

    def sight_of(self, lines: Sequence[bytes]) -> Sight:
        """Looks at lines that are at hand, given without their newlines."""
        held = b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines)
        last = len(held) - len(lines[-1]) - 1 if lines else 0
        return self._looked_at(Block(0, 0, held, (0, last, len(held)), len(held)))

    def _looked_at(self, block: Block) -> Sight:
        found = self._needles.find(self.text, block) if self._needles else []
        return Sight(block, dict(zip(self._patterns, found, strict=True)))

    def _count(self, number: int) -> None:
        if self._plain:
            lines = self.text.lines_in(number)
            for counts in self.counts.values():
                counts.append(lines)
            return
        sight = self.sight(number)
        for name, condition in self._wanted.items():
            self.counts[name].append(len(sight.select(condition)))
        if self._watch is not None:
            self._watch(sight)
