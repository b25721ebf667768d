"""Which lines are wanted: a tree of conditions, each of which selects lines of a block."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from .blocks import Block, Starts
from .levels import Levels
from .patterns import Pattern
from .places import NONE, common, union, without


class Sight:
    """One block, and what was found in it.

    Args:
        block: The block.
        found: For each pattern that was searched for, where the lines start that it matches.
    """

    def __init__(self, block: Block, found: Mapping[Pattern, Starts]) -> None:
        self.block = block
        self.found = found
        self._told: dict[int, Mapping[int, Starts]] = {}
        self._selected: dict[int, Starts] = {}

    def select(self, condition: "Condition") -> Starts:
        """Returns the lines that a condition selects; asked again, without doing it again."""
        # The conditions outlive what is seen by them, so that none takes another's id.
        known = self._selected.get(id(condition))
        if known is None:
            known = self._selected[id(condition)] = condition.select(self)
        return known

    def at_level(self, level: int, rules: Levels) -> Starts:
        """Returns where the lines start that are of a level (0 to 7, as in syslog) by some rules.

        The patterns of these must have been searched for.
        """
        # The rules outlive what is seen by them, too.
        told = self._told.get(id(rules))
        if told is None:
            told = self._told[id(rules)] = rules.told(self.found, self.block)
        return told.get(level, NONE)


class Condition(Protocol):
    """Selects lines."""

    @property
    def placed(self) -> bool:
        """Whether it must be known where in the log a line stands, to tell whether it is wanted."""
        ...

    def patterns(self) -> Iterator[Pattern]:
        """Yields what must have been searched for."""
        ...

    def select(self, sight: Sight) -> Starts:
        """Returns where in the block's `data` the wanted lines start, ascending."""
        ...


class Everything:
    """Selects all lines."""

    placed = False

    def patterns(self) -> Iterator[Pattern]:
        """Yields nothing."""
        return iter(())

    def select(self, sight: Sight) -> Starts:
        """Returns all lines."""
        return sight.block.starts


class Nothing:
    """Selects no line."""

    placed = False

    def patterns(self) -> Iterator[Pattern]:
        """Yields nothing."""
        return iter(())

    def select(self, _sight: Sight) -> Starts:
        """Returns no line."""
        return NONE


class Matching:
    """Selects the lines that a pattern matches.

    Args:
        pattern: What is searched for.
    """

    placed = False

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern

    def patterns(self) -> Iterator[Pattern]:
        """Yields the pattern."""
        yield self.pattern

    def select(self, sight: Sight) -> Starts:
        """Returns the lines with a match."""
        return sight.found[self.pattern]


class AtLevel:
    """Selects the lines of some levels.

    Args:
        levels: 0 (emerg) to 7 (debug).
        rules: How levels are told.

    Attributes:
        levels: The same.
    """

    placed = False

    def __init__(self, levels: Sequence[int], rules: Levels) -> None:
        self.levels = levels
        self._rules = rules

    def patterns(self) -> Iterator[Pattern]:
        """Yields what tells of levels."""
        return self._rules.patterns()

    def select(self, sight: Sight) -> Starts:
        """Returns the lines of these levels."""
        return union([sight.at_level(level, self._rules) for level in self.levels])


class Not:
    """Selects the lines that another condition does not.

    Args:
        condition: The other.

    Attributes:
        condition: The same.
    """

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.placed = condition.placed

    def patterns(self) -> Iterator[Pattern]:
        """Yields those of the other."""
        return self.condition.patterns()

    def select(self, sight: Sight) -> Starts:
        """Returns the other lines."""
        chosen = sight.select(self.condition)
        return without(sight.block.starts, chosen)


class All:
    """Selects the lines that each of some conditions selects.

    Args:
        conditions: At least one.

    Attributes:
        conditions: The same.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = conditions
        self.placed = any(condition.placed for condition in conditions)

    def patterns(self) -> Iterator[Pattern]:
        """Yields those of all."""
        for condition in self.conditions:
            yield from condition.patterns()

    def select(self, sight: Sight) -> Starts:
        """Returns the lines that all select."""
        chosen = sight.select(self.conditions[0])
        for condition in self.conditions[1:]:
            if not len(chosen):
                break
            chosen = common(chosen, sight.select(condition))
        return chosen


class Any:
    """Selects the lines that at least one of some conditions selects.

    Args:
        conditions: At least one.

    Attributes:
        conditions: The same.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = [*_as_one(conditions)]
        self.placed = any(condition.placed for condition in conditions)

    def patterns(self) -> Iterator[Pattern]:
        """Yields those of all."""
        for condition in self.conditions:
            yield from condition.patterns()

    def select(self, sight: Sight) -> Starts:
        """Returns the lines that any selects."""
        return union([sight.select(condition) for condition in self.conditions])


def _as_one(conditions: Sequence[Condition]) -> Iterator[Condition]:
    """Yields what selects the same lines; texts that are found by their bytes as one pattern."""
    texts: dict[bool, list[bytes]] = {}
    for condition in conditions:
        if isinstance(condition, Matching) and condition.pattern.is_text:
            texts.setdefault(condition.pattern.caseless, []).append(condition.pattern.expression)
        else:
            yield condition
    for caseless, expressions in texts.items():
        yield Matching(Pattern(b"|".join(expressions), caseless))
