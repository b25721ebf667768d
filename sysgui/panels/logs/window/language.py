"""The language of queries as the window takes it, before it is known what a log's lines have."""

from collections.abc import Iterable

from sysgui.panels.logs.formats.table import FORMS
from sysgui.panels.logs.query import NUMBERS, OF_ANY_LOG, LogLanguage
from sysgui.panels.logs.text.wanted import Condition, Everything
from sysgui.system.query_values import Value

# What most logs have comes first among the completions.
_USUAL = ("identifier", "unit", "host", "pid", "since", "until", "boot", "source")


def language_of_any_log(fields: Iterable[str] = ()) -> LogLanguage:
    """Returns a language with all that can be asked of lines of any form.

    What it makes of a query is of use only to show what was searched for: which lines are meant by
    their parts, and which parts there are, the log itself tells.

    Args:
        fields: What else is offered: the names of a log's own fields.
    """
    others = {name: None for form in FORMS for name, part in form.parts.items() if part.asked}
    taken = {name.casefold() for name in (*OF_ANY_LOG, *_USUAL, *others)}
    own = [name for name in fields if name.casefold() not in taken]
    names = [*own, *_USUAL, *others]
    return LogLanguage(
        dict.fromkeys(names, _unknown), ordered={*NUMBERS, *own}, further=lambda _name: _unknown
    )


def _unknown(_sign: str, _value: Value) -> Condition:
    return Everything()
