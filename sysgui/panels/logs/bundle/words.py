"""What is private wherever it stands: words that were learnt."""

from collections.abc import Iterator, Mapping

from .triggers import Triggers

# Letters and digits, and what letters of other languages are made of.
_INNER = frozenset(code for code in range(256) if code >= 0x80 or bytes((code,)).isalnum())


class Words:
    """Finds words in many lines at once, in any case.

    Args:
        learnt: Words in small letters; of each the kind and the key of what it is.
    """

    def __init__(self, learnt: Mapping[bytes, tuple[str, bytes]]) -> None:
        self._words = [(len(word), *thing) for word, thing in learnt.items()]
        self._triggers = Triggers([b"".join(b"\\x%02x" % byte for byte in word) for word in learnt])

    def found(self, text: bytes) -> Iterator[tuple[int, int, int, str, bytes]]:
        """Yields the number, the start, the end, the kind and the key of each word in a text."""
        for number, ends in enumerate(self._triggers.ends(text)):
            if not ends:
                continue
            length, kind, key = self._words[number]
            behind = 0
            for end in ends:
                start = end - length
                if start < behind:
                    continue  # It overlaps with itself.
                # Letters and digits on both sides make another word of it.
                if (start and text[start - 1] in _INNER) or (
                    end < len(text) and text[end] in _INNER
                ):
                    continue
                behind = end
                yield number, start, end, kind, key
