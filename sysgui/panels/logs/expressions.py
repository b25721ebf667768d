"""Regular expressions in queries about logs: how they are read, and tried on what lines hold."""

import functools
from collections.abc import Callable
from typing import TypeVar

from sysgui.system.query_values import Value, refuse_expression

from .text.patterns import PATIENCE, Pattern, PatternError, expression

# Of so many values it is remembered whether an expression matches them; but not of longer ones, of
# which there could be more than fit in memory.
_REMEMBERED, _LONGEST_REMEMBERED = 10_000, 256

Text = TypeVar("Text", str, bytes)


def asked(value: Value, source: str, *, case: bool = False) -> Pattern:
    """Returns the search for an expression that is asked for.

    Args:
        value: Where it stands in the query.
        source: The expression.
        case: Whether capitals matter.

    Raises:
        QueryError: If it is none.
    """
    try:
        return expression(source, case=case)
    except PatternError as error:
        refuse_expression(value.inside + min(error.place, len(source)), source, error)


def matching(value: Value, source: str) -> Callable[[str], bool]:
    """Returns the test whether an expression matches anywhere in a text.

    A text that takes too long counts as one that it does not match.

    Raises:
        QueryError: If it is none.
    """
    decides = asked(value, source).decides
    assert decides is not None  # noqa: S101 - for the type checker

    def matches(text: str) -> bool:
        try:
            return decides.search(text, timeout=PATIENCE) is not None
        except TimeoutError:
            return False

    return matches


def remembering(decides: Callable[[Text], bool]) -> Callable[[Text], bool]:
    """Returns the same test, which is made once only for values that come again and again."""
    remembered = functools.lru_cache(_REMEMBERED)(decides)
    return lambda value: (remembered if len(value) <= _LONGEST_REMEMBERED else decides)(value)
