"""How severe a line is, told by what programs write to say so, and not by any "error" in the text.

Levels are those of syslog(3): 0 emerg, 1 alert, 2 crit, 3 err, 4 warning, 5 notice, 6 info,
7 debug. Many lines say nothing of it: these are of no level. The records of some forms tell it in a
way of their own (a request by its status), and then nothing else in them does.
"""

import re
from collections.abc import Iterator, Mapping

from .blocks import Block, Starts
from .patterns import Pattern
from .places import NONE, common, union, without

NAMES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")

# What a level is called; the first are those of syslog, the others of what else writes logs.
_WORDS = (
    ("emerg", "emergency", "panic"),
    ("alert",),
    ("crit", "critical", "fatal", "severe"),
    ("err", "error", "eror", "failure"),
    ("warn", "warning"),
    ("notice",),
    ("info", "information", "informational"),
    ("debug", "trace", "fine", "finer", "finest", "verbose"),
)

# So far into the line a word that stands alone may say the level; further in it is part of a text.
_FAR = 160


def _expressions(words: tuple[str, ...], level: int) -> Iterator[Pattern]:
    either = "|".join(words)
    capitals = either.upper()
    # [error]  <error>  (error)  [core:error]  |error|
    yield Pattern(
        rf"[\[<(|](?:[a-z_]+:)? ?(?:{either}) ?[\])>|]".encode(), caseless=True, within=_FAR
    )
    # ERROR in capitals as a word of its own, as Java, Python and PostgreSQL have it.
    yield Pattern(rf"(?:^|[ \t:\-])(?:{capitals})[ \t:\-\]]".encode(), caseless=False, within=_FAR)
    # error: in any case, as most programs for a terminal have it.
    yield Pattern(rf"\b(?:{either}): ".encode(), caseless=True, within=_FAR)
    # level=error, "level":"error", severity: ERROR
    yield Pattern(
        rf"\b(?:level|severity|levelname|lvl|loglevel|priority)[\"']?[ \t]?[=:][ \t]?[\"']?"
        rf"(?:{either}|{level})\b".encode(),
        caseless=True,
        within=10 * _FAR,
    )
    # <3>, with the facility in front of it: RFC 3164 and 5424, and the kernel.
    numbers = "|".join(str(facility * 8 + level) for facility in range(24))
    yield Pattern(rf"^<(?:{numbers})>".encode(), caseless=False)


class Levels:
    """The rules by which levels are told.

    Args:
        record: What the lines begin with whose level `own` tells, and nothing else.
        own: By level, what they begin with further.
    """

    def __init__(self, record: str = "", own: Mapping[int, str] | None = None) -> None:
        self._record = re.compile(record.encode("ascii"))
        self._own = {
            level: Pattern(f"^{begins}".encode("ascii"), caseless=False)
            for level, begins in (own or {}).items()
        }
        self._patterns = [
            (level, pattern)
            for level, words in enumerate(_WORDS)
            for pattern in _expressions(words, level)
        ]

    def patterns(self) -> Iterator[Pattern]:
        """Yields what must have been searched for."""
        for _level, pattern in self._patterns:
            yield pattern
        yield from self._own.values()

    def told(self, found: Mapping[Pattern, Starts], block: Block) -> Mapping[int, Starts]:
        """Returns the lines of each level; a line that says two is of the more severe.

        Args:
            found: For each pattern, where the lines start that it matches.
            block: The block.
        """
        told: dict[int, Starts] = {}
        before = NONE
        for level in range(len(NAMES)):
            lines = union([found[pattern] for at, pattern in self._patterns if at == level])
            told[level] = without(lines, common(lines, before))
            before = union([before, lines])
        return self._with_own(told, found, block) if self._own else told

    def _with_own(
        self, told: Mapping[int, Starts], found: Mapping[Pattern, Starts], block: Block
    ) -> Mapping[int, Starts]:
        """Returns the lines of each level, those that tell it in their own way by that alone."""
        changed = {}
        for level, lines in told.items():
            others = [not self._record.match(block.data, start) for start in lines.tolist()]
            own = self._own.get(level)
            changed[level] = union([lines[others], *([found[own]] if own else [])])
        return changed
