"""Where in a line what was searched for stands, so that it can be shown."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import regex

from sysgui.panels.logs.text.patterns import Pattern

# As many places of a line are marked.
MOST = 200

# The window waits for a line no longer than this, in seconds, and for a pattern no more often:
# in the child, which tells what is found, there is more time.
PATIENCE = 0.01
STRIKES = 2


class Marks:
    """Finds again, in the lines on the screen, what a search has found in the log.

    Args:
        patterns: What was searched for.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._strikes: Counter[Any] = Counter()
        self._texts = [pattern.decides for pattern in patterns if pattern.decides is not None]
        self._bytes: list[Any] = [
            regex.compile(pattern.expression, regex.IGNORECASE if pattern.caseless else 0)
            for pattern in patterns
            if pattern.decides is None
        ]

    def places(self, text: str) -> list[tuple[int, int]]:
        """Returns start and length of each place, in characters, from left to right."""
        data = text.encode("utf-8", "replace")
        found = [span for pattern in self._texts for span in self._spans(pattern, text)]
        for pattern in self._bytes:
            for start, end in self._spans(pattern, data):
                before = data[:start].decode("utf-8", "replace")
                found.append(
                    (len(before), len(before) + len(data[start:end].decode("utf-8", "replace")))
                )
        return sorted((start, end - start) for start, end in found if end > start)

    def _spans(self, pattern: Any, subject: str | bytes) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        if self._strikes[pattern] >= STRIKES:
            return found
        try:
            for match in pattern.finditer(subject, timeout=PATIENCE):
                found.append(match.span())
                if len(found) >= MOST:
                    break
        except TimeoutError:
            self._strikes[pattern] += 1  # What was found in time is shown.
        return found
