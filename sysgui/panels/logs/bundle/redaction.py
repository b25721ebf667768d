"""Lines without what is private: the same thing gets the same other name, wherever it stands."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from .lines import Lines
from .rules import rules_for
from .secrets import KeyBlocks
from .spans import KINDS, TOKEN
from .words import Words

# So many things of a kind are told apart; all others have one name together.
MOST = 100_000

# So many are looked for wherever they stand, beside where they are recognised.
MOST_LEARNT = 2000

# What is longer, in bytes, is told by its form.
LONGEST_WORD = 200

_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}

# Of something private its start, its rank, its end (negative, so that of two the longer one comes
# first), the number of what found it, and its key.
_Mark = tuple[int, int, int, int, bytes]


class Pseudonyms:
    """Gives things other names, in the order in which they come."""

    def __init__(self) -> None:
        self._names: dict[str, dict[bytes, bytes]] = {kind: {} for kind in KINDS}

    def name(self, kind: str, key: bytes) -> bytes:
        """Returns the name of a thing."""
        names = self._names[kind]
        if len(key) > LONGEST_WORD:
            # There could be more than fit in memory.
            key = hashlib.sha256(key).digest()
        name = names.get(key)
        if name is None:
            if len(names) >= MOST:
                return f"{kind}-other".encode()
            name = names[key] = f"{kind}-{len(names) + 1}".encode()
        return name

    @property
    def counts(self) -> Mapping[str, int]:
        """How many things of each kind have a name."""
        return {kind: len(names) for kind, names in self._names.items()}


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
        self._rules = rules_for(tuple(self.kinds))
        self._learning = rules_for(tuple(self.kinds), only_spreading=True)
        self._blocks = KeyBlocks() if TOKEN in kinds else None
        self._learnt: dict[bytes, tuple[str, bytes]] = {}
        for kind in self.kinds:
            for name in known.get(kind, ()):
                key = name.encode("utf-8", "surrogateescape").lower()
                if key:
                    self._learnt[key] = kind, key
        self._words: Words | None = None

    @property
    def learns(self) -> bool:
        """Whether there is anything to learn, and room for it."""
        return bool(self._learning.rules) and self.learnt_all

    @property
    def counts(self) -> Mapping[str, int]:
        """How many things of each kind have another name by now."""
        return {kind: self._names.counts[kind] for kind in self.kinds}

    def learn(self, lines: Sequence[bytes]) -> None:
        """Learns from lines what to look for elsewhere.

        Raises:
            TimeoutError: It takes too long.
        """
        if not (lines and self.learns):
            return
        read, told = Lines(lines), []
        for number, rule, placed in self._learning.found(read):
            for start, _end, key, spreads in placed:
                if spreads and len(key) <= LONGEST_WORD and key.lower() not in self._learnt:
                    line = int(read.starts.searchsorted(start, side="right"))
                    told.append((line, number, start, rule.kind, key))
        for _line, _number, _start, kind, key in sorted(told):
            self._learn(kind, key)

    def _learn(self, kind: str, key: bytes) -> None:
        word = key.lower()
        if word not in self._learnt and len(self._learnt) >= MOST_LEARNT:
            self.learnt_all = False
        else:
            self._learnt.setdefault(word, (kind, key))
            self._words = None

    def redacted(self, lines: Sequence[bytes]) -> list[bytes]:
        """Returns lines without what is private.

        Args:
            lines: In their order, without newlines.

        Raises:
            TimeoutError: It takes too long.
        """
        if not lines:
            return []
        read = Lines(lines)
        return read.with_ends(self._replaced(read.text, self._marks(read)))

    def _marks(self, read: Lines) -> list[_Mark]:
        """Returns what is private, sorted."""
        count, marks = len(self._rules.rules), []
        for number, rule, placed in self._rules.found(read):
            rank = _RANKS[rule.kind]
            marks += [(start, rank, -end, number, key) for start, end, key, _spreads in placed]
        if self._words is None:
            self._words = Words(self._learnt)
        for number, start, end, kind, key in self._words.found(read.text):
            marks.append((start, _RANKS[kind], -end, count + number, key))
        if self._blocks is not None and self._blocks.may_be_in(read.text):
            count += len(self._learnt)
            for line, at in zip(read.each, read.starts.tolist(), strict=True):
                for start, end, key, _spreads in self._blocks.find(line):
                    marks.append((at + start, _RANKS[TOKEN], -at - end, count, key))
        marks.sort()
        return marks

    def _replaced(self, text: bytes, marks: Sequence[_Mark]) -> bytes:
        """Returns a text with other names for what is marked.

        Args:
            text: The text.
            marks: Sorted; of those that overlap, all they cover gets one name.
        """
        if not marks:
            return text
        name, at = self._names.name, 0
        pieces: list[bytes] = []
        first, least, negative, _number, named = marks[0]
        last = -negative
        for start, rank, negative, _number, key in marks:
            if start >= last:
                pieces += (text[at:first], name(KINDS[least], named))
                first, at, last, least, named = start, last, -negative, rank, key
                continue
            if rank < least:
                least, named = rank, key
            if -negative > last:
                last = -negative
        pieces += (text[at:first], name(KINDS[least], named), text[last:])
        return b"".join(pieces)
