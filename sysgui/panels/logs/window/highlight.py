"""What in a line is worth a colour: rules, looked for in the lines on the screen only.

The user's own rules come first, then what the form of the log tells, then what is usual.
"""

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import regex

from sysgui.panels.logs import rules
from sysgui.panels.logs.rules import Pattern, compiled

# A line is looked at as far as this, in characters, and for so long, in seconds.
FAR = 2000
PATIENCE = 0.02

# A rule of the user's that took too long so often is followed no more.
STRIKES = 3


class Rule(NamedTuple):
    """Something that stands out in lines.

    Attributes:
        name: What it is.
        pattern: A regular expression.
        token: The colour, as the theme names it.
        strong: Whether it is written in bold.
        case: Whether capitals matter.
        accepts: Tells whether what the pattern matches is meant; None if it always is.
    """

    name: str
    pattern: str
    token: str
    strong: bool = False
    case: bool = False
    accepts: Callable[[str], bool] | None = None


class Span(NamedTuple):
    """A part of a line that stands out, in characters."""

    start: int
    length: int
    rule: Rule


def is_address(text: str) -> bool:
    """Tells whether a text is an address of IP, version 4 or 6."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


# Few colours: what places things in time is quiet, what names things has a hue of its own.
USUAL = (
    Rule(
        "time",
        r"^(?:<\d{1,3}>)?(?:\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S*"
        r"|\[\d\d/\w{3}/\d{4}:[\d:]+ [+-]\d{4}\]|\[ *\d+\.\d{6}\])",
        "muted",
    ),
    Rule(
        "wrong", r"\b(?:error|err|fatal|critical|crit|alert|emerg|panic|failed|failure)\b", "wrong"
    ),
    Rule("attention", r"\b(?:warn|warning|denied|refused|timeout|timed out)\b", "attention"),
    Rule("quoted", r'"(?:[^"\\]|\\.){1,400}"', "good", case=True),
    Rule(
        "address",
        # What might be one: figures and points, or hexadecimal figures and colons.
        r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)|[0-9a-f:]*:[0-9a-f]*:[0-9a-f:.]*(?!\w))",
        "network",
        accepts=is_address,
    ),
    Rule(
        "unit",
        r"\b[\w@:.\\-]+\.(?:service|socket|timer|mount|target|slice|scope|path|device|swap)\b",
        "memory",
        case=True,
    ),
    Rule("path", r"(?<![\w/.:])~?/(?:[\w.+@-]+/)*[\w.+@-]+", "disk", case=True),
    Rule("number", r"(?<![\w.])(?:0x[0-9a-f]+|\d+(?:\.\d+)?)(?:%|(?![\w.]))", "cpu"),
)


# What the form of a log tells more surely than any pattern: when, where and by whom.
PARTS: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("time", "", "muted"),
        Rule("host", "", "muted"),
        Rule("identifier", "", "memory"),
        Rule("unit", "", "memory"),
        Rule("pid", "", "cpu"),
        Rule("client", "", "network"),
    )
}


class Highlighter:
    """Finds what rules make stand out; of two that overlap, the earlier rule's stands.

    Args:
        usual: The most important first.
        own: Those of the user, likewise; only such as can be followed.
    """

    def __init__(self, usual: Sequence[Rule] = USUAL, own: Sequence[rules.Rule] = ()) -> None:
        self._rules = [
            (rule, regex.compile(rule.pattern, 0 if rule.case else regex.IGNORECASE))
            for rule in usual
        ]
        self._own = [(rule, compiled(rule)) for rule in own if rule.enabled]
        self._strikes: Counter[rules.Rule] = Counter()

    @property
    def slow(self) -> list[str]:
        """The patterns of the user's that take too long, and are followed no more."""
        return [rule.pattern for rule, times in self._strikes.items() if times >= STRIKES]

    def own_spans(self, text: str, level: int) -> list[Span]:
        """Returns what the user's rules make stand out in a line, but for whole lines.

        Args:
            text: The line.
            level: Its level, -1 if it has none.
        """
        found: list[Span] = []
        for rule, pattern in self._followed(level):
            if rule.whole or pattern is None:
                continue
            style = Rule("own", "", rule.color, strong=True)
            spans = [
                Span(start, end - start, style) for start, end in self._places(rule, pattern, text)
            ]
            found += [span for span in spans if not _overlaps(span, found)]
        return found

    def ground(self, text: str, level: int) -> str:
        """Returns the colour of the first rule of the user's for the whole of a line; "" if none.

        Args:
            text: The line.
            level: Its level, -1 if it has none.
        """
        for rule, pattern in self._followed(level):
            # A rule without a pattern is one for all lines of a level.
            if pattern is None or (rule.whole and any(self._places(rule, pattern, text))):
                return rule.color
        return ""

    def _followed(self, level: int) -> Iterator[tuple[rules.Rule, Pattern | None]]:
        for rule, pattern in self._own:
            if self._strikes[rule] < STRIKES and (rule.level < 0 or 0 <= level <= rule.level):
                yield rule, pattern

    def _places(self, rule: rules.Rule, pattern: Pattern, text: str) -> Iterator[tuple[int, int]]:
        try:
            for match in pattern.finditer(text, 0, FAR, timeout=PATIENCE):
                if match[0]:
                    yield match.span()
        except TimeoutError:
            self._strikes[rule] += 1

    def spans(
        self,
        text: str,
        parts: Mapping[str, tuple[int, int]] | None = None,
        taken: Sequence[Span] = (),
    ) -> list[Span]:
        """Returns what stands out in a line, from left to right.

        Args:
            text: The line.
            parts: From which character on, and up to which, the parts stand that its form has.
            taken: What stands out already.
        """
        found = list(taken)
        for name, (start, end) in (parts or {}).items():
            if name in PARTS and not _overlaps(
                part := Span(start, end - start, PARTS[name]), found
            ):
                found.append(part)
        for rule, pattern in self._rules:
            found += [span for span in self._of(rule, pattern, text) if not _overlaps(span, found)]
        return sorted(found)

    @staticmethod
    def _of(rule: Rule, pattern: "regex.Pattern[str]", text: str) -> Iterator[Span]:
        try:
            for match in pattern.finditer(text, 0, FAR, timeout=PATIENCE):
                if match[0] and (rule.accepts is None or rule.accepts(match[0])):
                    yield Span(match.start(), match.end() - match.start(), rule)
        except TimeoutError:
            return  # A colour is not worth more of the user's time.


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    end = span.start + span.length
    return any(span.start < other.start + other.length and other.start < end for other in others)
