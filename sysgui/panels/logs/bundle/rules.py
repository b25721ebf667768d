"""All rules, asked of many lines at once: each of those lines only that hyperscan has found."""

import functools
from collections.abc import Collection, Iterable, Iterator, Sequence

from . import addresses, hosts, people, secrets
from .lines import Lines
from .spans import Rule, Span
from .triggers import Triggers

RULES: Sequence[Rule] = (
    *secrets.RULES,
    hosts.IN_URL,
    *people.RULES,
    *addresses.RULES,
    *hosts.RULES,
)


class Rules:
    """Some of the rules.

    Args:
        rules: In their order.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._triggers = Triggers([rule.trigger for rule in rules])

    def found(self, lines: Lines) -> Iterator[tuple[int, Rule, Iterable[Span]]]:
        """Yields for each rule that may find something its number, the rule, and what it finds.

        Raises:
            TimeoutError: It takes too long.
        """
        for number, places in enumerate(self._triggers.lines(lines.text, lines.starts)):
            if places:
                rule = self.rules[number]
                yield number, rule, _placed(rule, lines, places)


@functools.cache
def rules_for(kinds: Collection[str], *, only_spreading: bool = False) -> Rules:
    """Returns the rules for some kinds, or those of them that find what may spread."""
    return Rules(
        [rule for rule in RULES if rule.kind in kinds and (rule.spreads or not only_spreading)]
    )


def _placed(rule: Rule, lines: Lines, places: Sequence[int]) -> Iterable[Span]:
    """Returns what a rule finds in some of the lines; where, is of the text of all."""
    if len(places) == len(lines.each):
        return rule.find(lines.text)
    picked = [lines.each[place] for place in places]
    starts = lines.starts[places].tolist()
    index, line_end, shift, placed = 0, len(picked[0]), starts[0], []
    for start, end, key, spreads in rule.find(b"\n".join(picked)):
        while start > line_end:
            index += 1
            shift = starts[index] - line_end - 1
            line_end += 1 + len(picked[index])
        placed.append((start + shift, end + shift, key, spreads))
    return placed
