"""Lines without what is private: the same thing gets the same other name, wherever it stands."""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sysgui.system.i18n import _

from . import addresses, hosts, people, secrets
from .spans import EMAIL, IP, KINDS, TOKEN, Rule, Span, compiled
from .triggers import Triggers

RULES: Sequence[Rule] = (*secrets.RULES, *people.RULES, *addresses.RULES, *hosts.RULES)

# So many things of a kind are told apart; all others have one name together.
MOST = 100_000

# So many are looked for wherever they stand, beside where they are recognised.
MOST_LEARNT = 2000

# What is longer, in bytes, is told by its form.
LONGEST_WORD = 200

# As much of a line is looked at; what is behind that is left out.
LONGEST = 1 << 20

# What acts on a terminal may stand within what is private, and so hide it.
_ESCAPE = compiled(rb"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b]*+(?:\x07|\x1b\\)?|[@-Z\\-_])")
_HIDING = bytes(code for code in (*range(32), 127) if code != ord("\t"))

_PLACES = {kind: place for place, kind in enumerate(KINDS)}


class Pseudonyms:
    """Gives things other names, in the order in which they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[bytes, int]] = {kind: {} for kind in KINDS}

    def name(self, kind: str, key: bytes) -> bytes:
        """Returns the name of a thing."""
        numbers = self._numbers[kind]
        number = numbers.get(key)
        if number is None:
            if len(numbers) >= MOST:
                return f"{kind}-other".encode()
            number = numbers[key] = len(numbers) + 1
        return f"{kind}-{number}".encode()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many things of each kind have a name."""
        return {kind: len(numbers) for kind, numbers in self._numbers.items()}


class Redaction:
    """Replaces what is private in lines.

    What is recognised by what stands before it is first learnt from all lines, so that it is found
    wherever else it stands. What is in doubt is taken for private.

    Args:
        kinds: What is replaced, of `KINDS`.
        known: Of kinds, what is known to be private, such as the names of a machine's users.

    Attributes:
        kinds: What is replaced, in the order of `KINDS`.
        learnt_all: Whether all that was learnt is looked for wherever it stands.
    """

    def __init__(self, kinds: Collection[str], known: Mapping[str, Iterable[str]]) -> None:
        self.kinds = [kind for kind in KINDS if kind in kinds]
        self.learnt_all = True
        self._names = Pseudonyms()
        self._rules = _rules_for(tuple(self.kinds))
        # Addresses are known by their form, wherever they stand.
        self._learning = _rules_for(tuple(kind for kind in self.kinds if kind not in (IP, EMAIL)))
        self._blocks = secrets.KeyBlocks() if TOKEN in kinds else None
        self._learnt: dict[bytes, tuple[str, bytes]] = {}
        for kind in self.kinds:
            for name in known.get(kind, ()):
                key = name.encode("utf-8", "surrogateescape").lower()
                self._learnt[key] = kind, key
        self._words: list[_Word] | None = None
        self._worded = Triggers([])

    @property
    def learns(self) -> bool:
        """Whether there is anything to learn."""
        return bool(self._learning.rules)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many things of each kind have another name by now."""
        return {kind: self._names.counts[kind] for kind in self.kinds}

    def learn(self, lines: Iterable[bytes]) -> None:
        """Learns from lines what to look for elsewhere.

        Raises:
            TimeoutError: It takes too long.
        """
        cleaned = [_cleaned(line)[0] for line in lines]
        triggered = self._learning.triggers.find(cleaned)
        for line, numbers in zip(cleaned, triggered, strict=True):
            for span in _recognised(line, numbers, self._learning):
                if span.spreads and len(span.key) <= LONGEST_WORD:
                    self._learn(span)
        self._words = None

    def _learn(self, span: Span) -> None:
        word = span.key.lower()
        if word not in self._learnt and len(self._learnt) >= MOST_LEARNT:
            self.learnt_all = False
        else:
            self._learnt.setdefault(word, (span.kind, span.key))

    def redacted(self, lines: Iterable[bytes]) -> list[bytes]:
        """Returns lines without what is private.

        Args:
            lines: In their order, without newlines.

        Raises:
            TimeoutError: It takes too long.
        """
        if self._words is None:
            self._words = [_Word(word, *thing) for word, thing in self._learnt.items()]
            self._worded = Triggers([word.trigger for word in self._words])
        cleaned = [_cleaned(line) for line in lines]
        texts = [line for line, _behind in cleaned]
        triggered, worded = self._rules.triggers.find(texts), self._worded.find(texts)
        return [
            self._replaced(line, numbers, words) + behind
            for (line, behind), numbers, words in zip(cleaned, triggered, worded, strict=True)
        ]

    def _replaced(self, line: bytes, triggered: Sequence[int], words: Sequence[int]) -> bytes:
        assert self._words is not None  # noqa: S101 - for the type checker
        spans = list(_recognised(line, triggered, self._rules))
        for number in words:
            spans += self._words[number].find(line)
        if self._blocks is not None:
            spans += self._blocks.find(line)
        if not spans:
            return line
        pieces, at = [], 0
        for span in _apart(spans):
            pieces += [line[at : span.start], self._names.name(span.kind, span.key)]
            at = span.end
        return b"".join([*pieces, line[at:]])


class _Rules(NamedTuple):
    """Rules, and what tells which of them are to be asked of a line.

    Attributes:
        rules: Those of each trigger.
        triggers: The same, in the same order.
    """

    rules: list[list[Rule]]
    triggers: Triggers


@functools.cache
def _rules_for(kinds: tuple[str, ...]) -> _Rules:
    by_trigger: dict[bytes, list[Rule]] = {}
    for rule in RULES:
        if rule.kind in kinds:
            by_trigger.setdefault(rule.trigger, []).append(rule)
    return _Rules(list(by_trigger.values()), Triggers(list(by_trigger)))


def _recognised(line: bytes, triggered: Sequence[int], rules: _Rules) -> Iterator[Span]:
    for number in triggered:
        for rule in rules.rules[number]:
            yield from rule.find(line)


class _Word:
    """Something that is private wherever it stands.

    Args:
        word: In small letters.
        kind: One of `KINDS`.
        key: Of the thing.
    """

    def __init__(self, word: bytes, kind: str, key: bytes) -> None:
        self.trigger = b"".join(b"\\x%02x" % byte for byte in word)
        self._word, self._kind, self._key = word, kind, key

    def find(self, line: bytes) -> Iterator[Span]:
        """Yields where it stands in a line."""
        small, at = line.lower(), 0
        while (start := small.find(self._word, at)) >= 0:
            at = start + len(self._word)
            # Letters and digits on both sides make another word of it.
            if not (_is_inner(small[start - 1 : start]) or _is_inner(small[at : at + 1])):
                yield Span(start, at, self._kind, self._key)


def _is_inner(letter: bytes) -> bool:
    return letter.isalnum() or letter >= b"\x80"


def _apart(spans: list[Span]) -> Iterator[Span]:
    """Yields spans that do not touch one another: of those that overlap, all they cover as one."""
    spans.sort(key=lambda span: (span.start, _PLACES[span.kind], -span.end))
    first, *others = spans
    for span in others:
        if span.start >= first.end:
            yield first
            first = span
            continue
        kept = min(first, span, key=lambda each: _PLACES[each.kind])
        first = kept._replace(start=first.start, end=max(first.end, span.end))
    yield first


def _cleaned(line: bytes) -> tuple[bytes, bytes]:
    """Returns what is looked at of a line, and what comes behind it instead of the rest."""
    bare = line.removesuffix(b"\r")
    behind = line[len(bare) :]
    if len(bare) > LONGEST:
        # Cut where no word is: half of one might not be recognised.
        end = max(bare.rfind(b" ", 0, LONGEST), bare.rfind(b"\t", 0, LONGEST), 0)
        said = _("… the rest is left out here: the line is too long to be redacted")
        bare, behind = bare[:end], b" " + said.encode() + behind
    if len(bare.translate(None, _HIDING)) < len(bare):
        bare = _ESCAPE.sub(b"", bare).translate(None, _HIDING)
    return bare, behind
