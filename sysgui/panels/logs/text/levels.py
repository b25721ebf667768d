"""How severe a line is, told by what programs write to say so, and not by any "error" in the text.

Levels are those of syslog(3): 0 emerg, 1 alert, 2 crit, 3 err, 4 warning, 5 notice, 6 info,
7 debug. Many lines say nothing of it: these are of no level. The records of some forms tell it in a
way of their own (a request by its status), and then nothing else in them does. Of a line that seems
to say two, one may stand in a text that it only tells: the one counts that stands where its form
has it, else the first.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np

from .blocks import Block, Starts
from .patterns import Pattern
from .places import NONE, common, once, union, without

NAMES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")

# What a level is called; the first are those of syslog, the others of what else writes logs.
_WORDS = (
    ("emerg", "emergency", "panic"),
    ("alert",),
    ("crit", "critical", "fatal", "severe"),
    ("err", "error", "eror", "failure"),
    ("warn", "warning"),
    ("notice",),
    ("info", "information", "informational", "note"),
    ("debug", "trace", "fine", "finer", "finest", "verbose"),
)

# So far into the line a word that stands alone may say the level; further in it is part of a text.
_FAR = 160

# So far a name with the level behind it.
_FARTHEST = 10 * _FAR

_NUMBER_OF = {word: level for level, words in enumerate(_WORDS) for word in words} | {
    str(level): level for level in range(len(NAMES))
}


def _expressions(words: tuple[str, ...], level: int) -> Iterator[Pattern]:
    either = "|".join(words)
    capitals = either.upper()
    # [error]  <error>  (error)  [core:error]  |error|
    yield Pattern(
        rf"[\[<(|](?:[a-z_]+:)? ?(?:{either}) ?[\])>|]".encode(), caseless=True, within=_FAR
    )
    # ERROR in capitals as a word of its own, as Java, Python and PostgreSQL have it; *ERROR*.
    yield Pattern(
        rf"(?:^|[ \t:*\-])(?:{capitals})[ \t:*\-\]]".encode(), caseless=False, within=_FAR
    )
    # error: in any case, as most programs for a terminal have it.
    yield Pattern(rf"\b(?:{either}): ".encode(), caseless=True, within=_FAR)
    # level=error, "level":"error", severity: ERROR
    yield Pattern(
        rf"(?:\b(?:level|severity|error_severity|levelname|lvl|loglevel|priority)|\"@l)"
        rf"[\"']?[ \t]?[=:][ \t]?[\"']?"
        rf"(?:{either}|{level})\b".encode(),
        caseless=True,
        within=_FARTHEST,
    )
    # <3>, with the facility in front of it: RFC 3164 and 5424, and the kernel.
    numbers = "|".join(str(facility * 8 + level) for facility in range(24))
    yield Pattern(rf"^<(?:{numbers})>".encode(), caseless=False)


class Levels:
    """The rules by which levels are told.

    Args:
        record: What the lines begin with whose level `own` tells, and nothing else.
        own: By level, what matches these.
        stands: Where lines of the form say their level, from their start on: it is the group
            `value`. Empty if there is no such place.
    """

    def __init__(
        self, record: str = "", own: Mapping[int, str] | None = None, stands: str = ""
    ) -> None:
        self._record = re.compile(record.encode("ascii"))
        self._own = {
            level: Pattern(expression.encode("ascii"), caseless=False)
            for level, expression in (own or {}).items()
        }
        self._patterns = [
            (level, pattern)
            for level, words in enumerate(_WORDS)
            for pattern in _expressions(words, level)
        ]
        self._stands = re.compile(stands.encode("ascii")) if stands else None
        self._searches = [
            re.compile(pattern.expression, re.IGNORECASE if pattern.caseless else 0)
            for _level, pattern in self._patterns
        ]

    def patterns(self) -> Iterator[Pattern]:
        """Yields what must have been searched for."""
        for _level, pattern in self._patterns:
            yield pattern
        yield from self._own.values()

    def told(self, found: Mapping[Pattern, Starts], block: Block) -> Mapping[int, Starts]:
        """Returns the lines of each level.

        Args:
            found: For each pattern, where the lines start that it matches.
            block: The block.
        """
        told: dict[int, Starts] = {}
        before, doubted = NONE, [NONE]
        for level in range(len(NAMES)):
            lines = union([found[pattern] for at, pattern in self._patterns if at == level])
            several = common(lines, before)
            doubted.append(several)
            told[level] = without(lines, several)
            before = union([before, lines])
        settled = self._settled(told, union(doubted), found, block)
        return self._with_own(settled, found, block) if self._own else settled

    def _settled(
        self,
        told: Mapping[int, Starts],
        doubted: Starts,
        found: Mapping[Pattern, Starts],
        block: Block,
    ) -> Mapping[int, Starts]:
        """Returns the lines of each level, with one of those that some lines say."""
        if not len(doubted):
            return told
        matching = np.stack([_among(doubted, found[pattern]) for _at, pattern in self._patterns])
        levels = np.array(
            [
                self._said(bytes(block.line_at(start)[:_FARTHEST]), np.flatnonzero(matches))
                for start, matches in zip(doubted.tolist(), matching.T, strict=True)
            ]
        )
        return {
            level: once(
                np.concatenate((without(lines, common(lines, doubted)), doubted[levels == level]))
            )
            for level, lines in told.items()
        }

    def _said(self, line: bytes, matching: Starts) -> int:
        """Returns which of several levels a line says of itself.

        Args:
            line: Its begin.
            matching: The numbers of the patterns that match it.
        """
        place = self._stands.match(line) if self._stands else None
        said = _NUMBER_OF.get(place["value"].decode("ascii", "replace").lower()) if place else None
        if said is not None:
            return said
        firsts: list[tuple[int, int]] = []
        for number in matching.tolist():
            level, pattern = self._patterns[number]
            match = self._searches[number].search(line)
            if match is not None and match.end() <= (pattern.within or _FARTHEST):
                firsts.append((match.start(), level))
        # All do match, but for one that has its level behind where the line is cut.
        return min(firsts)[1] if firsts else self._patterns[int(matching[0])][0]

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


def _among(places: Starts, others: Starts) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tells of each place whether it is one of others."""
    return np.isin(places, others, assume_unique=True)
